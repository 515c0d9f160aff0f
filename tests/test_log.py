"""The log holds codes and whole numbers; names, notes and messages of exceptions cannot get into it."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from caseworker import log

ROOT = Path(__file__).parent.parent


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    log.start(tmp_path / "logs" / "caseworker.log")
    yield tmp_path / "logs" / "caseworker.log"
    log.stop()


def test_an_event_is_a_code_and_numbers(file: Path) -> None:
    log.event("E-DISK-FULL", seq=17, ms=3)
    assert file.read_text().rstrip().endswith("E-DISK-FULL seq=17 ms=3")


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("Robin Marsh", {}),
        ("e-lower", {}),
        ("E-PASS\nE-FAKE", {}),
        ("E" * 60, {}),
        (17, {}),
        ("E-PASS", {"name": "Robin"}),
        ("E-PASS", {"path": Path("x")}),
        ("E-PASS", {"share": 0.5}),
        ("E-PASS", {"yes": True}),
        ("E-PASS", {"Robin Marsh": 1}),
        ("E-PASS", {"nothing": None}),
    ],
)
def test_anything_else_is_refused_without_repeating_it(file: Path, code: Any, values: dict[str, Any]) -> None:
    with pytest.raises(log.NotLoggable) as refused:
        log.event(code, **values)
    assert "Robin" not in str(refused.value)
    assert not file.exists() or file.read_text() == ""


def test_a_bug_leaves_type_and_place_but_no_words(file: Path) -> None:
    name = "Robin Marsh"
    try:
        raise KeyError(f"no such client: {name}")
    except KeyError as error:
        log.bug(type(error), error, error.__traceback__)
    text = file.read_text()
    assert "E-BUG KeyError tests/test_log.py:" in text
    assert "Robin" not in text
    assert str(Path.home()) not in text


def test_the_hook_meets_what_nobody_caught(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from caseworker import log\n"
        "log.start(Path(sys.argv[1])); log.install_hook(lambda kind: print('calm', kind.__name__))\n"
        "raise ValueError('Robin Marsh, 12 High Street')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "l.log")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == "calm ValueError\n"
    written = (tmp_path / "l.log").read_text()
    assert "E-BUG ValueError" in written
    assert "Robin" not in written + done.stderr


def test_the_log_stays_small(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30_000):
        log.event("E-SOMETHING-RATHER-LONG", number=number, another=number, third=number)
    sizes = {path.name: path.stat().st_size for path in file.parent.iterdir()}
    assert set(sizes) == {"caseworker.log", "caseworker.log.1"}
    assert max(sizes.values()) <= 1_000_000


@pytest.mark.usefixtures("file")
def test_libraries_that_print_statements_are_silent() -> None:
    assert logging.getLogger("peewee").disabled
