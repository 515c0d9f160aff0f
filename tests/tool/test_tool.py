"""The command line: one clear line when something is wrong, and exact counts only where they may be seen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from caseworker import tool
from caseworker.crypto.keys import FLOOR, KdfCost
from caseworker.demo import filling
from caseworker.storage import vault as vaults
from caseworker.storage.engine import database
from caseworker.sync import summary

ROOT = Path(__file__).parents[2]
CHEAP = KdfCost(m_kib=64, t=1, p=1)
PHRASE = "a harbour of quiet lanterns 42"
Q2 = "2026-27Q2"


@pytest.fixture
def phrase(tmp_path: Path) -> str:
    file = tmp_path / "phrase"
    file.write_text(PHRASE + "\n", encoding="utf-8")
    return str(file)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A small made-up vault that is quick to open."""
    import datetime as dt

    return filling.make(
        "solo", tmp_path / "vaults", PHRASE, contacts=900, today=dt.date(2026, 11, 20), cost=CHEAP
    )


def run(*words: object) -> int:
    return tool.main([str(word) for word in words])


def read_audit(folder: Path) -> list[tuple[str, str]]:
    opened = vaults.open_vault(vaults.unlock(folder, PHRASE))
    try:
        return database.execute_sql("SELECT action, detail FROM audit ORDER BY seq").fetchall()
    finally:
        opened.close()


