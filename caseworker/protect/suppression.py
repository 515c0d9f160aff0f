"""The house style many health bodies use: 1 to 7 become [c], everything else goes to the nearest 5.

Hiding alone leaks: a hidden number can often be worked out from its row. So more cells are hidden until the
attack of ``audit`` finds nothing, and afterwards every cell that need not be hidden is shown again. Nought is
shown as nought.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from caseworker.protect.audit import Audit, Cell, Progress, audit
from caseworker.protect.linked import Linked

SMALL = 8  # 1 to 7 are never shown
BASE = 5


@dataclass(frozen=True, slots=True)
class Suppressed:
    """``values``: None is ``[c]``. ``primary``: indexes hidden for being small; ``secondary``: to protect
    those.

    ``audit``: what an attacker learns for whom ``[c]`` means at least one. ``rule_known``: what one learns
    who knows the rule and, cell by cell, which are hidden for being 1 to 7. No release of few people can stop
    the second from narrowing a cell; it never leaves one exact.
    """

    values: list[int | None]
    primary: list[int]
    secondary: list[int]
    audit: Audit
    rule_known: Audit

    @property
    def passed(self) -> bool:
        """May this be published?"""
        return self.audit.passed and not self.rule_known.exact_small

    @property
    def range(self) -> tuple[int, int] | None:
        """What may be printed as the meaning of ``[c]``: 1 to 7, or only that it is at least 1."""
        return (1, SMALL - 1) if self.rule_known.passed and not self.secondary else None


def suppress(
    linked: Linked,
    min_candidates: int = 4,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Suppressed:
    """Hide what is small and as little more as the attacks demand.

    Nothing random: the same counts always give the same release. Every small cell keeps ``min_candidates``
    possible whole numbers against an attacker who knows that noughts are shown.

    Raises:
        Cancelled: ``cancelled()`` said so.
    """
    primary = [index for index, value in enumerate(linked.values) if 1 <= value < SMALL]
    hidden = set(primary)

    def attack(extra: set[int], needed: int, rule: tuple[int, int] | None) -> Audit:
        shown = _shown(linked, hidden | extra)
        return audit(
            linked, shown, BASE, True, needed, SMALL, progress, cancelled, conventional=True, hidden=rule
        )

    def failing(extra: set[int]) -> list[Cell]:
        return attack(extra, min_candidates, None).failing or attack(extra, 2, (1, SMALL - 1)).failing

    secondary: set[int] = set()
    lines = _lines_of(linked)
    while cells := failing(secondary):
        choices = {_next_to_hide(linked, lines, hidden | secondary, cell) for cell in cells} - {None}
        if not choices:
            break  # everything that could be hidden is; the caller sees the failing audit
        secondary.update(choice for choice in choices if choice is not None)
    if not cells:
        # Largest first: a large number that can be shown again is worth most to the reader.
        order = sorted(secondary, key=lambda index: (-linked.values[index], linked.names[index]))
        secondary = _show_again(order, secondary, lambda extra: not failing(extra))
    return Suppressed(
        values=_shown(linked, hidden | secondary),
        primary=primary,
        secondary=sorted(secondary),
        audit=attack(secondary, min_candidates, None),
        rule_known=attack(secondary, min_candidates, (1, SMALL - 1)),
    )


def _shown(linked: Linked, hidden: set[int]) -> list[int | None]:
    return [
        None if index in hidden else (value + BASE // 2) // BASE * BASE
        for index, value in enumerate(linked.values)
    ]


def _lines_of(linked: Linked) -> dict[int, list[list[int]]]:
    """For each cell the lines it stands in, total included."""
    lines: dict[int, list[list[int]]] = {}
    for total, parts in linked.lines():
        line = [total, *parts]
        for index in line:
            lines.setdefault(index, []).append(line)
    return lines


def _next_to_hide(
    linked: Linked, lines: dict[int, list[list[int]]], hidden: set[int], cell: Cell
) -> int | None:
    """The smallest visible number in the lines of a failing cell, or in their neighbours when all those are
    hidden.

    A nought is never hidden: the label would be untrue, and it would protect nobody.
    """
    ring = {cell.index}
    seen = {cell.index}
    while ring:
        reached = {index for place in ring for line in lines.get(place, []) for index in line} - seen
        choices = [index for index in reached if index not in hidden and linked.values[index] > 0]
        if choices:
            return min(choices, key=lambda index: (linked.values[index], linked.names[index]))
        seen |= reached
        ring = reached
    return None


def _show_again(order: Sequence[int], hidden: set[int], safe: Callable[[set[int]], bool]) -> set[int]:
    """``hidden`` without the cells of ``order`` that can be shown; halves are tried before single cells."""
    if not order:
        return hidden
    without = hidden - set(order)
    if safe(without):
        return without
    if len(order) == 1:
        return hidden
    middle = len(order) // 2
    hidden = _show_again(order[:middle], hidden, safe)
    return _show_again(order[middle:], hidden, safe)
