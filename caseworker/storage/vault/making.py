"""Making a vault, and making a restored case file an installation of its own."""

from __future__ import annotations

import os
import re
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from caseworker import canonical
from caseworker.crypto import header as hdr
from caseworker.crypto import keys, sealing, signing
from caseworker.crypto.header import Header, PersonKeys
from caseworker.crypto.keys import KdfCost
from caseworker.domain.workers import ROLES, Worker
from caseworker.errors import Problem
from caseworker.storage import anchor, audit, devices, engine, files, outbox, pins
from caseworker.storage.engine import database
from caseworker.storage.lock import hold
from caseworker.storage.places import refuse_unsafe_folder
from caseworker.storage.vault.finding import ANCHOR, HEADER, SPARE, anchor_file, case_file, find, read_header
from caseworker.storage.vault.identity import check_identity, pin, set_meta, who
from caseworker.storage.vault.unlocking import refuse_weak, signer, vault_key
from caseworker.storage.vault.upgrading import migrations, migrations_known

FIRST_DB = case_file(1)
_STAGING = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.new")


@dataclass(frozen=True, slots=True)
class NewVault:
    """A vault just made. The recovery code is shown once and kept nowhere."""

    path: Path
    recovery_code: str = field(repr=False)
    cleared: int = 0  # makings that were cut off before, and have been removed: there was nothing in them


def create(
    root: Path,
    *,
    passphrase: str,
    worker_name: str,
    role: str,
    agency: str,
    synthetic: bool = False,
    cost: KdfCost | None = None,
) -> NewVault:
    """Make a vault in a new folder under ``root``; slow (it measures this computer unless ``cost`` is given).

    The folder appears under its final name only when everything in it is whole, so an interrupted making
    leaves none. One at a time in a folder, and one vault in it.

    Raises:
        Refused: the passphrase is too easy to guess (vaults of made-up people may have any).
        Problem: E-VAULT-THERE, E-BEING-MADE, E-FOLDER-NETWORK, E-FOLDER-SYNCED, E-ENGINE, E-DISK-FULL, E-DISK.
    """
    if role not in ROLES:
        raise ValueError("not a role")
    if not database.deferred:
        raise RuntimeError("a vault is open in this process")
    engine.self_test()
    refuse_unsafe_folder(root)
    if not synthetic:
        refuse_weak(passphrase)
    cost = cost or keys.calibrate()
    with database.sentences():
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone_in(root):
        if find(root) is not None:
            raise Problem(
                "E-VAULT-THERE",
                "There are records in this folder already. Close this window and open those, or choose another folder",
            )
        cleared = _clear_unfinished(root)
        return _create(root, passphrase, worker_name, role, agency, synthetic, cost, cleared)


def _create(
    root: Path,
    passphrase: str,
    worker_name: str,
    role: str,
    agency: str,
    synthetic: bool,
    cost: KdfCost,
    cleared: int,
) -> NewVault:
    vault = str(uuid.uuid4())
    staging = root / f"{vault}.new"
    vmk = keys.held(os.urandom(keys.KEY))
    sign_private, sign_public = signing.new_sign_key()
    receive_private, receive_public = sealing.new_receive_key()
    person = PersonKeys(keys.held(sign_private), keys.held(receive_private))
    worker = Worker(None, uuid.uuid4().hex, worker_name, role, sign_public, receive_public)
    try:
        with database.sentences():
            staging.mkdir(mode=0o700)
            code = keys.new_recovery_code()
            made = Header(
                vault,
                1,
                1,
                FIRST_DB,
                (
                    hdr.pass_slot(vault, 1, passphrase, cost, vmk, person),
                    hdr.recovery_slot(vault, 1, keys.read_recovery_code(code), vmk, person),
                ),
            )
            head = _make_database(staging / FIRST_DB, made, vmk, person, worker, agency, synthetic)
            anchor_key = vault_key(vmk, made, "anchor")
            with keys.short_lived(anchor_key):
                slot = anchor.pack(head, anchor_key)
            files.replace(staging / ANCHOR, slot + slot)
            files.replace(staging / HEADER, hdr.write(made, vmk))
            files.replace(staging / SPARE, hdr.write(made, vmk))
            _prove_header(staging, passphrase, code)
            os.rename(staging, root / vault)
            files.sync_folder(root)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)  # our own half-made folder, never someone's vault
        raise
    finally:
        database.unbind()
        keys.wipe(vmk)
        person.wipe()
    return NewVault(root / vault, code, cleared)


@contextmanager
def _alone_in(root: Path) -> Iterator[None]:
    """Two windows making records at once would make two vaults, and nobody could say which of them is opened."""
    try:
        taken = hold(root)
    except Problem as problem:
        if problem.code != "E-IN-USE":
            raise
        raise Problem(
            "E-BEING-MADE",
            "Records are being made in this folder right now, in another Caseworker window. Go to that window",
        ) from None
    with taken:
        yield


