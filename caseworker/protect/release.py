"""A release as a file: every published table in one structure that an outside auditor can read and attack.

``*`` stands for the total over a dimension. The same cell in two tables is one quantity, whatever order the
dimensions come in; an agency or a period that adds up is one more dimension. Format: RELEASE.json, see
docs/release.md.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from caseworker.protect.audit import Audit, Cell, Progress, attack, box
from caseworker.protect.linked import Cover, broken

TOTAL = "*"
MOST_BYTES = 32 * 1024 * 1024
MOST_CELLS = 100_000

Label = Annotated[str, Meta(min_length=1, max_length=80)]
Count = Annotated[int, Meta(ge=0, le=2**40)]


class Unreadable(ValueError):
    """The file is not a release, or its tables contradict each other. The sentence quotes no figure."""


class Table(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One published table. ``cells``: [[one category or ``*`` a dimension], shown number or ``[c]``].

    ``additive`` names the dimensions that do not add up: False (several answers or none) or ``at_least_one``.
    """

    id: Label
    measure: Label
    period: Label
    version: Annotated[int, Meta(ge=1, le=9999)] = 1
    dims: Annotated[list[Label], Meta(max_length=6)]
    cats: dict[Label, list[Label]]
    additive: dict[Label, bool | Literal["at_least_one"]] = {}
    cells: list[tuple[list[Label], Count | Literal["[c]"]]]


class Release(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True, omit_defaults=True):
    """Several tables published together, and the rule they were protected by.

    ``rounding_base`` 0: not rounded. ``conventional``: rounded to the nearest, small numbers hidden;
    otherwise every number is less than one base from the truth. ``zeros_published``: a nought means nobody
    (keyed rounding: 0 to 4).
    """

    threshold: Annotated[int, Meta(ge=2, le=1000)]
    min_candidates: Annotated[int, Meta(ge=1, le=1000)]
    rounding_base: Annotated[int, Meta(ge=0, le=1000)]
    conventional: bool
    zeros_published: bool
    suppressed_range: tuple[Count, Count] | None
    tables: list[Table]
    insider: list[Table] = []


@dataclass(slots=True)
class Quantities:
    """The numbers of a release, each once: their names, what is shown, and the sums that tie them."""

    names: list[str] = field(default_factory=list)
    shown: list[int | None] = field(default_factory=list)
    unpublished: set[int] = field(default_factory=set)
    equations: list[tuple[int, list[int]]] = field(default_factory=list)
    covers: list[Cover] = field(default_factory=list)


def cell_name(measure: str, period: str, version: int, at: dict[str, str]) -> str:
    """The one name of a quantity. Dimensions it is a total over are left out, so linked tables meet in it."""
    inside = sorted((dim, code) for dim, code in at.items() if code != TOTAL)
    return json.dumps([measure, period, version, inside], ensure_ascii=True, separators=(",", ":"))


