"""Compensation: the last day to claim, for adults and for those who were children then."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from caseworker.domain.compensation import Claim, claim_by, to_claim
from caseworker.domain.incidents import Incident

TODAY = dt.date(2026, 11, 18)
CLAIM = Claim(1, "", 1, "2025-03-10", "applied", "2026-01-01")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"incident_on": ""}, "incident_on"),
        ({"incident_on": "2026-11-19"}, "incident_on"),
        ({"step": "NA-ASK"}, "step"),
        ({"applied": ""}, "applied"),
        ({"note": "x" * 501}, "note"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(change: dict[str, str], field: str) -> None:
    assert CLAIM.problems(TODAY) == {}
    assert list(replace(CLAIM, **change).problems(TODAY)) == [field]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("incident", "born", "last"),
    [
        ("2025-03-10", None, "2027-03-10"),
        ("2024-02-29", None, "2026-02-28"),
        ("2025-03-10", "1990-06-01", "2027-03-10"),
        ("2025-03-10", "2007-03-10", "2027-03-10"),  # 18 that day: an adult
        ("2025-03-10", "2007-03-11", "2027-03-11"),  # 17 that day: until 20
        ("2020-03-10", "2008-07-04", "2028-07-04"),
        ("2024-03-01", "2008-02-29", "2028-02-29"),
    ],
)
def test_two_years_or_the_twentieth_birthday(incident: str, born: str | None, last: str) -> None:
    when = dt.date.fromisoformat(born) if born else None
    assert claim_by(dt.date.fromisoformat(incident), when).isoformat() == last


def test_incidents_count_by_themselves_until_a_claim_speaks_for_them() -> None:
    hit = Incident(1, "", 1, "2025-03-10", kind="VIO")
    controlled = Incident(2, "", 1, "2025-04-10", kind="CON")
    assert to_claim([], [hit, controlled], None) == [(dt.date(2027, 3, 10), "2025-03-10")]
    assert to_claim([CLAIM], [hit], None) == []
    assert to_claim([replace(CLAIM, step="not-wanted", applied="")], [hit], None) == []
    thinking = replace(CLAIM, step="considering", applied="")
    assert to_claim([thinking], [hit], None) == [(dt.date(2027, 3, 10), "2025-03-10")]
    assert to_claim([], [replace(hit, withdrawn=5)], None) == []
