"""Keys: from a passphrase or a recovery code to the key that opens the vault, and back to nothing when it is
locked.

Passphrases go through Argon2id, so that guessing on a stolen copy is slow and dear; the recovery code has 150
random bits and needs no such stretching. Key bytes live in bytearrays that are overwritten after use: Python
cannot promise more, which is why locking ends the process.
"""

from __future__ import annotations

import ctypes
import hashlib
import hmac
import os
import secrets
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from caseworker.crypto import crockford, process
from caseworker.crypto.context import ctx
from caseworker.errors import Problem
from caseworker.words import Words, words
from resources import path

__all__ = [
    "FLOOR",
    "KdfCost",
    "calibrate",
    "ctx",
    "generate_phrase",
    "new_recovery_code",
    "read_recovery_code",
]

KEY = 32
SALT = 16
NONCE = 12
TAG = 16


@dataclass(frozen=True, slots=True)
class KdfCost:
    """What one guess at a passphrase costs: memory in KiB, passes over it, lanes."""

    m_kib: int
    t: int
    p: int

    def in_bounds(self) -> bool:
        """Whether we would run it: a hostile header must not be able to ask for 64 GiB."""
        return 1 <= self.p <= 8 and 1 <= self.t <= 10 and 8 * self.p <= self.m_kib <= 1024 * 1024


# RFC 9106, second recommended option; nothing weaker is ever made outside tests
FLOOR = KdfCost(64 * 1024, 3, 4)


class WrongKey(Exception):
    """A wrapped key does not open with this one. Says no more than that."""


# --- calibration --------------------------------------------------------------------------------------------


