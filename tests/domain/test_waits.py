"""Waits: when the clock starts and by when somebody is tried and reached."""

from __future__ import annotations

import datetime as dt

import pytest

from caseworker.domain import waits
from caseworker.domain.when import LONDON


def at(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=LONDON).timestamp())


@pytest.mark.parametrize(
    ("received", "starts"),
    [
        ("2026-11-18T09:00", "2026-11-18"),
        ("2026-11-18T16:59", "2026-11-18"),
        ("2026-11-18T17:00", "2026-11-19"),
        ("2026-11-20T17:00", "2026-11-23"),  # Friday evening
        ("2026-11-21T10:00", "2026-11-23"),  # Saturday
        ("2026-12-25T10:00", "2026-12-29"),  # Christmas Day, then the substitute for Boxing Day
        ("2026-03-31T23:30", "2026-04-01"),
    ],
)
def test_the_clock_starts_on_a_working_day_before_five(received: str, starts: str) -> None:
    assert waits.clock_start(at(received)).isoformat() == starts


@pytest.mark.parametrize(
    ("grade", "try_by", "talk_by"),
    [
        ("high", "2026-11-19", "2026-11-25"),
        ("medium", "2026-11-20", "2026-12-02"),
        ("", "2026-11-20", "2026-12-02"),
    ],
)
def test_high_risk_is_tried_the_next_working_day_and_others_within_two(
    grade: str, try_by: str, talk_by: str
) -> None:
    received = at("2026-11-18T09:00")
    assert waits.try_by(received, grade).isoformat() == try_by
    assert waits.talk_by(received, grade).isoformat() == talk_by
