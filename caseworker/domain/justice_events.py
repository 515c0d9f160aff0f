"""Criminal justice: which stage was reached and when, what date comes next, whether the client was told.

The support somebody gets never depends on any of it: no stage opens, changes or ends an episode.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from caseworker.domain import codes, time_limits
from caseworker.domain.when import date_problem, first_day, iso_date
from caseworker.words import Words, words

LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class JusticeEvent:
    id: int | None
    uid: str
    client_id: int
    stage: str  # list ``cj_stage``
    happened: str  # ISO date, or a month ("2026-03") where nobody knows the day
    place: str = ""  # court or police station
    detail: str = ""
    next_on: str = ""  # ISO date of what comes next: a hearing, the end of bail
    told: str = ""  # ISO date the client was told; empty: not yet
    officer: str = ""  # officer in the case
    police_ref: str = ""
    at_stage: str = "NA-NAP"  # withdrawn by the client: at which stage; list ``cj_stage``
    episode_id: int | None = None
    recorded: int = 0  # epoch seconds, set by storage
    worker_id: int | None = None  # author, set by storage
    withdrawn: int = 0  # epoch seconds; 0: it stands

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        if self.stage not in codes.get("cj_stage"):
            found["stage"] = words("Choose the stage")
        if not self.happened:
            found["happened"] = words("Enter the date or the month")
        elif (wrong := date_problem(self.happened, today, month=True)) is not None:
            found["happened"] = wrong
        for name, limit in (("next_on", None), ("told", today)):
            if (wrong := date_problem(getattr(self, name), limit)) is not None:
                found[name] = wrong
        start = first_day(self.happened)
        for name in ("next_on", "told"):
            day = iso_date(getattr(self, name))
            if start and day and day < start and name not in found:
                found[name] = words("Date must be the same as or after the stage itself")
        if _is(self, "withdrawn"):
            if not codes.accepts("cj_stage", self.at_stage) or self.at_stage == "NA-NAP":
                found["at_stage"] = words("Choose the stage at which the client withdrew")
        elif self.at_stage != "NA-NAP":
            found["at_stage"] = words("Only where the client withdrew")
        for name in ("place", "detail", "officer", "police_ref"):
            if len(getattr(self, name)) > LONGEST_TEXT:
                found[name] = words("Must be {most} characters or fewer", most=LONGEST_TEXT)
        return found


def in_order(events: Iterable[JusticeEvent]) -> list[JusticeEvent]:
    """Those that stand, oldest first. Of one day the earlier stage comes first, and a month before its days."""
    standing = [one for one in events if not one.withdrawn]
    return sorted(standing, key=lambda one: (one.happened, one.stage, one.id or 0))


def reached(events: Iterable[JusticeEvent]) -> JusticeEvent | None:
    """Where it stands now; None while nothing is recorded."""
    found = in_order(events)
    return found[-1] if found else None


def dates_ahead(events: Iterable[JusticeEvent]) -> list[JusticeEvent]:
    """Events whose next date still waits, soonest first: nothing later has taken its place.

    A later stage takes it when it happened on or after that date, or sets a next date of its own.
    """
    found = in_order(events)
    waiting = []
    for at, one in enumerate(found):
        later = found[at + 1 :]
        # of a month only the month is known: it counts as over once a stage is recorded in a later one
        over = any(other.next_on or other.happened >= one.next_on[: len(other.happened)] for other in later)
        if one.next_on and not over:
            waiting.append(one)
    return sorted(waiting, key=lambda one: (one.next_on, one.id or 0))


def review_until(events: Iterable[JusticeEvent]) -> tuple[JusticeEvent, dt.date] | None:
    """The decision of no further action that may be reviewed, and the last day to ask; None when there is none.

    The time runs from the day the client was told; while that is not recorded, from the decision itself, which is
    earlier and so never lets a date slip. Source: the Victims' Right to Review schemes of police forces and the CPS.
    """
    found = in_order(events)
    for at in range(len(found) - 1, -1, -1):
        if _is(found[at], "reviewed"):
            return None
        if _is(found[at], "review"):
            start = iso_date(found[at].told) or first_day(found[at].happened)
            return None if start is None else (found[at], time_limits.ends("REVIEW", start))
    return None


def delays(events: Iterable[JusticeEvent], today: dt.date) -> list[Words]:
    """How long it takes, in words: a delay is itself something to say to the police and to count."""
    found = in_order(events)
    report = _first(found, "reported")
    if report is None:
        return []
    charge, trial = _first(found, "charged"), _first(found, "trial")
    end = next((one for one in reversed(found) if _is(one, "outcome")), None)
    if end is not None and end is found[-1]:
        said = [words("{days} days from first report to the outcome", days=_days(report, end))]
    else:
        start = first_day(report.happened) or today
        said = [words("{days} days since first report", days=max((today - start).days, 0))]
    if charge is not None and charge.happened >= report.happened:
        said.append(words("{days} days from first report to charge", days=_days(report, charge)))
        if trial is not None and trial.happened >= charge.happened:
            said.append(words("{days} days from charge to trial", days=_days(charge, trial)))
    return said


def not_told(events: Iterable[JusticeEvent]) -> list[JusticeEvent]:
    """Stages that the police or the courts decided and of which nobody has recorded that the client was told."""
    return [
        one for one in in_order(events) if not one.told and codes.get("cj_stage").flags(one.stage) & _NEWS
    ]


_NEWS = frozenset({"charged", "review", "outcome"})


def _is(event: JusticeEvent, flag: str) -> bool:
    return event.stage in codes.get("cj_stage").with_flag(flag)


def _first(found: list[JusticeEvent], flag: str) -> JusticeEvent | None:
    return next((one for one in found if _is(one, flag)), None)


def _days(start: JusticeEvent, end: JusticeEvent) -> int:
    first, last = first_day(start.happened), first_day(end.happened)
    return max((last - first).days, 0) if first and last else 0
