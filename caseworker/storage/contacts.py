"""Contacts in the vault: written once, amended with a reason, withdrawn but never removed.

A withdrawn contact keeps its row and its history and carries the time in ``withdrawn``; every count and every
list of what happened leaves it out.
"""

from __future__ import annotations

import dataclasses
import time

from caseworker.domain import interlock
from caseworker.domain.actions import Action
from caseworker.domain.contacts import Contact, is_locked, is_two_way, reason_needed
from caseworker.domain.safeguarding import SAID_BY_NOTE, Answer
from caseworker.domain.when import local
from caseworker.errors import Problem
from caseworker.storage import actions, drafts, history, records, safe_contacts, signatures
from caseworker.storage import safeguarding as decisions
from caseworker.storage.engine import database
from caseworker.storage.records import fetch
from caseworker.words import words

# Never changed by amending: who wrote it and when, and whose it is.
_FIXED = ("uid", "client_id", "recorded", "worker_id", "withdrawn", "sealed")
# Whether it was safe turns on these.
_DECIDE_SAFETY = ("at", "kind", "method", "outcome", "direction", "override_reason")
_NOT_NEEDED = "The contact this came from was withdrawn"


def save(
    contact: Contact,
    *,
    next_action: Action | None = None,
    draft_key: str = "",
    safeguarding: Answer | None = None,
) -> int:
    """Save a new contact, with what is to happen next and what was said of safeguarding, and forget its draft:
    together or not at all. Gives the id.

    Inside ``storage.write``. Author and time of typing are set here. Without an episode the client's open one
    is used (the worker's own first), because a contact outside any episode would be missing from the returns.

    Raises:
        Refused: field -> sentence; those of the action begin with ``next_``. Also ``override_reason`` when it was
            made outside what is safe and does not say why; ``outcome`` for voicemail left where none may be, and
            ``method`` for what may never be sent: no reason gets past those two. ``safeguarding`` when somebody is
            at risk and nothing was said of it, and ``safeguarding_`` before each field of a decision made with it.
        ValueError: it has an id already (use ``amend``), or the episode is another client's.
    """
    if contact.id is not None:
        raise ValueError("a saved contact is amended, not saved again")
    now = int(time.time())
    contact = records.cleaned(contact)
    problems = contact.problems(local(now))
    overridden = False
    if contact.client_id is not None and not problems:
        safe = safe_contacts.for_client(contact.client_id)
        problems = interlock.problems(contact, safe)
        overridden = interlock.question(contact, safe) is not None
    problems |= decisions.problems(contact, safeguarding)
    if next_action is not None:
        problems |= {f"next_{name}": text for name, text in next_action.problems(local(now).date()).items()}
    records.refuse(problems)
    contact = dataclasses.replace(
        contact,
        uid=contact.uid or records.new_uid(),
        episode_id=_episode(contact),
        recorded=now,
        worker_id=database.worker.id,
        amended=0,
        withdrawn=0,
        sealed=0,
    )
    row_id = records.add("contact", contact)
    history.record("contact", row_id, contact.client_id, None, records.values(contact))
    if overridden:
        _overridden(row_id, contact)
    decisions.keep(row_id, contact, safeguarding)
    if next_action is not None:
        actions.save(
            dataclasses.replace(
                next_action, contact_id=row_id, episode_id=next_action.episode_id or contact.episode_id
            )
        )
    if draft_key:
        drafts.discard(draft_key)
    return row_id


def amend(contact: Contact, why: str = "") -> int:
    """Change a saved contact; what it said before goes into the history. Gives the id. Inside
    ``storage.write``.

    A reason is needed a day after it was typed, or when somebody else wrote it. What the client said is safe is
    asked again only of what changes: an old entry is not judged by what became unsafe since.

    Raises:
        Refused: field -> sentence; ``why`` when the reason is missing.
        Problem: E-GONE; E-WITHDRAWN, it was taken back and has to be put back first.
    """
    if contact.id is None:
        raise ValueError("a contact is saved before it is amended")
    row_id, now = contact.id, int(time.time())
    before = get(row_id)
    _standing(before)
    contact = records.cleaned(
        dataclasses.replace(contact, **{name: getattr(before, name) for name in _FIXED})
    )
    problems = contact.problems(local(now))
    if not why.strip() and reason_needed(before, database.worker.id, now):
        problems["why"] = words("Enter why you are changing this")
    overridden = False
    if before.client_id is not None and any(
        getattr(contact, name) != getattr(before, name) for name in _DECIDE_SAFETY
    ):
        safe = safe_contacts.for_client(before.client_id)
        problems = interlock.problems(contact, safe) | problems
        overridden = interlock.question(contact, safe) is not None
    # Only now a conversation, or only now about somebody at risk: then, as when it is logged, nobody is passed over.
    tells = contact.category == SAID_BY_NOTE != before.category and not decisions.of_contact(row_id)
    asks = is_two_way(contact) and (tells or not is_two_way(before))
    asked = decisions.question(contact) if asks else None
    if asked is not None and asked.needed and not asked.stands:
        field = "outcome" if not is_two_way(before) else "category"
        problems[field] = words("Somebody is at risk: record a safeguarding decision under People first")
    records.refuse(problems)
    if contact.episode_id is not None and contact.episode_id != before.episode_id:
        _episode(contact)
    if dataclasses.replace(contact, amended=before.amended) != before:
        after = dataclasses.replace(contact, amended=before.amended + 1)
        _signed_first(before, now)
        _change(before, after, why, "amend")
        if reason_needed(before, database.worker.id, now):
            signatures.sign([after], now)
        if overridden:
            _overridden(row_id, contact)
    if asked is not None and asked.needed:
        decisions.keep(row_id, contact, Answer(stands=True))
    return row_id


