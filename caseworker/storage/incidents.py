"""Incidents in the vault: recorded, corrected with a reason, withdrawn but never removed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time

from caseworker.domain.contacts import LOCKED_AFTER
from caseworker.domain.incidents import Incident
from caseworker.domain.when import local
from caseworker.errors import Problem
from caseworker.storage import history, records
from caseworker.storage.engine import database
from caseworker.words import words

_FIXED = ("uid", "client_id", "recorded", "worker_id", "withdrawn")


def save(incident: Incident, why: str = "") -> int:
    """Save a new or changed incident; gives the id. Inside ``storage.write``.

    Raises:
        Refused: field -> sentence; ``why`` when it is changed a day after typing, or by somebody else, without a
            reason.
        Problem: E-GONE, E-WITHDRAWN.
    """
    now = int(time.time())
    incident = records.cleaned(incident)
    problems = incident.problems(local(now).date())
    if incident.id is None:
        records.refuse(problems)
        incident = dataclasses.replace(
            incident,
            uid=incident.uid or records.new_uid(),
            recorded=now,
            worker_id=database.worker.id,
            withdrawn=0,
        )
        row_id = records.add("incident", incident)
        history.record("incident", row_id, incident.client_id, None, records.values(incident), why)
        return row_id
    before = get(incident.id)
    if before.withdrawn:
        raise Problem("E-WITHDRAWN", "This incident was withdrawn. Record it again")
    locked = now - before.recorded > LOCKED_AFTER or before.worker_id != database.worker.id
    if locked and not why.strip():
        problems["why"] = words("Enter why you are changing this")
    records.refuse(problems)
    fixed = {name: getattr(before, name) for name in _FIXED}
    _change(before, dataclasses.replace(incident, **fixed), why)
    return incident.id


def withdraw(incident_id: int, why: str) -> None:
    """Take back one recorded by mistake: it stays in the history and is counted nowhere. Inside
    ``storage.write``.

    Raises:
        Refused: ``why`` is empty.
    """
    if not why.strip():
        records.refuse({"why": words("Enter why you are withdrawing this")})
    before = get(incident_id)
    if not before.withdrawn:
        _change(before, dataclasses.replace(before, withdrawn=int(time.time())), why, "withdraw")


def get(incident_id: int) -> Incident:
    """The incident, withdrawn or not.

    Raises:
        Problem: E-GONE.
    """
    return records.one(Incident, "incident", incident_id)


def for_client(client_id: int, *, withdrawn: bool = False, limit: int = 200) -> list[Incident]:
    """Newest first, without those withdrawn unless asked for."""
    return records.find(
        Incident,
        "incident",
        "WHERE client_id = ? AND (? OR withdrawn = 0) ORDER BY happened DESC, id DESC LIMIT ?",
        (client_id, int(withdrawn), limit),
    )


def days(client_id: int) -> list[dt.date]:
    """The day of every incident of that client that stands."""
    return [
        dt.date.fromisoformat(happened)
        for (happened,) in records.fetch(
            "SELECT happened FROM incident WHERE client_id = ? AND withdrawn = 0 ORDER BY happened",
            (client_id,),
        )
    ]


def _change(before: Incident, after: Incident, why: str, action: str = "") -> None:
    old, new = records.values(before), records.values(after)
    records.change("incident", after, [name for name in new if new[name] != old[name]])
    history.record("incident", before.id or 0, before.client_id, old, new, why, action=action)
