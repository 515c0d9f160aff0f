"""Keys come out the same every time, differ for every purpose, and leave nothing behind."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseworker.crypto import keys, signing
from caseworker.crypto.context import ctx
from caseworker.crypto.keys import FLOOR, KdfCost

CHEAP = KdfCost(64, 1, 1)


def test_expand_agrees_with_rfc_5869() -> None:
    prk = bytes.fromhex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5")
    okm = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
    assert keys.expand(prk, bytes(range(0xF0, 0xFA))).hex() == okm


def test_signing_keys_agree_with_rfc_8032() -> None:
    private = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    assert signing.public_of(private).hex() == (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    )


def test_a_passphrase_gives_the_same_key_however_its_accents_are_typed() -> None:
    salt = bytes(16)
    composed, apart = "caf\u00e9 au lait \ufb01n", "cafe\u0301 au lait fin"
    assert keys.from_passphrase(composed, salt, CHEAP) == keys.from_passphrase(apart, salt, CHEAP)


def test_salt_cost_and_passphrase_all_count() -> None:
    base = keys.from_passphrase("one", bytes(16), CHEAP)
    assert base != keys.from_passphrase("One", bytes(16), CHEAP)
    assert base != keys.from_passphrase("one", bytes(15) + b"\1", CHEAP)
    assert base != keys.from_passphrase("one", bytes(16), KdfCost(72, 1, 1))
    assert base != keys.from_passphrase("one", bytes(16), KdfCost(64, 2, 1))


@pytest.mark.parametrize(
    "cost",
    [
        KdfCost(64 * 1024 * 1024, 3, 4),
        KdfCost(7, 1, 1),
        KdfCost(64, 11, 1),
        KdfCost(64, 0, 1),
        KdfCost(64, 1, 9),
        KdfCost(31, 1, 4),
    ],
)
def test_a_cost_out_of_bounds_is_never_run(cost: KdfCost) -> None:
    assert not cost.in_bounds()
    with pytest.raises(ValueError, match="bounds"):
        keys.from_passphrase("x", bytes(16), cost)


def test_an_endless_passphrase_is_not_hashed() -> None:
    with pytest.raises(ValueError, match="1,024"):
        keys.from_passphrase("x" * 1025, bytes(16), CHEAP)


def test_calibration_never_goes_below_the_floor_and_says_what_it_tries() -> None:
    tried: list[int] = []
    cost = keys.calibrate(tried.append)
    assert cost.in_bounds()
    assert cost.m_kib >= FLOOR.m_kib
    assert cost.t >= 3
    assert tried
    assert tried[0] >= 128


def test_wrapped_keys_open_only_with_key_context_and_every_byte() -> None:
    key, nonce = bytes(range(32)), bytes(12)
    wrapped = keys.wrap(key, nonce, b"s" * 32, b"aad")
    assert keys.unwrap(key, nonce, wrapped, b"aad") == b"s" * 32
    for bad in range(len(wrapped)):
        changed = bytearray(wrapped)
        changed[bad] ^= 1
        with pytest.raises(keys.WrongKey):
            keys.unwrap(key, nonce, bytes(changed), b"aad")
    for other in [(bytes(32), nonce, b"aad"), (key, b"\1" * 12, b"aad"), (key, nonce, b"aae")]:
        with pytest.raises(keys.WrongKey):
            keys.unwrap(other[0], other[1], wrapped, other[2])


def test_wiped_bytes_are_gone_where_they_were() -> None:
    secret = bytearray(b"secret" * 8)
    with pytest.raises(RuntimeError), keys.short_lived(secret):
        raise RuntimeError("however it ends")
    assert secret == bytes(48)
    keys.wipe(bytearray())


def test_every_purpose_has_its_own_key() -> None:
    vmk = bytes(range(32))
    purposes = [ctx(name, "vault", 1) for name in ("db", "anchor", "hdr-mac")] + [ctx("db", "vault", 2)]
    assert len({bytes(keys.expand(vmk, purpose)) for purpose in purposes}) == 4


# --- passphrases --------------------------------------------------------------------------------------------


def test_the_word_list_is_long_plain_and_without_twins() -> None:
    listed = keys.phrase_words()
    assert len(listed) >= 2048
    assert len(set(listed)) == len(listed)
    assert all(
        word.isascii() and word.isalpha() and word.islower() and 4 <= len(word) <= 8 for word in listed
    )


def test_a_generated_phrase_is_strong_enough_and_says_its_bits() -> None:
    phrase = keys.generate_phrase()
    assert len(phrase.split(" ")) == 6
    assert keys.phrase_problem(phrase) is None
    assert keys.phrase_strength(phrase)[0] == 4
    assert keys.phrase_bits(6) == pytest.approx(6 * math.log2(len(keys.phrase_words())))
    assert keys.phrase_bits(6) > 66


def test_generated_phrases_use_the_whole_list() -> None:
    drawn = {word for _ in range(4000) for word in keys.generate_phrase().split(" ")}
    assert len(drawn) > 0.99 * len(keys.phrase_words())


@pytest.mark.parametrize(
    "weak",
    [
        "",
        "short",
        "password123456",
        "aaaaaaaaaaaaaaaaaaaaaa",
        "qwertyuiopasdfgh",
        "PasswordPassword",
        "12345678901234",
        "letmeinletmein",
        "Summer2026Summer",
        "iloveyouiloveyou",
        "abcdefghijklmnop",
        "monkeymonkeymonkey",
        "trustno1trustno1",
        "football12345678",
    ],
)
def test_leaked_and_lazy_passphrases_are_refused_with_advice(weak: str) -> None:
    problem = keys.phrase_problem(weak)
    assert problem is not None
    assert "Use" in str(problem) or "Add" in str(problem)
    assert keys.phrase_strength(weak)[0] <= 2


def test_an_own_long_phrase_is_accepted() -> None:
    assert keys.phrase_problem("Mrs Tiggy paints 7 lighthouses") is None
    assert keys.phrase_strength("Mrs Tiggy paints 7 lighthouses")[0] >= 3


def test_repeating_one_listed_word_is_not_a_generated_phrase() -> None:
    word = keys.phrase_words()[0]
    assert keys.phrase_problem(" ".join([word] * 6)) is not None


def test_a_very_long_phrase_is_measured_quickly_and_capped() -> None:
    assert keys.phrase_problem("é" * 600) is not None  # 1,200 bytes


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80))
def test_strength_and_policy_never_disagree(phrase: str) -> None:
    score, sentence = keys.phrase_strength(phrase)
    assert 0 <= score <= 4
    assert str(sentence)
    assert (keys.phrase_problem(phrase) is None) == (score >= 3)
