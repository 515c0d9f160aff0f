"""Large files under a key: written in chunks, each of which proves itself before a byte of it is used.

The STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár 2015; age uses it too): a chunk's nonce holds
its number and whether it is the last, so no chunk can be changed, moved, repeated, left out or added.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from caseworker.crypto import keys
from caseworker.crypto.context import ctx

SUITE = 1  # HKDF-SHA256, AES-256-GCM
CHUNK = 65_536
SALT = 32
_SEALED = CHUNK + keys.TAG
OVERHEAD = 1 + 4 + SALT  # bytes between the front and the first chunk


class Damaged(Exception):
    """Changed, cut, lengthened, put together from parts, or written under another key. Says no more."""


class Writer:
    """Seals what is written to it. ``finish`` writes the last chunk; without it no reader takes the file.

    ``front`` is what stands before the stream in the same file (its magic and whatever else is readable
    without a key); it and the context ``name`` and ``parts`` are bound into the key.
    """

    def __init__(
        self,
        out: BinaryIO,
        key: bytes | bytearray,
        front: bytes,
        name: str,
        *parts: bytes | str | int,
    ) -> None:
        self._out = out
        salt = os.urandom(SALT)
        opening = bytes([SUITE]) + CHUNK.to_bytes(4, "big")
        self._seal = _cipher(key, salt, ctx(name, *parts, front + opening))
        self._number = 0
        self._held = bytearray()
        out.write(front + opening + salt)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Add plain bytes."""
        self._held += data
        # A full chunk is kept back: only what follows tells whether it was the last.
        whole = max(0, len(self._held) - 1) // CHUNK * CHUNK
        with memoryview(self._held) as view:
            for start in range(0, whole, CHUNK):
                self._put(view[start : start + CHUNK], last=False)
        del self._held[:whole]

    def finish(self) -> None:
        """Write what is left as the last chunk; empty only when the whole file is."""
        with memoryview(self._held) as view:
            self._put(view, last=True)
        self._held.clear()

    def _put(self, plain: memoryview, last: bool) -> None:
        self._out.write(self._seal.encrypt(_nonce(self._number, last), plain, None))
        self._number += 1


class Reader:
    """Gives back what a ``Writer`` sealed, never a byte whose chunk has not proved itself.

    ``source`` stands just behind ``front``, which the caller has read already.

    Raises:
        Damaged: here, in ``read`` or in ``finish``.
    """

    def __init__(
        self,
        source: BinaryIO,
        key: bytes | bytearray,
        front: bytes,
        name: str,
        *parts: bytes | str | int,
    ) -> None:
        self._source = source
        opening, salt = _exactly(source, 5), _exactly(source, SALT)
        if opening != bytes([SUITE]) + CHUNK.to_bytes(4, "big"):
            raise Damaged("suite")
        self._seal = _cipher(key, salt, ctx(name, *parts, front + opening))
        self._number = 0
        self._last = False
        self._plain = b""
        self._at = 0
        self._ahead = source.read(_SEALED)

    def read(self, count: int) -> bytes:
        """Exactly ``count`` plain bytes."""
        return b"".join(self.pieces(count))

    def pieces(self, count: int) -> Iterator[bytes]:
        """``count`` plain bytes in pieces of at most a chunk, for what is too large to hold at once."""
        left = count
        while left:
            if self._at == len(self._plain):
                self._open_next()
                continue
            piece = self._plain[self._at : self._at + left]
            self._at += len(piece)
            left -= len(piece)
            yield piece

    def finish(self) -> None:
        """Every plain byte has been read, the last chunk was the last, and nothing follows it."""
        if self._number == 0:
            self._open_next()
        if self._at != len(self._plain) or not self._last:
            raise Damaged("more than expected")

    def _open_next(self) -> None:
        if self._last:
            raise Damaged("too short")
        sealed = self._ahead
        self._ahead = self._source.read(_SEALED) if len(sealed) == _SEALED else b""
        last = not self._ahead
        if len(sealed) < keys.TAG or (len(sealed) == keys.TAG and self._number):
            raise Damaged("cut")
        try:
            self._plain = self._seal.decrypt(_nonce(self._number, last), sealed, None)
        except InvalidTag:
            self._plain = b""
            raise Damaged("chunk") from None
        finally:
            self._at = 0
        self._number += 1
        self._last = last


def _cipher(key: bytes | bytearray, salt: bytes, info: bytes) -> AESGCM:
    own = bytearray(keys.KEY)
    with keys.short_lived(own):
        HKDF(algorithm=hashes.SHA256(), length=keys.KEY, salt=salt, info=info).derive_into(key, own)
        return AESGCM(own)


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _exactly(source: BinaryIO, count: int) -> bytes:
    data = source.read(count)
    if len(data) != count:
        raise Damaged("cut")
    return data
