"""From one row a person to linked tables: reads a CSV file strictly and counts every table asked for.

A column whose cells hold several answers (``housing;money``) is a question with several answers: its parts
overlap, and each person is in at least one. An empty cell becomes "Not stated", so that parts still cover
everybody.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from caseworker.protect.linked import Cover, Linked
from caseworker.protect.release import TOTAL, Release, Table, cell_name

MOST_BYTES = 256 * 1024 * 1024
MOST_ROWS = 1_000_000
MOST_COLUMNS = 100
MOST_CATEGORIES = 500
MOST_CELLS = 20_000
MOST_TABLES = 60
MOST_DIMENSIONS = 3
LONGEST_LABEL = 80
NOT_STATED = "Not stated"
SEVERAL = ";"

_COLUMN = re.compile(r"[A-Za-z][A-Za-z0-9 _-]{0,39}")


class NotUnderstood(ValueError):
    """The file or the list of tables cannot be used. The sentence names line and column, never what stands
    there."""


@dataclass(frozen=True, slots=True)
class People:
    """The columns that are needed: for each person the answers, as indexes into the categories (sorted
    labels)."""

    count: int
    categories: dict[str, list[str]]
    answers: dict[str, list[tuple[int, ...]]]
    several: frozenset[str]


@dataclass(frozen=True, slots=True)
class Tabulated:
    """The true counts of every table, each quantity once; ``places``: for each table its cells as (codes,
    index)."""

    linked: Linked
    people: People
    specs: list[tuple[str, ...]]
    places: list[list[tuple[list[str], int]]]

    @property
    def present(self) -> frozenset[int]:
        """Totals of one category: categories come from the rows, so each stands for somebody."""
        return frozenset(
            index
            for cells in self.places
            for labels, index in cells
            if sum(label != TOTAL for label in labels) <= 1
        )


def parse_tables(text: str) -> list[tuple[str, ...]]:
    """``district*crime,age`` as [("district", "crime"), ("age",)].

    Raises:
        NotUnderstood: an empty or unknown shape, a dimension twice, the same table twice, or too many.
    """
    specs: list[tuple[str, ...]] = []
    for part in text.split(","):
        dims = tuple(dim.strip() for dim in part.split("*"))
        if not all(_COLUMN.fullmatch(dim) for dim in dims):
            raise NotUnderstood(
                'Write the tables as column names, like "district*crime,age": letters, digits and spaces.'
            )
        if len(set(dims)) != len(dims):
            raise NotUnderstood("A table crosses a column with itself. Name each column once a table.")
        if len(dims) > MOST_DIMENSIONS:
            raise NotUnderstood(f"A table crosses more than {MOST_DIMENSIONS} columns. Use fewer.")
        if any(set(dims) == set(other) for other in specs):
            raise NotUnderstood("The same table is asked for twice. Name it once.")
        specs.append(dims)
    if len(specs) > MOST_TABLES:
        raise NotUnderstood(f"More than {MOST_TABLES} tables are asked for. Use fewer.")
    return specs


def read_people(data: bytes, columns: Sequence[str]) -> People:
    """The answers in ``columns`` of a CSV file: UTF-8, comma, one header line, one row a person.

    Raises:
        NotUnderstood: too large, not UTF-8, a broken or uneven line, a header missing or twice, a label too
        long or with
            control characters, too many categories, or a column that looks like names or numbers of people.
    """
    if len(data) > MOST_BYTES:
        raise NotUnderstood(f"The file is larger than {MOST_BYTES // 2**20} MiB.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotUnderstood("The file is not UTF-8. Save it as CSV UTF-8, then try again.") from None
    rows = _rows(text)
    header = next(rows, None)
    if header is None:
        raise NotUnderstood("The file is empty.")
    places = _places(header[1], columns)
    raw: dict[str, list[str]] = {column: [] for column in columns}
    count = 0
    for line, row in rows:
        if len(row) != len(header[1]):
            raise NotUnderstood(f"Line {line} has {len(row)} columns, the header has {len(header[1])}.")
        count += 1
        if count > MOST_ROWS:
            raise NotUnderstood(f"The file has more than {MOST_ROWS:,} rows.")
        for column, place in places.items():
            raw[column].append(row[place])
    if not count:
        raise NotUnderstood("The file has a header and no people.")
    categories: dict[str, list[str]] = {}
    answers: dict[str, list[tuple[int, ...]]] = {}
    several = set()
    for column in columns:
        categories[column], answers[column] = _answers(column, raw[column])
        if any(SEVERAL in cell for cell in set(raw[column])):
            several.add(column)
    return People(count, categories, answers, frozenset(several))


def tabulate(people: People, specs: Sequence[tuple[str, ...]], measure: str, period: str) -> Tabulated:
    """Count every cell of every table with all its totals, each quantity once.

    Raises:
        NotUnderstood: the tables have more than 20,000 cells together.
    """
    size = 0
    for dims in specs:
        cells = 1
        for dim in dims:
            cells *= len(people.categories[dim]) + 1
        size += cells
    if size > MOST_CELLS:
        raise NotUnderstood(
            f"These tables have {size:,} cells; {MOST_CELLS:,} is the most. Group categories first."
        )
    names: list[str] = []
    values: list[int] = []
    index_of: dict[str, int] = {}
    equations: dict[tuple[int, tuple[int, ...]], tuple[int, list[int]]] = {}
    covers: dict[tuple[int, tuple[int, ...]], Cover] = {}
    places: list[list[tuple[list[str], int]]] = []
    for dims in specs:
        counts = _count(people, dims)
        axes = [[*range(len(people.categories[dim])), -1] for dim in dims]
        here: dict[tuple[int, ...], int] = {}
        cells_here: list[tuple[list[str], int]] = []
        for at in itertools.product(*axes):
            codes = [
                TOTAL if code < 0 else people.categories[dim][code]
                for dim, code in zip(dims, at, strict=True)
            ]
            # The version is left out of the name that feeds the noise: a new version of the same data rounds
            # the same.
            name = cell_name(measure, period, 1, dict(zip(dims, codes, strict=True)))
            if name not in index_of:
                index_of[name] = len(names)
                names.append(name)
                values.append(counts[at])
            here[at] = index_of[name]
            cells_here.append((codes, index_of[name]))
        places.append(cells_here)
        for at, total in here.items():
            for axis, dim in enumerate(dims):
                if at[axis] >= 0:
                    continue
                parts = [
                    here[(*at[:axis], code, *at[axis + 1 :])] for code in range(len(people.categories[dim]))
                ]
                line = total, tuple(sorted(parts))
                if dim in people.several:
                    covers[line] = Cover(total, tuple(parts), at_least_one=True)
                else:
                    equations[line] = total, parts
    linked = Linked(names, values, list(equations.values()), list(covers.values()))
    return Tabulated(linked, people, list(specs), places)


def as_release(
    tabulated: Tabulated,
    shown: Sequence[int | None],
    measure: str,
    period: str,
    *,
    threshold: int = 5,
    min_candidates: int = 4,
    rounding_base: int = 5,
    conventional: bool = False,
    zeros_published: bool = False,
    suppressed_range: tuple[int, int] | None = None,
) -> Release:
    """The protected numbers as a file for publication. ``shown``: one a quantity, None is ``[c]``."""
    tables = []
    for dims, cells in zip(tabulated.specs, tabulated.places, strict=True):
        tables.append(
            Table(
                id="*".join(dims),
                measure=measure,
                period=period,
                dims=list(dims),
                cats={dim: tabulated.people.categories[dim] for dim in dims},
                additive={dim: "at_least_one" for dim in dims if dim in tabulated.people.several},
                cells=[(codes, _published(shown[index])) for codes, index in cells],
            )
        )
    return Release(
        threshold=threshold,
        min_candidates=min_candidates,
        rounding_base=rounding_base,
        conventional=conventional,
        zeros_published=zeros_published,
        suppressed_range=suppressed_range,
        tables=tables,
    )


def _published(number: int | None) -> int | Literal["[c]"]:
    return "[c]" if number is None else number


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells; lines without anything are skipped."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise NotUnderstood(f"Line {reader.line_num} is not CSV: check its quotation marks.") from None
        if row:
            yield reader.line_num, row


def _places(header: Sequence[str], columns: Sequence[str]) -> dict[str, int]:
    if len(header) > MOST_COLUMNS:
        raise NotUnderstood(f"The file has more than {MOST_COLUMNS} columns.")
    names = [name.strip() for name in header]
    for number, name in enumerate(names, 1):
        if not name or len(name) > LONGEST_LABEL or not name.isprintable():
            raise NotUnderstood(
                f"Column {number} has no name, or one that cannot be used. Change the header line."
            )
    if len(set(names)) != len(names):
        raise NotUnderstood("Two columns have the same name. Change the header line.")
    missing = [column for column in columns if column not in names]
    if missing:
        raise NotUnderstood(f"The file has no column called {missing[0]}. Its first line must name it.")
    return {column: names.index(column) for column in columns}


def _answers(column: str, cells: Sequence[str]) -> tuple[list[str], list[tuple[int, ...]]]:
    """Sorted categories, and each person's answers as indexes into them."""
    read: dict[str, tuple[str, ...]] = {}
    for number, cell in enumerate(cells):
        if cell not in read:
            read[cell] = _labels(column, number, cell)
    labels = sorted({label for answer in read.values() for label in answer})
    if len(labels) > MOST_CATEGORIES:
        raise NotUnderstood(
            f"Column {column} has more than {MOST_CATEGORIES} different entries. Group them first."
        )
    # Labels are published as they stand. A column in which nearly everybody differs holds names, numbers or
    # dates.
    people = len(cells)
    if (people >= 10 and len(labels) >= people) or (len(labels) > 60 and len(labels) * 2 > people):
        raise NotUnderstood(
            f"In column {column} nearly everybody has an entry of their own. "
            "Names, numbers and dates cannot be published."
        )
    rank = {label: place for place, label in enumerate(labels)}
    coded = {cell: tuple(sorted(rank[label] for label in answer)) for cell, answer in read.items()}
    return labels, [coded[cell] for cell in cells]


def _labels(column: str, number: int, cell: str) -> tuple[str, ...]:
    labels = []
    for part in cell.split(SEVERAL):
        label = unicodedata.normalize("NFC", part.strip())
        if not label:
            continue
        if len(label) > LONGEST_LABEL or not label.isprintable() or label in (TOTAL, "[c]"):
            raise NotUnderstood(
                f"Person {number + 1} has an entry in column {column} that cannot be a category: "
                f"use plain text of at most {LONGEST_LABEL} letters, not * or [c]."
            )
        labels.append(label)
    return tuple(dict.fromkeys(labels)) or (NOT_STATED,)


def _count(people: People, dims: Sequence[str]) -> Counter[tuple[int, ...]]:
    """True counts of every cell; -1 is the total over a dimension."""
    combined = Counter(zip(*(people.answers[dim] for dim in dims), strict=True))
    counts: Counter[tuple[int, ...]] = Counter()
    for answers, number in combined.items():
        for at in itertools.product(*((*answer, -1) for answer in answers)):
            counts[at] += number
    return counts
