"""Actions of a MARAC meeting in a real vault: with their referral, done and with effect, never removed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from caseworker.domain.clients import Client
from caseworker.domain.episodes import Episode
from caseworker.domain.marac import MaracReferral
from caseworker.domain.marac_actions import MaracAction
from caseworker.storage import clients, episodes, history, marac, marac_actions, write
from caseworker.storage.records import fetch
from caseworker.storage.vault import OpenVault
from tests.storage.test_marac import TODAY, day


@pytest.fixture
def amara(vault: OpenVault) -> int:
    return write(clients.save, Client(None, "", "Amara Clarke", area="E06000034"))


@pytest.fixture
def locks(amara: int) -> MaracAction:
    referral = write(marac.save, MaracReferral(None, "", amara, criteria="PJ"))
    made = MaracAction(None, "", amara, referral, "Housing", "Change the locks", day(-1))
    return marac_actions.get(write(marac_actions.save, made))


def test_an_action_is_kept_with_its_referral_and_marked_done_with_its_effect(
    amara: int, locks: MaracAction
) -> None:
    write(marac_actions.save, replace(locks, done=day(0), effect="She sleeps again"))
    (held,) = marac_actions.for_client(amara)
    assert (held.done, held.effect, held.marac_referral_id) == (
        day(0),
        "She sleeps again",
        locks.marac_referral_id,
    )
    told = [str(one.sentence()) for one in history.for_client(amara) if one.noun == "marac_action"]
    assert "What it changed changed" in told


def test_an_action_of_another_clients_referral_is_a_mistake_of_ours(amara: int, locks: MaracAction) -> None:
    other = write(clients.save, Client(None, "", "Robin Marsh"))
    with pytest.raises(ValueError, match="same client"):
        write(marac_actions.save, replace(locks, id=None, client_id=other))


def test_an_action_recorded_by_mistake_is_withdrawn_and_stays(amara: int, locks: MaracAction) -> None:
    write(marac_actions.withdraw, locks.id or 0, "It was another case")
    assert marac_actions.for_client(amara) == []
    assert marac_actions.get(locks.id or 0).withdrawn


def test_what_is_open_and_due_is_found_for_clients_in_support_only(amara: int, locks: MaracAction) -> None:
    assert marac_actions.due(TODAY) == []
    write(episodes.save, Episode(None, "", amara, day(-30), crime="DA1"))
    (found,) = marac_actions.due(TODAY)
    assert (found.client_id, found.row_id) == (amara, locks.id)
    assert str(found.what) == "Ask Housing about the MARAC action"
    write(marac_actions.save, replace(locks, done=day(0)))
    assert marac_actions.due(TODAY) == []


def test_finding_what_is_due_uses_its_index(vault: OpenVault) -> None:
    plan = fetch(
        "EXPLAIN QUERY PLAN SELECT DISTINCT client_id FROM marac_action t WHERE done = '' AND withdrawn = 0"
        " AND due BETWEEN '2026-01-01' AND '2026-11-18'"
    )
    assert "marac_action_open" in str(plan)
