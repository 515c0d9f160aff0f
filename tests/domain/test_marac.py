"""MARAC: routes, repeats to the day, the paper, two weeks."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseworker.domain import marac
from caseworker.domain.incidents import Incident
from caseworker.domain.marac import MaracReferral

TODAY = dt.date(2026, 11, 18)
PAPER = MaracReferral(
    None, "", 1, area="Essex", criteria="VHR,ESC", incident_on="2026-11-10", perpetrator="Dan P",
    victim_aware="yes", consent="yes", wants_police="no", police_reason="Afraid of what follows",
    wishes="To move near her sister", referred_elsewhere="NA-NAP", safe_to_reach="Phone, mornings",
    language="en", interpreter="NA-NAP", landlord="NA-UNK", occupation="Nurse", gp="NA-REF", pregnancy="NEI",
    diversity="NA-NAP", manager="J Bello", signed_off="2026-11-12",
)  # fmt: skip
SENT = replace(PAPER, sent="2026-11-12")
DATES = st.dates(dt.date(2015, 1, 1), dt.date(2060, 12, 31))


def hit(day: dt.date, **others: object) -> Incident:
    return replace(Incident(None, "", 1, day.isoformat(), kind="VIO", by_whom="Dan P"), **others)  # type: ignore[arg-type]


# --- routes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, ()),
        ({"total": 13}, ()),
        ({"total": 14}, ("VHR",)),
        ({"total": 13, "threshold": 12}, ("VHR",)),
        ({"total": 14, "threshold": 15}, ()),
        ({"tool_grade": "high"}, ("VHR",)),
        ({"tool_grade": "medium"}, ()),
        ({"raised_to_high": True}, ("PJ",)),
        ({"escalating": True}, ("ESC",)),
        ({"repeat": True}, ("REP",)),
        ({"suicide": True}, ("SUI",)),
        ({"total": 20, "repeat": True, "escalating": True}, ("VHR", "ESC", "REP")),
    ],
)
def test_each_route_leads_to_marac_by_itself(facts: dict[str, object], expected: tuple[str, ...]) -> None:
    assert marac.routes(**facts) == expected  # type: ignore[arg-type]


# --- repeat -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "last_day", "days"),
    [
        (dt.date(2025, 3, 1), dt.date(2026, 3, 1), 365),
        (dt.date(2023, 6, 1), dt.date(2024, 6, 1), 366),
        (dt.date(2024, 2, 28), dt.date(2025, 2, 28), 366),
        (dt.date(2024, 2, 29), dt.date(2025, 2, 28), 365),
        (dt.date(2023, 2, 28), dt.date(2024, 2, 28), 365),
    ],
)
def test_flag_and_tag_ends_on_the_same_day_of_the_next_year(
    sent: dt.date, last_day: dt.date, days: int
) -> None:
    assert marac.flag_until(sent) == last_day
    assert (last_day - sent).days == days
    assert marac.is_repeat(sent, "Dan P", hit(last_day))
    assert not marac.is_repeat(sent, "Dan P", hit(last_day + dt.timedelta(days=1)))


def test_an_incident_before_the_referral_repeats_nothing() -> None:
    assert not marac.is_repeat(TODAY, "Dan P", hit(TODAY - dt.timedelta(days=1)))
    assert marac.is_repeat(TODAY, "Dan P", hit(TODAY))


@pytest.mark.parametrize(
    ("kind", "repeat"), [("VIO", True), ("STK", True), ("SEX", True), ("DAM", False), ("NA-ASK", True)]
)
def test_only_kinds_that_count_make_a_repeat_reported_or_not(kind: str, repeat: bool) -> None:
    for reported in ("yes", "NA-REF"):
        assert marac.is_repeat(TODAY, "Dan P", hit(TODAY, kind=kind, reported=reported)) == repeat


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Dan P", "dan  p", True),
        ("Dan P", "Daniel Price", True),
        ("Price", "Daniel Price", True),
        ("", "Daniel Price", True),
        ("NA-UNK", "Daniel Price", True),
        ("Tom", "Daniel Price", False),
        ("Dan Price", "Dan Osei", False),
        ("Price, Daniel", "Daniel Price", True),
        ("PRICE (Dan)", "Dan Price", True),
        ("Mr Price", "Daniel Price", True),
        ("Éric Blanc", "Eric Blanc", True),
        ("Dan O'Neill", "D O\u2019Neill", True),
        ("her ex, Dan", "Dan Price", True),
        ("her husband", "Dan Price", True),
        ("not known", "Dan Price", True),
        ("her brother Tom", "Dan Price", False),
        ("Dan Dun", "Dan Price", False),
    ],
)
def test_another_person_makes_a_new_case_and_a_name_left_out_does_not(
    one: str, other: str, same: bool
) -> None:
    assert marac.is_repeat(TODAY, one, hit(TODAY, by_whom=other)) == same
    assert marac.is_repeat(TODAY, other, hit(TODAY, by_whom=one)) == same


def test_the_latest_referral_of_the_same_client_is_the_one_repeated() -> None:
    older, newer = replace(SENT, id=1, sent="2026-01-05"), replace(SENT, id=2, sent="2026-05-05")
    assert marac.repeats([newer, older], hit(TODAY)) == newer
    assert marac.repeats([older, replace(newer, withdrawn=5)], hit(TODAY)) == older
    assert marac.repeats([replace(older, client_id=2), replace(newer, sent="")], hit(TODAY)) is None
    assert marac.repeats([older], hit(TODAY, withdrawn=7)) is None


@given(DATES, st.integers(-10, 800))
def test_a_repeat_lies_within_a_year_whatever_the_dates(sent: dt.date, days: int) -> None:
    found = marac.is_repeat(sent, "", hit(sent + dt.timedelta(days=days)))
    if 0 <= days <= 365 and not (days == 365 and marac.flag_until(sent) < sent + dt.timedelta(days=365)):
        assert found
    if days < 0 or days > 366:
        assert not found


# --- the paper ----------------------------------------------------------------------------------------------


def test_a_whole_paper_can_be_sent() -> None:
    assert PAPER.problems(TODAY) == {}
    assert PAPER.paper_problems() == {}


REQUIRED = (
    "area", "criteria", "incident_on", "perpetrator", "victim_aware", "consent", "wants_police", "police_reason",
    "wishes", "referred_elsewhere", "safe_to_reach", "language", "interpreter", "landlord", "occupation", "gp",
    "pregnancy", "diversity", "manager", "signed_off",
)  # fmt: skip


@pytest.mark.parametrize("name", REQUIRED)
def test_each_part_of_the_paper_is_required(name: str) -> None:
    empty = {field.name: field.default for field in fields(MaracReferral)}[name]
    changed = replace(PAPER, **{name: empty})  # type: ignore[arg-type]
    assert list(changed.paper_problems()) == [name]
    assert changed.problems(TODAY) == {}  # and can still be kept half-filled


def test_an_untouched_paper_names_all_that_it_lacks() -> None:
    assert set(MaracReferral(None, "", 1).paper_problems()) == set(REQUIRED)


@pytest.mark.parametrize("answer", ["no", "NA-REF", "NA-UNS"])
def test_without_consent_the_reason_is_required(answer: str) -> None:
    assert list(replace(PAPER, consent=answer).paper_problems()) == ["override_reason"]
    held = replace(PAPER, consent=answer, override_reason="Imminent risk of serious harm")
    assert held.paper_problems() == {}


def test_the_police_question_has_no_way_round() -> None:
    assert list(replace(PAPER, wants_police="NA-UNK").paper_problems()) == ["wants_police"]


def test_a_repeat_says_when_the_last_one_was() -> None:
    assert list(replace(PAPER, is_repeat=True).paper_problems()) == ["last_referred"]
    assert replace(PAPER, is_repeat=True, last_referred="2026-02-01").paper_problems() == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"area": "Kent"}, "area"),
        ({"criteria": "VHR,VHR"}, "criteria"),
        ({"criteria": "LUCK"}, "criteria"),
        ({"wishes": "x" * 2001}, "wishes"),
        ({"sent": "2026-11-19"}, "sent"),
        ({"sent": "2026-11-11"}, "sent"),  # before the sign-off
        ({"sent": "2026-11-12", "heard": "2026-11-11"}, "heard"),
        ({"heard": "2026-11-14"}, "heard"),
        ({"sent": "2026-11-12", "outcome": "heard"}, "heard"),
        ({"sent": "2026-11-12", "told": "2026-11-13"}, "told"),
        ({"sent": "2026-11-12", "heard": "2026-11-14", "told": "2026-11-13"}, "told"),
        ({"incident_on": "nonsense"}, "incident_on"),
        ({"sent": "2026-11-12", "last_referred": "2026-11-13"}, "last_referred"),
    ],
)
def test_what_cannot_be_is_not_kept(change: dict[str, str], field: str) -> None:
    assert list(replace(PAPER, **change).problems(TODAY)) == [field]  # type: ignore[arg-type]


# --- after sending ------------------------------------------------------------------------------------------


def test_heard_within_two_weeks_to_the_day() -> None:
    assert marac.heard_in_time(SENT) is None
    assert marac.heard_in_time(replace(SENT, heard="2026-11-26")) is True
    assert marac.heard_in_time(replace(SENT, heard="2026-11-27")) is False
    assert marac.hear_by(dt.date(2026, 12, 25)) == dt.date(2027, 1, 8)


def test_what_waits_is_known() -> None:
    assert marac.waits_to_be_heard(SENT)
    assert not marac.waits_to_be_heard(PAPER)
    assert not marac.waits_to_be_heard(replace(SENT, outcome="withdrawn"))
    heard = replace(SENT, heard="2026-11-17", outcome="heard")
    assert marac.waits_to_be_told(heard)
    assert not marac.waits_to_be_heard(heard)
    assert not marac.waits_to_be_told(replace(heard, told="2026-11-18"))
    assert marac.waits_to_be_told(replace(SENT, outcome="not-accepted"))


def test_a_day_after_typing_a_change_of_the_paper_says_why() -> None:
    mine = replace(PAPER, recorded=1000, worker_id=7)
    assert not marac.reason_needed(mine, 7, 1000 + 24 * 3600)
    assert marac.reason_needed(mine, 7, 1001 + 24 * 3600)
    assert marac.reason_needed(mine, 8, 1001)
    assert marac.reason_needed(replace(mine, sent="2026-11-12"), 7, 1001)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sent": ""}, "MARAC paper to finish"),
        ({}, "MARAC by 26 November 2026"),
        ({"heard": "2026-11-17", "outcome": "heard"}, "MARAC heard 17 November 2026, tell the client"),
        ({"outcome": "not-accepted"}, "MARAC: tell the client"),
        ({"heard": "2026-11-17", "outcome": "heard", "told": "2026-11-18"}, "None"),
        ({"outcome": "withdrawn"}, "None"),
        ({"sent": "", "withdrawn": 1}, "None"),
    ],
)
def test_where_it_stands_is_said_in_few_words(change: dict[str, object], said: str) -> None:
    assert str(marac.said(replace(SENT, **change))) == said  # type: ignore[arg-type]


# ---- what nobody has referred yet


def _sent(day: str, **others: object) -> MaracReferral:
    return replace(PAPER, sent=day, **others)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "referrals", "happened", "lacks"),
    [
        ((), [], "", False),  # nothing brings it there
        (("VHR",), [], "", True),
        (("VHR",), [replace(PAPER, sent="")], "", False),  # the paper is being written
        (("VHR",), [replace(PAPER, sent="", withdrawn=1)], "", True),
        (("VHR",), [_sent("2026-09-01")], "", False),
        (("VHR",), [_sent("2025-09-01")], "", True),  # flag and tag are over
        (("VHR", "REP"), [_sent("2026-09-01")], "2026-10-01", True),  # it goes back
        (("VHR", "REP"), [_sent("2026-09-01"), _sent("2026-10-02")], "2026-10-01", False),
    ],
)
def test_a_case_that_goes_to_marac_is_said_until_a_referral_takes_it_there(
    found: tuple[str, ...], referrals: list[MaracReferral], happened: str, lacks: bool
) -> None:
    since = [Incident(None, "", PAPER.client_id, happened, kind="VIO")] if happened else []
    assert marac.lacks_referral(found, referrals, since, TODAY) is lacks
