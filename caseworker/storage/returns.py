"""Counting a period inside the vault, and keeping what was returned.

One pass over the contacts of the period from a covering index, one over its referrals, one over the episodes
that were open in it; everything else is arithmetic. A person counts once in each measure. The whole vault is
one service here: what two workers of a service did with the same person is one person supported.

Where a definition leaves room, the reading taken is written beside the code. Nothing counted here ever leaves
before ``caseworker.protect`` has rounded it.
"""

from __future__ import annotations

import json
import secrets
import time
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from caseworker import canonical
from caseworker.domain import codes
from caseworker.domain.contacts import ATTEMPTED, CLIENT_KINDS, COUNTING_KINDS, NEVER_TWO_WAY_METHODS, TWO_WAY
from caseworker.domain.periods import Period, local_date, midnight
from caseworker.domain.plans import FLAG_MEASURES, NOT_STATED, Plan
from caseworker.domain.returns import (
    NO_ENDING,
    NOT_VALID,
    OUTCOME_MEASURES,
    PLANNED,
    Counts,
    Group,
    codes_of,
    merge,
    merge_further,
    merge_within,
    set3,
    stated,
)
from caseworker.storage import audit
from caseworker.storage.engine import database

DORMANT_DAYS = 60
_KEY_NAME = "rounding_key"

Cells = dict[tuple[str, str], dict[str, int]]
Groups = dict[tuple[str, str], tuple[Group, ...]]


@dataclass(frozen=True, slots=True)
class Frozen:
    """A return as it was approved: the exact counts behind it stay here, the payload is what left."""

    id: int
    period: str
    version: int
    plan: str
    counts: Counts
    payload: bytes
    made: int


def count(plan: Plan, period: Period, cancelled: Callable[[], bool] | None = None) -> Counts:
    """The exact counts of ``period`` as ``plan`` asks for them, from the vault that is open.

    Raises:
        Cancelled: ``cancelled()`` said so between two passes.
    """
    stop = _stopper(cancelled)
    stop()
    contacts = _Contacts(period)
    stop()
    people = _People(period, contacts)
    stop()
    referrals = _Referrals(period, people)
    stop()
    totals: dict[str, int] = {}
    cells: Cells = {}
    groups: Groups = {}
    referrals.add_to(totals, cells, groups, plan.least_people)
    people.add_to(totals, cells, groups, plan.least_people)
    withheld = contacts.add_to(totals, cells, groups, plan.least_people, plan.least_contributors)
    everybody = len(contacts.clients() | referrals.clients)
    asked_totals = {measure for table in plan.tables for measure in table.measures}
    asked = {(measure, cut.dim) for table in plan.tables for cut in table.cuts for measure in cut.measures}
    return Counts(
        period,
        plan.name,
        everybody,
        {measure: number for measure, number in totals.items() if measure in asked_totals},
        {key: found for key, found in cells.items() if key in asked},
        # Under the floor of the agency only totals may be published.
        {key: found for key, found in groups.items() if key in asked}
        if everybody >= plan.least_people
        else {},
        frozenset(withheld & asked_totals),
    )


class Cancelled(Exception):
    """Counting was stopped on request."""


def _stopper(cancelled: Callable[[], bool] | None) -> Callable[[], None]:
    def stop() -> None:
        if cancelled is not None and cancelled():
            raise Cancelled

    return stop


# --- activity ---

# One long text a column instead of a row object a contact: reading a million contacts' quarter takes a third of
# the time. Codes hold letters, digits, + and hyphens only, so a space and a line end part them.
_CONTACTS = """
SELECT group_concat(at), group_concat(coalesce(client_id, 0)), group_concat(coalesce(episode_id, 0)),
    group_concat(kind || ' ' || method || ' ' || outcome, char(10)), group_concat(minutes),
    group_concat(travel_minutes)
FROM contact INDEXED BY contact_period WHERE at >= ? AND at < ? AND withdrawn = 0
"""


