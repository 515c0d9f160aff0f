"""The support plan in a real vault: goals, and the actions that serve them."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from caseworker.domain.actions import Action
from caseworker.domain.clients import Client
from caseworker.domain.goals import Goal
from caseworker.domain.when import LONDON
from caseworker.errors import Refused
from caseworker.storage import actions, clients, goals, history, write
from caseworker.storage.vault import OpenVault

TODAY = dt.datetime.now(LONDON).date()


@pytest.fixture
def amara(vault: OpenVault) -> int:
    return write(clients.save, Client(None, "", "Amara Clarke"))


def goal(client_id: int, text: str = "Sleep through the night", **more: object) -> int:
    return write(goals.save, Goal(None, "", client_id, text, "N1", **more))  # type: ignore[arg-type]


def later(days: int) -> str:
    return (TODAY + dt.timedelta(days=days)).isoformat()


def test_open_goals_come_first_the_soonest_of_them_first(amara: int) -> None:
    reached = goal(amara, "Reached", status="reached", due=later(1))
    whenever, late, soon = (
        goal(amara, "Whenever"),
        goal(amara, "Late", due=later(90)),
        goal(amara, due=later(7)),
    )
    assert [one.id for one in goals.for_client(amara)] == [soon, late, whenever, reached]


def test_that_words_are_the_clients_own_is_in_the_history(amara: int) -> None:
    row_id = goal(amara)
    write(goals.save, dataclasses.replace(goals.get(row_id), own_words=True))
    told = [str(one.sentence()) for one in history.for_client(amara) if one.noun == "goal"]
    assert told == ["In the client's own words changed from No to Yes", "New goal recorded"]


def test_an_action_serves_a_goal_and_may_be_another_agencys(amara: int) -> None:
    row_id = goal(amara)
    action = Action(
        None, "", amara, "Change the locks", later(3), kind="TARGET", agency=" Colchester council ", goal_id=row_id
    )  # fmt: skip
    held = actions.get(write(actions.save, action))
    assert (held.kind, held.agency, held.goal_id) == ("TARGET", "Colchester council", row_id)
    assert [one.id for one in actions.due(TODAY + dt.timedelta(days=3))] == [held.id]


def test_an_action_never_serves_another_clients_goal(amara: int) -> None:
    other = write(clients.save, Client(None, "", "Clara Obi"))
    with pytest.raises(ValueError, match="goal"):
        write(actions.save, Action(None, "", other, "Ring", later(1), goal_id=goal(amara)))


def test_an_action_of_a_kind_nobody_knows_is_refused(amara: int) -> None:
    with pytest.raises(Refused) as caught:
        write(actions.save, Action(None, "", amara, "Ring", later(1), kind="ZZZ", agency="x" * 121))
    assert set(caught.value.problems) == {"kind", "agency"}
