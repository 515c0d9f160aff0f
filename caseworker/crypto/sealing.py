"""Sealing: closing something so that only one recipient can open it, without needing a secret of our own.

HPKE base mode (RFC 9180). Suite 1 is X25519 with HKDF-SHA256 and AES-256-GCM; suite 2 puts ML-KEM-768 beside
X25519 for secrets that must outlive decades. HPKE says nothing about who sealed: a signature goes inside what
is sealed.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

_SEED = 64  # an ML-KEM-768 private key is kept as its seed
_MLKEM_PUBLIC = 1184
_X25519 = 32


class CannotOpen(Exception):
    """Not for this key, not with this context, or changed on the way. Says no more than that."""


def new_receive_key(suite: int = 1) -> tuple[bytes, bytes]:
    """A new pair: (private, public). Suite 1: 32 and 32 bytes. Suite 2: 96 and 1,216 bytes (ML-KEM first)."""
    x = X25519PrivateKey.generate()
    if suite == 1:
        return x.private_bytes_raw(), x.public_key().public_bytes_raw()
    _suite(suite)
    m = MLKEM768PrivateKey.generate()
    return (
        m.private_bytes_raw() + x.private_bytes_raw(),
        m.public_key().public_bytes_raw() + x.public_key().public_bytes_raw(),
    )


def public_of(private: bytes | bytearray) -> bytes:
    """The public half (32 bytes) of a suite 1 private key."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def seal(public: bytes, plaintext: bytes | bytearray, info: bytes, suite: int = 1) -> bytes:
    """``plaintext`` closed to ``public``, bound to ``info``. 48 bytes longer (suite 1), 1,136 (suite 2).

    Raises:
        CannotOpen: the public key is not one of that suite.
    """
    try:
        if suite == 1:
            return _suite(suite).encrypt(plaintext, X25519PublicKey.from_public_bytes(public), info)
        if len(public) != _MLKEM_PUBLIC + _X25519:
            raise ValueError("length")
        key = MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC]),
            X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC:]),
        )
        return _suite(suite).encrypt(plaintext, key, info)
    except (ValueError, TypeError):
        raise CannotOpen("not a key of that suite") from None


def open_sealed(private: bytes | bytearray, sealed: bytes, info: bytes, suite: int = 1) -> bytes:
    """What was sealed to the public half of ``private`` with the same ``info``.

    Raises:
        CannotOpen: anything at all does not fit.
    """
    try:
        if suite == 1:
            return _suite(suite).decrypt(sealed, X25519PrivateKey.from_private_bytes(private), info)
        if len(private) != _SEED + _X25519:
            raise ValueError("length")
        key = MLKEM768X25519PrivateKey(
            MLKEM768PrivateKey.from_seed_bytes(bytes(private[:_SEED])),
            X25519PrivateKey.from_private_bytes(private[_SEED:]),
        )
        return _suite(suite).decrypt(sealed, key, info)
    except (InvalidTag, ValueError, TypeError):
        raise CannotOpen("cannot open") from None


def _suite(number: int) -> Suite:
    if number == 1:
        return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    if number == 2:
        return Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    raise ValueError("unknown suite")
