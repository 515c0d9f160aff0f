"""The windows that the benches start in processes of their own: an empty one, the app's lock screen, the app
itself.

``python -m tests.bench.windows empty|lock|today|walk|memory-empty …`` prints one JSON line.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

STARTED = time.monotonic()


def main() -> None:
    """The first argument says which; the second when the process was asked for, on the machine's own clock."""
    kind, asked = sys.argv[1], float(sys.argv[2])
    if kind == "empty":
        empty(asked)
    elif kind == "lock":
        lock(asked, Path(sys.argv[3]))
    elif kind == "today":
        today(Path(sys.argv[3]))
    elif kind == "memory":
        memory_of_empty()
    else:
        raise SystemExit(f"no window called {kind}")


def tell(**figures: Any) -> None:
    """The figures, and the end of this process at once: tidying up is not measured."""
    print(json.dumps(figures), flush=True)
    os._exit(0)


def once_painted(widget: Any, then: Callable[[], None]) -> Any:
    """Calls ``then`` when the first paint of ``widget`` and everything in it is over."""
    from PySide6.QtCore import QEvent, QObject, QTimer

    class Watch(QObject):
        done = False

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and not self.done:
                self.done = True
                QTimer.singleShot(0, then)
            return False

    watch = Watch(widget)
    widget.installEventFilter(watch)
    return watch


def empty(asked: float) -> None:
    """A bare application with an empty window of the same size."""
    from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

    app = QApplication(sys.argv[:1])
    window = QMainWindow()
    window.resize(1280, 800)
    inside = QWidget()
    window.setCentralWidget(inside)
    once_painted(inside, lambda: tell(seconds=time.monotonic() - asked))
    window.show()
    app.exec()


def lock(asked: float, root: Path) -> None:
    """The app as its launcher starts it, until the lock screen stands."""
    import ui.main

    build = ui.main.build_window

    def watched(*args: Any, **more: Any) -> Any:
        desk = build(*args, **more)
        desk.resize(1280, 800)
        if desk.door is None:
            raise SystemExit("the lock screen is not what is on show")
        once_painted(desk.door, lambda: tell(seconds=time.monotonic() - asked))
        return desk

    ui.main.build_window = watched
    ui.main.run(["caseworker", "--vault", str(root)])


def today(root: Path) -> None:
    """From the key to a painted Today: open the database, check it, build the window, load the board."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    import ui.main

    ui.main.lean.leave_hub_out()
    from caseworker.storage import vault as vaults
    from tests.bench.vaults import PHRASE

    desk = ui.main.build_window(root)
    desk.resize(1280, 800)
    desk.show()
    found = vaults.find(root)
    assert found is not None

    def open_it() -> None:
        unlocked = vaults.unlock(found, PHRASE)
        started = time.perf_counter()
        desk.open_window(vaults.open_vault(unlocked))
        page = desk.window_.current()
        once_painted(page, lambda: tell(seconds=time.perf_counter() - started, page=type(page).__name__))

    QTimer.singleShot(300, open_it)
    QApplication.instance().exec()


def memory_of_empty() -> None:
    """What an empty window takes once settled."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

    app = QApplication(sys.argv[:1])
    window = QMainWindow()
    window.resize(1280, 800)
    window.setCentralWidget(QWidget())
    window.show()
    QTimer.singleShot(1500, lambda: tell(megabytes=settled_megabytes()))
    app.exec()


def settled_megabytes() -> float:
    """Memory of this process alone, in megabytes: what would come back if it ended."""
    import gc

    import psutil

    gc.collect()
    return float(psutil.Process().memory_full_info().uss) / 2**20


if __name__ == "__main__":
    main()
