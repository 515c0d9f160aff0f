"""Everything that was done to one record, newest first: who, when, what it was and what it became, and why.

Nothing here can be changed or taken away; looking at the record is an entry of its own.
"""

from __future__ import annotations

from functools import partial
from itertools import groupby

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from caseworker.domain import when
from caseworker.storage import history
from caseworker.storage.history import HistoryEntry
from ui import theme
from ui.say import say
from ui.screens.client.tab import Gradually, Tab, empty
from ui.session import Session
from ui.theme import px
from ui.widgets import Button, Card, Glyph, Heading, Text, Tick, column, row

CHUNK = 50
AT_ONCE = 8  # events built before the next key is looked at
ICONS = {
    "open": "folder-open", "add": "plus", "change": "pencil", "amend": "history", "withdraw": "undo-2",
    "restore": "undo-2", "close": "circle-check", "reopen": "heart-handshake", "finish": "check",
}  # fmt: skip


class HistoryTab(Tab):
    """A line down the left with one card an event."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._before: int | None = None
        self._newest = 0
        self.body.setSpacing(px(0))
        head = row(margins=(0, 0, 0, 10), gap=10)
        head.addWidget(Heading(self.tr("History"), 2))
        head.addWidget(Text(self.tr("Newest first. Nothing is deleted."), "body", "muted", wrap=True), 1)
        self.looks = Tick(self.tr("Show who looked"))
        head.addWidget(self.looks)
        self.body.addLayout(head)
        self.list = column()
        self.body.addLayout(self.list)
        self._gradually = Gradually(self)
        self.earlier = Button(self.tr("Show earlier"), "chevron-down")
        self.body.addWidget(self.earlier, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addStretch(1)
        self.looks.toggled.connect(self._start_over)
        self.earlier.clicked.connect(self._more)

    def show_client(self, client_id: int) -> None:
        super().show_client(client_id)
        self._newest = 0

    def reload(self) -> None:
        newest = history.for_client(self.client_id, 1)
        if newest and newest[0].seq == self._newest:
            return
        self._newest = newest[0].seq if newest else 0
        empty(self.list)
        self._before = None
        self._add()

    def _start_over(self) -> None:
        self._newest = 0
        self.reload()

    def _more(self) -> None:
        self._add()

    def _add(self) -> None:
        found = history.for_client(self.client_id, CHUNK, self._before)
        events = len({entry.seq for entry in found})
        self._before = found[-1].seq if found else self._before
        self.earlier.setVisible(events == CHUNK)
        if not self.looks.isChecked():
            found = [entry for entry in found if entry.action != "open"]
        shown = [list(entries) for _, entries in groupby(found, key=_event)]
        self._gradually.start(
            [partial(self._show, shown[at : at + AT_ONCE]) for at in range(0, len(shown), AT_ONCE)]
        )

    def _show(self, events: list[list[HistoryEntry]]) -> None:
        for entries in events:
            self.list.addWidget(Event(entries))


def _event(entry: HistoryEntry) -> int:
    return entry.seq


class Event(QWidget):
    """One event: its changes as sentences, the reason, who and when."""

    def __init__(self, entries: list[HistoryEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        first = entries[0]
        across = row(self, gap=4)
        across.addWidget(Rail())
        pad = column(margins=(0, 0, 0, 8))
        across.addLayout(pad, 1)
        card = Card()
        pad.addWidget(card)
        top = row(gap=9)
        top.addWidget(Glyph(ICONS.get(first.action, "file-text"), "primary"), 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(Text(say(first.sentence()), "strong", wrap=True), 1)
        at = when.show_datetime(when.local(first.at))
        top.addWidget(Text(f"{at}   {first.who}", "small", "muted"), 0, Qt.AlignmentFlag.AlignTop)
        card.body.addLayout(top)
        for entry in entries[1:]:
            card.body.addWidget(Text(say(entry.sentence()), wrap=True))
        why = next((entry.why for entry in entries if entry.why), "")
        if why:
            card.body.addWidget(Text(self.tr("Reason: {why}").format(why=why), "body", "muted", wrap=True))


class Rail(QWidget):
    """The line down the left, with a dot beside each event. Decoration only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(px(18))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        x, y = self.width() / 2 - px(2), float(px(22))
        painter.setPen(QPen(theme.colour("field"), px(2)))
        painter.drawLine(QPointF(x, 0.0), QPointF(x, float(self.height())))
        painter.setBrush(theme.colour("bg"))
        painter.setPen(QPen(theme.colour("primary"), px(2)))
        painter.drawEllipse(QPointF(x, y), float(px(5)), float(px(5)))
        painter.end()
