"""Orders in the vault: their dates as they come about, their breaches as incidents, and which end soon."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

from caseworker.domain import codes, time_limits
from caseworker.domain.dues import DueDate, soonest
from caseworker.domain.incidents import Incident
from caseworker.domain.orders import Order
from caseworker.domain.when import iso_date
from caseworker.storage import incidents, supported
from caseworker.storage.nouns import Noun
from caseworker.words import words

_ORDERS = Noun(
    Order,
    "court_order",
    "granted DESC, applied DESC, id DESC",
    later=("applied", "granted", "refused", "breached", "expires", "court", "terms"),
)

save = _ORDERS.save
withdraw = _ORDERS.withdraw
restore = _ORDERS.restore
get = _ORDERS.get
for_client = _ORDERS.for_client
for_clients = _ORDERS.for_clients


def breach(order_id: int, incident: Incident) -> int:
    """Record that an order was broken: its date on the order, and an incident of its own; gives the incident's id.
    Inside ``storage.write``.

    Raises:
        Refused: field -> sentence, of the incident or of the order's ``breached``.
        Problem: E-GONE, E-WITHDRAWN.
    """
    held = get(order_id)
    row_id = incidents.save(incident)
    if incident.happened > held.breached:
        save(dataclasses.replace(held, breached=incident.happened))
    return row_id


def dates(client_ids: Sequence[int], today: dt.date) -> list[DueDate]:
    """When orders that were granted end."""
    days = time_limits.days("ORDER")
    found = []
    for client_id, orders in for_clients(client_ids).items():
        for one in orders:
            expires = iso_date(one.expires)
            if expires is not None and one.granted:
                what = words("Order ends: {order}", order=codes.get("order").label(one.kind))
                found.append(DueDate(client_id, expires, what, "court_order", one.id or 0, days, days))
    return soonest(found)


def due(today: dt.date, worker_id: int | None = None) -> list[DueDate]:
    """Those of ``dates`` to show on that day, of clients in support; of everybody's for None."""
    days = dt.timedelta(days=time_limits.days("ORDER"))
    clients = supported.clients(
        "court_order",
        "expires <> '' AND withdrawn = 0 AND expires BETWEEN ? AND ?",
        ((today - days).isoformat(), (today + days).isoformat()),
        worker_id,
    )
    return [one for one in dates(clients, today) if one.on_show(today)]
