"""An open vault, from the moment it is opened until it is locked: its ways in, its anchor, its closing."""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import peewee
from sqlcipher3 import dbapi2 as sqlcipher

from caseworker import storage
from caseworker.crypto import header as hdr
from caseworker.crypto import keys, signing
from caseworker.crypto.header import Header
from caseworker.crypto.keys import KdfCost
from caseworker.domain.workers import Worker
from caseworker.errors import Problem
from caseworker.storage import anchor, audit, files, throttle
from caseworker.storage.anchor import Anchor, BadAnchor
from caseworker.storage.engine import database
from caseworker.storage.vault.checking import check_headers, check_signed_answers, page_checks, run_checks
from caseworker.storage.vault.finding import ANCHOR, HEADER, SPARE
from caseworker.storage.vault.identity import meta, pin, set_meta, set_meta_now
from caseworker.storage.vault.unlocking import (
    Unlocked,
    open_any,
    refuse_too_early,
    refuse_weak,
    vault_key,
    wrong,
)
from caseworker.words import Words, words

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
                refuse_weak(new)
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
                refuse_weak(new)
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
        refuse_too_early(self.path)
        opened = open_any(self._keys.header, hdr.PASS, passphrase)
        if opened is None:
            raise wrong(hdr.PASS, throttle.failed(self.path))
        vmk, person, slot_id = opened
        mine = keys.same(bytes(person.sign), bytes(self._keys.person.sign))
        keys.wipe(vmk)
        person.wipe()
        if not mine:
            raise wrong(hdr.PASS, throttle.failed(self.path))
        throttle.clear(self.path)
        set_meta_now(f"slot:{slot_id}", self.worker.uid)

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
            mine = meta(f"slot:{slot.id}") == self.worker.uid
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
            set_meta(f"slot:{slot.id}", self.worker.uid)
        pin(changed, self.worker.name)
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
            if self._keys.header.generation > int(meta("generation") or 0):
                pin(self._keys.header, self.worker.name)
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
            steps.append(lambda: check_signed_answers(cancelled))
            steps.append(self._check_own_headers)
            return run_checks(steps, progress, cancelled)

    def _check_own_headers(self) -> list[Words]:
        with self._guard:  # not while a passphrase is being changed
            return check_headers(self.path, self._keys)
