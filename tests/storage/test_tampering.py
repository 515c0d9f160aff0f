"""Whatever is done to the files: it is noticed, told in one clear sentence, and nothing is repaired or
deleted.

One test for each row of the tampering table that concerns header, case file and anchor.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from caseworker import storage
from caseworker.crypto import header as hdr
from caseworker.errors import Problem
from caseworker.storage import anchor, audit, engine, throttle
from caseworker.storage import vault as vaults
from caseworker.storage.engine import database
from caseworker.storage.vault import NewVault, OpenVault
from tests.fixtures_vault import CHEAP, PHRASE

DB = "vault-0001.db"


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(Problem) as caught:
        action()
    return caught.value.code


def entry(number: int = 0) -> None:
    audit.append("change", "setting", number)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name != "vault.lock"}


def put_back(folder: Path, files: dict[str, bytes]) -> None:
    for file in folder.iterdir():
        if file.name not in (*files, "vault.lock"):
            file.unlink()
    for name, data in files.items():
        (folder / name).write_bytes(data)


def flip(file: Path, offset: int, bits: int = 0x01) -> None:
    data = bytearray(file.read_bytes())
    data[offset] ^= bits
    file.write_bytes(data)


def same_after(folder: Path, action: Callable[[], str]) -> str:
    """The code of the refusal, having seen that no file of the vault changed (the throttle's count aside)."""
    before = snapshot(folder)
    code = action()
    after = snapshot(folder)
    for files in (before, after):
        files.pop(throttle.FILE, None)
    assert after == before
    return code


def open_code(folder: Path, phrase: str = PHRASE) -> str:
    throttle.clear(folder)

    def attempt() -> None:
        vaults.open_vault(vaults.unlock(folder, phrase)).close()

    return code_of(attempt)


def verdict(folder: Path) -> list[str]:
    throttle.clear(folder)
    return [str(words) for words in vaults.verify(folder, PHRASE)]


# --- row: header sum bad, short, missing --------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["flipped", "cut", "empty", "missing"])
def test_a_damaged_header_is_told_before_any_passphrase(new_vault: NewVault, damage: str) -> None:
    file = new_vault.path / "vault.hdr"
    data = file.read_bytes()
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes({"flipped": data[:100] + b"\0" + data[101:], "cut": data[:-1], "empty": b""}[damage])
    assert (
        same_after(new_vault.path, lambda: code_of(lambda: vaults.inspect(new_vault.path))) == "E-HDR-DAMAGED"
    )
    assert (
        vaults.find(new_vault.path.parent) == new_vault.path
    )  # still offered, never replaced by a new vault
    assert len(verdict(new_vault.path)) == 1


def test_the_spare_header_is_offered_and_used_on_request(
    new_vault: NewVault, reopen: Callable[[], OpenVault]
) -> None:
    file = new_vault.path / "vault.hdr"
    damaged = file.read_bytes()[:50]
    file.write_bytes(damaged)
    assert vaults.has_spare_header(new_vault.path)
    with pytest.raises(Problem, match="copy beside it"):
        vaults.inspect(new_vault.path)
    vaults.use_spare_header(new_vault.path)
    assert (new_vault.path / "vault.hdr.damaged").read_bytes() == damaged
    opened = reopen()
    assert opened.warnings == []
    opened.close()


def test_without_a_whole_spare_only_a_backup_helps(new_vault: NewVault) -> None:
    for name in ("vault.hdr", "vault.hdr.1"):
        flip(new_vault.path / name, 60)
    with pytest.raises(Problem, match="backup"):
        vaults.inspect(new_vault.path)
    assert code_of(lambda: vaults.use_spare_header(new_vault.path)) == "E-HDR-DAMAGED"


# --- row: no slot commits; row: slot opens, mac bad ---------------------------------------------------------


def resum(body: dict[str, object], mac: bytes) -> bytes:
    text = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
    front = hdr.MAGIC + len(text).to_bytes(4, "big") + text + mac
    return front + hashlib.sha256(front).digest()


def edited(folder: Path, change: Callable[[dict], object]) -> None:
    data = (folder / "vault.hdr").read_bytes()
    size = int.from_bytes(data[8:12], "big")
    body = json.loads(data[12 : 12 + size])
    change(body)
    (folder / "vault.hdr").write_bytes(resum(body, data[-64:-32]))


def test_a_changed_slot_looks_like_a_wrong_passphrase(new_vault: NewVault) -> None:
    edited(new_vault.path, lambda body: body["slots"][0].update(commit="0" * 64))
    assert same_after(new_vault.path, lambda: open_code(new_vault.path)) == "E-PASS"


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body["slots"].pop(),
        lambda body: body.update(generation=9),
        lambda body: body["slots"].reverse(),
    ],
)
def test_a_header_changed_by_a_stranger_is_refused(
    new_vault: NewVault, change: Callable[[dict], object]
) -> None:
    edited(new_vault.path, change)
    assert same_after(new_vault.path, lambda: open_code(new_vault.path)) == "E-HDR-TAMPERED"
    assert len(verdict(new_vault.path)) == 1
    vaults.use_spare_header(new_vault.path)
    assert verdict(new_vault.path) == []


