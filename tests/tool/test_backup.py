"""``backup`` and ``restore``: done and said in words, or one clear line and nothing changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from caseworker import paths
from caseworker.storage import vault as vaults
from caseworker.storage.engine import database
from caseworker.storage.vault import NewVault
from caseworker.tool import main
from tests.fixtures_vault import PHRASE


@pytest.fixture
def phrase(tmp_path: Path) -> str:
    (tmp_path / "phrase").write_text(PHRASE + "\n")
    return str(tmp_path / "phrase")


@pytest.fixture
def made(new_vault: NewVault, tmp_path: Path, phrase: str, capsys: pytest.CaptureFixture[str]) -> Path:
    file = tmp_path / "one.casebak"
    assert (
        main(
            ["backup", "--vault", str(new_vault.path.parent), "--out", str(file), "--passphrase-file", phrase]
        )
        == 0
    )
    assert "read back and checked: 0 clients, 0 contacts" in capsys.readouterr().out
    return file


def restore(file: Path, out: Path, *more: str) -> int:
    return main(["restore", str(file), "--out", str(out), *more])


def test_a_vault_goes_into_a_file_and_comes_back(
    made: Path, tmp_path: Path, phrase: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(made), "--passphrase-file", phrase]) == 0
    assert capsys.readouterr().out == "verify: backup whole\n"
    assert restore(made, tmp_path / "back", "--passphrase-file", phrase) == 0
    said = capsys.readouterr().out
    assert said.startswith("Restored as of ")
    assert said.count("\n") == 2  # no vault in use, so nothing to compare with
    found = vaults.find(tmp_path / "back")
    assert found is not None
    assert main(["verify", str(found), "--passphrase-file", phrase]) == 0
    assert database.deferred


def test_the_recovery_sheet_brings_it_back_too(new_vault: NewVault, made: Path, tmp_path: Path) -> None:
    (tmp_path / "code").write_text(new_vault.recovery_code + "\n")
    assert restore(made, tmp_path / "back", "--recovery", "--passphrase-file", str(tmp_path / "code")) == 0
    assert vaults.find(tmp_path / "back") is not None


def test_results_can_be_read_by_programs(
    new_vault: NewVault, tmp_path: Path, phrase: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "one.casebak")
    command = ["backup", "--vault", str(new_vault.path), "--out", file, "--passphrase-file", phrase, "--json"]
    assert main(command) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["backup"], made["checked"], made["clients"]) == (file, True, 0)
    assert restore(Path(file), tmp_path / "back", "--passphrase-file", phrase, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["made"] == made["made"]
    assert found["not_in_backup"] is None
    assert main(command) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "E-EXISTS"


def test_the_vault_the_app_would_open_is_compared_with(
    made: Path, new_vault: NewVault, tmp_path: Path, phrase: str, capsys: pytest.CaptureFixture[str]
) -> None:
    paths.data_root().mkdir(exist_ok=True)
    new_vault.path.rename(paths.data_root() / new_vault.path.name)
    assert restore(made, tmp_path / "back", "--passphrase-file", phrase) == 0
    assert "have nothing that is not in this backup." in capsys.readouterr().out


@pytest.mark.parametrize("offset", [3, 200, 60_000, -1])
def test_one_flipped_byte_is_one_line_and_nothing_changes(
    made: Path, tmp_path: Path, phrase: str, offset: int, capsys: pytest.CaptureFixture[str]
) -> None:
    data = bytearray(made.read_bytes())
    data[offset] ^= 1
    made.write_bytes(data)
    assert main(["verify", str(made), "--passphrase-file", phrase]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert restore(made, tmp_path / "back", "--passphrase-file", phrase) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("E-BACKUP-DAMAGED: ")
    assert told.err.count("\n") == 1
    assert not (tmp_path / "back").exists()


def test_something_broken_asks_for_no_passphrase(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(_: str) -> str:
        raise AssertionError("a passphrase was asked for")

    monkeypatch.setattr("getpass.getpass", asked)
    made.write_bytes(made.read_bytes()[:700])
    assert restore(made, tmp_path / "back") == 1
    assert main(["verify", str(made)]) == 1
    assert restore(tmp_path / "nothing.casebak", tmp_path / "back") == 1


def test_nothing_is_written_over(made: Path, new_vault: NewVault, tmp_path: Path, phrase: str) -> None:
    before = {file.name: file.read_bytes() for file in new_vault.path.iterdir()}
    assert restore(made, new_vault.path, "--passphrase-file", phrase) == 1
    assert restore(made, new_vault.path.parent, "--passphrase-file", phrase) == 1
    assert {file.name: file.read_bytes() for file in new_vault.path.iterdir()} == before


def test_a_folder_without_a_vault_is_said(
    tmp_path: Path, phrase: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    command = [
        "backup",
        "--vault",
        str(tmp_path / "empty"),
        "--out",
        str(tmp_path / "x"),
        "--passphrase-file",
        phrase,
    ]
    assert main(command) == 1
    assert capsys.readouterr().err.startswith("E-NO-VAULT")
