"""A vault is made whole, opened by its own secrets only, changed without a gap, closed without a trace."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import peewee
import pytest

from caseworker import storage
from caseworker.crypto import header as hdr
from caseworker.crypto import keys, signing
from caseworker.errors import Problem, Refused
from caseworker.storage import audit, devices, engine, files, outbox, throttle
from caseworker.storage import vault as vaults
from caseworker.storage.engine import database
from caseworker.storage.vault import NewVault, OpenVault, making, upgrading
from tests.fixtures_vault import CHEAP, PHRASE

NEW = "seven otters under a copper bridge"


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(Problem) as caught:
        action()
    return caught.value.code


def add_note(text: str) -> None:
    """A change with its audit entry, in a place no other test looks at."""
    database.execute_sql("INSERT OR REPLACE INTO setting (key, value) VALUES ('note', ?)", (text,))
    audit.append("change", "setting", 0)


# --- making -------------------------------------------------------------------------------------------------


def test_a_new_vault_is_found_and_holds_only_what_it_should(new_vault: NewVault) -> None:
    assert vaults.find(new_vault.path.parent) == new_vault.path
    assert vaults.find(new_vault.path) == new_vault.path
    assert sorted(file.name for file in new_vault.path.iterdir()) == [
        "anchor",
        "vault-0001.db",
        "vault.hdr",
        "vault.hdr.1",
    ]
    assert database.deferred


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps access lists, not modes")
def test_nobody_else_on_the_computer_can_look_in(new_vault: NewVault) -> None:
    assert stat.S_IMODE(new_vault.path.stat().st_mode) == 0o700
    assert stat.S_IMODE(new_vault.path.parent.stat().st_mode) == 0o700
    for file in new_vault.path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def test_no_vault_is_found_where_there_is_none(tmp_path: Path) -> None:
    assert vaults.find(tmp_path) is None
    assert vaults.find(tmp_path / "nowhere") is None
    (tmp_path / "photos").mkdir()
    assert vaults.find(tmp_path) is None


def test_an_easy_passphrase_makes_no_vault(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        vaults.create(
            tmp_path, passphrase="password", worker_name="A", role="advocate", agency="A07", cost=CHEAP
        )
    assert set(refused.value.problems) == {"passphrase"}
    assert list(tmp_path.iterdir()) == [tmp_path / "home"]


def test_an_interrupted_making_leaves_no_vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr(making, "_prove_header", fails)
    root = tmp_path / "root"
    make = lambda: vaults.create(  # noqa: E731
        root, passphrase=NEW, worker_name="A", role="advocate", agency="A07", cost=CHEAP
    )
    assert code_of(make) == "E-DISK-FULL"
    assert vaults.find(root) is None
    assert [file.name for file in root.iterdir()] == ["vault.lock"]  # of the folder: one making at a time
    assert database.deferred


# --- opening ------------------------------------------------------------------------------------------------


def test_the_passphrase_opens_it_and_says_who(vault: OpenVault) -> None:
    assert (vault.worker.name, vault.worker.role, vault.agency) == ("Amina Okafor", "advocate", "A07")
    assert vault.synthetic
    assert vault.warnings == []
    assert not vault.alarm
    assert database.worker == vault.worker
    assert database.device_uid == devices.device().uid
    assert vault.whole_check() == []


def test_a_wrong_passphrase_opens_nothing_and_changes_nothing(new_vault: NewVault) -> None:
    before = {file.name: file.read_bytes() for file in new_vault.path.iterdir()}
    assert code_of(lambda: vaults.unlock(new_vault.path, "wrong")) == "E-PASS"
    after = {file.name: file.read_bytes() for file in new_vault.path.iterdir()}
    assert {name: data for name, data in after.items() if name not in ("throttle", "vault.lock")} == before
    assert database.deferred


def test_the_recovery_code_opens_it_and_asks_for_new_secrets(new_vault: NewVault) -> None:
    opened = vaults.open_vault(vaults.unlock_with_recovery(new_vault.path, new_vault.recovery_code.lower()))
    assert opened.must_renew
    assert [str(words) for words in opened.warnings] == [
        "You opened this vault with the recovery sheet. Set a new passphrase now"
    ]
    code = opened.renew_after_recovery(NEW, CHEAP)
    assert not opened.must_renew
    opened.close()
    assert code_of(lambda: vaults.unlock(new_vault.path, PHRASE)) == "E-PASS"
    assert (
        code_of(lambda: vaults.unlock_with_recovery(new_vault.path, new_vault.recovery_code)) == "E-RECOVERY"
    )
    vaults.unlock(new_vault.path, NEW).discard()
    vaults.unlock_with_recovery(new_vault.path, code).discard()


def test_someone_elses_recovery_code_is_not_this_vaults(new_vault: NewVault) -> None:
    assert (
        code_of(lambda: vaults.unlock_with_recovery(new_vault.path, keys.new_recovery_code())) == "E-RECOVERY"
    )
    assert code_of(lambda: vaults.unlock_with_recovery(new_vault.path, "1234")) == "E-RECOVERY"


def test_renewing_needs_the_recovery_sheet(vault: OpenVault) -> None:
    assert code_of(lambda: vault.renew_after_recovery(NEW, CHEAP)) == "E-PASS"


def test_waiting_grows_with_every_wrong_passphrase() -> None:
    assert [throttle.delay(count) for count in range(10)] == [0, 0, 0, 0, 1, 2, 5, 15, 30, 60]
    assert throttle.delay(1000) == 900


def test_too_many_wrong_passphrases_make_the_right_one_wait(new_vault: NewVault) -> None:
    for _ in range(3):
        assert code_of(lambda: vaults.unlock(new_vault.path, "wrong")) == "E-PASS"
        assert vaults.wait_seconds(new_vault.path) == 0
    for _ in range(5):
        throttle.failed(new_vault.path)
    assert 29 <= vaults.wait_seconds(new_vault.path) <= 30
    assert code_of(lambda: vaults.unlock(new_vault.path, PHRASE)) == "E-WAIT"
    (new_vault.path / throttle.FILE).unlink()  # deleting the file does not help while this process lives
    assert code_of(lambda: vaults.unlock(new_vault.path, PHRASE)) == "E-WAIT"
    throttle.clear(new_vault.path)
    vaults.unlock(new_vault.path, PHRASE).discard()
    assert not (new_vault.path / throttle.FILE).exists()


def test_the_wait_survives_a_restart_and_a_clock_turned_back(
    new_vault: NewVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(8):
        throttle.failed(new_vault.path)
    throttle._memory.clear()
    assert vaults.wait_seconds(new_vault.path) in (29, 30)
    real = throttle.time.time()
    monkeypatch.setattr(throttle.time, "time", lambda: real - 10 * 365 * 86400)
    assert vaults.wait_seconds(new_vault.path) == 30  # the delay itself, never ten years


def test_a_count_from_a_clock_that_ran_ahead_ends_after_the_delay(
    new_vault: NewVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(8):
        throttle.failed(new_vault.path)
    throttle._memory.clear()  # a restart, and the clock has been put right: the count is ten years ahead
    real, moment = throttle.time.time() - 10 * 365 * 86400, throttle.time.monotonic()
    for passed, left in ((0, 30), (10, 20), (29, 1), (31, 0)):
        monkeypatch.setattr(throttle.time, "time", lambda passed=passed: real + passed)
        monkeypatch.setattr(throttle.time, "monotonic", lambda passed=passed: moment + passed)
        assert vaults.wait_seconds(new_vault.path) == left
    vaults.unlock(new_vault.path, PHRASE).discard()


@pytest.mark.parametrize("content", [b"\xff" * 100, b"[1e999, 0]", b"[[4], 0]", b"{}", b"[" * 64])
def test_a_spoilt_throttle_file_is_only_advice(new_vault: NewVault, content: bytes) -> None:
    (new_vault.path / throttle.FILE).write_bytes(content)
    assert vaults.wait_seconds(new_vault.path) == 0
    assert code_of(lambda: vaults.unlock(new_vault.path, "wrong")) == "E-PASS"
    vaults.unlock(new_vault.path, PHRASE).discard()


def test_only_one_opening_at_a_time_in_this_process(vault: OpenVault) -> None:
    assert code_of(lambda: vaults.hold(vault.path)) == "E-IN-USE"


def test_a_second_process_is_refused_without_a_way_to_force_it(vault: OpenVault) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from caseworker.errors import Problem; from caseworker.storage import vault\n"
        "try: vault.hold(Path(sys.argv[1]))\n"
        "except Problem as problem: print(problem.code)\n"
    )
    second = [sys.executable, "-c", script, str(vault.path)]
    assert subprocess.run(second, capture_output=True, text=True, check=True).stdout.strip() == "E-IN-USE"
    vault.close()
    assert subprocess.run(second, capture_output=True, text=True, check=True).stdout.strip() == ""


def test_a_lock_left_by_a_killed_process_is_no_obstacle(new_vault: NewVault) -> None:
    script = (
        "import sys, time; from pathlib import Path; from caseworker.storage import vault\n"
        "lock = vault.hold(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)\n"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", script, str(new_vault.path)], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    assert owner.stdout.readline() == "held\n"
    assert code_of(lambda: vaults.hold(new_vault.path)) == "E-IN-USE"
    owner.kill()
    owner.wait()
    owner.stdout.close()
    vaults.hold(new_vault.path).release()


def test_after_a_refused_passphrase_another_process_may_try(new_vault: NewVault) -> None:
    assert code_of(lambda: vaults.unlock(new_vault.path, "wrong")) == "E-PASS"
    vaults.hold(new_vault.path).release()


def test_closing_wipes_the_keys_and_unbinds(vault: OpenVault) -> None:
    unlocked = vault._keys
    assert any(unlocked.vmk)
    vault.close()
    assert not any(unlocked.vmk)
    assert not any(unlocked.person.sign)
    assert not any(unlocked.person.receive)
    assert not any(database._key)
    assert database.deferred
    vault.close()  # twice does nothing


def test_closing_does_not_wait_for_a_worker_that_holds_the_file(
    vault: OpenVault, reopen: Callable[[], OpenVault]
) -> None:
    storage.write(add_note, "kept")
    holding, go_on = threading.Event(), threading.Event()
    late: list[str] = []

    def read_late() -> None:
        try:
            database.execute_sql("SELECT count(*) FROM client")
        except peewee.InterfaceError:
            late.append("read refused")

    def job() -> None:
        try:
            with database.connection_context(), database.atomic():
                add_note("too late")
                holding.set()
                go_on.wait(30)
                read_late()
        except peewee.InterfaceError:
            late.append("commit refused")

    thread = threading.Thread(target=job)
    thread.start()
    holding.wait(30)
    started = time.monotonic()
    vault.close()
    took = time.monotonic() - started
    go_on.set()
    thread.join()
    assert took < 1.0
    assert late == ["read refused", "commit refused"]
    again = reopen()
    assert database.execute_sql("SELECT value FROM setting WHERE key = 'note'").fetchone() == ("kept",)
    assert again.warnings == []
    again.close()


def test_closing_never_wipes_keys_under_a_passphrase_change(vault: OpenVault) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def slow_change() -> None:
        with vault._guard:
            inside.set()
            go_on.wait(30)

    thread = threading.Thread(target=slow_change)
    thread.start()
    inside.wait(30)
    vault.close()
    assert any(vault._keys.vmk)
    go_on.set()
    thread.join()
    vault.close()
    assert not any(vault._keys.vmk)


def test_after_closing_nothing_waits_in_a_log(vault: OpenVault) -> None:
    storage.write(add_note, "x")
    assert (vault.path / "vault-0001.db-wal").stat().st_size > 0
    vault.close()
    log = vault.path / "vault-0001.db-wal"
    assert not log.exists() or log.stat().st_size == 0


def test_another_thread_cannot_read_after_the_vault_is_closed(vault: OpenVault) -> None:
    outcome: list[str] = []

    def late() -> None:
        try:
            database.execute_sql("SELECT 1")
            outcome.append("read")
        except Exception as error:
            outcome.append(type(error).__name__)

    vault.close()
    thread = threading.Thread(target=late)
    thread.start()
    thread.join()
    assert outcome == ["InterfaceError"]


def test_what_was_written_is_there_next_time(vault: OpenVault, reopen: Callable[[], OpenVault]) -> None:
    storage.write(add_note, "kept")
    vault.close()
    again = reopen()
    assert database.execute_sql("SELECT value FROM setting WHERE key = 'note'").fetchone() == ("kept",)
    again.close()


def test_every_opening_and_closing_is_written_down(vault: OpenVault, reopen: Callable[[], OpenVault]) -> None:
    vault.close()
    again = reopen()
    actions = [row[0] for row in database.execute_sql("SELECT action FROM audit ORDER BY seq")]
    assert actions == ["create", "unlock", "lock", "unlock"]
    again.close()


def test_no_name_or_phrase_is_in_the_clear_anywhere(vault: OpenVault) -> None:
    storage.write(add_note, "MARKERTEXT")
    markers = [b"MARKERTEXT", b"Amina", b"Okafor", PHRASE.encode(), bytes(vault._keys.vmk)]
    assert database.execute_sql("SELECT count(*) FROM setting WHERE value = 'MARKERTEXT'").fetchone() == (1,)
    for moment in ("open", "closed"):
        for file in vault.path.rglob("*"):
            data = file.read_bytes()
            assert not [marker for marker in markers if marker in data], (moment, file.name)
        vault.close()


# --- changing the ways in -----------------------------------------------------------------------------------


def test_a_changed_passphrase_replaces_the_old_one_and_keeps_the_sheet(
    vault: OpenVault, new_vault: NewVault
) -> None:
    vault.change_passphrase(PHRASE, NEW, CHEAP)
    assert vault.whole_check() == []
    vault.close()
    assert code_of(lambda: vaults.unlock(vault.path, PHRASE)) == "E-PASS"
    vaults.unlock_with_recovery(vault.path, new_vault.recovery_code).discard()
    again = vaults.open_vault(vaults.unlock(vault.path, NEW))
    assert again.worker == vault.worker
    assert again.warnings == []
    again.close()
    assert vaults.verify(vault.path, NEW) == []


def test_the_old_header_is_not_left_beside_the_new_one(vault: OpenVault) -> None:
    old = (vault.path / "vault.hdr").read_bytes()
    vault.change_passphrase(PHRASE, NEW, CHEAP)
    assert (vault.path / "vault.hdr.1").read_bytes() == (vault.path / "vault.hdr").read_bytes() != old
    assert not [file for file in vault.path.iterdir() if file.read_bytes() == old]


def test_changing_needs_the_current_passphrase(vault: OpenVault) -> None:
    before = (vault.path / "vault.hdr").read_bytes()
    assert code_of(lambda: vault.change_passphrase("wrong", NEW, CHEAP)) == "E-PASS"
    assert code_of(lambda: vault.new_recovery_code("wrong")) == "E-PASS"
    assert (vault.path / "vault.hdr").read_bytes() == before
    throttle.clear(vault.path)


def test_a_new_recovery_code_voids_the_old_sheet(vault: OpenVault, new_vault: NewVault) -> None:
    code = vault.new_recovery_code(PHRASE)
    vault.close()
    assert code_of(lambda: vaults.unlock_with_recovery(vault.path, new_vault.recovery_code)) == "E-RECOVERY"
    throttle.clear(vault.path)
    vaults.unlock_with_recovery(vault.path, code).discard()
    vaults.unlock(vault.path, PHRASE).discard()


def test_a_weak_new_passphrase_is_refused_in_a_real_vault(tmp_path: Path) -> None:
    made = vaults.create(
        tmp_path / "real", passphrase=NEW, worker_name="A", role="advocate", agency="A07", cost=CHEAP
    )
    opened = vaults.open_vault(vaults.unlock(made.path, NEW))
    with pytest.raises(Refused):
        opened.change_passphrase(NEW, "password", CHEAP)
    opened.close()
    vaults.unlock(made.path, NEW).discard()


@pytest.mark.parametrize("step", ["spare", "header", "pin", "last"])
def test_a_change_interrupted_anywhere_leaves_one_passphrase_that_opens(
    vault: OpenVault, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a power cut would: at each step either the old or the new passphrase opens, never neither."""
    real = files.replace
    writes = {"spare": 1, "header": 2, "last": 3}
    count = 0

    class PowerCut(BaseException):
        pass

    def cut(file: Path, data: bytes) -> None:
        nonlocal count
        count += 1
        if writes.get(step) == count:
            raise PowerCut
        real(file, data)

    def cut_pin(*_: object) -> None:
        raise PowerCut

    monkeypatch.setattr(files, "replace", cut)
    if step == "pin":
        monkeypatch.setattr(OpenVault, "_pin_change", cut_pin)
    with pytest.raises(PowerCut):
        vault.change_passphrase(PHRASE, NEW, CHEAP)
    monkeypatch.undo()
    vault.close()
    opens = []
    for phrase in (PHRASE, NEW):
        throttle.clear(vault.path)
        try:
            again = vaults.open_vault(vaults.unlock(vault.path, phrase))
        except Problem:
            continue
        assert again.warnings == []
        again.close()
        opens.append(phrase)
    assert opens == [PHRASE if step in ("spare", "header") else NEW]
    throttle.clear(vault.path)
    assert vaults.verify(vault.path, opens[0]) == []


