"""Special measures: answers of each step, and what is wanted but not asked for."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from caseworker.domain.special_measures import SpecialMeasure, wanted_and_missing

TODAY = dt.date(2026, 11, 18)
SCREENS = SpecialMeasure(1, "", 1, "SCREEN", "yes", "yes", "yes", "2026-11-01", "Amina", "granted")


def test_every_step_may_be_answered_or_missing() -> None:
    assert SCREENS.problems(TODAY) == {}
    assert SpecialMeasure(None, "", 1, "S28", wanted="NA-REF").problems(TODAY) == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"measure": "CAPE"}, "measure"),
        ({"wanted": "perhaps"}, "wanted"),
        ({"decision": "yes"}, "decision"),
        ({"requested_on": "2026-11-19"}, "requested_on"),
        ({"requested": "no"}, "requested"),
        ({"note": "x" * 501}, "note"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(change: dict[str, str], field: str) -> None:
    assert list(replace(SCREENS, **change).problems(TODAY)) == [field]  # type: ignore[arg-type]


def test_what_is_wanted_and_was_not_asked_for_is_listed() -> None:
    link = SpecialMeasure(2, "", 1, "LINK", wanted="yes", requested="no")
    assert wanted_and_missing([SCREENS, link, replace(link, withdrawn=5)]) == [link]
