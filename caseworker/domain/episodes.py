"""Episodes: one stretch of support for one client, from its start to its closing.

Somebody who comes back within 90 days goes on with the same episode; later it is a new one (domain.md 2.11).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from caseworker.domain import codes
from caseworker.domain.when import iso_date
from caseworker.words import Words, words

RESUME_WITHIN = 90  # days from closing

CODED = {
    "victim_type": "victim_type",
    "crime": "crime",
    "da_context": "yes_no",
    "online": "online",
    "reported": "reported",
    "consent_to_support": "yes_no",
}


@dataclass(frozen=True, slots=True)
class Episode:
    id: int | None
    uid: str
    client_id: int
    started: str  # ISO date
    referral_id: int | None = None
    service: str = "IDV"  # list ``service_type``
    worker_id: int | None = None
    level: str = "standard"
    victim_type: str = "DIR"
    crime: str = "NA-ASK"  # primary crime, list ``crime``
    da_context: str = "NA-ASK"  # yes, no
    online: str = "NA-ASK"  # none, part, wholly
    hate: str = ""  # strands, comma-separated codes
    reported: str = "NA-ASK"
    age_at_start: int | None = None  # whole years; fixed for the episode
    consent_to_support: str = "NA-ASK"
    assessed_on: str = ""  # ISO date a needs or risk assessment was begun; empty: not yet
    closed: str = ""  # ISO date; empty: open
    closure_reason: str = ""

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        started = iso_date(self.started)
        if not self.started:
            found["started"] = words("Enter the date support started")
        elif started is None:
            found["started"] = words("Start date must be a real date")
        elif started > today:
            found["started"] = words("Start date must be today or in the past")
        if self.service not in codes.get("service_type"):
            found["service"] = words("Choose the service")
        if self.level not in codes.get("support_level"):
            found["level"] = words("Choose the level of support")
        for name, list_name in CODED.items():
            if not codes.accepts(list_name, getattr(self, name)):
                found[name] = words("Choose an answer from the list")
        strands = hate_strands(self)
        if any(strand not in codes.get("hate_strand") for strand in strands) or len(set(strands)) != len(
            strands
        ):
            found["hate"] = words("Choose hate strands from the list")
        if self.age_at_start is not None and not 0 <= self.age_at_start <= 120:
            found["age_at_start"] = words("Age must be between 0 and {most}", most=120)
        if self.assessed_on:
            found |= _day(
                self.assessed_on, "assessed_on", words("Assessment date must be a real date"), today
            )
        found |= self._closing_problems(started, today)
        return found

    def _closing_problems(self, started: dt.date | None, today: dt.date) -> dict[str, Words]:
        if not self.closed:
            if self.closure_reason:
                return {"closed": words("Enter the date support ended")}
            return {}
        found = _day(self.closed, "closed", words("End date must be a real date"), today)
        closed = iso_date(self.closed)
        if closed and started and closed < started:
            found["closed"] = words("End date must be the same as or after the start date")
        elif closed and closed < (iso_date(self.assessed_on) or closed) <= today:
            found["closed"] = words("End date must be the same as or after the assessment date")
        if self.closure_reason not in codes.get("closure_reason"):
            found["closure_reason"] = words("Choose why support ended")
        return found


def is_open(episode: Episode) -> bool:
    return not episode.closed


def hate_strands(episode: Episode) -> tuple[str, ...]:
    return tuple(part for part in episode.hate.split(",") if part)


def resumes(closed: dt.date, on: dt.date) -> bool:
    """Whether support taken up on that day goes on with the episode closed then: day 89 and 90 do, day 91
    does not.
    """
    return 0 <= (on - closed).days <= RESUME_WITHIN


def is_planned(closure_reason: str) -> bool:
    """Whether that reason counts as a planned ending."""
    return closure_reason in codes.get("closure_reason").with_flag("planned")


def _day(text: str, name: str, unreal: Words, today: dt.date) -> dict[str, Words]:
    day = iso_date(text)
    if day is None:
        return {name: unreal}
    if day > today:
        return {name: words("Date must be today or in the past")}
    return {}
