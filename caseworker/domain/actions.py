"""Actions: what somebody said they would do next, and by when."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Action:
    id: int | None
    uid: str
    client_id: int
    text: str
    due: str  # ISO date
    episode_id: int | None = None
    contact_id: int | None = None
    worker_id: int | None = None
    done: int = 0  # epoch seconds; 0: still to do
    result: str = ""
