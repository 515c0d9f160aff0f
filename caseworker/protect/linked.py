"""Linked tables: every published number once, with the sums that tie the numbers together.

A cell that appears in two tables is one quantity under one name; that is what makes protection hold over a
whole release.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol


class DoesNotAdd(ValueError):
    """The true numbers break their own sums, so they cannot be protected. Carries no number."""


@dataclass(frozen=True, slots=True)
class Cover:
    """A total over a question with several answers: no answer exceeds it, and it never exceeds their sum.

    ``at_least_one``: everybody counted in the total gave at least one of the answers. Without it only the
    first half holds. Distinct people of a year over its quarters are the same shape.
    """

    total: int
    parts: tuple[int, ...]
    at_least_one: bool = True


class Sums(Protocol):
    """How numbers hang together, whether or not the true ones are at hand."""

    @property
    def equations(self) -> Sequence[tuple[int, Sequence[int]]]:
        """(index of the total, indexes of its parts): exactly their sum."""

    @property
    def covers(self) -> Sequence[Cover]:
        """Totals over questions with several answers."""


@dataclass(frozen=True, slots=True)
class Linked:
    """True counts and how they hang together.

    ``names``: one unique text a cell. ``values``: true whole numbers from 0. ``equations``: (index of the
    total, indexes of its parts); the total is exactly the sum. ``covers``: totals over questions that allow
    several answers.

    Raises:
        DoesNotAdd: the values break an equation or a cover.
        ValueError: names repeat, lengths differ, an index points nowhere, or a value is negative.
    """

    names: list[str]
    values: list[int]
    equations: list[tuple[int, list[int]]]
    covers: list[Cover] = field(default_factory=list)

    def __post_init__(self) -> None:
        count = len(self.names)
        if len(self.values) != count:
            raise ValueError("as many names as values are needed")
        if len(set(self.names)) != count:
            raise ValueError("a cell name is used twice")
        if any(value < 0 for value in self.values):
            raise ValueError("a count cannot be negative")
        for total, parts in self.lines():
            if not all(0 <= index < count for index in (total, *parts)):
                raise ValueError("an equation points at a cell that is not there")
            if total in parts or len(set(parts)) != len(parts):
                raise ValueError("an equation names a cell twice")
        if broken(self, self.values):
            raise DoesNotAdd("the true counts do not add up to their totals")

    def lines(self) -> Iterator[tuple[int, Sequence[int]]]:
        """Every total with its parts, sums first."""
        yield from self.equations
        for cover in self.covers:
            yield cover.total, cover.parts


def broken(linked: Sums, values: Sequence[int | None]) -> int:
    """How many lines ``values`` breaks; a line with a hidden number (None) is not counted."""
    count = 0
    for total, parts in linked.equations:
        numbers = [values[index] for index in parts]
        whole = values[total]
        if whole is not None and None not in numbers:
            count += whole != sum(number for number in numbers if number is not None)
    for cover in linked.covers:
        numbers = [values[index] for index in cover.parts]
        whole = values[cover.total]
        if whole is None:
            continue
        known = [number for number in numbers if number is not None]
        too_large = any(number > whole for number in known)
        too_small = cover.at_least_one and len(known) == len(numbers) and sum(known) < whole
        count += too_large or too_small
    return count
