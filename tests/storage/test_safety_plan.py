"""Safety plans in a real vault: what it said before, and the page in disguise."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from caseworker import storage
from caseworker.domain.children import Child
from caseworker.domain.clients import Client
from caseworker.domain.episodes import Episode
from caseworker.domain.perpetrators import Perpetrator
from caseworker.domain.professionals import Professional
from caseworker.domain.safety_plan import SafetyItem
from caseworker.domain.when import LONDON
from caseworker.errors import Refused
from caseworker.storage import children, clients, episodes, history, perpetrators, professionals, safety_plan
from caseworker.storage.records import fetch
from caseworker.storage.vault import OpenVault


@pytest.fixture
def amara(vault: OpenVault) -> int:
    return storage.write(clients.save, Client(None, "", "Amara Clarke", known_as="Mara"))


def bag(client_id: int, **more: object) -> SafetyItem:
    made = SafetyItem(None, "", client_id, "bag", "Blue bag at Jo's", disguise="Drop the holdall off")
    return dataclasses.replace(made, **more)  # type: ignore[arg-type]


def test_an_item_keeps_what_it_said_before(amara: int) -> None:
    row = storage.write(safety_plan.save, bag(amara))
    for text in ("Blue bag at my sister's", "Bag in the car"):
        storage.write(safety_plan.save, dataclasses.replace(safety_plan.get(row), text=text))
    before = safety_plan.said_before(safety_plan.get(row))
    assert [one.old for one in before] == ["Blue bag at my sister's", "Blue bag at Jo's"]


def test_its_words_stand_in_no_list_of_the_history(amara: int) -> None:
    row = storage.write(safety_plan.save, bag(amara))
    storage.write(safety_plan.save, dataclasses.replace(safety_plan.get(row), text="Bag in the car"))
    said = [str(one.sentence()) for one in history.for_client(amara)]
    assert "What the plan says changed" in said
    assert not [one for one in said if "Bag" in one]


def test_wording_for_disguise_with_a_name_of_the_record_is_refused(amara: int) -> None:
    storage.write(children.save, Child(None, "", amara, "Leo"))
    storage.write(perpetrators.save, Perpetrator(None, "", amara, "Dan Price"))
    storage.write(professionals.save, Professional(None, "", amara, "Jo Field", organisation="Elm House"))
    for telling in ("Mara's bag", "Leo to nursery", "Before Price is in", "Ring Field", "Elm House at two"):
        with pytest.raises(Refused) as refused:
            storage.write(safety_plan.save, bag(amara, disguise=telling))
        assert list(refused.value.problems) == ["disguise"]
    storage.write(safety_plan.save, bag(amara, disguise="The house at two"))


def test_the_page_in_disguise_holds_no_name_learnt_later(amara: int) -> None:
    storage.write(safety_plan.save, bag(amara))
    storage.write(safety_plan.save, bag(amara, disguise="Toby to swimming"))
    assert safety_plan.sheet(amara, disguised=True).sections[0].lines == (
        "Drop the holdall off",
        "Toby to swimming",
    )
    storage.write(children.save, Child(None, "", amara, "Toby"))
    page = safety_plan.sheet(amara, disguised=True)
    assert page.sections[0].lines == ("Drop the holdall off",)
    assert page.left_out == 1


def test_the_plan_as_text_is_her_words(amara: int) -> None:
    row = storage.write(safety_plan.save, bag(amara))
    assert safety_plan.sheet(amara).sections[0].lines == ("Blue bag at Jo's",)
    storage.write(safety_plan.withdraw, row, "Not hers")
    assert safety_plan.sheet(amara).sections == ()


def test_a_plan_to_look_at_again_is_on_the_list_once_while_support_is_open(amara: int) -> None:
    today = dt.datetime.now(LONDON).date()
    for days in (2, 9):
        storage.write(safety_plan.save, bag(amara, review_by=(today + dt.timedelta(days=days)).isoformat()))
    assert safety_plan.due(today) == []
    storage.write(episodes.save, Episode(None, "", amara, today.isoformat()))
    (line,) = safety_plan.due(today)
    assert (line.day, str(line.what)) == (today + dt.timedelta(days=2), "Safety plan to look at again")
    assert safety_plan.due(today - dt.timedelta(days=3)) == []


def test_plans_to_look_at_again_are_found_by_their_index(vault: OpenVault) -> None:
    plan = fetch(
        "EXPLAIN QUERY PLAN SELECT DISTINCT client_id FROM safety_item t"
        " WHERE review_by <> '' AND withdrawn = 0 AND review_by BETWEEN ? AND ?",
        ("2026-01-01", "2026-02-01"),
    )
    assert "safety_item_review" in str(plan)
