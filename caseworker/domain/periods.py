"""Periods a return is made for: quarters, halves and years that start on 1 April, and working days.

An event belongs to the period of its own local date (Europe/London), never of the day it was typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from caseworker.errors import Problem

LONDON = ZoneInfo("Europe/London")
DUE_WORKING_DAYS = 10

# part: first month, number of months
_PARTS = {"Q1": (4, 3), "Q2": (7, 3), "Q3": (10, 3), "Q4": (1, 3), "H1": (4, 6), "H2": (10, 6), "Y": (4, 12)}
_SPELLING = re.compile(r"(\d{4})-(\d{2}) ?(Q[1-4]|H[12]|Y)?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A financial quarter (``2025-26Q1``), half (``2025-26H2``) or year (``2025-26``)."""

    year: int  # the calendar year in which the financial year starts
    part: str  # Q1 to Q4, H1, H2, Y

    @staticmethod
    def parse(text: str) -> Period:
        """The period spelt ``2025-26Q1``, with or without a space.

        Raises:
            Problem: E-PERIOD.
        """
        found = _SPELLING.fullmatch(text.strip().upper())
        if found is None or (int(found[1]) + 1) % 100 != int(found[2]) or not 1990 <= int(found[1]) <= 2098:
            raise Problem("E-PERIOD", "Write the period as a financial year and quarter, such as 2025-26Q1.")
        return Period(int(found[1]), found[3] or "Y")

    @staticmethod
    def of(day: date) -> Period:
        """The quarter that ``day`` lies in."""
        quarter = (day.month - 4) % 12 // 3 + 1
        return Period(day.year if day.month >= 4 else day.year - 1, f"Q{quarter}")

    def __str__(self) -> str:
        return f"{self.year}-{(self.year + 1) % 100:02d}{self.part}"

    @property
    def label(self) -> str:
        """For people: ``2025-26 Q1``; a whole year is ``2025-26``."""
        return f"{self.year}-{(self.year + 1) % 100:02d} {self.part}".removesuffix(" Y")

    @property
    def start(self) -> date:
        """The first day."""
        month, _ = _PARTS[self.part]
        return date(self.year if month >= 4 else self.year + 1, month, 1)

    @property
    def end(self) -> date:
        """The last day."""
        return self._after() - timedelta(days=1)

    def _after(self) -> date:
        months = self.start.year * 12 + self.start.month - 1 + _PARTS[self.part][1]
        return date(months // 12, months % 12 + 1, 1)

    def epochs(self) -> tuple[int, int]:
        """From and before: London midnight of the first day, and of the day after the last, in epoch seconds."""
        return midnight(self.start), midnight(self._after())

    def months(self) -> tuple[str, ...]:
        """The months in it as ``2025-04``, in order."""
        first = self.start.year * 12 + self.start.month - 1
        return tuple(f"{m // 12}-{m % 12 + 1:02d}" for m in range(first, first + _PARTS[self.part][1]))

    def previous(self) -> Period:
        """The period of the same length just before."""
        if self.part == "Y":
            return Period(self.year - 1, "Y")
        kind, number, most = self.part[0], int(self.part[1]), 4 if self.part[0] == "Q" else 2
        return (
            Period(self.year, f"{kind}{number - 1}") if number > 1 else Period(self.year - 1, f"{kind}{most}")
        )

    def due(self) -> date:
        """The day a return is due: ten working days after the end."""
        return add_working_days(self.end, DUE_WORKING_DAYS)


def midnight(day: date) -> int:
    """London midnight at the start of ``day``, in epoch seconds."""
    return int(datetime(day.year, day.month, day.day, tzinfo=LONDON).timestamp())


def local_date(epoch: int) -> date:
    """The London date of that moment."""
    return datetime.fromtimestamp(epoch, LONDON).date()


def is_working_day(day: date) -> bool:
    """Monday to Friday, not a bank holiday of England and Wales."""
    return day.weekday() < 5 and day not in bank_holidays(day.year)


def add_working_days(day: date, number: int) -> date:
    """The ``number``-th working day after ``day``."""
    while number > 0:
        day += timedelta(days=1)
        number -= is_working_day(day)
    return day


def working_days_between(first: date, last: date) -> int:
    """How many working days after ``first``, up to and including ``last``; the same day is 0.

    Raises:
        ValueError: ``last`` is before ``first``. A negative wait is a data-quality count, never zero.
    """
    if last < first:
        raise ValueError("last is before first")
    return sum(is_working_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


# One-off changes, announced by proclamation: gov.uk/bank-holidays.
_MOVED = {2020: (date(2020, 5, 4), date(2020, 5, 8)), 2022: (date(2022, 5, 30), date(2022, 6, 2))}
_EXTRA = {2022: (date(2022, 6, 3), date(2022, 9, 19)), 2023: (date(2023, 5, 8),)}


@lru_cache(maxsize=64)
def bank_holidays(year: int) -> frozenset[date]:
    """The bank holidays of England and Wales in that year (Banking and Financial Dealings Act 1971)."""
    easter = _easter(year)
    days = {
        _next_weekday(date(year, 1, 1)),
        easter - timedelta(days=2),
        easter + timedelta(days=1),
        _monday_from(date(year, 5, 1)),
        _monday_from(date(year, 5, 25)),
        _monday_from(date(year, 8, 25)),
    }
    christmas = _next_weekday(date(year, 12, 25))
    boxing = _next_weekday(date(year, 12, 26))
    # When either falls on a weekend, the substitute is the next weekday that is not already a holiday.
    days |= {christmas, boxing if boxing != christmas else christmas + timedelta(days=1)}
    if year in _MOVED:
        before, after = _MOVED[year]
        days = (days - {before}) | {after}
    return frozenset(days | set(_EXTRA.get(year, ())))


def _next_weekday(day: date) -> date:
    return day + timedelta(days=(0, 0, 0, 0, 0, 2, 1)[day.weekday()])


def _monday_from(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def _easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian computus (Meeus, Astronomical Algorithms, chapter 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e, g = b // 4, b % 4, (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    rest = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * rest) // 433
    month = (h + rest - 7 * m + 90) // 25
    return date(year, month, (h + rest - 7 * m + 33 * month + 19) % 32)
