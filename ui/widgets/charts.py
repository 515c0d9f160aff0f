"""Painted charts: how far something has come, and lines over time. Never alone: the words or a table stand beside them.

Lines differ in mark and dash, not in colour only. Everything is painted with plain positional calls: an exception
inside a paint event would end the process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import theme
from ui.theme import px

MARKS = ("circle", "square", "triangle", "diamond")
_INKS = ("primary", "on_standard", "on_medium", "ink")
_DASHES: tuple[tuple[float, ...], ...] = ((), (5.0, 2.5), (1.2, 2.0), (6.0, 2.0, 1.2, 2.0))


@dataclass(frozen=True, slots=True)
class Distance:
    """Where something began, is, and should go, on a scale; None where that is not known."""

    start: int | None
    latest: int | None
    aim: int | None
    least: int = 0
    most: int = 4
    lower_is_better: bool = True


@dataclass(frozen=True, slots=True)
class ChartLine:
    """One line over time. ``key`` keeps its mark when others come and go."""

    label: str
    points: tuple[tuple[date, float], ...]


def ink(at: int) -> QColor:
    """The colour of the line in that place."""
    return theme.colour(_INKS[at % len(_INKS)])


# ---- distance travelled


def distance_size() -> QSize:
    return QSize(px(72), px(20))


def paint_distance(painter: QPainter, box: QRectF, told: Distance) -> None:
    """Circle: start. Dot: latest. Line: aim. The good end is at the right."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    middle = box.center().y()
    edge = float(px(8))
    left, right = box.left() + edge, box.right() - edge
    painter.setPen(QPen(theme.colour("line"), float(px(3)), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(QPointF(left, middle), QPointF(right, middle))
    begun = _along(told, told.start, left, right)
    now = _along(told, told.latest, left, right)
    goal = _along(told, told.aim, left, right)
    primary = theme.colour("primary")
    if begun is not None and now is not None and begun != now:
        painter.setPen(QPen(primary, float(px(4)), Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawLine(QPointF(begun, middle), QPointF(now, middle))
    if goal is not None:
        tall = float(px(9))
        painter.setPen(QPen(theme.colour("ink"), float(px(2)), Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawLine(QPointF(goal, middle - tall), QPointF(goal, middle + tall))
    if begun is not None and begun != now:
        painter.setPen(QPen(primary, float(px(2))))
        painter.setBrush(QBrush(theme.colour("surface")))
        painter.drawEllipse(QPointF(begun, middle), float(px(4)), float(px(4)))
    if now is not None:
        painter.setPen(QPen(primary, 1.0))
        painter.setBrush(QBrush(primary))
        painter.drawEllipse(QPointF(now, middle), float(px(5)), float(px(5)))
    painter.restore()


def _along(told: Distance, value: int | None, left: float, right: float) -> float | None:
    if value is None or told.most <= told.least:
        return None
    part = (min(max(value, told.least), told.most) - told.least) / (told.most - told.least)
    return right - part * (right - left) if told.lower_is_better else left + part * (right - left)


class DistanceBar(QWidget):
    """How far something has come, beside the words that say the same."""

    def __init__(self, told: Distance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._told = told
        self.setFixedSize(distance_size())

    def show_distance(self, told: Distance) -> None:
        self._told = told
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_distance(painter, QRectF(self.rect()), self._told)
        painter.end()


# ---- marks


def paint_mark(painter: QPainter, at: QPointF, which: int, side: float) -> None:
    """The mark of the line in that place: a filled circle, square, triangle or diamond."""
    colour = ink(which)
    painter.setPen(QPen(colour, 1.0))
    painter.setBrush(QBrush(colour))
    half = side / 2
    x, y = at.x(), at.y()
    shape = MARKS[which % len(MARKS)]
    if shape == "circle":
        painter.drawEllipse(at, half, half)
    elif shape == "square":
        painter.drawRect(QRectF(x - half * 0.9, y - half * 0.9, side * 0.9, side * 0.9))
    elif shape == "triangle":
        painter.drawPolygon(
            QPolygonF(
                [QPointF(x, y - half), QPointF(x + half, y + half * 0.8), QPointF(x - half, y + half * 0.8)]
            )
        )
    else:
        painter.drawPolygon(
            QPolygonF(
                [QPointF(x, y - half), QPointF(x + half, y), QPointF(x, y + half), QPointF(x - half, y)]
            )
        )


def mark_size() -> QSize:
    return QSize(px(12), px(14))


def paint_key(painter: QPainter, box: QRectF, which: int) -> None:
    """The mark of the line in that place, on a piece of it where there is room: a table’s key to the chart."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    middle = box.center().y()
    if box.width() > px(18):
        painter.setPen(_pen(which))
        painter.drawLine(QPointF(box.left(), middle), QPointF(box.right(), middle))
    paint_mark(painter, box.center(), which, float(px(9)))
    painter.restore()


def _pen(which: int) -> QPen:
    pen = QPen(ink(which), float(px(2)))
    dashes = _DASHES[which % len(_DASHES)]
    if dashes:
        pen.setDashPattern(list(dashes))
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


# ---- lines over time


class LineChart(QWidget):
    """A few lines over time on one scale. ``ends`` are words for the ends of the scale, lowest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[ChartLine, ...] = ()
        self._least, self._most = 0, 1
        self._ends = ("", "")
        self.setMinimumHeight(px(190))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(px(320), px(190))

    def show_lines(
        self,
        lines: Sequence[ChartLine],
        least: int,
        most: int,
        ends: tuple[str, str] = ("", ""),
        said: str = "",
    ) -> None:
        """Show these, in order; ``said`` is what a screen reader hears in place of the picture."""
        self._lines = tuple(lines)
        self._least, self._most = least, max(most, least + 1)
        self._ends = ends
        self.setAccessibleName(said)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setFont(theme.font("small"))
        self._paint(painter, QFontMetricsF(theme.font("small")))
        painter.end()

    def _paint(self, painter: QPainter, letters: QFontMetricsF) -> None:
        tall, gap = letters.height(), float(px(8))
        ticks = self._ticks()
        marked = [self._tick_words(tick) for tick in ticks]
        left = max(letters.horizontalAdvance(words) for words in marked) + gap * 1.5
        labels = max((letters.horizontalAdvance(line.label) for line in self._lines), default=0.0)
        # Where names beside the lines would leave no room for the lines, the table's marks name them.
        named = labels > 0 and labels + gap * 2 < (self.width() - left) * 0.55
        right = self.width() - (labels + gap * 2 if named else gap)
        top, bottom = tall / 2 + gap / 2, self.height() - tall - gap
        if right - left < 8 or bottom - top < 8:
            return

        def y_of(value: float) -> float:
            part = (min(max(value, self._least), self._most) - self._least) / (self._most - self._least)
            return float(bottom - part * (bottom - top))

        for tick, words in zip(ticks, marked, strict=True):
            y = y_of(tick)
            painter.setPen(QPen(theme.colour("line"), 1.0))
            painter.drawLine(QPointF(left, y), QPointF(right, y))
            painter.setPen(QPen(theme.colour("muted"), 1.0))
            painter.drawText(QPointF(0.0, y + letters.ascent() / 2 - 1), words)
        days = sorted({day for line in self._lines for day, _ in line.points})
        if not days:
            return
        first, span = days[0].toordinal(), max(1, days[-1].toordinal() - days[0].toordinal())
        inset = float(px(10))

        def x_of(day: date) -> float:
            if len(days) == 1:
                return (left + right) / 2
            return float(left + inset + (right - left - inset * 2) * (day.toordinal() - first) / span)

        self._paint_days(painter, letters, days, [x_of(day) for day in days], float(self.height()) - 2)
        for which, line in enumerate(self._lines):
            self._paint_line(painter, which, [QPointF(x_of(day), y_of(value)) for day, value in line.points])
        if named:
            self._paint_names(painter, letters, right + gap, y_of)

    def _ticks(self) -> list[int]:
        span = self._most - self._least
        step = 1 if span <= 6 else -(-span // 4)
        return list(range(self._least, self._most + 1, step))

    def _tick_words(self, tick: int) -> str:
        word = self._ends[0] if tick == self._least else self._ends[1] if tick == self._most else ""
        return f"{tick}  {word}" if word else str(tick)

    def _paint_days(
        self, painter: QPainter, letters: QFontMetricsF, days: list[date], places: list[float], y: float
    ) -> None:
        """The first and last day, and between them those there is room for."""
        shown = [short_day(day, days[0].year != days[-1].year) for day in days]
        taken: list[tuple[float, float]] = []
        order = [0, len(days) - 1, *range(1, len(days) - 1)]
        painter.setPen(QPen(theme.colour("muted"), 1.0))
        for at in dict.fromkeys(order):
            wide = letters.horizontalAdvance(shown[at])
            x = min(max(places[at] - wide / 2, 0.0), self.width() - wide)
            if any(x < end + px(8) and begin < x + wide + px(8) for begin, end in taken):
                continue
            taken.append((x, x + wide))
            painter.drawText(QPointF(x, y - letters.descent()), shown[at])

    def _paint_line(self, painter: QPainter, which: int, places: list[QPointF]) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_pen(which))
        if len(places) > 1:
            painter.drawPolyline(QPolygonF(places))
        before = float("-inf")
        for place in places:  # so many that they would touch: every one with room
            if place.x() - before >= px(9) or place is places[-1]:
                paint_mark(painter, place, which, float(px(9)))
                before = place.x()

    def _paint_names(
        self, painter: QPainter, letters: QFontMetricsF, x: float, y_of: Callable[[float], float]
    ) -> None:
        """Each line's name at its end; names that would lie on each other move apart."""
        wanted = sorted(
            (y_of(line.points[-1][1]), which) for which, line in enumerate(self._lines) if line.points
        )
        y = float("-inf")
        for near, which in wanted:
            y = max(near, y + letters.height())
            painter.setPen(QPen(ink(which), 1.0))
            painter.drawText(QPointF(x, y + letters.ascent() / 2 - 1), self._lines[which].label)


def short_day(day: date, year: bool = False) -> str:
    """Like "29 Jul": the months of the axis, as short as they can be read."""
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    said = f"{day.day} {months[day.month - 1]}"
    return f"{said} {day.year % 100:02}" if year else said
