"""The engine room: the encrypted database that every other file of storage speaks through.

Opened only with the vault's own key, never created by opening, never able to attach or write another file,
and refused altogether when the library underneath is not SQLCipher or is too old to be trusted with people's
records.
"""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import peewee
from playhouse.sqlcipher_ext import SqlCipherDatabase
from sqlcipher3 import dbapi2 as sqlcipher

from caseworker.crypto import keys
from caseworker.errors import Problem

if TYPE_CHECKING:
    from caseworker.domain.workers import Worker
    from caseworker.storage.anchor import Anchor
    from caseworker.storage.devices import Device

APPLICATION_ID = 0x43415345  # "CASE"
PAGE = 4096
PLAIN_HEADER = b"SQLite format 3\0"
# 3.7.0 to 3.51.2 can corrupt a database in WAL mode (sqlite.org/wal.html#walresetbug)
OLDEST_SQLITE = (3, 51, 3)

CACHE_KIB = 16 * 1024  # the thread with the windows
WORKER_CACHE_KIB = 48 * 1024  # the thread that counts and searches through everything
CHECKPOINT_AT = 4 * 1024 * 1024  # bytes of WAL

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "temp_store": 2,
    "secure_delete": 1,
    "mmap_size": 0,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "wal_autocheckpoint": 0,
    "fullfsync": 1,
    "checkpoint_fullfsync": 1,
}

_DENY, _OK = 1, 0
_PRAGMA, _ATTACH, _DETACH, _FUNCTION = 19, 24, 25, 31
_FORBIDDEN_PRAGMAS = frozenset(
    {
        "key",
        "rekey",
        "hexkey",
        "hexrekey",
        "writable_schema",
        "temp_store_directory",
        "data_store_directory",
        "trusted_schema",
        "cipher_plaintext_header_size",
        "cipher_use_hmac",
        "cipher_page_size",
        "kdf_iter",
    }
)


def _authorise(
    action: int, first: str | None, second: str | None, _schema: str | None, _inner: str | None
) -> int:
    """Nothing but this one file: ATTACH (and so VACUUM INTO), extensions and key pragmas are denied."""
    if action in (_ATTACH, _DETACH):
        return _DENY
    if action == _FUNCTION and (second or "").lower() == "load_extension":
        return _DENY
    if action == _PRAGMA and (first or "").lower() in _FORBIDDEN_PRAGMAS and second is not None:
        return _DENY
    return _OK


