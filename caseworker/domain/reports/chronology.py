"""The chronology: what happened to the client and what was done, in order of time.

Who reads it may be a court, so it says when each thing happened and who wrote it down when; the words of notes are
left out unless asked for, because counselling information and third persons stand in them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from caseworker.domain.reports.page import Block, Paragraph, Report, Said, Table
from caseworker.domain.when import LONDON, show_date, show_time
from caseworker.words import words


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. ``at`` is aware; ``whole_day`` when only the day is known."""

    at: dt.datetime
    what: Said
    detail: Said = ""  # short and factual
    note: str = ""  # the words of a note, possibly hard to read
    who: str = ""  # the worker who wrote it down
    whole_day: bool = False
    noun: str = ""
    row_id: int = 0
    method: str = ""  # of a contact: how it was made (code list contact_method)


def shown_time(entry: Entry) -> str:
    """The day, and the time where it is known, as people in London had it."""
    here = entry.at.astimezone(LONDON)
    return show_date(here.date()) if entry.whole_day else f"{show_date(here.date())}, {show_time(here)}"


def chronology(
    name: str, reference: str, entries: Sequence[Entry], *, notes: bool = False, today: dt.date
) -> Report:
    """The report of these entries, oldest first; ``notes`` adds the words of the notes."""
    ordered = sorted(entries, key=lambda one: one.at)
    blocks: list[Block] = [
        Paragraph(words("{name}, {reference}", name=name, reference=reference), strong=True)
    ]
    if not ordered:
        blocks.append(Paragraph(words("Nothing is recorded for this time.")))
    else:
        rows = []
        for one in ordered:
            said: list[Said] = [one.what]
            if one.detail:
                said.append(one.detail)
            if notes and one.note:
                said.append(one.note)
            rows.append((shown_time(one), _joined(said), one.who))
        blocks.append(Table((words("When"), words("What"), words("Written by")), tuple(rows)))
    foot = words(
        "Made on {date}. {n} entries, {first} to {last}.",
        date=show_date(today),
        n=len(ordered),
        first=show_date(ordered[0].at.astimezone(LONDON).date()) if ordered else "-",
        last=show_date(ordered[-1].at.astimezone(LONDON).date()) if ordered else "-",
    )
    return Report("chronology", words("Chronology"), tuple(blocks), foot)


def _joined(said: Sequence[Said]) -> Said:
    found = said[0]
    for more in said[1:]:
        found = words("{first}. {rest}", first=found, rest=more)
    return found
