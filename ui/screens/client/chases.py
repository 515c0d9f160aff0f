"""Chasing the police and the court: the log, and a form that takes a few keys."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

from PySide6.QtWidgets import QWidget

from caseworker.domain import chases as rules
from caseworker.domain import codes, time_limits, when
from caseworker.domain.chases import Chase
from caseworker.storage import chases
from ui.say import say
from ui.screens.client.part import Part
from ui.screens.client.record import RecordForm, TakeBackForm
from ui.session import Session
from ui.widgets import Chip, ChoiceRow, DateBoxes, Entry, TextLine

SHOWN = 5


class ChasesCard(Part):
    """The newest first, the next date of each body as a chip."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, self.tr("Chasing police and court"), "phone-call", parent)
        self._all = False

    def show_client(self, client_id: int) -> None:
        super().show_client(client_id)
        self._all = False

    def read(self) -> list[Chase]:
        return chases.for_client(self.client_id)

    def show_found(self, found: object) -> None:
        assert isinstance(found, list)
        self.show_count(len(found) if found else "")
        waiting = {one.id for one in rules.waits(found)}
        for one in found if self._all else found[:SHOWN]:
            self.add_row(self._line(one, one.id in waiting))
        if not found:
            self.say(self.tr("Police and court have not been chased yet."))
        elif len(found) > SHOWN and not self._all:
            self.last_button(self.tr("Show {n} more").format(n=len(found) - SHOWN), self._show_all)

    def _line(self, one: Chase, waits: bool) -> Entry:
        answer = codes.get("chase_answer").label(one.answer)
        day = when.show_stored(one.happened)
        whom = codes.get("chased").label(one.whom)
        chips = []
        again = when.iso_date(one.next_on)
        if waits and again is not None:
            relative = say(when.show_day_relative(again, self.today()))
            late = again < self.today()
            text = self.tr("Ask again, due {day}") if late else self.tr("Ask again {day}")
            text = text.format(day=relative)
            chips.append(Chip(text, "warn" if late else "info", "calendar-clock" if late else "calendar"))
        made = Entry(
            self.tr("{whom}, {date}").format(whom=whom, date=day),
            [self.tr("{answer}. {note}").format(answer=answer, note=one.note) if one.note else answer],
            chips,
        )
        made.add_button(self.tr("Change"), partial(self._change, one.id or 0))
        made.add_button(self.tr("Withdraw"), partial(self._withdraw, one.id or 0))
        return made

    def _show_all(self) -> None:
        self._all, self._found = True, None
        self.reload()

    def _change(self, row_id: int) -> None:
        self.form_wanted.emit(ChaseForm(self.session, self.client_id, row_id))

    def _withdraw(self, row_id: int) -> None:
        self.form_wanted.emit(WithdrawChaseForm(self.session, self.client_id, row_id))


class ChaseForm(RecordForm):
    """What they said first: the rest is filled in as it usually is."""

    def __init__(
        self, session: Session, client_id: int, chase_id: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"chase:{client_id}:{chase_id or 'new'}", parent)
        self.client_id = client_id
        self.chase = chases.get(chase_id) if chase_id is not None else None
        for name, label, list_name in (
            ("answer", self.tr("What did they say?"), "chase_answer"),
            ("whom", self.tr("Who was asked"), "chased"),
        ):
            entries = codes.get(list_name)
            row = ChoiceRow(
                label, [(code, entries.label(code), "") for code in entries.valid_on(self.today())]
            )
            self.bind(name, row)
            self.down.addWidget(row)
        self.add("note", self.tr("In their words"), TextLine(), "", True)
        self.add("happened", self.tr("When"), DateBoxes())
        self.add("next_on", self.tr("Ask again on"), DateBoxes(), self.tr("Empty: no need to"), True)
        self.why = self.add("why", self.tr("Why it changed"), TextLine(), "", True)
        self.why.setVisible(self.chase is not None)
        again = self.today() + timedelta(days=time_limits.days("CHASE"))
        held = self.chase or Chase(
            None, "", client_id, self.today().isoformat(), self._last_whom(), next_on=again.isoformat()
        )
        names = ("answer", "whom", "note", "happened", "next_on")
        self.start({**{name: getattr(held, name) for name in names}, "why": ""})

    def _last_whom(self) -> str:
        before = chases.for_client(self.client_id, limit=1)
        return before[0].whom if before else "OIC"

    def title(self) -> str:
        return self.tr("Chase police or court")

    def store(self) -> str:
        held = self.chase or Chase(None, "", self.client_id, "")
        chases.save(
            replace(
                held,
                answer=self.code("answer", ""),
                whom=self.code("whom", ""),
                note=self.text("note"),
                happened=self.day("happened"),
                next_on=self.day("next_on"),
            ),
            self.text("why"),
        )
        return self.tr("Chase saved.")


class WithdrawChaseForm(TakeBackForm):
    """Take back a chase recorded by mistake."""

    NOUN = "chase"
    STORE = chases
