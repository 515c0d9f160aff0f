"""Answering, scoring and comparing: one engine, whatever the instrument."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseworker.domain import codes, instruments
from caseworker.domain.instruments import Answer, AnswerSet, Moved, Taken, moved, score
from caseworker.errors import Problem
from tests.domain.test_definitions import GOOD

TODAY = dt.date(2026, 11, 18)
DAY = dt.timedelta(days=1)


def shipped(name: str) -> instruments.Instrument:
    return instruments.shelf().current(name, TODAY)


def dash(yes: int, **others: str) -> dict[str, str]:
    given = {str(item): "yes" if item <= yes else "no" for item in range(1, 25)}
    return {**given, **{key.removeprefix("q"): value for key, value in others.items()}}


# --- the shelf ----------------------------------------------------------------------------------------------


def test_the_shelf_offers_every_instrument_the_service_needs() -> None:
    held = instruments.shelf()
    assert held.broken == ()
    assert {one.name for one in held.offered(TODAY)} == {
        "DASH24", "DARA", "SDASH", "GEN", "NEEDS", "CR7", "CORE10", "PHQ9", "GAD7", "FEEDBACK",
    }  # fmt: skip
    assert {one.name for one in held.offered(TODAY, "risk")} == {"DASH24", "DARA", "SDASH", "GEN"}
    assert {one.name for one in held.offered(dt.date(2021, 1, 1), "risk")} == {"DASH24", "SDASH", "GEN"}


def test_a_new_instrument_dropped_in_as_a_file_appears_and_scores(tmp_path: Path) -> None:
    assert instruments.shelf(tmp_path).offered(TODAY) == ()
    (tmp_path / "CALM-2.toml").write_text(GOOD, encoding="utf-8")
    (found,) = instruments.shelf(tmp_path).offered(TODAY)
    assert found.title == "Calm, three items"
    assert score(found, {"A": "2", "B": "1", "C": "0"}).total == 3
    assert score(found, {"A": "2", "B": "1", "C": "0"}).grade == "low"
    assert score(found, {"A": "2", "B": "1", "C": "0"}, area="Thurrock").grade == "full"


def test_a_broken_file_spoils_only_itself(tmp_path: Path) -> None:
    (tmp_path / "CALM-2.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "STORM-1.toml").write_text(GOOD.replace("CALM", "STORM").replace("= 2\n", "= one\n", 1))
    held = instruments.shelf(tmp_path)
    assert [one.name for one in held.offered(TODAY)] == ["CALM"]
    (problem,) = held.broken
    assert "STORM-1.toml cannot be used. Line 4" in str(problem.words)
    with pytest.raises(Problem, match="Line 4"):
        held.current("STORM", TODAY)
    with pytest.raises(Problem, match="There is no form BREEZE"):
        held.current("BREEZE", TODAY)


def test_the_newest_version_of_its_day_is_offered(tmp_path: Path) -> None:
    (tmp_path / "CALM-2.toml").write_text(GOOD, encoding="utf-8")
    later = GOOD.replace("version = 2", "version = 3").replace("2020-04-01", "2026-12-01")
    (tmp_path / "CALM-3.toml").write_text(later, encoding="utf-8")
    held = instruments.shelf(tmp_path)
    assert held.current("CALM", TODAY).version == 2
    assert held.current("CALM", dt.date(2026, 12, 1)).version == 3


# --- answers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", sorted(codes.MISSING))
def test_any_question_can_be_left_in_five_ways(missing: str) -> None:
    for one in instruments.shelf().offered(TODAY):
        for item in one.items:
            assert instruments.problems(one, Answer(item, missing)) == {}


@pytest.mark.parametrize(
    ("name", "answer", "field"),
    [
        ("DASH24", Answer("1", "maybe"), "value"),
        ("DASH24", Answer("1", ""), "value"),
        ("DASH24", Answer("25", "yes"), "item"),
        ("DASH24", Answer("1", "yes", "neighbour"), "source"),
        ("DASH24", Answer("1", "yes", "victim", "x" * 2001), "note"),
        ("CR7", Answer("SAFE", "3", "victim"), "source"),
        ("PHQ9", Answer("TOTAL", "28"), "value"),
        ("PHQ9", Answer("TOTAL", "-1"), "value"),
        ("PHQ9", Answer("TOTAL", "012"), "value"),
        ("PHQ9", Answer("TOTAL", "1.5"), "value"),
        ("PHQ9", Answer("TOTAL", "٣"), "value"),
        ("FEEDBACK", Answer("WORDS", " "), "value"),
        ("FEEDBACK", Answer("WORDS", "x" * 5001), "value"),
    ],
)
def test_what_is_no_answer_is_said_beside_its_field(name: str, answer: Answer, field: str) -> None:
    assert list(instruments.problems(shipped(name), answer)) == [field]


def test_each_dash_answer_says_who_said_so_before_it_is_signed() -> None:
    tool = shipped("DASH24")
    answers = {"1": Answer("1", "yes", "victim"), "2": Answer("2", "no"), "3": Answer("3", "NA-UNK")}
    assert list(instruments.signing_problems(tool, answers)) == ["2"]
    answers["2"] = Answer("2", "no", "professional")
    assert instruments.signing_problems(tool, answers) == {}


def test_a_form_with_no_answer_at_all_is_not_signed() -> None:
    assert instruments.signing_problems(shipped("DASH24"), {})
    assert instruments.signing_problems(shipped("DASH24"), {"1": Answer("1", "NA-REF")})


def test_a_client_gives_each_priority_once() -> None:
    needs = shipped("NEEDS")
    answers = {code: Answer(code, value) for code, value in (("P1", "N9"), ("P2", "N2"), ("P3", "N9"))}
    assert list(instruments.signing_problems(needs, answers)) == ["P3"]
    answers["P3"] = Answer("P3", "NA-REF")
    assert instruments.signing_problems(needs, answers) == {}


@pytest.mark.parametrize(("answer", "said"), [("0", "No need"), ("NA-NAP", "Does not apply")])
def test_what_was_answered_as_no_need_cannot_be_what_matters_most(answer: str, said: str) -> None:
    needs = shipped("NEEDS")
    given = {"N1": "2", "N2": answer, "P1": "N1", "P2": "N2"}
    answers = {code: Answer(code, value) for code, value in given.items()}
    found = instruments.signing_problems(needs, answers)
    assert list(found) == ["P2"]
    assert str(found["P2"]) == (
        f"Choose something else here, or change the answer above: Shelter and accommodation was answered with “{said}”"
    )


@pytest.mark.parametrize("answer", ["1", "4", "NA-UNK", "NA-ASK", None])
def test_what_may_be_a_need_can_matter_most(answer: str | None) -> None:
    given = {"N1": "0", "N2": answer, "P1": "N2"}
    answers = {code: Answer(code, value) for code, value in given.items() if value is not None}
    assert instruments.signing_problems(shipped("NEEDS"), answers) == {}


def test_a_need_asks_on_only_where_it_is_one() -> None:
    needs = shipped("NEEDS")

    def asked(**values: str) -> set[str]:
        given = {key.replace("_", "-"): value for key, value in values.items()}
        return {item.code for item in needs.asked(given) if item.parent}

    assert asked() == set()
    assert asked(N2="1") == set()
    assert asked(N2="2") == {"N2-PLAN", "N2-MET"}
    assert asked(N2="3", N2_MET="met") == {"N2-PLAN", "N2-MET"}
    assert asked(N2="3", N2_MET="not-met") == {"N2-PLAN", "N2-MET", "N2-WHY"}
    assert asked(N2="0", N2_MET="not-met") == set()
    assert needs.items["N2-WHY"].show("NOS") == "No such service here"
    assert needs.items["P1"].show("N2") == "Shelter and accommodation"


def test_open_answers_wait_for_a_signature_after_a_day() -> None:
    held = AnswerSet(1, "u", 1, None, "DASH24", 1, "d", "baseline", 0, recorded=1000)
    assert not instruments.waits_for_signature(held, 1000 + 24 * 3600)
    assert instruments.waits_for_signature(held, 1001 + 24 * 3600)
    assert not instruments.waits_for_signature(replace(held, signed=5), 10**9)
    assert not instruments.waits_for_signature(replace(held, withdrawn=5), 10**9)


# --- scores -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("yes", "grade"),
    [(0, ""), (1, "standard"), (9, "standard"), (10, "medium"), (13, "medium"), (14, "high"), (24, "high")],
)
def test_dash_bands_at_their_edges(yes: int, grade: str) -> None:
    found = score(shipped("DASH24"), dash(yes))
    assert (found.total, found.grade, found.unanswered) == (yes, grade, 0)


def test_dash_thresholds_can_be_set_by_area() -> None:
    tool = shipped("DASH24")
    assert score(tool, dash(12), "Thurrock", {"high": 12}).grade == "high"
    assert score(tool, dash(12), "Thurrock").grade == "medium"
    assert score(tool, dash(12), "Thurrock", {"high": 12}).thresholds == {
        "standard": 1,
        "medium": 10,
        "high": 12,
    }
    assert score(tool, dash(12), "", {"nonsense": 1}).grade == "medium"


def test_what_was_not_asked_is_never_counted_as_a_no() -> None:
    found = score(shipped("DASH24"), {"1": "yes", "2": "no", "3": "NA-UNK"})
    assert (found.total, found.answered, found.unanswered) == (1, 2, 22)
    assert score(shipped("DASH24"), {}).total is None


def test_a_grade_alone_is_taken_as_the_grade() -> None:
    assert score(shipped("DARA"), {"GRADE": "high"}).grade == "high"
    assert score(shipped("GEN"), {"GRADE": "NA-ASK"}).grade == ""
    assert score(shipped("SDASH"), {"1": "yes", "2": "yes"}).total == 2
    assert score(shipped("SDASH"), {"1": "yes", "2": "yes"}).grade == ""


@pytest.mark.parametrize(
    ("name", "total", "band"),
    [
        ("PHQ9", "9", "mild"),
        ("PHQ9", "10", "moderate"),
        ("GAD7", "15", "severe"),
        ("CORE10", "5", ""),
        ("CORE10", "40", "severe"),
    ],
)  # fmt: skip
def test_outside_scores_are_read_in_their_bands(name: str, total: str, band: str) -> None:
    assert score(shipped(name), {"TOTAL": total}).grade == band
    assert score(shipped(name), {"TOTAL": "NA-REF"}).total is None


@given(
    st.dictionaries(st.integers(1, 24).map(str), st.sampled_from(["yes", "no", *codes.MISSING]), max_size=24),
    st.integers(1, 24).map(str),
)
def test_one_more_yes_never_lowers_the_grade(values: dict[str, str], item: str) -> None:
    tool = shipped("DASH24")
    order = ["", "standard", "medium", "high"]
    before, after = score(tool, values), score(tool, {**values, item: "yes"})
    assert order.index(after.grade) >= order.index(before.grade)
    assert after.total is not None
    assert after.total == sum(value == "yes" for value in {**values, item: "yes"}.values())
    assert after.answered + after.unanswered == 24


def test_what_may_weigh_more_than_the_total_is_named() -> None:
    tool = shipped("DASH24")
    assert {prompt.code for prompt in instruments.prompted(tool, {"15": "yes", "6": "yes"})} == {"strangled"}
    together = {"6": "yes", "12": "yes", "1": "yes"}
    assert {prompt.code for prompt in instruments.prompted(tool, together)} == {"together"}
    assert instruments.prompted(tool, {"15": "NA-UNK", "8": "no"}) == ()


# --- change -------------------------------------------------------------------------------------------------


def pair(name: str, item: str, first: str, last: str, days: int = 42) -> tuple[Moved, ...]:
    tool = shipped(name)
    return moved(
        [Taken(tool, TODAY, "baseline", {item: first}), Taken(tool, TODAY + days * DAY, "exit", {item: last})]
    )


@pytest.mark.parametrize(
    ("name", "first", "last", "verdict", "sentence"),
    [
        ("CR7", "2", "3", "improved", "eased by 1"),
        ("CR7", "4", "4", "maintained_good", "no change"),
        ("CR7", "3", "3", "unchanged_low", "no change"),
        ("CR7", "5", "4", "declined", "harder by 1"),
        ("NEEDS", "4", "2", "improved", "eased by 2"),
        ("NEEDS", "1", "2", "declined", "harder by 1"),
        ("NEEDS", "1", "1", "maintained_good", "no change"),
        ("NEEDS", "2", "2", "unchanged_low", "no change"),
        ("CORE10", "20", "14", "improved", "eased by 6"),
        ("CORE10", "20", "15", "unchanged_low", "eased by 5, less than counts as a change"),
        ("CORE10", "8", "10", "maintained_good", "harder by 2, less than counts as a change"),
        ("PHQ9", "10", "16", "declined", "harder by 6"),
        ("GAD7", "12", "8", "improved", "eased by 4"),
    ],
)
def test_change_is_told_in_the_better_direction(
    name: str, first: str, last: str, verdict: str, sentence: str
) -> None:
    item = {"CR7": "SAFE", "NEEDS": "N1"}.get(name, "TOTAL")
    (found,) = pair(name, item, first, last)
    assert (found.verdict, str(found.sentence())) == (verdict, sentence)
    assert found.is_good == (verdict in ("improved", "maintained_good"))


def test_a_need_is_resolved_at_level_one() -> None:
    assert [one.resolved for last in "012" for one in pair("NEEDS", "N1", "4", last)] == [True, True, False]


def test_a_pair_needs_fourteen_days() -> None:
    assert pair("CR7", "SAFE", "2", "5", days=13) == ()
    assert len(pair("CR7", "SAFE", "2", "5", days=14)) == 1


def test_the_latest_later_score_is_used_and_what_does_not_apply_drops_out() -> None:
    tool = shipped("CR7")

    def at(day: int, stage: str, **values: str) -> Taken:
        return Taken(tool, TODAY + day * DAY, stage, values)

    start = at(0, "baseline", SAFE="1", JUST="2", COPE="NA-NAP")
    (safe, just) = moved([at(60, "exit", SAFE="4", JUST="5"), start, at(30, "review", SAFE="3", JUST="3")])
    assert (safe.item, safe.last, just.item, just.last) == ("SAFE", 4, "JUST", 5)
    (only,) = moved(
        [start, at(30, "review", SAFE="3", JUST="3"), at(60, "exit", SAFE="NA-REF", JUST="NA-NAP")]
    )
    assert (only.item, only.last) == ("SAFE", 3)
    assert moved([at(0, "review", SAFE="1"), at(30, "exit", SAFE="4")]) == ()
    assert moved([]) == ()


def test_versions_are_compared_only_where_the_scale_kept_its_sizes() -> None:
    old = shipped("CR7")
    same = instruments.parse(old.text.replace("version = 1", "version = 2"), "CR7-2.toml")
    wider = instruments.parse(
        old.text.replace("version = 1", "version = 2").replace(
            '5 = { label = "Strongly agree", value = 5 }', '5 = { label = "Strongly agree", value = 6 }'
        ),
        "CR7-2.toml",
    )
    first = Taken(old, TODAY, "baseline", {"SAFE": "2"})
    assert len(moved([first, Taken(same, TODAY + 20 * DAY, "exit", {"SAFE": "4"})])) == 1
    assert moved([first, Taken(wider, TODAY + 20 * DAY, "exit", {"SAFE": "4"})]) == ()


def test_risk_is_never_counted_as_an_outcome() -> None:
    assert pair("DASH24", "1", "yes", "no") == ()


@given(st.integers(1, 5), st.integers(1, 5))
def test_every_change_has_exactly_one_verdict(first: int, last: int) -> None:
    (found,) = pair("CR7", "SAFE", str(first), str(last))
    (back,) = pair("CR7", "SAFE", str(last), str(first))
    assert found.eased == -back.eased
    level = "maintained_good" if last >= 4 else "unchanged_low"
    expected = "improved" if last > first else "declined" if last < first else level
    assert found.verdict == expected


def test_a_percentage_of_fewer_than_ten_pairs_is_never_given() -> None:
    nine = [pair("CR7", "SAFE", "2", "4")[0] for _ in range(8)] + list(pair("CR7", "SAFE", "4", "2"))
    counted = instruments.tally(nine)["SAFE"]
    assert (counted.pairs, counted.improved, counted.declined, counted.eased) == (9, 8, 1, 14)
    assert counted.share(counted.improved) is None
    ten = instruments.tally([*nine, pair("CR7", "SAFE", "5", "5")[0]])["SAFE"]
    assert (ten.share(ten.improved), ten.share(ten.maintained)) == (80, 10)


@pytest.mark.parametrize(
    ("name", "signed", "ended", "stage"),
    [
        ("CR7", False, False, "baseline"),
        ("CR7", True, False, "review"),
        ("CR7", True, True, "exit"),
        ("FEEDBACK", False, False, "review"),
    ],
)
def test_the_stage_offered_follows_from_what_was_signed_and_whether_support_goes_on(
    name: str, signed: bool, ended: bool, stage: str
) -> None:
    form = instruments.shelf().current(name, dt.date(2026, 11, 18))
    assert instruments.usual_stage(form, signed, ended) == stage
