"""Backups: one encrypted file that a whole vault can be brought back from, and the proof that it can.

A backup opens with the passphrase or recovery sheet of the day it was made. It counts only after it has been read
back from the disk, opened and checked completely. Restoring makes a new folder and never touches an old one.
"""

from __future__ import annotations

from caseworker.storage.backup.checking import Drill, check, drill, inspect
from caseworker.storage.backup.comparing import Behind
from caseworker.storage.backup.keeping import (
    REMIND_AFTER,
    SPOILED,
    due,
    is_due,
    last,
    newest,
    renewed,
    to_remove,
)
from caseworker.storage.backup.layout import MAGIC, Manifest, read_manifest
from caseworker.storage.backup.packing import Made, into_folder, make
from caseworker.storage.backup.restoring import Restored, bring_home, restore

__all__ = [
    "MAGIC",
    "REMIND_AFTER",
    "SPOILED",
    "Behind",
    "Drill",
    "Made",
    "Manifest",
    "Restored",
    "bring_home",
    "check",
    "drill",
    "due",
    "inspect",
    "into_folder",
    "is_due",
    "last",
    "make",
    "newest",
    "read_manifest",
    "renewed",
    "restore",
    "to_remove",
]
