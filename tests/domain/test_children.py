"""Children and dependants: what has to be right, their own safe contact, and the day they come of age."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseworker.domain.children import (
    Child,
    age_on,
    age_words,
    counts_as_child,
    is_at_risk,
    turned_18,
)

TODAY = dt.date(2026, 11, 18)
LEO = Child(None, "", 1, "Leo", born="2008-11-18", relationship="CHI")
DAYS = st.dates(dt.date(1930, 1, 1), dt.date(2026, 1, 1))


def test_initials_are_enough() -> None:
    assert Child(None, "", 1, "L.").problems(TODAY) == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"born": "2027-01-01"}, "born"),
        ({"born": "2019-02-30"}, "born"),
        ({"born": "NA-ASK", "age_estimate": 121}, "age_estimate"),
        ({"due": "2027-01-01"}, "due"),
        ({"unborn": True, "born": "NA-ASK", "due": "2028-01-01"}, "due"),
        ({"unborn": True}, "born"),
        ({"sex": "X"}, "sex"),
        ({"lives_with": "MARS"}, "lives_with"),
        ({"social_care": "ZZZ"}, "social_care"),
        ({"note": "x" * 501}, "note"),
        ({"reach": "SCH"}, "reach_where"),
        ({"reach": "DIR"}, "reach_where"),
        ({"reach": "ADU"}, "reach_through"),
        ({"parent_access": "yes"}, "access_reason"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(change: dict[str, object], field: str) -> None:
    assert list(replace(LEO, **change).problems(TODAY)) == [field]  # type: ignore[arg-type]


def test_a_parent_sees_nothing_unless_somebody_says_why_that_is_safe() -> None:
    assert LEO.parent_access == "no"
    allowed = replace(
        LEO, parent_access="yes", access_reason="Lives with his aunt, who has parental responsibility"
    )
    assert allowed.problems(TODAY) == {}


def test_the_record_says_so_from_the_day_a_child_turns_18() -> None:
    assert turned_18(LEO, dt.date(2026, 11, 17)) is None
    assert str(age_words(LEO, dt.date(2026, 11, 17))) == "17 years old, born 18 November 2008"
    assert turned_18(LEO, TODAY) == TODAY
    assert str(age_words(LEO, TODAY)) == "Turned 18 on 18 November 2026"
    assert str(age_words(LEO, dt.date(2030, 1, 1))) == "Turned 18 on 18 November 2026"


def test_a_child_of_29_february_turns_18_on_1_march() -> None:
    leap = replace(LEO, born="2008-02-29")
    assert turned_18(leap, dt.date(2026, 2, 28)) is None
    assert turned_18(leap, dt.date(2026, 3, 1)) == dt.date(2026, 3, 1)


def test_a_child_who_turns_18_in_an_episode_stays_the_child_they_were_when_it_began() -> None:
    assert counts_as_child(LEO, dt.date(2026, 11, 17))
    assert turned_18(LEO, TODAY) is not None
    assert counts_as_child(LEO, dt.date(2026, 11, 17))  # asked on any later day
    assert not counts_as_child(LEO, TODAY)  # support that begins on the birthday is an adult's


@given(DAYS, st.integers(0, 40 * 366))
def test_the_day_of_coming_of_age_and_the_count_of_years_never_disagree(born: dt.date, later: int) -> None:
    child = replace(LEO, born=born.isoformat())
    day = born + dt.timedelta(days=later)
    assert (turned_18(child, day) is not None) == ((age_on(child, day) or 0) >= 18)
    assert counts_as_child(child, day) == ((age_on(child, day) or 0) < 18)


def test_an_estimated_age_moves_on_with_the_years() -> None:
    child = replace(LEO, born="NA-UNK", age_estimate=16, recorded=1_763_460_000)  # 18 November 2025
    assert age_on(child, TODAY) == 17
    assert str(age_words(child, TODAY)) == "About 17 years old, as said on 18 November 2025"
    assert turned_18(child, dt.date(2030, 1, 1)) is None  # no day is known


def test_an_adult_who_depends_on_the_client_is_no_child_and_never_turns_18() -> None:
    mother = replace(LEO, born="1950-01-01", relationship="DEP")
    assert not counts_as_child(mother, TODAY)
    assert turned_18(mother, TODAY) is None
    assert str(age_words(mother, TODAY)) == "76 years old, born 1 January 1950"


def test_nobodys_age_known_counts_as_a_child() -> None:
    assert counts_as_child(replace(LEO, born="NA-ASK"), TODAY)
    assert str(age_words(replace(LEO, born="NA-UNK"), TODAY)) == "Age: client does not know"


def test_an_unborn_child_is_due_and_then_asks_for_the_birth() -> None:
    bump = replace(LEO, born="NA-NAP", unborn=True, due="2027-02-01")
    assert bump.problems(TODAY) == {}
    assert str(age_words(bump, TODAY)) == "Unborn, due 1 February 2027"
    assert str(age_words(bump, dt.date(2027, 2, 2))) == "Was due on 1 February 2027: record the birth"
    assert str(age_words(replace(bump, due=""), TODAY)) == "Unborn"
    assert counts_as_child(bump, TODAY)


@pytest.mark.parametrize(
    ("answer", "risk"), [("yes", True), ("no", False), ("NA-UNK", False), ("NA-ASK", False)]
)
def test_at_risk_is_only_what_somebody_said(answer: str, risk: bool) -> None:
    assert is_at_risk(replace(LEO, at_risk=answer)) == risk
    assert not is_at_risk(replace(LEO, at_risk=answer, withdrawn=1))


@pytest.mark.parametrize(("born", "said"), [("2026-05-01", "Under 1"), ("2025-05-01", "1 year old")])
def test_small_children_are_told_apart(born: str, said: str) -> None:
    assert str(age_words(replace(LEO, born=born), TODAY)).startswith(f"{said}, born")
