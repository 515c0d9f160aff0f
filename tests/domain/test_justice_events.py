"""Stages of the justice process: what has to be right, which dates wait, how long it takes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseworker.domain.justice_events import (
    JusticeEvent,
    dates_ahead,
    delays,
    in_order,
    not_told,
    reached,
    review_until,
)

TODAY = dt.date(2026, 11, 18)
REPORT = JusticeEvent(1, "", 1, "03", "2026-04-18", police_ref="42/1234/26")


def event(n: int, stage: str, happened: str, **more: str) -> JusticeEvent:
    return JusticeEvent(n, "", 1, stage, happened, **more)  # type: ignore[arg-type]


def test_a_stage_needs_little_and_a_month_is_enough() -> None:
    assert REPORT.problems(TODAY) == {}
    assert event(1, "05", "2026-11").problems(TODAY) == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"stage": "98"}, "stage"),
        ({"stage": "NA-ASK"}, "stage"),
        ({"happened": ""}, "happened"),
        ({"happened": "2026-13"}, "happened"),
        ({"happened": "2026-02-30"}, "happened"),
        ({"happened": "2026-12"}, "happened"),
        ({"happened": "2026-11-19"}, "happened"),
        ({"next_on": "soon"}, "next_on"),
        ({"next_on": "2026-04-17"}, "next_on"),
        ({"told": "2026-11-19"}, "told"),
        ({"told": "2026-04-17"}, "told"),
        ({"stage": "25"}, "at_stage"),
        ({"stage": "25", "at_stage": "98"}, "at_stage"),
        ({"at_stage": "05"}, "at_stage"),
        ({"detail": "x" * 501}, "detail"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(change: dict[str, str], field: str) -> None:
    assert list(replace(REPORT, **change).problems(TODAY)) == [field]  # type: ignore[arg-type]


def test_withdrawing_says_at_which_stage_and_may_not_be_known() -> None:
    assert event(1, "25", "2026-05-01", at_stage="05").problems(TODAY) == {}
    assert event(1, "25", "2026-05-01", at_stage="NA-UNK").problems(TODAY) == {}


def test_a_date_ahead_may_lie_in_the_future() -> None:
    assert replace(REPORT, next_on="2027-06-01").problems(TODAY) == {}


def test_stages_stand_in_the_order_in_which_they_came() -> None:
    found = in_order(
        [
            event(4, "08", "2026-09-01"),
            event(3, "04", "2026-04-18"),
            REPORT,
            replace(event(9, "99", "2026-10-01"), withdrawn=5),
            event(2, "05", "2026-05"),
        ]
    )
    assert [one.stage for one in found] == ["03", "04", "05", "08"]
    assert reached(found) == found[-1]
    assert reached([]) is None


def test_a_date_waits_until_a_later_stage_takes_its_place() -> None:
    bail = event(2, "06", "2026-05-01", next_on="2026-08-01")
    assert dates_ahead([REPORT, bail]) == [bail]
    # something happened before that date: it still waits
    assert dates_ahead([REPORT, bail, event(3, "07", "2026-07-01")]) == [bail]
    # something happened on or after it
    assert dates_ahead([REPORT, bail, event(3, "08", "2026-08-01")]) == []
    assert dates_ahead([REPORT, bail, event(3, "08", "2026-08")]) == []
    # or another date was set
    put_off = event(3, "06", "2026-07-30", next_on="2026-10-01")
    assert dates_ahead([REPORT, bail, put_off]) == [put_off]


def test_no_further_action_may_be_reviewed_for_three_months_from_being_told() -> None:
    decided = event(2, "09", "2026-08-31")
    assert review_until([REPORT, decided]) == (decided, dt.date(2026, 11, 30))
    told = replace(decided, told="2026-09-15")
    assert review_until([REPORT, told]) == (told, dt.date(2026, 12, 15))
    assert review_until([REPORT, told, event(3, "12", "2026-10-01")]) is None
    assert review_until([REPORT]) is None


def test_no_review_where_the_client_did_not_support_it() -> None:
    assert review_until([REPORT, event(2, "10", "2026-08-31")]) is None


def test_the_cps_deciding_after_a_review_of_the_police_may_itself_be_reviewed() -> None:
    found = [REPORT, event(2, "09", "2026-05-01"), event(3, "12", "2026-06-01"), event(4, "11", "2026-10-01")]
    assert review_until(found) == (found[-1], dt.date(2027, 1, 1))


def test_delays_are_said_in_words() -> None:
    assert [str(said) for said in delays([REPORT], TODAY)] == ["214 days since first report"]
    charged = event(2, "08", "2026-09-18")
    trial = event(3, "17", "2026-11-02")
    assert [str(said) for said in delays([REPORT, charged, trial], TODAY)] == [
        "214 days since first report",
        "153 days from first report to charge",
        "45 days from charge to trial",
    ]
    over = [REPORT, event(2, "09", "2026-05-18")]
    assert [str(said) for said in delays(over, TODAY)] == ["30 days from first report to the outcome"]
    assert delays([event(1, "00", "2026-05-01")], TODAY) == []


def test_news_the_client_was_not_told_is_listed() -> None:
    charged = event(2, "08", "2026-09-18")
    assert not_told([REPORT, charged, event(3, "06", "2026-07-01")]) == [charged]
    assert not_told([replace(charged, told="2026-09-20")]) == []


stages = st.sampled_from(["03", "05", "06", "08", "09", "11", "12", "16", "17", "25", "99"])
days = st.dates(dt.date(2024, 1, 1), dt.date(2026, 11, 18)).map(dt.date.isoformat)
texts = st.one_of(days, days.map(lambda day: day[:7]))


@given(st.lists(st.tuples(stages, texts, st.one_of(st.just(""), days)), max_size=8))
def test_whatever_happened_the_rules_answer_and_at_most_the_latest_date_of_a_day_waits(
    rows: list[tuple[str, str, str]],
) -> None:
    events = [event(n, stage, happened, next_on=ahead) for n, (stage, happened, ahead) in enumerate(rows, 1)]
    waiting = dates_ahead(events)
    assert len(waiting) <= 1  # each new date takes the place of the one before
    assert all(one in events and one.next_on for one in waiting)
    assert all(days >= 0 for said in delays(events, TODAY) for days in [said.values["days"]])
    review_until(events)
    not_told(events)
