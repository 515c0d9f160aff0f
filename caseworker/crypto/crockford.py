"""Codes that people copy by hand: Crockford's 32 symbols, no I, L, O or U, two check symbols at the end.

Small letters, spaces and hyphens do not matter, and O, I and L are read as the digits they look like.
"""

from __future__ import annotations

import hashlib

from caseworker.crypto.context import ctx

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKS_LIKE = str.maketrans(
    {"O": "0", "I": "1", "L": "1", " ": None, "-": None, "\u2011": None, "\u2013": None}
)


class Misread(ValueError):
    """The code was not copied correctly. Carries nothing of it."""


def write(value: bytes, symbols: int, purpose: str, group: int = 4) -> str:
    """``value`` (big-endian) as ``symbols`` symbols, two check symbols, in groups joined by hyphens."""
    number = int.from_bytes(value, "big")
    if number >> (5 * symbols):
        raise ValueError("too large for that many symbols")
    text = _digits(number, symbols) + _check(value, purpose)
    return "-".join(text[i : i + group] for i in range(0, len(text), group))


def read(text: str, symbols: int, length: int, purpose: str) -> bytes:
    """The ``length`` bytes behind a code of ``symbols`` + 2 symbols.

    Raises:
        Misread: wrong number of symbols, a symbol that is not one, or check symbols that do not fit.
    """
    clean = text.strip().upper().translate(_LOOKS_LIKE)
    if len(clean) != symbols + 2:
        raise Misread("length")
    number = 0
    for symbol in clean[:symbols]:
        place = SYMBOLS.find(symbol)
        if place < 0:
            raise Misread("symbol")
        number = number * 32 + place
    if number >> (8 * length):
        raise Misread("range")
    value = number.to_bytes(length, "big")
    if _check(value, purpose) != clean[symbols:]:
        raise Misread("check")
    return value


def _digits(number: int, count: int) -> str:
    return "".join(SYMBOLS[(number >> (5 * i)) & 31] for i in reversed(range(count)))


def _check(value: bytes, purpose: str) -> str:
    digest = hashlib.sha256(ctx(purpose, value)).digest()
    return _digits(int.from_bytes(digest[:2], "big") >> 6, 2)
