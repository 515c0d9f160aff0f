"""The engine opens one encrypted file, does nothing else with the disk, and refuses a library it cannot
trust.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import peewee
import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from caseworker import storage
from caseworker.errors import Problem
from caseworker.storage import audit, engine
from caseworker.storage.engine import database, problem_of
from caseworker.storage.vault import NewVault, OpenVault

ROOT = Path(__file__).parent.parent.parent


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(Problem) as caught:
        action()
    return caught.value.code


def test_the_library_here_passes_its_own_test() -> None:
    engine.self_test()
    assert tuple(sqlcipher.sqlite_version_info) >= (3, 51, 3)


@pytest.mark.parametrize("package", ["import sqlite3\nfrom sqlite3 import *\n", ""])
def test_plain_sqlite_in_its_place_is_refused_at_start(tmp_path: Path, package: str) -> None:
    """Plain SQLite ignores keys and would write people's records in the clear: a real process and swap."""
    shim = tmp_path / "sqlcipher3"
    shim.mkdir()
    (shim / "__init__.py").write_text(package)
    (shim / "dbapi2.py").write_text(
        "from sqlite3.dbapi2 import *\nfrom sqlite3.dbapi2 import connect as _connect\n"
        "import sqlite3 as _plain\n"
        "class Connection(_plain.Connection):\n    def set_key(self, key): pass\n"
        "def connect(*a, **k):\n    return _connect(*a, factory=Connection, **k)\n"
        "sqlite_version_info = (3, 53, 4)\n"
    )
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from caseworker.errors import Problem\n"
        "from caseworker.storage import engine, vault\n"
        "from caseworker.crypto.keys import KdfCost\n"
        "root = Path(sys.argv[2])\n"
        "def create(): vault.create(root, passphrase='x', worker_name='A', role='advocate', agency='A',\n"
        "    synthetic=True, cost=KdfCost(64, 1, 1))\n"
        "for act in (engine.self_test, create, lambda: engine.create_file(root / 'x.db', bytes(32))):\n"
        "    try: act(); print('accepted')\n"
        "    except Problem as problem: print(problem.code)\n"
        "print(sorted(p.name for p in root.iterdir() if p.stat().st_size))\n"
    )
    root = tmp_path / "root"
    root.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), str(root)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["E-ENGINE", "E-ENGINE", "E-ENGINE", "[]"], done.stderr


def test_too_old_a_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.sqlcipher, "sqlite_version_info", (3, 51, 2))
    assert code_of(engine.self_test) == "E-ENGINE"


def test_opening_never_creates(tmp_path: Path) -> None:
    assert code_of(lambda: engine.open_file(tmp_path / "none.db", bytes(32))) == "E-DISK-FULL"
    assert not (tmp_path / "none.db").exists()


def test_creating_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "there.db").write_bytes(b"something")
    with pytest.raises(FileExistsError):
        engine.create_file(tmp_path / "there.db", bytes(32))
    assert (tmp_path / "there.db").read_bytes() == b"something"


