"""The anchor: a small file beside the case file that remembers how far the audit chain had come.

The database cannot tell that an old copy of itself was put back; the anchor can. It holds the newest (number,
hash) of the chain under a key only the open vault has. Two slots are written in turn, so that one is always
whole.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

from caseworker import canonical
from caseworker.crypto import keys
from caseworker.storage import files

MAGIC = b"CASEANC\x01"
SLOT = 512  # one disk sector: written whole or not at all
_LARGEST = 400


@dataclass(frozen=True, slots=True)
class Head:
    """How far the chain had come."""

    vault: str
    epoch: int
    generation: int
    seq: int
    hash: str  # hex


class BadAnchor(Exception):
    """Missing, cut, changed, or not this vault's."""


def pack(head: Head, key: bytes | bytearray) -> bytes:
    """One slot of ``SLOT`` bytes."""
    body = canonical.dump(
        {
            "vault": head.vault,
            "epoch": head.epoch,
            "generation": head.generation,
            "seq": head.seq,
            "hash": head.hash,
        }
    )
    front = (MAGIC + len(body).to_bytes(4, "big") + body).ljust(SLOT - 32, b"\0")
    return front + keys.mac(key, front)


def unpack(data: bytes, key: bytes | bytearray) -> Head:
    """The head in one slot.

    Raises:
        BadAnchor: any byte of the slot differs from what was written.
    """
    if (
        len(data) != SLOT
        or not keys.same(keys.mac(key, data[:-32]), data[-32:])
        or not data.startswith(MAGIC)
    ):
        raise BadAnchor("slot")
    size = int.from_bytes(data[8:12], "big")
    try:
        body = canonical.load(data[12 : 12 + size], most=_LARGEST)
        return Head(body["vault"], body["epoch"], body["generation"], body["seq"], body["hash"])
    except (canonical.NotCanonical, KeyError, TypeError):
        raise BadAnchor("body") from None


def read(file: Path, key: bytes | bytearray) -> tuple[Head, bool]:
    """The newest head in the file, and whether both slots are sound.

    Raises:
        BadAnchor: no slot can be trusted.
    """
    try:
        data = file.read_bytes()
    except OSError:
        raise BadAnchor("missing") from None
    if len(data) != 2 * SLOT:
        raise BadAnchor("length")
    heads = []
    for half in (data[:SLOT], data[SLOT:]):
        try:
            heads.append(unpack(half, key))
        except BadAnchor:
            continue
    if not heads:
        raise BadAnchor("both slots")
    return max(heads, key=lambda head: (head.epoch, head.seq, head.generation)), len(heads) == 2


class Anchor:
    """The open anchor of an open vault. Advanced after every commit, forced to disk at lock."""

    def __init__(self, file: Path, key: bytearray) -> None:
        self._file = file
        self._key = keys.held(key)
        self._guard = threading.Lock()
        self._descriptor = -1
        self._turn = 0
        self._seq = -1

    def rewrite(self, head: Head) -> None:
        """Put both slots at ``head`` in a new file, durably: at opening, and when an alarm was answered."""
        with self._guard:
            self._shut()
            slot = pack(head, self._key)
            files.replace(self._file, slot + slot)
            self._descriptor = os.open(self._file, os.O_RDWR | getattr(os, "O_BINARY", 0))
            self._seq = head.seq

    def advance(self, head: Head) -> None:
        """Remember ``head``, in the older slot. An older head than the one known is ignored (two threads
        commit).
        """
        with self._guard:
            if self._descriptor < 0 or head.seq <= self._seq:
                return
            self._turn ^= 1
            os.lseek(self._descriptor, self._turn * SLOT, os.SEEK_SET)
            os.write(self._descriptor, pack(head, self._key))
            self._seq = head.seq

    def close(self) -> None:
        """Force to disk, close, forget the key."""
        with self._guard:
            if self._descriptor >= 0:
                os.fsync(self._descriptor)
            self._shut()
            keys.wipe(self._key)

    def _shut(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
