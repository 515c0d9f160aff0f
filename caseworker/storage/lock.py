"""One vault, one running app: the lock that the operating system keeps for us and gives up when the process
ends.

Never taken over by guessing that its owner is gone: two writers would be worse than a refused opening.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from caseworker.errors import Problem

FILE = "vault.lock"

_held: dict[str, Lock] = {}
_guard = threading.Lock()


class Lock:
    """Holds a vault for this process until ``release``, or until the process ends."""

    def __init__(self, folder: Path, descriptor: int) -> None:
        self.folder = folder
        self._descriptor = descriptor

    def release(self) -> None:
        """Let others open the vault. The lock file itself stays: deleting it would let two processes in."""
        with _guard:
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1
                _held.pop(_name(self.folder), None)

    def __enter__(self) -> Lock:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def hold(folder: Path) -> Lock:
    """Take the vault in ``folder`` for this process.

    Raises:
        Problem: E-IN-USE, another window or process has it; E-DISK when the folder cannot be written.
    """
    with _guard:
        try:
            descriptor = os.open(folder / FILE, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        except OSError as error:
            from caseworker.storage.engine import problem_of

            raise problem_of(error) or error from None
        try:
            _take(descriptor)
        except OSError:
            os.close(descriptor)
            raise Problem(
                "E-IN-USE",
                "This vault is already open in another Caseworker window. Go to that window, or lock it"
                " there first",
            ) from None
        lock = Lock(folder, descriptor)
        _held[_name(folder)] = lock
        return lock


def held(folder: Path) -> Lock | None:
    """The lock this process has on the vault already, if it has."""
    return _held.get(_name(folder))


def _name(folder: Path) -> str:
    return os.path.realpath(folder)


def _take(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        # flock, not lockf: POSIX record locks vanish when any descriptor of the file is closed
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
