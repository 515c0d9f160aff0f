"""The header: one spelling, every bit guarded, nothing run that it should not ask for."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseworker import canonical
from caseworker.crypto import header as hdr
from caseworker.crypto import keys, sealing, signing
from caseworker.crypto.header import Header, PersonKeys, Slot
from caseworker.crypto.keys import KdfCost

CHEAP = KdfCost(64, 1, 1)
VMK = bytearray(range(32))
CODE = bytes(range(19))


def person() -> PersonKeys:
    return PersonKeys(bytearray(b"s" * 32), bytearray(b"r" * 32))


def make(generation: int = 1) -> Header:
    vault = str(uuid.UUID(int=7))
    return Header(
        vault,
        generation,
        1,
        "vault-0001.db",
        (
            hdr.pass_slot(vault, 1, "right", CHEAP, VMK, person()),
            hdr.recovery_slot(vault, 1, CODE, VMK, person()),
        ),
    )


HEADER = make()
BYTES = hdr.write(HEADER, VMK)


def resum(data: bytes) -> bytes:
    """What someone without the key can do: make the check sum fit again."""
    return data[:-32] + hashlib.sha256(data[:-32]).digest()


def rewrite(change: Any) -> bytes:
    """The header with ``change`` made to its body, length and check sum right, MAC as it was."""
    size = int.from_bytes(BYTES[8:12], "big")
    body = json.loads(BYTES[12 : 12 + size])
    change(body)
    text = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
    front = hdr.MAGIC + len(text).to_bytes(4, "big") + text + BYTES[-64:-32]
    return front + hashlib.sha256(front).digest()


def test_it_reads_back_as_written() -> None:
    read = hdr.read(BYTES)
    assert read == HEADER
    hdr.check_mac(BYTES, read, VMK)
    assert len(BYTES) < 2000


def test_passphrase_and_recovery_code_open_the_same_keys() -> None:
    for slot, secret in zip(HEADER.slots, ("right", CODE), strict=True):
        vmk, mine = hdr.open_slot(HEADER, slot, secret)
        assert (vmk, mine.sign, mine.receive) == (VMK, b"s" * 32, b"r" * 32)


def test_nothing_else_does() -> None:
    by_pass, by_code = HEADER.slots
    for slot, secret in [
        (by_pass, "wrong"),
        (by_pass, CODE),
        (by_code, "right"),
        (by_code, bytes(19)),
        (by_pass, ""),
    ]:
        with pytest.raises(keys.WrongKey):
            hdr.open_slot(HEADER, slot, secret)


def test_a_slot_of_another_vault_does_not_open_here() -> None:
    with pytest.raises(keys.WrongKey):
        hdr.open_slot(replace(HEADER, vault=str(uuid.UUID(int=8))), HEADER.slots[0], "right")


@pytest.mark.parametrize("name", ["id", "nonce", "nonce_p", "wrapped", "commit", "person_wrap"])
def test_every_field_of_a_slot_is_bound(name: str) -> None:
    fields = dict(HEADER.slots[0].fields)
    fields[name] = ("0" if fields[name][0] != "0" else "1") + fields[name][1:]
    with pytest.raises(keys.WrongKey):
        hdr.open_slot(HEADER, Slot(fields), "right")


def test_epoch_and_cost_of_a_slot_are_bound() -> None:
    fields = dict(HEADER.slots[0].fields)
    with pytest.raises(keys.WrongKey):
        hdr.open_slot(HEADER, Slot(fields | {"epoch": 2}), "right")
    with pytest.raises(keys.WrongKey):
        hdr.open_slot(HEADER, Slot(fields | {"kdf": dict(fields["kdf"]) | {"m_kib": 72}}), "right")


def test_a_colleague_can_renew_the_vaults_key_without_touching_commit_or_person_keys() -> None:
    """Commitment and person keys are bound to (vault, id, kdf) alone: they survive a new epoch as they are."""
    fields = dict(HEADER.slots[0].fields)
    okm = keys.from_passphrase("right", bytes.fromhex(fields["kdf"]["salt"]), CHEAP)
    lasting = canonical.dump(
        {"ctx": "case/v1/slot", "vault": HEADER.vault, "id": fields["id"], "kdf": fields["kdf"]}
    )
    commit = keys.mac(keys.expand(okm, b"case/v1/slot-commit"), lasting)
    assert commit.hex() == fields["commit"]
    kek = keys.expand(okm, b"case/v1/person-kek")
    both = keys.unwrap(kek, bytes.fromhex(fields["nonce_p"]), bytes.fromhex(fields["person_wrap"]), lasting)
    assert both == b"s" * 32 + b"r" * 32


# --- damage and tampering -----------------------------------------------------------------------------------


def test_every_flipped_bit_is_damage_before_anything_is_asked() -> None:
    for bit in range(len(BYTES) * 8):
        changed = bytearray(BYTES)
        changed[bit // 8] ^= 1 << (bit % 8)
        with pytest.raises(hdr.Damaged):
            hdr.read(bytes(changed))


def test_every_truncation_and_any_appendix_is_damage() -> None:
    for size in range(len(BYTES)):
        with pytest.raises(hdr.Damaged):
            hdr.read(BYTES[:size])
    with pytest.raises(hdr.Damaged):
        hdr.read(BYTES + b"\0")


def test_every_flipped_bit_with_a_repaired_check_sum_is_still_caught() -> None:
    """By the bounds, by the slot (a wrong passphrase to whoever types it) or by the MAC; never by nothing."""
    outcomes = {"damaged": 0, "unsupported": 0, "slot": 0, "mac": 0}
    for bit in range((len(BYTES) - 32) * 8):
        changed = bytearray(BYTES)
        changed[bit // 8] ^= 1 << (bit % 8)
        data = resum(bytes(changed))
        try:
            read = hdr.read(data)
        except hdr.Damaged:
            outcomes["damaged"] += 1
            continue
        except hdr.Unsupported:
            outcomes["unsupported"] += 1
            continue
        # Reading alone may accept it; the MAC, made with a key nobody outside has, must not.
        with pytest.raises(hdr.Tampered):
            hdr.check_mac(data, read, VMK)
        outcomes["mac"] += 1
        if bit % 16 == 0 and (slot := read.slots[0]).cost is not None and slot.cost.m_kib <= 1024:
            try:
                hdr.open_slot(read, slot, "right")
            except keys.WrongKey:
                outcomes["slot"] += 1
    assert min(outcomes.values()) > 0, outcomes


def test_dropping_or_adding_a_slot_is_tampering() -> None:
    for change in (lambda body: body["slots"].pop(), lambda body: body.update(generation=2)):
        data = rewrite(change)
        with pytest.raises(hdr.Tampered):
            hdr.check_mac(data, hdr.read(data), VMK)


@pytest.mark.parametrize(
    "change",
    [
        {"m_kib": 64 * 1024 * 1024},
        {"t": 1000},
        {"p": 64},
        {"m_kib": 1},
        {"t": 0},
        {"alg": "argon2i"},
        {"v": 16},
        {"m_kib": "64"},
        {"m_kib": True},
        {"extra": 1},
        {"salt": "00"},
    ],
)
def test_a_hostile_cost_is_refused_before_it_is_run(change: dict[str, Any]) -> None:
    with pytest.raises(hdr.Unsupported):
        hdr.read(rewrite(lambda body: body["slots"][0]["kdf"].update(change)))


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"extra": 1},
        {"db": "../other.db"},
        {"db": "vault-0001.db/x"},
        {"vault": "x"},
        {"slots": []},
        {"slots": {}},
        {"generation": 0},
        {"generation": "1"},
        {"epoch": -1},
        {"min_app": None},
    ],
)
def test_what_this_version_does_not_know_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(hdr.Unsupported):
        hdr.read(rewrite(lambda body: body.update(change)))


def test_a_newer_vault_says_so() -> None:
    with pytest.raises(hdr.Newer):
        hdr.read(rewrite(lambda body: body.update(min_app=hdr.APP + 1)))


def test_only_truly_unknown_slot_types_are_refused() -> None:
    escrow = {"id": "0" * 32, "type": "escrow", "epoch": 1, "suite": 1, "to": "0" * 64, "sealed": "00" * 80}
    read = hdr.read(rewrite(lambda body: body["slots"].append(escrow)))
    assert [slot.type for slot in read.slots] == ["pass", "recovery", "escrow"]
    with pytest.raises(keys.WrongKey):
        hdr.open_slot(read, read.slots[2], "anything")
    with pytest.raises(hdr.Unsupported):
        hdr.read(rewrite(lambda body: body["slots"].append(escrow | {"type": "dongle"})))
    with pytest.raises(hdr.Unsupported):
        hdr.read(rewrite(lambda body: body["slots"].append(escrow | {"suite": 9})))
    with pytest.raises(hdr.Unsupported):
        hdr.read(rewrite(lambda body: body["slots"].append(escrow | {"sealed": "00" * 5000})))


def test_the_same_slot_twice_or_too_many_are_refused() -> None:
    for times in (1, 20):
        with pytest.raises(hdr.Unsupported):
            hdr.read(rewrite(lambda body, times=times: body["slots"].extend([body["slots"][0]] * times)))


@pytest.mark.parametrize(
    "spelling",
    [
        lambda text: text.replace(b'"epoch":1', b'"epoch":1.0', 1),
        lambda text: text.replace(b'"epoch":1', b'"epoch":NaN', 1),
        lambda text: text.replace(b'"epoch":1', b'"epoch":1,"epoch":1', 1),
        lambda text: text.replace(b":", b": ", 1),
        lambda text: text.replace(b'"pass"', b'"\\u0070ass"', 1),
        lambda text: b"[" * 2000 + b"]" * 2000,
        lambda text: text.replace(b'"epoch":1', b'"epoch":' + b"9" * 5000, 1),
    ],
)
def test_there_is_one_spelling(spelling: Any) -> None:
    size = int.from_bytes(BYTES[8:12], "big")
    text = spelling(BYTES[12 : 12 + size])
    front = hdr.MAGIC + len(text).to_bytes(4, "big") + text + BYTES[-64:-32]
    with pytest.raises(hdr.Damaged):
        hdr.read(front + hashlib.sha256(front).digest())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
PLACES = ["format", "vault", "generation", "epoch", "min_app", "db", "slots"]
INSIDE = ["id", "type", "epoch", "kdf", "nonce", "nonce_p", "wrapped", "commit", "person_wrap", "members"]


@settings(max_examples=150, deadline=None)
@given(place=st.sampled_from(PLACES + INSIDE), value=JSON)
def test_any_value_in_any_place_is_read_or_refused_never_a_bug(place: str, value: Any) -> None:
    def change(body: dict[str, Any]) -> None:
        (body if place in PLACES else body["slots"][0])[place] = value

    try:
        read = hdr.read(rewrite(change))
    except (hdr.Damaged, hdr.Unsupported):
        return
    assert all(slot.cost is None or slot.cost.in_bounds() for slot in read.slots)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_damage(data: bytes) -> None:
    for whole in (data, hdr.MAGIC + data, resum(hdr.MAGIC + len(data).to_bytes(4, "big") + data + bytes(64))):
        with pytest.raises((hdr.Damaged, hdr.Unsupported)):
            hdr.read(whole)


def test_no_secret_is_in_its_representation_or_bytes() -> None:
    assert "115" not in repr(person())
    for secret in (bytes(VMK), b"s" * 32, b"r" * 32, b"right"):
        assert secret not in BYTES
        assert secret.hex().encode() not in BYTES


def test_two_slots_of_the_same_passphrase_have_nothing_in_common() -> None:
    first, second = make().slots[0].fields, make().slots[0].fields
    for name in ("id", "nonce", "nonce_p", "wrapped", "commit", "person_wrap"):
        assert first[name] != second[name]


# --- several people -----------------------------------------------------------------------------------------


def somebody() -> tuple[PersonKeys, bytes, bytes]:
    """Private keys, and the public halves of both."""
    sign, sign_public = signing.new_sign_key()
    receive, receive_public = sealing.new_receive_key()
    return PersonKeys(bytearray(sign), bytearray(receive)), sign_public, receive_public


ANNA, ANNA_SIGN, ANNA_RECEIVE = somebody()
BOLA, BOLA_SIGN, _ = somebody()
NEW_VMK = bytes(range(100, 132))


def enveloped() -> Header:
    """Anna's two slots, who saw Bola, in envelopes that Bola sealed for the second key of the vault."""
    vault = HEADER.vault
    slots = (
        hdr.pass_slot(vault, 1, "right", CHEAP, VMK, ANNA),
        hdr.recovery_slot(vault, 1, CODE, VMK, ANNA),
    )
    seen = [hdr.with_members(vault, slot, ANNA, [BOLA_SIGN]) for slot in slots]
    made = tuple(hdr.in_envelope(vault, 2, slot, ANNA_RECEIVE, NEW_VMK, BOLA) for slot in seen)
    return replace(HEADER, epoch=2, db="vault-0002.db").next(made)


