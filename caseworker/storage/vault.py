"""The vault: making one, opening it with a passphrase, checking that nobody changed it, and closing it again.

A vault is a folder: a small header (who can open it), one encrypted case file, an anchor (how far the audit
chain had come) and a lock. Nothing in it is ever repaired, recreated or deleted without being asked: damage
is told, in one sentence, before anything else happens.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import peewee
from playhouse.migrations import Runner
from sqlcipher3 import dbapi2 as sqlcipher

from caseworker import canonical, storage
from caseworker.crypto import header as hdr
from caseworker.crypto import keys, sealing, signing
from caseworker.crypto.context import ctx
from caseworker.crypto.header import Header, PersonKeys
from caseworker.crypto.keys import KdfCost
from caseworker.domain.workers import ROLES, Worker
from caseworker.errors import Problem, Refused
from caseworker.storage import anchor, audit, devices, engine, files, lock, outbox, pins, throttle
from caseworker.storage.anchor import Anchor, BadAnchor
from caseworker.storage.engine import database
from caseworker.storage.lock import Lock, hold
from caseworker.storage.places import refuse_unsafe_folder
from caseworker.words import Words, words

__all__ = [
    "Inspection",
    "NewVault",
    "OpenVault",
    "Unlocked",
    "adopt",
    "create",
    "find",
    "has_spare_header",
    "hold",
    "inspect",
    "open_vault",
    "refuse_unsafe_folder",
    "unlock",
    "unlock_with_recovery",
    "use_spare_header",
    "verify",
    "wait_seconds",
]

HEADER, SPARE, ANCHOR = "vault.hdr", "vault.hdr.1", "anchor"
FIRST_DB = "vault-0001.db"
_LONGEST_WAIT = 0.2  # seconds that closing waits for another thread, each time it must
_FOLDER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class NewVault:
    """A vault just made. The recovery code is shown once and kept nowhere."""

    path: Path
    recovery_code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Inspection:
    """What can be said about a vault before any passphrase."""

    path: Path
    vault_id: str
    generation: int
    people: int  # how many passphrases open it


@dataclass(slots=True)
class Unlocked:
    """The keys of a vault, on their way from ``unlock`` to ``open_vault``; ``discard`` when they are not
    used.
    """

    path: Path
    header: Header
    header_bytes: bytes
    vmk: bytearray
    person: PersonKeys
    slot_id: str
    by_recovery: bool
    lock: Lock
    # The passphrase, only when guessing it costs less than it should today: until its slot is made again.
    phrase: bytearray = field(default_factory=bytearray)

    def discard(self) -> None:
        """Wipe the keys and let others open the vault."""
        keys.wipe(self.vmk, self.phrase)
        self.person.wipe()
        self.lock.release()

    def __repr__(self) -> str:
        return "Unlocked(…)"


# --- finding and looking ------------------------------------------------------------------------------------


def find(root: Path) -> Path | None:
    """The vault in ``root`` (or ``root`` itself when it is one); None when there is none yet."""
    if _is_vault(root):
        return root
    try:
        folders = sorted(
            place for place in root.iterdir() if _FOLDER.fullmatch(place.name) and _is_vault(place)
        )
    except OSError:
        return None
    return folders[0] if folders else None


def _is_vault(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    return any((folder / name).exists() for name in (HEADER, SPARE)) or any(folder.glob("vault-*.db"))


def inspect(folder: Path) -> Inspection:
    """Look before asking for a passphrase, so that nobody types one at something broken.

    Raises:
        Problem: E-HDR-DAMAGED, E-HDR-UNSUPPORTED, E-NEWER, E-DB-MISSING, E-DB-NOT-ENCRYPTED, E-ENGINE.
    """
    engine.self_test()
    found, _ = read_header(folder)
    _look_at_database(folder / found.db)
    return Inspection(folder, found.vault, found.generation, len(found.of_type(hdr.PASS)))


def read_header(folder: Path) -> tuple[Header, bytes]:
    """The header of a vault and its exact bytes.

    Raises:
        Problem: E-HDR-DAMAGED, E-HDR-UNSUPPORTED, E-NEWER.
    """
    try:
        with open(folder / HEADER, "rb") as source:
            data = source.read(hdr.LARGEST_BODY + 1024)
        return hdr.read(data), data
    except (OSError, hdr.Damaged):
        if has_spare_header(folder):
            raise Problem(
                "E-HDR-DAMAGED",
                "The small file that opens this vault is damaged. There is a whole copy beside it from the"
                " last time the vault was opened. Nothing has been changed. Choose to use the copy",
            ) from None
        raise Problem(
            "E-HDR-DAMAGED",
            "The small file that opens this vault is damaged, and no passphrase can help. Nothing has been"
            " changed. Restore the vault from a backup",
        ) from None
    except hdr.Newer:
        raise _newer() from None
    except hdr.Unsupported:
        raise Problem(
            "E-HDR-UNSUPPORTED",
            "This vault asks for something this version of Caseworker does not know or does not allow."
            " Nothing has been changed. Install the newest version, or restore the vault from a backup",
        ) from None


def _newer() -> Problem:
    return Problem(
        "E-NEWER",
        "This vault was last used with a newer version of Caseworker. Nothing has been changed. Install the"
        " newest version on this computer",
    )


def _look_at_database(file: Path) -> None:
    try:
        with open(file, "rb") as source:
            start = source.read(len(engine.PLAIN_HEADER))
    except OSError:
        start = b""
    if not start:
        raise Problem(
            "E-DB-MISSING",
            "The case file of this vault is missing or empty. Nothing has been changed and no new one will"
            " be made. Restore the vault from a backup",
        )
    if start == engine.PLAIN_HEADER:
        raise Problem(
            "E-DB-NOT-ENCRYPTED",
            "The case file of this vault is not encrypted, so it is not the one Caseworker made. Nothing"
            " has been changed. Tell whoever looks after your computers, and restore the vault from a backup",
        )


def has_spare_header(folder: Path) -> bool:
    """Whether a whole copy of the header lies beside it."""
    try:
        hdr.read((folder / SPARE).read_bytes())
    except (OSError, hdr.Damaged, hdr.Unsupported):
        return False
    return True


def use_spare_header(folder: Path) -> None:
    """Put the copy of the header in place of a damaged one, which is kept as ``vault.hdr.damaged``.

    A copy older than the database is still refused at opening: this is no way to bring an old passphrase
    back.

    Raises:
        Problem: E-IN-USE, E-HDR-DAMAGED when the copy is not whole either.
    """
    mine = lock.held(folder)
    taken = mine or hold(folder)
    try:
        if not has_spare_header(folder):
            raise Problem(
                "E-HDR-DAMAGED",
                "The copy of the small file that opens this vault is damaged too. Restore the vault from a"
                " backup",
            )
        with database.sentences():
            with contextlib.suppress(FileNotFoundError):
                files.replace(folder / "vault.hdr.damaged", (folder / HEADER).read_bytes())
            files.replace(folder / HEADER, (folder / SPARE).read_bytes())
    finally:
        if mine is None:
            taken.release()


def wait_seconds(folder: Path) -> int:
    """Seconds until a passphrase may be tried again; 0 when it may be now."""
    return throttle.wait_seconds(folder)


# --- making -------------------------------------------------------------------------------------------------


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
    leaves none.

    Raises:
        Refused: the passphrase is too easy to guess (vaults of made-up people may have any).
        Problem: E-FOLDER-NETWORK, E-FOLDER-SYNCED, E-ENGINE, E-DISK-FULL, E-DISK.
    """
    if role not in ROLES:
        raise ValueError("not a role")
    if not database.deferred:
        raise RuntimeError("a vault is open in this process")
    engine.self_test()
    refuse_unsafe_folder(root)
    if not synthetic:
        _refuse_weak(passphrase)
    cost = cost or keys.calibrate()
    vault = str(uuid.uuid4())
    staging = root / f"{vault}.new"
    vmk = keys.held(os.urandom(keys.KEY))
    sign_private, sign_public = signing.new_sign_key()
    receive_private, receive_public = sealing.new_receive_key()
    person = PersonKeys(keys.held(sign_private), keys.held(receive_private))
    worker = Worker(None, uuid.uuid4().hex, worker_name, role, sign_public, receive_public)
    try:
        with database.sentences():
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
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
    return NewVault(root / vault, code)


