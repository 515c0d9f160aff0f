"""The places at the left of the window: where somebody can go, and where they are."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QWidget

from ui import theme
from ui.theme import px


class Places(QListWidget):
    """Part of the side bar. A real list: screen readers say "Clients, 2 of 4"."""

    def __init__(
        self, name: str, places: list[tuple[str, str, str, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("places")
        self.setAccessibleName(name)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setSpacing(0)
        self.setIconSize(theme.icon_size(18, 8))
        self._icons: dict[str, str] = {}
        self._lit = ""
        for place, text, icon, keys in places:
            item = QListWidgetItem(text)
            item.setData(Qt.ItemDataRole.UserRole, place)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, text)
            item.setToolTip(f"{text}  ({keys})")
            item.setSizeHint(QSize(px(48), px(42)))
            self._icons[place] = icon
            self.addItem(item)
        self.setFixedHeight(px(42) * len(places) + 2)
        self.light("")

    def light(self, place: str) -> None:
        """Show that place as the one somebody is at; none of them if it is not here."""
        self._lit = place
        self.blockSignals(True)
        self.setCurrentRow(-1)
        self.clearSelection()
        for at in range(self.count()):
            item = self.item(at)
            name = item.data(Qt.ItemDataRole.UserRole)
            here = name == place
            item.setIcon(theme.icon(self._icons[name], "primary" if here else "muted", 18, 8))
            item.setFont(theme.font("strong" if here else "body"))
            if here:
                self.setCurrentItem(item)
        self.blockSignals(False)

    def slim(self, yes: bool) -> None:
        """Icons only; the words stay for screen readers and the tool tip."""
        for at in range(self.count()):
            item = self.item(at)
            item.setText("" if yes else item.data(Qt.ItemDataRole.AccessibleTextRole))

    def place_of(self, item: QListWidgetItem) -> str:
        return str(item.data(Qt.ItemDataRole.UserRole))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.currentRow() < 0:
            self.setCurrentRow(0)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.light(self._lit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.currentItem():
            self.itemClicked.emit(self.currentItem())
            return
        super().keyPressEvent(event)