class VaultDatabase(SqlCipherDatabase):
    """peewee's SQLCipher database, with the key kept in bytes we can wipe and every opening checked.

    Bound by ``vault.open_vault``; until then, and after ``unbind``, any use raises ``peewee.InterfaceError``.
    Connections belong to their thread: a worker wraps its job in ``database.connection_context()``.
    """

    worker: Worker  # who has the vault open
    device_uid: str  # which installation

    def __init__(self) -> None:
        super().__init__(None, pragmas=PRAGMAS, lock_type="IMMEDIATE")
        self._key = bytearray()
        self._mode = "rw"
        self._open: dict[int, Any] = {}
        self._open_guard = threading.Lock()
        # Folding the log in writes pages of the case file; the page check reads them beside SQLite and would see
        # half-written ones. Whoever holds this does either.
        self.folding = threading.Lock()
        self._clear()

    def _clear(self) -> None:
        self.worker = None
        self.device_uid = ""
        self.device: Device | None = None
        self.vault_id = ""
        self.generation = 0
        self.epoch = 0
        self.anchor: Anchor | None = None
        self.sign: Callable[[str, bytes], bytes] | None = None
        self.read_only = False  # until a person has seen a rollback alarm and said so
        self.damaged = False  # a page failed its check in this session
        self.anchor_late = False  # the disk refused the last anchor

    # --- opening and closing --------------------------------------------------------------------------------

    def bind_key(self, file: Path, key: bytearray, mode: str = "rw") -> None:
        """Point at the database file and keep a copy of its 32-byte key until ``unbind``."""
        self.unbind()
        self._key = keys.held(key)
        self._mode = mode
        self.init(str(file), check_same_thread=False)

    def unbind(self) -> None:
        """Close this thread's connection, wipe the key, forget the file and who had it open."""
        if not self.deferred:
            if self.in_transaction():
                self.rollback()
            self.close()
        keys.wipe(self._key)
        self._key = bytearray()
        self.init(None)
        self._clear()

    def _connect(self) -> Any:
        conn = open_file(Path(self.database), self._key, mode=self._mode, timeout=self._timeout)
        try:
            if self._mode == "rw":
                self._add_conn_hooks(conn)
            main = threading.current_thread() is threading.main_thread()
            conn.execute(f"PRAGMA cache_size=-{CACHE_KIB if main else WORKER_CACHE_KIB}")
            conn.set_authorizer(_authorise)
        except BaseException:
            conn.close()
            raise
        with self._open_guard:
            self._open[threading.get_ident()] = conn
        return conn

    def _close(self, conn: Any) -> None:
        with self._open_guard:
            self._open = {thread: other for thread, other in self._open.items() if other is not conn}
        super()._close(conn)

    def cursor(self, named_cursor: Any = None) -> Any:
        # A worker that still has its connection neither reads nor commits anything once the vault is locked.
        if self.deferred:
            raise peewee.InterfaceError("no vault is open")
        return super().cursor(named_cursor)

    def close(self) -> bool:
        """Close this thread's connection, also after the vault was locked meanwhile."""
        if not self.deferred:
            return bool(super().close())
        conn = self._state.conn
        self._state.reset()
        if conn is not None:
            self._close(conn)
        return conn is not None

    def interrupt(self) -> None:
        """Stop whatever the other threads' connections are doing; their statements fail with
        ``OperationalError``.
        """
        here = threading.get_ident()
        with self._open_guard:
            for thread, conn in self._open.items():
                if thread != here:
                    conn.interrupt()

    # --- errors become sentences in one place ---------------------------------------------------------------

    def connect(self, reuse_if_open: bool = False) -> Any:
        with self.sentences():
            return super().connect(reuse_if_open)

    def execute_sql(self, sql: str, params: Any = None) -> Any:
        with self.sentences():
            return super().execute_sql(sql, params)

    def begin(self, lock_type: str | None = None) -> None:
        with self.sentences():
            super().begin(lock_type)

    def commit(self) -> None:
        with self.sentences():
            super().commit()

    def rollback(self) -> None:
        # After a full disk SQLite has rolled back already, and ROLLBACK would say that no transaction is
        # active.
        if not self.is_closed() and self._state.conn.in_transaction:
            self._state.conn.execute("ROLLBACK")

    @contextmanager
    def sentences(self) -> Iterator[None]:
        """Turns what the disk or the file did wrong into a ``Problem``; other errors pass through."""
        try:
            yield
        except Problem:
            if self.damaged:
                self._drop_poisoned()
            raise
        except (peewee.DatabaseError, sqlcipher.DatabaseError, OSError) as error:
            problem = problem_of(error)
            if problem is None:
                raise
            if problem.code == "E-DB-DAMAGED":
                self.damaged = True
                self._drop_poisoned()
            raise problem from None

    def _drop_poisoned(self) -> None:
        """After one bad page a connection's later checks cannot be trusted (sqlcipher issue 617): close it at
        once.
        """
        if self.is_closed() or self._state.transactions:
            return
        conn = self._state.conn
        self._state.reset()
        self._close(conn)


database = VaultDatabase()


def open_file(file: Path, key: bytes | bytearray, *, mode: str = "rw", timeout: float = 5) -> Any:
    """A bare checked connection to an encrypted file that exists already; ``key`` is the raw 32 bytes.

    Raises:
        Problem: E-ENGINE (not SQLCipher), E-DB-MISSING (not our kind of file), E-DB-DAMAGED (wrong key or
        changed
            bytes: the two cannot be told apart).
    """
    conn = _connect_keyed(f"{file.absolute().as_uri()}?mode={mode}", key, timeout)
    try:
        found = conn.execute("PRAGMA application_id").fetchone()[0]
        if found != APPLICATION_ID:
            raise Problem(
                "E-DB-MISSING",
                "The case file in this folder is not this vault's. Nothing has been changed. Restore it"
                " from a backup",
            )
    except sqlcipher.DatabaseError as error:
        conn.close()
        raise problem_of(error) or error from None
    except BaseException:
        conn.close()
        raise
    return conn


def create_file(file: Path, key: bytes | bytearray) -> None:
    """Make a new, empty, encrypted database of our kind. The only code that creates one.

    Raises:
        FileExistsError: there is something at ``file`` already.
    """
    file.touch(mode=0o600, exist_ok=False)
    conn = _connect_keyed(f"{file.absolute().as_uri()}?mode=rw", key, 5)
    try:
        conn.execute(f"PRAGMA application_id={APPLICATION_ID}")
        conn.execute("PRAGMA journal_mode=wal")
    finally:
        conn.close()


def copy_into(
    source: Any, file: Path, key: bytes | bytearray, step: Callable[[int, int], None] | None = None
) -> None:
    """Copy an open database into a new encrypted ``file`` by SQLite's online backup, and force it to the disk.

    One moment's state when ``source`` is in a read transaction. ``step(pages done, of)`` is called every
    4 MiB and may raise to stop; nothing is left behind then.

    Raises:
        Problem: E-DISK-FULL, E-DISK, E-DB-DAMAGED. FileExistsError: there is something at ``file`` already.
    """

    def between(_status: int, left: int, of: int) -> None:
        if step is not None:
            step(of - left, of)

    try:
        create_file(file, key)
    except OSError as error:
        raise problem_of(error) or error from None
    try:
        target = open_file(file, key)
        try:
            source.backup(target, pages=1024, progress=between)
        finally:
            target.close()
        with open(file, "rb") as written:
            if written.read(len(PLAIN_HEADER)) == PLAIN_HEADER:
                raise not_encrypting()
            os.fsync(written.fileno())
    except (sqlcipher.DatabaseError, OSError) as error:
        _remove(file)
        raise problem_of(error) or error from None
    except BaseException:
        _remove(file)
        raise


