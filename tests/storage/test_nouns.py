"""What records about a client have in common, held on incidents, the plainest of them."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from caseworker import storage
from caseworker.domain.clients import Client
from caseworker.domain.incidents import Incident
from caseworker.errors import Problem, Refused
from caseworker.storage import clients, history, incidents
from caseworker.storage.engine import database
from caseworker.storage.vault import OpenVault


@pytest.fixture
def client_id(vault: OpenVault) -> int:
    return storage.write(clients.save, Client(None, "", "Amara Clarke"))


def yesterday() -> str:
    return (dt.date.today() - dt.timedelta(days=1)).isoformat()


def kept(client_id: int) -> int:
    return storage.write(incidents.save, Incident(None, "", client_id, yesterday(), kind="VIO"))


def as_if_typed_two_days_ago(row_id: int) -> None:
    database.execute_sql("UPDATE incident SET recorded = recorded - 172800 WHERE id = ?", (row_id,))


def test_a_new_one_gets_its_author_its_time_and_a_name_of_its_own(client_id: int, vault: OpenVault) -> None:
    held = incidents.get(kept(client_id))
    assert held.worker_id == vault.worker.id
    assert held.recorded > 0
    assert len(held.uid) == 32


def test_the_author_may_put_it_right_for_a_day_without_saying_why(client_id: int) -> None:
    row_id = kept(client_id)
    storage.write(incidents.save, dataclasses.replace(incidents.get(row_id), by_whom="Dan P"))
    assert incidents.get(row_id).by_whom == "Dan P"


def test_after_a_day_a_change_says_why(client_id: int) -> None:
    row_id = kept(client_id)
    as_if_typed_two_days_ago(row_id)
    changed = dataclasses.replace(incidents.get(row_id), by_whom="Dan P")
    with pytest.raises(Refused) as refused:
        storage.write(incidents.save, changed)
    assert set(refused.value.problems) == {"why"}
    storage.write(incidents.save, changed, "She told me his name")
    entry = next(one for one in history.for_client(client_id) if one.field == "by_whom")
    assert (entry.old, entry.new, entry.why) == ("", "Dan P", "She told me his name")


def test_what_somebody_else_wrote_is_changed_only_with_a_reason(client_id: int) -> None:
    row_id = kept(client_id)
    database.execute_sql("UPDATE incident SET worker_id = NULL WHERE id = ?", (row_id,))
    with pytest.raises(Refused):
        storage.write(incidents.save, dataclasses.replace(incidents.get(row_id), by_whom="Dan P"))


def test_whose_it_is_and_who_wrote_it_never_change(client_id: int) -> None:
    row_id = kept(client_id)
    before = incidents.get(row_id)
    other = storage.write(clients.save, Client(None, "", "Clara Obi"))
    storage.write(incidents.save, dataclasses.replace(before, client_id=other, recorded=1, by_whom="Dan P"))
    after = incidents.get(row_id)
    assert (after.client_id, after.recorded) == (client_id, before.recorded)


def test_one_withdrawn_leaves_the_list_and_keeps_its_place_in_the_history(client_id: int) -> None:
    row_id = kept(client_id)
    with pytest.raises(Refused):
        storage.write(incidents.withdraw, row_id, " ")
    storage.write(incidents.withdraw, row_id, "Another client's")
    assert incidents.for_client(client_id) == []
    assert [one.id for one in incidents.for_client(client_id, withdrawn=True)] == [row_id]
    assert "withdraw" in [one.action for one in history.for_client(client_id)]
    with pytest.raises(Problem) as problem:
        storage.write(incidents.save, incidents.get(row_id))
    assert problem.value.code == "E-WITHDRAWN"
