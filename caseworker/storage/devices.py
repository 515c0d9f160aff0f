"""This installation: its number and the key that signs what it sends. Made with the vault, kept inside it."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field

from caseworker.crypto import signing
from caseworker.errors import Problem
from caseworker.storage.engine import database


@dataclass(frozen=True, slots=True)
class Device:
    """``uid`` names the installation outside; ``public`` (Ed25519, 32 bytes) checks what it signed."""

    uid: str
    public: bytes
    _private: bytes = field(repr=False)

    def sign(self, purpose: str, data: bytes) -> bytes:
        """64 bytes over ``data`` for ``purpose``."""
        return signing.sign(self._private, purpose, data)


def device() -> Device:
    """The device of the open vault."""
    if database.device is None:
        row = database.execute_sql(
            "SELECT uid, sign_private, sign_public FROM device ORDER BY id DESC LIMIT 1"
        ).fetchone()
        if row is None:
            raise Problem("E-DB-DAMAGED", "This vault has lost its device key. Restore it from a backup")
        database.device = Device(row[0], bytes(row[2]), bytes(row[1]))
    return database.device


def make() -> str:
    """Give a new vault its device; inside the transaction that creates the vault. The new uid."""
    private, public = signing.new_sign_key()
    uid = uuid.uuid4().hex
    database.execute_sql(
        "INSERT INTO device (uid, sign_private, sign_public, made) VALUES (?, ?, ?, ?)",
        (uid, private, public, int(time.time())),
    )
    return uid
