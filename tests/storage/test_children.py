"""Children and dependants in a real vault, and people who turn 18 in an episode."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from caseworker import storage
from caseworker.domain.children import Child, counts_as_child, turned_18
from caseworker.domain.clients import Client, age_on
from caseworker.domain.episodes import Episode
from caseworker.domain.when import LONDON
from caseworker.errors import Refused
from caseworker.storage import children, clients, episodes, history
from caseworker.storage.vault import OpenVault

TODAY = dt.datetime.now(LONDON).date()


@pytest.fixture
def amara(vault: OpenVault) -> int:
    return storage.write(clients.save, Client(None, "", "Amara Clarke"))


def test_a_child_comes_back_as_recorded_with_their_own_safe_contact(amara: int) -> None:
    leo = Child(
        None, "", amara, "Leo", born="2019-03-27", reach="SCH", reach_where="Elm Road School",
        never_told="His father", at_risk="yes",
    )  # fmt: skip
    held = children.get(storage.write(children.save, leo))
    assert dataclasses.replace(held, id=None, uid="", recorded=0, worker_id=None) == leo
    assert children.for_clients([amara, 999]) == {amara: [held]}


def test_a_change_of_the_childs_own_safe_contact_is_in_the_history_in_words(amara: int) -> None:
    row = storage.write(
        children.save, Child(None, "", amara, "Leo", reach="SCH", reach_where="Elm Road School")
    )
    storage.write(
        children.save, dataclasses.replace(children.get(row), reach="NOT"), "School told his father"
    )
    said = [str(one.sentence()) for one in history.for_row("child", row, amara)]
    assert (
        said[0] == "How the child may be reached changed from At school or nursery only to Not at all for now"
    )
    assert said[1] == "New child or dependant recorded"


def test_a_child_with_a_record_of_their_own_is_linked_to_it(amara: int) -> None:
    own = storage.write(clients.save, Client(None, "", "Leo Clarke"))
    row = storage.write(children.save, Child(None, "", amara, "Leo", own_client_id=own))
    assert children.get(row).own_client_id == own
    for wrong in (amara, 999):
        with pytest.raises(Refused) as refused:
            storage.write(children.save, Child(None, "", amara, "Leo", own_client_id=wrong))
        assert list(refused.value.problems) == ["own_client_id"]


def test_children_are_listed_oldest_first_and_the_unborn_last(amara: int) -> None:
    for child in (
        Child(None, "", amara, "Bump", unborn=True, born="NA-NAP"),
        Child(None, "", amara, "Mia", born="2021-05-01"),
        Child(None, "", amara, "Leo", born="2019-03-27"),
    ):
        storage.write(children.save, child)
    assert [one.name for one in children.for_client(amara)] == ["Leo", "Mia", "Bump"]


def test_a_child_who_turns_18_in_an_episode_says_so_and_is_counted_as_before(amara: int) -> None:
    birthday = TODAY.replace(year=TODAY.year - 18) if (TODAY.month, TODAY.day) != (2, 29) else TODAY
    started = TODAY - dt.timedelta(days=40)
    storage.write(episodes.save, Episode(None, "", amara, started.isoformat()))
    row = storage.write(
        children.save, Child(None, "", amara, "Leo", born=birthday.isoformat(), relationship="CHI")
    )
    leo = children.get(row)
    assert turned_18(leo, TODAY) == TODAY
    assert counts_as_child(leo, dt.date.fromisoformat(episodes.open_for(amara)[0].started))


def test_a_client_who_turns_18_in_an_episode_keeps_the_age_she_had_when_it_began(vault: OpenVault) -> None:
    eighteen_tomorrow = dt.date(2008, 3, 2)
    young = storage.write(clients.save, Client(None, "", "Nia Hughes", born=eighteen_tomorrow.isoformat()))
    row = storage.write(episodes.save, Episode(None, "", young, "2026-03-01"))
    assert age_on(clients.get(young), dt.date(2026, 3, 2)) == 18
    assert episodes.get(row).age_at_start == 17
    storage.write(episodes.save, dataclasses.replace(episodes.get(row), level="intensive"), "More help")
    assert episodes.get(row).age_at_start == 17