def calibrate(progress: Callable[[int], None] | None = None) -> KdfCost:
    """The cost this computer can bear at every unlock: 0.5 to 2 seconds, never below ``FLOOR``. Takes
    seconds.

    ``progress`` receives the memory in MiB of each attempt before it runs.
    """
    lanes = max(1, min(4, os.cpu_count() or 1))
    small = _memory_bytes() <= 4 * 1024**3
    cost = KdfCost((128 if small else 256) * 1024, 3, lanes)
    while True:
        if progress is not None:
            progress(cost.m_kib // 1024)
        try:
            seconds = _time_once(cost)
        except MemoryError:
            if cost.m_kib // 2 < FLOOR.m_kib:
                raise
            cost = KdfCost(cost.m_kib // 2, cost.t, cost.p)
            continue
        if seconds > 2.0 and cost.m_kib // 2 >= FLOOR.m_kib:
            cost = KdfCost(cost.m_kib // 2, cost.t, cost.p)
            if _time_once(cost) <= 2.0:
                return cost
        elif seconds < 0.5 and cost.m_kib < 512 * 1024:
            cost = KdfCost(cost.m_kib * 2, cost.t, cost.p)
        elif seconds < 0.5 and cost.t < 10:
            cost = KdfCost(cost.m_kib, cost.t + 1, cost.p)
        else:
            return cost


def _time_once(cost: KdfCost) -> float:
    started = time.perf_counter()
    wipe(from_passphrase("a phrase of usual length", os.urandom(SALT), cost))
    return time.perf_counter() - started


def _memory_bytes() -> int:
    if hasattr(os, "sysconf"):
        try:
            return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        except (ValueError, OSError):
            pass
    return 8 * 1024**3


# --- derivation ---------------------------------------------------------------------------------------------


def from_passphrase(passphrase: str, salt: bytes, cost: KdfCost) -> bytearray:
    """32 bytes from a passphrase (NFKC, UTF-8, at most 1,024 bytes); the caller wipes them.

    Raises:
        ValueError: a cost out of bounds, or a passphrase of more than 1,024 bytes.
        MemoryError: this computer does not have ``cost.m_kib`` to spare.
    """
    if not cost.in_bounds():
        raise ValueError("cost out of bounds")
    secret = unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass")
    if len(secret) > 1024:
        raise ValueError("longer than 1,024 bytes")
    out = room()
    Argon2id(salt=salt, length=KEY, iterations=cost.t, lanes=cost.p, memory_cost=cost.m_kib).derive_into(
        secret, out
    )
    return out


def from_recovery(code: bytes, salt: bytes) -> bytearray:
    """32 bytes from the bytes of a recovery code; the caller wipes them."""
    out = room()
    HKDF(algorithm=hashes.SHA256(), length=KEY, salt=salt, info=ctx("recovery")).derive_into(code, out)
    return out


def expand(key: bytes | bytearray, info: bytes) -> bytearray:
    """A separate 32-byte key for one purpose (HKDF-Expand-SHA256; ``key`` is already uniform)."""
    out = room()
    HKDFExpand(algorithm=hashes.SHA256(), length=KEY, info=info).derive_into(key, out)
    return out


def mac(key: bytes | bytearray, data: bytes) -> bytes:
    """HMAC-SHA256, 32 bytes."""
    return hmac.new(key, data, hashlib.sha256).digest()


def same(a: bytes, b: bytes) -> bool:
    """Equality that takes the same time whatever differs."""
    return hmac.compare_digest(a, b)


def wrap(key: bytes | bytearray, nonce: bytes, secret: bytes | bytearray, aad: bytes) -> bytes:
    """``secret`` under AES-256-GCM; 16 bytes longer. Each ``key`` wraps one thing once, so a nonce never
    repeats.
    """
    return AESGCM(key).encrypt(nonce, secret, aad)


def unwrap(key: bytes | bytearray, nonce: bytes, wrapped: bytes, aad: bytes) -> bytearray:
    """What was wrapped; the caller wipes it.

    Raises:
        WrongKey: another key, another context, or changed bytes.
    """
    out = room(len(wrapped) - TAG)
    try:
        AESGCM(key).decrypt_into(nonce, wrapped, aad, out)
    except InvalidTag:
        wipe(out)
        raise WrongKey("wrong key") from None
    return out


# --- key bytes in memory ------------------------------------------------------------------------------------


def room(size: int = KEY) -> bytearray:
    """A buffer for key bytes in memory that is not written to the swap file, where the system allows it."""
    made = bytearray(size)
    process.stay_in_memory(made)
    return made


def held(key: bytes | bytearray | memoryview) -> bytearray:
    """The key bytes copied into a buffer of their own (see ``room``); the caller wipes it."""
    made = room(len(key))
    made[:] = key
    return made


def wipe(*buffers: bytearray) -> None:
    """Overwrite key bytes in place, so that they are gone even if the object lives on."""
    for buffer in buffers:
        if len(buffer):
            ctypes.memset((ctypes.c_char * len(buffer)).from_buffer(buffer), 0, len(buffer))


@contextmanager
def short_lived(*buffers: bytearray) -> Iterator[None]:
    """Wipes the buffers when the block ends, however it ends."""
    try:
        yield
    finally:
        wipe(*buffers)


# --- passphrases --------------------------------------------------------------------------------------------

SHORTEST = 14
LEAST_GUESSES = 12  # log10; a phrase of our own six words has about 20
_MOST_MEASURED = 72  # zxcvbn's time grows faster than the phrase


@cache
def phrase_words() -> tuple[str, ...]:
    """The list that generated phrases are drawn from."""
    return tuple(path("words", "phrase.txt").read_text("ascii").split())


def phrase_bits(count: int) -> float:
    """How many bits of chance are in a generated phrase of ``count`` words."""
    from math import log2

    return count * log2(len(phrase_words()))


def generate_phrase(count: int = 6) -> str:
    """Words drawn by chance alone, joined by spaces; six give more than 70 bits (``phrase_bits``)."""
    return " ".join(secrets.choice(phrase_words()) for _ in range(count))


def phrase_problem(phrase: str) -> Words | None:
    """Why this passphrase is not strong enough, or None. A generated phrase of six words is always strong
    enough.
    """
    if _drawn_from_list(phrase):
        return None
    if len(unicodedata.normalize("NFKC", phrase).encode("utf-8", "surrogatepass")) > 1024:
        return words("Use a shorter passphrase, up to 200 characters")
    if len(phrase) < SHORTEST:
        return words(
            "Use at least {count} characters. Five or more words that do not belong together work well",
            count=SHORTEST,
        )
    if _guesses(phrase) < LEAST_GUESSES:
        return words(
            "This passphrase is too easy to guess. Add more unconnected words, or use a generated one"
        )
    return None


def phrase_strength(phrase: str) -> tuple[int, Words]:
    """From 0 (nothing yet) to 4 (very strong), and the sentence for it; 3 and 4 are accepted."""
    if not phrase:
        return 0, words("Nothing typed yet")
    if phrase_problem(phrase) is not None:
        guesses = _guesses(phrase)
        if guesses < 6:
            return 1, words("Very easy to guess")
        return 2, words("Not strong enough yet")
    if _drawn_from_list(phrase) or _guesses(phrase) >= 16:
        return 4, words("Very strong")
    return 3, words("Strong")


def _drawn_from_list(phrase: str) -> bool:
    parts = phrase.split(" ")
    known = frozenset(phrase_words())
    return len(parts) >= 6 and len(set(parts)) >= 5 and all(part in known for part in parts)


def _guesses(phrase: str) -> float:
    from zxcvbn import zxcvbn  # slow to import, needed only while a passphrase is chosen

    return float(zxcvbn(phrase[:_MOST_MEASURED])["guesses_log10"])


# --- the recovery code --------------------------------------------------------------------------------------

_RECOVERY_SYMBOLS = 30
_RECOVERY_BYTES = 19  # 150 bits


def new_recovery_code() -> str:
    """150 random bits as 30 symbols and 2 check symbols, eight groups of four: shown once, typed back,
    printed.
    """
    value = secrets.randbits(5 * _RECOVERY_SYMBOLS).to_bytes(_RECOVERY_BYTES, "big")
    return crockford.write(value, _RECOVERY_SYMBOLS, "recovery-check")


def read_recovery_code(text: str) -> bytes:
    """The 19 bytes behind a typed recovery code.

    Raises:
        Problem: E-RECOVERY, the code was not copied correctly.
    """
    try:
        return crockford.read(text, _RECOVERY_SYMBOLS, _RECOVERY_BYTES, "recovery-check")
    except crockford.Misread:
        raise Problem(
            "E-RECOVERY",
            "That is not the recovery code as printed. Check each of the 8 groups and type it again",
        ) from None
