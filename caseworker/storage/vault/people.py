"""The people of one vault: who can open it, and whom each of them saw working in it.

Whose slot is whose is written in the case file before the header changes, so that every header that may lie on the
disk after a power cut is understood.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from caseworker.crypto import header as hdr
from caseworker.crypto import keys
from caseworker.crypto.header import Header, PersonKeys, Slot
from caseworker.domain.workers import Worker
from caseworker.storage import audit
from caseworker.storage.engine import database
from caseworker.storage.vault.identity import meta, set_meta


@dataclass(frozen=True, slots=True)
class Person:
    """A worker as this vault knows her. ``opens``: she has a way in now. Times are epoch seconds, 0 for never.

    ``met``: the uids of the people she saw here when she last opened it, herself among them; before her first
    opening those who were here when she was let in.
    """

    worker: Worker
    opens: bool
    added: int
    removed: int
    met: frozenset[str]

    @property
    def has_opened(self) -> bool:
        """Whether she has opened the vault since she was let in."""
        return not self.added or self.worker.uid in self.met


def everyone(found: Header) -> list[Person]:
    """Everybody who works or worked in this vault, by name; also those whose name stands in old records alone."""
    inside = set(owners(found).values())
    rows = database.execute_sql(
        "SELECT id, uid, name, role, sign_key, receive_key, active, added, removed, met FROM worker"
        " ORDER BY name COLLATE NOCASE, id"
    )
    return [
        Person(
            Worker(row_id, uid, name, role, bytes(sign_key), bytes(receive_key)),
            bool(active) and uid in inside,
            added,
            removed,
            frozenset(met.split()),
        )
        for row_id, uid, name, role, sign_key, receive_key, active, added, removed, met in rows.fetchall()
    ]


def inside(found: Header) -> list[Person]:
    """Those who can open the vault now."""
    return [person for person in everyone(found) if person.opens]


def alone() -> bool:
    """Whether one person works in this vault: nobody to meet, nothing half done."""
    return bool(database.execute_sql("SELECT count(*) = 1 FROM worker WHERE active = 1").fetchone()[0])


def owners(found: Header) -> dict[str, str]:
    """Slot -> the uid of whose way in it is; slots that nobody is written beside are left out."""
    known = {slot.id: meta(_owner(slot.id)) for slot in found.slots}
    return {slot_id: uid for slot_id, uid in known.items() if uid is not None}


def name_owners(slots: Mapping[str, str]) -> None:
    """Write down whose slots these will be, before they are in the header. Inside ``storage.write``."""
    for slot_id, uid in slots.items():
        set_meta(_owner(slot_id), uid)


def _owner(slot_id: str) -> str:
    return f"slot:{slot_id}"


# --- meeting each other -------------------------------------------------------------------------------------


def seen_by(found: Header, worker: Worker) -> list[Worker]:
    """The colleagues that this worker sees in the vault now."""
    return [person.worker for person in inside(found) if person.worker.uid != worker.uid]


def met(found: Header, worker: Worker, person: PersonKeys, seen: list[Worker]) -> tuple[Slot, ...]:
    """The header's slots, those of this worker telling whom she sees now; envelopes of hers answered for by
    herself, because whoever answered for them may not be here for long.

    Raises:
        hdr.Tampered: a list or an envelope of hers is not what it was.
    """
    mine = {slot_id for slot_id, uid in owners(found).items() if uid == worker.uid}
    known = frozenset(one.sign_key for one in seen)
    made = []
    for slot in found.slots:
        if slot.id in mine:
            if slot.type == hdr.ENVELOPE:
                slot = _own_envelope(found, slot, worker, person)
            if hdr.members(found.vault, slot, person) != known:
                slot = hdr.with_members(found.vault, slot, person, known)
        made.append(slot)
    return tuple(made)


def _own_envelope(found: Header, slot: Slot, worker: Worker, person: PersonKeys) -> Slot:
    vmk, signer = hdr.open_envelope(found.vault, slot, person)
    with keys.short_lived(vmk):
        if signer == worker.sign_key:
            return slot
        return hdr.in_envelope(found.vault, found.epoch, slot, worker.receive_key, vmk, person)


def not_noted(found: Header, worker: Worker, seen: list[Worker]) -> bool:
    """Whether the note of whom she saw has to be written again. Who works alone needs none."""
    before = next(one.met for one in everyone(found) if one.worker.uid == worker.uid)
    return before != {worker.uid, *(one.uid for one in seen)}


def write_met(worker: Worker, seen: Iterable[Worker]) -> None:
    """Note whom a worker saw when she opened the vault, herself among them. Inside ``storage.write``."""
    _note(worker, {worker.uid, *(one.uid for one in seen)})


def write_introduced(newcomer: Worker, seen: Iterable[Worker]) -> None:
    """Note whom a newcomer was told of, who has not opened the vault yet. Inside ``storage.write``."""
    _note(newcomer, {one.uid for one in seen})


def _note(worker: Worker, uids: Iterable[str]) -> None:
    noted = " ".join(sorted(uids))
    database.execute_sql("UPDATE worker SET met = ? WHERE uid = ? AND met <> ?", (noted, worker.uid, noted))


# --- coming and going ---------------------------------------------------------------------------------------


def write_new(worker: Worker) -> int:
    """The row of a new colleague, before her slots are in the header. Inside ``storage.write``."""
    cursor = database.execute_sql(
        "INSERT INTO worker (uid, name, role, sign_key, receive_key, active, added)"
        " VALUES (?, ?, ?, ?, ?, 1, ?)",
        (worker.uid, worker.name, worker.role, worker.sign_key, worker.receive_key, int(time.time())),
    )
    return int(cursor.lastrowid)


def write_gone(uid: str, action: str) -> None:
    """Somebody has no way in any more; the name stays in the history. Inside ``storage.write``."""
    row = database.execute_sql("SELECT id FROM worker WHERE uid = ? AND active = 1", (uid,)).fetchone()
    if row is not None:
        database.execute_sql(
            "UPDATE worker SET active = 0, removed = ? WHERE id = ?", (int(time.time()), row[0])
        )
        audit.append(action, "worker", row[0])


def unfinished(found: Header) -> list[str]:
    """Whom a power cut left without any slot, in the middle of an adding or a removing: their uids.

    Nobody, while some slot in the header is nobody's known: it might be hers.
    """
    known = owners(found)
    if any(slot.opened_by and slot.id not in known for slot in found.slots):
        return []
    rows = database.execute_sql("SELECT uid FROM worker WHERE active = 1 AND added > 0").fetchall()
    return [uid for (uid,) in rows if uid not in known.values()]


def write_unfinished(found: Header) -> None:
    """Close what was left half done. Inside ``storage.write``."""
    for uid in unfinished(found):
        write_gone(uid, "remove")
