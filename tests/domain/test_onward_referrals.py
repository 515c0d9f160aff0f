"""Onward referrals: consent, the order of days, waits, and gaps that are kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseworker.domain.onward_referrals import OnwardReferral, sentence, state, unmet, waited

TODAY = dt.date(2026, 11, 18)
SENT = OnwardReferral(None, "", 1, 4, "COU", "N1", "given", sent="2026-11-08")
NONE = OnwardReferral(None, "", 1, need="N2", reason="NOS")


def test_one_on_its_way_and_one_to_nowhere_are_both_whole() -> None:
    assert SENT.problems(TODAY) == {}
    assert NONE.problems(TODAY) == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"need": "NA-ASK"}, "need"),
        ({"need": "N77"}, "need"),
        ({"consent": "maybe"}, "consent"),
        ({"consent": "refused"}, "override_reason"),
        ({"consent": "withdrawn"}, "override_reason"),
        ({"consent": "NA-ASK"}, "override_reason"),
        ({"sent": "2026-11-19"}, "sent"),
        ({"sent": "8 November"}, "sent"),
        ({"accepted": "2026-11-07"}, "accepted"),
        ({"accepted": "2026-11-10", "started": "2026-11-09"}, "started"),
        ({"refused": "2026-11-10"}, "reason"),
        ({"refused": "2026-11-10", "started": "2026-11-10", "reason": "INE"}, "refused"),
        ({"sent": "", "accepted": "2026-11-10"}, "accepted"),
        ({"service_id": None, "reason": "NOS"}, "service_id"),
        ({"note": "x" * 1001}, "note"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(change: dict[str, str], field: str) -> None:
    assert list(replace(SENT, **change).problems(TODAY)) == [field]  # type: ignore[arg-type]


def test_to_nowhere_says_why() -> None:
    assert list(replace(NONE, reason="NA-NAP").problems(TODAY)) == ["reason"]


def test_without_consent_it_goes_only_with_a_reason() -> None:
    assert replace(SENT, consent="refused", override_reason="Child at risk").problems(TODAY) == {}
    assert replace(SENT, consent="refused", sent="").problems(TODAY) == {}


@pytest.mark.parametrize(
    ("change", "stands", "days", "said"),
    [
        ({}, "sent", 10, "Sent 8 November 2026, no answer for 10 days"),
        ({"accepted": "2026-11-09"}, "accepted", 10, "Sent 8 November 2026, accepted, waiting for 10 days"),
        ({"started": "2026-11-09"}, "started", 1, "Sent 8 November 2026, started after 1 day"),
        (
            {"refused": "2026-11-11", "reason": "INE"}, "refused", 3,
            "Sent 8 November 2026, refused after 3 days: not eligible",
        ),
        ({"sent": "2026-11-18"}, "sent", 0, "Sent 18 November 2026, no answer yet"),
        (
            {"sent": "2026-11-18", "accepted": "2026-11-18"}, "accepted", 0,
            "Sent 18 November 2026, accepted the same day",
        ),
        ({"started": "2026-11-08"}, "started", 0, "Sent 8 November 2026, started the same day"),
        (
            {"refused": "2026-11-08", "reason": "INE"}, "refused", 0,
            "Sent 8 November 2026, refused the same day: not eligible",
        ),
        ({"sent": ""}, "not_sent", None, "Not sent yet"),
        ({"sent": "", "consent": "refused"}, "not_sent", None, "Not sent: the client did not agree"),
        ({"sent": "", "consent": "withdrawn"}, "not_sent", None, "Not sent: the client no longer agrees"),
        ({"service_id": None, "sent": "", "reason": "NOS"}, "none_exists", None, "No service exists here"),
        (
            {"service_id": None, "sent": "", "reason": "LAN"}, "none_exists", None,
            "No service to refer to: language",
        ),
    ],
)  # fmt: skip
def test_where_it_stands_and_for_how_long(
    change: dict[str, str], stands: str, days: int | None, said: str
) -> None:
    one = replace(SENT, **change)  # type: ignore[arg-type]
    assert (state(one), waited(one, TODAY), str(sentence(one, TODAY))) == (stands, days, said)


def test_a_need_is_unmet_when_nothing_came_of_any_referral() -> None:
    refused = replace(SENT, refused="2026-11-10", reason="INE")
    assert unmet([NONE, refused]) == {"N2": "NOS", "N1": "INE"}
    assert unmet([SENT, refused]) == {}
    assert unmet([replace(refused, reason="TRV"), refused]) == {"N1": "TRV"}
    assert unmet([replace(NONE, withdrawn=1)]) == {}


DATES = st.sampled_from(["", "2026-11-01", "2026-11-08", "2026-11-18", "2026-12-01", "soon"])


@given(
    DATES, DATES, DATES, DATES, st.sampled_from([None, 4]), st.sampled_from(["given", "refused", "NA-ASK"])
)
def test_whatever_is_accepted_can_be_shown_and_never_waits_backwards(
    sent: str, accepted: str, started: str, refused: str, service: int | None, consent: str
) -> None:
    one = replace(
        SENT, sent=sent, accepted=accepted, started=started, refused=refused, service_id=service, consent=consent,
        reason="INE",
    )  # fmt: skip
    if not one.problems(TODAY):
        days = waited(one, TODAY)
        assert days is None or days >= 0
        assert str(sentence(one, TODAY))
        assert not (sent and consent != "given" and not one.override_reason)
