"""From an approved return to a received one: sealed once, the same bytes sent until the receipt is here.

A receipt changes something only when the pinned key signed it and it names this laptop, this number and these
bytes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from caseworker import storage
from caseworker.crypto.context import ctx
from caseworker.errors import Problem
from caseworker.storage import audit, devices, outbox, pins
from caseworker.storage.outbox import OutboxItem
from caseworker.storage.pins import Pins
from caseworker.sync import summary, wire
from caseworker.sync.wire import Approval, NotOurs, Receipt, Sign
from caseworker.words import Words, words


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next return of this laptop belongs: what ``summary.build`` needs beside the figures."""

    org: str
    agency: str
    to: str
    device: str
    seq: int
    prev: str
    audit_commit: str
    plan: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What a verified receipt did. ``outcome`` is its status; ``alarm`` is None when all is well."""

    item: OutboxItem
    receipt: Receipt
    outcome: Literal["received", "refused", "conflict", "need"]
    alarm: Words | None = None


def joined() -> Pins:
    """The pinned commissioner.

    Raises:
        Problem: E-NOT-JOINED before the bundle was read.
    """
    found = pins.pinned()
    if found is None:
        raise Problem(
            "E-NOT-JOINED",
            "This laptop has not joined a commissioner yet. Open Settings and read the file that came with"
            " the letter.",
        )
    return found


def place() -> Place:
    """Where the next return goes and which number it will have. Reads only; nothing is burnt."""
    known = joined()
    seq, prev = outbox.place()
    device = devices.device()
    return Place(known.org, known.agency, known.kid, device.uid, seq, prev, audit_commit(), known.plan)


def audit_commit() -> str:
    """A commitment to this laptop's audit chain as it stands: anchors it outside and reveals nothing.

    The salt is made from a signature that only this device can repeat, so it need not be kept.
    """
    head = audit.head()
    salt = hashlib.sha256(
        devices.device().sign("audit-salt", ctx("audit-salt", head.seq, head.hash))
    ).digest()
    return hashlib.sha256(ctx("audit-commit", salt, head.seq, head.hash)).hexdigest()


def approve(payload: bytes, *, sign: Sign | None = None, signer: bytes | None = None, name: str = "") -> int:
    """Approve exactly these bytes as the worker who has the vault open, and put them in the outbox.

    Returns the outbox id. This is the first of two presses: nothing has been sealed or sent.

    Raises:
        Problem: E-SUMMARY when they are not a return; E-OTHER-HUB when it is not for the pinned key;
        E-LOCKED.
    """
    envelope = summary.read(payload)
    known = joined()
    if (envelope.to, envelope.org, envelope.agency) != (known.kid, known.org, known.agency):
        raise Problem("E-OTHER-HUB", "This return was prepared for someone else. Prepare it again.")
    approval = _approval(payload, sign, signer)
    approved_by = name or storage.database.worker.name
    return storage.write(
        outbox.add,
        envelope.kind,
        envelope.period,
        envelope.version,
        payload,
        approved_by,
        approvals=[(approval.signer, approval.sig)],
    )


def take_back(item_id: int) -> None:
    """Do not send it after all; only before it is sealed (``storage.outbox.take_back``)."""
    storage.write(outbox.take_back, item_id)


def seal(item_id: int) -> OutboxItem:
    """Seal one approved return under the next number; sealing it again gives the same bytes.

    Raises:
        Problem: E-OUT-OF-TURN, and the return is a draft again; E-OUTBOX-STATE.
    """
    known = joined()
    device = devices.device()

    def make_wire(item: OutboxItem) -> bytes:
        envelope = summary.read(item.payload)
        if envelope.device != device.uid or envelope.to != known.kid:
            raise _out_of_turn()
        return wire.seal(
            item.payload,
            org=envelope.org,
            device=device.uid,
            seq=envelope.seq,
            sign=device.sign,
            approvals=[Approval(signer, sig) for signer, sig in item.approvals],
            to=bytes.fromhex(known.seal_key),
        ).wire_bytes

    try:
        return storage.write(outbox.seal, item_id, make_wire)
    except Problem as problem:
        if problem.code == "E-OUT-OF-TURN":
            storage.write(outbox.put_back, item_id, "E-OUT-OF-TURN")
        raise


def seal_next() -> OutboxItem | None:
    """Seal the approved return whose turn it is; None when nothing is approved."""
    item = outbox.next_approved()
    return None if item is None else seal(item.id)


def apply_receipt(item: OutboxItem, data: bytes) -> Applied:
    """Act on the hub's answer to ``item``. Whatever does not verify changes nothing.

    Raises:
        Problem: E-HUB-SIGNATURE (another key signed it), E-HUB-GARBLED (no receipt at all), E-HUB-MISMATCH (a
        receipt
            for something else).
    """
    receipt = verified(item, data, joined())
    return storage.write(_apply, item.id, receipt, data)


def verified(item: OutboxItem, data: bytes, known: Pins) -> Receipt:
    """The receipt in ``data`` if it is the pinned hub's answer to exactly these sealed bytes."""
    try:
        receipt = wire.read_receipt(data, bytes.fromhex(known.receipt_key))
    except NotOurs as reason:
        raise unsigned() if reason.reason == "signature" else garbled() from None
    device = devices.device().uid
    if (receipt.org, receipt.device, receipt.seq, receipt.wire_sha256) != (
        known.org,
        device,
        item.seq,
        item.sha256,
    ):
        raise Problem(
            "E-HUB-MISMATCH",
            "The hub answered about something else, so its answer was ignored. Nothing has changed; the"
            " return will be"
            " sent again.",
        )
    return receipt


