"""The chain: every entry follows the one before, and whoever takes out, changes or adds one is found."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseworker import storage
from caseworker.storage import audit
from caseworker.storage.engine import database
from caseworker.storage.vault import OpenVault

pytestmark = pytest.mark.usefixtures("vault")
COLUMNS = [
    "at",
    "worker",
    "device",
    "action",
    "noun",
    "row_id",
    "client_id",
    "detail",
    "prev",
    "hash",
    "content",
]
GUARDS = ("audit_no_delete", "audit_no_change")


def entries(count: int) -> None:
    for number in range(count):
        storage.write(audit.append, "change", "client", number, number, {"field": "name"})


def revise(row_id: int, old: str, new: str) -> int:
    """A change of one answer as ``history.record`` writes it."""
    row = ("client", row_id, row_id, "name", old, new, "")
    seq = audit.append("change", "client", row_id, row_id, revisions_digest=audit.digest_revisions([row]))
    database.execute_sql(
        "INSERT INTO revision (noun, row_id, client_id, field, old, new, why, audit_seq)"
        " VALUES (?,?,?,?,?,?,?,?)",
        (*row, seq),
    )
    return seq


def with_bare_hands(*statements: str) -> None:
    """What someone who has the key and a database tool can do: first take the guards away."""
    for guard in GUARDS:
        database.execute_sql(f"DROP TRIGGER IF EXISTS {guard}")
    for statement in statements:
        database.execute_sql(statement)


def told() -> list[str]:
    return [str(words) for words in audit.check_chain()]


def test_a_whole_chain_says_nothing() -> None:
    entries(230)
    storage.write(revise, 7, "A", "B")
    assert told() == []


def test_an_entry_needs_the_transaction_of_its_change() -> None:
    with pytest.raises(RuntimeError):
        audit.append("change", "client", 1)


def test_the_guards_refuse_deleting_and_changing() -> None:
    entries(3)
    for statement in (
        "DELETE FROM audit WHERE seq = 3",
        "DELETE FROM audit",
        "UPDATE audit SET worker = 'someone' WHERE seq = 3",
        "UPDATE audit SET detail = 'erased' WHERE seq = 3",
    ):
        with pytest.raises(Exception, match="append-only"):
            database.execute_sql(statement)
    assert told() == []


def test_an_erased_entry_keeps_the_chain() -> None:
    """Content and salt go; hash and order stay."""
    entries(3)
    database.execute_sql("UPDATE audit SET salt = NULL, detail = 'erased', client_id = NULL WHERE seq = 4")
    assert told() == []


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit WHERE seq = 5",
        "DELETE FROM audit WHERE seq BETWEEN 3 AND 7",
        "DELETE FROM audit WHERE seq = 1",
        "DELETE FROM checkpoint WHERE seq = 100",
        "DELETE FROM checkpoint",
        "UPDATE checkpoint SET signature = zeroblob(64) WHERE seq = 100",
        "UPDATE checkpoint SET generation = 9 WHERE seq = 100",
        "UPDATE checkpoint SET worker = 'x' WHERE seq = 100",
        "UPDATE audit SET at = at - 1 WHERE seq = 6",
        "UPDATE audit SET at = at + 1 WHERE seq = 6",
        "UPDATE audit SET worker = 'someone else' WHERE seq = 6",
        "UPDATE audit SET device = 'another' WHERE seq = 6",
        "UPDATE audit SET action = 'open' WHERE seq = 6",
        "UPDATE audit SET noun = 'contact' WHERE seq = 6",
        "UPDATE audit SET row_id = 99 WHERE seq = 6",
        "UPDATE audit SET client_id = 99 WHERE seq = 6",
        "UPDATE audit SET client_id = NULL WHERE seq = 6",
        "UPDATE audit SET detail = '{\"field\":\"born\"}' WHERE seq = 6",
        "UPDATE audit SET salt = zeroblob(16) WHERE seq = 6",
        "UPDATE audit SET salt = NULL WHERE seq = 6",
        "UPDATE audit SET salt = NULL, detail = 'erased' WHERE noun = 'client' AND client_id = 7",
        "UPDATE audit SET content = zeroblob(32) WHERE seq = 6",
        "UPDATE audit SET prev = zeroblob(32) WHERE seq = 6",
        "UPDATE audit SET hash = zeroblob(32) WHERE seq = 6",
        "UPDATE audit SET seq = 5000 WHERE seq = 6",
        "INSERT INTO audit SELECT 5000, at, worker, device, action, noun, row_id, client_id, detail, salt,"
        " content, prev, hash FROM audit WHERE seq = 6",
        "UPDATE revision SET new = 'C'",
        "UPDATE revision SET old = 'C'",
        "UPDATE revision SET why = 'C'",
        "UPDATE revision SET client_id = NULL",
        "DELETE FROM revision",
        "INSERT INTO revision (noun, row_id, client_id, field, old, new, why, audit_seq)"
        " VALUES ('client',1,1,'a','b','c','',6)",
        "UPDATE worker SET sign_key = zeroblob(32)",
    ],
)  # fmt: skip
def test_every_change_by_raw_sql_is_found(statement: str) -> None:
    entries(120)
    storage.write(revise, 7, "A", "B")
    assert told() == []
    with_bare_hands(statement)
    assert told() != []


def test_two_entries_changed_over_are_found() -> None:
    entries(10)
    with_bare_hands(
        "UPDATE audit SET seq = -1 WHERE seq = 5",
        "UPDATE audit SET seq = 5 WHERE seq = 6",
        "UPDATE audit SET seq = 6 WHERE seq = -1",
    )
    assert told() != []


def test_the_tail_cut_off_is_found_at_the_next_opening(
    vault: OpenVault, reopen: Callable[[], OpenVault]
) -> None:
    """The chain itself cannot tell that its end is missing; the anchor can."""
    entries(5)
    head = audit.head()
    with_bare_hands(f"DELETE FROM audit WHERE seq > {head.seq - 2}")
    vault._closed = True  # the thief does not lock properly
    database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    vault._anchor.close()
    database.unbind()
    vault._keys.discard()
    again = reopen()
    assert again.alarm
    again.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(2, 40),
    st.sampled_from(COLUMNS),
    st.one_of(st.integers(0, 2**40), st.text(max_size=12), st.binary(max_size=40)),
)  # fmt: skip
def test_any_value_put_anywhere_is_found(seq: int, column: str, value: object) -> None:
    if audit.head().seq < 41:
        entries(41)
    with database.atomic() as change:
        with_bare_hands()
        kept = database.execute_sql(f"SELECT {column} FROM audit WHERE seq = ?", (seq,)).fetchone()[0]
        database.execute_sql(f"UPDATE audit SET {column} = ? WHERE seq = ?", (value, seq))
        now = database.execute_sql(f"SELECT {column} FROM audit WHERE seq = ?", (seq,)).fetchone()[0]
        found = told()
        change.rollback()
    assert (found == []) == (now == kept)


def test_every_hundredth_entry_and_every_lock_is_signed(
    vault: OpenVault, reopen: Callable[[], OpenVault]
) -> None:
    entries(205)
    assert {1, 100, 200} <= {row[0] for row in database.execute_sql("SELECT seq FROM checkpoint")}
    vault.close()
    again = reopen()
    locked = database.execute_sql("SELECT seq FROM audit WHERE action = 'lock'").fetchone()[0]
    assert database.execute_sql("SELECT count(*) FROM checkpoint WHERE seq = ?", (locked,)).fetchone() == (1,)
    again.close()


def test_a_day_without_a_signature_gets_one_at_the_next_opening(
    vault: OpenVault, reopen: Callable[[], OpenVault], monkeypatch: pytest.MonkeyPatch
) -> None:
    entries(3)
    vault.close()
    later = audit.time.time() + 2 * 86400
    monkeypatch.setattr(audit.time, "time", lambda: later)
    again = reopen()
    assert database.execute_sql("SELECT max(seq) FROM checkpoint").fetchone()[0] == audit.head().seq
    assert told() == []
    again.close()


def test_a_clock_turned_back_is_written_down_and_never_breaks_the_chain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entries(2)
    real = audit.time.time()
    for step in (-3600, -365 * 86400, 10 * 365 * 86400, -86400):
        monkeypatch.setattr(audit.time, "time", lambda step=step: real + step)
        entries(1)
    rows = list(database.execute_sql("SELECT at, action FROM audit ORDER BY seq"))
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert [row[1] for row in rows].count("clock_back") == 3
    assert told() == []


def test_looking_at_a_record_leaves_a_trace(vault: OpenVault) -> None:
    storage.write(audit.opened, 17)
    row = database.execute_sql(
        "SELECT action, noun, row_id, client_id, worker FROM audit ORDER BY seq DESC"
    ).fetchone()
    assert row == ("open", "client", 17, 17, vault.worker.uid)


def test_a_change_undone_leaves_no_entry() -> None:
    seq = audit.head().seq

    def fails() -> None:
        audit.append("change", "client", 1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        storage.write(fails)
    assert audit.head().seq == seq
    storage.write(audit.append, "change", "client", 2)
    assert audit.head().seq == seq + 1
    assert told() == []


def test_one_write_inside_another_is_one_transaction() -> None:
    def outer() -> None:
        storage.write(audit.append, "change", "client", 1)
        raise ZeroDivisionError

    seq = audit.head().seq
    with pytest.raises(ZeroDivisionError):
        storage.write(outer)
    assert audit.head().seq == seq


def test_details_are_canonical_json_and_the_digest_is_inside() -> None:
    seq = storage.write(revise, 7, "A", "B")
    detail = json.loads(database.execute_sql("SELECT detail FROM audit WHERE seq = ?", (seq,)).fetchone()[0])
    assert detail == {"rev": audit.digest_revisions([("client", 7, 7, "name", "A", "B", "")]).hex()}


def test_the_digest_of_history_tells_apart_what_looks_alike() -> None:
    row = ("client", 7, 7, "name", "A", "B", "")
    variants = [
        row,
        ("client", 7, None, "name", "A", "B", ""),
        ("client", 77, 7, "name", "A", "B", ""),
        ("client", 7, 7, "name", "AB", "", ""),
        ("client", 7, 7, "nameA", "", "B", ""),
    ]
    assert len({audit.digest_revisions([variant]) for variant in variants}) == len(variants)
    assert audit.digest_revisions([row, row]) != audit.digest_revisions([row])


def test_checking_beside_a_busy_writer_raises_no_false_alarm() -> None:
    """Entries, signatures and history written while the worker reads are seen together or not at all."""
    found: list[list[str]] = []
    done = threading.Event()

    def check() -> None:
        with database.connection_context():
            while not done.is_set():
                found.append(told())

    thread = threading.Thread(target=check)
    thread.start()
    for number in range(220):
        storage.write(revise, number, "A", "B")
    done.set()
    thread.join()
    assert len(found) > 1
    assert [alarm for alarms in found for alarm in alarms] == []


def test_checking_can_be_stopped() -> None:
    entries(1001)
    with_bare_hands("UPDATE audit SET noun = 'x' WHERE seq = 1001")
    assert told() != []
    assert audit.check_chain(lambda: True) == []
