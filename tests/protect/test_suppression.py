"""The house style hides 1 to 7 and as much more as the attack demands, and never a nought."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseworker.protect.audit import audit
from caseworker.protect.linked import Linked
from caseworker.protect.suppression import SMALL, Suppressed, suppress
from tests.protect.releases import linked_tables, table


def check(linked: Linked, found: Suppressed) -> None:
    for index, (number, true) in enumerate(zip(found.values, linked.values, strict=True)):
        if 1 <= true < SMALL:
            assert number is None
            assert index in found.primary
        elif number is None:
            assert index in found.secondary
        else:
            assert number % 5 == 0
            assert abs(number - true) <= 2
    assert all(found.values[index] == 0 for index, true in enumerate(linked.values) if true == 0)


def test_a_row_that_gives_its_small_numbers_away_is_hidden_further() -> None:
    """Eleven ones under a total shown as 10 (8 to 12): each could only be 1 or 2."""
    linked = Linked([*map(str, range(12)), "all"], [1] * 11 + [0, 11], [(12, list(range(12)))])
    naive = [None] * 11 + [0, 10]
    assert len(audit(linked, naive, 5, small=SMALL, conventional=True).failing) == 11
    found = suppress(linked)
    assert found.passed
    assert found.secondary == [12]
    assert found.range is None
    check(linked, found)


def is_open(linked: Linked, values: list[int | None]) -> bool:
    """Whether both attackers are kept off."""
    strict = audit(linked, values, 5, small=SMALL, conventional=True)
    knows_rule = audit(linked, values, 5, min_candidates=2, small=SMALL, conventional=True, hidden=(1, 7))
    return not strict.failing and not knows_rule.failing


@pytest.mark.parametrize(
    "rows",
    [
        [[1, 1, 12, 1, 1, 0], [0, 1, 1, 1, 1, 2]],
        [[1, 2, 1], [12, 1, 20]],
        [[1, 0, 2, 0, 2, 9], [0, 20, 9, 2, 9, 0], [12, 0, 1, 1, 1, 1]],
    ],
)
def test_what_needs_no_hiding_is_shown_again(rows: list[list[int]]) -> None:
    """In these tables the repair hides more than it has to at first."""
    linked = table(rows)
    found = suppress(linked)
    assert found.passed
    assert found.secondary
    check(linked, found)
    for index in found.secondary:
        shown = list(found.values)
        shown[index] = (linked.values[index] + 2) // 5 * 5
        assert not is_open(linked, shown)


def test_who_knows_the_rule_finds_no_exact_number() -> None:
    """Four sevens under a total shown as 30 (28 to 32): at most 7 each, so all are 7."""
    linked = Linked([*map(str, range(4)), "all"], [7] * 4 + [28], [(4, list(range(4)))])
    naive = [None] * 4 + [30]
    assert audit(linked, naive, 5, small=SMALL, conventional=True).passed
    assert audit(linked, naive, 5, small=SMALL, conventional=True, hidden=(1, 7)).exact_small == 4
    found = suppress(linked)
    assert found.passed
    assert found.secondary == [4]


def test_a_table_without_small_numbers_is_only_rounded() -> None:
    linked = table([[12, 25], [31, 0]])
    found = suppress(linked)
    assert found.values == [10, 25, 30, 0, 35, 30, 45, 25, 70]
    assert found.passed
    assert found.range == (1, 7)


@pytest.mark.parametrize("count", [250, 2_500])
def test_twelve_linked_tables_keep_every_small_cell_open(count: int) -> None:
    linked = linked_tables(count, count)
    found = suppress(linked)
    check(linked, found)
    assert found.passed
    assert found.audit.exact_small == found.audit.few_small == 0
    assert found.rule_known.exact_small == 0
    share = found.values.count(None) / sum(value > 0 for value in linked.values)
    print(f"N {count}: {share:.1%} hidden, {len(found.secondary)} of them to protect others")


@settings(max_examples=25, deadline=None)
@given(
    rows=st.integers(2, 4).flatmap(
        lambda width: st.lists(
            st.lists(st.integers(0, 15), min_size=width, max_size=width), min_size=2, max_size=4
        )
    )
)
def test_any_table_is_safe_or_refused(rows: list[list[int]]) -> None:
    linked = table(rows)
    found = suppress(linked)
    check(linked, found)
    again = audit(linked, found.values, 5, small=SMALL, conventional=True)
    assert found.audit.passed == again.passed
    if found.passed:
        assert not again.failing
    assert suppress(linked).values == found.values
