"""Holds in the vault: what must not be erased, and why."""

from __future__ import annotations

from caseworker.domain.holds import Hold
from caseworker.storage.nouns import Noun

_HOLDS = Noun(Hold, "hold")

save = _HOLDS.save
withdraw = _HOLDS.withdraw
get = _HOLDS.get
for_client = _HOLDS.for_client
