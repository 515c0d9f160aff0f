"""The disk fails at the n-th write, force or read: a save is refused or whole, never half; the vault opens after."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from caseworker.storage import vault as vaults
from caseworker.storage.engine import database
from caseworker.storage.vault import NewVault
from tests.fixtures_vault import PHRASE

ROOT = Path(__file__).parent.parent.parent
SESSION = """
import os, sys, time
from pathlib import Path
from caseworker import storage
from caseworker.domain.clients import Client
from caseworker.domain.contacts import Contact
from caseworker.errors import Problem
from caseworker.storage import clients, contacts, vault
try:
    opened = vault.open_vault(vault.unlock(Path(sys.argv[1]), sys.argv[2]))
    client = storage.write(clients.save, Client(None, "", "Robin Marsh"))
    for number in range(6):
        contact = Contact(None, "", client, None, int(time.time()) - 60, note=f"note {number}", minutes=5,
                      override_reason="Not asked yet")
        print("saved", storage.write(contacts.save, contact), flush=True)
        if number == 3:
            storage.checkpoint()
except Problem as problem:
    print("problem", problem.code, flush=True)
if "opened" in globals():
    opened.close()
"""
SORTS = [
    (call, how)
    for call in ("pwrite64", "fsync", "fdatasync", "ftruncate", "pread64")
    for how in ("error=EIO", "error=ENOSPC", "signal=KILL")
    if not (call == "pread64" and how == "error=ENOSPC")
]


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_the_nth_call_fails(new_vault: NewVault, tmp_path: Path) -> None:
    start = {file.name: file.read_bytes() for file in new_vault.path.iterdir()}
    runs = refused = killed = 0
    for call, how in SORTS:
        for number in (1, 2, 3, 5, 8, 13, 21, 34):
            put_back(new_vault.path, start)
            told = run(new_vault.path, call, how, number)
            if told is None:
                pytest.skip("tracing is not permitted here")
            lines, code = told
            saved = {int(line.split()[1]) for line in lines if line.startswith("saved")}
            refused += any(line.startswith("problem") for line in lines)
            killed += code != 0
            assert code in (0, -9, 137), (call, how, number, lines)
            problems = [line.split()[1] for line in lines if line.startswith("problem")]
            assert all(problem in ("E-DISK-FULL", "E-DISK", "E-DB-DAMAGED") for problem in problems)
            opened = vaults.open_vault(vaults.unlock(new_vault.path, PHRASE))
            there = {row[0] for row in database.execute_sql("SELECT id FROM contact")}
            assert saved <= there, (call, how, number)
            assert len(there) <= len(saved) + 1
            assert not opened.alarm, (call, how, number)
            assert opened.whole_check() == [], (call, how, number)
            opened.close()
            runs += 1
    print(f"\nfaults: {runs} runs, {refused} refused with a sentence, {killed} killed, 0 lost, 0 unreadable")
    assert refused > 5
    assert killed > 5


def put_back(folder: Path, files: dict[str, bytes]) -> None:
    for file in folder.iterdir():
        file.unlink()
    for name, data in files.items():
        (folder / name).write_bytes(data)


def run(folder: Path, call: str, how: str, number: int) -> tuple[list[str], int] | None:
    """What the session said and how it ended, with the ``number``-th ``call`` on the vault's files failing."""
    files = [
        "vault-0001.db",
        "vault-0001.db-wal",
        "anchor",
        "vault.hdr",
        "vault.hdr.1",
        "anchor.tmp",
        "vault.hdr.1.tmp",
    ]
    paths = [part for name in files for part in ("-P", str(folder / name))]
    done = subprocess.run(
        [
            *("strace", "-f", "-o", "/dev/null", *paths, "-e", f"inject={call}:{how}:when={number}"),
            *(sys.executable, "-c", SESSION, str(folder), PHRASE),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if "ptrace" in done.stderr or "not permitted" in done.stderr:
        return None
    return done.stdout.splitlines(), done.returncode
