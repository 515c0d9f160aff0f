"""A return as people read it: its tables page by page, and the exact bytes behind them.

Used before sending ("as counted" beside "as it will be read") and afterwards, for what was sent. Shows only
what is in the bytes themselves; the exact counts stand beside them when they are still on this laptop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHeaderView,
    QPlainTextEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from caseworker.domain.plans import DIMENSIONS, MEASURES, TABLE_TITLES, code_label
from caseworker.domain.returns import ALL
from caseworker.errors import Problem
from caseworker.sync.summary import Table
from caseworker.words import words
from ui import theme
from ui.say import say
from ui.theme import px
from ui.widgets import Button, Chip, Glyph, Text, column, row

#: A count of 1 to 4 is "few people" (summary.md 1.5); 0 says that nobody is there and is not marked.
FEW = 5
ALL_WORDS = words("All")
#: How many measures stand beside one another at most; fewer when there is little room or large text.
BESIDE = 3

Counted = Mapping[
    tuple[str, str], Mapping[str, int]
]  # (measure, dim) -> code -> exact count; "" is the total


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its words, the exact counts if known, what will be read, which of the words were merged."""

    label: str
    counted: tuple[int | None, ...]
    shown: tuple[int, ...]
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of the preview."""

    title: str
    first: str
    heads: tuple[str, ...]
    lines: tuple[Line, ...]
    merged: tuple[str, ...] = ()  # the words of the categories put together on this page

    @property
    def few(self) -> int:
        """How many exact counts on this page are of fewer than five people."""
        return sum(1 for line in self.lines for n in line.counted if n is not None and 0 < n < FEW)

    @property
    def has_counts(self) -> bool:
        return any(n is not None for line in self.lines for n in line.counted)


def sheets(tables: Sequence[Table], counted: Counted | None = None, beside: int = BESIDE) -> list[Sheet]:
    """The pages of a return, in the order of the plan: for each table its totals, then each breakdown.

    Measures broken down into the same categories stand beside one another, ``beside`` at a time.
    """
    pages: list[Sheet] = []
    for table_id in dict.fromkeys(table.id for table in tables):
        inside = [table for table in tables if table.id == table_id]
        totals = [table for table in inside if table.dim == ALL]
        if totals:
            pages.append(_totals(table_id, totals, counted))
        groups: dict[tuple[str, tuple[str, ...]], list[Table]] = {}
        for table in inside:
            if table.dim != ALL:
                groups.setdefault((table.dim, table.codes), []).append(table)
        for together in groups.values():
            for at in range(0, len(together), beside):
                pages.append(_breakdown(table_id, together[at : at + beside], counted))
    return pages


def _exact(counted: Counted | None, measure: str, dim: str, code: str) -> int | None:
    return None if counted is None else counted.get((measure, dim), {}).get(code)


def _totals(table_id: str, tables: Sequence[Table], counted: Counted | None) -> Sheet:
    lines = tuple(
        Line(
            say(MEASURES[table.measure].label),
            (_exact(counted, table.measure, ALL, ""),),
            (table.cells[-1],),
        )
        for table in tables
    )
    title = say(TABLE_TITLES[table_id])
    return Sheet(title, title, (say(ALL_WORDS),), lines)


def _breakdown(table_id: str, tables: Sequence[Table], counted: Counted | None) -> Sheet:
    first = tables[0]
    lines: list[Line] = []
    merged: list[str] = []
    for at, code in enumerate((*first.codes, "")):
        exact = tuple(_exact(counted, table.measure, table.dim, code) for table in tables)
        label = code_label(first.dim, code) if code else say(ALL_WORDS)
        lines.append(Line(label, exact, tuple(table.cells[at] for table in tables), not code))
        inside = first.merged.get(code, ())
        if inside:
            merged.append(", ".join(code_label(first.dim, one) for one in inside))
    return Sheet(
        say(
            words(
                "{table}, by {way}",
                table=TABLE_TITLES[table_id],
                way=say(DIMENSIONS[first.dim].label).lower(),
            )
        ),
        say(DIMENSIONS[first.dim].label),
        tuple(say(MEASURES[table.measure].label) for table in tables),
        tuple(lines),
        tuple(merged),
    )


class SheetModel(QAbstractTableModel):
    """One page as rows and columns: words, exact counts, a gap, what will be read. Never queries."""

    TINT = Qt.ItemDataRole.UserRole + 1
    TOTAL = TINT + 1

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._sheet: Sheet | None = None

    def show_sheet(self, sheet: Sheet) -> None:
        self.beginResetModel()
        self._sheet = sheet
        self.endResetModel()

    def sheet(self) -> Sheet | None:
        return self._sheet

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() or self._sheet is None else len(self._sheet.lines)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:
        if parent.isValid() or self._sheet is None:
            return 0
        n = len(self._sheet.heads)
        return 1 + n + (1 + n if self._sheet.has_counts else 0)

    def is_gap(self, section: int) -> bool:
        return self._sheet is not None and self._sheet.has_counts and section == 1 + len(self._sheet.heads)

    def _value(self, line: Line, section: int) -> tuple[str, bool]:
        """The words of a cell and whether it is what will be read."""
        assert self._sheet is not None
        n = len(self._sheet.heads)
        if section == 0:
            return line.label, False
        if self._sheet.has_counts and section <= n:
            exact = line.counted[section - 1]
            return "" if exact is None else f"{exact:,}", False
        if self.is_gap(section):
            return "", False
        at = section - 1 if not self._sheet.has_counts else section - 2 - n
        return f"{line.shown[at]:,}", True

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if not index.isValid() or self._sheet is None:
            return None
        line = self._sheet.lines[index.row()]
        text, is_read = self._value(line, index.column())
        few = self._is_few(line, index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._aloud(line, index.column(), text, is_read, few)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if index.column() == 0 else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.FontRole:
            return theme.font("strong" if line.is_total or few else ("figures" if index.column() else "body"))
        if role == Qt.ItemDataRole.ForegroundRole:
            return theme.colour("on_medium" if few else "on_soft" if is_read else "ink")
        if role == self.TINT:
            return "medium" if few else "soft" if is_read else None
        if role == self.TOTAL:
            return line.is_total
        return None

    def _is_few(self, line: Line, section: int) -> bool:
        assert self._sheet is not None
        if not self._sheet.has_counts or not 1 <= section <= len(self._sheet.heads):
            return False
        exact = line.counted[section - 1]
        return exact is not None and 0 < exact < FEW

    def _aloud(self, line: Line, section: int, text: str, is_read: bool, few: bool) -> str:
        if section == 0 or not text:
            return text
        head = self._head(section)
        if is_read:
            return self.tr("{label}, {head}, as it will be read: {n}").format(
                label=line.label, head=head, n=text
            )
        said = self.tr("{label}, {head}, as counted: {n}").format(label=line.label, head=head, n=text)
        return self.tr("{said}, fewer than 5").format(said=said) if few else said

    def _head(self, section: int) -> str:
        assert self._sheet is not None
        n = len(self._sheet.heads)
        if section == 0:
            return self._sheet.first
        if self.is_gap(section):
            return ""
        return self._sheet.heads[(section - 1) if section <= n else section - 2 - n]

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal or self._sheet is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._head(section)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section == 0 else Qt.AlignmentFlag.AlignRight
            # A plain number: the two enums cannot be put together, and without wrapping long heads are cut
            return (side | Qt.AlignmentFlag.AlignBottom).value | Qt.TextFlag.TextWordWrap.value
        return None


class _RowRule(QStyledItemDelegate):
    """A hair line under each row, a stronger one above the total, a tint where the model asks for one."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        tint = index.data(SheetModel.TINT)
        if tint:
            painter.fillRect(option.rect, theme.colour(tint))
        super().paint(painter, option, index)
        model = index.model()
        above_total = bool(model.index(index.row() + 1, 0).data(SheetModel.TOTAL))
        painter.setPen(QPen(theme.colour("field" if above_total else "line"), 1))
        rect: QRect = option.rect
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())


