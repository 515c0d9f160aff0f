"""Safe contacts in the vault: one row a channel for each client, every change kept in the history."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from collections.abc import Sequence

from caseworker.domain import safe_claims as rules
from caseworker.domain.safe_claims import Check
from caseworker.domain.safe_contacts import SafeContact, default_review_days, tidy_hours
from caseworker.domain.when import local
from caseworker.storage import history, records, safe_claims
from caseworker.storage.records import fetch
from caseworker.words import words

_ORDER = "ORDER BY client_id, CASE channel WHEN 'TEL' THEN 1 WHEN 'SMS' THEN 2 WHEN 'MSG' THEN 3 WHEN 'EML' THEN 4 WHEN 'LET' THEN 5 ELSE 6 END"  # noqa: E501


def save(contact: SafeContact, why: str = "", check: Check | None = None) -> int:
    """Save what is known about one channel; gives the id. Inside ``storage.write``.

    A client has one row a channel: saving a second "new" one changes the first. Without a review date one is
    set: 30 days on while the risk is high, else 90. A change has to be checked to come from the client. What could
    not be checked is kept as a claim and only stops what it would stop.

    Raises:
        Refused: field -> sentence; ``checked`` and ``check_note`` ask how a change was checked.
    """
    today = local(int(time.time())).date()
    contact = records.cleaned(contact)
    if contact.allowed == "yes" and not contact.review_by:
        contact = dataclasses.replace(contact, review_by=_next_review(contact.client_id))
    records.refuse(contact.problems(today))
    contact = dataclasses.replace(contact, hours=tidy_hours(contact.hours), value=contact.value.strip())
    held = for_client(contact.client_id)
    before = next((one for one in held if one.channel == contact.channel), None)
    if contact.id is not None and (before is None or before.id != contact.id):
        raise ValueError("a safe contact stays with its client and channel")
    if before is not None:
        contact = rules.keeping(before, contact)
    check = check or Check()
    needed = rules.needs_check(before, contact, not held or _is_new(contact.client_id))
    if needed:
        records.refuse(check.problems(held))
    if before is None:
        if not needed or check.how != rules.UNCHECKED:
            return _add(dataclasses.replace(contact, doubted=0), check.said(why))
        # Nothing is known about the channel, and an unchecked word does not make it known.
        before = get(_add(SafeContact(None, contact.client_id, contact.channel), check.said(why)))
    contact = dataclasses.replace(contact, id=before.id)
    if not needed:
        return _change(before, dataclasses.replace(contact, doubted=before.doubted), check.said(why))
    if check.how == rules.UNCHECKED:
        safe_claims.keep(contact.client_id, contact.channel, rules.claimed(before, contact), check.note)
        holds = rules.stopped(before, contact)
        doubted = before.doubted or int(time.time())
        return _change(before, dataclasses.replace(holds, doubted=doubted), check.said(why))
    for claim in safe_claims.open_for(contact.client_id):
        if claim.channel == contact.channel:
            fits = all(getattr(contact, name) == value for name, value in claim.fields().items())
            safe_claims.settle(claim, rules.ACCEPTED if fits else rules.REPLACED, check.said(why))
    return _change(before, dataclasses.replace(contact, doubted=0), check.said(why))


def needs_check(contact: SafeContact) -> bool:
    """Whether saving this would ask how the change was checked."""
    held = for_client(contact.client_id)
    before = next((one for one in held if one.channel == contact.channel), None)
    if before is not None:
        contact = rules.keeping(before, contact)
    return rules.needs_check(before, contact, not held or _is_new(contact.client_id))


def refuse_claim(claim_id: int, why: str) -> None:
    """It was not the client: what was recorded before holds and may be used again. Inside ``storage.write``.

    Raises:
        Refused: ``check_note``, it is not said how somebody knows.
        Problem: E-GONE.
    """
    if not why.strip():
        records.refuse({"check_note": words("Enter how you know that it was not the client")})
    claim = safe_claims.get(claim_id)
    if claim.settled:
        return
    safe_claims.settle(claim, rules.REFUSED, why)
    if any(one.channel == claim.channel for one in safe_claims.open_for(claim.client_id)):
        return
    for before in for_client(claim.client_id):
        if before.channel == claim.channel and before.doubted:
            _change(before, dataclasses.replace(before, doubted=0), why)


def _is_new(client_id: int) -> bool:
    ((made,),) = fetch("SELECT made FROM client WHERE id = ?", (client_id,))
    return bool(time.time() - made < rules.FIRST_DAY)


def _add(contact: SafeContact, why: str) -> int:
    row_id = records.add("safe_contact", contact)
    history.record("safe_contact", row_id, contact.client_id, None, records.values(contact), why)
    return row_id


def _change(before: SafeContact, after: SafeContact, why: str, action: str = "") -> int:
    old, new = records.values(before), records.values(after)
    records.change("safe_contact", after, [name for name in new if new[name] != old[name]])
    history.record("safe_contact", before.id or 0, before.client_id, old, new, why, action=action)
    return before.id or 0


def confirm(client_id: int, channel: str, how: str) -> None:
    """What is recorded about that channel was asked about again and still holds. Inside ``storage.write``.

    Raises:
        Refused: ``review_by``, there is nothing recorded that could hold.
    """
    known = [one for one in for_client(client_id) if one.channel == channel]
    if not known or known[0].allowed != "yes":
        records.refuse({"review_by": words("Ask the client and record the answers")})
    renewed = dataclasses.replace(known[0], review_by=_next_review(client_id))
    _change(known[0], renewed, how, "confirm")


def _next_review(client_id: int) -> str:
    """When to ask again unless somebody says a day: sooner where the risk is high."""
    from caseworker.storage import risk  # only when something is saved: the forms are not read for a glance

    found = risk.current(client_id)
    days = default_review_days(found is not None and found.grade == "high")
    return (local(int(time.time())).date() + dt.timedelta(days=days)).isoformat()


def get(row_id: int) -> SafeContact:
    return records.one(SafeContact, "safe_contact", row_id)


def for_client(client_id: int) -> list[SafeContact]:
    """All channels of a client, calls first."""
    return records.find(SafeContact, "safe_contact", f"WHERE client_id = ? {_ORDER}", (client_id,))


def for_clients(client_ids: Sequence[int]) -> dict[int, list[SafeContact]]:
    """Client id -> channels, one query for each 500; clients without any are missing from the result."""
    found: dict[int, list[SafeContact]] = {}
    for block in records.blocks(client_ids):
        marks = ", ".join("?" * len(block))
        for contact in records.find(
            SafeContact, "safe_contact", f"WHERE client_id IN ({marks}) {_ORDER}", block
        ):
            found.setdefault(contact.client_id, []).append(contact)
    return found
