"""History: for every changed answer what it was, what it became, who changed it, when and why.

Written in the same transaction as the change, and bound by the audit entry of that change: nothing is
silently edited. A new record needs no copies of its answers; what it first said is the oldest "old" value, or
the answer itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from caseworker.domain.labels import INTERNAL, NOUNS, field_label, is_private, show_value
from caseworker.storage import audit
from caseworker.storage.engine import database
from caseworker.storage.records import fetch, storable
from caseworker.words import Words, words

LONGEST_WHY = 500
# The event's own sentence says it already.
_SAID_BY_EVENT = {
    ("withdraw", "withdrawn"),
    ("restore", "withdrawn"),
    ("finish", "done"),
    ("sign", "signed"),
    ("override", "override_reason"),
    ("show", "shown"),
    ("settle", "settled"),
}


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of one answer, or one event (``field`` empty).

    ``old`` and ``new`` are as stored, except that a worker is given by name.
    """

    seq: int  # its audit entry; several fields changed together share one
    at: int
    who: str  # the worker's name
    action: str
    noun: str
    row_id: int
    field: str
    old: str
    new: str
    why: str

    @property
    def field_label(self) -> Words:
        return field_label(self.noun, self.field) if self.field else words("")

    def sentence(self) -> Words:
        """What happened, in words. A note's text is left out: it may be hard to read unprepared."""
        noun = NOUNS.get(self.noun, words("{noun}", noun=self.noun.replace("_", " ")))
        if not self.field:
            return _EVENTS.get(self.action, _OTHER)(noun, self.action)
        label = self.field_label
        if is_private(self.noun, self.field):
            return words("{label} changed", label=label)
        return words(
            "{label} changed from {old} to {new}", label=label, old=self.shown_old(), new=self.shown_new()
        )

    def shown_old(self) -> Words:
        return show_value(self.noun, self.field, self.old)

    def shown_new(self) -> Words:
        return show_value(self.noun, self.field, self.new)


def record(
    noun: str,
    row_id: int,
    client_id: int | None,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    why: str = "",
    *,
    action: str = "",
) -> int:
    """Write the history of one saved record: a revision a changed field, and one audit entry. In the
    transaction.

    ``before`` is None for a new record. When nothing differs nothing is written. Gives the audit entry's
    number, or 0.

    Raises:
        RuntimeError: no transaction is running.
    """
    if before is None:
        return audit.append(action or "add", noun, row_id, client_id)
    rows = changed(noun, row_id, client_id, before, after, why)
    if not rows:
        return 0
    seq = audit.append(
        action or "change", noun, row_id, client_id, revisions_digest=audit.digest_revisions(rows)
    )
    for row in rows:
        database.execute_sql(
            "INSERT INTO revision (noun, row_id, client_id, field, old, new, why, audit_seq)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*row, seq),
        )
    return seq


def changed(
    noun: str,
    row_id: int,
    client_id: int | None,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    why: str,
) -> list[tuple[str, int, int | None, str, str, str, str]]:
    """The revision rows between two versions, in field order."""
    said = storable(why.strip())[:LONGEST_WHY]
    return [
        (noun, row_id, client_id, field, as_kept(before.get(field)), as_kept(value), said)
        for field, value in after.items()
        if field not in INTERNAL and as_kept(before.get(field)) != as_kept(value)
    ]


def for_client(client_id: int, limit: int = 100, before: int | None = None) -> list[HistoryEntry]:
    """The newest entries about a client, newest first; ``before`` (an audit number) gives the page after
    that.

    ``limit`` counts audit entries; one entry may have changed several fields.
    """
    return _entries(
        "client_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?", (client_id, before or 1 << 62, limit)
    )


def for_row(noun: str, row_id: int, client_id: int | None, limit: int = 100) -> list[HistoryEntry]:
    """As ``for_client``, about one record of it."""
    return _entries(
        "client_id IS ? AND noun = ? AND row_id = ? ORDER BY seq DESC LIMIT ?",
        (client_id, noun, row_id, limit),
    )


