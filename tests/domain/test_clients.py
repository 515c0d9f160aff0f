"""A client's record: little is needed to begin it, and what is there has to make sense."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseworker.domain.clients import CODED, Client, age_band, age_on, shown_name
from caseworker.domain.when import LONDON, epoch

TODAY = dt.date(2026, 11, 18)
AMARA = Client(None, "", "Amara Clarke", born="1994-03-27")


def said(client: Client) -> dict[str, str]:
    return {field: str(text) for field, text in client.problems(TODAY).items()}


def test_an_alias_alone_begins_a_record() -> None:
    assert said(Client(None, "", "Blue coat", is_alias=True)) == {}


@pytest.mark.parametrize(
    "name", ["Siân O’Brien", "N'Golo", "Zoë", "Bo", "Ng", "María-José de la Cruz", "李娜", "X"]
)
def test_names_of_every_kind_are_fine(name: str) -> None:
    assert said(replace(AMARA, name=name)) == {}


@pytest.mark.parametrize(
    ("change", "field", "expected"),
    [
        ({"name": " "}, "name", "Enter a name or an alias"),
        ({"name": "x" * 201}, "name", "Name must be 200 characters or fewer"),
        ({"known_as": "x" * 201}, "known_as", "Name must be 200 characters or fewer"),
        ({"born": "1994-02-30"}, "born", "Date of birth must be a real date"),
        ({"born": ""}, "born", "Date of birth must be a real date"),
        ({"born": "2026-11-19"}, "born", "Date of birth must be in the past"),
        ({"born": "1899-12-31"}, "born", "Year must be 1900 or later"),
        ({"age_estimate": -1}, "age_estimate", "Age must be between 0 and 120"),
        ({"age_estimate": 121}, "age_estimate", "Age must be between 0 and 120"),
    ],
)
def test_each_rule_says_what_to_do(change: dict[str, object], field: str, expected: str) -> None:
    assert said(replace(AMARA, **change)) == {field: expected}  # type: ignore[arg-type]


@pytest.mark.parametrize("field", sorted(CODED))
def test_every_answer_may_be_missing_in_five_ways_and_is_never_blank(field: str) -> None:
    for code in ("NA-ASK", "NA-UNK", "NA-REF", "NA-UNS", "NA-NAP"):
        assert said(replace(AMARA, **{field: code})) == {}
    assert said(replace(AMARA, **{field: ""})) == {field: "Choose an answer from the list"}


def test_somebody_turns_eighteen_on_their_birthday() -> None:
    young = replace(AMARA, born="2008-11-19")
    assert age_on(young, dt.date(2026, 11, 18)) == 17
    assert age_on(young, dt.date(2026, 11, 19)) == 18


def test_a_leap_day_child_turns_older_on_the_first_of_march() -> None:
    leap = replace(AMARA, born="2008-02-29")
    assert age_on(leap, dt.date(2026, 2, 28)) == 17
    assert age_on(leap, dt.date(2026, 3, 1)) == 18
    assert age_on(leap, dt.date(2028, 2, 29)) == 20


def test_an_estimated_age_moves_on_with_the_years() -> None:
    made = epoch(dt.datetime(2024, 6, 1, tzinfo=LONDON))
    guessed = Client(None, "", "Blue coat", age_estimate=40, made=made)
    assert age_on(guessed, dt.date(2024, 6, 1)) == 40
    assert age_on(guessed, dt.date(2026, 5, 31)) == 41
    assert age_on(guessed, dt.date(2026, 6, 1)) == 42
    assert age_on(guessed, dt.date(2022, 6, 1)) == 38


def test_an_unknown_age_stays_unknown() -> None:
    assert age_on(Client(None, "", "Blue coat"), TODAY) is None
    assert age_on(replace(AMARA, born="2027-01-01"), TODAY) is None
    assert age_band(None) == "NA-UNK"


@given(st.integers(0, 120))
def test_every_age_has_a_band(age: int) -> None:
    assert age_band(age) != "NA-UNK"


def test_people_are_called_what_they_like_to_be_called() -> None:
    assert shown_name(AMARA) == "Amara Clarke"
    assert shown_name(replace(AMARA, known_as="Mara")) == "Mara"
