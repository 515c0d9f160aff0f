"""``verify`` says whole or not in one line, for everything this product makes, and never changes a thing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from caseworker.crypto import signing
from caseworker.storage import throttle
from caseworker.storage.vault import NewVault
from caseworker.sync import wire
from caseworker.tool import main
from tests.fixtures_vault import PHRASE
from tests.tool.test_release import HEX, write_return


def verify(path: Path, *more: str) -> int:
    return main(["verify", str(path), *more])


@pytest.fixture
def phrase(tmp_path: Path) -> str:
    (tmp_path / "phrase").write_text(PHRASE + "\n")
    return str(tmp_path / "phrase")


def test_a_whole_vault(new_vault: NewVault, phrase: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(new_vault.path, "--passphrase-file", phrase) == 0
    assert verify(new_vault.path.parent, "--passphrase-file", phrase) == 0
    assert capsys.readouterr().out == "verify: vault whole\n" * 2
    assert verify(new_vault.path, "--passphrase-file", phrase, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"kind": "vault", "whole": True, "found": []}


@pytest.mark.parametrize("name", ["vault.hdr", "vault.hdr.1", "vault-0001.db", "anchor"])
def test_one_flipped_byte_in_a_vault_is_one_line(
    new_vault: NewVault, phrase: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    data = bytearray((new_vault.path / name).read_bytes())
    data[len(data) // 3] ^= 1
    (new_vault.path / name).write_bytes(data)
    assert verify(new_vault.path, "--passphrase-file", phrase) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("verify: vault not whole: ")
    assert told.err.count("\n") == 1


def test_a_damaged_header_asks_for_no_passphrase(
    new_vault: NewVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(_: str) -> str:
        raise AssertionError("a passphrase was asked for")

    monkeypatch.setattr("getpass.getpass", asked)
    (new_vault.path / "vault.hdr").write_bytes(b"CASEVLT\x01")
    assert verify(new_vault.path) == 1


def test_a_wrong_passphrase_is_told_and_is_no_verdict(
    new_vault: NewVault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "wrong").write_text("wrong")
    assert verify(new_vault.path, "--passphrase-file", str(tmp_path / "wrong")) == 1
    assert "does not open this vault" in capsys.readouterr().err
    throttle.clear(new_vault.path)


def test_a_return_as_it_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "return.json"
    write_return(file)
    assert verify(file) == 0
    whole = file.read_bytes()
    for offset in range(0, len(whole), 37):
        changed = bytearray(whole)
        changed[offset] ^= 0x80
        file.write_bytes(changed)
        assert verify(file) == 1, offset
    file.write_bytes(whole[:-1])
    assert verify(file) == 1
    assert "Traceback" not in capsys.readouterr().err


def receipt(sign_key: bytes) -> bytes:
    made = wire.Receipt(
        v=1, kind="return", org="ESSEX", device="cd" * 16, seq=1, wire_sha256=HEX, status="received", reason="",
        server_time=1_700_000_000, next_seq=2, ledger_seq=1, ledger_head=HEX,
    )  # fmt: skip
    return wire.make_receipt(made, lambda purpose, data: signing.sign(sign_key, purpose, data))


def test_a_receipt_needs_the_hubs_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    private, public = signing.new_sign_key()
    _, stranger = signing.new_sign_key()
    file = tmp_path / "receipt.json"
    file.write_bytes(receipt(private))
    assert verify(file, "--receipt-key", public.hex()) == 0
    assert verify(file) == 1
    assert "--receipt-key" in capsys.readouterr().err
    assert verify(file, "--receipt-key", stranger.hex()) == 1
    file.write_bytes(receipt(private).replace(b'"sig":"', b'"sig":"00', 1))
    assert verify(file, "--receipt-key", public.hex()) == 1


def test_what_is_none_of_these_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "photo.jpg", tmp_path / "empty", tmp_path / "nowhere"):
        assert verify(path) == 1
    assert capsys.readouterr().err.count("\n") == 3


def test_a_sealed_returns_outside_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "sealed.json"
    file.write_bytes(b'{"ct":"","kid":"x"}')
    assert verify(file) == 1
