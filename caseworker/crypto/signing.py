"""Signatures: who wrote these exact bytes, and for what purpose.

Ed25519 over ``ctx(purpose, data)``: a signature made for one purpose never counts for another.
"""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from caseworker.crypto.context import ctx


class BadSignature(Exception):
    """The signature does not belong to this key, purpose and bytes. Says no more than that."""


def new_sign_key() -> tuple[bytes, bytes]:
    """A new pair: (private 32 bytes, public 32 bytes)."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes_raw(), key.public_key().public_bytes_raw()


def public_of(private: bytes | bytearray) -> bytes:
    """The public half (32 bytes) of a private signing key."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def sign(private: bytes | bytearray, purpose: str, data: bytes) -> bytes:
    """The 64-byte signature of ``data`` for ``purpose``."""
    return Ed25519PrivateKey.from_private_bytes(private).sign(ctx(purpose, data))


def verify(public: bytes, purpose: str, data: bytes, signature: bytes) -> None:
    """Return quietly when the signature is right.

    Raises:
        BadSignature: in every other case, a malformed key or signature included.
    """
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, ctx(purpose, data))
    except (InvalidSignature, ValueError, TypeError):
        raise BadSignature("bad signature") from None


def fingerprint(public: bytes) -> bytes:
    """32 bytes that name a public key of any kind."""
    return hashlib.sha256(ctx("fingerprint", public)).digest()
