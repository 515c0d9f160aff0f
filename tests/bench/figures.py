"""How a figure is taken and told: medians and p95 of many runs, ratios side by side, and whether it keeps its
bar."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. ``bar``: the most it may be (the least, with ``at_least``); None when nothing is
    asked."""

    what: str
    value: float
    unit: str
    bar: float | None = None
    at_least: bool = False
    detail: str = ""

    @property
    def kept(self) -> bool:
        """Whether it keeps its bar."""
        if self.bar is None:
            return True
        return self.value >= self.bar if self.at_least else self.value <= self.bar

    def line(self) -> str:
        """For people."""
        if self.bar is None:
            verdict = ""
        else:
            sign = "≥" if self.at_least else "≤"
            verdict = f"{sign} {self.bar:g}  " + ("kept" if self.kept else "OVER THE BAR")
        return f"  {self.what:<66} {self.value:>9.3g} {self.unit:<6} {verdict:<22} {self.detail}".rstrip()


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a bench works: a folder of its own that vanishes, and the sizes asked for."""

    folder: Path
    contacts: int

    @property
    def sizes(self) -> list[int]:
        """Ten thousand contacts, then ten times as many, up to what was asked."""
        found = [10_000]
        while found[-1] * 10 <= self.contacts:
            found.append(found[-1] * 10)
        return found if found[-1] == self.contacts else [*found, self.contacts]


def timed(function: Callable[[], object]) -> float:
    """Seconds one call takes."""
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def side_by_side(
    first: Callable[[], object], second: Callable[[], object], rounds: int
) -> tuple[list[float], list[float]]:
    """Seconds of both, alternating, so that a busy moment of the machine meets both; one call each to warm
    up."""
    first()
    second()
    one, two = [], []
    for turn in range(rounds):
        pair = ((first, one), (second, two)) if turn % 2 else ((second, two), (first, one))
        for function, times in pair:
            times.append(timed(function))
    return one, two


def median(times: Sequence[float]) -> float:
    return statistics.median(times)


def p95(times: Sequence[float]) -> float:
    """The time that 19 of 20 stay under."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def milliseconds(seconds: float) -> float:
    return seconds * 1000


def spread(times: Sequence[float]) -> str:
    """Median and p95 in milliseconds, for the detail of a ratio."""
    return f"{milliseconds(median(times)):.2f} ms (p95 {milliseconds(p95(times)):.2f})"
