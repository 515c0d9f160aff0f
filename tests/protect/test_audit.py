"""The attack finds what can be found: textbook cases, brute force, and protection switched off."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseworker.protect.audit import Cancelled, attack, audit, box
from caseworker.protect.linked import Cover, Linked
from caseworker.protect.rounding import round_linked
from tests.protect.releases import linked_tables, table

KEY = bytes(range(32))


def hide(linked: Linked, *names: str) -> list[int | None]:
    return [None if name in names else value for name, value in zip(linked.names, linked.values, strict=True)]


def ranges(
    linked: Linked, shown: list[int | None], *, zeros: bool = True, exact: bool = False
) -> dict[str, tuple[int, int]]:
    """What the attacker knows of each hidden cell of an unrounded release."""
    boxes = [box(number, 0, zeros_published=zeros) for number in shown]
    hidden = [index for index, number in enumerate(shown) if number is None]
    found, _ = attack(linked, boxes, hidden, None, exact=exact)
    return {linked.names[index]: span for index, span in found.items()}


def test_what_one_published_number_says_on_its_own() -> None:
    assert [box(number, 5) for number in (0, 5, 10, 3)] == [(0, 4), (1, 9), (6, 14), (3, 3)]
    assert [box(number, 0) for number in (0, 5)] == [(0, 0), (5, 5)]
    house = [box(number, 5, conventional=True, small=8) for number in (0, 10, 15)]
    assert house == [(0, 0), (8, 12), (13, 17)]
    assert box(5, 5, conventional=True, small=5) == (5, 7)
    assert box(None, 5) == (1, math.inf)
    assert box(None, 5, zeros_published=False) == (0, math.inf)
    assert box(None, 5, hidden=(1, 7)) == (1, 7)


def test_one_hidden_cell_is_worked_out_from_its_row() -> None:
    linked = table([[3, 10], [20, 30]])
    found = audit(linked, hide(linked, "0,0"), base=0)
    assert not found.passed
    assert found.exact_small == 1
    assert [(cell.name, cell.low, cell.high) for cell in found.failing] == [("0,0", 3, 3)]


def test_a_square_of_hidden_cells_gives_the_textbook_interval() -> None:
    linked = table([[3, 10], [4, 30]])
    assert ranges(linked, hide(linked, "0,0", "0,1", "1,0", "1,1")) == {
        "0,0": (1, 6), "0,1": (7, 12), "1,0": (1, 6), "1,1": (28, 33),
    }  # fmt: skip


def test_noughts_that_are_not_published_leave_one_more_possibility() -> None:
    linked = table([[3, 10], [4, 30]])
    assert ranges(linked, hide(linked, "0,0", "0,1", "1,0", "1,1"), zeros=False)["0,0"] == (0, 7)


def test_hidden_cells_that_sum_to_their_number_are_all_one() -> None:
    linked = Linked(["a", "b", "c", "d", "all"], [1, 1, 1, 40, 43], [(4, [0, 1, 2, 3])])
    found = audit(linked, hide(linked, "a", "b", "c"), base=0)
    assert found.exact_small == 3
    assert found.tightest == (1, 1)
    assert ranges(linked, hide(linked, "a", "b", "c"), zeros=False)["a"] == (0, 3)


def test_the_same_quantity_in_two_tables_joins_them() -> None:
    """Each table alone leaves a range; together they give the number away."""
    alone = Linked(["a", "b", "all"], [3, 4, 7], [(2, [0, 1])])
    assert ranges(alone, [None, None, 7])["a"] == (1, 6)
    joined = Linked(["a", "b", "all", "b1", "b2"], [3, 4, 7, 2, 2], [(2, [0, 1]), (1, [3, 4])])
    assert ranges(joined, [None, None, 7, 2, 2])["a"] == (3, 3)


def test_several_answers_bound_each_other_as_inequalities() -> None:
    linked = Linked(["x", "y", "all"], [3, 4, 6], [], [Cover(2, (0, 1), at_least_one=True)])
    assert ranges(linked, [None, 4, 6]) == {"x": (2, 6)}
    loose = Linked(["x", "y", "all"], [3, 4, 6], [], [Cover(2, (0, 1), at_least_one=False)])
    assert ranges(loose, [None, 4, 6]) == {"x": (1, 6)}


def test_distinct_people_of_a_year_lie_between_the_largest_quarter_and_their_sum() -> None:
    linked = Linked(["Q1", "Q2", "Q3", "Q4", "year"], [9, 12, 7, 8, 20], [], [Cover(4, (0, 1, 2, 3))])
    assert ranges(linked, [9, 12, 7, 8, None])["year"] == (12, 36)


def test_protection_switched_off_fails() -> None:
    """The negative control: without it a passing audit would prove nothing."""
    for count in (40, 250, 2_500):
        linked = linked_tables(count, count)
        small = sum(1 <= value < 5 for value in linked.values)
        for base in (0, 5):
            found = audit(linked, linked.values, base)
            assert not found.passed
            assert found.exact_small == found.few_small == found.checked == small > 0


def test_rounding_each_number_on_its_own_fails() -> None:
    """Nearest 5, cell by cell: lines do not add, and the audit says so."""
    linked = linked_tables(250, 2)
    found = audit(linked, [(value + 2) // 5 * 5 for value in linked.values])
    assert found.lines_not_adding > 0
    assert not found.passed


def test_a_number_moved_too_far_fails() -> None:
    linked = Linked(["a", "b", "all"], [2, 3, 5], [(2, [0, 1])])
    found = audit(linked, [10, 0, 10])
    assert found.too_far == 2
    assert not found.passed
    assert audit(linked, [10, 0, 10], stepped=[0, 2]).too_far == 0


@settings(max_examples=12, deadline=None)
@given(count=st.integers(40, 8_000), seed=st.integers(0, 2**32))
def test_jointly_rounded_releases_pass(count: int, seed: int) -> None:
    linked = linked_tables(count, seed)
    found = audit(linked, round_linked(linked, KEY).values)
    assert found.passed
    assert found.exact_small == found.few_small == found.lines_not_adding == found.too_far == 0
    assert found.checked == sum(1 <= value < 5 for value in linked.values)
    assert found.tightest[1] - found.tightest[0] >= 3


def test_whole_number_bounds_pass_too() -> None:
    linked = table([[1, 7, 3], [12, 4, 9], [2, 2, 30]])
    found = audit(linked, round_linked(linked, KEY).values, exact=True)
    assert found.passed
    assert found.checked == 5


@st.composite
def published(draw: st.DrawFn) -> tuple[Linked, list[int | None], int]:
    """A small table with true counts, and a release of it: some cells hidden, the rest rounded or true."""
    rows = draw(st.lists(st.lists(st.integers(0, 6), min_size=2, max_size=2), min_size=2, max_size=3))
    linked = table(rows)
    base = draw(st.sampled_from([0, 3]))
    shown: list[int | None] = list(round_linked(linked, KEY, base).values if base else linked.values)
    for index, value in enumerate(linked.values):
        if value and draw(st.booleans()):
            shown[index] = None
    return linked, shown, base


@settings(max_examples=60, deadline=None)
@given(release=published())
def test_ranges_equal_brute_force(release: tuple[Linked, list[int | None], int]) -> None:
    """Every table of whole numbers that fits the release, counted out, against the solver's answer."""
    linked, shown, base = release
    boxes = [box(number, base) for number in shown]
    inner = [index for index, name in enumerate(linked.names) if "*" not in name]
    largest = 6 + base
    options = [range(int(boxes[i][0]), int(min(boxes[i][1], largest * 2)) + 1) for i in inner]
    size = 1
    for option in options:
        size *= len(option)
    if size > 200_000:
        return
    lowest: dict[int, int] = {}
    highest: dict[int, int] = {}
    for choice in itertools.product(*options):
        values = dict(zip(inner, choice, strict=True))
        for total, parts in linked.equations:
            values[total] = sum(values[part] for part in parts)
        if all(boxes[index][0] <= value <= boxes[index][1] for index, value in values.items()):
            for index, value in values.items():
                lowest[index] = min(value, lowest.get(index, value))
                highest[index] = max(value, highest.get(index, value))
    every = range(len(linked.names))
    exact, _ = attack(linked, boxes, every, None, exact=True)
    loose, _ = attack(linked, boxes, every, None)
    for index in every:
        if highest[index] >= largest * 2:
            continue  # open-ended: brute force stopped counting
        assert exact[index] == (lowest[index], highest[index])
        assert loose[index][0] <= lowest[index] <= linked.values[index] <= highest[index] <= loose[index][1]


