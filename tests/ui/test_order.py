"""Tab goes as the page is read, also after a part of it was made anew."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.accessibility import settle
from ui.order import put_in_order, stops
from ui.screens.client.tab import empty
from ui.widgets import Button, FlowLayout, column
from ui.widgets.page import scrolled


def test_what_was_made_anew_is_reached_where_it_stands(qtbot: QtBot, plain_look: None) -> None:
    whole = QWidget()
    qtbot.addWidget(whole)
    beside = column(whole)
    before = Button("Tabs")
    area, down = scrolled((0, 0, 0, 0), 0)
    beside.addWidget(before)
    beside.addWidget(area)
    first, rows, last = Button("First"), column(), Button("Last")
    down.addWidget(first)
    down.addLayout(rows)
    down.addWidget(last)
    rows.addWidget(Button("Old"))
    whole.show()
    settle()
    assert put_in_order(before, area)
    assert not put_in_order(before, area)
    empty(rows)
    line = QWidget()
    flow = FlowLayout(4, line)
    flow.addWidget(Button("Change"))
    flow.addWidget(Button("Withdraw"))
    rows.addWidget(line)
    settle()
    assert put_in_order(before, area)
    first.setFocus()
    reached = []
    for _ in range(3):
        QTest.keyClick(area.window().focusWidget(), Qt.Key.Key_Tab)
        focus = QApplication.focusWidget() or area.window().focusWidget()
        reached.append(focus.text() if isinstance(focus, Button) else "")
    assert reached == ["Change", "Withdraw", "Last"]
    assert not put_in_order(before, area)


def test_what_is_hidden_or_never_takes_the_keyboard_is_left_out(qtbot: QtBot, plain_look: None) -> None:
    area, down = scrolled((0, 0, 0, 0), 0)
    qtbot.addWidget(area)
    shown, hidden, mouse = Button("Shown"), Button("Hidden"), Button("Mouse")
    mouse.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    for one in (shown, hidden, mouse):
        down.addWidget(one)
    area.show()
    settle()
    hidden.hide()
    assert list(stops(area)) == [shown]