_STAGED = {
    name + ending
    for name in (FIRST_DB, f"{FIRST_DB}-wal", f"{FIRST_DB}-shm", ANCHOR, HEADER, SPARE)
    for ending in ("", ".tmp")
}


def _clear_unfinished(root: Path) -> int:
    """Remove what a cut-off making left, and say how much. Call while alone in the folder.

    A making that was never finished has its own name, holds nothing but the files of a making, and was never opened:
    opening leaves a lock in the folder for ever. Whatever differs in the least is left alone.
    """
    cleared = 0
    for staging in root.glob("*.new"):
        if not _STAGING.fullmatch(staging.name) or staging.is_symlink() or not staging.is_dir():
            continue
        inside = list(staging.iterdir())
        if all(part.name in _STAGED and part.is_file() and not part.is_symlink() for part in inside):
            shutil.rmtree(staging, ignore_errors=True)
            cleared += 1
    return cleared


def _make_database(
    file: Path, made: Header, vmk: bytearray, person: PersonKeys, worker: Worker, agency: str, synthetic: bool
) -> anchor.Head:
    key = vault_key(vmk, made, "db")
    with keys.short_lived(key):
        engine.create_file(file, key)
        database.bind_key(file, key)
    migrations().up()
    database.vault_id, database.epoch, database.generation = made.vault, made.epoch, made.generation
    with database.atomic():
        database.execute_sql(
            "INSERT INTO worker (uid, name, role, sign_key, receive_key, active) VALUES (?, ?, ?, ?, ?, 1)",
            (worker.uid, worker.name, worker.role, worker.sign_key, worker.receive_key),
        )
        database.device_uid = devices.make()
        database.worker = worker
        database.sign = signer(person)
        set_meta("vault", made.vault)
        set_meta("agency", agency)
        set_meta("synthetic", "1" if synthetic else "0")
        set_meta("made", str(int(time.time())))
        for slot in made.slots:
            set_meta(f"slot:{slot.id}", worker.uid)
        pin(made, worker.name)
        audit.append("create", "vault", 0)
        head = audit.head()
    audit.take_pending()
    database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    database.unbind()
    with open(file, "rb") as source:
        if source.read(16) == engine.PLAIN_HEADER:
            raise engine.not_encrypting()
    return head


def _prove_header(folder: Path, passphrase: str, code: str | None) -> None:
    """Open what was just written with the new secrets: the only proof that nobody is locked out."""
    found, data = read_header(folder)
    for slot in found.slots:
        if slot.type == hdr.PASS:
            secret: str | bytes = passphrase
        elif slot.type == hdr.RECOVERY and code is not None:
            secret = keys.read_recovery_code(code)
        else:
            continue
        vmk, person = hdr.open_slot(found, slot, secret)
        with keys.short_lived(vmk):
            person.wipe()
            hdr.check_mac(data, found, vmk)


def adopt(
    folder: Path, vmk: bytearray, person: PersonKeys, origin: dict[str, Any], also: Callable[[], None]
) -> None:
    """Make the restored case file in ``folder`` an installation of its own, with an anchor.

    It gets a new device key, has sent nothing, and sends nothing until a person joins it to a hub again.
    ``origin`` (backup id, audit head) is what ``restored_from`` and the audit entry say; ``also`` writes in the same
    transaction.

    Raises:
        Problem: E-DB-DAMAGED, E-NEWER, E-HDR-TAMPERED, E-DISK-FULL, E-DISK.
    """
    if not database.deferred:
        raise RuntimeError("a vault is open in this process")
    found, _ = read_header(folder)
    file = folder / found.db
    key, anchor_key = vault_key(vmk, found, "db"), vault_key(vmk, found, "anchor")
    try:
        with keys.short_lived(key, anchor_key), database.sentences():
            database.bind_key(file, key)
            database.vault_id, database.epoch, database.generation = (
                found.vault,
                found.epoch,
                found.generation,
            )
            database.connect()
            migrations_known()
            migrations().up()  # the backup itself is the copy of the older shape
            check_identity(found)
            with database.atomic():
                database.worker = who(person)
                database.sign = signer(person)
                database.device_uid, database.device = devices.make(), None
                set_meta("restored_from", canonical.dump(origin).decode("ascii"))
                pin(found, database.worker.name)
                outbox.restored()
                pins.unconfirm()
                also()
                audit.append("restore", "vault", 0, detail=origin)
                head = audit.head()
                audit.checkpoint(head.seq, bytes.fromhex(head.hash))
            audit.take_pending()
            database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            slot = anchor.pack(head, anchor_key)
            files.replace(folder / anchor_file(found.epoch), slot + slot)
    finally:
        database.unbind()
