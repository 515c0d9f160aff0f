"""What this laptop knows about its commissioner, learnt once from the bundle and held fast ever after.

The keys here decide who can open a return and whose receipts count. They live inside the vault, and nothing a
server says can change them: only a bundle signed by the same root key, with a higher policy number.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass

from caseworker import canonical
from caseworker.storage import audit
from caseworker.storage.engine import database

_MOST = 16 * 1024


@dataclass(frozen=True, slots=True)
class Pins:
    """One commissioner's hub and keys. Keys and hashes are lower-case hexadecimal.

    ``org`` is the commissioner's code and ``agency`` ours; ``kid`` the fingerprint of ``seal_key``; ``plan``
    names the return plan (``sha256:...``); ``bundle`` is the hash that two people can read out to each other.
    """

    org: str
    org_name: str
    agency: str
    agency_name: str
    hub: str
    kid: str
    seal_key: str
    receipt_key: str
    root_key: str
    policy: int
    plan: str
    bundle: str


def pinned() -> Pins | None:
    """The pinned bundle, or None before the first joining."""
    row = _value("hub")
    return None if row is None else Pins(**canonical.load(row, most=_MOST))


def pin(pins: Pins) -> None:
    """Hold these keys fast; the hub's confirmation is then still to come. Call inside ``storage.write``."""
    before = pinned()
    if before == pins:
        return
    _store("hub", canonical.dump(asdict(pins)))
    database.execute_sql("DELETE FROM pin WHERE name = 'hub.confirmed'")
    audit.append(
        "pin", "pin", 0, detail={"bundle": pins.bundle, "policy": pins.policy, "root": pins.root_key}
    )


def confirm(receipt: bytes) -> None:
    """Keep the hub's signed confirmation that this laptop is enrolled. Call inside ``storage.write``."""
    if _value("hub.confirmed") is None:
        _store("hub.confirmed", receipt)
        audit.append("join", "pin", 0)


def unconfirm() -> None:
    """A restored vault is a laptop the hub does not know: nothing is sent until a person joins it again.

    The pinned keys stay, so that nobody else's hub can be joined instead. Inside ``storage.write``.
    """
    database.execute_sql("DELETE FROM pin WHERE name IN ('hub.confirmed', 'hub.alarm')")


def confirmed() -> bool:
    """Whether the hub has confirmed this laptop under the pinned keys."""
    return _value("hub.confirmed") is not None


def raise_alarm(reason: str) -> None:
    """Remember that the hub knows more than this vault: a sign of an older copy of it."""
    if alarm() != reason:
        _store("hub.alarm", reason.encode("ascii"))
        audit.append("alarm", "pin", 0, detail={"reason": reason})


def alarm() -> str:
    """``rollback``, ``conflict``, or nothing."""
    row = _value("hub.alarm")
    return "" if row is None else row.decode("ascii")


def _value(name: str) -> bytes | None:
    row = database.execute_sql("SELECT value FROM pin WHERE name = ?", (name,)).fetchone()
    return None if row is None else bytes(row[0])


def _store(name: str, value: bytes) -> None:
    database.execute_sql(
        "INSERT INTO pin (name, value, pinned) VALUES (?, ?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value, pinned = excluded.pinned",
        (name, value, int(time.time())),
    )
