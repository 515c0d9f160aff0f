"""What the app does not load, and that it opens its vault all the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def told(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    return done.stdout.strip()


def test_no_source_is_read_or_kept_when_modules_are_loaded() -> None:
    loads = (
        "import linecache; from ui.keyboard import Keyboard\n"
        "print(sum('keyboard' in name for name in linecache.cache))"
    )
    assert told(f"import ui.main\n{loads}") == "0"
    # Without it the source is read: if PySide ever stops doing that, ui/lean.py has nothing left to do.
    assert told(f"import PySide6.QtWidgets\n{loads}") != "0"


def test_the_driver_of_the_hubs_database_stays_out_of_the_app() -> None:
    program = (
        "import sys, ui.main\n"
        "ui.main.lean.leave_hub_out()\n"
        "import caseworker.storage.vault\n"
        "print(sorted(name for name, module in sys.modules.items() if module and name.startswith('psycopg')))"
    )
    assert told(program) == "[]"
