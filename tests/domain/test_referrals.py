"""Referrals: dated, counted and answered."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from caseworker.domain.referrals import Referral, is_valid, received_on
from caseworker.domain.when import LONDON, epoch

NOW = dt.datetime(2026, 11, 18, 10, 40, tzinfo=LONDON)
SENT = Referral(None, "", 1, epoch(NOW) - 86400, source="POL", outcome="ACC", outcome_on="2026-11-18")


def said(referral: Referral) -> dict[str, str]:
    return {field: str(text) for field, text in referral.problems(NOW).items()}


def test_a_referral_just_received_needs_no_answers_yet() -> None:
    assert said(Referral(None, "", 1, epoch(NOW))) == {}


@pytest.mark.parametrize(
    ("change", "field", "expected"),
    [
        ({"received": epoch(NOW) + 3600}, "received", "Time must be in the past"),
        ({"received": -1}, "received", "Year must be 1970 or later"),
        ({"source": "XXX"}, "source", "Choose an answer from the list"),
        ({"client_id": None}, "client_id", "Choose the client, or “Anonymous report only” as outcome"),
        ({"outcome": "ANO"}, "outcome",
         "A client is named, so this is not an anonymous report: choose another outcome"),
        ({"outcome": "REJ"}, "decline_reason", "Choose why the service declined"),
        ({"decline_reason": "CAP"}, "decline_reason", "A reason belongs to “Declined by the service” only"),
        ({"outcome_on": "2026-11-31"}, "outcome_on", "Outcome date must be a real date"),
        ({"outcome_on": "2026-11-19"}, "outcome_on", "Outcome date must be today or in the past"),
        ({"outcome_on": "2026-11-16"}, "outcome_on",
         "Outcome date must be the same as or after the date received"),
        ({"outcome": "NA-ASK"}, "outcome", "Choose what became of the referral"),
        ({"police_ref": "4" * 61}, "police_ref", "Reference must be 60 characters or fewer"),
    ],
)  # fmt: skip
def test_each_rule_says_what_to_do(change: dict[str, object], field: str, expected: str) -> None:
    assert said(replace(SENT, **change)) == {field: expected}  # type: ignore[arg-type]


def test_a_refusal_with_its_reason_and_an_anonymous_report_are_fine() -> None:
    assert said(replace(SENT, outcome="REJ", decline_reason="CAP")) == {}
    assert said(replace(SENT, outcome="ANO", client_id=None)) == {}


def test_half_past_eleven_on_the_last_of_march_is_still_the_old_quarter() -> None:
    late = dt.datetime(2026, 3, 31, 23, 30, tzinfo=LONDON)
    assert late.astimezone(dt.UTC).date() == dt.date(2026, 3, 31)
    assert received_on(replace(SENT, received=epoch(late))) == dt.date(2026, 3, 31)
    summer = dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC)  # 0:30 on 1 July in London
    assert received_on(replace(SENT, received=epoch(summer))) == dt.date(2026, 7, 1)


def test_duplicates_and_wrong_details_are_not_valid_referrals() -> None:
    assert [
        code for code in ("ACC", "DUP", "INV", "REJ", "NA-ASK") if not is_valid(replace(SENT, outcome=code))
    ] == [
        "DUP",
        "INV",
    ]


def test_a_referral_can_be_decided_the_day_it_came() -> None:
    assert said(replace(SENT, outcome_on="2026-11-17")) == {}
