"""The chronology gathers what happened from every table that says when, and leaves out what was withdrawn."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from caseworker import storage
from caseworker.domain.clients import Client
from caseworker.domain.contacts import Contact
from caseworker.domain.episodes import Episode
from caseworker.domain.incidents import Incident
from caseworker.domain.onward_referrals import OnwardReferral
from caseworker.domain.referrals import Referral
from caseworker.domain.reports.page import plain_text
from caseworker.domain.services import Service
from caseworker.domain.when import epoch, local
from caseworker.storage import (
    chronology,
    clients,
    contacts,
    documents,
    episodes,
    incidents,
    onward_referrals,
    referrals,
    reports,
    services,
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
    for table in (
        "contact",
        "referral",
        "episode",
        "answer_set",
        "incident",
        "marac_referral",
        "document",
        "onward_referral",
    ):
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


def on(days_ago: int) -> str:
    return (TODAY - days_ago * DAY).isoformat()


def told(client_id: int) -> list[tuple[str, str]]:
    found = [one for one in chronology.for_client(client_id) if one.noun == "onward_referral"]
    return [(str(one.what), str(one.detail)) for one in found]


def refer(client_id: int, service: Service | None, **more: str) -> int:
    def write() -> int:
        kept = None if service is None else services.save(service)
        return onward_referrals.save(OnwardReferral(None, "", client_id, kept, consent="given", **more))  # type: ignore[arg-type]

    return storage.write(write)


def test_each_step_of_an_onward_referral_is_an_entry_of_its_day(client_id: int) -> None:
    talk = Service(None, "", "Colne Talking Therapies", "COU")
    row = refer(client_id, talk, need="N1", sent=on(9), accepted=on(7), started=on(2))
    assert told(client_id) == [
        ("Help from Colne Talking Therapies started", "For: Mental and physical health"),
        ("Onward referral accepted by Colne Talking Therapies", "For: Mental and physical health"),
        ("Referred onward to Colne Talking Therapies", "For: Mental and physical health"),
    ]
    storage.write(onward_referrals.withdraw, row, "Another client's")
    assert told(client_id) == []


def test_a_refusal_says_why_and_a_service_that_does_not_exist_is_told_too(client_id: int) -> None:
    refer(
        client_id, Service(None, "", "Colne Homes", "OUT"), need="N2", sent=on(9), refused=on(8), reason="INE"
    )
    refer(client_id, None, need="N2", service_type="COU", reason="NOS")
    assert told(client_id) == [
        ("No service to refer to", "For: Shelter and accommodation. No such service here"),
        ("Onward referral refused by Colne Homes", "For: Shelter and accommodation. Not eligible"),
        ("Referred onward to Colne Homes", "For: Shelter and accommodation"),
    ]


@pytest.mark.parametrize("notes", [False, True])
def test_the_name_of_a_refuge_never_stands_in_a_chronology(client_id: int, notes: bool) -> None:
    more = {"need": "N2", "sent": on(9), "note": "Quillfeather House has a room from Friday"}
    for name, kind in (
        ("Quillfeather House", "RFG"),
        ("Quillfeather Lodge", "NA-ASK"),  # nobody said what it is
        ("Quillfeather Women’s Refuge", "OUT"),
        ("QUILLFEATHER REFUGES", "NA-UNK"),
        ("Réfuge Quillfeather", "OUT"),
        ("Refu\u00adge Quillfeather", "OUT"),  # with a hyphen that shows only at the end of a line
        ("Lloches Quillfeather", "OUT"),
        ("Quillfeather Safe  House", "OUT"),
    ):
        refer(client_id, Service(None, "", name, kind, provider="Quillfeather Trust"), **more)
    for kind in ("RFG", "NA-NAP"):
        refer(client_id, None, need="N2", service_type=kind, reason="WAI", note="Quillfeather House is full")
    said = plain_text(reports.chronology(client_id, notes=notes))
    assert "uillfeather" not in said.casefold()
    assert "Referred onward to a refuge" in said
    assert "Referred onward to another service (Outreach)" in said


def test_a_service_that_became_a_refuge_is_not_named_and_one_that_was_a_refuge_stays_one(
    client_id: int,
) -> None:
    refer(client_id, Service(None, "", "Quillfeather", "OUT"), need="N2", sent=on(9))
    refer(client_id, Service(None, "", "Wintersgill", "RFG"), need="N2", sent=on(8))
    for one in services.every():
        storage.write(services.save, replace(one, kind="RFG" if one.kind == "OUT" else "OUT"))
    assert [what for what, _ in told(client_id)] == [
        "Referred onward to a refuge",
        "Referred onward to another service (Outreach)",
    ]