def test_the_workers_signature_is_the_workers(vault: OpenVault) -> None:
    signing.verify(vault.worker.sign_key, "p", b"data", vault.sign("p", b"data"))
    device = devices.device()
    signing.verify(device.public, "p", b"data", device.sign("p", b"data"))
    assert device.public != vault.worker.sign_key
    assert "private" not in repr(device)


def test_keys_from_another_vault_do_not_work_here(vault: OpenVault) -> None:
    """A vault's header rebuilt by someone with the master key but a stranger's person keys is refused."""
    unlocked = vault._keys
    stranger = hdr.PersonKeys(bytearray(signing.new_sign_key()[0]), bytearray(os.urandom(32)))
    slot = hdr.pass_slot(vault.vault_id, 1, "stranger", CHEAP, unlocked.vmk, stranger)
    forged = hdr.write(unlocked.header.next((slot,)), unlocked.vmk)
    vault.close()
    (vault.path / "vault.hdr").write_bytes(forged)
    assert code_of(lambda: vaults.open_vault(vaults.unlock(vault.path, "stranger"))) == "E-HDR-TAMPERED"


# --- growing up ---------------------------------------------------------------------------------------------


def migration(folder: Path, name: str, body: str) -> None:
    folder.mkdir(exist_ok=True)
    for script in upgrading.MIGRATIONS.glob("0*.py"):
        (folder / script.name).write_bytes(script.read_bytes())
    (folder / f"{name}.py").write_text(body)


