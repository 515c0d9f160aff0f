"""Professionals around a client: the officer in the case, a social worker, a GP, a solicitor.

Beside each stands whether ringing them about her is safe, and what they may be told.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from caseworker.domain import codes
from caseworker.domain.clients import LONGEST_NAME
from caseworker.domain.safe_contacts import is_email, is_phone
from caseworker.words import Words, words

LONGEST_TEXT = 500
CODED = {"role": "professional_role", "safe_to_ring": "yes_no", "agreed": "yes_no"}
_EXTENSION = re.compile(r" ?(x|ext\.?) ?[0-9]{1,6}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Professional:
    id: int | None
    uid: str
    client_id: int
    name: str
    role: str = "NA-ASK"
    organisation: str = ""
    phone: str = ""
    email: str = ""
    safe_to_ring: str = "NA-ASK"  # about this client
    agreed: str = "NA-ASK"  # the client agrees that they are told
    may_be_told: str = ""  # what
    note: str = ""
    recorded: int = 0  # epoch seconds, set by storage
    worker_id: int | None = None  # author, set by storage
    withdrawn: int = 0  # epoch seconds; 0: it stands

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        if not self.name.strip() and not self.organisation.strip():
            found["name"] = words("Enter a name, or the organisation below")
        for name in ("name", "organisation"):
            if len(getattr(self, name)) > LONGEST_NAME:
                found[name] = words("Name must be {most} characters or fewer", most=LONGEST_NAME)
        for name, list_name in CODED.items():
            if not codes.accepts(list_name, getattr(self, name)):
                found[name] = words("Choose an answer from the list")
        if self.phone.strip() and not is_phone(_EXTENSION.sub("", self.phone.strip())):
            found["phone"] = words("Enter a phone number, like {example}", example="01632 960 001")
        if self.email.strip() and not is_email(self.email):
            found["email"] = words("Enter an email address, like {example}", example="name@example.com")
        if self.agreed == "yes" and not self.may_be_told.strip():
            found["may_be_told"] = words("Enter what they may be told")
        for name in ("may_be_told", "note"):
            if len(getattr(self, name)) > LONGEST_TEXT:
                found[name] = words("Must be {most} characters or fewer", most=LONGEST_TEXT)
        return found


def ringing(professional: Professional) -> Words:
    """Whether ringing them about this client is safe; in doubt it is not."""
    if professional.safe_to_ring == "yes":
        return words("Safe to ring about the client")
    if professional.safe_to_ring == "no":
        return words("Do not ring about the client")
    return words("Ask the client before ringing")
