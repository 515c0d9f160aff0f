"""Time limits of the justice process and of our own practice, kept as data so that a figure can be put right."""

from __future__ import annotations

import datetime as dt

from caseworker.domain import codes
from caseworker.domain.when import months_later


def ends(name: str, start: dt.date) -> dt.date:
    """The last day of the limit ``name`` (list ``time_limit``) that began to run on that day."""
    facts = codes.get("time_limit").entry(name).facts
    return months_later(start, facts.get("months", 0)) + dt.timedelta(days=facts.get("days", 0))


def days(name: str) -> int:
    """A limit that is given in days."""
    return int(codes.get("time_limit").entry(name).facts["days"])


def seconds(name: str) -> int:
    """A limit that is given in hours."""
    return int(codes.get("time_limit").entry(name).facts["hours"]) * 3600
