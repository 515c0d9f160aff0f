"""Referrals: how somebody came to the service, and what became of it. One may start an episode or not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from caseworker.domain import codes
from caseworker.domain.when import epoch, iso_date, local
from caseworker.words import Words, words

CLOCK_SLACK = 5 * 60  # seconds: laptop clocks differ a little
UNDECIDED = frozenset({"NA-ASK", "ACC", "WTL"})  # support may still begin; every other outcome ends it
NOT_COUNTED = frozenset({"DUP", "INV"})  # received but not a valid referral (domain.md 4.3)

CODED = {
    "source": "referral_source",
    "route": "referral_route",
    "crime": "crime",
    "area": "area",
    "victim_aware": "yes_no",
    "consent_to_contact": "yes_no",
    "referrer_risk": "risk_grade",
    "outcome": "referral_outcome",
    "decline_reason": "decline_reason",
}


@dataclass(frozen=True, slots=True)
class Referral:
    id: int | None
    uid: str
    client_id: int | None  # None: an anonymous report never becomes a person record
    received: int  # epoch seconds; the local date decides the period
    source: str = "NA-ASK"  # list ``referral_source``
    route: str = "NA-ASK"
    crime: str = "NA-ASK"
    area: str = "NA-ASK"  # residence on the day it was received: fixed
    victim_aware: str = "NA-ASK"
    consent_to_contact: str = "NA-ASK"
    referrer_risk: str = "NA-ASK"
    police_ref: str = ""
    outcome: str = "NA-ASK"  # list ``referral_outcome``
    outcome_on: str = ""  # ISO date
    decline_reason: str = "NA-NAP"

    def problems(self, now: dt.datetime) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        if self.received > epoch(now) + CLOCK_SLACK:
            found["received"] = words("Time must be in the past")
        elif self.received < 0:
            found["received"] = words("Year must be {year} or later", year=1970)
        for name, list_name in CODED.items():
            if not codes.accepts(list_name, getattr(self, name)):
                found[name] = words("Choose an answer from the list")
        if self.client_id is None and self.outcome not in ("ANO", "NA-ASK"):
            found["client_id"] = words("Choose the client, or “Anonymous report only” as outcome")
        if self.client_id is not None and self.outcome == "ANO":
            found["outcome"] = words(
                "A client is named, so this is not an anonymous report: choose another outcome"
            )
        if self.outcome == "REJ" and codes.is_missing(self.decline_reason):
            found["decline_reason"] = words("Choose why the service declined")
        if self.outcome != "REJ" and self.decline_reason in codes.get("decline_reason"):
            found["decline_reason"] = words("A reason belongs to “Declined by the service” only")
        if self.outcome_on:
            day = iso_date(self.outcome_on)
            if day is None:
                found["outcome_on"] = words("Outcome date must be a real date")
            elif day > now.astimezone(local(0).tzinfo).date():
                found["outcome_on"] = words("Outcome date must be today or in the past")
            elif "received" not in found and day < received_on(self):
                found["outcome_on"] = words("Outcome date must be the same as or after the date received")
            elif codes.is_missing(self.outcome):
                found["outcome"] = words("Choose what became of the referral")
        if len(self.police_ref) > 60:
            found["police_ref"] = words("Reference must be {most} characters or fewer", most=60)
        return found


def received_on(referral: Referral) -> dt.date:
    """The London date it was received: 31 March 23:30 is still last year's quarter."""
    return local(referral.received).date()


def is_valid(referral: Referral) -> bool:
    """A referral that counts as valid: neither a duplicate nor wrong details."""
    return referral.outcome not in NOT_COUNTED
