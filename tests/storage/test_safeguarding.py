"""Safeguarding in a real vault: decisions that stay, contacts that are not closed without one, what waits."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time

import pytest

from caseworker import storage
from caseworker.domain.children import Child
from caseworker.domain.clients import Client
from caseworker.domain.contacts import Contact
from caseworker.domain.safeguarding import Answer, Safeguarding
from caseworker.domain.when import LONDON, local
from caseworker.domain.workers import Worker
from caseworker.errors import Problem, Refused
from caseworker.storage import children, clients, contacts, history, safeguarding, today
from caseworker.storage.engine import database
from caseworker.storage.records import fetch
from caseworker.storage.vault import OpenVault

DAY = 86_400
HOUR = 3_600


def now() -> int:
    return int(time.time())


@pytest.fixture
def amara(vault: OpenVault) -> int:
    return storage.write(clients.save, Client(None, "", "Amara Clarke"))


@pytest.fixture
def leo(amara: int) -> int:
    return storage.write(children.save, Child(None, "", amara, "Leo", at_risk="yes"))


def decision(client_id: int, **more: object) -> Safeguarding:
    given: dict[str, object] = {
        "about": "ALL", "concern": "Saw it happen", "decided": now() - HOUR, "decision": "NOR",
        "threshold": "Seen today, both well",
    }  # fmt: skip
    return Safeguarding(None, "", client_id, **(given | more))  # type: ignore[arg-type]


def call(client_id: int, **more: object) -> Contact:
    return dataclasses.replace(
        Contact(None, "", client_id, None, now() - 60, minutes=10, override_reason="She rang first"), **more
    )  # type: ignore[arg-type]


def refused(contact: Contact, answer: Answer | None = None) -> set[str]:
    with pytest.raises(Refused) as found:
        storage.write(contacts.save, contact, safeguarding=answer)
    return set(found.value.problems)


# --- decisions
def test_a_decision_is_changed_with_a_reason_from_its_first_minute(amara: int) -> None:
    row = storage.write(safeguarding.save, decision(amara))
    changed = dataclasses.replace(safeguarding.get(row), decision="KNO")
    with pytest.raises(Refused) as found:
        storage.write(safeguarding.save, changed)
    assert set(found.value.problems) == {"why"}
    storage.write(safeguarding.save, changed, "The school had rung already")
    entry = next(one for one in history.for_client(amara) if one.field == "decision")
    assert str(entry.sentence()) == "Decision changed from Do not refer to Already known to social care"
    assert entry.why == "The school had rung already"


def test_what_happened_next_is_written_down_without_one_even_days_later(amara: int) -> None:
    row = storage.write(safeguarding.save, decision(amara, decision="REF", consent="yes"))
    database.execute_sql("UPDATE safeguarding SET recorded = recorded - 400000 WHERE id = ?", (row,))
    storage.write(safeguarding.save, dataclasses.replace(safeguarding.get(row), sent_to="MASH", sent=now()))
    assert safeguarding.get(row).sent_to == "MASH"


def test_a_worker_cannot_withdraw_one_and_a_supervisor_can(amara: int) -> None:
    row = storage.write(safeguarding.save, decision(amara))
    with pytest.raises(Problem) as problem:
        storage.write(safeguarding.withdraw, row, "A mistake")
    assert problem.value.code == "E-ROLE"
    assert not safeguarding.get(row).withdrawn
    held = database.worker
    database.worker = Worker(held.id, held.uid, held.name, "supervisor")
    storage.write(safeguarding.withdraw, row, "Another client's")
    assert safeguarding.get(row).withdrawn


def test_no_way_leads_to_a_decision_removed(amara: int) -> None:
    row = storage.write(safeguarding.save, decision(amara))
    with pytest.raises(Exception, match="kept"):
        database.execute_sql("DELETE FROM safeguarding WHERE id = ?", (row,))


def test_a_decision_about_another_clients_child_is_a_mistake_of_ours(amara: int, leo: int) -> None:
    other = storage.write(clients.save, Client(None, "", "Clara Obi"))
    with pytest.raises(ValueError, match="not this client's"):
        storage.write(safeguarding.save, decision(other, about="ONE", child_id=leo))


# --- closing a contact
def test_a_conversation_is_not_saved_without_a_word_about_the_child_at_risk(amara: int, leo: int) -> None:
    assert refused(call(amara)) == {"safeguarding"}
    assert refused(call(amara), Answer(stands=True)) == {"safeguarding"}
    assert contacts.for_client(amara) == []
    assert safeguarding.for_client(amara) == []


def test_an_attempt_is(amara: int, leo: int) -> None:
    storage.write(contacts.save, call(amara, kind="ATT", outcome="NOA"))
    assert len(contacts.for_client(amara)) == 1


def test_a_conversation_with_a_client_whose_children_are_not_at_risk_is(amara: int) -> None:
    storage.write(children.save, Child(None, "", amara, "Mia", at_risk="no"))
    storage.write(contacts.save, call(amara))


def test_a_decision_made_with_the_contact_is_saved_with_it(amara: int, leo: int) -> None:
    row = storage.write(contacts.save, call(amara), safeguarding=Answer(decision=decision(0)))
    (made,) = safeguarding.for_client(amara)
    (said,) = safeguarding.of_contact(row)
    assert (said.safeguarding_id, said.answer) == (made.id, "new")


def test_a_contact_refused_for_another_reason_leaves_no_decision_behind(amara: int, leo: int) -> None:
    assert refused(call(amara, minutes=0), Answer(decision=decision(0))) == {"minutes"}
    assert refused(call(amara), Answer(decision=decision(0, concern=""))) == {"safeguarding_concern"}
    assert safeguarding.for_client(amara) == []


def test_nothing_new_points_at_the_decision_that_stood(amara: int, leo: int) -> None:
    made = storage.write(safeguarding.save, decision(amara, decided=now() - 6 * DAY))
    asked = safeguarding.question(call(amara))
    assert (asked.needed, [one.id for one in asked.stands]) == (True, [made])
    row = storage.write(contacts.save, call(amara), safeguarding=Answer(stands=True))
    assert [(one.safeguarding_id, one.answer) for one in safeguarding.of_contact(row)] == [(made, "stands")]
    assert len(safeguarding.for_client(amara)) == 1


def test_after_seven_days_it_stands_no_longer(amara: int, leo: int) -> None:
    storage.write(safeguarding.save, decision(amara, decided=now() - 7 * DAY - HOUR))
    assert safeguarding.question(call(amara)).stands == ()
    assert refused(call(amara), Answer(stands=True)) == {"safeguarding"}


def test_a_note_written_up_late_may_rest_on_a_decision_made_since(amara: int, leo: int) -> None:
    storage.write(safeguarding.save, decision(amara))
    storage.write(contacts.save, call(amara, at=now() - 2 * DAY), safeguarding=Answer(stands=True))


def test_what_was_said_with_a_contact_stays_as_it_was_said(amara: int, leo: int) -> None:
    storage.write(contacts.save, call(amara), safeguarding=Answer(decision=decision(0)))
    for change in ("UPDATE safeguarding_check SET answer = 'stands'", "DELETE FROM safeguarding_check"):
        with pytest.raises(Exception, match="stays"):
            database.execute_sql(change)


def test_an_attempt_amended_into_a_conversation_needs_a_decision_too(amara: int, leo: int) -> None:
    row = storage.write(contacts.save, call(amara, kind="ATT", outcome="NOA"))
    spoke = dataclasses.replace(contacts.get(row), kind="CLI", outcome="COM")
    with pytest.raises(Refused) as found:
        storage.write(contacts.amend, spoke)
    assert set(found.value.problems) == {"outcome"}
    storage.write(safeguarding.save, decision(amara))
    storage.write(contacts.amend, spoke)
    assert [one.answer for one in safeguarding.of_contact(row)] == ["stands"]


def test_a_conversation_amended_to_tell_of_somebody_at_risk_needs_a_decision_too(amara: int) -> None:
    call = storage.write(
        contacts.save,
        Contact(None, "", amara, None, int(time.time()) - 60, minutes=10, override_reason="She rang first"),
    )
    told = dataclasses.replace(contacts.get(call), category="SAFEGUARDING")
    with pytest.raises(Refused) as caught:
        storage.write(contacts.amend, told)
    assert list(caught.value.problems) == ["category"]
    made = storage.write(
        safeguarding.save,
        Safeguarding(
            None, "", amara, "ADU", person="Her mother", concern="Left alone", decided=int(time.time()) - 30,
            decision="NOR", threshold="A neighbour looks in",
        ),
    )  # fmt: skip
    storage.write(contacts.amend, told)
    assert [(one.safeguarding_id, one.answer) for one in safeguarding.of_contact(call)] == [(made, "stands")]


def test_a_note_put_right_is_not_asked_again(amara: int) -> None:
    row = storage.write(contacts.save, call(amara))
    storage.write(children.save, Child(None, "", amara, "Leo", at_risk="yes"))
    storage.write(contacts.amend, dataclasses.replace(contacts.get(row), note="She is at her sister's"))


def test_taking_the_contact_back_leaves_the_decision(amara: int, leo: int) -> None:
    row = storage.write(contacts.save, call(amara), safeguarding=Answer(decision=decision(0)))
    storage.write(contacts.undo, row)
    assert len(safeguarding.for_client(amara)) == 1


# --- what waits
def due(today: dt.date, worker_id: int | None = None) -> dict[str, dt.date]:
    return {str(one.what): one.day for one in safeguarding.due(today, worker_id)}


TODAY = dt.datetime.now(LONDON).date()
OVERRIDE = {"decision": "REF", "consent": "no", "override_reason": "Immediate danger"}


def test_a_managers_look_is_due_within_48_hours_and_stays_until_somebody_looked(amara: int) -> None:
    before = now() - 49 * HOUR
    made = decision(amara, decided=before, sent=before, sent_to="MASH", **OVERRIDE)
    row = storage.write(safeguarding.save, made)
    by = local(before + 48 * HOUR).date()
    assert due(TODAY) == {"Manager to look at a safeguarding decision": by}
    assert due(TODAY + dt.timedelta(days=200)) == due(TODAY)
    seen = dataclasses.replace(safeguarding.get(row), reviewed=now(), reviewed_by="Jo Field", outcome="ASS")
    storage.write(safeguarding.save, seen)
    assert due(TODAY) == {}


def test_undecided_concerns_unsent_and_unanswered_referrals_wait(amara: int) -> None:
    storage.write(
        safeguarding.save, decision(amara, decision="NA-ASK", threshold="", decided=now() - 3 * DAY)
    )
    storage.write(safeguarding.save, decision(amara, decision="REF", consent="yes", decided=now() - 2 * DAY))
    old = now() - 9 * DAY
    asked = decision(amara, decision="REF", consent="yes", decided=old, sent=old, sent_to="MASH")
    storage.write(safeguarding.save, asked)
    storage.write(safeguarding.save, decision(amara))
    assert set(due(TODAY)) == {
        "Ask what came of a safeguarding referral",
        "Safeguarding concern, not decided yet",
        "Safeguarding referral, not sent yet",
    }
    assert due(TODAY, worker_id=999) == {}
    assert len(due(TODAY, database.worker.id)) == 3


def test_a_referral_is_chased_after_three_working_days_and_not_before(amara: int) -> None:
    storage.write(
        safeguarding.save, decision(amara, decision="REF", consent="yes", sent=now() - 60, sent_to="MASH")
    )
    assert due(TODAY) == {}
    assert set(due(TODAY + dt.timedelta(days=9))) == {"Ask what came of a safeguarding referral"}


def test_the_first_screen_of_the_day_lists_them(amara: int) -> None:
    storage.write(safeguarding.save, decision(amara, decision="NA-ASK", threshold=""))
    listed = today.board(dt.datetime.now(LONDON)).dated["safeguarding"]
    assert [(one.who.name, str(one.due.what)) for one in listed.lines] == [
        ("Amara Clarke", "Safeguarding concern, not decided yet")
    ]


def test_what_waits_is_found_by_its_index(vault: OpenVault) -> None:
    plan = fetch(
        f"EXPLAIN QUERY PLAN SELECT * FROM safeguarding WHERE {safeguarding._OPEN}"
        " AND (? IS NULL OR worker_id = ?) ORDER BY decided",
        (None, None),
    )
    assert "safeguarding_open" in str(plan)
    assert "TEMP B-TREE" not in str(plan)
