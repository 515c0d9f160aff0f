"""Chasing the police: what is needed, and which asking is to be repeated."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from caseworker.domain.chases import Chase, waits

TODAY = dt.date(2026, 11, 18)
ASKED = Chase(1, "", 1, "2026-11-01", next_on="2026-11-15")


def test_asking_is_recorded_with_a_date_alone() -> None:
    assert Chase(None, "", 1, "2026-11-18").problems(TODAY) == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"happened": ""}, "happened"),
        ({"happened": "2026-11-19", "next_on": ""}, "happened"),
        ({"whom": "NA-ASK"}, "whom"),
        ({"answer": "perhaps"}, "answer"),
        ({"next_on": "2026-10-31"}, "next_on"),
        ({"next_on": "x"}, "next_on"),
        ({"note": "x" * 501}, "note"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(change: dict[str, str], field: str) -> None:
    assert list(replace(ASKED, **change).problems(TODAY)) == [field]  # type: ignore[arg-type]


def test_only_the_latest_asking_of_each_body_waits() -> None:
    again = replace(ASKED, id=2, happened="2026-11-15", next_on="2026-11-29")
    court = replace(ASKED, id=3, whom="CRT", next_on="2026-11-20")
    assert waits([again, ASKED, court]) == [court, again]
    answered = replace(again, id=4, happened="2026-11-16", answer="news", next_on="")
    assert waits([ASKED, again, answered]) == []
    assert waits([ASKED, replace(again, withdrawn=5)]) == [ASKED]
