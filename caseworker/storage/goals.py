"""Goals of the support plan in the vault."""

from __future__ import annotations

from caseworker.domain.goals import Goal
from caseworker.storage.nouns import Noun

_GOALS = Noun(Goal, "goal", "status <> 'open', due = '', due, id")

save = _GOALS.save
withdraw = _GOALS.withdraw
restore = _GOALS.restore
get = _GOALS.get
for_client = _GOALS.for_client  # open ones first, the soonest of them first
for_clients = _GOALS.for_clients
