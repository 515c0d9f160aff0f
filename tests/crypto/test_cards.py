"""Contact cards: one spelling, her own signature, strict reading, and a number that two people can compare."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseworker import canonical
from caseworker.crypto import cards, sealing, signing
from caseworker.crypto.cards import Card
from caseworker.errors import Problem


def person(name: str = "Bola Adeyemi", organisation: str = "Harbour House") -> tuple[Card, bytes]:
    """Her card and its file."""
    private, public = signing.new_sign_key()
    card = Card(name, organisation, public, sealing.new_receive_key()[1])
    return card, card.file(lambda purpose, data: signing.sign(private, purpose, data))


BOLA, FILE = person()


def refused(data: bytes) -> bool:
    try:
        cards.read(data)
    except Problem as problem:
        return problem.code == "E-CARD"
    return False


def test_it_reads_back_as_written() -> None:
    assert cards.read(FILE) == BOLA
    assert len(FILE) < 1000
    assert set(json.loads(FILE)) == {"card", "name", "organisation", "sign", "receive", "sig"}


def test_a_name_of_any_language_fits() -> None:
    for name in ("Zoë Ní Bhriain", "Łucja", "王小明", "د. ليلى", "O'Brien-Hughes"):
        card, data = person(name, "")
        assert cards.read(data) == card


def test_every_flipped_bit_and_every_cut_is_refused() -> None:
    for bit in range(len(FILE) * 8):
        changed = bytearray(FILE)
        changed[bit // 8] ^= 1 << (bit % 8)
        assert refused(bytes(changed)), bit
    for size in range(len(FILE)):
        assert refused(FILE[:size])
    assert refused(FILE + b"\n")
    assert refused(b" " * 5000)


def signed_anew(**changes: Any) -> bytes:
    """A card somebody made by hand, with a right signature over what stands in it."""
    private, public = signing.new_sign_key()
    fields: dict[str, Any] = {
        "card": 1, "name": "A", "organisation": "B", "sign": public.hex(), "receive": BOLA.receive_key.hex(),
    }  # fmt: skip
    fields.update(changes)
    fields = {name: value for name, value in fields.items() if value is not None}
    body = json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
    fields["sig"] = signing.sign(private, "card", body).hex()
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


def test_made_by_hand_it_is_read_which_is_the_positive_control() -> None:
    assert cards.read(signed_anew()).name == "A"


@pytest.mark.parametrize(
    "changes",
    [
        {"card": 2}, {"card": True}, {"card": "1"}, {"name": ""}, {"name": "x" * 101}, {"name": 7}, {"name": None},
        {"name": "A\u202eB"}, {"name": "A\u0000B"}, {"name": "A\nB"}, {"name": " A"}, {"name": "A  B"},
        {"name": "A\u200bB"}, {"name": "\ud800"}, {"name": "e\u0301"}, {"organisation": "x" * 101},
        {"organisation": None}, {"extra": 1}, {"sign": "00"}, {"sign": "0" * 64}, {"receive": "0" * 64},
        {"receive": BOLA.receive_key.hex().upper()}, {"receive": "zz" * 32}, {"receive": "１" * 64},
    ],
    ids=" ".join,  # the same in every process: a key drawn anew is not
)  # fmt: skip
def test_what_a_card_may_not_be_is_refused_even_when_signed(changes: dict[str, Any]) -> None:
    assert refused(signed_anew(**changes))


def test_a_key_under_which_anything_is_signed_is_no_key() -> None:
    """The neutral point of the curve: one signature fits every message, so anybody could sign as that person."""
    fields = {
        "card": 1, "name": "A", "organisation": "B", "sign": "01" + "00" * 31, "receive": BOLA.receive_key.hex(),
        "sig": "01" + "00" * 63,
    }  # fmt: skip
    assert refused(canonical.dump(fields))


def test_the_signature_of_another_purpose_is_refused() -> None:
    private, public = signing.new_sign_key()
    card = Card("A", "B", public, BOLA.receive_key)
    with pytest.raises(Problem):
        card.file(lambda _purpose, data: signing.sign(private, "note", data))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(place=st.sampled_from(sorted(json.loads(FILE))), value=JSON)
def test_any_value_in_any_place_is_refused_never_a_bug(place: str, value: Any) -> None:
    fields = json.loads(FILE)
    if fields[place] == value and type(fields[place]) is type(value):
        return
    fields[place] = value
    assert refused(json.dumps(fields, sort_keys=True, separators=(",", ":")).encode())


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=600) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_any_bytes_are_refused_in_one_way(data: bytes) -> None:
    assert refused(data)


def test_deep_nesting_and_long_numbers_are_refused_at_once() -> None:
    assert refused(b"[" * 4000)
    assert refused(b'{"card":' + b"1" * 4000 + b"}")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=150))
def test_any_name_can_be_made_readable_and_then_stays(name: str) -> None:
    plain = cards.readable(name)
    assert cards.readable(plain) == plain
    if plain:
        card, data = person(plain)
        assert cards.read(data) == card


# --- the number ---------------------------------------------------------------------------------------------


def test_both_people_see_the_same_sixty_figures() -> None:
    other, _ = person("Chen Wei")
    number = cards.safety_number(BOLA, other)
    assert number == cards.safety_number(other, BOLA)
    groups = number.split(" ")
    assert [len(group) for group in groups] == [5] * 12
    assert number.replace(" ", "").isdigit()


def test_another_key_or_name_on_either_side_gives_another_number() -> None:
    other, _ = person("Chen Wei")
    numbers = {cards.safety_number(BOLA, other)}
    for changed in (
        Card(BOLA.name, BOLA.organisation, other.sign_key, BOLA.receive_key),
        Card(BOLA.name, BOLA.organisation, BOLA.sign_key, other.receive_key),
        Card("Bola", BOLA.organisation, BOLA.sign_key, BOLA.receive_key),
        Card(BOLA.name, "", BOLA.sign_key, BOLA.receive_key),
    ):
        numbers.add(cards.safety_number(changed, other))
    assert len(numbers) == 5


def test_the_number_never_changes_between_versions() -> None:
    one = Card("A", "X", bytes(range(32)), bytes(range(32, 64)))
    other = Card("B", "Y", bytes(range(64, 96)), bytes(range(96, 128)))
    assert cards.safety_number(one, other) == FROZEN


FROZEN = "94109 62591 30292 18466 49924 02884 22865 97219 62431 36787 32264 23973"
