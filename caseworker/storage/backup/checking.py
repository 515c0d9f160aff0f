"""The proof that a vault can be brought back from a backup: all of it is read, opened and checked."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import peewee
from sqlcipher3 import dbapi2 as sqlcipher

from caseworker.crypto import files as sealed
from caseworker.crypto import keys, signing
from caseworker.crypto.header import Header
from caseworker.errors import Problem
from caseworker.storage import audit, engine, files
from caseworker.storage import vault as vaults
from caseworker.storage.backup.comparing import Behind, bound, compare, head_of, rows_of, schema_of
from caseworker.storage.backup.keeping import spoil
from caseworker.storage.backup.layout import (
    PURPOSE,
    Front,
    Manifest,
    check_mac,
    context,
    manifest_in,
    read_front,
    read_lp,
)
from caseworker.storage.backup.scratch import keys_of, own_keys, private, scratch_in
from caseworker.storage.backup.telling import ABOUT_THE_FILE, Cancelled, Progress, Tell, sentences
from caseworker.storage.engine import VaultDatabase, database
from caseworker.storage.vault import OpenVault
from caseworker.words import Words, words

#: What says of a backup that it is no good, and not only that it could not be tried now.
SPOILS = ("E-BACKUP-CHECK", "E-BACKUP-DAMAGED")
#: What says of the copy made to check a backup that this computer could not hold or read it.
ABOUT_THE_DISK = ("E-DISK-FULL", "E-DISK", "E-BUSY")
#: What says of that copy that it is damaged: by the backup only if it is still as it was taken out.
ABOUT_THE_COPY = ("E-DB-DAMAGED", "E-DB-MISSING", "E-DB-NOT-ENCRYPTED", "E-HDR-DAMAGED")

_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Drill:
    """A backup brought back into a scratch folder, checked, and removed again."""

    made: int
    clients: int
    contacts: int
    behind: Behind
    seconds: float


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
        Problem: E-PASS, E-RECOVERY, E-MEMORY, E-STOPPED, E-DISK-FULL, E-BACKUP-TRIAL: nothing could be checked.
    """
    try:
        with sentences(), keys_of(file, passphrase, code) as (vmk, _person):
            scratch = Path(tempfile.mkdtemp(prefix="case-verify-"))
            try:
                return read_back(file, vmk, scratch, Tell(progress, cancelled))[1]
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
    except Problem as problem:
        if problem.code in ABOUT_THE_FILE:
            return [problem.words]
        raise


def inspect(file: Path) -> Header:
    """Look at a backup before asking for a passphrase.

    Raises:
        Problem: E-BACKUP-DAMAGED, E-NEWER, E-HDR-UNSUPPORTED, E-DISK.
    """
    with sentences(), files.open_plain(file) as source:
        return read_front(source).header


