"""Special measures at court: one grid, each cell saved where it is answered; dates and notes in the form of a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from caseworker.domain import codes
from caseworker.domain import special_measures as rules
from caseworker.domain.special_measures import STEPS, SpecialMeasure
from caseworker.errors import Problem, Refused
from caseworker.storage import special_measures
from ui.screens.client.part import Part
from ui.screens.client.record import RecordForm
from ui.session import Session
from ui.theme import px
from ui.widgets import DateBoxes, Grid, GridCell, GridColumn, GridRow, NoteEdit, Text, TextLine

UNASKED = "NA-ASK"
ICONS = {
    "yes": ("check", "on_safe"),
    "granted": ("check", "on_safe"),
    "no": ("x", "muted"),
    "refused": ("x", "on_high"),
}


class MeasuresCard(Part):
    """Every measure, whether anything was said of it or not: what nobody explained is seen at a glance."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, self.tr("Special measures and help at court"), "hand", parent)
        titles = {
            "explained": self.tr("Explained"),
            "wanted": self.tr("Wanted"),
            "requested": self.tr("Asked for"),
            "decision": self.tr("Decision"),
            "given": self.tr("Given"),
        }
        missing = tuple(codes.MISSING.items())
        columns = []
        for step, list_name in STEPS.items():
            entries = codes.get(list_name)
            offered = tuple((code, entries.label(code)) for code in entries.valid_on(self.today()))
            columns.append(GridColumn(titles[step], offered, missing))
        self.grid = Grid(self.tr("Special measures"), self.tr("Measure"), columns, UNASKED)
        self.body.setContentsMargins(px(8), 0, px(8), px(12))
        self.body.addWidget(self.grid)
        hint = Text(
            self.tr("Arrows move. Y, N or Space answers, Delete takes it back, F4 offers all, Enter opens."),
            "small",
            "muted",
            wrap=True,
        )
        hint.setContentsMargins(px(8), 0, px(8), 0)
        self.body.addWidget(hint)
        self.missing = Text("", "strong", "warn", wrap=True)
        self.missing.setContentsMargins(px(8), 0, px(8), 0)
        self.body.addWidget(self.missing)
        self.grid.answered.connect(self._answered)
        self.grid.opened.connect(self._open)

    def in_steps(self) -> Iterator[None]:
        """The table is not made anew: the keyboard stays in its cell."""
        self.show_found(special_measures.for_client(self.client_id))
        return iter(())

    def show_found(self, found: object) -> None:
        assert isinstance(found, list)
        held = {one.measure: one for one in found}
        names = codes.get("special_measure")
        rows = []
        for measure in names.valid_on(self.today()):
            one = held.get(measure) or SpecialMeasure(None, "", self.client_id, measure)
            rows.append(GridRow(measure, names.label(measure), tuple(_cell(one, step) for step in STEPS)))
        self.grid.show_rows(rows)
        waiting = rules.wanted_and_missing(found)
        self.missing.setVisible(bool(waiting))
        self.missing.setText(
            self.tr("Wanted and not asked for yet: {measures}").format(
                measures=", ".join(names.label(one.measure).lower() for one in waiting)
            )
        )

    def _answered(self, measure: object, column: object, code: object) -> None:
        step = list(STEPS)[int(str(column))]
        try:
            self.session.write(special_measures.answer, self.client_id, str(measure), step, str(code))
        except Refused:
            self._open(measure)
        except Problem as problem:
            self.session.problem(problem)

    def _open(self, measure: object) -> None:
        at = codes.get("special_measure").codes.index(str(measure))
        self.form_wanted.emit(MeasureForm(self.session, self.client_id, at))


def _cell(one: SpecialMeasure, step: str) -> GridCell:
    code = getattr(one, step)
    said = codes.get(STEPS[step]).label(code)
    if code == UNASKED:
        return GridCell("–", code, said)
    icon, token = ICONS.get(code, ("", "muted"))
    return GridCell(said, code, said, icon, token)


class MeasureForm(RecordForm):
    """All of one measure: the answers of the grid, when and by whom it was asked for, and a note. ``place``: where it
    stands in the list of measures.
    """

    def __init__(self, session: Session, client_id: int, place: int, parent: QWidget | None = None) -> None:
        super().__init__(session, f"special_measure:{client_id}:{place}", parent)
        measure = codes.get("special_measure").codes[place]
        self.held = special_measures.for_measure(client_id, measure)
        self.combo("explained", self.tr("Was it explained?"), "yes_no")
        self.combo("wanted", self.tr("Does the client want it?"), "yes_no")
        self.combo("requested", self.tr("Was it asked for?"), "yes_no")
        self.asked_on = self.add("requested_on", self.tr("Date it was asked for"), DateBoxes(), "", True)
        self.asked_by = self.add("requested_by", self.tr("Who asked for it"), TextLine(), "", True)
        self.combo("decision", self.tr("What did the court decide?"), "measure_decision")
        self.combo("given", self.tr("Was it there on the day?"), "yes_no")
        self.add("note", self.tr("Note"), NoteEdit(lines=2), "", True)
        names = (*STEPS, "requested_on", "requested_by", "note")
        self.start({name: getattr(self.held, name) for name in names})

    def title(self) -> str:
        return codes.get("special_measure").label(self.held.measure)

    def follow(self) -> None:
        asked = self.code("requested") == "yes"
        self.asked_on.setVisible(asked)
        self.asked_by.setVisible(asked)

    def store(self) -> str:
        asked = self.code("requested") == "yes"
        special_measures.save(
            replace(
                self.held,
                explained=self.code("explained"),
                wanted=self.code("wanted"),
                requested=self.code("requested"),
                requested_on=self.day("requested_on") if asked else "",
                requested_by=self.text("requested_by") if asked else "",
                decision=self.code("decision"),
                given=self.code("given"),
                note=self.text("note"),
            )
        )
        return self.tr("Saved.")
