"""Painters: whatever they are given they paint, at every size and in every theme, and never end the process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ui import theme
from ui.theme import px
from ui.widgets.charts import (
    MARKS,
    ChartLine,
    Distance,
    DistanceBar,
    LineChart,
    ink,
    paint_distance,
    paint_key,
    short_day,
)

DAY = dt.date(2026, 7, 29)


@pytest.fixture(params=[("light", 1.0), ("dark", 1.0), ("contrast", 1.0), ("light", 2.0)], ids=str)
def looks(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[None]:
    theme.apply(qapp, *request.param)
    yield
    theme.apply(qapp, "light", 1.0)


def line(*values: float, label: str = "Feeling safe", days: int = 42) -> ChartLine:
    return ChartLine(
        label, tuple((DAY + dt.timedelta(days=days * n), value) for n, value in enumerate(values))
    )


def colours(image: QImage) -> set[str]:
    return {QColor(image.pixel(x, y)).name() for x in range(image.width()) for y in range(image.height())}


def where(image: QImage, colour: QColor, rows: int = 10_000) -> list[int]:
    """The columns in which that colour stands, in the topmost rows."""
    return sorted(
        {
            x
            for x in range(image.width())
            for y in range(min(rows, image.height()))
            if QColor(image.pixel(x, y)) == colour
        }
    )


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [ChartLine("Nothing yet", ())],
        [line(3)],
        [
            line(1, 2, 3),
            line(2, 4, 5, label="Knowing my options"),
            line(2, 3, 4, label="Managing daily life"),
        ],
        [line(*[1 + n % 5 for n in range(200)])],
        [line(3, 3, 3, label=f"The same {n}") for n in range(6)],
        [line(9, -4)],
        [line(1, 2, label="A very long name that leaves no room at all for the lines beside it, none")],
        [line(1, 5, days=0)],
    ],
    ids=[
        "none",
        "empty",
        "one point",
        "three lines",
        "200 points",
        "on each other",
        "off the scale",
        "long",
        "one day",
    ],
)
@pytest.mark.parametrize("size", [(420, 190), (120, 60), (4, 4), (1400, 400)])
def test_a_chart_paints_whatever_it_is_given(
    looks: None, qtbot: QtBot, lines: list[ChartLine], size: tuple[int, int]
) -> None:
    chart = LineChart()
    qtbot.addWidget(chart)
    chart.setMinimumHeight(1)
    chart.resize(*size)
    chart.show_lines(lines, 1, 5, ("Low", "Good"), "Three lines over six months")
    assert not chart.grab().isNull()
    assert chart.accessibleName() == "Three lines over six months"


def test_a_scale_without_length_and_a_long_one_are_painted_too(looks: None, qtbot: QtBot) -> None:
    chart = LineChart()
    qtbot.addWidget(chart)
    chart.resize(300, 190)
    for least, most in ((3, 3), (0, 40), (5, 1)):
        chart.show_lines([line(3, 4)], least, most)
        assert not chart.grab().isNull()


def test_each_line_has_its_own_mark_and_colour_in_the_order_given(looks: None, qtbot: QtBot) -> None:
    chart = LineChart()
    qtbot.addWidget(chart)
    chart.resize(500, 190)
    chart.show_lines([line(1, 3), line(2, 4, label="Second"), line(5, 5, label="Third")], 1, 5)
    seen = colours(chart.grab().toImage())
    assert {ink(at).name() for at in range(3)} <= seen
    assert len(set(MARKS)) == 4


@pytest.mark.parametrize("start", [None, 0, 4, 9])
@pytest.mark.parametrize("latest", [None, 0, 2])
@pytest.mark.parametrize("aim", [None, 1, -1])
def test_a_distance_paints_whatever_it_is_given(
    looks: None, qtbot: QtBot, start: int | None, latest: int | None, aim: int | None
) -> None:
    bar = DistanceBar(Distance(start, latest, aim))
    qtbot.addWidget(bar)
    assert not bar.grab().isNull()
    bar.show_distance(Distance(start, latest, aim, 3, 3))
    assert not bar.grab().isNull()


def painted(told: Distance) -> QImage:
    image = QImage(px(84), px(20), QImage.Format.Format_RGB32)
    image.fill(theme.colour("surface"))
    painter = QPainter(image)
    paint_distance(painter, QRectF(0, 0, image.width(), image.height()), told)
    painter.end()
    return image


def test_the_good_end_is_at_the_right_for_needs_and_for_outcomes(looks: None) -> None:
    eased = where(painted(Distance(4, 1, None)), theme.colour("primary"))
    assert eased[-1] > px(84) / 2
    better = where(painted(Distance(1, 5, None, 1, 5, lower_is_better=False)), theme.colour("primary"))
    assert better[-1] > px(84) * 0.8


def test_the_aim_stands_where_it_was_set(looks: None) -> None:
    near, far = (where(painted(Distance(4, 4, aim)), theme.colour("ink"), px(4)) for aim in (3, 0))
    assert near
    assert far
    assert far[-1] > near[-1]


def test_a_key_and_every_mark_can_be_painted(looks: None) -> None:
    image = QImage(40, 20, QImage.Format.Format_RGB32)
    for which in range(6):
        image.fill(theme.colour("surface"))
        painter = QPainter(image)
        paint_key(painter, QRectF(0, 0, 28, 14), which)
        painter.end()
        assert ink(which).name() in colours(image)
    assert QPointF(0, 0).isNull()


def test_days_of_the_axis_are_short_and_name_the_year_where_there_are_several() -> None:
    assert short_day(DAY) == "29 Jul"
    assert short_day(DAY, True) == "29 Jul 26"
