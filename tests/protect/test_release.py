"""RELEASE.json: read strictly, joined by quantity, attacked without knowing the truth."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseworker.protect.release import (
    Release,
    Table,
    Unreadable,
    audit_release,
    cell_name,
    join,
    quantities,
    read,
)


def a_table(**changes: Any) -> Table:
    """District by sex, districts N and S hidden, everything else true."""
    fields: dict[str, Any] = {
        "id": "T1",
        "measure": "clients",
        "period": "2025-26Q1",
        "dims": ["district"],
        "cats": {"district": ["N", "S"]},
        "cells": [(["N"], "[c]"), (["S"], "[c]"), (["*"], 9)],
    }
    return Table(**(fields | changes))


def a_release(*tables: Table, **changes: Any) -> Release:
    fields: dict[str, Any] = {
        "threshold": 5,
        "min_candidates": 4,
        "rounding_base": 0,
        "conventional": False,
        "zeros_published": True,
        "suppressed_range": None,
        "tables": list(tables),
    }
    return Release(**(fields | changes))


def test_a_release_survives_being_written_and_read() -> None:
    release = a_release(a_table())
    assert read(msgspec.json.encode(release)) == release


def test_the_format_is_the_auditors() -> None:
    text = """{"threshold": 5, "min_candidates": 4, "rounding_base": 5, "conventional": false,
      "zeros_published": true, "suppressed_range": [1, 7], "tables": [{"id": "A", "measure": "clients",
      "period": "2025Q1", "version": 1, "dims": ["district", "need"],
      "cats": {"district": ["Basildon"], "need": ["housing", "money"]}, "additive": {"need": "at_least_one"},
      "cells": [[["Basildon", "*"], 40], [["Basildon", "housing"], "[c]"], [["Basildon", "money"], 35]]}]}"""
    found = quantities(read(text.encode()))
    assert found.shown == [40, None, 35]
    assert len(found.covers) == 1
    assert found.covers[0].at_least_one


def test_a_cell_is_one_quantity_whatever_table_it_stands_in() -> None:
    assert cell_name("m", "p", 1, {"a": "1", "b": "*"}) == cell_name("m", "p", 1, {"c": "*", "a": "1"})
    assert cell_name("m", "p", 1, {"a": "1", "b": "2"}) == cell_name("m", "p", 1, {"b": "2", "a": "1"})
    assert cell_name("m", "p", 1, {"a": "1"}) != cell_name("m", "p", 2, {"a": "1"})
    assert cell_name("m", "p", 1, {"a": '1","b'}) != cell_name("m", "p", 1, {"a": "1", "b": "b"})


def test_two_releases_that_are_safe_alone_are_attacked_together() -> None:
    first = a_release(a_table())
    second = a_release(
        a_table(
            id="T2",
            dims=["district", "sex"],
            cats={"district": ["S"], "sex": ["F", "M"]},
            cells=[(["S", "F"], 5), (["S", "M"], 0), (["S", "*"], "[c]")],
        )
    )
    assert audit_release(first).passed
    found = audit_release(join([first, second]))
    assert [(cell.low, cell.high) for cell in found.failing] == [(4, 4)]
    assert found.exact_small == 1


def test_a_number_hidden_in_one_table_and_shown_in_another_counts_as_shown() -> None:
    shown = a_table(id="T2", dims=["district"], cats={"district": ["N"]}, cells=[(["N"], 6)])
    for order in ([a_table(), shown], [shown, a_table()]):
        found = audit_release(join([a_release(one) for one in order]))
        assert [(cell.low, cell.high) for cell in found.failing] == [(3, 3)]


def test_a_part_that_was_left_out_is_unknown_and_not_nought() -> None:
    left_out = a_table(cells=[(["N"], "[c]"), (["*"], 9)])
    found = quantities(a_release(left_out))
    assert len(found.unpublished) == 1
    assert audit_release(a_release(left_out)).passed


def test_true_small_numbers_fail_the_attack() -> None:
    found = audit_release(a_release(a_table(cells=[(["N"], 3), (["S"], 6), (["*"], 9)])))
    assert not found.passed
    assert found.exact_small == 1


def test_only_numbers_that_may_be_small_are_looked_at() -> None:
    rounded = a_table(cells=[(["N"], 5), (["S"], 40), (["*"], 45)])
    found = audit_release(a_release(rounded, rounding_base=5, zeros_published=False))
    assert found.passed
    assert found.checked == 1


def test_rounded_tables_that_do_not_add_fail() -> None:
    rounded = a_table(cells=[(["N"], 5), (["S"], 5), (["*"], 15)])
    found = audit_release(a_release(rounded, rounding_base=5, zeros_published=False))
    assert found.lines_not_adding == 1
    assert not found.passed


def test_equal_tables_are_kept_once_and_periods_stay_apart() -> None:
    later = a_table(period="2025-26Q2", cells=[(["N"], "[c]"), (["S"], "[c]"), (["*"], 20)])
    joined = join([a_release(a_table()), a_release(a_table(), later)])
    assert len(joined.tables) == 2
    assert len(quantities(joined).names) == 6


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"cells": [(["N"], 1), (["N"], 1)]}, "twice"),
        ({"cells": [(["E"], 1)]}, "fits none"),
        ({"cells": [(["N", "S"], 1)]}, "fits none"),
        ({"dims": ["district", "district"]}, "do not match"),
        ({"cats": {}}, "do not match"),
        ({"cats": {"district": ["N", "N"]}}, "twice"),
        ({"cats": {"district": ["N", "*"]}}, "twice, or one called"),
        ({"additive": {"need": False}}, "does not have"),
    ],
)
def test_tables_that_make_no_sense_are_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        quantities(a_release(a_table(**change)))


def test_one_quantity_with_two_numbers_is_refused() -> None:
    other = a_table(id="T2", cells=[(["N"], 1), (["S"], 7), (["*"], 8)])
    with pytest.raises(Unreadable, match="two different numbers"):
        join([a_release(a_table()), a_release(other)])


def test_releases_under_different_rules_are_not_joined() -> None:
    with pytest.raises(Unreadable, match="different rules"):
        join([a_release(a_table()), a_release(a_table(), rounding_base=5)])
    with pytest.raises(Unreadable, match="no release"):
        join([])


def test_tables_no_counts_could_stand_behind_are_refused() -> None:
    impossible = a_table(cells=[(["N"], "[c]"), (["S"], 9), (["*"], 9)])
    with pytest.raises(Unreadable, match="contradict"):
        audit_release(a_release(impossible))


def test_unknown_fields_are_refused() -> None:
    data = msgspec.json.encode(a_release(a_table())).replace(b'"threshold"', b'"note":"x","threshold"')
    with pytest.raises(Unreadable):
        read(data)


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data)


SOURCE = msgspec.json.encode(a_release(a_table()))


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, len(SOURCE) - 1), byte=st.integers(0, 255))
def test_a_changed_byte_never_crashes_the_reader(place: int, byte: int) -> None:
    try:
        release = read(SOURCE[:place] + bytes([byte]) + SOURCE[place + 1 :])
        audit_release(release)
    except Unreadable:
        pass
