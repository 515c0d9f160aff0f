"""A backup counts once it has been read back and checked; a vault comes back whole, elsewhere, or not at all."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from caseworker import storage
from caseworker.crypto import files as sealed
from caseworker.crypto import header as hdr
from caseworker.crypto import keys
from caseworker.domain.clients import Client
from caseworker.errors import Problem
from caseworker.storage import anchor, audit, backup, clients, devices, engine, outbox, pins, settings
from caseworker.storage import vault as vaults
from caseworker.storage.backup import Behind, Manifest
from caseworker.storage.engine import database
from caseworker.storage.vault import NewVault, OpenVault, upgrading
from caseworker.words import Words
from tests.fixtures_vault import CHEAP, PHRASE

ROOT = Path(__file__).parent.parent.parent
MARK = "Quillfeather Wintersgill"
UTC = dt.UTC


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(Problem) as caught:
        action()
    assert str(caught.value.words).count("\n") == 0
    return caught.value.code


def add_client(name: str = MARK) -> int:
    return storage.write(clients.save, Client(None, "", name, area="E07000066"))


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def flipped(file: Path, offset: int, to: Path) -> Path:
    data = bytearray(file.read_bytes())
    data[offset] ^= 1
    to.write_bytes(data)
    return to


@pytest.fixture
def made(vault: OpenVault, tmp_path: Path) -> Path:
    """A backup of a vault with one client in it."""
    add_client()
    return backup.make(vault, tmp_path / "one.casebak").path


@pytest.fixture
def closed(vault: OpenVault, made: Path) -> Path:
    """The same backup, and the vault closed."""
    vault.close()
    return made


# --- making -------------------------------------------------------------------------------------------------


def test_a_backup_is_checked_and_then_remembered(vault: OpenVault, tmp_path: Path) -> None:
    assert backup.last() is None
    assert backup.due(0)
    add_client()
    steps: list[tuple[str, int]] = []
    found = backup.make(
        vault, tmp_path / "one.casebak", lambda what, percent: steps.append((str(what), percent))
    )
    assert (found.clients, found.contacts) == (1, 0)
    assert found.size == found.path.stat().st_size
    assert backup.last() == found.made
    assert not backup.due(found.made + 7 * 24 * 3600)
    assert backup.due(found.made + 7 * 24 * 3600 + 1)
    assert [percent for _, percent in steps] == sorted(percent for _, percent in steps)
    assert steps[-1] == ("Done", 100)
    assert {what for what, _ in steps} == {
        "Copying the records", "Writing the backup", "Checking the backup", "Done",
    }  # fmt: skip
    assert backup.check(found.path, passphrase=PHRASE) == []
    assert not (vault.path / "tmp").exists()
    assert database.execute_sql("SELECT count(*) FROM audit WHERE action = 'backup'").fetchone() == (1,)
    assert vault.whole_check() == []


def test_the_file_begins_as_its_format_says(vault: OpenVault, made: Path) -> None:
    data = made.read_bytes()
    header = (vault.path / "vault.hdr").read_bytes()
    assert data[:12] == b"CASEBAK\x01" + len(header).to_bytes(4, "big")
    assert data[12 : 12 + len(header)] == header
    stream = data[12 + len(header) + 16 :]
    assert stream[:5] == b"\x01\x00\x01\x00\x00"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps access lists, not modes")
def test_only_its_owner_may_read_the_file(made: Path) -> None:
    assert made.stat().st_mode & 0o777 == 0o600


def test_nothing_readable_is_written_at_any_moment(vault: OpenVault, tmp_path: Path) -> None:
    add_client()
    seen: set[str] = set()
    needles = [MARK.encode(), MARK.split()[0].lower().encode(), engine.PLAIN_HEADER, b'"schema"']

    def look(_what: Words, _percent: int) -> None:
        for folder in (vault.path, tmp_path / "out"):
            for name, data in contents(folder).items():
                seen.add(Path(name).suffix)
                assert not [needle for needle in needles if needle in data], name

    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "control.txt").write_bytes(MARK.encode())
    with pytest.raises(AssertionError):  # the search would find it
        look(Words(""), 0)
    (tmp_path / "out" / "control.txt").unlink()
    backup.make(vault, tmp_path / "out" / "one.casebak", look)
    assert ".part" in seen
    assert ".casebak" in seen


def test_a_backup_that_reads_back_differently_is_not_kept(vault: OpenVault, tmp_path: Path) -> None:
    add_client()
    out = tmp_path / "one.casebak"

    def spoil(what: Words, percent: int) -> None:
        if percent == 60 and str(what) == "Writing the backup":
            part = tmp_path / "one.casebak.part"
            with open(part, "r+b") as file:  # the disk swaps a byte that is written already
                file.seek(70_000)
                byte = file.read(1)
                file.seek(70_000)
                file.write(bytes([byte[0] ^ 1]))

    assert code_of(lambda: backup.make(vault, out, spoil)) == "E-BACKUP-DAMAGED"
    assert not list(tmp_path.glob("*.casebak*"))
    assert backup.last() is None
    assert not (vault.path / "tmp").exists()


def test_a_damaged_page_anywhere_makes_no_backup(vault: OpenVault, tmp_path: Path) -> None:
    """Also one at the end of a long note, which the copy would hold as zeros and no check of the copy would find."""
    storage.write(settings.set, "long", "words " * 5000)
    database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    file = vault.path / "vault-0001.db"
    data = file.read_bytes()
    assert len(data) % engine.PAGE == 0
    for page in range(len(data) // engine.PAGE):
        with open(file, "r+b") as disk:
            disk.seek(page * engine.PAGE + 1000)
            disk.write(bytes([data[page * engine.PAGE + 1000] ^ 1]))
        with pytest.raises(Problem, match="damaged") as caught:
            backup.make(vault, tmp_path / "one.casebak")
        assert caught.value.code == "E-DB-DAMAGED", page
        with open(file, "r+b") as disk:
            disk.seek(page * engine.PAGE + 1000)
            disk.write(data[page * engine.PAGE + 1000 : page * engine.PAGE + 1001])
        assert not list(tmp_path.glob("one.casebak*"))
    assert backup.make(vault, tmp_path / "one.casebak").path.exists()


def test_records_that_someone_changed_do_not_make_a_backup(vault: OpenVault, tmp_path: Path) -> None:
    add_client()
    for trigger in ("audit_no_change", "audit_no_delete"):
        database.execute_sql(f"DROP TRIGGER {trigger}")
    database.execute_sql("UPDATE audit SET detail = '{}x' WHERE seq = 2")
    with pytest.raises(Problem, match="entry 2 has been changed") as caught:
        backup.make(vault, tmp_path / "one.casebak")
    assert caught.value.code == "E-BACKUP-CHECK"
    assert not list(tmp_path.glob("*.casebak*"))
    assert backup.last() is None


def test_stopping_at_any_step_leaves_nothing(vault: OpenVault, tmp_path: Path) -> None:
    add_client()
    calls = 0

    def count() -> bool:
        nonlocal calls
        calls += 1
        return False

    backup.make(vault, tmp_path / "whole.casebak", cancelled=count)
    assert calls > 8
    for stop_at in range(1, calls):
        left = stop_at

        def asked() -> bool:
            nonlocal left
            left -= 1
            return left <= 0

        assert code_of(lambda: backup.make(vault, tmp_path / "one.casebak", cancelled=asked)) == "E-STOPPED"
        assert not list(tmp_path.glob("one.casebak*")), stop_at
        assert not (vault.path / "tmp").exists()
    assert vault.whole_check() == []


def test_it_is_never_written_over_a_file_or_into_the_records_own_folder(
    vault: OpenVault, tmp_path: Path
) -> None:
    (tmp_path / "one.casebak").write_bytes(b"mine")
    assert code_of(lambda: backup.make(vault, tmp_path / "one.casebak")) == "E-EXISTS"
    assert (tmp_path / "one.casebak").read_bytes() == b"mine"
    assert code_of(lambda: backup.make(vault, vault.path / "two.casebak")) == "E-BACKUP-PLACE"
    assert code_of(lambda: backup.into_folder(vault, tmp_path / "unplugged")) == "E-DISK"


def test_after_a_rollback_alarm_a_person_is_asked_first(vault: OpenVault, tmp_path: Path) -> None:
    database.read_only = True
    assert code_of(lambda: backup.make(vault, tmp_path / "one.casebak")) == "E-ROLLBACK"
    database.read_only = False


def test_what_is_saved_meanwhile_is_wholly_in_it_or_not_at_all(vault: OpenVault, tmp_path: Path) -> None:
    for number in range(30):
        add_client(f"{number} {MARK}")
    results: list[Any] = []

    def job() -> None:
        with database.connection_context():
            try:
                results.extend(backup.make(vault, tmp_path / f"{n}.casebak") for n in range(3))
            except Exception as error:
                results.append(error)

    worker = threading.Thread(target=job)
    worker.start()
    number = 0
    while worker.is_alive():
        add_client(f"later {number}")
        number += 1
        worker.join(0.005)
    assert [getattr(found, "code", "made") for found in results] == ["made"] * 3
    assert 30 <= results[0].clients <= results[1].clients <= results[2].clients <= 30 + number
    assert number > 0
    for found in results:
        assert backup.check(found.path, passphrase=PHRASE) == []


# --- checking -----------------------------------------------------------------------------------------------


def test_it_opens_with_the_secrets_of_its_day_only(vault: OpenVault, new_vault: NewVault, made: Path) -> None:
    new = "seven otters under a copper bridge"
    vault.change_passphrase(PHRASE, new, CHEAP)
    later = backup.make(vault, made.with_name("later.casebak")).path
    assert backup.check(made, passphrase=PHRASE) == []
    assert backup.check(made, code=new_vault.recovery_code) == []
    assert backup.check(later, passphrase=new) == []
    assert code_of(lambda: backup.check(made, passphrase=new)) == "E-PASS"
    assert code_of(lambda: backup.check(later, passphrase=PHRASE)) == "E-PASS"
    assert code_of(lambda: backup.check(made, code=keys.new_recovery_code())) == "E-RECOVERY"
    assert code_of(lambda: backup.check(made, code="not a code")) == "E-RECOVERY"


def test_no_flipped_byte_before_the_sealed_part_is_taken(closed: Path, tmp_path: Path) -> None:
    size = 12 + int.from_bytes(closed.read_bytes()[8:12], "big") + 16 + sealed.OVERHEAD
    for offset in range(size):
        changed = flipped(closed, offset, tmp_path / "changed.casebak")
        found = backup.check(changed, passphrase=PHRASE)
        assert len(found) == 1, offset
        assert "damaged, cut short or changed" in str(found[0]), offset


def test_no_flipped_byte_of_the_sealed_part_is_taken(closed: Path, tmp_path: Path) -> None:
    size = closed.stat().st_size
    offsets = [*range(1500, size, 1013), *range(size - 20, size)]
    assert len(offsets) > 200
    for offset in offsets:
        changed = flipped(closed, offset, tmp_path / "changed.casebak")
        assert backup.check(changed, passphrase=PHRASE) != [], offset


def test_no_cut_or_lengthened_file_is_taken(closed: Path, tmp_path: Path) -> None:
    data = closed.read_bytes()
    changed = tmp_path / "changed.casebak"
    chunk = sealed.CHUNK + 16
    start = 12 + int.from_bytes(data[8:12], "big") + 16 + sealed.OVERHEAD
    ends = {
        *range(0, start + 100, 7),
        *range(start, len(data), chunk),
        *range(start + 1, len(data), 4099),
        len(data) - 1,
    }
    for end in sorted(ends):
        changed.write_bytes(data[:end])
        assert backup.check(changed, passphrase=PHRASE) != [], end
    for more in (b"\0", data[-chunk:], bytes(chunk)):
        changed.write_bytes(data + more)
        assert backup.check(changed, passphrase=PHRASE) != []


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The clear part of some backup."""
    folder = tmp_path_factory.mktemp("front")
    new = vaults.create(
        folder, passphrase=PHRASE, worker_name="A", role="advocate", agency="A07", synthetic=True, cost=CHEAP
    )
    header = (new.path / "vault.hdr").read_bytes()
    return b"CASEBAK\x01" + len(header).to_bytes(4, "big") + header + bytes(16)


