"""Dates and times as people type and read them: "yesterday 3pm", "18 November 2026", "9:30am", "midday".

Records keep UTC seconds; people live in London time, where one hour is missing in March and one comes twice
in October.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from zoneinfo import ZoneInfo

from caseworker.errors import Refused
from caseworker.words import Words, words

LONDON = ZoneInfo("Europe/London")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
OLDEST_YEAR = 1900

_TIME = re.compile(
    r"(?:at\s+)?(?:(?P<word>midday|noon|midnight)"
    r"|(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?\s*(?P<half>am|pm|a\.m\.|p\.m\.)?)$"
)


def epoch(when: dt.datetime) -> int:
    """UTC seconds of an aware moment; a moment without a zone is a bug."""
    if when.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return int(when.timestamp())


def local(seconds: int) -> dt.datetime:
    """The London moment of UTC seconds."""
    return dt.datetime.fromtimestamp(seconds, LONDON)


def midnight(day: dt.date) -> dt.datetime:
    """The first moment of that London day (London never changes its clocks at midnight)."""
    return dt.datetime.combine(day, dt.time(), LONDON)


def day_epochs(day: dt.date) -> tuple[int, int]:
    """First second of the London day and of the next one; the day lasts 23, 24 or 25 hours."""
    return epoch(midnight(day)), epoch(midnight(day + dt.timedelta(days=1)))


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, or its last day where it has none: a year after 29 February is 28 February.
    Below zero: earlier.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def show_date(day: dt.date) -> str:
    """Like "18 November 2026"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def show_time(when: dt.time | dt.datetime) -> str:
    """Like "9:30am", "11am", "midday", "midnight" (GOV.UK style)."""
    hour, minute = when.hour, when.minute
    if minute == 0 and hour in (0, 12):
        return "midday" if hour else "midnight"
    half = "am" if hour < 12 else "pm"
    shown = hour % 12 or 12
    return f"{shown}:{minute:02d}{half}" if minute else f"{shown}{half}"


def show_datetime(when: dt.datetime) -> str:
    """Like "18 November 2026, 9:30am" in London time."""
    here = when.astimezone(LONDON)
    return f"{show_date(here.date())}, {show_time(here)}"


def show_day_relative(day: dt.date, today: dt.date) -> Words:
    """Like "today", "tomorrow", "6 days ago", "in 3 days"; beyond four weeks the date itself."""
    days = (day - today).days
    if days == 0:
        return words("today")
    if days == 1:
        return words("tomorrow")
    if days == -1:
        return words("yesterday")
    if abs(days) > 28:
        return words("{date}", date=show_date(day))
    if days > 0:
        return words("in {days} days", days=days)
    return words("{days} days ago", days=-days)


def show_day_and_distance(day: dt.date, today: dt.date) -> Words:
    """Like "18 November 2026, in 3 days"; beyond four weeks the date alone says it."""
    if abs((day - today).days) > 28:
        return words("{date}", date=show_date(day))
    return words("{date}, {relative}", date=show_date(day), relative=show_day_relative(day, today))


def iso_date(text: str) -> dt.date | None:
    """The date of stored ISO text; None for empty, missing codes or anything else."""
    if len(text) != 10:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def first_day(text: str) -> dt.date | None:
    """The date of stored ISO text, or the first day of a stored month ("2026-03"); None for anything else."""
    return iso_date(f"{text}-01") if len(text) == 7 else iso_date(text)


def show_stored(text: str) -> str:
    """A stored date or month in words, like "18 November 2026" or "November 2026"; empty for anything else."""
    day = first_day(text)
    if day is None:
        return ""
    return show_date(day) if len(text) == 10 else f"{MONTHS[day.month - 1]} {day.year}"


def date_problem(text: str, today: dt.date | None = None, *, month: bool = False) -> Words | None:
    """What is wrong with a stored date that may be left empty, or None.

    With ``today`` a day ahead of it is wrong as well; with ``month`` a month alone is enough.
    """
    if not text:
        return None
    day = first_day(text) if month else iso_date(text)
    if day is None:
        return words("Date must be a real date")
    if day.year < OLDEST_YEAR:
        return words("Year must be {year} or later", year=OLDEST_YEAR)
    if today is not None and day > today:
        return words("Date must be today or in the past")
    return None


def read_date(day: str, month: str, year: str, *, field: str = "date") -> dt.date:
    """The date typed in three boxes; the month may be a name ("nov") or a number.

    Raises:
        Refused: ``field`` -> what to do, in GOV.UK order: missing, impossible.
    """
    day, month, year = day.strip(), month.strip(), year.strip()
    if not (day or month or year):
        raise _no(field, words("Enter a date"))
    for part, sentence in (
        (day, words("Date must include a day")),
        (month, words("Date must include a month")),
        (year, words("Date must include a year")),
    ):
        if not part:
            raise _no(field, sentence)
    number = _month(month)
    if len(year) != 4 or not (year.isascii() and year.isdigit()):
        raise _no(field, words("Year must include 4 numbers"))
    try:
        if number is None or not (day.isascii() and day.isdigit()):
            raise ValueError
        found = dt.date(int(year), number, int(day))
    except ValueError:
        raise _no(field, words("Date must be a real date")) from None
    if found.year < OLDEST_YEAR:
        raise _no(field, words("Year must be {year} or later", year=OLDEST_YEAR))
    return found


