"""The service map in the vault: kept by the agency, changed with its history, ended but never removed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from caseworker.domain import services as domain
from caseworker.domain.services import Service
from caseworker.domain.when import local
from caseworker.errors import Problem
from caseworker.storage import files, history, records
from caseworker.storage.engine import database
from caseworker.words import words

_FIXED = ("uid", "recorded", "worker_id")


class TakenIn(NamedTuple):
    """What a file changed: how many services were new, changed, and as they were."""

    added: int
    changed: int
    same: int


def save(service: Service, why: str = "") -> int:
    """Save a new or changed service; gives its id. Inside ``storage.write``.

    Raises:
        Refused: field -> sentence; ``name`` when another service has the same name and provider.
        Problem: E-GONE.
    """
    now = int(time.time())
    service = records.cleaned(service)
    problems = service.problems(local(now).date())
    if any(
        one.id != service.id and domain.same_as(one) == domain.same_as(service) for one in every(ended=True)
    ):
        problems.setdefault("name", words("There is a service of that name and provider already"))
    records.refuse(problems)
    return _put(service, get(service.id) if service.id is not None else None, why, now)


def end(service_id: int, why: str) -> None:
    """Nobody can be referred there any more. What was referred stays as it is. Inside ``storage.write``.

    Raises:
        Refused: ``why`` is empty.
        Problem: E-GONE.
    """
    if not why.strip():
        records.refuse({"why": words("Enter why it has ended")})
    before = get(service_id)
    now = int(time.time())
    if not before.ended:
        _put(dataclasses.replace(before, ended=local(now).date().isoformat()), before, why, now)


def take_up(service_id: int, why: str = "") -> None:
    """It goes on after all. Inside ``storage.write``."""
    before = get(service_id)
    _put(dataclasses.replace(before, ended=""), before, why, int(time.time()))


def take_in(services: Iterable[Service], why: str = "") -> TakenIn:
    """Take in what ``domain.services.from_csv`` read: a service known by name and provider is changed, others are
    added, and none is ended. Inside ``storage.write``, all or nothing.

    Raises:
        Refused: field -> sentence.
    """
    now = int(time.time())
    held = {domain.same_as(one): one for one in every(ended=True)}
    added = changed = same = 0
    for given in services:
        given = records.cleaned(given)
        records.refuse(given.problems(local(now).date()))
        before = held.get(domain.same_as(given))
        if before is None:
            _put(given, None, why, now)
            added += 1
            continue
        after = dataclasses.replace(
            given, id=before.id, ended="", **{name: getattr(before, name) for name in _FIXED}
        )
        if after == before:
            same += 1
        else:
            _put(after, before, why, now)
            changed += 1
    return TakenIn(added, changed, same)


def read_table(file: Path, today: dt.date) -> list[Service]:
    """The services of a table on disk, for ``take_in``. Reads no more than a table may hold.

    Raises:
        Problem: E-SERVICES-FILE, it cannot be read, or a line of it is wrong.
    """
    try:
        with file.open("rb") as held:
            data = held.read(domain.MOST_BYTES + 1)
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise Problem(
            "E-SERVICES-FILE",
            "The file cannot be read as a table. Save it as CSV (UTF-8) and try again; nothing was changed",
        ) from None
    return domain.from_csv(text, today)


def write_table(file: Path, services: Iterable[Service]) -> None:
    """Write the service map as a table, for a spreadsheet or another agency.

    Raises:
        Problem: E-SERVICES-SAVE, there is no room or no right to write there.
    """
    try:
        files.replace(file, domain.to_csv(services).encode("utf-8-sig"))
    except OSError:
        raise Problem(
            "E-SERVICES-SAVE", "The table could not be saved there. Choose another folder"
        ) from None


def get(service_id: int) -> Service:
    """The service, ended or not.

    Raises:
        Problem: E-GONE.
    """
    return records.one(Service, "service", service_id)


def every(*, ended: bool = False, limit: int = domain.MOST_ROWS) -> list[Service]:
    """The services one can refer to, by name; those that ended too when asked for."""
    return records.find(
        Service,
        "service",
        "WHERE (? OR ended = '') ORDER BY ended <> '', lower(name), id LIMIT ?",
        (int(ended), limit),
    )


def names(service_ids: Iterable[int]) -> dict[int, str]:
    """Service -> its name."""
    wanted = sorted(set(service_ids))
    found: dict[int, str] = {}
    for block in records.blocks(wanted):
        marks = ", ".join("?" * len(block))
        found |= dict(records.fetch(f"SELECT id, name FROM service WHERE id IN ({marks})", block))
    return found


def by_id(service_ids: Iterable[int]) -> dict[int, Service]:
    """Those services, whether one can still refer to them or not."""
    found: dict[int, Service] = {}
    for block in records.blocks(sorted(set(service_ids))):
        marks = ", ".join("?" * len(block))
        found |= {
            one.id or 0: one for one in records.find(Service, "service", f"WHERE id IN ({marks})", block)
        }
    return found


def _put(service: Service, before: Service | None, why: str, now: int) -> int:
    if before is None:
        made = dataclasses.replace(
            service, uid=service.uid or records.new_uid(), recorded=now, worker_id=database.worker.id
        )
        row_id = records.add("service", made)
        history.record("service", row_id, None, None, records.values(made), why)
        return row_id
    after = dataclasses.replace(service, **{name: getattr(before, name) for name in _FIXED})
    old, new = records.values(before), records.values(after)
    records.change("service", after, [name for name in new if new[name] != old[name]])
    history.record("service", before.id or 0, None, old, new, why)
    return before.id or 0
