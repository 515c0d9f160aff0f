"""Joining at the hub: one code, one laptop, 7 days, 5 tries; the same laptop gets the same answer again."""

from __future__ import annotations

import pytest

from caseworker.crypto import pairing, signing
from caseworker.errors import Problem
from caseworker.hub import joining, ledger
from caseworker.hub.joining import GOOD_FOR, MOST_TRIES, Letter
from caseworker.hub.tables import Agency, Approver, Device, Pairing
from caseworker.sync import wire
from tests.hub.parts import AGENCY, ORG, PLAN, Hub, Laptop


def opened(letter: Letter) -> tuple[bytes, bytes]:
    code = pairing.read_pairing_code(letter.code)
    return wire.open_bundle(letter.file, code)[1], code


def ask(hub: Hub, laptop: Laptop, letter: Letter, code: bytes | None = None) -> joining.Answer:
    digest, right = opened(letter)
    return joining.enrol(hub.desk, laptop.ask(digest, right if code is None else code))


def word(answer: joining.Answer) -> str:
    assert answer.status in (400, 403)
    return answer.body.decode().removeprefix('{"error":"').removesuffix('"}')


def test_a_laptop_with_the_code_joins_and_gets_a_signed_confirmation(hub: Hub):
    letter, laptop = hub.letter(), Laptop()
    digest, _ = opened(letter)
    receipt = wire.read_enrolment_receipt(ask(hub, laptop, letter).body, hub.keys.receipt_public)
    assert (receipt.device, receipt.device_key, receipt.bundle) == (
        laptop.uid,
        laptop.public.hex(),
        digest.hex(),
    )
    assert (receipt.agency, receipt.next_seq) == (AGENCY, 1)
    assert Device.get().key == laptop.public.hex()
    assert Approver.get().key == laptop.approver.hex()
    assert [line.kind for line in ledger.newest(3)] == ["joined", "letter", "agency"]


def test_the_code_is_forgotten_once_used(hub: Hub):
    letter = hub.letter()
    assert Pairing.get().code is not None
    ask(hub, Laptop(), letter)
    assert Pairing.get().code is None


def test_the_same_laptop_gets_the_same_confirmation_and_another_gets_none(hub: Hub):
    letter, laptop = hub.letter(), Laptop()
    first = ask(hub, laptop, letter)
    assert ask(hub, laptop, letter) == first
    assert word(ask(hub, Laptop(), letter)) == "used"
    impostor = Laptop(uid=laptop.uid)
    assert word(ask(hub, impostor, letter)) == "used"
    assert Device.select().count() == 1


def test_five_wrong_codes_block_the_letter_even_for_the_right_one(hub: Hub):
    letter, laptop = hub.letter(), Laptop()
    for _ in range(MOST_TRIES):
        wrong = pairing.read_pairing_code(pairing.new_pairing_code())
        assert word(ask(hub, laptop, letter, wrong)) == "code"
    assert word(ask(hub, laptop, letter)) == "tries"
    assert Pairing.get().code is None
    assert Device.select().count() == 0
    assert ledger.newest(1)[0].kind == "blocked"


def test_a_letter_is_good_for_7_days(hub: Hub):
    letter, laptop = hub.letter(), Laptop()
    hub.clock.now += GOOD_FOR + 1
    assert word(ask(hub, laptop, letter)) == "expired"
    hub.clock.now -= GOOD_FOR
    assert word(ask(hub, laptop, letter)) == "expired"  # its code is gone
    assert ask(hub, laptop, hub.letter()).status == 200


def test_a_file_the_hub_never_made_is_unknown_and_noise_is_no_letter(hub: Hub):
    letter = hub.letter()
    _, code = opened(letter)
    assert word(joining.enrol(hub.desk, Laptop().ask(bytes(32), code))) == "unknown"
    for noise in (b"", b"{}", b"\0" * 100, letter.file):
        assert word(joining.enrol(hub.desk, noise)) == "format"
    assert Pairing.get().tries == 0


def test_a_key_without_its_private_half_cannot_be_enrolled(hub: Hub):
    letter, laptop = hub.letter(), Laptop()
    digest, code = opened(letter)
    laptop.public = signing.new_sign_key()[1]
    assert word(joining.enrol(hub.desk, laptop.ask(digest, code))) == "format"
    assert Device.select().count() == 0


def test_two_laptops_of_one_agency_have_a_letter_each(hub: Hub):
    for _ in range(2):
        hub.join(Laptop())
    assert Agency.select().count() == 1
    assert Device.select().count() == Approver.select().count() == 2


def test_a_laptop_cannot_move_to_another_agency_or_take_anothers_number(hub: Hub):
    laptop = Laptop()
    hub.join(laptop)
    letter = hub.letter(agency="A08")
    assert word(ask(hub, laptop, letter)) == "used"
    assert word(ask(hub, Laptop(uid=laptop.uid), hub.letter())) == "used"


@pytest.mark.parametrize(
    "changes",
    [
        {"agency": "a07"},
        {"agency_name": ""},
        {"agency_name": "x" * 81},
        {"address": "http://hub.example"},
        {"org": "e"},
    ],
)
def test_a_letter_that_no_laptop_would_take_is_not_made(hub: Hub, changes: dict[str, str]):
    fields = {"org": ORG, "org_name": "The commissioner", "agency": AGENCY, "agency_name": "Hotline",
              "address": "https://hub.example", "plan": PLAN.name}  # fmt: skip
    with pytest.raises(Problem) as problem:
        joining.pair(hub.keys, **{**fields, **changes}, now=hub.clock())
    assert problem.value.code == "E-HUB-PAIR"
    assert Pairing.select().count() == Agency.select().count() == 0