def _make_database(
    file: Path, made: Header, vmk: bytearray, person: PersonKeys, worker: Worker, agency: str, synthetic: bool
) -> anchor.Head:
    key = vault_key(vmk, made, "db")
    with keys.short_lived(key):
        engine.create_file(file, key)
        database.bind_key(file, key)
    _runner().up()
    database.vault_id, database.epoch, database.generation = made.vault, made.epoch, made.generation
    with database.atomic():
        database.execute_sql(
            "INSERT INTO worker (uid, name, role, sign_key, receive_key, active) VALUES (?, ?, ?, ?, ?, 1)",
            (worker.uid, worker.name, worker.role, worker.sign_key, worker.receive_key),
        )
        database.device_uid = devices.make()
        database.worker = worker
        database.sign = _signer(person)
        _set_meta("vault", made.vault)
        _set_meta("agency", agency)
        _set_meta("synthetic", "1" if synthetic else "0")
        _set_meta("made", str(int(time.time())))
        for slot in made.slots:
            _set_meta(f"slot:{slot.id}", worker.uid)
        _pin(made, worker.name)
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


def _refuse_weak(passphrase: str) -> None:
    problem = keys.phrase_problem(passphrase)
    if problem is not None:
        raise Refused({"passphrase": problem})


# --- opening ------------------------------------------------------------------------------------------------


def unlock(folder: Path, passphrase: str) -> Unlocked:
    """The keys behind a passphrase; slow by design, for any thread but the one with the windows.

    Raises:
        Problem: E-PASS (``seconds`` to wait before the next try), E-WAIT (too early), E-HDR-TAMPERED,
        E-IN-USE,
            E-MEMORY, and all of ``inspect``.
    """
    return _unlock(folder, hdr.PASS, passphrase)


