"""Checking a closed vault completely, without changing a byte of it."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import peewee

from caseworker.crypto import keys
from caseworker.errors import Problem
from caseworker.storage import anchor, audit
from caseworker.storage.anchor import BadAnchor
from caseworker.storage.engine import database
from caseworker.storage.vault.checking import (
    check_headers,
    check_signed_answers,
    check_signed_notes,
    page_checks,
    run_checks,
)
from caseworker.storage.vault.finding import anchor_file
from caseworker.storage.vault.identity import check_identity, who
from caseworker.storage.vault.opening import bind
from caseworker.storage.vault.unlocking import Unlocked, unlock, vault_key
from caseworker.storage.vault.upgrading import migrations_known
from caseworker.words import Words, words


def verify(folder: Path, passphrase: str, progress: Callable[[int, int], None] | None = None) -> list[Words]:
    """Check a closed vault completely without changing a byte of it. Empty when it is whole and untampered.

    Raises:
        Problem: E-PASS, E-WAIT, E-IN-USE, E-MEMORY: nothing could be checked.
    """
    if not database.deferred:
        raise RuntimeError("a vault is open in this process")
    try:
        unlocked = unlock(folder, passphrase)
    except Problem as problem:
        if problem.code.startswith(("E-HDR", "E-DB", "E-NEWER")):
            return [problem.words]
        raise
    scratch = ""
    try:
        file, mode = unlocked.path / unlocked.header.db, "ro&immutable=1"
        log = Path(f"{file}-wal")
        if log.exists() and log.stat().st_size:
            # Reading a log would fold it into the file, so a copy is read; both are ciphertext.
            scratch = tempfile.mkdtemp(prefix="case-verify-")
            for part in (file, log):
                shutil.copyfile(part, Path(scratch) / part.name)
            file, mode = Path(scratch) / file.name, "rw"
        return _verify(unlocked, file, mode, progress)
    except Problem as problem:
        return [problem.words]
    finally:
        with contextlib.suppress(Problem, peewee.PeeweeException):
            database.unbind()
        unlocked.discard()
        if scratch:
            shutil.rmtree(scratch, ignore_errors=True)


def _verify(
    unlocked: Unlocked, file: Path, mode: str, progress: Callable[[int, int], None] | None
) -> list[Words]:
    key = vault_key(unlocked.vmk, unlocked.header, "db")
    with keys.short_lived(key), database.sentences():
        bind(file, unlocked, mode)
        if mode == "rw":
            database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        steps = page_checks(file, key, mode, None)
        steps.append(lambda: check_headers(unlocked.path, unlocked))
        steps.append(lambda: _check_pins(unlocked))
        steps.append(lambda: _check_anchor_file(unlocked))
        steps.append(audit.check_chain)
        steps.append(check_signed_answers)
        steps.append(check_signed_notes)
        return run_checks(steps, progress, None)


def _check_pins(unlocked: Unlocked) -> list[Words]:
    migrations_known()
    check_identity(unlocked.header)
    who(unlocked.person)
    return []


def _check_anchor_file(unlocked: Unlocked) -> list[Words]:
    key, name = vault_key(unlocked.vmk, unlocked.header, "anchor"), anchor_file(unlocked.header.epoch)
    with keys.short_lived(key):
        try:
            known, whole = anchor.read(unlocked.path / name, key)
        except BadAnchor:
            return [words("The file {file} is missing, damaged or changed", file=name)]
    if not whole:
        return [words("The file {file} is missing, damaged or changed", file=name)]
    if known.vault != unlocked.header.vault or not audit.has(known.seq, known.hash):
        return [
            words(
                "The case file is older than the last time this vault was used (entry {seq})", seq=known.seq
            )
        ]
    return []
