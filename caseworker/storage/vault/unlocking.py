"""The keys behind a passphrase or a recovery code, and how long to wait after a wrong one."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from caseworker.crypto import header as hdr
from caseworker.crypto import keys, signing
from caseworker.crypto.context import ctx
from caseworker.crypto.header import Header, PersonKeys
from caseworker.errors import Problem, Refused
from caseworker.storage import lock, throttle
from caseworker.storage.lock import Lock, hold
from caseworker.storage.vault.finding import inspect, read_header

LAST = "last"  # which slot opened this vault the last time


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
    # The passphrase, only when its slot has to be made again (guessing costs less than it should today, or the
    # vault's key came in an envelope): until that is done.
    phrase: bytearray = field(default_factory=bytearray)

    def discard(self) -> None:
        """Wipe the keys and let others open the vault."""
        keys.wipe(self.vmk, self.phrase)
        self.person.wipe()
        self.lock.release()

    def __repr__(self) -> str:
        return "Unlocked(…)"


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


def refuse_too_early(folder: Path) -> None:
    """Return quietly when a passphrase may be tried now.

    Raises:
        Problem: E-WAIT, with the ``seconds`` still to wait.
    """
    seconds = throttle.wait_seconds(folder)
    if seconds == 1:
        raise Problem("E-WAIT", "Wait a second before you try again", seconds=seconds)
    if seconds > 0:
        raise Problem("E-WAIT", "Wait {seconds} seconds before you try again", seconds=seconds)


def _unlock(folder: Path, kind: str, secret: str | bytes) -> Unlocked:
    mine = lock.held(folder)
    taken = mine or hold(folder)
    try:
        refuse_too_early(folder)
        inspect(folder)
        found, data = read_header(folder)
        opened = open_any(found, kind, secret, _last_used_first(folder, found.opened_by(kind)))
        if opened is None:
            raise wrong(kind, throttle.failed(folder))
        vmk, person, slot_id = opened
        phrase = bytearray()
        if isinstance(secret, str) and any(slot.id == slot_id and _stale(slot) for slot in found.slots):
            phrase = keys.held(secret.encode("utf-8", "surrogatepass"))
        try:
            hdr.check_mac(data, found, vmk)
        except hdr.Tampered:
            keys.wipe(vmk, phrase)
            person.wipe()
            raise tampered() from None
        throttle.clear(folder)
        return Unlocked(folder, found, data, vmk, person, slot_id, kind == hdr.RECOVERY, taken, phrase)
    except BaseException:
        if mine is None:
            taken.release()
        raise


def open_any(
    found: Header, kind: str, secret: str | bytes, among: Sequence[hdr.Slot] | None = None
) -> tuple[bytearray, PersonKeys, str] | None:
    """What the secret opens: the vault's key, the person's keys, the slot's id. None when it opens nothing.

    Every slot of that kind is tried, or those given.

    Raises:
        Problem: E-MEMORY; E-HDR-TAMPERED, the vault's key came from somebody this person never saw working here.
    """
    for slot in found.opened_by(kind) if among is None else among:
        try:
            vmk, person = hdr.open_slot(found, slot, secret)
        except keys.WrongKey:
            continue
        except hdr.Tampered:
            raise Problem(
                "E-HDR-TAMPERED",
                "The key of this vault was handed to you by somebody you have not met in it. It may have been"
                " made to look like yours. Nothing has been opened. Do not use it: tell your supervisor",
            ) from None
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


def _last_used_first(folder: Path, slots: list[hdr.Slot]) -> list[hdr.Slot]:
    """Trying a slot takes a second. The file holds a random number that says nothing of whose it is."""
    try:
        with open(folder / LAST, "rb") as source:
            last = source.read(64).decode("ascii", "replace")
    except OSError:
        last = ""
    return sorted(slots, key=lambda slot: slot.id != last)


def remember(folder: Path, found: Header, slot_id: str) -> None:
    """Which slot opened the vault: the first to be tried next time. Nothing while one passphrase opens it."""
    if len(found.opened_by(hdr.PASS)) < 2 or all(slot.id != slot_id for slot in found.opened_by(hdr.PASS)):
        return
    with contextlib.suppress(OSError):  # only advice: a read-only folder is opened more slowly
        descriptor = os.open(folder / LAST, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(slot_id.encode("ascii"))


def keys_behind(
    found: Header, kind: str, passphrase: str, code: str | None
) -> tuple[bytearray, PersonKeys] | None:
    """The keys in a header that lies outside a vault's folder (in a backup); None when the secret is not the one.

    Slow. The caller wipes them and checks the header's MAC.

    Raises:
        Problem: E-RECOVERY when the code is not as printed, E-MEMORY.
    """
    secret: str | bytes = passphrase if kind == hdr.PASS else keys.read_recovery_code(code or "")
    opened = open_any(found, kind, secret)
    return None if opened is None else opened[:2]


def _stale(slot: hdr.Slot) -> bool:
    cost = slot.cost
    if slot.type == hdr.ENVELOPE:
        return True
    return cost is not None and (cost.m_kib < keys.FLOOR.m_kib or cost.t < keys.FLOOR.t)


def wrong(kind: str, seconds: int) -> Problem:
    if kind == hdr.RECOVERY:
        return Problem(
            "E-RECOVERY",
            "This recovery code does not open this vault. Check that the sheet is the newest one",
            seconds=seconds,
        )
    if seconds == 1:
        return Problem(
            "E-PASS",
            "That passphrase does not open this vault. Wait a second, then try again",
            seconds=seconds,
        )
    if seconds:
        return Problem(
            "E-PASS",
            "That passphrase does not open this vault. Wait {seconds} seconds, then try again",
            seconds=seconds,
        )
    return Problem("E-PASS", "That passphrase does not open this vault. Check it and try again", seconds=0)


def tampered() -> Problem:
    return Problem(
        "E-HDR-TAMPERED",
        "Someone has changed the small file that opens this vault. It has not been opened and"
        " nothing has been changed. Tell your supervisor, then use the copy beside it or restore"
        " the vault from a backup",
    )


def refuse_weak(passphrase: str) -> None:
    problem = keys.phrase_problem(passphrase)
    if problem is not None:
        raise Refused({"passphrase": problem})


def vault_key(vmk: bytearray, found: Header, purpose: str) -> bytearray:
    """The vault's key for one purpose (db, anchor, backup) in the epoch of that header; the caller wipes it."""
    return keys.expand(vmk, ctx(purpose, found.vault, found.epoch))


def signer(person: PersonKeys) -> Callable[[str, bytes], bytes]:
    return lambda purpose, data: signing.sign(person.sign, purpose, data)
