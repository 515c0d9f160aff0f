"""Erasing a client: every row, every earlier wording, every word in the search list; what stays is that it was done.

Which tables hold something about a client is read from the database itself, so a noun added later cannot be
forgotten: any table with ``client_id`` or a reference to a client, and whatever refers to those rows. The audit chain
keeps its hashes and loses what they stand for, so it still proves whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caseworker import storage
from caseworker.domain import workers
from caseworker.domain.drafts import client_of
from caseworker.domain.erasures import Erasure, same_reference
from caseworker.domain.when import local
from caseworker.domain.workers import Worker
from caseworker.errors import Problem
from caseworker.storage import audit, clients, drafts, files, holds
from caseworker.storage.engine import database
from caseworker.storage.records import blocks, fetch, refuse

ACTION = "erase"
_CHAIN = ("audit", "revision")  # by rules of their own, below
_NAME = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Erased:
    """How much went: ``rows`` of records, ``entries`` of the audit chain emptied.

    ``settled``: the write-ahead log was emptied too; otherwise that happens when the vault is locked.
    """

    rows: int
    entries: int
    settled: bool


@dataclass(frozen=True, slots=True)
class _Reference:
    """A column of a table that points at rows of another (or the same)."""

    column: str
    target: str
    needed: bool


@dataclass(frozen=True, slots=True)
class _Kept:
    """A table as erasing sees it: its key, and what its rows point at. ``owned``: it has a ``client_id``."""

    name: str
    key: str
    owned: bool
    references: tuple[_Reference, ...]


def find(reference: str) -> int | None:
    """The client with that reference, as typed; None when there is none."""
    wanted = same_reference(reference)
    found = fetch("SELECT id FROM client WHERE reference = ? COLLATE NOCASE", (reference.strip(),))
    if not found:
        found = fetch("SELECT id FROM client WHERE lower(replace(reference, ' ', '')) = ?", (wanted,))
    return int(found[0][0]) if len(found) == 1 else None


def refuse_erasing(client_id: int, people: Iterable[Worker]) -> None:
    """Return quietly when this person may erase that record now.

    Raises:
        Problem: E-NOT-LEAD; E-HOLD, it must be kept for now; E-GONE.
    """
    clients.get(client_id)
    if database.worker is None or not workers.may_erase(database.worker, list(people)):
        raise Problem(
            "E-NOT-LEAD", "Only a supervisor or the data protection lead can erase a record. Ask one of them"
        )
    if holds.for_client(client_id):
        raise Problem(
            "E-HOLD",
            "This record is on hold: it may be needed by a court, a review or a complaint. It was not erased",
        )


def erase(erasure: Erasure, people: Iterable[Worker], now: int) -> Erased:
    """Destroy everything this vault holds about a client; for the worker thread.

    ``people``: who can open the vault. Backups made before keep the record until they are destroyed themselves.

    Raises:
        Refused: ``typed``, ``reason``.
        Problem: as ``refuse_erasing``; E-DISK-FULL. Nothing was erased.
    """
    refuse_erasing(erasure.client_id, people)
    refuse(erasure.problems(clients.get(erasure.client_id).reference, local(now).date()))
    rows, entries = storage.write(_erase, erasure)
    return Erased(rows, entries, _settle())


def _erase(erasure: Erasure) -> tuple[int, int]:
    found = _rows_about(erasure.client_id)
    database.execute_sql("PRAGMA defer_foreign_keys=ON")
    for (name,) in fetch(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%USING fts5%' COLLATE NOCASE"
    ):
        # without this the index keeps deleted words in its segments
        database.execute_sql(f"INSERT INTO {name} ({name}, rank) VALUES ('secure-delete', 1)")
    guards = _guards_of(found)
    for name, _ in guards:
        database.execute_sql(f"DROP TRIGGER {name}")
    _loosen(found)
    for table, ids in found.items():
        _delete(table, ids)
    for _, statement in guards:
        database.execute_sql(statement)
    _forget_drafts(erasure.client_id)
    entries = _empty_chain(erasure.client_id, found)
    audit.append(ACTION, "client", erasure.client_id, detail={"reason": erasure.reason})
    return sum(len(ids) for ids in found.values()), entries


# --- what there is about a client ---------------------------------------------------------------------------


def tables() -> list[_Kept]:
    """Every table that records live in, and what its rows point at, as the database itself says."""
    names = fetch(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        " AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name"
    )
    found = []
    for (name,) in names:
        if name in _CHAIN or not _NAME.fullmatch(name):
            continue
        columns = fetch('SELECT name, pk, "notnull" FROM pragma_table_info(?)', (name,))
        keys = [column for column, pk, _ in columns if pk]
        needed = {column for column, _, must in columns if must}
        references = {
            column: _Reference(column, target, column in needed)
            for target, column in fetch('SELECT "table", "from" FROM pragma_foreign_key_list(?)', (name,))
        }
        if any(column == "client_id" for column, _, _ in columns) and name != "client":
            references.setdefault("client_id", _Reference("client_id", "client", "client_id" in needed))
        key = keys[0] if len(keys) == 1 else "rowid"
        found.append(_Kept(name, key, "client_id" in references, tuple(references.values())))
    return found


def _rows_about(client_id: int) -> dict[str, set[Any]]:
    """Table -> the keys of the rows that go."""
    kept = tables()
    found: dict[str, set[Any]] = {"client": {client_id}}
    grown = True
    while grown:
        grown = False
        for table in kept:
            for reference in table.references:
                for ids in blocks(sorted(found.get(reference.target, ()))):
                    more = set(_pointing(table, reference, ids, client_id)) - found.get(table.name, set())
                    if more:
                        found.setdefault(table.name, set()).update(more)
                        grown = True
    return found


def _pointing(table: _Kept, reference: _Reference, ids: Any, client_id: int) -> list[Any]:
    """The rows that point at those, and go with them.

    What belongs to another client and only mentions this one stays, and the mention goes (``_loosen``).
    """
    marks = ", ".join("?" * len(ids))
    sql = f"SELECT {table.key} FROM {table.name} WHERE {reference.column} IN ({marks})"
    params: list[Any] = list(ids)
    if table.owned and not reference.needed and reference.column != "client_id":
        sql += " AND (client_id IS NULL OR client_id = ?)"
        params.append(client_id)
    return [row_id for (row_id,) in fetch(sql, params)]


def _loosen(found: dict[str, set[Any]]) -> None:
    for table in tables():
        for reference in table.references:
            if reference.needed or not table.owned or reference.column == "client_id":
                continue
            for ids in blocks(sorted(found.get(reference.target, ()))):
                marks = ", ".join("?" * len(ids))
                database.execute_sql(
                    f"UPDATE {table.name} SET {reference.column} = NULL"
                    f" WHERE {reference.column} IN ({marks})",
                    ids,
                )


def _guards_of(found: dict[str, set[Any]]) -> list[tuple[str, str]]:
    """The triggers that keep signed rows from being changed: put aside while they are erased, then put back."""
    marks = ", ".join("?" * len(found))
    return [
        (name, statement)
        for name, statement in fetch(
            f"SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN ({marks})"
            " AND sql LIKE '%RAISE%ABORT%'",
            list(found),
        )
    ]


def _delete(table: str, ids: set[Any]) -> None:
    key = next(kept.key for kept in tables() if kept.name == table)
    for block in blocks(sorted(ids)):
        marks = ", ".join("?" * len(block))
        database.execute_sql(f"DELETE FROM {table} WHERE {key} IN ({marks})", block)


def _forget_drafts(client_id: int) -> None:
    for draft in drafts.all_drafts(everybody=True):
        if client_of(draft.key) == client_id or draft.fields.get("client_id") == client_id:
            drafts.discard(draft.key, everybody=True)


# --- the chain ----------------------------------------------------------------------------------------------


def _empty_chain(client_id: int, found: dict[str, set[Any]]) -> int:
    """Empty the audit entries about these rows and remove their earlier wordings; how many entries.

    Also those from before a row belonged to the client: a call nobody could place, given to her later.
    """
    for table, ids in found.items():
        for block in blocks(sorted(ids)):
            marks = ", ".join("?" * len(block))
            # Of hers or of nobody's: the history of answers counts by their set, so a number may be another client's.
            database.execute_sql(
                f"DELETE FROM revision WHERE noun = ? AND row_id IN ({marks})"
                " AND (client_id IS NULL OR client_id = ?)",
                [table, *block, client_id],
            )
    database.execute_sql("DELETE FROM revision WHERE client_id = ?", (client_id,))
    gone = [seq for (seq,) in fetch("SELECT seq FROM audit WHERE client_id = ?", (client_id,))]
    gone += [
        seq
        for seq, noun, row_id in fetch(
            "SELECT seq, noun, row_id FROM audit WHERE client_id IS NULL AND salt IS NOT NULL AND action <> ?",
            (ACTION,),
        )
        if row_id in found.get(noun, ())
    ]
    for block in blocks(gone):
        marks = ", ".join("?" * len(block))
        database.execute_sql(
            f"UPDATE audit SET salt = NULL, detail = 'erased', client_id = NULL WHERE seq IN ({marks})", block
        )
    return len(gone)


# --- the files ----------------------------------------------------------------------------------------------


def _settle() -> bool:
    """Fold the log into the case file and empty it; remove the copy kept before an upgrade, which holds her too."""
    file = Path(str(database.database))
    with database.folding:
        busy, _, _ = database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    left = [*file.parent.glob(f"{file.name}.before*")]
    for copy in left:
        copy.unlink(missing_ok=True)
    if left:
        files.sync_folder(file.parent)
    return not busy
