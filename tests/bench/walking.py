"""A walk through the app by keyboard, one event at a time, noting how long each held up the thread of the
windows.

``python -m tests.bench.walking ROOT`` prints one JSON line. A heart beats in the event loop; when it is late,
somebody at the screen would have waited as long. What the walk itself does to find its way is taken out.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

import ui.main
from tests.bench.windows import settled_megabytes
from tests.journey.hands import Hands

BEAT_MS = 4
PAUSE_MS = 25
PATIENCE = 60.0
NOTE = "Rang back as agreed. Spare key is with Jo now"


@dataclass(frozen=True)
class Do:
    """One event, and what to call it."""

    what: str
    act: Callable[[], object]


@dataclass(frozen=True)
class Until:
    """Let the app run until something holds."""

    what: str
    holds: Callable[[], object]


class Walk(QObject):
    """Takes the steps one by one and keeps every late beat with the step it belongs to."""

    def __init__(self, desk: Any, steps: Iterator[Do | Until]) -> None:
        super().__init__(desk)
        self._steps = steps
        self.blocks: list[tuple[str, float, float]] = []  # step, seconds late, of them computing
        self._doing = "start"
        self._waiting: tuple[Callable[[], object], float] | None = None
        self._heart = QTimer(self)
        self._heart.setTimerType(Qt.TimerType.PreciseTimer)
        self._heart.setInterval(BEAT_MS)
        self._heart.timeout.connect(self._beat)
        self._timer = QTimer(self)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._next)
        self._mark()
        self._heart.start()
        self._timer.start()

    def _beat(self) -> None:
        late = max(0.0, time.perf_counter() - self._last - BEAT_MS / 1000)
        self.blocks.append((self._doing, late, time.thread_time() - self._last_busy))
        self._mark()

    def _mark(self) -> None:
        self._last, self._last_busy = time.perf_counter(), time.thread_time()

    def _next(self) -> None:
        self._beat()
        try:
            step = self._find_way()
        except Exception as error:
            self._end(f"{self._doing}: {type(error).__name__}: {error}")
            return
        finally:
            self._mark()
        if isinstance(step, Do):
            self._doing = step.what
            step.act()

    def _find_way(self) -> Do | None:
        """The next thing to do; None while waiting. Not counted: no person at the screen does this."""
        if self._waiting is not None:
            holds, until = self._waiting
            if holds():
                self._waiting = None
            elif time.monotonic() > until:
                raise TimeoutError
            return None
        step = next(self._steps, None)
        if step is None:
            self._end("")
        if isinstance(step, Until):
            self._doing = step.what
            self._waiting = step.holds, time.monotonic() + PATIENCE
            return None
        return step

    def _end(self, failed: str) -> None:
        blocks = sorted((block for block in self.blocks if block[1] > 0.002), key=lambda block: -block[1])
        told = {
            "failed": failed,
            "beats": len(self.blocks),
            "blocks": blocks,
            "megabytes": settled_megabytes(),
        }
        print(json.dumps(told), flush=True)
        os._exit(1 if failed else 0)


def steps(desk: Any) -> Iterator[Do | Until]:
    """From Today to a note begun, the return, settings and back."""
    hands = Hands()
    session = desk.session

    def press(keys: str, what: str = "") -> Do:
        return Do(what or f"press {keys}", lambda: hands.press(keys))

    def type_in(letter: str, what: str) -> Do:
        return Do(what, lambda: hands.type(letter))

    def idle() -> bool:
        return not any(work.busy() for work in (session.work, getattr(session, "checks", session.work)))

    yield Until("Today", lambda: hands.find_button("Log a contact"))
    for keys in ("Alt+2", "Alt+1", "Alt+2"):
        yield press(keys)
    line = hands.find_editor("Find in the list of clients")
    assert line is not None
    yield Do("to the search line", line.setFocus)
    for letter in "maria":
        yield type_in(letter, f"type {letter} in the list of clients")
    for _ in range(5):
        yield press("Backspace", "rub out a letter")
    for _ in range(40):
        yield press("Down", "down the table")
    for keys in ("End", "Home", "PgDown"):
        yield press(keys, f"{keys} in the table")
    yield press("Return", "open the client")
    yield Until("the client", lambda: desk.window_.place().name == "client")
    for keys in ("Ctrl+2", "Ctrl+3", "Ctrl+1", "Ctrl+J"):
        yield press(keys)
    yield Until("the panel", lambda: hands.find_editor("Note"))
    note = hands.find_editor("Note")
    assert note is not None
    yield Do("to the note", note.setFocus)
    for letter in NOTE:
        yield type_in(letter, "type a note")
    yield Until("a draft is kept", _after(1.5))
    yield press("Escape")
    yield press("Ctrl+K")
    for letter in "jo s":
        yield type_in(letter, f"type {letter!r} in the search box")
    yield press("Return", "take what was found")
    for keys in ("Alt+Left", "Alt+3"):
        yield press(keys)
    yield Until("the return", lambda: hands.find_button("Count the quarter"))
    button = hands.find_button("Count the quarter")
    assert button is not None
    yield Do("count the quarter", button.click)
    yield Until("counting, rounding and attacking", idle)
    yield Until("what was counted", _after(0.5))
    for keys in ("Alt+4", "Alt+5", "F1", "Alt+1"):
        yield press(keys)
    yield Do("a smaller window", lambda: desk.resize(1000, 700))
    yield Do("a larger window", lambda: desk.resize(1280, 800))
    for keys in ("Ctrl++", "Ctrl+0"):
        yield press(keys, f"text size: {keys}")
    yield Until("text size: settling", _after(0.5))
    yield Until("settling", idle)
    yield Until("settled", _after(2.0))


def _after(seconds: float) -> Callable[[], bool]:
    until: list[float] = []

    def over() -> bool:
        until[:] = until or [time.monotonic() + seconds]
        return time.monotonic() >= until[0]

    return over


def main() -> None:
    """Open the vault, paint Today, then walk."""
    ui.main.lean.leave_hub_out()  # as the app does, before anything of storage is loaded
    from caseworker.storage import vault as vaults
    from tests.bench.vaults import PHRASE
    from ui.ahead import Ahead
    from ui.sweeping import Sweeper

    root = Path(sys.argv[1])
    desk = ui.main.build_window(root)
    Sweeper(desk, Ahead(desk).is_done)
    desk.resize(1280, 800)
    desk.show()
    found = vaults.find(root)
    assert found is not None
    desk.open_window(vaults.open_vault(vaults.unlock(found, PHRASE)))
    # After the first paint: opening has a bar of its own.
    QTimer.singleShot(1500, lambda: Walk(desk, steps(desk)))
    app = QApplication.instance()
    assert app is not None
    app.exec()


if __name__ == "__main__":
    main()
