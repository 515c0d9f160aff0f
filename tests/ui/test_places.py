from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest

from ui.session import Place
from ui.window import Window


def test_the_side_bar_is_a_list_and_lights_where_one_is(window: Window) -> None:
    interface = QAccessible.queryAccessibleInterface(window.main_places)
    assert interface is not None
    assert interface.role() == QAccessible.Role.List
    window.session.go.emit(Place("new_client"))
    assert window.main_places.currentRow() == 1  # under Clients
    window.session.go.emit(Place("help"))
    assert window.main_places.currentRow() == -1
    assert window.foot_places.currentRow() == 1


def test_the_side_bar_works_with_arrows_and_enter(window: Window) -> None:
    window.main_places.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(window.main_places, Qt.Key.Key_Down)
    assert window.place().name == "today"  # arrows look, Enter goes
    QTest.keyClick(window.main_places, Qt.Key.Key_Return)
    assert window.place().name == "clients"
