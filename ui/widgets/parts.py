"""The smallest parts of a screen: rows and columns, words, icons, buttons, chips, cards.

Words are always plain text: a note must never be read as markup. Sizes follow the text size.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import shiboken6
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
    QWidgetItem,
)

from ui import theme
from ui.session import Notice
from ui.theme import px

Margins = tuple[float, float, float, float]

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QPaintEvent


Box = TypeVar("Box", bound=QBoxLayout)


def within(made: Box, margins: Margins, gap: float) -> Box:
    """That layout with these margins (left, top, right, bottom) and this gap, in pixels at 100% text."""
    made.setContentsMargins(*(px(m) for m in margins))
    made.setSpacing(px(gap))
    return made


def column(parent: QWidget | None = None, margins: Margins = (0, 0, 0, 0), gap: float = 0) -> QVBoxLayout:
    """A column; margins (left, top, right, bottom) and gap in pixels at 100% text."""
    return within(QVBoxLayout(parent) if parent is not None else QVBoxLayout(), margins, gap)


def row(parent: QWidget | None = None, margins: Margins = (0, 0, 0, 0), gap: float = 0) -> QHBoxLayout:
    """A row; margins (left, top, right, bottom) and gap in pixels at 100% text."""
    return within(QHBoxLayout(parent) if parent is not None else QHBoxLayout(), margins, gap)


class Text(QLabel):
    """Words on the screen. ``role`` as in theme.ROLES; ``tone`` muted, primary, danger, warn, safe, soft."""

    def __init__(
        self,
        text: str = "",
        role: str = "body",
        tone: str = "",
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        self._tall: dict[int, int] = {}  # width -> height
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)
        self.setFont(theme.font(role))
        self.setWordWrap(wrap)
        if tone:
            self.setProperty("tone", tone)
        if wrap:
            # Without this a wrapped label is squeezed to nothing when height runs out.
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)

    def set_tone(self, tone: str) -> None:
        self.setProperty("tone", tone)
        theme.restyle(self)

    def setText(self, text: str) -> None:
        self._tall = {}
        super().setText(text)

    def setWordWrap(self, on: bool) -> None:
        self._tall = {}
        super().setWordWrap(on)

    def setContentsMargins(self, *margins: Any) -> None:
        self._tall = {}
        super().setContentsMargins(*margins)

    def changeEvent(self, event: QEvent) -> None:
        """Other letters, or another look."""
        self._tall = {}
        super().changeEvent(event)

    def heightForWidth(self, width: int) -> int:
        """Kept by width: while a page is built it is asked dozens of times, and Qt breaks the lines anew each time."""
        tall = self._tall.get(width)
        if tall is None:
            tall = self._tall[width] = super().heightForWidth(width)
        return tall


def breaking(place: object) -> str:
    """A folder's name that may wrap after each part: paths are longer than any line."""
    return str(place).replace("/", "/\u200b").replace("\\", "\\\u200b")


