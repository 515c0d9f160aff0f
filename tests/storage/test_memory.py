"""After closing, the vault's keys are nowhere in the process's memory; while it is open, they are: the scan can see."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from caseworker.storage import vault as vaults
from caseworker.storage.vault import NewVault
from tests.fixtures_vault import PHRASE

ROOT = Path(__file__).parent.parent.parent

# The child opens the vault, works, closes it and stays; the keys are never literals in it.
CHILD = """
import sys
from pathlib import Path
from caseworker import storage
from caseworker.storage import audit, vault
opened = vault.open_vault(vault.unlock(Path(sys.argv[1]), sys.stdin.readline().rstrip("\\n")))
for number in range(5):
    storage.write(audit.append, "change", "client", number)
print("open", flush=True)
sys.stdin.readline()
opened.close()
print("closed", flush=True)
sys.stdin.readline()
"""


def copies(pid: int, needle: bytes) -> int:
    """How often ``needle`` stands anywhere in a process's memory."""
    found = 0
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            match = re.match(r"([0-9a-f]+)-([0-9a-f]+) r", line)
            if not match or "[vvar" in line or "[vsyscall" in line:
                continue
            start, end = (int(part, 16) for part in match.groups())
            try:
                memory.seek(start)
                found += memory.read(end - start).count(needle)
            except (OSError, ValueError, OverflowError):
                continue
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_key_is_left_in_memory_after_closing(new_vault: NewVault) -> None:
    unlocked = vaults.unlock(new_vault.path, PHRASE)
    needles = {"master key": bytes(unlocked.vmk)}
    key = vaults.vault_key(unlocked.vmk, unlocked.header, "db")
    needles |= {"database key": bytes(key), "its spelling": bytes(key).hex().encode()}
    needles |= {"signing key": bytes(unlocked.person.sign), "receiving key": bytes(unlocked.person.receive)}
    unlocked.discard()
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(new_vault.path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(PHRASE + "\n")
        child.stdin.flush()
        assert child.stdout.readline() == "open\n"
        try:
            held = {name: copies(child.pid, needle) for name, needle in needles.items()}
        except PermissionError:
            pytest.skip("may not read another process's memory here")
        child.stdin.write("\n")
        child.stdin.flush()
        assert child.stdout.readline() == "closed\n"
        left = {name: copies(child.pid, needle) for name, needle in needles.items()}
    finally:
        child.kill()
        child.wait()
        child.stdin.close()
        child.stdout.close()
    assert held["master key"] > 0
    assert held["database key"] > 0
    assert {name: count for name, count in left.items() if count} == {}, held
