"""Who a line of a list is about: name, reference, how they are reached safely, and their risk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from caseworker.domain import safe_contacts as rules
from caseworker.domain.safe_contacts import SafeContact, SafeNow
from caseworker.storage import records, risk, safe_contacts
from caseworker.storage.records import fetch


@dataclass(frozen=True, slots=True)
class Who:
    """The client of a line: enough to show a name, a grade and whether a call is safe."""

    client_id: int
    reference: str
    name: str
    known_as: str
    safe: tuple[SafeContact, ...]
    grade: str = ""  # of list ``risk_grade``; empty while nothing is signed

    def chip(self, now: dt.datetime) -> SafeNow:
        return rules.chip(self.safe, now)


def people(client_ids: Iterable[int]) -> dict[int, Who]:
    """Client -> who they are; three queries for each 500 of them. Those not in the vault are left out."""
    ids = list(dict.fromkeys(client_ids))
    safe = safe_contacts.for_clients(ids)
    grades = risk.grades(ids)
    found: dict[int, Who] = {}
    for block in records.blocks(ids):
        marks = ", ".join("?" * len(block))
        for client_id, reference, name, known_as in fetch(
            f"SELECT id, reference, name, known_as FROM client WHERE id IN ({marks})", block
        ):
            found[client_id] = Who(
                client_id,
                reference,
                name,
                known_as,
                tuple(safe.get(client_id, ())),
                grades.get(client_id, ""),
            )
    return found
