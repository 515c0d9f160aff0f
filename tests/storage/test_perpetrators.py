"""Alleged perpetrators and professionals in a real vault."""

from __future__ import annotations

import dataclasses

import pytest

from caseworker import storage
from caseworker.domain.clients import Client
from caseworker.domain.perpetrators import Perpetrator
from caseworker.errors import Refused
from caseworker.storage import clients, history, perpetrators
from caseworker.storage.records import fetch
from caseworker.storage.vault import OpenVault

DAN = Perpetrator(None, "", 0, "Dan P", relationship="EXP", relationship_said="CLI", known_here="yes")


@pytest.fixture
def amara(vault: OpenVault) -> int:
    return storage.write(clients.save, Client(None, "", "Amara Clarke"))


def kept(client_id: int, **more: str) -> int:
    return storage.write(perpetrators.save, dataclasses.replace(DAN, client_id=client_id, **more))


def test_one_comes_back_as_recorded(amara: int) -> None:
    held = perpetrators.get(kept(amara))
    assert (held.name, held.relationship, held.relationship_said) == ("Dan P", "EXP", "CLI")


def test_a_fact_without_its_source_is_not_kept(amara: int) -> None:
    with pytest.raises(Refused) as refused:
        kept(amara, weapons="yes")
    assert list(refused.value.problems) == ["weapons_said"]
    assert perpetrators.for_client(amara) == []


def test_the_names_recorded_are_choices_for_that_record_alone(amara: int) -> None:
    other = storage.write(clients.save, Client(None, "", "Clara Obi"))
    gone = kept(amara, name="Tom")
    kept(amara)
    kept(amara)
    kept(other, name="Rick")
    storage.write(perpetrators.withdraw, gone, "Another client's")
    assert perpetrators.names(amara) == ["Dan P"]


def test_a_source_that_changes_is_in_the_history_in_words(amara: int) -> None:
    row = kept(amara)
    storage.write(perpetrators.save, dataclasses.replace(perpetrators.get(row), relationship_said="POL"))
    said = [str(one.sentence()) for one in history.for_row("perpetrator", row, amara)]
    assert said == [
        "Relationship, who said so changed from Client to Police",
        "New alleged perpetrator recorded",
    ]


def test_nobody_finds_a_client_by_the_name_of_who_harms_her(amara: int) -> None:
    kept(amara, name="Zebediah")
    assert clients.search("Zebediah").ids == []
    assert fetch("SELECT count(*) FROM client_search WHERE client_search MATCH 'zeb*'") == [(0,)]
