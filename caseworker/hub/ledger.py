"""The ledger: one line for everything the hub did, each line sealed to the one before it.

Agencies get the newest hash with every receipt. If the hub ever rewrote its past, their receipts would not
fit.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from caseworker.crypto.context import ctx
from caseworker.hub.tables import EMPTY, Entry, Head, is_sqlite


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the ledger, with its hash in hexadecimal."""

    seq: int
    at: int
    kind: str
    subject: str
    sha256: str
    hash: str


def lock() -> Head:
    """First thing in a transaction that may append: makes other writers wait. Where the ledger stands.

    SQLite's transaction holds everyone off already (``tables.writing``); PostgreSQL holds off whoever locks this row.
    """
    row = Head.select().where(Head.id == 1)
    found: Head = row.get() if is_sqlite() else row.for_update().get()
    return found


def append(at_head: Head, kind: str, subject: str, sha256: str, at: int) -> Line:
    """Add a line after ``at_head``, which ``lock`` gave in this transaction and which moves on."""
    seq, prev = at_head.seq + 1, at_head.hash
    digest = line_hash(seq, at, kind, subject, sha256, prev)
    Entry.insert(seq=seq, at=at, kind=kind, subject=subject, sha256=sha256, prev=prev, hash=digest).execute()
    Head.update(seq=seq, hash=digest).where(Head.id == 1).execute()
    at_head.seq, at_head.hash = seq, digest
    return Line(seq, at, kind, subject, sha256, digest)


def head() -> tuple[int, str]:
    """Number and hash of the newest line; 0 and zeros when there is none."""
    row = Head.get_by_id(1)
    return row.seq, row.hash


def newest(limit: int) -> list[Line]:
    """The newest lines, newest first."""
    rows = Entry.select().order_by(Entry.seq.desc()).limit(limit)
    return [Line(row.seq, row.at, row.kind, row.subject, row.sha256, row.hash) for row in rows]


def first_broken() -> int:
    """Walk the whole ledger: the number of the first line that does not fit, or 0 when all of it holds."""
    prev, expected = EMPTY, 1
    for row in Entry.select().order_by(Entry.seq).iterator():
        fits = row.seq == expected and row.prev == prev
        if not fits or line_hash(row.seq, row.at, row.kind, row.subject, row.sha256, prev) != row.hash:
            return expected
        prev, expected = row.hash, expected + 1
    return 0 if head() == (expected - 1, prev) else expected


def line_hash(seq: int, at: int, kind: str, subject: str, sha256: str, prev: str) -> str:
    """The hash of a line: over everything in it and the line before."""
    return hashlib.sha256(ctx("ledger", seq, at, kind, subject, sha256, prev)).hexdigest()
