"""The seal, the signatures, the receipts and the bundle: whatever is changed on the way is noticed."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseworker import canonical
from caseworker.crypto import pairing, sealing, signing
from caseworker.sync import wire
from caseworker.sync.wire import Bundle, EnrolRequest, NotOurs, Receipt
from tests.hub.parts import TABLES, Laptop, payload

HUB_PRIVATE, HUB_PUBLIC = sealing.new_receive_key()
KID = signing.fingerprint(HUB_PUBLIC).hex()
RECEIPT_PRIVATE, RECEIPT_PUBLIC = signing.new_sign_key()
ROOT_PRIVATE, ROOT_PUBLIC = signing.new_sign_key()
LAPTOP = Laptop()


class Keys:
    seal_public, kid = HUB_PUBLIC, KID


MANY = [msgspec.structs.replace(TABLES[0], id=f"T{n}") for n in range(120)]
SEALED = LAPTOP.seal(Keys).wire_bytes


def opened(
    data: bytes, key: bytes | None = LAPTOP.public, private: bytes = HUB_PRIVATE, kid: str = KID
) -> wire.Opened:
    return wire.open_wire(data, private, kid, lambda org, device: key)


def reason(call: Any, *arguments: Any) -> str:
    with pytest.raises(NotOurs) as found:
        call(*arguments)
    return found.value.reason


def test_what_was_sealed_comes_out_as_the_exact_bytes_with_both_signatures():
    data = LAPTOP.payload(KID)
    out = opened(LAPTOP.seal(Keys, data).wire_bytes)
    assert out.payload == data
    assert wire.approved_by(out.payload, out.approvals) == [LAPTOP.approver]


def test_returns_of_very_different_length_have_the_same_length_on_the_wire():
    short = LAPTOP.payload(KID, tables=MANY[:1])
    long = LAPTOP.payload(KID, tables=MANY)
    assert len(long) > 10 * len(short)
    assert len(LAPTOP.seal(Keys, short).wire_bytes) == len(LAPTOP.seal(Keys, long).wire_bytes)
    assert wire.padded_size(short) == wire.padded_size(long) == wire.PAD


def test_the_largest_return_fits_the_wire():
    filler = LAPTOP.payload(KID)
    # The cap on bytes binds before the cap on cells; the outer form stays below its own cap.
    data = filler + b" " * (wire.MOST_BYTES - len(filler))
    sealed = LAPTOP.seal(Keys, data)
    assert len(sealed.wire_bytes) <= wire.WIRE_MOST
    assert opened(sealed.wire_bytes).payload == data


@pytest.mark.parametrize("field", ["device", "seq", "org", "kid", "v", "suite"])
def test_no_field_of_the_outer_header_can_be_changed(field: str):
    letter = json.loads(SEALED)
    other = {"device": "e" * 32, "seq": 2, "org": "KENT", "kid": "f" * 64, "v": 2, "suite": 2}[field]
    assert reason(opened, canonical.dump({**letter, field: other})) in ("recipient", "format")


def test_a_return_for_another_hub_or_from_an_unknown_or_other_laptop_is_refused():
    assert reason(opened, SEALED, None) == "sender"
    assert reason(opened, SEALED, Laptop().public) == "sender"
    other, public = sealing.new_receive_key()
    assert reason(opened, SEALED, LAPTOP.public, other) == "recipient"
    assert reason(opened, SEALED, LAPTOP.public, HUB_PRIVATE, "0" * 64) == "recipient"
    assert reason(opened, SEALED, LAPTOP.public, other, signing.fingerprint(public).hex()) == "recipient"


def test_every_flipped_byte_of_a_sealed_return_is_noticed():
    chosen = random.Random(7)
    places = [
        *range(400),
        *chosen.sample(range(400, len(SEALED)), 600),
        *range(len(SEALED) - 20, len(SEALED)),
    ]
    for place in places:
        flipped = bytearray(SEALED)
        flipped[place] ^= chosen.randrange(1, 256)
        assert reason(opened, bytes(flipped)) in ("format", "recipient", "sender")


def test_every_cut_and_every_appended_byte_is_noticed():
    for length in [*range(0, 300), *range(300, len(SEALED), 997), len(SEALED) - 1]:
        assert reason(opened, SEALED[:length]) == "format"
    assert reason(opened, SEALED + b" ") == "format"
    assert reason(opened, b"x" * (wire.WIRE_MOST + 1)) == "format"


def test_the_laptop_signs_the_exact_bytes_with_their_type_and_length():
    data = payload()
    assert wire.to_be_signed(data).startswith(
        b"DSSEv1 38 application/vnd.caseworker.return+json %d {" % len(data)
    )
    assert wire.to_be_signed(data) != wire.to_be_signed(data + b" ")


def test_a_signature_made_for_another_purpose_or_other_bytes_is_no_approval():
    data = LAPTOP.payload(KID)
    good = wire.approve(data, LAPTOP.sign_as_approver, LAPTOP.approver)
    assert wire.approved_by(data, [good, good]) == [LAPTOP.approver]
    assert reason(wire.approved_by, data + b" ", [good]) == "approval"
    as_device = wire.Approval(good.signer, LAPTOP.sign_as_approver("return", wire.to_be_signed(data)).hex())
    assert reason(wire.approved_by, data, [as_device]) == "approval"
    assert reason(wire.approved_by, data, [good, wire.Approval("0" * 64, good.sig)]) == "approval"


def padded(inside: bytes) -> bytes:
    """A letter whose seal is right and whose inside is not as it should be."""
    header = wire.Header(v=1, suite=1, kid=KID, org="ESSEX", device=LAPTOP.uid, seq=1)
    sealed = sealing.seal(HUB_PUBLIC, inside, wire._info(header), 1)
    fields = msgspec.structs.asdict(header)
    return canonical.dump({**fields, "ct": base64.b64encode(sealed).decode()})


@pytest.mark.parametrize(
    "inside",
    [
        b"",
        b"\0" * 10,
        b"\0" * wire.PAD,
        (2**32 - 1).to_bytes(4, "big") + bytes(wire.PAD - 4),
        wire._pad(b"{}"),
        wire._pad(b"{}") + bytes(wire.PAD),
        wire._pad(b"{}")[:-1] + b"\1",
        wire._pad(canonical.dump({"payload": "e30=", "sig": "0" * 128, "approvals": [], "more": 1})),
        wire._pad(canonical.dump({"payload": "e30", "sig": "0" * 128, "approvals": []})),
        wire._pad(canonical.dump({"payload": "e31=", "sig": "0" * 128, "approvals": []})),
    ],
)
def test_a_wrong_inside_under_a_right_seal_is_refused(inside: bytes):
    assert reason(opened, padded(inside)) in ("format", "sender")


def test_padding_has_one_spelling_even_round_a_rightly_signed_return():
    data = LAPTOP.payload(KID)
    right = canonical.dump(
        {
            "payload": base64.b64encode(data).decode(),
            "sig": LAPTOP.sign("return", wire.to_be_signed(data)).hex(),
            "approvals": [],
        }
    )
    good = wire._pad(right)
    assert opened(padded(good)).payload == data
    assert reason(opened, padded(good + bytes(wire.PAD))) == "format"
    assert reason(opened, padded(good[:-1] + b"\1")) == "format"
    assert reason(opened, padded(good[: 4 + len(right)])) == "format"
    assert reason(opened, padded(bytes(4) + right + bytes(wire.PAD - 4 - len(right)))) == "format"
    long = canonical.dump(
        {
            "payload": base64.b64encode(bytes(wire.MOST_BYTES + 1)).decode(),
            "sig": LAPTOP.sign("return", wire.to_be_signed(bytes(wire.MOST_BYTES + 1))).hex(),
            "approvals": [],
        }
    )
    assert reason(opened, padded(wire._pad(long))) == "format"


# --- receipts ---------------------------------------------------------------------------------------------------


def a_receipt(**changes: Any) -> Receipt:
    fields: dict[str, Any] = {
        "v": 1, "kind": "return", "org": "ESSEX", "device": "d" * 32, "seq": 1, "wire_sha256": "1" * 64,
        "status": "received", "reason": "", "server_time": 1_790_000_000, "next_seq": 2, "ledger_seq": 1,
        "ledger_head": "2" * 64,
    }  # fmt: skip
    return Receipt(**{**fields, **changes})


def signed_receipt(receipt: Any, purpose: str = "receipt", private: bytes = RECEIPT_PRIVATE) -> bytes:
    return wire.make_receipt(receipt, lambda _, data: signing.sign(private, purpose, data))


def test_a_receipt_is_read_only_under_the_pinned_key_and_its_own_purpose():
    data = signed_receipt(a_receipt())
    assert wire.read_receipt(data, RECEIPT_PUBLIC) == a_receipt()
    assert reason(wire.read_receipt, data, ROOT_PUBLIC) == "signature"
    assert reason(wire.read_receipt, signed_receipt(a_receipt(), "return"), RECEIPT_PUBLIC) == "signature"
    assert (
        reason(wire.read_receipt, signed_receipt(a_receipt(), private=ROOT_PRIVATE), RECEIPT_PUBLIC)
        == "signature"
    )


def test_every_flipped_byte_of_a_receipt_is_noticed():
    data = signed_receipt(a_receipt())
    for place in range(len(data)):
        for bit in (1, 32, 128):
            flipped = bytearray(data)
            flipped[place] ^= bit
            assert reason(wire.read_receipt, bytes(flipped), RECEIPT_PUBLIC) in ("format", "signature")


def test_a_confirmation_of_joining_is_not_a_receipt_for_a_return():
    confirmation = wire.EnrolmentReceipt(
        v=1, kind="enrolment", org="ESSEX", agency="A07", device="d" * 32, device_key="1" * 64, bundle="2" * 64,
        server_time=1, next_seq=1, ledger_seq=1, ledger_head="3" * 64,
    )  # fmt: skip
    data = signed_receipt(confirmation)
    assert wire.read_enrolment_receipt(data, RECEIPT_PUBLIC) == confirmation
    assert reason(wire.read_receipt, data, RECEIPT_PUBLIC) == "format"
    assert reason(wire.read_enrolment_receipt, signed_receipt(a_receipt()), RECEIPT_PUBLIC) == "format"


@pytest.mark.parametrize("status", ["accepted", "", "RECEIVED", None, 1])
def test_a_signed_receipt_with_an_unknown_status_is_refused(status: Any):
    assert reason(wire.read_receipt, signed_receipt(a_receipt(status=status)), RECEIPT_PUBLIC) == "format"


# --- bundle and joining -----------------------------------------------------------------------------------------

CODE_TEXT = pairing.new_pairing_code()
CODE = pairing.read_pairing_code(CODE_TEXT)


def a_bundle(**changes: Any) -> Bundle:
    fields: dict[str, Any] = {
        "format": "case-bundle", "v": 1, "org": "ESSEX", "org_name": "The commissioner", "agency": "A07",
        "agency_name": "Elder abuse hotline", "hub": "https://hub.example", "kid": KID,
        "seal_key": HUB_PUBLIC.hex(), "receipt_key": RECEIPT_PUBLIC.hex(), "root_key": ROOT_PUBLIC.hex(), "policy": 1,
        "plan": "sha256:" + "5" * 64, "letter": "6" * 32, "ends": 1_790_000_000,
    }  # fmt: skip
    return Bundle(**{**fields, **changes})


def bundle_file(bundle: Bundle, code: bytes = CODE, private: bytes = ROOT_PRIVATE) -> bytes:
    return wire.make_bundle(bundle, code, lambda purpose, data: signing.sign(private, purpose, data))


def test_a_bundle_opens_with_its_code_and_gives_its_hash():
    bundle, digest = wire.open_bundle(bundle_file(a_bundle()), CODE)
    assert bundle == a_bundle()
    assert len(digest) == 32


def test_a_bundle_with_another_code_or_root_key_or_key_name_is_refused():
    other = pairing.read_pairing_code(pairing.new_pairing_code())
    assert reason(wire.open_bundle, bundle_file(a_bundle()), other) == "code"
    assert reason(wire.open_bundle, bundle_file(a_bundle(), private=RECEIPT_PRIVATE), CODE) == "signature"
    assert reason(wire.open_bundle, bundle_file(a_bundle(kid="0" * 64)), CODE) == "format"


@pytest.mark.parametrize(
    "changes",
    [
        {"hub": "http://hub.example"},
        {"hub": "https://hub.example/path"},
        {"hub": "https://user@hub.example"},
        {"hub": "ftp://127.0.0.1"},
        {"hub": "http://127.0.0.1.evil.example"},
        {"hub": "https://hub.example\n"},
        {"org_name": ""},
        {"org_name": " x"},
        {"org_name": "x\u202ey"},
        {"agency_name": "x" * 81},
        {"agency_name": "two\nlines"},
        {"agency": "a07"},
        {"policy": 0},
        {"v": 2},
    ],
)
def test_a_bundle_with_an_address_or_name_that_could_mislead_is_refused(changes: dict[str, Any]):
    assert reason(wire.open_bundle, bundle_file(a_bundle(**changes)), CODE) == "format"


@pytest.mark.parametrize(
    "hub", ["http://127.0.0.1:8443", "http://localhost", "http://[::1]:9", "https://a.example:1"]
)
def test_secure_addresses_and_this_machine_are_taken(hub: str):
    assert wire.open_bundle(bundle_file(a_bundle(hub=hub)), CODE)[0].hub == hub


def test_every_flipped_byte_of_a_bundle_is_noticed():
    data = bundle_file(a_bundle())
    for place in range(len(data)):
        flipped = bytearray(data)
        flipped[place] ^= 1
        assert reason(wire.open_bundle, bytes(flipped), CODE) in ("format", "code", "signature")


def test_the_number_to_read_out_has_20_digits_and_follows_the_hash():
    assert wire.read_out(bytes(31) + b"\x07") == "0000 0000 0000 0000 0007"
    assert len(wire.read_out(b"\xff" * 32)) == 24
    assert wire.read_out(b"\xff" * 32) != wire.read_out(b"\xff" * 31 + b"\xfe")


def test_a_request_to_join_proves_both_the_code_and_the_key():
    request = EnrolRequest(
        v=1, bundle="1" * 64, device=LAPTOP.uid, device_key=LAPTOP.public.hex(), approvers=("2" * 64,)
    )
    asked = wire.read_ask(wire.ask(request, CODE, LAPTOP.sign))
    assert asked.request == request
    assert asked.knows_code(CODE)
    assert not asked.knows_code(pairing.read_pairing_code(pairing.new_pairing_code()))
    assert reason(wire.read_ask, wire.ask(request, CODE, Laptop().sign)) == "signature"


# --- fuzz -------------------------------------------------------------------------------------------------------

READERS = [
    (lambda data: wire.read_letter(data), SEALED[:600] + SEALED[-20:]),
    (lambda data: opened(data), SEALED[:600]),
    (lambda data: wire.read_receipt(data, RECEIPT_PUBLIC), signed_receipt(a_receipt())),
    (lambda data: wire.read_enrolment_receipt(data, RECEIPT_PUBLIC), signed_receipt(a_receipt())),
    (lambda data: wire.open_bundle(data, CODE), bundle_file(a_bundle())),
    (lambda data: wire.read_ask(data), b'{"mac":"","proof":"","request":""}'),
    (lambda data: opened(padded(data)), b"{}"),
]


@pytest.mark.parametrize("which", range(len(READERS)))
@settings(max_examples=150, deadline=None)
@given(noise=st.binary(max_size=200), at=st.integers(0, 1200), length=st.integers(0, 50))
def test_no_bytes_make_a_reader_fail_in_any_other_way(which: int, noise: bytes, at: int, length: int):
    read, good = READERS[which]
    words: list[str] = []
    try:
        read(good[:at] + noise + good[at + length :])
    except NotOurs as found:
        words.append(found.reason)
    assert words in ([], *([word] for word in ("format", "recipient", "sender", "signature", "code")))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("which", range(len(READERS)))
@settings(max_examples=80, deadline=None)
@given(value=JSON)
def test_no_json_makes_a_reader_fail_in_any_other_way(which: int, value: Any):
    with pytest.raises(NotOurs):
        READERS[which][0](json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


def test_check_words_are_eight_words_and_never_change_their_meaning() -> None:
    """Both ends show them, perhaps years apart: a word that moved in the list would look like tampering."""
    assert (
        wire.check_words(hashlib.sha256(b"a").hexdigest())
        == "sixty creator clumsy away entire drastic batch quotient"
    )
    others = {wire.check_words(hashlib.sha256(bytes([n])).hexdigest()) for n in range(256)}
    assert len(others) == 256
    assert {len(words.split()) for words in others} == {8}
