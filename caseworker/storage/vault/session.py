"""An open vault, from the moment it is opened until it is locked: its ways in, its anchor, its closing."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import peewee
from sqlcipher3 import dbapi2 as sqlcipher

from caseworker import storage
from caseworker.crypto import header as hdr
from caseworker.crypto import keys, sealing, signing
from caseworker.crypto.header import Header, PersonKeys
from caseworker.crypto.keys import KdfCost
from caseworker.domain import workers
from caseworker.domain.workers import Worker
from caseworker.errors import Problem, Refused
from caseworker.storage import anchor, audit, files, records, throttle
from caseworker.storage.anchor import Anchor, BadAnchor
from caseworker.storage.engine import database
from caseworker.storage.vault import people
from caseworker.storage.vault.checking import (
    check_headers,
    check_signed_answers,
    check_signed_notes,
    page_checks,
    run_checks,
)
from caseworker.storage.vault.finding import ANCHOR, DAMAGED, HEADER, SPARE, anchor_file, of_other_keys
from caseworker.storage.vault.identity import meta, pin, set_meta
from caseworker.storage.vault.people import Person
from caseworker.storage.vault.unlocking import (
    Unlocked,
    open_any,
    refuse_too_early,
    refuse_weak,
    remember,
    tampered,
    vault_key,
    wrong,
)
from caseworker.words import Words, words

_NOTES_CHECKED = 2_000  # signed notes looked at after each unlocking; ``verify`` looks at all of them
_LONGEST_WAIT = 0.2  # seconds that closing waits for another thread, each time it must


class OpenVault:
    """An open vault: who opened it, what to warn about, and what can be done to its ways in."""

    def __init__(self, unlocked: Unlocked, worker: Worker) -> None:
        self.path = unlocked.path
        self.vault_id = unlocked.header.vault
        self.worker = worker
        self.agency = meta("agency") or ""
        self.synthetic = meta("synthetic") == "1"
        self.warnings: list[Words] = []
        self.alarm = False  # an older copy seems to have been put back: read only until ``acknowledge``
        self.must_renew = unlocked.by_recovery
        self._keys = unlocked
        self._guard = threading.RLock()
        self._closed = False
        if self.synthetic and not self._came_in_envelope():
            keys.wipe(unlocked.phrase)  # made-up people need no better guard than they were given
            unlocked.phrase = bytearray()

    def _came_in_envelope(self) -> bool:
        return any(
            slot.id == self._keys.slot_id and slot.type == hdr.ENVELOPE for slot in self._keys.header.slots
        )

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
            Refused: ``new`` is too easy to guess, or opens somebody else's way in.
        """
        with self._guard:
            self._prove_person(old)
            self._refuse_phrase(new)
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
            Refused: ``new`` is too easy to guess, or opens somebody else's way in.
        """
        with self._guard:
            if not self.must_renew:
                raise Problem("E-PASS", "Type the current passphrase to change it", seconds=0)
            self._refuse_phrase(new)
            code = keys.new_recovery_code()
            fresh = {hdr.PASS: self._new_pass_slot(new, cost), hdr.RECOVERY: self._new_recovery_slot(code)}
            self._replace_slots(fresh, "recovered", new, code)
            self.must_renew = False
            return code

    @property
    def slot_is_stale(self) -> bool:
        """Whether this person's slot should be made again: guessing the passphrase costs less than today's least,
        or a colleague renewed the vault's key meanwhile. ``make_slot_again`` puts it right.
        """
        return bool(self._keys.phrase) and not self.alarm

    def make_slot_again(self, cost: KdfCost | None = None) -> None:
        """Make this person's passphrase slot again at today's cost, without asking for anything. Slow.

        The passphrase stays the same. Where this computer has no memory to spare it is tried again next time.

        Raises:
            Problem: E-DISK-FULL, E-DISK; the old slot then still opens.
        """
        with self._guard:
            if self._closed or not self.slot_is_stale:
                return
            phrase = bytes(self._keys.phrase).decode("utf-8", "surrogatepass")
            with contextlib.suppress(MemoryError):
                fresh = self._new_pass_slot(phrase, cost)
                self._replace_slots({hdr.PASS: fresh}, "passphrase_strengthened", phrase, None)

    def prove(self, passphrase: str) -> None:
        """Whoever sits at an open vault is not yet its owner: ask for the passphrase again. Slow.

        Raises:
            Problem: E-PASS, it is not this person's (a colleague's is not); E-WAIT, E-MEMORY.
        """
        with self._guard:
            self._prove_person(passphrase)

    def _prove_person(self, passphrase: str) -> None:
        refuse_too_early(self.path)
        found, mine = self._keys.header, self._own_slots()
        opened = open_any(
            found, hdr.PASS, passphrase, [slot for slot in found.opened_by(hdr.PASS) if slot.id in mine]
        )
        if opened is None:
            raise wrong(hdr.PASS, throttle.failed(self.path))
        vmk, person, _ = opened
        keys.wipe(vmk)
        person.wipe()
        throttle.clear(self.path)

    def _own_slots(self) -> set[str]:
        return {
            slot_id for slot_id, uid in people.owners(self._keys.header).items() if uid == self.worker.uid
        }

    def _refuse_phrase(self, phrase: str) -> None:
        """Strong, and nobody else's: whoever types it at the door must be one person."""
        if not self.synthetic:
            refuse_weak(phrase)
        found, mine = self._keys.header, self._own_slots()
        others = [slot for slot in found.opened_by(hdr.PASS) if slot.id not in mine]
        opened = open_any(found, hdr.PASS, phrase, others)
        if opened is not None:
            keys.wipe(opened[0])
            opened[1].wipe()
            raise Refused({"passphrase": words("Choose another passphrase. This one cannot be used here")})

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
        keep, mine = self._keys, self._own_slots()
        seen = [one.sign_key for one in people.seen_by(keep.header, self.worker)]
        made = [hdr.with_members(keep.header.vault, slot, keep.person, seen) for slot in fresh.values()]
        kept = [slot for slot in keep.header.slots if not (slot.id in mine and slot.opened_by in fresh)]
        self._put_header(
            (*kept, *made),
            {slot.id: self.worker.uid for slot in made},
            secrets_of(made, phrase, code),
            action,
        )
        if hdr.PASS in fresh:
            keys.wipe(keep.phrase)
            keep.phrase = bytearray()

    def _put_header(
        self,
        slots: tuple[hdr.Slot, ...],
        owners: dict[str, str],
        secrets: dict[str, str | bytes],
        action: str,
        also: Callable[[], None] | None = None,
    ) -> None:
        """Put a header with these slots in place; the one way in which the ways in change.

        Whose the new slots are is written first, the header is the moment it counts from, then the case file agrees
        with it (``also`` in the same transaction). ``secrets`` (slot -> passphrase or code) prove the new ones.
        """
        keep = self._keys
        if len(slots) > hdr.MOST_SLOTS:
            raise full()
        changed = keep.header.next(slots)
        data = hdr.write(changed, keep.vmk)
        if owners:
            storage.write(people.name_owners, owners)
        with database.sentences():
            files.replace(self.path / SPARE, keep.header_bytes)
            files.replace(self.path / HEADER, data)
        try:
            if (self.path / HEADER).read_bytes() != data:
                raise OSError("the header does not read back")
            prove_slots(changed, data, secrets)
        except BaseException:
            files.replace(self.path / HEADER, keep.header_bytes)
            raise
        # From here the header is newer than the database, which opening accepts and pins.
        keep.header, keep.header_bytes = changed, data
        database.generation = changed.generation
        storage.write(self._pin_change, changed, action, also)
        with database.sentences():
            # the old passphrase must not live on beside the new one
            files.replace(self.path / SPARE, data)

    def _pin_change(self, changed: Header, action: str, also: Callable[[], None] | None) -> None:
        pin(changed, self.worker.name)
        audit.append(action, "vault", 0, detail={"generation": changed.generation})
        if also is not None:
            also()

    # --- people ---------------------------------------------------------------------------------------------

    def people(self) -> list[Person]:
        """Everybody who works or worked in this vault."""
        return people.everyone(self._keys.header)

    def add_person(
        self, passphrase: str, name: str, role: str, phrase: str, cost: KdfCost | None = None
    ) -> str:
        """Give a colleague a way in of her own; slow. Gives her recovery code, shown once and kept nowhere.

        ``passphrase`` is that of whoever has the vault open; ``phrase`` the one she chose herself. Her signing and
        receiving keys are made now and lie in her own slots only.

        Raises:
            Problem: E-PASS, E-WAIT; E-NOT-LEAD, somebody else answers for this vault; E-PEOPLE-FULL; E-DISK-FULL.
                Nobody was added.
            Refused: ``name``, ``role``; ``passphrase``, hers is too easy to guess or cannot be used here.
        """
        with self._guard:
            self._refuse_unless_lead()
            name = " ".join(records.storable(name).split())
            found = workers.problems(name, role, [one.worker for one in self.people() if not one.removed])
            if found:
                raise Refused(found)
            if len(self._keys.header.slots) + 2 > hdr.MOST_SLOTS:
                raise full()
            self._prove_person(passphrase)
            if not self.synthetic:
                refuse_weak(phrase)
            opened = open_any(self._keys.header, hdr.PASS, phrase)
            if opened is not None:
                keys.wipe(opened[0])
                opened[1].wipe()
                raise Refused(
                    {"passphrase": words("Choose another passphrase. This one cannot be used here")}
                )
            sign_private, sign_public = signing.new_sign_key()
            receive_private, receive_public = sealing.new_receive_key()
            person = PersonKeys(keys.held(sign_private), keys.held(receive_private))
            try:
                newcomer = Worker(None, records.new_uid(), name, role, sign_public, receive_public)
                return self._let_in(newcomer, person, phrase, cost)
            finally:
                person.wipe()

    def _let_in(self, newcomer: Worker, person: PersonKeys, phrase: str, cost: KdfCost | None) -> str:
        keep, found = self._keys, self._keys.header
        code = keys.new_recovery_code()
        seen = people.seen_by(found, self.worker)
        known = [self.worker.sign_key, *(one.sign_key for one in seen)]
        hers = [
            hdr.with_members(found.vault, slot, person, known)
            for slot in (
                hdr.pass_slot(found.vault, found.epoch, phrase, cost or keys.calibrate(), keep.vmk, person),
                hdr.recovery_slot(found.vault, found.epoch, keys.read_recovery_code(code), keep.vmk, person),
            )
        ]
        mine = people.met(found, self.worker, keep.person, [*seen, newcomer])
        row_id = storage.write(people.write_new, newcomer)

        def agree() -> None:
            audit.append("add", "worker", row_id)
            people.write_met(self.worker, [*seen, newcomer])
            people.write_introduced(newcomer, [self.worker, *seen])

        try:
            self._put_header(
                (*mine, *hers),
                {slot.id: newcomer.uid for slot in hers},
                secrets_of(hers, phrase, code),
                "person_added",
                agree,
            )
        except BaseException:
            # unless the header stands already: then she is in, and the next opening writes the rest down
            if all(slot.id != hers[0].id for slot in keep.header.slots):
                with contextlib.suppress(Problem):
                    storage.write(people.write_gone, newcomer.uid, "remove")
            raise
        return code

    def remove_person(self, passphrase: str, uid: str) -> None:
        """Take a colleague's way in away. What she wrote and her name stay; copies she took stay readable to her,
        and so do backups: only a new key of the vault (``renew``) shuts her out of what is written from now on.

        Raises:
            Problem: E-PASS, E-WAIT, E-NOT-LEAD; E-GONE, there is nobody to remove; E-OWN-WAY, it is one's own.
        """
        with self._guard:
            self._refuse_unless_lead()
            self.refuse_removing(uid)
            self._prove_person(passphrase)
            keep = self._keys
            hers = {slot_id for slot_id, whose in people.owners(keep.header).items() if whose == uid}
            seen = [one for one in people.seen_by(keep.header, self.worker) if one.uid != uid]
            slots = people.met(keep.header, self.worker, keep.person, seen)

            def agree() -> None:
                people.write_gone(uid, "remove")
                people.write_met(self.worker, seen)

            self._put_header(
                tuple(slot for slot in slots if slot.id not in hers), {}, {}, "person_removed", agree
            )

    def refuse_removing(self, uid: str) -> None:
        """Return quietly when this person can be removed.

        Raises:
            Problem: E-GONE, E-OWN-WAY, E-NOT-LEAD.
        """
        self._refuse_unless_lead()
        if uid == self.worker.uid:
            raise Problem("E-OWN-WAY", "Nobody can remove themselves. Ask a colleague to do it")
        if all(one.worker.uid != uid for one in people.inside(self._keys.header)):
            raise Problem("E-GONE", "That person has no way into this vault any more")

    def _refuse_unless_lead(self) -> None:
        inside = [one.worker for one in people.inside(self._keys.header)]
        if not workers.may_lead(self.worker, inside):
            leads = ", ".join(one.name for one in inside if one.role in workers.LEADS)
            raise Problem(
                "E-NOT-LEAD", "In this vault {names} can add and remove people. Ask one of them", names=leads
            )

    def _meet(self) -> None:
        """After opening: remember whom one sees here, close what a power cut left half done.

        Raises:
            Problem: E-HDR-TAMPERED, somebody changed this person's own list of colleagues.
        """
        keep = self._keys
        if people.owners(keep.header).get(keep.slot_id) != self.worker.uid:
            storage.write(people.name_owners, {keep.slot_id: self.worker.uid})
        if people.alone():
            return
        remember(self.path, keep.header, keep.slot_id)
        if people.unfinished(keep.header):
            storage.write(people.write_unfinished, keep.header)
        seen = people.seen_by(keep.header, self.worker)
        try:
            slots = people.met(keep.header, self.worker, keep.person, seen)
        except hdr.Tampered:
            raise tampered() from None
        note = partial(people.write_met, self.worker, seen)
        with contextlib.suppress(Problem, OSError):  # a full disk: at the next opening
            if slots != keep.header.slots:
                self._put_header(slots, {}, {}, "colleagues_met", note)
            elif people.not_noted(keep.header, self.worker, seen):
                storage.write(note)

    def _clear_left_over(self) -> None:
        """Files of an earlier key, once this one is open: what a power cut kept a renewal from removing.

        A newer one is removed only when this case file says that a renewal had begun and never counted. Else somebody
        has put old files back, and the newer one may be all there is: nothing is touched, and it is an alarm.
        """
        older, newer = of_other_keys(self.path, self._keys.header.epoch)
        if newer and meta("renewing") != str(self._keys.header.epoch + 1):
            self._raise_alarm(
                words(
                    "There is a newer case file in this vault's folder than the one that was opened: older files"
                    " seem to have been put back. Nothing can be saved until you acknowledge this. Tell your"
                    " supervisor"
                )
            )
            return
        for file in (*older, *newer):
            with contextlib.suppress(OSError):
                file.unlink()

    # --- the anchor -----------------------------------------------------------------------------------------

    def _check_anchor(self) -> None:
        key = vault_key(self._keys.vmk, self._keys.header, "anchor")
        try:
            try:
                known, whole = anchor.read(self._anchor_file, key)
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
            self._anchor = Anchor(self._anchor_file, key)
        finally:
            keys.wipe(key)

    @property
    def _anchor_file(self) -> Path:
        return self.path / anchor_file(self._keys.header.epoch)

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
            if self._anchor_file.exists():
                shutil.copyfile(self._anchor_file, evidence)
            for file in of_other_keys(self.path, self._keys.header.epoch)[1]:
                os.replace(file, file.with_name(f"{file.name}.evidence-{int(time.time())}"))
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
        self._clear_left_over()
        with database.atomic():
            if self._keys.header.generation > int(meta("generation") or 0):
                pin(self._keys.header, self.worker.name)
                audit.append("header_pinned", "vault", 0, detail={"generation": self._keys.header.generation})
            audit.append("unlock_by_recovery" if self._keys.by_recovery else "unlock", "vault", 0)
            self._note_damaged_header()
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
        if not self.alarm:
            self._meet()
        if self.must_renew:
            self.warnings.append(
                words("You opened this vault with the recovery sheet. Set a new passphrase now")
            )

    def _note_damaged_header(self) -> None:
        """A header that was refused and replaced by its copy lies there as evidence: write it down once."""
        try:
            found = hashlib.sha256((self.path / DAMAGED).read_bytes()).hexdigest()
        except OSError:
            return
        if meta("damaged_header") != found:
            set_meta("damaged_header", found)
            audit.append("header_put_back", "vault", 0, detail={"sha256": found})

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
            steps.append(lambda: check_signed_answers(cancelled))
            # Of a long record the rest is for ``verify``: minutes of work after every unlocking serve nobody.
            steps.append(lambda: check_signed_notes(cancelled, newest=_NOTES_CHECKED))
            steps.append(self._check_own_headers)
            return run_checks(steps, progress, cancelled)

    def sign_notes(self, cancelled: Callable[[], bool] | None = None) -> int:
        """Sign every note of this worker that is a day old; on the worker thread after unlocking. Gives how many."""
        from caseworker.storage import signatures  # the rooms of casework: not before the first paint

        return signatures.catch_up(cancelled)

    def _check_own_headers(self) -> list[Words]:
        with self._guard:  # not while a passphrase is being changed
            return check_headers(self.path, self._keys)


def full() -> Problem:
    """What is said when there is no room for another way in."""
    return Problem(
        "E-PEOPLE-FULL",
        "Eight people can open one vault, and there are eight. Remove somebody who has left, or make a second vault",
    )


def secrets_of(slots: list[hdr.Slot], phrase: str | None, code: str | None) -> dict[str, str | bytes]:
    """Slot -> what opens it."""
    return {
        slot.id: (phrase or "") if slot.opened_by == hdr.PASS else keys.read_recovery_code(code or "")
        for slot in slots
    }


def prove_slots(changed: Header, data: bytes, secrets: dict[str, str | bytes]) -> None:
    """Open what was just written with the new secrets: the only proof that nobody is locked out."""
    for slot in changed.slots:
        if slot.id in secrets:
            vmk, person = hdr.open_slot(changed, slot, secrets[slot.id])
            with keys.short_lived(vmk):
                person.wipe()
                hdr.check_mac(data, changed, vmk)
