"""Reading files somebody chose; writing small ones so that a power cut leaves the old or the new, never half of one."""

from __future__ import annotations

import errno
import os
import sys
import time
from pathlib import Path
from typing import BinaryIO

_WINDOWS = sys.platform == "win32"


def replace(file: Path, data: bytes) -> None:
    """Put ``data`` in place of ``file`` in one step and check that it reads back.

    Raises:
        OSError: nothing was changed; the old file stands.
    """
    fresh = file.with_name(file.name + ".tmp")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        if fresh.read_bytes() != data:
            raise OSError("what was written does not read back")
        _move(fresh, file)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    sync_folder(file.parent)


def _move(fresh: Path, file: Path) -> None:
    for _ in range(10 if _WINDOWS else 1):
        try:
            os.replace(fresh, file)
            return
        except PermissionError:
            if not _WINDOWS:
                raise
            time.sleep(0.05)  # an antivirus still holds the old file
    os.replace(fresh, file)


def open_plain(file: Path) -> BinaryIO:
    """Open a file somebody chose, for reading. A pipe or a device would keep whoever reads it waiting for good.

    Raises:
        OSError: it is not there, cannot be read or is no plain file.
    """
    if file.exists() and not file.is_file():
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return open(file, "rb")


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable; Windows has no such call and needs none."""
    if _WINDOWS:
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
