from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui.accessibility import settle
from tests.ui.pressing import ALT, CTRL, press
from ui.session import Place
from ui.widgets import Button
from ui.window import Window


def test_ctrl_k_lists_and_enter_opens(window: Window, people: list[int]) -> None:
    press(window, Qt.Key.Key_K, CTRL)
    assert window.search.hasFocus()
    QTest.keyClicks(window.search, "jodi")
    found = window.search.found
    assert [found.item(i).text().split("   ")[0] for i in range(found.count())] == ["Jodie Marsh"]
    press(window, Qt.Key.Key_Return)
    assert window.place() == Place("client", people[1])
    assert window.search.text() == ""
    assert not found.isVisible()


def test_arrows_choose_and_escape_leaves(window: Window, people: list[int]) -> None:
    window.search.open_list()
    QTest.keyClicks(window.search, "a")
    found = window.search.found
    assert found.count() >= 1
    for _ in range(found.count()):
        QTest.keyClick(window.search, Qt.Key.Key_Down)
    assert found.currentRow() == 0
    press(window, Qt.Key.Key_Escape)
    assert not found.isVisible()
    assert window.search.text() == ""


def test_escape_brings_the_keyboard_back_to_where_it_was(window: Window, people: list[int]) -> None:
    page = window.current()
    assert page is not None
    button = next(one for one in page.findChildren(Button) if one.isVisible() and one.isEnabled())
    button.setFocus()
    press(window, Qt.Key.Key_K, CTRL)
    press(window, Qt.Key.Key_K, CTRL)
    QTest.keyClicks(window.search, "zzzz")
    press(window, Qt.Key.Key_Escape)
    assert window.focusWidget() is button


def test_a_command_not_chosen_does_not_stay_in_the_box(window: Window, people: list[int]) -> None:
    press(window, Qt.Key.Key_K, CTRL)
    QTest.keyClicks(window.search, ">log")
    press(window, Qt.Key.Key_1, ALT)
    settle()
    assert window.search.text() == ""


def test_nobody_found_says_what_to_do(window: Window) -> None:
    window.search.open_list()
    QTest.keyClicks(window.search, "zzzz")
    assert "Ctrl+N" in window.search.found.item(0).text()
    QTest.keyClick(window.search, Qt.Key.Key_Return)
    assert window.place().name == "today"


def test_a_greater_sign_lists_commands_and_does_them(window: Window) -> None:
    window.search.open_list()
    QTest.keyClicks(window.search, "> outbox")
    QTest.keyClick(window.search, Qt.Key.Key_Return)
    settle()
    assert window.place().name == "outbox"


def test_a_command_nobody_knows_is_not_taken_for_a_person(window: Window) -> None:
    window.search.open_list()
    QTest.keyClicks(window.search, ">zzzz")
    assert window.search.found.item(0).text() == "No command found. F1 lists them all"


def test_the_search_box_does_not_offer_itself(window: Window) -> None:
    window.search.open_list()
    QTest.keyClicks(window.search, ">")
    offered = [window.search.found.item(at).text() for at in range(window.search.found.count())]
    assert any(text.startswith("Log a contact") for text in offered)
    assert not any(text.startswith("Find a client") for text in offered)


def test_the_team_board_is_offered_only_where_there_is_a_team(window: Window) -> None:
    window.search.open_list()
    QTest.keyClicks(window.search, "> team")
    assert window.search.found.item(0).text() == "No command found. F1 lists them all"


def test_buttons_of_the_panel_are_offered_too(window: Window) -> None:
    press(window, Qt.Key.Key_J, CTRL)
    assert window.panel is not None
    of_panel = [one.accessibleName() or one.text() for one in window.panel.findChildren(Button)]
    window.search.open_list()
    QTest.keyClicks(window.search, "> close")
    offered = [window.search.found.item(at).text() for at in range(window.search.found.count())]
    assert set(of_panel) & set(offered)


def test_the_list_stays_inside_the_window(window: Window) -> None:
    window.search.open_list()
    QTest.keyClicks(window.search, ">")
    settle()
    assert window.rect().contains(window.search.found.geometry())
