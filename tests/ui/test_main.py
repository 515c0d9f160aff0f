"""Starting, ending within a second of a lock, and what is done about a bug."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from caseworker.storage.vault import NewVault
from tests.fixtures_vault import PHRASE
from ui import main
from ui.desk import Desk

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("kind", ["nothing", "deaf", "query", "writing", "stubborn"])
def test_the_process_has_ended_within_a_second_whatever_the_worker_does(
    kind: str, new_vault: NewVault
) -> None:
    told = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("locking.py")), kind, str(new_vault.path.parent), PHRASE],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        line, complaints = told.communicate(timeout=30)
    finally:
        told.kill()
    ended = time.monotonic()
    assert line, complaints
    assert told.returncode in (main.LOCKED, -signal.SIGALRM)
    assert ended - float(line) < 1.0 + 0.1  # a tenth for this test to notice


def test_a_lock_cut_short_leaves_a_vault_that_opens(new_vault: NewVault, reopen: Callable[[], Any]) -> None:
    subprocess.run(
        [sys.executable, str(Path(__file__).with_name("locking.py")), "writing", str(new_vault.path.parent), PHRASE],
        check=False, capture_output=True, timeout=60, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    vault = reopen()
    assert vault.whole_check() == []
    assert vault.warnings == []
    vault.close()


def test_a_bug_is_said_calmly_and_logged_without_what_it_said(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from caseworker import log

    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    log.start(tmp_path / "events.log")
    log.install_hook(lambda kind: main._calm(desk))
    try:
        raise ValueError("Amara Clarke called at 9")
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    log.stop()
    assert desk.window_ is not None
    (notice,) = [n for n in desk.window_.open_notices() if "unexpected" in n.text]
    written = (tmp_path / "events.log").read_text()
    assert "ValueError" in written
    assert "Amara" not in written + notice.text


def test_the_lock_screen_is_painted_before_anything_of_the_vault_is_loaded(new_vault: NewVault) -> None:
    program = (
        "import sys, os\n"
        "from ui import main\n"
        "from ui.screens.lock import LockScreen\n"
        "real = LockScreen.paintEvent\n"
        "def painted(self, event):\n"
        "    real(self, event)\n"
        "    heavy = ('peewee', 'playhouse', 'numpy', 'highspy', 'zxcvbn', 'segno', 'sqlcipher3', 'xlsxwriter',\n"
        "             'cryptography', 'msgspec', 'openpyxl')\n"
        "    print(sorted({m.split('.')[0] for m in sys.modules} & set(heavy)), flush=True)\n"
        "    os._exit(0)\n"
        "LockScreen.paintEvent = painted\n"
        f"main.run(['caseworker', '--vault', {str(new_vault.path.parent)!r}])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_how_the_last_crash_came_about_is_kept_when_the_app_starts_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEWORKER_HOME", str(tmp_path))
    main.crash_file().write_text("Fatal Python error", encoding="utf-8")
    main.crash_file().write_text("", encoding="utf-8")  # started again
    main.crash_file()  # and again, after an ordinary end
    assert (tmp_path / "crash-before.log").read_text(encoding="utf-8") == "Fatal Python error"
