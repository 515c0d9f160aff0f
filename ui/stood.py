"""Where the keyboard stood, to put it back after what it stood on was made anew."""

from __future__ import annotations

from dataclasses import dataclass

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPlainTextEdit, QWidget

from ui.order import called


@dataclass(frozen=True, slots=True)
class Stood:
    """The control; what it is called, the how manieth of that name it was, and before which letter the cursor stood.

    A button of a row that was made anew may be called otherwise since: then it is the one in its place, if as many as
    before have its words on them.
    """

    control: QWidget
    name: str
    nth: int
    letter: int
    words: str = ""
    among: tuple[int, int] = (-1, 0)  # the how manieth of how many with those words

    @classmethod
    def of(cls, root: QWidget) -> Stood | None:
        """What has the keyboard inside ``root`` now; None when nothing there has."""
        focus = root.window().focusWidget()
        if focus is None or not root.isAncestorOf(focus):
            return None
        alike = _alike(root, called(focus))
        nth = alike.index(focus) if focus in alike else -1
        words = focus.text() if isinstance(focus, QAbstractButton) else ""
        same = _with_words(root, words)
        among = (same.index(focus), len(same)) if focus in same else (-1, 0)
        return cls(focus, called(focus), nth, _letter(focus), words, among)

    def again(self, root: QWidget) -> None:
        """Put the keyboard there, or on what has come in its place: what is typed on goes where it was going. Where
        nothing has, it stays.
        """
        to: QWidget | None = self.control if shiboken6.isValid(self.control) else None
        if to is None or not to.isVisible():
            alike = _alike(root, self.name)
            to = alike[self.nth] if 0 <= self.nth < len(alike) else self._in_its_place(root)
        if to is None or not to.isEnabled():
            return
        to.setFocus(Qt.FocusReason.OtherFocusReason)
        if to is self.control:
            return
        if isinstance(to, QLineEdit):
            to.setCursorPosition(self.letter)
        elif isinstance(to, QPlainTextEdit):
            cursor = to.textCursor()
            cursor.setPosition(min(self.letter, len(to.toPlainText())))
            to.setTextCursor(cursor)

    def _in_its_place(self, root: QWidget) -> QWidget | None:
        same, (at, count) = _with_words(root, self.words), self.among
        return same[at] if at >= 0 and len(same) == count else None


def _with_words(root: QWidget, words: str) -> list[QAbstractButton]:
    """The buttons with those words on them that can be seen inside ``root``."""
    parts = root.findChildren(QAbstractButton) if words else []
    return [one for one in parts if one.text() == words and one.isVisible()]


def _alike(root: QWidget, name: str) -> list[QWidget]:
    """What can be seen inside ``root`` under that name."""
    parts = root.findChildren(QWidget) if name else []
    return [one for one in parts if called(one) == name and one.isVisible()]


def _letter(focus: QWidget) -> int:
    if isinstance(focus, QLineEdit):
        return focus.cursorPosition()
    return focus.textCursor().position() if isinstance(focus, QPlainTextEdit) else 0
