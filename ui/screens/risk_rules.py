"""What one area, or the agency for every area, has settled: thresholds, escalation, how soon risk is looked at again.

What was signed keeps the thresholds it was signed with.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from caseworker.domain import codes, when
from caseworker.domain import instruments as instrument_rules
from caseworker.domain.instruments import Instrument
from caseworker.domain.risk import GRADES, Rules
from caseworker.errors import Problem, Refused
from caseworker.storage import risk
from caseworker.words import Words, words
from ui.screens.form import Form
from ui.session import Session, Toast
from ui.theme import px
from ui.widgets import Button, ChoiceRow, Field, Heading, Text, TextLine, column, row

EVERY = "every"


class RiskRules(Form):
    """The rules of the area chosen above them."""

    kept_as = "risk_rules"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        today = session.now().astimezone(when.LONDON).date()
        self.tools = [one for one in instrument_rules.shelf().offered(today, "risk") if one.bands]
        down = column(self, gap=12)
        down.addWidget(
            Text(
                self.tr(
                    "Forms signed from now on go by these. What is signed keeps what it was signed with."
                ),
                wrap=True,
            )
        )
        areas = codes.get("marac_area")
        self.area = ChoiceRow(
            self.tr("Area"),
            [(EVERY, self.tr("Every area"), ""), *((code, areas.label(code), "") for code in areas.codes)],
        )
        self.area.set_value(EVERY)
        self.area.chosen.connect(self._show)
        down.addWidget(self.area)
        self.own = Text("", "small", "muted", wrap=True)
        down.addWidget(self.own)
        down.addWidget(self.errors)
        for tool in self.tools:
            self._part(down_title=tool.title, fields=self._band_fields(tool))
        self._part(
            self.tr("Escalation"),
            [
                self._number("escalation_count", self.tr("Events that count")),
                self._number("escalation_months", self.tr("Within months")),
            ],
        )
        grades = codes.get("risk_grade")
        self._part(
            self.tr("Days until the next review"),
            [self._number(f"review_{grade}", grades.label(grade)) for grade in reversed(GRADES)],
        )
        across = row(gap=10)
        self.save_button = Button(self.tr("Save rules"), "check", "primary")
        self.save_button.clicked.connect(self.save)
        self.clear_button = Button(self.tr("Use the rules of every area"), kind="quiet")
        self.clear_button.clicked.connect(self._clear)
        across.addWidget(self.save_button)
        across.addWidget(self.clear_button)
        across.addStretch(1)
        down.addLayout(across)
        self._show()

    def chosen_area(self) -> str:
        """Empty for every area."""
        area = self.area.value()
        return "" if area in (None, EVERY) else str(area)

    def values(self) -> dict[str, object]:
        return {"area": self.area.value(), **super().values()}

    def fill(self, values: Mapping[str, object]) -> None:
        if "area" in values:
            self.area.set_value(str(values["area"]))
            self._show()
        super().fill(values)

    def save(self) -> None:
        """Keep them for the area chosen, or say what has to be put right."""
        try:
            self.session.write(risk.set_rules, self._typed(), self.chosen_area())
        except Refused as refused:
            self.show_problems({self._field_of(name): text for name, text in refused.problems.items()})
            return
        except Problem as problem:
            self.session.problem(problem)
            return
        self.show_problems({})
        self._show()
        self.session.toast.emit(Toast(self.tr("Rules saved.")))

    # ---- building

    def _part(self, down_title: str, fields: list[Field]) -> None:
        box = QWidget()
        down = column(box, gap=4)
        down.addWidget(Heading(down_title, 3))
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(18))
        grid.setVerticalSpacing(px(8))
        for at, field in enumerate(fields):
            grid.addWidget(field, at // 3, at % 3, Qt.AlignmentFlag.AlignTop)
        for at in range(3):
            grid.setColumnStretch(at, 1)
        down.addLayout(grid)
        inside = self.layout()
        if inside is not None:
            inside.addWidget(box)

    def _band_fields(self, tool: Instrument) -> list[Field]:
        return [
            self._number(f"band:{tool.name}:{band.code}", self.tr("{grade} from").format(grade=band.label))
            for band in tool.bands
        ]

    def _number(self, name: str, label: str) -> Field:
        line = TextLine()
        line.setMaximumWidth(px(90))
        return self.field(name, label, line)

    # ---- what is kept and what is typed

    def _show(self) -> None:
        area = self.chosen_area()
        held = risk.rules(area)
        values: dict[str, object] = {
            "escalation_count": held.escalation_count,
            "escalation_months": held.escalation_months,
            **{f"review_{grade}": held.review_days[grade] for grade in GRADES},
        }
        for tool in self.tools:
            limits = instrument_rules.thresholds(tool, area, held.bands.get(tool.name))
            values |= {f"band:{tool.name}:{code}": start for code, start in limits.items()}
        self.fill(values)
        self.show_problems({})
        own = risk.has_own_rules(area)
        self.clear_button.setVisible(bool(area) and own)
        if not area:
            self.own.setText(self.tr("These hold where an area has settled nothing of its own."))
        elif own:
            self.own.setText(self.tr("This area has rules of its own."))
        else:
            self.own.setText(self.tr("This area has no rules of its own: the rules of every area hold."))

    def _typed(self) -> Rules:
        """The rules as typed.

        Raises:
            Refused: field -> sentence, where there is no whole number.
        """
        found: dict[str, int] = {}
        problems: dict[str, Words] = {}
        for name in self.editors:
            text = self.text(name)
            if text.isascii() and text.isdigit() and len(text) <= 6:
                found[name] = int(text)
            else:
                problems[name] = words("Enter a whole number")
        if problems:
            raise Refused(problems)
        bands: dict[str, dict[str, int]] = {}
        for tool in self.tools:
            plain = instrument_rules.thresholds(tool, self.chosen_area())
            typed = {code: found[f"band:{tool.name}:{code}"] for code in plain}
            held = risk.rules(self.chosen_area()).bands.get(tool.name, {})
            # Kept are those that differ from the form's own, or were settled before.
            own = {code: start for code, start in typed.items() if start != plain[code] or code in held}
            if own:
                bands[tool.name] = own
        return Rules(
            found["escalation_count"],
            found["escalation_months"],
            {grade: found[f"review_{grade}"] for grade in GRADES},
            bands,
        )

    def _field_of(self, name: str) -> str:
        """Where a sentence about several numbers is shown."""
        if name == "review_days":
            return "review_high"
        if name == "bands":
            return self._wrong_band() or next((one for one in self.editors if one.startswith("band:")), name)
        return name

    def _wrong_band(self) -> str:
        """The first threshold that is not higher than the one before it."""
        for tool in self.tools:
            names = [f"band:{tool.name}:{band.code}" for band in tool.bands]
            for before, name in pairwise(names):
                if int(self.text(name)) <= int(self.text(before)):
                    return name
        return ""

    def _clear(self) -> None:
        try:
            self.session.write(risk.clear_rules, self.chosen_area())
        except Problem as problem:
            self.session.problem(problem)
            return
        self._show()
