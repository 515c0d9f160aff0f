"""Many answers in a list that opens: plain ones, and those of a code list."""

from __future__ import annotations

from datetime import date
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QComboBox, QSizePolicy, QWidget

from ui import theme
from ui.theme import px

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QPaintEvent


class Combo(QComboBox):
    """A list to choose from; typing finds an answer, words with a space between them too.

    The wheel, Page Up and Page Down scroll the page, and never change the answer.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMaxVisibleItems(14)
        self._run, self._typed_at = "", 0.0  # what is being typed, and when its last letter was
        self._before_run = -1

    def wheelEvent(self, event: object) -> None:
        event.ignore()  # type: ignore[attr-defined]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            event.ignore()
            return
        now, text = monotonic(), event.text()
        if now - self._typed_at > QApplication.keyboardInputInterval() / 1000:
            self._run, self._before_run = "", self.currentIndex()
        if text == " " and self._run:
            # Qt would open the list, and what is typed next would be lost in it.
            self._find(text)
        else:
            super().keyPressEvent(event)
        if text and text.isprintable() and (text.strip() or self._run):
            self._typed_at, self._run = now, self._run + text
            self._settle()

    def _settle(self) -> None:
        """What is typed in full is meant, though a longer answer that begins so stands before it. What no answer
        begins with is a sentence, or a word we do not use: the answer from before it stays.
        """
        self._take(self.findText(self._run, Qt.MatchFlag.MatchFixedString))
        again = len(set(self._run.casefold())) == 1  # the same letter goes on to the next answer
        if not again and self.findText(self._run, Qt.MatchFlag.MatchStartsWith) < 0:
            self._take(self._before_run)

    def _find(self, text: str) -> None:
        """Go on with what was typed so far, as Qt does for letters."""
        view = self.view()
        view.setCurrentIndex(self.model().index(self.currentIndex(), self.modelColumn()))
        view.keyboardSearch(text)
        self._take(view.currentIndex().row())

    def _take(self, at: int) -> None:
        if at >= 0 and at != self.currentIndex():
            self.setCurrentIndex(at)
            self.activated.emit(at)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        # The style sheet cannot recolour a file, so the arrow is drawn here.
        arrow = theme.pixmap("chevron-down", "muted" if self.isEnabled() else "line", 16)
        painter = QPainter(self)
        side = px(16)
        painter.drawPixmap(self.width() - side - px(8), (self.height() - side) // 2, side, side, arrow)
        painter.end()


class CodeCombo(Combo):
    """A choice from a code list: today's codes, below them the five ways of not knowing. Typing finds one."""

    chosen = Signal(object)

    def __init__(
        self, list_name: str, on: date | None = None, missing: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        from caseworker.domain import codes

        self._list = codes.get(list_name)
        self._missing = missing
        self.addItem(self.tr("Choose"), None)
        for code in self._list.valid_on(on or date.today()):
            self.addItem(self._list.label(code), code)
        if missing:
            self.insertSeparator(self.count())
            for code, label in codes.MISSING.items():
                if self.findData(code) < 0:
                    self.addItem(label, code)
        self.activated.connect(self._activated)

    def value(self) -> str | None:
        """The code chosen, None while nothing is."""
        code = self.currentData()
        return None if code is None else str(code)

    def set_value(self, code: str | None) -> None:
        """Show that code; a code that is no longer offered stays readable. Does not emit ``chosen``."""
        # Where an answer has to be given, "not asked yet" is how a new record begins, and no answer.
        open_still = not code or (code == "NA-ASK" and not self._missing)
        at = 0 if open_still else self.findData(code)
        if at < 0:
            self.addItem(self._list.label(str(code)), code)
            at = self.count() - 1
        self.setCurrentIndex(at)

    def _activated(self, _index: int) -> None:
        self.chosen.emit(self.value())
