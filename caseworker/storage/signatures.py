"""Signatures on notes: a day after it was typed a contact is signed by its author's own key, and from then on amended.

A court asks whether a note reads as it did when it was made. The signature covers every answer of the contact; each
later version is signed by whoever amended it, and the versions before are told from the history. Only the author can
sign, so a note waits until she next opens the vault.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from caseworker import canonical, storage
from caseworker.crypto import signing
from caseworker.crypto.context import ctx
from caseworker.domain.contacts import LOCKED_AFTER, Contact
from caseworker.storage import audit, history, records
from caseworker.storage.engine import database
from caseworker.storage.records import fetch
from caseworker.words import Words, words

PURPOSE = "contact"
AT_ONCE = 100  # a transaction of these is over before anybody notices that it held the file
_NOT_COVERED = frozenset({"id", "amended", "withdrawn", "sealed"})
_MOST_FOUND = 20


def catch_up(cancelled: Callable[[], bool] | None = None) -> int:
    """Sign every note of mine that is due; gives how many. On a worker thread: an old vault may hold thousands."""
    done = 0
    while not database.read_only and (cancelled is None or not cancelled()):
        signed = storage.write(sign_due, int(time.time()))
        done += signed
        if signed < AT_ONCE:
            break
    return done


def sign_due(now: int, most: int = AT_ONCE) -> int:
    """Sign my oldest notes that were typed a day ago or more; gives how many. Inside ``storage.write``."""
    if database.sign is None:
        return 0
    due = records.find(
        Contact,
        "contact",
        "WHERE worker_id = ? AND sealed = 0 AND recorded <= ? ORDER BY recorded, id LIMIT ?",
        (database.worker.id, now - LOCKED_AFTER, most),
    )
    sign(due, now)
    return len(due)


def sign(notes: Sequence[Contact], now: int) -> None:
    """Sign these versions with the key of whoever has the vault open. Inside ``storage.write``.

    One audit entry a client: erasing one client's record takes nothing from another's.
    """
    if database.sign is None:
        raise RuntimeError("nobody has the vault open who could sign")
    by_client = sorted(notes, key=lambda one: (one.client_id or 0, one.id or 0))
    for client_id, group in groupby(by_client, key=lambda one: one.client_id):
        made, detail = signed(list(group), database.sign)
        seq = audit.append("seal", "contact", made[0][0].id or 0, client_id, detail)
        for one, digest, signature in made:
            database.execute_sql(
                "INSERT INTO contact_signature (contact_id, version, digest, worker_id, at, signature, audit_seq)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (one.id, one.amended, digest, database.worker.id, now, signature, seq),
            )
            database.execute_sql("UPDATE contact SET sealed = ? WHERE id = ?", (now, one.id))


def signed(
    notes: Sequence[Contact], key: Callable[[str, bytes], bytes]
) -> tuple[list[tuple[Contact, bytes, bytes]], dict[str, str]]:
    """Each of one client's notes, in order of their ids, with the digest and the signature of its version as it
    reads; and what the audit entry says of them. It writes nothing.
    """
    made = []
    for one in notes:
        digest = digest_of(as_kept(one))
        made.append((one, digest, key(PURPOSE, _bytes(one.uid, one.amended, digest))))
    return made, {"of": _together((one.id or 0, one.amended, signature) for one, _, signature in made)}


def as_kept(contact: Contact) -> dict[str, str]:
    """Every answer that a signature covers, as history keeps it."""
    return {
        name: history.as_kept(value)
        for name, value in records.values(contact).items()
        if name not in _NOT_COVERED
    }


def digest_of(kept: Mapping[str, str]) -> bytes:
    """32 bytes that stand for every answer."""
    return hashlib.sha256(ctx("note", *(part for item in sorted(kept.items()) for part in item))).digest()


# --- checking -----------------------------------------------------------------------------------------------


def check(cancelled: Callable[[], bool] | None = None, newest: int | None = None) -> list[Words]:
    """Check every signature, every version it stands for, and that none was taken out. Empty when all hold.

    ``newest``: only so many of the notes signed last.
    """
    if "contact_signature" not in database.get_tables():
        return []  # a vault of before there were any
    signers = dict(fetch("SELECT id, sign_key FROM worker"))
    found: list[Words] = []
    last = 0
    if newest is not None:
        ((last,),) = fetch("SELECT coalesce(max(contact_id), 0) FROM contact_signature")
        last = max(0, last - newest)
    while rows := fetch(
        "SELECT DISTINCT contact_id FROM contact_signature WHERE contact_id > ? ORDER BY contact_id LIMIT 200",
        (last,),
    ):
        ids = [row[0] for row in rows]
        last = ids[-1]
        if (cancelled is not None and cancelled()) or len(found) >= _MOST_FOUND:
            return found
        found += _check_notes(ids, signers)
    return found + _check_taken_out()


def _check_notes(ids: Sequence[int], signers: Mapping[int, bytes]) -> list[Words]:
    marks = ", ".join("?" * len(ids))
    notes = records.find(Contact, "contact", f"WHERE id IN ({marks})", ids)
    signatures: dict[int, list[tuple[Any, ...]]] = {}
    for contact_id, *rest in fetch(
        "SELECT contact_id, version, digest, worker_id, signature FROM contact_signature"
        f" WHERE contact_id IN ({marks})",
        ids,
    ):
        signatures.setdefault(contact_id, []).append(tuple(rest))
    return [
        words("The signed note number {number} is not as it was signed", number=one.id)
        for one in notes
        if not _is_as_signed(one, signatures.get(one.id or 0, []), signers)
    ]


def _is_as_signed(note: Contact, signatures: Sequence[tuple[Any, ...]], signers: Mapping[int, bytes]) -> bool:
    versions = {version for version, *_ in signatures}
    if note.amended not in versions:
        return False
    texts = _versions(note, min(versions))
    try:
        for version, digest, worker_id, signature in signatures:
            if digest_of(texts[version]) != digest:
                return False
            signing.verify(signers.get(worker_id, b""), PURPOSE, _bytes(note.uid, version, digest), signature)
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return False
    return True


def _versions(note: Contact, oldest: int) -> dict[int, dict[str, str]]:
    """Version -> every answer, from today's back to ``oldest``: each amendment says what it replaced."""
    kept = as_kept(note)
    found = {note.amended: dict(kept)}
    if oldest == note.amended:
        return found
    version = note.amended
    for (seq,) in fetch(
        "SELECT seq FROM audit WHERE client_id IS ? AND noun = 'contact' AND row_id = ? AND action = 'amend'"
        " ORDER BY seq DESC",
        (note.client_id, note.id),
    ):
        for name, old in fetch("SELECT field, old FROM revision WHERE audit_seq = ?", (seq,)):
            if name in kept:
                kept[name] = old
        version -= 1
        found[version] = dict(kept)
    return found


def _check_taken_out() -> list[Words]:
    """Whether every signature is still there that the audit chain says was made. Erased clients' are gone for good."""
    for seq, detail in fetch(
        "SELECT seq, detail FROM audit WHERE action = 'seal' AND noun = 'contact' AND salt IS NOT NULL"
    ):
        held = fetch(
            "SELECT contact_id, version, signature FROM contact_signature WHERE audit_seq = ?"
            " ORDER BY contact_id",
            (seq,),
        )
        said = canonical.load(detail.encode("ascii"), most=100_000).get("of")
        if said != _together((row[0], row[1], row[2]) for row in held):
            return [words("Signatures on notes that audit entry {seq} speaks of are missing", seq=seq)]
    return []


def _together(signatures: Iterable[tuple[int, int, bytes]]) -> str:
    digest = hashlib.sha256(ctx("notes"))
    for contact_id, version, signature in signatures:
        digest.update(ctx("signature", contact_id, version, signature))
    return digest.hexdigest()


def _bytes(uid: str, version: int, digest: bytes) -> bytes:
    return ctx("note-version", database.vault_id, uid, version, digest)
