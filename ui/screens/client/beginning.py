"""Where a form is chosen and begun: which one, at what stage, when it was asked. What cannot be used is named here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from caseworker.domain import codes, when
from caseworker.domain import instruments as rules
from caseworker.errors import Problem, Refused
from caseworker.storage import instruments
from ui.say import say
from ui.screens.client.instruments import InstrumentForm
from ui.session import Session
from ui.theme import px
from ui.widgets import Button, Card, ChoiceRow, Field, Said, TextLine


class BeginCard(Card):
    """Begin a form of these kinds, or carry on with the one that is open. ``begun`` carries the form to show.

    ``folder`` holds the definitions, the shipped ones unless given.
    """

    begun = Signal(object)

    def __init__(
        self,
        session: Session,
        title: str,
        kinds: Sequence[str],
        folder: Path | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, icon="list-checks", parent=parent)
        self.session = session
        self.kinds = tuple(kinds)
        self.folder = folder
        self.client_id = 0
        self._shown: object = None
        self.tool = ChoiceRow(self.tr("Form"), [])
        self.stage = ChoiceRow(self.tr("Stage"), [])
        self.asked = TextLine(self.tr("Now"))
        self.asked_field = Field(
            self.tr("When it was asked"), self.asked, self.tr("Typed later? For example, yesterday 3pm")
        )
        self.asked.setMaximumWidth(px(420))
        self.begin_button = Button(self.tr("Begin"), "list-checks", "primary")
        for part in (self.tool, self.stage, self.asked_field):
            self.body.addWidget(part)
        self.body.addWidget(self.begin_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._broken: list[Said] = []
        self.tool.chosen.connect(self._tool_chosen)
        self.begin_button.clicked.connect(self.begin)

    def show_client(self, client_id: int) -> None:
        """Offer what may be begun today with that client."""
        shelf = rules.shelf(self.folder)
        today = self.session.now().astimezone(when.LONDON).date()
        offered = [one for kind in self.kinds for one in shelf.offered(today, kind)]
        sets = instruments.for_client(client_id)
        shown = (client_id, [(one.name, one.version) for one in offered], shelf.broken, sets)
        if shown == self._shown:
            return
        self._shown = shown
        self.client_id = client_id
        self._offered = {one.name: one for one in offered}
        self._sets = sets
        self.tool.show_options([(one.name, one.title, "") for one in offered])
        if self.tool.value() is None and offered:
            used = next((one.instrument for one in sets if one.instrument in self._offered), None)
            self.tool.set_value(used or self._usual(list(self._offered)))
        self._offer_stages()
        for line in self._broken:
            line.hide()
            line.deleteLater()
        self._broken = [
            Said(say(problem.words), "triangle-alert", "on_high", tone="danger") for problem in shelf.broken
        ]
        for line in self._broken:
            self.body.addWidget(line)
        for part in (self.tool, self.stage, self.asked_field, self.begin_button):
            part.setVisible(bool(offered))

    def begin(self) -> None:
        """Begin it, or take up again the one still open, and show the form."""
        name, stage = self.tool.value(), self.stage.value()
        self.asked_field.show_problem(None)
        if name is None:
            self.tool.show_problem(self.tr("Choose a form"))
            return
        if stage is None:
            self.stage.show_problem(self.tr("Choose the stage"))
            return
        try:
            now = self.session.now()
            typed = self.asked.text().strip()
            later = typed and typed.casefold() not in ("now", self.tr("Now").casefold())
            at = when.epoch(when.read_when(typed, now, field="started")) if later else None
            set_id = self.session.write(
                instruments.begin, self.client_id, name, stage, at=at, folder=self.folder
            )
            form = InstrumentForm(self.session, self.client_id, set_id)
        except Refused as refused:
            self.asked_field.show_problem(say(next(iter(refused.problems.values()))))
            self.asked.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        except Problem as problem:
            self.session.problem(problem)
            return
        self.asked.setText(self.tr("Now"))
        self.begun.emit(form)

    def begin_if_focused(self) -> None:
        """Ctrl+Enter with the keyboard in this card."""
        focus = self.window().focusWidget()
        if focus is not None and self.isAncestorOf(focus) and self.begin_button.isVisible():
            self.begin()

    def _usual(self, names: list[str]) -> str:
        """The checklist most services use, where it is offered."""
        most = max(names, key=lambda name: len(self._offered[name].items))
        return most

    def _tool_chosen(self) -> None:
        self.tool.show_problem(None)
        self._offer_stages()

    def _offer_stages(self) -> None:
        """The start where nothing is signed yet, else a review; what is open is carried on."""
        name = self.tool.value()
        if name is None:
            return
        stages = codes.get("outcome_stage")
        offered = self._offered[name].stages
        self.stage.show_options([(code, stages.label(code), "") for code in offered])
        mine = self.session.vault.worker.id
        held = [one for one in self._sets if one.instrument == name]
        waiting = next((one for one in held if not one.signed and one.worker_id == mine), None)
        signed = any(one.signed for one in held)
        usual = waiting.stage if waiting is not None else "review" if signed else "baseline"
        self.stage.set_value(usual if usual in offered else offered[0])
        self.begin_button.setText(self.tr("Carry on") if waiting is not None else self.tr("Begin"))