def unlock_with_recovery(folder: Path, code: str) -> Unlocked:
    """The keys behind a recovery code; ``OpenVault.renew_after_recovery`` must follow.

    Raises:
        Problem: E-RECOVERY when it is not this vault's code or not as printed; otherwise as ``unlock``.
    """
    return _unlock(folder, hdr.RECOVERY, keys.read_recovery_code(code))


def _unlock(folder: Path, kind: str, secret: str | bytes) -> Unlocked:
    mine = lock.held(folder)
    taken = mine or hold(folder)
    try:
        seconds = throttle.wait_seconds(folder)
        if seconds > 0:
            raise Problem("E-WAIT", "Wait {seconds} seconds before you try again", seconds=seconds)
        inspect(folder)
        found, data = read_header(folder)
        opened = _open_any(found, kind, secret)
        if opened is None:
            raise _wrong(kind, throttle.failed(folder))
        vmk, person, slot_id = opened
        phrase = bytearray()
        if isinstance(secret, str) and any(slot.id == slot_id and _too_cheap(slot) for slot in found.slots):
            phrase = keys.held(secret.encode("utf-8", "surrogatepass"))
        try:
            hdr.check_mac(data, found, vmk)
        except hdr.Tampered:
            keys.wipe(vmk, phrase)
            person.wipe()
            raise Problem(
                "E-HDR-TAMPERED",
                "Someone has changed the small file that opens this vault. It has not been opened and"
                " nothing has been changed. Tell your supervisor, then use the copy beside it or restore"
                " the vault from a backup",
            ) from None
        throttle.clear(folder)
        return Unlocked(folder, found, data, vmk, person, slot_id, kind == hdr.RECOVERY, taken, phrase)
    except BaseException:
        if mine is None:
            taken.release()
        raise


def _open_any(found: Header, kind: str, secret: str | bytes) -> tuple[bytearray, PersonKeys, str] | None:
    for slot in found.of_type(kind):
        try:
            vmk, person = hdr.open_slot(found, slot, secret)
        except keys.WrongKey:
            continue
        except ValueError:
            return None  # longer than any passphrase can be
        except MemoryError:
            raise Problem(
                "E-MEMORY",
                "This computer has too little free memory to check the passphrase. Close other programs and"
                " try again",
            ) from None
        return vmk, person, slot.id
    return None


def keys_behind(
    found: Header, kind: str, passphrase: str, code: str | None
) -> tuple[bytearray, PersonKeys] | None:
    """The keys in a header that lies outside a vault's folder (in a backup); None when the secret is not the one.

    Slow. The caller wipes them and checks the header's MAC.

    Raises:
        Problem: E-RECOVERY when the code is not as printed, E-MEMORY.
    """
    secret: str | bytes = passphrase if kind == hdr.PASS else keys.read_recovery_code(code or "")
    opened = _open_any(found, kind, secret)
    return None if opened is None else opened[:2]


def _too_cheap(slot: hdr.Slot) -> bool:
    cost = slot.cost
    return cost is not None and (cost.m_kib < keys.FLOOR.m_kib or cost.t < keys.FLOOR.t)


def _wrong(kind: str, seconds: int) -> Problem:
    if kind == hdr.RECOVERY:
        return Problem(
            "E-RECOVERY",
            "This recovery code does not open this vault. Check that the sheet is the newest one",
            seconds=seconds,
        )
    if seconds:
        return Problem(
            "E-PASS",
            "That passphrase does not open this vault. Wait {seconds} seconds, then try again",
            seconds=seconds,
        )
    return Problem("E-PASS", "That passphrase does not open this vault. Check it and try again", seconds=0)


def open_vault(unlocked: Unlocked) -> OpenVault:
    """Bind the database to the unlocked vault after checking that header, case file and anchor belong
    together. Fast.

    On any ``Problem`` the keys are wiped and the lock released.

    Raises:
        Problem: E-HDR-ROLLBACK, E-HDR-TAMPERED, E-DB-MISSING, E-DB-NOT-ENCRYPTED, E-DB-DAMAGED, E-NEWER,
        E-DISK,
            E-DISK-FULL.
    """
    try:
        return _open(unlocked)
    except BaseException:
        database.unbind()
        unlocked.discard()
        raise


def _open(unlocked: Unlocked) -> OpenVault:
    found = unlocked.header
    file = unlocked.path / found.db
    _look_at_database(file)
    _bind(file, unlocked)
    with database.sentences():
        _migrate(unlocked)
        _check_identity(found)
        worker = _who(unlocked.person)
        database.worker = worker
        database.sign = _signer(unlocked.person)
        database.device_uid = devices.device().uid
        opened = OpenVault(unlocked, worker)
        opened._check_anchor()
        opened._begin_session()
    return opened