def test_only_its_key_opens_a_file(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    engine.create_file(file, bytes(range(32)))
    assert not file.read_bytes().startswith(engine.PLAIN_HEADER)
    engine.open_file(file, bytes(range(32))).close()
    assert code_of(lambda: engine.open_file(file, bytes(32))) == "E-DB-DAMAGED"
    with pytest.raises(ValueError, match="32 bytes"):
        engine.open_file(file, b"short")


@pytest.mark.parametrize(
    "statement",
    [
        "ATTACH DATABASE '{folder}/leak.db' AS leak",
        "ATTACH DATABASE '{folder}/leak.db' AS leak KEY ''",
        "VACUUM INTO '{folder}/leak.db'",
        "SELECT load_extension('{folder}/leak.so')",
        "SELECT sqlcipher_export('leak')",
        "PRAGMA rekey = 'x'",
        "PRAGMA key = 'x'",
        "PRAGMA writable_schema = 1",
        "PRAGMA temp_store_directory = '{folder}'",
        "PRAGMA trusted_schema = 1",
    ],
)
def test_the_open_database_can_reach_no_other_file(vault: OpenVault, tmp_path: Path, statement: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises((peewee.DatabaseError, sqlcipher.DatabaseError, Problem)):
        database.execute_sql(statement.format(folder=tmp_path))
    assert sorted(tmp_path.rglob("*")) == before
    assert vault.whole_check() == []


@pytest.mark.usefixtures("vault")
def test_every_connection_is_set_up_the_same() -> None:
    def facts() -> dict[str, object]:
        names = [*expected, "cache_size"]
        return {name: (database.execute_sql(f"PRAGMA {name}").fetchone() or (0,))[0] for name in names}

    expected: dict[str, object] = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "temp_store": 2,
        "trusted_schema": 0,
        "wal_autocheckpoint": 0,
        "mmap_size": 0,
        "cell_size_check": 1,
    }

    here = facts()
    there: list[dict[str, object]] = []

    def job() -> None:
        with database.connection_context():
            there.append(facts())

    thread = threading.Thread(target=job)
    thread.start()
    thread.join()
    assert {name: here[name] for name in expected} == expected
    assert here.pop("cache_size") == -16 * 1024
    assert there[0].pop("cache_size") == -48 * 1024
    assert there[0] == here


@pytest.mark.usefixtures("vault")
def test_lock_interrupts_the_workers_statement() -> None:
    started, ended = threading.Event(), []

    def job() -> None:
        with database.connection_context():
            started.set()
            try:
                database.execute_sql(
                    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
                ).fetchall()
            except (peewee.OperationalError, sqlcipher.OperationalError) as error:
                ended.append(str(error))

    thread = threading.Thread(target=job)
    thread.start()
    started.wait()
    while thread.is_alive():
        database.interrupt()
        thread.join(0.02)
    assert ended == ["interrupted"]


def test_the_key_is_in_no_representation_of_the_database(vault: OpenVault) -> None:
    key = bytes(database._key).hex()
    seen = f"{database.connect_params} {database.database} {vars(database).keys()} {database!r}"
    assert key not in seen
    assert "passphrase" not in database.connect_params


def test_an_unbound_database_can_do_nothing(new_vault: NewVault) -> None:
    with pytest.raises(peewee.InterfaceError):
        database.execute_sql("SELECT 1")


@pytest.mark.usefixtures("vault")
def test_readers_see_one_moment_while_a_writer_goes_on() -> None:
    inside, go_on, counts = threading.Event(), threading.Event(), []

    def reader() -> None:
        with database.connection_context(), storage.reading():
            counts.append(database.execute_sql("SELECT count(*) FROM audit").fetchone()[0])
            inside.set()
            go_on.wait(10)
            counts.append(database.execute_sql("SELECT count(*) FROM audit").fetchone()[0])

    thread = threading.Thread(target=reader)
    thread.start()
    inside.wait(10)
    storage.write(audit.append, "change", "client", 1)
    go_on.set()
    thread.join()
    assert counts[0] == counts[1]


@pytest.mark.usefixtures("vault")
def test_two_threads_write_one_chain() -> None:
    errors: list[Exception] = []

    def job() -> None:
        try:
            with database.connection_context():
                for number in range(60):
                    storage.write(audit.append, "change", "client", number)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=job) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(60):
        storage.write(audit.append, "change", "contact", number)
        if number % 10 == 0:
            storage.checkpoint()
    for thread in threads:
        thread.join()
    assert errors == []
    assert audit.check_chain() == []
    assert audit.head().seq == 242


@pytest.mark.usefixtures("vault")
def test_the_log_is_folded_in_when_it_has_grown() -> None:
    assert not storage.checkpoint_due()
    text = "x" * 4000
    while not storage.checkpoint_due():
        storage.write(
            database.execute_sql, "INSERT INTO revision VALUES (NULL, 'n', 1, 1, 'f', ?, '', '', 1)", (text,)
        )
    assert storage.checkpoint()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(28, ""), "E-DISK-FULL"),
        (OSError(27, ""), "E-DISK-FULL"),
        (OSError(5, ""), "E-DISK-FULL"),
        (OSError(30, ""), "E-DISK"),
        (PermissionError(13, ""), "E-DISK"),
        (peewee.OperationalError("database or disk is full"), "E-DISK-FULL"),
        (sqlcipher.OperationalError("disk I/O error"), "E-DISK-FULL"),
        (peewee.OperationalError("attempt to write a readonly database"), "E-DISK"),
        (sqlcipher.DatabaseError("file is not a database"), "E-DB-DAMAGED"),
        (peewee.DatabaseError("database disk image is malformed"), "E-DB-DAMAGED"),
        (peewee.OperationalError("database is locked"), "E-BUSY"),
    ],
)
def test_what_the_disk_did_wrong_becomes_one_sentence(error: Exception, code: str) -> None:
    problem = problem_of(error)
    assert problem is not None
    assert problem.code == code
    assert str(problem.words)


@pytest.mark.parametrize(
    "error",
    [OSError(2, "name"), peewee.IntegrityError("UNIQUE constraint failed"), ValueError("x"), KeyError("x")],
)
def test_other_errors_are_not_dressed_up(error: Exception) -> None:
    assert problem_of(error) is None
