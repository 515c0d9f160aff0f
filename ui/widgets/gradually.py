"""Rows made anew: taken out of a layout, and built a few at a time between key presses."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import ClassVar
from weakref import WeakSet

import shiboken6
from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtWidgets import QLayout, QScrollArea, QWidget


class Gradually(QObject):
    """Builds a long list a few widgets at a time, between key presses: a hundred widgets at once would be felt.

    A step that returns an iterator is many: each turn of it is one.
    """

    _all: ClassVar[WeakSet[Gradually]] = WeakSet()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._all.add(self)
        self._steps: deque[Callable[[], object]] = deque()
        self._area: QScrollArea | None = None
        self._list: QWidget | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._step)

    def start(self, steps: Iterable[Callable[[], object]], at_once: bool = True) -> None:
        """Do the first step now (``at_once``) and each other one when nothing else waits; what was still to do is
        dropped.
        """
        self._steps = deque(steps)
        self._timer.start()
        if at_once:
            self._step()

    def build(self, steps: Iterable[Callable[[], object]], arriving: bool) -> None:
        """Build a part of a record: step by step for somebody ``arriving``; all of it now where it was on show, so
        that only what differs is seen to change.
        """
        if arriving:
            self.start(steps, at_once=False)
            return
        self._steps.clear()
        for step in steps:
            if isinstance(turns := step(), Iterator):
                for _ in turns:
                    pass

    def then(self, step: Callable[[], object]) -> None:
        """One more thing to do when all before it is done; now, if nothing is left to do."""
        self._steps.append(step)
        if not self._timer.isActive():
            self._timer.start()

    def rest_below(self, area: QScrollArea, listing: QWidget) -> None:
        """From now on rest while more than a page of the list lies below what is in view; scrolling goes on with it.

        ``listing``: what the lines are put into, in what scrolls.
        """
        self._area, self._list = area, listing
        bar = area.verticalScrollBar()
        for moved in (bar.valueChanged, bar.rangeChanged):
            moved.connect(self._go_on)

    def _is_far_below(self) -> bool:
        if self._area is None or self._list is None:
            return False
        end = self._list.mapTo(self._area.viewport(), QPoint(0, self._list.height())).y()
        return end > 2 * self._area.viewport().height()

    def _is_locked(self) -> bool:
        """Whether the records that are shown here have been closed."""
        holder = self.parent()
        while holder is not None and not hasattr(holder, "session"):
            holder = holder.parent()
        return holder is not None and bool(holder.session.is_locked())

    def _go_on(self, *_: object) -> None:
        if self._steps and not self._timer.isActive():
            self._timer.start()

    @classmethod
    def is_any_at_work(cls) -> bool:
        """Whether something that somebody came for is being built now."""
        return any(shiboken6.isValid(one) and one._timer.isActive() for one in list(cls._all))

    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return not self._steps

    def _step(self) -> None:
        if self._is_locked():
            self._steps.clear()
        if self._is_far_below():
            self._timer.stop()
            return
        steps = self._steps
        step = steps.popleft() if steps else None
        if not self._steps:
            self._timer.stop()  # before the last step: that may close the page, and this with it
        if step is not None and isinstance(turns := step(), Iterator) and self._steps is steps:
            self._steps.appendleft(partial(_turn, turns))
            self._timer.start()


def _turn(turns: Iterator[object]) -> Iterator[object] | None:
    """The next turn; what is left, if anything is."""
    return turns if next(turns, turns) is not turns else None


def empty(layout: QLayout) -> None:
    """Take every widget out of a layout and let it go: rows of a list are made anew from what was read."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        inner = item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            empty(inner)
