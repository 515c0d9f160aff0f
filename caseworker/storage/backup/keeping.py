"""Which backups are kept, where the newest lies, and when it is time for the next."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from caseworker import storage
from caseworker.crypto import files as sealed
from caseworker.crypto import keys
from caseworker.domain import when
from caseworker.errors import Problem
from caseworker.storage import audit, settings
from caseworker.storage import vault as vaults
from caseworker.storage.backup.layout import Manifest, check_mac, context, manifest_in, read_front
from caseworker.storage.backup.scratch import own_keys
from caseworker.storage.today import LAST_BACKUP
from caseworker.storage.vault import OpenVault
from caseworker.storage.vault.identity import renewed

SUFFIX = ".casebak"
FILE = "backup.file"  # the setting: the path of the newest backup
DAYS, WEEKS = 7, 4  # kept in the chosen folder
REMIND_AFTER = 7 * 24 * 3600  # seconds
SPOILED = 0  # stands for the time of a backup that could not be brought back
_NAME = re.compile(r"\d{4}-\d{2}-\d{2}-\d{6}-[0-9a-f]{8}\.casebak")


def last() -> int | None:
    """When the newest backup was made, epoch seconds; None before the first, ``SPOILED`` when it could not be brought
    back.
    """
    return settings.get(LAST_BACKUP, None)


def spoil(file: Path) -> None:
    """That backup could not be brought back: where it is the newest, none counts until the next is made."""
    if file == newest():
        patiently(settings.keep, LAST_BACKUP, SPOILED)


def patiently(function: Callable[..., None], *args: Any) -> None:
    """Write although the screen's thread writes at the same time: the backup is there and must be known."""
    for _ in range(4):
        try:
            return storage.write(function, *args)
        except Problem as problem:
            if problem.code != "E-BUSY":
                raise
    return storage.write(function, *args)


def newest() -> Path | None:
    """Where the newest backup made into a folder lies, or lay; None before the first."""
    found = settings.get(FILE, "")
    return Path(found) if found else None


def due(now: int) -> bool:
    """Whether to remind, as ``is_due``, in the open vault."""
    return is_due(last(), renewed(), now)


def is_due(made: int | None, key_renewed: int, now: int) -> bool:
    """Whether to remind: never backed up, more than a week ago, or before the key was renewed: what was made before
    that still opens to whoever left, or to the finder of a lost copy.
    """
    return made is None or made < key_renewed or now - made > REMIND_AFTER


def to_remove(newest_first: Sequence[tuple[Path, dt.date]]) -> set[Path]:
    """Which backups need not be kept: all but the newest of seven days, and of four weeks before those."""
    keep: set[Path] = set()
    days: set[dt.date] = set()
    weeks: set[tuple[int, int]] = set()
    for path, day in newest_first:
        week = (day.isocalendar().year, day.isocalendar().week)
        if len(days) < DAYS:
            if day not in days:
                days.add(day)
                keep.add(path)
        elif day not in days and week not in weeks and len(weeks) < WEEKS:
            weeks.add(week)
            keep.add(path)
    return {path for path, _ in newest_first} - keep


def remove_covered(opened: OpenVault, folder: Path, newest: Path) -> int:
    """Remove what need not be kept, if the newest backup has every entry that it has."""
    with own_keys(opened) as (vmk, _db_key, _key):
        known = {file: _peek(file, vmk, opened.vault_id) for file in _ours(folder)}
    mine = {file: manifest for file, manifest in known.items() if manifest is not None}
    covered = {
        file: manifest
        for file, manifest in mine.items()
        if file != newest and audit.has(manifest.seq, manifest.hash)
    }
    if newest not in mine:
        return 0
    # by their place in the chain: two may have been made within a second, and clocks are turned back
    order = sorted((newest, *covered), key=lambda file: mine[file].seq, reverse=True)
    removed = 0
    for file in to_remove([(file, when.local(mine[file].made).date()) for file in order]) - {newest}:
        with contextlib.suppress(OSError):
            file.unlink()
            removed += 1
    return removed


def _ours(folder: Path, suffix: str = "") -> list[Path]:
    return [
        file
        for file in sorted(folder.iterdir())
        if _NAME.fullmatch(file.name.removesuffix(suffix)) and file.name.endswith(SUFFIX + suffix)
    ]


def _peek(file: Path, vmk: bytearray, vault_id: str) -> Manifest | None:
    """The manifest of a backup of this vault; None when it is another's or does not read."""
    try:
        with open(file, "rb") as source:
            front = read_front(source)
            if front.header.vault != vault_id:
                return None
            check_mac(front, vmk)
            key = vaults.vault_key(vmk, front.header, "backup")
            with keys.short_lived(key):
                return manifest_in(sealed.Reader(source, key, front.raw, *context(front)), front)
    except (Problem, sealed.Damaged, OSError):
        return None


def sweep(folder: Path, vault_id: str) -> None:
    """Remove what an interrupted backup of this vault left in the folder: never a finished one."""
    for file in _ours(folder, ".part"):
        with contextlib.suppress(Problem, OSError, sealed.Damaged), open(file, "rb") as source:
            if read_front(source).header.vault == vault_id:
                file.unlink()
