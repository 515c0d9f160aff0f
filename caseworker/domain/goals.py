"""Goals: what the client and the service work towards in the support plan, and how far a need should ease.

A goal in the client's own words is marked as hers. The aim of a need is kept here and not in the needs form: the form
says how things are, the plan says where they should go.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from caseworker.domain import codes
from caseworker.domain.when import iso_date
from caseworker.words import Words, words

LONGEST_TEXT = 500
FURTHEST = dt.timedelta(days=5 * 366)
OPEN, DROPPED = "open", "dropped"
CODED = {"need": "need", "aim": "need_level"}


@dataclass(frozen=True, slots=True)
class Goal:
    id: int | None
    uid: str
    client_id: int
    text: str
    need: str = "NA-ASK"  # list ``need``; NA-NAP: it serves none of them
    own_words: bool = False  # the text is as the client said it
    aim: str = "NA-ASK"  # list ``need_level``: how far the need should ease
    due: str = ""  # ISO date; empty: no day was agreed
    status: str = OPEN  # list ``goal_status``
    episode_id: int | None = None
    recorded: int = 0  # epoch seconds, set by storage
    worker_id: int | None = None  # author, set by storage
    withdrawn: int = 0  # epoch seconds; 0: it stands

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        if not self.text.strip():
            found["text"] = words("Enter what the client wants to reach")
        elif len(self.text) > LONGEST_TEXT:
            found["text"] = words("Must be {most} characters or fewer", most=LONGEST_TEXT)
        if self.need == "NA-ASK":
            found["need"] = words("Choose the need it serves, or that it does not apply")
        for name, list_name in CODED.items():
            if not codes.accepts(list_name, getattr(self, name)):
                found[name] = words("Choose an answer from the list")
        if self.status not in codes.get("goal_status"):
            found["status"] = words("Choose where it stands")
        due = iso_date(self.due)
        if self.due and due is None:
            found["due"] = words("Date must be a real date")
        elif due is not None and self.id is None and due < today:
            found["due"] = words("Date must be today or later")
        elif due is not None and due - today > FURTHEST:
            found["due"] = words("Date must be within 5 years")
        return found


def aims(goals: Iterable[Goal]) -> dict[str, int]:
    """Need -> the level it should ease to: the lowest aim of its open goals, or of those ended when none is open.

    A goal the client no longer wants sets no aim.
    """
    found: dict[str, tuple[bool, int]] = {}
    for goal in goals:
        if goal.withdrawn or goal.status == DROPPED or codes.is_missing(goal.aim):
            continue
        ranked = (goal.status != OPEN, int(goal.aim))
        found[goal.need] = min(found.get(goal.need, ranked), ranked)
    return {need: aim for need, (_, aim) in found.items()}


def is_overdue(goal: Goal, today: dt.date) -> bool:
    due = iso_date(goal.due)
    return goal.status == OPEN and due is not None and due < today
