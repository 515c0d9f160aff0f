"""Hands for a test that works as a person does: by key presses and clicks on what is on the screen.

Everything is found by its accessible name or its words, as a screen reader would find it, so a control that
has neither cannot be used here either. Lives under tests/: nothing that can drive the app ships with it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QPoint, Qt, QTimer
from PySide6.QtGui import QAccessible, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)

Editor = QLineEdit | QPlainTextEdit | QTextEdit | QComboBox


class Lost(AssertionError):
    """What should be on the screen is not; says what was looked for and what was there."""


class Hands:
    """Finds, presses, types and counts. ``keys`` counts key presses (a shifted or Ctrl key is one press)."""

    def __init__(self, patience: float = 30.0, type_ms: int = 0) -> None:
        self.patience = patience
        self.type_ms = type_ms
        self.keys = 0
        self.clicks = 0

    # ---- looking

    def windows(self) -> list[QWidget]:
        return [w for w in QApplication.topLevelWidgets() if w.isVisible()]

    def all(self, kind: type | tuple[type, ...]) -> Iterator[QWidget]:
        """Visible widgets of these kinds, newest window first."""
        kinds = kind if isinstance(kind, tuple) else (kind,)
        for window in reversed(self.windows()):
            for one in kinds:
                if isinstance(window, one):
                    yield window
                for found in window.findChildren(one):
                    if found.isVisible():
                        yield found

    @staticmethod
    def name(widget: QWidget) -> str:
        """What a screen reader would call it: the accessible name, worked out by Qt from labels and
        buddies too.
        """
        if isinstance(widget, QComboBox):
            return (
                widget.accessibleName()
            )  # on Unix Qt answers with the chosen entry and names it by relation
        interface = QAccessible.queryAccessibleInterface(widget)
        return interface.text(QAccessible.Text.Name).replace("&", "").strip() if interface is not None else ""

    def texts(self) -> list[str]:
        """Every visible text, in no promised order: what the person could read now."""
        found = [w.text() for w in self.all(QLabel)] + [w.text() for w in self.all(QAbstractButton)]
        return [text for text in found if text]

    def reads(self, part: str) -> bool:
        return any(part in text for text in self.texts())

    def find_button(self, text: str) -> QAbstractButton | None:
        enabled: list[QAbstractButton] = []
        for widget in self.all(QAbstractButton):
            assert isinstance(widget, QAbstractButton)
            words = (widget.text().replace("&", ""), self.name(widget))
            if widget.isEnabled() and text in words:
                enabled.append(widget)
        return enabled[0] if enabled else None

    def find_editor(self, name: str) -> QWidget | None:
        for widget in self.all((QLineEdit, QPlainTextEdit, QTextEdit, QComboBox)):
            if widget.isEnabled() and self.name(widget) == name:
                return widget
        for widget in self.all((QLineEdit, QPlainTextEdit, QTextEdit, QComboBox)):
            if widget.isEnabled() and self.name(widget).startswith(name):
                return widget
        return None

    def there(self) -> str:
        """The screen in words, for a failure's message: names of controls and texts, cut short."""
        controls = [
            self.name(w) for w in self.all((QAbstractButton, QLineEdit, QPlainTextEdit, QTextEdit, QComboBox))
        ]
        focus = QApplication.focusWidget()
        where = f"{type(focus).__name__} {self.name(focus)!r}" if focus is not None else "nowhere"
        return f"focus {where}; controls {[c for c in controls if c]}; texts {[t[:80] for t in self.texts()]}"

    # ---- waiting (an event loop, never a blind sleep)

    def until(self, condition: Callable[[], object], what: str, patience: float | None = None) -> None:
        """Let the app run until the condition holds.

        Raises:
            Lost: it did not become so in time; the message says what was on the screen.
        """
        end = time.monotonic() + (self.patience if patience is None else patience)
        while not condition():
            if time.monotonic() > end:
                raise Lost(f"waited for {what}; on the screen: {self.there()}")
            loop = QEventLoop()
            QTimer.singleShot(4, loop.quit)
            loop.exec()

    def settle(self) -> None:
        for _ in range(3):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            QCoreApplication.processEvents()

    def read(self, part: str) -> None:
        self.until(lambda: self.reads(part), f"the words “{part}”")

    # ---- doing

    def focus(self) -> QWidget:
        # A panel or popup may hold the focus of its own window
        return QApplication.focusWidget() or QApplication.activeWindow() or self.windows()[-1]

    def press(self, keys: str) -> None:
        """One key press, such as ``Ctrl+J``, ``Tab`` or ``Return``, to whatever has the focus."""
        self.keys += 1
        combination = QKeySequence(keys)[0]
        QTest.keyClick(self.focus(), combination.key(), combination.keyboardModifiers())
        QCoreApplication.processEvents()

    def type(self, text: str) -> None:
        """Types into whatever has the focus, one key a letter."""
        for letter in text:
            self.keys += 1
            if letter == "\n":
                QTest.keyClick(self.focus(), Qt.Key.Key_Return)
            else:
                QTest.keyClicks(self.focus(), letter)
            if self.type_ms:
                QTest.qWait(self.type_ms)
        QCoreApplication.processEvents()

    def click(self, text: str) -> None:
        """Clicks the button, radio or link with that text or name, waiting for it to appear and be usable."""
        self.until(lambda: self.find_button(text), f"the button “{text}”")
        button = self.find_button(text)
        assert button is not None
        self._bring_into_view(button)
        self.clicks += 1
        QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=self._inside(button))
        QCoreApplication.processEvents()

    def tab(self, text: str) -> None:
        """Clicks a tab of any tab bar."""

        def bar() -> tuple[QTabBar, int] | None:
            for widget in self.all(QTabBar):
                assert isinstance(widget, QTabBar)
                for index in range(widget.count()):
                    if widget.tabText(index).replace("&", "") == text:
                        return widget, index
            return None

        self.until(bar, f"the tab “{text}”")
        found = bar()
        assert found is not None
        self.clicks += 1
        QTest.mouseClick(found[0], Qt.MouseButton.LeftButton, pos=found[0].tabRect(found[1]).center())
        QCoreApplication.processEvents()

    def fill(self, name: str, text: str) -> None:
        """Goes to the field of that name, empties it and types."""
        self.until(lambda: self.find_editor(name), f"the field “{name}”")
        editor = self.find_editor(name)
        assert editor is not None
        # What the app itself does with the focus after a step comes first, as it does for a person.
        self.settle()
        self._bring_into_view(editor)

        def focused() -> bool:
            if self.focus() is editor or editor.isAncestorOf(self.focus()):
                return True
            editor.setFocus(Qt.FocusReason.TabFocusReason)
            return False

        self.until(focused, f"the focus in “{name}”")
        if isinstance(editor, (QLineEdit, QPlainTextEdit, QTextEdit)):
            editor.selectAll()
            if not text:
                self.press("Delete")
        self.type(text)

    def choose(self, name: str, code: str) -> None:
        """Goes to the list of that name and walks to the entry with that code by the arrow keys."""
        self.until(lambda: self.find_editor(name), f"the list “{name}”")
        box = self.find_editor(name)
        assert isinstance(box, QComboBox)
        box.setFocus(Qt.FocusReason.TabFocusReason)
        wanted = box.findData(code)
        if wanted < 0:
            raise Lost(f"“{name}” has no entry {code}")
        while box.currentIndex() != wanted:
            self.press("Down" if box.currentIndex() < wanted else "Up")

    def editor_text(self, name: str) -> str:
        """What stands in the field of that name."""
        self.until(lambda: self.find_editor(name), f"the field “{name}”")
        editor = self.find_editor(name)
        if isinstance(editor, QLineEdit):
            return editor.text()
        assert isinstance(editor, (QPlainTextEdit, QTextEdit))
        return editor.toPlainText()

    @staticmethod
    def _inside(button: QAbstractButton) -> QPoint:
        # A radio button or link answers only over its mark and words, which are at its left
        return QPoint(min(12, button.width() // 2), button.height() // 2)

    @staticmethod
    def _bring_into_view(widget: QWidget) -> None:
        from PySide6.QtWidgets import QScrollArea

        parent = widget.parentWidget()
        while parent is not None:
            if isinstance(parent, QScrollArea):
                parent.ensureWidgetVisible(widget, 20, 60)
            parent = parent.parentWidget()
        QCoreApplication.processEvents()

    def shot(self, path: Path) -> None:
        """A picture of the newest window, as it is now."""
        self.settle()
        windows = [w for w in self.windows() if w.isWindow() and w.width() > 300]
        windows[-1].grab().save(str(path))
