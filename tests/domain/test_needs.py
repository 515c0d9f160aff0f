"""Needs as the tab reads them: start, latest, aim, and one sentence that says all that the bar shows."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseworker.domain import instruments, needs
from caseworker.domain.instruments import Taken
from caseworker.domain.needs import NeedRow

DAY = dt.date(2026, 7, 29)
FORM = instruments.shelf().current("NEEDS", DAY)


def asked(days: int, stage: str = "review", **values: str) -> Taken:
    return Taken(
        FORM, DAY + dt.timedelta(days=days), stage, {k.replace("_", "-"): v for k, v in values.items()}
    )


def row(taken: list[Taken], need: str = "N1", aim: int | None = None) -> NeedRow:
    found = needs.rows(taken, {} if aim is None else {need: aim})
    return next(one for one in found if one.need == need)


@pytest.mark.parametrize(
    ("start", "latest", "aim", "sentence"),
    [
        ("4", "3", 1, "Eased by 1, 2 to go"),
        ("4", "2", 0, "Eased by 2, 2 to go"),
        ("3", "3", 1, "No change, 2 to go"),
        ("3", "1", 1, "Eased by 2, aim met"),
        ("2", "3", 1, "Harder by 1, 2 to go"),
        ("0", "1", 1, "Harder by 1, aim met"),
        ("1", "1", 1, "Aim met"),
        ("0", "0", 0, "No need found"),
        ("0", "0", None, "No need found"),
        ("2", "0", None, "Eased by 2"),
        ("3", "2", None, "Eased by 1"),
    ],
)
def test_the_sentence_says_how_far_it_came_and_how_far_it_is(
    start: str, latest: str, aim: int | None, sentence: str
) -> None:
    found = row([asked(0, "baseline", N1=start), asked(42, N1=latest)], aim=aim)
    assert str(found.sentence()) == sentence
    assert found.aim_met == (aim is not None and int(latest) <= aim)


def test_one_answer_is_not_a_distance() -> None:
    assert str(row([asked(0, "baseline", N1="3")], aim=1).sentence()) == "Asked once, 2 to go"
    assert str(row([asked(0, "baseline", N1="3")]).sentence()) == "Asked once"
    assert str(row([asked(0, "review", N1="3")]).sentence()) == "No start to compare with"


def test_two_answers_within_a_fortnight_are_not_compared() -> None:
    soon = [asked(0, "baseline", N1="3"), asked(13, N1="1")]
    assert row(soon).moved is None
    assert str(row(soon, aim=0).sentence()) == "Too soon to compare, 1 to go"
    assert str(row([*soon, asked(14, N1="1")]).sentence()) == "Eased by 2"


def test_a_need_that_does_not_apply_any_more_is_not_compared() -> None:
    gone = row([asked(0, "baseline", N1="3"), asked(42, N1="NA-NAP")], aim=1)
    assert (gone.latest, gone.moved, gone.aim_met) == (None, None, False)
    assert str(gone.sentence()) == "Does not apply now"


def test_one_not_asked_again_keeps_its_last_answer() -> None:
    kept = row([asked(0, "baseline", N1="3"), asked(42, N1="2"), asked(84, N2="1")])
    assert (kept.start, kept.latest, str(kept.sentence())) == (3, 2, "Eased by 1")


def test_what_matters_most_to_the_client_stands_first() -> None:
    found = needs.rows(
        [
            asked(0, "baseline", N1="1", N2="4", N9="4", P1="N2", P2="N1"),
            asked(42, N1="1", P1="N9", P2="N2", P3="NA-REF"),
        ]
    )
    assert [(one.need, one.priority) for one in found] == [("N9", 1), ("N2", 2), ("N1", 0)]


def test_priorities_that_nobody_asked_again_stay() -> None:
    assert needs.priorities([asked(0, P1="N2"), asked(42, N1="1")]) == {"N2": 1}


def test_needs_nobody_answered_about_are_named_and_not_shown_as_none() -> None:
    taken = [asked(0, "baseline", N1="3", N2="NA-REF")]
    assert [one.need for one in needs.rows(taken)] == ["N1"]
    assert "Shelter and accommodation" in needs.not_asked(taken)
    assert "Mental and physical health" not in needs.not_asked(taken)
    assert needs.rows([]) == needs.not_asked([]) == ()


@pytest.mark.parametrize(
    ("met", "why", "referred", "said"),
    [
        ("partly", "WAI", {}, "Partly met: waiting"),
        ("not-met", "NOS", {}, "Not met: no such service here"),
        ("not-met", "NA-ASK", {}, "Not met"),
        ("met", "NA-ASK", {"N1": "NOS"}, None),
        ("NA-ASK", "NA-ASK", {}, None),
        ("NA-ASK", "NA-ASK", {"N1": "NOS"}, "Not met: no such service here"),
        ("partly", "NA-ASK", {"N1": "TRV"}, "Partly met: travel or transport"),
        ("not-met", "WAI", {"N1": "NOS"}, "Not met: waiting"),
    ],
)
def test_why_a_need_stays_unmet_is_what_the_form_says_or_else_what_referring_showed(
    met: str, why: str, referred: dict[str, str], said: str | None
) -> None:
    (found,) = needs.rows([asked(0, "baseline", N1="3", N1_MET=met, N1_WHY=why)], unmet=referred)
    assert (str(found.unmet()) if found.unmet() else None) == said


LEVELS = st.sampled_from(["0", "1", "2", "3", "4", "NA-ASK", "NA-NAP", "NA-REF"])


@given(
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from(FORM.stages), LEVELS), max_size=8),
    st.none() | st.integers(0, 4),
)
def test_a_row_never_says_more_than_was_answered(
    answers: list[tuple[int, str, str]], aim: int | None
) -> None:
    taken = [asked(days, stage, N1=level) for days, stage, level in answers]
    for found in needs.rows(taken, {} if aim is None else {"N1": aim}):
        said = str(found.sentence())
        assert found.asked == sum(level.isdigit() for _, _, level in answers)
        assert ("Eased" in said or "Harder" in said) <= (found.moved is not None)
        assert found.aim is not None or "to go" not in said
        assert "-" not in said
        if found.moved is not None and found.latest is not None:
            assert (found.moved.first, found.moved.last) == (found.start, found.latest)
