"""A small table of answers: one row a thing, one column a question, each cell answered where it stands.

Arrows move, the first letter of an answer gives it, the space bar goes on to the next, Delete takes it back, F4 or a
click offers every answer, and Enter opens the row. One stop of the Tab key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QScrollArea, QTableView, QWidget

from ui import theme
from ui.theme import px

Index = QModelIndex | QPersistentModelIndex
Qr = Qt.ItemDataRole


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A question. ``answers``: (code, words) in the order offered; without any it can only be read."""

    title: str
    answers: tuple[tuple[str, str], ...] = ()
    more: tuple[tuple[str, str], ...] = ()  # offered in the menu, not by letter


@dataclass(frozen=True, slots=True)
class GridCell:
    """What stands in a cell: its code, the words on screen, and those a screen reader says where they are more."""

    text: str
    code: str = ""
    said: str = ""
    icon: str = ""
    token: str = "muted"


@dataclass(frozen=True, slots=True)
class GridRow:
    key: str
    title: str
    cells: tuple[GridCell, ...] = field(default_factory=tuple)


class GridModel(QAbstractTableModel):
    """Only holds what it is given."""

    def __init__(self, first: str, columns: Sequence[GridColumn], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.heads = (first, *(one.title for one in columns))
        self.columns = tuple(columns)
        self.rows: tuple[GridRow, ...] = ()

    def show_rows(self, rows: Sequence[GridRow]) -> None:
        """Show these. With as many rows as before the keyboard stays where it is."""
        if len(rows) == len(self.rows):
            self.rows = tuple(rows)
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self.heads) - 1))
            return
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qr.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(self.heads):
            if role in (Qr.DisplayRole, Qr.AccessibleTextRole):
                return self.heads[section]
            if role == Qr.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qr.DisplayRole) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self.rows):
            return None
        line = self.rows[index.row()]
        if index.column() == 0:
            if role in (Qr.DisplayRole, Qr.AccessibleTextRole):
                return line.title
            return theme.font("strong") if role == Qr.FontRole else None
        cell = line.cells[index.column() - 1]
        if role == Qr.DisplayRole:
            return cell.text
        if role == Qr.AccessibleTextRole:
            return f"{line.title}, {self.heads[index.column()]}: {cell.said or cell.text}"
        if role == Qr.DecorationRole and cell.icon:
            return theme.icon(cell.icon, cell.token, 16)
        if role == Qr.ForegroundRole and cell.token != "muted":
            return theme.colour(cell.token)
        return None


