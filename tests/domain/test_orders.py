"""Orders: dates that fit each other, and where an order stands on a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from caseworker.domain.orders import Order, ends_soon, in_force, standing

TODAY = dt.date(2026, 11, 18)
NMO = Order(
    1,
    "",
    1,
    "NMO",
    applied="2026-05-01",
    granted="2026-05-08",
    expires="2027-05-07",
    terms="Not within 100 m",
)


def test_an_order_needs_only_its_kind() -> None:
    assert Order(None, "", 1, "RO").problems(TODAY) == {}
    assert NMO.problems(TODAY) == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "XX"}, "kind"),
        ({"granted": "2026-11-19"}, "granted"),
        ({"granted": "2026-04-30"}, "granted"),
        ({"refused": "2026-05-08"}, "refused"),
        ({"breached": "2026-05-01"}, "breached"),
        ({"expires": "2026-05-01"}, "expires"),
        ({"expires": "whenever"}, "expires"),
        ({"granted": ""}, "granted"),
        ({"terms": "x" * 4001}, "terms"),
        ({"court": "x" * 501}, "court"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(change: dict[str, str], field: str) -> None:
    assert list(replace(NMO, **change).problems(TODAY)) == [field]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("order", "where"),
    [
        (Order(1, "", 1, "NMO"), "considered"),
        (Order(1, "", 1, "NMO", applied="2026-05-01"), "applied"),
        (Order(1, "", 1, "NMO", applied="2026-05-01", refused="2026-05-02"), "refused"),
        (NMO, "granted"),
        (replace(NMO, breached="2026-06-01"), "breached"),
        (replace(NMO, expires="2026-11-18"), "granted"),
        (replace(NMO, expires="2026-11-17"), "expired"),
        (replace(NMO, breached="2026-06-01", expires="2026-11-17"), "expired"),
    ],
)
def test_its_dates_show_where_it_stands(order: Order, where: str) -> None:
    assert standing(order, TODAY) == where
    assert in_force(order, TODAY) == (where in ("granted", "breached"))


@pytest.mark.parametrize(("days", "soon"), [(15, False), (14, True), (0, True), (-1, False)])
def test_it_is_time_to_think_of_a_new_one_from_fourteen_days_before(days: int, soon: bool) -> None:
    expires = (TODAY + dt.timedelta(days=days)).isoformat()
    assert ends_soon(replace(NMO, expires=expires), TODAY) is soon
    assert not ends_soon(replace(NMO, expires=expires, withdrawn=5), TODAY)
