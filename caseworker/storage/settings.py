"""Settings that belong to the records and travel with them (this computer's own settings are elsewhere)."""

from __future__ import annotations

import json
from typing import TypeVar, cast

from caseworker.storage import audit
from caseworker.storage.engine import database
from caseworker.storage.records import fetch

T = TypeVar("T")


def get(key: str, default: T) -> T:
    """The value kept under that key (text, number, yes-or-no, list of those), or ``default``."""
    found = fetch("SELECT value FROM setting WHERE key = ?", (key,))
    return cast(T, json.loads(found[0][0])) if found else default


def set(key: str, value: object) -> None:
    """Keep a value and write down that it was changed. Inside ``storage.write``."""
    if get(key, None) != value:
        keep(key, value)
        audit.append("change", "setting", 0, detail={"key": key})


def keep(key: str, value: object) -> None:
    """Keep a value that storage itself needs (a counter), without an audit entry."""
    database.execute_sql(
        "INSERT INTO setting (key, value) VALUES (?, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, json.dumps(value, allow_nan=False)),
    )
