"""Chases in the vault: each asking of the police or the court, and which are to be repeated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from caseworker.domain import chases as rules
from caseworker.domain import codes
from caseworker.domain.chases import Chase
from caseworker.domain.dues import DueDate, soonest
from caseworker.storage import supported
from caseworker.storage.nouns import Noun
from caseworker.words import words

_CHASES = Noun(Chase, "chase", "happened DESC, id DESC", later=("answer", "note", "next_on"))
SINCE = 365  # days

save = _CHASES.save
withdraw = _CHASES.withdraw
restore = _CHASES.restore
get = _CHASES.get
for_client = _CHASES.for_client
for_clients = _CHASES.for_clients


def dates(client_ids: Sequence[int], today: dt.date) -> list[DueDate]:
    """Whom to ask again, and when."""
    found = []
    for client_id, chases in for_clients(client_ids).items():
        for one in rules.waits(chases):
            day = dt.date.fromisoformat(one.next_on)
            what = words("Ask again: {whom}", whom=codes.get("chased").label(one.whom))
            found.append(DueDate(client_id, day, what, "chase", one.id or 0, kept=SINCE))
    return soonest(found)


def due(today: dt.date, worker_id: int | None = None) -> list[DueDate]:
    """Those of ``dates`` to show on that day, of clients in support; of everybody's for None."""
    clients = supported.clients(
        "chase",
        "next_on <> '' AND withdrawn = 0 AND next_on BETWEEN ? AND ?",
        ((today - dt.timedelta(days=SINCE)).isoformat(), today.isoformat()),
        worker_id,
    )
    return [one for one in dates(clients, today) if one.on_show(today)]
