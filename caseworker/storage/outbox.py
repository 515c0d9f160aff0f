"""The outbox: every return this laptop has approved, sealed and sent, and what became of it.

A return is approved, then sealed under the next number of this laptop, and from then on its bytes never
change: every try sends the same. It counts as received only with the hub's verified receipt. Nothing sealed
is ever deleted.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from caseworker import canonical
from caseworker.canonical import NotCanonical
from caseworker.errors import Problem
from caseworker.storage import audit
from caseworker.storage.engine import database

DRAFT, APPROVED, SEALED, SENT = "DRAFT", "APPROVED", "SEALED", "SENT"
RECEIVED, REFUSED, TAKEN_BACK = "RECEIVED", "REFUSED", "TAKEN_BACK"
STATES = (DRAFT, APPROVED, SEALED, SENT, RECEIVED, REFUSED, TAKEN_BACK)

RESTORED = "restored"  # the reason of what an earlier installation left behind
FIRST_PREV = "0" * 64
_MOST_PAYLOAD = 512 * 1024
_MOST_APPROVALS = 4096


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One return on its way. Times are epoch seconds, 0 for not yet.

    ``seq`` is the laptop's number once sealed and ``device`` the installation that burnt it; ``sha256`` names the
    sealed bytes; ``approvals`` are pairs of (signer's public key, signature) in hexadecimal; ``reason`` is the
    hub's word when refused, or why it is a draft.
    """

    id: int
    uid: str
    kind: str
    period: str
    version: int
    state: str
    seq: int | None
    payload: bytes
    wire: bytes | None
    sha256: str
    made: int
    approved: int
    approved_by: str
    approvals: tuple[tuple[str, str], ...]
    tried: int
    tries: int
    next_try: int
    reason: str
    receipt: bytes | None
    received: int
    device: str

    @property
    def is_waiting(self) -> bool:
        """Approved or sealed, and without an answer."""
        return self.state in (APPROVED, SEALED, SENT)

    @property
    def payload_sha256(self) -> str:
        return hashlib.sha256(self.payload).hexdigest()


def add(
    kind: str,
    period: str,
    version: int,
    payload: bytes,
    approved_by: str = "",
    *,
    approvals: Sequence[tuple[str, str]] = (),
) -> int:
    """Put a return's exact bytes into the outbox: approved when there are approvals, else a draft.

    Call inside ``storage.write``. Returns its id.
    """
    _place_in(payload)
    now = int(time.time())
    state = APPROVED if approvals else DRAFT
    cursor = database.execute_sql(
        "INSERT INTO outbox (uid, kind, period, version, state, payload, made, approved, approved_by,"
        " approvals, tried, tries, next_try, reason, received)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, '', 0)",
        (
            secrets.token_hex(16), kind, period, version, state, payload, now, now if approvals else 0,
            approved_by, _write_approvals(approvals),
        ),
    )  # fmt: skip
    row_id = int(cursor.lastrowid)
    audit.append(
        "approve" if approvals else "keep", "outbox", row_id, detail=_named(period, version, payload)
    )
    return row_id


def approve(row_id: int, approved_by: str, approvals: Sequence[tuple[str, str]]) -> None:
    """Add approvals to a draft or an approved return. Inside ``storage.write``.

    Raises:
        Problem: E-OUTBOX-STATE once it is sealed or taken back.
    """
    item = get(row_id)
    if item.state not in (DRAFT, APPROVED):
        raise _too_late()
    together = tuple(dict.fromkeys((*item.approvals, *approvals)))
    database.execute_sql(
        "UPDATE outbox SET state = ?, approved = ?, approved_by = ?, approvals = ?, reason = '' WHERE id = ?",
        (APPROVED, int(time.time()), approved_by, _write_approvals(together), row_id),
    )
    audit.append("approve", "outbox", row_id, detail=_named(item.period, item.version, item.payload))


def items() -> list[OutboxItem]:
    """Everything, newest first."""
    return _read("ORDER BY id DESC")


def get(row_id: int) -> OutboxItem:
    """One return.

    Raises:
        LookupError: there is none with that id.
    """
    found = _read("WHERE id = ?", row_id)
    if not found:
        raise LookupError("no such return")
    return found[0]


