"""The attack a release must survive: what can somebody work out from the published numbers and their sums?

The attacker knows the rounding rule, that the tables add up, and that noughts are shown as noughts. Each
question is a linear programme; one answer is a witness for many cells, so a whole release needs a few dozen,
not thousands. A cell fails when fewer whole numbers stay possible than the label itself promises.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from caseworker.protect.linked import Linked, Sums, broken
from caseworker.protect.solver import Programme, Row

NEAR = 1e-6  # slack for a solver's rounding errors; counts are whole numbers

Progress = Callable[[int, int], None]


class Cancelled(Exception):
    """The person stopped the audit; nothing is known about the release."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as the attacker sees it: between ``low`` and ``high``. ``true`` is None when the truth is not
    at hand."""

    index: int
    name: str
    true: int | None
    shown: int | None
    low: int
    high: int

    @property
    def candidates(self) -> int:
        """How many whole numbers stay possible."""
        return self.high - self.low + 1


@dataclass(frozen=True, slots=True)
class Audit:
    """What the attack found.

    ``failing``: small cells with too few candidates, with what the attacker knows. ``tightest``: of all cells
    looked at, the narrowest range, or (0, 0) when there was none; for cells that pass it is at least this
    wide. ``exact_small`` and ``few_small``: small cells left with one candidate, and with fewer than allowed.
    ``lines_not_adding``: sums the shown numbers break. ``too_far``: cells shown a whole step or more from the
    truth. ``checked``: small cells looked at. ``questions``: linear programmes solved. ``seconds``: how long
    it took.
    """

    failing: list[Cell]
    tightest: tuple[int, int]
    exact_small: int
    few_small: int
    lines_not_adding: int
    checked: int
    seconds: float
    too_far: int = 0
    questions: int = 0

    @property
    def passed(self) -> bool:
        """May this be published?"""
        return not (self.failing or self.lines_not_adding or self.too_far)


def audit(
    linked: Linked,
    shown: Sequence[int | None],
    base: int = 5,
    zeros_published: bool = True,
    min_candidates: int = 4,
    small: int = 5,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    exact: bool = False,
    *,
    conventional: bool = False,
    stepped: Collection[int] = (),
    hidden: tuple[int, int] | None = None,
    present: Collection[int] = (),
) -> Audit:
    """Attack ``shown`` (None = ``[c]``), looking at every cell whose true count is from 1 to ``small`` - 1.

    ``base``: rounding step, 0 or 1 for none. A number that is no multiple of it was plainly not rounded and
    counts as known. ``conventional``: the house style that hides 1 to ``small`` - 1 and rounds the rest to
    the nearest multiple; there a shown 0 is a true 0. ``stepped``: cells published as moved by one step more.
    ``hidden``: the range that ``[c]`` stands for under the house rule; the attacker is taken to know which
    cells are hidden by that rule and which only to protect others. ``present``: cells listed only
    because somebody is in them, so that a shown 0 there is never a true 0. ``exact``: whole-number bounds,
    slower; without it the bounds are those of the linear programme. ``progress(done, total)`` counts cells settled.

    Raises:
        Cancelled: ``cancelled()`` said so.
        ValueError: not one shown number a cell.
    """
    started = time.perf_counter()
    if len(shown) != len(linked.names):
        raise ValueError("one shown number a cell is needed")
    boxes: list[tuple[float, float]] = []
    too_far = 0
    for index, (number, true) in enumerate(zip(shown, linked.values, strict=True)):
        low, high = box(
            number,
            base,
            zeros_published=zeros_published,
            conventional=conventional,
            small=small,
            hidden=hidden if hidden and hidden[0] <= true <= hidden[1] else None,
        )
        if not low <= true <= high:
            # Published as moved further, or a fault; either way the attacker must not be given a false
            # certainty.
            too_far += index not in stepped
            low, high = _widened(number, true, base)
        if index in present:
            low = max(low, 1.0)
        boxes.append((low, high))
    targets = [index for index, true in enumerate(linked.values) if 1 <= true < small]
    found, questions = attack(linked, boxes, targets, min_candidates, progress, cancelled, exact)
    cells = [
        Cell(index, linked.names[index], linked.values[index], shown[index], *found[index])
        for index in targets
    ]
    failing = [cell for cell in cells if cell.candidates < min_candidates]
    narrowest = min(cells, key=lambda cell: cell.candidates, default=None)
    return Audit(
        failing=failing,
        tightest=(narrowest.low, narrowest.high) if narrowest else (0, 0),
        exact_small=sum(cell.candidates <= 1 for cell in cells),
        few_small=len(failing),
        lines_not_adding=0 if conventional else broken(linked, shown),
        checked=len(cells),
        seconds=time.perf_counter() - started,
        too_far=too_far,
        questions=questions,
    )


def box(
    shown: int | None,
    base: int,
    *,
    zeros_published: bool = True,
    conventional: bool = False,
    small: int = 5,
    hidden: tuple[int, int] | None = None,
) -> tuple[float, float]:
    """What one published number says on its own: (lowest, highest) possible true count.

    ``hidden``: the range the label ``[c]`` is published to mean, when it is.
    """
    if shown is None:
        if hidden is not None:
            return float(hidden[0]), float(hidden[1])
        return (1.0 if zeros_published else 0.0), math.inf
    if base < 2 or shown % base:
        return float(shown), float(shown)
    if conventional:
        reach = base // 2
        if shown == 0:
            return 0.0, 0.0 if zeros_published else float(reach)
        return float(max(small, shown - reach)), float(shown + (base - 1) // 2)
    if shown == 0:
        return 0.0, float(base - 1)
    return float(shown - base + 1), float(shown + base - 1)


def attack(
    linked: Sums,
    boxes: Sequence[tuple[float, float]],
    targets: Iterable[int],
    needed: int | None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    exact: bool = False,
) -> tuple[dict[int, tuple[int, int]], int]:
    """For each target the lowest and highest whole number the sums leave open, and how many programmes it
    took.

    A target that has ``needed`` candidates is settled as soon as witnesses show so; its range is then a part
    of the whole one. ``needed`` None asks for the whole range of every target.
    """
    wanted = list(targets)
    search = _Search(wanted, needed, progress, cancelled)
    for members, rows in _blocks(linked, boxes):
        inside = [index for index in wanted if index in members]
        if inside:
            search.block(members, rows, boxes, inside, exact)
    for index in wanted:
        if boxes[index][0] == boxes[index][1]:
            search.found[index] = (int(boxes[index][0]), int(boxes[index][0]))
    search.report()
    return search.found, search.questions


class _Search:
    """Finds ranges block by block and remembers what every answer has shown so far."""

    def __init__(
        self,
        targets: Sequence[int],
        needed: int | None,
        progress: Progress | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self.total = len(targets)
        self.needed = needed
        self.progress = progress
        self.cancelled = cancelled
        self.found: dict[int, tuple[int, int]] = {}
        self.questions = 0

    def report(self) -> None:
        if self.progress is not None:
            self.progress(len(self.found), self.total)

    def block(
        self,
        members: dict[int, int],
        rows: list[Row],
        boxes: Sequence[tuple[float, float]],
        targets: Sequence[int],
        exact: bool,
    ) -> None:
        """All ranges of one connected block. ``members``: cell -> column."""
        # An open-ended [c] gets a ceiling that no sum of the known numbers can reach.
        ceiling = 1000.0 + 4.0 * sum(high for _, high in boxes if math.isfinite(high))
        low = [boxes[index][0] for index in members]
        high = [min(boxes[index][1], ceiling) for index in members]
        programme = Programme(low, high, rows, whole=exact)
        columns = [members[index] for index in targets]
        lowest = [math.inf] * len(targets)
        highest = [-math.inf] * len(targets)

        def ask(costs: list[float]) -> None:
            if self.cancelled is not None and self.cancelled():
                raise Cancelled
            answer = programme.minimise(costs)
            self.questions += 1
            for place, column in enumerate(columns):
                value = answer[column]
                lowest[place] = min(lowest[place], value)
                highest[place] = max(highest[place], value)

        def settle() -> None:
            for place in list(waiting):
                span = _whole(lowest[place], highest[place])
                if self.needed is not None and span[1] - span[0] + 1 >= self.needed:
                    self.found[targets[place]] = span
                    waiting.remove(place)
            self.report()

        waiting = list(range(len(targets)))
        if self.needed is not None:
            self._sweep(ask, settle, waiting, columns, programme.columns)
        for place in list(waiting):
            if place not in waiting:
                continue  # an answer about another cell settled it meanwhile
            for sign in (-1.0, 1.0):
                costs = [0.0] * programme.columns
                costs[columns[place]] = sign
                ask(costs)
            self.found[targets[place]] = _whole(lowest[place], highest[place])
            waiting.remove(place)
            settle()

    def _sweep(
        self,
        ask: Callable[[list[float]], None],
        settle: Callable[[], None],
        waiting: list[int],
        columns: Sequence[int],
        width: int,
    ) -> None:
        """Push everything unsettled up, then down, with random weights, as long as that settles cells."""
        weights = random.Random(20)  # the same audit asks the same questions
        fruitless = 0
        while waiting and fruitless < 3:
            before = len(waiting)
            for sign in (-1.0, 1.0):
                costs = [0.0] * width
                for place in waiting:
                    costs[columns[place]] = sign * weights.uniform(0.5, 1.5)
                ask(costs)
            settle()
            fruitless = fruitless + 1 if len(waiting) == before else 0


def _whole(low: float, high: float) -> tuple[int, int]:
    return math.ceil(low - NEAR), math.floor(high + NEAR)


def _widened(shown: int | None, true: int, base: int) -> tuple[float, float]:
    if shown is None:
        return float(min(true, 0)), math.inf
    reach = max(2 * base - 1, abs(shown - true))
    return float(max(0, shown - reach)), float(shown + reach)


def _blocks(linked: Sums, boxes: Sequence[tuple[float, float]]) -> list[tuple[dict[int, int], list[Row]]]:
    """Cells that are still open, split where no sum ties them: ({cell: column}, rows) a block.

    Known cells drop out of the sums, which is what splits a release into blocks.
    """
    open_cells = [index for index, (low, high) in enumerate(boxes) if low < high]
    parent = {index: index for index in open_cells}

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    sums: list[tuple[float, float, list[int], list[float]]] = []
    for positive, negative, most in _sums(linked):
        cells = [index for index in (*positive, *negative) if index in parent]
        if not cells:
            continue
        known = sum(boxes[index][0] for index in positive if index not in parent)
        known -= sum(boxes[index][0] for index in negative if index not in parent)
        signs = [1.0 if index in set(positive) else -1.0 for index in cells]
        sums.append((-known, most - known, cells, signs))
        for index in cells[1:]:
            parent[root(index)] = root(cells[0])
    members: dict[int, dict[int, int]] = {}
    for index in open_cells:
        block = members.setdefault(root(index), {})
        block[index] = len(block)
    rows: dict[int, list[Row]] = {top: [] for top in members}
    for least, most, cells, signs in sums:
        top = root(cells[0])
        rows[top].append((least, most, [members[top][index] for index in cells], signs))
    return [(members[top], rows[top]) for top in members]


def _sums(linked: Sums) -> Iterable[tuple[Sequence[int], Sequence[int], float]]:
    """Every rule as: 0 <= sum of the first - sum of the second <= the third."""
    for total, parts in linked.equations:
        yield parts, [total], 0.0
    for cover in linked.covers:
        for part in cover.parts:
            yield [cover.total], [part], math.inf
        if cover.at_least_one:
            yield cover.parts, [cover.total], math.inf