def garbled() -> Problem:
    """The answer is not a receipt."""
    return Problem(
        "E-HUB-GARBLED",
        "The hub's answer could not be read, so it was ignored. Nothing is lost. Send the return again.",
    )


def unsigned() -> Problem:
    """The answer looks like a receipt and carries a signature that is not the pinned key's."""
    return Problem(
        "E-HUB-SIGNATURE",
        "The answer was not signed by the commissioner's hub, so it was ignored. Nothing has changed."
        " Telephone the"
        " commissioner's office if you see this again.",
    )


def _apply(item_id: int, receipt: Receipt, data: bytes) -> Applied:
    alarm = None
    # The hub has had more from this laptop than the laptop remembers: this vault is an older copy.
    if receipt.next_seq > outbox.next_seq():
        pins.raise_alarm("rollback")
        alarm = words(
            "The hub has already received returns that this vault does not know. This may be an older copy"
            " of the"
            " vault. Stop sending and telephone the commissioner's office."
        )
    if receipt.status == "received":
        outbox.answered(item_id, outbox.RECEIVED, "", data)
    elif receipt.status == "refused":
        outbox.answered(item_id, outbox.REFUSED, receipt.reason, data)
    elif receipt.status == "conflict":
        pins.raise_alarm("conflict")
        outbox.answered(item_id, outbox.REFUSED, "conflict", data)
        alarm = alarm or words(
            "The hub already has a different return under this number. Another copy of this vault may be"
            " in use."
            " Stop sending and telephone the commissioner's office."
        )
    return Applied(outbox.get(item_id), receipt, receipt.status, alarm)


REFUSALS: dict[str, Words] = {
    "format": words("The hub could not read it. Update this program and prepare it again."),
    "newer": words("The hub's program is older than this one. Ask the commissioner's office to update it."),
    "kind": words("The hub does not take this kind of return."),
    "recipient": words("It was sealed for another hub. Prepare it again."),
    "sender": words("It names another laptop or agency. Prepare it again."),
    "plan": words(
        "It follows a return plan that the hub does not know. Get the current plan and prepare it again."
    ),
    "table": words(
        "It holds a table that the plan does not allow. Update this program and prepare it again."
    ),
    "period": words("Its period has not ended or is not one the plan covers."),
    "version": words("A newer version has already been received. Prepare it again."),
    "supersedes": words("It does not follow the version that was received last. Prepare it again."),
    "chain": words("It does not follow the return this laptop sent before. Prepare it again."),
    "approval": words("It was not approved by enough people whom the commissioner's office knows."),
    "conflict": words("The hub already has a different return under this number."),
}


def refusal(reason: str) -> Words:
    """The sentence for the hub's word in a refused return, for ``E-OUT-OF-TURN`` or ``outbox.RESTORED``."""
    if reason == outbox.RESTORED:
        return words(
            "It was approved before this vault was restored from a backup and may have arrived. Ask the"
            " commissioner's office; if it did not, prepare and approve it again."
        )
    return REFUSALS.get(reason, _out_of_turn().words)


def _approval(payload: bytes, sign: Sign | None, signer: bytes | None) -> Approval:
    database = storage.database
    sign = sign or database.sign
    if sign is None or database.worker is None:
        raise Problem("E-LOCKED", "The vault is locked. Unlock it first.")
    return wire.approve(payload, sign, signer or database.worker.sign_key)


def _out_of_turn() -> Problem:
    return Problem(
        "E-OUT-OF-TURN",
        "Another return was sent after this one was prepared. Open its preview and approve it again.",
    )
