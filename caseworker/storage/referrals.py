"""Referrals in the vault: how people came to the service and what became of it."""

from __future__ import annotations

import dataclasses
import time

from caseworker.domain.referrals import Referral
from caseworker.domain.when import local
from caseworker.storage import clients, history, records


def save(referral: Referral, why: str = "") -> int:
    """Save a new or changed referral; gives the id. Inside ``storage.write``.

    A new one without a district takes the client's district of that day; later moves do not change it.

    Raises:
        Refused: field -> sentence.
    """
    referral = records.cleaned(referral)
    records.refuse(referral.problems(local(int(time.time()))))
    if referral.id is None:
        area = referral.area
        if area == "NA-ASK" and referral.client_id is not None:
            area = clients.get(referral.client_id).area
        referral = dataclasses.replace(referral, uid=referral.uid or records.new_uid(), area=area)
        row_id = records.add("referral", referral)
        history.record("referral", row_id, referral.client_id, None, records.values(referral), why)
        return row_id
    before = get(referral.id)
    after = dataclasses.replace(referral, uid=before.uid, client_id=before.client_id)
    old, new = records.values(before), records.values(after)
    records.change("referral", after, [name for name in new if new[name] != old[name]])
    history.record("referral", referral.id, before.client_id, old, new, why)
    return referral.id


def get(referral_id: int) -> Referral:
    """The referral.

    Raises:
        Problem: E-GONE.
    """
    return records.one(Referral, "referral", referral_id)


def for_client(client_id: int, limit: int = 50) -> list[Referral]:
    """Newest first."""
    return records.find(
        Referral,
        "referral",
        "WHERE client_id = ? ORDER BY received DESC, id DESC LIMIT ?",
        (client_id, limit),
    )