def test_a_slot_added_by_a_stranger_is_refused_and_written_down_at_the_next_good_opening(
    new_vault: NewVault, reopen: Callable[[], OpenVault]
) -> None:
    """Somebody copied a slot of his own into the header, made with a key of the vault that he does not have."""
    own = vaults.create(
        new_vault.path.parents[1] / "his", passphrase="his", worker_name="X", role="advocate", agency="A07",
        synthetic=True, cost=CHEAP,
    )  # fmt: skip
    his = hdr.read((own.path / "vault.hdr").read_bytes()).slots[0]
    edited(new_vault.path, lambda body: body["slots"].append(dict(his.fields)))
    assert same_after(new_vault.path, lambda: open_code(new_vault.path)) == "E-HDR-TAMPERED"
    assert same_after(new_vault.path, lambda: open_code(new_vault.path, "his")) == "E-PASS"
    refused = hashlib.sha256((new_vault.path / "vault.hdr").read_bytes()).hexdigest()
    throttle.clear(new_vault.path)
    vaults.use_spare_header(new_vault.path)
    for _ in range(2):
        reopen().close()
    opened = reopen()
    found = database.execute_sql("SELECT detail FROM audit WHERE action = 'header_put_back'").fetchall()
    assert found == [(f'{{"sha256":"{refused}"}}',)]
    assert opened.whole_check() == []
    opened.close()


# --- row: header generation older than the database's -------------------------------------------------------


def test_an_old_header_does_not_bring_an_old_passphrase_back(
    vault: OpenVault, reopen: Callable[[], OpenVault]
) -> None:
    old = (vault.path / "vault.hdr").read_bytes()
    vault.change_passphrase(PHRASE, "a second passphrase altogether", CHEAP)
    vault.close()
    (vault.path / "vault.hdr").write_bytes(old)
    assert same_after(vault.path, lambda: open_code(vault.path)) == "E-HDR-ROLLBACK"
    with pytest.raises(Problem, match="Amina Okafor changed the way in on"):
        reopen()
    assert "old copy" in verdict(vault.path)[0]
    vaults.use_spare_header(vault.path)
    assert vaults.verify(vault.path, "a second passphrase altogether") == []


def test_another_header_of_the_same_generation_is_refused(vault: OpenVault) -> None:
    """Someone who had the master key once cannot add a way in without the database knowing."""
    unlocked = vault._keys
    extra = hdr.pass_slot(vault.vault_id, 1, "intruder", CHEAP, unlocked.vmk, unlocked.person)
    header = unlocked.header
    twin = hdr.Header(header.vault, header.generation, header.epoch, header.db, (*header.slots, extra))
    forged = hdr.write(twin, unlocked.vmk)
    vault.close()
    (vault.path / "vault.hdr").write_bytes(forged)
    assert same_after(vault.path, lambda: open_code(vault.path, "intruder")) == "E-HDR-TAMPERED"


def test_a_header_newer_than_the_database_is_accepted_and_pinned(vault: OpenVault) -> None:
    """A crash between header and database leaves exactly this."""
    fresh = hdr.write(vault._keys.header.next(vault._keys.header.slots), vault._keys.vmk)
    vault.close()
    (vault.path / "vault.hdr").write_bytes(fresh)
    opened = vaults.open_vault(vaults.unlock(vault.path, PHRASE))
    assert opened.warnings == []
    assert database.execute_sql("SELECT value FROM meta WHERE key = 'generation'").fetchone() == ("2",)
    opened.close()
    assert verdict(vault.path) == []