class _Contacts:
    """Every contact that happened in the period; the start decides, for one across midnight too."""

    def __init__(self, period: Period) -> None:
        import numpy as np

        self.np = np
        self.period = period
        columns = database.execute_sql(_CONTACTS, period.epochs()).fetchone()
        at, client, episode, what, minutes, travel = (column or "" for column in columns)
        self.at, self.client, self.episode, direct, travelled = (
            np.fromstring(text, dtype=np.int64, sep=",") if text else np.zeros(0, dtype=np.int64)
            for text in (at, client, episode, minutes, travel)
        )
        happened = what.split("\n") if what else []
        # Clients under small numbers of our own, so that "who is behind this" is a row of yes and no.
        self.known, self.person = np.unique(self.client, return_inverse=True)
        self.codes = {"kind": codes_of("kind", period), "method": codes_of("method", period)}
        # Few different things happen very often: each is looked at once, its answers are then spread over
        # the rows.
        different = {text: number for number, text in enumerate(dict.fromkeys(happened))}
        which = np.array([different[text] for text in happened], dtype=np.int64)
        parts = [text.split(" ") for text in different]
        kinds, methods, outcomes = ([part[place] for part in parts] for place in range(3))
        self.column = {
            "kind": self._numbered("kind", kinds)[which],
            "method": self._numbered("method", methods)[which],
        }
        client_kind = _mask(np, kinds, CLIENT_KINDS)
        two_way = (
            _mask(np, outcomes, TWO_WAY)
            & _mask(np, kinds, COUNTING_KINDS)
            & ~_mask(np, methods, NEVER_TWO_WAY_METHODS)
        )
        self.two_way = two_way[which]
        self.counted = {
            "contacts": np.ones(len(happened), dtype=np.int64),
            "attempts": (_mask(np, outcomes, ATTEMPTED) & client_kind)[which].astype(np.int64),
            "two_way": self.two_way.astype(np.int64),
            "did_not_attend": (_mask(np, outcomes, {"DNA"}) & client_kind)[which].astype(np.int64),
            "minutes_direct": direct,
            "minutes_travel": travelled,
        }

    def _numbered(self, dim: str, column: Iterable[str]) -> Any:
        number = {code: place for place, code in enumerate(self.codes[dim])}
        missing = number[NOT_STATED]
        return self.np.array([number.get(code, missing) for code in column], dtype=self.np.int64)

    def clients(self) -> set[int]:
        """Everybody known with whom, or about whom, there was a contact."""
        return set(self.known.tolist()) - {0}

    def hide_from_breakdowns(self, totals_only: Iterable[int]) -> None:
        """Those clients are in the totals and "not stated" in every breakdown."""
        hidden = self.np.isin(self.client, self.np.array(sorted(totals_only), dtype=self.np.int64))
        for dim, column in self.column.items():
            column[hidden] = self.codes[dim].index(NOT_STATED)

    def _behind(self, dim: str, measure: str) -> Any:
        """For each category (row) and each client (column): whether they are behind that measure in it."""
        found = self.np.zeros((len(self.codes[dim]), len(self.known)), dtype=bool)
        counting = (self.counted[measure] > 0) & (self.client > 0)
        found[self.column[dim][counting], self.person[counting]] = True
        return found

    def _sets(self, dim: str, behind: Any) -> dict[str, set[int]]:
        return {
            code: set(self.known[row].tolist()) for code, row in zip(self.codes[dim], behind, strict=True)
        }

    def _groups(self, dim: str, basis: tuple[Group, ...], measure: str, least: int) -> tuple[Group, ...]:
        """The categories of ``basis``, merged on where fewer than ``least`` people are behind the measure."""
        behind = self._behind(dim, measure)
        place = {code: number for number, code in enumerate(self.codes[dim])}
        people = [int(behind[[place[code] for code in group.codes]].any(axis=0).sum()) for group in basis]
        if all(number >= least for number in people):
            return tuple(Group(g.name, g.codes, number) for g, number in zip(basis, people, strict=True))
        return merge_further(basis, self._sets(dim, behind), least)

    def add_to(
        self, totals: dict[str, int], cells: Cells, groups: Groups, least: int, contributors: int
    ) -> frozenset[str]:
        """Add activity; returns the measures to which fewer than ``contributors`` people contribute."""
        np = self.np
        few = set()
        for measure, numbers in self.counted.items():
            totals[measure] = int(numbers.sum())
            if totals[measure] and self._behind("kind", measure).any(axis=0).sum() < contributors:
                few.add(measure)
        for dim, all_codes in self.codes.items():
            for measure, numbers in self.counted.items():
                by_code = np.bincount(self.column[dim], weights=numbers, minlength=len(all_codes))
                cells[measure, dim] = {code: round(by_code[place]) for place, code in enumerate(all_codes)}
            people = self._sets(dim, self._behind(dim, "contacts"))
            present = [code for code, number in cells["contacts", dim].items() if number]
            basis = merge(people, least, present)
            for measure in self.counted:
                if measure not in few:
                    groups[measure, dim] = self._groups(dim, basis, measure, contributors)
        return frozenset(few)


