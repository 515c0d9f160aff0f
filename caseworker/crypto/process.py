"""Making this process harder to look into: no memory dumps, no debugger of the same user, no crash report
with memory, and no page that holds a key in the swap file.

An administrator, or malware running as the same person, still wins; the limits are told in SECURITY.md.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any

_PR_GET_DUMPABLE, _PR_SET_DUMPABLE = 3, 4
_PT_DENY_ATTACH = 31


def harden_process() -> list[str]:
    """Do what this system offers, before any key exists; gives short names of what could not be done."""
    missed: list[str] = []
    if sys.platform == "win32":
        _harden_windows(missed)
        return missed
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ValueError, OSError):
        missed.append("core")
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            failed = libc.ptrace(_PT_DENY_ATTACH, 0, 0, 0)
        else:
            failed = libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        if failed:
            missed.append("dumpable")
    except (OSError, AttributeError):
        missed.append("dumpable")
    return missed


def is_hardened() -> bool:
    """Whether memory dumps are off now; True where the system cannot be asked."""
    if sys.platform == "win32":
        return True
    import resource

    if resource.getrlimit(resource.RLIMIT_CORE)[0] != 0:
        return False
    if not sys.platform.startswith("linux"):
        return True
    return bool(ctypes.CDLL(None).prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0) == 0)


def stay_in_memory(buffer: bytearray) -> bool:
    """Ask the system never to write the memory of these key bytes to the disk; False when it would not.

    Best effort: work goes on without it, and the log says so once. Never undone, because pages are shared between
    keys: the end of the process lets go of all of them. The buffer must not grow afterwards.
    """
    if not buffer:
        return True
    address = ctypes.addressof((ctypes.c_char * len(buffer)).from_buffer(buffer))
    try:
        done = bool(_lock_pages()(ctypes.c_void_p(address), ctypes.c_size_t(len(buffer))))
    except (OSError, AttributeError):
        done = False
    if not done:
        _say_once()
    return done


@cache
def _lock_pages() -> Any:
    """The system's own call, as a function that is true when it worked."""
    if sys.platform == "win32":
        return ctypes.windll.kernel32.VirtualLock
    lock = ctypes.CDLL(None, use_errno=True).mlock
    return lambda address, size: lock(address, size) == 0


@cache
def _say_once() -> None:
    from caseworker import log

    log.event("W-KEYS-MAY-SWAP")


def _harden_windows(missed: list[str]) -> None:
    if sys.platform != "win32":
        return
    try:
        # no fault boxes, and error reporting leaves the heap out (WER_FAULT_REPORTING_FLAG_NOHEAP)
        ctypes.windll.kernel32.SetErrorMode(0x0001 | 0x0002 | 0x8000)
        if ctypes.windll.kernel32.WerSetFlags(1) != 0:
            missed.append("reports")
    except (OSError, AttributeError):
        missed.append("reports")