# --- a passphrase made when guessing was dearer ------------------------------------------------------------


@pytest.fixture
def weak(tmp_path: Path) -> NewVault:
    """A vault of real work whose passphrase was given less than today's least cost."""
    return vaults.create(
        tmp_path / "weak", passphrase=PHRASE, worker_name="A", role="advocate", agency="A07", cost=CHEAP
    )


def cost_of(folder: Path) -> keys.KdfCost | None:
    (slot,) = hdr.read((folder / "vault.hdr").read_bytes()).of_type(hdr.PASS)
    return slot.cost


def test_a_slot_that_costs_too_little_is_made_again(weak: NewVault) -> None:
    opened = vaults.open_vault(vaults.unlock(weak.path, PHRASE))
    assert opened.slot_is_stale
    opened.make_slot_again(keys.FLOOR)
    assert not opened.slot_is_stale
    assert not any(opened._keys.phrase)
    opened.close()
    assert cost_of(weak.path) == keys.FLOOR
    assert (weak.path / "vault.hdr.1").read_bytes() == (weak.path / "vault.hdr").read_bytes()
    again = vaults.open_vault(vaults.unlock(weak.path, PHRASE))
    assert not again.slot_is_stale
    assert again.warnings == []
    (row,) = database.execute_sql(
        "SELECT noun, detail FROM audit WHERE action = 'passphrase_strengthened'"
    ).fetchall()
    assert row == ("vault", '{"generation":2}')
    again.close()
    vaults.unlock_with_recovery(weak.path, weak.recovery_code).discard()
    assert vaults.verify(weak.path, PHRASE) == []


