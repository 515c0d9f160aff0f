"""Makes the pages nobody has been to yet, one at a time, and the panel of the next contact: opening it should not be
felt.

They hold no record: that is read when somebody goes to it. Only what takes the worker a while is asked for before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, QTimer

from ui.widgets.gradually import Gradually
from ui.work import give_back

if TYPE_CHECKING:
    from ui.desk import Desk
    from ui.window import Window

#: Those people go to first come first.
PAGES = (
    "clients",
    "client",
    "new_client",
    "report",
    "returns",
    "outbox",
    "settings",
    "services",
    "people",
    "join",
    "help",
)
#: Between two steps whatever was pressed meanwhile is done first.
PAUSE_MS = 15


class Ahead(QObject):
    """Begins whenever the records come on show, also at another text size. Each step takes a few hundredths of a
    second at most."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._window: Window | None = None
        self._steps: deque[Callable[[], object]] = deque()
        self._timer = QTimer(self)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._step)
        desk.showing.connect(self._begin)

    def is_done(self) -> bool:
        """Whether every page there is has been made."""
        return self._window is not None and not self._steps

    def _begin(self) -> None:
        self._steps.clear()
        self._window = self._desk.window_
        if self._window is None or self._desk.session is None:
            return
        for name in (*PAGES, "team") if self._window.is_team() else PAGES:
            self._steps.append(partial(self._window.make_page, name))
            self._steps.append(partial(self._window.dress_page, name))
            self._steps.append(partial(self._window.draw_page, name))
        self._steps.append(self._window.make_panel_ahead)
        self._steps.append(self._give_back)
        self._window.panel_closed.connect(self._make_panel)
        self._desk.session.work.run(_load, owner=self._window, then=self._loaded)

    def _loaded(self, _nothing: object) -> None:
        self._timer.start()

    def _give_back(self) -> None:
        """What all that took for a moment; after another text size also what the window before this one took."""
        if self._window is not None and self._desk.session is not None:
            self._desk.session.work.run(give_back, owner=self._window)

    def _make_panel(self) -> None:
        """The one that was made is in use no more: the next."""
        if self._window is not None:
            self._steps.append(self._window.make_panel_ahead)
            self._timer.start()

    def _step(self) -> None:
        """The next, unless what somebody came for is being built; a step that says there is more is taken again."""
        session = self._desk.session
        gone = self._window is None or not shiboken6.isValid(self._window)
        if gone or session is None or session.is_locked() or not self._steps:
            self._timer.stop()
            return
        if Gradually.is_any_at_work():
            return
        step = self._steps.popleft()
        if step() is True:
            self._steps.appendleft(step)


def _load() -> None:
    """On the worker thread: the modules of all screens and parts of a record, and what their fields offer."""
    from caseworker.domain import codes, instruments
    from ui.screens.client.screen import TABS
    from ui.window import SCREENS

    for module, _ in SCREENS.values():
        import_module(module)
    for _, module, _ in TABS:
        import_module(f"ui.screens.client.{module}")
    instruments.shelf()
    for name in codes.names():
        codes.get(name)
