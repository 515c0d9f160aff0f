"""A painted bar of counts, split into kinds. The words beside it say the same: nobody needs the colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import theme
from ui.theme import px

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar: how many, its tint and the ink on it, by their names in the theme; ``icon`` tells it from
    the others where the theme has no tints.
    """

    count: int
    tint: str
    ink: str
    icon: str = ""


class Bar(QWidget):
    """As long as its share of ``most``. A screen reader says ``said``."""

    def __init__(self, parts: Sequence[Part], most: int, said: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parts = tuple(parts)
        self.most = max(1, most)
        self.setAccessibleName(said)
        self.setToolTip(said)
        self.setFixedHeight(px(24))
        self.setMinimumWidth(px(60))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def spans(self) -> list[tuple[float, float]]:
        """(left, width) of every part that has some, in pixels: together no longer than the widget."""
        gap = px(2)
        shown = [part.count for part in self.parts if part.count]
        room = max(0.0, self.width() - gap * max(0, len(shown) - 1))
        found, left = [], 0.0
        for count in shown:
            wide = room * count / max(self.most, sum(shown))
            found.append((left, wide))
            left += wide + gap
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setFont(theme.font("chip"))
        shown = [part for part in self.parts if part.count]
        edged = theme.look().name == "contrast"
        for part, (left, wide) in zip(shown, self.spans(), strict=True):
            place = QRectF(left + 0.5, 0.5, max(1.0, wide - 1), self.height() - 1.0)
            painter.setBrush(theme.colour(part.tint))
            painter.setPen(theme.colour(part.ink) if edged else theme.colour(part.tint))
            painter.drawRoundedRect(place, px(3), px(3))
            text = str(part.count)
            side = px(14)
            words = painter.fontMetrics().horizontalAdvance(text)
            if edged and part.icon and words + side + px(10) <= wide:
                at = QPointF(left + (wide - words - side - px(4)) / 2, (self.height() - side) / 2)
                painter.drawPixmap(at, theme.pixmap(part.icon, part.ink, 14))
                place = place.adjusted(side + px(4), 0, 0, 0)
            if painter.fontMetrics().horizontalAdvance(text) + px(6) <= wide:
                painter.setPen(theme.colour(part.ink))
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()
