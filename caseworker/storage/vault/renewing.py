"""Renewing the vault's key: after somebody left, a copy was lost, or a year has passed.

The case file is copied under the new key beside the old one and checked; then the header, replaced in one step, says
which of the two counts. Until that moment the old passphrases open the old file, after it the new one: never neither.
Colleagues who are not there get the key in an envelope that only they can open. What somebody copied before stays
readable with the old key.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import peewee

from caseworker import storage
from caseworker.crypto import header as hdr
from caseworker.crypto import keys
from caseworker.crypto.header import Header
from caseworker.crypto.keys import KdfCost
from caseworker.domain import workers
from caseworker.domain.workers import Worker
from caseworker.errors import Problem
from caseworker.storage import anchor, audit, devices, engine, files
from caseworker.storage.anchor import BadAnchor
from caseworker.storage.engine import database
from caseworker.storage.vault import people
from caseworker.storage.vault.checking import page_checks, run_checks
from caseworker.storage.vault.finding import HEADER, SPARE, anchor_file, case_file, of_other_keys
from caseworker.storage.vault.identity import check_identity, meta, pin, set_meta, who
from caseworker.storage.vault.opening import bind
from caseworker.storage.vault.people import Person
from caseworker.storage.vault.session import prove_slots
from caseworker.storage.vault.unlocking import LAST, Unlocked, signer, unlock, vault_key
from caseworker.storage.vault.upgrading import migrate
from caseworker.words import Words, words

Progress = Callable[[tuple[Words, int]], None]


def refuse_renewing(found: Header, worker: Worker, without: str | None = None) -> None:
    """Return quietly when this worker can renew the key for everybody but ``without``; with the case file bound.

    Raises:
        Problem: E-NOT-MET, somebody has not opened the vault since this worker came, and would have to take an
            envelope from a stranger; E-ESCROW, an organisation's key has to be there; E-SLOT-UNKNOWN.
    """
    if found.of_type(hdr.ESCROW):
        raise Problem(
            "E-ESCROW",
            "The key cannot be renewed in this version while your organisation holds an emergency key to this vault",
        )
    staying = _staying(found, without)
    unmet = [one.worker.name for one in staying if worker.uid not in {*one.met, one.worker.uid}]
    if unmet:
        raise Problem(
            "E-NOT-MET",
            "The key cannot be renewed by you yet. Ask {names} to open the vault once first: since you came, that"
            " has not happened. Or ask a colleague who has been here longer",
            names=", ".join(unmet),
        )
    if len(staying) > 1 and len(people.owners(found)) < len(found.slots):
        raise Problem(
            "E-SLOT-UNKNOWN",
            "For one way into this vault it is not written down whose it is. Let everybody make a new recovery sheet"
            " first",
        )


def _staying(found: Header, without: str | None) -> list[Person]:
    return [one for one in people.inside(found) if one.worker.uid != without]


def renew(
    folder: Path,
    passphrase: str,
    *,
    without: str | None = None,
    cost: KdfCost | None = None,
    progress: Progress | None = None,
) -> None:
    """Give a closed vault a new key, and take the way in of ``without`` (a worker's uid) away in the same step.

    Slow: the whole case file is copied and checked. Whoever knows ``passphrase`` answers for the new key.

    Raises:
        Problem: as ``unlock`` and ``refuse_renewing``; E-NOT-LEAD, E-OWN-WAY; E-ROLLBACK, a warning about older files
            waits for a person; E-DB-DAMAGED; E-DISK-FULL. Nothing was changed.
    """
    if not database.deferred:
        raise RuntimeError("a vault is open in this process")
    tell = progress or _nobody_listens
    tell((words("Checking the passphrase"), 0))
    unlocked = unlock(folder, passphrase)
    fresh = keys.held(os.urandom(keys.KEY))
    try:
        with database.sentences():
            _renew(unlocked, fresh, passphrase, without, cost or keys.calibrate(), tell)
    finally:
        with contextlib.suppress(Problem, peewee.PeeweeException):
            database.unbind()
        keys.wipe(fresh)
        unlocked.discard()


def _renew(
    unlocked: Unlocked, fresh: bytearray, passphrase: str, without: str | None, cost: KdfCost, tell: Progress
) -> None:
    found, folder = unlocked.header, unlocked.path
    tell((words("Checking the records"), 5))
    bind(folder / found.db, unlocked)
    migrate(unlocked)
    check_identity(found)
    worker = _sit_down(unlocked)
    _refuse_old_files(unlocked)
    if without is not None:
        _refuse_removing(found, worker, without)
    refuse_renewing(found, worker, without)
    epoch = found.epoch + 1
    slots, mine = _slots(unlocked, worker, fresh, passphrase, without, epoch, cost)
    changed = replace(found, epoch=epoch, db=case_file(epoch)).next(slots)
    storage.write(_begin, epoch)
    _refuse_damage(unlocked)
    file, name = folder / changed.db, folder / anchor_file(epoch)
    key, anchor_key = vault_key(fresh, changed, "db"), vault_key(fresh, changed, "anchor")
    try:
        with keys.short_lived(key, anchor_key):
            counted = _rows()
            engine.copy_into(database.connection(), file, key, _telling(tell))
            database.unbind()
            head = _agree(file, key, unlocked, changed, mine, without, counted, tell)
            slot = anchor.pack(head, anchor_key)
            files.replace(name, slot + slot)
        data = hdr.write(changed, fresh)
        files.replace(folder / SPARE, unlocked.header_bytes)
        files.replace(folder / HEADER, data)  # from here the new key counts
        try:
            prove_slots(changed, data, {mine.id: passphrase})
        except BaseException:
            files.replace(folder / HEADER, unlocked.header_bytes)
            raise
    except BaseException:
        database.unbind()
        if (folder / HEADER).read_bytes() == unlocked.header_bytes:
            _remove(folder, [file, name])
        raise
    tell((words("Removing the old file"), 97))
    with contextlib.suppress(OSError):  # what stays is removed at the next opening
        files.replace(folder / SPARE, data)
        _remove(folder, of_other_keys(folder, epoch)[0])
        (folder / LAST).unlink(missing_ok=True)


def _sit_down(unlocked: Unlocked) -> Worker:
    database.worker = who(unlocked.person)
    database.sign = signer(unlocked.person)
    database.device_uid = devices.device().uid
    return database.worker


def _refuse_old_files(unlocked: Unlocked) -> None:
    """A renewal would make an older copy that was put back look like the newest."""
    folder, found = unlocked.path, unlocked.header
    key = vault_key(unlocked.vmk, found, "anchor")
    with keys.short_lived(key):
        try:
            known, whole = anchor.read(folder / anchor_file(found.epoch), key)
            sound = whole and known.vault == found.vault and audit.has(known.seq, known.hash)
        except BadAnchor:
            sound = False
    _, newer = of_other_keys(folder, found.epoch)
    if not sound or (newer and meta("renewing") != str(found.epoch + 1)):
        raise Problem(
            "E-ROLLBACK",
            "Open the vault and read the warning about older files first. The key has not been renewed",
        )
    _remove(folder, newer)


def _refuse_removing(found: Header, worker: Worker, without: str) -> None:
    inside = [one.worker for one in people.inside(found)]
    if without == worker.uid:
        raise Problem("E-OWN-WAY", "Nobody can remove themselves. Ask a colleague to do it")
    if not workers.may_lead(worker, inside):
        raise Problem("E-NOT-LEAD", "Ask whoever adds and removes people in this vault")


def _slots(
    unlocked: Unlocked,
    worker: Worker,
    fresh: bytearray,
    passphrase: str,
    without: str | None,
    epoch: int,
    cost: KdfCost,
) -> tuple[tuple[hdr.Slot, ...], hdr.Slot]:
    """Everybody's slots for the new key, and whoever renews it: her own made anew, the others in envelopes.

    Keys to seal to come from the case file, never from the header.
    """
    found, person = unlocked.header, unlocked.person
    staying = {one.worker.uid: one.worker for one in _staying(found, without)}
    seen = [one.sign_key for uid, one in staying.items() if uid != worker.uid]
    owners = people.owners(found)
    mine = hdr.pass_slot(found.vault, epoch, passphrase, cost, fresh, person)
    mine = hdr.with_members(found.vault, mine, person, seen)
    made = [mine]
    for slot in found.slots:
        whose = staying.get(owners.get(slot.id, worker.uid if len(staying) == 1 else ""))
        if whose is None or slot.id == unlocked.slot_id:
            continue
        enclosed = hdr.in_envelope(found.vault, epoch, slot, whose.receive_key, fresh, person)
        if whose.uid == worker.uid:
            enclosed = hdr.with_members(found.vault, enclosed, person, seen)
        made.append(enclosed)
    return tuple(made), mine


def _begin(epoch: int) -> None:
    """Say in the old case file what a newer one beside it would be."""
    set_meta("renewing", str(epoch))
    audit.append("renewal_begun", "vault", 0, detail={"epoch": epoch})


def _refuse_damage(unlocked: Unlocked) -> None:
    """Pages are checked where they lie: a damaged one would be copied as zeros under a new, right MAC."""
    database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    key = vault_key(unlocked.vmk, unlocked.header, "db")
    with keys.short_lived(key):
        steps = page_checks(unlocked.path / unlocked.header.db, key, "rw", None)
        found = run_checks([*steps, audit.check_chain], None, None)
    if found:
        raise _damaged(found[0])


def _damaged(reason: Words) -> Problem:
    return Problem(
        "E-DB-DAMAGED",
        "The key was not renewed, because the records did not prove whole: {reason}. Nothing was changed. Make no"
        " backup over an older one, and tell your supervisor",
        reason=reason,
    )


def _telling(tell: Progress) -> Callable[[int, int], None]:
    return lambda done, of: tell(
        (words("Copying the records under the new key"), 20 + 45 * done // max(1, of))
    )


def _rows() -> list[tuple[str, int]]:
    names = database.execute_sql(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        " AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name"
    ).fetchall()
    return [(name, database.execute_sql(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for (name,) in names]


def _agree(
    file: Path,
    key: bytearray,
    unlocked: Unlocked,
    changed: Header,
    mine: hdr.Slot,
    without: str | None,
    counted: list[tuple[str, int]],
    tell: Progress,
) -> anchor.Head:
    """Make the copied case file the one of the new header, and prove it whole. How far its chain has come."""
    database.bind_key(file, key)
    database.vault_id, database.epoch, database.generation = changed.vault, changed.epoch, changed.generation
    database.connect()
    tell((words("Checking the records under the new key"), 70))
    if _rows() != counted:
        raise _damaged(words("not every record was copied"))
    worker = _sit_down(unlocked)
    with database.atomic():
        database.execute_sql("DELETE FROM meta WHERE key = 'renewing'")
        people.name_owners({mine.id: worker.uid})
        if without is not None:
            people.write_gone(without, "remove")
        people.write_met(worker, people.seen_by(changed, worker))
        pin(changed, worker.name)
        set_meta("renewed", str(int(time.time())))
        audit.append("key_renewed", "vault", 0, detail={"epoch": changed.epoch})
        head = audit.head()
        audit.checkpoint(head.seq, bytes.fromhex(head.hash))
    audit.take_pending()
    database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    steps = page_checks(file, key, "rw", None)
    found = run_checks([*steps, audit.check_chain], None, None)
    database.unbind()
    if found:
        raise _damaged(found[0])
    tell((words("Putting the new key in place"), 95))
    return head


def _remove(folder: Path, ours: list[Path]) -> None:
    for file in ours:
        for part in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
            part.unlink(missing_ok=True)
    files.sync_folder(folder)


def _nobody_listens(_step: tuple[Words, int]) -> None:
    pass
