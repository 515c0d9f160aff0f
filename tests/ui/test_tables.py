"""A table of facts: a real table for screen readers, as tall as its rows, drawn at every size."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from ui import theme
from ui.widgets.charts import Distance, distance_size, paint_distance
from ui.widgets.tables import Cell, Column, FactModel, FactTable

COLUMNS = [Column("Need", 3), Column("Start", centred=True), Column("Distance travelled", 2)]


@pytest.fixture(params=[("light", 1.0), ("dark", 1.0), ("light", 2.0)], ids=str)
def looks(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[None]:
    theme.apply(qapp, *request.param)
    yield
    theme.apply(qapp, "light", 1.0)


def bar(painter: QPainter, box: QRectF) -> None:
    paint_distance(painter, box, Distance(4, 2, 1))


def rows(n: int = 3) -> list[list[Cell]]:
    return [
        [
            Cell(f"Shelter and accommodation {at}", "Not met: no such service here", "strong"),
            Cell("4", role="figures"),
            Cell("Eased by 2, 1 to go", draw=bar, size=distance_size(), said="Eased by 2, 1 to go"),
        ]
        for at in range(n)
    ]


@pytest.fixture
def table(looks: None, qtbot: QtBot) -> FactTable:
    made = FactTable("Needs")
    qtbot.addWidget(made)
    made.resize(700, 100)
    made.show_rows(COLUMNS, rows())
    made.show()
    qtbot.waitExposed(made)
    return made


def test_the_model_keeps_its_promises(qtmodeltester: ModelTester) -> None:
    model = FactModel()
    model.show_rows(COLUMNS, [])
    qtmodeltester.check(model)
    model.show_rows(COLUMNS, rows())
    qtmodeltester.check(model)


def test_every_cell_and_heading_is_said(table: FactTable) -> None:
    interface = QAccessible.queryAccessibleInterface(table)
    assert interface.text(QAccessible.Text.Name) == "Needs"
    role = Qt.ItemDataRole.AccessibleTextRole
    said = [table.facts.index(0, at).data(role) for at in range(3)]
    assert said == [
        "Shelter and accommodation 0. Not met: no such service here", "4", "Eased by 2, 1 to go",
    ]  # fmt: skip
    assert table.facts.headerData(2, Qt.Orientation.Horizontal, role) == "Distance travelled"
    assert table.facts.headerData(1, Qt.Orientation.Vertical, role) == "Shelter and accommodation 1"


@pytest.mark.parametrize("wide", [900, 500, 300, 90])
def test_it_is_as_tall_as_its_rows_at_any_width_and_nothing_scrolls(table: FactTable, wide: int) -> None:
    table.resize(wide, table.height())
    QApplication.processEvents()
    tall = sum(table.rowHeight(at) for at in range(3)) + table.horizontalHeader().height()
    assert table.height() >= tall
    assert sum(table.columnWidth(at) for at in range(3)) <= max(wide, table.narrowest())
    assert not table.grab().isNull()


def test_words_that_wrap_make_the_row_higher(table: FactTable) -> None:
    before = table.rowHeight(0)
    table.resize(330, table.height())
    QApplication.processEvents()
    assert table.rowHeight(0) > before


def test_enter_and_a_double_click_open_a_row(table: FactTable, qtbot: QtBot) -> None:
    table.setFocus()
    table.setCurrentIndex(table.facts.index(0, 0))
    QTest.keyClick(table, Qt.Key.Key_Down)
    with qtbot.waitSignal(table.opened) as opened:
        QTest.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [1]
    assert not table.grab().isNull()
    at = table.visualRect(table.facts.index(2, 0)).center()
    with qtbot.waitSignal(table.opened) as opened:
        QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert opened.args == [2]


def test_a_picture_alone_and_an_empty_table_are_drawn(looks: None, qtbot: QtBot) -> None:
    made = FactTable("Empty")
    qtbot.addWidget(made)
    made.show_rows([], [])
    made.show_rows([Column("Key")], [[Cell(draw=bar, size=QSize(40, 12), said="A line")]])
    assert not made.grab().isNull()
