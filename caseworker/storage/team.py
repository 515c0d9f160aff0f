"""Team: who carries how many cases at which risk, whose reviews of high risk are overdue, who has gone quiet, and what
would stop the return. For the supervisor of a vault with several workers; on the worker thread.
"""

from __future__ import annotations

import datetime as dt
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
class TeamBoard:
    names: dict[int | None, str]  # of workers; None is a case that nobody has taken yet, without a name
    loads: list[Load]  # the fullest first
    late: list[Late]  # the longest overdue first
    quiet: list[QuietLine]  # the most pressing first
    quiet_count: int
    put_right: list[TeamGap]  # every kind, those with none too

    @property
    def stops(self) -> int:
        """How many answers would stop the return."""
        return gaps.total(self.put_right)


def is_team() -> bool:
    """Whether there is a team to look at: a supervisor has the vault open, or several people work in it."""
    if database.worker is not None and database.worker.role == "supervisor":
        return True
    return bool(fetch("SELECT count(*) > 1 FROM worker WHERE active = 1")[0][0])


def board(now: dt.datetime) -> TeamBoard:
    """Everything of the team as it stands now."""
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
    quiet = silence.gone_quiet(now)
    who = people(one.client_id for one in quiet[:SHOWN])
    return TeamBoard(
        names={row[0]: row[1] for row in fetch("SELECT id, name FROM worker")},
        loads=sorted(
            (Load(worker_id, tuple(some)) for worker_id, some in cases.items()),
            key=lambda one: (-one.total, one.worker_id or 0),
        ),
        late=sorted(
            (
                Late(worker_id, len(some), max(some)[0], tuple(one for _, one in sorted(some, reverse=True)))
                for worker_id, some in late.items()
            ),
            key=lambda one: (-one.longest, -one.count, one.worker_id or 0),
        ),
        quiet=[
            QuietLine(who[one.client_id], one.workers, one.silence)
            for one in quiet[:SHOWN]
            if one.client_id in who
        ],
        quiet_count=len(quiet),
        put_right=gaps.of_team(today),
    )
