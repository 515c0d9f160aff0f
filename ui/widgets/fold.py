"""A part of a form that stays folded until somebody asks for it, so that the usual way through stays short."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.widgets.parts import Button, column


class Fold(QWidget):
    """A button that shows or hides what stands under it (``body``). Folded, it costs one stop of the Tab key.

    The button is called ``title`` on the screen; a screen reader says ``show`` or ``hide`` as well, because it
    cannot see the arrow.
    """

    toggled = Signal(object)  # whether it is open now

    def __init__(
        self,
        title: str,
        show: str,
        hide: str,
        fill: Callable[[QVBoxLayout], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """``fill``: puts what stands inside into ``body``, given to it, when that is opened for the first time."""
        super().__init__(parent)
        self._fill = fill
        self._names = {False: show, True: hide}
        whole = column(self, gap=11)
        self.button = Button(title, "chevron-right", "quiet", self)
        whole.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self._inside = QWidget(self)
        self.body = column(self._inside, gap=11)
        self._inside.hide()
        whole.addWidget(self._inside)
        self.button.setAccessibleName(show)
        self.button.clicked.connect(self._turn)

    def is_open(self) -> bool:
        return not self._inside.isHidden()

    def set_open(self, shown: bool) -> None:
        """Show or hide what is inside; nothing typed there is lost either way."""
        if shown and self._fill is not None:
            self._fill_in(self._fill)
        self._inside.setVisible(shown)
        self.button.show_icon("chevron-down" if shown else "chevron-right")
        self.button.setAccessibleName(self._names[shown])

    def _fill_in(self, fill: Callable[[QVBoxLayout], object]) -> None:
        self._fill = None  # what it does may open the fold
        try:
            fill(self.body)
        except BaseException:
            self._fill = fill
            while (item := self.body.takeAt(0)) is not None:
                half = item.widget()
                if half is not None:
                    half.hide()  # and kept: the form it was made for may know it already
            raise

    def _turn(self) -> None:
        self.set_open(not self.is_open())
        self.toggled.emit(self.is_open())
