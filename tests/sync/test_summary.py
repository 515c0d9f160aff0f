"""A return can hold whole numbers under codes and nothing else, and only one spelling of it is read."""

from __future__ import annotations

import json
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseworker import canonical
from caseworker.errors import Problem
from caseworker.sync import summary
from caseworker.sync.summary import Envelope, Table
from tests.hub.parts import TABLES, payload


def changed(**fields: Any) -> bytes:
    """A good return with fields replaced behind the builder's back."""
    value = json.loads(payload())
    return canonical.dump({**value, **fields})


def table(**fields: Any) -> dict[str, Any]:
    return {**msgspec.to_builtins(TABLES[1]), **fields}


def refused(data: bytes) -> str:
    with pytest.raises(Problem) as problem:
        summary.read(data)
    return problem.value.code


def test_what_was_built_is_read_back_and_builds_the_same_bytes():
    data = payload()
    envelope = summary.read(data)
    assert envelope.tables == TABLES
    assert canonical.dump(msgspec.to_builtins(envelope)) == data


def test_the_builder_refuses_what_the_reader_would():
    with pytest.raises(Problem, match="E-SUMMARY"):
        payload(tables=[Table(id="T1", measure="received", dim="total", codes=(), merged={}, cells=(7,))])
    with pytest.raises(Problem, match="E-SUMMARY"):
        payload(lists={"crime": 1.5})
    with pytest.raises(Problem, match="E-SUMMARY"):
        payload(tables=[])


@pytest.mark.parametrize(
    "fields",
    [
        {"note": "met her at the library"},
        {"agency": "a woman in Clacton"},
        {"agency": "A07\n"},
        {"period": "2026-27Q5"},
        {"period": "2026-28Q1"},
        {"made": "2026-07-14"},
        {"made": "2026-13"},
        {"geo": "2023-04-01"},
        {"kind": "B1"},
        {"base": 1},
        {"base": 3},
        {"seq": 0},
        {"seq": -1},
        {"seq": True},
        {"seq": "1"},
        {"version": 0},
        {"version": 1000},
        {"to": "A" * 64},
        {"to": "0" * 63},
        {"device": "laptop of Amina Okafor"},
        {"prev": "sha256:" + "0" * 64},
        {"plan": "0" * 64},
        {"supersedes": None},
        {"lists": {"crime list": "1"}},
        {"lists": {"crime": "first"}},
        {"complete": {"laptops": [2, 1]}},
        {"complete": {"laptops": [1, 1, 1]}},
        {"complete": {"laptops": [1, 1], "unknown": {"age": 3}}},
        {"format": "case-bundle"},
        {"tables": "none"},
        {"tables": [table(cells=[30, 15, 40])]},
        {"tables": [table(cells=[30, 15])]},
        {"tables": [table(cells=[31, 14, 45])]},
        {"tables": [table(cells=[-5, 50, 45])]},
        {"tables": [table(cells=[30, 15, True])]},
        {"tables": [table(cells=[30, 2**41, 2**41 + 30])]},
        {"tables": [table(codes=["ACC", "ACC"])]},
        {"tables": [table(codes=["ACC", "declined by her"])]},
        {"tables": [table(codes=["ACC", "DEC "])]},
        {"tables": [table(codes=["ACC", "é"])]},
        {"tables": [table(merged={"OTHER": ["INV"]})]},
        {"tables": [table(merged={"ACC": []})]},
        {"tables": [table(merged={"ACC": ["INV"], "DEC": ["INV"]})]},
        {"tables": [table(), table()]},
        {"tables": [table(name="Amina")]},
    ],
)
def test_what_does_not_fit_the_types_is_refused(fields: dict[str, Any]):
    assert refused(changed(**fields)) == "E-SUMMARY"


def test_an_exact_small_count_cannot_be_written_down():
    for small in (1, 2, 3, 4, 6, 11, 44):
        assert refused(changed(tables=[table(codes=[], cells=[small])])) == "E-SUMMARY"


def test_too_many_cells_or_bytes_are_refused():
    wide = [table(id=f"T{n}", codes=[f"C{i}" for i in range(999)], cells=[0] * 1000) for n in range(9)]
    assert refused(changed(tables=wide)) == "E-SUMMARY"
    assert summary.read(changed(tables=wide[:8]))
    assert refused(b"[" * (summary.MOST_BYTES + 1)) == "E-SUMMARY"


