"""Incidents: what has to be right, and which kinds make a repeat."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from caseworker.domain.incidents import Incident, qualifies

TODAY = dt.date(2026, 11, 18)
PUSHED = Incident(None, "", 1, "2026-11-17", kind="VIO", crime="DA1", reported="NA-REF")


def test_an_incident_needs_little() -> None:
    assert PUSHED.problems(TODAY) == {}
    assert Incident(None, "", 1, "2026-11-18").problems(TODAY) == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"happened": ""}, "happened"),
        ({"happened": "2026-02-30"}, "happened"),
        ({"happened": "2026-11-19"}, "happened"),
        ({"kind": "RUDE"}, "kind"),
        ({"crime": "ZZ9"}, "crime"),
        ({"reported": "maybe"}, "reported"),
        ({"note": "x" * 501}, "note"),
        ({"by_whom": "x" * 501}, "by_whom"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(change: dict[str, str], field: str) -> None:
    assert list(replace(PUSHED, **change).problems(TODAY)) == [field]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        ("VIO", True),
        ("STK", True),
        ("SEX", True),
        ("NA-UNK", True),
        ("DAM", False),
        ("BRE", False),
        ("OTH", False),
    ],
)
def test_violence_stalking_and_sexual_abuse_make_a_repeat_and_the_unknown_is_asked_about(
    kind: str, counts: bool
) -> None:
    assert qualifies(replace(PUSHED, kind=kind)) == counts
