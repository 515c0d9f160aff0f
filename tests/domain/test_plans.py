"""A plan says what may leave; the floor says what may leave whatever a plan says."""

from __future__ import annotations

import hashlib
import json

import pytest

import resources
from caseworker import canonical
from caseworker.domain import plans
from caseworker.domain.periods import Period
from caseworker.domain.returns import ADDING_UP, OUTCOME_MEASURES, STATUS_MEASURES, codes_of
from caseworker.errors import Problem

SHIPPED = resources.path("plans", "essex-2025.json")


@pytest.fixture
def given() -> dict:
    return json.loads(SHIPPED.read_bytes())


def read(value: dict) -> plans.Plan:
    return plans.read(canonical.dump(value))


def test_the_shipped_plan_holds_the_one_way_tables_of_referrals_people_crime_and_activity():
    plan = plans.load("essex-2025")
    assert [table.id for table in plan.tables] == ["T1", "T2", "T3", "T8"]
    assert [cut.dim for cut in plan.table("T1").cuts] == ["source", "outcome", "area", "crime_group", "month"]
    assert [cut.dim for cut in plan.table("T3").cuts] == ["crime_group", "set3"]
    assert plan.base == 5
    assert (plan.least_people, plan.least_contributors) == (20, 10)


def test_a_plan_is_known_by_the_hash_of_its_bytes():
    assert plans.load("essex-2025").sha256 == hashlib.sha256(SHIPPED.read_bytes()).hexdigest()
    assert plans.load(SHIPPED).name == f"sha256:{hashlib.sha256(SHIPPED.read_bytes()).hexdigest()}"


def test_every_measure_and_dimension_of_the_plan_has_words_and_codes():
    plan, period = plans.load(), Period.parse("2025-26Q1")
    for table in plan.tables:
        assert str(plans.TABLE_TITLES[table.id])
        assert all(str(plans.MEASURES[measure].label) for measure in table.measures)
        for cut in table.cuts:
            for code in codes_of(cut.dim, period):
                assert plans.code_label(cut.dim, code)
    assert plans.code_label("crime_group", "DA") == "Domestic abuse"
    assert plans.code_label("set3", "SOUTHEND") == "Southend"
    assert plans.code_label("month", "2025-04") == "April 2025"
    assert plans.code_label("area", "MERGED-2") == "Other categories together"


def test_every_referral_outcome_is_counted_as_something():
    assert set(codes_of("outcome", Period.parse("2025-26Q1"))) == set(OUTCOME_MEASURES)
    assert set(codes_of("status", Period.parse("2025-26Q1"))) == set(STATUS_MEASURES)
    for total, parts in ADDING_UP:
        assert {total, *parts} <= set(plans.MEASURES)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"base": 1}, "rounded to 5"),
        ({"base": 4}, "rounded to 5"),
        ({"least_people": 19}, "at least 20 people"),
        ({"least_contributors": 9}, "at least 10 people"),
    ],
)
def test_a_plan_cannot_go_under_the_floor(given, change, why):
    with pytest.raises(Problem, match=why) as caught:
        read(given | change)
    assert caught.value.code == "E-PLAN"


def test_a_plan_may_be_stricter_than_the_floor(given):
    assert read(given | {"base": 10, "least_people": 50}).base == 10


@pytest.mark.parametrize(
    "cut",
    [
        {"dim": "area*crime_group", "measures": ["supported"]},  # two-way
        {"dim": "ethnicity", "measures": ["supported"]},
        {"dim": "area", "measures": ["supported_hidden_harm"]},  # a flag by district is two-way in disguise
        {"dim": "area", "measures": ["contacts"]},
        {"dim": "area", "measures": []},
        {"dim": "area", "measures": ["supported", "supported"]},
    ],
)
def test_a_plan_cannot_ask_for_a_shape_that_may_not_leave(given, cut):
    t2 = next(table for table in given["tables"] if table["id"] == "T2")
    t2["cuts"] = [cut]
    with pytest.raises(Problem, match="T2"):
        read(given)


def test_a_plan_cannot_bring_tables_of_its_own(given):
    given["tables"].append({"id": "T99", "measures": ["supported"], "cuts": []})
    with pytest.raises(Problem, match="T99"):
        read(given)


def test_a_table_or_dimension_named_twice_is_refused(given):
    twice = json.loads(json.dumps(given))
    twice["tables"].append(twice["tables"][0])
    with pytest.raises(Problem, match="twice"):
        read(twice)
    given["tables"][0]["cuts"].append(given["tables"][0]["cuts"][0])
    with pytest.raises(Problem, match="twice"):
        read(given)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda v: v | {"extra": 1},
        lambda v: v | {"v": 2},
        lambda v: v | {"kind": "B1"},
        lambda v: v | {"valid_from": "1 April"},
        lambda v: v | {"base": "5"},
        lambda v: {key: v[key] for key in v if key != "tables"},
        lambda v: [v],
    ],
)
def test_a_plan_of_another_form_is_refused(given, spoil):
    with pytest.raises(Problem) as caught:
        read(spoil(given))
    assert caught.value.code == "E-PLAN"


def test_a_plan_whose_bytes_were_touched_is_refused():
    for data in (SHIPPED.read_bytes() + b"\n", SHIPPED.read_bytes()[:-1], b"", b" " + SHIPPED.read_bytes()):
        with pytest.raises(Problem):
            plans.read(data)


def test_a_plan_that_is_not_there_is_named_in_the_error():
    with pytest.raises(Problem, match=r"nowhere\.json"):
        plans.load("nowhere")
