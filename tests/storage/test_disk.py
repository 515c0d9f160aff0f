"""A disk that fills up or refuses: the save fails visibly, nothing is half written, later it works again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from caseworker.errors import Problem
from caseworker.storage import vault as vaults
from caseworker.storage.engine import database
from caseworker.storage.vault import NewVault, OpenVault
from tests.fixtures_vault import CHEAP, PHRASE

ROOT = Path(__file__).parent.parent.parent

LIMITED = """
import resource, sys
from pathlib import Path
from caseworker import storage
from caseworker.errors import Problem
from caseworker.storage import audit, vault
from caseworker.storage.engine import database

folder, phrase, room = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
opened = vault.open_vault(vault.unlock(folder, phrase))

def save(number):
    database.execute_sql("INSERT INTO setting (key, value) VALUES (?, ?)", (f"k{number}", "words " * 200))
    audit.append("change", "setting", number)

for number in range(3):
    storage.write(save, number)
limit = max(file.stat().st_size for file in folder.iterdir()) + room
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
saved, code = 3, ""
while saved < 2000 and not code:
    try:
        storage.write(save, saved)
        saved += 1
    except Problem as problem:
        code = problem.code
assert not database.in_transaction()
again = ""
try:
    storage.write(save, saved)
    saved += 1
except Problem as problem:
    again = problem.code
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
storage.write(save, saved)
saved += 1
assert opened.whole_check() == [], opened.whole_check()
opened.close()
print(code, again or "saved", saved)
"""

MOUNTED = """
import sys
from pathlib import Path
from caseworker import storage
from caseworker.errors import Problem
from caseworker.storage import audit, vault
from caseworker.storage.engine import database

folder, phrase = Path(sys.argv[1]), sys.argv[2]
opened = vault.open_vault(vault.unlock(folder, phrase))

def save(number):
    database.execute_sql("INSERT INTO setting (key, value) VALUES (?, ?)", (f"k{number}", "words " * 200))
    audit.append("change", "setting", number)

saved, code = 0, ""
while saved < 5000 and not code:
    try:
        storage.write(save, saved)
        saved += 1
    except Problem as problem:
        code = problem.code
assert not database.in_transaction()
ballast = folder.parent / "ballast"
ballast.unlink()
storage.write(save, saved)
saved += 1
assert opened.whole_check() == []
opened.close()
print(code, "saved", saved)
"""


def child(script: str, *arguments: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.skipif(sys.platform == "win32", reason="no file size limits on Windows")
@pytest.mark.parametrize("room", [0, 100, 5000, 40_000, 200_000])
def test_a_file_that_may_not_grow_fails_the_save_and_nothing_else(
    new_vault: NewVault, reopen: Callable[[], OpenVault], room: int
) -> None:
    code, _, saved = child(LIMITED, str(new_vault.path), PHRASE, str(room))
    assert code == "E-DISK-FULL"
    opened = reopen()
    keys = {row[0] for row in database.execute_sql("SELECT key FROM setting WHERE key LIKE 'k%'")}
    assert keys == {f"k{number}" for number in range(int(saved))}
    assert opened.warnings == []
    opened.close()
    assert vaults.verify(new_vault.path, PHRASE) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    """A file system of three megabytes."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)]
    if sys.platform != "linux" or os.geteuid() != 0 or subprocess.run(mount, check=False).returncode:
        pytest.skip("needs to mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_fails_the_save_and_works_again_when_there_is_room(small_disk: Path) -> None:
    made = vaults.create(
        small_disk / "v",
        passphrase=PHRASE,
        worker_name="A",
        role="advocate",
        agency="A07",
        synthetic=True,
        cost=CHEAP,
    )
    (made.path.parent / "ballast").write_bytes(bytes(900_000))
    code, _, saved = child(MOUNTED, str(made.path), PHRASE)
    assert code == "E-DISK-FULL"
    assert int(saved) > 10
    opened = vaults.open_vault(vaults.unlock(made.path, PHRASE))
    assert database.execute_sql("SELECT count(*) FROM setting WHERE key LIKE 'k%'").fetchone() == (
        int(saved),
    )
    assert opened.warnings == []
    opened.close()


def test_no_vault_is_begun_on_a_full_disk(small_disk: Path) -> None:
    with open(small_disk / "ballast", "wb") as ballast:
        try:
            while True:
                ballast.write(bytes(65536))
                ballast.flush()
        except OSError:
            pass
    with pytest.raises(Problem, match="E-DISK-FULL"):
        vaults.create(
            small_disk / "v",
            passphrase=PHRASE,
            worker_name="A",
            role="advocate",
            agency="A07",
            synthetic=True,
            cost=CHEAP,
        )
    assert vaults.find(small_disk / "v") is None
    assert database.deferred
    os.truncate(small_disk / "ballast", 0)


def test_a_disk_that_may_only_be_read_is_told_apart_from_a_full_one(small_disk: Path) -> None:
    made = vaults.create(
        small_disk / "v",
        passphrase=PHRASE,
        worker_name="A",
        role="advocate",
        agency="A07",
        synthetic=True,
        cost=CHEAP,
    )
    vaults.hold(made.path).release()
    before = {file.name: file.read_bytes() for file in made.path.iterdir()}
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    try:
        with pytest.raises(Problem, match="E-DISK:"):
            vaults.open_vault(vaults.unlock(made.path, PHRASE))
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert {file.name: file.read_bytes() for file in made.path.iterdir()} == before
    assert vaults.verify(made.path, PHRASE) == []