def _mask(np: Any, column: Iterable[str], wanted: Iterable[str]) -> Any:
    inside = frozenset(wanted)
    return np.array([code in inside for code in column], dtype=bool)


# --- people ---

# For many episodes at once: their numbers come in as one JSON list, each is one step into a covering index.
_FIRST_TWO_WAY = f"""
SELECT e.value, (SELECT c.at FROM contact c INDEXED BY contact_episode
    WHERE c.episode_id = e.value AND c.at < ? AND c.withdrawn = 0
    AND c.kind IN ({", ".join(f"'{kind}'" for kind in sorted(COUNTING_KINDS))})
    AND c.outcome IN ({", ".join(f"'{outcome}'" for outcome in sorted(TWO_WAY))})
    AND c.method NOT IN ({", ".join(f"'{method}'" for method in sorted(NEVER_TWO_WAY_METHODS))})
    ORDER BY c.at LIMIT 1)
FROM json_each(?) e
"""
# Conversations before the period that were logged outside any episode, of the clients given: there are few.
_LOOSE_TWO_WAY = f"""
SELECT c.client_id, c.at FROM contact c INDEXED BY contact_episode
WHERE c.episode_id IS NULL AND c.at < ? AND c.withdrawn = 0
    AND c.kind IN ({", ".join(f"'{kind}'" for kind in sorted(COUNTING_KINDS))})
    AND c.outcome IN ({", ".join(f"'{outcome}'" for outcome in sorted(TWO_WAY))})
    AND c.method NOT IN ({", ".join(f"'{method}'" for method in sorted(NEVER_TWO_WAY_METHODS))})
    AND c.client_id IN (SELECT value FROM json_each(?))
ORDER BY c.at
"""
_OF_CLIENTS = """
SELECT id, client_id, started, closed FROM episode WHERE client_id IN (SELECT value FROM json_each(?))
ORDER BY started, id
"""
_EPISODE = """
SELECT e.id, e.client_id, e.started, e.closed, e.closure_reason, e.crime, e.da_context, e.online, e.hate,
    e.age_at_start, e.consent_to_support, e.assessed_on, p.area, p.totals_only
FROM episode e"""
_WITH_PLACE = "JOIN client p INDEXED BY client_place ON p.id = e.client_id"


class _Episode(NamedTuple):
    id: int
    client: int
    started: str
    closed: str
    reason: str
    crime: str
    da_context: str
    online: str
    hate: str
    age_at_start: int | None
    consent: str
    assessed_on: str
    area: str
    totals_only: int

    def engaged_at(self, first_two_way: int | None) -> int | None:
        """When it became engaged: the first two-way contact, and consent to support or an assessment begun.

        Consent has no date of its own and is taken as given by the first conversation; an assessment counts
        from the day it was begun.
        """
        if first_two_way is None:
            return None
        if self.consent == "yes":
            return first_two_way
        if self.assessed_on:
            return max(first_two_way, midnight(date.fromisoformat(self.assessed_on)))
        return None

    def open_on(self, day: str) -> bool:
        return self.started <= day and (not self.closed or self.closed > day)


