"""The hub's secret keys, in a folder that only the hub's own account may read.

Three keys: one opens what agencies seal, one signs receipts, one (the root) signs the bundles that agencies
pin. The root key belongs on a machine that is never connected; until there is a tool for that it is made here
too, and the hub says so.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from caseworker.crypto import sealing, signing
from caseworker.errors import Problem

SEAL, RECEIPT, ROOT = "seal.key", "receipt.key", "root.key"


@dataclass(frozen=True, slots=True)
class Keyring:
    """Public halves and fingerprint; private halves stay out of every ``repr``."""

    seal_public: bytes
    receipt_public: bytes
    root_public: bytes
    kid: str
    seal_private: bytes = field(repr=False)
    _receipt_private: bytes = field(repr=False)
    _root_private: bytes | None = field(repr=False)

    def sign_receipt(self, purpose: str, data: bytes) -> bytes:
        """The receipt key's signature."""
        return signing.sign(self._receipt_private, purpose, data)

    def sign_as_root(self, purpose: str, data: bytes) -> bytes:
        """The root key's signature.

        Raises:
            Problem: E-HUB-ROOT when the root key has been taken away, as it should be after pairing.
        """
        if self._root_private is None:
            raise Problem(
                "E-HUB-ROOT",
                "The root key is not here. Put root.key into the secrets folder to pair a laptop.",
            )
        return signing.sign(self._root_private, purpose, data)


def open_keyring(folder: Path) -> Keyring:
    """The keys in ``folder``; a new set when the folder is new.

    Raises:
        Problem: E-HUB-KEYS when others may read the folder or a key, or one is missing or damaged.
    """
    if not folder.exists():
        _make(folder)
    _refuse_if_open_to_others(folder)
    seal, receipt = _read(folder / SEAL), _read(folder / RECEIPT)
    root_file = folder / ROOT
    root = _read(root_file) if root_file.exists() else None
    public = sealing.public_of(seal)
    return Keyring(
        seal_public=public,
        receipt_public=signing.public_of(receipt),
        root_public=signing.public_of(root) if root else b"",
        kid=signing.fingerprint(public).hex(),
        seal_private=seal,
        _receipt_private=receipt,
        _root_private=root,
    )


def _make(folder: Path) -> None:
    """All or nothing: the keys are complete before the folder has its name."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    half_made = folder.with_name(f"{folder.name}.new-{os.getpid()}")
    half_made.mkdir(mode=0o700)
    for name, private in (
        (SEAL, sealing.new_receive_key()[0]),
        (RECEIPT, signing.new_sign_key()[0]),
        (ROOT, signing.new_sign_key()[0]),
    ):
        _write(half_made / name, private)
    try:
        half_made.rename(folder)
    except OSError:
        # Another process was first: its keys count
        for name in (SEAL, RECEIPT, ROOT):
            (half_made / name).unlink()
        half_made.rmdir()


def _write(file: Path, private: bytes) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(private.hex().encode("ascii") + b"\n")
        out.flush()
        os.fsync(out.fileno())


def _read(file: Path) -> bytes:
    _refuse_if_open_to_others(file)
    try:
        private = bytes.fromhex(file.read_text("ascii").strip())
    except (OSError, ValueError):
        private = b""
    if len(private) != 32:
        raise Problem(
            "E-HUB-KEYS", "The key {name} is missing or damaged. Restore it from its backup.", name=file.name
        )
    return private


def _refuse_if_open_to_others(path: Path) -> None:
    if os.name == "nt":
        return  # the profile folder's own permissions apply
    try:
        mode = path.stat().st_mode
    except OSError:
        return
    if stat.S_IMODE(mode) & 0o077:
        raise Problem(
            "E-HUB-KEYS",
            "Others on this machine can read {name}. Take their rights away: chmod go= it.",
            name=path.name,
        )
