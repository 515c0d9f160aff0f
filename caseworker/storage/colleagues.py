"""Contact cards in the vault: kept, compared by two people, and never silently replaced by other keys."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass

from caseworker.crypto import cards
from caseworker.crypto.cards import Card
from caseworker.domain.colleagues import Colleague, known
from caseworker.domain.workers import Worker
from caseworker.errors import Problem
from caseworker.storage import history, records
from caseworker.storage.engine import database

NEW, SAME, CHANGED = "new", "same", "changed"


@dataclass(frozen=True, slots=True)
class Opened:
    """A card from outside beside what is kept: ``kind`` is new, same, or changed (other keys than before)."""

    card: Card
    kind: str
    before: Colleague | None


def own_card(worker: Worker, agency: str) -> Card:
    """The card of whoever has the vault open."""
    return Card(cards.readable(worker.name), cards.readable(agency), worker.sign_key, worker.receive_key)


def everyone(*, withdrawn: bool = False) -> list[Colleague]:
    """The cards kept, by name."""
    return records.find(
        Colleague,
        "colleague",
        "WHERE ? OR withdrawn = 0 ORDER BY name COLLATE NOCASE, organisation COLLATE NOCASE, id",
        (int(withdrawn),),
    )


def get(colleague_id: int) -> Colleague:
    """One of them.

    Raises:
        Problem: E-GONE.
    """
    return records.one(Colleague, "colleague", colleague_id)


def card_of(colleague: Colleague) -> Card:
    """The card that was kept."""
    return Card(
        colleague.name,
        colleague.organisation,
        bytes.fromhex(colleague.sign_key),
        bytes.fromhex(colleague.receive_key),
    )


def look_at(data: bytes) -> Opened:
    """What a card from outside is. Nothing is kept yet.

    Raises:
        Problem: E-CARD; E-CARD-INSIDE, it is of somebody who works in this vault.
    """
    card = cards.read(data)
    row = records.fetch("SELECT name FROM worker WHERE sign_key = ?", (card.sign_key,))
    if row:
        raise Problem("E-CARD-INSIDE", "This is the card of {name}, who works in this vault", name=row[0][0])
    before = known(card.name, card.organisation, card.sign_key.hex(), everyone(withdrawn=True))
    if before is None:
        return Opened(card, NEW, None)
    same = (before.sign_key, before.receive_key) == (card.sign_key.hex(), card.receive_key.hex())
    return Opened(card, SAME if same else CHANGED, before)


def keep(opened: Opened, *, somebody_else: bool = False) -> int:
    """Keep a card; gives the colleague's id. Inside ``storage.write``.

    Other keys than before take the mark "checked" away, and nothing can be handed over until two people have compared
    the new number. ``somebody_else``: another person of the same name; the card kept before stays as it is.
    """
    now = int(time.time())
    card, before = opened.card, opened.before
    if before is None or somebody_else:
        made = Colleague(
            None, records.new_uid(), card.name, card.organisation, card.sign_key.hex(), card.receive_key.hex(),
            now, database.worker.id,
        )  # fmt: skip
        row_id = records.add("colleague", made)
        history.record("colleague", row_id, None, None, records.values(made))
        return row_id
    after = dataclasses.replace(before, name=card.name, organisation=card.organisation, withdrawn=0)
    if opened.kind == CHANGED:
        after = dataclasses.replace(
            after,
            sign_key=card.sign_key.hex(),
            receive_key=card.receive_key.hex(),
            verified=0,
            verified_by=None,
            changed=now,
        )
    elif before.withdrawn:
        after = dataclasses.replace(after, verified=0, verified_by=None)
    _change(before, after)
    return before.id or 0


def mark_checked(colleague_id: int, card: Card) -> None:
    """Two people have compared the number of this card. Inside ``storage.write``.

    Raises:
        Problem: E-CARD-CHANGED, another card has taken its place meanwhile.
    """
    before = get(colleague_id)
    if card_of(before) != card:
        raise Problem("E-CARD-CHANGED", "The card has changed meanwhile. Compare the new number")
    _change(
        before,
        dataclasses.replace(before, verified=int(time.time()), verified_by=database.worker.id, changed=0),
        "check",
    )


def unmark(colleague_id: int) -> None:
    """Take the mark away: the number is to be compared again. Inside ``storage.write``."""
    before = get(colleague_id)
    _change(before, dataclasses.replace(before, verified=0, verified_by=None))


def withdraw(colleague_id: int) -> None:
    """Take a card off the list; the history keeps it. Inside ``storage.write``."""
    before = get(colleague_id)
    _change(
        before,
        dataclasses.replace(before, withdrawn=int(time.time()), verified=0, verified_by=None),
        "withdraw",
    )


def require_checked(colleague_id: int) -> Card:
    """The keys to hand something over to.

    Raises:
        Problem: E-CARD-CHANGED, E-CARD-UNCHECKED: nothing may be handed over yet. E-GONE.
    """
    found = get(colleague_id)
    if found.changed:
        raise Problem(
            "E-CARD-CHANGED",
            "{name}’s card has other keys than before. Compare the number with {name} by telephone first",
            name=found.name,
        )
    if not found.is_checked:
        raise Problem(
            "E-CARD-UNCHECKED", "Compare the number with {name} by telephone first", name=found.name
        )
    return card_of(found)


def _change(before: Colleague, after: Colleague, action: str = "") -> None:
    old, new = records.values(before), records.values(after)
    records.change("colleague", after, [name for name in new if new[name] != old[name]])
    history.record("colleague", before.id or 0, None, old, new, action=action)
