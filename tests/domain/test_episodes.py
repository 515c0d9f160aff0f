"""Episodes of support: their dates, their reasons and the 90 days."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from caseworker.domain.episodes import Episode, hate_strands, is_open, is_planned, resumes

TODAY = dt.date(2026, 11, 18)
OPEN = Episode(None, "", 1, "2026-09-01")
CLOSED = replace(OPEN, closed="2026-11-01", closure_reason="CMP")


def said(episode: Episode) -> dict[str, str]:
    return {field: str(text) for field, text in episode.problems(TODAY).items()}


def test_support_can_begin_with_no_crime_recorded() -> None:
    assert said(OPEN) == {}
    assert is_open(OPEN)
    assert said(CLOSED) == {}
    assert not is_open(CLOSED)


@pytest.mark.parametrize(
    ("change", "field", "expected"),
    [
        ({"started": "", "closed": "", "closure_reason": ""}, "started", "Enter the date support started"),
        ({"started": "2026-02-30"}, "started", "Start date must be a real date"),
        ({"started": "2026-11-19", "closed": "", "closure_reason": ""}, "started",
         "Start date must be today or in the past"),
        ({"service": "XXX"}, "service", "Choose the service"),
        ({"level": "huge"}, "level", "Choose the level of support"),
        ({"crime": "DA0"}, "crime", "Choose an answer from the list"),
        ({"online": "maybe"}, "online", "Choose an answer from the list"),
        ({"hate": "RAC,XXX"}, "hate", "Choose hate strands from the list"),
        ({"hate": "RAC,RAC"}, "hate", "Choose hate strands from the list"),
        ({"age_at_start": 200}, "age_at_start", "Age must be between 0 and 120"),
        ({"assessed_on": "2026-13-01"}, "assessed_on", "Assessment date must be a real date"),
        ({"assessed_on": "2026-11-19"}, "assessed_on", "Date must be today or in the past"),
        ({"closed": "2026-08-31"}, "closed", "End date must be the same as or after the start date"),
        ({"assessed_on": "2026-11-18", "closed": "2026-11-17"}, "closed",
         "End date must be the same as or after the assessment date"),
        ({"closed": "2026-11-19"}, "closed", "Date must be today or in the past"),
        ({"closed": "soon"}, "closed", "End date must be a real date"),
        ({"closed": ""}, "closed", "Enter the date support ended"),
        ({"closure_reason": ""}, "closure_reason", "Choose why support ended"),
        ({"closure_reason": "NA-ASK"}, "closure_reason", "Choose why support ended"),
    ],
)  # fmt: skip
def test_each_rule_says_what_to_do(change: dict[str, str], field: str, expected: str) -> None:
    assert said(replace(CLOSED, **change)) == {field: expected}  # type: ignore[arg-type]


@pytest.mark.parametrize(("days", "same"), [(0, True), (89, True), (90, True), (91, False), (-1, False)])
def test_coming_back_within_ninety_days_goes_on_with_the_same_episode(days: int, same: bool) -> None:
    closed = dt.date(2026, 3, 1)
    assert resumes(closed, closed + dt.timedelta(days=days)) is same


def test_planned_endings_are_those_of_the_list() -> None:
    assert [code for code in ("CMP", "CMR", "CJE", "DIS", "MOV") if is_planned(code)] == ["CMP", "CMR", "CJE"]


def test_hate_strands_are_several_answers() -> None:
    assert hate_strands(replace(OPEN, hate="RAC,SEX")) == ("RAC", "SEX")
    assert hate_strands(OPEN) == ()
