"""Clients saved, found and listed in a real encrypted vault."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseworker.domain.actions import Action
from caseworker.domain.clients import Client
from caseworker.domain.contacts import Contact
from caseworker.domain.episodes import Episode
from caseworker.domain.incidents import Incident
from caseworker.domain.referrals import Referral
from caseworker.domain.safe_contacts import SafeContact
from caseworker.domain.when import LONDON
from caseworker.errors import Problem, Refused
from caseworker.storage import (
    actions,
    audit,
    clients,
    contacts,
    episodes,
    history,
    incidents,
    instruments,
    referrals,
    safe_contacts,
    signatures,
    write,
)
from caseworker.storage.engine import database
from caseworker.storage.records import fetch
from caseworker.storage.vault import OpenVault

TODAY = dt.datetime.now(LONDON).date()


def new(name: str = "Amara Clarke", **answers: object) -> int:
    return write(clients.save, Client(None, "", name, **answers))  # type: ignore[arg-type]


def ids(text: str, **options: bool) -> list[int]:
    return clients.search(text, **options).ids  # type: ignore[arg-type]


def support(client_id: int, **answers: object) -> int:
    started = str(answers.pop("started", TODAY.isoformat()))
    return write(episodes.save, Episode(None, "", client_id, started, **answers))  # type: ignore[arg-type]


# --- saving ------------------------------------------------
def test_a_saved_client_comes_back_as_it_was(vault: OpenVault) -> None:
    client_id = new(
        "Siân O'Brien", is_alias=True, born="1994-03-27", sex="F", totals_only=True, age_estimate=None
    )
    found = clients.get(client_id)
    assert found == Client(
        client_id, found.uid, "Siân O'Brien", "CR-0001", True, born="1994-03-27", sex="F", totals_only=True,
        made=found.made,
    )  # fmt: skip
    assert found.is_alias is True
    assert len(found.uid) == 32
    assert abs(found.made - time.time()) < 60


def test_names_are_kept_tidy_and_in_one_spelling(vault: OpenVault) -> None:
    assert clients.get(new("  Sia\u0302n \t Clarke ")).name == "Siân Clarke"


def test_references_count_up_and_are_never_given_twice(vault: OpenVault) -> None:
    assert [clients.get(new(name)).reference for name in ("A", "B", "C")] == ["CR-0001", "CR-0002", "CR-0003"]
    database.execute_sql("DELETE FROM client WHERE reference = 'CR-0003'")
    assert clients.get(new("D")).reference == "CR-0004"
    database.execute_sql("UPDATE client SET reference = 'CR-9999' WHERE reference = 'CR-0004'")
    assert clients.get(new("E")).reference == "CR-10000"


def test_a_client_without_any_name_is_refused_and_nothing_is_written(vault: OpenVault) -> None:
    before = fetch("SELECT count(*) FROM audit")
    with pytest.raises(Refused) as caught:
        new(" ")
    assert str(caught.value.problems["name"]) == "Enter a name or an alias"
    assert clients.count() == 0
    assert fetch("SELECT count(*) FROM audit") == before


def test_a_change_keeps_reference_uid_and_first_day(vault: OpenVault) -> None:
    before = clients.get(new())
    write(clients.save, dataclasses.replace(before, name="Amara Obi", uid="x", reference="CR-7777", made=1))
    after = clients.get(before.id or 0)
    assert after == dataclasses.replace(before, name="Amara Obi")


def test_an_alias_becomes_a_legal_name_and_the_old_one_stays_in_the_history(vault: OpenVault) -> None:
    before = clients.get(new("Blue coat", is_alias=True))
    write(
        clients.save,
        dataclasses.replace(before, name="Amara Clarke", is_alias=False),
        why="She told me her name",
    )
    changes = {e.field: (e.old, e.new, e.why) for e in history.for_client(before.id or 0) if e.field}
    assert changes == {
        "name": ("Blue coat", "Amara Clarke", "She told me her name"),
        "is_alias": ("1", "0", "She told me her name"),
    }
    assert ids("blue") == []
    assert ids("amara") == [before.id]


def test_twins_are_two_records(vault: OpenVault) -> None:
    one, two = new("Ola Novak", born="2010-01-02"), new("Ola Novak", born="2010-01-02")
    assert one != two
    assert sorted(ids("ola novak")) == [one, two]


def test_a_client_who_is_not_there_is_a_sentence(vault: OpenVault) -> None:
    with pytest.raises(Problem, match="E-GONE"):
        clients.get(99)


def test_a_failed_save_leaves_no_half(vault: OpenVault) -> None:
    def both() -> None:
        clients.save(Client(None, "", "Amara"))
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        write(both)
    assert clients.count() == 0
    assert ids("amara") == []
    assert clients.get(new("Clara")).reference == "CR-0001"


# --- the age at the start ------------------------------------------------
def test_turning_eighteen_in_support_does_not_change_the_age_at_the_start(vault: OpenVault) -> None:
    client_id = new(born="2006-03-15")
    episode_id = support(client_id, started="2024-03-10")
    episode = episodes.get(episode_id)
    assert episode.age_at_start == 17
    write(episodes.save, dataclasses.replace(episode, level="intensive", age_at_start=18))
    assert episodes.get(episode_id).age_at_start == 17


def test_a_corrected_birth_date_corrects_the_age_with_history(vault: OpenVault) -> None:
    client_id = new()
    episode_id = support(client_id)
    assert episodes.get(episode_id).age_at_start is None
    born = TODAY.replace(year=TODAY.year - 30, day=1, month=1)
    write(clients.save, dataclasses.replace(clients.get(client_id), born=born.isoformat()), why="She told me")
    assert episodes.get(episode_id).age_at_start == 30
    changed = [e for e in history.for_client(client_id) if e.field == "age_at_start"]
    assert [(e.old, e.new, e.why) for e in changed] == [("", "30", "She told me")]


# --- searching ------------------------------------------------
def test_names_are_found_from_the_first_letter_of_any_word(vault: OpenVault) -> None:
    sian, zoe = new("Siân O'Brien", known_as="Shan"), new("Zoë d'Angelo")
    one_word, jose = new("Blue"), new("María-José Núñez")
    for typed in (
        "s",
        "S",
        "sian",
        "SIÂN",
        "siân o'brien",
        "o'brien",
        "o’b",
        "obr",
        "obrien",
        "brien",
        "shan",
        "o'brien si",
    ):
        assert sian in ids(typed), typed
    for typed in ("z", "zoe", "dangelo", "d'a", "angelo", "zoe d"):
        assert ids(typed) == [zoe], typed
    assert ids("blu") == [one_word]
    for typed in ("nunez", "jose", "maria-jose", "maria jose n", "NÚÑEZ"):
        assert ids(typed) == [jose], typed


def test_letters_inside_a_word_are_not_its_beginning(vault: OpenVault) -> None:
    new("Amara Clarke")
    assert ids("lark") == []
    assert ids("amara x") == []


def test_references_are_found_with_or_without_their_letters_and_noughts(vault: OpenVault) -> None:
    found = [new(name) for name in ("Ann", "Bea", "Cat")]
    for typed in ("2", "02", "0002", "cr-0002", "CR 0002", "CR-0002"):
        assert ids(typed) == [found[1]], typed
    for typed in ("cr-", "CR-", "cr-0"):
        assert ids(typed) == found, typed


def test_letters_alone_are_looked_for_in_names_and_never_match_every_reference(vault: OpenVault) -> None:
    found = {name: new(name) for name in ("Ann", "Cat Crewe", "Dan")}
    known = new("Eve", known_as="Cricket")
    assert ids("c") == [found["Cat Crewe"], known]
    assert ids("cr") == [found["Cat Crewe"], known]
    assert ids("cat cr") == [found["Cat Crewe"]]
    assert ids("cr ann") == []
    assert ids("o") == []


def test_a_notes_words_are_never_searched(vault: OpenVault) -> None:
    client_id = new()
    write(
        contacts.save,
        Contact(
            None,
            "",
            client_id,
            None,
            int(time.time()) - 60,
            minutes=5,
            note="the lighthouse",
            override_reason="Not asked yet",
        ),
    )
    assert ids("lighthouse") == []


@pytest.mark.parametrize(
    "typed",
    ['"', "'", "*", "a*", "(", ")", "a OR b", "NEAR(a b)", "name:", "-a", "^a", 'a" OR "b', "{name} : a",
     "a\0b", "AND", "NOT a", "%", "_", "\\", "é" * 200, "; DROP TABLE client", "\U0001f600", "\ud83d"],
)  # fmt: skip
def test_what_is_typed_is_never_search_syntax(vault: OpenVault, typed: str) -> None:
    new("Bea Young")
    assert ids(typed) == []
    assert clients.count() == 1


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30))
def test_no_text_breaks_a_search(vault: OpenVault, typed: str) -> None:
    assert clients.search(typed).count == len(clients.search(typed).ids)


NAME = st.text(alphabet=st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(NAME, min_size=1, max_size=3))
def test_every_name_is_found_by_all_of_it(vault: OpenVault, names: list[str]) -> None:
    client_id = new(" ".join(names))
    assert client_id in clients.search(" ".join(names), limit=100_000).ids
    assert client_id in clients.search(clients.get(client_id).name, limit=100_000).ids


def test_support_that_has_ended_leaves_the_open_list(vault: OpenVault) -> None:
    not_begun, going, ended = new("Ann One"), new("Ann Two"), new("Ann Three")
    support(going)
    write(episodes.close, support(ended, started="2024-01-01"), TODAY, "CMP")
    assert ids("ann") == [not_begun, going]
    assert ids("") == [not_begun, going]
    assert ids("ann", open_only=False) == [not_begun, ended, going]
    assert ids("", open_only=False) == [not_begun, ended, going]


def test_my_clients_are_those_i_support_now(vault: OpenVault) -> None:
    mine, other, ended = new("Ann One"), new("Ann Two"), new("Ann Three")
    support(mine)
    colleague = support(other)
    write(episodes.close, support(ended, started="2024-01-01"), TODAY, "CMP")
    database.execute_sql(
        "INSERT INTO worker (uid, name, role, sign_key, receive_key)"
        " VALUES ('w2', 'Lee', 'advocate', x'00', x'00')"
    )
    lee = fetch("SELECT id FROM worker WHERE uid = 'w2'")[0][0]
    write(episodes.save, dataclasses.replace(episodes.get(colleague), worker_id=lee))
    assert ids("ann", mine_only=True) == [mine]
    assert ids("", mine_only=True) == [mine]


def test_results_are_in_the_order_of_names_and_say_when_there_are_more(vault: OpenVault) -> None:
    def many() -> None:
        for i in range(12):
            clients.save(Client(None, "", f"Person {chr(108 - i)}"))

    write(many)
    found = clients.search("person", limit=10)
    assert (found.count, found.more, found.shown_count, len(found.ids)) == (10, True, "10+", 10)
    found = clients.search("person", limit=12)
    assert (found.more, found.shown_count) == (False, "12")
    names = [clients.get(client_id).name for client_id in found.ids]
    assert names == sorted(names)


# --- listing ------------------------------------------------
def test_a_line_shows_what_the_list_needs(vault: OpenVault) -> None:
    client_id = new("Amara Clarke", known_as="Mara")
    at = int(time.time()) - 3600
    write(safe_contacts.save, SafeContact(None, client_id, "TEL", "yes", "07700 900001"))
    write(safe_contacts.save, SafeContact(None, client_id, "SMS", "no"))
    for moment in (at - 100, at):
        last = write(contacts.save, Contact(None, "", client_id, None, moment, minutes=5))
    undone = write(contacts.save, Contact(None, "", client_id, None, at + 60, minutes=5))
    write(contacts.undo, undone)
    soon, later = TODAY + dt.timedelta(days=1), TODAY + dt.timedelta(days=9)
    for text, due in (("Later", later), ("Ring", soon)):
        write(actions.save, Action(None, "", client_id, text, due.isoformat()))
    (row,) = clients.rows([client_id])
    assert (row.id, row.reference, row.name, row.known_as) == (client_id, "CR-0001", "Amara Clarke", "Mara")
    assert row.last_contact == contacts.get(last).at == at
    assert (row.next_due, row.next_text) == (soon.isoformat(), "Ring")
    assert [one.channel for one in row.safe] == ["TEL", "SMS"]
    assert str(row.chip(dt.datetime.now(LONDON)).sentence) == "Safe to call at any time"
    assert row.is_open


def test_a_line_with_nothing_yet_is_whole_too(vault: OpenVault) -> None:
    (row,) = clients.rows([new()])
    assert (row.last_contact, row.next_due, row.next_text, row.safe) == (0, "", "", ())
    assert str(row.chip(dt.datetime.now(LONDON)).sentence) == "Safe contact not asked yet"


def test_lines_come_in_the_order_asked_for_with_few_questions(
    vault: OpenVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def many() -> list[int]:
        return [clients.save(Client(None, "", f"Person {i}")) for i in range(128)]

    wanted = list(reversed(write(many)))
    asked: list[str] = []
    run = type(database).execute_sql
    monkeypatch.setattr(
        type(database),
        "execute_sql",
        lambda self, sql, params=None: (asked.append(sql), run(self, sql, params))[1],
    )
    assert [row.id for row in clients.rows([*wanted, 9999])] == wanted
    assert len(asked) <= 3


def test_recent_clients_are_the_last_worked_with(vault: OpenVault) -> None:
    found = [new(name) for name in ("Ann", "Bea", "Cat")]
    write(
        contacts.save,
        Contact(None, "", found[0], None, int(time.time()) - 60, minutes=5, override_reason="Not asked yet"),
    )
    assert [row.id for row in clients.recent(2)] == [found[0], found[2]]


def test_a_note_that_is_signed_by_itself_a_day_later_is_no_work_with_that_client(vault: OpenVault) -> None:
    first, last = (write(clients.save, Client(None, "", name)) for name in ("Amara", "Bea"))
    said = Contact(
        None, "", first, None, int(time.time()), minutes=5, override_reason="Not asked yet", note="Well"
    )
    note = contacts.get(write(contacts.save, said))
    write(audit.opened, last)
    assert write(signatures.sign_due, note.recorded + 86_400) == 1
    assert [row.id for row in clients.recent(2)] == [last, first]


# --- against a plain reading of the rule ------------------------------------------------
LETTERS = st.text("abco", min_size=1, max_size=3)
PEOPLE = st.lists(st.lists(LETTERS, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PEOPLE, st.lists(LETTERS, min_size=1, max_size=2).map(" ".join))
def test_a_search_finds_all_and_only_names_with_words_that_begin_so(
    vault: OpenVault, names: list[str], typed: str
) -> None:
    def fresh() -> dict[int, str]:
        database.execute_sql("DELETE FROM client")
        return {clients.save(Client(None, "", name)): name for name in names}

    known = write(fresh)

    def begins(name: str, word: str) -> bool:
        tokens = name.split()
        apart = (
            len(word) > 2
            and word[0] == "o"
            and any(
                one == "o" and two.startswith(word[1:])
                for one, two in zip(name.split(), name.split()[1:], strict=False)
            )
        )
        return any(token.startswith(word) for token in tokens) or apart

    expected = {key for key, name in known.items() if all(begins(name, word) for word in typed.split())}
    assert set(clients.search(typed).ids) == expected


def test_a_search_never_walks_through_all_clients(vault: OpenVault, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, object]] = []
    run = type(database).execute_sql
    monkeypatch.setattr(
        type(database),
        "execute_sql",
        lambda self, sql, params=None: (asked.append((sql, params)), run(self, sql, params))[1],
    )
    for options in ({}, {"open_only": False}, {"mine_only": True}):
        clients.search("am", **options)  # type: ignore[arg-type]
    monkeypatch.undo()
    for sql, params in asked:
        plan = " / ".join(row[3] for row in fetch(f"EXPLAIN QUERY PLAN {sql}", params))  # type: ignore[arg-type]
        assert "VIRTUAL TABLE INDEX" in plan
        assert "SCAN c" not in plan
        assert "SCAN e" not in plan
        assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize("outcome", ["DEC", "UNS", "REJ", "NCT", "DUP"])
def test_a_referral_that_ended_without_support_leaves_the_open_list(vault: OpenVault, outcome: str) -> None:
    client_id = new("Ann")
    reason = "CAP" if outcome == "REJ" else "NA-NAP"
    at = int(time.time()) - 900
    write(referrals.save, Referral(None, "", client_id, at, outcome=outcome, decline_reason=reason))
    assert ids("ann") == []
    assert ids("") == []
    assert ids("ann", open_only=False) == [client_id]
    assert not clients.rows([client_id])[0].is_open
    write(referrals.save, Referral(None, "", client_id, at + 60))  # referred again
    assert ids("ann") == [client_id]


def test_accents_do_not_move_a_name_to_the_end(vault: OpenVault) -> None:
    found = {name: new(name) for name in ("Eva", "Élodie", "Zoë", "Ana")}
    for text in ("", "cr-"):
        assert ids(text) == [found[name] for name in ("Ana", "Élodie", "Eva", "Zoë")]


# --- risk ---------------------------------------------------------------------------------------------------
def assess(client_id: int, grade: str, days_ago: int = 0) -> int:
    held = write(instruments.begin, client_id, "GEN", at=int(time.time()) - days_ago * 86_400)
    write(instruments.answer, held, "GRADE", grade)
    write(instruments.sign, held)
    return held


@pytest.mark.parametrize("text", ["", "a", "amara cl"])
@pytest.mark.parametrize("mine", [False, True])
def test_only_those_high_by_their_latest_signed_grade_are_high(
    vault: OpenVault, text: str, mine: bool
) -> None:
    amara, abby, ann, away = (new(f"{name} Clarke") for name in ("Amara", "Abby", "Ann", "Agnes"))
    for client_id in (amara, abby, ann):
        support(client_id)
    assess(amara, "high")
    assess(abby, "high", days_ago=3)
    assess(abby, "medium")  # was high, is medium
    mistake = assess(ann, "high")
    write(instruments.withdraw, mistake, "Wrong person")
    assess(away, "high")
    ended = support(away)
    write(episodes.close, ended, TODAY, "CMP")
    assert ids(text, high_only=True, mine_only=mine) == [amara]
    if not mine:
        expected = [away, amara] if text in ("", "a") else [amara]
        assert ids(text, high_only=True, open_only=False) == expected


def test_a_row_says_the_grade_and_when_it_is_looked_at_again(vault: OpenVault) -> None:
    amara = new()
    assert (clients.rows([amara])[0].grade, clients.rows([amara])[0].review_due) == ("", "")
    assess(amara, "high", days_ago=4)
    (row,) = clients.rows([amara])
    assert (row.grade, row.review_due) == ("high", (TODAY + dt.timedelta(days=10)).isoformat())
    write(incidents.save, Incident(None, "", amara, TODAY.isoformat()))
    database.execute_sql("UPDATE incident SET recorded = recorded + 5")
    assert clients.rows([amara])[0].review_due == TODAY.isoformat()


def test_the_high_ones_are_found_by_index_and_without_sorting_all(vault: OpenVault) -> None:
    asked: list[str] = []
    execute = database.execute_sql

    def remember(sql: str, params: object = None) -> object:
        asked.append(sql)
        return execute(sql, params)

    database.execute_sql = remember  # type: ignore[method-assign]
    try:
        clients.search("", high_only=True)
    finally:
        del database.execute_sql  # type: ignore[attr-defined]
    plan = "\n".join(row[3] for row in fetch(f"EXPLAIN QUERY PLAN {asked[0]}", (500,)))
    assert "answer_set_high" in plan
    assert "TEMP B-TREE" not in plan.split("CORRELATED")[0]
    assert "SCAN c" not in plan
