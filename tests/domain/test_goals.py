"""Goals of the support plan: what must be said, and which aim holds for a need."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from caseworker.domain.goals import Goal, aims, is_overdue

TODAY = dt.date(2026, 11, 18)
SLEEP = Goal(None, "", 1, "Sleep through the night", "N1", own_words=True, aim="1", due="2027-01-15")


def test_a_goal_needs_a_text_and_the_need_it_serves() -> None:
    assert SLEEP.problems(TODAY) == {}
    assert replace(SLEEP, aim="NA-UNK", due="", need="NA-NAP").problems(TODAY) == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": " "}, "text"),
        ({"text": "x" * 501}, "text"),
        ({"need": "NA-ASK"}, "need"),
        ({"need": "N99"}, "need"),
        ({"aim": "7"}, "aim"),
        ({"status": "NA-ASK"}, "status"),
        ({"due": "soon"}, "due"),
        ({"due": "2026-11-17"}, "due"),
        ({"due": "2036-11-17"}, "due"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(change: dict[str, str], field: str) -> None:
    assert list(replace(SLEEP, **change).problems(TODAY)) == [field]  # type: ignore[arg-type]


def test_the_day_of_a_goal_that_is_recorded_may_lie_behind() -> None:
    assert replace(SLEEP, id=3, due="2026-10-01").problems(TODAY) == {}
    assert is_overdue(replace(SLEEP, due="2026-10-01"), TODAY)
    assert not is_overdue(replace(SLEEP, due="2026-10-01", status="reached"), TODAY)


def test_the_aim_of_a_need_is_the_lowest_of_its_open_goals() -> None:
    easier = replace(SLEEP, aim="2")
    assert aims([SLEEP, easier]) == {"N1": 1}
    assert aims([easier, replace(SLEEP, aim="0", status="reached")]) == {"N1": 2}


def test_when_no_goal_is_open_the_reached_ones_still_say_where_it_should_be() -> None:
    assert aims([replace(SLEEP, status="reached"), replace(SLEEP, status="partly", aim="2")]) == {"N1": 1}


def test_a_goal_dropped_withdrawn_or_without_a_level_sets_no_aim() -> None:
    assert (
        aims([replace(SLEEP, status="dropped"), replace(SLEEP, withdrawn=1), replace(SLEEP, aim="NA-ASK")])
        == {}
    )
