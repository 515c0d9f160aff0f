"""Erasing a client: nothing of her is left in any table, page, log or index; the chain still proves whole."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from caseworker import storage
from caseworker.domain.clients import Client
from caseworker.domain.contacts import Contact
from caseworker.domain.drafts import client_of
from caseworker.domain.episodes import Episode
from caseworker.domain.erasures import Erasure
from caseworker.domain.holds import Hold
from caseworker.domain.incidents import Incident
from caseworker.domain.safe_contacts import SafeContact
from caseworker.errors import Problem, Refused
from caseworker.storage import (
    audit,
    backup,
    clients,
    contacts,
    drafts,
    episodes,
    erasures,
    history,
    holds,
    incidents,
    instruments,
    safe_contacts,
)
from caseworker.storage import vault as vaults
from caseworker.storage.engine import database
from caseworker.storage.records import fetch
from caseworker.storage.vault import NewVault, OpenVault
from tests.fixtures_vault import PHRASE
from tests.storage.pages import decrypted

MARK = "Zanzibarquill"
NOW = int(time.time())
BOLA = "seven otters under a copper bridge"


def everyone(vault: OpenVault) -> list[Any]:
    return [one.worker for one in vault.people() if one.opens]


def erase(vault: OpenVault, client_id: int, typed: str = "", reason: str = "ASK") -> erasures.Erased:
    typed = typed or clients.get(client_id).reference
    return erasures.erase(Erasure(client_id, typed, reason), everyone(vault), NOW)


def raw(vault: OpenVault) -> bytes:
    key = bytes(database._key)
    return decrypted(Path(str(database.database)), key)


def fill(name: str, mark: str = MARK) -> int:
    """A client with something in every corner: earlier wordings, a call given to her later, a signed form, drafts."""

    def write() -> int:
        client_id = clients.save(
            Client(None, "", f"{mark}name {name}", known_as=f"{mark}known", area="E07000066")
        )
        episode = episodes.save(Episode(None, "", client_id, "2026-01-05", crime="DA1"))
        safe_contacts.save(
            SafeContact(
                None, client_id, "TEL", "yes", "07700 900142", "OWN", say_as=f"{mark}say", note=f"{mark}safe"
            )
        )
        for number in range(40):
            contacts.save(
                Contact(
                    None, "", client_id, episode, NOW - number * 9999, minutes=20,
                    note=f"{mark}note {number} " + f"and {mark} again " * (number * 9),
                )
            )  # fmt: skip
        incidents.save(Incident(None, "", client_id, "2026-02-01", "VIO", note=f"{mark}incident"))
        return client_id

    client_id = storage.write(write)
    first = contacts.for_client(client_id)[0]
    storage.write(contacts.amend, change(first, note=f"{mark}amended"), f"{mark}why")
    storage.write(clients.save, change(clients.get(client_id), name=f"{mark}second name"), f"{mark}why")
    held = storage.write(instruments.begin, client_id, "GEN")
    storage.write(instruments.answer, held, "GRADE", "high", "", f"{mark}answer")
    storage.write(instruments.sign, held)
    storage.write(audit.opened, client_id)
    storage.write(drafts.keep, f"contact:{client_id}", {"note": f"{mark}draft"})
    storage.write(drafts.keep, f"amend:{client_id}:{first.id}", {"note": f"{mark}draft"})
    return client_id


def change(record: Any, **values: Any) -> Any:
    import dataclasses

    return dataclasses.replace(record, **values)


# --- gone ---------------------------------------------------------------------------------------------------


def test_no_page_free_page_or_log_holds_a_word_of_her_afterwards(vault: OpenVault) -> None:
    kept = fill("stays", "Kept")
    gone = fill("goes")
    fill("stays too", "Kept")
    before = raw(vault)
    for word in ("name", "known", "say", "note", "incident", "amended", "second", "draft", "why", "answer"):
        assert f"{MARK}{word}".encode() in before, (
            word
        )  # the positive control: it can be found while it is there
    assert before.lower().count(f"{MARK}name".lower().encode()) >= 2  # in the search list as well
    done = erase(vault, gone)
    assert done.settled
    assert done.rows > 45
    after = raw(vault)
    assert MARK.encode() not in after
    assert MARK.lower().encode() not in after.lower()
    assert b"Keptname stays" in after
    assert clients.get(kept).name.startswith("Keptsecond")
    assert vault.whole_check() == []
    vault.close()
    assert vaults.verify(vault.path, PHRASE) == []


@pytest.mark.parametrize("order", ["first", "middle", "last"])
def test_wherever_she_stands_among_others_nothing_stays(vault: OpenVault, order: str) -> None:
    names = {"first": 0, "middle": 3, "last": 6}
    ids = [fill(f"number {n}", MARK if n == names[order] else f"Other{n}") for n in range(7)]
    for n, client_id in enumerate(ids):
        if n != names[order]:
            storage.write(clients.save, change(clients.get(client_id), known_as=f"later {n}" * 20), "later")
    erase(vault, ids[names[order]])
    after = raw(vault)
    assert MARK.lower().encode() not in after.lower()
    assert sum(f"Other{n}note".encode() in after for n in range(7)) == 6


def test_no_row_of_any_table_is_left_not_even_of_a_noun_that_came_later(vault: OpenVault) -> None:
    """Every table the database has is filled as far as it can be about a client; nothing of it may stay."""
    database.execute_sql("CREATE TABLE later_noun (id INTEGER PRIMARY KEY, client_id INTEGER, text TEXT)")
    database.execute_sql(
        "CREATE TABLE later_child (id INTEGER PRIMARY KEY, later_noun_id INTEGER NOT NULL REFERENCES later_noun(id),"
        " text TEXT)"
    )
    database.execute_sql(
        "CREATE TABLE later_link (id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES client(id), text TEXT)"
    )
    other = storage.write(clients.save, Client(None, "", "Other"))
    gone = storage.write(clients.save, Client(None, "", f"{MARK} herself"))
    filled = storage.write(fill_every_table, gone)
    assert {
        "later_noun",
        "later_child",
        "later_link",
        "contact",
        "answer",
        "marac_referral",
        "hold",
    } <= filled
    storage.write(database.execute_sql, "UPDATE hold SET withdrawn = 1")
    assert tables_with(MARK) >= filled
    erase(vault, gone)
    assert tables_with(MARK) == set()
    assert fetch("SELECT id FROM client") == [(other,)]


def test_a_table_that_erasing_does_not_reach_names_no_client(vault: OpenVault) -> None:
    reached = {"client"}
    kept = erasures.tables()
    for _ in kept:
        reached |= {one.name for one in kept for reference in one.references if reference.target in reached}
    assert {"safe_contact", "contact", "episode", "answer_set", "answer", "incident", "hold"} <= reached
    for table in kept:
        if table.name not in reached and not table.name.startswith("client_search"):
            columns = [name for _, name, *_ in fetch(f"PRAGMA table_info({table.name})")]
            assert [name for name in columns if "client" in name] == [], table.name


def fill_every_table(client_id: int) -> set[str]:
    """A row in every table about that client, with the mark in each text; which tables."""
    ids: dict[str, Any] = {"client": client_id}
    waiting = [table for table in erasures.tables() if table.references and table.name != "client"]
    grown = True
    while grown:
        grown = False
        for table in list(waiting):
            targets = {reference.column: reference.target for reference in table.references}
            needed = {reference.target for reference in table.references if reference.needed}
            if not needed <= ids.keys() | {"worker", "instrument"}:
                continue
            if not (set(targets.values()) & ids.keys()):
                continue
            row: dict[str, Any] = {}
            for _, name, kind, must, _, pk in fetch(f"PRAGMA table_info({table.name})"):
                if pk and kind == "INTEGER":
                    continue
                if name in targets:
                    row[name] = (
                        ids.get(targets[name]) or outside(targets[name]) if must else ids.get(targets[name])
                    )
                else:
                    text = f"{MARK} {table.name} {name}"
                    row[name] = {"TEXT": text, "BLOB": text.encode()}.get(kind, 0)
            marks = ", ".join("?" * len(row))
            cursor = database.execute_sql(
                f"INSERT INTO {table.name} ({', '.join(row)}) VALUES ({marks})", list(row.values())
            )
            ids[table.name] = cursor.lastrowid
            waiting.remove(table)
            grown = True
    return set(ids) - {"client"}


def outside(table: str) -> Any:
    if table == "instrument":
        storage.write(
            database.execute_sql,
            "INSERT OR IGNORE INTO instrument (digest, name, version, text, kept) VALUES ('d', 'n', 1, 't', 0)",
        )
        return "d"
    return fetch(f"SELECT id FROM {table} LIMIT 1")[0][0]


def tables_with(mark: str) -> set[str]:
    found = set()
    names = fetch("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    for (name,) in names:
        for row in fetch(f'SELECT * FROM "{name}"'):
            if any(mark.encode() in (v if isinstance(v, bytes) else str(v).encode()) for v in row):
                found.add(name)
    return found


def test_what_others_answered_before_stays_and_what_she_did_goes(vault: OpenVault) -> None:
    """The history of answers is kept by the set, whose number may be that of an answer of somebody else."""

    def assessed(client_id: int, note: str) -> int:
        held = instruments.begin(client_id, "DASH24")
        for item in range(1, 25):
            instruments.answer(held, str(item), "yes", "victim", note)
        instruments.answer(held, "1", "no", "victim")
        return held

    hers = storage.write(clients.save, Client(None, "", "Amara Clarke"))
    other = storage.write(clients.save, Client(None, "", "Beth Marlow"))
    storage.write(assessed, other, "Keptanswer first")
    storage.write(assessed, hers, f"{MARK}answer")
    last = storage.write(assessed, storage.write(clients.save, Client(None, "", "Cleo")), "Keptanswer last")
    assert (last,) in fetch("SELECT id FROM answer WHERE answer_set_id = 1")  # the positive control
    erase(vault, hers)
    erase(vault, other)
    assert [one.old for one in history.for_row("answer", last, 3) if one.field.endswith("note")] == [
        "Keptanswer last"
    ]
    assert MARK not in str(fetch("SELECT old, new FROM revision"))
    assert "Keptanswer first" not in str(fetch("SELECT old, new FROM revision"))
    assert vault.whole_check() == []


def test_what_belongs_to_another_client_stays_and_only_the_mention_goes(vault: OpenVault) -> None:
    database.execute_sql(
        "CREATE TABLE kin (id INTEGER PRIMARY KEY, client_id INTEGER NOT NULL REFERENCES client(id),"
        " other_client_id INTEGER REFERENCES client(id), text TEXT)"
    )
    mother = storage.write(clients.save, Client(None, "", "Mother"))
    son = storage.write(clients.save, Client(None, "", "Son"))
    storage.write(
        database.execute_sql,
        f"INSERT INTO kin (client_id, other_client_id, text) VALUES ({mother}, {son}, 'son')",
    )
    erase(vault, son)
    assert fetch("SELECT client_id, other_client_id FROM kin") == [(mother, None)]
    assert vault.whole_check() == []


def test_a_call_nobody_could_place_and_its_first_wording_go_with_her(vault: OpenVault) -> None:
    client_id = storage.write(clients.save, Client(None, "", "Found later"))
    call = storage.write(
        contacts.save, Contact(None, "", None, None, NOW, "ANO", minutes=5, note=f"{MARK} first")
    )
    storage.write(contacts.amend, change(contacts.get(call), note=f"{MARK} second"), "clearer")
    storage.write(database.execute_sql, "UPDATE contact SET client_id = ? WHERE id = ?", (client_id, call))
    assert tables_with(MARK) == {"contact", "revision"}
    erase(vault, client_id)
    assert tables_with(MARK) == set()
    assert MARK.encode() not in raw(vault)
    held = fetch(
        "SELECT action FROM audit WHERE noun = 'contact' AND row_id = ? AND salt IS NOT NULL", (call,)
    )
    assert held == []
    assert vault.whole_check() == []


# --- what stays ---------------------------------------------------------------------------------------------


def test_a_form_left_open_keeps_nothing_of_her_afterwards(vault: OpenVault) -> None:
    kept = storage.write(clients.save, Client(None, "", "Kept"))
    gone = storage.write(clients.save, Client(None, "", "Goes"))
    erase(vault, gone)
    for key in (f"contact:{gone}", f"marac:{gone}:new", f"contact:{kept}", "contact:"):
        storage.write(drafts.keep, key, {"note": f"{MARK} note"})
    assert {draft.key for draft in drafts.all_drafts()} == {f"contact:{kept}", "contact:"}


def test_that_it_was_done_stays_with_who_when_and_why_and_no_name(vault: OpenVault) -> None:
    client_id = fill("goes")
    entries = fetch("SELECT count(*) FROM audit")[0][0]
    done = erase(vault, client_id, reason="RET")
    assert fetch("SELECT count(*) FROM audit")[0][0] == entries + 1
    (row,) = fetch("SELECT worker, noun, row_id, client_id, detail FROM audit WHERE action = 'erase'")
    assert row == (vault.worker.uid, "client", client_id, None, '{"reason":"RET"}')
    assert (
        fetch("SELECT count(*) FROM audit WHERE salt IS NULL AND detail = 'erased'")[0][0]
        == done.entries
        > 45
    )
    assert fetch("SELECT count(*) FROM audit WHERE client_id IS NOT NULL") == [(0,)]
    assert audit.check_chain() == []
    assert history.for_client(client_id) == []


def test_a_row_number_used_again_does_not_bring_two_people_together(vault: OpenVault) -> None:
    first = fill("goes")
    erase(vault, first)
    second = storage.write(clients.save, Client(None, "", "Somebody else"))
    assert second == first  # the highest number is used again; the reference is not
    assert [entry.action for entry in history.for_client(second)] == ["add"]
    erase(vault, second)
    assert [detail for (detail,) in fetch("SELECT detail FROM audit WHERE action = 'erase'")] == [
        '{"reason":"ASK"}'
    ] * 2
    assert audit.check_chain() == []


def test_signed_rows_of_others_are_as_guarded_as_before(vault: OpenVault) -> None:
    guards = fetch("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name")
    stays, gone = fill("stays", "Kept"), fill("goes")
    erase(vault, gone)
    assert fetch("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name") == guards
    with pytest.raises(Exception, match="signed answers never change"):
        database.execute_sql("DELETE FROM answer_set WHERE client_id = ?", (stays,))
    with pytest.raises(Exception, match="append-only"):
        database.execute_sql("UPDATE audit SET detail = 'x' WHERE client_id = ?", (stays,))
    assert instruments.check_signatures() == []


def test_backups_made_before_keep_her_and_later_ones_do_not(vault: OpenVault, tmp_path: Path) -> None:
    gone = fill("goes")
    backup.make(vault, tmp_path / "before.casebak")
    erase(vault, gone)
    backup.make(vault, tmp_path / "after.casebak")
    vault.close()
    for name, there in (("before", True), ("after", False)):
        back = backup.restore(tmp_path / f"{name}.casebak", tmp_path / name, passphrase=PHRASE)
        held = vaults.open_vault(vaults.unlock(back.path, PHRASE))
        assert (MARK.encode() in raw(held)) is there
        assert held.whole_check() == []
        held.close()


def test_the_copy_kept_before_an_upgrade_goes_too(vault: OpenVault) -> None:
    gone = fill("goes")
    copy = vault.path / "vault-0001.db.before"
    storage.checkpoint()
    shutil.copyfile(vault.path / "vault-0001.db", copy)
    erase(vault, gone)
    assert not copy.exists()


# --- when not -----------------------------------------------------------------------------------------------


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(Problem) as caught:
        action()
    return caught.value.code


def test_the_reference_is_typed_and_a_reason_given(vault: OpenVault) -> None:
    client_id = fill("stays")
    reference = clients.get(client_id).reference
    for typed, reason, wrong in (
        (" ", "ASK", {"typed"}),
        ("CR-9999", "ASK", {"typed"}),
        (reference, "", {"reason"}),
        ("x", "x", {"typed", "reason"}),
    ):
        with pytest.raises(Refused) as refused:
            erase(vault, client_id, typed, reason)
        assert set(refused.value.problems) == wrong
    assert clients.get(client_id)
    assert erasures.find(f"  {reference.lower()} ") == client_id
    assert erasures.find(reference.replace("-", " - ")) == client_id
    assert erasures.find("nobody") is None
    erase(vault, client_id, f" {reference.lower()} ")
    assert code_of(lambda: clients.get(client_id)) == "E-GONE"


def test_a_record_on_hold_is_not_erased_until_the_hold_is_taken_back(vault: OpenVault) -> None:
    client_id = fill("stays")
    with pytest.raises(Refused):
        storage.write(holds.save, Hold(None, "", client_id, "because"))
    hold = storage.write(holds.save, Hold(None, "", client_id, "DAR"))
    assert code_of(lambda: erase(vault, client_id)) == "E-HOLD"
    storage.write(holds.withdraw, hold, "The review has ended")
    erase(vault, client_id)
    assert tables_with(MARK) == set()


def test_only_a_lead_or_somebody_who_works_alone_erases(vault: OpenVault, new_vault: NewVault) -> None:
    from tests.fixtures_vault import CHEAP

    vault.add_person(PHRASE, "Bola", "supervisor", BOLA, CHEAP)
    client_id = fill("goes")
    assert code_of(lambda: erase(vault, client_id)) == "E-NOT-LEAD"
    vault.close()
    hers = vaults.open_vault(vaults.unlock(new_vault.path, BOLA))
    erase(hers, client_id)
    hers.close()


def test_an_erasing_that_fails_half_way_erases_nothing(
    vault: OpenVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    client_id = fill("stays")
    before = tables_with(MARK)
    guards = fetch("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name")

    def fails(*_: object) -> None:
        raise OSError(28, "no space")

    with monkeypatch.context() as patch:
        patch.setattr(erasures, "_empty_chain", fails)
        assert code_of(lambda: erase(vault, client_id)) == "E-DISK-FULL"
    assert tables_with(MARK) == before
    assert fetch("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name") == guards
    assert vault.whole_check() == []


@pytest.mark.parametrize(
    ("key", "whose"),
    [
        ("contact:17", 17),
        ("amend:17:4", 17),
        ("contact:", None),
        ("client:new", None),
        ("x", None),
        ("a:²", None),
    ],
)
def test_a_drafts_key_says_whose_it_is(key: str, whose: int | None) -> None:
    assert client_of(key) == whose
