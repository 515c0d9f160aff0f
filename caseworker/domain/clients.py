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
        if not codes.is_missing(self.born):
            born = iso_date(self.born)
            if born is None:
                found["born"] = words("Date of birth must be a real date")
            elif born > today:
                found["born"] = words("Date of birth must be in the past")
            elif born.year < OLDEST_YEAR:
                found["born"] = words("Year must be {year} or later", year=OLDEST_YEAR)
        if self.age_estimate is not None and not 0 <= self.age_estimate <= OLDEST_AGE:
            found["age_estimate"] = words("Age must be between 0 and {most}", most=OLDEST_AGE)
        for name, list_name in CODED.items():
            if not codes.accepts(list_name, getattr(self, name)):
                found[name] = words("Choose an answer from the list")
        return found


def age_on(client: Client, day: dt.date) -> int | None:
    """Whole years on that day, from the date of birth, else from the estimate; None when neither is known.

    Somebody born on 29 February turns a year older on 1 March of a year without one, as the law in England
    has it.
    """
    born = iso_date(client.born)
    if born is not None:
        return years_between(born, day) if born <= day else None
    if client.age_estimate is None:
        return None
    made = local(client.made).date() if client.made else day
    return max(
        0, client.age_estimate + (years_between(made, day) if made <= day else -years_between(day, made))
    )


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
