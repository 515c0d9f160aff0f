"""The real app in its own process, locked while a worker refuses to stop. Started by test_main.py.

``python locking.py KIND FOLDER PASSPHRASE``: unlocks, starts the job, prints the steady clock and locks.
"""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer

from ui import main
from ui.desk import Desk

KIND, FOLDER, PASSPHRASE = sys.argv[1], Path(sys.argv[2]), sys.argv[3]


def deaf() -> None:
    """Python that never looks whether it was cancelled."""
    while True:
        sum(range(1000))


def query() -> None:
    """A query that would run for years."""
    from caseworker.storage import database

    while True:  # broken off, it begins again: the worst kind of worker
        try:
            database.execute_sql(
                "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
            ).fetchone()
        except Exception:
            continue


def stubborn() -> None:
    """From the moment the lock begins, one call into C that holds the interpreter: no Python runs again."""
    while not built["hand"].desk.is_covered():
        time.sleep(0)
    re.match("(a+)+$", "a" * 60 + "b")


def writing() -> None:
    """Holds the write lock of the vault, as a long import would."""
    from caseworker.storage import database

    with database.atomic():
        database.execute_sql("CREATE TABLE IF NOT EXISTS temp_busy (x INTEGER)")
        while True:
            sum(range(1000))


def nothing() -> None:
    pass


class Hand:
    """What a person would do."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def unlock(self) -> None:
        door = self.desk.door
        assert door is not None
        door.passphrase.setText(PASSPHRASE)
        door.unlock()
        self.wait_open()

    def wait_open(self) -> None:
        if self.desk.window_ is None:
            QTimer.singleShot(10, self.wait_open)
            return
        session = self.desk.session
        assert session is not None
        session.work.run(globals()[KIND], owner=self.desk, failed=self.ignore)
        QTimer.singleShot(150, self.lock)

    @staticmethod
    def ignore(_error: Exception) -> None:
        pass

    def lock(self) -> None:
        print(time.monotonic(), flush=True)
        assert self.desk.session is not None
        self.desk.session.lock()


built: dict[str, Any] = {}
real_build = main.build_window


def build(*args: Any, **more: Any) -> Desk:
    desk = real_build(*args, **more)
    built["hand"] = Hand(desk)
    QTimer.singleShot(0, built["hand"].unlock)
    return desk


main.build_window = build  # type: ignore[assignment]
code = main.run(["caseworker", "--vault", str(FOLDER)])
main.os._exit(code)
