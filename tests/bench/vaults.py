"""Vaults of made-up people for the benches, each size made once a run, and bare copies to compare with."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher

from caseworker import demo
from caseworker.crypto.keys import KdfCost
from caseworker.storage import vault as vaults
from caseworker.storage.engine import CACHE_KIB, PRAGMAS, database
from caseworker.storage.vault import OpenVault
from tests.bench.figures import Ground

PHRASE = "a harbour of quiet lanterns 42"
CHEAP = KdfCost(m_kib=64, t=1, p=1)  # the benches here start when the key is ready
TODAY = dt.date(2026, 9, 15)
MAIN_KEY = bytes(range(32))

Statement = tuple[str, Sequence[Any]]


def made(ground: Ground, contacts: int, profile: str = "solo") -> Path:
    """The folder of a vault with that many contacts; made on first use, never written to by a bench."""
    place = ground.folder / "vaults" / f"{profile}-{contacts}"
    found = vaults.find(place) if place.exists() else None
    if found is not None:
        return found
    print(f"  making a vault of {contacts:,} contacts", flush=True)
    return demo.make(profile, place, PHRASE, contacts=contacts, today=TODAY, cost=CHEAP)


@contextmanager
def opened(ground: Ground, contacts: int, profile: str = "solo") -> Iterator[OpenVault]:
    """A throw-away copy of that vault, open."""
    source = made(ground, contacts, profile)
    copy = ground.folder / f"copy-{contacts}" / source.name
    shutil.rmtree(copy.parent, ignore_errors=True)
    shutil.copytree(source, copy)
    vault = vaults.open_vault(vaults.unlock(copy, PHRASE))
    try:
        yield vault
    finally:
        vault.close()
        shutil.rmtree(copy.parent, ignore_errors=True)


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """Every statement that storage runs meanwhile, with its values."""
    found: list[Statement] = []
    execute = database.execute_sql

    def remember(sql: str, params: Any = None) -> Any:
        found.append((sql, tuple(params or ())))
        return execute(sql, params)

    database.execute_sql = remember
    try:
        yield found
    finally:
        del database.execute_sql


def bare_copy(file: Path, *, encrypted: bool) -> Any:
    """A connection to a new file with all rows of the open vault and the vault's settings: SQLite and nothing
    else.

    Same library, same pages, same indexes; ``encrypted`` is the only difference between two of them.
    """
    copy = sqlcipher.connect(str(file), isolation_level=None)
    if encrypted:
        copy.set_key(b"x'" + MAIN_KEY.hex().encode() + b"'")
    for name, value in PRAGMAS.items():
        copy.execute(f"PRAGMA {name}={value}")
    copy.execute("PRAGMA foreign_keys=0")
    copy.execute(f"PRAGMA cache_size=-{256 * 1024}")
    schema = database.execute_sql(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'client_search_%'"
        " OR (type = 'trigger')"
    ).fetchall()
    order = {"table": 0, "index": 1, "trigger": 2}
    schema.sort(key=lambda row: order[row[0]])
    copy.execute("BEGIN")
    for kind, name, sql in schema:
        if kind == "table" and not name.startswith("sqlite_"):
            copy.execute(sql)
    for kind, name, _ in schema:
        if kind == "table" and not name.startswith("sqlite_") and name != "client_search":
            _fill(copy, name)
    for kind, _, sql in schema:
        if kind != "table":
            copy.execute(sql)
    copy.execute("INSERT INTO client_search (client_search) VALUES ('rebuild')")
    copy.execute("COMMIT")
    copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copy.execute("PRAGMA foreign_keys=1")
    copy.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
    return copy


def _fill(copy: Any, name: str) -> None:
    rows = database.execute_sql(f'SELECT * FROM "{name}"')
    marks = ", ".join("?" * len(rows.description))
    while some := rows.fetchmany(10_000):
        copy.executemany(f'INSERT INTO "{name}" VALUES ({marks})', some)


def replay(connection: Any, statements: Sequence[Statement]) -> Callable[[], None]:
    """Runs those statements and fetches what they give."""

    def run() -> None:
        for sql, values in statements:
            connection.execute(sql, values).fetchall()

    return run


def commit(connection: Any, statements: Sequence[Statement]) -> None:
    """One durable transaction of those statements."""
    connection.execute("BEGIN IMMEDIATE")
    for sql, values in statements:
        connection.execute(sql, values)
    connection.execute("COMMIT")


def is_plain(file: Path) -> bool:
    """Whether anybody can read that file: the control of every comparison with encryption."""
    try:
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as plain:
            plain.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError:
        return False
    return True
