"""Linked tables refuse counts that contradict themselves, before anything is protected."""

from __future__ import annotations

import pytest

from caseworker.protect.linked import Cover, DoesNotAdd, Linked, broken


def test_counts_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(DoesNotAdd):
        Linked(["a", "b", "all"], [1, 2, 4], [(2, [0, 1])])


def test_an_answer_larger_than_its_total_is_refused() -> None:
    with pytest.raises(DoesNotAdd):
        Linked(["a", "b", "all"], [5, 2, 4], [], [Cover(2, (0, 1))])


def test_a_total_larger_than_all_its_answers_is_refused_when_everybody_gave_one() -> None:
    with pytest.raises(DoesNotAdd):
        Linked(["a", "b", "all"], [1, 2, 4], [], [Cover(2, (0, 1), at_least_one=True)])
    Linked(["a", "b", "all"], [1, 2, 4], [], [Cover(2, (0, 1), at_least_one=False)])


@pytest.mark.parametrize(
    ("names", "values", "lines"),
    [
        (["a", "a"], [1, 1], []),
        (["a"], [1, 2], []),
        (["a"], [-1], []),
        (["a", "b"], [1, 1], [(0, [2])]),
        (["a", "b"], [1, 1], [(0, [-1])]),
        (["a", "b"], [1, 1], [(0, [0])]),
        (["a", "b"], [2, 1], [(0, [1, 1])]),
    ],
)
def test_a_structure_that_makes_no_sense_is_refused(
    names: list[str], values: list[int], lines: list[tuple[int, list[int]]]
) -> None:
    with pytest.raises(ValueError, match=r"cell|names|negative"):
        Linked(names, values, lines)


def test_lines_with_hidden_numbers_are_not_counted_as_broken() -> None:
    linked = Linked(["a", "b", "all"], [1, 2, 3], [(2, [0, 1])])
    assert broken(linked, [5, 0, 5]) == 0
    assert broken(linked, [5, 5, 5]) == 1
    assert broken(linked, [None, 5, 5]) == 0
