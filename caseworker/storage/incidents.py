"""Incidents in the vault: recorded, corrected with a reason, withdrawn but never removed."""

from __future__ import annotations

import datetime as dt

from caseworker.domain.incidents import Incident
from caseworker.storage import records
from caseworker.storage.nouns import Noun

_INCIDENTS = Noun(Incident, "incident", "happened DESC, id DESC")

save = _INCIDENTS.save
withdraw = _INCIDENTS.withdraw
restore = _INCIDENTS.restore
get = _INCIDENTS.get
for_client = _INCIDENTS.for_client


def days(client_id: int) -> list[dt.date]:
    """The day of every incident of that client that stands."""
    return [
        dt.date.fromisoformat(happened)
        for (happened,) in records.fetch(
            "SELECT happened FROM incident WHERE client_id = ? AND withdrawn = 0 ORDER BY happened",
            (client_id,),
        )
    ]
