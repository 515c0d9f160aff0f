"""Safe contacts in the vault: one row a channel for each client, every change kept in the history."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from collections.abc import Sequence

from caseworker.domain.safe_contacts import SafeContact, default_review_days, tidy_hours
from caseworker.domain.when import local
from caseworker.storage import history, records
from caseworker.words import words

_ORDER = "ORDER BY client_id, CASE channel WHEN 'TEL' THEN 1 WHEN 'SMS' THEN 2 WHEN 'MSG' THEN 3 WHEN 'EML' THEN 4 WHEN 'LET' THEN 5 ELSE 6 END"  # noqa: E501


def save(contact: SafeContact, why: str = "") -> int:
    """Save what is known about one channel; gives the id. Inside ``storage.write``.

    A client has one row a channel: saving a second "new" one changes the first. Without a review date one is
    set: 30 days on while the risk is high, else 90.

    Raises:
        Refused: field -> sentence.
    """
    today = local(int(time.time())).date()
    contact = records.cleaned(contact)
    if contact.allowed == "yes" and not contact.review_by:
        contact = dataclasses.replace(contact, review_by=_next_review(contact.client_id))
    records.refuse(contact.problems(today))
    contact = dataclasses.replace(contact, hours=tidy_hours(contact.hours), value=contact.value.strip())
    known = records.find(
        SafeContact,
        "safe_contact",
        "WHERE client_id = ? AND channel = ?",
        (contact.client_id, contact.channel),
    )
    if contact.id is None and known:
        contact = dataclasses.replace(contact, id=known[0].id)
    if contact.id is None:
        row_id = records.add("safe_contact", contact)
        history.record("safe_contact", row_id, contact.client_id, None, records.values(contact), why)
        return row_id
    before = get(contact.id)
    if (before.client_id, before.channel) != (contact.client_id, contact.channel):
        raise ValueError("a safe contact stays with its client and channel")
    old, new = records.values(before), records.values(contact)
    records.change("safe_contact", contact, [name for name in new if new[name] != old[name]])
    history.record("safe_contact", contact.id, contact.client_id, old, new, why)
    return contact.id


def confirm(client_id: int, channel: str, how: str) -> None:
    """What is recorded about that channel was asked about again and still holds. Inside ``storage.write``.

    Raises:
        Refused: ``review_by``, there is nothing recorded that could hold.
    """
    known = [one for one in for_client(client_id) if one.channel == channel]
    if not known or known[0].allowed != "yes":
        records.refuse({"review_by": words("Ask the client and record the answers")})
    before = known[0]
    renewed = dataclasses.replace(before, review_by=_next_review(client_id))
    records.change("safe_contact", renewed, ["review_by"])
    history.record(
        "safe_contact",
        before.id or 0,
        client_id,
        records.values(before),
        records.values(renewed),
        how,
        action="confirm",
    )


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
