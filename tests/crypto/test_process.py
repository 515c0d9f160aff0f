"""Nobody of the same user can dump this process's memory once it is hardened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from caseworker.crypto import process

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


def run(script: str, *args: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", script, *args], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_pages_with_keys_are_kept_out_of_the_swap_file() -> None:
    script = (
        "from caseworker.crypto import keys\n"
        "def locked():\n"
        "    text = open('/proc/self/status').read()\n"
        "    return int(text.split('VmLck:')[1].split()[0])\n"
        "before = locked()\n"
        "key = keys.from_passphrase('a harbour of quiet lanterns', b'0' * 16, keys.KdfCost(64, 1, 1))\n"
        "print(before, locked(), len(key))\n"
    )
    before, after, size = (int(part) for part in run(script).split())
    assert before == 0
    assert after >= 4
    assert size == 32


@pytest.mark.skipif(sys.platform != "linux", reason="gives up rights as Linux does")
def test_where_the_system_says_no_work_goes_on_and_the_log_says_so_once(tmp_path: Path) -> None:
    script = (
        "import os, resource, sys\n"
        "from pathlib import Path\n"
        "from caseworker import log\n"
        "from caseworker.crypto import keys, process\n"
        "log.start(Path(sys.argv[1]) / 'log.txt')\n"
        "keys.from_recovery(b'0' * 19, b'0' * 16)\n"
        "resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))\n"
        "log.event('STARTED')\n"  # the file is open before the rights go
        "if os.getuid() == 0:\n"
        "    os.setuid(65534)\n"
        "print(process.stay_in_memory(bytearray(1 << 20)), process.stay_in_memory(bytearray(1 << 20)))\n"
        "print(len(keys.from_recovery(b'0' * 19, b'0' * 16)))\n"
        "log.stop()\n"
    )
    assert run(script, str(tmp_path)).split() == ["False", "False", "32"]
    said = (tmp_path / "log.txt").read_text().splitlines()
    assert [line.split()[-1] for line in said] == ["STARTED", "W-KEYS-MAY-SWAP"]


def test_an_empty_buffer_needs_nothing() -> None:
    assert process.stay_in_memory(bytearray())
