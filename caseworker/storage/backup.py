"""Backups: one encrypted file that a whole vault can be brought back from, and the proof that it can.

A backup opens with the passphrase or recovery sheet of the day it was made. It counts only after it has been read
back from the disk, opened and checked completely. Restoring makes a new folder and never touches an old one.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import peewee
from sqlcipher3 import dbapi2 as sqlcipher

from caseworker import canonical, storage
from caseworker.canonical import NotCanonical
from caseworker.crypto import files as sealed
from caseworker.crypto import header as hdr
from caseworker.crypto import keys, signing
from caseworker.crypto.header import Header
from caseworker.domain import when
from caseworker.errors import Problem
from caseworker.storage import anchor, audit, engine, files, settings
from caseworker.storage import vault as vaults
from caseworker.storage.engine import VaultDatabase, database
from caseworker.storage.places import refuse_unsafe_folder
from caseworker.storage.today import LAST_BACKUP
from caseworker.storage.vault import OpenVault, upgrading
from caseworker.words import Words, words

MAGIC = b"CASEBAK\x01"
FORMAT = 1
SUFFIX = ".casebak"
FILE = "backup.file"  # the setting: the path of the newest backup
DAYS, WEEKS = 7, 4  # kept in the chosen folder
REMIND_AFTER = 7 * 24 * 3600  # seconds

_PATH = re.compile(r"db|blobs/[0-9a-f]{2}/[0-9a-f]{32}")
_NAME = re.compile(r"\d{4}-\d{2}-\d{2}-\d{6}-[0-9a-f]{8}\.casebak")
_DIGITS = frozenset("0123456789abcdef")
_MANIFEST = "manifest.json"
_LARGEST_MANIFEST = 1024 * 1024
_LARGEST = 2**32 - 1  # a length has four bytes
_PIECE = 1024 * 1024
_PURPOSE = "backup"
# entries of the audit chain that stand for no change to the records
_NO_CHANGE = ("unlock", "unlock_by_recovery", "lock", "open", "backup", "clock_back", "header_pinned")

#: What is being done, and how much of the whole, 0 to 100.
Progress = Callable[[Words, int], None]
Cancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says it holds; read only when its tags and the vault's key agree.

    ``files`` are (path, size in bytes, SHA-256 in hexadecimal); ``rows`` counts each table; ``schema`` names the
    changes of shape that the case file has been through; ``seq`` and ``hash`` are the head of the audit chain, which
    ``signer`` (a worker's uid) has signed with the rest.
    """

    backup: str
    vault: str
    epoch: int
    generation: int
    made: int
    app: int
    schema: tuple[str, ...]
    files: tuple[tuple[str, int, str], ...]
    rows: Mapping[str, int]
    seq: int
    hash: str
    signer: str
    signature: str

    def signed(self) -> bytes:
        """The bytes under the signature."""
        return canonical.dump(self._fields())

    def dump(self) -> bytes:
        return canonical.dump({**self._fields(), "signature": self.signature})

    def _fields(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "backup": self.backup,
            "vault": self.vault,
            "epoch": self.epoch,
            "generation": self.generation,
            "made": self.made,
            "app": self.app,
            "schema": list(self.schema),
            "files": [{"path": path, "size": size, "sha256": digest} for path, size, digest in self.files],
            "rows": dict(self.rows),
            "audit": {"seq": self.seq, "hash": self.hash},
            "signer": self.signer,
        }


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


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that has been checked. ``size`` in bytes; ``same_disk``: it is lost together with the laptop."""

    path: Path
    made: int
    size: int
    clients: int
    contacts: int
    same_disk: bool
    removed: int = 0  # older backups in the folder that it covers


@dataclass(frozen=True, slots=True)
class Drill:
    """A backup brought back into a scratch folder, checked, and removed again."""

    made: int
    clients: int
    contacts: int
    behind: Behind
    seconds: float


@dataclass(frozen=True, slots=True)
class Restored:
    """A vault brought back. ``behind``: what the vault in use has that it has not; None when there is none."""

    path: Path
    made: int
    clients: int
    contacts: int
    behind: Behind | None


@dataclass(frozen=True, slots=True)
class _Front:
    """What stands before the sealed part, in the clear: which vault, which ways in."""

    header: Header
    header_bytes: bytes
    backup: bytes
    raw: bytes


# --- making -------------------------------------------------------------------------------------------------


def into_folder(
    opened: OpenVault,
    folder: Path,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Made:
    """Back the open vault up into ``folder`` under a name of its own, and remove what that makes needless.

    For the worker thread. Seven days and four weeks are kept; a backup is removed only when the new, checked one
    contains everything that is in it. Where it is, is remembered.

    Raises:
        Problem: as ``make``.
    """
    name = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d-%H%M%S") + f"-{secrets.token_hex(4)}{SUFFIX}"
    with _sentences():
        _sweep(folder, opened.vault_id)
    done = make(opened, folder / name, progress, cancelled)
    _patiently(settings.keep, FILE, str(done.path))
    removed = _remove_covered(opened, folder, done.path)
    return replace(done, removed=removed)


def make(
    opened: OpenVault, out: Path, progress: Progress | None = None, cancelled: Cancelled | None = None
) -> Made:
    """Write a backup of the open vault to ``out``, read it back and check all of it. For the worker thread.

    The file has its name only once it has passed; the vault then remembers the day.

    Raises:
        Problem: E-EXISTS, E-BACKUP-PLACE, E-BACKUP-CHECK (it did not pass and was not kept), E-BACKUP-LARGE,
            E-STOPPED, E-DISK-FULL, E-DISK, E-DB-DAMAGED, E-ROLLBACK. Nothing was changed.
    """
    if database.read_only:
        raise Problem(
            "E-ROLLBACK", "Read and acknowledge the warning about an older copy of this vault, then back up"
        )
    if os.path.realpath(out).startswith(os.path.realpath(opened.path) + os.sep):
        raise Problem(
            "E-BACKUP-PLACE",
            "A backup inside the records' own folder is lost together with it. Choose another folder",
        )
    if out.exists():
        raise Problem("E-EXISTS", "There is a file of that name already. Choose another name")
    tell = _Tell(progress, cancelled)
    part = out.with_name(out.name + ".part")
    with _sentences(), _scratch(opened.path) as scratch, _own_keys(opened) as (vmk, db_key, key):
        snapshot = scratch / "db.part"
        front = _snapshot(opened, snapshot, db_key, tell)
        manifest = _describe(opened, snapshot, db_key, front, tell)
        try:
            with open(part, "xb", opener=_private) as target:
                _write(target, front, manifest, snapshot, key, tell)
                target.flush()
                os.fsync(target.fileno())
            snapshot.unlink()
            found = _check(part, vmk, scratch, tell, expected=manifest)[1]
            if found:
                raise Problem(
                    "E-BACKUP-CHECK",
                    "The backup did not pass its check and was not kept: {reason}. Tell your supervisor, and"
                    " keep the older backups",
                    reason=found[0],
                )
            size = part.stat().st_size
            if out.exists():
                raise Problem("E-EXISTS", "There is a file of that name already. Choose another name")
            os.rename(part, out)
        except FileExistsError:
            raise Problem("E-EXISTS", "There is a file of that name already. Choose another name") from None
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        with contextlib.suppress(OSError):  # some memory sticks do not know how
            files.sync_folder(out.parent)
        _patiently(_remember, manifest)
        tell(words("Done"), 100)
        same = out.stat().st_dev == opened.path.stat().st_dev
    return Made(out, manifest.made, size, manifest.rows["client"], manifest.rows["contact"], same)


def last() -> int | None:
    """When the newest backup that counts was made, epoch seconds; None before the first."""
    return settings.get(LAST_BACKUP, None)


def newest() -> Path | None:
    """Where the newest backup made into a folder lies, or lay; None before the first."""
    found = settings.get(FILE, "")
    return Path(found) if found else None


def due(now: int) -> bool:
    """Whether to remind: never backed up, or more than a week ago."""
    made = last()
    return made is None or now - made > REMIND_AFTER


def _remember(manifest: Manifest) -> None:
    settings.keep(LAST_BACKUP, manifest.made)
    audit.append(
        "backup",
        "vault",
        0,
        detail={"backup": manifest.backup, "seq": manifest.seq, "hash": manifest.hash},
    )


def _patiently(function: Callable[..., None], *args: Any) -> None:
    """Write although the screen's thread writes at the same time: the backup is there and must be known."""
    for _ in range(4):
        try:
            return storage.write(function, *args)
        except Problem as problem:
            if problem.code != "E-BUSY":
                raise
    return storage.write(function, *args)


