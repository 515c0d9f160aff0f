"""What every screen is built on: a page in the window.

A page reads the vault again when something changed while it is on show, or when it is next shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QScrollBar, QVBoxLayout, QWidget

from ui.session import Session
from ui.theme import px
from ui.widgets.parts import Margins, column, within

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

MOST_TURNS = 3  # of laying out lines that change how high they are meanwhile
NARROW = 600  # no card or form stops growing before it is that wide


def scrolled(
    margins: Margins, gap: float, on_card: bool = False, parent: QWidget | None = None
) -> tuple[QScrollArea, QVBoxLayout]:
    """A scrolling area and the column inside it, in the colour of the page or of the card it lies on."""
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    inside = ScrollBody()
    inside.setObjectName("" if on_card else "scrollbody")
    area.setWidget(inside)
    lines = within(Lines(inside), margins, gap)
    if not on_card:
        inside.end_alike(area.verticalScrollBar())
    return area, lines


class ScrollBody(QWidget):
    """What scrolls: as tall as its lines are. Qt would leave room for them at their narrowest, and end in a blank."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # What stands in view is not painted again because a line came below it.
        self.setAttribute(Qt.WidgetAttribute.WA_StaticContents)
        self._taken = 0  # of the margin at the right, by the bar

    def end_alike(self, bar: QScrollBar) -> None:
        """Let the lines end at the same place with and without that bar, under what does not scroll."""
        self._bar = bar
        bar.rangeChanged.connect(self._make_room)

    def _make_room(self, least: int, most: int) -> None:
        layout = self.layout()
        taken = self._bar.sizeHint().width() if most > least else 0
        if layout is None or taken == self._taken:
            return
        margins = layout.contentsMargins()
        margins.setRight(margins.right() + self._taken - taken)
        self._taken = taken
        layout.setContentsMargins(margins)

    def minimumSizeHint(self) -> QSize:
        least, layout = super().minimumSizeHint(), self.layout()
        if not isinstance(layout, Lines) or not layout.hasHeightForWidth():
            return least
        # Asked at the width of the page, Qt forgets that cards and forms stop growing before that.
        return QSize(least.width(), min(least.height(), layout.high(self.width())))


class Lines(QVBoxLayout):
    """A column that knows how high it is at ``NARROW`` until something in it changes: that is asked many times over
    while a page is built, and never cheap.
    """

    _high: int | None = None

    def invalidate(self) -> None:
        self._high = None
        super().invalidate()

    def setGeometry(self, place: QRect) -> None:
        body = self.parentWidget()
        if isinstance(body, ScrollBody) and place.height() < (high := body.minimumSizeHint().height()):
            # Qt lets the body grow only after the next picture, and in that all lines would be squashed.
            body.resize(body.width(), high)
            if body.height() >= high:
                return  # laid out by that already
        super().setGeometry(place)
        for _ in range(MOST_TURNS):
            # A line that took another height may have had the body resized, and all lines laid out in it, in the middle
            # of this: those after it were then put where they belonged before.
            if not isinstance(body, ScrollBody) or place == body.contentsRect():
                return
            place = body.contentsRect()
            super().setGeometry(place)

    def high(self, width: int) -> int:
        """How high the lines are at that width, or at ``NARROW`` where it is more."""
        if width < px(NARROW):
            return self.totalHeightForWidth(width)
        if self._high is None:
            self._high = self.totalHeightForWidth(px(NARROW))
        return self._high


class Page(QWidget):
    """A screen of the window. ``.body`` is the scrolling column, ``.top`` stays above it and never scrolls.

    With ``scroll=False`` the body does not scroll (for a screen that is one table).
    """

    def __init__(self, session: Session, scroll: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._stale = True
        self.setObjectName("page")
        outer = column(self)
        self.top = column()
        outer.addLayout(self.top)
        margins: Margins = (24, 18, 24, 24)
        if scroll:
            self.area, self.body = scrolled(margins, 14)
            outer.addWidget(self.area, 1)
        else:
            self.body = column(margins=margins, gap=12)
            outer.addLayout(self.body, 1)
        session.changed.connect(self._changed)

    def title(self) -> str:
        """The name of the screen for the side bar and for screen readers. Never a client's name."""
        raise NotImplementedError

    def reload(self) -> None:
        """Read the vault again and show it. Called when first shown, and after changes."""

    def show_place(self, arg: Any) -> None:
        """Somebody went here; ``arg`` says which one (a client's id ...). ``reload`` follows if needed."""

    def draw_ahead(self) -> None:
        """Draw what the first picture would wait for. A record is read only when somebody goes to it."""

    def show_part(self, part: str) -> None:
        """Somebody asked for that part of the screen."""

    def on_show(self) -> list[str]:
        """What ``show_part`` is told, one after the other, to show again what is on show now."""
        return []

    def keep_draft(self) -> None:
        """Write what is half-typed to the vault's drafts now. The vault closes right after this."""

    def first_focus(self) -> QWidget | None:
        """What gets the keyboard when somebody goes here; None leaves the choice to the window."""
        return None

    def mark_stale(self) -> None:
        """Read again when next shown, or now if on show."""
        self._changed()

    def _changed(self) -> None:
        self._stale = True
        if self.isVisible():
            self._read_again()

    def _read_again(self) -> None:
        if self._stale and not self.session.is_locked():
            self._stale = False
            self.reload()

    def showEvent(self, event: QShowEvent) -> None:
        self._read_again()
        super().showEvent(event)
