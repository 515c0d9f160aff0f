"""Making this process harder to look into: no memory dumps, no debugger of the same user, no crash report
with memory.

An administrator, or malware running as the same person, still wins; the limits are told in SECURITY.md.
"""

from __future__ import annotations

import ctypes
import sys

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
