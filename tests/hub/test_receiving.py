"""Receiving: whatever is wrong is refused with its word, whatever comes again gets the same receipt."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import peewee
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseworker.crypto import sealing, signing
from caseworker.hub import ledger, tables
from caseworker.hub.receiving import receive
from caseworker.hub.tables import Arrival, Clash, Device
from caseworker.sync import summary, wire
from caseworker.sync.summary import Table
from tests.hub.parts import PLAN, TABLES, Hub, Laptop


@pytest.fixture
def laptop(hub: Hub) -> Laptop:
    joined = Laptop()
    hub.join(joined)
    return joined


def send(hub: Hub, laptop: Laptop, **changes: Any) -> wire.Receipt:
    """Seal and send a return that differs in ``changes``; the verified receipt."""
    data = laptop.payload(hub.keys.kid, **changes)
    answer = receive(hub.desk, laptop.seal(hub.keys, data).wire_bytes)
    assert answer.status == 200, answer
    return hub.receipt(answer.body)


def accept(hub: Hub, laptop: Laptop, **changes: Any) -> bytes:
    data = laptop.payload(hub.keys.kid, **changes)
    receipt = hub.receipt(receive(hub.desk, laptop.seal(hub.keys, data).wire_bytes).body)
    assert (receipt.status, receipt.reason) == ("received", "")
    laptop.move_on(data)
    return data


def test_a_good_return_is_received_kept_whole_and_answered_with_a_signed_receipt(hub: Hub, laptop: Laptop):
    data = laptop.payload(hub.keys.kid)
    sealed = laptop.seal(hub.keys, data)
    receipt = hub.receipt(receive(hub.desk, sealed.wire_bytes).body)
    assert (receipt.status, receipt.seq, receipt.next_seq) == ("received", 1, 2)
    assert receipt.wire_sha256 == sealed.sha256
    assert (receipt.ledger_seq, receipt.ledger_head) == ledger.head()
    kept = Arrival.get()
    assert bytes(kept.payload) == data
    assert (kept.agency, kept.period, kept.version, kept.status) == ("A07", "2026-27Q1", 1, "received")
    proof = msgspec.json.decode(kept.proof)
    signing.verify(laptop.public, "return", wire.to_be_signed(data), bytes.fromhex(proof["sig"]))
    signing.verify(
        laptop.approver, "approval", wire.to_be_signed(data), bytes.fromhex(proof["approvals"][0][1])
    )


def test_the_same_bytes_again_get_the_same_receipt_and_leave_no_second_trace(hub: Hub, laptop: Laptop):
    sealed = laptop.seal(hub.keys)
    first = receive(hub.desk, sealed.wire_bytes)
    head = ledger.head()
    hub.clock.now += 5000
    for _ in range(3):
        assert receive(hub.desk, sealed.wire_bytes) == first
    assert ledger.head() == head
    assert Arrival.select().count() == 1


def test_other_bytes_under_a_used_number_are_a_conflict_and_the_first_stays(hub: Hub, laptop: Laptop):
    first = laptop.seal(hub.keys)
    receive(hub.desk, first.wire_bytes)
    other = laptop.seal(hub.keys, laptop.payload(hub.keys.kid, tables=TABLES[:1]))
    answer = receive(hub.desk, other.wire_bytes)
    receipt = hub.receipt(answer.body)
    assert (receipt.status, receipt.reason, receipt.next_seq) == ("conflict", "conflict", 2)
    assert receive(hub.desk, other.wire_bytes) == answer
    assert Clash.select().count() == 1
    assert Arrival.get().wire_sha256 == first.sha256
    assert [line.kind for line in ledger.newest(2)] == ["conflict", "received"]


def test_sealing_the_same_return_twice_is_a_conflict_too(hub: Hub, laptop: Laptop):
    data = laptop.payload(hub.keys.kid)
    receive(hub.desk, laptop.seal(hub.keys, data).wire_bytes)
    assert hub.receipt(receive(hub.desk, laptop.seal(hub.keys, data).wire_bytes).body).status == "conflict"


def test_a_gap_asks_for_what_is_missing_and_keeps_nothing(hub: Hub, laptop: Laptop):
    first = laptop.payload(hub.keys.kid)
    sealed_first = laptop.seal(hub.keys, first)
    laptop.move_on(first)
    second = laptop.seal(
        hub.keys, laptop.payload(hub.keys.kid, version=2, supersedes=summary.fingerprint(first))
    )
    receipt = hub.receipt(receive(hub.desk, second.wire_bytes).body)
    assert (receipt.status, receipt.reason, receipt.next_seq) == ("need", "gap", 1)
    assert Arrival.select().count() == 0
    assert hub.receipt(receive(hub.desk, sealed_first.wire_bytes).body).status == "received"
    assert hub.receipt(receive(hub.desk, second.wire_bytes).body).status == "received"


def test_a_new_version_names_the_one_it_supersedes(hub: Hub, laptop: Laptop):
    first = accept(hub, laptop)
    accept(hub, laptop, version=2, supersedes=summary.fingerprint(first))
    assert send(hub, laptop, version=2, supersedes=summary.fingerprint(first)).reason == "version"


def test_a_refused_return_uses_up_its_number_and_the_next_can_follow(hub: Hub, laptop: Laptop):
    data = laptop.payload(hub.keys.kid, plan="sha256:" + "0" * 64)
    sealed = laptop.seal(hub.keys, data)
    answer = receive(hub.desk, sealed.wire_bytes)
    receipt = hub.receipt(answer.body)
    assert (receipt.status, receipt.reason, receipt.next_seq) == ("refused", "plan", 2)
    assert receive(hub.desk, sealed.wire_bytes) == answer
    laptop.move_on(data)
    accept(hub, laptop)


def one(**fields: Any) -> tuple[Table, ...]:
    return (msgspec.structs.replace(TABLES[1], **fields),)


REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "another agency": ({"agency": "A08"}, "sender"),
    "another number inside": ({"seq": 7}, "sender"),
    "another laptop inside": ({"device": "e" * 32}, "sender"),
    "another commissioner inside": ({"org": "KENT"}, "sender"),
    "meant for another key": ({"to": "0" * 64}, "recipient"),
    "a broken chain": ({"prev": "1" * 64}, "chain"),
    "an unknown plan": ({"plan": "sha256:" + "1" * 64}, "plan"),
    "another base": ({"base": 10, "tables": one(cells=(30, 20, 50))}, "table"),
    "areas of another year": ({"geo": "2028-04"}, "table"),
    "a table the plan lacks": ({"tables": one(id="T4")}, "table"),
    "a measure the plan lacks": ({"tables": one(measure="names")}, "table"),
    "a breakdown the plan lacks": ({"tables": one(dim="ethnicity")}, "table"),
    "a measure not in that breakdown": ({"tables": one(measure="accepted")}, "table"),
    "a code that is no code": ({"tables": one(codes=("ACC", "AMINA"))}, "table"),
    "a merged code that is no code": ({"tables": one(codes=("ACC", "MERGED"), merged={"MERGED": ("AMINA",)})}, "table"),
    "a merged name of its own": ({"tables": one(codes=("ACC", "THEM"), merged={"THEM": ("DEC",)})}, "table"),
    "a code both alone and merged": ({"tables": one(codes=("ACC", "MERGED"), merged={"MERGED": ("ACC",)})}, "table"),
    "a total with categories": ({"tables": one(dim="total")}, "table"),
    "a month of another period": (
        {"tables": one(dim="month", codes=("2026-04", "2026-07"))}, "table"),
    "a period that has not ended": ({"period": "2026-27Q2"}, "period"),
    "a period before the plan": ({"period": "2010-11Q1"}, "period"),
    "a first version that supersedes": ({"supersedes": "sha256:" + "2" * 64}, "supersedes"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSALS)
def test_a_signed_return_that_does_not_fit_is_refused_with_its_word(hub: Hub, laptop: Laptop, what: str):
    changes, word = REFUSALS[what]
    receipt = send(hub, laptop, **changes)
    assert (receipt.status, receipt.reason) == ("refused", word)
    assert Arrival.select().where(Arrival.status == "received").count() == 0
    assert Device.get().next_seq == 2


def test_a_month_of_its_own_period_is_taken(hub: Hub, laptop: Laptop):
    accept(hub, laptop, tables=one(dim="month", codes=("2026-04", "2026-06")))


def test_bytes_that_are_no_return_or_a_newer_one_are_refused_under_a_good_signature(hub: Hub, laptop: Laptop):
    for data, word in ((b"{}", "format"), (b'{"format":"essex-return","v":"2.0"}', "newer"), (b"", "format")):
        receipt = hub.receipt(receive(hub.desk, laptop.seal(hub.keys, data).wire_bytes).body)
        assert (receipt.status, receipt.reason) == ("refused", word)
        laptop.move_on(data)


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (("good",), "received"),
        (("good", "good"), "received"),
        ((), "refused"),
        (("unknown",), "refused"),
        (("good", "unknown"), "refused"),
        (("false",), "refused"),
        (("good", "false"), "refused"),
        (("stale",), "refused"),
        (("of another agency",), "refused"),
    ],
)
def test_approval_is_needed_from_someone_enrolled_and_false_ones_spoil_it(
    hub: Hub, laptop: Laptop, who: tuple[str, ...], expected: str
):
    data = laptop.payload(hub.keys.kid)
    private, stranger = signing.new_sign_key()
    elsewhere = Laptop(agency="A08")
    hub.join(elsewhere)
    good = wire.approve(data, laptop.sign_as_approver, laptop.approver)
    unknown = wire.approve(data, lambda purpose, text: signing.sign(private, purpose, text), stranger)
    approvals = {
        "good": good,
        "unknown": unknown,
        "false": wire.Approval(laptop.approver.hex(), unknown.sig),
        "stale": wire.approve(data + b" ", laptop.sign_as_approver, laptop.approver),
        "of another agency": wire.approve(data, elsewhere.sign_as_approver, elsewhere.approver),
    }
    sealed = wire.seal(
        data, org="ESSEX", device=laptop.uid, seq=laptop.seq, sign=laptop.sign, to=hub.keys.seal_public,
        approvals=[approvals[name] for name in who],
    )  # fmt: skip
    receipt = hub.receipt(receive(hub.desk, sealed.wire_bytes).body)
    assert (receipt.status, receipt.reason) == (expected, "" if expected == "received" else "approval")


def test_where_two_must_approve_one_person_twice_is_not_enough(hub: Hub):
    first, second = Laptop(agency="A09"), Laptop(agency="A09")
    hub.join(first, approvals=2)
    hub.join(second)
    data = first.payload(hub.keys.kid)
    one_person = wire.approve(data, first.sign_as_approver, first.approver)
    other = wire.approve(data, second.sign_as_approver, second.approver)

    def answer(approvals: list[wire.Approval]) -> wire.Receipt:
        sealed = wire.seal(
            data, org="ESSEX", device=first.uid, seq=first.seq, sign=first.sign, approvals=approvals,
            to=hub.keys.seal_public,
        )  # fmt: skip
        return hub.receipt(receive(hub.desk, sealed.wire_bytes).body)

    assert answer([one_person, one_person]).reason == "approval"
    first.move_on(data)
    data = first.payload(hub.keys.kid)
    one_person = wire.approve(data, first.sign_as_approver, first.approver)
    other = wire.approve(data, second.sign_as_approver, second.approver)
    assert answer([one_person, other]).status == "received"


def test_strangers_and_damaged_bytes_get_a_plain_no_and_leave_no_trace(hub: Hub, laptop: Laptop):
    head = ledger.head()
    stranger = Laptop()
    impostor = Laptop(uid=laptop.uid)
    _, other_key = sealing.new_receive_key()

    class OtherKeys:
        seal_public, kid = other_key, signing.fingerprint(other_key).hex()

    good = laptop.seal(hub.keys).wire_bytes
    for data, status, word in (
        (b"", 400, b"format"),
        (b"GET / HTTP/1.1", 400, b"format"),
        (good[:-1], 400, b"format"),
        (good.replace(b'"seq":1', b'"seq":2'), 403, b"recipient"),
        (stranger.seal(hub.keys).wire_bytes, 403, b"sender"),
        (impostor.seal(hub.keys).wire_bytes, 403, b"sender"),
        (laptop.seal(OtherKeys).wire_bytes, 403, b"recipient"),
    ):
        answer = receive(hub.desk, data)
        assert (answer.status, answer.body) == (status, b'{"error":"%s"}' % word)
    assert ledger.head() == head
    assert Arrival.select().count() == Device.get().sent == 0
    assert Device.get().next_seq == 1


def test_a_revoked_laptop_is_turned_away(hub: Hub, laptop: Laptop):
    Device.update(revoked=True).execute()
    answer = receive(hub.desk, laptop.seal(hub.keys).wire_bytes)
    assert (answer.status, answer.body) == (403, b'{"error":"revoked"}')
    assert Arrival.select().count() == 0


def test_a_laptop_that_sends_too_much_has_to_wait_for_the_next_hour(hub: Hub, laptop: Laptop):
    hub.desk = dataclasses.replace(hub.desk, most_an_hour=3)
    before = b""
    for version in (1, 2, 3):
        supersedes = summary.fingerprint(before) if before else ""
        before = accept(hub, laptop, version=version, supersedes=supersedes)
    data = laptop.payload(hub.keys.kid, version=4, supersedes=summary.fingerprint(before))
    sealed = laptop.seal(hub.keys, data)
    assert receive(hub.desk, sealed.wire_bytes).status == 429
    hub.clock.now += 3600
    assert hub.receipt(receive(hub.desk, sealed.wire_bytes).body).status == "received"
    assert Device.get().sent == 1


@pytest.mark.parametrize("table", tables.APPEND_ONLY)
def test_the_database_itself_refuses_to_change_what_was_received(hub: Hub, laptop: Laptop, table: str):
    accept(hub, laptop)
    Clash.insert(org="E", device="d", seq=1, wire_sha256="0", receipt=b"", at=1).execute()
    for statement in (f"UPDATE {table} SET at = 1", f"DELETE FROM {table}"):
        with pytest.raises(peewee.DatabaseError, match="append-only"), tables.writing():
            tables.database.execute_sql(statement)
    assert ledger.first_broken() == 0


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("UPDATE entry SET subject = 'something else' WHERE seq = 2", 2),
        ("UPDATE entry SET hash = prev WHERE seq = 2", 2),
        ("DELETE FROM entry WHERE seq = 2", 2),
        ("DELETE FROM entry WHERE seq = 1", 1),
        ("DELETE FROM entry WHERE seq > 4", 5),
        ("UPDATE head SET hash = 'x'", 6),
    ],
)
def test_the_ledger_tells_when_a_line_was_changed_behind_the_databases_back(
    hub: Hub, laptop: Laptop, change: str, broken: int
):
    for _ in range(2):
        ledger_line(hub)
    assert (ledger.first_broken(), ledger.head()[0]) == (0, 5)
    if "sqlite" in hub.url:
        tables.database.execute_sql("DROP TRIGGER entry_no_update")
        tables.database.execute_sql("DROP TRIGGER entry_no_delete")
    else:
        tables.database.execute_sql("DROP TRIGGER entry_append_only ON entry")
    tables.database.execute_sql(change)
    assert ledger.first_broken() == broken


def ledger_line(hub: Hub) -> None:
    with tables.writing():
        ledger.append(ledger.lock(), "received", "ESSEX A07", "0" * 64, hub.clock())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=64), at=st.integers(0, 60_000), length=st.integers(0, 40))
def test_no_bytes_at_all_make_the_hub_fail_or_write(hub: Hub, noise: bytes, at: int, length: int):
    good = GOOD.seal(hub.keys).wire_bytes
    answer = receive(hub.desk, good[:at] + noise + good[at + length :])
    assert answer.status in (400, 403)
    assert ledger.head()[0] == 0


GOOD = Laptop()


def test_the_plan_of_these_tests_is_the_one_that_ships():
    assert summary.read(Laptop().payload("0" * 64)).plan == PLAN.name
