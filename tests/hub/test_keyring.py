"""The hub's keys: made once, private to the hub, never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from caseworker.errors import Problem
from caseworker.hub.keyring import RECEIPT, ROOT, SEAL, open_keyring


def test_keys_are_made_once_and_only_for_the_hubs_own_eyes(tmp_path: Path):
    folder = tmp_path / "hub" / "secrets"
    first = open_keyring(folder)
    assert open_keyring(folder) == first
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()} == {
        SEAL: 0o600, RECEIPT: 0o600, ROOT: 0o600,
    }  # fmt: skip
    assert [file.name for file in folder.parent.iterdir()] == ["secrets"]


def test_no_private_key_shows_in_a_repr(tmp_path: Path):
    folder = tmp_path / "secrets"
    shown = repr(open_keyring(folder))
    for file in folder.iterdir():
        private = bytes.fromhex(file.read_text().strip())
        assert repr(private) not in shown
        assert private.hex() not in shown


@pytest.mark.parametrize("what", ["", SEAL, RECEIPT, ROOT])
def test_keys_that_others_may_read_are_refused(tmp_path: Path, what: str):
    folder = tmp_path / "secrets"
    open_keyring(folder)
    (folder / what).chmod(0o750 if not what else 0o640)
    with pytest.raises(Problem) as problem:
        open_keyring(folder)
    assert problem.value.code == "E-HUB-KEYS"


@pytest.mark.parametrize("content", [None, b"", b"xyz", b"00" * 31, b"00" * 33, b"\xff\xfe"])
def test_a_missing_or_damaged_key_is_never_replaced(tmp_path: Path, content: bytes | None):
    folder = tmp_path / "secrets"
    open_keyring(folder)
    file = folder / SEAL
    file.unlink()
    if content is not None:
        file.touch(mode=0o600)
        file.write_bytes(content)
    with pytest.raises(Problem) as problem:
        open_keyring(folder)
    assert problem.value.code == "E-HUB-KEYS"
    assert content is None or file.read_bytes() == content


def test_without_the_root_key_returns_are_received_and_no_letter_is_made(tmp_path: Path):
    folder = tmp_path / "secrets"
    open_keyring(folder)
    (folder / ROOT).unlink()
    keys = open_keyring(folder)
    assert keys.sign_receipt("receipt", b"x")
    with pytest.raises(Problem) as problem:
        keys.sign_as_root("bundle", b"x")
    assert problem.value.code == "E-HUB-ROOT"
