"""The form of an alleged perpetrator: as little as keeps the client safe, each fact with who said so."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from caseworker.domain import codes
from caseworker.domain.labels import field_label
from caseworker.domain.perpetrators import FACTS, Perpetrator
from caseworker.storage import perpetrators
from ui.say import say
from ui.screens.client.clients import years
from ui.screens.client.record import RecordForm, TakeBackForm
from ui.screens.form import value_of
from ui.session import Session
from ui.theme import px
from ui.widgets import Button, DateBoxes, Field, FlowLayout, Said, TextLine

_CODED = (
    "sex",
    "relationship",
    "lives_with",
    "weapons",
    "occupation_risk",
    "convicted",
    "known_here",
    *FACTS,
)
_TEXTS = ("name", "weapons_words", "occupation", "orders", "convicted_of")


class NamesRow(QWidget):
    """The names recorded for this client, one press each, under a field that says who did something.

    One spelling of a name matters: whether an incident is a repeat is seen by it.
    """

    def __init__(self, client_id: int, line: QLineEdit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = line
        across = FlowLayout(8, self)
        names = perpetrators.names(client_id)
        for name in names:
            button = Button(name, "user", "quiet")
            button.setAccessibleName(self.tr("Use the name {name}").format(name=name))
            button.clicked.connect(partial(self._take, name))
            across.addWidget(button)
        self.setVisible(bool(names))

    def _take(self, name: str) -> None:
        self.line.setText(name)
        self.line.textEdited.emit(name)  # as if it had been typed: the draft is kept
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)


class PerpetratorForm(RecordForm):
    """One person said to harm this client."""

    def __init__(
        self,
        session: Session,
        client_id: int,
        perpetrator_id: int | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(session, f"perpetrator:{client_id}:{perpetrator_id or 'new'}", parent)
        self.client_id = client_id
        self.perpetrator = perpetrators.get(perpetrator_id) if perpetrator_id is not None else None
        self.said: dict[str, Field] = {}
        self.in_turn(
            self._who_fields, self._danger_fields, self._work_fields, self._court_fields, self._fill_in
        )

    def _who_fields(self) -> None:
        self.down.addWidget(
            Said(
                self.tr(
                    "Only what keeps the client safe, and who said so. The person may one day ask to read it."
                )
            )
        )
        self.add("name", self.tr("Name, or what the client calls them"), TextLine())
        self.combo("relationship", self.tr("Who they are to the client"), "relationship")
        self._said("relationship_said")
        self.choice("lives_with", self.tr("Do they live with the client now?"), "yes_no")
        self._said("lives_with_said")

    def _danger_fields(self) -> None:
        self.choice("weapons", self.tr("Do they have weapons, or can they get them?"), "yes_no")
        self.weapons_field = self.add("weapons_words", self.tr("Which, and where"), TextLine(), optional=True)
        self._said("weapons_said")
        self.add("orders", self.tr("Bail, orders and what they say"), TextLine(), optional=True)
        self._said("orders_said")

    def _work_fields(self) -> None:
        self.add("occupation", self.tr("Work"), TextLine(), optional=True)
        self.choice(
            "occupation_risk",
            self.tr("Does their work help them find or harm the client?"),
            "yes_no",
            self.tr("For example police, health, housing, computers"),
        )
        self._said("occupation_said")

    def _court_fields(self) -> None:
        self.add("born", self.tr("Date of birth"), DateBoxes(), self.tr("For example, 27 3 1991"), True)
        self.add("age_estimate", self.tr("Age, if only that is known"), TextLine(), "", True)
        self.editors["age_estimate"].setMaximumWidth(px(110))
        self.choice("sex", self.tr("Sex"), "sex")
        self._said("age_said")
        self.choice("convicted", self.tr("Has a court convicted them of this?"), "yes_no")
        self.convicted_field = self.add("convicted_of", self.tr("Of what, and when"), TextLine())
        self._said("convicted_said")
        self.choice(
            "known_here",
            self.tr("Does somebody who works here know them?"),
            "yes_no",
            self.tr("Only that it is so, for the supervisor. Do not write who"),
        )
        self.add("why", self.tr("Why it changed"), TextLine(), "", True).setVisible(
            self.perpetrator is not None
        )

    def _fill_in(self) -> None:
        held = self.perpetrator or Perpetrator(None, "", self.client_id, "")
        values = {name: getattr(held, name) for name in (*_CODED, *_TEXTS, "born")}
        age = "" if held.age_estimate is None else str(held.age_estimate)
        self.start({**values, "age_estimate": age, "why": ""})

    def title(self) -> str:
        return self.tr("Alleged perpetrator")

    def _said(self, name: str) -> None:
        self.said[name] = self.combo(name, self.tr("Who said so?"), "fact_source")
        self.editors[name].setAccessibleName(
            say(field_label("perpetrator", name))
        )  # the same words stand seven times

    def follow(self) -> None:
        """Ask for the source of what is stated, and of nothing else."""
        for name, field in self.said.items():
            field.setVisible(any(self._stands(fact) for fact in FACTS[name]))
        self.weapons_field.setVisible(self.code("weapons") == "yes")
        self.convicted_field.setVisible(self.code("convicted") == "yes")

    def _stands(self, name: str) -> bool:
        value = value_of(self.editors[name])
        if isinstance(value, list):
            return any(value)
        return bool(value) and not codes.is_missing(str(value))

    def store(self) -> str:
        held = self.perpetrator or Perpetrator(None, "", self.client_id, "")
        born = self.day("born")
        record = replace(
            held,
            born=born or (held.born if codes.is_missing(held.born) else "NA-ASK"),
            age_estimate=years(self, "age_estimate"),
            **{name: self.code(name) for name in _CODED},  # type: ignore[arg-type]
            **{name: self.text(name) for name in _TEXTS},  # type: ignore[arg-type]
        )
        if record.weapons != "yes":
            record = replace(record, weapons_words="")
        if record.convicted != "yes":
            record = replace(record, convicted_of="")
        perpetrators.save(record, self.text("why"))
        return self.tr("Saved.")


class WithdrawPerpetratorForm(TakeBackForm):
    """Take back an alleged perpetrator recorded by mistake."""

    NOUN = "perpetrator"
    STORE = perpetrators
