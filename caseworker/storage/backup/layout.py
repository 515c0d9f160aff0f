"""How a backup file lies, byte by byte: what stands in the clear, the manifest, and what is refused in either."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from caseworker import canonical
from caseworker.canonical import NotCanonical
from caseworker.crypto import files as sealed
from caseworker.crypto import header as hdr
from caseworker.crypto.header import Header
from caseworker.errors import Problem
from caseworker.storage.backup.telling import damaged, newer
from caseworker.storage.vault import upgrading

MAGIC = b"CASEBAK\x01"
FORMAT = 1
_PATH = re.compile(r"db|blobs/[0-9a-f]{2}/[0-9a-f]{32}")
_DIGITS = frozenset("0123456789abcdef")
MANIFEST = "manifest.json"
_LARGEST_MANIFEST = 1024 * 1024
LARGEST = 2**32 - 1  # a length has four bytes
PURPOSE = "backup"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says it holds; read only when its tags and the vault's key agree.

    ``files`` are (path, size in bytes, SHA-256 in hexadecimal); ``rows`` counts each table; ``schema`` names the
    changes of shape that the case file has been through; ``seq`` and ``hash`` are the head of the audit chain, which
    ``signer`` (a worker's uid) has signed with the rest.
    """

    backup: str
    vault: str
    epoch: int
    generation: int
    made: int
    app: int
    schema: tuple[str, ...]
    files: tuple[tuple[str, int, str], ...]
    rows: Mapping[str, int]
    seq: int
    hash: str
    signer: str
    signature: str

    def signed(self) -> bytes:
        """The bytes under the signature."""
        return canonical.dump(self._fields())

    def dump(self) -> bytes:
        return canonical.dump({**self._fields(), "signature": self.signature})

    def _fields(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "backup": self.backup,
            "vault": self.vault,
            "epoch": self.epoch,
            "generation": self.generation,
            "made": self.made,
            "app": self.app,
            "schema": list(self.schema),
            "files": [{"path": path, "size": size, "sha256": digest} for path, size, digest in self.files],
            "rows": dict(self.rows),
            "audit": {"seq": self.seq, "hash": self.hash},
            "signer": self.signer,
        }


@dataclass(frozen=True, slots=True)
class Front:
    """What stands before the sealed part, in the clear: which vault, which ways in."""

    header: Header
    header_bytes: bytes
    backup: bytes
    raw: bytes


def context(front: Front) -> tuple[str, str, int, bytes]:
    return ("backup", front.header.vault, front.header.epoch, front.backup)


def lp(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def read_lp(reader: sealed.Reader, most: int) -> bytes:
    size = int.from_bytes(reader.read(4), "big")
    if size > most:
        raise sealed.Damaged("length")
    return reader.read(size)


def read_front(source: BinaryIO) -> Front:
    """What stands in the clear, bounded before it is used.

    Raises:
        Problem: E-BACKUP-DAMAGED, E-NEWER, E-HDR-UNSUPPORTED.
    """
    opening = source.read(len(MAGIC) + 4)
    size = int.from_bytes(opening[len(MAGIC) :], "big")
    if not opening.startswith(MAGIC) or len(opening) != len(MAGIC) + 4 or size > hdr.LARGEST_BODY + 1024:
        raise damaged()
    data, backup = source.read(size), source.read(16)
    if len(backup) != 16:
        raise damaged()
    try:
        return Front(hdr.read(data), data, backup, opening + data + backup)
    except hdr.Damaged:
        raise damaged() from None
    except hdr.Newer:
        raise newer() from None
    except hdr.Unsupported:
        raise Problem(
            "E-HDR-UNSUPPORTED",
            "This backup asks for something this version of Caseworker does not know or does not allow. Nothing"
            " has been changed. Install the newest version, or choose another backup",
        ) from None


def check_mac(front: Front, vmk: bytearray) -> None:
    try:
        hdr.check_mac(front.header_bytes, front.header, vmk)
    except hdr.Tampered:
        raise damaged() from None


def manifest_in(reader: sealed.Reader, front: Front) -> Manifest:
    if read_lp(reader, 64) != MANIFEST.encode("ascii"):
        raise sealed.Damaged("manifest")
    try:
        body = canonical.load(read_lp(reader, _LARGEST_MANIFEST), most=_LARGEST_MANIFEST)
    except NotCanonical:
        raise sealed.Damaged("manifest") from None
    manifest = read_manifest(body)
    own = (front.backup.hex(), front.header.vault, front.header.epoch, front.header.generation)
    if (manifest.backup, manifest.vault, manifest.epoch, manifest.generation) != own:
        raise sealed.Damaged("another backup's manifest")
    return manifest


def read_manifest(body: Any) -> Manifest:
    """The manifest in a canonical structure, every field checked.

    Raises:
        Problem: E-NEWER. crypto.files.Damaged: anything else is wrong with it.
    """
    if not isinstance(body, dict) or not _whole(body.get("format"), 1) or not _whole(body.get("app", 1), 1):
        raise sealed.Damaged("manifest")
    if body["format"] > FORMAT or body.get("app", 1) > hdr.APP:
        raise newer()
    head, listed, rows = body.get("audit"), body.get("files"), body.get("rows")
    if not (
        set(body) == _KEYS
        and isinstance(head, dict)
        and set(head) == {"seq", "hash"}
        and _whole(head["seq"], 1)
        and _hex(head["hash"], 32)
        and isinstance(listed, list)
        and all(_is_file(one) for one in listed)
        and isinstance(rows, dict)
        and {"client", "contact"} <= set(rows)
        and all(_whole(count, 0) for count in rows.values())
        and all(_whole(body[name], 1) for name in ("epoch", "generation", "made"))
        and all(isinstance(body[name], str) for name in ("vault", "signer"))
        and isinstance(body["schema"], list)
        and all(isinstance(name, str) for name in body["schema"])
        and _hex(body["backup"], 16)
        and _hex(body["signature"], 64)
    ):
        raise sealed.Damaged("manifest")
    paths = [one["path"] for one in listed]
    if set(body["schema"]) - _known_schemas() or (len(paths) > 1 and paths[0] == "db"):
        raise newer()  # records of a later shape, or with files that this version does not keep
    if paths != ["db"]:
        raise sealed.Damaged("files")
    return Manifest(
        backup=body["backup"],
        vault=body["vault"],
        epoch=body["epoch"],
        generation=body["generation"],
        made=body["made"],
        app=body["app"],
        schema=tuple(body["schema"]),
        files=tuple((one["path"], one["size"], one["sha256"]) for one in listed),
        rows=rows,
        seq=head["seq"],
        hash=head["hash"],
        signer=body["signer"],
        signature=body["signature"],
    )


_KEYS = {
    "format", "backup", "vault", "epoch", "generation", "made", "app", "schema", "files", "rows", "audit",
    "signer", "signature",
}  # fmt: skip


def _is_file(one: Any) -> bool:
    return (
        isinstance(one, dict)
        and set(one) == {"path", "size", "sha256"}
        and isinstance(one["path"], str)
        and _PATH.fullmatch(one["path"]) is not None
        and _whole(one["size"], 1)
        and one["size"] <= LARGEST
        and _hex(one["sha256"], 32)
    )


def _whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _hex(value: Any, count: int) -> bool:
    return isinstance(value, str) and len(value) == 2 * count and not set(value) - _DIGITS


def _known_schemas() -> set[str]:
    return {script.stem for script in upgrading.MIGRATIONS.glob("[0-9]*.py")}
