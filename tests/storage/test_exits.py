"""Exit facts in a real vault: taken from the record, kept once an episode, asked anew after coming back."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time

import pytest

from caseworker.domain.actions import Action
from caseworker.domain.clients import Client
from caseworker.domain.contacts import Contact
from caseworker.domain.episodes import Episode
from caseworker.domain.exits import Exit, Fate, read_fates
from caseworker.domain.goals import Goal
from caseworker.domain.incidents import Incident
from caseworker.domain.marac import MaracReferral
from caseworker.domain.onward_referrals import OnwardReferral
from caseworker.domain.safeguarding import Safeguarding
from caseworker.domain.services import Service
from caseworker.domain.when import LONDON
from caseworker.errors import Refused
from caseworker.storage import (
    actions,
    clients,
    contacts,
    episodes,
    exits,
    goals,
    history,
    incidents,
    instruments,
    marac,
    onward_referrals,
    safeguarding,
    services,
    write,
)
from caseworker.storage.engine import database
from caseworker.storage.vault import OpenVault

TODAY = dt.datetime.now(LONDON).date()


def ago(days: int) -> str:
    return (TODAY - dt.timedelta(days=days)).isoformat()


@pytest.fixture
def episode(vault: OpenVault) -> Episode:
    amara = write(clients.save, Client(None, "", "Amara Clarke"))
    return episodes.get(write(episodes.save, Episode(None, "", amara, ago(200))))


def facts(episode: Episode, **more: str) -> Exit:
    made = Exit(None, "", episode.client_id, episode.id or 0, ago(0), "reduced", "yes", "no")
    return dataclasses.replace(made, **more)  # type: ignore[arg-type]


def grade(episode: Episode, code: str, days: int) -> None:
    held = write(instruments.begin, episode.client_id, "GEN")
    write(instruments.answer, held, "GRADE", code)
    database.execute_sql(
        "UPDATE answer_set SET started = ? WHERE id = ?", (int(time.time()) - days * 86_400, held)
    )
    write(instruments.sign, held)


def test_support_ends_with_its_facts_and_what_the_record_knows(episode: Episode) -> None:
    grade(episode, "high", 199)
    grade(episode, "standard", 3)
    write(
        contacts.save,
        Contact(
            None,
            "",
            episode.client_id,
            None,
            int(time.time()) - 5 * 86_400,
            minutes=9,
            note="Spoke",
            override_reason="She rang us",
        ),
    )
    row_id = write(exits.close, facts(episode, risk_at_end="high", last_contact=ago(0)), "CMP")
    held = exits.get(row_id)
    assert (held.risk_at_start, held.risk_at_end) == ("high", "standard")
    assert held.last_contact == ago(5)
    closed = episodes.get(episode.id or 0)
    assert (closed.closed, closed.closure_reason) == (ago(0), "CMP")
    assert exits.for_episode(closed) == held


def test_a_grade_long_before_the_episode_is_not_the_one_at_its_start(episode: Episode) -> None:
    grade(episode, "high", 230)
    assert exits.known(episode).risk_at_start == "NA-ASK"
    grade(episode, "medium", 210)
    assert exits.known(episode).risk_at_start == "medium"


def test_incidents_since_the_start_are_shown(episode: Episode) -> None:
    for days in (300, 200, 10):
        write(incidents.save, Incident(None, "", episode.client_id, ago(days)))
    assert exits.known(episode).incidents == (ago(10), ago(200))


def test_everything_open_is_asked_about_and_done_with(episode: Episode) -> None:
    ring = write(actions.save, Action(None, "", episode.client_id, "Ring housing", ago(0)))
    bag = write(actions.save, Action(None, "", episode.client_id, "Exit bag", ago(0)))
    assert [str(one.what) for one in exits.known(episode).open] == ["Ring housing", "Exit bag"]
    with pytest.raises(Refused) as caught:
        write(exits.close, facts(episode), "CMP", [Fate("action", ring, "passed")])
    assert list(caught.value.problems) == ["open_ends"]
    assert episodes.get(episode.id or 0).closed == ""
    fates = [Fate("action", ring, "passed"), Fate("action", bag, "stays")]
    row_id = write(exits.close, facts(episode), "CMP", fates)
    assert actions.get(ring).result == "Passed to somebody else"
    assert actions.get(bag).done == 0
    assert read_fates(exits.get(row_id).open_ends) == tuple(fates)


def test_everything_that_is_wrong_is_said_at_once(episode: Episode) -> None:
    write(actions.save, Action(None, "", episode.client_id, "Ring housing", ago(0)))
    with pytest.raises(Refused) as caught:
        write(exits.close, facts(episode, closed=ago(-1), abuse="x"), "")
    assert sorted(caught.value.problems) == ["abuse", "closed", "closure_reason", "open_ends"]


def test_a_fate_of_nothing_open_is_a_mistake_of_ours(episode: Episode) -> None:
    with pytest.raises(ValueError, match="open"):
        write(exits.close, facts(episode), "CMP", [Fate("action", 77, "done")])
    assert episodes.get(episode.id or 0).closed == ""


@pytest.mark.parametrize(("days", "same"), [(89, True), (90, True), (91, False)])
def test_facts_are_asked_anew_after_coming_back_and_both_stay(
    episode: Episode, days: int, same: bool
) -> None:
    first = write(exits.close, facts(episode, closed=ago(days), abuse="worse"), "DIS")
    back = write(episodes.begin, Episode(None, "", episode.client_id, ago(0)))
    assert (back == episode.id) is same
    assert exits.for_episode(episodes.get(back)) is None  # asked again, or a new episode
    again = write(exits.close, facts(episodes.get(back), abuse="stopped"), "CMP")
    assert (again == first) is same
    assert exits.get(again).abuse == "stopped"
    if same:
        kept = {
            one.field: one.old for one in history.for_row("exit_facts", first, episode.client_id) if one.field
        }
        assert kept["abuse"] == "worse"
        assert kept["closed"] == ago(days)
    else:
        assert exits.get(first).abuse == "worse"


def test_facts_are_amended_with_a_reason_after_a_day(episode: Episode) -> None:
    row_id = write(exits.close, facts(episode), "CMP")
    database.execute_sql("UPDATE exit_facts SET recorded = recorded - 172800")
    changed = dataclasses.replace(exits.get(row_id), abuse="stopped")
    with pytest.raises(Refused) as caught:
        write(exits.save, changed)
    assert list(caught.value.problems) == ["why"]
    write(exits.save, changed, "She told us at the door")
    assert exits.get(row_id).abuse == "stopped"


def test_ending_without_facts_still_works_and_leaves_none(episode: Episode) -> None:
    write(episodes.close, episode.id or 0, ago(0), "CMP")
    assert exits.for_episode(episodes.get(episode.id or 0)) is None


def test_a_marac_paper_begun_and_not_sent_is_still_open(episode: Episode) -> None:
    paper = write(marac.save, MaracReferral(None, "", episode.client_id, perpetrator="Dan P"))
    (one,) = exits.known(episode).open
    assert (one.noun, one.row_id, str(one.what)) == (
        "marac_referral",
        paper,
        "MARAC paper begun and not sent",
    )
    with pytest.raises(Refused, match="open_ends"):
        write(exits.close, facts(episode), "DIS")
    write(marac.withdraw, paper, "Begun on the wrong person")
    assert exits.known(episode).open == ()


def test_a_safeguarding_concern_without_a_decision_is_still_open(episode: Episode) -> None:
    concern = write(
        safeguarding.save,
        Safeguarding(
            None,
            "",
            episode.client_id,
            about="CLI",
            concern="Sleeps in the car",
            decided=int(time.time()) - 60,
        ),
    )
    (one,) = exits.known(episode).open
    assert (one.noun, one.row_id) == ("safeguarding", concern)
    row_id = write(exits.close, facts(episode), "DIS", [Fate("safeguarding", concern, "passed")])
    assert read_fates(exits.get(row_id).open_ends) == (Fate("safeguarding", concern, "passed"),)


def test_a_goal_still_worked_towards_is_open_and_ends_with_what_is_said_of_it(episode: Episode) -> None:
    sleep, move = (
        write(goals.save, Goal(None, "", episode.client_id, text, need="N1"))
        for text in ("Sleep through the night", "A place of my own")
    )
    assert {str(one.what) for one in exits.known(episode).open} == {
        "Goal: Sleep through the night",
        "Goal: A place of my own",
    }
    row_id = write(
        exits.close, facts(episode), "CMP", [Fate("goal", sleep, "done"), Fate("goal", move, "stays")]
    )
    assert goals.get(sleep).status == "reached"
    assert goals.get(move).status == "open"
    assert [str(what) for what, _ in exits.open_ends(exits.get(row_id))] == [
        "Goal: Sleep through the night",
        "Goal: A place of my own",
    ]


def test_an_onward_referral_that_waits_for_an_answer_or_a_start_is_open(episode: Episode) -> None:
    place = write(services.save, Service(None, "", "Harbour counselling"))
    made = OnwardReferral(
        None, "", episode.client_id, need="N1", service_id=place, consent="given", sent=ago(3)
    )
    sent = write(onward_referrals.save, made)
    (one,) = exits.known(episode).open
    assert (one.noun, one.row_id, str(one.what)) == (
        "onward_referral", sent, "Onward referral: Harbour counselling",
    )  # fmt: skip
    write(onward_referrals.save, dataclasses.replace(onward_referrals.get(sent), started=ago(1)), "They rang")
    assert exits.known(episode).open == ()
