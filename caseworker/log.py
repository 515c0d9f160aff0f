"""The log: event codes and whole numbers, nothing else, so that no name or note can ever end up in it.

Anyone may read the whole file. It is kept under a megabyte, with one older file beside it.
"""

from __future__ import annotations

import logging
import logging.handlers
import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

_CODE = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_MOST = 1_000_000

_log = logging.getLogger("caseworker.events")
_log.propagate = False
_log.setLevel(logging.INFO)


class NotLoggable(ValueError):
    """Something other than a code and whole numbers was about to be logged. Carries nothing of it."""


def start(file: Path) -> None:
    """Write events to ``file`` from now on, and keep libraries that would print statements quiet."""
    file.parent.mkdir(parents=True, exist_ok=True)
    stop()
    handler = logging.handlers.RotatingFileHandler(
        file, maxBytes=_MOST, backupCount=1, encoding="ascii", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    _log.addHandler(handler)
    for name in ("peewee", "peewee.pool", "peewee.migrations", "playhouse", "asyncio", "urllib3"):
        # at DEBUG peewee prints each statement with its values: people's records
        logging.getLogger(name).disabled = True


def stop() -> None:
    """Close the log file."""
    for handler in list(_log.handlers):
        _log.removeHandler(handler)
        handler.close()


def event(code: str, **numbers: int) -> None:
    """Write one event: a code such as ``E-DISK-FULL`` and whole numbers by name.

    Raises:
        NotLoggable: anything else was passed; a test fails rather than a name being logged.
    """
    if not isinstance(code, str) or not _CODE.fullmatch(code) or len(code) > 40:
        raise NotLoggable("code")
    parts = [code]
    for name, number in numbers.items():
        if not _NAME.fullmatch(name) or isinstance(number, bool) or not isinstance(number, int):
            raise NotLoggable("value")
        parts.append(f"{name}={number}")
    _log.info(" ".join(parts))


def bug(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """Write where an unexpected error came from: its type and file:line of each frame, never its message."""
    frames = [f"{_place(frame.filename)}:{frame.lineno}" for frame in traceback.extract_tb(trace)][-12:]
    _log.info("E-BUG %s %s", kind.__name__, " ".join(frames))


def install_hook(then: Callable[[type[BaseException]], None] | None = None) -> None:
    """Make ``bug`` the process's exception hook; ``then`` (the calm message) runs after it."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        bug(kind, error, trace)
        if then is not None:
            then(kind)

    sys.excepthook = hook


def _place(file: str) -> str:
    """The last two parts of a file's path: enough for us, and no home folder with a person's name in it."""
    return "/".join(Path(file).parts[-2:])
