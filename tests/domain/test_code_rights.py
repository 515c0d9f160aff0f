"""Rights under the Victims' Code: a breach says what was not done."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from caseworker.domain import codes
from caseworker.domain.code_rights import CodeRight, is_breach

TODAY = dt.date(2026, 11, 18)
UPDATES = CodeRight(1, "", 1, "R6", "late", "2026-11-02", breach="Told of the bail change 9 days after")


def test_the_list_has_twelve_rights() -> None:
    assert len(codes.get("code_right").codes) == 12
    assert UPDATES.problems(TODAY) == {}
    assert CodeRight(None, "", 1, "R1").problems(TODAY) == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"right": "R13"}, "right"),
        ({"status": "good"}, "status"),
        ({"happened": "2026-11-19"}, "happened"),
        ({"breach": " "}, "breach"),
        ({"escalated": "2026-11-10"}, "escalated_to"),
        ({"evidence": "x" * 501}, "evidence"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(change: dict[str, str], field: str) -> None:
    assert list(replace(UPDATES, **change).problems(TODAY)) == [field]  # type: ignore[arg-type]


def test_late_and_not_delivered_are_breaches() -> None:
    found = {code for code in codes.get("right_status").codes if is_breach(code)}
    assert found == {"late", "not-delivered", "complaint"}
