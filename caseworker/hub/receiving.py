"""Receiving a return: open it, check everything about it, keep it for ever, and answer with a signed receipt.

The receipt is written in the same transaction as the return. A return that comes again gets the same receipt,
however often and whatever happened in between.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from caseworker import canonical
from caseworker.domain.periods import Period
from caseworker.errors import Problem
from caseworker.hub import ledger
from caseworker.hub.keyring import Keyring
from caseworker.hub.plans import Plans, misfit
from caseworker.hub.tables import Agency, Approver, Arrival, Clash, Device, Head, writing
from caseworker.sync import summary, wire
from caseworker.sync.summary import Envelope
from caseworker.sync.wire import Header, NotOurs, Opened, Receipt

MOST_AN_HOUR = 60
LONDON = ZoneInfo("Europe/London")

# What a refusal without a signature may say. Nothing here depends on what is inside the seal.
BAD_REQUEST, FORBIDDEN, TOO_MANY = 400, 403, 429


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status and the body that goes with it."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Desk:
    """What it takes to receive: keys, the plans known here, the clock."""

    keys: Keyring
    plans: Plans
    clock: Callable[[], int] = lambda: int(time.time())
    most_an_hour: int = MOST_AN_HOUR


def unsigned(status: int, word: str) -> Answer:
    """A plain no: it changes nothing at the other end and is never taken for a receipt."""
    return Answer(status, canonical.dump({"error": word}))


def receive(desk: Desk, data: bytes) -> Answer:
    """Take in the sealed bytes of one return."""
    try:
        letter = wire.read_letter(data)
    except NotOurs:
        return unsigned(BAD_REQUEST, "format")
    header = letter.header
    wire_sha256 = hashlib.sha256(data).hexdigest()
    again = _given(Arrival, header, wire_sha256)
    if again is not None:
        return Answer(200, again)
    device = Device.get_or_none(org=header.org, uid=header.device)
    if device is not None and device.revoked:
        return unsigned(FORBIDDEN, "revoked")
    try:
        opened = wire.open_letter(
            letter,
            desk.keys.seal_private,
            desk.keys.kid,
            lambda *_: bytes.fromhex(device.key) if device else None,
        )
    except NotOurs as reason:
        return unsigned(BAD_REQUEST if reason.reason == "format" else FORBIDDEN, reason.reason)
    with writing():
        return _keep(desk, opened, wire_sha256, ledger.lock())


def _given(table: type[Arrival] | type[Clash], header: Header, wire_sha256: str) -> bytes | None:
    """The receipt already given for exactly these bytes."""
    row = (
        table.select(table.receipt)
        .where(
            (table.org == header.org)
            & (table.device == header.device)
            & (table.seq == header.seq)
            & (table.wire_sha256 == wire_sha256)
        )
        .tuples()
        .first()
    )
    return None if row is None else bytes(row[0])


def _keep(desk: Desk, opened: Opened, wire_sha256: str, head: Head) -> Answer:
    header, now = opened.header, desk.clock()
    device = Device.get(org=header.org, uid=header.device)
    if device.revoked:
        return unsigned(FORBIDDEN, "revoked")
    if header.seq < device.next_seq:
        # The same bytes may have come twice at the same moment; or a clash may come again
        again = _given(Arrival, header, wire_sha256) or _given(Clash, header, wire_sha256)
        if again is not None:
            return Answer(200, again)
    hour = now // 3600
    sent = device.sent + 1 if device.hour == hour else 1
    if sent > desk.most_an_hour:
        return unsigned(TOO_MANY, "busy")
    this_laptop = Device.id == device.id
    subject = f"{header.org} {device.agency} {header.device} {header.seq}"
    if header.seq > device.next_seq:
        Device.update(hour=hour, sent=sent).where(this_laptop).execute()
        at = (head.seq, head.hash)
        return Answer(200, _receipt(desk, header, wire_sha256, "need", "gap", now, device.next_seq, at))
    if header.seq < device.next_seq:
        Device.update(hour=hour, sent=sent).where(this_laptop).execute()
        line = ledger.append(head, "conflict", subject, wire_sha256, now)
        at = (line.seq, line.hash)
        receipt = _receipt(desk, header, wire_sha256, "conflict", "conflict", now, device.next_seq, at)
        Clash.insert(
            org=header.org,
            device=header.device,
            seq=header.seq,
            wire_sha256=wire_sha256,
            receipt=receipt,
            at=now,
        ).execute()
        return Answer(200, receipt)
    reason, envelope = judge(desk, opened, device, now)
    status = "refused" if reason else "received"
    line = ledger.append(head, status, subject, opened.payload_sha256, now)
    receipt = _receipt(desk, header, wire_sha256, status, reason, now, header.seq + 1, (line.seq, line.hash))
    Arrival.insert(
        org=header.org,
        device=header.device,
        seq=header.seq,
        wire_sha256=wire_sha256,
        status=status,
        reason=reason,
        agency=device.agency,
        period=envelope.period if envelope else "",
        version=envelope.version if envelope else 0,
        payload=opened.payload,
        payload_sha256=opened.payload_sha256,
        proof=_proof(opened),
        receipt=receipt,
        at=now,
        entry=line.seq,
    ).execute()
    Device.update(next_seq=header.seq + 1, last=opened.payload_sha256, hour=hour, sent=sent).where(
        this_laptop
    ).execute()
    return Answer(200, receipt)


def judge(desk: Desk, opened: Opened, device: Device, now: int) -> tuple[str, Envelope | None]:
    """Why a return cannot count, in the receipt's word, or "" when it does; and what was read of it."""
    try:
        envelope = summary.read(opened.payload)
    except Problem as problem:
        return ("newer" if problem.code == "E-SUMMARY-NEWER" else "format"), None
    header = opened.header
    if (envelope.org, envelope.device, envelope.seq) != (header.org, header.device, header.seq):
        return "sender", envelope
    if envelope.agency != device.agency:
        return "sender", None  # not filed under an agency that another one named
    if envelope.to != desk.keys.kid:
        return "recipient", envelope
    if envelope.prev != device.last:
        return "chain", envelope
    if not _approved(opened, device):
        return "approval", envelope
    plan = desk.plans.get(envelope.plan)
    if plan is None:
        return "plan", envelope
    if misfit(envelope, plan):
        return "table", envelope
    period = Period.parse(envelope.period)
    today = datetime.fromtimestamp(now, LONDON).date()
    if period.start < plan.valid_from or period.end >= today:
        return "period", envelope
    return _out_of_line(envelope), envelope


