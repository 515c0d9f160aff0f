"""History: the chronology of what happened, and everything that was done to the record, newest first.

Nothing here can be changed or taken away; looking at the record is an entry of its own.
"""

from __future__ import annotations

from functools import partial
from itertools import groupby

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from caseworker.domain import when
from caseworker.domain.reports.chronology import Entry, shown_time
from caseworker.storage import chronology, history
from caseworker.storage.history import HistoryEntry
from ui import theme
from ui.say import say
from ui.screens.client.contacts import method_icon
from ui.screens.client.tab import Tab
from ui.screens.report import Wanted
from ui.session import Place, Session
from ui.theme import px
from ui.widgets import Button, Card, ChoiceRow, FlowLayout, Glyph, Text, Tick, column, row
from ui.widgets.gradually import Gradually, empty

CHUNK = 20  # the next come when somebody scrolls
AT_ONCE = 4  # events built before the next key is looked at
ICONS = {
    "open": "folder-open", "add": "plus", "change": "pencil", "amend": "history", "withdraw": "undo-2",
    "restore": "undo-2", "close": "circle-check", "reopen": "heart-handshake", "finish": "check", "print": "printer",
}  # fmt: skip
HAPPENED = {
    "referral": "inbox", "episode": "heart-handshake", "answer_set": "list-checks",
    "incident": "circle-alert", "marac_referral": "briefcase", "justice_event": "file-text", "court_order": "shield",
    "safeguarding": "shield-alert", "onward_referral": "send",
}  # fmt: skip


class HistoryTab(Tab):
    """Two views of one record: what happened, and what was written, changed and looked at."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._before: int | None = None
        self._newest = 0
        self.body.setSpacing(px(0))
        head = QWidget()
        across = FlowLayout(10, head, on_foot=True)
        self.view = ChoiceRow(
            self.tr("History"),
            [
                ("happened", self.tr("What happened"), "calendar"),
                ("changed", self.tr("What was changed"), "history"),
            ],
        )
        self.view.set_value("happened")
        across.addWidget(self.view)
        self.print_button = Button(self.tr("Print the chronology"), "printer")
        self.looks = Tick(self.tr("Show who looked"))
        across.addWidget(self.print_button)
        across.addWidget(self.looks)
        self.body.addWidget(head)
        self.said = Text("", "body", "muted", wrap=True)
        self.said.setContentsMargins(0, px(6), 0, px(10))
        self.body.addWidget(self.said)
        self.list = column()
        self.body.addLayout(self.list)
        self._gradually = Gradually(self)
        self.earlier = Button(self.tr("Show earlier"), "chevron-down")
        self.body.addWidget(self.earlier, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addStretch(1)
        self.view.chosen.connect(self._start_over)
        self.looks.toggled.connect(self._start_over)
        self.earlier.clicked.connect(self._more)
        self.go_on_when_scrolled(self.earlier, self._gradually)
        self.print_button.clicked.connect(self.print_page)

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
        self._happened: list[Entry] = []
        self.looks.setVisible(self._changes)
        self.print_button.setVisible(not self._changes)
        if self._changes:
            self.said.setText(self.tr("Newest first. Nothing is deleted."))
            self._add()
            return
        self._happened = chronology.for_client(self.client_id)
        n = len(self._happened)
        self.said.setText(
            self.tr("1 entry, by the day it happened") if n == 1
            else self.tr("{n} entries, newest first, by the day each happened").format(n=n)
        )  # fmt: skip
        self._add_happened()

    def print_page(self) -> None:
        """See the chronology as it would be printed."""
        self.session.go.emit(Place("report", Wanted("chronology", self.client_id)))

    @property
    def _changes(self) -> bool:
        return self.view.value() == "changed"

    def _start_over(self, *_: object) -> None:
        self._newest = 0
        self.reload()

    def _more(self) -> None:
        if not self._gradually.is_done():
            return  # they are coming
        if self._changes:
            self._add()
        else:
            self._add_happened()

    def _add_happened(self) -> None:
        shown, self._happened = self._happened[:CHUNK], self._happened[CHUNK:]
        self.earlier.setVisible(bool(self._happened))
        self._gradually.start(
            [partial(self._show_happened, shown[at : at + AT_ONCE]) for at in range(0, len(shown), AT_ONCE)],
            at_once=False,
        )

    def _show_happened(self, entries: list[Entry]) -> None:
        for entry in entries:
            self.list.addWidget(Happened(entry))

    def _add(self) -> None:
        found = history.for_client(self.client_id, CHUNK, self._before)
        events = len({entry.seq for entry in found})
        self._before = found[-1].seq if found else self._before
        self.earlier.setVisible(events == CHUNK)
        if not self.looks.isChecked():
            found = [entry for entry in found if entry.action != "open"]
        shown = [list(entries) for _, entries in groupby(found, key=_event)]
        self._gradually.start(
            [partial(self._show, shown[at : at + AT_ONCE]) for at in range(0, len(shown), AT_ONCE)],
            at_once=False,
        )

    def _show(self, events: list[list[HistoryEntry]]) -> None:
        for entries in events:
            self.list.addWidget(Event(entries))


class OnRail(QWidget):
    """A card beside the line down the left. ``.card`` is its card."""

    def __init__(self, icon: str, title: str, beside: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        across = row(self, gap=4)
        across.addWidget(Rail())
        pad = column(margins=(0, 0, 0, 8))
        across.addLayout(pad, 1)
        self.card = Card()
        pad.addWidget(self.card)
        top = row(gap=9)
        top.addWidget(Glyph(icon, "primary"), 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(Text(title, "strong", wrap=True), 1)
        top.addWidget(Text(beside, "small", "muted"), 0, Qt.AlignmentFlag.AlignTop)
        self.card.body.addLayout(top)


class Happened(OnRail):
    """One thing that happened. The words of a note stay in the part of the record they belong to."""

    def __init__(self, entry: Entry, parent: QWidget | None = None) -> None:
        beside = f"{shown_time(entry)}   {entry.who}".rstrip()
        icon = method_icon(entry.method) if entry.method else HAPPENED.get(entry.noun, "file-text")
        super().__init__(icon, say(entry.what), beside, parent)
        if entry.detail:
            self.card.body.addWidget(Text(say(entry.detail), wrap=True))


def _event(entry: HistoryEntry) -> int:
    return entry.seq


class Event(OnRail):
    """One event: its changes as sentences, the reason, who and when."""

    def __init__(self, entries: list[HistoryEntry], parent: QWidget | None = None) -> None:
        first = entries[0]
        at = when.show_datetime(when.local(first.at))
        super().__init__(
            ICONS.get(first.action, "file-text"), say(first.sentence()), f"{at}   {first.who}", parent
        )
        for entry in entries[1:]:
            self.card.body.addWidget(Text(say(entry.sentence()), wrap=True))
        why = next((entry.why for entry in entries if entry.why), "")
        if why:
            self.card.body.addWidget(
                Text(self.tr("Reason: {why}").format(why=why), "body", "muted", wrap=True)
            )


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
