"""One row a person becomes linked tables: counted right, read strictly, nothing that looks like a name
published."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseworker.protect.people import (
    MOST_CATEGORIES,
    NotUnderstood,
    People,
    as_release,
    parse_tables,
    read_people,
    tabulate,
)
from caseworker.protect.release import quantities

SMALL_FILE = b"district,need,name\nN,housing;money,Ann\nN,money,Bea\nS,,Cat\nS,housing,Dot\n"


def count(people: People, *specs: tuple[str, ...]) -> dict[tuple[str, ...], dict[tuple[str, ...], int]]:
    done = tabulate(people, specs, "people", "all")
    return {
        dims: {tuple(codes): done.linked.values[index] for codes, index in cells}
        for dims, cells in zip(done.specs, done.places, strict=True)
    }


def test_every_cell_and_total_is_counted() -> None:
    people = read_people(SMALL_FILE, ["district", "need"])
    assert count(people, ("district", "need"))["district", "need"] == {
        ("N", "Not stated"): 0, ("N", "housing"): 1, ("N", "money"): 2, ("N", "*"): 2,
        ("S", "Not stated"): 1, ("S", "housing"): 1, ("S", "money"): 0, ("S", "*"): 2,
        ("*", "Not stated"): 1, ("*", "housing"): 2, ("*", "money"): 2, ("*", "*"): 4,
    }  # fmt: skip


def test_a_column_with_several_answers_overlaps_and_covers_everybody() -> None:
    done = tabulate(read_people(SMALL_FILE, ["district", "need"]), [("district", "need")], "people", "all")
    assert done.people.several == {"need"}
    assert len(done.linked.covers) == 3
    assert all(cover.at_least_one for cover in done.linked.covers)
    assert len(done.linked.equations) == 4


def test_the_same_cell_in_two_tables_is_one_quantity() -> None:
    people = read_people(SMALL_FILE, ["district", "need"])
    done = tabulate(people, [("district", "need"), ("district",), ("need",)], "people", "all")
    assert len(done.linked.names) == 12
    release = as_release(done, list(done.linked.values), "people", "all", rounding_base=0)
    found = quantities(release)
    assert len(found.names) == 12
    assert sorted(map(str, found.names)) == sorted(done.linked.names)
    assert len(found.equations) == len(done.linked.equations)
    assert len(found.covers) == len(done.linked.covers)


def test_quotes_commas_and_line_ends_of_every_system_are_read() -> None:
    data = '\ufeffdistrict,age\r\n"Town, north",16-17\r\n"Town, north",18-24\r\n'.encode()
    people = read_people(data, ["district"])
    assert people.categories["district"] == ["Town, north"]
    assert people.count == 2


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"district\n", "no people"),
        (b"area\nN\n", "no column called district"),
        (b"district,district\nN,S\n", "same name"),
        (b"district,\nN,S\n", "Column 2 has no name"),
        (b"district,x\nN\n", "Line 2 has 1 columns, the header has 2"),
        (b'district\n"N\n', "not CSV"),
        (b'district\n"N"x\n', "not CSV"),
        (b"district\n\xff\xfe\n", "not UTF-8"),
        (b"district\nN\x00\n", "cannot be a category"),
        (b"district\n*\n", "cannot be a category"),
        (b"district\n[c]\n", "cannot be a category"),
        (b"district\n" + b"x" * 81 + b"\n", "cannot be a category"),
        (b"district" + b",x" * 100 + b"\n", "more than 100 columns"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_line_and_column(data: bytes, sentence: str) -> None:
    with pytest.raises(NotUnderstood, match=sentence):
        read_people(data, ["district"])


def test_a_column_of_names_cannot_become_categories() -> None:
    data = b"person\n" + b"".join(b"Person %d\n" % number for number in range(12))
    with pytest.raises(NotUnderstood, match="nearly everybody"):
        read_people(data, ["person"])
    mostly = b"person\n" + b"".join(b"Person %d\n" % (number % 80) for number in range(120))
    with pytest.raises(NotUnderstood, match="nearly everybody"):
        read_people(mostly, ["person"])


def test_too_many_categories_or_cells_are_refused() -> None:
    rows = b"".join(b"%d,%d\n" % (number % 600, number % 400) for number in range(6_000))
    with pytest.raises(NotUnderstood, match=f"more than {MOST_CATEGORIES}"):
        read_people(b"a,b\n" + rows, ["a"])
    wide = b"".join(b"%d,%d\n" % (number % 200, number // 30) for number in range(6_000))
    people = read_people(b"a,b\n" + wide, ["a", "b"])
    with pytest.raises(NotUnderstood, match="cells"):
        tabulate(people, [("a", "b")], "people", "all")


def test_tables_are_named_as_on_the_command_line() -> None:
    assert parse_tables("district*crime, district*need ,age") == [
        ("district", "crime"), ("district", "need"), ("age",),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "a,", "a*", "a*a", "a*b,b*a", "a*b*c*d", "1a", "a;b", ",".join(f"x{n}" for n in range(61))]
)
def test_a_list_of_tables_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(NotUnderstood):
        parse_tables(text)


@settings(max_examples=300, deadline=None)
@given(data=st.one_of(st.binary(max_size=80), st.text(alphabet='a,;\n"\r*x ', max_size=60).map(str.encode)))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        people = read_people(b"a,b\n" + data, ["a", "b"])
    except NotUnderstood:
        return
    done = tabulate(people, [("a", "b"), ("a",)], "people", "all")
    assert done.linked.values[dict((tuple(c), i) for c, i in done.places[0])["*", "*"]] == people.count


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=40))
def test_any_list_of_tables_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(NotUnderstood):
        assert parse_tables(text)
