"""The form of a next step."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from PySide6.QtWidgets import QWidget

from caseworker.domain import when
from caseworker.domain.actions import Action
from caseworker.storage import actions
from ui.screens.client.record import RecordForm
from ui.session import Session
from ui.widgets import DateBoxes, TextLine


class ActionForm(RecordForm):
    """What is next, and by when."""

    def __init__(
        self, session: Session, client_id: int, action_id: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"action:{client_id}:{action_id or 'new'}", parent)
        self.client_id = client_id
        self.action = action = actions.get(action_id) if action_id is not None else None
        self.add("text", self.tr("What you will do next"), TextLine())
        soon = session.now().astimezone(when.LONDON) + timedelta(days=14)
        example = self.tr("For example, {day}").format(day=f"{soon.day} {soon.month} {soon.year}")
        self.add("due", self.tr("By when"), DateBoxes(), example)
        self.start({"text": action.text if action else "", "due": action.due if action else ""})

    def title(self) -> str:
        return self.tr("Next step")

    def store(self) -> str:
        held = self.action or Action(None, "", self.client_id, "", "")
        actions.save(replace(held, text=self.text("text"), due=self.day("due")))
        return self.tr("Next step saved.")
