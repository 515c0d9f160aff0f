"""Actions: what somebody said they would do next, and by when; for a goal of the support plan or by themselves."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from caseworker.domain import codes
from caseworker.domain.when import iso_date
from caseworker.words import Words, words

LONGEST_TEXT = 500
LONGEST_AGENCY = 120
FURTHEST = dt.timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class Action:
    id: int | None
    uid: str
    client_id: int
    text: str
    due: str  # ISO date
    episode_id: int | None = None
    contact_id: int | None = None
    worker_id: int | None = None
    done: int = 0  # epoch seconds; 0: still to do
    result: str = ""
    kind: str = "NA-ASK"  # list ``support_action``
    agency: str = ""  # who does it where it is not us; the worker sees to it that they do
    goal_id: int | None = None  # the goal it serves

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine.

        A due date in the past is allowed for an action that is already recorded: it is simply overdue.
        """
        found: dict[str, Words] = {}
        if not self.text.strip():
            found["text"] = words("Enter what you will do next")
        elif len(self.text) > LONGEST_TEXT:
            found["text"] = words("Must be {most} characters or fewer", most=LONGEST_TEXT)
        due = iso_date(self.due)
        if not self.due:
            found["due"] = words("Enter the date it is due")
        elif due is None:
            found["due"] = words("Due date must be a real date")
        elif self.id is None and not self.done and due < today:
            found["due"] = words("Due date must be today or later")
        elif due - today > FURTHEST:
            found["due"] = words("Due date must be within 3 years")
        if len(self.result) > LONGEST_TEXT:
            found["result"] = words("Must be {most} characters or fewer", most=LONGEST_TEXT)
        if not codes.accepts("support_action", self.kind):
            found["kind"] = words("Choose an answer from the list")
        if len(self.agency) > LONGEST_AGENCY:
            found["agency"] = words("Must be {most} characters or fewer", most=LONGEST_AGENCY)
        return found


def is_overdue(action: Action, today: dt.date) -> bool:
    due = iso_date(action.due)
    return not action.done and due is not None and due < today
