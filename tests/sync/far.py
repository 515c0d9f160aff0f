"""A hub that is far away: its keys, the receipts it would sign, and returns prepared for it."""

from __future__ import annotations

from typing import Any

from caseworker.crypto import sealing, signing
from caseworker.storage import devices, outbox
from caseworker.storage.pins import Pins
from caseworker.sync import outbox as sending
from caseworker.sync import wire
from caseworker.sync.wire import Receipt
from tests.hub.parts import PLAN, payload


class FarHub:
    """The keys of a hub that is not here, and the receipts it would sign."""

    def __init__(self) -> None:
        self.seal_private, self.seal_public = sealing.new_receive_key()
        self._receipt_private, self.receipt_public = signing.new_sign_key()
        self.kid = signing.fingerprint(self.seal_public).hex()

    def pins(self, **changes: Any) -> Pins:
        fields: dict[str, Any] = {
            "org": "ESSEX", "org_name": "The commissioner", "agency": "A07", "agency_name": "Hotline",
            "hub": "http://127.0.0.1:1", "kid": self.kid, "seal_key": self.seal_public.hex(),
            "receipt_key": self.receipt_public.hex(), "root_key": "9" * 64, "policy": 1, "plan": PLAN.name,
            "bundle": "8" * 64,
        }  # fmt: skip
        return Pins(**{**fields, **changes})

    def receipt(self, item: outbox.OutboxItem, **changes: Any) -> bytes:
        fields: dict[str, Any] = {
            "v": 1, "kind": "return", "org": "ESSEX", "device": devices.device().uid, "seq": item.seq,
            "wire_sha256": item.sha256, "status": "received", "reason": "", "server_time": 1_790_000_000,
            "next_seq": (item.seq or 0) + 1, "ledger_seq": 1, "ledger_head": "2" * 64,
        }  # fmt: skip
        private = changes.pop("private", self._receipt_private)
        return wire.make_receipt(
            Receipt(**{**fields, **changes}), lambda purpose, data: signing.sign(private, purpose, data)
        )


def prepared(**changes: Any) -> bytes:
    """A return as it would be prepared now."""
    place = sending.place()
    own = {
        name: getattr(place, name)
        for name in ("org", "agency", "to", "device", "seq", "prev", "audit_commit")
    }
    return payload(**{**own, **changes})


def approved(**changes: Any) -> int:
    return sending.approve(prepared(**changes))
