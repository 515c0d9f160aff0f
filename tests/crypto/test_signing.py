"""Signatures count for one key, one purpose and exactly these bytes."""

from __future__ import annotations

import pytest

from caseworker.crypto import signing
from caseworker.crypto.context import ctx


def test_a_signature_is_accepted() -> None:
    private, public = signing.new_sign_key()
    signing.verify(public, "return", b"bytes", signing.sign(private, "return", b"bytes"))
    assert signing.public_of(private) == public


def test_every_single_flipped_bit_is_refused() -> None:
    private, public = signing.new_sign_key()
    signature = signing.sign(private, "return", b"bytes")
    for bit in range(len(signature) * 8):
        changed = bytearray(signature)
        changed[bit // 8] ^= 1 << (bit % 8)
        with pytest.raises(signing.BadSignature):
            signing.verify(public, "return", b"bytes", bytes(changed))


def test_another_purpose_key_or_text_is_refused() -> None:
    private, public = signing.new_sign_key()
    signature = signing.sign(private, "return", b"bytes")
    _, stranger = signing.new_sign_key()
    for key, purpose, data in [
        (stranger, "return", b"bytes"),
        (public, "receipt", b"bytes"),
        (public, "return", b"bytes "),
    ]:
        with pytest.raises(signing.BadSignature):
            signing.verify(key, purpose, data, signature)


@pytest.mark.parametrize("key", [b"", b"\0" * 31, b"\0" * 33, b"\xff" * 32])
def test_a_malformed_key_or_signature_is_only_a_bad_signature(key: bytes) -> None:
    private, public = signing.new_sign_key()
    with pytest.raises(signing.BadSignature):
        signing.verify(key, "return", b"", signing.sign(private, "return", b""))
    with pytest.raises(signing.BadSignature):
        signing.verify(public, "return", b"", key)


def test_purpose_and_data_never_run_into_each_other() -> None:
    assert ctx("a", b"bc") != ctx("ab", b"c")
    assert ctx("a", b"b", b"c") != ctx("a", b"bc", b"")
    assert ctx("a", 12) == ctx("a", b"12")  # numbers are their digits


def test_a_fingerprint_names_a_key() -> None:
    _, public = signing.new_sign_key()
    assert len(signing.fingerprint(public)) == 32
    assert signing.fingerprint(public) != signing.fingerprint(public[:-1] + bytes([public[-1] ^ 1]))
