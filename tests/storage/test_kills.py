"""Killed at any moment: every contact that was said to be saved is there, the chain holds, the draft is
offered.
"""

from __future__ import annotations

import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from caseworker.storage import drafts
from caseworker.storage import vault as vaults
from caseworker.storage.engine import database
from caseworker.storage.vault import NewVault, OpenVault
from tests.fixtures_vault import PHRASE

ROOT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the writer forks")


class Writer:
    """Talks to ``writer.py``."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.storage.writer"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        self.text = b""
        self.until(b"ready\n", 60)

    def until(self, mark: bytes, seconds: float) -> None:
        assert self.process.stdout is not None
        end = time.monotonic() + seconds
        while mark not in self.text:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise AssertionError("the writer says nothing")
            piece = os.read(self.process.stdout.fileno(), 65536)
            assert piece, "the writer ended"
            self.text += piece

    def run(self, folder: Path, delay: float, *, while_opening: bool) -> list[int]:
        """Start a writer and kill it ``delay`` seconds after it began, or after its first contact; the ids it
        called saved.
        """
        self.text = b""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{folder}\n".encode())
        self.until(b"pid ", 30)
        while b"\n" not in self.text[self.text.index(b"pid ") :]:
            self.until(b"\n", 30)
        pid = int(self.text[self.text.index(b"pid ") + 4 :].split(b"\n")[0])
        if not while_opening:
            self.until(b"saved ", 60)
        time.sleep(delay)
        os.kill(pid, signal.SIGKILL)
        self.until(b"ended\n", 30)
        return [int(line[6:]) for line in self.text.split(b"\n")[:-1] if line.startswith(b"saved ")]

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


def kills(new_vault: NewVault, reopen: Callable[[], OpenVault], cycles: int, seed: int) -> tuple[int, int]:
    """Kill ``cycles`` writers at random moments; (contacts saved, contacts lost)."""
    chance = random.Random(seed)
    writer = Writer()
    saved: list[int] = []
    lost = 0
    try:
        for cycle in range(cycles):
            delay = chance.uniform(0.0, 0.08)
            saved += writer.run(new_vault.path, delay, while_opening=cycle % 5 == 0)
            opened = reopen()
            assert opened.warnings == []
            there = {row[0] for row in database.execute_sql("SELECT id FROM contact")}
            lost += len(set(saved) - there)
            assert (
                len(there) - len(saved) <= cycles
            )  # at most one commit an ending was durable but not yet told
            for draft in drafts.all_drafts():
                assert str(draft.fields["note"]).startswith("kept ")
            assert opened.whole_check() == []
            opened.close()
    finally:
        writer.close()
    return len(saved), lost


def test_sixty_random_kills_lose_no_saved_contact(
    new_vault: NewVault, reopen: Callable[[], OpenVault]
) -> None:
    saved, lost = kills(new_vault, reopen, 60, seed=20261122)
    assert lost == 0
    assert saved >= 100  # the writers really were writing
    assert vaults.verify(new_vault.path, PHRASE) == []


def test_a_kill_between_draft_and_contact_leaves_the_draft(
    new_vault: NewVault, reopen: Callable[[], OpenVault]
) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from caseworker import storage; from caseworker.storage import drafts, vault\n"
        "vault.open_vault(vault.unlock(Path(sys.argv[1]), sys.argv[2]))\n"
        "storage.write(drafts.keep, 'contact:', {'note': 'half a sen'})\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(new_vault.path), PHRASE], check=False)
    assert killed.returncode == -signal.SIGKILL
    opened = reopen()
    assert [draft.fields for draft in drafts.all_drafts()] == [{"note": "half a sen"}]
    opened.close()
