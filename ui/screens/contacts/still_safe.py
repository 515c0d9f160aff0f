"""Is this number still safe? Asked when somebody else answered; a "no" stops its use in the same step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from caseworker.domain import interlock
from caseworker.domain.contacts import Contact
from caseworker.storage import contacts, safe_contacts
from caseworker.words import Words, words
from ui.screens.contacts.asks import Ask, Asked
from ui.widgets import ChoiceRow

WRONG_PERSON = words("Wrong person answered")  # the reason that stands in the history of a number


class StillSafe(Ask):
    """Never again, or not before the client has been asked, or still safe."""

    def __init__(self, asked: Asked, parent: QWidget | None = None) -> None:
        super().__init__(asked, parent)
        self.choice = ChoiceRow(
            self.tr("Is this number still safe?"),
            [
                ("yes", self.tr("Yes"), "check"),
                ("no", self.tr("No, stop using it"), "ban"),
                ("unsure", self.tr("Ask first"), "circle-help"),
            ],
            self.tr("Somebody else answered. What you choose changes the safe contact when you save"),
        )
        self.down.addWidget(self.choice)
        self.editors["still_safe"] = self.choice

    def applies(self, contact: Contact) -> bool:
        return contact.outcome == "WPA" and contact.method in ("TEL", "SMS", "MSG") and bool(self.asked.safe)

    def problems(self) -> Mapping[str, Words]:
        if self.choice.value() is not None:
            return {}
        return {"still_safe": words("Select whether this number is still safe")}

    def store(self, contact_id: int) -> None:
        chosen = self.choice.value()
        contact = contacts.get(contact_id)
        channel = interlock.CHANNEL_OF_METHOD.get(contact.method)
        held = safe_contacts.for_client(contact.client_id or 0)
        known = next((one for one in held if one.channel == channel), None)
        if known is not None and chosen in ("no", "unsure"):
            stopped = "no" if chosen == "no" else "NA-UNK"
            safe_contacts.save(replace(known, allowed=stopped), str(WRONG_PERSON))
