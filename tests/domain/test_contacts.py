"""What counts as reaching somebody, and what stops a contact from being saved."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from caseworker.domain import codes
from caseworker.domain.contacts import (
    ATTEMPTED,
    CLIENT_KINDS,
    COUNTING_KINDS,
    NEVER_TWO_WAY_METHODS,
    TWO_WAY,
    Contact,
    allowed_outcomes,
    counts,
    default_minutes,
    default_outcome_minutes,
    is_attempt,
    is_late,
    is_two_way,
    reason_needed,
)
from caseworker.domain.when import LONDON, epoch

NOW = dt.datetime(2026, 11, 18, 10, 40, tzinfo=LONDON)
HOUR, DAY = 3600, 86400
SPOKE = Contact(None, "", 1, 1, epoch(NOW) - HOUR, minutes=10)


def said(contact: Contact) -> dict[str, str]:
    return {field: str(text) for field, text in contact.problems(NOW).items()}


# --- attempted against two-way ---------------------------------------------------------------------
def test_the_two_groups_are_those_of_the_definitions_and_never_meet() -> None:
    outcome = codes.get("contact_outcome")
    assert outcome.with_flag("attempted") == ATTEMPTED
    assert outcome.with_flag("two_way") == TWO_WAY
    assert not ATTEMPTED & TWO_WAY
    assert {"DNA", "CAC", "CAS", "REF", "RES"} <= set(outcome.codes) - ATTEMPTED - TWO_WAY


def test_the_rules_in_code_are_those_of_the_lists() -> None:
    kind, method = codes.get("contact_kind"), codes.get("contact_method")
    assert kind.with_flag("counts") == COUNTING_KINDS
    assert kind.with_flag("client") == CLIENT_KINDS | {"FAM"}
    assert method.with_flag("never_two_way") == NEVER_TWO_WAY_METHODS


@pytest.mark.parametrize("outcome", codes.get("contact_outcome").codes)
@pytest.mark.parametrize("kind", codes.get("contact_kind").codes)
def test_no_contact_is_both_an_attempt_and_a_conversation(kind: str, outcome: str) -> None:
    for method in codes.get("contact_method").codes:
        contact = replace(SPOKE, kind=kind, method=method, outcome=outcome)
        assert not (is_attempt(contact) and is_two_way(contact))
        if is_two_way(contact):
            assert kind in {"CLI", "CHI", "THR", "GRP", "CRT", "CRI"}
            assert outcome in {"COM", "PAR", "CUS"}


@pytest.mark.parametrize("method", ["LET", "POST-IN", "3P"])
def test_letters_and_messages_passed_on_never_count_as_two_way(method: str) -> None:
    contact = replace(SPOKE, method=method)
    assert not is_two_way(contact)
    assert "outcome" in said(contact)


@pytest.mark.parametrize("outcome", ["VML", "VMN"])
def test_a_voicemail_never_counts_as_two_way(outcome: str) -> None:
    contact = replace(SPOKE, kind="ATT", outcome=outcome, minutes=1)
    assert is_attempt(contact)
    assert not is_two_way(contact)
    assert said(contact) == {}


@pytest.mark.parametrize("kind", ["PRO", "MTG", "FAM", "ADM", "SUP", "ANO"])
def test_talking_about_a_client_is_not_talking_with_them(kind: str) -> None:
    contact = replace(SPOKE, kind=kind)
    assert not is_two_way(contact)
    assert not is_attempt(replace(contact, outcome="NOA"))


def test_cut_short_because_it_became_unsafe_is_still_a_conversation() -> None:
    assert is_two_way(replace(SPOKE, outcome="CUS"))


def test_a_missed_appointment_is_neither() -> None:
    missed = replace(SPOKE, method="F2F-OFF", outcome="DNA", minutes=0)
    assert not is_two_way(missed)
    assert not is_attempt(missed)
    assert said(missed) == {}


def test_a_withdrawn_contact_is_counted_nowhere() -> None:
    assert counts(SPOKE)
    assert not counts(replace(SPOKE, withdrawn=epoch(NOW)))


# --- what can happen with which kind and method ----------------------------------------------------
@pytest.mark.parametrize("kind", codes.get("contact_kind").codes)
@pytest.mark.parametrize("method", codes.get("contact_method").codes)
def test_every_offered_outcome_can_be_saved_and_no_other(kind: str, method: str) -> None:
    offered = allowed_outcomes(kind, method)
    client_id = None if kind == "ANO" else 1
    for outcome in codes.get("contact_outcome").codes:
        contact = replace(SPOKE, kind=kind, method=method, outcome=outcome, client_id=client_id)
        assert ("outcome" in said(contact)) == (outcome not in offered)


@pytest.mark.parametrize(
    ("change", "field", "expected"),
    [
        ({"outcome": "VML", "method": "F2F-HOM"}, "outcome",
         "That cannot happen with this way of contact: choose another outcome"),
        ({"outcome": "DNA", "method": "SMS"}, "outcome",
         "That cannot happen with this way of contact: choose another outcome"),
        ({"outcome": "RTS"}, "outcome",
         "That cannot happen with this way of contact: choose another outcome"),
        ({"kind": "ATT"}, "outcome", "An attempt did not reach the client: choose another outcome or kind"),
        ({"method": "LET"}, "outcome",
         "A letter or message passed on is not a conversation: choose another outcome"),
        ({"direction": "in", "outcome": "NOA"}, "outcome",
         "They made contact, so choose what was said or received"),
        ({"outcome": "NA-NAP"}, "outcome", "Choose what happened"),
        ({"outcome": "XXX"}, "outcome", "Choose what happened"),
        ({"kind": "XXX"}, "kind", "Choose who the contact was with"),
        ({"method": "FAX"}, "method", "Choose how you made contact"),
        ({"direction": "up"}, "direction", "Choose who made contact"),
        ({"category": "GOSSIP"}, "category", "Choose what the note is about"),
        ({"interpreter": "X"}, "interpreter", "Choose whether an interpreter was there"),
        ({"client_id": None}, "client_id", "Choose the client"),
        ({"kind": "ANO"}, "kind", "An anonymous report has no client: choose another kind of contact"),
        ({"minutes": 0}, "minutes", "Enter how many minutes it took"),
        ({"minutes": -1}, "minutes", "Minutes must be between 0 and 1440"),
        ({"minutes": 1441}, "minutes", "Minutes must be between 0 and 1440"),
        ({"travel_minutes": 2000}, "travel_minutes", "Minutes must be between 0 and 1440"),
        ({"waiting_minutes": -5}, "waiting_minutes", "Minutes must be between 0 and 1440"),
        ({"at": epoch(NOW) + HOUR}, "at", "Time must be in the past"),
        ({"at": -1}, "at", "Year must be 1970 or later"),
        ({"note": "x" * 20_001}, "note", "Note must be 20000 characters or fewer"),
    ],
)  # fmt: skip
def test_each_rule_says_what_to_do(change: dict[str, object], field: str, expected: str) -> None:
    assert said(replace(SPOKE, **change)) == {field: expected}  # type: ignore[arg-type]


def test_a_contact_can_be_as_new_as_the_clock_is_wrong_but_no_newer() -> None:
    assert said(replace(SPOKE, at=epoch(NOW) + 300)) == {}
    assert "at" in said(replace(SPOKE, at=epoch(NOW) + 301))


def test_an_anonymous_report_has_no_person_record() -> None:
    assert said(replace(SPOKE, kind="ANO", client_id=None, episode_id=None)) == {}


def test_work_about_a_client_may_leave_the_outcome_open() -> None:
    assert said(replace(SPOKE, kind="PRO", outcome="NA-NAP", minutes=0)) == {}


# --- minutes, late entries, reasons ----------------------------------------------------------------
@pytest.mark.parametrize(
    ("method", "kind", "minutes"),
    [
        ("TEL", "CLI", 10),
        ("SMS", "CLI", 2),
        ("F2F-HOM", "CLI", 60),
        ("F2F-OFF", "THR", 50),
        ("VID", "THR", 50),
    ],
)
def test_the_usual_length_is_offered(method: str, kind: str, minutes: int) -> None:
    assert default_minutes(method, kind) == minutes


def test_an_unanswered_visit_is_not_offered_an_hour() -> None:
    assert default_outcome_minutes("F2F-HOM", "NOA") == 2
    assert default_outcome_minutes("F2F-HOM", "COM") == 60


def test_a_note_typed_more_than_a_day_later_is_a_late_entry() -> None:
    assert not is_late(replace(SPOKE, recorded=SPOKE.at + DAY))
    assert is_late(replace(SPOKE, recorded=SPOKE.at + DAY + 1))


def test_a_change_needs_a_reason_a_day_after_typing_or_by_somebody_else() -> None:
    mine = replace(SPOKE, recorded=epoch(NOW) - HOUR, worker_id=7)
    assert not reason_needed(mine, 7, epoch(NOW))
    assert reason_needed(mine, 8, epoch(NOW))
    assert reason_needed(mine, 7, mine.recorded + DAY + 1)


def test_a_contact_across_midnight_and_the_clock_change_belongs_to_the_day_it_began() -> None:
    began = dt.datetime(2026, 10, 24, 23, 50, tzinfo=LONDON)
    contact = replace(SPOKE, kind="CRI", at=epoch(began), minutes=200)
    assert said(contact) == {}
    assert dt.datetime.fromtimestamp(contact.at, LONDON).date() == dt.date(2026, 10, 24)
