"""Waiting longer after each wrong passphrase: 0, 0, 0, 1, 2, 5, 15, 30, 60 seconds and so on up to 15
minutes.

It slows someone typing at this computer. Someone who copied the folder is slowed by the passphrase's cost
alone.
"""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path

DELAYS = (0, 0, 0, 1, 2, 5, 15, 30, 60, 120, 300, 600, 900)
FILE = "throttle"

_memory: dict[
    str, tuple[int, float]
] = {}  # failures, monotonic time of the last: the clock can be turned, this cannot


def delay(failures: int) -> int:
    """Seconds to wait after that many wrong passphrases in a row."""
    return DELAYS[min(failures, len(DELAYS)) - 1] if failures > 0 else 0


def wait_seconds(folder: Path) -> int:
    """Whole seconds until the next try is allowed; 0 when it is now."""
    failures, at = _read(folder)
    waits = [0.0]
    passed = time.time() - at
    if failures and passed >= 0:
        waits.append(delay(failures) - passed)
    elif failures:
        # The clock was put back since. The owner must not be locked out until it catches up, so the delay runs
        # from now on a clock that nobody can turn.
        _memory.setdefault(str(folder), (failures, time.monotonic()))
    if str(folder) in _memory:
        known, moment = _memory[str(folder)]
        waits.append(delay(known) - (time.monotonic() - moment))
    return max(0, -int(-max(waits) // 1))


def failed(folder: Path) -> int:
    """Count one wrong passphrase; the seconds to wait now."""
    failures = max(_read(folder)[0], _memory.get(str(folder), (0, 0.0))[0]) + 1
    _memory[str(folder)] = (failures, time.monotonic())
    with contextlib.suppress(OSError):  # advisory: a read-only folder still has the count in memory
        (folder / FILE).write_text(json.dumps([failures, int(time.time())]), "ascii")
    return delay(failures)


def clear(folder: Path) -> None:
    """A passphrase was right."""
    _memory.pop(str(folder), None)
    with contextlib.suppress(OSError):
        (folder / FILE).unlink(missing_ok=True)


def _read(folder: Path) -> tuple[int, float]:
    try:
        failures, at = json.loads((folder / FILE).read_bytes()[:64])
        return (max(0, int(failures)), float(at))
    except (OSError, ValueError, TypeError, OverflowError):
        return 0, 0.0
