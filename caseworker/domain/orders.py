"""Orders and protections: which, what it says in words, and the dates that show where it stands."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from caseworker.domain import codes, time_limits
from caseworker.domain.when import date_problem, iso_date
from caseworker.words import Words, words

LONGEST_TEXT = 500
LONGEST_TERMS = 4_000


@dataclass(frozen=True, slots=True)
class Order:
    """All dates are ISO text; an empty one has not come about."""

    id: int | None
    uid: str
    client_id: int
    kind: str  # list ``order``
    applied: str = ""
    granted: str = ""
    refused: str = ""
    breached: str = ""  # the latest breach; each one is an incident too
    expires: str = ""  # may lie ahead
    court: str = ""
    against: str = ""  # the alleged perpetrator as the client names them
    terms: str = ""  # what it forbids or allows, in words
    note: str = ""
    episode_id: int | None = None
    recorded: int = 0  # epoch seconds, set by storage
    worker_id: int | None = None  # author, set by storage
    withdrawn: int = 0  # epoch seconds; 0: it stands

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        if self.kind not in codes.get("order"):
            found["kind"] = words("Choose the order")
        for name in ("applied", "granted", "refused", "breached", "expires"):
            limit = None if name == "expires" else today
            if (wrong := date_problem(getattr(self, name), limit)) is not None:
                found[name] = wrong
        if not found:
            found |= self._order_of_dates()
        for name in ("court", "against", "note"):
            if len(getattr(self, name)) > LONGEST_TEXT:
                found[name] = words("Must be {most} characters or fewer", most=LONGEST_TEXT)
        if len(self.terms) > LONGEST_TERMS:
            found["terms"] = words("Must be {most} characters or fewer", most=LONGEST_TERMS)
        return found

    def _order_of_dates(self) -> dict[str, Words]:
        found: dict[str, Words] = {}
        if self.granted and self.refused:
            found["refused"] = words("It was either granted or refused: leave one of the dates empty")
        for name, value in (("granted", self.granted), ("refused", self.refused)):
            if value and self.applied and value < self.applied:
                found[name] = words("Date must be the same as or after the day it was applied for")
        for name, value in (("breached", self.breached), ("expires", self.expires)):
            if value and not self.granted:
                found["granted"] = words("Enter the date it was granted")
            elif value and value < self.granted:
                found[name] = words("Date must be the same as or after the day it was granted")
        return found


def standing(order: Order, today: dt.date) -> str:
    """Where it stands on that day: a code of list ``order_status``."""
    expires = iso_date(order.expires)
    if expires is not None and expires < today:
        return "expired"
    for name in ("breached", "granted", "refused", "applied"):
        if getattr(order, name):
            return name
    return "considered"


def in_force(order: Order, today: dt.date) -> bool:
    return not order.withdrawn and standing(order, today) in ("granted", "breached")


def ends_soon(order: Order, today: dt.date) -> bool:
    """Whether it is time to think about a new one: it ends within the days of the list ``time_limit``."""
    expires = iso_date(order.expires)
    if expires is None or not in_force(order, today):
        return False
    return (expires - today).days <= time_limits.days("ORDER")