class _People:
    """Who was supported, active, dormant, and whose support ended."""

    def __init__(self, period: Period, contacts: _Contacts) -> None:
        self.period = period
        self.start, self.end = period.start.isoformat(), period.end.isoformat()
        self.from_, self.before = period.epochs()
        crimes = codes.get("crime")
        self.group_of = {code: stated(crimes.group(code)) for code in (*crimes.codes, *codes.MISSING)}
        self.hidden_harm = crimes.with_flag("hidden")
        self.episodes = self._episodes(contacts)
        self.area: dict[int, str] = {}
        self.totals_only: set[int] = set()
        self.remember((e.client, e.area, e.totals_only) for e in self.episodes.values())
        self.measures = self._measures(contacts)
        contacts.hide_from_breakdowns(self._hidden_among(contacts.clients()))

    def remember(self, clients: Iterable[tuple[int, str, int]]) -> None:
        """Note district and the totals-only wish of these clients."""
        for client, area, totals_only in clients:
            if totals_only:
                self.totals_only.add(client)
            self.area[client] = NOT_STATED if totals_only else stated(area)

    def _hidden_among(self, clients: set[int]) -> set[int]:
        rows = database.execute_sql(
            "SELECT id FROM client INDEXED BY client_totals_only WHERE totals_only != 0"
        ).fetchall()
        return clients & {row[0] for row in rows}

    def _episodes(self, contacts: _Contacts) -> dict[int, _Episode]:
        """Open at some time in the period, or closed before it and with a contact in it all the same."""
        rows = database.execute_sql(
            f"{_EPISODE} INDEXED BY episode_period {_WITH_PLACE} WHERE e.closed = '' AND e.started <= ?"
            f" UNION ALL {_EPISODE} INDEXED BY episode_period {_WITH_PLACE} WHERE e.closed >= ? AND e.started <= ?",
            (self.end, self.start, self.end),
        ).fetchall()
        found = {row[0]: _Episode._make(row) for row in rows}
        with_contact = contacts.np.unique(contacts.episode[contacts.two_way]).tolist()
        missing = json.dumps([episode for episode in with_contact if episode and episode not in found])
        rows = database.execute_sql(
            f"{_EPISODE} {_WITH_PLACE} WHERE e.id IN (SELECT value FROM json_each(?))", (missing,)
        )
        return found | {row[0]: _Episode._make(row) for row in rows.fetchall()}

    def _first_two_way(self, in_period: Mapping[int, int]) -> dict[int, int | None]:
        """Episode -> its first two-way contact before the period's end.

        Nothing counts towards an episode before it starts, so one that started in the period needs no looking
        back; and one that was over before the period's end without a contact in it changes no figure.
        """
        earlier = [
            episode.id
            for episode in self.episodes.values()
            if episode.started < self.start
            and (episode.id in in_period or episode.open_on(self.end) or episode.assessed_on >= self.start)
        ]
        rows = database.execute_sql(_FIRST_TWO_WAY, (self.from_, json.dumps(earlier))).fetchall()
        before = {episode: at for episode, at in rows if at is not None}
        for episode, at in self._loose_before(earlier).items():
            before[episode] = min(at, before.get(episode, at))
        return {episode: before.get(episode, in_period.get(episode)) for episode in self.episodes}

    def _loose_before(self, episodes: list[int]) -> dict[int, int]:
        """Episode -> the first conversation before the period that was logged without one and belongs to it."""
        clients = json.dumps(sorted({self.episodes[episode].client for episode in episodes}))
        loose = database.execute_sql(_LOOSE_TWO_WAY, (self.from_, clients)).fetchall()
        if not loose:
            return {}
        of_client: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
        talked = json.dumps(sorted({client for client, _ in loose}))
        for episode, client, started, closed in database.execute_sql(_OF_CLIENTS, (talked,)).fetchall():
            of_client[client].append((episode, started, closed))
        first: dict[int, int] = {}
        for client, at in loose:
            theirs = _open_then(of_client[client], local_date(at).isoformat())
            if theirs is not None:
                first.setdefault(theirs, at)
        return first

    def _two_way(self, contacts: _Contacts) -> tuple[dict[int, int], dict[int, int]]:
        """Episode -> its first, and its last, two-way contact in the period.

        A contact logged without an episode belongs to the one its client had open that day, the latest if
        several.
        """
        np = contacts.np
        known = contacts.two_way & (contacts.episode > 0)
        order = np.argsort(contacts.at[known], kind="stable")
        episodes, times = contacts.episode[known][order].tolist(), contacts.at[known][order].tolist()
        last = dict(zip(episodes, times, strict=True))
        first = dict(zip(reversed(episodes), reversed(times), strict=True))
        loose = contacts.two_way & (contacts.episode == 0) & (contacts.client > 0)
        if loose.any():
            of_client = defaultdict(list)
            for episode in sorted(self.episodes.values(), key=lambda e: (e.started, e.id)):
                of_client[episode.client].append((episode.id, episode.started, episode.closed))
            for client, at in zip(contacts.client[loose].tolist(), contacts.at[loose].tolist(), strict=True):
                theirs = _open_then(of_client[client], local_date(at).isoformat())
                if theirs is not None:
                    last[theirs] = max(at, last.get(theirs, at))
                    first[theirs] = min(at, first.get(theirs, at))
        return first, last

    def _measures(self, contacts: _Contacts) -> dict[str, set[int]]:
        first, last = self._two_way(contacts)
        supporting: dict[int, list[_Episode]] = defaultdict(list)
        for episode_id in last:
            episode = self.episodes[episode_id]
            supporting[episode.client].append(episode)
        self.supporting = {
            client: sorted(found, key=lambda e: (e.started, e.id)) for client, found in supporting.items()
        }
        first_ever = self._first_two_way(first)
        engaged_at = {e.id: e.engaged_at(first_ever[e.id]) for e in self.episodes.values()}
        # Ongoing: engaged before the period began. Everybody else who was supported is new, also those who
        # have not yet agreed to support; so new and ongoing always add up to supported.
        ongoing = {
            client
            for client, found in self.supporting.items()
            if any((engaged_at[e.id] or self.before) < self.from_ for e in found)
        }
        since = midnight(self.period.end - timedelta(days=DORMANT_DAYS - 1))
        old_enough = (self.period.end - timedelta(days=DORMANT_DAYS)).isoformat()
        found: dict[str, set[int]] = {
            "supported": set(self.supporting),
            "ongoing": ongoing,
            "new": set(self.supporting) - ongoing,
            "engaged": set(),
            "active": set(),
            "dormant": set(),
            "closed_planned": set(),
            "closed_unplanned": set(),
        }
        for episode in self.episodes.values():
            at = engaged_at[episode.id]
            if at is not None and self.from_ <= at < self.before:
                found["engaged"].add(episode.client)
            if episode.open_on(self.end):
                if at is not None and at < self.before:
                    found["active"].add(episode.client)
                # Dormant needs sixty days in which a contact could have been: one opened last week is not
                # dormant.
                if episode.started <= old_enough and last.get(episode.id, 0) < since:
                    found["dormant"].add(episode.client)
            if self.start <= episode.closed <= self.end and episode.reason not in NO_ENDING:
                found["closed_planned" if episode.reason in PLANNED else "closed_unplanned"].add(
                    episode.client
                )
        found |= {measure: set() for measure in FLAG_MEASURES}
        for client, episodes in self.supporting.items():
            for episode in episodes:
                for measure in self._flags(episode):
                    found[measure].add(client)
        return found

    def _flags(self, episode: _Episode) -> Iterator[str]:
        group = self.group_of.get(episode.crime)
        if episode.crime in self.hidden_harm:
            yield "supported_hidden_harm"
        if episode.online in ("part", "wholly"):
            yield "supported_online"
        if episode.hate or group == "HC":
            yield "supported_hate"
        # Domestic abuse is a context as well as a type.
        if episode.da_context == "yes" or group == "DA":
            yield "supported_da"
        age = episode.age_at_start  # when support began: 17 stays under 18 whatever birthday comes
        if age is not None and age < 18:
            yield "supported_under_18"
        if age is not None and age >= 65:
            yield "supported_65_up"

    def crime_group(self, client: int) -> str:
        """The group of the latest of the episodes somebody was supported in: one person, one category."""
        if client in self.totals_only:
            return NOT_STATED
        return self.group_of.get(self.supporting[client][-1].crime, NOT_STATED)

    def add_to(self, totals: dict[str, int], cells: Cells, groups: Groups, least: int) -> None:
        """Add T2 and T3."""
        supported = self.measures["supported"]
        by_area: dict[str, dict[str, set[int]]] = {
            measure: _sorted_into(codes_of("area", self.period), clients, self.area.__getitem__)
            for measure, clients in self.measures.items()
            if measure not in FLAG_MEASURES
        }
        parent = {code: set3(code) for code in codes_of("area", self.period)}
        by_set3 = _sorted_into(
            codes_of("set3", self.period), supported, lambda client: parent[self.area[client]]
        )
        by_crime = {
            measure: _sorted_into(
                codes_of("crime_group", self.period), self.measures[measure], self.crime_group
            )
            for measure in ("supported", "new", "ongoing")
        }
        status = {"NEW": self.measures["new"], "ONGOING": self.measures["ongoing"]}
        present = {code for found in by_area.values() for code, clients in found.items() if clients}
        outer = merge(by_set3, least, {parent[code] for code in present})
        inner = merge_within(outer, parent, by_area["supported"], least, present)
        crimes = merge(by_crime["supported"], least)
        for measure, clients in self.measures.items():
            totals[measure] = len(clients)
        for measure, found in by_area.items():
            cells[measure, "area"] = _sizes(found)
            groups[measure, "area"] = inner
        for measure in ("supported", "new", "ongoing"):
            cells[measure, "set3"] = {
                code: sum(len(by_area[measure][area]) for area in parent if parent[area] == code)
                for code in by_set3
            }
            groups[measure, "set3"] = outer
            cells[measure, "crime_group"] = _sizes(by_crime[measure])
            groups[measure, "crime_group"] = crimes
        cells["supported", "status"] = _sizes(status)
        groups["supported", "status"] = merge(status, least)


