"""Criminal injuries compensation: the incident it is claimed for, where the claim stands, and the last day to claim."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from caseworker.domain import codes, time_limits
from caseworker.domain.clients import years_between
from caseworker.domain.incidents import Incident
from caseworker.domain.when import date_problem, iso_date, months_later
from caseworker.words import Words, words

LONGEST_TEXT = 500
ADULT = 18
CHILD_UNTIL = 20  # the birthday by which somebody who was a child then has to have claimed


@dataclass(frozen=True, slots=True)
class Claim:
    id: int | None
    uid: str
    client_id: int
    incident_on: str  # ISO date; of something that went on, its last day
    step: str = "considering"  # list ``claim_step``
    applied: str = ""  # ISO date
    reference: str = ""
    note: str = ""
    episode_id: int | None = None
    recorded: int = 0  # epoch seconds, set by storage
    worker_id: int | None = None  # author, set by storage
    withdrawn: int = 0  # epoch seconds; 0: it stands

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        if not self.incident_on:
            found["incident_on"] = words("Enter the date of the incident")
        elif (wrong := date_problem(self.incident_on, today)) is not None:
            found["incident_on"] = wrong
        if self.step not in codes.get("claim_step"):
            found["step"] = words("Choose an answer from the list")
        if (wrong := date_problem(self.applied, today)) is not None:
            found["applied"] = wrong
        elif self.step == "applied" and not self.applied:
            found["applied"] = words("Enter the date the claim was sent")
        for name in ("reference", "note"):
            if len(getattr(self, name)) > LONGEST_TEXT:
                found[name] = words("Must be {most} characters or fewer", most=LONGEST_TEXT)
        return found


def claim_by(incident: dt.date, born: dt.date | None) -> dt.date:
    """The last day to claim. Somebody who was under 18 at the time has until the day they turn 20, if that is later.

    Source: the Criminal Injuries Compensation Scheme. Others may be let in late for good reason; CICA decides.
    """
    limit = time_limits.ends("CICA", incident)
    if born is None or born > incident or years_between(born, incident) >= ADULT:
        return limit
    return max(limit, months_later(born, 12 * CHILD_UNTIL))


def to_claim(
    claims: Iterable[Claim], incidents: Iterable[Incident], born: dt.date | None
) -> list[tuple[dt.date, str]]:
    """(last day, date of the incident) of everything that may be claimed for and is not settled, soonest first.

    Incidents recorded as violence or sexual abuse count by themselves; a claim of the same date speaks for them.
    """
    stand = [one for one in claims if not one.withdrawn]
    claimed = {one.incident_on for one in stand}
    open_days = {one.incident_on for one in stand if one.step == "considering"}
    kinds = codes.get("incident_kind").with_flag("compensation")
    open_days |= {
        one.happened
        for one in incidents
        if not one.withdrawn and one.kind in kinds and one.happened not in claimed
    }
    found = [(claim_by(day, born), text) for text in open_days if (day := iso_date(text)) is not None]
    return sorted(found)
