"""What a backup borrows while it lasts: the keys, and a folder for ciphertext that is emptied afterwards."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from caseworker.crypto import header as hdr
from caseworker.crypto import keys
from caseworker.errors import Problem
from caseworker.storage import vault as vaults
from caseworker.storage.backup.layout import check_mac, read_front
from caseworker.storage.vault import OpenVault


@contextmanager
def own_keys(opened: OpenVault) -> Iterator[tuple[bytearray, bytearray, bytearray]]:
    """Copies of the open vault's master, database and backup keys, wiped at the end."""
    vmk = opened.master_key()
    with keys.short_lived(vmk):
        with opened.header_kept() as (found, _data):
            db_key, key = vaults.vault_key(vmk, found, "db"), vaults.vault_key(vmk, found, "backup")
        with keys.short_lived(db_key, key):
            yield vmk, db_key, key


@contextmanager
def keys_of(
    file: Path, passphrase: str | None, code: str | None
) -> Iterator[tuple[bytearray, hdr.PersonKeys]]:
    """The keys that a passphrase or recovery code opens in a backup's own header."""
    with open(file, "rb") as source:
        front = read_front(source)
    opened = vaults.keys_behind(
        front.header, hdr.PASS if code is None else hdr.RECOVERY, passphrase or "", code
    )
    if opened is None:
        if code is not None:
            raise Problem(
                "E-RECOVERY",
                "This recovery code does not open this backup. It opens with the recovery sheet of the day it was"
                " made",
                seconds=0,
            )
        raise Problem(
            "E-PASS",
            "That passphrase does not open this backup. It opens with the passphrase of the day it was made",
            seconds=0,
        )
    vmk, person = opened
    try:
        check_mac(front, vmk)
        yield vmk, person
    finally:
        keys.wipe(vmk)
        person.wipe()


@contextmanager
def scratch_in(vault: Path) -> Iterator[Path]:
    """A folder inside the vault's own, emptied at the end and, should that not happen, at the next opening."""
    folder = vault / "tmp" / f"{secrets.token_hex(8)}.part"
    try:
        folder.mkdir(mode=0o700, parents=True)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            folder.parent.rmdir()


def private(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_BINARY", 0), 0o600)
