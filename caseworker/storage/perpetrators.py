"""Alleged perpetrators in the vault: recorded, corrected with a reason, withdrawn but never removed.

Kept inside one client's record and found through it only: there is no list of them and no search.
"""

from __future__ import annotations

from caseworker.domain.perpetrators import Perpetrator
from caseworker.storage.nouns import Noun

_PERPETRATORS = Noun(Perpetrator, "perpetrator", "id")

save = _PERPETRATORS.save
withdraw = _PERPETRATORS.withdraw
restore = _PERPETRATORS.restore
get = _PERPETRATORS.get
for_client = _PERPETRATORS.for_client


def names(client_id: int) -> list[str]:
    """What they are called in that record: choices for the fields that name who did something."""
    return list(dict.fromkeys(one.name for one in for_client(client_id)))