def test_an_envelope_opens_with_the_old_secrets_and_gives_the_new_key() -> None:
    header = enveloped()
    data = hdr.write(header, NEW_VMK)
    read = hdr.read(data)
    assert read == header
    assert read.min_app == 2
    assert [slot.opened_by for slot in read.slots] == ["pass", "recovery"]
    assert read.slots[0].cost == CHEAP
    assert read.slots[1].cost is None
    for slot, secret in zip(read.slots, ("right", CODE), strict=True):
        vmk, mine = hdr.open_slot(read, slot, secret)
        assert vmk == NEW_VMK
        assert mine.sign == ANNA.sign
        with pytest.raises(keys.WrongKey):
            hdr.open_slot(read, slot, "wrong" if slot.opened_by == "pass" else bytes(19))


def test_what_belongs_to_the_person_stays_byte_for_byte_in_an_envelope() -> None:
    before = hdr.with_members(HEADER.vault, HEADER.slots[0], person(), [BOLA_SIGN])
    after = hdr.in_envelope(HEADER.vault, 2, before, ANNA_RECEIVE, NEW_VMK, BOLA)
    for name in ("id", "kdf", "nonce_p", "commit", "person_wrap", "members"):
        assert after.fields[name] == before.fields[name]
    assert "wrapped" not in after.fields


