"""Referrals: how somebody came to the service, and what became of it. One may start an episode or not."""

from __future__ import annotations

from dataclasses import dataclass


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
