"""What a MARAC meeting asked agencies to do: who, what, by when, and what it changed for the client.

Nothing of it may reach the person causing harm.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from caseworker.domain.when import iso_date
from caseworker.words import Words, words

LONGEST_TEXT = 1_000
TEXTS = ("agency", "action", "effect")


@dataclass(frozen=True, slots=True)
class MaracAction:
    id: int | None
    uid: str
    client_id: int
    marac_referral_id: int
    agency: str  # who took it on
    action: str
    due: str = ""  # ISO date; empty where the meeting set none
    done: str = ""  # ISO date; empty while it is open
    effect: str = ""  # what it changed for the client
    recorded: int = 0  # epoch seconds, set by storage
    worker_id: int | None = None  # author, set by storage
    withdrawn: int = 0  # epoch seconds; 0: it stands

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        if not self.agency.strip():
            found["agency"] = words("Enter which agency took it on")
        if not self.action.strip():
            found["action"] = words("Enter what was agreed")
        for name in TEXTS:
            if len(getattr(self, name)) > LONGEST_TEXT:
                found[name] = words("Must be {most} characters or fewer", most=LONGEST_TEXT)
        if self.due and iso_date(self.due) is None:
            found["due"] = words("Date must be a real date")
        done = iso_date(self.done)
        if self.done and done is None:
            found["done"] = words("Date must be a real date")
        elif done is not None and done > today:
            found["done"] = words("Date must be today or in the past")
        return found


def is_open(action: MaracAction) -> bool:
    return not action.done and not action.withdrawn


def is_overdue(action: MaracAction, today: dt.date) -> bool:
    """Whether its day has passed and nobody did it."""
    due = iso_date(action.due)
    return is_open(action) and due is not None and due < today
