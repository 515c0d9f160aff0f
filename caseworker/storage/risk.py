"""Risk in the vault: each area's rules, the grade that counts now, and whose review is due."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from caseworker.domain import codes, instruments, risk
from caseworker.domain.clients import Client
from caseworker.domain.dues import DueDate
from caseworker.domain.instruments import AnswerSet
from caseworker.domain.risk import Rules
from caseworker.domain.when import local
from caseworker.storage import history, records, settings
from caseworker.storage.records import fetch
from caseworker.words import Words, words

_KEY = "risk.rules"  # area -> what differs from the defaults; "" for every area


@dataclass(frozen=True, slots=True)
class Standing:
    """What a list says of a client's risk: the latest signed grade, and when it has to be looked at again."""

    client_id: int
    grade: str
    review_due: dt.date

    def is_overdue(self, today: dt.date) -> bool:
        return self.review_due < today


@dataclass(frozen=True, slots=True)
class RiskNow:
    """The latest signed grade of a client."""

    answers: AnswerSet
    assessed: dt.date
    review_due: dt.date
    incidents_since: int  # that became known after it was signed

    @property
    def grade(self) -> str:
        return self.answers.grade

    def is_overdue(self, today: dt.date) -> bool:
        return self.review_due < today


# --- the rules of an area -----------------------------------------------------------------------------------


def area_of(client_id: int) -> str:
    """The area whose rules apply to that client: where they live, or "" where nobody can tell."""
    return risk.area_of(records.one(Client, "client", client_id).area)


def rules(area: str = "") -> Rules:
    """What holds in that area: the shipped rules, then the agency's, then the area's own."""
    kept: Mapping[str, Mapping[str, Any]] = settings.get(_KEY, {})
    found = Rules()
    for given in (kept.get("", {}), kept.get(area, {}) if area else {}):
        bands = {name: dict(starts) for name, starts in found.bands.items()}
        for name, starts in given.get("bands", {}).items():
            bands.setdefault(name, {}).update(starts)
        found = dataclasses.replace(found, **{**given, "bands": bands})
    return found


def has_own_rules(area: str) -> bool:
    """Whether that area, or the agency for "", has settled rules of its own."""
    return area in settings.get(_KEY, {})


def clear_rules(area: str) -> None:
    """Let what holds for every area hold there again. Inside ``storage.write``."""
    kept: dict[str, Any] = dict(settings.get(_KEY, {}))
    if area in kept:
        before = rules(area)
        del kept[area]
        settings.set(_KEY, kept)
        _tell(area, before)


def set_rules(changed: Rules, area: str = "") -> None:
    """Keep what holds in that area, or for every area that has no rules of its own. Inside ``storage.write``.

    What was signed keeps the thresholds it was signed with; the history keeps what held before.

    Raises:
        Refused: field -> sentence; ``area`` for one that is not known.
    """
    problems = changed.problems() | _band_problems(changed.bands, area)
    if area and area not in codes.get("marac_area"):
        problems["area"] = words("Choose the area from the list")
    records.refuse(problems)
    before = rules(area)
    kept = dict(settings.get(_KEY, {}))
    kept[area] = {
        "escalation_count": changed.escalation_count,
        "escalation_months": changed.escalation_months,
        "review_days": dict(changed.review_days),
        "bands": {name: dict(starts) for name, starts in changed.bands.items()},
    }
    settings.set(_KEY, kept)
    _tell(area, before)


def _tell(area: str, before: Rules) -> None:
    row_id = 1 + list(codes.get("marac_area").codes).index(area) if area else 0
    history.record("risk_rules", row_id, None, _told(before), _told(rules(area)))


def _told(held: Rules) -> dict[str, Any]:
    """The rules as history keeps them: a field for each number."""
    return {
        "escalation_count": held.escalation_count,
        "escalation_months": held.escalation_months,
        **{f"review_{grade}": held.review_days[grade] for grade in risk.GRADES},
        "bands": ", ".join(
            f"{name} {band} {start}"
            for name, starts in sorted(held.bands.items())
            for band, start in sorted(starts.items())
        ),
    }


def _band_problems(bands: Mapping[str, Mapping[str, int]], area: str) -> dict[str, Words]:
    held = {one.name: one for one in instruments.shelf().offered(local(int(time.time())).date())}
    for name, starts in bands.items():
        one = held.get(name)
        if one is None or set(starts) - {band.code for band in one.bands}:
            return {"bands": words("There is no such threshold in {form}", form=name)}
        limits = instruments.thresholds(one, area, starts)
        ordered = [limits[band.code] for band in one.bands]
        if min(ordered) < 0 or any(low >= high for low, high in pairwise(ordered)):
            return {"bands": words("Each threshold must be higher than the one before it")}
    return {}


