"""Drafts in the vault: kept as somebody types, offered again after a lock, a crash or a flat battery."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping

from caseworker.domain.drafts import Draft, client_of
from caseworker.storage.engine import database
from caseworker.storage.records import fetch

#: Between the id of the worker whose draft it is and the key of the form.
OWNED = "|"


def keep(key: str, fields: Mapping[str, object]) -> None:
    """Keep exactly what stands in a form, in place of what was kept before. Inside ``storage.write``.

    Each person's are their own: nobody is offered a colleague's half-typed words as theirs, or writes over them.
    Not audited: nothing has been recorded yet. Of a client who is not in the vault nothing is kept: a form left open
    while a record was erased must not write of that client again, nor into the record that gets the number next.
    """
    whose = client_of(key)
    if whose is not None and not fetch("SELECT 1 FROM client WHERE id = ?", (whose,)):
        return
    mine = _mine(key)
    if not fetch("SELECT 1 FROM draft WHERE key = ?", (mine,)):
        # One kept before drafts had an owner was offered and is carried on with: it is mine now.
        database.execute_sql("UPDATE draft SET key = ? WHERE key = ?", (mine, key))
    database.execute_sql(
        "INSERT INTO draft (key, fields, kept) VALUES (?, ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET fields = excluded.fields, kept = excluded.kept",
        (mine, json.dumps(dict(fields)), int(time.time())),
    )


def get(key: str) -> Draft | None:
    """My draft of that form; or one kept before drafts had an owner."""
    found = fetch(
        "SELECT key, fields, kept FROM draft WHERE key IN (?, ?) ORDER BY key = ? DESC LIMIT 1",
        (_mine(key), key, _mine(key)),
    )
    return _draft(*found[0]) if found else None


def all_drafts(*, everybody: bool = False) -> list[Draft]:
    """Mine, newest first; or, to erase a record, everybody's."""
    found = fetch("SELECT key, fields, kept FROM draft ORDER BY kept DESC, key")
    mine = _mine("")
    return [_draft(*row) for row in found if everybody or OWNED not in row[0] or row[0].startswith(mine)]


def discard(key: str, *, everybody: bool = False) -> None:
    """Forget my draft, or everybody's of that form; nothing happens when there is none. Inside ``storage.write``."""
    for (held,) in fetch("SELECT key FROM draft"):
        if held in (key, _mine(key)) or (everybody and held.rpartition(OWNED)[2] == key):
            database.execute_sql("DELETE FROM draft WHERE key = ?", (held,))


def _mine(key: str) -> str:
    return f"{database.worker.id}{OWNED}{key}"


def _draft(key: str, fields: str, kept: int) -> Draft:
    return Draft(key.rpartition(OWNED)[2], json.loads(fields), kept)
