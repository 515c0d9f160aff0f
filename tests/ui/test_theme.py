from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontInfo
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QListWidget,
    QPushButton,
    QScrollArea,
    QTableWidget,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from resources import path
from tests.ui.accessibility import contrast
from ui import theme
from ui.ring import Rings
from ui.widgets import Field, NoteEdit


@pytest.mark.parametrize("name", theme.THEMES)
def test_every_pair_of_colours_reaches_aa(name: str) -> None:
    colours = theme.THEMES[name]
    low = [
        (fore, back, round(contrast(colours[fore], colours[back]), 2), least)
        for fore, back, least in theme.CONTRAST
        if contrast(colours[fore], colours[back]) < least
    ]
    assert low == []


def test_the_measure_of_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_themes_name_the_same_colours() -> None:
    assert set(theme.DARK) == set(theme.LIGHT) == set(theme.CONTRAST_THEME)


def test_the_style_sheet_holds_no_colour_of_its_own() -> None:
    sheet = path("style.qss").read_text(encoding="utf-8")
    assert "#000" not in sheet
    assert "#fff" not in sheet
    assert "rgb" not in sheet


@pytest.mark.parametrize("name", theme.THEMES)
def test_the_style_sheet_is_read_without_complaint(
    name: str, qapp: QApplication, plain_look: None, qtbot: QtBot
) -> None:
    theme.apply(qapp, name, 1.5)
    shown = QPushButton("Save contact")
    qtbot.addWidget(shown)
    shown.show()
    qtbot.waitExposed(shown)
    assert shown.height() >= theme.px(34)


def test_sizes_and_letters_follow_the_text_size(qapp: QApplication, plain_look: None) -> None:
    small = theme.font("body").pointSizeF()
    assert theme.px(16) == 16
    theme.apply(qapp, "dark", 2.0)
    assert theme.px(16) == 32
    assert theme.px(0) == 0
    assert theme.font("body").pointSizeF() == pytest.approx(small * 2)


def test_text_size_stays_within_its_bounds(qapp: QApplication, plain_look: None) -> None:
    assert theme.apply(qapp, "light", 9.0).scale == 2.0
    assert theme.apply(qapp, "light", 0.1).scale == 1.0
    assert theme.apply(qapp, "no such theme").name == "light"


def test_the_shipped_letters_are_used(qapp: QApplication, plain_look: None) -> None:
    assert QFontInfo(theme.font("body")).family() == "Inter"
    theme.apply(qapp, "light", 1.0, easier=True)
    assert QFontInfo(theme.font("body")).family() == "Atkinson Hyperlegible Next"


def test_icons_take_the_colour_of_the_theme(qapp: QApplication, plain_look: None) -> None:
    light = theme.pixmap("lock", "primary").toImage()
    theme.apply(qapp, "contrast")
    bright = theme.pixmap("lock", "primary").toImage()
    assert light != bright
    inks = {
        bright.pixelColor(x, y).name()
        for x in range(18)
        for y in range(18)
        if bright.pixelColor(x, y).alpha() == 255
    }
    assert inks == {theme.CONTRAST_THEME["primary"]}


def test_the_ring_follows_the_keyboard_and_outlives_what_it_stood_around(
    qapp: QApplication, qtbot: QtBot, plain_look: None
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    down = QVBoxLayout(window)
    first, second = QLineEdit(), QPushButton("Save")
    down.addWidget(first)
    down.addWidget(second)
    rings = Rings(qapp)
    window.show()
    window.activateWindow()
    qtbot.waitExposed(window)
    first.setFocus()
    qtbot.waitUntil(first.hasFocus)
    assert rings._ring is not None
    assert rings._ring.isVisible()
    assert rings._ring.widget() is first
    second.setFocus()
    assert rings._ring.widget() is second
    pixels = rings._ring.grab().toImage()
    colours = {pixels.pixelColor(x, pixels.height() // 2).name() for x in range(5)}
    assert theme.LIGHT["ring_in"] in colours
    assert theme.LIGHT["ring_out"] in colours
    rings.deleteLater()


def test_the_ring_stands_around_tables_and_lists_too(
    qapp: QApplication, qtbot: QtBot, plain_look: None
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    down = QVBoxLayout(window)
    table, found, places = QTableWidget(2, 2), QListWidget(), QListWidget()
    places.setObjectName("places")  # its own current line has the colours of the ring
    for one in (table, found, places):
        down.addWidget(one)
    rings = Rings(qapp)
    window.show()
    window.activateWindow()
    qtbot.waitExposed(window)
    for one in (table, found):
        one.setFocus()
        qtbot.waitUntil(one.hasFocus)
        assert rings._ring is not None
        assert rings._ring.widget() is one
        assert rings._ring.isVisible()
    places.setFocus()
    assert not rings._ring.isVisible()
    rings.deleteLater()


def test_a_button_pressed_at_the_edge_stays_under_the_mouse(
    qapp: QApplication, qtbot: QtBot, plain_look: None
) -> None:
    area, inside, pressed = QScrollArea(), QWidget(), []
    qtbot.addWidget(area)
    inside.setFixedSize(200, 900)
    before, button = QLineEdit(inside), QPushButton("Save", inside)
    button.setGeometry(10, 200, 120, 40)
    button.clicked.connect(lambda: pressed.append(1))
    area.setWidget(inside)
    area.resize(300, 300)
    rings = Rings(qapp)
    area.show()
    area.activateWindow()
    qtbot.waitExposed(area)
    before.setFocus()
    qtbot.waitUntil(before.hasFocus)
    area.verticalScrollBar().setValue(230)  # only its last lines are in sight
    where = button.mapTo(area, QPoint(20, 36))
    QTest.mousePress(area.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, where)
    assert button.hasFocus()
    assert area.verticalScrollBar().value() == 230
    QTest.mouseRelease(area.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, where)
    assert pressed == [1]
    rings.deleteLater()


def test_all_of_what_has_the_keyboard_comes_into_view_with_its_label(
    qapp: QApplication, qtbot: QtBot, plain_look: None
) -> None:
    area = QScrollArea()
    qtbot.addWidget(area)
    area.setWidgetResizable(True)
    inside = QWidget()
    down = QVBoxLayout(inside)
    note, first = NoteEdit(lines=4), QLineEdit()
    long, short = Field("What it says", note, "In words the client would know"), Field("Against", first)
    for one in (short, QWidget(), long, QWidget()):
        one.setMinimumHeight(one.minimumHeight() if isinstance(one, Field) else 700)
        down.addWidget(one)
    area.setWidget(inside)
    area.resize(500, 320)
    rings = Rings(qapp)
    area.show()
    area.activateWindow()
    qtbot.waitExposed(area)
    for field, editor in ((long, note), (short, first)):
        editor.setFocus()
        qtbot.waitUntil(editor.hasFocus)
        top = field.mapTo(area.viewport(), field.rect().topLeft()).y()
        assert 0 <= top <= area.viewport().height() - field.height()
    rings.deleteLater()
