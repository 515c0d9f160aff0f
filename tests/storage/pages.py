"""What is really in a case file: every page decrypted by hand, the free ones and those in the log included."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE, RESERVED, FRAME, LOG_HEADER = 4096, 80, 24, 32


def decrypted(file: Path, key: bytes) -> bytes:
    """All pages of the file and of its write-ahead log, in the clear."""
    data = file.read_bytes()
    pages = [data[at : at + PAGE] for at in range(0, len(data), PAGE)]
    found = [_page(page, key, number == 0) for number, page in enumerate(pages)]
    log = Path(f"{file}-wal")
    if log.exists():
        rest = log.read_bytes()[LOG_HEADER:]
        for at in range(0, len(rest) - FRAME - PAGE + 1, FRAME + PAGE):
            first = int.from_bytes(rest[at : at + 4], "big") == 1
            found.append(_page(rest[at + FRAME : at + FRAME + PAGE], key, first))
    return b"".join(found)


def _page(page: bytes, key: bytes, first: bool) -> bytes:
    vector = page[PAGE - RESERVED : PAGE - RESERVED + 16]
    body = page[16 if first else 0 : PAGE - RESERVED]
    cipher = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
    return cipher.update(body) + cipher.finalize()