@given(st.binary(max_size=300), st.booleans(), st.integers(0, 2**32 - 1))
@budget(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_other_bytes_get_one_sentence(
    front: bytes, tmp_path: Path, data: bytes, ours: bool, size: int
) -> None:
    file = tmp_path / "any.casebak"
    file.write_bytes(front + data if ours else b"CASEBAK\x01" + size.to_bytes(4, "big") + data)
    found = backup.check(file, passphrase=PHRASE)
    assert len(found) == 1
    assert "Nothing has been changed" in str(found[0])


GOOD: dict[str, Any] = {
    "format": 1, "backup": "0" * 32, "vault": "v", "epoch": 1, "generation": 1, "made": 1, "app": 1,
    "schema": ["0001_initial"], "files": [{"path": "db", "size": 4096, "sha256": "0" * 64}],
    "rows": {"client": 0, "contact": 0}, "audit": {"seq": 1, "hash": "0" * 64}, "signer": "w",
    "signature": "0" * 128,
}  # fmt: skip


def test_a_manifest_reads_as_it_was_written() -> None:
    manifest = backup.read_manifest(GOOD)
    assert manifest._fields() | {"signature": "0" * 128} == GOOD


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
)  # fmt: skip


@given(st.sampled_from(sorted(GOOD)), VALUES)
@budget(max_examples=300, deadline=None)
def test_a_manifest_with_another_value_anywhere_is_read_strictly_or_refused(name: str, value: Any) -> None:
    try:
        found = backup.read_manifest({**GOOD, name: value})
    except (sealed.Damaged, Problem) as refused:
        newer = isinstance(refused, Problem)
        assert not newer or name in ("format", "app", "schema")
        return
    assert isinstance(found, Manifest)
    assert found.files == (("db", 4096, "0" * 64),)