# --- row: KDF out of bounds, unknown format -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda body: body["slots"][0]["kdf"].update(m_kib=64 * 1024 * 1024), "E-HDR-UNSUPPORTED"),
        (lambda body: body["slots"][0]["kdf"].update(t=0), "E-HDR-UNSUPPORTED"),
        (lambda body: body["slots"][0].update(type="dongle"), "E-HDR-UNSUPPORTED"),
        (lambda body: body.update(format=2), "E-HDR-UNSUPPORTED"),
        (lambda body: body.update(min_app=hdr.APP + 1), "E-NEWER"),
    ],
)
def test_what_must_not_be_acted_on_is_refused_at_once(
    new_vault: NewVault, change: Callable[[dict], object], code: str
) -> None:
    edited(new_vault.path, change)
    assert same_after(new_vault.path, lambda: code_of(lambda: vaults.inspect(new_vault.path))) == code


def test_a_lowered_cost_opens_nothing(new_vault: NewVault) -> None:
    edited(new_vault.path, lambda body: body["slots"][0]["kdf"].update(m_kib=8))
    assert open_code(new_vault.path) == "E-PASS"


# --- row: database missing, empty, foreign, not encrypted ---------------------------------------------------


def test_a_missing_case_file_is_not_made_anew(new_vault: NewVault) -> None:
    (new_vault.path / DB).unlink()
    assert same_after(new_vault.path, lambda: open_code(new_vault.path)) == "E-DB-MISSING"
    assert vaults.find(new_vault.path.parent) == new_vault.path


def test_an_empty_case_file_is_not_taken_for_a_new_one(new_vault: NewVault) -> None:
    (new_vault.path / DB).write_bytes(b"")
    assert same_after(new_vault.path, lambda: open_code(new_vault.path)) == "E-DB-MISSING"


def test_a_case_file_emptied_after_the_look_is_refused_too(new_vault: NewVault) -> None:
    unlocked = vaults.unlock(new_vault.path, PHRASE)
    (new_vault.path / DB).write_bytes(b"")
    assert code_of(lambda: vaults.open_vault(unlocked)) == "E-DB-MISSING"
    assert (new_vault.path / DB).read_bytes() == b""
    assert database.deferred
    vaults.hold(new_vault.path).release()  # the lock was given back


def test_a_readable_database_in_its_place_is_refused(new_vault: NewVault) -> None:
    (new_vault.path / DB).unlink()
    plain = sqlite3.connect(new_vault.path / DB)
    plain.execute("CREATE TABLE client (name TEXT)")
    plain.commit()
    plain.close()
    assert same_after(new_vault.path, lambda: open_code(new_vault.path)) == "E-DB-NOT-ENCRYPTED"
    assert "not encrypted" in verdict(new_vault.path)[0]


def test_an_encrypted_database_of_another_kind_is_refused(vault: OpenVault) -> None:
    key = vaults.vault_key(vault._keys.vmk, vault._keys.header, "db")
    vault.close()
    conn = engine.open_file(vault.path / DB, key)
    conn.execute("PRAGMA application_id=7")
    conn.close()
    assert open_code(vault.path) == "E-DB-MISSING"


def test_an_empty_encrypted_database_with_the_right_key_is_refused(vault: OpenVault) -> None:
    key = vaults.vault_key(vault._keys.vmk, vault._keys.header, "db")
    vault.close()
    (vault.path / DB).unlink()
    engine.create_file(vault.path / DB, key)
    assert open_code(vault.path) == "E-DB-MISSING"


def test_another_vaults_case_file_is_refused(new_vault: NewVault, tmp_path: Path) -> None:
    other = vaults.create(
        tmp_path / "other",
        passphrase="x",
        worker_name="B",
        role="advocate",
        agency="A08",
        synthetic=True,
        cost=CHEAP,
    )
    shutil.copyfile(other.path / DB, new_vault.path / DB)
    assert same_after(new_vault.path, lambda: open_code(new_vault.path)) == "E-DB-DAMAGED"


@pytest.mark.parametrize("keep", [1, 100, 4095, 4096, 8192, 40960, -4096, -1])
def test_a_cut_case_file_never_opens_silently(new_vault: NewVault, keep: int) -> None:
    data = (new_vault.path / DB).read_bytes()
    (new_vault.path / DB).write_bytes(data[:keep])
    assert verdict(new_vault.path) != []
    try:
        opened = vaults.open_vault(vaults.unlock(new_vault.path, PHRASE))
    except Problem as problem:
        assert problem.code in ("E-DB-DAMAGED", "E-DB-MISSING", "E-DISK-FULL")  # noqa: PT017
    else:
        assert opened.whole_check() != []
        opened.close()