def test_without_strengthening_nothing_changes_and_closing_wipes_the_passphrase(weak: NewVault) -> None:
    before = (weak.path / "vault.hdr").read_bytes()
    unlocked = vaults.unlock(weak.path, PHRASE)
    assert bytes(unlocked.phrase).decode() == PHRASE
    opened = vaults.open_vault(unlocked)
    opened.close()
    assert unlocked.phrase
    assert not any(unlocked.phrase)
    opened.make_slot_again(keys.FLOOR)
    assert (weak.path / "vault.hdr").read_bytes() == before


def test_a_new_passphrase_leaves_nothing_to_strengthen(weak: NewVault) -> None:
    opened = vaults.open_vault(vaults.unlock(weak.path, PHRASE))
    opened.change_passphrase(PHRASE, NEW, keys.FLOOR)
    assert not opened.slot_is_stale
    opened.make_slot_again(CHEAP)
    opened.close()
    assert cost_of(weak.path) == keys.FLOOR


def test_strong_slots_recovery_codes_and_made_up_people_keep_no_passphrase(
    new_vault: NewVault, weak: NewVault
) -> None:
    opened = vaults.open_vault(vaults.unlock(new_vault.path, PHRASE))
    assert opened.synthetic
    assert not opened.slot_is_stale
    assert opened._keys.phrase == bytearray()
    opened.close()
    unlocked = vaults.unlock_with_recovery(weak.path, weak.recovery_code)
    assert unlocked.phrase == bytearray()
    unlocked.discard()


