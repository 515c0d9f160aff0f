"""Safeguarding: what a decision must say, when a manager looks, and which contacts cannot be closed without one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from caseworker.domain.children import Child
from caseworker.domain.contacts import ATTEMPTED, Contact
from caseworker.domain.safeguarding import (
    REVIEW_WITHIN,
    STANDS_FOR,
    Answer,
    Safeguarding,
    answer_problems,
    asks,
    chase_on,
    is_review_overdue,
    may_withdraw,
    needs_override,
    reason_needed,
    review_by,
    standing,
    uncovered,
)
from caseworker.domain.when import LONDON, epoch

TODAY = dt.date(2026, 11, 18)
NOW = epoch(dt.datetime(2026, 11, 18, 11, tzinfo=LONDON))
DAY = 86_400
LEO = Child(7, "", 1, "Leo", at_risk="yes")
MIA = Child(8, "", 1, "Mia", at_risk="yes")
CALL = Contact(None, "", 1, None, NOW, minutes=10)
DECIDED = Safeguarding(
    3,
    "",
    1,
    "ALL",
    concern="Saw it happen",
    decided=NOW - DAY,
    decision="NOR",
    threshold="Seen today, both well",
)


# --- what a decision must say
def test_a_decision_that_says_all_it_must() -> None:
    assert DECIDED.problems(TODAY) == {}


def test_a_concern_may_be_written_down_before_anybody_has_decided() -> None:
    assert replace(DECIDED, decision="NA-ASK", threshold="").problems(TODAY) == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"about": "NA-ASK"}, "about"),
        ({"about": "ONE"}, "child_id"),
        ({"about": "ADU"}, "person"),
        ({"concern": " "}, "concern"),
        ({"threshold": ""}, "threshold"),
        ({"decision": "MAYBE"}, "decision"),
        ({"decided": 0}, "decided"),
        ({"decided": NOW + 2 * DAY}, "decided"),
        ({"decision": "REF"}, "override_reason"),
        ({"decision": "REF", "consent": "no"}, "override_reason"),
        ({"decision": "REF", "consent": "NA-UNS"}, "override_reason"),
        ({"decision": "REF", "consent": "yes", "sent": NOW}, "sent_to"),
        ({"decision": "REF", "consent": "yes", "sent": NOW - 3 * DAY, "sent_to": "MASH"}, "sent"),
        ({"sent": NOW, "sent_to": "MASH"}, "decision"),
        ({"reviewed": NOW}, "reviewed_by"),
        ({"reviewed_by": "Jo Field"}, "reviewed"),
        ({"told": "no"}, "not_told"),
        ({"outcome_on": "2026-11-19"}, "outcome_on"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(change: dict[str, object], field: str) -> None:
    assert list(replace(DECIDED, **change).problems(TODAY)) == [field]  # type: ignore[arg-type]


# --- the manager's look
def test_a_referral_without_consent_is_looked_at_by_a_manager_within_48_hours() -> None:
    sent = replace(DECIDED, decision="REF", consent="no", override_reason="Immediate danger")
    assert needs_override(sent)
    assert review_by(sent) == sent.decided + REVIEW_WITHIN
    assert not is_review_overdue(sent, sent.decided + 48 * 3600)
    assert is_review_overdue(sent, sent.decided + 48 * 3600 + 1)
    assert review_by(replace(sent, reviewed=NOW, reviewed_by="Jo Field")) is None
    assert review_by(replace(sent, withdrawn=NOW)) is None


@pytest.mark.parametrize(
    ("decision", "consent"), [("REF", "yes"), ("NOR", "no"), ("KNO", "NA-ASK"), ("NA-ASK", "no")]
)
def test_nothing_else_waits_for_a_manager(decision: str, consent: str) -> None:
    assert review_by(replace(DECIDED, decision=decision, consent=consent)) is None


def test_what_a_manager_was_to_be_asked_waits_for_one() -> None:
    assert review_by(replace(DECIDED, decision="CON")) == DECIDED.decided + REVIEW_WITHIN


def test_a_referral_without_word_is_asked_after_three_working_days() -> None:
    sent = replace(DECIDED, decision="REF", consent="yes", sent=NOW, sent_to="MASH")  # a Wednesday
    assert chase_on(sent) == dt.date(2026, 11, 23)
    assert chase_on(replace(sent, outcome="ASS")) is None
    assert chase_on(replace(sent, sent=0)) is None


def test_only_a_supervisor_withdraws() -> None:
    assert [role for role in ("advocate", "counsellor", "triage", "supervisor") if may_withdraw(role)] == [
        "supervisor"
    ]


@pytest.mark.parametrize(
    ("change", "needed"),
    [
        ({"concern": "Something else"}, True),
        ({"decision": "REF"}, True),
        ({"threshold": "Another reason"}, True),
        ({"decided": NOW}, True),
        ({"sent_to": "MASH"}, False),
        ({"told": "yes"}, False),
        ({"outcome": "NFA"}, False),
        ({"reviewed": NOW, "reviewed_by": "Jo Field"}, False),
    ],
)
def test_a_decision_is_altered_only_with_a_reason_and_what_happened_next_needs_none(
    change: dict[str, object], needed: bool
) -> None:
    assert reason_needed(DECIDED, replace(DECIDED, **change)) == needed  # type: ignore[arg-type]


def test_what_happened_next_once_written_down_is_altered_with_a_reason_too() -> None:
    told = replace(DECIDED, outcome="NFA")
    assert reason_needed(told, replace(told, outcome="ASS"))


def test_deciding_about_an_open_concern_needs_no_reason() -> None:
    undecided = replace(DECIDED, decision="NA-ASK", threshold="")
    assert not reason_needed(undecided, DECIDED)
    assert reason_needed(undecided, replace(undecided, concern="Something else"))


# --- closing a contact
@pytest.mark.parametrize("outcome", sorted(ATTEMPTED))
def test_a_try_that_reached_nobody_never_needs_a_decision(outcome: str) -> None:
    attempt = replace(CALL, kind="ATT", outcome=outcome)
    assert not asks(replace(attempt, category="SAFEGUARDING"), [LEO])
    assert answer_problems(attempt, [LEO], [], None, TODAY) == {}


def test_a_conversation_needs_one_while_a_child_is_at_risk() -> None:
    assert asks(CALL, [LEO])
    assert not asks(CALL, [replace(LEO, at_risk="no"), replace(LEO, at_risk="NA-ASK")])
    assert not asks(CALL, [])
    problems = answer_problems(CALL, [LEO], [], None, TODAY)
    assert {name: str(text) for name, text in problems.items()} == {
        "safeguarding": "No decision of the last 7 days stands: record one now"
    }
    assert answer_problems(CALL, [], [], None, TODAY) == {}


def test_an_adult_who_depends_on_the_client_counts_too() -> None:
    assert asks(CALL, [replace(LEO, relationship="DEP")])


def test_a_note_about_safeguarding_needs_one_without_any_child() -> None:
    told = replace(CALL, category="SAFEGUARDING")
    assert asks(told, [])
    assert list(answer_problems(told, [], [], None, TODAY)) == ["safeguarding"]
    assert list(answer_problems(told, [], [], Answer(stands=True), TODAY)) == ["safeguarding"]
    about_her = replace(DECIDED, about="CLI")
    assert answer_problems(told, [], [], Answer(decision=replace(about_her, id=None)), TODAY) == {}
    assert answer_problems(told, [], [about_her], Answer(stands=True), TODAY) == {}


def test_nothing_new_closes_it_while_a_decision_stands() -> None:
    assert standing([DECIDED], [LEO], NOW) == (DECIDED,)
    assert answer_problems(CALL, [LEO], [DECIDED], Answer(stands=True), TODAY) == {}


@given(st.integers(0, 30 * DAY))
@example(STANDS_FOR)
@example(STANDS_FOR + 1)
def test_a_decision_stands_for_seven_days_and_no_second_longer(age: int) -> None:
    held = replace(DECIDED, decided=NOW - age)
    stands = answer_problems(CALL, [LEO], [held], Answer(stands=True), TODAY) == {}
    assert stands == (age <= STANDS_FOR)


@pytest.mark.parametrize(
    "change", [{"withdrawn": 1}, {"decision": "NA-ASK"}, {"about": "CLI"}, {"about": "ONE", "child_id": 8}]
)
def test_what_was_withdrawn_undecided_or_about_somebody_else_stands_for_nothing(
    change: dict[str, object],
) -> None:
    held = replace(DECIDED, **change)  # type: ignore[arg-type]
    assert list(answer_problems(CALL, [LEO], [held], Answer(stands=True), TODAY)) == ["safeguarding"]


def test_every_child_at_risk_needs_a_decision_of_their_own_or_one_about_all() -> None:
    leo = replace(DECIDED, about="ONE", child_id=7)
    mia = replace(DECIDED, id=4, about="ONE", child_id=8)
    assert uncovered([leo], [LEO, MIA], NOW) == (MIA,)
    assert standing([leo], [LEO, MIA], NOW) == ()
    assert set(standing([leo, mia], [LEO, MIA], NOW)) == {leo, mia}
    new = Answer(decision=replace(leo, id=None))
    assert list(answer_problems(CALL, [LEO, MIA], [], new, TODAY)) == ["safeguarding_about"]
    assert answer_problems(CALL, [LEO, MIA], [mia], new, TODAY) == {}


def test_a_decision_made_with_the_contact_is_checked_field_by_field_and_must_decide() -> None:
    undecided = replace(DECIDED, id=None, decision="NA-ASK", concern="")
    found = answer_problems(CALL, [LEO], [], Answer(decision=undecided), TODAY)
    assert set(found) == {"safeguarding_concern", "safeguarding_decision"}
