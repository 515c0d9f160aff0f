"""The ring around whatever has the keyboard, in two colours, in every window (WCAG 2.4.7 and 2.4.11).

Loaded after the first paint: its style is one of the dearest parts of Qt to load.
"""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QObject, QPoint, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QFocusFrame,
    QLineEdit,
    QPlainTextEdit,
    QProxyStyle,
    QScrollArea,
    QStyle,
    QStyleHintReturn,
    QStyleOption,
    QTextBrowser,
    QWidget,
)

from ui.theme import colour, px
from ui.widgets import ChoiceRow, Field


class _RoomForRing(QProxyStyle):
    def pixelMetric(
        self,
        metric: QStyle.PixelMetric,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
    ) -> int:
        if metric in (QStyle.PixelMetric.PM_FocusFrameHMargin, QStyle.PixelMetric.PM_FocusFrameVMargin):
            return 4
        return super().pixelMetric(metric, option, widget)

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returned: QStyleHintReturn | None = None,
    ) -> int:
        # Above its widget the ring belongs to the window or the scrolled page: no narrow parent cuts it off.
        if hint == QStyle.StyleHint.SH_FocusFrame_AboveWidget:
            return 1
        return super().styleHint(hint, option, widget, returned)


class FocusRing(QFocusFrame):
    """A ring in two colours around whatever has the keyboard: seen on any background (WCAG 2.4.7)."""

    def __init__(self, parent: QWidget, room: QStyle) -> None:
        super().__init__(parent)
        self.setStyle(room)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        edge = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(colour("ring_out"), 2))
        painter.drawRoundedRect(edge, 8, 8)
        painter.setPen(QPen(colour("ring_in"), 2))
        painter.drawRoundedRect(edge.adjusted(2, 2, -2, -2), 7, 7)
        painter.end()


class Rings(QObject):
    """Moves one ring to whatever has the keyboard, in any window, and scrolls it into view (WCAG 2.4.11).

    Qt scrolls to the focus on Tab but not on ``setFocus``. One per application: ``Rings(app)``.
    """

    RINGED = (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox, QTextBrowser, QAbstractItemView)
    #: Paints its current line in the colours of the ring: a ring around all of it would say less.
    OWN = "places"

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._ring: FocusRing | None = None
        # Outlives every ring: a style freed before its widget ends in a crash at exit.
        self._room = _RoomForRing("Fusion")
        self._room.setParent(app)
        app.focusChanged.connect(self._moved)
        self._moved(None, app.focusWidget())

    def _moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is None or not shiboken6.isValid(new):
            self._follow(None)
            return
        parent: QWidget | None = new.parentWidget()
        while parent is not None and not isinstance(parent, QScrollArea):
            parent = parent.parentWidget()
        inside = parent.widget() if parent is not None else None
        # Under a pressed mouse nothing may move: the release would miss the button that was pressed.
        pressed = QApplication.mouseButtons() != Qt.MouseButton.NoButton
        if not pressed and parent is not None and inside is not None and inside.isAncestorOf(new):
            _bring(new, inside, parent)
        ringed = isinstance(new, self.RINGED) or bool(new.property("ringed"))
        self._follow(new if ringed and new.objectName() != self.OWN else None)

    def _follow(self, widget: QWidget | None) -> None:
        if self._ring is not None and not shiboken6.isValid(self._ring):
            self._ring = None
        parent = None if widget is None or widget.isWindow() else widget.parentWidget()
        if widget is None or parent is None:
            if self._ring is not None:
                self._ring.hide()
            return
        if self._ring is None:
            self._ring = FocusRing(parent, self._room)
        self._ring.setWidget(widget)
        self._ring.show()


def _bring(new: QWidget, inside: QWidget, area: QScrollArea) -> None:
    """Scroll until all of it is in view, with the label over it. Qt would stop where the cursor of a note is."""
    whole, part = new, new.parentWidget()
    while part is not None and part is not inside:
        whole = part if isinstance(part, Field | ChoiceRow) else whole
        part = part.parentWidget()
    margin, room = px(24), area.viewport().height()
    if whole.height() + 2 * margin > room:
        whole, margin = new, px(6)  # as much of the label as there is room for
    x, top = area.horizontalScrollBar().value(), whole.mapTo(inside, QPoint(0, 0)).y()
    if whole.height() + 2 * margin <= room:
        area.ensureVisible(x, top + whole.height(), 0, margin)
        area.ensureVisible(x, top, 0, margin)
    elif isinstance(new, QTextBrowser):
        area.ensureVisible(x, top + room - margin, 0, 0)
        area.ensureVisible(x, top, 0, margin)
    else:
        area.ensureWidgetVisible(new, 0, margin)