def _open_then(episodes: Iterable[tuple[int, str, str]], day: str) -> int | None:
    """Of (id, started, closed), oldest first, the latest that was open on ``day``, its last day included."""
    found = [
        number for number, started, closed in episodes if started <= day and (not closed or closed >= day)
    ]
    return found[-1] if found else None


def _sorted_into(
    all_codes: Iterable[str], clients: Iterable[int], code_of: Callable[[int], str]
) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {code: set() for code in all_codes}
    for client in clients:
        code = code_of(client)
        found[code if code in found else NOT_STATED].add(client)
    return found


def _sizes(people: Mapping[str, set[int]]) -> dict[str, int]:
    return {code: len(clients) for code, clients in people.items()}


# --- referrals ---

_REFERRALS = """
SELECT r.id, r.client_id, r.received, r.source, r.crime, r.area, r.outcome, p.area, p.totals_only
FROM referral r LEFT JOIN client p INDEXED BY client_place ON p.id = r.client_id
WHERE r.received >= ? AND r.received < ?
"""
_EARLIER = """
SELECT r.id, e.started, e.closed FROM referral r JOIN episode e ON e.client_id = r.client_id
WHERE r.received >= ? AND r.received < ? AND (e.referral_id IS NULL OR e.referral_id != r.id)
"""