def test_strengthening_that_fails_leaves_the_old_slot(
    weak: NewVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = vaults.open_vault(vaults.unlock(weak.path, PHRASE))
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", _no_space)
        with pytest.raises((Problem, OSError)):
            opened.make_slot_again(keys.FLOOR)
    opened.close()
    vaults.unlock(weak.path, PHRASE).discard()


def _no_space(_descriptor: int) -> None:
    raise OSError(errno.ENOSPC, "no space")


def test_an_older_vault_is_upgraded_after_an_encrypted_copy(
    new_vault: NewVault, reopen: Callable[[], OpenVault], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    migration(folder, "9998_extra", "def up(m, db):\n    db.execute_sql('CREATE TABLE extra (id INTEGER)')\n")
    monkeypatch.setattr(upgrading, "MIGRATIONS", folder)
    opened = reopen()
    assert "extra" in database.get_tables()
    copy = new_vault.path / "vault-0001.db.before"
    key = vaults.vault_key(opened._keys.vmk, opened._keys.header, "db")
    conn = engine.open_file(copy, key)
    assert conn.execute("SELECT count(*) FROM sqlite_master WHERE name = 'extra'").fetchone() == (0,)
    assert conn.execute("SELECT count(*) FROM audit").fetchone()[0] >= 1
    conn.close()
    assert not copy.read_bytes().startswith(engine.PLAIN_HEADER)
    opened.close()


def test_an_upgrade_that_fails_half_way_changes_nothing(
    new_vault: NewVault, reopen: Callable[[], OpenVault], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    body = (
        "def up(m, db):\n    db.execute_sql('CREATE TABLE extra (id INTEGER)')\n    raise ZeroDivisionError\n"
    )
    migration(folder, "9998_extra", body)
    with monkeypatch.context() as patch:
        patch.setattr(upgrading, "MIGRATIONS", folder)
        with pytest.raises(ZeroDivisionError):
            reopen()
    opened = reopen()
    assert "extra" not in database.get_tables()
    assert opened.whole_check() == []
    opened.close()


def test_without_a_whole_copy_nothing_is_upgraded(
    new_vault: NewVault, reopen: Callable[[], OpenVault], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    migration(folder, "9998_extra", "def up(m, db):\n    db.execute_sql('CREATE TABLE extra (id INTEGER)')\n")
    opened = reopen()
    for number in range(300):
        storage.write(add_note, f"{number}" * 200)
    opened.close()
    file = new_vault.path / "vault-0001.db"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with monkeypatch.context() as patch:
        patch.setattr(upgrading, "MIGRATIONS", folder)
        assert code_of(reopen) == "E-DB-DAMAGED"
    assert file.read_bytes() == data
    assert not list(new_vault.path.glob("*.before*"))


def test_the_first_shape_a_vault_had_is_brought_up_to_date_after_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_initial.py").write_bytes((upgrading.MIGRATIONS / "0001_initial.py").read_bytes())
    with monkeypatch.context() as patch:
        patch.setattr(upgrading, "MIGRATIONS", folder)
        new = vaults.create(
            tmp_path / "old", passphrase=PHRASE, worker_name="A", role="advocate", agency="A07", synthetic=True,
            cost=CHEAP,
        )  # fmt: skip
        opened = vaults.open_vault(vaults.unlock(new.path, PHRASE))
        database.execute_sql(
            "INSERT INTO outbox (uid, kind, period, version, state, seq, payload, wire, wire_hash, made, approved,"
            " approved_by, approvals, tried, tries, next_try, reason, received)"
            " VALUES ('u', 'A', '2026-27Q1', 1, 'SENT', 1, x'7b7d', x'01', x'02', 1, 1, 'A', '[]', 1, 1, 0, '', 0)"
        )
        opened.close()
    opened = vaults.open_vault(vaults.unlock(new.path, PHRASE))
    assert (new.path / "vault-0001.db.before").exists()
    item = outbox.items()[0]
    assert (item.seq, item.device, item.wire, item.state) == (1, devices.device().uid, b"\x01", "SENT")
    assert outbox.next_seq() == 2
    with pytest.raises(peewee.IntegrityError, match="sealed bytes never change"):
        database.execute_sql("UPDATE outbox SET device = 'x'")
    with pytest.raises(peewee.IntegrityError, match="sealed bytes never change"):
        database.execute_sql("DELETE FROM outbox")
    assert opened.whole_check() == []
    opened.close()


def test_a_newer_vault_is_refused_unchanged(
    new_vault: NewVault, reopen: Callable[[], OpenVault], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    migration(
        folder, "9999_future", "def up(m, db):\n    db.execute_sql('CREATE TABLE future (id INTEGER)')\n"
    )
    with monkeypatch.context() as patch:
        patch.setattr(upgrading, "MIGRATIONS", folder)
        reopen().close()
    before = (new_vault.path / "vault-0001.db").read_bytes()
    assert code_of(reopen) == "E-NEWER"
    assert (new_vault.path / "vault-0001.db").read_bytes() == before
    assert database.deferred
    assert "newer version" in str(vaults.verify(new_vault.path, PHRASE)[0])


def test_whole_check_tells_its_steps_and_can_be_stopped(vault: OpenVault) -> None:
    steps: list[tuple[int, int]] = []
    assert vault.whole_check(lambda step, of: steps.append((step, of))) == []
    assert [step for step, _ in steps] == list(range(len(steps)))
    assert {of for _, of in steps} == {len(steps)}
    assert vault.whole_check(cancelled=lambda: True) == []


def test_whole_check_runs_beside_the_screens_thread(vault: OpenVault) -> None:
    found: list[object] = []

    def job() -> None:
        with database.connection_context():
            found.append(vault.whole_check())

    thread = threading.Thread(target=job)
    thread.start()
    for number in range(40):
        storage.write(add_note, str(number))
        storage.checkpoint()  # refused while the pages are being read
    thread.join()
    assert found == [[]]


def test_the_log_is_not_folded_in_while_the_pages_are_checked(vault: OpenVault) -> None:
    storage.write(add_note, "x")
    answers: list[bool] = []
    assert vault.whole_check(lambda *_: answers.append(storage.checkpoint())) == []
    assert answers
    assert not any(answers)
    assert storage.checkpoint()


# --- making one at a time -----------------------------------------------------------------------------------

MAKE = (
    "import sys; from pathlib import Path\n"
    "from caseworker.crypto.keys import KdfCost; from caseworker.errors import Problem\n"
    "from caseworker.storage import vault\n"
    "try:\n"
    "    made = vault.create(Path(sys.argv[1]), passphrase='x', worker_name='A', role='advocate', agency='A07',\n"
    "        synthetic=True, cost=KdfCost(64, 1, 1))\n"
    "    print('made', made.cleared)\n"
    "except Problem as problem: print(problem.code)\n"
)


def test_four_at_once_make_one_vault(tmp_path: Path) -> None:
    root = tmp_path / "root"
    makers = [
        subprocess.Popen([sys.executable, "-c", MAKE, str(root)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    said = sorted((maker.communicate(timeout=120)[0] or "").strip() for maker in makers)
    assert said.count("made 0") == 1
    assert set(said) <= {"made 0", "E-BEING-MADE", "E-VAULT-THERE"}
    assert [place.name for place in root.iterdir() if place.is_dir()] == [vaults.find(root).name]  # type: ignore[union-attr]


def test_a_second_vault_is_not_made_beside_the_first(new_vault: NewVault) -> None:
    root = new_vault.path.parent
    make = lambda: vaults.create(  # noqa: E731
        root, passphrase=NEW, worker_name="B", role="advocate", agency="A07", cost=CHEAP
    )
    assert code_of(make) == "E-VAULT-THERE"
    assert vaults.find(root) == new_vault.path


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a child is forked to be killed")
def test_what_a_killed_making_leaves_is_cleared_by_the_next_and_said(tmp_path: Path) -> None:
    root, step, left = tmp_path / "root", 0, []
    while True:
        child = os.fork()
        if child == 0:
            count = [step]

            def hook(event: str, args: tuple[object, ...], count: list[int] = count) -> None:
                if event in ("os.rename", "os.mkdir", "open") and str(args[0]).startswith(str(root)):
                    count[0] -= 1
                    if count[0] < 0:
                        os._exit(9)

            sys.addaudithook(hook)
            make_one(root)
            os._exit(0)
        os.waitpid(child, 0)
        if root.exists() and vaults.find(root) is not None:
            break
        left.append(len(list(root.glob("*.new"))))
        step += 1
    assert step > 8
    assert max(left) == 1  # each making cleared what the one before had left
    assert list(root.glob("*.new")) == []
    vaults.unlock(vaults.find(root) or root, PHRASE).discard()


def make_one(root: Path) -> NewVault:
    return vaults.create(
        root, passphrase=PHRASE, worker_name="A", role="advocate", agency="A07", synthetic=True, cost=CHEAP
    )


@pytest.mark.parametrize("stranger", ["vault.lock", "notes.txt", "throttle", "blobs"])
def test_a_folder_that_may_be_more_than_a_cut_off_making_is_left_alone(tmp_path: Path, stranger: str) -> None:
    root = tmp_path / "root"
    ours = root / "11111111-2222-3333-4444-555555555555.new"
    other = root / "holiday.new"
    for folder in (ours, other):
        folder.mkdir(parents=True)
        (folder / "vault-0001.db").write_bytes(b"x")
    (ours / stranger).mkdir() if stranger == "blobs" else (ours / stranger).write_bytes(b"")
    assert make_one(root).cleared == 0
    assert (ours / "vault-0001.db").exists()
    assert (other / "vault-0001.db").exists()


def test_a_cut_off_making_is_cleared_and_counted(tmp_path: Path) -> None:
    ours = tmp_path / "root" / "11111111-2222-3333-4444-555555555555.new"
    ours.mkdir(parents=True)
    (ours / "vault-0001.db").write_bytes(b"x")
    assert make_one(tmp_path / "root").cleared == 1
    assert not ours.exists()
