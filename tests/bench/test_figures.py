"""A bench that cannot say no is worth nothing: verdicts, percentiles and sizes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.figures import Figure, Ground, median, p95, side_by_side


def test_a_figure_over_its_bar_says_so() -> None:
    assert Figure("saving", 4.9, "ms", 5).kept
    assert not Figure("saving", 5.1, "ms", 5).kept
    assert "OVER THE BAR" in Figure("saving", 5.1, "ms", 5).line()
    assert "kept" in Figure("saving", 4.9, "ms", 5).line()


def test_some_figures_have_to_be_large() -> None:
    assert Figure("returns", 0.6, "x", 0.5, at_least=True).kept
    assert not Figure("returns", 0.4, "x", 0.5, at_least=True).kept


def test_a_figure_without_a_bar_has_no_verdict() -> None:
    line = Figure("saving", 5.1, "ms").line()
    assert "kept" not in line
    assert "BAR" not in line


def test_one_slow_run_in_twenty_is_seen_by_p95_and_not_by_the_median() -> None:
    times = [1.0] * 18 + [9.0, 10.0]
    assert median(times) == 1.0
    assert p95(times) == 10.0


@pytest.mark.parametrize(
    ("contacts", "sizes"),
    [
        (10_000, [10_000]),
        (50_000, [10_000, 50_000]),
        (100_000, [10_000, 100_000]),
        (1_000_000, [10_000, 100_000, 1_000_000]),
    ],
)
def test_sizes_grow_tenfold_to_what_was_asked(contacts: int, sizes: list[int]) -> None:
    assert Ground(Path(), contacts).sizes == sizes


def test_both_sides_run_in_turns_and_equally_often() -> None:
    calls: list[str] = []
    one, two = side_by_side(lambda: calls.append("a"), lambda: calls.append("b"), 4)
    assert (len(one), len(two)) == (4, 4)
    assert calls == ["a", "b", "b", "a", "a", "b", "b", "a", "a", "b"]
