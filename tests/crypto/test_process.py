"""Nobody of the same user can dump this process's memory once it is hardened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.skipif(sys.platform == "win32", reason="asserted by Windows itself")
def test_dumps_and_debuggers_are_off_afterwards() -> None:
    script = (
        "from caseworker.crypto.process import harden_process, is_hardened\n"
        "import resource\n"
        "print(is_hardened(), harden_process(), is_hardened(), resource.getrlimit(resource.RLIMIT_CORE))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split(" ", 1)[1].strip() == "[] True (0, 0)"
    assert done.stdout.startswith("False")
