"""Incidents: what happened to the client and when, reported to police or not.

Few words on purpose: they are counted for escalation, repeat and reviews; the account belongs in a contact's note.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from caseworker.domain import codes
from caseworker.domain.when import iso_date
from caseworker.words import Words, words

LONGEST_TEXT = 500
CODED = {"kind": "incident_kind", "crime": "crime", "reported": "reported"}


@dataclass(frozen=True, slots=True)
class Incident:
    id: int | None
    uid: str
    client_id: int
    happened: str  # ISO date; of something that went on, the last day of it
    kind: str = "NA-ASK"  # list ``incident_kind``
    crime: str = "NA-ASK"
    reported: str = "NA-ASK"
    by_whom: str = ""  # the alleged perpetrator as the client names them
    note: str = ""
    episode_id: int | None = None
    recorded: int = 0  # when we learned of it, epoch seconds, set by storage
    worker_id: int | None = None  # author, set by storage
    withdrawn: int = 0  # epoch seconds; 0: it stands

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        day = iso_date(self.happened)
        if not self.happened:
            found["happened"] = words("Enter the date it happened")
        elif day is None:
            found["happened"] = words("Date must be a real date")
        elif day > today:
            found["happened"] = words("Date must be today or in the past")
        for name, list_name in CODED.items():
            if not codes.accepts(list_name, getattr(self, name)):
                found[name] = words("Choose an answer from the list")
        for name in ("by_whom", "note"):
            if len(getattr(self, name)) > LONGEST_TEXT:
                found[name] = words("Must be {most} characters or fewer", most=LONGEST_TEXT)
        return found


def qualifies(incident: Incident) -> bool:
    """Whether one of that kind, so soon after a MARAC referral, makes a repeat (domain.md 2.7).

    An unknown kind does: it is asked about, not waved through.
    """
    return codes.is_missing(incident.kind) or incident.kind in codes.get("incident_kind").with_flag("repeat")
