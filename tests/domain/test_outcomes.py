"""Outcomes over time: lines of a chart, change in words, outside scores with their direction."""

from __future__ import annotations

import datetime as dt

import pytest

from caseworker.domain import instruments, outcomes
from caseworker.domain.instruments import Taken

DAY = dt.date(2026, 7, 29)


def asked(name: str, days: int, stage: str = "review", **values: str) -> Taken:
    form = instruments.shelf().current(name, DAY)
    return Taken(form, DAY + dt.timedelta(days=days), stage, values)


def test_each_statement_is_a_line_and_a_gap_says_why() -> None:
    found = outcomes.lines(
        [asked("CR7", 42, SAFE="3", JUST="NA-NAP"), asked("CR7", 0, "baseline", SAFE="1", JUST="2")]
    )
    assert [line.item for line in found] == ["SAFE", "COPE", "HLTH", "INFO", "CTRL", "CONN", "JUST"]
    assert found[0].numbers == ((DAY, 1), (DAY + dt.timedelta(days=42), 3))
    assert found[-1].points[1][1:] == (None, "Does not apply")
    assert found[-1].moved is None
    assert outcomes.lines([]) == ()


def test_change_is_said_of_matched_pairs_only() -> None:
    (line, *_) = outcomes.lines([asked("CR7", 0, "baseline", SAFE="1"), asked("CR7", 13, SAFE="3")])
    assert str(outcomes.change_words(line.moved)) == ""


@pytest.mark.parametrize(
    ("start", "end", "said"), [("1", "3", "Up 2"), ("3", "2", "Down 1"), ("2", "2", "Same")]
)
def test_change_in_words(start: str, end: str, said: str) -> None:
    (line, *_) = outcomes.lines([asked("CR7", 0, "baseline", SAFE=start), asked("CR7", 42, SAFE=end)])
    assert str(outcomes.change_words(line.moved)) == said


def test_the_chart_shows_where_most_changed_in_the_forms_order() -> None:
    found = outcomes.lines(
        [
            asked("CR7", 0, "baseline", SAFE="2", COPE="2", HLTH="2", INFO="2", CTRL="3", CONN="3"),
            asked("CR7", 42, SAFE="3", COPE="2", HLTH="4", INFO="5", CTRL="3", CONN="2"),
        ]
    )
    assert outcomes.to_draw(found) == ("SAFE", "HLTH", "INFO")
    assert outcomes.to_draw([]) == ()


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("24", "16", "Eased by 8, a reliable change"),
        ("24", "18", "Eased by 6, a reliable change"),
        ("24", "19", "Eased by 5, which may be chance"),
        ("16", "20", "Harder by 4, which may be chance"),
        ("16", "24", "Harder by 8, a reliable change"),
        ("16", "16", "No change"),
    ],
)
def test_an_outside_score_says_whether_a_change_is_more_than_chance(start: str, end: str, said: str) -> None:
    taken = [asked("CORE10", 0, "baseline", TOTAL=start), asked("CORE10", 42, TOTAL=end)]
    assert str(outcomes.reliable_words(instruments.moved(taken)[0])) == said
    assert str(outcomes.direction_words(taken[0])) == "Lower is better"


def test_a_total_is_named_with_its_band_and_a_missing_one_with_why() -> None:
    assert str(outcomes.band_words(asked("CORE10", 0, TOTAL="16"))) == "16, moderate"
    assert str(outcomes.band_words(asked("CORE10", 0, TOTAL="3"))) == "3"
    assert str(outcomes.band_words(asked("CORE10", 0, TOTAL="NA-REF"))) == "Prefers not to say"
    assert str(outcomes.reliable_words(None)) == "Not enough to compare yet"
