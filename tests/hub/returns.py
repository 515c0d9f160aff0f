"""A whole return of the shipped plan, with made-up figures that add up: what the pages are tried on."""

from __future__ import annotations

import random

from caseworker.domain.periods import Period
from caseworker.domain.returns import codes_of
from caseworker.sync.summary import Table
from tests.hub.parts import PERIOD, PLAN


def whole(seed: int = 1, quarter: str = PERIOD) -> tuple[Table, ...]:
    """Every table of the plan, categories of which the smallest are merged."""
    chosen = random.Random(seed)
    period = Period.parse(quarter)
    tables = []
    for planned in PLAN.tables:
        for measure in planned.measures:
            total = 5 * chosen.randrange(20, 400)
            tables.append(
                Table(id=planned.id, measure=measure, dim="total", codes=(), merged={}, cells=(total,))
            )
        for cut in planned.cuts:
            codes = codes_of(cut.dim, period)
            shown = (*codes[:4], "MERGED") if len(codes) > 5 else codes
            merged = {"MERGED": codes[4:]} if len(codes) > 5 else {}
            for measure in cut.measures:
                cells = [5 * chosen.randrange(0, 300) for _ in shown]
                tables.append(
                    Table(
                        id=planned.id, measure=measure, dim=cut.dim, codes=shown, merged=merged,
                        cells=(*cells, sum(cells)),
                    )
                )  # fmt: skip
    return tuple(tables)
