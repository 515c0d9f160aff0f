"""Actions: something to do, by a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from caseworker.domain.actions import Action, is_overdue

TODAY = dt.date(2026, 11, 18)
RING = Action(None, "", 1, "Ring about the house", "2026-11-20")


@pytest.mark.parametrize(
    ("change", "field", "expected"),
    [
        ({"text": " "}, "text", "Enter what you will do next"),
        ({"text": "x" * 501}, "text", "Must be 500 characters or fewer"),
        ({"due": ""}, "due", "Enter the date it is due"),
        ({"due": "tomorrow"}, "due", "Due date must be a real date"),
        ({"due": "2026-11-17"}, "due", "Due date must be today or later"),
        ({"due": "2036-11-17"}, "due", "Due date must be within 3 years"),
        ({"result": "x" * 501}, "result", "Must be 500 characters or fewer"),
    ],
)
def test_each_rule_says_what_to_do(change: dict[str, str], field: str, expected: str) -> None:
    problems = replace(RING, **change).problems(TODAY)  # type: ignore[arg-type]
    assert {name: str(text) for name, text in problems.items()} == {field: expected}


def test_an_overdue_action_can_still_be_changed() -> None:
    assert replace(RING, id=4, due="2026-11-01").problems(TODAY) == {}


def test_overdue_means_before_today_and_not_done() -> None:
    assert not is_overdue(replace(RING, due="2026-11-18"), TODAY)
    assert is_overdue(replace(RING, due="2026-11-17"), TODAY)
    assert not is_overdue(replace(RING, due="2026-11-17", done=1), TODAY)
