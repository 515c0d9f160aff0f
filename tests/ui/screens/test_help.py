from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.accessibility import everything, settle
from ui.desk import Desk
from ui.keyboard import Keyboard
from ui.screens.help import HelpPage


def help_of(desk: Desk) -> HelpPage:
    assert desk.window_ is not None
    QTest.keyClick(desk.windowHandle(), Qt.Key.Key_F1)
    settle()
    page = desk.window_.current()
    assert isinstance(page, HelpPage)
    return page


def keys_shown(page: HelpPage) -> list[str]:
    table = page.view.keys
    return [table.item(at, 1).text() for at in range(table.rowCount()) if not table.isRowHidden(at)]  # type: ignore[union-attr]


def test_f1_shows_every_key_and_is_ready_to_search(desk: Desk) -> None:
    page = help_of(desk)
    assert keys_shown(page) == [one.words for one in Keyboard().table() if one.action != "team"]
    assert QApplication.focusWidget() is page.view.finder


def test_searching_finds_keys_and_pages_and_says_when_there_is_nothing(desk: Desk) -> None:
    page = help_of(desk)
    QTest.keyClicks(page.view.finder, "recovery")
    assert not page.view.keys_card.isVisible()
    assert [card.heading.text() for card, _ in page.view.pages if card.isVisible()] == [
        "If you lose the passphrase"
    ]
    page.view.finder.setText("ctrl+j")
    assert "Log a contact" in keys_shown(page)
    page.view.finder.setText("nothing like this")
    assert page.view.nothing.isVisible()
    assert keys_shown(page) == []
    page.view.finder.clear()
    assert not page.view.nothing.isVisible()


@pytest.mark.parametrize("word", ["marac", "repeat", "needs", "core-10", "passphrase", "hide"])
def test_what_people_look_for_is_found(desk: Desk, word: str) -> None:
    page = help_of(desk)
    page.view.finder.setText(word)
    assert [card for card, _ in page.view.pages if card.isVisible()]


def test_licences_are_there_offline(desk: Desk) -> None:
    page = help_of(desk)
    page.show_place("licences")
    assert page.view.licences.isVisible()


@pytest.mark.parametrize("size", [(1366, 768), (1024, 640)])
@pytest.mark.parametrize(("name", "scale"), [("light", 1.0), ("dark", 1.5), ("contrast", 2.0)])
def test_nothing_is_cut_or_nameless(desk: Desk, name: str, scale: float, size: tuple[int, int]) -> None:
    desk.set_preferences(replace(desk.preferences, theme=name, scale=scale))
    settle()
    desk.resize(*size)
    help_of(desk)
    assert desk.window_ is not None
    everything(desk.window_)
