"""Tab goes as the page is read, also after a part of it was made anew."""

from __future__ import annotations

import gc

import shiboken6
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.accessibility import settle
from ui.order import put_in_order, stops
from ui.widgets import Button, Card, FlowLayout, column
from ui.widgets.gradually import empty
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
    put_in_order(before, area)
    empty(rows)
    line = QWidget()
    flow = FlowLayout(4, line)
    flow.addWidget(Button("Change"))
    flow.addWidget(Button("Withdraw"))
    rows.addWidget(line)
    settle()
    put_in_order(before, area)
    first.setFocus()
    reached = []
    for _ in range(3):
        QTest.keyClick(area.window().focusWidget(), Qt.Key.Key_Tab)
        focus = QApplication.focusWidget() or area.window().focusWidget()
        reached.append(focus.text() if isinstance(focus, Button) else "")
    assert reached == ["Change", "Withdraw", "Last"]


def test_what_comes_after_a_part_that_goes_is_not_let_go_with_it(qtbot: QtBot, plain_look: None) -> None:
    whole = QWidget()
    qtbot.addWidget(whole)
    before = Button("Tabs")
    # Its viewport is Qt's own: were Python to ask what comes after it, all of that would go with it.
    area, inside = scrolled((0, 0, 0, 0), 0)
    card, flow = Card("After it"), FlowLayout(4)
    flow.addWidget(Button("Kept"))
    card.body.addLayout(flow)
    down = column(whole)
    for one in (before, area, card):
        down.addWidget(one)
    whole.show()
    settle()
    put_in_order(before, whole)
    area.deleteLater()
    del area, inside
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    assert shiboken6.isValid(flow.itemAt(0))


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
