"""What a case file beside the open one says, and what the records in use have that a backup has not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import peewee
from sqlcipher3 import dbapi2 as sqlcipher

from caseworker.crypto import keys
from caseworker.crypto.header import Header
from caseworker.domain import when
from caseworker.errors import Problem
from caseworker.storage import anchor
from caseworker.storage import vault as vaults
from caseworker.storage.backup.layout import Manifest
from caseworker.storage.engine import VaultDatabase
from caseworker.words import Words, words

# entries of the audit chain that stand for no change to the records
_NO_CHANGE = ("unlock", "unlock_by_recovery", "lock", "open", "backup", "clock_back", "header_pinned")


@dataclass(frozen=True, slots=True)
class Behind:
    """What a vault in use has and a backup has not: ``changes`` counts entries that changed something.

    ``newest`` is the time of the last, epoch seconds; 0 when only an upper bound is known. ``forked``: the vault is
    not a later state of the backup, nor the other way round.
    """

    changes: int
    newest: int = 0
    forked: bool = False

    def sentence(self) -> Words:
        if self.forked:
            return words(
                "The records in use went another way than this backup: each has entries that the other has not"
            )
        if not self.changes:
            return words("The records in use have nothing that is not in this backup")
        if not self.newest:
            return words(
                "The records in use cannot be read. Up to {count} later changes are not in this backup",
                count=self.changes,
            )
        at = when.show_datetime(when.local(self.newest))
        if self.changes == 1:
            return words("1 later change to the records in use, {when}, is not in this backup", when=at)
        return words(
            "{count} later changes to the records in use, up to {when}, are not in this backup",
            count=self.changes,
            when=at,
        )


def behind_of(live: Path, vmk: bytearray, found: Header, manifest: Manifest) -> Behind | None:
    """What the vault in use has that the backup has not; None when it is another vault or says nothing."""
    try:
        header, _ = vaults.read_header(live)
    except Problem:
        header = found  # its header is damaged; its case file and anchor may still answer
    if (header.vault, header.epoch) != (found.vault, found.epoch):
        return None
    key = vaults.vault_key(vmk, header, "db")
    log = Path(f"{live / header.db}-wal")
    try:
        with keys.short_lived(key):
            waiting = log.exists() and log.stat().st_size
            with bound(live / header.db, key, header, "ro" if waiting else "ro&immutable=1") as copy:
                return compare(copy, manifest)
    except (Problem, peewee.PeeweeException, sqlcipher.Error, OSError):
        return _behind_anchor(live, vmk, header, manifest)


def _behind_anchor(live: Path, vmk: bytearray, header: Header, manifest: Manifest) -> Behind | None:
    """The case file in use cannot be read; its anchor still knows how far it had come."""
    key = vaults.vault_key(vmk, header, "anchor")
    with keys.short_lived(key):
        try:
            known, _ = anchor.read(live / vaults.anchor_file(header.epoch), key)
        except anchor.BadAnchor:
            return None
    return Behind(max(0, known.seq - manifest.seq)) if known.vault == manifest.vault else None


def compare(live: VaultDatabase, manifest: Manifest) -> Behind:
    seq, _head_hash = head_of(live)
    row = live.execute_sql("SELECT hash FROM audit WHERE seq = ?", (manifest.seq,)).fetchone()
    if row is None:
        return Behind(0, forked=seq >= manifest.seq)
    if bytes(row[0]).hex() != manifest.hash:
        return Behind(seq, forked=True)
    changes, newest = live.execute_sql(
        "SELECT count(*), max(at) FROM audit WHERE seq > ? AND action NOT IN ("
        + ", ".join("?" * len(_NO_CHANGE))
        + ")",
        (manifest.seq, *_NO_CHANGE),
    ).fetchone()
    return Behind(int(changes), int(newest or 0))


@contextmanager
def bound(file: Path, key: bytearray, found: Header, mode: str = "ro&immutable=1") -> Iterator[VaultDatabase]:
    """A case file beside the open one, to read from."""
    copy = VaultDatabase()
    copy.bind_key(file, key, mode)
    copy.vault_id, copy.epoch, copy.generation = found.vault, found.epoch, found.generation
    try:
        copy.connect()
        yield copy
    finally:
        copy.unbind()


def rows_of(copy: VaultDatabase) -> dict[str, int]:
    names = [
        name
        for (name,) in copy.execute_sql(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
            " AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name"
        ).fetchall()
    ]
    return {name: copy.execute_sql(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


def head_of(copy: VaultDatabase) -> tuple[int, str]:
    row = copy.execute_sql("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return (0, "") if row is None else (int(row[0]), bytes(row[1]).hex())


def schema_of(copy: VaultDatabase) -> tuple[str, ...]:
    return tuple(
        name for (name,) in copy.execute_sql("SELECT name FROM schema_migration ORDER BY name").fetchall()
    )
