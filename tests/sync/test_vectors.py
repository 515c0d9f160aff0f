"""What an earlier release put on the wire is read by this one: returns, receipts, bundles, letters to join."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from caseworker.crypto import pairing
from caseworker.sync import summary, wire
from tests import golden


@pytest.fixture(params=golden.files("vectors"), ids=lambda file: file.stem)
def made(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = golden.load(request.param)["sync"]
    return found


def test_a_sealed_return_is_opened_and_read(made: dict[str, Any]) -> None:
    held = made["return"]
    out = wire.open_wire(held["wire"], held["private"], held["kid"], lambda org, device: held["device_key"])
    assert out.payload == held["payload"]
    assert wire.approved_by(out.payload, out.approvals) == [held["approver"]]
    assert hashlib.sha256(held["wire"]).hexdigest() == held["sha256"]
    assert wire.check_words(held["sha256"]) == held["words"]
    assert summary.read(out.payload).device == held["device"]


def test_a_return_from_another_laptop_is_still_refused(made: dict[str, Any]) -> None:
    held = made["return"]
    with pytest.raises(wire.NotOurs):
        wire.open_wire(held["wire"], held["private"], held["kid"], lambda org, device: held["approver"])


def test_receipts_are_verified_and_read(made: dict[str, Any]) -> None:
    held = made["receipt"]
    receipt = wire.read_receipt(held["bytes"], held["key"])
    assert (receipt.status, receipt.seq, receipt.ledger_seq) == ("received", held["seq"], held["ledger"])
    held = made["enrolment"]
    assert wire.read_enrolment_receipt(held["bytes"], held["key"]).ledger_seq == held["ledger"]
    with pytest.raises(wire.NotOurs):
        wire.read_receipt(made["receipt"]["bytes"], made["return"]["device_key"])


def test_a_bundle_opens_with_its_code(made: dict[str, Any]) -> None:
    held = made["bundle"]
    bundle, fingerprint = wire.open_bundle(held["bytes"], pairing.read_pairing_code(held["code"]))
    assert bundle.agency == held["agency"]
    assert wire.read_out(fingerprint) == held["read_out"]


def test_a_letter_to_join_is_understood(made: dict[str, Any]) -> None:
    held = made["ask"]
    asked = wire.read_ask(held["bytes"])
    assert asked.request.device == held["device"]
    assert asked.knows_code(pairing.read_pairing_code(held["code"]))