def _remove(file: Path) -> None:
    for name in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        name.unlink(missing_ok=True)


def _connect_keyed(uri: str, key: bytes | bytearray, timeout: float) -> Any:
    try:
        conn = sqlcipher.connect(
            uri, uri=True, isolation_level=None, timeout=timeout, check_same_thread=False
        )
    except sqlcipher.DatabaseError as error:
        raise problem_of(error) or error from None
    try:
        if not hasattr(conn, "set_key"):
            raise not_encrypting()
        spec = _key_spec(key)
        try:
            conn.set_key(spec)
        finally:
            keys.wipe(spec)
        if not conn.execute("PRAGMA cipher_version").fetchone():
            # plain SQLite ignores keys and would write people's records in the clear
            raise not_encrypting()
        conn.execute("PRAGMA cipher_log_level=NONE")
    except BaseException:
        conn.close()
        raise
    return conn


def _key_spec(key: bytes | bytearray) -> bytearray:
    """``x'…64 hex…'``: SQLCipher's spelling of a raw key, in bytes that the caller wipes."""
    if len(key) != keys.KEY:
        raise ValueError("a raw key has 32 bytes")
    spec = keys.room(3 + 2 * keys.KEY)
    spec[0:2] = b"x'"
    digits = b"0123456789abcdef"
    for i, byte in enumerate(key):
        spec[2 + 2 * i] = digits[byte >> 4]
        spec[3 + 2 * i] = digits[byte & 15]
    spec[-1:] = b"'"
    return spec


# --- what may be relied on ----------------------------------------------------------------------------------


def self_test() -> None:
    """Check the library at every start, before anything is opened.

    Raises:
        Problem: E-ENGINE, the library is not SQLCipher, is too old, or lacks a part we rely on.
    """
    try:
        if tuple(sqlcipher.sqlite_version_info) < OLDEST_SQLITE:
            raise not_encrypting()
        conn = sqlcipher.connect(":memory:", isolation_level=None)
        try:
            version = conn.execute("PRAGMA cipher_version").fetchone()
            options = {row[0] for row in conn.execute("PRAGMA compile_options")}
            if not version or not str(version[0]).startswith("4."):
                raise not_encrypting()
            if "ENABLE_FTS5" not in options or "TEMP_STORE=2" not in options or not hasattr(conn, "set_key"):
                raise not_encrypting()
        finally:
            conn.close()
    except sqlcipher.Error:
        raise not_encrypting() from None


def not_encrypting() -> Problem:
    """What is said when records would not be encrypted."""
    return Problem(
        "E-ENGINE",
        "This copy of Caseworker cannot encrypt safely, so it will not open or make a vault. Install it"
        " again from the place you got it",
    )


_FULL = ("disk is full", "database or disk is full")
_IO = ("disk i/o error", "unable to open database file")
_READ_ONLY = ("readonly database", "read-only")
_DAMAGED = ("file is not a database", "malformed", "file is encrypted")


def problem_of(error: BaseException) -> Problem | None:
    """The sentence for what the disk or the file did wrong; None when ``error`` is something else.

    A file size limit shows as an I/O error and a full disk as either, so both give E-DISK-FULL's advice.
    """
    if isinstance(error, Problem):
        return error
    if isinstance(error, OSError):
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            return _disk_full()
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            return _disk_read_only()
        return _disk_full() if error.errno == errno.EIO else None
    if not isinstance(error, peewee.DatabaseError | sqlcipher.DatabaseError):
        return None
    text = str(error).lower()
    if any(piece in text for piece in _FULL + _IO):
        return _disk_full()
    if any(piece in text for piece in _READ_ONLY):
        return _disk_read_only()
    if any(piece in text for piece in _DAMAGED):
        return Problem(
            "E-DB-DAMAGED",
            "Part of this vault on the disk has been damaged or changed. Nothing more has been written."
            " Stop work in this vault and restore it from a backup",
        )
    if "database is locked" in text:
        return Problem(
            "E-BUSY", "Caseworker is still finishing other work. Nothing was saved. Try again in a moment"
        )
    return None


def _disk_full() -> Problem:
    return Problem(
        "E-DISK-FULL",
        "There is no room left on this computer's disk, or the disk refused. Nothing was changed and what"
        " you typed is still here. Free some space, then save again",
    )


def _disk_read_only() -> Problem:
    return Problem(
        "E-DISK",
        "This computer does not allow writing to the vault's folder. Nothing was changed and what you typed"
        " is still here. Ask whoever looks after this computer to let you write there",
    )
