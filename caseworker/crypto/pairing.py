"""Pairing: the code on a printed letter that lets a laptop and the OPCC's hub recognise each other once.

128 random bits, so a guess never succeeds and no password protocol is needed (security design 1.10).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Literal

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from caseworker.crypto import crockford
from caseworker.crypto.context import ctx
from caseworker.errors import Problem

_SYMBOLS = 26
_BYTES = 16
Side = Literal["server-auth", "client-auth"]


def new_pairing_code() -> str:
    """26 symbols and 2 check symbols, seven groups of four."""
    return crockford.write(secrets.token_bytes(_BYTES), _SYMBOLS, "pairing-check")


def read_pairing_code(text: str) -> bytes:
    """The 16 bytes behind a typed pairing code.

    Raises:
        Problem: E-PAIRING, the code was not copied correctly.
    """
    try:
        return crockford.read(text, _SYMBOLS, _BYTES, "pairing-check")
    except crockford.Misread:
        raise Problem(
            "E-PAIRING",
            "That is not the pairing code as printed. Check each group of 4 letters and numbers and type it"
            " again",
        ) from None


def mac(code: bytes, side: Side, data: bytes) -> bytes:
    """32 bytes that only someone with the pairing code can make over ``data``, for that side of the
    conversation.
    """
    key = HKDFExpand(algorithm=hashes.SHA256(), length=32, info=ctx("pairing", side)).derive(code)
    return hmac.new(key, data, hashlib.sha256).digest()


def mac_matches(code: bytes, side: Side, data: bytes, claimed: bytes) -> bool:
    """Whether ``claimed`` is the MAC; takes the same time whatever differs."""
    return hmac.compare_digest(mac(code, side, data), claimed)
