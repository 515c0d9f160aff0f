"""Approved, sealed, sent, received: numbers are burnt once, bytes never change, only a verified receipt counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import peewee
import pytest

from caseworker import storage
from caseworker.crypto import signing
from caseworker.errors import Problem
from caseworker.storage import devices, outbox, pins
from caseworker.storage.vault import OpenVault
from caseworker.sync import outbox as sending
from caseworker.sync import summary, wire
from tests.sync.far import FarHub, approved, prepared


@pytest.fixture
def hub(vault: OpenVault) -> FarHub:
    far = FarHub()
    storage.write(pins.pin, far.pins())
    storage.write(pins.confirm, b"confirmed")
    return far


def test_before_joining_there_is_no_place_for_a_return(vault: OpenVault):
    with pytest.raises(Problem) as problem:
        sending.place()
    assert problem.value.code == "E-NOT-JOINED"


def test_looking_at_the_place_burns_nothing(hub: FarHub):
    assert sending.place().seq == sending.place().seq == 1
    assert sending.place().prev == summary.NO_PREV
    assert sending.place().to == hub.kid
    assert outbox.next_seq() == 1


def test_the_commitment_to_the_audit_chain_moves_with_it_and_can_be_repeated(hub: FarHub):
    first = sending.audit_commit()
    assert first == sending.audit_commit()
    approved()
    assert sending.audit_commit() != first


def test_an_approved_return_keeps_its_bytes_and_the_workers_signature_over_them(
    hub: FarHub, vault: OpenVault
):
    data = prepared()
    item = outbox.get(sending.approve(data))
    assert (item.state, item.payload, item.seq, item.wire) == (outbox.APPROVED, data, None, None)
    assert item.approved_by == vault.worker.name
    approvals = [wire.Approval(*pair) for pair in item.approvals]
    assert wire.approved_by(data, approvals) == [vault.worker.sign_key]


def test_only_a_return_for_the_pinned_commissioner_can_be_approved(hub: FarHub):
    for changes in ({"to": "0" * 64}, {"agency": "A08"}, {"org": "KENT"}):
        with pytest.raises(Problem) as problem:
            sending.approve(prepared(**changes))
        assert problem.value.code == "E-OTHER-HUB"
    with pytest.raises(Problem) as problem:
        sending.approve(b"{}")
    assert problem.value.code == "E-SUMMARY"
    assert outbox.items() == []


def test_sealing_burns_the_number_and_every_try_sends_the_same_bytes(hub: FarHub):
    item_id = approved()
    item = sending.seal(item_id)
    assert (item.state, item.seq) == (outbox.SEALED, 1)
    assert outbox.next_seq() == 2
    assert sending.seal(item_id) == item
    opened = wire.open_wire(item.wire or b"", hub.seal_private, hub.kid, lambda *_: devices.device().public)
    assert opened.payload == item.payload
    assert wire.approved_by(opened.payload, opened.approvals)


def test_returns_are_chained_and_approved_ones_keep_their_place(hub: FarHub):
    first, second = approved(), approved(version=2)
    assert sending.place().seq == 3
    sealed = [sending.seal_next(), sending.seal_next()]
    assert [item.id for item in sealed if item] == [first, second]
    assert [item.seq for item in sealed if item] == [1, 2]
    assert summary.read(sealed[1].payload).prev == sealed[0].payload_sha256
    assert sending.seal_next() is None


def test_a_number_is_never_used_for_other_bytes(hub: FarHub):
    # Two returns prepared for the same place: the one sealed second has to be approved again.
    one, other = prepared(), prepared(version=2)
    first, second = sending.approve(one), sending.approve(other)
    sending.seal(first)
    with pytest.raises(Problem) as problem:
        sending.seal(second)
    assert problem.value.code == "E-OUT-OF-TURN"
    item = outbox.get(second)
    assert (item.state, item.seq, item.wire, item.approvals, item.reason) == (
        outbox.DRAFT, None, None, (), "E-OUT-OF-TURN",
    )  # fmt: skip
    assert "approve it again" in str(sending.refusal(item.reason))
    assert outbox.next_seq() == 2


@pytest.mark.parametrize("changes", [{"device": "0" * 32}, {"to": "0" * 64}])
def test_a_return_prepared_on_another_laptop_or_for_another_key_is_never_sealed(
    hub: FarHub, vault: OpenVault, changes: dict[str, str]
):
    data = prepared(**changes)
    approval = wire.approve(data, vault.sign, vault.worker.sign_key)
    item_id = storage.write(
        outbox.add, "A", "2026-27Q1", 1, data, "A", approvals=[(approval.signer, approval.sig)]
    )
    with pytest.raises(Problem) as problem:
        sending.seal(item_id)
    assert problem.value.code == "E-OUT-OF-TURN"
    assert (outbox.get(item_id).state, outbox.next_seq()) == (outbox.DRAFT, 1)


def test_a_failure_while_sealing_burns_nothing(hub: FarHub):
    item_id = approved()

    def fails(item: outbox.OutboxItem) -> bytes:
        raise RuntimeError("no randomness")

    with pytest.raises(RuntimeError):
        storage.write(outbox.seal, item_id, fails)
    assert outbox.get(item_id).state == outbox.APPROVED
    assert outbox.next_seq() == 1


def test_what_is_approved_can_be_taken_back_and_what_is_sealed_cannot(hub: FarHub):
    first = approved()
    sending.take_back(first)
    assert outbox.get(first).state == outbox.TAKEN_BACK
    assert sending.place().seq == 1
    assert sending.seal_next() is None
    second = approved()
    sending.seal(second)
    for act in (sending.take_back, lambda item_id: storage.write(outbox.approve, item_id, "x", [("a", "b")])):
        with pytest.raises(Problem) as problem:
            act(second)
        assert problem.value.code == "E-OUTBOX-STATE"


def test_taking_back_the_first_of_two_makes_the_second_wait_for_a_new_approval(hub: FarHub):
    first, second = approved(), approved(version=2)
    sending.take_back(first)
    with pytest.raises(Problem):
        sending.seal(second)
    assert outbox.get(second).state == outbox.DRAFT
    assert outbox.next_seq() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE outbox SET wire = x'00'",
        "UPDATE outbox SET seq = 9",
        "UPDATE outbox SET payload = x'00'",
        "UPDATE outbox SET wire = NULL, wire_hash = NULL",
        "DELETE FROM outbox",
    ],
)
def test_the_database_itself_refuses_to_change_or_lose_sealed_bytes(hub: FarHub, statement: str):
    before = sending.seal(approved())
    with pytest.raises(peewee.IntegrityError, match="sealed bytes never change"):
        storage.write(storage.database.execute_sql, statement)
    assert outbox.get(before.id) == before


def test_a_verified_receipt_makes_it_received(hub: FarHub):
    item = sending.seal(approved())
    applied = sending.apply_receipt(item, hub.receipt(item))
    assert (applied.outcome, applied.alarm) == ("received", None)
    kept = outbox.get(item.id)
    assert (kept.state, kept.receipt) == (outbox.RECEIVED, hub.receipt(item))
    assert outbox.latest_received(kept.period) == kept


CHANGES: list[tuple[Callable[[FarHub, outbox.OutboxItem], bytes], str]] = [
    (lambda hub, item: hub.receipt(item, private=signing.new_sign_key()[0]), "E-HUB-SIGNATURE"),
    (lambda hub, item: hub.receipt(item, seq=2), "E-HUB-MISMATCH"),
    (lambda hub, item: hub.receipt(item, wire_sha256="0" * 64), "E-HUB-MISMATCH"),
    (lambda hub, item: hub.receipt(item, device="0" * 32), "E-HUB-MISMATCH"),
    (lambda hub, item: hub.receipt(item, org="KENT"), "E-HUB-MISMATCH"),
    (lambda hub, item: b"", "E-HUB-GARBLED"),
    (lambda hub, item: b'{"status":"received"}', "E-HUB-GARBLED"),
    (lambda hub, item: hub.receipt(item)[:-1], "E-HUB-GARBLED"),
    (lambda hub, item: hub.receipt(item, status="fine"), "E-HUB-GARBLED"),
    (lambda hub, item: hub.receipt(item, next_seq="2"), "E-HUB-GARBLED"),
]


@pytest.mark.parametrize(("answer", "expected"), CHANGES)
def test_an_unsigned_mismatched_or_garbled_receipt_changes_nothing(
    hub: FarHub, answer: Callable[[FarHub, outbox.OutboxItem], bytes], expected: str
):
    item = sending.seal(approved())
    with pytest.raises(Problem) as problem:
        sending.apply_receipt(item, answer(hub, item))
    assert problem.value.code == expected
    assert outbox.get(item.id) == item


def test_the_receipt_of_an_earlier_return_is_not_taken_for_a_later_one(hub: FarHub):
    first = sending.seal(approved())
    second = sending.seal(approved(version=2))
    with pytest.raises(Problem):
        sending.apply_receipt(second, hub.receipt(first))
    assert outbox.get(second.id).state == outbox.SEALED


def test_the_first_final_answer_stands(hub: FarHub):
    item = sending.seal(approved())
    sending.apply_receipt(item, hub.receipt(item))
    sending.apply_receipt(item, hub.receipt(item, status="refused", reason="plan"))
    assert outbox.get(item.id).state == outbox.RECEIVED


def test_a_refused_return_says_why_and_is_not_superseded(hub: FarHub):
    item = sending.seal(approved())
    applied = sending.apply_receipt(item, hub.receipt(item, status="refused", reason="plan"))
    assert (applied.item.state, applied.item.reason) == (outbox.REFUSED, "plan")
    assert "return plan" in str(sending.refusal("plan"))
    assert outbox.latest_received(item.period) is None


def test_every_reason_the_hub_can_give_has_its_sentence():
    reasons = set(wire.Reason.__args__) - {"", "gap"}
    assert reasons == set(sending.REFUSALS)


@pytest.mark.parametrize(("next_seq", "alarmed"), [(1, False), (2, False), (3, True), (500, True)])
def test_a_receipt_that_knows_later_numbers_than_we_do_raises_the_rollback_alarm(
    hub: FarHub, next_seq: int, alarmed: bool
):
    item = sending.seal(approved())
    applied = sending.apply_receipt(item, hub.receipt(item, next_seq=next_seq))
    assert (applied.alarm is not None and "older copy" in str(applied.alarm)) is alarmed
    assert pins.alarm() == ("rollback" if alarmed else "")
    assert applied.item.state == outbox.RECEIVED


def test_a_conflict_raises_an_alarm_and_is_never_green(hub: FarHub):
    item = sending.seal(approved())
    applied = sending.apply_receipt(item, hub.receipt(item, status="conflict", reason="conflict"))
    assert applied.alarm is not None
    assert pins.alarm() == "conflict"
    assert outbox.get(item.id).state == outbox.REFUSED


def test_a_request_for_earlier_returns_changes_nothing_by_itself(hub: FarHub):
    item = sending.seal(approved())
    applied = sending.apply_receipt(item, hub.receipt(item, status="need", reason="gap", next_seq=1))
    assert (applied.outcome, applied.alarm) == ("need", None)
    assert outbox.get(item.id) == item


def test_everything_that_happened_is_in_the_audit_chain(hub: FarHub, vault: OpenVault):
    item = sending.seal(approved())
    sending.apply_receipt(item, hub.receipt(item))
    rows = storage.database.execute_sql(
        "SELECT action FROM audit WHERE noun = 'outbox' ORDER BY seq"
    ).fetchall()
    assert [row[0] for row in rows] == ["approve", "seal", "received"]
    assert storage.audit.check_chain() == []


def test_the_outbox_survives_closing_and_opening(
    new_vault: Any, reopen: Callable[[], OpenVault], tmp_path: Path
):
    far = FarHub()
    opened = reopen()
    storage.write(pins.pin, far.pins())
    item = sending.seal(approved())
    opened.close()
    again = reopen()
    try:
        assert outbox.get(item.id) == item
        assert pins.pinned() == far.pins()
    finally:
        again.close()


@pytest.fixture(autouse=True)
def closed_in_the_end() -> Iterator[None]:
    yield
    assert storage.database.deferred or storage.database.worker is None


def test_another_installation_of_the_vault_starts_at_one_and_sends_nothing_of_the_old(
    hub: FarHub, vault: OpenVault
):
    received, sealed, waiting = approved(), approved(version=2), approved(version=3)
    item = sending.seal(received)
    sending.apply_receipt(item, hub.receipt(item))
    sending.seal(sealed)
    old = devices.device().uid

    def move() -> None:
        storage.database.device_uid, storage.database.device = devices.make(), None
        outbox.restored()
        pins.unconfirm()

    storage.write(move)
    assert devices.device().uid != old
    assert [(one.state, one.seq, one.device) for one in map(outbox.get, (received, sealed, waiting))] == [
        (outbox.RECEIVED, 1, old), (outbox.REFUSED, 2, old), (outbox.DRAFT, None, ""),
    ]  # fmt: skip
    assert outbox.get(sealed).reason == outbox.get(waiting).reason == outbox.RESTORED
    assert "restored" in str(sending.refusal(outbox.RESTORED))
    assert (outbox.next_seq(), sending.place().seq, sending.place().prev) == (1, 1, summary.NO_PREV)
    assert outbox.by_seq(1) is None
    assert not pins.confirmed()
    assert pins.pinned() == hub.pins()
    fresh = sending.seal(approved(version=4))
    assert (fresh.seq, fresh.device) == (1, devices.device().uid)
