"""Rights under the Victims' Code: for each one whether it was met, what shows it, and what was done when it was not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from caseworker.domain import codes
from caseworker.domain.when import date_problem
from caseworker.words import Words, words

LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class CodeRight:
    """One record a right and client; earlier states are in its history."""

    id: int | None
    uid: str
    client_id: int
    right: str  # list ``code_right``
    status: str = "na-yet"  # list ``right_status``
    happened: str = ""  # ISO date of that status
    evidence: str = ""  # what shows it
    breach: str = ""  # what was late or not done
    escalated: str = ""  # ISO date it was taken further; empty: not
    escalated_to: str = ""
    episode_id: int | None = None
    recorded: int = 0  # epoch seconds, set by storage
    worker_id: int | None = None  # author, set by storage
    withdrawn: int = 0  # epoch seconds; 0: it stands

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        if self.right not in codes.get("code_right"):
            found["right"] = words("Choose the right")
        if not codes.accepts("right_status", self.status):
            found["status"] = words("Choose an answer from the list")
        for name in ("happened", "escalated"):
            if (wrong := date_problem(getattr(self, name), today)) is not None:
                found[name] = wrong
        if is_breach(self.status) and not self.breach.strip():
            found["breach"] = words("Enter what was late or not done")
        if self.escalated and not self.escalated_to.strip():
            found["escalated_to"] = words("Enter who it was taken to")
        for name in ("evidence", "breach", "escalated_to"):
            if len(getattr(self, name)) > LONGEST_TEXT:
                found[name] = words("Must be {most} characters or fewer", most=LONGEST_TEXT)
        return found


def is_breach(status: str) -> bool:
    """Whether that status says the right was not met: late, or not at all."""
    return status in codes.get("right_status").with_flag("breach")
