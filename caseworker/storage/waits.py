"""Waits in the vault: who was referred and was not tried, or not reached, by the day they should have been."""

from __future__ import annotations

import datetime as dt

from caseworker.domain import waits as rules
from caseworker.domain.contacts import CLIENT_KINDS, COUNTING_KINDS, NEVER_TWO_WAY_METHODS, TWO_WAY
from caseworker.domain.dues import DueDate
from caseworker.domain.referrals import UNDECIDED
from caseworker.domain.when import day_epochs, local
from caseworker.storage import risk
from caseworker.storage.records import fetch
from caseworker.words import words

LOOK_BACK = 90  # days; a referral that led to nothing for so long is another question


def due(today: dt.date, worker_id: int | None = None) -> list[DueDate]:
    """Waits that are at or over their target, longest over first; of everybody for None. Somebody who has no worker
    yet is everybody's.
    """
    first, end = day_epochs(today - dt.timedelta(days=LOOK_BACK))[0], day_epochs(today)[1]
    mine = "" if worker_id is None else f" AND e.worker_id = {int(worker_id)}"
    waiting = fetch(
        "SELECT r.id, r.client_id, r.received, r.referrer_risk FROM referral r INDEXED BY referral_received"
        f" WHERE r.received >= ? AND r.received < ? AND r.client_id IS NOT NULL AND r.outcome IN ({_codes(UNDECIDED)})"
        " AND (EXISTS (SELECT 1 FROM episode e INDEXED BY episode_open"
        f" WHERE e.client_id = r.client_id AND e.closed = ''{mine})"
        " OR NOT EXISTS (SELECT 1 FROM episode e WHERE e.client_id = r.client_id))"
        " AND NOT EXISTS (SELECT 1 FROM contact k INDEXED BY contact_client WHERE k.client_id = r.client_id"
        f" AND k.at >= r.received - 86400 AND k.withdrawn = 0 AND k.kind IN ({_codes(COUNTING_KINDS)})"
        f" AND k.outcome IN ({_codes(TWO_WAY)}) AND k.method NOT IN ({_codes(NEVER_TWO_WAY_METHODS)}))",
        (first, end),
    )
    grades = risk.grades([row[1] for row in waiting])
    found = []
    for row_id, client_id, received, said in waiting:
        grade = "high" if "high" in (said, grades.get(client_id, "")) else ""
        tried = fetch(
            "SELECT 1 FROM contact INDEXED BY contact_client WHERE client_id = ? AND at >= ? AND withdrawn = 0"
            f" AND kind IN ({_codes(CLIENT_KINDS)}) LIMIT 1",
            (client_id, day_epochs(local(received).date())[0]),
        )
        if tried:
            by, what = (
                rules.talk_by(received, grade),
                words("Not reached yet"),
            )
        else:
            by, what = rules.try_by(received, grade), words("First try to reach the client")
        if by <= today:
            found.append(DueDate(client_id, by, what, "referral", row_id))
    return sorted(found, key=lambda one: (one.day, one.client_id))


def _codes(found: frozenset[str]) -> str:
    return ", ".join(f"'{code}'" for code in sorted(found))
