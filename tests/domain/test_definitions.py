"""A definition is read strictly: one sentence with file, line and reason for anything unexpected."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import resources
from caseworker.domain import codes, definitions, instruments
from caseworker.errors import Problem

GOOD = """\
name = "CALM"
title = "Calm, three items"
kind = "outcomes"
version = 2
valid_from = 2020-04-01
stages = ["baseline", "exit"]
different = ["A", "B"]

[scales.much]
0 = { label = "Not at all", value = 0 }
1 = { label = "Some", value = 1 }
2 = { label = "Much", value = 2 }

[scales.done]
yes = { label = "Yes" }
no = { label = "No" }

[items]
A = { label = "Sleep", scale = "much" }
B = { label = "Work", scale = "much" }
C = { label = "Points from elsewhere", least = 0, most = 9 }

[follow]
DONE = { label = "Was it done?", scale = "done", scale_of = "much", at_least = 1 }
WHY = { label = "Why not?", text = true, after = "DONE", is = ["no"] }

[score]
method = "sum"
label = "Total"

[bands]
low = { from = 1, label = "Low" }
full = { from = 4, label = "Full" }

[areas.Thurrock]
full = 3

[prompts]
sleepless = { label = "No sleep", items = ["A"] }

[change]
better = "higher"
good = 2
"""


def refused(text: str) -> str:
    with pytest.raises(Problem) as caught:
        definitions.parse(text, "CALM-2.toml")
    assert caught.value.code == "E-INSTRUMENT"
    return str(caught.value.words)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    "file", sorted(resources.path("instruments").glob("*.toml")), ids=lambda file: file.stem
)
def test_every_shipped_instrument_can_be_read(file: Path) -> None:
    found = definitions.read(file)
    assert found.items
    assert found.stages


def test_the_shipped_forms_say_what_the_code_lists_say() -> None:
    held = {one.name: one for one in instruments.shelf().instruments}
    for name, list_name in (("NEEDS", "need"), ("CR7", "outcome_item"), ("FEEDBACK", "feedback_item")):
        listed = codes.get(list_name)
        said = {code: item.label for code, item in held[name].items.items() if code in listed}
        assert said == {code: listed.label(code) for code in listed.codes}
    for name, scale, list_name in (
        ("NEEDS", "level", "need_level"),
        ("NEEDS", "met", "need_met"),
        ("NEEDS", "reason", "need_unmet_reason"),
        ("FEEDBACK", "channel", "feedback_channel"),
        ("FEEDBACK", "permission", "feedback_permission"),
        ("DARA", "grade", "risk_grade"),
        ("GEN", "grade", "risk_grade"),
    ):
        options = next(
            item.scale.options
            for item in held[name].items.values()
            if item.scale is not None and item.scale.name == scale
        )
        listed = codes.get(list_name)
        assert {code: one.label for code, one in options.items()} == {
            code: listed.label(code) for code in listed.codes
        }
    assert {one.name for one in held.values() if one.kind == "risk"} <= set(codes.get("risk_tool").codes)


def test_a_whole_definition_is_read_as_written() -> None:
    found = definitions.parse(GOOD, "CALM-2.toml")
    assert list(found.items) == ["A", "A-DONE", "A-WHY", "B", "B-DONE", "B-WHY", "C"]
    assert found.items["A-DONE"].when == {"1", "2"}
    assert found.items["A-WHY"].parent == "A-DONE"
    assert [(band.code, band.start) for band in found.bands] == [("low", 1), ("full", 4)]
    assert found.change is not None
    assert (found.change.better, found.change.step, found.change.pair_days) == ("higher", 1, 14)
    assert [item.code for item in found.counted] == ["A", "B", "C"]
    assert found.missing == tuple(codes.MISSING)


@pytest.mark.parametrize(
    ("old", "new", "at", "why"),
    [
        ('kind = "outcomes"', 'kind = "horoscope"', "kind =", "“kind” must be one of"),
        ("version = 2", "version = 0", "version =", "“version” must be 1 or more"),
        ("version = 2", 'version = "2"', "version =", "wrong kind"),
        ("version = 2", "version = true", "version =", "wrong kind"),
        ('name = "CALM"', 'name = "calm"', "name =", "capital letters"),
        ('"baseline", "exit"', '"baseline", "later"', "stages =", "“stages” must name"),
        ('"baseline", "exit"', '"exit", "exit"', "stages =", "names something twice"),
        ('["A", "B"]', '["A", "Z"]', "different =", "there is no question “Z”"),
        ('1 = { label = "Some", value = 1 }', '1 = { label = "Some" }', "[scales.much]", "either every answer"),
        ('label = "Some"', 'label = "Much"', '2 = { label = "Much"', "“1” has the same label"),
        ('label = "Sleep", scale = "much"', 'label = "Sleep", scale = "deep"', "A = {", "there is no scale “deep”"),
        ('label = "Sleep", scale', 'label = " Sleep", scale', "A = {", "the label is missing"),
        ('label = "Sleep", scale', 'colour = "red", label = "Sleep", scale', "A = {", "“colour” is not known"),
        ("least = 0, most = 9", "least = 9, most = 9", "C = {", "“least” must be below “most”"),
        ("least = 0, most = 9", "text = true, most = 9", "C = {", "either a scale, least and most, or text"),
        ("C = {", "NA-X = {", "NA-X = {", "NA- codes are kept"),
        ("at_least = 1", "at_least = 3", "DONE = {", "“at_least” that much"),
        ("at_least = 1", 'is = ["maybe"]', "DONE = {", "“is” must name answers"),
        ('after = "DONE"', 'after = "GONE"', "WHY = {", "no question comes before it"),
        ('method = "sum"', 'method = "guess"', "method =", "“method” must be one of"),
        ('method = "sum"', 'method = "none"', "[bands]", "bands need the method sum"),
        ("from = 4", "from = 1", "full = {", "each band must begin above"),
        ("[areas.Thurrock]\nfull = 3", "[areas.Thurrock]\nfull = 1", "[areas.Thurrock]", "each band must begin above"),
        ("[areas.Thurrock]\nfull = 3", "[areas.Thurrock]\ntop = 3", "top = 3", "“top” is not known here"),
        ('items = ["A"]', 'items = ["A-WHY"]', "sleepless =", "“items” must name questions"),
        ('better = "higher"', 'better = "up"', "better =", "“better” must be higher or lower"),
        ("good = 2", "step = 1", "[change]", "“good” is missing"),
        ("valid_from = 2020-04-01", "valid_from = 2020-04-01\nvalid_to = 2019-01-01", "valid_to =", "before"),
        ("[score]", "[scoring]", "[scoring]", "“scoring” is not known here"),
        ('kind = "outcomes"', 'kind = "risk"', "low = {", "a band of a risk tool is one of"),
    ],
)  # fmt: skip
def test_a_broken_definition_is_told_by_line_and_reason(old: str, new: str, at: str, why: str) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    said = refused(text)
    assert why in said
    assert f"CALM-2.toml cannot be used. Line {line_of(text, at)}:" in said


def test_what_is_no_toml_at_all_is_told_by_line() -> None:
    assert "Line 3: this is not TOML" in refused(GOOD.replace('kind = "outcomes"', "kind = outcomes"))
    assert "“title” is missing" in refused(GOOD.replace('title = "Calm, three items"', ""))


def test_grades_of_a_risk_tool_go_up_with_the_total() -> None:
    text = (
        GOOD.replace('"outcomes"', '"risk"')
        .replace('low = { from = 1, label = "Low" }', "high = { from = 1 }")
        .replace('full = { from = 4, label = "Full" }', "medium = { from = 4 }")
        .replace("full = 3", "medium = 3")
    )
    assert "the grades must go up" in refused(text)


def test_the_file_is_called_after_name_and_version(tmp_path: Path) -> None:
    file = tmp_path / "CALM-3.toml"
    file.write_text(GOOD, encoding="utf-8")
    with pytest.raises(Problem, match=r"must be called CALM-2\.toml"):
        definitions.read(file)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(Problem, match="cannot be read as text"):
        definitions.read(file)


def test_line_endings_do_not_make_another_definition() -> None:
    assert definitions.digest_of(GOOD) == definitions.digest_of(GOOD.replace("\n", "\r\n"))
    assert definitions.digest_of(GOOD) != definitions.digest_of(GOOD.replace("Sleep", "Sleeping"))


@settings(max_examples=150)
@given(st.data())
def test_no_damage_does_worse_than_one_clear_sentence(data: st.DataObject) -> None:
    """Lines dropped, doubled or cut: the definition is read, or refused with a line that exists."""
    lines = GOOD.splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    what = data.draw(st.sampled_from(["drop", "double", "cut", "junk"]))
    if what == "drop":
        del lines[at]
    elif what == "double":
        lines.insert(at, lines[at])
    elif what == "cut":
        lines[at] = lines[at][: data.draw(st.integers(0, len(lines[at])))]
    else:
        lines[at] = data.draw(st.text(max_size=20))
    text = "\n".join(lines)
    try:
        definitions.parse(text, "CALM-2.toml")
    except Problem as problem:
        told = re.search(r"Line (\d+):", str(problem.words))
        assert told is not None
        assert 1 <= int(told[1]) <= max(1, len(text.splitlines()))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a = " + "[" * 1_900, "it is nested too deeply"),
        ("a = " + "{b = " * 390 + "1", "it is nested too deeply"),
        ("a = " + "[\n" * 20_000, "it is nested too deeply"),
        ("x = " + "\\\n" * 60_000, "not TOML"),
        ("a = " + "9" * 1_990, "is not known here"),
        ("a = " + "9" * 5_000, "the line is longer than 2000 characters"),
        ("[" + ".".join("a" * 30_000) + "]", "the line is longer than 2000 characters"),
        ("\n" * 200_000, "the file is larger than 131072 bytes"),
        (" " * 1_999 + "x", "not TOML"),
    ],
)
def test_a_hostile_definition_is_one_clear_sentence_too_and_soon(text: str, why: str) -> None:
    began = time.process_time()
    assert why in refused(text)
    assert time.process_time() - began < 5


def test_a_file_without_an_end_is_not_read_to_it(tmp_path: Path) -> None:
    file = tmp_path / "CALM-2.toml"
    with file.open("wb") as grown:
        grown.truncate(3 << 30)
    with pytest.raises(Problem, match="larger than"):
        definitions.read(file)


def test_the_example_in_the_documentation_can_be_read() -> None:
    page = (Path(__file__).parents[2] / "docs" / "instruments.md").read_text(encoding="utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    found = definitions.parse(example, "CALM-2.toml")
    assert list(found.items) == ["A", "A-MET", "A-WHY", "B", "P1", "P2"]
