"""Professionals in a real vault."""

from __future__ import annotations

import pytest

from caseworker import storage
from caseworker.domain.clients import Client
from caseworker.domain.professionals import Professional
from caseworker.errors import Refused
from caseworker.storage import clients, professionals
from caseworker.storage.vault import OpenVault


@pytest.fixture
def amara(vault: OpenVault) -> int:
    return storage.write(clients.save, Client(None, "", "Amara Clarke"))


def test_one_comes_back_as_recorded_and_leaves_the_list_when_withdrawn(amara: int) -> None:
    row = storage.write(professionals.save, Professional(None, "", amara, "DC Patel", role="OIC"))
    assert [one.name for one in professionals.for_client(amara)] == ["DC Patel"]
    storage.write(professionals.withdraw, row, "Another client's")
    assert professionals.for_client(amara) == []
    assert [one.id for one in professionals.for_client(amara, withdrawn=True)] == [row]


def test_what_they_may_be_told_is_written_down_before_they_are_told(amara: int) -> None:
    with pytest.raises(Refused) as refused:
        storage.write(professionals.save, Professional(None, "", amara, "DC Patel", agreed="yes"))
    assert list(refused.value.problems) == ["may_be_told"]
