"""The service map: whom a service takes, and the table for a spreadsheet that can never run as a program."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseworker.domain.services import (
    COLUMNS,
    Service,
    fits,
    from_csv,
    needs_checking,
    places,
    same_as,
    to_csv,
    wait_words,
)
from caseworker.errors import Problem

TODAY = dt.date(2026, 11, 18)
TALK = Service(
    None, "", "Talking room", "COU", "Quiet Harbour", "E07000071,E07000076", "DA,SV", 16, 120,
    "Mon-Fri 9am to 5pm", "Ring 01632 960001 or write", "limited", "2026-10-01", "Room upstairs",
)  # fmt: skip


def test_a_service_needs_only_a_name() -> None:
    assert TALK.problems(TODAY) == {}
    assert Service(None, "", "Talking room").problems(TODAY) == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"how": "x" * 1001}, "how"),
        ({"kind": "ZZZ"}, "kind"),
        ({"wait": "long"}, "wait"),
        ({"areas": ""}, "areas"),
        ({"areas": "E07000071,E07000071"}, "areas"),
        ({"areas": "Colchester"}, "areas"),
        ({"crimes": "DA1"}, "crimes"),
        ({"youngest": 18, "oldest": 17}, "youngest"),
        ({"oldest": 121}, "youngest"),
        ({"checked": "2026-11-19"}, "checked"),
        ({"ended": "x"}, "ended"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(change: dict[str, str], field: str) -> None:
    assert list(replace(TALK, **change).problems(TODAY)) == [field]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("area", "crime", "age", "takes"),
    [
        ("E07000071", "DA1", 30, True),
        ("E07000066", "DA1", 30, False),
        ("E07000071", "FR1", 30, False),
        ("E07000071", "DA1", 15, False),
        ("E07000071", "DA1", 16, True),
        ("CON", "DA1", 30, None),
        ("NA-ASK", "NA-ASK", None, None),
        ("NA-ASK", "FR1", None, False),
    ],
)
def test_it_takes_a_client_by_district_crime_and_age_or_nobody_can_tell(
    area: str, crime: str, age: int | None, takes: bool | None
) -> None:
    assert fits(TALK, area, crime, age) is takes


def test_what_a_service_never_said_rules_nothing_out() -> None:
    assert fits(Service(None, "", "Talking room"), "E07000071", "DA1", 30) is None


def test_what_is_known_grows_old_after_half_a_year() -> None:
    assert needs_checking(replace(TALK, checked=""), TODAY)
    assert needs_checking(replace(TALK, checked="2026-05-19"), TODAY)
    assert not needs_checking(replace(TALK, checked="2026-05-20"), TODAY)
    assert str(wait_words(TALK)) == "Waiting list"
    assert str(wait_words(replace(TALK, wait="NA-ASK"))) == "Not asked yet"


# --- the table ----------------------------------------------------------------------------------------------


def test_the_table_comes_back_as_it_went() -> None:
    there = to_csv([TALK, Service(None, "", "Second")])
    assert from_csv(there, TODAY) == [TALK, Service(None, "", "Second")]
    assert next(csv.reader(io.StringIO(there))) == list(COLUMNS)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "'=", "''"])
def test_no_cell_begins_as_a_formula_and_none_is_changed_by_the_journey(start: str) -> None:
    wicked = replace(TALK, name=f"x{start}", note=f"{start}cmd|' /C calc'!A0")
    text = to_csv([wicked])
    for cells in csv.reader(io.StringIO(text)):
        assert not any(cell[:1] in "=+-@\t\r\n＝＋－＠" and cell for cell in cells)
    (back,) = from_csv(text, TODAY)
    assert back.note == wicked.note.strip()


PLAIN = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40).map(str.strip)


@given(PLAIN, PLAIN, PLAIN, st.sampled_from(["NA-UNK", "E07000066", ",".join(places())]), st.integers(0, 60))
def test_any_service_comes_back_as_it_went(name: str, how: str, note: str, areas: str, youngest: int) -> None:
    one = replace(TALK, name=f"S {name}".strip(), how=how, note=note, areas=areas, youngest=youngest)
    assert from_csv(to_csv([one]), TODAY) == [one]


@given(st.text(max_size=300))
def test_any_bytes_at_all_are_taken_whole_or_refused_in_one_sentence(text: str) -> None:
    try:
        found = from_csv(text, TODAY)
    except Problem:
        return
    assert not any(one.problems(TODAY) for one in found)


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("", 1, "the file is empty"),
        ("name,colour\n", 1, "there is no column “colour”"),
        ("provider\nQuiet Harbour\n", 1, "the column “name” is missing"),
        ("name,name\n", 1, "a column stands twice"),
        ("name,type\nTalk\n", 2, "it has 1 cells and the first line 2"),
        ("name,type\nTalk,COU\nTalk two,Counselling\n", 3, "Choose the type of service"),
        ("name,youngest\nTalk,ten\n", 2, "an age must be a number"),
        ("name\nTalk\ntalk \n", 3, "line 2 is the same service"),
        ('name\n"Talk', 2, "it is not written as CSV"),
    ],
)
def test_a_table_is_refused_whole_with_the_line(text: str, line: int, why: str) -> None:
    with pytest.raises(Problem) as caught:
        from_csv(text, TODAY)
    assert f"Line {line}: {why}" in str(caught.value.words)


def test_a_table_that_is_far_too_long_is_refused() -> None:
    for text in ("name\n" + "x" * 2_000_001, "name\n" + "\n".join(f"Service {n}" for n in range(2_001))):
        with pytest.raises(Problem):
            from_csv(text, TODAY)


def test_columns_may_stand_in_any_order_and_excels_mark_is_no_column() -> None:
    (found,) = from_csv("\ufeffType,Name\r\nCOU,Talk\r\n", TODAY)
    assert (found.name, found.kind, found.areas, found.oldest) == ("Talk", "COU", "NA-ASK", 120)


def test_the_same_name_and_provider_is_the_same_service() -> None:
    assert same_as(TALK) == same_as(replace(TALK, name="talking  Room", kind="GRP"))
    assert same_as(TALK) != same_as(replace(TALK, provider="Somebody else"))
