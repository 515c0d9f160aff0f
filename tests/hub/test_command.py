"""The hub's command: one clear line for every mistake, and files that laptops can use."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
from pathlib import Path

import pytest

from caseworker.crypto import pairing
from caseworker.hub.__main__ import main
from caseworker.hub.keyring import ROOT
from caseworker.sync import wire


@pytest.fixture
def place(tmp_path: Path) -> list[str]:
    return ["--database", f"sqlite:///{tmp_path / 'hub' / 'hub.db'}", "--secrets", str(tmp_path / "keys")]


def letter(tmp_path: Path, name: str = "a.casebundle", **changes: str) -> list[str]:
    words = {"agency": "A07", "name": "Elder abuse hotline", "out": str(tmp_path / name), **changes}
    return ["pair", *(part for key, value in words.items() for part in (f"--{key}", value))]


def test_a_letter_is_made_and_its_code_opens_its_file(
    place: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main([*letter(tmp_path, address="https://hub.example/"), *place]) == 0
    printed = capsys.readouterr().out
    code = re.search(r"^Pairing code: (\S+)$", printed, re.MULTILINE)
    digits = re.search(r"^Number to compare: ([\d ]{24})$", printed, re.MULTILINE)
    assert code is not None
    assert digits is not None
    bundle, digest = wire.open_bundle(
        (tmp_path / "a.casebundle").read_bytes(), pairing.read_pairing_code(code[1])
    )
    assert (bundle.agency, bundle.agency_name, bundle.hub) == (
        "A07",
        "Elder abuse hotline",
        "https://hub.example",
    )
    assert wire.read_out(digest) == digits[1]
    assert "until" in printed


def test_the_same_options_may_stand_before_the_word_or_after_it(
    place: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main([*place, *letter(tmp_path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"file", "code", "digits", "ends"}
    assert main([*place, "check"]) == 0
    assert capsys.readouterr().out.startswith("The ledger holds: 2 entries, head ")


def test_a_file_that_is_there_already_is_never_written_over(
    place: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "a.casebundle").write_text("mine")
    assert main([*letter(tmp_path), *place]) == 2
    assert (tmp_path / "a.casebundle").read_text() == "mine"
    assert "is there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    "changes",
    [
        {"agency": "a lower one"},
        {"name": ""},
        {"address": "http://hub.example"},
        {"plan": "nothing"},
        {"org": "essex"},
    ],
)
def test_what_cannot_stand_in_a_letter_gets_one_line_and_leaves_no_file(
    place: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, str]
):
    assert main([*letter(tmp_path, **changes), *place]) == 2
    told = capsys.readouterr().err
    assert told.startswith("E-")
    assert told.count("\n") == 1
    assert not (tmp_path / "a.casebundle").exists()


def test_without_the_root_key_no_letter_is_made(
    place: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main([*letter(tmp_path), *place]) == 0
    (tmp_path / "keys" / ROOT).unlink()
    assert main([*letter(tmp_path, "b.casebundle"), *place]) == 2
    assert "root key" in capsys.readouterr().err


def test_a_port_that_is_taken_gets_one_line(place: list[str], capsys: pytest.CaptureFixture[str]):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main([*place, "--port", str(port)]) == 2
    assert (
        capsys.readouterr().err
        == f"E-HUB-PORT: Port {port} is taken. Stop the other program or choose --port.\n"
    )


def test_a_database_of_another_kind_gets_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["--database", "mysql://somewhere/hub", "--secrets", str(tmp_path / "keys"), "check"]) == 2
    assert "SQLite or PostgreSQL" in capsys.readouterr().err


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@127.0.0.1:1/x", "sqlite:///{}/spoilt.db", "sqlite:///{}", ""]
)
def test_a_database_that_cannot_be_opened_gets_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], url: str
):
    (tmp_path / "spoilt.db").write_bytes(b"\xa5" * 9000)
    where = ["--database", url.format(tmp_path), "--secrets", str(tmp_path / "keys")]
    for words in (letter(tmp_path), ["check"], ["--port", "0"]):
        assert main([*words, *where]) == 2
        told = capsys.readouterr().err
        assert told.startswith("E-HUB-DATABASE: ")
        assert told.count("\n") == 1
    assert not (tmp_path / "a.casebundle").exists()


def test_a_ledger_that_is_not_there_does_not_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["check", "--database", f"sqlite:///{tmp_path / 'mistyped.db'}"]) == 2
    assert "no database mistyped.db" in capsys.readouterr().err
    assert not (tmp_path / "mistyped.db").exists()


def test_a_letter_that_cannot_be_written_is_never_entered(
    place: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main([*letter(tmp_path, "nowhere/a.casebundle"), *place]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert main([*letter(tmp_path), *place, "--json"]) == 0
    capsys.readouterr()
    assert main(["check", *place]) == 0
    assert "2 entries" in capsys.readouterr().out


@pytest.mark.parametrize(("option", "value"), [("--host", "203.0.113.9"), ("--host", "no.such.host.invalid")])
def test_an_address_of_another_machine_is_not_called_a_taken_port(
    place: list[str], capsys: pytest.CaptureFixture[str], option: str, value: str
):
    assert main([*place, option, value, "--port", "0"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("E-HUB-HOST: ")
    assert told.count("\n") == 1


@pytest.mark.parametrize("port", ["99999", "-1", "http", "\u0664"])
def test_a_port_that_is_no_port_is_wrong_use(place: list[str], port: str):
    with pytest.raises(SystemExit) as ended:
        main([*place, "--port", port])
    assert ended.value.code == 2


def test_a_changed_ledger_is_found(place: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    main([*letter(tmp_path), *place])
    with sqlite3.connect(tmp_path / "hub" / "hub.db") as connection:
        connection.execute("DROP TRIGGER entry_no_update")
        connection.execute("UPDATE entry SET subject = 'ESSEX A08' WHERE seq = 1")
    connection.close()
    assert main(["check", *place]) == 1
    assert "does not hold from entry 1 on" in capsys.readouterr().out


def test_only_the_hubs_own_account_can_read_its_database(place: list[str], tmp_path: Path):
    main([*letter(tmp_path), *place])
    assert (tmp_path / "hub").stat().st_mode & 0o077 == 0
    assert (tmp_path / "hub" / "hub.db").stat().st_mode & 0o077 == 0
