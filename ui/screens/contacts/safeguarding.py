"""Safeguarding: is there something new? Asked when a conversation is logged while somebody is at risk.

One key says that the last decision stands; anything else is decided here and saved in the same step.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QWidget

from caseworker.domain import safeguarding as rules
from caseworker.domain import when
from caseworker.domain.contacts import Contact
from caseworker.domain.safeguarding import Answer
from caseworker.storage import children, safeguarding
from caseworker.words import Words
from ui.screens.contacts.asks import Ask, Asked
from ui.screens.decision import Decision
from ui.widgets import ChoiceRow

STANDS = "stands"
NEW = "new"


class SafeguardingAsk(Ask):
    """The question, and under it the fields of a decision while one is made."""

    def __init__(self, asked: Asked, parent: QWidget | None = None) -> None:
        super().__init__(asked, parent)
        self._offered: str | None = None
        self._contact: Contact | None = None
        self._read()
        self.choice = ChoiceRow(
            self.tr("Safeguarding: is there something new?"), [], self.tr("A child or an adult is at risk")
        )
        self.down.addWidget(self.choice)
        self.decision = Decision(self._household, "safeguarding_", lines=2)
        self.down.addWidget(self.decision)
        self.editors["safeguarding"] = self.choice
        self.editors |= self.decision.editors
        self.fields |= self.decision.fields
        self._offer(when.epoch(asked.session.now()))  # before a draft puts its answer back
        asked.session.changed.connect(self._read)

    def applies(self, contact: Contact) -> bool:
        if contact.client_id is None or not rules.asks(contact, self._household):
            return False
        self._contact = contact
        self._offer(contact.at)
        self.decision.setVisible(self.choice.value() == NEW)
        self.decision.follow()
        return True

    def problems(self) -> Mapping[str, Words]:
        if self._contact is None:
            return {}
        today = self.asked.session.now().astimezone(when.LONDON).date()
        return rules.answer_problems(self._contact, self._household, self._decided, self._answer(), today)

    def told(self) -> Mapping[str, Any]:
        return {"safeguarding": self._answer()}

    def _answer(self) -> Answer | None:
        chosen = self.choice.value()
        if chosen == STANDS:
            return Answer(stands=True)
        if chosen != NEW:
            return None
        begun = rules.new_decision(self.asked.client_id or 0, self.asked.session.now())
        return Answer(decision=self.decision.record(begun))

    def _offer(self, at: int) -> None:
        """The last decision by its date while it stands; without one only a new decision is offered."""
        standing = rules.standing(self._decided, self._household, at)
        oldest = min((one.decided for one in standing), default=0)
        # Without its year: it is a few days old, and the line has to fit beside the page.
        day = when.show_date(when.local(oldest).date()).rsplit(" ", 1)[0] if oldest else ""
        if day == self._offered:
            return
        self._offered = day
        new = (NEW, self.tr("Something new: record a decision"), "shield-alert")
        if day:
            stands = self.tr("Nothing new, decision of {day} stands").format(day=day)
            self.choice.show_options([(STANDS, stands, "check"), new])
        else:
            self.choice.show_options([new])

    def _read(self) -> None:
        """A decision or a child may be recorded beside this form while it is open."""
        if self.asked.session.is_locked() or self.asked.client_id is None:
            self._household, self._decided = [], []
            return
        self._household = children.for_client(self.asked.client_id)
        self._decided = safeguarding.for_client(self.asked.client_id)
