"""Marks that can be found again: typed letter by letter, never held whole by whoever types them.

Each field gets a mark of its own, made from a secret of the test and the field's name. The typing side asks for one
letter at a time; only the searching side, another process, ever puts a mark together.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from pathlib import Path

LETTERS = "bcdfghjkmnpqrstvwxyz"
#: Every mark begins with these, so that one search over a large memory finds all of them.
BEGINS = "qxzj"
LENGTH = 14


def letter(secret: str, field: str, at: int) -> str:
    """One letter of the mark of that field."""
    if at < len(BEGINS):
        return BEGINS[at]
    digest = hmac.new(secret.encode(), f"{field}|{at}".encode(), hashlib.sha256).digest()
    return LETTERS[digest[0] % len(LETTERS)]


def whole(secret: str, field: str) -> str:
    """The mark of that field; for the searching side."""
    return "".join(letter(secret, field, at) for at in range(LENGTH))


def forms(mark: str) -> Iterator[bytes]:
    """The mark as it might stand in a file: plain, wide, in capitals, in hexadecimal, in base 64 at any offset."""
    for text in (mark, mark.upper(), mark.capitalize()):
        yield text.encode("utf-8")
        yield text.encode("utf-16-le")
        yield text.encode("utf-16-be")
        yield text.encode().hex().encode()
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + mark.encode() + b"\0" * 3)
        # Only the letters that no neighbour touches
        yield coded[4 * ((before + 2) // 3) : 4 * ((before + len(mark)) // 3)]


def found_in_files(marks: Iterable[str], folders: Iterable[Path]) -> dict[str, list[Path]]:
    """Which marks stand readable in which files, by content or by name."""
    needles = [(mark, form) for mark in marks for form in forms(mark)]
    found: dict[str, list[Path]] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            data = path.name.encode() + (path.read_bytes() if path.is_file() else b"")
            for mark, form in needles:
                if form in data:
                    found.setdefault(mark, []).append(path)
    return found


def found_in_memory(marks: Iterable[str], pid: int) -> set[str]:
    """Which marks stand in the writable memory of that process, as UTF-8 or as Qt keeps text (UTF-16)."""
    wanted = set(marks)
    found: set[str] = set()
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights = line.split()[:2]
            if not rights.startswith("rw"):
                continue
            start, end = (int(part, 16) for part in span.split("-"))
            try:
                memory.seek(start)
                data = memory.read(end - start)
            except (OSError, ValueError, OverflowError):
                continue  # a guard page, or memory of a device
            for coding, wide in (("utf-8", 1), ("utf-16-le", 2)):
                for at in _all_of(data, BEGINS.encode(coding)):
                    text = data[at : at + LENGTH * wide].decode(coding, errors="replace")
                    if text in wanted:
                        found.add(text)
    return found


def _all_of(data: bytes, needle: bytes) -> Iterator[int]:
    at = data.find(needle)
    while at >= 0:
        yield at
        at = data.find(needle, at + 1)
