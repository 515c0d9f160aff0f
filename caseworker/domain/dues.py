"""What a date in a record asks somebody to do: one line of a list of what is due, whatever the date is of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from caseworker.words import Words


@dataclass(frozen=True, slots=True)
class DueDate:
    """A day of one client's record. ``what`` is the sentence; ``noun`` and ``row_id`` say which record it is of."""

    client_id: int
    day: dt.date
    what: Words
    noun: str
    row_id: int
    notice: int = 0  # days before, from which it is shown
    kept: int = 60  # days after, until which it is shown
    weight: int = 0  # the higher stands first, whatever its day

    def on_show(self, today: dt.date) -> bool:
        """Whether a list of what is due has this line on that day."""
        return -self.kept <= (self.day - today).days <= self.notice


def soonest(found: Iterable[DueDate]) -> list[DueDate]:
    """In the order in which they come."""
    return sorted(found, key=lambda one: (one.day, one.client_id, one.noun, one.row_id))
