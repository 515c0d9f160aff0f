"""Rounding and attacking the twelve linked tables of 1,519 cells that the design's figures are about."""

from __future__ import annotations

from caseworker.protect.audit import audit
from caseworker.protect.rounding import round_linked
from tests.bench.figures import Figure, Ground, median, p95, timed
from tests.protect.releases import linked_tables

ROUNDING_BAR, AUDIT_BAR = 0.2, 10.0
SIZES = (40, 250, 2_500, 8_000)


def run(_ground: Ground) -> list[Figure]:
    """Five keys for each of four sizes; the audit must pass, and must fail with protection switched off."""
    rounding, auditing, exact = [], [], []
    checked = questions = 0
    round_linked(linked_tables(10), bytes(32))  # loads the solver
    for size in SIZES:
        linked = linked_tables(size, size)
        for key in range(5):
            rounding.append(timed(lambda linked=linked, key=key: round_linked(linked, bytes([key]) * 32)))
            shown = round_linked(linked, bytes([key]) * 32).values
            found = audit(linked, shown)
            if not found.passed or audit(linked, linked.values).passed:
                raise RuntimeError("the audit does not tell protected tables from unprotected ones")
            auditing.append(found.seconds)
            checked, questions = checked + found.checked, questions + found.questions
    small = linked_tables(60, 1)
    exact.append(audit(small, round_linked(small, bytes(32)).values, exact=True).seconds)
    return [
        Figure("joint rounding of 1,519 linked cells: p95", p95(rounding), "s", ROUNDING_BAR,
               detail=f"median {median(rounding):.3f} s, people {SIZES}"),
        Figure("attack on 1,519 linked cells: p95", p95(auditing), "s", AUDIT_BAR,
               detail=f"median {median(auditing):.2f} s; {checked / 20:.0f} small cells, "
               f"{questions / 20:.0f} questions each"),
        Figure("attack with whole-number bounds, 60 people", median(exact), "s"),
    ]  # fmt: skip