def by_seq(seq: int) -> OutboxItem | None:
    """The return that this installation sealed under that number."""
    found = _read("WHERE device = ? AND seq = ?", database.device_uid, seq)
    return found[0] if found else None


def next_seq() -> int:
    """The number that the next sealing burns."""
    row = database.execute_sql(
        "SELECT coalesce(max(seq), 0) + 1 FROM outbox WHERE device = ?", (database.device_uid,)
    ).fetchone()
    return int(row[0])


def place() -> tuple[int, str]:
    """Number and previous hash for a return that is being prepared: after all that are sealed or approved."""
    seq, prev = _burnt_place()
    for item in sorted(_read("WHERE state = ?", APPROVED), key=lambda item: _place_in(item.payload)):
        if _place_in(item.payload) == (seq, prev):
            seq, prev = seq + 1, item.payload_sha256
    return seq, prev


def next_approved() -> OutboxItem | None:
    """The approved return that is to be sealed next."""
    waiting = _read("WHERE state = ?", APPROVED)
    return min(waiting, key=lambda item: (_place_in(item.payload)[0], item.id)) if waiting else None


def seal(row_id: int, make_wire: Callable[[OutboxItem], bytes]) -> OutboxItem:
    """Burn the next number and keep the sealed bytes, in one transaction: inside ``storage.write``.

    ``make_wire`` signs and seals the exact payload. Sealing what is sealed already gives the same bytes back.

    Raises:
        Problem: E-OUT-OF-TURN when the number in the payload is not the next (something else was sealed since
        it was
            prepared); E-OUTBOX-STATE when it is not approved.
    """
    item = get(row_id)
    if item.wire is not None:
        return item
    if item.state != APPROVED:
        raise _too_late()
    seq, prev = _burnt_place()
    if _place_in(item.payload) != (seq, prev):
        raise Problem(
            "E-OUT-OF-TURN",
            "Another return was sent after this one was prepared. Open its preview and approve it again.",
        )
    wire = make_wire(item)
    wire_hash = hashlib.sha256(wire).digest()
    database.execute_sql(
        "UPDATE outbox SET state = ?, seq = ?, wire = ?, wire_hash = ?, device = ? WHERE id = ? AND wire IS NULL",
        (SEALED, seq, wire, wire_hash, database.device_uid, row_id),
    )
    audit.append("seal", "outbox", row_id, detail={"seq": seq, "sha256": wire_hash.hex()})
    return get(row_id)


def put_back(row_id: int, reason: str) -> None:
    """An approved return becomes a draft again: what was approved can no longer be sent as it is."""
    database.execute_sql(
        "UPDATE outbox SET state = ?, approvals = '[]', approved_by = '', approved = 0, reason = ?"
        " WHERE id = ? AND state = ?",
        (DRAFT, reason, row_id, APPROVED),
    )
    audit.append("put_back", "outbox", row_id, detail={"reason": reason})


def tried(row_id: int, next_try: int) -> None:
    """A try has been made; the next automatic one is not before ``next_try``. Inside ``storage.write``."""
    database.execute_sql(
        "UPDATE outbox SET state = CASE state WHEN 'SEALED' THEN 'SENT' ELSE state END, tried = ?,"
        " tries = tries + 1, next_try = ? WHERE id = ?",
        (int(time.time()), next_try, row_id),
    )
    audit.append("send", "outbox", row_id)


def answered(row_id: int, state: str, reason: str, receipt: bytes) -> None:
    """Keep the verified receipt and what it says. The first final answer stands. Inside ``storage.write``."""
    if state not in (RECEIVED, REFUSED):
        raise ValueError("an answer is received or refused")
    item = get(row_id)
    if item.state not in (SEALED, SENT):
        return
    database.execute_sql(
        "UPDATE outbox SET state = ?, reason = ?, receipt = ?, received = ?, next_try = 0 WHERE id = ?",
        (state, reason, receipt, int(time.time()), row_id),
    )
    audit.append(state.lower(), "outbox", row_id, detail={"reason": reason} if reason else None)


