"""Outcomes of one client: each statement or score at each time it was asked, and what changed between two of them.

Change is only ever said of a matched pair (``instruments.moved``); one score alone says nothing about help.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from caseworker.domain import codes, instruments
from caseworker.domain.instruments import Moved, Taken
from caseworker.words import Words, words

FORM = "CR7"
DRAWN = 3  # lines a chart can hold and still be read


@dataclass(frozen=True, slots=True)
class Line:
    """One question over time, oldest first; a point without a number carries why in words."""

    item: str
    label: str
    points: tuple[tuple[dt.date, int | None, str], ...]
    moved: Moved | None

    @property
    def numbers(self) -> tuple[tuple[dt.date, int], ...]:
        return tuple((day, points) for day, points, _ in self.points if points is not None)


def lines(taken: Sequence[Taken]) -> tuple[Line, ...]:
    """The questions of the newest version that count, in its order, with their answers in the client's signed sets."""
    ordered = sorted(taken, key=lambda one: one.on)
    if not ordered:
        return ()
    moved = {one.item: one for one in instruments.moved(ordered)}
    return tuple(
        Line(
            item.code,
            item.label,
            tuple(
                (one.on, item.points(value), item.show(value))
                for one in ordered
                for value in (one.values.get(item.code, "NA-ASK"),)
            ),
            moved.get(item.code),
        )
        for item in ordered[-1].instrument.items.values()
        if item.counts and not item.parent
    )


def to_draw(found: Sequence[Line], most: int = DRAWN) -> tuple[str, ...]:
    """The questions a chart shows: where most changed for the client, in the form's order."""
    asked = [line for line in found if line.numbers]
    ranked = sorted(asked, key=lambda line: -abs(line.moved.eased) if line.moved else 0)[:most]
    return tuple(line.item for line in found if line in ranked)


def change_words(moved: Moved | None) -> Words:
    """Like "Up 2", "Down 1" or "Same": what stands in the last column. Empty without a matched pair."""
    if moved is None:
        return words("")
    rise = moved.last - moved.first
    if rise == 0:
        return words("Same")
    return words("Up {points}", points=rise) if rise > 0 else words("Down {points}", points=-rise)


def band_words(taken: Taken) -> Words:
    """The total of an outside score with the name of its band, like "16, moderate"; empty where there is none."""
    found = instruments.score(taken.instrument, taken.values)
    if found.total is None:
        item = next(iter(taken.instrument.counted), None)
        value = taken.values.get(item.code, "NA-ASK") if item else "NA-ASK"
        return words("{answer}", answer=codes.MISSING.get(value, ""))
    band = next((one.label for one in taken.instrument.bands if one.code == found.grade), "")
    if not band:
        return words("{total}", total=found.total)
    return words("{total}, {band}", total=found.total, band=band.lower())


def direction_words(taken: Taken) -> Words:
    """Which end of an outside score is the good one."""
    change = taken.instrument.change
    if change is None:
        return words("")
    return words("Lower is better") if change.better == "lower" else words("Higher is better")


def reliable_words(moved: Moved | None) -> Words:
    """What changed in an outside score, and whether that is more than chance (its reliable change)."""
    if moved is None:
        return words("Not enough to compare yet")
    points = abs(moved.eased)
    if points == 0:
        return words("No change")
    if points < moved.change.step:
        if moved.eased > 0:
            return words("Eased by {points}, which may be chance", points=points)
        return words("Harder by {points}, which may be chance", points=points)
    if moved.eased > 0:
        return words("Eased by {points}, a reliable change", points=points)
    return words("Harder by {points}, a reliable change", points=points)
