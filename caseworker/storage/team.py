"""Team: who carries how many cases at which risk, whose reviews of high risk are overdue, who has gone quiet, and what
would stop the return. For the supervisor of a vault with several workers; on the worker thread.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from caseworker.domain import risk as rules
from caseworker.domain.silence import Silence
from caseworker.domain.when import LONDON
from caseworker.storage import gaps, risk, silence
from caseworker.storage.engine import database
from caseworker.storage.gaps import TeamGap
from caseworker.storage.records import fetch
from caseworker.storage.who import Who, people

GRADES = (*reversed(rules.GRADES), "")  # as they stand in a bar: high first, not assessed last
SHOWN = 12  # of those gone quiet


@dataclass(frozen=True, slots=True)
class Load:
    """The open cases of one worker. ``cases``: how many at each of ``GRADES``."""

    worker_id: int | None
    cases: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.cases)


@dataclass(frozen=True, slots=True)
class Late:
    """One worker's clients at high risk whose review is overdue. ``longest``: days of the one waiting longest."""

    worker_id: int | None
    count: int
    longest: int
    client_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class QuietLine:
    who: Who
    workers: tuple[int | None, ...]
    silence: Silence


@dataclass(frozen=True, slots=True)
class PutRight:
    """What would stop the return. ``gaps``: every kind, those with none too."""

    gaps: tuple[TeamGap, ...]

    @property
    def stops(self) -> int:
        """How many answers would stop the return."""
        return gaps.total(self.gaps)


@dataclass(frozen=True, slots=True)
class Caseload:
    """Open cases. ``loads``: the fullest first; ``late``: the longest overdue first."""

    loads: tuple[Load, ...]
    late: tuple[Late, ...]


@dataclass(frozen=True, slots=True)
class GoneQuiet:
    """The most pressing first, at most ``SHOWN``. ``count``: of all."""

    lines: tuple[QuietLine, ...]
    count: int


Part = PutRight | Caseload | GoneQuiet


def is_team() -> bool:
    """Whether there is a team to look at: a supervisor has the vault open, or several people work in it."""
    if database.worker is not None and database.worker.role == "supervisor":
        return True
    return bool(fetch("SELECT count(*) > 1 FROM worker WHERE active = 1")[0][0])


def names() -> dict[int | None, str]:
    """Of all workers; a case that nobody has taken yet has none."""
    return {row[0]: row[1] for row in fetch("SELECT id, name FROM worker")}


def board(now: dt.datetime, progress: Callable[[Part], None]) -> None:
    """Everything of the team as it stands now, each part as soon as it is known; who has gone quiet takes longest and
    comes last.
    """
    for part in (put_right, caseload, gone_quiet):
        progress(part(now))


def put_right(now: dt.datetime) -> PutRight:
    """What the whole team has to put right before the return."""
    return PutRight(tuple(gaps.of_team(now.astimezone(LONDON).date())))


def caseload(now: dt.datetime) -> Caseload:
    """Who carries how many open cases at which risk, and whose reviews of high risk are overdue."""
    today = now.astimezone(LONDON).date()
    held = fetch("SELECT DISTINCT client_id, worker_id FROM episode WHERE closed = ''")
    standings = risk.standings(sorted({row[0] for row in held}))
    cases: dict[int | None, list[int]] = {
        row[0]: [0] * len(GRADES) for row in fetch("SELECT id FROM worker WHERE active = 1")
    }
    late: dict[int | None, list[tuple[int, int]]] = {}
    for client_id, worker_id in held:
        standing = standings.get(client_id)
        grade = standing.grade if standing else ""
        cases.setdefault(worker_id, [0] * len(GRADES))[GRADES.index(grade)] += 1
        if standing is not None and grade == "high" and standing.is_overdue(today):
            late.setdefault(worker_id, []).append(((today - standing.review_due).days, client_id))
    loads = [Load(worker_id, tuple(some)) for worker_id, some in cases.items()]
    overdue = [
        Late(worker_id, len(some), max(some)[0], tuple(one for _, one in sorted(some, reverse=True)))
        for worker_id, some in late.items()
    ]
    return Caseload(
        tuple(sorted(loads, key=lambda one: (-one.total, one.worker_id or 0))),
        tuple(sorted(overdue, key=lambda one: (-one.longest, -one.count, one.worker_id or 0))),
    )


def gone_quiet(now: dt.datetime) -> GoneQuiet:
    """Clients of anybody whose rhythm of contact broke."""
    quiet = silence.gone_quiet(now)
    who = people(one.client_id for one in quiet[:SHOWN])
    lines = (QuietLine(who[one.client_id], one.workers, one.silence) for one in quiet if one.client_id in who)
    return GoneQuiet(tuple(lines), len(quiet))
