"""The audit chain: who did what to which record and when, each entry sealed to the one before it.

An entry is written in the same transaction as the change itself, so neither exists without the other. Taking
out, changing or reordering an entry breaks the chain. The erasable part of an entry is bound by a salted
hash: when a person is erased, content and salt go and the chain still holds.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

from caseworker import canonical
from caseworker.crypto import signing
from caseworker.crypto.context import ctx
from caseworker.storage.anchor import Head
from caseworker.storage.engine import VaultDatabase, database
from caseworker.words import Words, words

CHECKPOINT_EVERY = 100
_PURPOSE = "ckpt"
_ROW = (
    "INSERT INTO audit (seq, at, worker, device, action, noun, row_id, client_id, detail, salt, content,"
    " prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


# What each column of an entry holds; SQLite would store any kind of value in any of them.
_KINDS: tuple[Any, ...] = (int, int, str, str, str, str, int, int | None, str, bytes | None) + 3 * (bytes,)


class _Pending(threading.local):
    head: tuple[int, bytes] | None = None  # what this thread's transaction appended last


_pending = _Pending()


def append(
    action: str,
    noun: str,
    row_id: int,
    client_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
    revisions_digest: bytes = b"",
) -> int:
    """Write one entry inside the running transaction and return its number.

    ``detail`` holds ids and codes only, never names or what anyone said. ``revisions_digest`` binds the rows
    of the ``revision`` table that carry this entry's number (see ``digest_revisions``).

    Raises:
        RuntimeError: no transaction is running; an entry without its change would be a lie.
    """
    if not database.in_transaction():
        raise RuntimeError("an audit entry belongs to the transaction of its change")
    last_seq, last_at, prev = _last()
    now = int(time.time())
    if now < last_at - 60 and action != "clock_back":
        # Clamped rather than refused: work goes on, and the entry says that the clock was turned back.
        append("clock_back", "clock", 0, detail={"seconds": last_at - now})
        last_seq, last_at, prev = _last()
    seq, at = last_seq + 1, max(now, last_at)
    found = dict(detail or {})
    if revisions_digest:
        found["rev"] = revisions_digest.hex()
    text = canonical.dump(found).decode("ascii")
    salt = os.urandom(16)
    content = _content(salt, client_id, text)
    worker, device = (database.worker.uid if database.worker else ""), database.device_uid
    digest = _hash(seq, at, worker, device, action, noun, row_id, content, prev)
    database.execute_sql(
        _ROW, (seq, at, worker, device, action, noun, row_id, client_id, text, salt, content, prev, digest)
    )
    _pending.head = (seq, digest)
    if _always_signed(seq, action):
        checkpoint(seq, digest)
    return seq


def _always_signed(seq: int, action: str) -> bool:
    return seq == 1 or seq % CHECKPOINT_EVERY == 0 or action == "lock"


def opened(client_id: int) -> int:
    """Write down that someone looked at a client's record: a colleague's curiosity leaves a trace."""
    return append("open", "client", client_id, client_id)


def checkpoint(seq: int, digest: bytes) -> None:
    """Sign how far the chain has come, in the running transaction."""
    if database.sign is None:
        return
    data = _checkpoint_bytes(database.vault_id, seq, digest, database.generation)
    database.execute_sql(
        "INSERT OR IGNORE INTO checkpoint (seq, hash, generation, worker, signature, at) VALUES (?, ?, ?,"
        " ?, ?, ?)",
        (
            seq,
            digest,
            database.generation,
            database.worker.uid,
            database.sign(_PURPOSE, data),
            int(time.time()),
        ),
    )


def checkpoint_if_old(older_than: int = 24 * 3600) -> None:
    """Sign the head when the newest signature is a day old, or ``older_than`` seconds; in a transaction."""
    seq, _, digest = _last()
    newest = database.execute_sql("SELECT seq, at FROM checkpoint ORDER BY seq DESC LIMIT 1").fetchone()
    if seq and (newest is None or (newest[0] < seq and time.time() - newest[1] >= older_than)):
        checkpoint(seq, digest)


def digest_revisions(rows: Iterable[tuple[str, int, int | None, str, str, str, str]]) -> bytes:
    """32 bytes that bind history rows to their audit entry.

    Each row is ``(noun, row_id, client_id, field, old, new, why)`` in the order in which it is stored.
    """
    digest = hashlib.sha256(ctx("revisions"))
    for noun, row_id, client_id, name, old, new, why in rows:
        digest.update(ctx("revision", noun, row_id, _number(client_id), name, old, new, why))
    return digest.digest()


def head() -> Head:
    """How far the chain has come, as the anchor remembers it."""
    seq, _, digest = _last()
    return _as_head(seq, digest)


def take_pending() -> Head | None:
    """The head this thread's transaction made, once; None when it appended nothing."""
    found, _pending.head = _pending.head, None
    return None if found is None else _as_head(*found)


def has(seq: int, digest: str) -> bool:
    """Whether the chain contains exactly this entry."""
    if seq == 0:
        return digest == _genesis(database.vault_id).hex()
    row = database.execute_sql("SELECT hash FROM audit WHERE seq = ?", (seq,)).fetchone()
    return row is not None and bytes(row[0]).hex() == digest


# --- checking -----------------------------------------------------------------------------------------------