# --- the grade that counts ----------------------------------------------------------------------------------


def current(client_id: int) -> RiskNow | None:
    """The client's latest signed grade; None while nothing is signed."""
    return for_clients([client_id]).get(client_id)


def for_clients(client_ids: Sequence[int]) -> dict[int, RiskNow]:
    """Client -> latest signed grade, for those who have one. Two queries for each 500 of them."""
    found: dict[int, RiskNow] = {}
    for block in records.blocks(client_ids):
        marks = ", ".join("?" * len(block))
        # oldest first, so that the latest stays
        latest = {
            one.client_id: one
            for one in records.find(
                AnswerSet,
                "answer_set",
                f"WHERE grade <> '' AND signed <> 0 AND withdrawn = 0 AND client_id IN ({marks})"
                " ORDER BY client_id, started, signed, id",
                block,
            )
        }
        learned: dict[int, list[int]] = {}
        for client_id, recorded in fetch(
            f"SELECT client_id, recorded FROM incident WHERE withdrawn = 0 AND client_id IN ({marks})", block
        ):
            learned.setdefault(client_id, []).append(recorded)
        for client_id, one in latest.items():
            found[client_id] = _now(one, learned.get(client_id, ()))
    return found


def standings(client_ids: Sequence[int]) -> dict[int, Standing]:
    """Client -> what lists say, for those with a signed grade. One query for each 500 of them, by index alone but for
    the sets themselves.
    """
    found: dict[int, Standing] = {}
    for block in records.blocks(client_ids):
        marks = ", ".join("?" * len(block))
        for client_id, grade, next_review, learned in fetch(
            "SELECT s.client_id, s.grade, s.next_review, (SELECT min(i.recorded) FROM incident i"
            " WHERE i.client_id = s.client_id AND i.withdrawn = 0 AND i.recorded > s.signed)"
            f" FROM (SELECT {latest('id', 'c.id')} AS id FROM client c WHERE c.id IN ({marks})) l"
            " CROSS JOIN answer_set s ON s.id = l.id",
            block,
        ):
            due = dt.date.fromisoformat(next_review)
            if learned is not None:
                due = min(due, local(learned).date())
            found[client_id] = Standing(client_id, grade, due)
    return found


def grades(client_ids: Sequence[int]) -> dict[int, str]:
    """Client -> the grade that counts now, for those who have one."""
    found: dict[int, str] = {}
    for block in records.blocks(client_ids):
        marks = ", ".join("?" * len(block))
        found.update(
            (client_id, grade)
            for client_id, grade in fetch(
                f"SELECT c.id, {latest('grade', 'c.id')} FROM client c WHERE c.id IN ({marks})", block
            )
            if grade
        )
    return found


def latest(column: str, client: str) -> str:
    """SQL: that column of the latest signed grade of the client whose id is ``client``; NULL without one."""
    return (
        f"(SELECT g.{column} FROM answer_set g INDEXED BY answer_set_grade WHERE g.client_id = {client}"
        " AND g.grade <> '' AND g.signed <> 0 AND g.withdrawn = 0"
        " ORDER BY g.started DESC, g.signed DESC, g.id DESC LIMIT 1)"
    )


def reviews_due(on: dt.date, worker_id: int | None = None) -> list[RiskNow]:
    """Clients with open support whose risk has to be looked at by that day, the highest grade first and then
    the longest overdue; of everybody for None.
    """
    open_clients = [
        row[0]
        for row in fetch(
            "SELECT DISTINCT client_id FROM episode WHERE closed = '' AND (? IS NULL OR worker_id = ?)",
            (worker_id, worker_id),
        )
    ]
    due = [one.client_id for one in standings(open_clients).values() if one.review_due <= on]
    return sorted(
        for_clients(due).values(),
        key=lambda one: (-risk.rank(one.grade), one.review_due, one.answers.client_id),
    )


def due(today: dt.date, worker_id: int | None = None) -> list[DueDate]:
    """Reviews that are due today or overdue, as lines of a list."""
    return [
        DueDate(
            one.answers.client_id,
            one.review_due,
            words("Risk review due: a new incident became known")
            if one.incidents_since
            else words("Risk review due"),
            "answer_set",
            one.answers.id or 0,
            weight=risk.rank(one.grade),
        )
        for one in reviews_due(today, worker_id)
    ]


def _now(answers: AnswerSet, learned: Iterable[int]) -> RiskNow:
    assessed = local(answers.started).date()
    since = [local(at).date() for at in learned if at > answers.signed]
    planned = dt.date.fromisoformat(answers.next_review)
    return RiskNow(answers, assessed, min((planned, *since)), len(since))
