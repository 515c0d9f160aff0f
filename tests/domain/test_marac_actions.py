"""What a MARAC meeting agreed: what has to be right, and when it is overdue."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from caseworker.domain.marac_actions import MaracAction, is_open, is_overdue

TODAY = dt.date(2026, 11, 18)
LOCKS = MaracAction(None, "", 1, 1, "Housing", "Change the locks", "2026-11-20")


def test_an_action_needs_an_agency_and_words() -> None:
    assert LOCKS.problems(TODAY) == {}
    assert replace(LOCKS, due="").problems(TODAY) == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"agency": " "}, "agency"),
        ({"action": ""}, "action"),
        ({"action": "x" * 1001}, "action"),
        ({"effect": "x" * 1001}, "effect"),
        ({"due": "2026-02-30"}, "due"),
        ({"done": "soon"}, "done"),
        ({"done": "2026-11-19"}, "done"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(change: dict[str, str], field: str) -> None:
    assert list(replace(LOCKS, **change).problems(TODAY)) == [field]  # type: ignore[arg-type]


def test_it_is_overdue_the_day_after_its_day_unless_done_or_withdrawn() -> None:
    assert not is_overdue(LOCKS, dt.date(2026, 11, 20))
    assert is_overdue(LOCKS, dt.date(2026, 11, 21))
    assert not is_overdue(replace(LOCKS, done="2026-11-21"), dt.date(2026, 11, 22))
    assert not is_overdue(replace(LOCKS, withdrawn=1), dt.date(2026, 11, 22))
    assert not is_overdue(replace(LOCKS, due=""), dt.date(2027, 11, 22))
    assert is_open(LOCKS)
