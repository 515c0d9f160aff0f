"""Contacts: every call, visit or message with a client or about them, tried or made.

A contact is corrected by amending it with a reason; what it said before stays in its history.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contact:
    id: int | None
    uid: str
    client_id: int | None  # None: anonymous
    episode_id: int | None
    at: int  # when it happened, epoch seconds
    kind: str = "CLI"
    method: str = "TEL"
    outcome: str = "COM"
    direction: str = "out"  # out, in
    minutes: int = 0
    travel_minutes: int = 0
    waiting_minutes: int = 0
    present: str = ""
    interpreter: str = "NA-NAP"
    safe_checked: bool = False  # the safe-contact panel was on screen when it was logged
    override_reason: str = ""  # why it was safe outside the safe hours
    category: str = "PRACTICAL"  # list ``note_category``
    note: str = ""
    recorded: int = 0  # when it was typed, epoch seconds, set by storage
    worker_id: int | None = None  # author, set by storage
    amended: int = 0  # how often
