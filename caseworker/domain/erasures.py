"""Erasures: what has to be certain before a client's record is destroyed for good (UK GDPR, article 17).

Everything else in a record is kept and can be put back; this cannot.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from caseworker.domain import codes
from caseworker.words import Words, words


@dataclass(frozen=True, slots=True)
class Erasure:
    """A wish to erase one record. ``typed``: its reference, typed by hand so that it is the right one."""

    client_id: int
    typed: str
    reason: str

    def problems(self, reference: str, today: dt.date) -> dict[str, Words]:
        """What has to be put right first. Capitals and spaces in the reference do not matter."""
        found: dict[str, Words] = {}
        if not self.typed.strip():
            found["typed"] = words("Type the reference of the record")
        elif same_reference(self.typed) != same_reference(reference):
            found["typed"] = words("That is not the reference of this record")
        if self.reason not in codes.get("erase_reason").valid_on(today):
            found["reason"] = words("Select why the record is erased")
        return found


def same_reference(text: str) -> str:
    """A reference as it is compared: without spaces, whatever its capitals."""
    return "".join(text.split()).casefold()
