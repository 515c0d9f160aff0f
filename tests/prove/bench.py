"""Every bench can still be run: what nobody runs for a while no longer fits what it measures."""

from __future__ import annotations

from tests.bench.__main__ import main


def test_every_bench_measures_something_in_the_smallest_vault() -> None:
    assert main(["--contacts", "10000"]) == 0
