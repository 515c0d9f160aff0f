"""Criminal justice in the vault: stages recorded, corrected with a reason, withdrawn but never removed; dates due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from caseworker.domain import codes
from caseworker.domain import justice_events as rules
from caseworker.domain.dues import DueDate, soonest
from caseworker.domain.justice_events import JusticeEvent
from caseworker.domain.when import months_later
from caseworker.storage import supported
from caseworker.storage.nouns import Noun
from caseworker.storage.records import fetch
from caseworker.words import words

_EVENTS = Noun(JusticeEvent, "justice_event", "happened DESC, stage DESC, id DESC", later=("next_on", "told"))
SINCE = 60  # days; a date longer gone is not asked about every morning
NOTICE = 7  # days before a court date
NOTICE_OF_REVIEW = 28

save = _EVENTS.save
withdraw = _EVENTS.withdraw
restore = _EVENTS.restore
get = _EVENTS.get
for_client = _EVENTS.for_client
for_clients = _EVENTS.for_clients


def dates(client_ids: Sequence[int], today: dt.date) -> list[DueDate]:
    """Court and other dates that still wait, and the last day to ask for a review while it lies ahead."""
    stages = codes.get("cj_stage")
    found = []
    for client_id, events in for_clients(client_ids).items():
        for one in rules.dates_ahead(events):
            day = dt.date.fromisoformat(one.next_on)
            what = words("Date set at: {stage}", stage=stages.label(one.stage))
            found.append(DueDate(client_id, day, what, "justice_event", one.id or 0, NOTICE))
        review = rules.review_until(events)
        if review is not None and review[1] >= today:
            what = words("Last day to ask for a review of no further action")
            found.append(
                DueDate(client_id, review[1], what, "justice_event", review[0].id or 0, NOTICE_OF_REVIEW)
            )
    return soonest(found)


def due(today: dt.date, worker_id: int | None = None) -> list[DueDate]:
    """Those of ``dates`` to show on that day, of clients in support; of everybody's for None."""
    dated = supported.clients(
        "justice_event",
        "next_on <> '' AND withdrawn = 0 AND next_on BETWEEN ? AND ?",
        (_day(today, -SINCE), _day(today, NOTICE)),
        worker_id,
    )
    # A decision counts from when the client was told, so those of two years back are looked at; they are few.
    reviewable = ", ".join(f"'{code}'" for code in sorted(codes.get("cj_stage").with_flag("review")))
    decided = supported.clients(
        "justice_event",
        f"withdrawn = 0 AND stage IN ({reviewable}) AND happened >= ?",
        (months_later(today, -24).isoformat()[:7],),
        worker_id,
    )
    found = dates(sorted({*dated, *decided}), today)
    return [one for one in found if one.on_show(today)]


def references(client_id: int) -> list[str]:
    """Police references recorded for that client, the newest first."""
    return [
        row[0]
        for row in fetch(
            "SELECT police_ref FROM justice_event WHERE client_id = ? AND withdrawn = 0 AND police_ref <> ''"
            " GROUP BY police_ref ORDER BY max(happened) DESC",
            (client_id,),
        )
    ]


def _day(today: dt.date, days: int) -> str:
    return (today + dt.timedelta(days=days)).isoformat()
