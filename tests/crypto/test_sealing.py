"""Sealed things open for one recipient and one context, in both suites; anything else opens nothing."""

from __future__ import annotations

import pytest

from caseworker.crypto import pairing, sealing
from caseworker.errors import Problem

SUITES = [1, 2]


@pytest.mark.parametrize(("suite", "private", "public", "overhead"), [(1, 32, 32, 48), (2, 96, 1216, 1136)])
def test_keys_and_sealed_bytes_have_their_documented_sizes(
    suite: int, private: int, public: int, overhead: int
) -> None:
    mine, theirs = sealing.new_receive_key(suite)
    assert (len(mine), len(theirs)) == (private, public)
    assert len(sealing.seal(theirs, b"x" * 100, b"", suite)) == 100 + overhead


@pytest.mark.parametrize("suite", SUITES)
def test_the_recipient_opens_it(suite: int) -> None:
    private, public = sealing.new_receive_key(suite)
    assert (
        sealing.open_sealed(private, sealing.seal(public, b"text", b"for", suite), b"for", suite) == b"text"
    )


@pytest.mark.parametrize("suite", SUITES)
def test_nobody_else_and_no_other_context_does(suite: int) -> None:
    private, public = sealing.new_receive_key(suite)
    sealed = sealing.seal(public, b"text", b"for", suite)
    stranger, _ = sealing.new_receive_key(suite)
    for key, info in [(stranger, b"for"), (private, b"For"), (private, b"")]:
        with pytest.raises(sealing.CannotOpen):
            sealing.open_sealed(key, sealed, info, suite)


@pytest.mark.parametrize("suite", SUITES)
def test_every_flipped_or_missing_byte_is_refused(suite: int) -> None:
    private, public = sealing.new_receive_key(suite)
    sealed = sealing.seal(public, b"text", b"", suite)
    for place in range(0, len(sealed), 1 if suite == 1 else 13):
        changed = bytearray(sealed)
        changed[place] ^= 0x10
        for bad in (bytes(changed), sealed[:place]):
            with pytest.raises(sealing.CannotOpen):
                sealing.open_sealed(private, bad, b"", suite)


def test_suites_do_not_mix() -> None:
    private, public = sealing.new_receive_key(1)
    private2, public2 = sealing.new_receive_key(2)
    with pytest.raises(sealing.CannotOpen):
        sealing.seal(public, b"", b"", 2)
    with pytest.raises(sealing.CannotOpen):
        sealing.open_sealed(private2, sealing.seal(public2, b"", b"", 2), b"", 1)
    with pytest.raises(sealing.CannotOpen):
        sealing.open_sealed(private, sealing.seal(public, b"", b""), b"", 3)
    with pytest.raises(sealing.CannotOpen):
        sealing.seal(public, b"", b"", 0)


def test_the_pairing_mac_knows_its_side_and_its_bytes() -> None:
    code = pairing.read_pairing_code(pairing.new_pairing_code())
    mine = pairing.mac(code, "client-auth", b"data")
    assert pairing.mac_matches(code, "client-auth", b"data", mine)
    assert not pairing.mac_matches(code, "server-auth", b"data", mine)
    assert not pairing.mac_matches(code, "client-auth", b"Data", mine)
    assert not pairing.mac_matches(bytes(16), "client-auth", b"data", mine)


def test_a_wrong_pairing_code_says_what_to_do() -> None:
    with pytest.raises(Problem, match="E-PAIRING"):
        pairing.read_pairing_code("1234")
