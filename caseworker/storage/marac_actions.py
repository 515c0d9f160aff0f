"""Actions of a MARAC meeting in the vault, with the referral they came from."""

from __future__ import annotations

import datetime as dt

from caseworker.domain.dues import DueDate, soonest
from caseworker.domain.marac_actions import MaracAction
from caseworker.storage import marac, supported
from caseworker.storage.nouns import Noun
from caseworker.words import words

_ACTIONS = Noun(MaracAction, "marac_action", "done <> '', due = '', due, id", later=("done", "effect"))
SINCE = 365  # days

withdraw = _ACTIONS.withdraw
restore = _ACTIONS.restore
get = _ACTIONS.get
for_client = _ACTIONS.for_client


def save(action: MaracAction, why: str = "") -> int:
    """Save a new or changed action; gives its id. Inside ``storage.write``.

    Raises:
        Refused: field -> sentence; ``why``.
        Problem: E-GONE, E-WITHDRAWN.
        ValueError: the referral is another client's.
    """
    if marac.get(action.marac_referral_id).client_id != action.client_id:
        raise ValueError("an action belongs to a referral of the same client")
    return _ACTIONS.save(action, why)


def due(today: dt.date, worker_id: int | None = None) -> list[DueDate]:
    """Actions whose day has come, of clients in support; of everybody's for None."""
    first = (today - dt.timedelta(days=SINCE)).isoformat()
    clients = supported.clients(
        "marac_action",
        "done = '' AND withdrawn = 0 AND due BETWEEN ? AND ?",
        (first, today.isoformat()),
        worker_id,
    )
    found = []
    for client_id, actions in _ACTIONS.for_clients(clients).items():
        for one in actions:
            if not one.done and first <= one.due <= today.isoformat():
                what = words("Ask {agency} about the MARAC action", agency=one.agency)
                day = dt.date.fromisoformat(one.due)
                found.append(DueDate(client_id, day, what, "marac_action", one.id or 0, kept=SINCE))
    return soonest(found)
