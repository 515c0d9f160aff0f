"""Claims for criminal injuries compensation in the vault, and whose time to claim runs out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from caseworker.domain import codes
from caseworker.domain import compensation as rules
from caseworker.domain.compensation import Claim
from caseworker.domain.dues import DueDate, soonest
from caseworker.domain.when import iso_date, months_later
from caseworker.storage import clients, incidents, supported
from caseworker.storage.nouns import Noun
from caseworker.words import words

_CLAIMS = Noun(Claim, "claim", "incident_on DESC, id DESC", later=("step", "applied", "reference"))
NOTICE = 90  # days before the last day to claim

save = _CLAIMS.save
withdraw = _CLAIMS.withdraw
restore = _CLAIMS.restore
get = _CLAIMS.get
for_client = _CLAIMS.for_client


def claim_by(client_id: int, incident: dt.date) -> dt.date:
    """The last day on which that client may claim for an incident of that day."""
    return rules.claim_by(incident, iso_date(clients.get(client_id).born))


def to_claim(client_id: int) -> list[tuple[dt.date, str]]:
    """(last day, date of the incident) of what that client may claim for and has not settled, soonest first."""
    born = iso_date(clients.get(client_id).born)
    return rules.to_claim(for_client(client_id), incidents.for_client(client_id), born)


def dates(client_ids: Sequence[int], today: dt.date) -> list[DueDate]:
    """The soonest last day to claim that still lies ahead, of each client."""
    found = []
    for client_id in client_ids:
        ahead = [day for day, _ in to_claim(client_id) if day >= today]
        if ahead:
            what = words("Last day to claim criminal injuries compensation")
            found.append(DueDate(client_id, ahead[0], what, "claim", 0, NOTICE, 0))
    return soonest(found)


def due(today: dt.date, worker_id: int | None = None) -> list[DueDate]:
    """Those of ``dates`` to show on that day, of clients in support; of everybody's for None."""
    last = today + dt.timedelta(days=NOTICE)
    months = int(codes.get("time_limit").entry("CICA").facts["months"])
    between = (months_later(today, -months).isoformat(), months_later(last, -months).isoformat())
    kinds = ", ".join(f"'{code}'" for code in sorted(codes.get("incident_kind").with_flag("compensation")))
    clients = {
        *supported.clients(
            "incident",
            f"withdrawn = 0 AND happened BETWEEN ? AND ? AND kind IN ({kinds})",
            between,
            worker_id,
        ),
        *supported.clients(
            "claim",
            "step = 'considering' AND withdrawn = 0 AND incident_on BETWEEN ? AND ?",
            between,
            worker_id,
        ),
        # what happened to them as a child may be claimed for until they turn 20
        *supported.born_between(
            months_later(today, -12 * rules.CHILD_UNTIL),
            months_later(last, -12 * rules.CHILD_UNTIL),
            worker_id,
        ),
    }
    return [one for one in dates(sorted(clients), today) if one.on_show(today)]
