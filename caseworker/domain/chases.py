"""Chasing the police or the court: whom, when, what they said, and when to ask again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from caseworker.domain import codes
from caseworker.domain.when import date_problem, iso_date
from caseworker.words import Words, words

LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Chase:
    id: int | None
    uid: str
    client_id: int
    happened: str  # ISO date we asked
    whom: str = "OIC"  # list ``chased``
    answer: str = "none"  # list ``chase_answer``
    note: str = ""  # what they said
    next_on: str = ""  # ISO date to ask again; empty: no need
    episode_id: int | None = None
    recorded: int = 0  # epoch seconds, set by storage
    worker_id: int | None = None  # who asked, set by storage
    withdrawn: int = 0  # epoch seconds; 0: it stands

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        if not self.happened:
            found["happened"] = words("Enter the date you asked")
        elif (wrong := date_problem(self.happened, today)) is not None:
            found["happened"] = wrong
        for name, list_name in (("whom", "chased"), ("answer", "chase_answer")):
            if getattr(self, name) not in codes.get(list_name):
                found[name] = words("Choose an answer from the list")
        if (wrong := date_problem(self.next_on)) is not None:
            found["next_on"] = wrong
        day, asked = iso_date(self.next_on), iso_date(self.happened)
        if day and asked and day < asked:
            found["next_on"] = words("Date must be the same as or after the day you asked")
        if len(self.note) > LONGEST_TEXT:
            found["note"] = words("Must be {most} characters or fewer", most=LONGEST_TEXT)
        return found


def waits(chases: Iterable[Chase]) -> list[Chase]:
    """Those whose next date still stands, soonest first: the latest asking of each body, if it set one."""
    latest: dict[str, Chase] = {}
    for one in sorted(chases, key=lambda one: (one.happened, one.id or 0)):
        if not one.withdrawn:
            latest[one.whom] = one
    return sorted((one for one in latest.values() if one.next_on), key=lambda one: one.next_on)