def take_back(row_id: int) -> None:
    """Do not send it after all. Inside ``storage.write``.

    Raises:
        Problem: E-OUTBOX-STATE once it is sealed: then only a corrected version can replace it.
    """
    item = get(row_id)
    if item.state not in (DRAFT, APPROVED):
        raise _too_late()
    database.execute_sql("UPDATE outbox SET state = ?, approvals = '[]' WHERE id = ?", (TAKEN_BACK, row_id))
    audit.append("take_back", "outbox", row_id, detail=_named(item.period, item.version, item.payload))


def restored() -> None:
    """This vault was restored and is another installation now: what the old one approved or sealed is not sent.

    Approved returns wait for a new approval. For sealed ones nobody here can know whether they arrived: they say so.
    Inside ``storage.write``.
    """
    for item in _read("WHERE state = ?", APPROVED):
        put_back(item.id, RESTORED)
    for item in _read("WHERE state IN (?, ?)", SEALED, SENT):
        database.execute_sql(
            "UPDATE outbox SET state = ?, reason = ?, next_try = 0 WHERE id = ?", (REFUSED, RESTORED, item.id)
        )
        audit.append("give_up", "outbox", item.id, detail={"reason": RESTORED})


def latest_received(period: str) -> OutboxItem | None:
    """The received return of that period with the highest version: what a correction supersedes."""
    found = _read("WHERE state = ? AND period = ? ORDER BY version DESC LIMIT 1", RECEIVED, period)
    return found[0] if found else None


# --- rows ---------------------------------------------------------------------------------------------------

_COLUMNS = (
    "id, uid, kind, period, version, state, seq, payload, wire, wire_hash, made, approved, approved_by,"
    " approvals, tried, tries, next_try, reason, receipt, received, device"
)


def _read(clause: str, *values: Any) -> list[OutboxItem]:
    rows = database.execute_sql(f"SELECT {_COLUMNS} FROM outbox {clause}", values).fetchall()
    return [_item(row) for row in rows]


def _item(row: tuple[Any, ...]) -> OutboxItem:
    (row_id, uid, kind, period, version, state, seq, payload, wire, wire_hash, made, approved, approved_by,
    approvals,
     tried_at, tries, next_try, reason, receipt, received, device) = row  # fmt: skip
    pairs = canonical.load(approvals.encode("ascii"), most=_MOST_APPROVALS)
    return OutboxItem(
        id=row_id, uid=uid, kind=kind, period=period, version=version, state=state, seq=seq,
        payload=bytes(payload), wire=None if wire is None else bytes(wire), sha256="" if wire_hash is None
        else bytes(wire_hash).hex(), made=made, approved=approved, approved_by=approved_by,
        approvals=tuple((signer, sig) for signer, sig in pairs), tried=tried_at, tries=tries,
        next_try=next_try, reason=reason, receipt=None if receipt is None else bytes(receipt),
        received=received, device=device,
    )  # fmt: skip


def _burnt_place() -> tuple[int, str]:
    row = database.execute_sql(
        "SELECT seq, payload FROM outbox WHERE device = ? AND seq IS NOT NULL ORDER BY seq DESC LIMIT 1",
        (database.device_uid,),
    ).fetchone()
    return (1, FIRST_PREV) if row is None else (int(row[0]) + 1, hashlib.sha256(bytes(row[1])).hexdigest())


def _place_in(payload: bytes) -> tuple[int, str]:
    """Number and previous hash as a payload states them; without them it was built wrongly."""
    try:
        value = canonical.load(payload, most=_MOST_PAYLOAD)
        return int(value["seq"]), str(value["prev"])
    except (NotCanonical, KeyError, TypeError):
        raise ValueError("not a return") from None


def _write_approvals(approvals: Sequence[tuple[str, str]]) -> str:
    return canonical.dump([list(pair) for pair in approvals]).decode("ascii")


def _named(period: str, version: int, payload: bytes) -> dict[str, Any]:
    return {"period": period, "version": version, "sha256": hashlib.sha256(payload).hexdigest()}


def _too_late() -> Problem:
    return Problem(
        "E-OUTBOX-STATE",
        "This return has been sealed or taken back and can no longer be changed. "
        "Prepare a corrected version instead.",
    )
