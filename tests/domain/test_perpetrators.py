"""Alleged perpetrators: little is kept, each fact with its source, and alleged until a court has said so."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from caseworker.domain.perpetrators import FACTS, Perpetrator, called, has_conflict, is_stated

TODAY = dt.date(2026, 11, 18)
DAN = Perpetrator(None, "", 1, "Dan P")


def test_a_name_is_enough() -> None:
    assert DAN.problems(TODAY) == {}
    assert list(replace(DAN, name="").problems(TODAY)) == ["name"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"born": "1990-01-02"}, "age_said"),
        ({"age_estimate": 34}, "age_said"),
        ({"sex": "M"}, "age_said"),
        ({"relationship": "EXP"}, "relationship_said"),
        ({"lives_with": "no"}, "lives_with_said"),
        ({"weapons": "yes"}, "weapons_said"),
        ({"weapons_words": "Kitchen knife"}, "weapons_said"),
        ({"occupation": "Police officer"}, "occupation_said"),
        ({"occupation_risk": "yes"}, "occupation_said"),
        ({"orders": "Bail: not to enter the street"}, "orders_said"),
        ({"convicted": "no"}, "convicted_said"),
    ],
)
def test_every_fact_says_who_said_so(change: dict[str, object], said: str) -> None:
    stated = replace(DAN, **change)  # type: ignore[arg-type]
    assert list(stated.problems(TODAY)) == [said]
    assert replace(stated, **{said: "CLI"}).problems(TODAY) == {}  # type: ignore[arg-type]
    assert replace(stated, **{said: "NA-UNK"}).problems(TODAY) == {}  # type: ignore[arg-type]


@pytest.mark.parametrize("missing", ["NA-ASK", "NA-UNK", "NA-REF", "NA-UNS", "NA-NAP"])
def test_what_nobody_knows_needs_no_source(missing: str) -> None:
    assert replace(DAN, weapons=missing, relationship=missing).problems(TODAY) == {}
    assert not any(is_stated(replace(DAN, weapons=missing), said) for said in FACTS)


@pytest.mark.parametrize("answer", ["NA-ASK", "NA-UNK", "no"])
def test_alleged_until_a_court_has_convicted_them(answer: str) -> None:
    assert str(called(replace(DAN, convicted=answer))) == "Alleged"
    convicted = replace(DAN, convicted="yes", convicted_said="CRT")
    assert list(convicted.problems(TODAY)) == ["convicted_of"]
    assert str(called(convicted)) == "Convicted"


def test_who_is_known_to_somebody_here_is_for_the_supervisor() -> None:
    assert has_conflict(replace(DAN, known_here="yes"))
    assert not has_conflict(replace(DAN, known_here="NA-UNK"))
