"""The return plans this hub takes, and whether a return keeps to its plan.

The hub reads the very files that laptops read. A table, measure, dimension or code that the plan does not
name is refused, whoever signed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import resources
from caseworker.domain.periods import Period
from caseworker.domain.plans import Plan, load
from caseworker.domain.returns import ALL, MERGED, codes_of
from caseworker.errors import Problem
from caseworker.sync.summary import Envelope, Table

Plans = Mapping[str, Plan]

TOTAL = ALL  # the dimension of a table that is one number


def shipped() -> dict[str, Plan]:
    """Every plan that ships, by its name (``sha256:...``)."""
    found = [load(file) for file in sorted(Path(resources.path("plans")).glob("*.json"))]
    return {plan.name: plan for plan in found}


def misfit(envelope: Envelope, plan: Plan) -> bool:
    """Whether anything in the return is not of its plan."""
    if envelope.base != plan.base or envelope.geo != plan.geo:
        return True
    try:
        period = Period.parse(envelope.period)
    except Problem:
        return True
    return not all(_is_planned(table, plan, period) for table in envelope.tables)


def _is_planned(table: Table, plan: Plan, period: Period) -> bool:
    planned = next((one for one in plan.tables if one.id == table.id), None)
    if planned is None or table.measure not in planned.measures:
        return False
    if table.dim == TOTAL:
        return not table.codes and not table.merged
    cut = next((one for one in planned.cuts if one.dim == table.dim), None)
    if cut is None or table.measure not in cut.measures:
        return False
    known = set(codes_of(table.dim, period))
    inside = {code for merged in table.merged.values() for code in merged}
    plain = {code for code in table.codes if code not in table.merged}
    named = all(code in known or _is_group(code) for code in table.merged)
    return plain <= known and inside <= known and named and not plain & inside


def _is_group(code: str) -> bool:
    """The made name of a merged category: MERGED, MERGED2 ..."""
    return code.startswith(MERGED) and (code == MERGED or code[len(MERGED) :].lstrip("-_").isdecimal())