def read_when(text: str, now: dt.datetime, *, field: str = "at") -> dt.datetime:
    """The London moment typed in one box: "now", "10:15", "yesterday 3pm", "27 9 10:15", "18 November 2026
    9:30am".

    A weekday ("Monday 2pm") is the last one, today included. A day and month without a year are the latest
    that is not in the future. In the hour that October has twice, the later of the two that is not in the
    future is meant.

    Raises:
        Refused: ``field`` -> what to do.
    """
    here = now.astimezone(LONDON)
    plain = " ".join(text.replace(",", " ").split()).casefold()
    if not plain:
        raise _no(field, words("Enter a date and time"))
    if plain == "now":
        return here
    ago = re.fullmatch(r"(\d{1,3}|an?) (minutes?|mins?|hours?|hrs?) ago", plain)
    if ago:
        count = int(ago[1]) if ago[1].isdigit() else 1
        step = dt.timedelta(minutes=count) if ago[2].startswith("m") else dt.timedelta(hours=count)
        return (here.astimezone(dt.UTC) - step).astimezone(LONDON)
    parts = plain.split(" ")
    for used in range(len(parts) + 1):  # the longest date that leaves a time, or a time alone
        split = len(parts) - used
        day = _day(parts[:split], here, field) if split else here.date()
        if day is None:
            continue
        rest = " ".join(parts[split:])
        clock = _clock(rest) if rest else None
        if rest and clock is None:
            continue
        if clock is None:
            raise _no(field, words("Enter a time as well, like {example}", example="3pm"))
        return _moment(day, clock, here, field)
    raise _no(field, words("Enter a date and time, like {example}", example="27 3 2026 3pm"))


def _moment(day: dt.date, clock: dt.time, here: dt.datetime, field: str) -> dt.datetime:
    first = dt.datetime.combine(day, clock, LONDON)
    if first.astimezone(dt.UTC).astimezone(LONDON).time() != clock:
        raise _no(field, words("That time did not exist: the clocks went forward that night"))
    second = first.replace(fold=1)
    if second.utcoffset() != first.utcoffset() and second.astimezone(dt.UTC) <= here.astimezone(dt.UTC):
        return second
    return first


def _clock(text: str) -> dt.time | None:
    match = _TIME.fullmatch(text)
    if not match:
        return None
    if match["word"]:
        return dt.time(0 if match["word"] == "midnight" else 12)
    hour, minute, half = int(match["hour"]), int(match["minute"] or 0), (match["half"] or "").replace(".", "")
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif not match["minute"]:
        return None  # "9" alone could be a day, morning or evening
    return dt.time(hour, minute) if hour < 24 and minute < 60 else None


def _day(parts: list[str], here: dt.datetime, field: str) -> dt.date | None:
    today = here.date()
    if len(parts) == 1 and parts[0] in ("today", "yesterday"):
        return today - dt.timedelta(days=parts[0] == "yesterday")
    if len(parts) == 1 and len(parts[0]) >= 3:
        for number, name in enumerate(DAYS):
            if name.casefold().startswith(parts[0]):
                return today - dt.timedelta(days=(today.weekday() - number) % 7)
    if len(parts) == 1 and re.fullmatch(r"\d{1,2}[/.-]\d{1,2}([/.-]\d{4})?", parts[0]):
        parts = re.split(r"[/.-]", parts[0])
    if len(parts) == 1 and re.fullmatch(r"\d{4}-\d{2}-\d{2}", parts[0]):
        parts = parts[0].split("-")[::-1]
    if len(parts) == 4 and any(name.casefold().startswith(parts[0]) for name in DAYS) and len(parts[0]) >= 3:
        parts = parts[1:]
    if (
        len(parts) not in (2, 3)
        or not re.fullmatch(r"\d{1,2}(st|nd|rd|th)?", parts[0])
        or _month(parts[1]) is None
    ):
        return None
    day = re.sub(r"\D", "", parts[0])
    if len(parts) == 3:
        return read_date(day, parts[1], parts[2], field=field) if re.fullmatch(r"\d{4}", parts[2]) else None
    for year in (today.year, today.year - 1):
        try:
            found = dt.date(year, _month(parts[1]) or 0, int(day))
        except ValueError:
            continue
        if found <= today:
            return found
    raise _no(field, words("Date must be a real date"))


def _month(text: str) -> int | None:
    if text.isascii() and text.isdigit() and len(text) <= 2:
        return int(text) if 1 <= int(text) <= 12 else None
    if len(text) >= 3:
        for number, name in enumerate(MONTHS, start=1):
            if name.casefold().startswith(text.casefold()) or (number == 9 and text.casefold() == "sept"):
                return number
    return None


def _no(field: str, sentence: Words) -> Refused:
    return Refused({field: sentence})
