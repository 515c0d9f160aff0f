"""One spelling for "what this is for": every hash, signature and derived key names its purpose first.

``ctx("t", a, b) = b"case/v1/" | "t" | 0x00 | LP(a) | LP(b)``, where LP(x) is a four-byte length and then x.
Because lengths are written down, no two different lists of parts ever give the same bytes.
"""

from __future__ import annotations

_PRODUCT = b"case/v1/"


def ctx(name: str, *parts: bytes | str | int) -> bytes:
    """The context bytes of ``name`` with its parts; text is UTF-8, whole numbers are decimal digits."""
    out = bytearray(_PRODUCT + name.encode("ascii") + b"\x00")
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8")
        out += len(data).to_bytes(4, "big") + data
    return bytes(out)
