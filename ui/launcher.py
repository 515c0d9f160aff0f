"""Starts the app and starts it again after each lock: a locked one is a new process that never held a key.

Imports no Qt, so that it costs next to nothing while it waits.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

LOCKED = 75
#: Ended by the last-resort timer of the lock: see ui.main.Deadline.
FORCED = (-signal.SIGALRM,) if hasattr(signal, "SIGALRM") else ()
#: A process that dies sooner than this after its start would only die again.
SHORT_LIFE = 10.0


def command(argv: Sequence[str]) -> list[str]:
    """How to start the app itself with those arguments."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--app", *argv]
    return [sys.executable, "-m", "ui.main", *argv]


def run(argv: Sequence[str], start: Callable[[list[str]], int] | None = None) -> int:
    """Run the app until it is closed; its exit code.

    Locked (75): start again with the lock screen. Died: start again once and say so, unless it died at once.
    """
    start = start or _start
    extra: list[str] = []
    while True:
        began = time.monotonic()
        code = start(command([*argv, *extra]))
        if code == LOCKED or code in FORCED:
            extra = ["--locked-at", str(int(time.time()))]
        elif code == 0 or code == 2 or time.monotonic() - began < SHORT_LIFE:
            return code
        else:
            extra = ["--after-failure"]


def _start(line: list[str]) -> int:
    child = subprocess.Popen(line)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            # The child has it too and locks; wait for it.
            continue
