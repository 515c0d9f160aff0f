"""Exit facts: how things stood when an episode of support ended, one record an episode.

Risk is taken from signed assessments and never typed again. What was still open is listed with what becomes of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from caseworker.domain import codes
from caseworker.domain.risk import rank
from caseworker.domain.when import date_problem
from caseworker.words import Words, words

LONGEST_TEXT = 1_000
CODED = {
    "abuse": "exit_abuse",
    "lived_at_start": "yes_no",
    "lived_at_end": "yes_no",
    "further_incident": "yes_no",
    "risk_at_start": "risk_grade",
    "risk_at_end": "risk_grade",
}


@dataclass(frozen=True, slots=True)
class Exit:
    id: int | None
    uid: str
    client_id: int
    episode_id: int
    closed: str  # ISO date; differs from the episode's once that was taken up again: then this is to be asked anew
    abuse: str = "NA-ASK"
    lived_at_start: str = "NA-ASK"  # with the alleged perpetrator
    lived_at_end: str = "NA-ASK"
    risk_at_start: str = "NA-ASK"  # grade of the first signed assessment, set by storage
    risk_at_end: str = "NA-ASK"  # and of the last
    further_incident: str = "NA-ASK"  # since support began
    last_contact: str = ""  # ISO date, set by storage; empty: the client was never reached
    open_ends: str = ""  # what was open and what becomes of it: ``Fate`` by ``Fate``
    note: str = ""
    recorded: int = 0  # epoch seconds, set by storage
    worker_id: int | None = None  # author, set by storage
    withdrawn: int = 0

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        if (wrong := date_problem(self.closed, today)) is not None:
            found["closed"] = wrong
        for name, list_name in CODED.items():
            if not codes.accepts(list_name, getattr(self, name)):
                found[name] = words("Choose an answer from the list")
        if len(self.note) > LONGEST_TEXT:
            found["note"] = words("Must be {most} characters or fewer", most=LONGEST_TEXT)
        return found


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one record that was open at the end. ``fate``: list ``exit_fate``."""

    noun: str
    row_id: int
    fate: str


def read_fates(text: str) -> tuple[Fate, ...]:
    """The fates as ``open_ends`` keeps them.

    Raises:
        ValueError: it was written by something else.
    """
    found = []
    for part in text.split():
        noun, row_id, fate = part.split(":")
        found.append(Fate(noun, int(row_id), fate))
    return tuple(found)


def write_fates(fates: Iterable[Fate]) -> str:
    """The fates in one line, for ``open_ends``."""
    return " ".join(f"{one.noun}:{one.row_id}:{one.fate}" for one in fates)


def risk_fell(exit_: Exit) -> bool | None:
    """Whether the risk was lower at the end; None where either grade is not known."""
    start, end = rank(exit_.risk_at_start), rank(exit_.risk_at_end)
    return None if not start or not end else end < start


def holds(exit_: Exit, closed: str) -> bool:
    """Whether these are the facts of that ending, and not of one that the client came back from."""
    return not exit_.withdrawn and bool(closed) and exit_.closed == closed