class _Referrals:
    """What was received in the period: rows, not people, apart from the newly and again referred."""

    def __init__(self, period: Period, people: _People) -> None:
        self.period = period
        self.rows = database.execute_sql(_REFERRALS, period.epochs()).fetchall()
        self.clients = {row[1] for row in self.rows if row[1] is not None}
        people.remember((row[1], row[7], row[8]) for row in self.rows if row[1] is not None)
        self._add_people(people)

    def _add_people(self, people: _People) -> None:
        earlier: dict[int, list[tuple[str, str]]] = defaultdict(list)
        for referral, started, closed in database.execute_sql(_EARLIER, self.period.epochs()).fetchall():
            earlier[referral].append((started, closed))
        newly, again = set(), set()
        for referral, client, received, *_rest, outcome, _area, _totals_only in self.rows:
            if client is None or outcome in NOT_VALID:
                continue
            if referral in earlier:
                received_on = local_date(received)
                day, year_ago = received_on.isoformat(), _year_before(received_on).isoformat()
                # An episode that ended on the day itself is no longer open.
                if any(start <= day and (not closed or closed > day) for start, closed in earlier[referral]):
                    continue
                if any(closed and year_ago <= closed <= day for _start, closed in earlier[referral]):
                    again.add(client)
            newly.add(client)
        people.measures["newly_referred"], people.measures["re_referred"] = newly, again

    def add_to(self, totals: dict[str, int], cells: Cells, groups: Groups, least: int) -> None:
        """Add T1."""
        months = self.period.months()
        starts = [midnight(date(int(month[:4]), int(month[5:]), 1)) for month in months]
        crime_group = codes.get("crime").group
        all_codes = {
            dim: codes_of(dim, self.period) for dim in ("source", "area", "crime_group", "month", "outcome")
        }
        outcomes = [row[6] if row[6] in OUTCOME_MEASURES else NOT_STATED for row in self.rows]
        columns = {
            "source": [stated(row[3]) for row in self.rows],
            "crime_group": [stated(crime_group(row[4])) for row in self.rows],
            "area": [stated(row[5]) for row in self.rows],
            "month": [months[bisect_right(starts, row[2]) - 1] for row in self.rows],
        }
        for place, row in enumerate(self.rows):
            if row[8]:
                for column in columns.values():
                    column[place] = NOT_STATED
        # The outcome restates totals (accepted, declined ...), so it holds everybody, as they do.
        columns["outcome"] = outcomes
        clients = [row[1] for row in self.rows]
        measures = ("received", "valid_referrals", *OUTCOME_MEASURES.values())
        for dim, column in columns.items():
            numbers: dict[str, Counter[str]] = {measure: Counter() for measure in measures}
            for (code, outcome), number in Counter(zip(column, outcomes, strict=True)).items():
                code = code if code in all_codes[dim] else NOT_STATED
                numbers["received"][code] += number
                numbers[OUTCOME_MEASURES[outcome]][code] += number
                if outcome not in NOT_VALID:
                    numbers["valid_referrals"][code] += number
            people: dict[str, set[int]] = {code: set() for code in all_codes[dim]}
            for code, client in set(zip(column, clients, strict=True)):
                if client is not None:
                    people[code if code in people else NOT_STATED].add(client)
            merged = merge(people, least, numbers["received"])
            for measure in measures:
                totals[measure] = numbers[measure].total()
                cells[measure, dim] = {code: numbers[measure][code] for code in all_codes[dim]}
                groups[measure, dim] = merged


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1) if (day.month, day.day) != (2, 29) else date(day.year - 1, 2, 28)


