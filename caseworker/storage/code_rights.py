"""Rights under the Victims' Code in the vault: one record a right and client, each change in its history."""

from __future__ import annotations

from caseworker.domain.code_rights import CodeRight
from caseworker.storage.nouns import Noun

_RIGHTS = Noun(
    CodeRight,
    "code_right",
    "id",
    later=("status", "happened", "evidence", "breach", "escalated", "escalated_to"),
)

save = _RIGHTS.save
get = _RIGHTS.get
for_client = _RIGHTS.for_client


def for_right(client_id: int, right: str) -> CodeRight:
    """That right as it stands for the client; a new record, not kept yet, where nothing was said of it."""
    held = {one.right: one for one in for_client(client_id)}
    return held.get(right) or CodeRight(None, "", client_id, right)