class Heading(Text):
    """The name of a page (level 1), a section (2) or a card (3)."""

    def __init__(self, text: str = "", level: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(text, {1: "title", 2: "section"}.get(level, "card"), wrap=level == 1, parent=parent)


class Glyph(QLabel):
    """An icon beside words that carry its meaning; screen readers pass over it."""

    def __init__(
        self, name: str = "", token: str = "muted", size: float = 18, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._size = size
        self.setFixedSize(px(size), px(size))
        if name:
            self.show_icon(name, token)

    def show_icon(self, name: str, token: str = "muted") -> None:
        self.setPixmap(theme.pixmap(name, token, self._size))


class Button(QPushButton):
    """A button that says what it does.

    ``kind``: secondary, primary, quiet, muted, link, strong-link, error-link or tile.
    """

    INK = {
        "primary": "on_primary",
        "quiet": "primary",
        "link": "primary",
        "strong-link": "primary",
        "muted": "muted",
    }

    def __init__(
        self, text: str = "", icon: str = "", kind: str = "secondary", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self._kind = kind
        self.setProperty("kind", kind)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        if icon:
            self.show_icon(icon)
        if kind in ("link", "strong-link", "error-link"):
            self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def show_icon(self, icon: str, token: str = "") -> None:
        gap = 4 if self.text() else 0
        self.setIcon(theme.icon(icon, token or self.INK.get(self._kind, "ink"), 18, gap))
        self.setIconSize(theme.icon_size(18, gap))

    def set_kind(self, kind: str) -> None:
        self._kind = kind
        self.setProperty("kind", kind)
        theme.restyle(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses it too, as on every web page; Qt alone takes Space."""
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.click()
            return
        super().keyPressEvent(event)


class Tick(QCheckBox):
    """A tick box; its square grows with the text."""

    def __init__(self, text: str, ticked: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setIconSize(theme.icon_size(18, 6))
        self.setChecked(ticked)
        self.checkStateChanged.connect(self._show_state)
        self._show_state()

    def setChecked(self, ticked: bool) -> None:
        """Also while its signals are blocked: a form fills in what was saved without that counting as an edit."""
        super().setChecked(ticked)
        self._show_state()

    def _show_state(self) -> None:
        on = self.isChecked()
        self.setIcon(theme.icon("square-check" if on else "square", "primary" if on else "muted", 18, 6))


CHIP_KINDS = {
    "plain": ("plain", "ink"),
    "safe": ("safe", "on_safe"),
    "warn": ("medium", "on_medium"),
    "high": ("high", "on_high"),
    "medium": ("medium", "on_medium"),
    "standard": ("standard", "on_standard"),
    "info": ("standard", "on_standard"),
}


class Chip(QFrame):
    """Icon and words on a tint. The words carry the meaning, never the tint alone."""

    def __init__(
        self, text: str = "", kind: str = "plain", icon: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        across = row(self, (9, 0, 10, 0), 5)
        self._glyph = Glyph(size=15, parent=self)
        self._words = Text(role="chip", parent=self)
        self._has_icon = True
        across.addWidget(self._glyph)
        across.addWidget(self._words)
        self.setFixedHeight(px(24))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_chip(text, kind, icon)

    def show_chip(self, text: str, kind: str = "plain", icon: str = "") -> None:
        """Show these words, in this kind, with this icon (none: words alone)."""
        tint, ink = CHIP_KINDS[kind]
        self._words.setText(text)
        if bool(icon) != self._has_icon:  # showing dresses it at once: not while it is being made
            self._has_icon = bool(icon)
            self._glyph.setVisible(self._has_icon)
        if icon:
            self._glyph.show_icon(icon, ink)
        if self.property("chip") != tint:
            self.setProperty("chip", tint)
            theme.restyle(self)
            theme.restyle(self._words)
        self.setAccessibleName(text)
        self.updateGeometry()

    def text(self) -> str:
        return self._words.text()


class Said(QWidget):
    """An icon and a sentence beside it that may wrap."""

    def __init__(
        self,
        text: str = "",
        icon: str = "info",
        token: str = "muted",
        role: str = "body",
        tone: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        across = row(self, gap=8)
        self._glyph = Glyph(icon, token, 16, self)
        holder = column(margins=(0, 1, 0, 0))
        holder.addWidget(self._glyph)
        holder.addStretch(1)
        self._words = Text(text, role, tone, wrap=True, parent=self)
        across.addLayout(holder)
        across.addWidget(self._words, 1)

    def show_said(self, text: str, icon: str = "info", token: str = "muted") -> None:
        self._words.setText(text)
        self._glyph.show_icon(icon, token)

    def text(self) -> str:
        return self._words.text()


class CardTitle(Text):
    """The title of a card: on one line where there is room, wrapped where there is not."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, "card", wrap=True, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    # A label that wraps asks for a narrow column; this one has the line to itself.
    def sizeHint(self) -> QSize:
        return super().sizeHint().expandedTo(QSize(self._plain(), 0))

    def minimumSizeHint(self) -> QSize:
        return super().minimumSizeHint().expandedTo(QSize(min(self._plain(), px(280)), 0))

    def _plain(self) -> int:
        return self.fontMetrics().horizontalAdvance(self.text()) + px(2)


class CardLines(QVBoxLayout):
    """The lines of a card, never squashed: a card lies on what scrolls and gets the room it asks for a moment later.

    Qt lays them out once in the room there was before a line came and again in the room there is then: all of them
    would be made lower and higher again, with everything inside.
    """

    def setGeometry(self, place: QRect) -> None:
        least = (
            self.minimumHeightForWidth(place.width())
            if self.hasHeightForWidth()
            else self.minimumSize().height()
        )
        if place.height() < least:
            place = QRect(place.x(), place.y(), place.width(), least)
        super().setGeometry(place)


class Card(QFrame):
    """A white card. With a title it has a head line (icon, title, count, ``.head`` row) and rows under it."""

    def __init__(
        self, title: str = "", count: str = "", icon: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        whole = within(CardLines(self), (0, 0, 0, 0), 0)
        self.head = row(gap=8)
        self._count = Text(count, "lead", "muted", parent=self)
        if title:
            self.head.setContentsMargins(px(16), px(11), px(12), px(11))
            if icon:
                self.head.addWidget(Glyph(icon, parent=self))
            self.heading = CardTitle(title, self)
            self.head.addWidget(self.heading)
            self.head.addWidget(self._count)
            self.head.addStretch(1)
            whole.addLayout(self.head)
            self.setAccessibleName(title)
        else:
            self._count.hide()
        self.body = column(margins=(16, 0, 16, 14) if title else (16, 14, 16, 14), gap=8)
        whole.addLayout(self.body)

    def head_button(self, text: str, slot: Callable[..., object], name: str = "", icon: str = "") -> Button:
        """A button in the head line; ``name`` is for screen readers where the words alone do not say of what."""
        button = Button(text, icon, parent=self)
        button.setAccessibleName(name or text)
        button.clicked.connect(slot)
        self.head.addWidget(button)
        return button

    def show_count(self, n: int | str) -> None:
        self._count.setText(str(n))

    def add_row(self, widget: QWidget) -> None:
        """A row from edge to edge with a hair line above it (``ui.widgets.RowFrame``)."""
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self.body.addWidget(widget)


class RowFrame(QFrame):
    """One row of a card: a line above, a tint under the pointer. ``.across`` is its layout."""

    def __init__(
        self, margins: Margins = (16, 9, 12, 9), gap: float = 12, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("row", True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.across = row(self, margins, gap)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.underMouse():
            self._tint()
        super().paintEvent(event)

    def _tint(self) -> None:
        """Inside the line around the card: a rule of the style would paint over its round corners."""
        card = self.parentWidget()
        while card is not None and not isinstance(card, Card):
            card = card.parentWidget()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if card is not None:
            inside = QRectF(card.rect().translated(self.mapFrom(card, QPoint()))).adjusted(1, 1, -1, -1)
            shape = QPainterPath()
            shape.addRoundedRect(inside, theme.CARD_RADIUS - 1, theme.CARD_RADIUS - 1)
            painter.setClipPath(shape)
        painter.fillRect(self.rect().adjusted(0, 1, 0, 0), theme.colour("bg"))  # under the line above
        painter.end()


class FlowLayout(QLayout):
    """Left to right, then the next line: long words and large text wrap instead of being cut."""

    def __init__(self, gap: float = 6, parent: QWidget | None = None, on_foot: bool = False) -> None:
        """``on_foot``: parts of one line stand on its foot, as fields with a label over them need it."""
        super().__init__(parent) if parent is not None else super().__init__()
        self._items: list[QLayoutItem] = []
        self._gap = px(gap)
        self._on_foot = on_foot
        self._forget()
        self.setContentsMargins(0, 0, 0, 0)
        self.destroyed.connect(partial(_let_go, self._items))

    def _forget(self) -> None:
        # While a page is laid out the same is asked many times over, and every answer asks everything inside.
        self._tall: dict[int, int] = {}  # width -> height
        self._wanted: QSize | None = None
        self._least: QSize | None = None

    def invalidate(self) -> None:
        self._forget()
        super().invalidate()

    def addWidget(self, widget: QWidget) -> None:
        # An item made by Qt may get the address, and with it in Python the name, of one that is gone from another
        # layout; when that layout goes, ours is taken for gone too. One made here is always its own.
        self.addChildWidget(widget)
        self.addItem(QWidgetItem(widget))

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self.invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        self._forget()
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width not in self._tall:
            self._tall[width] = self._place(QRect(0, 0, width, 0), False)
        return self._tall[width]

    def sizeHint(self) -> QSize:
        if self._wanted is None:
            shown = [item.sizeHint() for item in self._items if not item.isEmpty()]
            wide = sum(s.width() for s in shown) + self._gap * max(0, len(shown) - 1)
            self._wanted = QSize(wide, max((s.height() for s in shown), default=0))
        return self._wanted

    def minimumSize(self) -> QSize:
        if self._least is None:
            least = QSize(0, 0)
            for item in self._items:
                if not item.isEmpty():
                    least = least.expandedTo(item.minimumSize())
            self._least = least
        return self._least

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, True)

    def _place(self, rect: QRect, really: bool) -> int:
        lines: list[list[tuple[QLayoutItem, QSize]]] = [[]]
        x = 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint().boundedTo(QSize(max(rect.width(), 1), 1 << 20))
            if item.hasHeightForWidth():
                size.setHeight(max(item.heightForWidth(size.width()), item.minimumSize().height()))
            if lines[-1] and x + size.width() > rect.width():
                lines.append([])
                x = 0
            lines[-1].append((item, size))
            x += size.width() + self._gap
        y = rect.y()
        for line in lines:
            tall = max((size.height() for _, size in line), default=0)
            x = rect.x()
            for item, size in line:
                if really:
                    spare = tall - size.height()
                    item.setGeometry(QRect(QPoint(x, y + (spare if self._on_foot else spare // 2)), size))
                x += size.width() + self._gap
            y += tall + self._gap
        return max(0, y - self._gap - rect.y())


def _let_go(items: list[QLayoutItem], *_: object) -> None:
    """The items of a layout that is gone: Qt leaves them to the layout, Python to Qt."""
    for item in items:
        if shiboken6.isValid(item):
            shiboken6.delete(item)
    items.clear()


class Stripes(QWidget):
    """Slanted stripes: made-up people are never taken for real ones, whatever the colours."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(px(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.fillRect(self.rect(), theme.colour("ring_in"))
        pen = painter.pen()
        pen.setColor(theme.colour("ring_out"))
        step = px(12)
        pen.setWidth(step // 2)
        painter.setPen(pen)
        for x in range(-self.height(), self.width() + self.height(), step):
            painter.drawLine(x, self.height(), x + self.height(), 0)
        painter.end()


class Banner(QFrame):
    """A line across the window that stays: info, warn, high or madeup (striped), with one thing to do."""

    ICONS = {"info": "info", "warn": "triangle-alert", "high": "circle-alert", "madeup": "users"}
    TINTS = {"info": "info", "warn": "warn", "high": "high", "madeup": "warn"}
    INK = {"info": "on_standard", "warn": "on_medium", "high": "on_high", "madeup": "on_medium"}

    def __init__(
        self,
        text: str,
        kind: str = "info",
        action_text: str = "",
        action: Callable[[], None] | None = None,
        closes: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.kind = kind
        self.is_shut = False
        self._action_text, self._action = action_text, action
        self.setProperty("banner", self.TINTS[kind])
        self.setAccessibleName(text)
        outer = row(self)
        if kind == "madeup":
            outer.addWidget(Stripes(self))
        across = row(margins=(24 if kind != "madeup" else 12, 6, 16, 6), gap=10)
        outer.addLayout(across, 1)
        across.addWidget(Glyph(self.ICONS[kind], self.INK[kind], parent=self))
        self._words = Text(text, "strong", wrap=True, parent=self)
        across.addWidget(self._words, 1)
        if action is not None:
            button = Button(action_text)
            button.clicked.connect(action)
            across.addWidget(button)
        if closes:
            shut = Button("", "x", "quiet")
            shut.setAccessibleName(closes)
            shut.setToolTip(closes)
            shut.clicked.connect(self.shut)
            across.addWidget(shut)

    def text(self) -> str:
        return self._words.text()

    def notice(self) -> Notice:
        """What it says, as it was asked for."""
        return Notice(self.text(), self.kind, self._action_text, self._action)

    def shut(self) -> None:
        """Take it away."""
        self.is_shut = True
        self.hide()
        self.deleteLater()
