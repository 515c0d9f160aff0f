"""A table of facts in a card: as tall as its rows, words that wrap, a picture in a cell where one helps.

A real table for screen readers: rows and columns with their headings, and each picture said in words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from ui import theme
from ui.theme import px

Index = QModelIndex | QPersistentModelIndex
Drawing = Callable[[QPainter, QRectF], None]
_TONES = {"muted": "muted", "safe": "on_safe", "warn": "on_medium", "primary": "primary", "": "ink"}


@dataclass(frozen=True, slots=True)
class Column:
    """``share``: how much of the room left over it gets; 0: only as wide as its words."""

    title: str
    share: int = 0
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """Words, a smaller line under them, and a picture before them that ``draw`` paints into ``size``."""

    text: str = ""
    under: str = ""
    role: str = "body"  # theme.ROLES
    tone: str = ""
    draw: Drawing | None = None
    size: QSize | None = None
    said: str = ""  # what a screen reader hears where it is more than the words

    def spoken(self) -> str:
        words = self.said or self.text
        return f"{words}. {self.under}" if self.under and not self.said else words


class FactModel(QAbstractTableModel):
    """Rows of cells."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: tuple[Column, ...] = ()
        self.rows: tuple[tuple[Cell, ...], ...] = ()

    def show_rows(self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
        self.beginResetModel()
        self.columns = tuple(columns)
        self.rows = tuple(tuple(one) for one in rows)
        self.endResetModel()

    def cell(self, index: Index) -> Cell:
        return self.rows[index.row()][index.column()]

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        cell = self.cell(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return cell.spoken()
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(self.columns):
            if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
                return self.columns[section].title
            if role == Qt.ItemDataRole.TextAlignmentRole:
                side = (
                    Qt.AlignmentFlag.AlignHCenter
                    if self.columns[section].centred
                    else Qt.AlignmentFlag.AlignLeft
                )
                return side | Qt.AlignmentFlag.AlignVCenter
        named = orientation == Qt.Orientation.Vertical and role == Qt.ItemDataRole.AccessibleTextRole
        return self.rows[section][0].text if named and 0 <= section < len(self.rows) else None


class FactTable(QTableView):
    """The table. ``opened`` carries the row on Enter or a double click, where somebody listens."""

    opened = Signal(object)

    PAD, TALL = 4, 34  # beside the words; the least height of a row

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.facts = FactModel(self)
        self.setModel(self.facts)
        self.setAccessibleName(name)
        self.setItemDelegate(_Drawn(self))
        self.setProperty("plain", True)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(px(18))
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        head.setMinimumSectionSize(px(20))
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setFont(theme.font("label"))

    def show_rows(self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
        """Show these in place of what was there."""
        self.facts.show_rows(columns, rows)
        self._fit()

    def narrowest(self) -> int:
        """The width under which words of the columns that share room would be squeezed."""
        return sum(
            self._natural(at) if not one.share else px(96) for at, one in enumerate(self.facts.columns)
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.facts.rows:
            self.setCurrentIndex(self.facts.index(0, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = self.indexAt(event.position().toPoint())
        if at.isValid():
            self.opened.emit(at.row())

    def _fit(self) -> None:
        columns, room = self.facts.columns, self.viewport().width()
        wide = [0 if one.share else self._natural(at) for at, one in enumerate(columns)]
        left = max(0, room - sum(wide))
        shares = sum(one.share for one in columns) or 1
        for at, one in enumerate(columns):
            self.setColumnWidth(at, left * one.share // shares if one.share else wide[at])
        for at in range(len(self.facts.rows)):
            tall = max(
                self._height(cell, self.columnWidth(to)) for to, cell in enumerate(self.facts.rows[at])
            )
            self.setRowHeight(at, max(px(self.TALL), tall + px(10)))
        rows = sum(self.rowHeight(at) for at in range(len(self.facts.rows)))
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + rows + 2)

    def _natural(self, at: int) -> int:
        wide = _letters("label", theme.look())[1].horizontalAdvance(self.facts.columns[at].title)
        for one in self.facts.rows:
            cell = one[at]
            inside = _letters(cell.role, theme.look())[1].horizontalAdvance(cell.text)
            if cell.draw is not None and cell.size is not None:
                inside += cell.size.width() + (px(8) if cell.text else 0)
            wide = max(wide, inside)
        return wide + px(self.PAD) * 2 + px(3)

    def _height(self, cell: Cell, wide: int) -> int:
        return text_height(cell, wide - px(self.PAD) * 2)


def text_height(cell: Cell, wide: int) -> int:
    """How high the cell's words are in that width."""
    room = max(px(20), wide - picture_width(cell, wide))
    tall = _boxed(cell.text, cell.role, room)
    if cell.under:
        tall += _boxed(cell.under, "small", room)
    if cell.draw is not None and cell.size is not None:
        if is_stacked(cell, wide):
            return tall + cell.size.height() + px(2)
        return max(tall, cell.size.height())
    return tall


def is_stacked(cell: Cell, wide: int) -> bool:
    """Whether the picture stands above the words: beside them they would have no room."""
    return (
        cell.draw is not None
        and cell.size is not None
        and bool(cell.text)
        and wide - cell.size.width() - px(8) < px(76)
    )


def picture_width(cell: Cell, wide: int) -> int:
    """What a picture beside the words takes of the width."""
    if cell.draw is None or cell.size is None or is_stacked(cell, wide):
        return 0
    return cell.size.width() + (px(8) if cell.text else 0)


@lru_cache(maxsize=64)
def _letters(role: str, look: theme.Look) -> tuple[QFont, QFontMetrics]:
    """Made once a look: a table asks for them for every cell it draws."""
    font = theme.font(role)
    return font, QFontMetrics(font)


def _boxed(text: str, role: str, room: int) -> int:
    if not text:
        return 0
    _, letters = _letters(role, theme.look())
    return letters.boundingRect(QRect(0, 0, room, 10_000), Qt.TextFlag.TextWordWrap, text).height()


class _Drawn(QStyledItemDelegate):
    """Words, picture, and a hair line above each row."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        table = self.parent()
        assert isinstance(table, FactTable)
        cell, column = table.facts.cell(index), table.facts.columns[index.column()]
        box: QRect = option.rect
        painter.save()
        if table.hasFocus() and index.row() == table.currentIndex().row():
            painter.fillRect(box, theme.colour("soft"))
            painter.setPen(QPen(theme.colour("primary"), float(px(2))))
            painter.drawLine(box.left(), box.top() + px(1), box.right(), box.top() + px(1))
            painter.drawLine(box.left(), box.bottom(), box.right(), box.bottom())
        elif index.row():
            painter.setPen(QPen(theme.colour("line"), 1.0))
            painter.drawLine(box.topLeft(), box.topRight())
        pad = px(table.PAD)
        inside = box.adjusted(pad, 0, -pad, 0)
        if cell.draw is not None and cell.size is not None:
            stacked = is_stacked(cell, inside.width())
            at_y = box.y() + (px(5) if stacked else (box.height() - cell.size.height()) // 2)
            cell.draw(painter, QRectF(inside.x(), at_y, cell.size.width(), cell.size.height()))
            if stacked:
                inside.setTop(at_y + cell.size.height())
            else:
                inside.setLeft(inside.x() + picture_width(cell, inside.width()))
        self._words(painter, cell, column, inside)
        painter.restore()

    def _words(self, painter: QPainter, cell: Cell, column: Column, box: QRect) -> None:
        side = Qt.AlignmentFlag.AlignHCenter if column.centred else Qt.AlignmentFlag.AlignLeft
        wrap = side.value | Qt.TextFlag.TextWordWrap.value
        tall = _boxed(cell.text, cell.role, box.width())
        under = _boxed(cell.under, "small", box.width()) if cell.under else 0
        y = box.y() + max(0, (box.height() - tall - under) // 2)
        painter.setFont(_letters(cell.role, theme.look())[0])
        painter.setPen(theme.colour(_TONES.get(cell.tone, "ink")))
        painter.drawText(QRect(box.x(), y, box.width(), tall), wrap, cell.text)
        if cell.under:
            painter.setFont(_letters("small", theme.look())[0])
            painter.setPen(theme.colour("muted"))
            painter.drawText(QRect(box.x(), y + tall, box.width(), under), wrap, cell.under)
