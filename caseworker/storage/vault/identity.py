"""What the case file says of itself: which vault it is, which header it last agreed with, and who works in it."""

from __future__ import annotations

import time

from caseworker.crypto import sealing, signing
from caseworker.crypto.header import Header, PersonKeys
from caseworker.domain.workers import Worker
from caseworker.errors import Problem
from caseworker.storage import audit
from caseworker.storage.engine import database
from caseworker.storage.vault.unlocking import tampered


def meta(key: str) -> str | None:
    row = database.execute_sql("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def renewed() -> int:
    """When the key of the vault was last renewed, epoch seconds; 0 before the first time."""
    return int(meta("renewed") or 0)


def set_meta(key: str, value: str) -> None:
    database.execute_sql("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))


def pin(found: Header, by: str) -> None:
    """Write into the database which header it last agreed with, and who changed it when."""
    set_meta("epoch", str(found.epoch))
    set_meta("generation", str(found.generation))
    set_meta("slots", found.slots_hash())
    set_meta("changed_by", by)
    set_meta("changed_at", str(int(time.time())))


def check_identity(found: Header) -> None:
    pinned_vault = meta("vault")
    if pinned_vault != found.vault or meta("epoch") != str(found.epoch):
        raise Problem(
            "E-DB-MISSING",
            "The case file in this folder is not this vault's. Nothing has been changed. Restore it from a"
            " backup",
        )
    pinned = int(meta("generation") or 0)
    if found.generation < pinned:
        raise Problem(
            "E-HDR-ROLLBACK",
            "An old copy of the small file that opens this vault has been put back. {name} changed the way"
            " in on {date}. Use the passphrase set then. Nothing has been opened. Tell your supervisor",
            name=meta("changed_by") or "",
            date=audit.shown_time(int(meta("changed_at") or 0)),
        )
    if found.generation == pinned and found.slots_hash() != meta("slots"):
        raise tampered()


def who(person: PersonKeys) -> Worker:
    """The worker whose keys these are; the database, not the header, says who that is."""
    row = database.execute_sql(
        "SELECT id, uid, name, role, sign_key, receive_key FROM worker WHERE sign_key = ? AND active = 1",
        (signing.public_of(person.sign),),
    ).fetchone()
    if row is None or bytes(row[5]) != sealing.public_of(person.receive):
        raise Problem(
            "E-HDR-TAMPERED",
            "The keys in this vault's small file do not belong to anyone who works in it. Nothing has been"
            " opened. Tell your supervisor",
        )
    return Worker(row[0], row[1], row[2], row[3], bytes(row[4]), bytes(row[5]))
