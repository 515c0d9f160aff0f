"""Clients: the people a service supports, under the name they want to be known by.

An alias alone is enough to start a record: in a cubicle or a court corridor there may be nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Client:
    """A client. Every answer that may be missing holds a code or one of the five kinds of missing (``codes.MISSING``)."""

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
