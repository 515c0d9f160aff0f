"""Whoever tries the app finds a day's work on Today and one record in which everything is filled in."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import pytest

from caseworker import demo
from caseworker.demo import mixes
from caseworker.demo.assessing import Filled
from caseworker.demo.firstday import first_day
from caseworker.demo.people import World
from caseworker.domain import goals as rules
from caseworker.domain import marac as marac_rules
from caseworker.domain.when import LONDON
from caseworker.storage import drafts, goals, instruments, marac, risk, silence
from caseworker.storage.engine import database
from caseworker.storage.vault import OpenVault

TODAY = dt.date(2026, 11, 18)
NOW = dt.datetime.combine(TODAY, dt.time(9, 45), LONDON)
ABOUT_A_CLIENT = (
    "contact", "answer_set", "incident", "marac_referral", "marac_action", "goal", "action", "onward_referral",
    "child", "perpetrator", "professional", "safeguarding", "safety_item", "justice_event", "chase",
    "special_measure", "court_order", "code_right", "claim", "consent", "document", "safe_contact",
)  # fmt: skip


@pytest.fixture
def amara(vault: OpenVault) -> int:
    demo.fill("solo", contacts=400, today=TODAY)
    ((found,),) = database.execute_sql("SELECT id FROM client WHERE name = 'Amara Clarke'").fetchall()
    return int(found)


def test_every_part_of_her_record_is_filled(amara):
    for table in ABOUT_A_CLIENT:
        ((count,),) = database.execute_sql(
            f"SELECT count(*) FROM {table} WHERE client_id = ?", (amara,)
        ).fetchall()
        assert count, table


def test_her_review_is_six_days_late_and_marac_is_tomorrow(amara):
    now = risk.current(amara)
    assert now is not None
    assert now.grade == "high"
    assert now.answers.judgement == "high"
    assert json.loads(now.answers.totals)["total"] == 12
    assert (TODAY - now.review_due).days == 6
    waiting = [one for one in marac.waiting() if one.client_id == amara]
    assert [marac_rules.hear_by(dt.date.fromisoformat(one.sent)) for one in waiting] == [
        TODAY + dt.timedelta(days=1)
    ]
    assert waiting[0].is_repeat


def test_what_she_came_from_and_how_far_she_has_come_is_as_in_the_pictures(amara):
    eased = {one.item: one.eased for one in instruments.moved(amara, "CR7")}
    assert eased == {"SAFE": 2, "COPE": 2, "INFO": 3, "HLTH": 0, "CTRL": 1, "CONN": -1, "JUST": 2}
    needs = {one.item: one.eased for one in instruments.moved(amara, "NEEDS")}
    assert (needs["N2"], needs["N8"], needs["N3"]) == (2, -1, 2)
    assert rules.aims(goals.for_client(amara))["N2"] == 0
    assert len(instruments.unfinished(client_id=amara)) == 1


def test_somebody_has_gone_quiet_and_a_note_is_half_typed(amara):
    quiet = [one.client_id for one in silence.gone_quiet(NOW)]
    ((leanne,),) = database.execute_sql("SELECT id FROM client WHERE name = 'Leanne Whitlock'").fetchall()
    assert quiet[0] == leanne
    ((nia,),) = database.execute_sql("SELECT id FROM client WHERE name = 'Nia Hughes'").fetchall()
    assert [draft.key for draft in drafts.all_drafts()] == [f"contact:{nia}"]


def test_few_reviews_are_overdue_so_that_the_list_can_be_worked_through(vault: OpenVault):
    demo.fill("solo", today=TODAY)
    overdue = [one for one in risk.reviews_due(TODAY) if one.is_overdue(TODAY)]
    assert 3 <= len(overdue) <= 12


@pytest.mark.parametrize(
    "day", [dt.date(2026, 1, 1), dt.date(2026, 3, 30), dt.date(2028, 2, 29), dt.date(2026, 11, 1)]
)
def test_the_first_day_can_be_made_on_any_day_of_the_year(day):
    world = World(mixes.profile("solo"), day, seed=1)
    yesterday = day - dt.timedelta(days=1)
    for person in first_day(world):
        assert person.book is not None
        assert not person.client.problems(day)
        for case in person.cases:
            assert not case.episode.problems(day), case.episode
            for contact in case.contacts:
                assert contact.recorded < world.now, contact
        for row in person.book.rows:
            if not isinstance(row, Filled):
                assert not dataclasses.replace(row, id=1, client_id=1).problems(yesterday), row
