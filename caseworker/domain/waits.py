"""Waits: by when somebody who was referred should be tried, and by when spoken to.

The clock starts when the service received the referral; after five in the afternoon, at a weekend or on a bank
holiday it starts on the next working day. A high-risk referral is tried on the same or the next working day and three
times within five; others within two working days and three times within ten (usual practice of services, and of
police schemes whose first call is due within one working day). Nobody reached by then: ask the referrer for another
safe route.
"""

from __future__ import annotations

import datetime as dt

from caseworker.domain.periods import add_working_days, is_working_day
from caseworker.domain.when import local

LAST_HOUR = 17  # received from then on counts as the next working day
TRY_WITHIN = {"high": 1}  # working days
TRY_WITHIN_OTHERS = 2
TALK_WITHIN = {"high": 5}
TALK_WITHIN_OTHERS = 10


def clock_start(received: int) -> dt.date:
    """The working day on which the wait begins: day 0. ``received`` in epoch seconds."""
    moment = local(received)
    day = moment.date()
    if is_working_day(day) and moment.hour < LAST_HOUR:
        return day
    return add_working_days(day, 1)


def try_by(received: int, grade: str) -> dt.date:
    """The last day for the first try."""
    return add_working_days(clock_start(received), TRY_WITHIN.get(grade, TRY_WITHIN_OTHERS))


def talk_by(received: int, grade: str) -> dt.date:
    """The last day for the first contact both ways."""
    return add_working_days(clock_start(received), TALK_WITHIN.get(grade, TALK_WITHIN_OTHERS))