def read(data: bytes) -> Release:
    """The release in ``data``, checked.

    Raises:
        Unreadable: too large, not in the format, or tables that contradict themselves.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable("The file is too large to be a release.")
    try:
        release = msgspec.json.decode(data, type=Release, strict=True)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Unreadable("The file is not a release in the format RELEASE.json.") from None
    quantities(release)
    return release


def join(releases: Sequence[Release]) -> Release:
    """One release that holds the tables of all; equal tables are kept once.

    Raises:
        Unreadable: nothing to join, different rules of protection, or one quantity shown as two numbers.
    """
    if not releases:
        raise Unreadable("There is no release to join.")
    first = releases[0]
    rule = _rule(first)
    if any(_rule(release) != rule for release in releases):
        raise Unreadable(
            "These releases were protected by different rules. Join those with the same rule only."
        )
    tables: list[Table] = []
    for table in itertools.chain.from_iterable(release.tables for release in releases):
        if table not in tables:
            tables.append(table)
    insider = list(itertools.chain.from_iterable(release.insider for release in releases))
    joined = msgspec.structs.replace(first, tables=tables, insider=insider)
    quantities(joined)
    return joined


def quantities(release: Release) -> Quantities:
    """Every number once, with its sums. A part that was left out of a table is an unknown number, not a
    nought.

    Raises:
        Unreadable: a cell that fits no category, a cell twice, or one quantity shown as two numbers.
    """
    if sum(len(table.cells) for table in release.tables) > MOST_CELLS:
        raise Unreadable("The release has too many cells.")
    found = Quantities()
    places: dict[str, int] = {}
    lines: set[tuple[int, tuple[int, ...]]] = set()

    def place(table: Table, at: Sequence[str]) -> int:
        name = cell_name(table.measure, table.period, table.version, dict(zip(table.dims, at, strict=True)))
        if name not in places:
            places[name] = len(found.names)
            found.names.append(name)
            found.shown.append(None)
            found.unpublished.add(places[name])
        return places[name]

    for table in release.tables:
        _check_shape(table)
        for at, shown in table.cells:
            index = place(table, at)
            number = None if shown == "[c]" else int(shown)
            before = found.shown[index]
            if before is not None and number is not None and before != number:
                raise Unreadable("One quantity is shown as two different numbers in two tables.")
            # Hidden in one table and shown in another: it is shown.
            found.shown[index] = before if number is None else number
            found.unpublished.discard(index)
    for table in release.tables:
        given = {tuple(coords) for coords, _ in table.cells}
        for corner in sorted(given):
            for axis, dim in enumerate(table.dims):
                if corner[axis] != TOTAL:
                    continue
                parts = [(*corner[:axis], code, *corner[axis + 1 :]) for code in table.cats[dim]]
                if not any(part in given for part in parts):
                    continue
                indexes = [place(table, part) for part in parts]
                line = (place(table, corner), tuple(sorted(indexes)))
                if line in lines:
                    continue
                lines.add(line)
                rule = table.additive.get(dim, True)
                if rule is True:
                    found.equations.append((line[0], indexes))
                else:
                    found.covers.append(Cover(line[0], tuple(indexes), rule == "at_least_one"))
    return found


def audit_release(
    release: Release,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    exact: bool = False,
) -> Audit:
    """Attack a release without knowing the truth, as an outsider would.

    Looks at every cell that may stand for 1 to threshold - 1 people; it fails when such a number stays
    possible and fewer than ``min_candidates`` whole numbers do. Stricter than ``audit``, which knows which
    cells are really small.

    Raises:
        Cancelled: ``cancelled()`` said so.
        Unreadable: the tables contradict each other so that no true counts could stand behind them.
    """
    from caseworker.protect.solver import Infeasible

    started = time.perf_counter()
    found = quantities(release)
    boxes = []
    for index, number in enumerate(found.shown):
        label = box(
            number,
            release.rounding_base,
            zeros_published=release.zeros_published,
            conventional=release.conventional,
            small=release.threshold,
            hidden=release.suppressed_range,
        )
        boxes.append((0.0, float("inf")) if index in found.unpublished else label)
    targets = [
        index
        for index, (low, high) in enumerate(boxes)
        if index not in found.unpublished and low < release.threshold and high >= 1
    ]
    try:
        ranges, questions = attack(found, boxes, targets, release.min_candidates, progress, cancelled, exact)
    except Infeasible:
        raise Unreadable(
            "The tables contradict each other: no true counts could stand behind them."
        ) from None
    cells = [Cell(index, found.names[index], None, found.shown[index], *ranges[index]) for index in targets]
    failing = [
        cell
        for cell in cells
        if cell.candidates < release.min_candidates and cell.low < release.threshold and cell.high >= 1
    ]
    narrowest = min(cells, key=lambda cell: cell.candidates, default=None)
    return Audit(
        failing=failing,
        tightest=(narrowest.low, narrowest.high) if narrowest else (0, 0),
        exact_small=sum(cell.candidates <= 1 for cell in failing),
        few_small=len(failing),
        lines_not_adding=0 if release.conventional else broken(found, found.shown),
        checked=len(cells),
        seconds=time.perf_counter() - started,
        questions=questions,
    )


def _rule(release: Release) -> tuple[object, ...]:
    return (
        release.threshold,
        release.min_candidates,
        release.rounding_base,
        release.conventional,
        release.zeros_published,
        release.suppressed_range,
    )


def _check_shape(table: Table) -> None:
    if len(set(table.dims)) != len(table.dims) or set(table.cats) != set(table.dims):
        raise Unreadable("A table's dimensions and categories do not match.")
    if not set(table.additive) <= set(table.dims):
        raise Unreadable("A table says how a dimension adds up that it does not have.")
    for codes in table.cats.values():
        if TOTAL in codes or len(set(codes)) != len(codes):
            raise Unreadable("A dimension has a category twice, or one called *.")
    allowed = [{*table.cats[dim], TOTAL} for dim in table.dims]
    seen: set[tuple[str, ...]] = set()
    for at, _ in table.cells:
        if len(at) != len(table.dims) or any(
            code not in codes for code, codes in zip(at, allowed, strict=True)
        ):
            raise Unreadable("A table has a cell that fits none of its categories.")
        if tuple(at) in seen:
            raise Unreadable("A table has a cell twice.")
        seen.add(tuple(at))
