"""Limits come from their list: a figure is put right in a file."""

from __future__ import annotations

import datetime as dt

from caseworker.domain import time_limits


def test_limits_are_read_from_the_list() -> None:
    assert time_limits.ends("REVIEW", dt.date(2026, 11, 30)) == dt.date(2027, 2, 28)
    assert time_limits.ends("CICA", dt.date(2024, 2, 29)) == dt.date(2026, 2, 28)
    assert time_limits.days("ORDER") == 14
    assert time_limits.seconds("OVERRIDE") == 48 * 3600
