"""The chronology gathers what happened from every table that says when, and leaves out what was withdrawn."""

from __future__ import annotations

import datetime as dt

import pytest

from caseworker import storage
from caseworker.domain.clients import Client
from caseworker.domain.contacts import Contact
from caseworker.domain.episodes import Episode
from caseworker.domain.incidents import Incident
from caseworker.domain.referrals import Referral
from caseworker.domain.when import epoch, local
from caseworker.storage import (
    chronology,
    clients,
    contacts,
    documents,
    episodes,
    incidents,
    referrals,
    reports,
)
from caseworker.storage.records import fetch
from caseworker.storage.vault import OpenVault

DAY = dt.timedelta(days=1)
TODAY = dt.date.today()


def moment(days_ago: int, hour: int = 10) -> int:
    return epoch(local(epoch(dt.datetime.combine(TODAY - days_ago * DAY, dt.time(hour), dt.UTC))))


@pytest.fixture
def client_id(vault: OpenVault) -> int:
    def write() -> int:
        made = clients.save(Client(None, "", "Amara Clarke", area="E07000066"))
        referrals.save(Referral(None, "", made, moment(40), source="POL", crime="DA1", outcome="ACC"))
        episodes.save(Episode(None, "", made, (TODAY - 30 * DAY).isoformat(), crime="DA1"))
        incidents.save(
            Incident(None, "", made, (TODAY - 20 * DAY).isoformat(), kind="VIO", note="With a belt")
        )
        contacts.save(
            Contact(
                None,
                "",
                made,
                None,
                moment(10),
                minutes=10,
                override_reason="She rang first",
                note="She is at her sister's",
            )
        )
        return made

    return storage.write(write)


def test_everything_that_happened_is_there_newest_first(client_id: int, vault: OpenVault) -> None:
    found = chronology.for_client(client_id)
    assert [one.noun for one in found] == ["contact", "incident", "episode", "referral"]
    assert found[0].who == vault.worker.name
    assert str(found[1].what) == "Incident: Violence or threat of it"


def test_only_what_lies_between_two_days_both_included(client_id: int) -> None:
    first, last = TODAY - 30 * DAY, TODAY - 20 * DAY
    assert [one.noun for one in chronology.for_client(client_id, first, last)] == ["incident", "episode"]


def test_a_withdrawn_entry_is_left_out(client_id: int) -> None:
    row_id = incidents.for_client(client_id)[0].id or 0
    storage.write(incidents.withdraw, row_id, "Another client's")
    assert "incident" not in [one.noun for one in chronology.for_client(client_id)]


def test_every_source_reads_by_an_index(client_id: int) -> None:
    for table in ("contact", "referral", "episode", "answer_set", "incident", "marac_referral", "document"):
        plan = fetch(f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE client_id = ?", (client_id,))
        assert "USING INDEX" in plan[0][3], table


def test_a_report_that_leaves_is_written_down_first(client_id: int) -> None:
    report = reports.chronology(client_id)
    storage.write(reports.leaves, report, client_id, "Housing Team")
    (held,) = documents.for_client(client_id)
    assert (held.kind, held.made_here, held.recipient) == ("chronology", True, "Housing Team")
    assert len(held.digest) == 64
    assert ("print", "document", client_id) in [
        tuple(row) for row in fetch("SELECT action, noun, client_id FROM audit ORDER BY seq DESC LIMIT 3")
    ]
