"""Return plans: the data files that say which tables may leave, and the hard floor under every plan.

A plan is canonical JSON, read strictly and known by the SHA-256 of its bytes: laptop, supervisor, hub and
tests read the same file. Whatever a plan asks for, ``floor_problems`` holds: known one-way shapes only, base
5 or more, categories of at least 20 people, event tables only where at least 10 people contribute.

- ``load("essex-2025") -> Plan``: ``.id .valid_from .base .least_people .least_contributors .tables .sha256
  .name``
- ``plan.tables`` -> ``PlanTable(id, unit, measures, cuts)``, ``cut`` -> ``Cut(dim, measures)``
- ``MEASURES[id].label``, ``DIMENSIONS[id].label`` -> ``Words``; ``TABLE_TITLES[id]`` -> ``Words``;
  ``code_label(dim, code) -> str``
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

import resources
from caseworker import canonical
from caseworker.canonical import NotCanonical
from caseworker.domain import codes
from caseworker.errors import Problem
from caseworker.words import Words, words

FORMAT = "return-plan"
MOST_BYTES = 64 * 1024
FLOOR_BASE = 5
FLOOR_PEOPLE = 20
FLOOR_CONTRIBUTORS = 10
MOST_CELLS = 8_000

NOT_STATED = "NS"  # not asked, not known, not safe to ask, or a client counted in totals only
PREFERS_NOT = "NA-REF"


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is counted. ``unit``: referrals, people, contacts or minutes."""

    id: str
    unit: str
    label: Words


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to break a count down; ``code_list`` names the list with its codes, empty for fixed words."""

    id: str
    label: Words
    code_list: str = ""


MEASURES: dict[str, Measure] = {
    measure.id: measure
    for measure in (
        Measure("received", "referrals", words("Referrals received")),
        Measure("duplicates", "referrals", words("Duplicates")),
        Measure("invalid", "referrals", words("Wrong or blank details")),
        Measure("valid_referrals", "referrals", words("Referrals that count")),
        Measure("accepted", "referrals", words("Accepted")),
        Measure("information", "referrals", words("Information or advice only")),
        Measure("passed_on", "referrals", words("Passed to another service")),
        Measure("waiting_list", "referrals", words("To the waiting list")),
        Measure("unsafe", "referrals", words("Stopped: unsafe to contact")),
        Measure("not_contactable", "referrals", words("Not contactable")),
        Measure("declined_victim", "referrals", words("Declined by the victim")),
        Measure("declined_service", "referrals", words("Declined by the service")),
        Measure("anonymous", "referrals", words("Anonymous reports")),
        Measure("undecided", "referrals", words("No outcome yet")),
        Measure("engaged", "people", words("Became engaged")),
        Measure("supported", "people", words("Supported")),
        Measure("new", "people", words("Supported: new")),
        Measure("ongoing", "people", words("Supported: ongoing")),
        Measure("active", "people", words("Active at the end")),
        Measure("dormant", "people", words("Dormant at the end")),
        Measure("newly_referred", "people", words("Newly referred")),
        Measure("re_referred", "people", words("Referred again within 12 months")),
        Measure("closed_planned", "people", words("Closed as planned")),
        Measure("closed_unplanned", "people", words("Closed unplanned")),
        Measure("supported_hidden_harm", "people", words("Supported: hidden harm")),
        Measure("supported_online", "people", words("Supported: online element")),
        Measure("supported_hate", "people", words("Supported: hate element")),
        Measure("supported_da", "people", words("Supported: domestic abuse context")),
        Measure("supported_under_18", "people", words("Supported: under 18 at referral")),
        Measure("supported_65_up", "people", words("Supported: 65 and over at referral")),
        Measure("contacts", "contacts", words("Contacts")),
        Measure("attempts", "contacts", words("Attempts")),
        Measure("two_way", "contacts", words("Two-way contacts")),
        Measure("did_not_attend", "contacts", words("Did not attend")),
        Measure("minutes_direct", "minutes", words("Minutes, direct")),
        Measure("minutes_travel", "minutes", words("Minutes, travel")),
    )
}

DIMENSIONS: dict[str, Dimension] = {
    dimension.id: dimension
    for dimension in (
        Dimension("source", words("Source of referral"), "referral_source"),
        Dimension("outcome", words("Outcome of referral"), "referral_outcome"),
        Dimension("area", words("District of residence"), "area"),
        Dimension("set3", words("Essex, Southend, Thurrock"), "area"),
        Dimension("crime_group", words("Crime group"), "crime"),
        Dimension("month", words("Month")),
        Dimension("status", words("New or ongoing")),
        Dimension("kind", words("Kind of contact"), "contact_kind"),
        Dimension("method", words("Method of contact"), "contact_method"),
    )
}

TABLE_TITLES: dict[str, Words] = {
    "T1": words("Referrals"),
    "T2": words("People"),
    "T3": words("Crime and area"),
    "T8": words("Activity"),
}

REFERRAL_MEASURES = (
    "received", "duplicates", "invalid", "valid_referrals", "accepted", "information", "passed_on", "waiting_list",
    "unsafe", "not_contactable", "declined_victim", "declined_service", "anonymous", "undecided",
)  # fmt: skip
PEOPLE_MEASURES = (
    "engaged", "supported", "new", "ongoing", "active", "dormant", "newly_referred", "re_referred", "closed_planned",
    "closed_unplanned",
)  # fmt: skip
FLAG_MEASURES = (
    "supported_hidden_harm", "supported_online", "supported_hate", "supported_da", "supported_under_18",
    "supported_65_up",
)  # fmt: skip
ACTIVITY_MEASURES = ("contacts", "attempts", "two_way", "did_not_attend", "minutes_direct", "minutes_travel")

# The floor's shapes: table -> measures that may be given as a total, and for each dimension the measures that
# may be broken down by it. Flags are a second dimension in disguise, so they are totals only.
ALLOWED: dict[str, tuple[frozenset[str], dict[str, frozenset[str]]]] = {
    "T1": (
        frozenset(REFERRAL_MEASURES),
        {
            "source": frozenset(REFERRAL_MEASURES),
            "area": frozenset(REFERRAL_MEASURES),
            "crime_group": frozenset(REFERRAL_MEASURES),
            "month": frozenset(REFERRAL_MEASURES),
            "outcome": frozenset({"received"}),
        },
    ),
    "T2": (
        frozenset(PEOPLE_MEASURES),
        {"area": frozenset(PEOPLE_MEASURES), "status": frozenset({"supported"})},
    ),
    "T3": (
        frozenset({"supported", "new", "ongoing", *FLAG_MEASURES}),
        {
            "crime_group": frozenset({"supported", "new", "ongoing"}),
            "set3": frozenset({"supported", "new", "ongoing"}),
        },
    ),
    "T8": (
        frozenset(ACTIVITY_MEASURES),
        {"kind": frozenset(ACTIVITY_MEASURES), "method": frozenset(ACTIVITY_MEASURES)},
    ),
}


class Cut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The measures of a table that are broken down by one dimension."""

    dim: str
    measures: tuple[str, ...]


class PlanTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table of the plan: its measures (as totals) and the one-way breakdowns."""

    id: str
    measures: tuple[str, ...]
    cuts: tuple[Cut, ...]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: str
    v: int
    id: str
    kind: str
    valid_from: str
    geo: str
    base: int
    least_people: int
    least_contributors: int
    tables: tuple[PlanTable, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as read. ``sha256`` is the hash of the file's exact bytes; ``name`` is that hash as returns carry it."""

    id: str
    valid_from: date
    geo: str  # month from which its areas are valid, ``2023-04``
    base: int
    least_people: int
    least_contributors: int
    tables: tuple[PlanTable, ...]
    sha256: str

    @property
    def name(self) -> str:
        """``sha256:`` and the hash."""
        return f"sha256:{self.sha256}"

    def table(self, table_id: str) -> PlanTable:
        return next(table for table in self.tables if table.id == table_id)


def load(name_or_path: str | Path = "essex-2025") -> Plan:
    """The plan shipped under that name, or in that file.

    Raises:
        Problem: E-PLAN when the file is missing, damaged, of another form, or asks for more than the floor
            allows.
    """
    shipped = isinstance(name_or_path, str) and name_or_path.replace("-", "").isalnum()
    path = resources.path("plans", f"{name_or_path}.json") if shipped else Path(name_or_path)
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError):
        raise Problem(
            "E-PLAN",
            "The return plan {name} cannot be read. Get it again from the commissioner.",
            name=path.name,
        ) from None
    return read(data)