class SheetTable(QTableView):
    """One page of the preview, as tall as its rows: the page around it scrolls, not the table."""

    NUMBER, GAP = 96, 18

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sheet_model = SheetModel(self)
        self.setModel(self.sheet_model)
        self.setProperty("plain", True)
        self.setShowGrid(False)
        self.setItemDelegate(_RowRule(self))
        self.setSelectionMode(QTableView.SelectionMode.NoSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrap(True)
        self.verticalHeader().hide()
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        head.setMinimumSectionSize(px(20))
        head.setFont(theme.font("label"))
        head.sectionResized.connect(self._column_resized)
        self.verticalHeader().setMinimumSectionSize(px(18))
        self.verticalHeader().setDefaultSectionSize(px(28))
        self.setTabKeyNavigation(False)

    def show_sheet(self, sheet: Sheet) -> None:
        self.sheet_model.show_sheet(sheet)
        self.setAccessibleName(sheet.title)
        head = self.horizontalHeader()
        for section in range(self.sheet_model.columnCount()):
            first = section == 0
            head.setSectionResizeMode(
                section, QHeaderView.ResizeMode.Stretch if first else QHeaderView.ResizeMode.Fixed
            )
            if not first:
                gap = self.sheet_model.is_gap(section)
                self.setColumnWidth(section, px(self.GAP) if gap else self._number_width(sheet))
        self._fit()

    def numbers_width(self, sheet: Sheet) -> int:
        """How wide the columns of one half are, for the words above them."""
        return self._number_width(sheet) * len(sheet.heads)

    def _number_width(self, sheet: Sheet) -> int:
        """Wide enough for the longest word above the numbers: words are broken between, never inside."""
        letters = self.horizontalHeader().fontMetrics()
        longest = max(letters.horizontalAdvance(word) for head in sheet.heads for word in head.split())
        return max(px(self.NUMBER), longest + px(16))

    def _fit(self) -> None:
        sheet = self.sheet_model.sheet()
        letters = QFontMetrics(theme.font("strong"))
        room = max(px(40), self.columnWidth(0) - px(28))  # what the style sheet leaves beside its padding
        for at, line in enumerate(sheet.lines if sheet is not None else ()):
            box = letters.boundingRect(QRect(0, 0, room, 1000), Qt.TextFlag.TextWordWrap, line.label)
            self.setRowHeight(at, max(px(28), box.height() + px(9)))
        rows = sum(self.rowHeight(line) for line in range(self.sheet_model.rowCount()))
        self.setFixedHeight(rows + self._head_height() + 2)

    def _column_resized(self, section: int, _old: int, _new: int) -> None:
        if section == 0:  # the column of words: with less room they need more lines
            self._fit()

    def _head_height(self) -> int:
        """Room for the head that needs most lines: words are broken, never cut."""
        head = self.horizontalHeader()
        letters = head.fontMetrics()
        tall = letters.height()
        for section in range(self.sheet_model.columnCount()):
            text = str(self.sheet_model.headerData(section, Qt.Orientation.Horizontal) or "")
            room = max(px(40), self.columnWidth(section) - px(12))
            box = letters.boundingRect(QRect(0, 0, room, 1000), Qt.TextFlag.TextWordWrap, text)
            tall = max(tall, box.height())
        head.setFixedHeight(tall + px(10))
        return tall + px(10)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()


class SheetPages(QWidget):
    """The tables of a return, one page at a time, with Previous and Next."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sheets: list[Sheet] = []
        self._at = 0
        self._tables: Sequence[Table] = ()
        self._counted: Counted | None = None
        self._beside = 0
        self.name = Text("", "card", wrap=True)
        self.place = Text("", "small", "muted")
        self.back = Button(self.tr("Previous"), "arrow-left", "quiet")
        self.on = Button(self.tr("Next"), "chevron-right", "quiet")
        self.counted_head = self._half(self.tr("As counted (stays here)"), "lock", "muted", "")
        self.read_head = self._half(self.tr("As it will be read (rounded)"), "send", "primary", "primary")
        self.table = SheetTable()
        self.merged = Text("", "small", "muted", wrap=True)
        self.few = Chip(self.tr("Fewer than 5"), "medium")
        self.few_words = Text(
            self.tr("Few people. Rounded before it leaves. Rows and columns still add up after rounding."),
            "small", "muted", wrap=True,
        )  # fmt: skip

        down = column(self, (16, 8, 16, 12), 4)
        head = row(gap=8)
        head.addWidget(self.name, 1)
        head.addWidget(self.place)
        head.addWidget(self.back)
        head.addWidget(self.on)
        down.addLayout(head)
        halves = row()
        halves.addStretch(1)
        halves.addWidget(self.counted_head)
        halves.addSpacing(px(SheetTable.GAP))
        halves.addWidget(self.read_head)
        down.addLayout(halves)
        down.addWidget(self.table)
        down.addWidget(self.merged)
        self._few_row = QWidget()
        foot = row(self._few_row, (0, 6, 0, 0), 8)
        foot.addWidget(self.few)
        foot.addWidget(self.few_words, 1)
        down.addWidget(self._few_row)
        down.addStretch(1)
        self.back.clicked.connect(self._back)
        self.on.clicked.connect(self._on)

    @staticmethod
    def _half(words: str, icon: str, token: str, tone: str) -> QWidget:
        made = QWidget()
        inside = row(made, (0, 0, 4, 0), 6)
        inside.addStretch(1)
        inside.addWidget(Glyph(icon, token, 15))
        inside.addWidget(Text(words, "label", tone, wrap=False))
        return made

    def show_tables(self, tables: Sequence[Table], counted: Counted | None = None) -> None:
        """Show these tables of a return from the first, with the exact counts beside them where they are known."""
        self._tables, self._counted = tables, counted
        self._beside = self._room()
        self.show_sheets(sheets(tables, counted, self._beside))

    def _room(self) -> int:
        """How many measures fit beside one another without cutting a word."""
        halves = 1 if self._counted is None else 2
        room = self.width() - px(32 + 150 + SheetTable.GAP)
        return max(1, min(BESIDE, room // (halves * px(SheetTable.NUMBER))))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._tables and self._room() != self._beside:
            title = self._sheets[self._at].title
            self._beside = self._room()
            self._sheets = sheets(self._tables, self._counted, self._beside)
            self._at = next(at for at, sheet in enumerate(self._sheets) if sheet.title == title)
            self._show()

    def show_sheets(self, found: Sequence[Sheet]) -> None:
        """Show these pages from the first."""
        self._sheets = list(found)
        self._at = 0
        self._show()

    def sheet(self) -> Sheet:
        return self._sheets[self._at]

    def _back(self) -> None:
        self._at = max(0, self._at - 1)
        self._show()

    def _on(self) -> None:
        self._at = min(len(self._sheets) - 1, self._at + 1)
        self._show()

    def _show(self) -> None:
        if not self._sheets:
            return
        sheet = self._sheets[self._at]
        self.name.setText(sheet.title)
        self.place.setText(self.tr("Table {n} of {all}").format(n=self._at + 1, all=len(self._sheets)))
        self.back.setEnabled(self._at > 0)
        self.on.setEnabled(self._at < len(self._sheets) - 1)
        wide = self.table.numbers_width(sheet)
        for half in (self.counted_head, self.read_head):
            half.setMinimumWidth(wide)
        self.counted_head.setVisible(sheet.has_counts)
        self.table.show_sheet(sheet)
        self.merged.setText(
            self.tr("Put together so that every category covers enough people: {codes}.").format(
                codes="; ".join(sheet.merged)
            )
        )
        self.merged.setVisible(bool(sheet.merged))
        self._few_row.setVisible(sheet.few > 0)


class FileText(QWidget):
    """The exact bytes of a return as text, and what identifies them. What is shown is what is signed and
    sealed.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName(self.tr("Every byte of the file"))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.text.setMinimumHeight(px(260))
        self.text.setTabChangesFocus(True)
        self.text.setFont(theme.font("figures"))
        self._down = column(self, (16, 12, 16, 14), 10)
        self._list = column(gap=6)
        self._down.addLayout(self._list)
        self._down.addWidget(self.text, 1)

    def show_file(self, payload: bytes, facts: Sequence[tuple[str, str]]) -> None:
        """Show the bytes, and above them what identifies them: (name, value) a line."""
        while (item := self._list.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for name, value in facts:
            self._list.addWidget(Fact(name, value))
        self.text.setPlainText(payload.decode("utf-8"))


class Fact(QWidget):
    """A small heading and, under it, a value that can be selected and copied."""

    def __init__(self, name: str, value: str, role: str = "body", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        down = column(self)
        down.addWidget(Text(name, "small", "muted", wrap=True))
        self.value = Text(value, role, wrap=True)
        self.value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        down.addWidget(self.value)


class Trouble(QFrame):
    """What went wrong and what to do, in words that may wrap. Takes the focus, so that it is read aloud."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("errors")
        self.setProperty("ringed", True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        down = column(self, (14, 10, 14, 10), 2)
        self._heading = Text(self.tr("There is a problem"), "card", wrap=True)
        self._words = Text("", "strong", "danger", wrap=True)
        down.addWidget(self._heading)
        down.addWidget(self._words)
        self.hide()

    def show_trouble(self, sentence: str, calm: bool = False) -> None:
        """Show this; an empty sentence takes it away. ``calm``: nothing is wrong, as when the laptop is offline."""
        self._words.setText(sentence)
        self._words.set_tone("" if calm else "danger")
        self._heading.setVisible(not calm)
        self.setObjectName("" if calm else "errors")
        self.setProperty("was", calm)
        theme.restyle(self)
        self.setAccessibleName(sentence if calm else f"{self._heading.text()}. {sentence}")
        self.setVisible(bool(sentence))
        if sentence:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_problem(self, problem: Problem) -> None:
        """Say what went wrong; being offline is a normal day and is said calmly."""
        self.show_trouble(say(problem.words), problem.code == "E-OFFLINE")

    def text(self) -> str:
        return "" if self.isHidden() else self._words.text()


class Beside(QWidget):
    """A wide part and a narrow one beside it; under it when there is no room for both (WCAG 1.4.10)."""

    def __init__(
        self, wide: QWidget, narrow: QWidget, narrow_px: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._wide, self._narrow = wide, narrow
        self._narrow_px = narrow_px
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(px(16))
        self._line.addWidget(wide, 1)
        self._line.addWidget(narrow)
        self._stack(False)

    def _stack(self, stacked: bool) -> None:
        self._line.setDirection(
            QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight
        )
        self._narrow.setMaximumWidth(16777215 if stacked else px(self._narrow_px))
        self._narrow.setMinimumWidth(0 if stacked else px(self._narrow_px))

    def minimumSizeHint(self) -> QSize:
        # As it stands one under the other: it cannot be asked for that before somebody makes it narrow.
        least = max(self._wide.minimumSizeHint().width(), self._narrow.minimumSizeHint().width())
        return QSize(least, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        stacked = event.size().width() < px(self._narrow_px) + px(16) + px(430)
        if stacked != (self._line.direction() == QBoxLayout.Direction.TopToBottom):
            self._stack(stacked)
        super().resizeEvent(event)


def bits(value: str) -> str:
    """A long fingerprint with places where a line may break: groups of four, so that eyes can follow."""
    return " ".join(value[at : at + 4] for at in range(0, len(value), 4))
