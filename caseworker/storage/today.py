"""Today: what is due, what is late, who could not be reached, what was left half-typed, what would hold up
the return.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from caseworker.domain.actions import Action
from caseworker.domain.contacts import ATTEMPTED, CLIENT_KINDS, COUNTING_KINDS, NEVER_TWO_WAY_METHODS, TWO_WAY
from caseworker.domain.drafts import Draft
from caseworker.domain.dues import DueDate
from caseworker.domain.referrals import UNDECIDED
from caseworker.domain.when import LONDON, day_epochs, show_day_and_distance
from caseworker.storage import (
    actions,
    chases,
    compensation,
    consents,
    drafts,
    gaps,
    instruments,
    justice_events,
    marac,
    orders,
    risk,
    safeguarding,
    safety_plan,
    settings,
    silence,
    waits,
)
from caseworker.storage.gaps import Gap
from caseworker.storage.records import fetch
from caseworker.storage.vault.identity import renewed
from caseworker.storage.who import Who, people
from caseworker.words import Words, words

SHOWN = 50  # lines of each list; the counts are of everything
LATELY = 90 * 24 * 3600  # seconds; somebody without an episode is not tried again after that
LAST_BACKUP = "backup.last"

Source = Callable[[dt.date, int | None], list[DueDate]]
#: What else has dates, by the list it stands in. A noun that gets dates of its own joins here with a function that
#: gives them for a day and a worker (None: everybody), whatever asks for something then.
SOURCES: dict[str, tuple[Source, ...]] = {
    "safeguarding": (safeguarding.due,),
    "reviews": (risk.due,),
    "dates": (marac.due, justice_events.due, orders.due),
    "waits": (waits.due,),
    "forms": (instruments.due,),
    "deadlines": (chases.due, compensation.due, consents.due, safety_plan.due),
    "dormant": (silence.dormant,),
}


@dataclass(frozen=True, slots=True)
class Missed:
    """A client whom the last try did not reach."""

    who: Who
    contact_id: int
    at: int
    method: str
    outcome: str
    tries: int  # attempts since they were last reached


@dataclass(frozen=True, slots=True)
class Due:
    who: Who
    action: Action
    days_late: int  # 0: today


@dataclass(frozen=True, slots=True)
class Dated:
    """One date of the records that asks for something, and whom it is about."""

    who: Who
    due: DueDate

    def sentence(self, today: dt.date) -> Words:
        """What is asked for, and when."""
        day = show_day_and_distance(self.due.day, today)
        return words("{what}. {day}", what=self.due.what, day=day)


@dataclass(frozen=True, slots=True)
class DatedList:
    """The first dates of one kind, soonest first. ``late``: how many in all lie before today."""

    lines: list[Dated]
    count: int
    late: int


@dataclass(frozen=True, slots=True)
class Board:
    missed: list[Missed]
    missed_count: int
    due: list[Due]
    due_count: int
    overdue: list[Due]
    overdue_count: int
    waiting_drafts: list[Draft]
    dq_missing: list[Gap]
    last_backup: int | None  # epoch seconds; None before the first
    key_renewed: int = 0  # epoch seconds; 0: never. A backup from before that is not enough
    dated: dict[str, DatedList] = field(
        default_factory=dict
    )  # by the names of ``SOURCES``; only those with some

    @property
    def dq_count(self) -> int:
        return gaps.total(self.dq_missing)


def board(now: dt.datetime, worker_id: int | None = None) -> Board:
    """Everything the first screen of the day shows; of one worker, or of everybody in this vault for None."""
    *_, found = reading(now, worker_id)
    assert found is not None
    return found


def reading(now: dt.datetime, worker_id: int | None = None) -> Iterator[Board | None]:
    """The same in turns, a question or two of the vault each; the last one gives the board. Whose record was erased
    between two turns is left out.
    """
    today = now.astimezone(LONDON).date()
    late = actions.due(today - dt.timedelta(days=1), worker_id, SHOWN)
    this_day = actions.due_on(today, worker_id, SHOWN)
    yield None
    tries, missed_count = _missed(worker_id, day_epochs(today)[1])
    yield None
    asked = {}
    for name, sources in SOURCES.items():
        asked[name] = _asked(sources, today, worker_id)
        yield None
    who = people(
        [
            *(one[0] for one in tries),
            *(one.client_id for one in late + this_day),
            *(one.client_id for some in asked.values() for one in some[:SHOWN]),
        ]
    )
    yield None
    missing = gaps.gaps(today, worker_id)
    yield None
    yield Board(
        missed=[Missed(who[client_id], *rest) for client_id, *rest in tries if client_id in who],
        missed_count=missed_count,
        due=[Due(who[one.client_id], one, 0) for one in this_day if one.client_id in who],
        due_count=actions.count_due(today, today, worker_id),
        overdue=[
            Due(who[one.client_id], one, (today - dt.date.fromisoformat(one.due)).days)
            for one in late
            if one.client_id in who
        ],
        overdue_count=actions.count_due(dt.date.min, today - dt.timedelta(days=1), worker_id),
        waiting_drafts=drafts.all_drafts(),
        dq_missing=missing,
        last_backup=settings.get(LAST_BACKUP, None),
        key_renewed=renewed(),
        dated={
            name: DatedList(
                [Dated(who[one.client_id], one) for one in some[:SHOWN] if one.client_id in who],
                len(some),
                sum(one.day < today for one in some),
            )
            for name, some in asked.items()
            if some
        },
    )


def of_the_day(now: dt.datetime, worker_id: int | None = None) -> tuple[DatedList, DatedList]:
    """What is taken along for the day: the dates set for it, and the reviews that are due. The first of each, and how
    many in all.
    """
    today = now.astimezone(LONDON).date()
    dates = [one for one in _asked(SOURCES["dates"], today, worker_id) if one.day == today]
    reviews = [one for one in _asked(SOURCES["reviews"], today, worker_id) if one.day <= today]
    reviews.sort(key=lambda one: one.day < today)  # those of the day itself are among the first
    who = people([one.client_id for some in (dates, reviews) for one in some[:SHOWN]])
    first, second = (
        DatedList(
            [Dated(who[one.client_id], one) for one in some[:SHOWN]],
            len(some),
            sum(one.day < today for one in some),
        )
        for some in (dates, reviews)
    )
    return first, second


def _asked(sources: Sequence[Source], today: dt.date, worker_id: int | None) -> list[DueDate]:
    found = [one for source in sources for one in source(today, worker_id)]
    return sorted(found, key=lambda one: (-one.weight, one.day))


def _missed(worker_id: int | None, before: int) -> tuple[list[tuple[int, int, int, str, str, int]], int]:
    """(client, contact, at, method, outcome, tries) of clients whom the latest try did not reach.

    A message that was sent and not answered is neither: it does not hide the unanswered call before it.
    """
    mine = "" if worker_id is None else f" AND worker_id = {int(worker_id)}"
    attempted, kinds = _codes(ATTEMPTED), _codes(CLIENT_KINDS)
    # Those in support, and those who have been tried lately and whose support may still begin.
    people = (
        f"SELECT client_id FROM episode INDEXED BY episode_open WHERE closed = ''{mine}"
        " UNION SELECT n.client_id FROM contact n INDEXED BY contact_period"
        f" WHERE n.at >= ? AND n.at < ? AND n.episode_id IS NULL AND n.kind IN ({kinds})"
        f" AND n.outcome IN ({attempted}) AND n.withdrawn = 0{mine} AND n.client_id IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM episode e WHERE e.client_id = n.client_id)"
        " AND coalesce((SELECT r.outcome FROM referral r WHERE r.client_id = n.client_id"
        f" ORDER BY r.received DESC, r.id DESC LIMIT 1), 'NA-ASK') IN ({_codes(UNDECIDED)})"
    )
    latest = (
        "SELECT o.client_id, (SELECT k.id FROM contact k INDEXED BY contact_client"
        " WHERE k.client_id = o.client_id"
        f" AND k.at < ? AND k.withdrawn = 0 AND k.kind IN ({kinds}) AND k.outcome <> 'SNT'"
        f" ORDER BY k.at DESC, k.id DESC LIMIT 1) AS latest FROM ({people}) o"
    )
    found = fetch(
        "SELECT l.client_id, k.id, k.at, k.method, k.outcome"
        f" FROM ({latest}) l JOIN contact k ON k.id = l.latest"
        f" WHERE k.outcome IN ({attempted}) ORDER BY k.at DESC",
        [before, before - LATELY, before],
    )
    return [(*row, _tries(row[0], row[2])) for row in found[:SHOWN]], len(found)


def _tries(client_id: int, until: int) -> int:
    """Attempts since the last contact that reached the client."""
    reached = fetch(
        "SELECT max(at) FROM contact"
        f" WHERE client_id = ? AND withdrawn = 0 AND kind IN ({_codes(COUNTING_KINDS)})"
        f" AND outcome IN ({_codes(TWO_WAY)}) AND method NOT IN ({_codes(NEVER_TWO_WAY_METHODS)})",
        (client_id,),
    )[0][0]
    return int(
        fetch(
            "SELECT count(*) FROM contact WHERE client_id = ? AND at > ? AND at <= ? AND withdrawn = 0"
            f" AND kind IN ({_codes(CLIENT_KINDS)}) AND outcome IN ({_codes(ATTEMPTED)})",
            (client_id, reached or -1, until),
        )[0][0]
    )


def _codes(codes: Iterable[str]) -> str:
    return ", ".join(f"'{code}'" for code in sorted(codes))
