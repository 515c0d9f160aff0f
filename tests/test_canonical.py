"""Canonical JSON: one spelling of a structure, and nothing else is read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseworker import canonical

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-canonical.LARGEST, canonical.LARGEST) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
).filter(lambda value: depth(value) <= canonical.DEEPEST)


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=1)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=1)
    return 1


@given(VALUES)
def test_what_is_written_is_read_back(value: object) -> None:
    written = canonical.dump(value)
    assert canonical.load(written, most=1 << 20) == value
    assert written.isascii()


@given(st.binary(max_size=200))
def test_any_other_bytes_are_refused_with_one_error(data: bytes) -> None:
    try:
        value = canonical.load(data, most=100)
    except canonical.NotCanonical:
        return
    assert canonical.dump(value) == data


@pytest.mark.parametrize(
    "text",
    ['{"a":1,"a":2}', '{"b":1,"a":2}', "1.0", "1e3", "NaN", "Infinity", '{"a": 1}', "[1,]", '"\u00e9"',
     "9007199254740993",
     "[" * 9 + "]" * 9, "[" * 100_000, "1" * 5000, '"\\u0041"', "\ufeff1", "", " 1"],
)  # fmt: skip
def test_a_second_spelling_is_refused(text: str) -> None:
    with pytest.raises(canonical.NotCanonical):
        canonical.load(text.encode("utf-8"), most=1 << 20)


def test_too_many_bytes_are_refused_before_they_are_read() -> None:
    with pytest.raises(canonical.NotCanonical, match="too long"):
        canonical.load(b"[" * 1001, most=1000)


@pytest.mark.parametrize("value", [1.5, {1: "a"}, {"a": object()}, 2**60, b"bytes"])
def test_what_has_no_canonical_form_is_never_written(value: object) -> None:
    with pytest.raises(canonical.NotCanonical):
        canonical.dump(value)


def test_the_error_never_repeats_the_content() -> None:
    with pytest.raises(canonical.NotCanonical) as caught:
        canonical.load(json.dumps({"name": "Amara"}, indent=1).encode(), most=1000)
    assert "Amara" not in str(caught.value)
