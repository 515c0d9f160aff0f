"""Every byte of a small vault, flipped one at a time: nothing changed is ever read silently."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from caseworker import storage
from caseworker.crypto import header as hdr
from caseworker.domain.clients import Client
from caseworker.errors import Problem
from caseworker.storage import clients, engine
from caseworker.storage import vault as vaults
from caseworker.storage.vault import NewVault, OpenVault
from tests.fixtures_vault import PHRASE

DB = "vault-0001.db"
PAGE = 4096


def test_every_byte_of_the_case_file(vault: OpenVault) -> None:
    """Each flip is found by the page check on a fresh connection, or the file does not open at all.

    Every page has a code of its own over its bytes, so one check tells of one byte flipped in each of them. Not so the
    first page: it begins with the salt, and without that no page is right; its bytes are flipped one at a time.
    """
    for number in range(5):
        storage.write(clients.save, Client(None, "", f"Made-up Person {number}"))
    key = vaults.vault_key(vault._keys.vmk, vault._keys.header, "db")
    vault.close()
    file = vault.path / DB
    whole = file.read_bytes()
    pages = range(2, len(whole) // PAGE + 1)
    assert len(whole) == (len(pages) + 1) * PAGE
    missed = [offset for offset in range(PAGE) if not noticed(file, whole, [offset], key)]
    for place in range(PAGE):
        found = wrong_pages(file, whole, [(page - 1) * PAGE + place for page in pages], key)
        missed += [(page - 1) * PAGE + place for page in pages if page not in found]
    for page in pages:  # and as the app meets it: one changed byte in a whole file
        at = (page - 1) * PAGE + page % PAGE
        if not noticed(file, whole, [at], key):
            missed.append(at)
    print(f"\nevery_byte: {len(whole)} bytes of the case file flipped, {len(missed)} missed")
    assert file.read_bytes() == whole
    assert missed == []
    assert vaults.verify(vault.path, PHRASE) == []


@contextmanager
def flipped(file: Path, whole: bytes, offsets: Sequence[int]) -> Iterator[None]:
    """The file with one bit changed in each of those bytes, and put right after."""
    with open(file, "r+b") as out:
        for offset in offsets:
            out.seek(offset)
            out.write(bytes([whole[offset] ^ (1 << (offset % 8))]))
    try:
        yield
    finally:
        with open(file, "r+b") as out:
            for offset in offsets:
                out.seek(offset)
                out.write(whole[offset : offset + 1])


def wrong_pages(file: Path, whole: bytes, offsets: Sequence[int], key: bytearray) -> set[int]:
    """The numbers of the pages that the page check names with those bytes flipped."""
    with flipped(file, whole, offsets):
        conn = engine.open_file(file, key, mode="ro&immutable=1")
        try:
            said = [row[0] for row in conn.execute("PRAGMA cipher_integrity_check").fetchall()]
        finally:
            conn.close()
    return {int(number) for line in said for number in re.findall(r"page (\d+)$", line)}


def noticed(file: Path, whole: bytes, offsets: Sequence[int], key: bytearray) -> bool:
    """Whether anybody who opens and checks the file so is told."""
    try:
        with flipped(file, whole, offsets):
            conn = engine.open_file(file, key, mode="ro&immutable=1")
            try:
                return bool(conn.execute("PRAGMA cipher_integrity_check").fetchall())
            finally:
                conn.close()
    except Problem as problem:
        return problem.code in ("E-DB-DAMAGED", "E-DB-MISSING")


def test_verify_finds_every_byte_of_every_small_file(new_vault: NewVault) -> None:
    """The whole command, not only its parts: header, spare header and both slots of the anchor."""
    flips = 0
    for name in ("vault.hdr", "vault.hdr.1", "anchor"):
        file = new_vault.path / name
        whole = file.read_bytes()
        for offset in range(len(whole)):
            changed = bytearray(whole)
            changed[offset] ^= 1 << (offset % 8)
            file.write_bytes(changed)
            assert vaults.verify(new_vault.path, PHRASE) != [], (name, offset)
            flips += 1
        file.write_bytes(whole)
    print(f"\nevery_byte: verify found all of {flips} flips in header, spare header and anchor")
    assert vaults.verify(new_vault.path, PHRASE) == []


def test_every_truncation_of_every_file(new_vault: NewVault) -> None:
    cuts = 0
    for name in ("vault.hdr", "vault.hdr.1", "anchor"):
        file = new_vault.path / name
        whole = file.read_bytes()
        for size in range(len(whole)):
            file.write_bytes(whole[:size])
            assert vaults.verify(new_vault.path, PHRASE) != [], (name, size)
            cuts += 1
        file.write_bytes(whole)
    file = new_vault.path / DB
    whole = file.read_bytes()
    for size in [*range(0, len(whole), 257), *range(0, len(whole), 4096)]:
        file.write_bytes(whole[:size])
        assert vaults.verify(new_vault.path, PHRASE) != [], size
        cuts += 1
    print(f"\nevery_byte: all of {cuts} cut files found")


def test_every_bit_of_the_header_with_the_check_sum_put_right(new_vault: NewVault) -> None:
    """What a stranger can do at best: the MAC still refuses each one."""
    import hashlib

    data = (new_vault.path / "vault.hdr").read_bytes()
    unlocked = vaults.unlock(new_vault.path, PHRASE)
    caught = {"Damaged": 0, "Unsupported": 0, "Newer": 0, "Tampered": 0}
    for bit in range((len(data) - 32) * 8):
        changed = bytearray(data[:-32])
        changed[bit // 8] ^= 1 << (bit % 8)
        forged = bytes(changed) + hashlib.sha256(changed).digest()
        try:
            hdr.check_mac(forged, hdr.read(forged), unlocked.vmk)
        except (hdr.Damaged, hdr.Unsupported, hdr.Tampered) as error:
            caught[type(error).__name__] += 1
    unlocked.discard()
    print(f"\nevery_byte: {(len(data) - 32) * 8} header bits with a right check sum: {caught}")
    assert sum(caught.values()) == (len(data) - 32) * 8
