"""Silence in the vault: who has gone quiet, found in one pass over the contacts of open cases, and what was set aside.

On the worker thread: a screen never waits for it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from caseworker.domain import silence as domain
from caseworker.domain.contacts import ATTEMPTED, CLIENT_KINDS, COUNTING_KINDS, NEVER_TWO_WAY_METHODS, TWO_WAY
from caseworker.domain.dues import DueDate
from caseworker.domain.silence import Aside, Past, Silence
from caseworker.domain.when import LONDON, day_epochs, iso_date, local
from caseworker.storage import records, risk
from caseworker.storage.nouns import Noun
from caseworker.storage.records import fetch
from caseworker.words import words

_SOMEBODY_ELSE = frozenset({"WPA", "NUM"})
_BEFORE_SUPPORT = 31  # days of first calls that belong to the same rhythm


@dataclass(frozen=True, slots=True)
class Quiet:
    """One client gone quiet, with every worker who has an open episode with them."""

    client_id: int
    workers: tuple[int | None, ...]
    silence: Silence


def gone_quiet(
    now: dt.datetime, worker_id: int | None = None, cancelled: Callable[[], bool] | None = None
) -> list[Quiet]:
    """Clients of open cases whose silence is worth attention, most pressing first; of everybody for None.

    What is usual is learned from the whole vault whoever asks. Those set aside are left out; so is all beyond what
    one worker can act on.
    """
    today = now.astimezone(LONDON).date()
    open_to = _open_to()
    pasts = dict(_pasts(int(now.timestamp()), open_to))
    if cancelled is not None and cancelled():
        return []
    service = domain.usual(one.past for one in pasts.values())
    aside = _aside(today)
    found: dict[int, Silence] = {}
    for client_id, one in pasts.items():
        judged = domain.judge(one.past, today.toordinal(), service)
        if judged is not None and domain.is_alarm(judged) and (client_id, one.last) not in aside:
            found[client_id] = judged
    by_worker: dict[int | None, list[tuple[int, Silence]]] = {}
    for client_id, judged in found.items():
        for worker in open_to[client_id].workers:
            if worker_id is None or worker == worker_id:
                by_worker.setdefault(worker, []).append((client_id, judged))
    worth = {client_id for some in by_worker.values() for client_id, _ in domain.pressing(some)}
    quiet = [Quiet(client_id, open_to[client_id].workers, found[client_id]) for client_id in worth]
    return sorted(quiet, key=lambda one: (-one.silence.score, one.client_id))


def dormant(today: dt.date, worker_id: int | None = None) -> list[DueDate]:
    """Cases open without a contact both ways for sixty days, longest first: to be tried again, or closed."""
    before = day_epochs(today - dt.timedelta(days=domain.DORMANT_DAYS))[1]
    found = []
    for client_id, row_id, started, last in fetch(
        "SELECT e.client_id, e.id, e.started, (SELECT k.at FROM contact k INDEXED BY contact_client"
        f" WHERE k.client_id = e.client_id AND k.withdrawn = 0 AND k.kind IN ({_codes(COUNTING_KINDS)})"
        f" AND k.outcome IN ({_codes(TWO_WAY)}) AND k.method NOT IN ({_codes(NEVER_TWO_WAY_METHODS)})"
        " ORDER BY k.at DESC LIMIT 1) AS last FROM episode e"
        " WHERE e.closed = '' AND (? IS NULL OR e.worker_id = ?)",
        (worker_id, worker_id),
    ):
        begun = iso_date(started)
        if last is None:
            if begun is not None and (today - begun).days >= domain.DORMANT_DAYS:
                found.append(
                    DueDate(client_id, begun, words("Support started, not reached yet"), "episode", row_id)
                )
        elif last < before:
            day = local(last).date()
            what = words("No contact for {days} days", days=(today - day).days)
            found.append(DueDate(client_id, day, what, "episode", row_id))
    return sorted(found, key=lambda one: (one.day, one.client_id))


# --- set aside ----------------------------------------------------------------------------------------------


_ASIDES = Noun(Aside, "silence", "id DESC")

take_back = _ASIDES.withdraw
for_client = _ASIDES.for_client


def set_aside(aside: Aside) -> int:
    """Take a client off the list for a reason, until a day or until they are reached; gives the id. Inside
    ``storage.write``.

    Raises:
        Refused: field -> sentence; ``client_id`` for somebody who was never reached.
    """
    grade = risk.grades([aside.client_id]).get(aside.client_id, "")
    problems = aside.problems(local(int(time.time())).date(), grade)
    last = last_met(aside.client_id)
    if last is None:
        problems["client_id"] = words("This client has not been reached yet")
    made = dataclasses.replace(aside, id=None, since=last or 0, note=aside.note.strip())
    return _ASIDES.save(made, **problems)


def last_met(client_id: int) -> int | None:
    """When the client was last reached, epoch seconds; None for never."""
    found = fetch(
        "SELECT max(at) FROM contact INDEXED BY contact_client WHERE client_id = ? AND withdrawn = 0"
        f" AND kind IN ({_codes(COUNTING_KINDS)}) AND outcome IN ({_codes(TWO_WAY)})"
        f" AND method NOT IN ({_codes(NEVER_TWO_WAY_METHODS)})",
        (client_id,),
    )[0][0]
    return None if found is None else int(found)


def _aside(today: dt.date) -> set[tuple[int, int]]:
    """(client, last contact) of what stays set aside today."""
    held = records.find(Aside, "silence", "WHERE until > ? AND withdrawn = 0", (today.isoformat(),))
    return {(one.client_id, one.since) for one in held}


# --- one pass -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _OpenTo:
    workers: tuple[int | None, ...]
    since: int  # ordinal of the day from which contacts belong to this rhythm


@dataclass(frozen=True, slots=True)
class _Read:
    past: Past
    last: int  # epoch seconds of the last contact that reached them


def _open_to() -> dict[int, _OpenTo]:
    found: dict[int, tuple[list[int | None], list[str]]] = {}
    for client_id, worker_id, started in fetch(
        "SELECT client_id, worker_id, started FROM episode WHERE closed = '' ORDER BY client_id, id"
    ):
        workers, starts = found.setdefault(client_id, ([], []))
        workers.append(worker_id)
        starts.append(started)
    made = {}
    for client_id, (workers, starts) in found.items():
        first = iso_date(min(starts))
        since = first.toordinal() - _BEFORE_SUPPORT if first else 0
        made[client_id] = _OpenTo(tuple(dict.fromkeys(workers)), since)
    return made


def _pasts(now: int, open_to: dict[int, _OpenTo]) -> Iterator[tuple[int, _Read]]:
    grades = risk.grades(list(open_to))
    planned = _planned()
    rows = fetch(
        "SELECT k.client_id, k.at, k.kind, k.method, k.outcome, k.id"
        " FROM (SELECT DISTINCT client_id FROM episode INDEXED BY episode_open WHERE closed = '') o"
        " CROSS JOIN contact k INDEXED BY contact_client ON k.client_id = o.client_id"
        f" WHERE k.at <= ? AND k.withdrawn = 0 AND k.kind IN ({_codes(CLIENT_KINDS)})"
        " ORDER BY k.client_id, k.at",
        (now,),
    )
    for client_id, some in groupby(rows, key=lambda row: row[0]):
        held = open_to.get(client_id)
        if held is not None:
            read = _past(some, held.since, grades.get(client_id, ""), planned.get(client_id, ()))
            if read is not None:
                yield client_id, read


def _past(
    rows: Iterator[tuple[Any, ...]], since: int, grade: str, planned: tuple[tuple[int, int], ...] | list[Any]
) -> _Read | None:
    met: list[int] = []
    of_last: set[int] = set()  # contacts of the last day they were reached
    missed: set[int] = set()
    tries: list[int] = []
    last, cut_short, somebody_else = 0, False, False
    for _, at, kind, method, outcome, row_id in rows:
        day = local(at).toordinal()
        if day < since:
            continue
        if outcome in TWO_WAY and kind in COUNTING_KINDS and method not in NEVER_TWO_WAY_METHODS:
            if not met or met[-1] != day:
                met.append(day)
                of_last.clear()
            of_last.add(row_id)
            missed.update(tries)
            tries.clear()
            last, cut_short, somebody_else = at, outcome == "CUS", False
        elif outcome in ATTEMPTED:
            tries.append(day)
            somebody_else = somebody_else or outcome in _SOMEBODY_ELSE
    if not met:
        return None
    agreed = [due for contact_id, due in planned if contact_id in of_last]
    past = Past(
        tuple(met),
        len(tries),
        len(set(tries)),
        len(missed - set(met)),
        cut_short,
        somebody_else,
        grade,
        min(agreed, default=None),
    )
    return _Read(past, last)


def _planned() -> dict[int, list[tuple[int, int]]]:
    """Client -> (contact it was agreed in, day due) of what is still to do."""
    found: dict[int, list[tuple[int, int]]] = {}
    for client_id, contact_id, due in fetch(
        "SELECT client_id, contact_id, due FROM action INDEXED BY action_due"
        " WHERE done = 0 AND contact_id IS NOT NULL"
    ):
        day = iso_date(due)
        if day is not None:
            found.setdefault(client_id, []).append((contact_id, day.toordinal()))
    return found


def _codes(found: frozenset[str]) -> str:
    return ", ".join(f"'{code}'" for code in sorted(found))
