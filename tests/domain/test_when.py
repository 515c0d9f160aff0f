"""Dates and times, as typed and as shown."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseworker.domain import when
from caseworker.domain.when import LONDON
from caseworker.errors import Refused

NOW = dt.datetime(2026, 11, 18, 10, 40, tzinfo=LONDON)  # a Wednesday


def at(*parts: int, fold: int = 0) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=LONDON, fold=fold)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("now", NOW),
        ("  Now ", NOW),
        ("10:15", at(2026, 11, 18, 10, 15)),
        ("10.15am", at(2026, 11, 18, 10, 15)),
        ("9am", at(2026, 11, 18, 9)),
        ("today 9am", at(2026, 11, 18, 9)),
        ("yesterday 3pm", at(2026, 11, 17, 15)),
        ("Yesterday at 3 pm", at(2026, 11, 17, 15)),
        ("yesterday midday", at(2026, 11, 17, 12)),
        ("12am", at(2026, 11, 18, 0)),
        ("12:30am", at(2026, 11, 18, 0, 30)),
        ("12pm", at(2026, 11, 18, 12)),
        ("monday 2pm", at(2026, 11, 16, 14)),
        ("wed 9:30", at(2026, 11, 18, 9, 30)),
        ("thursday 9:30", at(2026, 11, 12, 9, 30)),
        ("27 9 10:15", at(2026, 9, 27, 10, 15)),
        ("27/9 10:15", at(2026, 9, 27, 10, 15)),
        ("27/9/2025 10:15", at(2025, 9, 27, 10, 15)),
        ("25 December 3pm", at(2025, 12, 25, 15)),
        ("18 November 2026 9:30am", at(2026, 11, 18, 9, 30)),
        ("18 November 2026, 9:30am", at(2026, 11, 18, 9, 30)),
        ("Wednesday 18 nov 2026 9:30am", at(2026, 11, 18, 9, 30)),
        ("1st sept 23:59", at(2026, 9, 1, 23, 59)),
        ("2026-11-17 08:00", at(2026, 11, 17, 8)),
        ("20 minutes ago", at(2026, 11, 18, 10, 20)),
        ("an hour ago", at(2026, 11, 18, 9, 40)),
        ("29 2 2024 9am", at(2024, 2, 29, 9)),
    ],
)
def test_a_moment_can_be_typed_the_way_people_say_it(typed: str, meant: dt.datetime) -> None:
    assert when.read_when(typed, NOW) == meant


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter a date and time"),
        ("yesterday", "Enter a time as well, like 3pm"),
        ("18 November 2026", "Enter a time as well, like 3pm"),
        ("soon", "Enter a date and time, like 27 3 2026 3pm"),
        ("25:00", "Enter a date and time, like 27 3 2026 3pm"),
        ("13pm", "Enter a date and time, like 27 3 2026 3pm"),
        ("31 9 2026 9am", "Date must be a real date"),
        ("29 2 2026 9am", "Date must be a real date"),
        ("1 1 1899 9am", "Year must be 1900 or later"),
        ("29 March 2026 1:30am", "That time did not exist: the clocks went forward that night"),
    ],
)
def test_what_cannot_be_a_moment_says_what_to_type(typed: str, sentence: str) -> None:
    with pytest.raises(Refused) as caught:
        when.read_when(typed, NOW)
    assert str(caught.value.problems["at"]) == sentence


def test_a_number_alone_is_not_guessed_to_be_an_hour() -> None:
    with pytest.raises(Refused):
        when.read_when("9", NOW)


def test_the_hour_that_october_has_twice_means_the_later_one_that_is_past() -> None:
    first, second = at(2026, 10, 25, 1, 30), at(2026, 10, 25, 1, 30, fold=1)
    after_both = at(2026, 10, 25, 9)
    assert when.epoch(when.read_when("1:30am", after_both)) == when.epoch(second)
    between = at(2026, 10, 25, 1, 45)
    assert when.epoch(when.read_when("1:30am", between)) == when.epoch(first)
    assert when.epoch(second) - when.epoch(first) == 3600


def test_an_hour_ago_counts_real_hours_over_the_clock_change() -> None:
    just_after = at(2026, 3, 29, 2, 10)
    assert when.read_when("20 minutes ago", just_after) == at(2026, 3, 29, 0, 50)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_a_moment(text: str) -> None:
    try:
        found = when.read_when(text, NOW)
    except Refused as refused:
        named = set(refused.problems)
    else:
        named = {"at"} if found.utcoffset() is not None else set()
    assert named == {"at"}


@settings(max_examples=300, deadline=None)
@given(st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2040, 1, 1)))
def test_what_is_shown_can_be_typed_again(moment: dt.datetime) -> None:
    here = when.local(int(moment.replace(tzinfo=dt.UTC).timestamp()) // 60 * 60)
    later = here.astimezone(dt.UTC) + dt.timedelta(days=400)
    shown = when.show_datetime(here)
    read = when.read_when(shown, later)
    assert when.show_datetime(read) == shown
    assert abs(when.epoch(read) - when.epoch(here)) in (0, 3600)  # the hour that October has twice


@pytest.mark.parametrize(
    ("hour", "minute", "shown"),
    [(9, 30, "9:30am"), (11, 0, "11am"), (12, 0, "midday"), (0, 0, "midnight"), (12, 5, "12:05pm"),
     (0, 5, "12:05am"), (23, 59, "11:59pm"), (13, 0, "1pm")],
)  # fmt: skip
def test_times_are_shown_the_gov_uk_way(hour: int, minute: int, shown: str) -> None:
    assert when.show_time(dt.time(hour, minute)) == shown


def test_dates_are_shown_in_full() -> None:
    assert when.show_date(dt.date(2026, 11, 8)) == "8 November 2026"
    assert when.show_datetime(dt.datetime(2026, 7, 1, 11, 30, tzinfo=dt.UTC)) == "1 July 2026, 12:30pm"


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        (0, "today"),
        (1, "tomorrow"),
        (-1, "yesterday"),
        (3, "in 3 days"),
        (-6, "6 days ago"),
        (60, "17 January 2027"),
    ],
)
def test_days_are_shown_from_here(days: int, shown: str) -> None:
    assert str(when.show_day_relative(NOW.date() + dt.timedelta(days=days), NOW.date())) == shown


@pytest.mark.parametrize(
    ("parts", "found"),
    [(("27", "3", "2007"), dt.date(2007, 3, 27)), ((" 27", "mar ", "2007"), dt.date(2007, 3, 27)),
     (("29", "February", "2024"), dt.date(2024, 2, 29))],
)  # fmt: skip
def test_a_date_is_read_from_three_boxes(parts: tuple[str, str, str], found: dt.date) -> None:
    assert when.read_date(*parts) == found


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (("", "", ""), "Enter a date"),
        (("", "3", "2007"), "Date must include a day"),
        (("27", "", "2007"), "Date must include a month"),
        (("27", "3", ""), "Date must include a year"),
        (("27", "3", "07"), "Year must include 4 numbers"),
        (("27", "13", "2007"), "Date must be a real date"),
        (("30", "feb", "2007"), "Date must be a real date"),
        (("²", "3", "2007"), "Date must be a real date"),
        (("27", "3", "1807"), "Year must be 1900 or later"),
    ],
)
def test_a_date_says_first_what_is_missing_then_what_is_impossible(
    parts: tuple[str, str, str], sentence: str
) -> None:
    with pytest.raises(Refused) as caught:
        when.read_date(*parts, field="born")
    assert str(caught.value.problems["born"]) == sentence


def test_a_day_lasts_as_long_as_the_clocks_make_it() -> None:
    lengths = {day: when.day_epochs(dt.date(2026, *day)) for day in ((3, 29), (10, 25), (11, 18))}
    hours = {day: (end - start) / 3600 for day, (start, end) in lengths.items()}
    assert hours == {(3, 29): 23, (10, 25): 25, (11, 18): 24}


def test_a_moment_without_a_zone_is_a_bug() -> None:
    with pytest.raises(ValueError, match="zone"):
        when.epoch(dt.datetime(2026, 1, 1))
