"""Episodes: one stretch of support for one client, from its start to its closing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Episode:
    id: int | None
    uid: str
    client_id: int
    started: str  # ISO date
    referral_id: int | None = None
    service: str = "IDV"  # list ``service_type``
    worker_id: int | None = None
    level: str = "standard"
    victim_type: str = "DIR"
    crime: str = "NA-ASK"  # primary crime, list ``crime``
    da_context: str = "NA-ASK"  # yes, no
    online: str = "NA-ASK"  # none, part, wholly
    hate: str = ""  # strands, comma-separated codes
    reported: str = "NA-ASK"
    age_at_start: int | None = None  # whole years; fixed for the episode
    consent_to_support: str = "NA-ASK"
    assessed_on: str = ""  # ISO date a needs or risk assessment was begun; empty: not yet
    closed: str = ""  # ISO date; empty: open
    closure_reason: str = ""
