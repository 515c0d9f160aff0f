"""Consents: what a decision needs, and what may be shared with whom now."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseworker.domain.consents import Consent, ends, now_in_force, review_by, waits_for_review

TODAY = dt.date(2026, 11, 18)
HOUSING = Consent(
    1,
    "",
    1,
    "2026-11-01",
    "HOU",
    "HOU",
    "given",
    "Colne Homes",
    "Name, date of birth, that she needs to move",
)


def said(*consents: Consent, day: dt.date = TODAY) -> dict[str, str]:
    return {one.consent.recipient: one.state for one in now_in_force(consents, day)}


def test_an_agreement_says_what_may_be_shared_with_whom() -> None:
    assert HOUSING.problems(TODAY) == {}


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"decided": ""}, ["decided"]),
        ({"decided": "2026-11-19"}, ["decided"]),
        ({"purpose": "NA-ASK"}, ["purpose"]),
        ({"recipient": ""}, ["recipient"]),
        ({"decision": "maybe"}, ["decision"]),
        ({"how": "shouted"}, ["how"]),
        ({"recipient": "OTH", "recipient_name": ""}, ["recipient_name"]),
        ({"scope": " "}, ["scope"]),
        ({"expires": "2026-10-31"}, ["expires"]),
        ({"capacity": "unable"}, ["by_whom", "capacity_note"]),
        ({"decision": "override", "scope": "", "reason": ""}, ["scope", "reason"]),
        ({"decision": "override", "recipient": "ANY", "reason": "Danger to life"}, ["recipient"]),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(change: dict[str, str], fields: list[str]) -> None:
    assert list(replace(HOUSING, **change).problems(TODAY)) == fields  # type: ignore[arg-type]


def test_a_refusal_needs_no_scope() -> None:
    assert replace(HOUSING, decision="refused", scope="").problems(TODAY) == {}


def test_nobody_asked_means_nothing_may_be_shared() -> None:
    assert now_in_force([], TODAY) == []


def test_the_latest_decision_holds() -> None:
    refused = replace(HOUSING, id=2, decided="2026-11-02", decision="refused")
    again = replace(HOUSING, id=3, decided="2026-11-03")
    assert said(HOUSING) == {"HOU": "may"}
    assert said(HOUSING, refused) == {"HOU": "may-not"}
    assert said(again, HOUSING, refused) == {"HOU": "may"}


def test_taking_back_stops_sharing_from_then_on() -> None:
    back = replace(HOUSING, id=2, decided="2026-11-10", decision="withdrawn", ends_id=1, scope="")
    assert said(HOUSING, back) == {"HOU": "may-not"}
    # even where its date was typed too early
    assert said(HOUSING, replace(back, decided="2026-10-01")) == {"HOU": "may-not"}


def test_an_agreement_holds_until_its_last_day() -> None:
    until = replace(HOUSING, expires="2026-11-18")
    assert said(until) == {"HOU": "may"}
    assert said(until, day=dt.date(2026, 11, 19)) == {"HOU": "expired"}
    assert ends(until, TODAY)
    assert not ends(until, dt.date(2026, 11, 19))


def test_agreeing_for_one_body_gives_another_nothing() -> None:
    police = replace(HOUSING, id=2, recipient="POL", recipient_name="")
    assert said(HOUSING, replace(police, decision="refused")) == {"HOU": "may", "POL": "may-not"}
    other = replace(HOUSING, id=3, recipient_name="Another landlord", decision="refused")
    assert [one.state for one in now_in_force([HOUSING, other], TODAY)] == ["may", "may-not"]
    same = replace(other, recipient_name="  colne   HOMES ")
    assert [one.state for one in now_in_force([HOUSING, same], TODAY)] == ["may-not"]


def test_refusing_everybody_ends_what_was_agreed_before_for_that_purpose_only() -> None:
    nobody = replace(HOUSING, id=5, decided="2026-11-05", recipient="ANY", decision="refused")
    health = replace(HOUSING, id=6, purpose="HEA", recipient="HEA")
    assert said(HOUSING, health, nobody) == {"ANY": "may-not", "HEA": "may"}
    later = replace(HOUSING, id=7, decided="2026-11-06")
    assert said(HOUSING, nobody, later) == {"ANY": "may-not", "HOU": "may"}


def test_sharing_without_agreement_changes_no_decision_and_waits_for_a_manager() -> None:
    refused = replace(HOUSING, id=2, decision="refused")
    override = replace(HOUSING, id=3, decision="override", reason="Threat to kill", recorded=1_000_000)
    assert override.problems(TODAY) == {}
    assert said(refused, override) == {"HOU": "may-not"}
    assert said(override) == {}
    assert waits_for_review(override)
    assert review_by(override) == 1_000_000 + 48 * 3600
    assert not waits_for_review(replace(override, reviewed=5))


def test_a_decision_recorded_by_mistake_counts_for_nothing() -> None:
    assert said(replace(HOUSING, withdrawn=5)) == {}


decisions = st.lists(
    st.builds(
        Consent,
        st.just(0), st.just(""), st.just(1),
        st.dates(dt.date(2026, 1, 1), TODAY).map(dt.date.isoformat),
        st.sampled_from(["HOU", "HEA"]),
        st.sampled_from(["ANY", "POL", "HOU"]),
        st.sampled_from(["given", "refused", "withdrawn", "override"]),
        expires=st.sampled_from(["", "2026-06-01", "2026-12-01"]),
        ends_id=st.one_of(st.none(), st.integers(1, 6)),
        withdrawn=st.sampled_from([0, 0, 5]),
    ),
    max_size=6,
).map(lambda found: [replace(one, id=n) for n, one in enumerate(found, 1)])  # fmt: skip


@given(decisions)
def test_whatever_was_decided_only_a_standing_agreement_lets_anything_be_shared(found: list[Consent]) -> None:
    ended = {one.ends_id for one in found if one.decision == "withdrawn" and not one.withdrawn}
    for one in now_in_force(found, TODAY):
        held = one.consent
        if not one.may_share:
            continue
        assert held.decision == "given"
        assert not held.withdrawn
        assert held.id not in ended
        assert not held.expires or held.expires >= TODAY.isoformat()
        later = [
            other
            for other in found
            if not other.withdrawn and other.decision in ("refused", "withdrawn") and other.purpose == held.purpose
            and other.recipient in (held.recipient, "ANY") and (other.decided, other.id) > (held.decided, held.id)
        ]  # fmt: skip
        assert later == []


@given(decisions)
def test_each_purpose_and_recipient_has_one_answer(found: list[Consent]) -> None:
    keys = [(one.consent.purpose, one.consent.recipient) for one in now_in_force(found, TODAY)]
    assert len(keys) == len(set(keys))
