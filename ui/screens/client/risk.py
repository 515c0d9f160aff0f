"""Risk as it stands: the grade that counts, who judged it and why, when it is looked at again, and every assessment."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QWidget

from caseworker.domain import codes, when
from caseworker.domain import instruments as rules
from caseworker.domain.instruments import AnswerSet
from caseworker.errors import Problem
from caseworker.storage import instruments
from caseworker.storage import risk as stored_risk
from caseworker.storage.risk import RiskNow
from ui.say import say
from ui.screens.client.answer_sets import AnswersPage, WithdrawAnswersForm, grade_chip, state_chip
from ui.screens.client.beginning import BeginCard
from ui.screens.client.instruments import InstrumentForm
from ui.screens.client.scoring import band_words, grade_words
from ui.screens.client.tab import Tab, empty
from ui.session import Session
from ui.widgets import Card, Entry, Text, column


class RiskTab(Tab):
    """Cards from what is true now to what was before. ``folder`` holds other definitions than the shipped ones."""

    def __init__(self, session: Session, parent: QWidget | None = None, folder: Path | None = None) -> None:
        super().__init__(session, parent)
        self._shown: object = None
        self.now = column()
        self.body.addLayout(self.now)
        self.begin = BeginCard(session, self.tr("Assess risk"), ["risk"], folder)
        self.begin.begun.connect(self.form_wanted)
        self.body.addWidget(self.begin)
        self.cards = column(gap=12)
        self.body.addLayout(self.cards)
        self.body.addStretch(1)

    def show_client(self, client_id: int) -> None:
        super().show_client(client_id)
        self._shown = None

    def entry(self) -> QWidget:
        """Where the keyboard arrives: one press begins, or carries on."""
        return self.begin.begin_button

    def reload(self) -> None:
        self.begin.show_client(self.client_id)
        now = when.epoch(self.session.now())
        names = {one.name for one in rules.shelf(self.begin.folder).instruments if one.kind == "risk"}
        sets = [
            one
            for one in instruments.for_client(self.client_id, withdrawn=True)
            if one.grade or one.instrument in names
        ]
        parts = (sets, stored_risk.current(self.client_id), when.local(now).date())
        if parts == self._shown:
            return
        self._shown = parts
        empty(self.now)
        self.now.addWidget(self._current(parts[1]))
        empty(self.cards)
        self.cards.addWidget(self._assessments(sets, now))

    # ---- cards

    def _current(self, now: RiskNow | None) -> Card:
        card = Card(self.tr("Risk now"), icon="shield-alert")
        if now is None:
            card.body.addWidget(
                Text(self.tr("Nothing is signed yet, so there is no grade."), "body", "muted", wrap=True)
            )
            return card
        card.head.addWidget(grade_chip(now.grade))
        return card

    def _assessments(self, sets: list[AnswerSet], now: int) -> Card:
        card = Card(self.tr("Assessments"), str(len(sets)) if sets else "", "list-checks")
        for one in sets:
            card.add_row(self._assessment(one, now))
        if not sets:
            card.body.addWidget(Text(self.tr("None yet."), "body", "muted"))
        return card

    def _assessment(self, held: AnswerSet, now: int) -> Entry:
        title, total = self._titled(held)
        asked = when.show_datetime(when.local(held.started))
        stage = codes.get("outcome_stage").label(held.stage)
        chips = [state_chip(held, now)]
        if held.signed and held.grade:
            chips.insert(0, grade_chip(held.grade))
        line = Entry(title, [total, (f"{asked}. {stage}", "muted")], chips)
        mine = held.worker_id == self.session.vault.worker.id
        about = f"{title}, {asked}"
        if not held.signed and not held.withdrawn:
            if mine:
                line.add_button(
                    self.tr("Carry on"), partial(self._carry_on, held), kind="secondary", about=about
                )
            line.add_button(self.tr("Withdraw"), partial(self._withdraw, held), about=about)
        else:
            line.add_button(self.tr("Read"), partial(self._read, held), kind="secondary", about=about)
        return line

    def _titled(self, held: AnswerSet) -> tuple[str, str]:
        """Its name by its own version, and what it came to."""
        try:
            form = instruments.definition(held)
        except Problem:
            return held.instrument, ""
        if not held.signed:
            given = instruments.answers(held.id or 0)
            values = {code: one.value for code, one in given.items()}
            asked = len(form.asked(values))
            return form.title, self.tr("{n} of {all} items have an answer").format(n=len(given), all=asked)
        score = rules.signed_score(held)
        said = (
            self.tr("{label}: {total}").format(label=form.total_label, total=score.total)
            if score.total is not None
            else ""
        )
        if held.judgement and held.tool_grade:
            raised = self.tr("raised from {tool} by judgement").format(
                tool=band_words(form, held.tool_grade).lower()
            )
            said = f"{said}, {raised}" if said else say(grade_words(held.grade)) + f", {raised}"
        return form.title, said

    # ---- doing

    def _carry_on(self, held: AnswerSet) -> None:
        try:
            self.form_wanted.emit(InstrumentForm(self.session, self.client_id, held.id or 0))
        except Problem as problem:
            self.session.problem(problem)

    def _read(self, held: AnswerSet) -> None:
        self.form_wanted.emit(AnswersPage(self.session, self.client_id, held.id or 0))

    def _withdraw(self, held: AnswerSet) -> None:
        self.form_wanted.emit(WithdrawAnswersForm(self.session, self.client_id, held.id or 0))