def _snapshot(opened: OpenVault, file: Path, key: bytearray, tell: _Tell) -> _Front:
    """The case file of one moment, and the header that belongs to it."""

    def step(done: int, of: int) -> None:
        tell(words("Copying the records"), 30 * done // max(1, of))

    with _unfolded(tell), database.atomic("DEFERRED"):
        with opened.header_kept() as (found, data):
            # from the first read on, what others save meanwhile is not seen
            database.execute_sql("SELECT count(*) FROM meta").fetchone()
        # A page whose MAC fails is copied as zeros under a new, right MAC, and no later check of the copy could tell:
        # so the pages are checked where they lie.
        wrong = vaults.page_checks(opened.path / found.db, key, "rw", tell.cancelled)[0]()
        tell.stop_if_asked()
        if wrong:
            raise Problem(
                "E-DB-DAMAGED",
                "No backup was made, for the records on this computer's disk are damaged: {reason}. Keep the older"
                " backups, and tell your supervisor",
                reason=wrong[0],
            )
        engine.copy_into(database.connection(), file, key, step)
    backup = os.urandom(16)
    return _Front(found, data, backup, MAGIC + len(data).to_bytes(4, "big") + data + backup)


@contextmanager
def _unfolded(tell: _Tell) -> Iterator[None]:
    """Everything saved is in the case file itself, which nobody writes to in the block."""
    while not database.folding.acquire(timeout=0.2):
        tell(words("Waiting until the records have been checked"), 0)
    try:
        busy, _, _ = database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise Problem(
                "E-BUSY",
                "Caseworker is still finishing other work. No backup was made. Try again in a moment",
            )
        yield
    finally:
        database.folding.release()


def _describe(opened: OpenVault, file: Path, key: bytearray, front: _Front, tell: _Tell) -> Manifest:
    size = file.stat().st_size
    if size > _LARGEST:
        raise Problem("E-BACKUP-LARGE", "The records are too large for one backup file. Tell your supervisor")
    with _bound(file, key, front.header) as copy:
        rows, (seq, head), schema = _rows(copy), _head(copy), _schema(copy)
    with open(file, "rb") as source:
        digest = _digest(iter(lambda: source.read(_PIECE), b""), tell, 30, 35, size)
    unsigned = Manifest(
        backup=front.backup.hex(),
        vault=front.header.vault,
        epoch=front.header.epoch,
        generation=front.header.generation,
        made=int(time.time()),
        app=hdr.APP,
        schema=schema,
        files=(("db", size, digest),),
        rows=rows,
        seq=seq,
        hash=head,
        signer=opened.worker.uid,
        signature="",
    )
    return replace(unsigned, signature=opened.sign(_PURPOSE, unsigned.signed()).hex())


def _write(
    target: BinaryIO, front: _Front, manifest: Manifest, snapshot: Path, key: bytearray, tell: _Tell
) -> None:
    writer = sealed.Writer(target, key, front.raw, *_context(front))
    writer.write(_lp(_MANIFEST.encode("ascii")) + _lp(manifest.dump()))
    size = manifest.files[0][1]
    writer.write(_lp(b"db") + size.to_bytes(4, "big"))
    done = 0
    with open(snapshot, "rb") as source:
        while piece := source.read(_PIECE):
            writer.write(piece)
            done += len(piece)
            tell(words("Writing the backup"), 35 + 25 * done // size)
    writer.finish()


# --- checking -----------------------------------------------------------------------------------------------


def check(
    file: Path,
    *,
    passphrase: str | None = None,
    code: str | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> list[Words]:
    """Open a backup and check all of it, changing nothing. Empty when a vault can be restored from it.

    Raises:
        Problem: E-PASS, E-RECOVERY, E-MEMORY, E-STOPPED, E-DISK-FULL: nothing could be checked.
    """
    try:
        with _sentences(), _keys_of(file, passphrase, code) as (vmk, _person):
            scratch = Path(tempfile.mkdtemp(prefix="case-verify-"))
            try:
                return _check(file, vmk, scratch, _Tell(progress, cancelled))[1]
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
    except Problem as problem:
        if problem.code in _ABOUT_THE_FILE:
            return [problem.words]
        raise


def inspect(file: Path) -> Header:
    """Look at a backup before asking for a passphrase.

    Raises:
        Problem: E-BACKUP-DAMAGED, E-NEWER, E-HDR-UNSUPPORTED, E-DISK.
    """
    with _sentences(), open(file, "rb") as source:
        return _read_front(source).header


def drill(
    opened: OpenVault,
    file: Path,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Drill:
    """Bring a backup of the open vault back into a scratch folder, check it there, and remove it again.

    For the worker thread. Nothing of the vault in use is changed.

    Raises:
        Problem: E-BACKUP-CHECK, E-BACKUP-DAMAGED, E-BACKUP-OTHER (of another vault), E-NEWER, E-STOPPED,
        E-DISK-FULL, E-DISK.
    """
    started = time.monotonic()
    tell = _Tell(progress, cancelled)
    with _sentences(), _scratch(opened.path) as scratch, _own_keys(opened) as (vmk, _db_key, _key):
        with open(file, "rb") as source:
            front = _read_front(source)
        if (front.header.vault, front.header.epoch) != (opened.vault_id, database.epoch):
            raise Problem(
                "E-BACKUP-OTHER", "This is a backup of other records. Choose a backup of the records in use"
            )
        manifest, found = _check(file, vmk, scratch, tell, lay_out=True)
        if not found:
            vaults.inspect(scratch)
        if found or manifest is None:
            raise Problem(
                "E-BACKUP-CHECK",
                "The records could not be brought back whole from this backup: {reason}. Make a new backup now,"
                " and tell your supervisor",
                reason=found[0],
            )
        behind = _compare(database, manifest)
    rows = manifest.rows
    return Drill(manifest.made, rows["client"], rows["contact"], behind, time.monotonic() - started)


def _check(
    file: Path,
    vmk: bytearray,
    scratch: Path,
    tell: _Tell,
    expected: Manifest | None = None,
    lay_out: bool = False,
) -> tuple[Manifest | None, list[Words]]:
    """Read a backup back from the disk, take the case file out of it and check that. Ciphertext only."""
    with open(file, "rb") as source:
        if hasattr(os, "posix_fadvise"):  # from the disk, not from memory, where the system allows it
            os.posix_fadvise(source.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        front = _read_front(source)
        _check_mac(front, vmk)
        out = scratch / front.header.db
        manifest = _take_out(source, front, vmk, out, tell)
    if expected is not None and manifest != expected:
        return manifest, [words("It reads back differently from what was written")]
    if lay_out:
        files.replace(scratch / vaults.HEADER, front.header_bytes)
        files.replace(scratch / vaults.SPARE, front.header_bytes)
    key = vaults.vault_key(vmk, front.header, "db")
    with keys.short_lived(key):
        return manifest, _check_case_file(out, key, front, manifest, tell)


def _take_out(source: BinaryIO, front: _Front, vmk: bytearray, out: Path, tell: _Tell) -> Manifest:
    """The case file of a backup, into ``out``; every chunk has proved itself before it is written."""
    key = vaults.vault_key(vmk, front.header, "backup")
    with keys.short_lived(key):
        reader = sealed.Reader(source, key, front.raw, *_context(front))
    manifest = _read_manifest(reader, front)
    for path, size, digest in manifest.files:
        if _read_lp(reader, 64) != path.encode("ascii") or int.from_bytes(reader.read(4), "big") != size:
            raise sealed.Damaged("not as listed")
        with open(out, "xb", opener=_private) as target:

            def pieces(length: int = size, into: BinaryIO = target) -> Iterator[bytes]:
                for piece in reader.pieces(length):
                    into.write(piece)
                    yield piece

            if _digest(pieces(), tell, 60, 75, size) != digest:
                raise sealed.Damaged("hash")
            target.flush()
            os.fsync(target.fileno())
    reader.finish()
    return manifest


def _check_case_file(
    file: Path, key: bytearray, front: _Front, manifest: Manifest, tell: _Tell
) -> list[Words]:
    found: list[Words] = []
    try:
        for number, step in enumerate(vaults.page_checks(file, key, "ro&immutable=1", tell.cancelled)):
            tell(words("Checking the backup"), 75 + 4 * number)
            found += step()
        with _bound(file, key, front.header) as copy:
            tell(words("Checking the backup"), 88)
            found += _check_meaning(copy, front.header, manifest)
            found += audit.check_chain(tell.cancelled, copy)
    except Problem as problem:
        tell.stop_if_asked()
        found.append(problem.words)
    except (peewee.DatabaseError, sqlcipher.DatabaseError):
        tell.stop_if_asked()
        found.append(words("The case file's structure is damaged"))
    tell.stop_if_asked()
    return found


def _check_meaning(copy: VaultDatabase, found: Header, manifest: Manifest) -> list[Words]:
    """That the case file is the one the manifest speaks of, by the worker who signed it."""
    wrong: list[Words] = []
    if _rows(copy) != dict(manifest.rows):
        wrong.append(words("It does not hold as many records as it says"))
    if _head(copy) != (manifest.seq, manifest.hash) or _schema(copy) != manifest.schema:
        wrong.append(words("It holds another state of the records than it says"))
    meta = dict(copy.execute_sql("SELECT key, value FROM meta").fetchall())
    if (meta.get("vault"), meta.get("epoch")) != (found.vault, str(found.epoch)):
        wrong.append(words("Its case file belongs to other records"))
    if int(meta.get("generation", 0)) > found.generation:
        wrong.append(words("Its ways in are older than its records"))
    signer = copy.execute_sql("SELECT sign_key FROM worker WHERE uid = ?", (manifest.signer,)).fetchone()
    try:
        signing.verify(
            bytes(signer[0]) if signer else b"",
            _PURPOSE,
            manifest.signed(),
            bytes.fromhex(manifest.signature),
        )
    except signing.BadSignature:
        wrong.append(words("It was not signed by anyone who works in it"))
    return wrong


# --- restoring ----------------------------------------------------------------------------------------------


def restore(
    file: Path,
    out: Path,
    *,
    passphrase: str | None = None,
    code: str | None = None,
    live: Path | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Restored:
    """Bring a vault back from a backup, into a new folder under ``out``, which must be new or empty.

    The restored vault is another installation: it has a key of its own and has sent nothing, so nothing is sent
    until a person joins it to the hub again. ``live`` is the vault in use, if there is one; it is only read.

    Raises:
        Problem: E-NOT-EMPTY, E-PASS, E-RECOVERY, E-NEWER, E-BACKUP-DAMAGED, E-BACKUP-CHECK, E-FOLDER-NETWORK,
            E-FOLDER-SYNCED, E-STOPPED, E-DISK-FULL, E-DISK, E-ENGINE. Nothing was changed.
    """
    if not database.deferred:
        raise RuntimeError("a vault is open in this process")
    engine.self_test()
    refuse_unsafe_folder(out)
    tell = _Tell(progress, cancelled)
    with _sentences():
        fresh = not out.exists()
        if not fresh and (not out.is_dir() or any(out.iterdir())):
            raise Problem(
                "E-NOT-EMPTY",
                "Records are only restored into a new or empty folder, so that nothing is ever written over."
                " Choose another folder",
            )
        with _keys_of(file, passphrase, code) as (vmk, person):
            out.mkdir(mode=0o700, parents=True, exist_ok=True)
            staging = out / f"{secrets.token_hex(8)}.new"
            try:
                staging.mkdir(mode=0o700)
                manifest, found = _check(file, vmk, staging, tell, lay_out=True)
                if found or manifest is None:
                    raise Problem(
                        "E-BACKUP-CHECK",
                        "This backup is not whole, so nothing was restored: {reason}. Choose another backup",
                        reason=found[0],
                    )
                header, _ = vaults.read_header(staging)
                behind = None if live is None else _behind(live, vmk, header, manifest)
                origin = {"backup": manifest.backup, "seq": manifest.seq, "hash": manifest.hash}
                vaults.adopt(staging, vmk, person, origin, lambda: settings.keep(LAST_BACKUP, manifest.made))
                tell(words("Done"), 100)
                os.rename(staging, out / manifest.vault)
            except BaseException:
                shutil.rmtree(staging, ignore_errors=True)  # our own half-made folder
                if fresh:
                    with contextlib.suppress(OSError):
                        out.rmdir()
                raise
            with contextlib.suppress(OSError):
                files.sync_folder(out)
    rows = manifest.rows
    return Restored(out / manifest.vault, manifest.made, rows["client"], rows["contact"], behind)


def _behind(live: Path, vmk: bytearray, found: Header, manifest: Manifest) -> Behind | None:
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
            with _bound(live / header.db, key, header, "ro" if waiting else "ro&immutable=1") as copy:
                return _compare(copy, manifest)
    except (Problem, peewee.PeeweeException, sqlcipher.Error, OSError):
        return _behind_anchor(live, vmk, header, manifest)


def _behind_anchor(live: Path, vmk: bytearray, header: Header, manifest: Manifest) -> Behind | None:
    """The case file in use cannot be read; its anchor still knows how far it had come."""
    key = vaults.vault_key(vmk, header, "anchor")
    with keys.short_lived(key):
        try:
            known, _ = anchor.read(live / vaults.ANCHOR, key)
        except anchor.BadAnchor:
            return None
    return Behind(max(0, known.seq - manifest.seq)) if known.vault == manifest.vault else None


def _compare(live: VaultDatabase, manifest: Manifest) -> Behind:
    seq, _head_hash = _head(live)
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


# --- keeping ------------------------------------------------------------------------------------------------


def to_remove(newest_first: Sequence[tuple[Path, dt.date]]) -> set[Path]:
    """Which backups need not be kept: all but the newest of seven days, and of four weeks before those."""
    keep: set[Path] = set()
    days: set[dt.date] = set()
    weeks: set[tuple[int, int]] = set()
    for path, day in newest_first:
        week = (day.isocalendar().year, day.isocalendar().week)
        if len(days) < DAYS:
            if day not in days:
                days.add(day)
                keep.add(path)
        elif day not in days and week not in weeks and len(weeks) < WEEKS:
            weeks.add(week)
            keep.add(path)
    return {path for path, _ in newest_first} - keep


def _remove_covered(opened: OpenVault, folder: Path, newest: Path) -> int:
    """Remove what need not be kept, if the newest backup has every entry that it has."""
    with _own_keys(opened) as (vmk, _db_key, _key):
        known = {file: _peek(file, vmk, opened.vault_id) for file in _ours(folder)}
    mine = {file: manifest for file, manifest in known.items() if manifest is not None}
    covered = {
        file: manifest
        for file, manifest in mine.items()
        if file != newest and audit.has(manifest.seq, manifest.hash)
    }
    if newest not in mine:
        return 0
    # by their place in the chain: two may have been made within a second, and clocks are turned back
    order = sorted((newest, *covered), key=lambda file: mine[file].seq, reverse=True)
    removed = 0
    for file in to_remove([(file, when.local(mine[file].made).date()) for file in order]) - {newest}:
        with contextlib.suppress(OSError):
            file.unlink()
            removed += 1
    return removed


def _ours(folder: Path, suffix: str = "") -> list[Path]:
    return [
        file
        for file in sorted(folder.iterdir())
        if _NAME.fullmatch(file.name.removesuffix(suffix)) and file.name.endswith(SUFFIX + suffix)
    ]


def _peek(file: Path, vmk: bytearray, vault_id: str) -> Manifest | None:
    """The manifest of a backup of this vault; None when it is another's or does not read."""
    try:
        with open(file, "rb") as source:
            front = _read_front(source)
            if front.header.vault != vault_id:
                return None
            _check_mac(front, vmk)
            key = vaults.vault_key(vmk, front.header, "backup")
            with keys.short_lived(key):
                return _read_manifest(sealed.Reader(source, key, front.raw, *_context(front)), front)
    except (Problem, sealed.Damaged, OSError):
        return None


def _sweep(folder: Path, vault_id: str) -> None:
    """Remove what an interrupted backup of this vault left in the folder: never a finished one."""
    for file in _ours(folder, ".part"):
        with contextlib.suppress(Problem, OSError, sealed.Damaged), open(file, "rb") as source:
            if _read_front(source).header.vault == vault_id:
                file.unlink()


# --- bytes --------------------------------------------------------------------------------------------------


def _context(front: _Front) -> tuple[str, str, int, bytes]:
    return ("backup", front.header.vault, front.header.epoch, front.backup)


def _lp(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _read_lp(reader: sealed.Reader, most: int) -> bytes:
    size = int.from_bytes(reader.read(4), "big")
    if size > most:
        raise sealed.Damaged("length")
    return reader.read(size)


def _read_front(source: BinaryIO) -> _Front:
    """What stands in the clear, bounded before it is used.

    Raises:
        Problem: E-BACKUP-DAMAGED, E-NEWER, E-HDR-UNSUPPORTED.
    """
    opening = source.read(len(MAGIC) + 4)
    size = int.from_bytes(opening[len(MAGIC) :], "big")
    if not opening.startswith(MAGIC) or len(opening) != len(MAGIC) + 4 or size > hdr.LARGEST_BODY + 1024:
        raise _damaged()
    data, backup = source.read(size), source.read(16)
    if len(backup) != 16:
        raise _damaged()
    try:
        return _Front(hdr.read(data), data, backup, opening + data + backup)
    except hdr.Damaged:
        raise _damaged() from None
    except hdr.Newer:
        raise _newer() from None
    except hdr.Unsupported:
        raise Problem(
            "E-HDR-UNSUPPORTED",
            "This backup asks for something this version of Caseworker does not know or does not allow. Nothing"
            " has been changed. Install the newest version, or choose another backup",
        ) from None


def _read_manifest(reader: sealed.Reader, front: _Front) -> Manifest:
    if _read_lp(reader, 64) != _MANIFEST.encode("ascii"):
        raise sealed.Damaged("manifest")
    try:
        body = canonical.load(_read_lp(reader, _LARGEST_MANIFEST), most=_LARGEST_MANIFEST)
    except NotCanonical:
        raise sealed.Damaged("manifest") from None
    manifest = read_manifest(body)
    own = (front.backup.hex(), front.header.vault, front.header.epoch, front.header.generation)
    if (manifest.backup, manifest.vault, manifest.epoch, manifest.generation) != own:
        raise sealed.Damaged("another backup's manifest")
    return manifest


def read_manifest(body: Any) -> Manifest:
    """The manifest in a canonical structure, every field checked.

    Raises:
        Problem: E-NEWER. crypto.files.Damaged: anything else is wrong with it.
    """
    if not isinstance(body, dict) or not _whole(body.get("format"), 1) or not _whole(body.get("app", 1), 1):
        raise sealed.Damaged("manifest")
    if body["format"] > FORMAT or body.get("app", 1) > hdr.APP:
        raise _newer()
    head, listed, rows = body.get("audit"), body.get("files"), body.get("rows")
    if not (
        set(body) == _KEYS
        and isinstance(head, dict)
        and set(head) == {"seq", "hash"}
        and _whole(head["seq"], 1)
        and _hex(head["hash"], 32)
        and isinstance(listed, list)
        and all(_is_file(one) for one in listed)
        and isinstance(rows, dict)
        and {"client", "contact"} <= set(rows)
        and all(_whole(count, 0) for count in rows.values())
        and all(_whole(body[name], 1) for name in ("epoch", "generation", "made"))
        and all(isinstance(body[name], str) for name in ("vault", "signer"))
        and isinstance(body["schema"], list)
        and all(isinstance(name, str) for name in body["schema"])
        and _hex(body["backup"], 16)
        and _hex(body["signature"], 64)
    ):
        raise sealed.Damaged("manifest")
    paths = [one["path"] for one in listed]
    if set(body["schema"]) - _known_schemas() or (len(paths) > 1 and paths[0] == "db"):
        raise _newer()  # records of a later shape, or with files that this version does not keep
    if paths != ["db"]:
        raise sealed.Damaged("files")
    return Manifest(
        backup=body["backup"],
        vault=body["vault"],
        epoch=body["epoch"],
        generation=body["generation"],
        made=body["made"],
        app=body["app"],
        schema=tuple(body["schema"]),
        files=tuple((one["path"], one["size"], one["sha256"]) for one in listed),
        rows=rows,
        seq=head["seq"],
        hash=head["hash"],
        signer=body["signer"],
        signature=body["signature"],
    )


_KEYS = {
    "format", "backup", "vault", "epoch", "generation", "made", "app", "schema", "files", "rows", "audit",
    "signer", "signature",
}  # fmt: skip


def _is_file(one: Any) -> bool:
    return (
        isinstance(one, dict)
        and set(one) == {"path", "size", "sha256"}
        and isinstance(one["path"], str)
        and _PATH.fullmatch(one["path"]) is not None
        and _whole(one["size"], 1)
        and one["size"] <= _LARGEST
        and _hex(one["sha256"], 32)
    )


def _whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _hex(value: Any, count: int) -> bool:
    return isinstance(value, str) and len(value) == 2 * count and not set(value) - _DIGITS


def _known_schemas() -> set[str]:
    return {script.stem for script in upgrading.MIGRATIONS.glob("[0-9]*.py")}


def _digest(pieces: Iterable[bytes], tell: _Tell, start: int, end: int, size: int) -> str:
    digest, done = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        done += len(piece)
        tell(words("Checking the backup"), start + (end - start) * done // max(1, size))
    return digest.hexdigest()


# --- what a case file says ----------------------------------------------------------------------------------


@contextmanager
def _bound(
    file: Path, key: bytearray, found: Header, mode: str = "ro&immutable=1"
) -> Iterator[VaultDatabase]:
    """A case file beside the open one, to read from."""
    copy = VaultDatabase()
    copy.bind_key(file, key, mode)
    copy.vault_id, copy.epoch, copy.generation = found.vault, found.epoch, found.generation
    try:
        copy.connect()
        yield copy
    finally:
        copy.unbind()


def _rows(copy: VaultDatabase) -> dict[str, int]:
    names = [
        name
        for (name,) in copy.execute_sql(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
            " AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name"
        ).fetchall()
    ]
    return {name: copy.execute_sql(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


def _head(copy: VaultDatabase) -> tuple[int, str]:
    row = copy.execute_sql("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return (0, "") if row is None else (int(row[0]), bytes(row[1]).hex())


def _schema(copy: VaultDatabase) -> tuple[str, ...]:
    return tuple(
        name for (name,) in copy.execute_sql("SELECT name FROM schema_migration ORDER BY name").fetchall()
    )


# --- keys, folders, sentences -------------------------------------------------------------------------------


@contextmanager
def _own_keys(opened: OpenVault) -> Iterator[tuple[bytearray, bytearray, bytearray]]:
    """Copies of the open vault's master, database and backup keys, wiped at the end."""
    vmk = opened.master_key()
    with keys.short_lived(vmk):
        with opened.header_kept() as (found, _data):
            db_key, key = vaults.vault_key(vmk, found, "db"), vaults.vault_key(vmk, found, "backup")
        with keys.short_lived(db_key, key):
            yield vmk, db_key, key


@contextmanager
def _keys_of(
    file: Path, passphrase: str | None, code: str | None
) -> Iterator[tuple[bytearray, hdr.PersonKeys]]:
    """The keys that a passphrase or recovery code opens in a backup's own header."""
    with open(file, "rb") as source:
        front = _read_front(source)
    opened = vaults.keys_behind(
        front.header, hdr.PASS if code is None else hdr.RECOVERY, passphrase or "", code
    )
    if opened is None:
        if code is not None:
            raise Problem(
                "E-RECOVERY",
                "This recovery code does not open this backup. It opens with the recovery sheet of the day it was"
                " made",
                seconds=0,
            )
        raise Problem(
            "E-PASS",
            "That passphrase does not open this backup. It opens with the passphrase of the day it was made",
            seconds=0,
        )
    vmk, person = opened
    try:
        _check_mac(front, vmk)
        yield vmk, person
    finally:
        keys.wipe(vmk)
        person.wipe()


def _check_mac(front: _Front, vmk: bytearray) -> None:
    try:
        hdr.check_mac(front.header_bytes, front.header, vmk)
    except hdr.Tampered:
        raise _damaged() from None


@contextmanager
def _scratch(vault: Path) -> Iterator[Path]:
    """A folder inside the vault's own, emptied at the end and, should that not happen, at the next opening."""
    folder = vault / "tmp" / f"{secrets.token_hex(8)}.part"
    try:
        folder.mkdir(mode=0o700, parents=True)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            folder.parent.rmdir()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_BINARY", 0), 0o600)


class _Tell:
    """Passes progress on, and stops the work when somebody asked for that."""

    def __init__(self, progress: Progress | None, cancelled: Cancelled | None) -> None:
        self.cancelled = cancelled
        self._progress = progress
        self._said: tuple[str, int] = ("", -1)

    def __call__(self, what: Words, percent: int) -> None:
        self.stop_if_asked()
        if self._progress is not None and (what.template, percent) != self._said:
            self._said = (what.template, percent)
            self._progress(what, percent)

    def stop_if_asked(self) -> None:
        if self.cancelled is not None and self.cancelled():
            raise Problem("E-STOPPED", "Stopped before it was done. Nothing has been changed")


@contextmanager
def _sentences() -> Iterator[None]:
    """Whatever goes wrong with the disk or the file is one sentence about backups."""
    try:
        yield
    except sealed.Damaged:
        raise _damaged() from None
    except Problem as problem:
        raise _about_backups(problem) from None
    except (peewee.DatabaseError, sqlcipher.DatabaseError, OSError) as error:
        problem_found = engine.problem_of(error)
        if problem_found is None and isinstance(error, OSError):
            raise Problem(
                "E-DISK",
                "The file or folder could not be read or written. Check that it is there and that a memory stick is"
                " plugged in. Nothing has been changed",
            ) from None
        if problem_found is None:
            raise
        raise _about_backups(problem_found) from None


def _about_backups(problem: Problem) -> Problem:
    if problem.code == "E-DISK-FULL":
        return Problem(
            "E-DISK-FULL",
            "There is not enough room, or the disk refused. Nothing has been changed. Free some space or choose"
            " another place, then try again",
        )
    if problem.code == "E-DISK":
        return Problem(
            "E-DISK", "Caseworker may not read or write there. Nothing has been changed. Choose another place"
        )
    return problem


_ABOUT_THE_FILE = ("E-BACKUP-DAMAGED", "E-NEWER", "E-HDR-UNSUPPORTED")


def _damaged() -> Problem:
    return Problem(
        "E-BACKUP-DAMAGED",
        "This backup is damaged, cut short or changed, so nothing of it was used. Nothing has been changed. Choose"
        " another backup",
    )


def _newer() -> Problem:
    return Problem(
        "E-NEWER",
        "This backup was made with a newer version of Caseworker. Nothing has been changed. Install the newest"
        " version on this computer, then restore",
    )
