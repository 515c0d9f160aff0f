from __future__ import annotations

from collections import Counter

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication

from ui.keyboard import Keyboard
from ui.window import SCREENS, Window


def test_no_key_means_two_things(qapp: QApplication) -> None:
    keys = Counter(QKeySequence(key).toString() for binding in Keyboard().table() for key in binding.keys)
    assert [key for key, times in keys.items() if times > 1] == []


def test_every_key_is_one_that_qt_knows(qapp: QApplication) -> None:
    for binding in Keyboard().table():
        for key in binding.keys:
            assert QKeySequence(key).toString(), key


def test_the_map_holds_every_key_the_design_promises(qapp: QApplication) -> None:
    keys = {key for binding in Keyboard().table() for key in binding.keys}
    promised = {
        "Ctrl+K", "Ctrl+J", "Alt+1", "Alt+2", "Alt+3", "Alt+4", "Alt+5", "Ctrl+1", "Ctrl+7", "Ctrl+N", "Ctrl+Return",
        "Esc", "Ctrl+S", "Ctrl+Z", "Ctrl+Shift+Z", "Alt+Left", "Ctrl+P", "Ctrl+E", "F6", "Shift+F6", "F5", "Ctrl+L",
        "F12", "Ctrl++", "Ctrl+-", "Ctrl+0", "F1", "Ctrl+/",
    }  # fmt: skip
    assert promised <= keys


def test_every_action_is_something_the_window_does(qapp: QApplication) -> None:
    for binding in Keyboard().table():
        action = binding.action
        known = (
            not action or action in SCREENS or action.startswith("tab_") or hasattr(Window, f"_do_{action}")
        )
        assert known, action


def test_single_letters_are_never_shortcuts(qapp: QApplication) -> None:
    """WCAG 2.1.4: a stray letter must not do anything."""
    for binding in Keyboard().table():
        for key in binding.keys:
            assert len(key) > 1


def test_the_table_can_be_searched_by_word_and_by_key(qapp: QApplication) -> None:
    keyboard = Keyboard()
    assert [b.action for b in keyboard.find("hide")] == ["hide"]
    assert "lock" in [b.action for b in keyboard.find("ctrl+l")]
    assert len(keyboard.find("")) == len(keyboard.table())
    assert keyboard.find("no such thing") == []
    assert [b.action for b in keyboard.find("team")] == ["team"]
    assert keyboard.find("team", team=False) == []
