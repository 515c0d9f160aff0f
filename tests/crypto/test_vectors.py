"""What every earlier release sealed, signed and derived still opens, and means the same; and HPKE is RFC 9180's.

The bytes were made once by that release (tests/golden.py) and never change.
"""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from caseworker.crypto import header as hdr
from caseworker.crypto import keys, pairing, sealing, signing
from caseworker.crypto.keys import KdfCost
from tests import golden


@pytest.fixture(params=golden.files("vectors"), ids=lambda file: file.stem)
def made(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = golden.load(request.param)["crypto"]
    return found


def test_there_are_vectors_of_a_release() -> None:
    assert golden.files("vectors")


@pytest.mark.parametrize("way", ["phrase", "code"])
def test_a_header_opens_by_passphrase_and_by_recovery_code(made: dict[str, Any], way: str) -> None:
    held = made["header"]
    found = hdr.read(held["bytes"])
    assert (found.vault, found.generation, found.db) == (golden.VAULT, 3, "vault-0001.db")
    kind = hdr.PASS if way == "phrase" else hdr.RECOVERY
    secret = held["phrase"] if way == "phrase" else keys.read_recovery_code(held["code"])
    (slot,) = found.of_type(kind)
    vmk, person = hdr.open_slot(found, slot, secret)
    assert bytes(vmk) == held["vmk"]
    assert (bytes(person.sign), bytes(person.receive)) == (held["sign"], held["receive"])
    hdr.check_mac(held["bytes"], found, vmk)
    assert hdr.write(found, vmk) == held["bytes"]


def test_a_passphrase_still_gives_the_same_key(made: dict[str, Any]) -> None:
    held = made["argon2id"]
    assert bytes(keys.from_passphrase(held["phrase"], held["salt"], KdfCost(*held["cost"]))) == held["key"]


def test_keys_for_one_purpose_are_derived_as_before(made: dict[str, Any]) -> None:
    held = made["expand"]
    assert held["info"] == keys.ctx("db", golden.VAULT, "1")
    assert bytes(keys.expand(held["key"], held["info"])) == held["out"]
    first = hmac.new(held["key"], held["info"] + b"\x01", hashlib.sha256).digest()  # RFC 5869, one block
    assert first == held["out"]


def test_signatures_still_hold(made: dict[str, Any]) -> None:
    held = made["signature"]
    signing.verify(held["public"], held["purpose"], held["data"], held["sig"])
    assert signing.fingerprint(held["public"]) == held["fingerprint"]
    with pytest.raises(signing.BadSignature):
        signing.verify(held["public"], held["purpose"], held["data"] + b".", held["sig"])


@pytest.mark.parametrize("suite", [1, 2])
def test_what_was_sealed_still_opens(made: dict[str, Any], suite: int) -> None:
    held = made[f"sealed{suite}"]
    assert sealing.open_sealed(held["private"], held["sealed"], held["info"], suite) == held["plain"]
    with pytest.raises(sealing.CannotOpen):
        sealing.open_sealed(held["private"], held["sealed"], held["info"] + b".", suite)


def test_pairing_codes_and_proofs_are_read_as_before(made: dict[str, Any]) -> None:
    held = made["pairing"]
    assert pairing.read_pairing_code(held["code"]) == held["bytes"]
    assert pairing.mac_matches(held["bytes"], "server-auth", b"data", held["server"])
    assert pairing.mac_matches(held["bytes"], "client-auth", b"data", held["client"])
    assert not pairing.mac_matches(held["bytes"], "client-auth", b"data", held["server"])


# --- RFC 9180, read a second time and written down without the library's HPKE ------------------------------


def opened_by_the_rfc(private: bytes, sealed: bytes, info: bytes, aad: bytes, aead: int, size: int) -> bytes:
    """Base mode of DHKEM(X25519, HKDF-SHA256) with HKDF-SHA256 and AES-GCM, message 0."""

    def extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
        return hmac.new(salt, b"HPKE-v1" + suite + label + ikm, hashlib.sha256).digest()

    def expand(suite: bytes, prk: bytes, label: bytes, context: bytes, length: int) -> bytes:
        asked = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + context
        return hmac.new(prk, asked + b"\x01", hashlib.sha256).digest()[:length]

    own = X25519PrivateKey.from_private_bytes(private)
    enc, body = sealed[:32], sealed[32:]
    shared = own.exchange(X25519PublicKey.from_public_bytes(enc))
    kem = b"KEM\x00\x20"
    context = enc + own.public_key().public_bytes_raw()
    secret = expand(kem, extract(kem, b"", b"eae_prk", shared), b"shared_secret", context, 32)
    suite = b"HPKE\x00\x20\x00\x01" + aead.to_bytes(2, "big")
    schedule = b"\x00" + extract(suite, b"", b"psk_id_hash", b"") + extract(suite, b"", b"info_hash", info)
    prk = extract(suite, secret, b"secret", b"")
    nonce = expand(suite, prk, b"base_nonce", schedule, 12)
    return AESGCM(expand(suite, prk, b"key", schedule, size)).decrypt(nonce, body, aad)


def test_the_second_reading_opens_the_rfcs_own_vector() -> None:
    """RFC 9180, appendix A.1.1: the same suite as ours but for the length of the AES key."""
    plain = opened_by_the_rfc(
        bytes.fromhex("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8"),
        bytes.fromhex(
            "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431"
            "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a9"
            "6d8770ac83d07bea87e13c512a"
        ),
        bytes.fromhex("4f6465206f6e2061204772656369616e2055726e"),
        b"Count-0",
        1,
        16,
    )
    assert plain == b"Beauty is truth, truth beauty"


def test_suite_1_is_the_rfcs(made: dict[str, Any]) -> None:
    held = made["sealed1"]
    assert opened_by_the_rfc(held["private"], held["sealed"], held["info"], b"", 2, 32) == held["plain"]
    private, public = sealing.new_receive_key()
    fresh = sealing.seal(public, b"today", b"about")
    assert opened_by_the_rfc(private, fresh, b"about", b"", 2, 32) == b"today"


def test_a_release_is_never_made_twice(tmp_path: Path) -> None:
    from caseworker import __version__

    assert (golden.HERE / "vectors" / f"{__version__}.json").exists()
    before = {file: file.read_bytes() for folder in ("vectors", "vaults") for file in golden.files(folder)}
    assert golden.main() == 0
    assert {file: file.read_bytes() for file in before} == before
