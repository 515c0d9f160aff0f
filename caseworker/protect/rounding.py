"""Keyed joint controlled rounding: every number to a multiple of 5, and every sum still adds.

Nobody can tell whether a shown 5 stood for one person or for nine. The secret key decides up or down, so the
same data always give the same answer, and asking again teaches nothing. Nought stays nought, and no number
moves by 5 or more. Source: controlled rounding after Cox (1987) with noise that keeps each number unbiased on
its own.
"""

from __future__ import annotations

import hmac
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from caseworker.protect.linked import Cover, DoesNotAdd, Linked
from caseworker.protect.solver import Infeasible, Programme, Row

__all__ = ["CannotRound", "Cover", "DoesNotAdd", "Linked", "Rounded", "round_linked"]

# Far above any sum of ordinary costs (at most about 40 a cell over 8,000 cells), so that steps stay the last
# resort.
STEP_COST = 1_000_000.0


class CannotRound(Exception):
    """Not even with one step more on every cell do the rounded numbers add up."""


@dataclass(frozen=True, slots=True)
class Rounded:
    """``values``: what may be shown, in the order of the cells. ``stepped``: indexes that moved by ``base``
    or more."""

    values: list[int]
    stepped: list[int]


def round_linked(
    linked: Linked, key: bytes, base: int = 5, fixed: Mapping[int, int] | None = None
) -> Rounded:
    """The release of ``linked``: multiples of ``base`` that add up, each less than ``base`` from the truth.

    ``key``: at least 16 secret bytes that never leave the machine. ``fixed``: cells already published, with
    the number that was shown. When the sums leave no room, the largest totals may move one step more (less
    than twice ``base``); they are listed in ``stepped`` and belong in the ledger.

    Raises:
        CannotRound: no answer exists even then (possible only with ``fixed`` numbers or more than two
        dimensions). ValueError: a short key, a base under 2, or a fixed number that is not a multiple of the
        base.
    """
    if len(key) < 16:
        raise ValueError("the rounding key is too short")
    if base < 2:
        raise ValueError("the rounding base must be at least 2")
    fixed = dict(fixed or {})
    if any(number < 0 or number % base for number in fixed.values()):
        raise ValueError("a number already published is not a multiple of the base")
    # The answer depends on names and counts, not on the order somebody happened to list them in.
    order = sorted(range(len(linked.names)), key=lambda index: linked.names[index])
    for steps_for in _wider_and_wider(linked, order, fixed):
        try:
            values = _solve(linked, key, base, fixed, order, steps_for)
        except Infeasible:
            continue
        stepped = [
            index
            for index, (shown, true) in enumerate(zip(values, linked.values, strict=True))
            if abs(shown - true) >= base
        ]
        return Rounded(values, stepped)
    raise CannotRound("these tables cannot be rounded so that every line adds up")


def up_cost(key: bytes, name: str, value: int, base: int) -> float:
    """What it costs to round this cell up rather than down; negative means up is wanted.

    Alone, a cell goes up with probability (value mod base) / base: -logit of that plus logistic noise drawn
    from the key, the name and the value. Rounded to 9 decimals so that different maths libraries agree.
    """
    chance = (value % base) / base
    message = len(name.encode()).to_bytes(4, "big") + name.encode() + value.to_bytes(8, "big")
    digest = hmac.digest(key, b"caseworker rounding 1\0" + message, "sha256")
    uniform = (int.from_bytes(digest[:8], "big") // 2**11 + 0.5) / 2**53
    noise = math.log(uniform) - math.log1p(-uniform)
    return round(noise - math.log(chance) + math.log1p(-chance), 9)


def _wider_and_wider(linked: Linked, order: Sequence[int], fixed: Mapping[int, int]) -> list[set[int]]:
    """Which cells may take one step more: none; then the largest totals, few to all; then every cell."""
    totals = {total for total, _ in linked.lines()} - fixed.keys()
    largest = sorted((index for index in order if index in totals), key=lambda index: -linked.values[index])
    sizes = [size for size in (4, 16, 64) if size < len(largest)]
    return [
        set(),
        *(set(largest[:size]) for size in sizes),
        set(largest),
        set(range(len(linked.names))) - fixed.keys(),
    ]


def _solve(
    linked: Linked,
    key: bytes,
    base: int,
    fixed: Mapping[int, int],
    order: Sequence[int],
    steps_for: set[int],
) -> list[int]:
    """One attempt: in units of ``base``, each cell is its floor plus the binaries that belong to it."""
    floor = [0] * len(linked.names)
    terms: list[list[tuple[int, float]]] = [[] for _ in linked.names]
    costs: list[float] = []
    for index in order:
        value = linked.values[index]
        if index in fixed:
            floor[index] = fixed[index] // base
            continue
        floor[index] = value // base
        if value % base:
            terms[index].append((len(costs), 1.0))
            costs.append(up_cost(key, linked.names[index], value, base))
        if index in steps_for and value:
            terms[index].append((len(costs), 1.0))
            costs.append(STEP_COST)
            if floor[index]:
                terms[index].append((len(costs), -1.0))
                costs.append(STEP_COST)
    chosen = (
        Programme(
            [0.0] * len(costs), [1.0] * len(costs), _rows(linked, floor, terms, order), whole=True
        ).minimise(costs)
        if costs
        else _nothing_to_choose(linked, floor, terms, order)
    )
    return [
        base * (floor[index] + sum(round(chosen[column]) * int(sign) for column, sign in terms[index]))
        for index in range(len(linked.names))
    ]


def _nothing_to_choose(
    linked: Linked, floor: list[int], terms: list[list[tuple[int, float]]], order: Sequence[int]
) -> list[float]:
    """Everything is a multiple or published already: only a check is left."""
    _rows(linked, floor, terms, order)
    return []


def _rows(
    linked: Linked, floor: Sequence[int], terms: Sequence[Sequence[tuple[int, float]]], order: Sequence[int]
) -> list[Row]:
    """The sums as rows over the binaries, in an order that depends on names alone."""
    rank = {index: place for place, index in enumerate(order)}
    rows: list[Row] = []

    def add(positive: Sequence[int], negative: Sequence[int], least: float, most: float) -> None:
        columns: list[int] = []
        factors: list[float] = []
        for cells, side in ((positive, 1.0), (negative, -1.0)):
            for index in sorted(cells, key=rank.__getitem__):
                for column, sign in terms[index]:
                    columns.append(column)
                    factors.append(sign * side)
        constant = sum(floor[index] for index in positive) - sum(floor[index] for index in negative)
        if columns:
            rows.append((least - constant, most - constant, columns, factors))
        elif not least <= constant <= most:
            raise Infeasible

    for total, parts in sorted(
        linked.equations, key=lambda line: (rank[line[0]], sorted(map(rank.__getitem__, line[1])))
    ):
        add(parts, [total], 0.0, 0.0)
    for cover in sorted(
        linked.covers, key=lambda line: (rank[line.total], sorted(map(rank.__getitem__, line.parts)))
    ):
        for part in sorted(cover.parts, key=rank.__getitem__):
            add([cover.total], [part], 0.0, math.inf)
        if cover.at_least_one:
            add(cover.parts, [cover.total], 0.0, math.inf)
    return rows
