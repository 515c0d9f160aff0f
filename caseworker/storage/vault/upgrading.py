"""Bringing an older case file to today's shape, after a checked copy of it has been kept."""

from __future__ import annotations

import os
from pathlib import Path

import peewee
from playhouse.migrations import Runner
from sqlcipher3 import dbapi2 as sqlcipher

from caseworker.crypto import keys
from caseworker.errors import Problem
from caseworker.storage import engine, files
from caseworker.storage.engine import database
from caseworker.storage.vault.checking import page_checks
from caseworker.storage.vault.finding import newer
from caseworker.storage.vault.unlocking import Unlocked, vault_key

MIGRATIONS = Path(__file__).parents[1] / "migrations"


def migrations() -> Runner:
    return Runner(database, directory=str(MIGRATIONS))


def migrate(unlocked: Unlocked) -> None:
    runner = migrations()
    status = runner.status()
    if any(migration.path is None for migration in status):
        raise newer()
    if not any(migration.applied for migration in status):
        raise Problem(
            "E-DB-MISSING",
            "The case file in this folder is not this vault's. Nothing has been changed. Restore it from a"
            " backup",
        )
    if any(not migration.applied for migration in status):
        _keep_copy(unlocked)
        runner.up()


def migrations_known() -> None:
    if any(migration.path is None for migration in migrations().status()):
        raise newer()


def _keep_copy(unlocked: Unlocked) -> None:
    """A checked, encrypted copy of the case file before its shape changes; the newest one is kept.

    Nothing is upgraded without it.
    """
    copy = unlocked.path / (unlocked.header.db + ".before")
    fresh = copy.with_name(copy.name + ".part")
    fresh.unlink(missing_ok=True)
    key = vault_key(unlocked.vmk, unlocked.header, "db")
    with keys.short_lived(key):
        try:
            # The pages are checked where they lie: a damaged one is copied as zeros under a new, right MAC.
            database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            whole = _sound(unlocked.path / unlocked.header.db, key)
            if whole:
                engine.copy_into(database.connection(), fresh, key)
            if not whole or not _sound(fresh, key):
                raise Problem(
                    "E-DB-DAMAGED",
                    "The case file could not be copied whole before its upgrade. Nothing was changed. Restore"
                    " the vault from a backup",
                )
            os.replace(fresh, copy)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
    files.sync_folder(unlocked.path)


def _sound(file: Path, key: bytearray) -> bool:
    try:
        return not any(step() for step in page_checks(file, key, "rw", None))
    except (peewee.DatabaseError, sqlcipher.DatabaseError):
        return False  # so damaged that it cannot even be checked