# --- row: a page fails its check ----------------------------------------------------------------------------


def fill(count: int = 60) -> None:
    for number in range(count):
        database.execute_sql(
            "INSERT INTO setting (key, value) VALUES (?, ?)", (f"filler{number}", "quiet words " * 80)
        )
    entry()


def test_a_damaged_page_is_a_problem_when_read_and_closes_that_connection(
    vault: OpenVault, reopen: Callable[[], OpenVault]
) -> None:
    storage.write(fill)
    vault.close()
    file = vault.path / DB
    # the last pages hold the filler, which opening does not read
    for page in range(file.stat().st_size // 4096 - 6, file.stat().st_size // 4096):
        flip(file, page * 4096 + 2000)
    opened = reopen()
    before = database.connection()
    assert code_of(lambda: database.execute_sql("SELECT sum(length(value)) FROM setting")) == "E-DB-DAMAGED"
    assert database.damaged
    assert database.connection() is not before  # the poisoned one was closed
    assert any("page" in str(words) for words in opened.whole_check())
    opened.close()
    assert any("page" in text for text in verdict(vault.path))


def test_a_damaged_page_met_while_saving_undoes_the_saving(
    vault: OpenVault, reopen: Callable[[], OpenVault]
) -> None:
    storage.write(fill)
    vault.close()
    file = vault.path / DB
    for page in range(file.stat().st_size // 4096 - 6, file.stat().st_size // 4096):
        flip(file, page * 4096 + 2000)
    opened = reopen()

    def change() -> None:
        entry()
        database.execute_sql("UPDATE setting SET value = 'x' WHERE value LIKE 'quiet%'")

    seq = audit.head().seq
    assert code_of(lambda: storage.write(change)) == "E-DB-DAMAGED"
    assert not database.in_transaction()
    assert audit.head().seq == seq
    opened.close()


def test_opening_with_any_one_page_damaged_is_a_sentence_or_a_finding_never_a_bug(
    new_vault: NewVault, reopen: Callable[[], OpenVault]
) -> None:
    whole = snapshot(new_vault.path)
    refused = found = 0
    for page in range(len(whole[DB]) // 4096):
        put_back(new_vault.path, whole)
        flip(new_vault.path / DB, page * 4096 + 1234)
        try:
            opened = reopen()
        except Problem as problem:
            refused += problem.code in ("E-DB-DAMAGED", "E-DB-MISSING")
        else:
            found += opened.whole_check() != []
            opened.close()
    assert refused + found == len(whole[DB]) // 4096
    assert min(refused, found) > 0


def test_no_flipped_byte_of_the_case_file_is_ever_read_silently(new_vault: NewVault) -> None:
    """A dense sample here (every 101st byte and all of the first page's edges); ``./run prove`` takes every
    byte.
    """
    file = new_vault.path / DB
    whole = file.read_bytes()
    unlocked = vaults.unlock(new_vault.path, PHRASE)
    key = vaults.vault_key(unlocked.vmk, unlocked.header, "db")
    unlocked.discard()
    offsets = sorted({*range(0, len(whole), 101), *range(64), *range(4096 - 96, 4096 + 64)})
    missed = [offset for offset in offsets if not noticed(file, whole, offset, key)]
    file.write_bytes(whole)
    assert missed == []
    assert verdict(new_vault.path) == []


def noticed(file: Path, whole: bytes, offset: int, key: bytearray) -> bool:
    with open(file, "r+b") as out:
        out.seek(offset)
        out.write(bytes([whole[offset] ^ 0x40]))
    try:
        conn = engine.open_file(file, key, mode="ro&immutable=1")
        try:
            return bool(conn.execute("PRAGMA cipher_integrity_check").fetchall())
        finally:
            conn.close()
    except Problem as problem:
        return problem.code in ("E-DB-DAMAGED", "E-DB-MISSING")
    finally:
        with open(file, "r+b") as out:
            out.seek(offset)
            out.write(whole[offset : offset + 1])


def test_verify_finds_every_flipped_byte_of_header_spare_and_anchor(new_vault: NewVault) -> None:
    for name, step in (("vault.hdr", 1), ("vault.hdr.1", 29), ("anchor", 17)):
        file = new_vault.path / name
        whole = file.read_bytes()
        for offset in range(0, len(whole), step):
            if name == "vault.hdr":
                # the check sum covers every byte; reading alone must refuse, before any slow derivation
                changed = bytearray(whole)
                changed[offset] ^= 0x20
                with pytest.raises(hdr.Damaged):
                    hdr.read(bytes(changed))
                if offset % 97:
                    continue
            flip(file, offset, 0x20)
            assert verdict(new_vault.path) != [], (name, offset)
            file.write_bytes(whole)
    assert verdict(new_vault.path) == []


def test_verifying_changes_not_a_byte(vault: OpenVault) -> None:
    storage.write(entry)
    copy = snapshot(vault.path)  # as after a kill: with a log that was never folded in
    assert len(copy[f"{DB}-wal"]) > 0
    vault.close()
    put_back(vault.path, copy)
    assert verdict(vault.path) == []
    assert snapshot(vault.path) == copy


# --- rows: the chain broken, the database behind the anchor -------------------------------------------------


def history_of_states(vault: OpenVault, count: int) -> list[dict[str, bytes]]:
    """The whole folder as it stood after each of ``count`` closed sessions with one change each."""
    vault.close()
    states = []
    for number in range(count):
        opened = vaults.open_vault(vaults.unlock(vault.path, PHRASE))
        assert opened.warnings == []
        storage.write(entry, number)
        opened.close()
        states.append(snapshot(vault.path))
    return states


def alarms(folder: Path) -> list[str]:
    throttle.clear(folder)
    opened = vaults.open_vault(vaults.unlock(folder, PHRASE))
    try:
        assert opened.alarm == bool(opened.warnings)
        return [str(words) for words in opened.warnings]
    finally:
        opened.close()


def test_an_older_case_file_is_always_noticed(vault: OpenVault) -> None:
    states = history_of_states(vault, 8)
    newest = states[-1]
    for old in states[:-1]:
        put_back(vault.path, newest | {DB: old[DB]})
        assert any("older than the last time" in text for text in verdict(vault.path))
        assert len(alarms(vault.path)) == 1
    put_back(vault.path, newest)
    assert alarms(vault.path) == []


def test_an_old_anchor_alone_is_accepted(vault: OpenVault) -> None:
    """The database is ahead of it: what a crash before the anchor's write leaves."""
    states = history_of_states(vault, 3)
    put_back(vault.path, states[-1] | {"anchor": states[0]["anchor"]})
    assert verdict(vault.path) == []
    assert alarms(vault.path) == []


def test_a_missing_or_spoilt_anchor_is_an_alarm(vault: OpenVault) -> None:
    newest = history_of_states(vault, 1)[0]
    for data in (None, b"", newest["anchor"][:512], bytes(1024), newest["anchor"] + b"\0"):
        put_back(vault.path, newest | ({} if data is None else {"anchor": data}))
        if data is None:
            (vault.path / "anchor").unlink()
        assert any("anchor" in text for text in verdict(vault.path))
        assert len(alarms(vault.path)) == 1


def test_one_spoilt_slot_of_the_anchor_is_an_alarm(vault: OpenVault) -> None:
    newest = history_of_states(vault, 1)[0]
    for offset in (100, 700):
        put_back(vault.path, newest)
        flip(vault.path / "anchor", offset)
        assert len(alarms(vault.path)) == 1


def test_the_whole_folder_rewound_is_beyond_what_the_folder_can_tell(vault: OpenVault) -> None:
    """Documented limit: only receipts, backups and handovers of others see this."""
    states = history_of_states(vault, 3)
    put_back(vault.path, states[0])
    assert verdict(vault.path) == []
    assert alarms(vault.path) == []


def test_a_log_cut_anywhere_is_noticed(vault: OpenVault) -> None:
    """After a kill the newest changes are only in the write-ahead log; cutting or spoiling it loses them."""
    vault.close()
    opened = vaults.open_vault(vaults.unlock(vault.path, PHRASE))
    for number in range(6):
        storage.write(entry, number)
    killed = snapshot(vault.path)
    opened.close()
    log = killed[f"{DB}-wal"]
    killed.pop(f"{DB}-shm", None)
    put_back(vault.path, killed)
    assert alarms(vault.path) == []
    frame = 24 + 4096
    last = 32 + (len(log) - 32) // frame * frame
    cuts = [0, 32, *range(32 + frame, last, frame)]
    for cut in cuts:
        put_back(vault.path, killed | {f"{DB}-wal": log[:cut]})
        assert verdict(vault.path) != [], cut
        assert len(alarms(vault.path)) == 1, cut
    for offset in (8, 16, 40, 32 + frame // 2, 32 + 5 * frame + 30):
        spoilt = bytearray(log)
        spoilt[offset] ^= 1
        put_back(vault.path, killed | {f"{DB}-wal": bytes(spoilt)})
        assert verdict(vault.path) != [], offset
    without = {name: data for name, data in killed.items() if name != f"{DB}-wal"}
    put_back(vault.path, without)
    assert len(alarms(vault.path)) == 1


def test_an_old_copy_of_one_page_is_noticed_by_the_chain_or_the_check(vault: OpenVault) -> None:
    """SQLCipher cannot see an old page put back, for it was once valid; the audit chain and the structure
    can.
    """
    states = history_of_states(vault, 2)
    old, new = states[0][DB], states[1][DB]
    differing = [
        page for page in range(len(old) // 4096) if old[page * 4096 :][:4096] != new[page * 4096 :][:4096]
    ]
    assert differing
    for page in differing:
        mixed = new[: page * 4096] + old[page * 4096 : (page + 1) * 4096] + new[(page + 1) * 4096 :]
        put_back(vault.path, states[1] | {DB: mixed})
        found = verdict(vault.path)
        if page == 0:
            continue  # the first page carries only counters that SQLite repairs by itself
        assert found != [], page


def test_the_vault_is_read_only_until_somebody_answers_the_alarm(vault: OpenVault) -> None:
    states = history_of_states(vault, 3)
    put_back(vault.path, states[-1] | {DB: states[0][DB]})
    for _ in range(2):  # it comes back until it is answered
        opened = vaults.open_vault(vaults.unlock(vault.path, PHRASE))
        assert opened.alarm
        assert code_of(lambda: storage.write(entry)) == "E-ROLLBACK"
        assert database.execute_sql("SELECT count(*) FROM audit").fetchone()[0] > 0  # reading works
        opened.close()
    opened = vaults.open_vault(vaults.unlock(vault.path, PHRASE))
    opened.acknowledge()
    assert not opened.alarm
    storage.write(entry)
    actions = [row[0] for row in database.execute_sql("SELECT action FROM audit ORDER BY seq")]
    assert "rollback_alarm" in actions
    assert "rollback_acknowledged" in actions
    assert len(list(vault.path.glob("anchor.evidence-*"))) == 1
    opened.close()
    assert verdict(vault.path) == []
    assert alarms(vault.path) == []


# --- row: disk full, read-only ------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="modes do not protect files on Windows")
def test_a_folder_that_cannot_be_written_is_told_apart(new_vault: NewVault) -> None:
    with ordinary_user(new_vault.path) as folder:
        folder.chmod(0o500)
        try:
            assert open_code(folder) == "E-DISK"
        finally:
            folder.chmod(0o700)


@contextmanager
def ordinary_user(vault: Path) -> Iterator[Path]:
    """The vault as somebody sees it whom modes bind: root may write anywhere, so root becomes nobody for a while."""
    if os.geteuid() != 0:
        yield vault
        return
    nobody = 65534
    outer = Path(tempfile.mkdtemp())  # the folder of this test is closed to everybody else
    try:
        folder = shutil.copytree(vault, outer / vault.name)
        for place in (outer, folder, *folder.rglob("*")):
            os.chown(place, nobody, nobody)
        os.seteuid(nobody)
        try:
            yield folder
        finally:
            os.seteuid(0)
    finally:
        shutil.rmtree(outer)


def test_an_anchor_of_another_vault_is_an_alarm(new_vault: NewVault, tmp_path: Path) -> None:
    other = vaults.create(
        tmp_path / "other",
        passphrase="x",
        worker_name="B",
        role="advocate",
        agency="A08",
        synthetic=True,
        cost=CHEAP,
    )
    shutil.copyfile(other.path / "anchor", new_vault.path / "anchor")
    assert len(alarms(new_vault.path)) == 1


def test_an_anchor_slot_has_one_disk_sector() -> None:
    key = bytes(32)
    head = anchor.Head("0" * 36, 2**50, 2**50, 2**50, "f" * 64)
    assert len(anchor.pack(head, key)) == anchor.SLOT == 512
    assert anchor.unpack(anchor.pack(head, key), key) == head
