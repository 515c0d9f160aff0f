"""Risk over time, painted: one step for each signed assessment, the grades in words, the total at each mark.

Never alone: the list of assessments beside it says the same. Painted with plain positional calls, since an exception
inside a paint event would end the process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from caseworker.domain import when
from caseworker.domain.risk import GRADES, rank
from ui import theme
from ui.theme import px


@dataclass(frozen=True, slots=True)
class Mark:
    """One signed assessment: its day, the grade that counted, and its total, if it has one."""

    on: date
    grade: str
    total: int | None = None


class RiskChart(QWidget):
    """``show_marks`` takes them oldest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._marks: tuple[Mark, ...] = ()
        self._names = {
            "standard": self.tr("Standard"),
            "medium": self.tr("Medium"),
            "high": self.tr("High"),
        }
        self.setFixedHeight(px(168))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(px(320), px(168))

    def show_marks(self, marks: Sequence[Mark]) -> None:
        self._marks = tuple(one for one in marks if one.grade in GRADES)
        said = [
            self.tr("{date}: {grade}").format(
                date=when.show_date(one.on), grade=self._names[one.grade].lower()
            )
            for one in self._marks
        ]
        self.setAccessibleName(self.tr("Risk over time. {marks}").format(marks=". ".join(said)))
        self.update()

    def marks(self) -> tuple[Mark, ...]:
        return self._marks

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setFont(theme.font("small"))
        self._paint(painter, QFontMetricsF(theme.font("small")))
        painter.end()

    def _paint(self, painter: QPainter, letters: QFontMetricsF) -> None:
        tall, gap = letters.height(), float(px(10))
        left = max(letters.horizontalAdvance(name) for name in self._names.values()) + gap
        right, bottom = float(self.width()) - gap, float(self.height()) - tall - gap
        top = tall + float(px(6))  # the total of a mark on the highest line stands above it
        if right - left < 8 or bottom - top < 8:
            return
        step = (bottom - top) / (len(GRADES) - 1)
        for grade in GRADES:
            y = bottom - (rank(grade) - 1) * step
            painter.setPen(QPen(theme.colour("line"), 1.0))
            painter.drawLine(QPointF(left, y), QPointF(right, y))
            painter.setPen(QPen(theme.colour("muted"), 1.0))
            painter.drawText(QPointF(0.0, y + letters.ascent() / 2 - 1), self._names[grade])
        if not self._marks:
            return
        first, last = self._marks[0].on.toordinal(), self._marks[-1].on.toordinal()
        inset = float(px(26))
        places = []
        for one in self._marks:
            part = (one.on.toordinal() - first) / (last - first) if last > first else 0.5
            places.append(
                QPointF(
                    left + inset + part * (right - left - inset * 2), bottom - (rank(one.grade) - 1) * step
                )
            )
        self._paint_steps(painter, places)
        self._paint_marks(painter, letters, places)
        self._paint_days(painter, letters, places)

    def _paint_steps(self, painter: QPainter, places: list[QPointF]) -> None:
        """A grade holds until the next assessment."""
        painter.setPen(QPen(theme.colour("primary"), float(px(2))))
        for before, after in pairwise(places):
            painter.drawLine(before, QPointF(after.x(), before.y()))
            painter.drawLine(QPointF(after.x(), before.y()), after)

    def _paint_marks(self, painter: QPainter, letters: QFontMetricsF, places: list[QPointF]) -> None:
        free = float("-inf")
        for one, place in zip(self._marks, places, strict=True):
            painter.setPen(QPen(theme.colour("primary"), float(px(2))))
            painter.setBrush(QBrush(theme.colour("surface")))
            painter.drawEllipse(place, float(px(5)), float(px(5)))
            if one.total is None:
                continue
            words = str(one.total)
            wide = letters.horizontalAdvance(words)
            x = place.x() - wide / 2
            if x >= free:  # totals that would lie on each other stand in the list
                painter.setPen(QPen(theme.colour("ink"), 1.0))
                painter.drawText(
                    QRectF(x - 1, place.y() - letters.height() - px(6), wide + 2, letters.height()),
                    Qt.AlignmentFlag.AlignCenter,
                    words,
                )
                free = x + wide + px(4)

    def _paint_days(self, painter: QPainter, letters: QFontMetricsF, places: list[QPointF]) -> None:
        """The first and the last day, and those between that have room."""
        painter.setPen(QPen(theme.colour("muted"), 1.0))
        taken: list[tuple[float, float]] = []
        order = dict.fromkeys([0, len(places) - 1, *range(len(places))])
        for at in order:
            day = self._marks[at].on
            words = f"{day.day} {when.MONTHS[day.month - 1][:3]} {day.year % 100:02}"
            wide = letters.horizontalAdvance(words)
            x = min(max(places[at].x() - wide / 2, 0.0), float(self.width()) - wide)
            if any(x < end + px(8) and begin < x + wide + px(8) for begin, end in taken):
                continue
            taken.append((x, x + wide))
            painter.drawText(QPointF(x, float(self.height()) - letters.descent() - 1), words)
