from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from ui.idle import Idle


class Clocks:
    def __init__(self) -> None:
        self.steady = 1000.0
        self.wall = 1_700_000_000.0

    def pass_time(self, seconds: float) -> None:
        self.steady += seconds
        self.wall += seconds


class Watched:
    """Looks every five seconds for as long as asked and notes when it wanted to lock."""

    def __init__(self, minutes: int) -> None:
        self.clocks = Clocks()
        self.idle = Idle(minutes, None, lambda: self.clocks.steady, lambda: self.clocks.wall)
        self.locked = 0
        self.idle.lock_due.connect(self.note)
        self.idle.start()

    def note(self) -> None:
        self.locked += 1

    def run(self, seconds: int) -> None:
        for _ in range(seconds // 5):
            self.clocks.pass_time(5)
            self.idle.look()


@pytest.mark.parametrize("minutes", [1, 5, 15])
def test_locks_after_the_minutes_without_a_key_and_not_before(qapp: QApplication, minutes: int) -> None:
    watched = Watched(minutes)
    watched.run(minutes * 60 - 5)
    assert watched.locked == 0
    watched.run(5)
    assert watched.locked == 1


def test_any_key_starts_the_time_again(qapp: QApplication) -> None:
    watched = Watched(1)
    for _ in range(5):
        watched.run(55)
        watched.idle.touch()
    assert watched.locked == 0


def test_a_minimised_window_locks_after_one_minute(qapp: QApplication) -> None:
    watched = Watched(15)
    watched.idle.minimised(True)
    watched.run(30)
    watched.idle.minimised(False)
    watched.run(60)
    assert watched.locked == 0
    watched.idle.minimised(True)
    watched.run(60)
    assert watched.locked == 1


def test_sleep_locks_whether_the_steady_clock_counts_it_or_not(qapp: QApplication) -> None:
    for steady_counts in (True, False):
        watched = Watched(15)
        watched.run(20)
        watched.clocks.wall += 40
        watched.clocks.steady += 40 if steady_counts else 0
        watched.idle.look()
        assert watched.locked == 1


def test_a_clock_set_back_locks(qapp: QApplication) -> None:
    watched = Watched(15)
    watched.clocks.pass_time(5)
    watched.clocks.wall -= 3600
    watched.idle.look()
    assert watched.locked == 1


def test_a_busy_computer_that_is_a_few_seconds_late_does_not_lock(qapp: QApplication) -> None:
    watched = Watched(15)
    watched.clocks.pass_time(25)
    watched.idle.look()
    assert watched.locked == 0