def withdraw(contact_id: int, why: str) -> None:
    """Take back a contact that was logged by mistake. It stays in the history and is counted nowhere.

    An open action that came from it is closed with it. Inside ``storage.write``.

    Raises:
        Refused: ``why`` is empty.
        Problem: E-GONE, E-WITHDRAWN.
    """
    if not why.strip():
        records.refuse({"why": words("Enter why you are withdrawing this")})
    before = get(contact_id)
    _standing(before)
    _change(before, dataclasses.replace(before, withdrawn=int(time.time())), why, "withdraw")
    for (action_id,) in fetch("SELECT id FROM action WHERE contact_id = ? AND done = 0", (contact_id,)):
        actions.finish(action_id, _NOT_NEEDED)


def undo(contact_id: int) -> None:
    """Take back a contact just saved (the Undo of the message that confirms it): a reversing entry, as
    ``withdraw``.
    """
    withdraw(contact_id, "Undone after saving")


def restore(contact_id: int, why: str = "Put back") -> None:
    """Put a withdrawn contact back, with the actions that were closed with it. Inside ``storage.write``."""
    before = get(contact_id)
    if before.withdrawn:
        _change(before, dataclasses.replace(before, withdrawn=0), why, "restore")
        for (action_id,) in fetch(
            "SELECT id FROM action WHERE contact_id = ? AND done <> 0 AND result = ?",
            (contact_id, _NOT_NEEDED),
        ):
            actions.unfinish(action_id, why)


def get(contact_id: int) -> Contact:
    """The contact, withdrawn or not.

    Raises:
        Problem: E-GONE.
    """
    return records.one(Contact, "contact", contact_id)


def for_client(
    client_id: int, limit: int = 50, *, before: tuple[int, int] | None = None, withdrawn: bool = False
) -> list[Contact]:
    """A client's contacts, newest first. ``before`` (``at``, ``id`` of the last one shown) gives the page
    after it.
    """
    at, row_id = before or (1 << 62, 1 << 62)
    return records.find(
        Contact,
        "contact",
        "WHERE client_id = ? AND at <= ? AND (at < ? OR id < ?) AND (? OR withdrawn = 0)"
        " ORDER BY at DESC, id DESC LIMIT ?",
        (client_id, at, at, row_id, int(withdrawn), limit),
    )


def count_for(client_id: int) -> int:
    """How many stand."""
    return int(
        fetch("SELECT count(*) FROM contact WHERE client_id = ? AND withdrawn = 0", (client_id,))[0][0]
    )


def _standing(contact: Contact) -> None:
    if contact.withdrawn:
        raise Problem("E-WITHDRAWN", "This contact was withdrawn. Put it back before changing it")


def _episode(contact: Contact) -> int | None:
    if contact.client_id is None:
        return None
    if contact.episode_id is not None:
        owner = fetch("SELECT client_id FROM episode WHERE id = ?", (contact.episode_id,))
        if not owner or owner[0][0] != contact.client_id:
            raise ValueError("the episode is not this client's")
        return contact.episode_id
    found = fetch(
        "SELECT id FROM episode WHERE client_id = ? AND closed = ''"
        " ORDER BY worker_id IS ? DESC, started DESC, id DESC LIMIT 1",
        (contact.client_id, database.worker.id),
    )
    return int(found[0][0]) if found else None


def _signed_first(before: Contact, now: int) -> None:
    """What is about to be amended was due to be signed as it stands; only its author can do that."""
    if is_locked(before, now) and not before.sealed and before.worker_id == database.worker.id:
        signatures.sign([before], now)


def _overridden(row_id: int, contact: Contact) -> None:
    """An event of its own in the history: what is recorded as safe was set aside, and why."""
    why = contact.override_reason
    history.record(
        "contact",
        row_id,
        contact.client_id,
        {"override_reason": ""},
        {"override_reason": why},
        why,
        action="override",
    )


def _change(before: Contact, after: Contact, why: str, action: str) -> None:
    old, new = records.values(before), records.values(after)
    records.change("contact", after, [name for name in new if new[name] != old[name]])
    history.record("contact", before.id or 0, before.client_id, old, new, why, action=action)