def test_every_command_is_listed_without_loading_any_of_them(capsys):
    with pytest.raises(SystemExit) as ended:
        run("--help")
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert all(name in said for name in tool.COMMANDS)
    loaded = (
        "import sys; from caseworker import tool\ntry: tool.main(['--help'])\nexcept SystemExit: pass\n"
        "assert not any(name.split('.')[0] in ('peewee', 'numpy', 'highspy', 'PySide6') for name in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_word_that_is_no_command_ends_with_2():
    with pytest.raises(SystemExit) as ended:
        run("frobnicate")
    assert ended.value.code == 2


def test_demo_makes_a_vault_from_the_command_line_and_says_so_as_json(tmp_path, phrase):
    out = tmp_path / "out"
    done = subprocess.run(
        [sys.executable, "-m", "caseworker", "demo", "--profile", "solo", "--contacts", "120", "--out", str(out),
         "--seed", "9", "--today", "2026-11-20", "--passphrase-file", phrase, "--json"],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env=os.environ | {"CASEWORKER_HOME": str(tmp_path / "home")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["synthetic"], said["seed"]) == (True, 9)
    assert vaults.find(out) == Path(said["vault"])


def test_a_problem_is_one_line_on_the_error_stream_and_exit_1(tmp_path, phrase, capsys):
    assert run("return", "--vault", tmp_path / "nothing", "--period", Q2, "--passphrase-file", phrase) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.startswith("E-NO-VAULT: ")


def test_a_problem_is_json_too_when_json_was_asked_for(tmp_path, phrase, capsys):
    assert run("return", "--vault", tmp_path, "--period", "soon", "--passphrase-file", phrase, "--json") == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "E-PERIOD"


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31mred", "a\rb", "\u202eback"])
def test_a_strange_name_never_breaks_the_line_or_redraws_the_terminal(tmp_path, phrase, capsys, name):
    for words in (
        ("return", "--vault", tmp_path / name, "--period", Q2, "--passphrase-file", phrase),
        ("return", "--vault", tmp_path, "--period", Q2, "--plan", tmp_path / name),
        ("verify", tmp_path / name),
        ("demo", "--out", tmp_path / "v", "--passphrase-file", tmp_path / name),
    ):
        assert run(*words) == 1
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert said.removesuffix("\n").isprintable()


@pytest.mark.parametrize("out", ["file", "file/under", "/proc/nothing"])
def test_a_vault_cannot_be_made_where_no_folder_can_be(tmp_path, phrase, capsys, out):
    (tmp_path / "file").touch()
    assert run("demo", "--contacts", 120, "--out", tmp_path / out, "--passphrase-file", phrase) == 1
    said = capsys.readouterr().err
    assert said.startswith("E-DISK: ")
    assert said.count("\n") == 1


@pytest.mark.parametrize("day", ["1800-01-01", "9999-12-31", "today"])
def test_a_made_up_world_has_a_day_people_could_live_in(tmp_path, phrase, capsys, day):
    assert run("demo", "--today", day, "--out", tmp_path / "v", "--passphrase-file", phrase) == 1
    assert capsys.readouterr().err.startswith("E-DATE: ")
    assert not (tmp_path / "v").exists()


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a file without an end")
def test_a_file_without_an_end_is_not_read_for_ever(made, phrase, capsys):
    asked = ("return", "--vault", made, "--period", Q2)
    assert run(*asked, "--plan", "/dev/zero", "--passphrase-file", phrase) == 1
    assert capsys.readouterr().err.startswith("E-PLAN: ")
    assert run(*asked, "--passphrase-file", "/dev/zero") == 1
    assert capsys.readouterr().err.startswith("E-PASS: ")


def test_without_a_terminal_nobody_is_asked_for_a_passphrase(made):
    done = subprocess.run(
        [sys.executable, "-m", "caseworker", "return", "--vault", str(made), "--period", Q2],
        cwd=ROOT, capture_output=True, text=True, check=False, input="typed in the clear\n", start_new_session=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("E-PASSPHRASE: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe"])
def test_a_passphrase_file_that_cannot_be_used_is_named(tmp_path, capsys, content):
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    assert run("demo", "--out", tmp_path / "v", "--passphrase-file", file) == 1
    assert capsys.readouterr().err.startswith("E-PASSPHRASE-FILE: ")
    assert not (tmp_path / "v").exists()


def test_a_day_that_is_none_makes_no_vault(tmp_path, phrase, capsys):
    assert run("demo", "--out", tmp_path / "v", "--today", "30 February", "--passphrase-file", phrase) == 1
    assert capsys.readouterr().err.startswith("E-DATE: ")
    assert not (tmp_path / "v").exists()


def test_a_wrong_passphrase_opens_nothing(made, tmp_path, capsys):
    file = tmp_path / "wrong"
    file.write_text("not this one at all", encoding="utf-8")
    assert run("return", "--vault", made, "--period", Q2, "--passphrase-file", file) == 1
    assert capsys.readouterr().err.startswith("E-PASS")


def test_the_return_in_the_file_is_the_exact_bytes_and_the_release_command_attacks_it(
    made, phrase, tmp_path, capsys
):
    file = tmp_path / "return.json"
    assert run("return", "--vault", made, "--period", Q2, "--passphrase-file", phrase, "--json", file) == 0
    said = capsys.readouterr().out
    assert "2026-27 Q2, version 1, as it would leave" in said
    assert "0 fail" in said
    envelope = summary.read(file.read_bytes())
    assert envelope.period == Q2
    if os.name == "posix":
        assert file.stat().st_mode & 0o077 == 0
    assert run("release", file, "--json", tmp_path / "RELEASE.json") == 0
    release = json.loads((tmp_path / "RELEASE.json").read_text(encoding="utf-8"))
    assert release["rounding_base"] == 5
    assert release["tables"]


def test_the_return_goes_to_the_terminal_as_the_same_bytes(made, phrase, capsys):
    assert run("return", "--vault", made.parent, "--period", Q2, "--passphrase-file", phrase, "--json") == 0
    assert summary.read(capsys.readouterr().out.encode().removesuffix(b"\n")).version == 1


def test_exact_counts_of_made_up_people_may_go_to_a_file_and_leave_a_trace(made, phrase, tmp_path, capsys):
    file = tmp_path / "exact.json"
    assert (
        run("return", "--vault", made, "--period", Q2, "--exact", "--passphrase-file", phrase, "--json", file)
        == 0
    )
    counts = json.loads(file.read_text(encoding="utf-8"))
    assert counts["synthetic"] is True
    assert counts["totals"]["contacts"] == sum(counts["cells"]["contacts|kind"].values()) > 0
    assert f"{counts['totals']['contacts']:,}" in capsys.readouterr().out
    assert ("exact", '{"period":"2026-27Q2"}') in read_audit(made)


def test_exact_counts_of_real_people_never_go_to_a_file(tmp_path, phrase, capsys):
    made = vaults.create(
        tmp_path / "real", passphrase=PHRASE, worker_name="Somebody", role="advocate", agency="A07", cost=FLOOR,
    )  # fmt: skip
    file = tmp_path / "exact.json"
    assert (
        run(
            "return",
            "--vault",
            made.path,
            "--period",
            Q2,
            "--exact",
            "--passphrase-file",
            phrase,
            "--json",
            file,
        )
        == 1
    )
    assert capsys.readouterr().err.startswith("E-EXACT-FILE: ")
    assert not file.exists()
    # nor when the terminal is redirected to one
    assert run("return", "--vault", made.path, "--period", Q2, "--exact", "--passphrase-file", phrase) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert not any(action == "exact" for action, _ in read_audit(made.path))