# --- what was returned ---


def rounding_key() -> bytes:
    """The vault's own secret for rounding: random, made once, never leaves. Inside ``storage.write``.

    With the same key the same data always give the same answer, so asking again teaches nothing.
    """
    row = database.execute_sql("SELECT value FROM meta WHERE key = ?", (_KEY_NAME,)).fetchone()
    if row is not None:
        return bytes.fromhex(row[0])
    key = secrets.token_bytes(32)
    database.execute_sql("INSERT INTO meta (key, value) VALUES (?, ?)", (_KEY_NAME, key.hex()))
    return key


def latest_version(period: Period) -> int:
    """The version last approved for the period; 0: none yet."""
    row = database.execute_sql(
        "SELECT max(version) FROM frozen_return WHERE period = ?", (str(period),)
    ).fetchone()
    return int(row[0] or 0)


def freeze(counts: Counts, version: int, payload: bytes) -> int:
    """Keep an approved return and the counts behind it. Inside ``storage.write``.

    What was sent is never replaced. Only an approval taken back before it was sealed gives its number to the
    next.
    """
    cursor = database.execute_sql(
        "INSERT INTO frozen_return (period, version, plan, counted, payload, made) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (period, version) DO UPDATE SET plan = excluded.plan, counted = excluded.counted,"
        " payload = excluded.payload, made = excluded.made",
        (
            str(counts.period),
            version,
            counts.plan,
            canonical.dump(counts.as_json()).decode("ascii"),
            payload,
            int(time.time()),
        ),
    )
    audit.append(
        "freeze", "return", int(cursor.lastrowid), detail={"period": str(counts.period), "version": version}
    )
    return int(cursor.lastrowid)


def frozen(period: Period, version: int | None = None) -> Frozen | None:
    """The return approved for the period: that version, or the latest; None when there is none."""
    wanted = latest_version(period) if version is None else version
    row = database.execute_sql(
        "SELECT id, period, version, plan, counted, payload, made FROM frozen_return WHERE period = ? AND version = ?",
        (str(period), wanted),
    ).fetchone()
    if row is None:
        return None
    counts = Counts.from_json(json.loads(row[4]))
    return Frozen(row[0], row[1], row[2], row[3], counts, bytes(row[5]), row[6])
