"""The search box over every screen: clients, commands, and what the page on show has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QWidget

from ui.keyboard import Binding
from ui.session import Place
from ui.theme import px
from ui.widgets import Button, Glyph, announce

if TYPE_CHECKING:
    from ui.window import Window


class Search(QLineEdit):
    """Find a client from anywhere; ``>`` first lists commands and what the page on show has.

    Nothing typed: the last clients looked at.
    """

    SHOWN = 8

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._came_from: QWidget | None = None  # what had the keyboard before Ctrl+K
        self.setObjectName("search")
        name = self.tr("Find a client")
        self.setPlaceholderText(name)
        self.setAccessibleName(name)
        self.setToolTip(self.tr("Find a client  (Ctrl+K). Start with > for a command"))
        self.setMinimumWidth(px(150))
        self.setMaximumWidth(px(400))
        # Not an action of the box: its icon would stay small at large text.
        self._glass = Glyph("search", "muted", 18, self)
        self.setTextMargins(px(26), 0, 0, 0)
        self.found = QListWidget(window)
        self.found.setObjectName("found")
        self.found.setAccessibleName(self.tr("Found"))
        self.found.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.found.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.found.hide()
        self.found.itemClicked.connect(self._take)
        self.textEdited.connect(self._look)
        self.installEventFilter(self)

    def open_list(self) -> None:
        """Ctrl+K: go to the box and show what can be chosen."""
        if not self.hasFocus():
            self._came_from = self._window.focusWidget()
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()
        self._look()

    def _look(self) -> None:
        typed = self.text()
        self.found.clear()
        if typed.lstrip().startswith(">"):
            for binding in self._window.keyboard.find(typed.lstrip()[1:], self._window.is_team()):
                if binding.listed and binding.action:
                    self._offer(f"{binding.words}   {binding.shown_keys()}", binding)
            for words, part in self._window.parts_on_show(typed.lstrip()[1:]):
                self._offer(words, part)
        else:
            for client_id, words in self._window.find_clients(typed, self.SHOWN):
                self._offer(words, client_id)
        if not self.found.count():
            asked = typed.lstrip().startswith(">")
            nobody = QListWidgetItem(
                self.tr("No command found. F1 lists them all")
                if asked
                else self.tr("Nobody found. Press Ctrl+N for a new client")
            )
            nobody.setFlags(Qt.ItemFlag.NoItemFlags)
            self.found.addItem(nobody)
        else:
            self.found.setCurrentRow(0)
        self._place()
        self.found.show()
        self.found.raise_()

    def _offer(self, words: str, what: object) -> None:
        item = QListWidgetItem(words)
        item.setData(Qt.ItemDataRole.UserRole, what)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
        self.found.addItem(item)

    def _place(self) -> None:
        corner = self.mapTo(self._window, self.rect().bottomLeft())
        each = max(self.found.sizeHintForRow(0), px(38))
        wide = min(max(self.width(), px(420)), self._window.width() - corner.x() - px(8))
        tall = min(each * self.found.count() + px(12), self._window.height() - corner.y() - px(16))
        self.found.setGeometry(corner.x(), corner.y() + px(4), wide, tall)

    def _take(self, item: QListWidgetItem | None) -> None:
        what = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        if what is None:
            return
        self.leave()
        if isinstance(what, Binding):
            self._window.do(what.action)
        elif isinstance(what, QWidget):
            if shiboken6.isValid(what):
                what.setFocus(Qt.FocusReason.ShortcutFocusReason)
            if shiboken6.isValid(what) and isinstance(what, Button):
                what.click()
        else:
            self._window.session.go.emit(Place("client", what))

    def _go_back(self) -> None:
        """Nothing chosen: the keyboard goes to where it was before Ctrl+K."""
        came_from, self._came_from = self._came_from, None
        if came_from is not None and shiboken6.isValid(came_from) and came_from.isVisible():
            came_from.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._glass.move(px(9), (self.height() - self._glass.height()) // 2)

    def leave(self) -> None:
        self.found.hide()
        self.found.clear()
        self.clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and not self.found.underMouse():
            self.found.hide()
            if self.text().lstrip().startswith(">"):
                self.clear()  # a command nobody chose is nobody to be found
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # Esc and Enter are the list's while it is open, not the panel's.
            listed = not self.found.isHidden()
            if listed and event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return):
                event.accept()
                return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        key = Qt.Key(event.key())
        if key in steps:
            if self.found.isHidden():
                self._look()
            elif self.found.count():
                self.found.setCurrentRow((self.found.currentRow() + steps[key]) % self.found.count())
                self._say_current()
            return
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not self.found.isHidden():
                self._take(self.found.currentItem())
            return
        if key == Qt.Key.Key_Escape:
            self.leave()
            self._go_back()
            return
        super().keyPressEvent(event)

    def _say_current(self) -> None:
        if self.found.currentItem() is not None:
            announce(self, self.found.currentItem().text())
