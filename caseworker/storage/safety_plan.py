"""Safety plans in the vault. Each item keeps what it said before; the plan leaves as text only when asked for."""

from __future__ import annotations

import datetime as dt

from caseworker.domain import safety_plan as domain
from caseworker.domain.dues import DueDate
from caseworker.domain.safety_plan import SafetyItem, Sheet
from caseworker.storage import children, clients, history, perpetrators, pins, professionals, supported
from caseworker.storage.history import HistoryEntry
from caseworker.storage.nouns import Noun
from caseworker.words import Words, words

_ITEMS = Noun(SafetyItem, "safety_item", "id")
NOTICE = 3  # days before, from which it is on the list
SINCE = 60  # days after, until which it is

withdraw = _ITEMS.withdraw
restore = _ITEMS.restore
get = _ITEMS.get
for_client = _ITEMS.for_client


def save(item: SafetyItem, why: str = "") -> int:
    """Save a new or changed item; gives the id. Inside ``storage.write``.

    Raises:
        Refused: as ``Noun.save``; also ``disguise`` that holds a name of somebody in the record.
        Problem: E-GONE, E-WITHDRAWN.
    """
    more: dict[str, Words] = {}
    # A longer one is refused in any case, and may be very long.
    shown = item.disguise if len(item.disguise) <= domain.LONGEST_DISGUISE else ""
    telling = domain.gives_away(shown, names(item.client_id), services(item.client_id))
    if telling:
        more["disguise"] = words("Leave out “{word}”: it gives the page away", word=telling[0])
    return _ITEMS.save(item, why, **more)


def sheet(client_id: int, *, disguised: bool = False) -> Sheet:
    """The plan as text: parts and lines. ``disguised``: only the wording chosen for a page that anybody may find,
    under a title that says nothing, without a name or the service's.
    """
    items = for_client(client_id)
    if not disguised:
        return domain.sheet(items)
    return domain.sheet(items, disguised=True, names=names(client_id), services=services(client_id))


def due(today: dt.date, worker_id: int | None = None) -> list[DueDate]:
    """Plans to look at again, of clients in support: the first day of each."""
    first = (today - dt.timedelta(days=SINCE)).isoformat()
    last = (today + dt.timedelta(days=NOTICE)).isoformat()
    whose = supported.clients(
        "safety_item",
        "review_by <> '' AND withdrawn = 0 AND review_by BETWEEN ? AND ?",
        (first, last),
        worker_id,
    )
    found = []
    for client_id, items in _ITEMS.for_clients(whose).items():
        day = domain.next_review(items)
        if day is not None:
            what = words("Safety plan to look at again")
            found.append(DueDate(client_id, day, what, "safety_item", items[0].id or 0, NOTICE, SINCE))
    return [one for one in found if one.on_show(today)]


def said_before(item: SafetyItem) -> list[HistoryEntry]:
    """What the words of an item were before each change of them, newest first."""
    entries = history.for_row("safety_item", item.id or 0, item.client_id)
    return [entry for entry in entries if entry.field == "text"]


def names(client_id: int) -> tuple[str, ...]:
    """Everybody whose name would give a page away: hers, her children's, his, the professionals'."""
    client = clients.get(client_id)
    found = [client.name, client.known_as]
    for kept in (children.for_client, perpetrators.for_client, professionals.for_client):
        found += [one.name for one in kept(client_id)]
    return tuple(name for name in found if name.strip())


def services(client_id: int) -> tuple[str, ...]:
    """Every body whose name would give a page away: ours, and those of the professionals."""
    ours = pins.pinned()
    found = [ours.agency_name, ours.org_name] if ours is not None else []
    found += [one.organisation for one in professionals.for_client(client_id)]
    return tuple(name for name in found if name.strip())
