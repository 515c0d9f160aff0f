"""Clients: find somebody as you type, see at a glance whether it is safe to ring, open the record or log a contact.

The table asks the vault for the few rows it paints (blocks of 32 ids), so that it is as quick at a million contacts
as at ten.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPen, QPixmap, QResizeEvent, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from caseworker.domain import risk, safe_contacts, when
from caseworker.storage import clients
from ui import theme
from ui.say import say
from ui.screens.client.safe import STATES
from ui.screens.grade import GRADES
from ui.session import Place, Session
from ui.theme import px
from ui.widgets import Button, FlowLayout, Glyph, Heading, Page, Text, TextLine, Tick, column, row
from ui.widgets.gradually import Gradually

Index = QModelIndex | QPersistentModelIndex
BLOCK = 32  # a screen of them, and no more: it is read while they are painted
KEPT_BLOCKS = 32


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list somebody came from elsewhere to work through: what it is of, and whose records."""

    heading: str
    client_ids: tuple[int, ...]


class ClientModel(QAbstractTableModel):
    """Client ids in order, their rows fetched in blocks when painted. Holds no query of its own: ``show_ids``."""

    REFERENCE, NAME, RISK, SAFE, LAST, NEXT = range(6)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: list[int] = []
        self._blocks: OrderedDict[int, list[clients.ClientRow]] = OrderedDict()
        self._now: datetime | None = None
        self._safe_now: dict[int, safe_contacts.SafeNow] = {}
        self._heads = (
            self.tr("Reference"),
            self.tr("Name"),
            self.tr("Risk"),
            self.tr("Safe to call?"),
            self.tr("Last contact"),
            self.tr("Next step"),
        )

    def show_ids(self, ids: Sequence[int], now: datetime) -> None:
        """Show these clients, as things stand now."""
        self.beginResetModel()
        self._ids = list(ids)
        self._blocks.clear()
        self._safe_now.clear()
        self._now = now
        self.endResetModel()

    def client_id(self, row: int) -> int | None:
        return self._ids[row] if 0 <= row < len(self._ids) else None

    def row_of(self, client_id: int | None) -> int:
        """Where a client stands; -1 when not in the list."""
        return self._ids.index(client_id) if client_id in self._ids else -1

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._heads)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(self._heads):
            if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
                return self._heads[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self._ids):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            text = self._text(index.row(), index.column())
            if index.column() == self.SAFE and self._safe(index.row()).state == "review":
                return text.partition(":")[
                    0
                ]  # why stands in the hint and in the record: here it would be cut
            return text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self._heads[index.column()]}: {self._text(index.row(), index.column())}"
        if role == Qt.ItemDataRole.ToolTipRole and index.column() in (self.SAFE, self.NEXT):
            return self._text(index.row(), index.column())
        if role == Qt.ItemDataRole.FontRole and index.column() == self.NAME:
            return theme.font("strong")
        if role == Qt.ItemDataRole.FontRole and index.column() == self.REFERENCE:
            return theme.font("reference")
        if index.column() in (self.SAFE, self.RISK):
            look = self._look(index.row(), index.column())
            if role == Qt.ItemDataRole.DecorationRole:
                return theme.icon(look[1], look[2], 16)
            if role == Qt.ItemDataRole.ForegroundRole:
                return theme.colour(look[2])
            if role == Qt.ItemDataRole.FontRole and self._row(index.row()).grade == "high":
                return theme.font("strong") if index.column() == self.RISK else None
        return None

    def _row(self, at: int) -> clients.ClientRow:
        number = at // BLOCK
        if number not in self._blocks:
            self._blocks[number] = clients.rows(self._ids[number * BLOCK : (number + 1) * BLOCK])
            if len(self._blocks) > KEPT_BLOCKS:
                self._blocks.popitem(last=False)
        self._blocks.move_to_end(number)
        return self._blocks[number][at % BLOCK]

    def _look(self, at: int, column: int) -> tuple[str, str, str]:
        """Chip, icon and colour of what is safe, or of the grade."""
        return STATES[self._safe(at).state] if column == self.SAFE else GRADES[self._row(at).grade]

    def _safe(self, at: int) -> safe_contacts.SafeNow:
        assert self._now is not None
        if at not in self._safe_now:  # asked for each cell several times over whenever it is painted
            self._safe_now[at] = safe_contacts.chip(self._row(at).safe, self._now)
        return self._safe_now[at]

    def _text(self, at: int, column: int) -> str:
        assert self._now is not None
        row = self._row(at)
        if column == self.REFERENCE:
            return row.reference
        if column == self.NAME:
            return (
                self.tr("{name}, likes “{known_as}”").format(name=row.name, known_as=row.known_as)
                if row.known_as
                else row.name
            )
        if column == self.RISK:
            return say(risk.said(row.grade))
        if column == self.SAFE:
            return say(self._safe(at).sentence)
        if column == self.LAST:
            return (
                when.show_date(when.local(row.last_contact).date())
                if row.last_contact
                else self.tr("None yet")
            )
        dated = [
            (row.next_due, row.next_text),
            (row.review_due if row.is_open else "", self.tr("Risk review")),
        ]
        next_due, next_text = min((one for one in dated if one[0]), default=("", ""))
        due = when.iso_date(next_due) if next_due else None
        if due is None:
            return ""
        relative = say(when.show_day_relative(due, self._now.date()))
        relative = f"{relative[:1].upper()}{relative[1:]}"
        if not next_text:
            return relative
        # The day first: when there is little room it is what must not be cut.
        return self.tr("{day}: {what}").format(what=next_text, day=relative)


