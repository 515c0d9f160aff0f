"""The justice record in a real vault: stages, chases, special measures, orders, rights, claims, and their dates."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest

from caseworker.domain.chases import Chase
from caseworker.domain.clients import Client
from caseworker.domain.code_rights import CodeRight
from caseworker.domain.compensation import Claim
from caseworker.domain.dues import DueDate
from caseworker.domain.episodes import Episode
from caseworker.domain.incidents import Incident
from caseworker.domain.justice_events import JusticeEvent
from caseworker.domain.orders import Order
from caseworker.domain.when import LONDON
from caseworker.errors import Refused
from caseworker.storage import (
    chases,
    clients,
    code_rights,
    compensation,
    episodes,
    history,
    incidents,
    justice_events,
    next_dates,
    orders,
    special_measures,
    write,
)
from caseworker.storage.engine import database
from caseworker.storage.records import fetch
from caseworker.storage.vault import OpenVault

TODAY = dt.datetime.now(LONDON).date()


def day(days: int) -> str:
    return (TODAY + dt.timedelta(days=days)).isoformat()


def add_client(born: str = "NA-ASK", *, supported: bool = True) -> int:
    client_id = write(clients.save, Client(None, "", "Amara Clarke", born=born))
    if supported:
        write(episodes.save, Episode(None, "", client_id, day(-200)))
    return client_id


@pytest.fixture
def amara(vault: OpenVault) -> int:
    return add_client()


def stage(client_id: int, code: str, happened: str, **more: str) -> int:
    return write(justice_events.save, JusticeEvent(None, "", client_id, code, happened, **more))  # type: ignore[arg-type]


def said(found: list[DueDate]) -> list[tuple[int, str, int]]:
    return [(one.client_id, str(one.what), (one.day - TODAY).days) for one in found]


def two_days_later(table: str) -> None:
    database.execute_sql(f"UPDATE {table} SET recorded = recorded - 172800")


# ---- stages


def test_support_goes_on_whatever_becomes_of_the_case(amara: int) -> None:
    for code in ("09", "10", "11", "18", "25", "99"):
        more = {"at_stage": "05"} if code == "25" else {}
        stage(amara, code, day(-1), **more)
        assert len(episodes.open_for(amara)) == 1


def test_a_stage_is_corrected_with_a_reason_and_a_date_filled_in_without(amara: int) -> None:
    row_id = stage(amara, "08", day(-30))
    two_days_later("justice_event")
    held = justice_events.get(row_id)
    write(justice_events.save, dataclasses.replace(held, told=day(-20), next_on=day(10)))
    with pytest.raises(Refused) as caught:
        write(justice_events.save, dataclasses.replace(justice_events.get(row_id), happened=day(-31)))
    assert list(caught.value.problems) == ["why"]
    again = dataclasses.replace(justice_events.get(row_id), happened=day(-31))
    write(justice_events.save, again, "The letter says so")
    assert [
        entry.old for entry in history.for_row("justice_event", row_id, amara) if entry.field == "happened"
    ] == [day(-30)]


def test_court_dates_are_due_a_week_ahead_and_until_something_took_their_place(amara: int) -> None:
    stage(amara, "13", day(-30), next_on=day(7))
    expected = [(amara, "Date set at: First hearing", 7)]
    assert said(justice_events.due(TODAY)) == expected
    assert said(justice_events.due(TODAY, database.worker.id)) == expected
    assert justice_events.due(TODAY, 99) == []
    assert justice_events.due(TODAY - dt.timedelta(days=1)) == []
    assert said(justice_events.due(TODAY + dt.timedelta(days=67)))[0][1] == "Date set at: First hearing"
    assert justice_events.due(TODAY + dt.timedelta(days=68)) == []
    assert said(justice_events.dates([amara], TODAY - dt.timedelta(days=300))) == expected
    stage(amara, "14", day(-2), next_on=day(40))
    assert justice_events.due(TODAY) == []
    assert said(justice_events.dates([amara], TODAY)) == [
        (amara, "Date set at: Plea and trial preparation hearing", 40)
    ]


def test_the_right_to_review_is_due_four_weeks_ahead(amara: int) -> None:
    stage(amara, "03", day(-150))
    stage(amara, "09", day(-80), told=day(-75))
    (one,) = justice_events.due(TODAY)
    assert str(one.what) == "Last day to ask for a review of no further action"
    assert 10 <= (one.day - TODAY).days <= 20
    stage(amara, "12", day(-1))
    assert justice_events.due(TODAY) == []


def test_a_decision_told_long_after_is_still_reviewable(amara: int) -> None:
    stage(amara, "09", day(-190)[:7], told=day(-75))
    assert len(justice_events.due(TODAY)) == 1


def test_nothing_is_due_once_support_has_ended(vault: OpenVault) -> None:
    gone = add_client(supported=False)
    stage(gone, "13", day(-30), next_on=day(3))
    write(chases.save, Chase(None, "", gone, day(-3), next_on=day(0)))
    write(orders.save, Order(None, "", gone, "NMO", granted=day(-100), expires=day(3)))
    write(incidents.save, Incident(None, "", gone, day(-700), kind="VIO"))
    for due in (justice_events.due, chases.due, orders.due, compensation.due):
        assert due(TODAY) == []


# ---- chases


def test_asking_again_is_due_on_its_day_until_asked_again(amara: int) -> None:
    write(chases.save, Chase(None, "", amara, day(-14), next_on=day(0)))
    assert said(chases.due(TODAY)) == [(amara, "Ask again: Officer in the case", 0)]
    assert chases.due(TODAY - dt.timedelta(days=1)) == []
    write(chases.save, Chase(None, "", amara, day(0), answer="promised", next_on=day(14)))
    assert chases.due(TODAY) == []


def test_what_they_said_is_filled_in_later_without_a_reason(amara: int) -> None:
    row_id = write(chases.save, Chase(None, "", amara, day(-3)))
    two_days_later("chase")
    write(chases.save, dataclasses.replace(chases.get(row_id), answer="news", note="File goes to the CPS"))
    assert chases.get(row_id).answer == "news"


# ---- special measures


def test_each_answer_of_the_grid_is_kept_with_its_history(amara: int, vault: OpenVault) -> None:
    row_id = write(special_measures.answer, amara, "SCREEN", "wanted", "yes")
    assert write(special_measures.answer, amara, "SCREEN", "requested", "yes") == row_id
    held = special_measures.get(row_id)
    assert (held.requested_on, held.requested_by) == (day(0), vault.worker.name)
    two_days_later("special_measure")
    write(special_measures.answer, amara, "SCREEN", "decision", "refused")
    write(special_measures.answer, amara, "SCREEN", "decision", "granted")
    changes = [
        (one.field, one.old, one.new)
        for one in history.for_row("special_measure", row_id, amara)
        if one.field == "decision"
    ]
    assert changes == [("decision", "refused", "granted"), ("decision", "NA-ASK", "refused")]
    write(special_measures.answer, amara, "SCREEN", "requested", "no")
    held = special_measures.get(row_id)
    assert (held.requested, held.requested_on, held.requested_by) == ("no", "", "")
    assert len(special_measures.for_client(amara)) == 1


def test_an_answer_outside_the_list_is_refused(amara: int) -> None:
    with pytest.raises(Refused):
        write(special_measures.answer, amara, "SCREEN", "decision", "yes")
    with pytest.raises(ValueError, match="step"):
        write(special_measures.answer, amara, "SCREEN", "note", "x")
    assert special_measures.for_client(amara) == []


# ---- orders


def test_an_order_is_shown_from_fourteen_days_before_its_end(amara: int) -> None:
    write(orders.save, Order(None, "", amara, "NMO", applied=day(-100), granted=day(-90), expires=day(14)))
    write(orders.save, Order(None, "", amara, "RO", granted=day(-90), expires=day(15)))
    write(orders.save, Order(None, "", amara, "SPO", granted=day(-90), expires=day(-15)))
    assert said(orders.due(TODAY)) == [(amara, "Order ends: Non-molestation order", 14)]
    assert len(orders.due(TODAY + dt.timedelta(days=1))) == 2


def test_a_breach_is_an_incident_in_one_step(amara: int) -> None:
    row_id = write(orders.save, Order(None, "", amara, "NMO", granted=day(-90), expires=day(200)))
    incident = write(orders.breach, row_id, Incident(None, "", amara, day(-2), kind="BRE", by_whom="Dan P"))
    assert incidents.get(incident).kind == "BRE"
    assert orders.get(row_id).breached == day(-2)
    write(orders.breach, row_id, Incident(None, "", amara, day(-9), kind="BRE"))
    assert orders.get(row_id).breached == day(-2)  # the latest stays
    assert len(incidents.for_client(amara)) == 2


def test_a_breach_before_the_order_was_granted_keeps_neither(amara: int) -> None:
    row_id = write(orders.save, Order(None, "", amara, "NMO", granted=day(-9)))
    with pytest.raises(Refused):
        write(orders.breach, row_id, Incident(None, "", amara, day(-20), kind="BRE"))
    assert incidents.for_client(amara) == []
    assert orders.get(row_id).breached == ""


# ---- rights


def test_a_right_moves_on_and_its_history_says_how(amara: int) -> None:
    row_id = write(code_rights.save, CodeRight(None, "", amara, "R6", "explained", day(-20)))
    two_days_later("code_right")
    late = dataclasses.replace(code_rights.for_right(amara, "R6"), status="late", breach="Nine days late")
    assert write(code_rights.save, late) == row_id
    found = [one for one in history.for_row("code_right", row_id, amara) if one.field == "status"]
    assert str(found[0].sentence()) == "Was it met changed from Explained to Delivered late"
    assert code_rights.for_right(amara, "R7").id is None


# ---- compensation


def test_the_last_day_to_claim_is_due_ninety_days_ahead(amara: int) -> None:
    write(incidents.save, Incident(None, "", amara, day(-700), kind="SEX"))
    (one,) = compensation.due(TODAY)
    assert str(one.what) == "Last day to claim criminal injuries compensation"
    assert 29 <= (one.day - TODAY).days <= 31
    assert compensation.due(TODAY - dt.timedelta(days=70)) == []
    write(compensation.save, Claim(None, "", amara, day(-700), "applied", day(-1)))
    assert compensation.due(TODAY) == []


def test_a_claim_thought_about_is_due_without_an_incident(amara: int) -> None:
    write(compensation.save, Claim(None, "", amara, day(-720)))
    assert len(compensation.due(TODAY)) == 1


def test_somebody_who_was_a_child_then_may_claim_until_twenty(vault: OpenVault) -> None:
    # turns 20 in a month or so; the incident is five years old
    born = dt.date(TODAY.year - 20, TODAY.month, 1) + dt.timedelta(days=45)
    nia = add_client(born.isoformat())
    write(incidents.save, Incident(None, "", nia, day(-5 * 365), kind="SEX"))
    (one,) = compensation.due(TODAY)
    assert (one.client_id, one.day) == (nia, born.replace(year=born.year + 20))


# ---- what it costs


@pytest.mark.parametrize(
    ("due", "index"),
    [
        (justice_events.due, "justice_event_next"),
        (justice_events.due, "justice_event_stage"),
        (chases.due, "chase_next"),
        (orders.due, "court_order_ends"),
        (compensation.due, "incident_happened"),
        (compensation.due, "claim_open"),
    ],
)
def test_what_is_due_is_found_by_an_index(
    amara: int, due: Callable[..., list[DueDate]], index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, object]] = []
    real = database.execute_sql

    def listening(sql: str, params: object = ()) -> object:
        asked.append((sql, params))
        return real(sql, params)

    with monkeypatch.context() as patch:
        patch.setattr(database, "execute_sql", listening)
        due(TODAY, 1)
    plans = [
        row[3]
        for sql, params in asked
        if sql.startswith("SELECT")
        for row in fetch(f"EXPLAIN QUERY PLAN {sql}", params)  # type: ignore[arg-type]
    ]
    assert any(index in plan for plan in plans), plans
    assert not [plan for plan in plans if plan.startswith("SCAN") and "episode_open" not in plan]


# ---- what comes next


def test_the_next_date_of_a_record_is_the_soonest_whatever_it_is_of(amara: int) -> None:
    assert next_dates.of(amara, TODAY) is None
    write(orders.save, Order(None, "", amara, "NMO", granted=day(-90), expires=day(60)))
    stage(amara, "13", day(-30), next_on=day(20))
    found = next_dates.of(amara, TODAY)
    assert found is not None
    assert str(found.what) == "Date set at: First hearing"
    write(chases.save, Chase(None, "", amara, day(-14), next_on=day(-1)))
    found = next_dates.of(amara, TODAY)
    assert found is not None
    assert str(found.what) == "Ask again: Officer in the case"
    # one that nobody acts on any more does not stand in the way for ever
    long_after = next_dates.of(amara, TODAY + dt.timedelta(days=400))
    assert long_after is None