@pytest.mark.parametrize(
    "path",
    ["../db", "/db", "db/", "DB", "db\0", "blobs/../../x", "blobs/zz/" + "0" * 32, "blobs/ab/" + "0" * 31, "C:db",
     "con", "blobs\\ab\\" + "0" * 32, ""],
)  # fmt: skip
def test_no_other_path_is_ever_taken_from_a_backup(path: str) -> None:
    one = {"path": path, "size": 4096, "sha256": "0" * 64}
    for listed in ([one], [GOOD["files"][0], one], []):
        with pytest.raises(sealed.Damaged):
            backup.read_manifest({**GOOD, "files": listed})


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 2},
        {"app": hdr.APP + 1},
        {"schema": ["0001_initial", "9999_future"]},
        {"files": [*GOOD["files"], {"path": "blobs/ab/" + "0" * 32, "size": 1, "sha256": "0" * 64}]},
    ],
)
def test_a_manifest_of_a_newer_version_says_so(changes: dict[str, Any]) -> None:
    assert code_of(lambda: backup.read_manifest({**GOOD, **changes})) == "E-NEWER"


# --- restoring ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["passphrase", "code"])
def test_a_vault_comes_back_whole_in_a_new_folder(
    new_vault: NewVault, closed: Path, tmp_path: Path, by: str
) -> None:
    secret = {"passphrase": PHRASE} if by == "passphrase" else {"code": new_vault.recovery_code}
    found = backup.restore(closed, tmp_path / "back", **secret)
    assert found.clients == 1
    assert vaults.find(tmp_path / "back") == found.path
    assert sorted(file.name for file in found.path.iterdir()) == [
        "anchor",
        "vault-0001.db",
        "vault.hdr",
        "vault.hdr.1",
    ]
    assert vaults.verify(found.path, PHRASE) == []
    opened = vaults.open_vault(vaults.unlock(found.path, PHRASE))
    assert not opened.alarm
    assert opened.warnings == []
    assert [row.name for row in clients.rows([1])] == [MARK]
    assert clients.search("quill", open_only=False).ids == [1]
    assert backup.last() == found.made
    assert opened.whole_check() == []
    opened.close()


