"""Drafts in the vault: kept as somebody types, offered again after a lock, a crash or a flat battery."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping

from caseworker.domain.drafts import Draft, client_of
from caseworker.storage.engine import database
from caseworker.storage.records import fetch


def keep(key: str, fields: Mapping[str, object]) -> None:
    """Keep exactly what stands in a form, in place of what was kept before. Inside ``storage.write``.

    Not audited: nothing has been recorded yet. Of a client who is not in the vault nothing is kept: a form left open
    while her record was erased must not write of her again, nor into the record that gets her number next.
    """
    whose = client_of(key)
    if whose is not None and not fetch("SELECT 1 FROM client WHERE id = ?", (whose,)):
        return
    database.execute_sql(
        "INSERT INTO draft (key, fields, kept) VALUES (?, ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET fields = excluded.fields, kept = excluded.kept",
        (key, json.dumps(dict(fields)), int(time.time())),
    )


def get(key: str) -> Draft | None:
    found = fetch("SELECT key, fields, kept FROM draft WHERE key = ?", (key,))
    return _draft(*found[0]) if found else None


def all_drafts() -> list[Draft]:
    """Newest first."""
    return [_draft(*row) for row in fetch("SELECT key, fields, kept FROM draft ORDER BY kept DESC, key")]


def discard(key: str) -> None:
    """Forget a draft; nothing happens when there is none. Inside ``storage.write``."""
    database.execute_sql("DELETE FROM draft WHERE key = ?", (key,))


def _draft(key: str, fields: str, kept: int) -> Draft:
    return Draft(key, json.loads(fields), kept)
