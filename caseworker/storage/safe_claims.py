"""Claims in the vault: unchecked changes to a safe contact, kept until somebody checks them, never used before."""

from __future__ import annotations

import dataclasses
import time

from caseworker.domain.safe_claims import SafeClaim
from caseworker.storage import history, records
from caseworker.storage.engine import database


def keep(client_id: int, channel: str, said: str, reason: str) -> int:
    """Keep what somebody said and nobody could check; gives the id. Inside ``storage.write``."""
    claim = SafeClaim(
        None,
        client_id,
        channel,
        said,
        records.storable(reason.strip()),
        recorded=int(time.time()),
        worker_id=database.worker.id,
    )
    row_id = records.add("safe_claim", claim)
    history.record("safe_claim", row_id, client_id, None, records.values(claim))
    return row_id


def get(claim_id: int) -> SafeClaim:
    """The claim, settled or not.

    Raises:
        Problem: E-GONE.
    """
    return records.one(SafeClaim, "safe_claim", claim_id)


def open_for(client_id: int) -> list[SafeClaim]:
    """The claims about a client that nobody has checked yet, oldest first."""
    return records.find(
        SafeClaim, "safe_claim", "WHERE client_id = ? AND settled = 0 ORDER BY id", (client_id,)
    )


def settle(claim: SafeClaim, outcome: str, why: str) -> None:
    """Somebody has checked: it was the client, or was not, or the client said something else since."""
    done = dataclasses.replace(claim, settled=int(time.time()), outcome=outcome)
    records.change("safe_claim", done, ["settled", "outcome"])
    old, new = records.values(claim), records.values(done)
    history.record("safe_claim", claim.id or 0, claim.client_id, old, new, why, action="settle")