def test_the_restored_vault_is_another_installation_that_sends_nothing(
    vault: OpenVault, made: Path, tmp_path: Path
) -> None:
    def join() -> None:
        database.execute_sql("INSERT INTO pin VALUES ('hub.confirmed', x'00', 1)")

    storage.write(join)
    again = backup.make(vault, tmp_path / "joined.casebak").path
    old = devices.device()
    assert pins.confirmed()
    vault.close()
    found = backup.restore(again, tmp_path / "back", passphrase=PHRASE)
    opened = vaults.open_vault(vaults.unlock(found.path, PHRASE))
    assert devices.device().uid != old.uid
    assert devices.device().public != old.public
    assert outbox.next_seq() == 1
    assert not pins.confirmed()
    said = dict(database.execute_sql("SELECT key, value FROM meta").fetchall())["restored_from"]
    assert '"seq":' in said
    action, device, detail = database.execute_sql(
        "SELECT action, device, detail FROM audit WHERE action = 'restore'"
    ).fetchone()
    assert (action, device, detail) == ("restore", devices.device().uid, said)
    opened.close()


def test_restoring_never_touches_what_is_there(new_vault: NewVault, closed: Path, tmp_path: Path) -> None:
    live = contents(new_vault.path)
    for place in (new_vault.path, new_vault.path.parent, tmp_path, closed):
        before = contents(tmp_path)
        assert code_of(partial(backup.restore, closed, place, passphrase=PHRASE)) == "E-NOT-EMPTY"
        assert contents(tmp_path) == before
    backup.restore(closed, tmp_path / "back", passphrase=PHRASE, live=new_vault.path)
    assert {k: v for k, v in contents(new_vault.path).items() if not k.endswith(("-shm", "-wal"))} == live
    assert code_of(lambda: backup.restore(closed, tmp_path / "back", passphrase=PHRASE)) == "E-NOT-EMPTY"


