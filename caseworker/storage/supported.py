"""Clients whose support is open, as lists of what is due see them: after the end a date asks nobody to do anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from caseworker.storage.records import fetch

_OPEN = (
    "SELECT 1 FROM episode e INDEXED BY episode_open WHERE e.client_id = t.client_id AND e.closed = ''"
    " AND (? IS NULL OR e.worker_id = ?)"
)


def clients(table: str, where: str, params: Sequence[Any], worker_id: int | None = None) -> list[int]:
    """The clients of the rows picked by ``where`` who are in support with that worker; with anybody for None.

    ``where`` must meet an index of ``table``: what a morning's list costs must not grow with the years.
    """
    return [
        row[0]
        for row in fetch(
            f"SELECT DISTINCT client_id FROM {table} t WHERE {where} AND EXISTS ({_OPEN}) ORDER BY client_id",
            (*params, worker_id, worker_id),
        )
    ]


def born_between(first: dt.date, last: dt.date, worker_id: int | None = None) -> list[int]:
    """Clients in support who were born in that time, both days included. Read from the open episodes, which are few."""
    return [
        row[0]
        for row in fetch(
            "SELECT DISTINCT c.id FROM episode e INDEXED BY episode_open JOIN client c ON c.id = e.client_id"
            " WHERE e.closed = '' AND (? IS NULL OR e.worker_id = ?) AND c.born BETWEEN ? AND ?",
            (worker_id, worker_id, first.isoformat(), last.isoformat()),
        )
    ]