def test_a_later_major_version_gets_its_own_sentence_and_a_minor_one_is_read():
    assert refused(changed(v="2.0")) == "E-SUMMARY-NEWER"
    assert refused(changed(v="2.0", tables="of a form unknown here")) == "E-SUMMARY-NEWER"
    assert summary.read(changed(v="1.7")).v == "1.7"
    for odd in ("²", "1", "1.x", "0.9", "99999999999999999999.0", ""):
        assert refused(changed(v=odd)) == "E-SUMMARY"


@pytest.mark.parametrize(
    "spelling",
    [
        lambda data: b" " + data,
        lambda data: data + b"\n",
        lambda data: data.replace(b'"seq":1', b'"seq":1.0'),
        lambda data: data.replace(b'"seq":1', b'"seq":1,"seq":1'),
        lambda data: data.replace(b'"A07"', b'"\\u0041\\u0030\\u0037"'),
        lambda data: data.replace(b'"seq":1', b'"seq":NaN'),
        lambda data: data.replace(b'"seq":1', b'"seq":' + b"1" * 5000),
        lambda data: b"[" * 200_000,
        lambda data: b"\xff" + data,
        lambda data: b"",
    ],
)
def test_only_the_one_spelling_is_read(spelling: Any):
    assert refused(spelling(payload())) == "E-SUMMARY"


def test_every_text_of_a_return_is_of_a_bounded_kind():
    check = summary.names_check(payload())
    assert check.nothing_personal()
    assert (check.texts, check.numbers) == (20, 6)
    assert check.bytes == len(payload())


def test_the_names_check_would_find_a_place_for_a_name_a_note_or_a_day():
    # The positive control: types with such a field are counted, one each.
    name = Annotated[str, msgspec.Meta(title="name", max_length=40, pattern="x")]
    day = Annotated[str, msgspec.Meta(title="day", max_length=10, pattern="x")]
    more = {
        "names": name,
        "days": day,
        "free_text": str,
    }
    for kind, field in more.items():
        form = msgspec.defstruct(
            f"With{kind}", [("extra", field)], bases=(Envelope,), forbid_unknown_fields=True
        )
        check = summary.names_check(payload(), form)
        assert getattr(check, kind) == 1
        assert not check.nothing_personal()


@pytest.mark.parametrize(
    "field",
    [
        str,
        Annotated[str, msgspec.Meta(title="code")],
        Annotated[str, msgspec.Meta(title="code", max_length=20)],
        Annotated[str, msgspec.Meta(title="code", pattern=".*", max_length=500)],
        Annotated[str, msgspec.Meta(title="story", pattern="x", max_length=20)],
        float,
        bytes,
        dict[str, int],
        Any,
        list[str],
        str | None,
    ],
)
def test_a_text_without_bounds_or_of_an_unknown_kind_counts_as_free_text(field: Any):
    form = msgspec.defstruct("Wider", [("extra", field)], bases=(Envelope,), forbid_unknown_fields=True)
    assert summary.names_check(payload(), form).free_text == 1


def test_a_form_that_lets_unknown_fields_through_counts_as_free_text():
    form = msgspec.defstruct("Open", [("n", int)])
    assert summary.names_check(payload(), form).free_text == 1


def test_the_published_schema_says_the_same_patterns():
    found = summary.schema()["$defs"]["Table"]["properties"]
    assert found["id"]["pattern"] == "^[A-Za-z][A-Za-z0-9_.-]{0,47}$"
    assert found["cells"]["items"]["minimum"] == 0


def read_or_refused(data: bytes) -> Envelope | None:
    """The return, or None when it was refused with one of the two sentences; any other error fails the test."""
    codes: list[str] = []
    try:
        return summary.read(data)
    except Problem as problem:
        codes.append(problem.code)
    assert codes in (["E-SUMMARY"], ["E-SUMMARY-NEWER"])
    return None


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(json.loads(payload()))), VALUES)
def test_any_value_in_any_field_is_read_or_refused_and_nothing_else(field: str, value: Any):
    data = json.dumps({**json.loads(payload()), field: value}, sort_keys=True, separators=(",", ":")).encode()
    envelope = read_or_refused(data)
    assert envelope is None or canonical.dump(msgspec.to_builtins(envelope)) == data


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 2000), st.integers(0, 60))
def test_cut_and_spliced_bytes_are_refused(noise: bytes, at: int, length: int):
    data = payload()
    spliced = data[:at] + noise + data[at + length :]
    envelope = read_or_refused(spliced)
    assert envelope is None or canonical.dump(msgspec.to_builtins(envelope)) == spliced
