"""The forms for what a MARAC meeting asked agencies to do, and what it changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QWidget

from caseworker.domain.marac_actions import MaracAction
from caseworker.storage import marac_actions
from ui.screens.client.record import RecordForm, TakeBackForm
from ui.session import Session
from ui.widgets import DateBoxes, NoteEdit, TextLine


class MaracActionForm(RecordForm):
    """One action of one referral."""

    DATES = ("due", "done")

    def __init__(
        self,
        session: Session,
        client_id: int,
        referral_id: int,
        action_id: int | None = None,
        parent: QWidget | None = None,
    ) -> None:
        key = f"marac_action:{client_id}:{referral_id}:{action_id or 'new'}"
        super().__init__(session, key, parent)
        self.action = (
            marac_actions.get(action_id)
            if action_id is not None
            else MaracAction(None, "", client_id, referral_id, "", "")
        )
        self.add("agency", self.tr("Agency"), TextLine(), self.tr("For example, housing or police"))
        self.add("action", self.tr("What was agreed"), NoteEdit(lines=2))
        self.add("due", self.tr("Due"), DateBoxes(), "", True)
        self.add("done", self.tr("Done on"), DateBoxes(), "", True)
        self.add("effect", self.tr("What it changed for the client"), NoteEdit(lines=2), "", True)
        self.why = self.add("why", self.tr("Why it changed"), TextLine(), "", True)
        self.why.setVisible(action_id is not None)
        names = ("agency", "action", "due", "done", "effect")
        self.start({name: getattr(self.action, name) for name in names})

    def title(self) -> str:
        return self.tr("MARAC action")

    def store(self) -> str:
        typed: dict[str, Any] = {name: self.day(name) for name in self.DATES}
        typed |= {name: self.text(name) for name in ("agency", "action", "effect")}
        marac_actions.save(replace(self.action, **typed), self.text("why"))
        return self.tr("MARAC action saved.")


class WithdrawMaracActionForm(TakeBackForm):
    """Take back an action recorded by mistake."""

    NOUN = "marac_action"
    STORE = marac_actions