class ClientsPage(Page):
    """Search box, filters, the table, and one clear next step when it is empty."""

    LIMIT = 500

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, scroll=False, parent=parent)
        head = row(gap=12)
        head.addWidget(Heading(self.tr("Clients")))
        head.addStretch(1)
        self.new = Button(self.tr("New client"), "user-plus", "primary")
        self.new.setToolTip(self.tr("New client  (Ctrl+N)"))
        head.addWidget(self.new)
        self.body.addLayout(head)

        self.only: ListOf | None = None
        self._been_read = False
        self._chosen_before: int | None = None  # in a window before this one
        self._gradually = Gradually(self)
        self.line = FindLine()
        self.line.setPlaceholderText(self.tr("Name, known-as name or reference"))
        self.line.setAccessibleName(self.tr("Find in the list of clients"))
        self.body.addWidget(self.line)

        filters = QWidget()
        flow = FlowLayout(14, filters)
        self.mine = Tick(self.tr("My clients"))
        self.high = Tick(self.tr("High risk"))
        self.closed = Tick(self.tr("Include closed"))
        self.clear = Button(self.tr("Clear"), "x", "quiet")
        self.clear.setAccessibleName(self.tr("Clear search and filters"))
        self.count = Text("", "body", "muted")
        for part in (self.mine, self.high, self.closed, self.clear, self.count):
            flow.addWidget(part)
        self.body.addWidget(filters)

        self.model = ClientModel(self)
        self.table = ClientTable(self.model)
        self.body.addWidget(self.table, 1)
        self.hint = Text(
            self.tr("Up and Down move, Enter opens, Ctrl+J logs a contact for the row"),
            "small",
            "muted",
            wrap=True,
        )
        self.body.addWidget(self.hint)
        self.empty = QWidget()
        down = column(self.empty, (0, 24, 0, 0), 10)
        self.empty_words = Text("", "lead", wrap=True)
        down.addWidget(self.empty_words)
        self.empty_step = Button("", kind="primary")
        down.addWidget(self.empty_step, 0, Qt.AlignmentFlag.AlignLeft)
        down.addStretch(1)
        self.body.addWidget(self.empty, 1)

        self.line.textEdited.connect(self.search)
        self.line.installEventFilter(self)
        self.mine.toggled.connect(self.search)
        self.high.toggled.connect(self.search)
        self.closed.toggled.connect(self.search)
        self.clear.clicked.connect(self.clear_all)
        self.table.activated.connect(self._open_index)
        self.new.clicked.connect(self._new)
        self.empty_step.clicked.connect(self._empty_step)

    def title(self) -> str:
        return self.tr("Clients")

    def first_focus(self) -> QWidget | None:
        return self.line

    def on_show(self) -> list[str]:
        """What is looked for, which ticks are set, the row chosen."""
        ticked = [name for name, tick in self._ticks().items() if tick.isChecked()]
        everybody = [] if self.only is not None else ["everybody"]
        return [*everybody, *ticked, f"row {self.selected_client() or ''}", f"find {self.line.text()}"]

    def show_part(self, part: str) -> None:
        """One of these, as ``on_show`` says them."""
        name, _, what = part.partition(" ")
        if name == "everybody":
            self.only = None
        elif name == "row":
            self._chosen_before = int(what) if what else None
        elif name == "find":
            self.line.setText(what)
        else:
            self._tick(self._ticks()[name], True)
        self.mark_stale()

    def _ticks(self) -> dict[str, Tick]:
        return {"mine": self.mine, "high": self.high, "closed": self.closed}

    def _tick(self, tick: Tick, on: bool) -> None:
        blocked = tick.blockSignals(True)  # the list is read once, for all of them
        tick.setChecked(on)
        tick.blockSignals(blocked)

    def draw_ahead(self) -> None:
        """The icons of the cells, and one cell: what a first one needs of Qt takes longer than all others."""
        for _, icon, token in (*STATES.values(), *GRADES.values()):
            theme.icon(icon, token, 16)
        nowhere, nobody = QPixmap(1, 1), QStandardItemModel(1, 1)
        painter = QPainter(nowhere)
        Cell().paint(painter, QStyleOptionViewItem(), nobody.index(0, 0))
        painter.end()

    def show_place(self, arg: Any) -> None:
        """``arg``: a list to work through (``ListOf``), or nothing for everybody."""
        if arg != self.only:
            self.only = arg if isinstance(arg, ListOf) else None
            self.mark_stale()

    def reload(self) -> None:
        """The first time in an event after the one that shows the page: both together would be felt."""
        if self._been_read:
            self.search()
            return
        self._gradually.start([self._read_first], at_once=False)

    def _read_first(self) -> None:
        if not self._been_read and not self.session.is_locked():
            self.search()

    def search(self, *_: object) -> None:
        """Ask the vault at every key and keep the chosen row where it is."""
        self._been_read = True
        chosen, self._chosen_before = self.selected_client() or self._chosen_before, None
        text = self.line.text().strip()
        if text:
            self.only = None  # somebody looks for another
        if self.only is not None:
            self._show_only(self.only, chosen)
            return
        found = clients.search(
            text,
            mine_only=self.mine.isChecked(),
            open_only=not self.closed.isChecked(),
            high_only=self.high.isChecked(),
            limit=self.LIMIT,
        )
        self.model.show_ids(found.ids, self.session.now())
        at = self.model.row_of(chosen)
        if found.ids:
            self.table.setCurrentIndex(self.model.index(max(0, at), ClientModel.NAME))
        filtered = bool(text) or self.mine.isChecked() or self.high.isChecked()
        self.clear.setVisible(filtered or self.closed.isChecked())
        self._say_count(found, filtered)
        self._show_empty(not found.ids, filtered)

    def _show_only(self, only: ListOf, chosen: int | None) -> None:
        self.model.show_ids(only.client_ids, self.session.now())
        if only.client_ids:
            self.table.setCurrentIndex(self.model.index(max(0, self.model.row_of(chosen)), ClientModel.NAME))
        self.clear.setVisible(True)
        count = len(only.client_ids)
        words = self.tr("1 client") if count == 1 else self.tr("{shown} clients").format(shown=count)
        self.count.setText(self.tr("{what}: {count}").format(what=only.heading, count=words))
        self._show_empty(not only.client_ids, True)

    def clear_all(self) -> None:
        self.only = None
        self.line.clear()
        for tick in self._ticks().values():
            self._tick(tick, False)
        self.search()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def selected_client(self) -> int | None:
        """The client of the row the keyboard stands on: what Ctrl+J logs a contact for."""
        index = self.table.currentIndex()
        return self.model.client_id(index.row()) if index.isValid() else None

    def open_client(self) -> None:
        client_id = self.selected_client()
        if client_id is not None:
            self.session.go.emit(Place("client", client_id))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """From the search box: Up and Down move in the table, Enter opens, and the letters stay here."""
        if watched is self.line and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if not self._been_read:
                self.search()
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None and self.model.rowCount():
                at = min(max(self.table.currentIndex().row() + step, 0), self.model.rowCount() - 1)
                self.table.setCurrentIndex(self.model.index(at, ClientModel.NAME))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.open_client()
                return True
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        # With little room the last contact goes first, then what is next: name and safe words are never cut.
        self.table.setColumnHidden(ClientModel.LAST, self.width() < px(1180))
        self.table.setColumnHidden(ClientModel.NEXT, self.width() < px(960))
        self.table.setColumnHidden(ClientModel.REFERENCE, self.width() < px(700))
        self.hint.setVisible(self.height() > px(420) and self.model.rowCount() > 0)
        super().resizeEvent(event)

    def _say_count(self, found: clients.Found, filtered: bool) -> None:
        shown = self.tr("{count}+").format(count=self.LIMIT) if found.more else str(found.count)
        if filtered and not found.more:
            self.count.setText(self.tr("{shown} of {all} clients").format(shown=shown, all=clients.count()))
        elif found.count == 1:
            self.count.setText(self.tr("1 client"))
        else:
            self.count.setText(self.tr("{shown} clients").format(shown=shown))

    def _show_empty(self, empty: bool, filtered: bool) -> None:
        self.table.setVisible(not empty)
        self.hint.setVisible(not empty and self.height() > px(420))
        self.empty.setVisible(empty)
        if filtered:
            self.empty_words.setText(
                self.tr("No client matches. Check the spelling, or look among closed records too.")
            )
            self.empty_step.setText(self.tr("Clear the search"))
        else:
            self.empty_words.setText(
                self.tr("No clients yet. A name or an alias is enough to start a record.")
            )
            self.empty_step.setText(self.tr("Add the first client"))

    def _empty_step(self) -> None:
        if (
            self.only is not None
            or self.line.text().strip()
            or self.mine.isChecked()
            or self.high.isChecked()
        ):
            self.clear_all()
        else:
            self._new()

    def _new(self) -> None:
        self.session.go.emit(Place("new_client"))

    def _open_index(self, _index: QModelIndex) -> None:
        self.open_client()