def _bind(file: Path, unlocked: Unlocked, mode: str = "rw") -> None:
    found = unlocked.header
    key = vault_key(unlocked.vmk, found, "db")
    with keys.short_lived(key):
        database.bind_key(file, key, mode)
    database.vault_id, database.epoch, database.generation = found.vault, found.epoch, found.generation
    database.connect()


def _runner() -> Runner:
    return Runner(database, directory=str(MIGRATIONS))


def _migrate(unlocked: Unlocked) -> None:
    runner = _runner()
    status = runner.status()
    if any(migration.path is None for migration in status):
        raise _newer()
    if not any(migration.applied for migration in status):
        raise Problem(
            "E-DB-MISSING",
            "The case file in this folder is not this vault's. Nothing has been changed. Restore it from a"
            " backup",
        )
    if any(not migration.applied for migration in status):
        _keep_copy(unlocked)
        runner.up()


def _keep_copy(unlocked: Unlocked) -> None:
    """A checked, encrypted copy of the case file before its shape changes; the newest one is kept.

    Nothing is upgraded without it.
    """
    copy = unlocked.path / (unlocked.header.db + ".before")
    fresh = copy.with_name(copy.name + ".part")
    fresh.unlink(missing_ok=True)
    key = vault_key(unlocked.vmk, unlocked.header, "db")
    with keys.short_lived(key):
        try:
            # The pages are checked where they lie: a damaged one is copied as zeros under a new, right MAC.
            database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            whole = _sound(unlocked.path / unlocked.header.db, key)
            if whole:
                engine.copy_into(database.connection(), fresh, key)
            if not whole or not _sound(fresh, key):
                raise Problem(
                    "E-DB-DAMAGED",
                    "The case file could not be copied whole before its upgrade. Nothing was changed. Restore"
                    " the vault from a backup",
                )
            os.replace(fresh, copy)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
    files.sync_folder(unlocked.path)


def _sound(file: Path, key: bytearray) -> bool:
    try:
        return not any(step() for step in page_checks(file, key, "rw", None))
    except (peewee.DatabaseError, sqlcipher.DatabaseError):
        return False  # so damaged that it cannot even be checked


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
            _migrations_known()
            _runner().up()  # the backup itself is the copy of the older shape
            _check_identity(found)
            with database.atomic():
                database.worker = _who(person)
                database.sign = _signer(person)
                database.device_uid, database.device = devices.make(), None
                _set_meta("restored_from", canonical.dump(origin).decode("ascii"))
                _pin(found, database.worker.name)
                outbox.restored()
                pins.unconfirm()
                also()
                audit.append("restore", "vault", 0, detail=origin)
                head = audit.head()
                audit.checkpoint(head.seq, bytes.fromhex(head.hash))
            audit.take_pending()
            database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            slot = anchor.pack(head, anchor_key)
            files.replace(folder / ANCHOR, slot + slot)
    finally:
        database.unbind()


def _check_identity(found: Header) -> None:
    pinned_vault = _meta("vault")
    if pinned_vault != found.vault or _meta("epoch") != str(found.epoch):
        raise Problem(
            "E-DB-MISSING",
            "The case file in this folder is not this vault's. Nothing has been changed. Restore it from a"
            " backup",
        )
    pinned = int(_meta("generation") or 0)
    if found.generation < pinned:
        raise Problem(
            "E-HDR-ROLLBACK",
            "An old copy of the small file that opens this vault has been put back. {name} changed the way"
            " in on {date}. Use the passphrase set then. Nothing has been opened. Tell your supervisor",
            name=_meta("changed_by") or "",
            date=audit.shown_time(int(_meta("changed_at") or 0)),
        )
    if found.generation == pinned and found.slots_hash() != _meta("slots"):
        raise Problem(
            "E-HDR-TAMPERED",
            "Someone has changed the small file that opens this vault. It has not been opened and nothing"
            " has been changed. Tell your supervisor, then use the copy beside it or restore the vault from"
            " a backup",
        )


def _who(person: PersonKeys) -> Worker:
    """The worker whose keys these are; the database, not the header, says who that is."""
    row = database.execute_sql(
        "SELECT id, uid, name, role, sign_key, receive_key FROM worker WHERE sign_key = ? AND active = 1",
        (signing.public_of(person.sign),),
    ).fetchone()
    if row is None or bytes(row[5]) != sealing.public_of(person.receive):
        raise Problem(
            "E-HDR-TAMPERED",
            "The keys in this vault's small file do not belong to anyone who works in it. Nothing has been"
            " opened. Tell your supervisor",
        )
    return Worker(row[0], row[1], row[2], row[3], bytes(row[4]), bytes(row[5]))


