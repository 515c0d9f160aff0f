"""Referrals, actions, drafts and settings in a real vault."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time

import pytest

from caseworker.domain.actions import Action
from caseworker.domain.clients import Client
from caseworker.domain.referrals import Referral
from caseworker.domain.when import LONDON
from caseworker.errors import Problem, Refused
from caseworker.storage import actions, clients, drafts, history, referrals, settings, write
from caseworker.storage.engine import database
from caseworker.storage.records import fetch
from caseworker.storage.vault import OpenVault

TODAY = dt.datetime.now(LONDON).date()


def day(offset: int) -> str:
    return (TODAY + dt.timedelta(days=offset)).isoformat()


@pytest.fixture
def amara(vault: OpenVault) -> int:
    return write(clients.save, Client(None, "", "Amara Clarke", area="E07000071"))


# --- referrals -------------------------------------------------------------------------------------
def test_a_referral_keeps_the_district_of_its_day(amara: int) -> None:
    referral_id = write(referrals.save, Referral(None, "", amara, int(time.time()) - 60, source="POL"))
    write(clients.save, dataclasses.replace(clients.get(amara), area="E06000034"), "She moved")
    assert referrals.get(referral_id).area == "E07000071"


def test_a_referral_is_changed_with_history(amara: int) -> None:
    referral_id = write(referrals.save, Referral(None, "", amara, int(time.time()) - 60, source="POL"))
    changed = dataclasses.replace(referrals.get(referral_id), outcome="ACC", outcome_on=day(0))
    write(referrals.save, changed)
    assert referrals.for_client(amara) == [changed]
    told = {
        entry.field: str(entry.sentence()) for entry in history.for_client(amara) if entry.noun == "referral"
    }
    assert told["outcome"] == "Outcome of the referral changed from Not asked yet to Accepted"


def test_several_referrals_of_one_client_are_newest_first(amara: int) -> None:
    at = int(time.time())
    ids = [write(referrals.save, Referral(None, "", amara, at - gap)) for gap in (300, 100, 200)]
    assert [one.id for one in referrals.for_client(amara)] == [ids[1], ids[2], ids[0]]


def test_an_anonymous_report_has_a_referral_and_no_client(vault: OpenVault) -> None:
    referral_id = write(referrals.save, Referral(None, "", None, int(time.time()) - 60, outcome="ANO"))
    assert referrals.get(referral_id).area == "NA-ASK"
    assert clients.count() == 0


def test_a_broken_referral_is_refused(amara: int) -> None:
    with pytest.raises(Refused):
        write(referrals.save, Referral(None, "", amara, int(time.time()) + 9999))


# --- actions ---------------------------------------------------------------------------------------
def test_what_is_due_comes_soonest_first_and_the_done_last(amara: int) -> None:
    ids = [write(actions.save, Action(None, "", amara, f"Step {n}", day(n))) for n in (5, 0, 2)]
    write(actions.finish, ids[2], "Done early")
    assert [one.id for one in actions.for_client(amara)] == [ids[1], ids[0]]
    assert [one.id for one in actions.for_client(amara, open_only=False)] == [ids[1], ids[0], ids[2]]
    assert [one.id for one in actions.due(TODAY)] == [ids[1]]
    assert [one.id for one in actions.due(TODAY + dt.timedelta(days=9))] == [ids[1], ids[0]]
    assert [one.id for one in actions.due_on(TODAY)] == [ids[1]]
    assert actions.due(TODAY, worker_id=999) == []
    assert [one.id for one in actions.due(TODAY, worker_id=database.worker.id)] == [ids[1]]
    assert actions.count_due(TODAY, TODAY + dt.timedelta(days=9)) == 2


def test_an_action_is_done_once_and_can_be_taken_back(amara: int) -> None:
    action_id = write(actions.save, Action(None, "", amara, "Ring", day(0)))
    write(actions.finish, action_id, "Rang, all well")
    done = actions.get(action_id)
    assert (done.result, abs(done.done - time.time()) < 60) == ("Rang, all well", True)
    with pytest.raises(Problem, match="E-DONE"):
        write(actions.finish, action_id)
    write(actions.unfinish, action_id, "Too soon")
    assert actions.get(action_id).done == 0
    told = [
        entry.action for entry in history.for_row("action", action_id, amara) if entry.field in ("", "done")
    ]
    assert told == ["change", "finish", "add"]


def test_putting_off_an_overdue_action_keeps_its_first_day(amara: int) -> None:
    action_id = write(actions.save, Action(None, "", amara, "Ring", day(0)))
    write(actions.save, dataclasses.replace(actions.get(action_id), due=day(3)), "She is away")
    (entry,) = [entry for entry in history.for_row("action", action_id, amara) if entry.field == "due"]
    assert (entry.old, entry.new, entry.why) == (day(0), day(3), "She is away")


# --- drafts ----------------------------------------------------------------------------------------
def test_a_draft_is_exactly_what_stood_in_the_form(amara: int) -> None:
    key = f"contact:{amara}"
    fields = {"note": "Siân said: “later”\n{x}", "minutes": 10, "checked": True, "due": None, "tags": ["a"]}
    write(drafts.keep, key, {"note": "S"})
    write(drafts.keep, key, fields)
    found = drafts.get(key)
    assert found is not None
    assert found.fields == fields
    assert abs(found.kept - time.time()) < 60


def test_nothing_is_kept_of_a_client_who_is_not_in_the_vault(vault: OpenVault) -> None:
    write(drafts.keep, "contact:17", {"note": "S"})
    assert drafts.get("contact:17") is None


def test_drafts_are_listed_newest_first_and_discarded(amara: int) -> None:
    note = f"contact:{amara}"
    for key in ("client:new", note):
        write(drafts.keep, key, {"a": "b"})
    database.execute_sql("UPDATE draft SET kept = kept - 50 WHERE key LIKE ?", (f"%{note}%",))
    assert [one.key for one in drafts.all_drafts()] == ["client:new", note]
    write(drafts.discard, "client:new")
    write(drafts.discard, "client:new")
    assert drafts.get("client:new") is None
    assert [one.key for one in drafts.all_drafts()] == [note]


def test_a_draft_is_no_record_and_leaves_no_audit_entry(vault: OpenVault) -> None:
    before = fetch("SELECT count(*) FROM audit")
    write(drafts.keep, "contact:1", {"a": "b"})
    assert fetch("SELECT count(*) FROM audit") == before


# --- settings --------------------------------------------------------------------------------------
def test_a_setting_comes_back_as_what_it_was(vault: OpenVault) -> None:
    assert settings.get("colour", "teal") == "teal"
    for value in ("Siân", 7, True, False, ["a", 1], "", None):
        write(settings.set, "colour", value)
        assert settings.get("colour", "teal") == value


def test_a_changed_setting_is_written_down_by_its_name_only(vault: OpenVault) -> None:
    write(settings.set, "agency.phone", "01632 960001")
    write(settings.set, "agency.phone", "01632 960001")
    rows = fetch("SELECT action, detail FROM audit WHERE noun = 'setting'")
    assert [row[0] for row in rows] == ["change"]
    assert "agency.phone" in rows[0][1]
    assert "01632" not in rows[0][1]


def test_somebody_in_a_refuge_is_reported_where_they_came_from_or_withheld(amara: int) -> None:
    write(clients.save, dataclasses.replace(clients.get(amara), area="CON"))
    referral_id = write(referrals.save, Referral(None, "", amara, int(time.time()) - 60))
    assert referrals.get(referral_id).area == "CON"
