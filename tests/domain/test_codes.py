"""The code lists: complete, strict, and readable for ever."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from caseworker.domain import codes
from caseworker.errors import Problem

TODAY = dt.date(2026, 11, 18)
GOOD = """
name = "colour"
title = "Colour"
version = 2
valid_from = 2020-04-01

[groups]
warm = "Warm"
cold = "Cold"

[codes]
RED = { label = "Red", group = "warm", flags = ["loud"] }
OLD = { label = "Rust", group = "warm", valid_to = 2022-03-31 }
BLU = { label = "Blue", group = "cold" }
"""


def written(folder: Path, text: str, name: str = "colour") -> Path:
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("name", codes.names())
def test_every_shipped_list_can_be_read_and_offers_something_today(name: str) -> None:
    found = codes.get(name)
    assert found.valid_on(TODAY)
    assert all(found.label(code) for code in found.codes)


def test_all_the_lists_a_record_needs_are_shipped() -> None:
    needed = {
        "referral_source": 35, "referral_route": 7, "referral_outcome": 11, "decline_reason": 13,
        "victim_type": 7, "contact_kind": 13, "contact_method": 19, "note_category": 7,
        "need": 14, "need_level": 5, "closure_reason": 14, "cj_stage": 27,
        "code_right": 12, "ethnicity": 19, "religion": 8, "orientation": 4,
        "impairment": 11, "age_band": 13, "hate_strand": 10, "relationship": 19,
        "language": 34, "area": 17, "marac_criterion": 5, "risk_tool": 6,
        "need_unmet_reason": 11, "safety_item": 15, "order": 15, "special_measure": 13,
        "order_status": 6, "feedback_item": 7, "outcome_item": 7, "partnership": 7,
        "funding_stream": 10, "service_type": 15, "channel": 6,
    }  # fmt: skip
    assert needed == {name: len(codes.get(name).codes) for name in needed}


def test_crimes_stand_in_their_groups_with_their_flags() -> None:
    crime = codes.get("crime")
    assert len(crime.codes) == 81
    assert crime.group("DA3") == "DA"
    assert crime.label("DA3") == "Non-fatal strangulation or suffocation"
    assert crime.flags("DA1") >= {"hidden", "vawg", "marac"}
    assert all("anonymous" in crime.flags(code) for code in crime.codes if code.startswith("EA"))
    assert crime.with_flag("not_crime") == {"EA0", "HC2", "AS2", "OT2"}


def test_the_fourteen_districts_know_their_parents_and_people() -> None:
    area = codes.get("area")
    districts = [code for code in area.codes if code.startswith("E0")]
    assert len(districts) == 14
    assert set(area.codes) - set(districts) == {"OUT", "NFA", "CON"}
    assert area.parent("E06000034", "set3") == "Thurrock"
    assert area.parent("E07000077", "lpa") == "North"
    assert area.parent("CON", "set3") == "CON"
    county = sum(
        area.entry(code).facts["population_2021"]
        for code in districts
        if area.parent(code, "set3") == "Essex"
    )
    assert abs(county - 1_503_494) < 1000  # the census total of the county council's area


def test_every_age_falls_in_exactly_one_band() -> None:
    bands = codes.get("age_band").entries.values()
    for age in range(121):
        assert sum(band.facts["from_age"] <= age <= band.facts["to_age"] for band in bands) == 1


def test_disabled_means_limited_a_lot_or_a_little() -> None:
    assert codes.get("disability").with_flag("disabled") == {"LOT", "LIT"}


def test_five_kinds_of_missing_stand_apart_in_every_list() -> None:
    assert sorted(codes.MISSING) == ["NA-ASK", "NA-NAP", "NA-REF", "NA-UNK", "NA-UNS"]
    assert len(set(codes.MISSING.values())) == 5
    sex = codes.get("sex")
    for code in codes.MISSING:
        assert codes.is_missing(code)
        assert code not in sex
        assert sex.label(code) == codes.MISSING[code]
        assert sex.group(code) == code
        assert codes.accepts("sex", code)
    assert not codes.is_missing("F")
    assert {"NA-ASK", "NA-UNS"} == codes.NOT_RECORDED


def test_a_code_that_was_never_there_raises() -> None:
    with pytest.raises(codes.UnknownCode):
        codes.get("sex").label("X")
    with pytest.raises(codes.UnknownCode):
        codes.get("../../secrets")
    assert not codes.accepts("sex", "X")


def test_a_retired_code_is_not_offered_and_stays_readable(tmp_path: Path) -> None:
    colour = codes.read(written(tmp_path, GOOD))
    assert colour.valid_on(dt.date(2021, 1, 1)) == ("RED", "OLD", "BLU")
    assert colour.valid_on(dt.date(2022, 3, 31)) == ("RED", "OLD", "BLU")
    assert colour.valid_on(dt.date(2022, 4, 1)) == ("RED", "BLU")
    assert colour.valid_on(dt.date(2020, 3, 31)) == ()
    assert colour.label("OLD") == "Rust"
    assert colour.group("OLD") == "warm"
    assert colour.version == 2


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("RED =", "RED RED ="), "line 12"),
        (('label = "Red", ', ""), "entry RED, line 12"),
        (('label = "Red"', 'label = " Red"'), "entry RED"),
        (('label = "Red"', "label = 7"), "entry RED, line 12: “label”"),
        (('flags = ["loud"]', 'flags = ["loud", "loud"]'), "entry RED"),
        (('flags = ["loud"]', "flags = [1]"), "entry RED"),
        (('flags = ["loud"]', "colour = 1"), "entry RED, line 12: “colour”"),
        (('flags = ["loud"]', "minutes = -1"), "entry RED"),
        (('flags = ["loud"]', "minutes = true"), "entry RED"),
        (('group = "cold" }', 'group = "hot" }'), "entry BLU, line 14"),
        (('cold = "Cold"', 'cold = "Cold"\nodd = "Odd"'), "“odd”"),
        (("valid_to = 2022-03-31", "valid_to = 2019-03-31"), "entry OLD, line 13"),
        (("valid_to = 2022-03-31", 'valid_to = "2022"'), "entry OLD"),
        (('label = "Rust"', 'label = "red"'), "RED has the same label"),
        (("BLU =", '"NA-BLU" ='), "entry NA-BLU"),
        (("BLU =", '"B U" ='), "entry B U, line 14"),
        (("BLU =", '"B--U" ='), "entry B--U"),
        (("BLU = {", "BLU = 1 # {"), "entry BLU"),
        (("version = 2", "version = true"), "“version”"),
        (("version = 2", "version = 0"), "empty"),
        (("version = 2", ""), "“version”"),
        (("version = 2", "version = 2\nodd = 1"), "“odd”"),
        (('name = "colour"', 'name = "color"'), "“name”"),
        (("valid_from = 2020-04-01", "valid_from = 2020-04-01T00:00:00"), "“valid_from”"),
    ],
)
def test_a_broken_list_says_where_in_one_sentence(
    tmp_path: Path, change: tuple[str, str], named: str
) -> None:
    assert change[0] in GOOD
    with pytest.raises(Problem) as caught:
        codes.read(written(tmp_path, GOOD.replace(*change, 1)))
    assert caught.value.code == "E-CODELIST"
    assert "colour.toml" in str(caught.value.words)
    assert named in str(caught.value.words)
    assert "\n" not in str(caught.value.words)


def test_a_list_that_is_missing_or_not_text_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="E-CODELIST"):
        codes.read(tmp_path / "nothing.toml")
    (tmp_path / "colour.toml").write_bytes(b"\xff\xfe name")
    with pytest.raises(Problem, match="E-CODELIST"):
        codes.read(tmp_path / "colour.toml")