def test_records_come_home_where_there_are_none_and_nowhere_else(
    closed: Path, new_vault: NewVault, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    cut_off = home / f"{'0' * 16}.coming"
    cut_off.mkdir(parents=True)
    (cut_off / "half").write_bytes(b"of a time before")
    practice = home / "made-up"
    practice.mkdir()
    found = backup.bring_home(closed, home, passphrase=PHRASE)
    assert vaults.find(home) == found.path
    assert sorted(one.name for one in home.iterdir()) == sorted([found.path.name, "made-up"])
    vaults.open_vault(vaults.unlock(found.path, PHRASE)).close()
    before = contents(home)
    assert code_of(lambda: backup.bring_home(closed, home, passphrase=PHRASE)) == "E-NOT-EMPTY"
    assert contents(home) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets few people make links")
def test_a_file_or_a_link_to_nowhere_in_place_of_this_computers_own_folder_is_one_sentence(
    closed: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"theirs")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("file", "link"):
        bring = partial(backup.bring_home, closed, tmp_path / name, passphrase=PHRASE)
        assert code_of(bring) == "E-HOME"
    assert (tmp_path / "file").read_bytes() == b"theirs"
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("where", ["magic", "header", "id", "salt", "middle", "last", "cut", "empty", "more"])
def test_a_damaged_backup_restores_nothing(closed: Path, tmp_path: Path, where: str) -> None:
    data = bytearray(closed.read_bytes())
    size = int.from_bytes(data[8:12], "big")
    at = {
        "magic": 3,
        "header": 200,
        "id": 12 + size + 3,
        "salt": 12 + size + 16 + 9,
        "middle": len(data) // 2,
        "last": -1,
    }
    if where in at:
        data[at[where]] ^= 1
    data = {"cut": data[:-1], "empty": bytearray(), "more": data + b"\0"}.get(where, data)
    changed = tmp_path / "changed.casebak"
    changed.write_bytes(data)
    before = contents(tmp_path)
    with pytest.raises(Problem, match="Nothing has been changed") as caught:
        backup.restore(changed, tmp_path / "back", passphrase=PHRASE)
    assert caught.value.code == "E-BACKUP-DAMAGED"
    assert contents(tmp_path) == before
    assert not (tmp_path / "back").exists()
    assert database.deferred


def test_a_wrong_passphrase_restores_nothing(closed: Path, tmp_path: Path) -> None:
    assert code_of(lambda: backup.restore(closed, tmp_path / "back", passphrase="wrong")) == "E-PASS"
    assert not (tmp_path / "back").exists()


def test_a_backup_of_a_newer_version_is_not_restored(
    vault: OpenVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    for script in upgrading.MIGRATIONS.glob("*.py"):
        (folder / script.name).write_bytes(script.read_bytes())
    (folder / "9999_future.py").write_text(
        "def up(m, db):\n    db.execute_sql('CREATE TABLE future (id INTEGER)')\n"
    )
    vault.close()
    with monkeypatch.context() as patch:
        patch.setattr(upgrading, "MIGRATIONS", folder)
        opened = vaults.open_vault(vaults.unlock(vault.path, PHRASE))
        made = backup.make(opened, tmp_path / "newer.casebak").path
        opened.close()
    assert code_of(lambda: backup.restore(made, tmp_path / "back", passphrase=PHRASE)) == "E-NEWER"
    assert "newer version" in str(backup.check(made, passphrase=PHRASE)[0])
    assert not (tmp_path / "back").exists()


def test_a_backup_of_an_older_version_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_initial.py").write_bytes((upgrading.MIGRATIONS / "0001_initial.py").read_bytes())
    with monkeypatch.context() as patch:
        patch.setattr(upgrading, "MIGRATIONS", folder)
        new = vaults.create(
            tmp_path / "old",
            passphrase=PHRASE,
            worker_name="A",
            role="advocate",
            agency="A07",
            synthetic=True,
            cost=CHEAP,
        )
        opened = vaults.open_vault(vaults.unlock(new.path, PHRASE))
        add_client()
        made = backup.make(opened, tmp_path / "old.casebak").path
        opened.close()
    found = backup.restore(made, tmp_path / "back", passphrase=PHRASE)
    assert vaults.verify(found.path, PHRASE) == []
    opened = vaults.open_vault(vaults.unlock(found.path, PHRASE))
    assert (outbox.next_seq(), clients.count()) == (1, 1)
    opened.close()


def test_a_header_that_asks_for_a_newer_app_is_told_before_any_passphrase(closed: Path) -> None:
    data = closed.read_bytes()
    size = int.from_bytes(data[8:12], "big")
    found = hdr.read(data[12 : 12 + size])
    newer = hdr.write(hdr.Header(found.vault, 1, 1, found.db, found.slots, min_app=hdr.APP + 1), bytes(32))
    closed.write_bytes(data[:8] + len(newer).to_bytes(4, "big") + newer + data[12 + size :])
    assert code_of(lambda: backup.inspect(closed)) == "E-NEWER"


def test_stopping_a_restore_at_any_step_leaves_nothing(closed: Path, tmp_path: Path) -> None:
    calls = 0

    def count() -> bool:
        nonlocal calls
        calls += 1
        return False

    backup.restore(closed, tmp_path / "whole", passphrase=PHRASE, cancelled=count)
    before = contents(tmp_path)
    for stop_at in range(1, calls):
        left = stop_at

        def asked() -> bool:
            nonlocal left
            left -= 1
            return left <= 0

        stop = partial(backup.restore, closed, tmp_path / "back", passphrase=PHRASE, cancelled=asked)
        assert code_of(stop) == "E-STOPPED"
        assert not (tmp_path / "back").exists(), stop_at
        assert database.deferred
    assert contents(tmp_path) == before


# --- what would be lost -------------------------------------------------------------------------------------


def test_what_the_vault_in_use_has_and_the_backup_has_not_is_said(
    vault: OpenVault, made: Path, tmp_path: Path
) -> None:
    assert backup.drill(vault, made).behind == Behind(0)
    add_client("later")
    storage.write(audit.opened, 1)  # looking changes nothing
    told = backup.drill(vault, made).behind
    assert (told.changes, told.forked) == (1, False)
    assert str(told.sentence()).startswith("1 later change to the records in use, ")
    add_client("later still")
    vault.close()
    found = backup.restore(made, tmp_path / "back", passphrase=PHRASE, live=vault.path).behind
    assert found is not None
    assert found.changes == 2
    assert str(found.sentence()).startswith("2 later changes to the records in use, up to ")


def test_a_vault_in_use_that_cannot_be_read_still_says_how_far_it_had_come(
    vault: OpenVault, made: Path, tmp_path: Path
) -> None:
    add_client("later")
    vault.close()
    file = vault.path / "vault-0001.db"
    file.write_bytes(bytes(file.stat().st_size))
    found = backup.restore(made, tmp_path / "back", passphrase=PHRASE, live=vault.path).behind
    assert found is not None
    assert "Up to 3 later changes" in str(
        found.sentence()
    )  # the client, the lock, and the backup's own entry
    (vault.path / "anchor").write_bytes(b"")
    assert backup.restore(made, tmp_path / "more", passphrase=PHRASE, live=vault.path).behind is None


def test_two_vaults_that_went_different_ways_are_told_apart(
    vault: OpenVault, made: Path, tmp_path: Path
) -> None:
    vault.close()
    restored = backup.restore(made, tmp_path / "back", passphrase=PHRASE)
    opened = vaults.open_vault(vaults.unlock(restored.path, PHRASE))
    add_client("only here")
    other = backup.make(opened, tmp_path / "other.casebak").path
    opened.close()
    opened = vaults.open_vault(vaults.unlock(vault.path, PHRASE))
    add_client("only there")
    add_client("and another")
    behind = backup.drill(opened, other).behind
    assert behind.forked
    assert "went another way" in str(behind.sentence())
    opened.close()


def test_another_vaults_records_are_not_compared(closed: Path, tmp_path: Path) -> None:
    other = vaults.create(
        tmp_path / "other",
        passphrase=PHRASE,
        worker_name="B",
        role="advocate",
        agency="A08",
        synthetic=True,
        cost=CHEAP,
    )
    assert backup.restore(closed, tmp_path / "back", passphrase=PHRASE, live=other.path).behind is None


# --- drill --------------------------------------------------------------------------------------------------


def test_a_drill_reports_and_leaves_nothing(vault: OpenVault, made: Path) -> None:
    before = {name for name in contents(vault.path) if not name.endswith(("-shm", "-wal"))}
    told = backup.drill(vault, made)
    assert (told.clients, told.contacts, told.behind.changes) == (1, 0, 0)
    assert told.made == backup.last()
    assert {name for name in contents(vault.path) if not name.endswith(("-shm", "-wal"))} == before
    assert not (vault.path / "tmp").exists()


def test_a_drill_of_a_damaged_or_foreign_backup_says_so(vault: OpenVault, made: Path, tmp_path: Path) -> None:
    changed = flipped(made, made.stat().st_size // 2, tmp_path / "changed.casebak")
    assert code_of(lambda: backup.drill(vault, changed)) == "E-BACKUP-DAMAGED"
    vault.close()
    new = vaults.create(
        tmp_path / "other",
        passphrase=PHRASE,
        worker_name="B",
        role="advocate",
        agency="A08",
        synthetic=True,
        cost=CHEAP,
    )
    opened = vaults.open_vault(vaults.unlock(new.path, PHRASE))
    assert code_of(lambda: backup.drill(opened, made)) == "E-BACKUP-OTHER"
    opened.close()


def test_the_newest_backup_counts_no_longer_once_it_could_not_be_brought_back(
    vault: OpenVault, tmp_path: Path
) -> None:
    first = backup.into_folder(vault, tmp_path)
    copy = flipped(first.path, first.size // 2, tmp_path / "a copy.casebak")
    assert code_of(lambda: backup.drill(vault, copy)) == "E-BACKUP-DAMAGED"
    assert backup.last() == first.made  # another file says nothing of this one
    copy.replace(first.path)
    assert code_of(lambda: backup.drill(vault, first.path)) == "E-BACKUP-DAMAGED"
    assert backup.last() == backup.SPOILED
    assert backup.due(first.made + 1)
    again = backup.into_folder(vault, tmp_path)
    assert backup.last() == again.made
    assert not backup.due(again.made + 1)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes among its files")
def test_a_pipe_in_place_of_a_backup_is_refused_and_nobody_waits_for_it(tmp_path: Path) -> None:
    pipe = tmp_path / "backup.casebak"
    os.mkfifo(pipe)
    with pytest.raises(Problem) as refused:
        backup.inspect(pipe)
    assert refused.value.code == "E-DISK"


def test_a_stick_that_is_not_plugged_in_spoils_no_backup(vault: OpenVault, tmp_path: Path) -> None:
    made = backup.into_folder(vault, tmp_path)
    made.path.rename(tmp_path / "away")
    with pytest.raises((Problem, OSError)):
        backup.drill(vault, made.path)
    assert backup.last() == made.made


def _gone(file: Path) -> None:
    file.unlink()


def _cut(file: Path) -> None:
    os.truncate(file, 3 * engine.PAGE)


def _changed(file: Path) -> None:
    data = bytearray(file.read_bytes())
    for at in range(100, len(data), engine.PAGE):
        data[at] ^= 1
    file.write_bytes(data)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody change a file that is being read")
@pytest.mark.parametrize("percent", [79, 83, 88])
@pytest.mark.parametrize("trouble", [_gone, _cut, _changed])
def test_a_disk_that_loses_the_copy_on_trial_spoils_no_backup(
    vault: OpenVault, tmp_path: Path, trouble: Callable[[Path], None], percent: int
) -> None:
    add_client()
    made = backup.into_folder(vault, tmp_path)

    def lose(_what: Words, done: int) -> None:
        if done == percent:
            (copy,) = (vault.path / "tmp").glob("*.part/*.db")
            trouble(copy)

    with pytest.raises(Problem, match="Nothing has been found wrong with the backup") as caught:
        backup.drill(vault, made.path, lose)
    assert caught.value.code == "E-BACKUP-TRIAL"
    assert "this computer" in str(caught.value.words)
    assert backup.last() == made.made
    assert backup.drill(vault, made.path).made == made.made


def test_a_backup_of_records_that_were_changed_is_spoiled_when_it_is_tried(
    vault: OpenVault, tmp_path: Path
) -> None:
    """Every byte of it is as it was written: what it holds is wrong."""
    add_client()
    newest = backup.into_folder(vault, tmp_path)
    for trigger in ("audit_no_change", "audit_no_delete"):
        database.execute_sql(f"DROP TRIGGER {trigger}")
    database.execute_sql("UPDATE audit SET detail = '{}x' WHERE seq = 2")

    def keep(_what: Words, done: int) -> None:
        if done == 88:
            (tmp_path / "kept").write_bytes((tmp_path / "two.casebak.part").read_bytes())

    assert code_of(lambda: backup.make(vault, tmp_path / "two.casebak", keep)) == "E-BACKUP-CHECK"
    (tmp_path / "kept").replace(newest.path)
    assert code_of(lambda: backup.drill(vault, newest.path)) == "E-BACKUP-CHECK"
    assert backup.last() == backup.SPOILED


def test_what_an_interrupted_backup_left_is_gone_at_the_next_opening(vault: OpenVault) -> None:
    vault.close()
    left = vault.path / "tmp" / "0011.part"
    left.mkdir(parents=True)
    (left / "db.part").write_bytes(b"ciphertext")
    vaults.open_vault(vaults.unlock(vault.path, PHRASE)).close()
    assert not left.exists()


# --- keeping ------------------------------------------------------------------------------------------------


def test_a_newer_backup_replaces_what_it_covers_and_nothing_else(vault: OpenVault, tmp_path: Path) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()
    add_client()
    assert backup.newest() is None
    first = backup.into_folder(vault, folder).path
    foreign = folder / "2026-01-01-000000-00000000.casebak"
    foreign.write_bytes(b"somebody else's")
    damaged = flipped(first, first.stat().st_size // 2, folder / "2026-01-02-000000-00000000.casebak")
    torn = flipped(first, 2000, folder / "2026-01-03-000000-00000000.casebak")  # its manifest does not read
    left = folder / "2026-01-04-000000-00000000.casebak.part"
    left.write_bytes(first.read_bytes()[:5000])
    (folder / "holiday.jpg").write_bytes(b"picture")
    second = backup.into_folder(vault, folder)
    assert second.removed == 2  # the first, and its copy with a hole: all that they say is in the second
    assert not first.exists()
    assert not damaged.exists()
    assert not left.exists()
    assert sorted(os.listdir(folder)) == sorted([foreign.name, torn.name, second.path.name, "holiday.jpg"])
    assert backup.newest() == second.path


def test_a_backup_that_went_another_way_is_never_removed(vault: OpenVault, tmp_path: Path) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()
    kept = backup.into_folder(vault, folder).path
    vault.close()
    restored = backup.restore(kept, tmp_path / "back", passphrase=PHRASE)
    opened = vaults.open_vault(vaults.unlock(restored.path, PHRASE))
    add_client("only here")
    other = backup.into_folder(opened, folder).path
    opened.close()
    assert not kept.exists()  # the other way still has all of it
    opened = vaults.open_vault(vaults.unlock(vault.path, PHRASE))
    backup.into_folder(opened, folder)
    assert other.exists()
    opened.close()


@given(st.lists(st.dates(dt.date(2025, 1, 1), dt.date(2027, 1, 1)), max_size=60))
@budget(max_examples=200, deadline=None)
def test_seven_days_and_four_weeks_are_kept(days: list[dt.date]) -> None:
    made = [(Path(f"{number}.casebak"), day) for number, day in enumerate(sorted(days, reverse=True))]
    gone = backup.to_remove(made)
    kept = [(path, day) for path, day in made if path not in gone]
    newest_days = sorted(set(days), reverse=True)[:7]
    first_of_day = {day: path for path, day in reversed(made)}
    assert [first_of_day[day] for day in newest_days] == [path for path, day in kept if day in newest_days]
    older = {day.isocalendar()[:2] for day in days if day not in newest_days}
    assert len(kept) == len(newest_days) + min(4, len(older))
    assert {day.isocalendar()[:2] for _, day in kept if day not in newest_days} == set(
        sorted(older, reverse=True)[:4]
    )
    assert backup.to_remove(kept) == set()


# --- killed, and no room ------------------------------------------------------------------------------------

KILLED = """
import os, sys
from pathlib import Path
from caseworker.storage import backup, vault
what, percent, folder, phrase, file, out = sys.argv[1:]
def die(words, done):
    if done >= int(percent):
        os._exit(9)
if what == "make":
    backup.make(vault.open_vault(vault.unlock(Path(folder), phrase)), Path(file), die)
else:
    backup.restore(Path(file), Path(out), passphrase=phrase, progress=die)
"""


@pytest.mark.parametrize("percent", [0, 60, 88])
def test_a_killed_backup_leaves_no_backup_and_a_whole_vault(
    new_vault: NewVault, tmp_path: Path, percent: int
) -> None:
    file = tmp_path / "one.casebak"
    command = [sys.executable, "-c", KILLED, "make", str(percent), str(new_vault.path), PHRASE, str(file), ""]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 9
    assert not file.exists()
    opened = vaults.open_vault(vaults.unlock(new_vault.path, PHRASE))
    assert not opened.alarm
    assert not (new_vault.path / "tmp").exists()
    assert opened.whole_check() == []
    assert backup.last() is None
    opened.close()


@pytest.mark.parametrize("percent", [60, 88, 100])
def test_a_killed_restore_leaves_no_vault(closed: Path, tmp_path: Path, percent: int) -> None:
    out = tmp_path / "back"
    command = [sys.executable, "-c", KILLED, "restore", str(percent), "", PHRASE, str(closed), str(out)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 9
    assert vaults.find(out) is None
    backup.restore(closed, tmp_path / "again", passphrase=PHRASE)


NO_ROOM = """
import resource, sys
from pathlib import Path
from caseworker.errors import Problem
from caseworker.storage import backup, vault
what, folder, phrase, file, out = sys.argv[1:]
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
opened = vault.open_vault(vault.unlock(Path(folder), phrase)) if what == "make" else None
codes = []
for limit in range(4096, 200_000, 17_000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        if opened is not None:
            backup.make(opened, Path(file))
        else:
            backup.restore(Path(file), Path(out), passphrase=phrase)
        codes.append("done")
    except Problem as problem:
        codes.append(problem.code)
        assert "room" in str(problem.words), problem
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
if opened is not None:
    assert opened.whole_check() == []
    opened.close()
print(" ".join(codes))
"""


def no_room(*args: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", NO_ROOM, *args], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on a file's size")
def test_without_room_there_is_no_backup_and_one_sentence(new_vault: NewVault, tmp_path: Path) -> None:
    codes = no_room("make", str(new_vault.path), PHRASE, str(tmp_path / "one.casebak"), "")
    assert set(codes) == {"E-DISK-FULL"}
    assert len(codes) == 12
    assert not list(tmp_path.glob("*.casebak*"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on a file's size")
def test_without_room_nothing_is_restored_and_one_sentence(closed: Path, tmp_path: Path) -> None:
    codes = no_room("restore", "", PHRASE, str(closed), str(tmp_path / "back"))
    assert set(codes) == {"E-DISK-FULL"}
    assert not (tmp_path / "back").exists()


def test_the_anchor_of_a_restored_vault_is_its_own(closed: Path, tmp_path: Path) -> None:
    found = backup.restore(closed, tmp_path / "back", passphrase=PHRASE)
    unlocked = vaults.unlock(found.path, PHRASE)
    key = vaults.vault_key(unlocked.vmk, unlocked.header, "anchor")
    head, whole = anchor.read(found.path / "anchor", key)
    unlocked.discard()
    assert whole
    assert head.vault == found.path.name