class Grid(QTableView):
    """``answered`` carries (row's key, column, code) when the person gives an answer; ``opened`` the row's key."""

    answered = Signal(object, object, object)
    opened = Signal(object)

    def __init__(
        self,
        name: str,
        first: str,
        columns: Sequence[GridColumn],
        unasked: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._unasked = unasked
        self.model_ = GridModel(first, columns, self)
        self.setModel(self.model_)
        self.setAccessibleName(name)
        self.setProperty("plain", True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(True)
        self.verticalHeader().hide()
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setIconSize(theme.icon_size(16, 4))
        self.clicked.connect(self._clicked)

    def show_rows(self, rows: Sequence[GridRow]) -> None:
        """Show these; as high as they need, so that the page scrolls and not the table."""
        first = self.model_.rowCount() == 0
        self.model_.show_rows(rows)
        if first and rows:
            self.setCurrentIndex(self.model_.index(0, 1))
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        key = event.key()
        if not index.isValid() or event.modifiers() & ~(
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        ):
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self.model_.rows[index.row()].key)
        elif key == Qt.Key.Key_F4:
            self._offer(index)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._answer(index, self._unasked)
        elif key == Qt.Key.Key_Space:
            self._next(index)
        elif event.text().strip() and self._letter(index, event.text().casefold()):
            event.accept()
        else:
            super().keyPressEvent(event)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if self.hasFocus() and current.isValid():
            self._bring(current)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _bring(self, index: Index) -> None:
        """Scroll the page to that cell: the table itself never scrolls, so Qt does not."""
        part = self.parentWidget()
        while part is not None and not isinstance(part, QScrollArea):
            part = part.parentWidget()
        inside = part.widget() if part is not None else None
        if part is not None and inside is not None:
            cell = self.visualRect(self.model_.index(index.row(), index.column()))
            corner = self.viewport().mapTo(inside, cell.topLeft())
            x, margin = part.horizontalScrollBar().value(), cell.height() + px(8)
            part.ensureVisible(x, corner.y() + cell.height(), 0, margin)
            part.ensureVisible(x, corner.y(), 0, margin)

    def _column(self, index: Index) -> GridColumn | None:
        return self.model_.columns[index.column() - 1] if index.column() > 0 else None

    def _letter(self, index: Index, letter: str) -> bool:
        column = self._column(index)
        found = (
            [code for code, text in column.answers if text.casefold().startswith(letter)] if column else []
        )
        if not found:
            return False
        now = self.model_.rows[index.row()].cells[index.column() - 1].code
        at = (found.index(now) + 1) % len(found) if now in found else 0
        self._answer(index, found[at])
        return True

    def _next(self, index: Index) -> None:
        column = self._column(index)
        if column is None or not column.answers:
            return
        order = [self._unasked, *(code for code, _ in column.answers)]
        now = self.model_.rows[index.row()].cells[index.column() - 1].code
        self._answer(index, order[(order.index(now) + 1) % len(order)] if now in order else order[1])

    def _answer(self, index: Index, code: str) -> None:
        column = self._column(index)
        row = self.model_.rows[index.row()]
        if column is None or not column.answers or row.cells[index.column() - 1].code == code:
            return
        self.answered.emit(row.key, index.column() - 1, code)

    def _clicked(self, index: QModelIndex) -> None:
        if index.column() == 0:
            self.opened.emit(self.model_.rows[index.row()].key)
        else:
            self._offer(index)

    def _offer(self, index: Index) -> None:
        column = self._column(index)
        if column is None or not column.answers:
            self.opened.emit(self.model_.rows[index.row()].key)
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        kept = QPersistentModelIndex(index)
        for code, text in (*column.answers, *column.more):
            menu.addAction(text).triggered.connect(partial(self._chosen, kept, code))
        place = self.visualRect(self.model_.index(index.row(), index.column()))
        menu.popup(self.viewport().mapToGlobal(QPoint(place.left(), place.bottom())))

    def _chosen(self, index: QPersistentModelIndex, code: str, _on: bool = False) -> None:
        if index.isValid():
            self._answer(index, code)

    def _fit(self) -> None:
        """Columns as wide as their words while there is room, else as wide as their longest; the first takes the rest.
        With too little room even so it scrolls sideways.
        """
        plain, strong = self.fontMetrics(), QFontMetrics(theme.font("strong"))
        room = self.viewport().width()
        first = _widest(strong, [row.title for row in self.model_.rows], whole=False) + _pad()
        widths: list[int] = []
        for whole in (True, False):
            widths = []
            for at, column in enumerate(self.model_.columns):
                icon = px(28) if any(row.cells[at].icon for row in self.model_.rows) else 0
                wide = _widest(plain, [row.cells[at].text for row in self.model_.rows], whole=whole) + icon
                widths.append(max(wide, strong.horizontalAdvance(column.title)) + _pad())
            if first + sum(widths) <= room:
                break
        widths.insert(0, max(room - sum(widths), first))
        for at, wide in enumerate(widths):
            self.setColumnWidth(at, wide)
        high = self.horizontalHeader().sizeHint().height() + 4
        if sum(widths) > room + 1:
            high += self.horizontalScrollBar().sizeHint().height()
        for at, line in enumerate(self.model_.rows):
            tall = _height(strong, line.title, widths[0] - _pad())
            for cell, wide in zip(line.cells, widths[1:], strict=True):
                tall = max(tall, _height(plain, cell.text, wide - _pad() - (px(28) if cell.icon else 0)))
            self.setRowHeight(at, max(tall + px(12), px(32)))
            high += self.rowHeight(at)
        if self.height() != high:
            self.setFixedHeight(high)


def _pad() -> int:
    return px(26)


def _widest(metrics: QFontMetrics, texts: Sequence[str], *, whole: bool) -> int:
    parts = texts if whole else [word for text in texts for word in text.split()]
    return max((metrics.horizontalAdvance(part) for part in parts), default=0)


def _height(metrics: QFontMetrics, text: str, wide: int) -> int:
    room = QRect(0, 0, max(wide, 1), 1 << 20)
    return metrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap), text).height()