def test_witnesses_spare_most_questions_and_agree_with_the_full_ranges() -> None:
    linked = linked_tables(60, 8)
    shown = round_linked(linked, KEY).values
    quick = audit(linked, shown)
    boxes = [box(number, 5) for number in shown]
    small = [index for index, value in enumerate(linked.values) if 1 <= value < 5]
    full, questions = attack(linked, boxes, small, None)
    print(f"{quick.checked} small cells: {quick.questions} questions instead of {questions}")
    assert quick.questions < 80
    assert questions == 2 * len(small)
    assert quick.passed == all(high - low + 1 >= 4 for low, high in full.values())
    assert all(low <= linked.values[index] <= high for index, (low, high) in full.items())


def test_progress_grows_to_the_number_of_cells() -> None:
    seen: list[tuple[int, int]] = []
    linked = linked_tables(250, 6)
    found = audit(
        linked, round_linked(linked, KEY).values, progress=lambda done, total: seen.append((done, total))
    )
    assert seen[-1] == (found.checked, found.checked)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert len(seen) > 2


def test_the_audit_can_be_stopped() -> None:
    linked = linked_tables(250, 6)
    shown = round_linked(linked, KEY).values
    asked = itertools.count()
    with pytest.raises(Cancelled):
        audit(linked, shown, cancelled=lambda: next(asked) >= 2)
    assert next(asked) == 3


def test_a_release_without_small_cells_passes_without_a_question() -> None:
    linked = table([[10, 25], [30, 0]])
    found = audit(linked, linked.values)
    assert found.passed
    assert (found.checked, found.questions, found.tightest) == (0, 0, (0, 0))


def test_1519_linked_cells_are_audited_within_ten_seconds() -> None:
    linked = linked_tables(250, 4)
    found = audit(linked, round_linked(linked, KEY).values)
    print(f"1,519 linked cells: {found.seconds:.2f} s, {found.questions} questions, {found.checked} small")
    assert found.passed
    assert found.seconds < 10
