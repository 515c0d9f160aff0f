"""Notes are their author's to put right for a day; then they are signed, and every later version too."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from collections.abc import Callable

import pytest

from caseworker.domain.clients import Client
from caseworker.domain.contacts import Contact, is_locked
from caseworker.domain.when import LONDON, epoch
from caseworker.storage import audit, clients, contacts, history, signatures, write
from caseworker.storage import vault as vaults
from caseworker.storage.engine import database
from caseworker.storage.records import fetch
from caseworker.storage.vault import NewVault, OpenVault
from tests.fixtures_vault import PHRASE

DAY = 24 * 3600


@pytest.fixture
def amara(vault: OpenVault) -> int:
    return write(clients.save, Client(None, "", "Amara Clarke"))


def log(client_id: int, note: str = "Spoke.", typed_ago: int = 0) -> int:
    """A note typed that many seconds ago."""
    now = int(time.time())
    contact = Contact(None, "", client_id, None, now - 60, minutes=5, note=note, override_reason="She rang")
    saved = write(contacts.save, contact)
    database.execute_sql("UPDATE contact SET recorded = recorded - ? WHERE id = ?", (typed_ago, saved))
    return saved


def found() -> list[str]:
    return [str(words) for words in signatures.check()]


@pytest.mark.parametrize(("age", "signed"), [(DAY - 1, 0), (DAY, 1), (DAY + 1, 1)])
def test_a_note_is_signed_when_a_day_has_passed_to_the_second(amara: int, age: int, signed: int) -> None:
    note = contacts.get(log(amara))
    assert is_locked(note, note.recorded + age) is bool(signed)
    assert write(signatures.sign_due, note.recorded + age) == signed
    assert bool(contacts.get(note.id or 0).sealed) is bool(signed)


@pytest.mark.parametrize("day", [dt.date(2026, 3, 28), dt.date(2026, 10, 24)])
def test_a_day_is_24_hours_whatever_the_clocks_do_that_night(amara: int, day: dt.date) -> None:
    note = log(amara)
    typed = epoch(dt.datetime.combine(day, dt.time(18, 0), LONDON))
    database.execute_sql("UPDATE contact SET recorded = ? WHERE id = ?", (typed, note))
    assert write(signatures.sign_due, typed + DAY - 1) == 0
    assert write(signatures.sign_due, typed + DAY) == 1
    assert found() == []


def test_what_is_signed_verifies_and_is_in_the_chain(amara: int) -> None:
    for n in range(5):
        log(amara, f"Note {n}", DAY)
    assert signatures.catch_up() == 5
    assert signatures.catch_up() == 0
    assert found() == []
    assert audit.check_chain() == []
    assert [one.action for one in history.for_client(amara)].count("seal") == 1


@pytest.mark.parametrize(
    "change",
    ["note = 'She made it up'", "at = at - 86400", "outcome = 'NOA'", "worker_id = NULL", "minutes = 6"],
)
def test_a_signed_note_that_was_changed_behind_the_app_is_found(amara: int, change: str) -> None:
    note = log(amara, typed_ago=DAY)
    signatures.catch_up()
    database.execute_sql(f"UPDATE contact SET {change} WHERE id = ?", (note,))
    assert found() == [f"The signed note number {note} is not as it was signed"]


def test_an_amendment_is_signed_at_once_and_the_first_wording_still_verifies(amara: int) -> None:
    note = log(amara, "She left on Monday", DAY)
    signatures.catch_up()
    held = contacts.get(note)
    write(contacts.amend, dataclasses.replace(held, note="She left on Tuesday"), "Wrong day")
    write(contacts.amend, dataclasses.replace(contacts.get(note), minutes=7), "Looked at the phone")
    assert found() == []
    assert [row[0] for row in fetch("SELECT version FROM contact_signature ORDER BY 1")] == [0, 1, 2]
    database.execute_sql("UPDATE revision SET old = 'She never left' WHERE field = 'note'")
    assert found() == [f"The signed note number {note} is not as it was signed"]


def test_an_amendment_before_the_first_signature_signs_what_it_replaces_first(amara: int) -> None:
    note = log(amara, "First", DAY)
    write(contacts.amend, dataclasses.replace(contacts.get(note), note="Second"), "Clearer")
    assert [row[0] for row in fetch("SELECT version FROM contact_signature ORDER BY 1")] == [0, 1]
    assert found() == []


def test_a_change_within_the_day_is_part_of_the_note_and_signed_with_it(amara: int) -> None:
    note = log(amara, "First")
    write(contacts.amend, dataclasses.replace(contacts.get(note), note="Second"))
    assert fetch("SELECT count(*) FROM contact_signature") == [(0,)]
    write(signatures.sign_due, int(time.time()) + DAY)
    assert fetch("SELECT version FROM contact_signature") == [(1,)]
    assert found() == []


def test_a_signed_note_is_amended_with_a_reason_whatever_the_clock_says(amara: int) -> None:
    note = contacts.get(log(amara, typed_ago=DAY))
    signatures.catch_up()
    note = contacts.get(note.id or 0)
    assert is_locked(note, note.recorded)  # the clock was turned back


def test_a_colleagues_note_waits_for_the_colleague(amara: int) -> None:
    note = log(amara, typed_ago=DAY)
    database.execute_sql(
        "INSERT INTO worker (uid, name, role, sign_key, receive_key, active) VALUES ('x', 'Sam', 'advocate',"
        " x'', x'', 1)"
    )
    ((sam,),) = fetch("SELECT id FROM worker WHERE uid = 'x'")
    database.execute_sql("UPDATE contact SET worker_id = ? WHERE id = ?", (sam, note))
    assert signatures.catch_up() == 0


def test_signatures_cannot_be_changed_and_a_missing_one_is_found(amara: int) -> None:
    log(amara, typed_ago=DAY)
    signatures.catch_up()
    for statement in ("UPDATE contact_signature SET at = 1", "DELETE FROM contact_signature"):
        with pytest.raises(Exception, match="signatures never change"):
            database.execute_sql(statement)
    database.execute_sql("DROP TRIGGER contact_signature_is_kept")
    database.execute_sql("DELETE FROM contact_signature")
    (said,) = found()
    assert said.startswith("Signatures on notes that audit entry ")


def test_withdrawing_and_putting_back_leave_the_signature_whole(amara: int) -> None:
    note = log(amara, typed_ago=DAY)
    signatures.catch_up()
    write(contacts.withdraw, note, "Wrong person")
    assert found() == []
    write(contacts.restore, note)
    assert found() == []


def test_verify_finds_a_changed_note_and_nothing_else(
    new_vault: NewVault, reopen: Callable[[], OpenVault]
) -> None:
    opened = reopen()
    note = log(write(clients.save, Client(None, "", "Amara")), typed_ago=DAY)
    assert opened.sign_notes() == 1
    assert opened.whole_check() == []
    opened.close()
    assert vaults.verify(new_vault.path, PHRASE) == []
    opened = reopen()
    database.execute_sql("UPDATE contact SET note = 'Other' WHERE id = ?", (note,))
    opened.close()
    assert [str(one) for one in vaults.verify(new_vault.path, PHRASE)] == [
        f"The signed note number {note} is not as it was signed"
    ]


def test_due_notes_are_found_by_an_index(amara: int) -> None:
    plan = fetch(
        "EXPLAIN QUERY PLAN SELECT id FROM contact WHERE worker_id = 1 AND sealed = 0 AND recorded <= 5"
        " ORDER BY recorded, id LIMIT 100"
    )
    assert "contact_unsealed" in str(plan)
    assert "TEMP B-TREE" not in str(plan)
