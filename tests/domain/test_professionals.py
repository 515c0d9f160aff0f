"""Professionals: reachable, and told only what the client agreed to."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from caseworker.domain.professionals import Professional, ringing

TODAY = dt.date(2026, 11, 18)
OIC = Professional(None, "", 1, "DC Patel", role="OIC", phone="01245 960 001 ext 12", email="a@example.com")


def test_a_name_or_an_organisation_is_enough() -> None:
    assert OIC.problems(TODAY) == {}
    assert Professional(None, "", 1, "", organisation="Elm Road School").problems(TODAY) == {}
    assert list(Professional(None, "", 1, " ").problems(TODAY)) == ["name"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"role": "KING"}, "role"),
        ({"phone": "ring the desk"}, "phone"),
        ({"email": "at work"}, "email"),
        ({"agreed": "yes"}, "may_be_told"),
        ({"organisation": "x" * 201}, "organisation"),
        ({"note": "x" * 501}, "note"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(change: dict[str, str], field: str) -> None:
    assert list(replace(OIC, **change).problems(TODAY)) == [field]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("yes", "Safe to ring about the client"),
        ("no", "Do not ring about the client"),
        ("NA-ASK", "Ask the client before ringing"),
        ("NA-UNK", "Ask the client before ringing"),
    ],
)
def test_in_doubt_nobody_is_rung(answer: str, said: str) -> None:
    assert str(ringing(replace(OIC, safe_to_ring=answer))) == said
