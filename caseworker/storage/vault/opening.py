"""Opening an unlocked vault: only when its header, case file and anchor belong together."""

from __future__ import annotations

from pathlib import Path

from caseworker.crypto import keys
from caseworker.storage import devices
from caseworker.storage.engine import database
from caseworker.storage.vault.finding import look_at_database
from caseworker.storage.vault.identity import check_identity, who
from caseworker.storage.vault.session import OpenVault
from caseworker.storage.vault.unlocking import Unlocked, signer, vault_key
from caseworker.storage.vault.upgrading import migrate


def open_vault(unlocked: Unlocked) -> OpenVault:
    """Bind the database to the unlocked vault after checking that header, case file and anchor belong
    together. Fast.

    On any ``Problem`` the keys are wiped and the lock released.

    Raises:
        Problem: E-HDR-ROLLBACK, E-HDR-TAMPERED, E-DB-MISSING, E-DB-NOT-ENCRYPTED, E-DB-DAMAGED, E-NEWER,
        E-DISK,
            E-DISK-FULL.
    """
    try:
        return _open(unlocked)
    except BaseException:
        database.unbind()
        unlocked.discard()
        raise


def _open(unlocked: Unlocked) -> OpenVault:
    found = unlocked.header
    file = unlocked.path / found.db
    look_at_database(file)
    bind(file, unlocked)
    with database.sentences():
        migrate(unlocked)
        check_identity(found)
        worker = who(unlocked.person)
        database.worker = worker
        database.sign = signer(unlocked.person)
        database.device_uid = devices.device().uid
        opened = OpenVault(unlocked, worker)
        opened._check_anchor()
        opened._begin_session()
    return opened


def bind(file: Path, unlocked: Unlocked, mode: str = "rw") -> None:
    found = unlocked.header
    key = vault_key(unlocked.vmk, found, "db")
    with keys.short_lived(key):
        database.bind_key(file, key, mode)
    database.vault_id, database.epoch, database.generation = found.vault, found.epoch, found.generation
    database.connect()
