"""Showing a number or an address: written down before it is on the screen, with the reason where one is needed."""

from __future__ import annotations

import time

from caseworker.domain import interlock
from caseworker.domain.children import Child
from caseworker.domain.safe_contacts import SafeContact
from caseworker.domain.when import local
from caseworker.storage import audit, children, history, records, safe_contacts
from caseworker.words import words

LONGEST_REASON = 500


def show(client_id: int, reason: str = "") -> list[SafeContact]:
    """Write down that this client's numbers and addresses are shown now, and give them. Inside ``storage.write``.

    Nothing may be shown that this did not write down first: who looked is how a curious colleague is found, and the
    reason is what a supervisor asks about.

    Raises:
        Refused: ``reason``, none of these ways is safe right now and no reason is given.
    """
    held = safe_contacts.for_client(client_id)
    ways = [one for one in held if one.value.strip()]
    if not ways:
        return held
    reason = records.storable(reason.strip())[:LONGEST_REASON]
    asked = interlock.reason_to_show(held, [one.channel for one in ways], local(int(time.time())))
    if asked is not None and not reason:
        records.refuse({"reason": words("Enter why it is safe to make contact now")})
    row_id = ways[0].id or 0
    if reason:
        history.record(
            "safe_contact", row_id, client_id, {"shown": ""}, {"shown": reason}, reason, action="show"
        )
    else:
        audit.append("show", "safe_contact", row_id, client_id)
    return held


def show_child(child_id: int) -> Child:
    """Write down that a child's own number is shown now, and give the child. Inside ``storage.write``.

    Raises:
        Problem: E-GONE.
    """
    child = children.get(child_id)
    audit.append("show", "child", child_id, child.client_id)
    return child
