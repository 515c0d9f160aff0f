"""Periods begin and end at London midnights, and are due ten working days later."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseworker.domain.periods import (
    Period,
    add_working_days,
    bank_holidays,
    is_working_day,
    local_date,
    midnight,
    working_days_between,
)
from caseworker.errors import Problem


def test_a_quarter_has_the_days_the_months_and_the_name_of_its_financial_year():
    period = Period.parse("2025-26Q4")
    assert (period.start, period.end) == (date(2026, 1, 1), date(2026, 3, 31))
    assert period.months() == ("2026-01", "2026-02", "2026-03")
    assert (str(period), period.label) == ("2025-26Q4", "2025-26 Q4")


@pytest.mark.parametrize(
    ("text", "start", "end", "label"),
    [
        ("2025-26 q1", date(2025, 4, 1), date(2025, 6, 30), "2025-26 Q1"),
        ("2025-26H2", date(2025, 10, 1), date(2026, 3, 31), "2025-26 H2"),
        ("1999-00Q3", date(1999, 10, 1), date(1999, 12, 31), "1999-00 Q3"),
        ("2025-26Y", date(2025, 4, 1), date(2026, 3, 31), "2025-26"),
        ("2025-26", date(2025, 4, 1), date(2026, 3, 31), "2025-26"),
    ],
)
def test_quarters_halves_and_years_are_read(text, start, end, label):
    period = Period.parse(text)
    assert (period.start, period.end, period.label) == (start, end, label)
    assert Period.parse(str(period)) == period


@pytest.mark.parametrize(
    "text",
    [
        "9999-00Q4",
        "2099-00Q1",
        "",
        "2025Q1",
        "2025-27Q1",
        "2025-26Q5",
        "2025-26H3",
        "25-26Q1",
        "२०२५-26Q1",
        "2025-26Q1x",
    ],
)
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(Problem, match="2025-26Q1") as caught:
        Period.parse(text)
    assert caught.value.code == "E-PERIOD"


def test_a_quarter_that_starts_in_summer_time_starts_an_hour_before_midnight_utc():
    first, before = Period.parse("2025-26Q1").epochs()
    assert datetime.fromtimestamp(first, UTC) == datetime(2025, 3, 31, 23, tzinfo=UTC)
    assert datetime.fromtimestamp(before, UTC) == datetime(2025, 6, 30, 23, tzinfo=UTC)
    winter = Period.parse("2025-26Q4").epochs()
    assert datetime.fromtimestamp(winter[0], UTC) == datetime(2026, 1, 1, tzinfo=UTC)
    assert datetime.fromtimestamp(winter[1], UTC) == datetime(2026, 3, 31, 23, tzinfo=UTC)


def test_the_day_the_clocks_change_is_23_or_25_hours_long():
    assert midnight(date(2026, 3, 30)) - midnight(date(2026, 3, 29)) == 23 * 3600
    assert midnight(date(2025, 10, 27)) - midnight(date(2025, 10, 26)) == 25 * 3600


@given(st.dates(date(1995, 1, 1), date(2090, 12, 31)))
def test_every_day_lies_in_its_own_quarter_and_in_no_neighbour(day):
    period = Period.of(day)
    assert period.start <= day <= period.end
    assert period.previous().end == period.start - timedelta(days=1)
    first, before = period.epochs()
    assert first <= midnight(day) < before
    assert period.previous().epochs()[1] == first


def test_halves_and_years_go_back_by_their_own_length():
    assert str(Period.parse("2025-26H1").previous()) == "2024-25H2"
    assert str(Period.parse("2025-26Y").previous()) == "2024-25Y"


def test_a_moment_belongs_to_its_london_day():
    at = int(datetime(2025, 6, 30, 23, 30, tzinfo=UTC).timestamp())
    assert local_date(at) == date(2025, 7, 1)


# gov.uk/bank-holidays, England and Wales
@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2020, "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28"),
        (2021, "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28"),
        (2022, "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27"),
        (2023, "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26"),
        (2025, "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26"),
        (2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28"),
        (2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28"),
    ],
)
def test_bank_holidays_are_those_the_government_publishes(year, days):
    assert bank_holidays(year) == {date.fromisoformat(f"{year}-{day}") for day in days.split()}


def test_a_return_is_due_ten_working_days_after_the_quarter():
    assert Period.parse("2025-26Q1").due() == date(2025, 7, 14)
    # Good Friday and Easter Monday of 2026 fall into the ten days
    assert Period.parse("2025-26Q4").due() == date(2026, 4, 16)


def test_waits_are_counted_in_working_days():
    friday = date(2026, 4, 2) - timedelta(days=0)  # Maundy Thursday
    assert working_days_between(friday, friday) == 0
    assert working_days_between(friday, date(2026, 4, 7)) == 1
    assert add_working_days(friday, 1) == date(2026, 4, 7)
    with pytest.raises(ValueError, match="before"):
        working_days_between(date(2026, 4, 7), friday)


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.integers(1, 60))
def test_adding_working_days_and_counting_them_agree(day, number):
    later = add_working_days(day, number)
    assert is_working_day(later)
    assert working_days_between(day, later) == number
