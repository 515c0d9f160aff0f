"""Starts the app and its one window.

Exit codes: 0 closed, 75 locked (the launcher starts a new process with the lock screen), 2 wrong arguments.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Qt
from PySide6.QtWidgets import QApplication

from ui import lean  # isort: skip  (first: it makes loading the others quicker)

from caseworker import paths
from ui import preferences as prefs
from ui import theme
from ui.desk import LOCKED, Desk, apply_look
from ui.preferences import Preferences

if TYPE_CHECKING:
    from caseworker.crypto.keys import KdfCost

#: The process has ended this long after a lock began, whatever a worker thread does.
LOCK_SECONDS = 0.8
LAST_RESORT_SECONDS = 0.95


class Deadline:
    """Ends the process with "locked" a moment after the lock began, even if a worker never lets go.

    Two timers: a thread, and one the operating system keeps, for work that holds Python itself.
    """

    def __call__(self) -> None:
        threading.Thread(target=self._wait, name="deadline", daemon=True).start()
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, LAST_RESORT_SECONDS)
        else:
            with open(os.devnull, "w") as nowhere:
                faulthandler.dump_traceback_later(
                    LAST_RESORT_SECONDS, exit=True, file=os.dup(nowhere.fileno())
                )

    @staticmethod
    def _wait() -> None:
        time.sleep(LOCK_SECONDS)
        os._exit(LOCKED)


def make_app(argv: list[str]) -> QApplication:
    """The one QApplication, with its neutral name and the focus ring."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    # Our own windows and dialogs only: the system's file dialogs keep lists of what was opened.
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    # Asked for here: the style as an object is one of the dearest parts of Qt to load.
    app = QApplication([*argv, "-style", "fusion"])
    app.setApplicationName(theme.PRODUCT)
    app.setApplicationDisplayName(theme.PRODUCT)
    app.setDesktopFileName("caseworker")
    app.setQuitOnLastWindowClosed(False)
    # Qt itself keeps nothing: its dialogs would write down which folders somebody looked in.
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, os.devnull)
    return app


def _ring() -> None:
    from ui.ring import Rings

    app = QApplication.instance()
    if isinstance(app, QApplication) and app.findChild(Rings) is None:
        Rings(app)


def build_window(
    vault_root: Path,
    *,
    preferences_file: Path | None = None,
    cost: KdfCost | None = None,
    clock: Callable[[], datetime] | None = None,
    locked_at: datetime | None = None,
    note: str = "",
) -> Desk:
    """The app's window over the vault in that folder, as ``run`` builds it: for tests and the journey too.

    ``cost`` lowers the key stretching of vaults made here; only tests give it.
    """
    make_app(sys.argv[:1])
    chosen = prefs.load(preferences_file) if preferences_file is not None else Preferences()
    apply_look(chosen)
    desk = Desk(
        vault_root,
        preferences_file=preferences_file,
        cost=cost,
        clock=clock,
        locked_at=locked_at,
        note=note,
    )
    desk.painted.connect(_ring)
    desk.begin()
    return desk


def run(argv: list[str]) -> int:
    """Start, run until closed or locked; the exit code."""
    told = _arguments(argv)
    _harden()
    lean.leave_hub_out()
    app = make_app(argv[:1])
    root = Path(told.vault) if told.vault else paths.data_root()
    note = ""
    if told.after_failure:
        note = QObject().tr("Caseworker stopped unexpectedly. What you had saved is safe.")
    locked_at = datetime.fromtimestamp(told.locked_at) if told.locked_at else None
    desk = build_window(root, preferences_file=paths.settings_file(), locked_at=locked_at, note=note)
    desk.set_deadline(Deadline())
    desk.ended.connect(app.exit)
    desk.show()
    desk.painted.connect(lambda: _after_first_paint(desk))
    return app.exec()


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="caseworker", description="Caseworker")
    parser.add_argument("--vault", metavar="DIR", default="", help="the folder of the records")
    parser.add_argument("--locked-at", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--after-failure", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(argv[1:])


def _harden() -> None:
    from caseworker.crypto import process

    process.harden_process()


def _after_first_paint(desk: Desk) -> None:
    """The log, the one hook for bugs, the pages made ahead, the sweeping: none is needed to paint the lock screen."""
    from caseworker import log
    from ui.ahead import Ahead
    from ui.sweeping import Sweeper

    log.start(paths.log_file())
    log.install_hook(lambda kind: _calm(desk))
    Sweeper(desk, Ahead(desk).is_done)
    # Where each thread stood, by file and line; never a value.
    faulthandler.enable(crash_file().open("w", encoding="utf-8"))


def crash_file() -> Path:
    """Where to write how a crash came about. What stands there of the last one is kept beside it: the launcher
    starts the app again at once.
    """
    crash = paths.log_file().with_name("crash.log")
    if crash.exists() and crash.stat().st_size:
        crash.replace(crash.with_name("crash-before.log"))
    return crash


def _calm(desk: Desk) -> None:
    """Something unexpected happened: say so calmly and go on; the records are as last saved."""
    if threading.current_thread() is not threading.main_thread() or desk.session is None:
        return
    from ui.session import Notice

    desk.session.notice.emit(
        Notice(
            desk.tr(
                "Something unexpected happened and that step was not done. What you had saved is safe. If it"
                " happens again, lock and open Caseworker, and tell whoever looks after it"
            ),
            "warn",
        )
    )


if __name__ == "__main__":
    code = run(sys.argv)
    sys.stdout.flush()
    # No tidying up of Python and Qt: the vault is closed, and nothing may outlive this line.
    os._exit(code)
