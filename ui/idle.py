"""Locks when nobody is there: after minutes without a key, when minimised, and when the computer slept.

A jump of more than half a minute between two looks at the clocks means the computer slept or somebody set the
time: both lock.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

TICK_SECONDS = 5.0
JUMP_SECONDS = 30.0
MINIMISED_SECONDS = 60.0


class Idle(QObject):
    """``lock_due`` once, when it is time to lock. ``touch`` at every sign of a person."""

    lock_due = Signal()

    def __init__(
        self,
        minutes: int,
        parent: QObject | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(parent)
        self._seconds = minutes * 60.0
        self._monotonic = monotonic
        self._wall = wall
        self._touched = monotonic()
        self._looked = (monotonic(), wall())
        self._minimised: float | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(int(TICK_SECONDS * 1000))
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        self._touched = self._monotonic()
        self._looked = (self._monotonic(), self._wall())
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def set_minutes(self, minutes: int) -> None:
        self._seconds = minutes * 60.0

    def touch(self) -> None:
        """A key, a click, the pointer moved."""
        self._touched = self._monotonic()

    def minimised(self, yes: bool) -> None:
        self._minimised = self._monotonic() if yes else None

    def look(self) -> None:
        """One look at both clocks; every 5 seconds, or when a test says so."""
        now = (self._monotonic(), self._wall())
        jumped = any(
            abs(new - old) > TICK_SECONDS + JUMP_SECONDS for new, old in zip(now, self._looked, strict=True)
        )
        back = now[1] < self._looked[1] - JUMP_SECONDS
        self._looked = now
        alone = now[0] - self._touched >= self._seconds
        away = self._minimised is not None and now[0] - self._minimised >= MINIMISED_SECONDS
        if jumped or back or alone or away:
            self._timer.stop()
            self.lock_due.emit()