@pytest.mark.parametrize("who", ["stranger", "nobody listed", "herself"])
def test_only_a_signer_she_saw_or_she_herself_counts(who: str) -> None:
    vault = HEADER.vault
    slot = hdr.pass_slot(vault, 1, "right", CHEAP, VMK, ANNA)
    signer = {"stranger": somebody()[0], "nobody listed": BOLA, "herself": ANNA}[who]
    if who == "stranger":
        slot = hdr.with_members(vault, slot, ANNA, [BOLA_SIGN])
    slot = hdr.in_envelope(vault, 2, slot, ANNA_RECEIVE, NEW_VMK, signer)
    if who == "herself":
        assert hdr.open_envelope(vault, slot, ANNA) == (NEW_VMK, ANNA_SIGN)
    else:
        with pytest.raises(hdr.Tampered):
            hdr.open_envelope(vault, slot, ANNA)


def test_every_flipped_byte_of_a_list_or_an_envelope_is_tampering() -> None:
    slot = enveloped().slots[0]
    for name in ("members", "sealed"):
        data = bytearray.fromhex(slot.fields[name])
        for at in range(len(data)):
            flipped = bytearray(data)
            flipped[at] ^= 0x40
            with pytest.raises(hdr.Tampered):
                hdr.open_envelope(HEADER.vault, Slot({**slot.fields, name: flipped.hex()}), ANNA)


