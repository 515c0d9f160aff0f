"""Risk in a real vault: the grade that counts, each area's rules, whose review is due."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace

import pytest

from caseworker.domain.clients import Client
from caseworker.domain.episodes import Episode
from caseworker.domain.incidents import Incident
from caseworker.domain.risk import Rules
from caseworker.domain.when import LONDON
from caseworker.errors import Problem, Refused
from caseworker.storage import clients, episodes, history, incidents, instruments, risk, write
from caseworker.storage.engine import database
from caseworker.storage.vault import OpenVault

TODAY = dt.datetime.now(LONDON).date()


def day(offset: int) -> str:
    return (TODAY + dt.timedelta(days=offset)).isoformat()


@pytest.fixture
def amara(vault: OpenVault) -> int:
    return write(clients.save, Client(None, "", "Amara Clarke", area="E06000034"))


def grade(client: int, given: str, days_ago: int = 0) -> int:
    held = write(instruments.begin, client, "GEN", "review", at=int(time.time()) - days_ago * 86_400)
    write(instruments.answer, held, "GRADE", given)
    write(instruments.sign, held)
    return held


def dash_grade(client: int, yes: int) -> str:
    held = write(instruments.begin, client, "DASH24")
    for item in range(1, yes + 1):
        write(instruments.answer, held, str(item), "yes", "victim")
    return write(instruments.sign, held).grade


def test_the_latest_asked_is_the_grade_that_counts_not_the_latest_typed(amara: int) -> None:
    assert risk.current(amara) is None
    grade(amara, "medium", days_ago=2)
    grade(amara, "high", days_ago=20)
    now = risk.current(amara)
    assert now is not None
    assert (now.grade, now.assessed.isoformat()) == ("medium", day(-2))
    assert now.review_due.isoformat() == day(40)
    assert not now.is_overdue(TODAY)


def test_neither_open_nor_withdrawn_nor_outside_scores_are_a_grade(amara: int) -> None:
    write(instruments.withdraw, grade(amara, "high"), "Wrong person")
    held = write(instruments.begin, amara, "GEN")
    write(instruments.answer, held, "GRADE", "high")
    score = write(instruments.begin, amara, "PHQ9")
    write(instruments.answer, score, "TOTAL", "25")
    assert write(instruments.sign, score).tool_grade == "severe"
    assert risk.current(amara) is None


def test_a_new_incident_brings_the_review_to_today(amara: int) -> None:
    grade(amara, "standard", days_ago=1)
    # the assessment was signed a minute ago
    write(database.execute_sql, "DROP TRIGGER answer_set_stays")
    write(database.execute_sql, "UPDATE answer_set SET signed = signed - 60")
    write(incidents.save, Incident(None, "", amara, day(-3), kind="VIO"))
    now = risk.current(amara)
    assert now is not None
    assert (now.review_due, now.incidents_since) == (TODAY, 1)
    write(incidents.withdraw, 1, "Told twice")
    again = risk.current(amara)
    assert again is not None
    assert again.incidents_since == 0


def test_known_events_are_counted_when_it_is_signed(amara: int) -> None:
    for offset in (-1, -200, -365, -400):
        write(incidents.save, Incident(None, "", amara, day(offset)))
    held = grade(amara, "medium")
    assert '"events":3' in instruments.get(held).totals


def test_an_area_sets_its_own_thresholds(amara: int) -> None:
    assert dash_grade(amara, 12) == "medium"
    write(risk.set_rules, Rules(bands={"DASH24": {"high": 12}}), "Thurrock")
    assert dash_grade(amara, 12) == "high"
    other = write(clients.save, Client(None, "", "Robin Marsh", area="E07000071"))
    assert dash_grade(other, 12) == "medium"
    assert [one.grade for one in instruments.for_client(amara)] == ["high", "medium"]  # old ones keep theirs


def test_the_agencys_rules_hold_where_an_area_has_none(amara: int) -> None:
    days = {"high": 7, "medium": 21, "standard": 42}
    write(risk.set_rules, Rules(review_days=days))
    write(risk.set_rules, replace(risk.rules(), escalation_count=2), "Southend")
    assert risk.rules("Thurrock").review_days == days
    assert (risk.rules("Southend").escalation_count, risk.rules("Thurrock").escalation_count) == (2, 3)
    grade(amara, "high")
    now = risk.current(amara)
    assert now is not None
    assert now.review_due.isoformat() == day(7)


@pytest.mark.parametrize(
    ("rules", "area", "field"),
    [
        (Rules(escalation_count=0), "", "escalation_count"),
        (Rules(bands={"DASH24": {"high": 10}}), "", "bands"),
        (Rules(bands={"DASH24": {"severe": 20}}), "", "bands"),
        (Rules(bands={"TAROT": {"high": 20}}), "", "bands"),
        (Rules(), "Kent", "area"),
    ],
)
def test_rules_that_make_no_sense_are_refused(vault: OpenVault, rules: Rules, area: str, field: str) -> None:
    with pytest.raises(Refused, match=field):
        write(risk.set_rules, rules, area)
    assert risk.rules() == Rules()


def test_whose_review_is_due_is_listed_highest_grade_first_then_longest(vault: OpenVault) -> None:
    ids = [write(clients.save, Client(None, "", name)) for name in ("Amara", "Robin", "Sam", "Kit")]
    for client in ids[:3]:
        write(episodes.save, Episode(None, "", client, day(-100)))
    grade(ids[0], "high", 20)
    grade(ids[1], "high", 90)
    grade(ids[2], "standard", 20)
    grade(ids[3], "high", 90)  # no open support
    assert [one.answers.client_id for one in risk.reviews_due(TODAY)] == [ids[1], ids[0]]
    assert [one.is_overdue(TODAY) for one in risk.reviews_due(TODAY)] == [True, True]
    assert risk.reviews_due(TODAY, worker_id=99) == []
    una = write(clients.save, Client(None, "", "Una"))
    write(episodes.save, Episode(None, "", una, day(-100)))
    grade(una, "standard", 99)
    assert [one.answers.client_id for one in risk.reviews_due(TODAY)] == [ids[1], ids[0], una]


def test_the_area_is_where_the_client_lives(vault: OpenVault) -> None:
    for area, expected in (("E07000071", "Essex"), ("E06000033", "Southend"), ("CON", ""), ("NA-ASK", "")):
        client = write(clients.save, Client(None, "", "Somebody", area=area))
        assert risk.area_of(client) == expected


# --- incidents ----------------------------------------------------------------------------------------------


def test_an_incident_is_corrected_with_history(amara: int) -> None:
    held = write(incidents.save, Incident(None, "", amara, day(-2), kind="CON", note="Took the car keys"))
    write(incidents.save, replace(incidents.get(held), kind="VIO"))
    assert [one.kind for one in incidents.for_client(amara)] == ["VIO"]
    told = [str(entry.sentence()) for entry in history.for_client(amara) if entry.noun == "incident"]
    assert "Kind of incident changed from Control or coercion to Violence or threat of it" in told
    assert not any("keys" in sentence for sentence in told)


def test_a_day_after_typing_an_incident_is_changed_with_a_reason(amara: int) -> None:
    held = write(incidents.save, Incident(None, "", amara, day(-2)))
    write(database.execute_sql, "UPDATE incident SET recorded = recorded - 86401")
    changed = replace(incidents.get(held), kind="VIO")
    with pytest.raises(Refused, match="why"):
        write(incidents.save, changed)
    write(incidents.save, changed, "She told me more")
    assert incidents.get(held).kind == "VIO"


def test_a_withdrawn_incident_is_counted_nowhere_and_stays(amara: int) -> None:
    held = write(incidents.save, Incident(None, "", amara, day(-2)))
    with pytest.raises(Refused, match="why"):
        write(incidents.withdraw, held, "")
    write(incidents.withdraw, held, "Another client's")
    assert incidents.days(amara) == []
    assert incidents.for_client(amara) == []
    assert len(incidents.for_client(amara, withdrawn=True)) == 1
    with pytest.raises(Problem, match="E-WITHDRAWN"):
        write(incidents.save, incidents.get(held))


def test_changed_rules_say_in_the_history_what_held_before(vault: OpenVault) -> None:
    write(risk.set_rules, Rules(bands={"DASH24": {"high": 12}}, escalation_count=2), "Thurrock")
    told = [str(one.sentence()) for one in history.for_row("risk_rules", 3, None)]
    assert "Events that count as escalation changed from 3 to 2" in told
    assert "Where grades begin changed from blank to DASH24 high 12" in told


def test_an_areas_own_rules_can_be_taken_away_again(vault: OpenVault) -> None:
    write(risk.set_rules, Rules(escalation_count=4))
    write(risk.set_rules, Rules(escalation_count=2), "Essex")
    assert risk.has_own_rules("Essex")
    write(risk.clear_rules, "Essex")
    assert not risk.has_own_rules("Essex")
    assert risk.rules("Essex").escalation_count == 4
    assert len(history.for_row("risk_rules", 1, None)) == 2
