"""Children and dependants in the vault: recorded, corrected with a reason, withdrawn but never removed."""

from __future__ import annotations

from caseworker.domain.children import Child
from caseworker.storage import records
from caseworker.storage.nouns import Noun
from caseworker.words import Words, words

_CHILDREN = Noun(Child, "child", "unborn, born, id")

withdraw = _CHILDREN.withdraw
restore = _CHILDREN.restore
get = _CHILDREN.get
for_client = _CHILDREN.for_client
for_clients = _CHILDREN.for_clients


def save(child: Child, why: str = "") -> int:
    """Save a new or changed child or dependant; gives the id. Inside ``storage.write``.

    Raises:
        Refused: as ``Noun.save``; also ``own_client_id`` that is nobody's record, or the parent's own.
        Problem: E-GONE, E-WITHDRAWN.
    """
    return _CHILDREN.save(child, why, **_own_record(child))


def _own_record(child: Child) -> dict[str, Words]:
    if child.own_client_id is None:
        return {}
    if child.own_client_id == child.client_id:
        return {"own_client_id": words("Choose the child's own record, not this one")}
    if not records.fetch("SELECT 1 FROM client WHERE id = ?", (child.own_client_id,)):
        return {"own_client_id": words("That record is not in this vault any more")}
    return {}
