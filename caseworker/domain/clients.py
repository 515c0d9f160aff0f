"""Clients: the people a service supports, under the name they want to be known by.

An alias alone is enough to start a record: in a cubicle or a court corridor there may be nothing else.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from caseworker.domain import codes
from caseworker.domain.when import OLDEST_YEAR, iso_date, local
from caseworker.words import Words, words

OLDEST_AGE = 120
LONGEST_NAME = 200

# field -> code list, for everything that may be asked later or not at all
CODED = {
    "sex": "sex",
    "area": "area",
    "language": "language",
    "interpreter": "interpreter",
    "ethnicity": "ethnicity",
    "disability": "disability",
    "orientation": "orientation",
    "religion": "religion",
    "gender_same": "gender_same",
}


@dataclass(frozen=True, slots=True)
class Client:
    """A client. Every answer that may be missing holds a code or one of the five kinds of missing
    (``codes.MISSING``).
    """

    id: int | None
    uid: str
    name: str
    reference: str = ""  # "CR-0412"; given by storage when first saved
    is_alias: bool = False
    known_as: str = ""
    born: str = "NA-ASK"  # ISO date, or missing
    age_estimate: int | None = None  # years, on the day the record was made, when only that is known
    sex: str = "NA-ASK"
    area: str = "NA-ASK"  # district code of residence (GSS), OUT, NFA or CON; list ``area``
    language: str = "NA-ASK"
    interpreter: str = "NA-ASK"
    ethnicity: str = "NA-ASK"
    disability: str = "NA-ASK"
    orientation: str = "NA-ASK"
    religion: str = "NA-ASK"
    gender_same: str = "NA-ASK"
    totals_only: bool = False  # counted in headlines, "not stated" in every breakdown (summary.md 1.4.2)
    made: int = 0  # epoch seconds, set by storage

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        if not self.name.strip():
            found["name"] = words("Enter a name or an alias")
        elif len(self.name) > LONGEST_NAME:
            found["name"] = words("Name must be {most} characters or fewer", most=LONGEST_NAME)
        if len(self.known_as) > LONGEST_NAME:
            found["known_as"] = words("Name must be {most} characters or fewer", most=LONGEST_NAME)
        found |= age_problems(self.born, self.age_estimate, today)
        for name, list_name in CODED.items():
            if not codes.accepts(list_name, getattr(self, name)):
                found[name] = words("Choose an answer from the list")
        return found


def age_problems(born: str, estimate: int | None, today: dt.date) -> dict[str, Words]:
    """What has to be put right in anybody's date of birth or estimated age: field -> sentence."""
    found: dict[str, Words] = {}
    if not codes.is_missing(born):
        day = iso_date(born)
        if day is None:
            found["born"] = words("Date of birth must be a real date")
        elif day > today:
            found["born"] = words("Date of birth must be in the past")
        elif day.year < OLDEST_YEAR:
            found["born"] = words("Year must be {year} or later", year=OLDEST_YEAR)
    if estimate is not None and not 0 <= estimate <= OLDEST_AGE:
        found["age_estimate"] = words("Age must be between 0 and {most}", most=OLDEST_AGE)
    return found


def age_on(client: Client, day: dt.date) -> int | None:
    """Whole years on that day, from the date of birth, else from the estimate; None when neither is known."""
    return years_old(client.born, client.age_estimate, client.made, day)


def years_old(born: str, estimate: int | None, noted: int, day: dt.date) -> int | None:
    """Whole years of anybody on that day. ``noted``: when the estimate was made, epoch seconds.

    Somebody born on 29 February turns a year older on 1 March of a year without one, as the law in England
    has it.
    """
    birth = iso_date(born)
    if birth is not None:
        return years_between(birth, day) if birth <= day else None
    if estimate is None:
        return None
    made = local(noted).date() if noted else day
    return max(0, estimate + (years_between(made, day) if made <= day else -years_between(day, made)))


def birthday(born: dt.date, years: int) -> dt.date:
    """The day on which somebody reaches that age (29 February: see ``years_old``)."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return dt.date(born.year + years, 3, 1)


def years_between(start: dt.date, end: dt.date) -> int:
    """Whole years from start to a later or equal end."""
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def age_band(age: int | None) -> str:
    """The code of the age band (list ``age_band``), or NA-UNK."""
    if age is not None:
        for entry in codes.get("age_band").entries.values():
            if entry.facts["from_age"] <= age <= entry.facts["to_age"]:
                return entry.code
    return "NA-UNK"


def shown_name(client: Client) -> str:
    """The name people say: what the client likes to be called, else the name."""
    return client.known_as.strip() or client.name