class OpenVault:
    """An open vault: who opened it, what to warn about, and what can be done to its ways in."""

    def __init__(self, unlocked: Unlocked, worker: Worker) -> None:
        self.path = unlocked.path
        self.vault_id = unlocked.header.vault
        self.worker = worker
        self.agency = _meta("agency") or ""
        self.synthetic = _meta("synthetic") == "1"
        self.warnings: list[Words] = []
        self.alarm = False  # an older copy seems to have been put back: read only until ``acknowledge``
        self.must_renew = unlocked.by_recovery
        self._keys = unlocked
        self._guard = threading.RLock()
        self._closed = False
        if self.synthetic:
            keys.wipe(unlocked.phrase)  # made-up people need no better guard than they were given
            unlocked.phrase = bytearray()

    @contextmanager
    def header_kept(self) -> Iterator[tuple[Header, bytes]]:
        """The header and its exact bytes, which nobody changes meanwhile."""
        with self._guard:
            yield self._keys.header, self._keys.header_bytes

    def master_key(self) -> bytearray:
        """A copy of the vault's master key, for a backup's keys; the caller wipes it.

        Raises:
            Problem: E-LOCKED.
        """
        with self._guard:
            if self._closed:
                raise Problem("E-LOCKED", "The vault is locked. Unlock it first")
            return bytearray(self._keys.vmk)

    def sign(self, purpose: str, data: bytes) -> bytes:
        """64 bytes by the worker's own key, which no colleague's passphrase can use."""
        return signing.sign(self._keys.person.sign, purpose, data)

    # --- ways in --------------------------------------------------------------------------------------------

    def change_passphrase(self, old: str, new: str, cost: KdfCost | None = None) -> None:
        """Replace this person's passphrase; slow. The recovery code stays. Old copies of the folder keep the
        old one.

        Raises:
            Problem: E-PASS when ``old`` is wrong, E-WAIT, E-DISK-FULL; the old passphrase then still works.
            Refused: ``new`` is too easy to guess.
        """
        with self._guard:
            self._prove_person(old)
            if not self.synthetic:
                _refuse_weak(new)
            fresh = self._new_pass_slot(new, cost)
            self._replace_slots({hdr.PASS: fresh}, "passphrase_changed", new, None)

    def new_recovery_code(self, passphrase: str) -> str:
        """A new recovery code for this person; the old sheet opens nothing any more. Shown once.

        Raises:
            Problem: E-PASS, E-WAIT, E-DISK-FULL; the old code then still works.
        """
        with self._guard:
            self._prove_person(passphrase)
            code = keys.new_recovery_code()
            self._replace_slots({hdr.RECOVERY: self._new_recovery_slot(code)}, "recovery_changed", None, code)
            return code

    def renew_after_recovery(self, new: str, cost: KdfCost | None = None) -> str:
        """After opening with the recovery sheet: a new passphrase and a new code in one step. The code is
        shown once.

        Raises:
            Problem: E-PASS when the vault was opened with a passphrase, which is what changes it then.
            Refused: ``new`` is too easy to guess.
        """
        with self._guard:
            if not self.must_renew:
                raise Problem("E-PASS", "Type the current passphrase to change it", seconds=0)
            if not self.synthetic:
                _refuse_weak(new)
            code = keys.new_recovery_code()
            fresh = {hdr.PASS: self._new_pass_slot(new, cost), hdr.RECOVERY: self._new_recovery_slot(code)}
            self._replace_slots(fresh, "recovered", new, code)
            self.must_renew = False
            return code

    @property
    def is_weak(self) -> bool:
        """Whether guessing the passphrase costs less than today's least; ``strengthen`` puts it right."""
        return bool(self._keys.phrase) and not self.alarm

    def strengthen(self, cost: KdfCost | None = None) -> None:
        """Make this person's passphrase slot again at today's cost, without asking for anything. Slow.

        The passphrase stays the same. Where this computer has no memory to spare it is tried again next time.

        Raises:
            Problem: E-DISK-FULL, E-DISK; the old slot then still opens.
        """
        with self._guard:
            if self._closed or not self.is_weak:
                return
            phrase = bytes(self._keys.phrase).decode("utf-8", "surrogatepass")
            with contextlib.suppress(MemoryError):
                fresh = self._new_pass_slot(phrase, cost)
                self._replace_slots({hdr.PASS: fresh}, "passphrase_strengthened", phrase, None)

    def _prove_person(self, passphrase: str) -> None:
        """Whoever sits at an open vault is not yet its owner: the passphrase is asked again."""
        seconds = throttle.wait_seconds(self.path)
        if seconds > 0:
            raise Problem("E-WAIT", "Wait {seconds} seconds before you try again", seconds=seconds)
        opened = _open_any(self._keys.header, hdr.PASS, passphrase)
        if opened is None:
            raise _wrong(hdr.PASS, throttle.failed(self.path))
        vmk, person, slot_id = opened
        mine = keys.same(bytes(person.sign), bytes(self._keys.person.sign))
        keys.wipe(vmk)
        person.wipe()
        if not mine:
            raise _wrong(hdr.PASS, throttle.failed(self.path))
        throttle.clear(self.path)
        _set_meta_now(f"slot:{slot_id}", self.worker.uid)

    def _new_pass_slot(self, phrase: str, cost: KdfCost | None) -> hdr.Slot:
        keep = self._keys
        return hdr.pass_slot(
            keep.header.vault, keep.header.epoch, phrase, cost or keys.calibrate(), keep.vmk, keep.person
        )

    def _new_recovery_slot(self, code: str) -> hdr.Slot:
        keep = self._keys
        return hdr.recovery_slot(
            keep.header.vault, keep.header.epoch, keys.read_recovery_code(code), keep.vmk, keep.person
        )

    def _replace_slots(
        self, fresh: dict[str, hdr.Slot], action: str, phrase: str | None, code: str | None
    ) -> None:
        keep = self._keys
        slots = []
        for slot in keep.header.slots:
            mine = _meta(f"slot:{slot.id}") == self.worker.uid
            if not (mine and slot.type in fresh):
                slots.append(slot)
        changed = keep.header.next((*slots, *fresh.values()))
        data = hdr.write(changed, keep.vmk)
        with database.sentences():
            files.replace(self.path / SPARE, keep.header_bytes)
            files.replace(self.path / HEADER, data)
        try:
            self._prove_fresh(changed, data, fresh, phrase, code)
        except BaseException:
            files.replace(self.path / HEADER, keep.header_bytes)
            raise
        # From here the header is newer than the database, which opening accepts and pins.
        keep.header, keep.header_bytes = changed, data
        database.generation = changed.generation
        storage.write(self._pin_change, changed, fresh, action)
        with database.sentences():
            # the old passphrase must not live on beside the new one
            files.replace(self.path / SPARE, data)
        if hdr.PASS in fresh:
            keys.wipe(keep.phrase)
            keep.phrase = bytearray()

    def _prove_fresh(
        self, changed: Header, data: bytes, fresh: dict[str, hdr.Slot], phrase: str | None, code: str | None
    ) -> None:
        if (self.path / HEADER).read_bytes() != data:
            raise OSError("the header does not read back")
        for kind, slot in fresh.items():
            secret = phrase if kind == hdr.PASS else keys.read_recovery_code(code or "")
            vmk, person = hdr.open_slot(changed, slot, secret or "")
            with keys.short_lived(vmk):
                person.wipe()
                hdr.check_mac(data, changed, vmk)

    def _pin_change(self, changed: Header, fresh: dict[str, hdr.Slot], action: str) -> None:
        for slot in fresh.values():
            _set_meta(f"slot:{slot.id}", self.worker.uid)
        _pin(changed, self.worker.name)
        audit.append(action, "vault", 0, detail={"generation": changed.generation})

    # --- the anchor -----------------------------------------------------------------------------------------

    def _check_anchor(self) -> None:
        key = vault_key(self._keys.vmk, self._keys.header, "anchor")
        try:
            try:
                known, whole = anchor.read(self.path / ANCHOR, key)
                if not whole:
                    self._raise_alarm(
                        words(
                            "Part of the file that guards against old copies of this vault is damaged."
                            " Check the newest entries, and tell your supervisor"
                        )
                    )
                elif known.vault != self.vault_id or not audit.has(known.seq, known.hash):
                    self._raise_alarm(
                        words(
                            "An older copy of this vault seems to have been put back: work saved up to"
                            " entry {seq} is not in it. Nothing can be saved until you acknowledge this."
                            " Tell your supervisor",
                            seq=known.seq,
                        )
                    )
            except BadAnchor:
                self._raise_alarm(
                    words(
                        "The file that guards against old copies of this vault is missing or changed, so"
                        " Caseworker cannot tell whether this is the newest copy. Tell your supervisor"
                    )
                )
            self._anchor = Anchor(self.path / ANCHOR, key)
        finally:
            keys.wipe(key)

    def _raise_alarm(self, sentence: Words) -> None:
        self.alarm = True
        self.warnings.append(sentence)

    def acknowledge(self) -> None:
        """A person has read the rollback alarm: keep the evidence, write it down, and allow saving again.

        Raises:
            Problem: E-DISK-FULL, E-DISK; the alarm then stands.
        """
        if not self.alarm:
            return
        with database.sentences():
            evidence = self.path / f"{ANCHOR}.evidence-{int(time.time())}"
            if (self.path / ANCHOR).exists():
                shutil.copyfile(self.path / ANCHOR, evidence)
            database.read_only = False
            database.anchor = self._anchor
            try:
                storage.write(audit.append, "rollback_acknowledged", "vault", 0)
                self._anchor.rewrite(audit.head())
            except BaseException:
                database.read_only = True
                raise
        self.alarm = False

    # --- a session ------------------------------------------------------------------------------------------

    def _begin_session(self) -> None:
        shutil.rmtree(self.path / "tmp", ignore_errors=True)  # ciphertext that an interrupted backup left
        with database.atomic():
            if self._keys.header.generation > int(_meta("generation") or 0):
                _pin(self._keys.header, self.worker.name)
                audit.append("header_pinned", "vault", 0, detail={"generation": self._keys.header.generation})
            audit.append("unlock_by_recovery" if self._keys.by_recovery else "unlock", "vault", 0)
            if self.alarm:
                audit.append("rollback_alarm", "vault", 0)
            audit.checkpoint_if_old()
            head = audit.head()
        audit.take_pending()
        if self.alarm:
            # The anchor stays as it was found, so the alarm comes back until somebody has answered it.
            database.read_only = True
        else:
            database.anchor = self._anchor
            self._anchor.rewrite(head)
        if self._spare() != self._keys.header_bytes:
            files.replace(self.path / SPARE, self._keys.header_bytes)
        if self.must_renew:
            self.warnings.append(
                words("You opened this vault with the recovery sheet. Set a new passphrase now")
            )

    def _spare(self) -> bytes:
        try:
            return (self.path / SPARE).read_bytes()
        except OSError:
            return b""

    def close(self) -> None:
        """Lock: write down, fold the log in, force the anchor to disk, wipe the keys. Never fails and never waits
        long: what could not be written is caught up at the next opening. Other threads' connections end with the
        process.
        """
        if not self._guard.acquire(timeout=_LONGEST_WAIT):
            # A passphrase is being changed right now. Wiping keys under it could write a header of zeros; the end of
            # the process cannot, for every file is replaced in one step.
            return
        try:
            if self._closed:
                return
            self._closed = True
            with contextlib.suppress(Problem, peewee.PeeweeException, sqlcipher.Error, OSError):
                self._end_session()
            with contextlib.suppress(OSError):
                self._anchor.close()
            with contextlib.suppress(Problem, peewee.PeeweeException, sqlcipher.Error):
                database.unbind()
            self._keys.discard()
        finally:
            self._guard.release()

    def _end_session(self) -> None:
        if database.in_transaction():
            database.rollback()
        # a worker may hold the file for long; locking does not wait for it
        database.execute_sql(f"PRAGMA busy_timeout={int(_LONGEST_WAIT * 1000)}")
        if not database.read_only:
            with database.atomic():
                audit.append("lock", "vault", 0)
                head = audit.head()
            self._anchor.advance(head)
        database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def whole_check(
        self,
        progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> list[Words]:
        """Read every byte of the vault and check it; on the worker thread after unlocking. Empty when all is
        whole.

        ``progress(step, of)`` before each of the steps; ``cancelled()`` ends early with what was found.
        """
        key = vault_key(self._keys.vmk, self._keys.header, "db")
        with keys.short_lived(key), database.folding:
            database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            steps = page_checks(self.path / self._keys.header.db, key, "rw", cancelled)
            steps.append(lambda: audit.check_chain(cancelled))
            steps.append(lambda: _check_signed_answers(cancelled))
            steps.append(self._check_own_headers)
            return _run_checks(steps, progress, cancelled)

    def _check_own_headers(self) -> list[Words]:
        with self._guard:  # not while a passphrase is being changed
            return _check_headers(self.path, self._keys)


# --- checking everything ------------------------------------------------------------------------------------

_Step = Callable[[], list[Words]]


def verify(folder: Path, passphrase: str, progress: Callable[[int, int], None] | None = None) -> list[Words]:
    """Check a closed vault completely without changing a byte of it. Empty when it is whole and untampered.

    Raises:
        Problem: E-PASS, E-WAIT, E-IN-USE, E-MEMORY: nothing could be checked.
    """
    if not database.deferred:
        raise RuntimeError("a vault is open in this process")
    try:
        unlocked = unlock(folder, passphrase)
    except Problem as problem:
        if problem.code.startswith(("E-HDR", "E-DB", "E-NEWER")):
            return [problem.words]
        raise
    scratch = ""
    try:
        file, mode = unlocked.path / unlocked.header.db, "ro&immutable=1"
        log = Path(f"{file}-wal")
        if log.exists() and log.stat().st_size:
            # Reading a log would fold it into the file, so a copy is read; both are ciphertext.
            scratch = tempfile.mkdtemp(prefix="case-verify-")
            for part in (file, log):
                shutil.copyfile(part, Path(scratch) / part.name)
            file, mode = Path(scratch) / file.name, "rw"
        return _verify(unlocked, file, mode, progress)
    except Problem as problem:
        return [problem.words]
    finally:
        with contextlib.suppress(Problem, peewee.PeeweeException):
            database.unbind()
        unlocked.discard()
        if scratch:
            shutil.rmtree(scratch, ignore_errors=True)


def _verify(
    unlocked: Unlocked, file: Path, mode: str, progress: Callable[[int, int], None] | None
) -> list[Words]:
    key = vault_key(unlocked.vmk, unlocked.header, "db")
    with keys.short_lived(key), database.sentences():
        _bind(file, unlocked, mode)
        if mode == "rw":
            database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        steps = page_checks(file, key, mode, None)
        steps.append(lambda: _check_headers(unlocked.path, unlocked))
        steps.append(lambda: _check_pins(unlocked))
        steps.append(lambda: _check_anchor_file(unlocked))
        steps.append(audit.check_chain)
        steps.append(_check_signed_answers)
        return _run_checks(steps, progress, None)


def _run_checks(
    steps: list[_Step], progress: Callable[[int, int], None] | None, cancelled: Callable[[], bool] | None
) -> list[Words]:
    found: list[Words] = []
    for number, step in enumerate(steps):
        if cancelled is not None and cancelled():
            break
        if progress is not None:
            progress(number, len(steps))
        try:
            with database.sentences():
                found += step()
        except Problem as problem:
            if cancelled is not None and cancelled():
                break
            found.append(problem.words)
        except (peewee.DatabaseError, sqlcipher.DatabaseError):
            # "interrupted" when cancelled; otherwise a part that no longer fits together, such as the search
            # list
            if cancelled is not None and cancelled():
                break
            found.append(_damaged_structure(None))
    return found


def page_checks(file: Path, key: bytearray, mode: str, cancelled: Callable[[], bool] | None) -> list[_Step]:
    """The page checks, each on a connection of its own: one bad page makes a connection's later answers
    worthless.
    """
    copy = bytes(key)

    def on_fresh(statement: str, whole: set[Any], sentence: Callable[[Any], Words]) -> list[Words]:
        conn = engine.open_file(file, copy, mode=mode)
        try:
            if cancelled is not None:
                conn.set_progress_handler(lambda: int(cancelled()), 100_000)
            rows = [row[0] for row in conn.execute(statement)]
        finally:
            conn.close()
        return [sentence(row) for row in rows if row not in whole][:5]

    return [
        lambda: on_fresh("PRAGMA cipher_integrity_check", set(), _damaged_page),
        lambda: on_fresh("PRAGMA integrity_check(5)", {"ok"}, _damaged_structure),
        lambda: on_fresh("PRAGMA foreign_key_check", set(), _damaged_link),
    ]


def _damaged_page(row: Any) -> Words:
    page = re.search(r"page (\d+)", str(row))
    return words("The case file is damaged or changed on page {page}", page=page.group(1) if page else "?")


def _damaged_structure(_: Any) -> Words:
    return words("The case file's structure is damaged")


def _damaged_link(table: Any) -> Words:
    return words("The case file has lost records that others refer to (table {table})", table=table)


def _check_signed_answers(cancelled: Callable[[], bool] | None = None) -> list[Words]:
    from caseworker.storage import instruments  # the rooms of casework: not before the first paint

    return instruments.check_signatures(cancelled)


def _check_headers(folder: Path, unlocked: Unlocked) -> list[Words]:
    found: list[Words] = []
    for name, required in ((HEADER, True), (SPARE, False)):
        try:
            data = (folder / name).read_bytes()
        except OSError:
            if required:
                found.append(words("The file {file} is missing", file=name))
            continue
        try:
            read = hdr.read(data)
            hdr.check_mac(data, read, unlocked.vmk)
            if read.vault != unlocked.header.vault or (required and data != unlocked.header_bytes):
                raise hdr.Tampered("another header")
        except (hdr.Damaged, hdr.Unsupported, hdr.Tampered):
            found.append(words("The file {file} is damaged or changed", file=name))
    return found


def _check_pins(unlocked: Unlocked) -> list[Words]:
    _migrations_known()
    _check_identity(unlocked.header)
    _who(unlocked.person)
    return []


def _migrations_known() -> None:
    if any(migration.path is None for migration in _runner().status()):
        raise _newer()


def _check_anchor_file(unlocked: Unlocked) -> list[Words]:
    key = vault_key(unlocked.vmk, unlocked.header, "anchor")
    with keys.short_lived(key):
        try:
            known, whole = anchor.read(unlocked.path / ANCHOR, key)
        except BadAnchor:
            return [words("The file {file} is missing, damaged or changed", file=ANCHOR)]
    if not whole:
        return [words("The file {file} is missing, damaged or changed", file=ANCHOR)]
    if known.vault != unlocked.header.vault or not audit.has(known.seq, known.hash):
        return [
            words(
                "The case file is older than the last time this vault was used (entry {seq})", seq=known.seq
            )
        ]
    return []


# --- small things -------------------------------------------------------------------------------------------


def vault_key(vmk: bytearray, found: Header, purpose: str) -> bytearray:
    """The vault's key for one purpose (db, anchor, backup) in the epoch of that header; the caller wipes it."""
    return keys.expand(vmk, ctx(purpose, found.vault, found.epoch))


def _signer(person: PersonKeys) -> Callable[[str, bytes], bytes]:
    return lambda purpose, data: signing.sign(person.sign, purpose, data)


def _meta(key: str) -> str | None:
    row = database.execute_sql("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def _set_meta(key: str, value: str) -> None:
    database.execute_sql("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))


def _set_meta_now(key: str, value: str) -> None:
    if _meta(key) != value:
        storage.write(_set_meta, key, value)


def _pin(found: Header, by: str) -> None:
    """Write into the database which header it last agreed with, and who changed it when."""
    _set_meta("epoch", str(found.epoch))
    _set_meta("generation", str(found.generation))
    _set_meta("slots", found.slots_hash())
    _set_meta("changed_by", by)
    _set_meta("changed_at", str(int(time.time())))
