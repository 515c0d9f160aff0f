"""Contact cards: who a colleague is and the two public keys that belong to her, signed by herself.

A card proves that its keys belong together, not whose they are: that takes two people and a telephone, who read the
same 60 figures to each other (``safety_number``).
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from caseworker import canonical
from caseworker.crypto import keys, sealing, signing
from caseworker.crypto.context import ctx
from caseworker.errors import Problem

ENDING = ".casecard"
LARGEST = 4096
LONGEST_NAME = 100
PURPOSE = "card"
_FORMAT = 1
_FIELDS = {"card", "name", "organisation", "receive", "sig", "sign"}
_DIGITS, _GROUP = 60, 5


@dataclass(frozen=True, slots=True)
class Card:
    """A person elsewhere: her name and organisation as she gives them, her Ed25519 and X25519 public keys."""

    name: str
    organisation: str
    sign_key: bytes
    receive_key: bytes

    def body(self) -> bytes:
        """What she signs, and what the safety number is made from."""
        return canonical.dump(self._fields())

    def _fields(self) -> dict[str, Any]:
        return {
            "card": _FORMAT,
            "name": self.name,
            "organisation": self.organisation,
            "sign": self.sign_key.hex(),
            "receive": self.receive_key.hex(),
        }

    def file(self, sign: Callable[[str, bytes], bytes]) -> bytes:
        """The bytes of the card's file; ``sign`` is by the private half of ``sign_key``.

        Raises:
            ValueError: such a card could not be read again.
        """
        made = canonical.dump({**self._fields(), "sig": sign(PURPOSE, self.body()).hex()})
        if read(made) != self:
            raise ValueError("a card that does not read back")
        return made


def read(data: bytes) -> Card:
    """The card in a file from outside, read strictly, its own signature checked.

    Raises:
        Problem: E-CARD, whatever is wrong with it.
    """
    try:
        return _read(canonical.load(data, most=LARGEST))
    except (canonical.NotCanonical, signing.BadSignature, sealing.CannotOpen, ValueError):
        raise Problem(
            "E-CARD",
            "This file is not a contact card, or it was changed on its way. Nothing was kept. Ask your colleague to"
            " send the card again",
        ) from None


def _read(found: Any) -> Card:
    if not isinstance(found, dict) or set(found) != _FIELDS:
        raise ValueError("fields")
    if found["card"] != _FORMAT or isinstance(found["card"], bool):
        raise ValueError("format")
    card = Card(
        _name(found["name"], least=1),
        _name(found["organisation"], least=0),
        _bytes(found["sign"], keys.KEY),
        _bytes(found["receive"], keys.KEY),
    )
    signature = _bytes(found["sig"], 64)
    signing.verify(card.sign_key, PURPOSE, card.body(), signature)
    try:
        signing.verify(card.sign_key, PURPOSE, card.body() + b" ", signature)
    except signing.BadSignature:
        pass
    else:
        raise ValueError("a key under which one signature fits everything")
    sealing.seal(card.receive_key, b"", ctx("card-check"))  # refuses keys that everybody could open
    return card


def _name(value: Any, least: int) -> str:
    if not isinstance(value, str) or not least <= len(value) <= LONGEST_NAME:
        raise ValueError("name")
    # no control signs, no marks that turn the direction of writing, no halves of characters: a name is what it shows
    if value != readable(value):
        raise ValueError("name")
    return value


def readable(text: str) -> str:
    """A name as a card can carry it: one spelling of each letter, single spaces, nothing that cannot be seen."""
    plain = unicodedata.normalize("NFC", text)
    seen = "".join(" " if c.isspace() else c for c in plain if c.isspace() or _shown(c))
    return unicodedata.normalize("NFC", " ".join(seen.split()))[:LONGEST_NAME]


def _shown(char: str) -> bool:
    return not unicodedata.category(char).startswith("C")


def _bytes(value: Any, length: int) -> bytes:
    if not isinstance(value, str) or len(value) != 2 * length or value != value.lower():
        raise ValueError("hexadecimal")
    return bytes.fromhex(value)


def safety_number(one: Card, other: Card) -> str:
    """60 figures in 12 groups of 5 that both people see alike, and that nobody in between can bring about."""
    digest = hashlib.sha256(ctx("safety-number", *sorted((one.body(), other.body())))).digest()
    figures = str(int.from_bytes(digest, "big") % 10**_DIGITS).zfill(_DIGITS)
    return " ".join(figures[at : at + _GROUP] for at in range(0, _DIGITS, _GROUP))