def drill(
    opened: OpenVault,
    file: Path,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Drill:
    """Bring a backup of the open vault back into a scratch folder, check it there, and remove it again.

    For the worker thread. Nothing of the vault in use is changed, but that the newest backup no longer counts when it
    could not be brought back.

    Raises:
        Problem: E-BACKUP-CHECK, E-BACKUP-DAMAGED, E-BACKUP-OTHER (of another vault), E-NEWER, E-STOPPED,
        E-DISK-FULL, E-DISK, E-BACKUP-TRIAL (this computer's disk lost the copy).
    """
    try:
        return _drill(opened, file, progress, cancelled)
    except Problem as problem:
        if problem.code not in SPOILS:
            raise
        spoil(file)
        if problem.code != "E-BACKUP-DAMAGED":
            raise
        raise Problem(
            problem.code,
            "This backup is damaged, cut short or changed. The records could not be brought back from it."
            " Make a new backup now",
        ) from None


def _drill(opened: OpenVault, file: Path, progress: Progress | None, cancelled: Cancelled | None) -> Drill:
    started = time.monotonic()
    tell = Tell(progress, cancelled)
    with sentences(), scratch_in(opened.path) as scratch, own_keys(opened) as (vmk, _db_key, _key):
        with open(file, "rb") as source:
            front = read_front(source)
        if front.header.vault == opened.vault_id and front.header.epoch < database.epoch:
            raise Problem(
                "E-BACKUP-OLD-KEY",
                "This backup was made before the key of the records was renewed. It still opens with the passphrase"
                " of its day. Make a new backup now",
            )
        if (front.header.vault, front.header.epoch) != (opened.vault_id, database.epoch):
            raise Problem(
                "E-BACKUP-OTHER", "This is a backup of other records. Choose a backup of the records in use"
            )
        manifest, found = read_back(file, vmk, scratch, tell, lay_out=True)
        if not found:
            _look_as_a_start_would(scratch)
        if found or manifest is None:
            raise Problem(
                "E-BACKUP-CHECK",
                "The records could not be brought back whole from this backup: {reason}. Make a new backup now,"
                " and tell your supervisor",
                reason=found[0],
            )
        behind = compare(database, manifest)
    rows = manifest.rows
    return Drill(manifest.made, rows["client"], rows["contact"], behind, time.monotonic() - started)


def _look_as_a_start_would(scratch: Path) -> None:
    try:
        vaults.inspect(scratch)
    except Problem as problem:
        if problem.code in ABOUT_THE_COPY:  # it was whole a moment ago
            raise _lost_on_trial() from None
        raise


def read_back(
    file: Path,
    vmk: bytearray,
    scratch: Path,
    tell: Tell,
    expected: Manifest | None = None,
    lay_out: bool = False,
) -> tuple[Manifest | None, list[Words]]:
    """Read a backup back from the disk, take the case file out of it and check that. Ciphertext only."""
    with open(file, "rb") as source:
        if hasattr(os, "posix_fadvise"):  # from the disk, not from memory, where the system allows it
            os.posix_fadvise(source.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        front = read_front(source)
        check_mac(front, vmk)
        out = scratch / front.header.db
        manifest = _take_out(source, front, vmk, out, tell)
    if expected is not None and manifest != expected:
        return manifest, [words("It reads back differently from what was written")]
    if lay_out:
        files.replace(scratch / vaults.HEADER, front.header_bytes)
        files.replace(scratch / vaults.SPARE, front.header_bytes)
    key = vaults.vault_key(vmk, front.header, "db")
    try:
        with keys.short_lived(key):
            found = _check_case_file(out, key, front, manifest, tell)
        if found and not _is_as_taken(out, manifest, tell):
            raise _lost_on_trial()
    except OSError:
        raise _lost_on_trial() from None
    return manifest, found


def _is_as_taken(out: Path, manifest: Manifest, tell: Tell) -> bool:
    """Whether the copy on this computer's disk still holds what came out of the backup: what is found in another
    says nothing of the backup.
    """
    with open(out, "rb") as source:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(source.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        pieces = iter(lambda: source.read(_PIECE), b"")
        return digest_of(pieces, tell, 91, 99, out.stat().st_size) in [
            digest for *_, digest in manifest.files
        ]


def _lost_on_trial() -> Problem:
    return Problem(
        "E-BACKUP-TRIAL",
        "The disk of this computer could not hold the copy that is made to check a backup, so it was not checked."
        " Nothing has been found wrong with the backup, and nothing has been changed. Free some space, then try"
        " again",
    )


def _take_out(source: BinaryIO, front: Front, vmk: bytearray, out: Path, tell: Tell) -> Manifest:
    """The case file of a backup, into ``out``; every chunk has proved itself before it is written."""
    key = vaults.vault_key(vmk, front.header, "backup")
    with keys.short_lived(key):
        reader = sealed.Reader(source, key, front.raw, *context(front))
    manifest = manifest_in(reader, front)
    for path, size, digest in manifest.files:
        if read_lp(reader, 64) != path.encode("ascii") or int.from_bytes(reader.read(4), "big") != size:
            raise sealed.Damaged("not as listed")
        with open(out, "xb", opener=private) as target:

            def pieces(length: int = size, into: BinaryIO = target) -> Iterator[bytes]:
                for piece in reader.pieces(length):
                    into.write(piece)
                    yield piece

            if digest_of(pieces(), tell, 60, 75, size) != digest:
                raise sealed.Damaged("hash")
            target.flush()
            os.fsync(target.fileno())
    reader.finish()
    return manifest


def _check_case_file(file: Path, key: bytearray, front: Front, manifest: Manifest, tell: Tell) -> list[Words]:
    found: list[Words] = []
    try:
        for number, step in enumerate(vaults.page_checks(file, key, "ro&immutable=1", tell.cancelled)):
            tell(words("Checking the backup"), 75 + 4 * number)
            found += step()
        with bound(file, key, front.header) as copy:
            tell(words("Checking the backup"), 88)
            found += _check_meaning(copy, front.header, manifest)
            found += audit.check_chain(tell.cancelled, copy)
    except (Problem, peewee.DatabaseError, sqlcipher.DatabaseError) as error:
        tell.stop_if_asked()
        problem = engine.problem_of(error)
        if problem is not None and problem.code in ABOUT_THE_DISK:
            raise _lost_on_trial() from None
        if problem is not None and problem.code not in ABOUT_THE_COPY:
            raise problem from None
        found.append(words("The case file's structure is damaged"))
    tell.stop_if_asked()
    return found


def _check_meaning(copy: VaultDatabase, found: Header, manifest: Manifest) -> list[Words]:
    """That the case file is the one the manifest speaks of, by the worker who signed it."""
    wrong: list[Words] = []
    if rows_of(copy) != dict(manifest.rows):
        wrong.append(words("It does not hold as many records as it says"))
    if head_of(copy) != (manifest.seq, manifest.hash) or schema_of(copy) != manifest.schema:
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
            PURPOSE,
            manifest.signed(),
            bytes.fromhex(manifest.signature),
        )
    except signing.BadSignature:
        wrong.append(words("It was not signed by anyone who works in it"))
    return wrong


def digest_of(pieces: Iterable[bytes], tell: Tell, start: int, end: int, size: int) -> str:
    digest, done = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        done += len(piece)
        tell(words("Checking the backup"), start + (end - start) * done // max(1, size))
    return digest.hexdigest()
