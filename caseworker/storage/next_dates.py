"""The date of a client's record that comes next, whatever it is of: a court date, an order's end, whom to ask again."""

from __future__ import annotations

import datetime as dt

from caseworker.domain.dues import DueDate, soonest
from caseworker.storage import chases, compensation, consents, justice_events, orders


def of(client_id: int, today: dt.date) -> DueDate | None:
    """The soonest that lies ahead or is late and still asks for something; None when there is none.

    Reviews of risk and MARAC have places of their own over a record, and next steps are not dates of the record.
    """
    found = [
        one
        for source in (justice_events, orders, chases, compensation, consents)
        for one in source.dates([client_id], today)
        if one.day >= today or one.on_show(today)
    ]
    return soonest(found)[0] if found else None