def read(data: bytes) -> Plan:
    """The plan in these bytes, checked against the floor.

    Raises:
        Problem: E-PLAN.
    """
    try:
        file = msgspec.convert(canonical.load(data, most=MOST_BYTES), _File, strict=True)
        valid_from = date.fromisoformat(file.valid_from)
    except (NotCanonical, msgspec.ValidationError, ValueError):
        raise _broken() from None
    if file.format != FORMAT or file.v != 1 or file.kind != "A":
        raise _broken()
    plan = Plan(
        file.id, valid_from, file.geo, file.base, file.least_people, file.least_contributors, file.tables,
        hashlib.sha256(data).hexdigest(),
    )  # fmt: skip
    problems = floor_problems(plan)
    if problems:
        raise Problem("E-PLAN", "The return plan asks for more than may leave. {why}", why=problems[0])
    return plan


def floor_problems(plan: Plan) -> list[Words]:
    """What in this plan would break the floor that holds whatever a plan says; empty: nothing.

    The floor: only the shapes in ``ALLOWED``, one way, base 5 or more, at least 20
    people to a category, at least 10 people behind an event cell.
    """
    found: list[Words] = []
    if plan.base < FLOOR_BASE:
        found.append(words("Counts are rounded to {base} or more, never to less.", base=FLOOR_BASE))
    if plan.least_people < FLOOR_PEOPLE:
        found.append(words("Every category covers at least {people} people.", people=FLOOR_PEOPLE))
    if plan.least_contributors < FLOOR_CONTRIBUTORS:
        found.append(words("Activity is shown only for at least {people} people.", people=FLOOR_CONTRIBUTORS))
    if _has_repeats([table.id for table in plan.tables]):
        found.append(words("A table is named twice."))
    for table in plan.tables:
        found += _table_problems(table)
    return found


def _table_problems(table: PlanTable) -> list[Words]:
    if table.id not in ALLOWED:
        return [words("Table {table} is not one that may leave.", table=table.id)]
    totals, dims = ALLOWED[table.id]
    found: list[Words] = []
    if not set(table.measures) <= totals or _has_repeats(table.measures):
        found.append(words("Table {table} has a measure that may not leave, or one twice.", table=table.id))
    if _has_repeats([cut.dim for cut in table.cuts]):
        found.append(words("Table {table} has a dimension twice.", table=table.id))
    for cut in table.cuts:
        allowed = dims.get(cut.dim, frozenset()) & set(table.measures)
        if not cut.measures or not set(cut.measures) <= allowed or _has_repeats(cut.measures):
            found.append(
                words("Table {table} by {dim} is not a shape that may leave.", table=table.id, dim=cut.dim)
            )
    return found


def code_label(dim: str, code: str) -> str:
    """The words for one category of a dimension, for previews: code list labels, months, merged groups."""
    fixed = {
        NOT_STATED: words("Not stated"),
        PREFERS_NOT: words("Prefers not to say"),
        "NEW": words("New"),
        "ONGOING": words("Ongoing"),
    }
    if code in fixed:
        return str(fixed[code])
    if code.startswith("MERGED"):
        return str(words("Other categories together"))
    dimension = DIMENSIONS[dim]
    if dim == "month":
        year, month = code.split("-")
        return f"{date(int(year), int(month), 1):%B} {year}"
    if not dimension.code_list:
        return code
    code_list = codes.get(dimension.code_list)
    if dim == "crime_group":
        return code_list.groups.get(code, code)
    if dim == "set3":
        return _SET3.get(code) or code_list.label(code)
    return code_list.label(code)


_SET3 = {"ESSEX": "Essex", "SOUTHEND": "Southend", "THURROCK": "Thurrock"}


def _has_repeats(items: Sequence[str]) -> bool:
    return len(set(items)) != len(items)


def _broken() -> Problem:
    return Problem(
        "E-PLAN", "The return plan is damaged or of another form. Get it again from the commissioner."
    )