def check_chain(cancelled: Callable[[], bool] | None = None, of: VaultDatabase = database) -> list[Words]:
    """Walk the whole chain, its signatures and the history it binds. Empty when all of it holds.

    ``of`` is the open vault, or a copy of one that is bound beside it.

    Stops early, with what it found so far, when ``cancelled()`` says so. All of it is one moment's state: entries
    written meanwhile by the screen's thread are not half seen.
    """
    with nullcontext() if of.in_transaction() else of.atomic("DEFERRED"):
        return _walk(cancelled, of)


def _walk(cancelled: Callable[[], bool] | None, of: VaultDatabase) -> list[Words]:
    found: list[Words] = []
    prev, expected, last_at = _genesis(of.vault_id), 1, 0
    signatures = {
        row[0]: row[1:]
        for row in of.execute_sql("SELECT seq, hash, generation, worker, signature FROM checkpoint")
    }
    signers = dict(of.execute_sql("SELECT uid, sign_key FROM worker").fetchall())
    columns = "seq, at, worker, device, action, noun, row_id, client_id, detail, salt, content, prev, hash"
    cursor = of.execute_sql(f"SELECT {columns} FROM audit ORDER BY seq")
    bound: set[int] = set()
    for row in cursor:
        seq, at, worker, device, action, noun, row_id, client_id, detail, salt, content, before, digest = row
        if cancelled is not None and seq % 1000 == 0 and cancelled():
            return found
        if not all(isinstance(value, kind) for value, kind in zip(row, _KINDS, strict=True)):
            found.append(words("The audit chain: entry {seq} has been changed", seq=seq))
            prev, expected = (digest if isinstance(digest, bytes) else b""), seq + 1
            continue
        if seq != expected:
            found.append(
                words("The audit chain: entries {first} to {last} are missing", first=expected, last=seq - 1)
            )
        elif before != prev:
            found.append(words("The audit chain: entry {seq} does not follow the one before it", seq=seq))
        if _hash(seq, at, worker, device, action, noun, row_id, content, before) != digest:
            found.append(words("The audit chain: entry {seq} has been changed", seq=seq))
        elif (detail != "erased") if salt is None else _content(salt, client_id, detail) != content:
            found.append(words("The audit chain: the content of entry {seq} has been changed", seq=seq))
        if salt is not None and '"rev":' in detail:
            bound.add(seq)
            if _revisions_of(seq, of).hex() != _detail(detail).get("rev"):
                found.append(words("The history written with audit entry {seq} has been changed", seq=seq))
        if at < last_at:
            found.append(words("The audit chain: entry {seq} is dated before the one it follows", seq=seq))
        if seq not in signatures and _always_signed(seq, action):
            found.append(words("The signature on audit entry {seq} is missing", seq=seq))
        elif seq in signatures:
            _check_signature(of.vault_id, seq, digest, signatures.pop(seq), signers, found)
        prev, expected, last_at = digest, seq + 1, at
        if len(found) >= 20:
            return found
    for seq in sorted(signatures):
        found.append(words("The audit chain was signed up to entry {seq}, which is missing", seq=seq))
    _check_loose_revisions(bound, found, of)
    return found


def _check_signature(
    vault_id: str,
    seq: int,
    digest: bytes,
    checkpoint_row: tuple[Any, ...],
    signers: dict[str, bytes],
    found: list[Words],
) -> None:
    signed, generation, worker, signature = checkpoint_row
    try:
        if signed != digest or not isinstance(generation, int) or not isinstance(signature, bytes):
            raise signing.BadSignature("another entry")
        data = _checkpoint_bytes(vault_id, seq, signed, generation)
        signing.verify(signers.get(worker, b""), _PURPOSE, data, signature)
    except signing.BadSignature:
        found.append(words("The signature on audit entry {seq} does not fit", seq=seq))


def _check_loose_revisions(bound: set[int], found: list[Words], of: VaultDatabase) -> None:
    for (seq,) in of.execute_sql("SELECT DISTINCT audit_seq FROM revision"):
        if seq not in bound:
            found.append(words("There is history that no audit entry speaks for (entry {seq})", seq=seq))
            return


def _revisions_of(seq: int, of: VaultDatabase) -> bytes:
    rows = of.execute_sql(
        "SELECT noun, row_id, client_id, field, old, new, why FROM revision WHERE audit_seq = ? ORDER BY id",
        (seq,),
    )
    return digest_revisions(rows)


def _detail(text: str) -> dict[str, Any]:
    try:
        return dict(canonical.load(text.encode("ascii"), most=1_000_000))
    except (canonical.NotCanonical, UnicodeEncodeError):
        return {}


# --- bytes --------------------------------------------------------------------------------------------------


def _last() -> tuple[int, int, bytes]:
    row = database.execute_sql("SELECT seq, at, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return (row[0], row[1], bytes(row[2])) if row else (0, 0, _genesis(database.vault_id))


def _as_head(seq: int, digest: bytes) -> Head:
    return Head(database.vault_id, database.epoch, database.generation, seq, digest.hex())


def _genesis(vault_id: str) -> bytes:
    return hashlib.sha256(ctx("audit-start", vault_id)).digest()


def _content(salt: bytes, client_id: int | None, detail: str) -> bytes:
    return hashlib.sha256(ctx("audit-content", salt, _number(client_id), detail)).digest()


def _hash(*parts: bytes | str | int) -> bytes:
    return hashlib.sha256(ctx("audit", *parts)).digest()


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _checkpoint_bytes(vault_id: str, seq: int, digest: bytes, generation: int) -> bytes:
    return ctx("checkpoint", vault_id, seq, digest, generation)


def shown_time(epoch: int) -> str:
    """A plain date and time for alarms, UTC."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%d %B %Y %H:%M")
