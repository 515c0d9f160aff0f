"""The exact counts of a period, the categories put together until each covers enough people, and what adds up to what.

Exact counts never leave a service: they are rounded jointly first (``caseworker.protect``), using
``cells_of`` below.

- ``Counts``: exact totals, cells and merged categories of one period.
- ``merge(people, least)`` -> ``tuple[Group, ...]``: the rule of docs/adr/0006.
- ``cells_of(counts, plan)`` -> ``Cells(names, values, equations, tables)``: every number that would be
  published, once, and every "total = parts" between them; ``tables`` says which cells make up which published
  table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from caseworker import canonical
from caseworker.domain import codes
from caseworker.domain.periods import Period
from caseworker.domain.plans import DIMENSIONS, FLAG_MEASURES, NOT_STATED, PREFERS_NOT, Plan

MERGED = "MERGED"
ALL = "total"  # the "dimension" of a table that holds a total and nothing else

# What a referral's outcome is counted as; together they are the valid referrals.
OUTCOME_MEASURES: dict[str, str] = {
    "ACC": "accepted",
    "INF": "information",
    "PAS": "passed_on",
    "WTL": "waiting_list",
    "UNS": "unsafe",
    "NCT": "not_contactable",
    "DEC": "declined_victim",
    "REJ": "declined_service",
    "ANO": "anonymous",
    NOT_STATED: "undecided",
    "DUP": "duplicates",
    "INV": "invalid",
}
NOT_VALID = ("DUP", "INV")
STATUS_MEASURES: dict[str, str] = {"NEW": "new", "ONGOING": "ongoing"}

# total = parts, in every category as well as overall
ADDING_UP: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("received", ("valid_referrals", "duplicates", "invalid")),
    ("valid_referrals", tuple(m for code, m in OUTCOME_MEASURES.items() if code not in NOT_VALID)),
    ("supported", ("new", "ongoing")),
)
# no part is more than the total: somebody with an online element is somebody supported
COVERING: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("supported", FLAG_MEASURES),
    ("newly_referred", ("re_referred",)),
    ("contacts", ("attempts", "two_way", "did_not_attend")),
)
# These two break a number down into measures that have totals of their own.
RESTATED: dict[str, Mapping[str, str]] = {"outcome": OUTCOME_MEASURES, "status": STATUS_MEASURES}

# Planned endings; a duplicate record that is closed is nobody's ending.
PLANNED = frozenset({"CMP", "CMR", "CJE"})
NO_ENDING = frozenset({"DUP"})


@dataclass(frozen=True, slots=True)
class Group:
    """One category as published: a single code, or several merged under one name; ``people`` it covers."""

    name: str
    codes: tuple[str, ...]
    people: int

    @property
    def is_merged(self) -> bool:
        return len(self.codes) > 1


@dataclass(frozen=True, slots=True)
class Counts:
    """The exact counts of one period.

    ``people``: distinct clients with a referral, a contact or support in the period; under 20, totals alone
    are published. ``totals``: measure -> count. ``cells``: (measure, dimension) -> code -> count, adding up
    to the total. ``groups``: (measure, dimension) -> categories as they may be published, none where only the
    total may be. ``withheld``: measures to which fewer than 10 people contribute: not even their total is
    published.
    """

    period: Period
    plan: str  # ``Plan.name``
    people: int
    totals: Mapping[str, int]
    cells: Mapping[tuple[str, str], Mapping[str, int]]
    groups: Mapping[tuple[str, str], tuple[Group, ...]]
    withheld: frozenset[str] = frozenset()

    def as_json(self) -> dict[str, object]:
        """Plain structure for storage and for the terminal; ``Counts.from_json`` reads it back."""
        return {
            "period": str(self.period),
            "plan": self.plan,
            "people": self.people,
            "totals": dict(self.totals),
            "cells": {f"{measure}|{dim}": dict(values) for (measure, dim), values in self.cells.items()},
            "groups": {
                f"{measure}|{dim}": [[group.name, list(group.codes), group.people] for group in groups]
                for (measure, dim), groups in self.groups.items()
            },
            "withheld": sorted(self.withheld),
        }

    @staticmethod
    def from_json(value: Mapping[str, object]) -> Counts:
        """The counts written by ``as_json``."""
        cells: Mapping[str, Mapping[str, int]] = value["cells"]  # type: ignore[assignment]
        groups: Mapping[str, Sequence[tuple[str, Sequence[str], int]]] = value["groups"]  # type: ignore[assignment]
        return Counts(
            Period.parse(str(value["period"])),
            str(value["plan"]),
            int(str(value["people"])),
            dict(value["totals"]),  # type: ignore[call-overload]
            {_pair(key): dict(found) for key, found in cells.items()},
            {
                _pair(key): tuple(Group(name, tuple(inside), people) for name, inside, people in found)
                for key, found in groups.items()
            },
            frozenset(value["withheld"]),  # type: ignore[call-overload]
        )

    def sha256(self) -> str:
        """The hash of the exact counts, to see later whether they changed. It never leaves the vault."""
        return hashlib.sha256(canonical.dump(self.as_json())).hexdigest()


def _pair(key: str) -> tuple[str, str]:
    measure, dim = key.split("|")
    return measure, dim


def codes_of(dim: str, period: Period) -> tuple[str, ...]:
    """Every category a dimension can have, whether or not anybody is in it.

    Never taken from the data: a list of only the categories that occur would itself say who is there.
    """
    if dim == "month":
        return (*period.months(), NOT_STATED)
    if dim == "status":
        return ("NEW", "ONGOING")
    code_list = codes.get(DIMENSIONS[dim].code_list)
    if dim == "outcome":
        return (*code_list.codes, NOT_STATED)
    if dim == "crime_group":
        inside: tuple[str, ...] = tuple(dict.fromkeys(code_list.group(code) for code in code_list.codes))
    elif dim == "set3":
        inside = tuple(dict.fromkeys(set3(code) for code in code_list.codes))
    else:
        inside = code_list.codes
    return (*inside, PREFERS_NOT, NOT_STATED)


def stated(code: str) -> str:
    """The category a missing answer is reported in: prefers not to say, or not stated; others stay."""
    if code == PREFERS_NOT or not (codes.is_missing(code) or code == ""):
        return code
    return NOT_STATED


def set3(area: str) -> str:
    """Essex, Southend or Thurrock as a code, for a district; OUT, NFA, CON and missing answers stay."""
    if area in (NOT_STATED, PREFERS_NOT):
        return area
    return codes.get("area").parent(area, "set3").upper()


def merge(
    people: Mapping[str, Collection[int]],
    least: int,
    present: Collection[str] = (),
) -> tuple[Group, ...]:
    """Put categories together until each covers at least ``least`` people.

    Categories under ``least`` go together into one; while that one covers too few, the next smallest joins
    it. A merged category in which nothing at all happened may stay: its numbers are 0 whoever is asked.
    Somebody in two of the categories is one person. Deterministic: by size, then by code.

    Args:
        people: category -> the distinct people in it (numbers that mean nothing outside this call), in
            published order.
        present: categories in which something was counted even if by nobody known (anonymous reports).
    """
    order = list(people)
    by_size = sorted(order, key=lambda code: (len(people[code]), code))
    together = [code for code in by_size if len(people[code]) < least]
    rest = [code for code in by_size if len(people[code]) >= least]
    covered: set[int] = set()
    for code in together:
        covered.update(people[code])
    happened = bool(covered) or any(code in present for code in together)
    while happened and len(covered) < least and rest:
        joining = rest.pop(0)
        together.append(joining)
        covered.update(people[joining])
    single = [Group(code, (code,), len(people[code])) for code in order if code in set(rest)]
    if not together:
        return tuple(single)
    inside = tuple(code for code in order if code in set(together))
    return (*single, Group(MERGED if len(inside) > 1 else inside[0], inside, len(covered)))


def merge_within(
    outer: Sequence[Group],
    parent: Mapping[str, str],
    people: Mapping[str, Collection[int]],
    least: int,
    present: Collection[str] = (),
) -> tuple[Group, ...]:
    """Merge categories only with others under the same outer category, so that the two breakdowns always add up.

    Without this a merged category could straddle two outer ones, and the difference between the tables would
    tell more than either.
    """
    found: list[Group] = []
    merged = 0
    for group in outer:
        inside = {code: people[code] for code in people if parent[code] in group.codes}
        for part in merge(inside, least, present):
            if part.is_merged:
                merged += 1
                part = replace(part, name=_merged_name(merged))
            found.append(part)
    return tuple(found)


def _merged_name(number: int) -> str:
    return MERGED if number == 1 else f"{MERGED}-{number}"


def merge_further(
    groups: Sequence[Group], people: Mapping[str, Collection[int]], least: int
) -> tuple[Group, ...]:
    """Merge categories on until at least ``least`` people contribute to one measure in each of them."""
    members: dict[str, set[int]] = {
        group.name: set().union(*(people.get(code, ()) for code in group.codes)) for group in groups
    }
    inside = {group.name: group.codes for group in groups}
    found: list[Group] = []
    merged = 0
    for group in merge(members, least, present=inside):
        codes_inside = tuple(code for name in group.codes for code in inside[name])
        name = group.name
        if len(codes_inside) > 1:
            merged += 1
            name = _merged_name(merged)
        found.append(Group(name, codes_inside, group.people))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """One table as it would leave: which cells of ``Cells`` it shows, the total last."""

    id: str
    measure: str
    dim: str
    codes: tuple[str, ...]
    merged: Mapping[str, tuple[str, ...]]
    cells: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """Every number that would be published, each once, and the equations between them (total, parts) by index."""

    names: list[str]
    values: list[int]
    equations: list[tuple[int, list[int]]]
    covers: list[tuple[int, list[int]]] = field(default_factory=list)  # no part exceeds the total
    tables: list[PublishedTable] = field(default_factory=list)


def cells_of(counts: Counts, plan: Plan) -> Cells:
    """The linked cells of everything the plan lets leave for these counts.

    The same number in two tables is one cell. Equations: a breakdown adds up to its total; received = valid +
    duplicates + wrong; valid = its outcomes; supported = new + ongoing, in every category; districts add up
    to Essex, Southend and Thurrock.
    """
    cells = Cells([], [], [])
    index: dict[tuple[str, str, str], int] = {}
    partitions: dict[tuple[str, str], tuple[Group, ...]] = {}

    def cell(measure: str, dim: str, name: str, value: int) -> int:
        key = (measure, dim, name)
        if key not in index:
            index[key] = len(cells.names)
            cells.names.append("|".join(part for part in key if part))
            cells.values.append(value)
        return index[key]

    for table in plan.tables:
        measures = [measure for measure in table.measures if measure not in counts.withheld]
        for measure in measures:
            seen = (measure, "", "") in index
            total = cell(measure, "", "", counts.totals[measure])
            if not seen:
                cells.tables.append(PublishedTable(table.id, measure, ALL, (), {}, (total,)))
        for cut in table.cuts:
            for measure in (measure for measure in cut.measures if measure in measures):
                groups = counts.groups.get((measure, cut.dim), ())
                if len(groups) < 2:
                    continue  # one category is the total again
                partitions[measure, cut.dim] = groups
                found = counts.cells[measure, cut.dim]
                parts = [
                    cell(measure, cut.dim, group.name, sum(found.get(code, 0) for code in group.codes))
                    for group in groups
                ]
                total = index[measure, "", ""]
                cells.equations.append((total, parts))
                cells.tables.append(
                    PublishedTable(
                        table.id,
                        measure,
                        cut.dim,
                        tuple(group.name for group in groups),
                        {group.name: group.codes for group in groups if group.is_merged},
                        (*parts, total),
                    )
                )
    _add_measures_up(cells, index, partitions)
    _add_covers(cells, index, partitions)
    _add_restatements(cells, index, partitions)
    _add_districts(cells, index, partitions)
    return cells


def _add_measures_up(
    cells: Cells,
    index: Mapping[tuple[str, str, str], int],
    partitions: Mapping[tuple[str, str], tuple[Group, ...]],
) -> None:
    for total, parts in ADDING_UP:
        if (total, "", "") not in index or any((part, "", "") not in index for part in parts):
            continue
        cells.equations.append((index[total, "", ""], [index[part, "", ""] for part in parts]))
        for measure, dim in partitions:
            if measure != total or any(
                partitions.get((part, dim)) != partitions[total, dim] for part in parts
            ):
                continue
            for group in partitions[total, dim]:
                cells.equations.append(
                    (index[total, dim, group.name], [index[part, dim, group.name] for part in parts])
                )


def _add_covers(
    cells: Cells,
    index: Mapping[tuple[str, str, str], int],
    partitions: Mapping[tuple[str, str], tuple[Group, ...]],
) -> None:
    for total, parts in COVERING:
        if (total, "", "") not in index:
            continue
        present = [part for part in parts if (part, "", "") in index]
        if present:
            cells.covers.append((index[total, "", ""], [index[part, "", ""] for part in present]))
        for measure, dim in partitions:
            alike = [part for part in present if partitions.get((part, dim)) == partitions[measure, dim]]
            if measure != total or not alike:
                continue
            for group in partitions[total, dim]:
                cells.covers.append(
                    (index[total, dim, group.name], [index[part, dim, group.name] for part in alike])
                )


def _add_restatements(
    cells: Cells,
    index: Mapping[tuple[str, str, str], int],
    partitions: Mapping[tuple[str, str], tuple[Group, ...]],
) -> None:
    for (measure, dim), groups in partitions.items():
        if dim not in RESTATED:
            continue
        for group in groups:
            totals = [(RESTATED[dim][code], "", "") for code in group.codes]
            if all(total in index for total in totals):
                cells.equations.append((index[measure, dim, group.name], [index[total] for total in totals]))


def _add_districts(
    cells: Cells,
    index: Mapping[tuple[str, str, str], int],
    partitions: Mapping[tuple[str, str], tuple[Group, ...]],
) -> None:
    for (measure, dim), groups in partitions.items():
        if dim != "set3" or (measure, "area") not in partitions:
            continue
        for group in groups:
            inside = [
                district.name
                for district in partitions[measure, "area"]
                if all(set3(code) in group.codes for code in district.codes)
            ]
            if inside:
                cells.equations.append(
                    (index[measure, "set3", group.name], [index[measure, "area", name] for name in inside])
                )
