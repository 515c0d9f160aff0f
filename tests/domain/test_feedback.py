"""Feedback: offered, given, declined; when it has to be offered next; what may be quoted."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from caseworker.domain.feedback import FeedbackOffer, Given, counted, due

TODAY = dt.date(2026, 11, 18)
LATER = FeedbackOffer(None, "", 1, "2026-11-01")
NO = replace(LATER, answer="declined")
SAID = Given(dt.date(2026, 11, 10), "review", "QUO")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"offered": ""}, "offered"),
        ({"offered": "x"}, "offered"),
        ({"offered": "2026-11-19"}, "offered"),
        ({"stage": "baseline"}, "stage"),
        ({"answer": "NA-ASK"}, "answer"),
        ({"note": "x" * 501}, "note"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(change: dict[str, str], field: str) -> None:
    assert list(replace(LATER, **change).problems(TODAY)) == [field]  # type: ignore[arg-type]
    assert LATER.problems(TODAY) == {}


def test_offered_is_given_and_declined_and_waiting() -> None:
    found = counted([NO, LATER], [])
    assert (found.offered, found.given, found.declined, found.waiting) == (2, 0, 1, 1)


def test_an_offer_that_waited_is_answered_by_the_form_and_counts_once() -> None:
    found = counted([LATER], [SAID])
    assert (found.offered, found.given, found.waiting) == (1, 1, 0)
    assert counted([replace(LATER, offered="2026-11-11")], [SAID]).offered == 2
    assert counted([replace(LATER, stage="exit")], [SAID]).offered == 2


def test_one_withdrawn_is_counted_nowhere() -> None:
    assert counted([replace(NO, withdrawn=1), replace(LATER, withdrawn=1)], []).offered == 0


@pytest.mark.parametrize(
    ("started", "closed", "offers", "given", "next_one"),
    [
        ("2026-01-05", "", [], [], ("review", dt.date(2026, 2, 16))),
        ("2026-01-05", "", [NO], [], None),
        ("2026-01-05", "", [], [SAID], None),
        ("2026-01-05", "2026-11-01", [NO], [SAID], ("exit", dt.date(2026, 11, 1))),
        ("2026-01-05", "2026-11-01", [replace(NO, stage="exit")], [], None),
        ("2026-01-05", "2026-11-01", [], [], ("exit", dt.date(2026, 11, 1))),
        ("", "", [], [], None),
    ],
)
def test_it_is_offered_at_six_weeks_and_at_the_end(
    started: str,
    closed: str,
    offers: list[FeedbackOffer],
    given: list[Given],
    next_one: tuple[str, dt.date] | None,
) -> None:
    assert due(started, closed, offers, given) == next_one


@pytest.mark.parametrize(("use", "may"), [("QUO", True), ("INT", False), ("NO", False), ("NA-ASK", False)])
def test_words_are_quoted_only_with_the_clients_word_for_it(use: str, may: bool) -> None:
    assert replace(SAID, use=use).may_be_quoted is may