class FindLine(TextLine):
    """A line with a glass at its left that grows with the text (the icon of a line's own action would not)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._glass = Glyph("search", "muted", 18, self)
        self.setTextMargins(px(26), 0, 0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._glass.move(px(9), (self.height() - self._glass.height()) // 2)


class Cell(QStyledItemDelegate):
    """An icon and words on one line, cut where there is no room.

    Painted here: looked up in the rules of the style for every cell, a screen of them takes longer than reading it.
    """

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        box, role, model = option.rect, Qt.ItemDataRole, index.model()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(box, theme.colour("soft"))
            # A line above and below as well: a tint alone is not seen in high contrast.
            painter.setPen(QPen(theme.colour("primary"), px(2)))
            painter.drawLine(box.left(), box.top() + px(1), box.right(), box.top() + px(1))
            painter.drawLine(box.left(), box.bottom(), box.right(), box.bottom())
        left = box.left() + px(8)
        icon = model.data(index, role.DecorationRole)
        if icon is not None:
            size = theme.icon_size(16)
            icon.paint(
                painter, QRect(left, box.center().y() - size.height() // 2, size.width(), size.height())
            )
            left += size.width() + px(4)
        letters = model.data(index, role.FontRole) or theme.font()
        painter.setFont(letters)
        painter.setPen(model.data(index, role.ForegroundRole) or theme.colour("on_soft" if chosen else "ink"))
        room = QRect(left, box.top(), box.right() - px(8) - left, box.height())
        words = QFontMetrics(letters).elidedText(
            model.data(index) or "", Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), words)


class ClientTable(QTableView):
    """Rows of one height, columns of fixed share: nothing is measured row by row."""

    def __init__(self, model: ClientModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Clients"))
        self.setModel(model)
        self.setItemDelegate(Cell(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setIconSize(theme.icon_size(16))
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        down = self.verticalHeader()
        down.setVisible(False)
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setDefaultSectionSize(px(38))
        across = self.horizontalHeader()
        across.setHighlightSections(False)
        across.setSectionsClickable(False)
        across.setMinimumSectionSize(px(70))
        stretch, fixed = QHeaderView.ResizeMode.Stretch, QHeaderView.ResizeMode.Fixed
        for column_, mode, wide in (
            (ClientModel.REFERENCE, fixed, 92),
            (ClientModel.NAME, stretch, 0),
            (ClientModel.RISK, fixed, 138),
            (ClientModel.SAFE, fixed, 312),
            (ClientModel.LAST, fixed, 166),
            (ClientModel.NEXT, stretch, 0),
        ):
            across.setSectionResizeMode(column_, mode)
            if wide:
                across.resizeSection(column_, px(wide))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            last = self.model().rowCount() - 1
            self.setCurrentIndex(
                self.model().index(0 if event.key() == Qt.Key.Key_Home else last, ClientModel.NAME)
            )
            return
        super().keyPressEvent(event)