def _approved(opened: Opened, device: Device) -> bool:
    """Enough different people of the agency approved exactly these bytes, and nobody's signature is false."""
    try:
        signers = {key.hex() for key in wire.approved_by(opened.payload, opened.approvals)}
    except NotOurs:
        return False
    rows = (
        Approver.select(Approver.key, Agency.approvals)
        .join(Agency, on=(Agency.org == Approver.org) & (Agency.code == Approver.agency))
        .where((Approver.org == device.org) & (Approver.agency == device.agency))
        .tuples()
    )
    needed = {row[0]: row[1] for row in rows}
    return signers <= needed.keys() and len(signers) >= max(needed.values(), default=1)


def _out_of_line(envelope: Envelope) -> str:
    """A version is higher than every one received and names the newest of them; the first names none."""
    known = (
        (Arrival.org == envelope.org)
        & (Arrival.agency == envelope.agency)
        & (Arrival.period == envelope.period)
        & (Arrival.status == "received")
    )
    received = (
        Arrival.select(Arrival.version, Arrival.payload_sha256)
        .where(known)
        .order_by(Arrival.version.desc())
        .first()
    )
    if received is not None and envelope.version <= received.version:
        return "version"
    expected = f"sha256:{received.payload_sha256}" if received is not None else ""
    return "" if envelope.supersedes == expected else "supersedes"


def _receipt(
    desk: Desk,
    header: Header,
    wire_sha256: str,
    status: str,
    reason: str,
    now: int,
    next_seq: int,
    at: tuple[int, str],
) -> bytes:
    return wire.make_receipt(
        Receipt(
            v=1, kind="return", org=header.org, device=header.device, seq=header.seq, wire_sha256=wire_sha256,
            status=status, reason=reason, server_time=now, next_seq=next_seq, ledger_seq=at[0],
            ledger_head=at[1],
        ),
        desk.keys.sign_receipt,
    )  # fmt: skip


def _proof(opened: Opened) -> str:
    """The signatures over the payload, so that years later anyone can check who sent and who approved it."""
    approvals = [[approval.signer, approval.sig] for approval in opened.approvals]
    return canonical.dump({"sig": opened.sig, "approvals": approvals}).decode("ascii")