def test_a_list_of_another_slot_vault_or_person_is_tampering() -> None:
    first, second = enveloped().slots
    swapped = Slot({**first.fields, "members": second.fields["members"]})
    for vault, slot, whose in (
        (HEADER.vault, swapped, ANNA),
        (str(uuid.UUID(int=8)), first, ANNA),
        (HEADER.vault, first, BOLA),
    ):
        with pytest.raises(hdr.Tampered):
            hdr.members(vault, slot, whose)
    assert hdr.members(HEADER.vault, first, ANNA) == {BOLA_SIGN}
    assert hdr.members(HEADER.vault, HEADER.slots[0], person()) == frozenset()
    assert "members" not in hdr.with_members(HEADER.vault, first, ANNA, []).fields


def test_a_list_says_nothing_of_whose_keys_are_in_it() -> None:
    data = hdr.write(enveloped(), NEW_VMK)
    for key in (ANNA_SIGN, ANNA_RECEIVE, BOLA_SIGN):
        assert key not in data
        assert key.hex().encode() not in data


@pytest.mark.parametrize(
    "value", ["", "00", "00" * 28, "00" * 59, "00" * (28 + 32 * 16), "zz" * 60, 7, None, ["00" * 60]]
)
def test_a_list_out_of_bounds_is_refused(value: Any) -> None:
    with pytest.raises(hdr.Unsupported):
        hdr.read(rewrite(lambda body: body["slots"][0].update(members=value)))


def test_an_escrow_slot_has_no_list_and_an_envelope_no_other_cost() -> None:
    escrow = {"id": "0" * 32, "type": "escrow", "epoch": 1, "suite": 1, "to": "0" * 64, "sealed": "00" * 80}
    with pytest.raises(hdr.Unsupported):
        hdr.read(rewrite(lambda body: body["slots"].append(escrow | {"members": "00" * 60})))
    wrong = dict(enveloped().slots[0].fields)
    for kdf in ({"alg": "hkdf-sha256"}, {**wrong["kdf"], "m_kib": 64 * 1024 * 1024}, {"alg": "argon2id"}, 7):
        with pytest.raises(hdr.Unsupported):
            hdr.read(rewrite(lambda body, kdf=kdf: body["slots"].append({**wrong, "kdf": kdf})))
