"""Gaps: answers that a return needs and nobody has recorded, and dates that cannot be right; by kind and by worker."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from caseworker.domain.codes import NOT_RECORDED
from caseworker.domain.when import day_epochs
from caseworker.storage.records import fetch
from caseworker.words import Words, words

SHOWN = 50  # clients named at once; the counts are of all
LISTED = 500  # clients of a list opened to put things right


@dataclass(frozen=True, slots=True)
class Gap:
    """Answers that a return needs and nobody has recorded. ``client_ids``: the first few to put right."""

    what: str  # a key of ``SENTENCES``
    sentence: Words
    count: int
    client_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TeamGap:
    """One kind over the whole team: how many each worker has to put right, most first."""

    what: str
    sentence: Words
    count: int
    by_worker: tuple[tuple[int | None, int], ...]


SENTENCES = {
    "area": words("District not recorded"),
    "crime": words("Crime or abuse not recorded"),
    "source": words("Source of referral not recorded"),
    "closure_reason": words("Reason for ending not recorded"),
    "exit": words("Abuse at the end of support not recorded"),
    "early_contact": words("Contact dated before the referral"),
}


def gaps(today: dt.date, worker_id: int | None = None) -> list[Gap]:
    """What would hold up a return of this quarter or the last one; only kinds that have some."""
    found = []
    for what, sentence in SENTENCES.items():
        sql = _sql(what, today, worker_id)
        total = fetch(f"SELECT count(*) FROM ({sql})")[0][0]
        if total:
            found.append(Gap(what, sentence, total, _first(sql, SHOWN)))
    return found


def of_team(today: dt.date) -> list[TeamGap]:
    """The same over everybody, each kind with who has how many, those with none too."""
    found = []
    for what, sentence in SENTENCES.items():
        rows = fetch(
            f"SELECT worker_id, count(*) FROM ({_sql(what, today, None)}) GROUP BY worker_id ORDER BY 2 DESC, 1"
        )
        found.append(
            TeamGap(what, sentence, sum(row[1] for row in rows), tuple((row[0], row[1]) for row in rows))
        )
    return found


def clients_of(what: str, today: dt.date, worker_id: int | None = None) -> list[int]:
    """Whose records have that gap: the list somebody works through."""
    return list(_first(_sql(what, today, worker_id), LISTED))


def _first(sql: str, most: int) -> tuple[int, ...]:
    return tuple(dict.fromkeys(row[0] for row in fetch(f"{sql} LIMIT {most}")))


def _sql(what: str, today: dt.date, worker_id: int | None) -> str:
    """SQL: (client_id, worker_id) of every gap of that kind."""
    since = _two_quarters(today)
    missing = ", ".join(f"'{code}'" for code in sorted(NOT_RECORDED))
    mine = "" if worker_id is None else f" AND e.worker_id = {int(worker_id)}"
    reported = f"((e.closed = '') OR (e.closed >= '{since.isoformat()}')){mine}"
    of_mine = f" AND EXISTS (SELECT 1 FROM episode e WHERE e.client_id = r.client_id{mine})" if mine else ""
    return {
        "area": "SELECT DISTINCT e.client_id, e.worker_id FROM episode e JOIN client c ON c.id = e.client_id"
        f" WHERE {reported} AND c.area IN ({missing})",
        "crime": f"SELECT e.client_id, e.worker_id FROM episode e WHERE {reported} AND e.crime IN ({missing})",
        "source": "SELECT r.client_id, (SELECT w.worker_id FROM episode w WHERE w.client_id = r.client_id"
        " ORDER BY w.started DESC, w.id DESC LIMIT 1) AS worker_id FROM referral r"
        f" WHERE r.received >= {day_epochs(since)[0]} AND r.client_id IS NOT NULL AND r.source IN ({missing}){of_mine}",
        "closure_reason": "SELECT e.client_id, e.worker_id FROM episode e"
        f" WHERE e.closed >= '{since.isoformat()}'{mine}"
        f" AND (e.closure_reason = '' OR e.closure_reason IN ({missing}))",
        # Of whoever was reached: nothing can be known about the others.
        "exit": "SELECT e.client_id, e.worker_id FROM episode e JOIN exit_facts x ON x.episode_id = e.id"
        f" WHERE e.closed >= '{since.isoformat()}'{mine} AND x.closed = e.closed AND x.withdrawn = 0"
        f" AND x.last_contact <> '' AND x.abuse IN ({missing})",
        # More than a day: of a referral somebody made herself the call may be typed first.
        "early_contact": "SELECT e.client_id, e.worker_id FROM episode e JOIN referral r ON r.id = e.referral_id"
        f" WHERE {reported} AND EXISTS (SELECT 1 FROM contact k INDEXED BY contact_episode"
        " WHERE k.episode_id = e.id AND k.at < r.received - 86400 AND k.withdrawn = 0)",
    }[what]


def _two_quarters(today: dt.date) -> dt.date:
    """First day of the quarter before this one: its return may still be in preparation."""
    first = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    before = first - dt.timedelta(days=1)
    return before.replace(month=(before.month - 1) // 3 * 3 + 1, day=1)


def total(found: Iterable[Gap | TeamGap]) -> int:
    return sum(one.count for one in found)
