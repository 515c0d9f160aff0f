"""Professionals around a client, in the vault: recorded, corrected with a reason, withdrawn but never removed."""

from __future__ import annotations

from caseworker.domain.professionals import Professional
from caseworker.storage.nouns import Noun

_PROFESSIONALS = Noun(Professional, "professional", "role, id")

save = _PROFESSIONALS.save
withdraw = _PROFESSIONALS.withdraw
restore = _PROFESSIONALS.restore
get = _PROFESSIONALS.get
for_client = _PROFESSIONALS.for_client
