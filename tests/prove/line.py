"""The line from outbox to receipt, hundreds of times: loss, repetition and reordering never count anything twice."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.sync.test_line import Line

RUNS, STEPS = 300, 50


def test_three_hundred_networks() -> None:
    run_state_machine_as_test(
        Line,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(
        f"\nline: {RUNS} networks of up to {STEPS} steps, nothing counted twice, no number used for two contents"
    )
