"""Safe contacts in a real vault: one a channel, never silently changed."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from caseworker.domain.clients import Client
from caseworker.domain.safe_contacts import SafeContact
from caseworker.domain.when import LONDON
from caseworker.errors import Refused
from caseworker.storage import clients, history, safe_contacts, write
from caseworker.storage.vault import OpenVault

TODAY = dt.datetime.now(LONDON).date()


@pytest.fixture
def amara(vault: OpenVault) -> int:
    return write(clients.save, Client(None, "", "Amara Clarke"))


def test_it_comes_back_tidied_with_a_day_to_ask_again(amara: int) -> None:
    row_id = write(
        safe_contacts.save,
        SafeContact(None, amara, "TEL", "yes", " 07700 900001 ", hours="weekdays 9am to midday"),
    )
    found = safe_contacts.get(row_id)
    assert (found.hours, found.value) == ("Mon-Fri 09:00-12:00", "07700 900001")
    assert found.review_by == (TODAY + dt.timedelta(days=90)).isoformat()


def test_no_review_date_is_made_up_for_what_is_not_safe(amara: int) -> None:
    assert safe_contacts.get(write(safe_contacts.save, SafeContact(None, amara, "LET", "no"))).review_by == ""


def test_a_second_answer_for_a_channel_changes_the_first(amara: int) -> None:
    first = write(safe_contacts.save, SafeContact(None, amara, "TEL", "yes", "07700 900001"))
    second = write(safe_contacts.save, SafeContact(None, amara, "TEL", "no"), why="He has her phone")
    assert first == second
    assert [one.allowed for one in safe_contacts.for_client(amara)] == ["no"]
    changes = {entry.field: entry for entry in history.for_client(amara) if entry.field}
    assert (changes["allowed"].old, changes["allowed"].new) == ("yes", "no")
    assert changes["value"].old == "07700 900001"  # the number that is no longer safe is still known
    assert changes["allowed"].why == "He has her phone"
    assert str(changes["allowed"].sentence()) == "Safe to use changed from Yes to No"


def test_a_channel_cannot_wander_to_another_client(amara: int) -> None:
    other = write(clients.save, Client(None, "", "Bea"))
    row_id = write(safe_contacts.save, SafeContact(None, amara, "TEL", "no"))
    with pytest.raises(ValueError, match="stays with"):
        write(safe_contacts.save, dataclasses.replace(safe_contacts.get(row_id), client_id=other))


def test_hours_in_doubt_are_refused(amara: int) -> None:
    with pytest.raises(Refused) as caught:
        write(safe_contacts.save, SafeContact(None, amara, "TEL", "yes", "07700 900001", hours="9-11"))
    assert set(caught.value.problems) == {"hours"}
    assert safe_contacts.for_client(amara) == []


def test_channels_are_given_calls_first_for_one_and_for_many(amara: int) -> None:
    bea = write(clients.save, Client(None, "", "Bea"))
    for client_id, channel in ((amara, "LET"), (amara, "TEL"), (bea, "VIS"), (amara, "SMS")):
        write(safe_contacts.save, SafeContact(None, client_id, channel, "no"))
    assert [one.channel for one in safe_contacts.for_client(amara)] == ["TEL", "SMS", "LET"]
    many = safe_contacts.for_clients([bea, amara, 999])
    assert {client_id: [one.channel for one in found] for client_id, found in many.items()} == {
        amara: ["TEL", "SMS", "LET"],
        bea: ["VIS"],
    }
    assert safe_contacts.for_clients([]) == {}
