"""Holds: a record that must be kept whatever its age, because a court, a review or a complaint may need it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from caseworker.domain import codes
from caseworker.words import Words, words


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold on one client's record, from when it was recorded until it is withdrawn with a reason."""

    id: int | None
    uid: str
    client_id: int
    reason: str
    recorded: int = 0
    worker_id: int | None = None
    withdrawn: int = 0

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before it can be kept."""
        if self.reason not in codes.get("hold_reason").valid_on(today):
            return {"reason": words("Select why the record must be kept")}
        return {}
