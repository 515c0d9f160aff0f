"""Where a vault may lie: on this computer's own disk, in a folder that nothing copies elsewhere.

Network drives break the locks that keep two people from writing at once, and a synced folder sends copies to
a company's computers and brings back conflicting ones. Both are refused before anything is made or opened.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from caseworker.errors import Problem

# statfs magic numbers of file systems that live on another machine (linux/magic.h and the file systems' own
# headers)
_NETWORK = {
    0x6969: "NFS",
    0x517B: "SMB",
    0xFF534D42: "CIFS",
    0xFE534D42: "SMB2",
    0x564C: "NCP",
    0x5346414F: "AFS",
    0x6B414653: "AFS",
    0x00C36400: "Ceph",
    0x73757245: "Coda",
    0x01021997: "9p",
    0x7461636F: "OCFS2",
    0x0BD00BD0: "Lustre",
}
_SYNCED = re.compile(
    r"^(one ?drive( - .*)?|dropbox( \(.*\))?|icloud ?drive|com~apple~clouddocs|mobile documents|"
    r"google ?drive|"
    r"googledrive-.*|my drive|nextcloud\d*|owncloud\d*|syncthing|pcloud( ?drive)?|box( sync)?|sync|megasync|"
    r"cloudstorage|"
    r"onedrive-.*|proton ?drive.*|seafile|tresorit.*)$",
    re.IGNORECASE,
)
_SYNC_MARKS = (
    ".dropbox",
    ".stfolder",
    ".owncloudsync.log",
    ".nextcloudsync.log",
    ".sync_folder",
    "desktop.ini.onedrive",
)


def refuse_unsafe_folder(folder: Path) -> None:
    """Return quietly when a vault may lie in ``folder``, which need not exist yet.

    Raises:
        Problem: E-FOLDER-NETWORK or E-FOLDER-SYNCED.
    """
    text = str(folder)
    if text.startswith(("\\\\", "//")):
        raise _network()
    real = Path(os.path.realpath(folder))
    existing = next((place for place in (real, *real.parents) if place.exists()), Path(real.anchor or "/"))
    if _is_network(existing):
        raise _network()
    if looks_synced(real) or looks_synced(folder.absolute()):
        raise Problem(
            "E-FOLDER-SYNCED",
            "This folder looks like one that is copied to the internet. Choose a folder that stays on this"
            " computer",
        )


def looks_synced(folder: Path) -> bool:
    """Whether a part of the path, or a mark left by a syncing program in it, looks like cloud storage."""
    if any(_SYNCED.match(part) for part in folder.parts):
        return True
    return any((place / mark).exists() for place in (folder, *folder.parents) for mark in _SYNC_MARKS)


def _network() -> Problem:
    return Problem(
        "E-FOLDER-NETWORK",
        "This folder is on a network drive, where records can be damaged. Choose a folder on this"
        " computer's own disk",
    )


def _is_network(place: Path) -> bool:
    if sys.platform == "win32":
        import ctypes

        drive = os.path.splitdrive(place)[0] + "\\"
        return bool(ctypes.windll.kernel32.GetDriveTypeW(drive) == 4)  # DRIVE_REMOTE
    if sys.platform.startswith("linux"):
        return file_system(place) in _NETWORK
    return False


def file_system(place: Path) -> int:
    """The kernel's number for the file system under ``place``; 0 when it cannot be told."""
    import ctypes

    buffer = (ctypes.c_long * 32)()
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        failed = libc.statfs(os.fsencode(place), ctypes.byref(buffer))
    except (OSError, AttributeError):
        return 0
    return 0 if failed else int(buffer[0]) & 0xFFFFFFFF
