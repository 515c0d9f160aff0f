"""Drafts: what was typed and not yet saved, kept in the vault so that nothing is lost to a lock, a crash or a
flat battery.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Draft:
    key: str  # which form, e.g. "contact:17" (client id) or "contact:" (nobody chosen yet), "client:new"
    fields: dict[str, object]  # exactly what stands in the form
    kept: int  # epoch seconds


def client_of(key: str) -> int | None:
    """Whose record a draft belongs to, by its key: ``form:client`` or ``form:client:row``. None for nobody's yet."""
    rest = key.partition(":")[2].partition(":")[0]
    return int(rest) if rest.isascii() and rest.isdigit() else None
