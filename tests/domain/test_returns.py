"""Categories are merged until each covers twenty people, and everything published adds up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from caseworker.domain import plans
from caseworker.domain.periods import Period
from caseworker.domain.plans import NOT_STATED
from caseworker.domain.returns import (
    ALL,
    Counts,
    Group,
    cells_of,
    codes_of,
    merge,
    merge_further,
    merge_within,
    set3,
    stated,
)

PERIOD = Period.parse("2025-26Q1")
LEAST = 20


def crowd(**sizes: int) -> dict[str, set[int]]:
    """Different people in each category."""
    start, found = 1, {}
    for code, size in sizes.items():
        found[code] = set(range(start, start + size))
        start += size
    return found


def names(groups: tuple[Group, ...]) -> dict[str, tuple[tuple[str, ...], int]]:
    return {group.name: (group.codes, group.people) for group in groups}


def test_categories_of_twenty_people_stay_and_the_rest_go_together():
    assert names(merge(crowd(A=30, B=12, C=20, D=9), LEAST)) == {
        "A": (("A",), 30),
        "C": (("C",), 20),
        "MERGED": (("B", "D"), 21),
    }


def test_a_merged_category_under_twenty_takes_in_the_next_smallest():
    assert names(merge(crowd(A=30, B=5, C=25), LEAST)) == {"A": (("A",), 30), "MERGED": (("B", "C"), 30)}


def test_it_goes_on_until_everything_is_one_category():
    assert names(merge(crowd(A=6, B=5, C=4), LEAST)) == {"MERGED": (("A", "B", "C"), 15)}


def test_categories_in_which_nothing_happened_may_stay_together_with_nobody_in_them():
    assert names(merge(crowd(A=30, B=0, C=0), LEAST)) == {"A": (("A",), 30), "MERGED": (("B", "C"), 0)}
    assert names(merge(crowd(A=30, B=0), LEAST)) == {"A": (("A",), 30), "B": (("B",), 0)}


def test_a_category_with_events_but_nobody_known_is_not_empty():
    assert names(merge(crowd(A=30, B=40, C=0), LEAST, present={"C"})) == {
        "B": (("B",), 40),
        "MERGED": (("A", "C"), 30),
    }


def test_somebody_in_two_categories_is_one_person():
    same = set(range(15))
    assert names(merge({"A": same, "B": same, "C": set(range(50, 80))}, LEAST)) == {
        "MERGED": (("A", "B", "C"), 45),
    }


def test_equal_sizes_are_merged_in_order_of_their_codes():
    assert names(merge(crowd(Z=20, B=20, A=3), LEAST)) == {"Z": (("Z",), 20), "MERGED": (("B", "A"), 23)}


people_by_category = st.dictionaries(
    st.sampled_from([f"C{n}" for n in range(12)]), st.sets(st.integers(1, 90), max_size=60), min_size=1
)


@given(people_by_category, st.integers(1, 40))
def test_merging_loses_no_category_and_leaves_none_under_the_least_but_the_last(people, least):
    groups = merge(people, least)
    assert sorted(code for group in groups for code in group.codes) == sorted(people)
    for group in groups:
        together = set().union(*(people[code] for code in group.codes))
        assert group.people == len(together)
        assert len(together) >= least or not together or len(groups) == 1
    assert groups == merge(dict(people), least)


districts = st.dictionaries(
    st.sampled_from(codes_of("area", PERIOD)), st.sets(st.integers(1, 400), max_size=60), min_size=1
)


@given(districts)
def test_merged_districts_never_straddle_two_larger_areas(people):
    people = {code: people.get(code, set()) for code in codes_of("area", PERIOD)}
    parent = {code: set3(code) for code in people}
    above: dict[str, set[int]] = {code: set() for code in codes_of("set3", PERIOD)}
    for code, inside in people.items():
        above[parent[code]] |= inside
    outer = merge(above, LEAST)
    inner = merge_within(outer, parent, people, LEAST)
    assert sorted(code for group in inner for code in group.codes) == sorted(people)
    assert len({group.name for group in inner}) == len(inner)
    for group in inner:
        assert sum({parent[code] for code in group.codes} <= set(larger.codes) for larger in outer) == 1
        assert group.people >= LEAST or not group.people or len(outer) == 1


@given(people_by_category, st.data())
def test_merging_further_leaves_enough_contributors_and_different_names(people, data):
    basis = merge(people, LEAST)
    some = {
        code: set(data.draw(st.lists(st.sampled_from(sorted(inside)), max_size=30))) if inside else set()
        for code, inside in people.items()
    }
    further = merge_further(basis, some, 10)
    assert sorted(code for group in further for code in group.codes) == sorted(people)
    assert len({group.name for group in further}) == len(further)
    for group in further:
        assert group.people >= 10 or len(further) == 1
        assert any(set(group.codes) >= set(one.codes) for one in basis)


def test_the_categories_never_depend_on_who_is_there():
    assert "E07000074" in codes_of("area", PERIOD)
    assert NOT_STATED in codes_of("crime_group", PERIOD)
    assert codes_of("month", PERIOD) == ("2025-04", "2025-05", "2025-06", NOT_STATED)


def test_missing_answers_are_not_stated_and_preferring_not_to_say_is_its_own_line():
    assert [stated(code) for code in ("NA-ASK", "NA-UNS", "NA-UNK", "NA-NAP", "", "NA-REF", "E07000066")] == [
        *["NS"] * 5, "NA-REF", "E07000066",
    ]  # fmt: skip


def test_districts_belong_to_essex_southend_or_thurrock():
    assert [set3(code) for code in ("E07000076", "E06000033", "E06000034", "OUT", "CON", "NS")] == [
        "ESSEX", "SOUTHEND", "THURROCK", "OUT", "CON", "NS",
    ]  # fmt: skip


def small_counts() -> Counts:
    district = {code: 0 for code in codes_of("area", PERIOD)} | {
        "E07000066": 30,
        "E07000067": 26,
        "E06000033": 44,
    }
    larger = {code: 0 for code in codes_of("set3", PERIOD)} | {"ESSEX": 56, "SOUTHEND": 44}
    rest = tuple(code for code in larger if not larger[code])
    outer = (Group("ESSEX", ("ESSEX",), 56), Group("SOUTHEND", ("SOUTHEND",), 44), Group("MERGED", rest, 0))
    none_in_essex = tuple(code for code in district if set3(code) == "ESSEX" and not district[code])
    elsewhere = tuple(code for code in district if set3(code) in rest)
    inner = (
        Group("E07000066", ("E07000066",), 30),
        Group("E07000067", ("E07000067",), 26),
        Group("MERGED", none_in_essex, 0),
        Group("E06000033", ("E06000033",), 44),
        Group("MERGED-2", elsewhere, 0),
    )
    plan = plans.load()
    totals = dict.fromkeys((m for table in plan.tables for m in table.measures), 0)
    totals |= {"supported": 100, "new": 60, "ongoing": 40, "supported_online": 7}
    new = {code: 60 * n // 100 for code, n in district.items()} | {
        "E07000066": 19,
        "E07000067": 15,
        "E06000033": 26,
    }
    cells = {
        ("supported", "area"): district,
        ("new", "area"): new,
        ("ongoing", "area"): {code: district[code] - new[code] for code in district},
        ("supported", "set3"): larger,
    }
    groups = {key: inner for key in cells if key[1] == "area"} | {("supported", "set3"): outer}
    return Counts(PERIOD, plan.name, 100, totals, cells, groups, frozenset({"did_not_attend"}))


def test_every_number_is_one_cell_and_every_line_adds_up():
    counts = small_counts()
    cells = cells_of(counts, plans.load())
    assert len(set(cells.names)) == len(cells.names) == len(cells.values)
    for total, parts in cells.equations:
        assert cells.values[total] == sum(cells.values[part] for part in parts), cells.names[total]
    for total, parts in cells.covers:
        assert all(cells.values[part] <= cells.values[total] for part in parts)
    lines = {cells.names[total]: {cells.names[part] for part in parts} for total, parts in cells.equations}
    assert lines["supported|set3|ESSEX"] == {
        "supported|area|E07000066",
        "supported|area|E07000067",
        "supported|area|MERGED",
    }
    together = [
        {cells.names[total], *(cells.names[part] for part in parts)} for total, parts in cells.equations
    ]
    assert {"supported|area|E07000066", "new|area|E07000066", "ongoing|area|E07000066"} in together
    assert {"supported", "new", "ongoing"} in together


def test_a_table_is_its_categories_and_last_the_total_it_shares_with_other_tables():
    cells = cells_of(small_counts(), plans.load())
    table = next(table for table in cells.tables if (table.measure, table.dim) == ("supported", "area"))
    assert table.codes == ("E07000066", "E07000067", "MERGED", "E06000033", "MERGED-2")
    assert [cells.values[cell] for cell in table.cells] == [30, 26, 0, 44, 0, 100]
    assert set(table.merged) == {"MERGED", "MERGED-2"}
    alone = [table for table in cells.tables if (table.measure, table.dim) == ("supported", ALL)]
    assert len(alone) == 1
    assert alone[0].cells[-1] == table.cells[-1]


def test_what_too_few_people_contribute_to_is_not_there_at_all():
    cells = cells_of(small_counts(), plans.load())
    assert not any(name.startswith("did_not_attend") for name in cells.names)


def test_counts_come_back_as_they_were_written():
    counts = small_counts()
    assert Counts.from_json(counts.as_json()) == counts
    assert len(counts.sha256()) == 64
