"""Making a backup: the case file of one moment, packed into one sealed file that counts only once it was checked."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from caseworker.crypto import files as sealed
from caseworker.crypto import header as hdr
from caseworker.errors import Problem
from caseworker.storage import audit, engine, files, settings
from caseworker.storage import vault as vaults
from caseworker.storage.backup.checking import digest_of, read_back
from caseworker.storage.backup.comparing import bound, head_of, rows_of, schema_of
from caseworker.storage.backup.keeping import FILE, SUFFIX, patiently, remove_covered, sweep
from caseworker.storage.backup.layout import LARGEST, MAGIC, MANIFEST, PURPOSE, Front, Manifest, context, lp
from caseworker.storage.backup.scratch import own_keys, private, scratch_in
from caseworker.storage.backup.telling import Cancelled, Progress, Tell, sentences
from caseworker.storage.engine import database
from caseworker.storage.today import LAST_BACKUP
from caseworker.storage.vault import OpenVault
from caseworker.words import words

_PIECE = 1024 * 1024


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
    with sentences():
        sweep(folder, opened.vault_id)
    done = make(opened, folder / name, progress, cancelled)
    patiently(settings.keep, FILE, str(done.path))
    removed = remove_covered(opened, folder, done.path)
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
    tell = Tell(progress, cancelled)
    part = out.with_name(out.name + ".part")
    with sentences(), scratch_in(opened.path) as scratch, own_keys(opened) as (vmk, db_key, key):
        snapshot = scratch / "db.part"
        front = _snapshot(opened, snapshot, db_key, tell)
        manifest = _describe(opened, snapshot, db_key, front, tell)
        try:
            with open(part, "xb", opener=private) as target:
                _write(target, front, manifest, snapshot, key, tell)
                target.flush()
                os.fsync(target.fileno())
            snapshot.unlink()
            found = read_back(part, vmk, scratch, tell, expected=manifest)[1]
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
        patiently(_remember, manifest)
        tell(words("Done"), 100)
        same = out.stat().st_dev == opened.path.stat().st_dev
    return Made(out, manifest.made, size, manifest.rows["client"], manifest.rows["contact"], same)


def _remember(manifest: Manifest) -> None:
    settings.keep(LAST_BACKUP, manifest.made)
    audit.append(
        "backup",
        "vault",
        0,
        detail={"backup": manifest.backup, "seq": manifest.seq, "hash": manifest.hash},
    )


def _snapshot(opened: OpenVault, file: Path, key: bytearray, tell: Tell) -> Front:
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
    return Front(found, data, backup, MAGIC + len(data).to_bytes(4, "big") + data + backup)


@contextmanager
def _unfolded(tell: Tell) -> Iterator[None]:
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


def _describe(opened: OpenVault, file: Path, key: bytearray, front: Front, tell: Tell) -> Manifest:
    size = file.stat().st_size
    if size > LARGEST:
        raise Problem("E-BACKUP-LARGE", "The records are too large for one backup file. Tell your supervisor")
    with bound(file, key, front.header) as copy:
        rows, (seq, head), schema = rows_of(copy), head_of(copy), schema_of(copy)
    with open(file, "rb") as source:
        digest = digest_of(iter(lambda: source.read(_PIECE), b""), tell, 30, 35, size)
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
    return replace(unsigned, signature=opened.sign(PURPOSE, unsigned.signed()).hex())


def _write(
    target: BinaryIO, front: Front, manifest: Manifest, snapshot: Path, key: bytearray, tell: Tell
) -> None:
    writer = sealed.Writer(target, key, front.raw, *context(front))
    writer.write(lp(MANIFEST.encode("ascii")) + lp(manifest.dump()))
    size = manifest.files[0][1]
    writer.write(lp(b"db") + size.to_bytes(4, "big"))
    done = 0
    with open(snapshot, "rb") as source:
        while piece := source.read(_PIECE):
            writer.write(piece)
            done += len(piece)
            tell(words("Writing the backup"), 35 + 25 * done // size)
    writer.finish()
