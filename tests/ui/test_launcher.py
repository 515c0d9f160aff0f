from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from ui import launcher


def starting(codes: list[int], lines: list[list[str]]) -> Callable[[list[str]], int]:
    """Stands for the operating system: each start ends with the next of these codes."""

    def start(line: list[str]) -> int:
        lines.append(line)
        return codes.pop(0)

    return start


def test_each_lock_starts_a_new_process_that_knows_when_it_locked() -> None:
    lines: list[list[str]] = []
    assert launcher.run(["--vault", "x"], starting([75, 75, 0], lines)) == 0
    assert len(lines) == 3
    assert lines[0][-2:] == ["--vault", "x"]
    assert lines[1][-4:-1] == ["--vault", "x", "--locked-at"]
    assert int(lines[2][-1]) > 1_600_000_000
    assert lines[2].count("--locked-at") == 1


@pytest.mark.parametrize("code", launcher.FORCED)
def test_a_lock_that_the_system_had_to_end_is_a_lock_too(code: int) -> None:
    lines: list[list[str]] = []
    assert launcher.run([], starting([code, 0], lines)) == 0
    assert "--locked-at" in lines[1]


def test_a_start_that_fails_at_once_is_not_tried_again() -> None:
    lines: list[list[str]] = []
    assert launcher.run([], starting([1], lines)) == 1
    assert len(lines) == 1


def test_a_crash_after_a_while_starts_again_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "SHORT_LIFE", -1.0)
    lines: list[list[str]] = []
    assert launcher.run([], starting([-11, 0], lines)) == 0
    assert lines[1][-1] == "--after-failure"


def test_the_launcher_never_loads_qt() -> None:
    """It waits beside the app all day: it must cost next to nothing and hold nothing."""
    seen = subprocess.run(
        [
            sys.executable,
            "-c",
            "import ui.launcher, sys; print([m for m in sys.modules if 'PySide' in m or 'caseworker' in m])",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout.strip() == "[]"
