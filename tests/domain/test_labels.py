"""A record's history in words that people use."""

from __future__ import annotations

import dataclasses

import pytest

from caseworker.domain import codes
from caseworker.domain.actions import Action
from caseworker.domain.chases import Chase
from caseworker.domain.children import Child
from caseworker.domain.clients import Client
from caseworker.domain.code_rights import CodeRight
from caseworker.domain.colleagues import Colleague
from caseworker.domain.compensation import Claim
from caseworker.domain.consents import Consent
from caseworker.domain.contacts import Contact
from caseworker.domain.episodes import Episode
from caseworker.domain.exits import Exit
from caseworker.domain.feedback import FeedbackOffer
from caseworker.domain.goals import Goal
from caseworker.domain.holds import Hold
from caseworker.domain.incidents import Incident
from caseworker.domain.instruments import AnswerSet
from caseworker.domain.justice_events import JusticeEvent
from caseworker.domain.labels import (
    FIELDS,
    INTERNAL,
    answer_field,
    field_label,
    is_private,
    show_value,
    told_by,
)
from caseworker.domain.marac import MaracReferral
from caseworker.domain.marac_actions import MaracAction
from caseworker.domain.onward_referrals import OnwardReferral
from caseworker.domain.orders import Order
from caseworker.domain.perpetrators import Perpetrator
from caseworker.domain.professionals import Professional
from caseworker.domain.referrals import Referral
from caseworker.domain.safe_claims import SafeClaim
from caseworker.domain.safe_contacts import SafeContact
from caseworker.domain.safeguarding import Check, Safeguarding
from caseworker.domain.safety_plan import SafetyItem
from caseworker.domain.services import Service
from caseworker.domain.special_measures import SpecialMeasure

RECORDS = {
    "client": Client,
    "safe_contact": SafeContact,
    "safe_claim": SafeClaim,
    "referral": Referral,
    "episode": Episode,
    "contact": Contact,
    "action": Action,
    "justice_event": JusticeEvent,
    "chase": Chase,
    "special_measure": SpecialMeasure,
    "court_order": Order,
    "code_right": CodeRight,
    "claim": Claim,
    "consent": Consent,
    "exit_facts": Exit,
    "answer_set": AnswerSet,
    "incident": Incident,
    "marac_referral": MaracReferral,
    "hold": Hold,
    "colleague": Colleague,
    "marac_action": MaracAction,
    "goal": Goal,
    "service": Service,
    "onward_referral": OnwardReferral,
    "feedback_offer": FeedbackOffer,
    "child": Child,
    "perpetrator": Perpetrator,
    "professional": Professional,
    "safeguarding": Safeguarding,
    "safeguarding_check": Check,
    "safety_item": SafetyItem,
}
PLAIN = {
    "text",
    "note",
    "date",
    "moment",
    "flag",
    "number",
    "minutes",
    "hours",
    "person",
    "none",
    "masked",
    "numbers",
}


@pytest.mark.parametrize("noun", sorted(RECORDS))
def test_every_field_of_every_record_has_a_label(noun: str) -> None:
    fields = {field.name for field in dataclasses.fields(RECORDS[noun])} - INTERNAL
    assert set(FIELDS[noun]) == fields
    assert all(how in PLAIN or how in codes.names() for _, how in FIELDS[noun].values())


@pytest.mark.parametrize(
    ("noun", "field", "stored", "shown"),
    [
        ("client", "area", "E07000071", "Colchester"),
        ("client", "area", "NA-REF", "Prefers not to say"),
        ("client", "area", "E99", "E99"),
        ("client", "born", "1994-03-27", "27 March 1994"),
        ("client", "is_alias", "1", "Yes"),
        ("client", "is_alias", "0", "No"),
        ("client", "known_as", "", "blank"),
        ("client", "name", "{curly} O'Brien", "{curly} O'Brien"),
        ("episode", "hate", "RAC,SEX", "Race or ethnicity, Sex or misogyny"),
        ("contact", "at", "1795000000", "18 November 2026, 11:06am"),
        ("contact", "withdrawn", "0", "blank"),
        ("contact", "minutes", "10", "10 minutes"),
        ("safe_contact", "value", "07700 900123", "ending 23"),
        ("safe_contact", "value", "12 Elm Row", "hidden"),
        ("safe_contact", "hours", "Mon-Fri 09:30-11:00", "Mon-Fri 9:30am to 11am"),
    ],
)
def test_values_are_shown_in_words(noun: str, field: str, stored: str, shown: str) -> None:
    assert str(show_value(noun, field, stored)) == shown


def test_an_entry_is_told_from_another_by_its_first_few_answers() -> None:
    values = {
        "client_id": 4,
        "stage": "08",
        "happened": "2026-11-04",
        "place": "",
        "detail": "NA-ASK",
        "told": "",
    }
    told = told_by("justice_event", values | {"recorded": 1_780_000_000})
    assert [(str(label), str(answer)) for label, answer in told] == [
        ("Stage", "Charged"),
        ("Date", "4 November 2026"),
    ]


def test_a_field_from_a_newer_version_is_still_shown() -> None:
    assert str(field_label("client", "shoe_size")) == "shoe size"
    assert str(show_value("client", "shoe_size", "6")) == "6"


def test_an_answer_is_shown_in_the_words_of_its_question() -> None:
    field = answer_field("DASH24", 1, "15")
    assert str(field_label("answer", field)) == "Strangulation, choking or drowning attempt"
    assert str(show_value("answer", field, "yes")) == "Yes"
    assert str(show_value("answer", field, "NA-UNS")) == "Not safe to ask"
    source = answer_field("DASH24", 1, "15", "source")
    assert str(field_label("answer", source)) == "Strangulation, choking or drowning attempt, who said so"
    assert str(show_value("answer", source, "professional")) == "Professional view"
    assert not is_private("answer", field)


def test_what_a_client_said_in_words_is_in_no_list() -> None:
    assert is_private("answer", answer_field("FEEDBACK", 1, "WORDS"))
    assert is_private("answer", answer_field("DASH24", 1, "15", "note"))
    assert is_private("marac_referral", "wishes")


def test_an_answer_to_a_question_nobody_has_any_more_is_still_shown() -> None:
    field = answer_field("GONE", 3, "7")
    assert str(field_label("answer", field)) == "7"
    assert str(show_value("answer", field, "yes")) == "yes"
    assert is_private("answer", field)
