"""Exit facts: answers or a kind of missing, what becomes of what is open, and whether risk fell."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from caseworker.domain.codes import MISSING
from caseworker.domain.exits import Exit, Fate, holds, read_fates, risk_fell, write_fates

TODAY = dt.date(2026, 11, 18)
FACTS = Exit(1, "", 1, 7, "2026-11-18", "reduced", "yes", "no", "high", "standard", "no")


@pytest.mark.parametrize("missing", sorted(MISSING))
def test_every_fact_takes_the_five_kinds_of_missing(missing: str) -> None:
    assert Exit(None, "", 1, 7, "2026-11-18", *[missing] * 6).problems(TODAY) == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"closed": "2026-11-19"}, "closed"),
        ({"abuse": ""}, "abuse"),
        ({"lived_at_end": "perhaps"}, "lived_at_end"),
        ({"further_incident": "3"}, "further_incident"),
        ({"note": "x" * 1001}, "note"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(change: dict[str, str], field: str) -> None:
    assert list(replace(FACTS, **change).problems(TODAY)) == [field]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("start", "end", "fell"),
    [
        ("high", "medium", True),
        ("high", "high", False),
        ("standard", "high", False),
        ("NA-ASK", "high", None),
        ("high", "NA-UNK", None),
    ],
)
def test_risk_fell_only_where_both_are_known(start: str, end: str, fell: bool | None) -> None:
    assert risk_fell(replace(FACTS, risk_at_start=start, risk_at_end=end)) is fell


def test_facts_of_an_ending_the_client_came_back_from_do_not_hold() -> None:
    assert holds(FACTS, "2026-11-18")
    assert not holds(FACTS, "")
    assert not holds(FACTS, "2026-12-01")


def test_what_becomes_of_what_is_open_is_kept_in_one_line() -> None:
    fates = (Fate("action", 3, "done"), Fate("marac_referral", 12, "stays"))
    assert write_fates(fates) == "action:3:done marac_referral:12:stays"
    assert read_fates(write_fates(fates)) == fates
    assert read_fates("") == ()
    with pytest.raises(ValueError, match="unpack"):
        read_fates("nonsense")
