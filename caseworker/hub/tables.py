"""The hub's tables, on one page. Plain columns only, so that SQLite and PostgreSQL keep them alike.

What was received and the ledger over it can be added to and never changed: the database itself refuses.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from peewee import (
    AutoField,
    BigIntegerField,
    BlobField,
    BooleanField,
    CharField,
    Database,
    DatabaseProxy,
    IntegerField,
    Model,
    TextField,
)
from playhouse.pool import PooledPostgresqlDatabase, PooledSqliteDatabase

database = DatabaseProxy()

SQLITE_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a receipt is a promise, so what it names must survive a power cut
    "foreign_keys": 1,
    "trusted_schema": 0,
    "busy_timeout": 10_000,
}


class Table(Model):
    class Meta:
        database = database
        legacy_table_names = False


class Agency(Table):
    """A body that sends returns. ``approvals`` is how many different people must approve each."""

    id = AutoField()
    org = CharField(16)
    code = CharField(16)
    name = CharField(80)
    approvals = IntegerField(default=1)
    synthetic = BooleanField(default=False)

    class Meta:
        indexes = ((("org", "code"), True),)


class Pairing(Table):
    """One letter with a code. The code is forgotten once it has been used or blocked."""

    id = AutoField()
    bundle = CharField(64, unique=True)
    org = CharField(16)
    agency = CharField(16)
    code = BlobField(null=True)
    tries = IntegerField(default=0)
    ends = BigIntegerField()
    device = CharField(32, default="")


class Device(Table):
    """A laptop that joined: the number expected next (``next_seq``), the hash of the last content (``last``), and how
    many returns came in the hour they last came in.
    """

    id = AutoField()
    org = CharField(16)
    uid = CharField(32)
    agency = CharField(16)
    key = CharField(64)
    joined = BigIntegerField()
    revoked = BooleanField(default=False)
    next_seq = BigIntegerField(default=1)
    last = CharField(64)
    confirmation = BlobField()
    bundle = CharField(64)
    hour = BigIntegerField(default=0)
    sent = IntegerField(default=0)

    class Meta:
        indexes = ((("org", "uid"), True),)


class Approver(Table):
    """A person of an agency whose approval counts, known by their public key alone."""

    id = AutoField()
    org = CharField(16)
    agency = CharField(16)
    key = CharField(64)

    class Meta:
        indexes = ((("org", "agency", "key"), True),)


class Arrival(Table):
    """A return as it came: exact content, the signatures over it, and the receipt that was given."""

    id = AutoField()
    org = CharField(16)
    device = CharField(32)
    seq = BigIntegerField()
    wire_sha256 = CharField(64)
    status = CharField(16)
    reason = CharField(16)
    agency = CharField(16)
    period = CharField(9)
    version = IntegerField()
    payload = BlobField()
    payload_sha256 = CharField(64)
    proof = TextField()
    receipt = BlobField()
    at = BigIntegerField()
    entry = BigIntegerField()

    class Meta:
        indexes = (
            (("org", "device", "seq"), True),
            (("org", "agency", "period", "version"), False),
        )


class Clash(Table):
    """Other bytes under a number already used: kept as a fingerprint, with the receipt that said so."""

    id = AutoField()
    org = CharField(16)
    device = CharField(32)
    seq = BigIntegerField()
    wire_sha256 = CharField(64)
    receipt = BlobField()
    at = BigIntegerField()

    class Meta:
        indexes = ((("org", "device", "seq", "wire_sha256"), True),)


class Entry(Table):
    """The ledger: each line carries the hash of the line before it."""

    seq = BigIntegerField(primary_key=True)
    at = BigIntegerField()
    kind = CharField(16)
    subject = CharField(120)
    sha256 = CharField(64)
    prev = CharField(64)
    hash = CharField(64)


class Head(Table):
    """One row: where the ledger stands. Locking it first makes writers wait for each other."""

    id = IntegerField(primary_key=True)
    seq = BigIntegerField()
    hash = CharField(64)


TABLES = (Agency, Pairing, Device, Approver, Arrival, Clash, Entry, Head)
APPEND_ONLY = ("arrival", "clash", "entry")
EMPTY = "0" * 64


def open_database(url: str) -> Database:
    """Bind the tables to ``sqlite:///file`` or ``postgresql://user@host/name`` and make what is missing."""
    opened = _database(url)
    database.initialize(opened)
    with opened.connection_context(), opened.atomic():
        opened.create_tables(TABLES)
        _guard(opened)
        Head.insert(id=1, seq=0, hash=EMPTY).on_conflict_ignore().execute()
    return opened


def close_database() -> None:
    """Give every connection back."""
    if database.obj is not None:
        database.obj.close()
        database.obj.close_all()


def writing() -> object:
    """A transaction in which others have to wait to write (``ledger.lock`` makes PostgreSQL wait too)."""
    return database.atomic("IMMEDIATE") if is_sqlite() else database.atomic()


def is_sqlite() -> bool:
    """Whether the tables are in SQLite."""
    return isinstance(database.obj, PooledSqliteDatabase)


def _database(url: str) -> Database:
    parts = urlsplit(url)
    if parts.scheme in ("postgres", "postgresql"):
        # libpq reads the whole URL itself, options such as a socket's folder included
        return PooledPostgresqlDatabase(
            url, prefer_psycopg3=True, max_connections=20, stale_timeout=300, timeout=10
        )
    if parts.scheme not in ("", "sqlite"):
        raise ValueError("the hub keeps its tables in SQLite or PostgreSQL")
    file = Path(url.removeprefix("sqlite:///") if parts.scheme else url)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)
    return PooledSqliteDatabase(
        str(file),
        pragmas=SQLITE_PRAGMAS,
        max_connections=60,
        stale_timeout=300,
        timeout=10,
        check_same_thread=False,
    )


def _guard(opened: Database) -> None:
    if isinstance(opened, PooledSqliteDatabase):
        for table in APPEND_ONLY:
            for action in ("UPDATE", "DELETE"):
                opened.execute_sql(
                    f"CREATE TRIGGER IF NOT EXISTS {table}_no_{action.lower()} BEFORE {action} ON {table}"
                    " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
                )
        return
    opened.execute_sql(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$"
    )
    for table in APPEND_ONLY:
        opened.execute_sql(
            f"CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