def _entries(where: str, params: tuple[Any, ...]) -> list[HistoryEntry]:
    events = fetch(f"SELECT seq, at, worker, action, noun, row_id FROM audit WHERE {where}", params)
    if not events:
        return []
    workers = fetch("SELECT id, uid, name FROM worker")
    names = {uid: name for _, uid, name in workers}
    people = {str(row_id): name for row_id, _, name in workers}
    seqs = [event[0] for event in events]
    by_seq: dict[int, list[tuple[Any, ...]]] = {}
    for at in range(0, len(seqs), 500):
        block = seqs[at : at + 500]
        marks = ", ".join("?" * len(block))
        for seq, *rest in fetch(
            "SELECT audit_seq, noun, row_id, field, old, new, why FROM revision"
            f" WHERE audit_seq IN ({marks}) ORDER BY id",
            block,
        ):
            by_seq.setdefault(seq, []).append(tuple(rest))
    found = []
    for seq, at, worker, action, noun, row_id in events:
        who = names.get(worker, "")
        changes = by_seq.get(seq, [])
        if not changes or action not in ("change", "amend"):
            why = changes[0][5] if changes else ""
            found.append(HistoryEntry(seq, at, who, action, noun, row_id, "", "", "", why))
        found += [
            HistoryEntry(
                seq,
                at,
                who,
                action,
                its_noun,
                its_row,
                field,
                people.get(old, old) if field == "worker_id" else old,
                people.get(new, new) if field == "worker_id" else new,
                why,
            )
            for its_noun, its_row, field, old, new, why in changes
            if (action, field) not in _SAID_BY_EVENT
        ]
    return found


def as_kept(value: Any) -> str:
    """An answer as the history keeps it."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)


def _added(noun: Words, _: str) -> Words:
    return words("New {noun} recorded", noun=noun)


def _opened(noun: Words, _: str) -> Words:
    return words("Record opened")


def _withdrawn(noun: Words, _: str) -> Words:
    return words("The {noun} was withdrawn and is not counted", noun=noun)


def _restored(noun: Words, _: str) -> Words:
    return words("The {noun} was put back", noun=noun)


def _closed(noun: Words, _: str) -> Words:
    return words("The {noun} was closed", noun=noun)


def _reopened(noun: Words, _: str) -> Words:
    return words("The {noun} was taken up again", noun=noun)


def _finished(noun: Words, _: str) -> Words:
    return words("The {noun} was marked as done", noun=noun)


def _begun(noun: Words, _: str) -> Words:
    return words("A new {noun} was begun", noun=noun)


def _signed(noun: Words, _: str) -> Words:
    return words("The {noun} was signed", noun=noun)


def _overridden(noun: Words, _: str) -> Words:
    return words("The {noun} was outside what is recorded as safe", noun=noun)


def _shown(noun: Words, _: str) -> Words:
    return words("Numbers and addresses were shown")


def _confirmed(noun: Words, _: str) -> Words:
    return words("The {noun} was asked about again and still holds", noun=noun)


def _printed(noun: Words, _: str) -> Words:
    return words("The {noun} was printed or saved", noun=noun)


def _reviewed(noun: Words, _: str) -> Words:
    return words("A manager looked at the {noun}", noun=noun)


def _settled(noun: Words, _: str) -> Words:
    return words("The {noun} was checked", noun=noun)


def _sealed(noun: Words, _: str) -> Words:
    return words("Notes were signed and locked, a day after they were written or when they were amended")


def _other(noun: Words, action: str) -> Words:
    return words("{noun}: {action}", noun=noun, action=action.replace("_", " "))


_OTHER = _other
_EVENTS = {
    "add": _added,
    "open": _opened,
    "withdraw": _withdrawn,
    "restore": _restored,
    "close": _closed,
    "reopen": _reopened,
    "finish": _finished,
    "begin": _begun,
    "sign": _signed,
    "override": _overridden,
    "show": _shown,
    "confirm": _confirmed,
    "print": _printed,
    "review": _reviewed,
    "settle": _settled,
    "seal": _sealed,
}
