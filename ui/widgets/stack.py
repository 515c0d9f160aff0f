"""Parts in one place, of which one is on show."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ui.widgets.parts import column


class Stack(QWidget):
    """As high as the part on show, the first to begin with. Qt's own is as high as the highest of its parts, and the
    page would scroll into a blank.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._down = column(self)
        self._parts: list[QWidget] = []
        self._at = 0

    def add(self, part: QWidget) -> None:
        self._parts.append(part)
        self._down.addWidget(part)
        part.setVisible(len(self._parts) == 1)

    def at(self) -> int:
        """Which part is on show, from 0."""
        return self._at

    def show_part(self, at: int) -> None:
        leaving, self._at = self._parts[self._at], at
        self._parts[at].show()  # before the other goes: what is shown can take the keyboard
        if leaving is not self._parts[at]:
            leaving.hide()
