"""When Python looks for what nobody reaches any more: between key presses, never while a form is being built.

Left to itself it looks in the middle of whatever needs memory, which is the building of a screen, and looking through
everything the app holds takes as long as building one.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from ui.desk import Desk

#: New objects before Python looks by itself all the same: more than any screen needs.
AT_MOST = 100_000
EVERY_MS = 3_000
#: One look in so many is through everything made since the screens were; the others only through what is new.
WHOLE = 10


class Sweeper(QObject):
    """Looks every few seconds. What the app is made of is left out from the start; once the screens stand (``settled``)
    what they are made of is too, until they are built anew.
    """

    def __init__(self, desk: Desk, settled: Callable[[], bool]) -> None:
        super().__init__(desk)
        self._settled = settled
        self._left_out = False
        self._looks = 0
        gc.set_threshold(AT_MOST)
        gc.collect()
        gc.freeze()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        desk.showing.connect(self._begin_again)

    def look(self) -> None:
        """One look, in an event of its own."""
        self._looks += 1
        if not self._left_out and self._settled():
            self._left_out = True
            gc.collect()
            gc.freeze()
        else:
            gc.collect(2 if self._looks % WHOLE == 0 else 1)

    def _begin_again(self) -> None:
        """Other screens are on show: those before go, and have to be found."""
        if self._left_out:
            self._left_out = False
            gc.unfreeze()
