"""Risk: judgement only raises; windows and reviews to the day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseworker.domain import risk
from caseworker.domain.risk import Rules
from caseworker.domain.when import months_later

DAY = dt.date(2026, 11, 18)
RULES = Rules()
DATES = st.dates(dt.date(2000, 1, 1), dt.date(2090, 12, 31))


def ago(days: int) -> dt.date:
    return DAY - dt.timedelta(days=days)


@pytest.mark.parametrize("tool", ["", *risk.GRADES])
@pytest.mark.parametrize("judgement", risk.GRADES)
def test_judgement_may_raise_and_never_lower(tool: str, judgement: str) -> None:
    allowed = risk.rank(judgement) > risk.rank(tool)
    assert (judgement in risk.judgements(tool)) == allowed
    assert ("judgement" not in risk.judgement_problems(tool, judgement, "She knows him")) == allowed
    assert risk.rank(risk.final_grade(tool, judgement)) >= risk.rank(tool)


def test_raising_needs_a_reason() -> None:
    assert list(risk.judgement_problems("medium", "high", "  ")) == ["reason"]
    assert list(risk.judgement_problems("medium", "high", "x" * 2001)) == ["reason"]
    assert risk.judgement_problems("medium", "high", "Strangulation") == {}
    assert risk.judgement_problems("medium", "", "") == {}


def test_answers_that_give_no_grade_need_one_from_the_professional() -> None:
    assert list(risk.judgement_problems("", "", "")) == ["judgement"]
    assert risk.judgement_problems("", "standard", "Nothing answered yes") == {}
    assert list(risk.judgement_problems("", "huge", "why")) == ["judgement"]


def test_three_events_in_twelve_months_escalate() -> None:
    assert not risk.escalates([ago(1), ago(200)], DAY, RULES)
    assert risk.escalates([ago(1), ago(200), ago(365)], DAY, RULES)
    assert not risk.escalates([ago(1), ago(200), ago(366)], DAY, RULES)


def test_a_leap_year_gives_the_window_its_extra_day() -> None:
    on = dt.date(2024, 6, 1)
    assert risk.recent([dt.date(2023, 6, 1)], on, RULES) == 1  # 366 days before
    assert risk.recent([dt.date(2023, 5, 31)], on, RULES) == 0
    assert risk.recent([dt.date(2024, 2, 29)], dt.date(2025, 2, 28), RULES) == 1
    assert risk.recent([dt.date(2024, 2, 29)], dt.date(2025, 3, 1), RULES) == 0


def test_an_event_still_to_come_is_not_counted() -> None:
    assert risk.recent([DAY, DAY + dt.timedelta(days=1)], DAY, RULES) == 1


def test_an_area_may_count_otherwise() -> None:
    assert risk.escalates([ago(1), ago(20)], DAY, replace(RULES, escalation_count=2, escalation_months=6))
    assert not risk.escalates(
        [ago(1), ago(200)], DAY, replace(RULES, escalation_count=2, escalation_months=6)
    )


@pytest.mark.parametrize(("grade", "days"), [("high", 14), ("medium", 42), ("standard", 84)])
def test_each_grade_has_its_next_review(grade: str, days: int) -> None:
    assert risk.next_review(grade, DAY, RULES) == DAY + dt.timedelta(days=days)
    assert risk.next_review("", DAY, RULES) is None


def test_a_new_incident_brings_the_review_forward() -> None:
    learned = DAY + dt.timedelta(days=3)
    assert risk.review_due("high", DAY, RULES, [learned]) == learned
    assert risk.review_due("high", DAY, RULES, [DAY + dt.timedelta(days=30)]) == DAY + dt.timedelta(days=14)
    assert risk.review_due("", DAY, RULES, [learned]) is None


def test_a_review_may_be_sooner_than_the_rule_and_never_later() -> None:
    def wrong(days: int, grade: str = "high") -> list[str]:
        return list(risk.review_problems(DAY + dt.timedelta(days=days), grade, DAY, RULES))

    assert wrong(1) == wrong(14) == []
    assert wrong(15) == ["next_review"]
    assert wrong(42, "medium") == []
    assert wrong(43, "medium") == ["next_review"]
    assert wrong(0) == wrong(-1) == ["next_review"]  # not before or on the day it was asked
    assert wrong(400, "") == []  # what has no grade has no rule of its own


def test_rules_that_make_no_sense_are_refused() -> None:
    assert RULES.problems() == {}
    assert list(replace(RULES, escalation_count=0).problems()) == ["escalation_count"]
    assert list(replace(RULES, escalation_months=25).problems()) == ["escalation_months"]
    assert list(replace(RULES, review_days={"high": 14}).problems()) == ["review_days"]
    slow = {"high": 90, "medium": 42, "standard": 84}
    assert list(replace(RULES, review_days=slow).problems()) == ["review_days"]


@given(DATES, st.integers(-240, 240))
def test_months_later_keeps_the_day_or_ends_the_month(day: dt.date, months: int) -> None:
    later = months_later(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + dt.timedelta(days=1)).day == 1)


@given(st.lists(DATES, max_size=6), DATES, DATES)
def test_one_more_event_never_makes_it_calmer(events: list[dt.date], one: dt.date, on: dt.date) -> None:
    assert risk.recent([*events, one], on, RULES) >= risk.recent(events, on, RULES)


@given(st.sampled_from(risk.GRADES), DATES, st.lists(DATES, max_size=4))
def test_no_news_ever_puts_a_review_off(grade: str, on: dt.date, learned: list[dt.date]) -> None:
    due, planned = risk.review_due(grade, on, RULES, learned), risk.next_review(grade, on, RULES)
    assert due is not None
    assert planned is not None
    assert due <= planned


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (-6, "Review 6 days overdue"),
        (-1, "Review 1 day overdue"),
        (0, "Review due today"),
        (14, "Review due 2 December 2026"),
    ],
)
def test_when_the_next_review_is_is_said_in_few_words(days: int, said: str) -> None:
    today = dt.date(2026, 11, 18)
    assert str(risk.review_said(today + dt.timedelta(days=days), today)) == said


def test_a_grade_is_said_in_words_and_none_is_said_too() -> None:
    assert [str(risk.said(grade)) for grade in ("high", "medium", "standard", "")] == [
        "High risk",
        "Medium risk",
        "Standard risk",
        "Not assessed",
    ]
