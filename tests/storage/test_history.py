"""History: every change with its before and after, bound to the audit chain, readable as sentences."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseworker.domain.clients import Client
from caseworker.domain.contacts import Contact
from caseworker.domain.when import LONDON
from caseworker.storage import audit, clients, contacts, history, write
from caseworker.storage.engine import database
from caseworker.storage.records import fetch
from caseworker.storage.vault import OpenVault


@pytest.fixture
def amara(vault: OpenVault) -> int:
    return write(clients.save, Client(None, "", "Amara Clarke"))


def test_a_new_record_is_one_entry_without_copies_of_its_answers(amara: int) -> None:
    (entry,) = history.for_client(amara)
    assert (entry.action, entry.noun, entry.field) == ("add", "client", "")
    assert str(entry.sentence()) == "New client recorded"
    assert entry.who == database.worker.name
    assert abs(entry.at - time.time()) < 60
    assert fetch("SELECT count(*) FROM revision") == [(0,)]


def test_a_change_reads_as_a_sentence(amara: int) -> None:
    client = clients.get(amara)
    write(
        clients.save, dataclasses.replace(client, area="E07000071", born="1994-03-27"), "At the first meeting"
    )
    said = [str(entry.sentence()) for entry in history.for_client(amara, limit=1)]
    assert said == [
        "Date of birth changed from Not asked yet to 27 March 1994",
        "District changed from Not asked yet to Colchester",
    ]


def test_saving_without_a_change_writes_nothing(amara: int) -> None:
    before = fetch("SELECT count(*) FROM audit")
    write(clients.save, clients.get(amara), "Looked again")
    assert fetch("SELECT count(*) FROM audit") == before


def test_history_belongs_to_a_transaction(amara: int) -> None:
    with pytest.raises(RuntimeError):
        history.record("client", amara, amara, {"name": "a"}, {"name": "b"}, "why")


def test_history_is_bound_by_the_chain(amara: int) -> None:
    write(clients.save, dataclasses.replace(clients.get(amara), name="Amara Obi"), "Married")
    assert audit.check_chain() == []
    database.execute_sql("UPDATE revision SET old = 'Somebody else'")
    assert [str(found) for found in audit.check_chain()] != []


def test_audit_entries_hold_no_names_and_no_words(amara: int) -> None:
    write(clients.save, dataclasses.replace(clients.get(amara), name="Zebedee Marker"), "Because of quince")
    write(
        contacts.save,
        Contact(
            None,
            "",
            amara,
            None,
            int(time.time()) - 60,
            minutes=5,
            note="a persimmon tree",
            override_reason="a medlar",
        ),
    )
    everything = " ".join(row[0] for row in fetch("SELECT detail FROM audit"))
    for word in ("Zebedee", "quince", "persimmon", "medlar", "Amara"):
        assert word not in everything


def test_pages_of_history_follow_each_other(amara: int) -> None:
    for i in range(7):
        write(clients.save, dataclasses.replace(clients.get(amara), name=f"Name {i}"))
    first = history.for_client(amara, limit=3)
    second = history.for_client(amara, limit=3, before=first[-1].seq)
    third = history.for_client(amara, limit=3, before=second[-1].seq)
    assert [entry.new for entry in first + second + third] == [f"Name {i}" for i in range(6, -1, -1)] + [""]


def test_opening_a_record_is_part_of_its_history(amara: int) -> None:
    write(audit.opened, amara)
    entry = history.for_client(amara)[0]
    assert str(entry.sentence()) == "Record opened"


def test_one_clients_history_holds_nothing_of_another(amara: int) -> None:
    bea = write(clients.save, Client(None, "", "Bea"))
    write(clients.save, dataclasses.replace(clients.get(bea), name="Bea Young"))
    assert {entry.noun for entry in history.for_client(amara)} == {"client"}
    assert len(history.for_client(amara)) == 1


def test_an_unfamiliar_event_is_still_shown(amara: int) -> None:
    write(audit.append, "hand_over", "client", amara, amara)
    assert str(history.for_client(amara)[0].sentence()) == "client: hand over"


CODES = st.sampled_from(["NA-ASK", "NA-REF", "F", "M"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.text("abcäö'{} ", min_size=1, max_size=6).filter(str.strip), CODES), max_size=6))
def test_walking_the_history_backwards_gives_every_earlier_record(
    vault: OpenVault, versions: list[tuple[str, str]]
) -> None:
    client_id = write(clients.save, Client(None, "", "First", sex="NA-ASK"))
    seen = [clients.get(client_id)]
    for name, sex in versions:
        write(clients.save, dataclasses.replace(seen[-1], name=name, sex=sex))
        seen.append(clients.get(client_id))
    current = {"name": seen[-1].name, "sex": seen[-1].sex}
    walked = [dict(current)]
    entries = [entry for entry in history.for_client(client_id) if entry.field]
    for seq in dict.fromkeys(entry.seq for entry in entries):
        for entry in entries:
            if entry.seq == seq:
                assert current[entry.field] == entry.new
                current[entry.field] = entry.old
        walked.append(dict(current))
    distinct = [{"name": one.name, "sex": one.sex} for one in seen]
    expected = [one for i, one in enumerate(distinct) if i == 0 or one != distinct[i - 1]]
    assert walked[::-1] == expected


def test_times_are_those_of_the_audit(amara: int) -> None:
    (entry,) = history.for_client(amara)
    assert fetch("SELECT at FROM audit WHERE seq = ?", (entry.seq,)) == [(entry.at,)]
    assert dt.datetime.fromtimestamp(entry.at, LONDON).date() == dt.datetime.now(LONDON).date()
