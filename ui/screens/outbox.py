"""Outbox: one line for every return, its state in words, and the receipt that proves it arrived.

Nothing here is green without a receipt whose signature was checked. What is waiting can be taken back until
it is sent.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QTabBar, QWidget

from caseworker.domain import when
from caseworker.domain.periods import Period
from caseworker.errors import Problem
from caseworker.storage import outbox, pins
from caseworker.storage.outbox import OutboxItem
from caseworker.sync import client, summary, wire
from caseworker.sync import outbox as post
from ui import theme
from ui.say import say
from ui.screens.preview import Beside, Fact, FileText, SheetPages, Trouble, bits
from ui.session import Place, Session
from ui.theme import px
from ui.widgets import (
    Button,
    Card,
    Chip,
    Glyph,
    Heading,
    Page,
    RowFrame,
    Said,
    Text,
    announce,
    column,
    row,
)
from ui.widgets.stack import Stack
from ui.work import Job

#: state: kind of chip and icon. Only RECEIVED, which needs a verified receipt, is green.
STATES: dict[str, tuple[str, str]] = {
    outbox.DRAFT: ("plain", "file-text"),
    outbox.APPROVED: ("info", "clock"),
    outbox.SEALED: ("info", "clock"),
    outbox.SENT: ("info", "clock"),
    outbox.RECEIVED: ("safe", "circle-check"),
    outbox.REFUSED: ("high", "circle-alert"),
    outbox.TAKEN_BACK: ("plain", "undo-2"),
}


def at(epoch: int) -> str:
    """A time as people read it: 14 August 2026, 2:02pm."""
    return when.show_datetime(when.local(epoch))


class Line(RowFrame):
    """One return on its way. Its name is a button that shows the receipt; the rest of the row answers to a
    click.
    """

    chosen = Signal(object)
    taken_back = Signal(object)

    def __init__(self, item: OutboxItem, title: str, under: str, state: str, since: str) -> None:
        super().__init__((16, 8, 14, 8), 12)
        self.item = item
        kind, icon = STATES[item.state]
        self.across.addWidget(
            Glyph("chart-column", "primary" if item.state != outbox.TAKEN_BACK else "muted")
        )
        words = column(gap=1)
        self.open = Button(title, kind="strong-link")
        self.open.setAccessibleDescription(under)
        words.addWidget(self.open)
        words.addWidget(Text(under, "small", "muted", wrap=True))
        self.across.addLayout(words, 1)
        self.take_back: Button | None = None
        if item.state in (outbox.DRAFT, outbox.APPROVED):
            self.take_back = Button(self.tr("Take back"), "undo-2", "quiet")
            self.take_back.setAccessibleName(self.tr("Take back: {title}").format(title=title))
            self.take_back.clicked.connect(self._take_back)
            self.across.addWidget(self.take_back)
        right = QWidget()
        right.setFixedWidth(px(204))
        told = column(right, gap=3)
        told.addStretch(1)
        self.chip = Chip(state, kind, icon)
        told.addWidget(self.chip)
        told.addWidget(Text(since, "small", "muted", wrap=True))
        told.addStretch(1)
        self.across.addWidget(right)
        self.open.clicked.connect(self._choose)
        self.setMinimumHeight(px(58))

    def show_chosen(self, chosen: bool) -> None:
        """Mark the row whose receipt is on show: a bar at its left as well as a tint."""
        self.setObjectName("chosen" if chosen else "")
        self.setStyleSheet(
            f"QFrame#chosen {{ background: {theme.colour('soft').name()}; border: 0;"
            f" border-top: 1px solid {theme.colour('line').name()};"
            f" border-left: {px(4)}px solid {theme.colour('primary').name()}; }}"
            if chosen
            else ""
        )

    def minimumSizeHint(self) -> QSize:
        # Less than its parts beside one another need: with little room they stand under one another.
        return QSize(px(240), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = event.size().width() < px(580)
        self.across.setDirection(
            QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose()
        super().mousePressEvent(event)

    def _choose(self) -> None:
        self.chosen.emit(self.item.id)

    def _take_back(self) -> None:
        self.taken_back.emit(self.item.id)


class OutboxPage(Page):
    """What was sent to the commissioner, what waits, and what came back."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent=parent)
        self._items: list[OutboxItem] = []
        self._chosen = 0
        self._job: Job | None = None
        self._lines: list[Line] = []

        self.heading = Heading(self.tr("Outbox"))
        self.summary = Text("", "lead", "muted", wrap=True)
        self.send = Button(self.tr("Send now"), "send", "primary")
        self.send.setToolTip(self.tr("Send what is waiting  (F5)"))
        self.join = Button(self.tr("Join a hub"), "key-round")
        self.trouble = Trouble()
        self.waiting = Card(self.tr("Waiting"), "0", "clock")
        self.sent = Card(self.tr("Sent"), "0", "send")
        self.waiting_rows = QWidget()
        self.sent_rows = QWidget()
        self.never = Card(self.tr("Taken back, never sent"), "0", "undo-2")
        self.never_rows = QWidget()
        self.receipt = Card()
        self.receipt.setAccessibleName(self.tr("Receipt"))
        self.stack = Stack()
        self.pages = SheetPages()
        self.file = FileText()
        self.tabs = QTabBar()
        self.back = Button(self.tr("Back to the outbox"), "arrow-left", "quiet")
        self.shown_title = Heading("", 2)

        head = row(gap=10)
        words = column(gap=2)
        words.addWidget(self.heading)
        words.addWidget(self.summary)
        head.addLayout(words, 1)
        head.addWidget(self.join)
        head.addWidget(self.send)
        self.body.addLayout(head)
        self.body.addWidget(self.trouble)
        left = QWidget()
        lists = column(left, gap=14)
        for card, inside in (
            (self.waiting, self.waiting_rows),
            (self.sent, self.sent_rows),
            (self.never, self.never_rows),
        ):
            column(inside)
            card.add_row(inside)
            lists.addWidget(card)
        lists.addStretch(1)
        side = QWidget()
        beside = column(side)
        beside.addWidget(self.receipt)
        beside.addStretch(1)
        self.stack.add(Beside(left, side, 330))
        self.stack.add(self._what_was_sent())
        self.body.addWidget(self.stack, 1)

        self.send.clicked.connect(self.send_now)
        self.join.clicked.connect(self._go_join)
        self.back.clicked.connect(self._show_list)
        self.tabs.currentChanged.connect(self._tab)

    def _what_was_sent(self) -> QWidget:
        whole = QWidget()
        down = column(whole, gap=10)
        head = row(gap=10)
        head.addWidget(self.back)
        head.addWidget(self.shown_title, 1)
        down.addLayout(head)
        card = Card()
        card.body.setContentsMargins(0, 0, 0, 0)
        card.body.setSpacing(0)
        self.tabs.setAccessibleName(self.tr("What was sent"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.addTab(self.tr("Tables"))
        self.tabs.addTab(self.tr("The file itself"))
        card.body.addWidget(self.tabs)
        card.body.addWidget(theme.line())
        card.body.addWidget(self.pages)
        card.body.addWidget(self.file)
        self.file.hide()
        down.addWidget(card)
        down.addStretch(1)
        return whole

    def title(self) -> str:
        return self.tr("Outbox")

    def first_focus(self) -> QWidget | None:
        if self.send.isEnabled():
            return self.send
        return self._lines[0].open if self._lines else None

    def show_place(self, arg: Any) -> None:
        """``arg``: the id of the return whose receipt is wanted, or ``send`` (F5)."""
        self._show_list()
        if arg == "send":
            self.reload()
            if self.send.isEnabled():
                self.send_now()
        elif arg is not None:
            self._chosen = int(arg)
            self.mark_stale()

    # ---- showing

    def reload(self) -> None:
        self._items = [item for item in outbox.items() if item.state != outbox.DRAFT or item.reason]
        waiting = [item for item in self._items if item.is_waiting or item.state == outbox.DRAFT]
        left = [item for item in self._items if item not in waiting]
        sent = [item for item in left if item.state != outbox.TAKEN_BACK]
        never = [item for item in left if item.state == outbox.TAKEN_BACK]
        if self._chosen not in [item.id for item in self._items]:
            self._chosen = (sent or waiting or never)[0].id if self._items else 0
        joined = pins.pinned() is not None and pins.confirmed()
        self._show_summary(len(waiting), len(sent), joined)
        focused = next(
            (line.item.id for line in self._lines if line.isAncestorOf(self.focusWidget() or self)), 0
        )
        self._lines = []
        self._fill(self.waiting_rows, waiting, self.tr("Nothing is waiting."))
        self._fill(self.sent_rows, sent, self.tr("Nothing has been sent yet."))
        self._fill(self.never_rows, never, "")
        self.never.setVisible(bool(never))
        for line in self._lines:
            if line.item.id == focused:  # the row was made anew under the keyboard
                line.open.setFocus(Qt.FocusReason.OtherFocusReason)
        self.waiting.show_count(len(waiting))
        self.sent.show_count(len(sent))
        self.never.show_count(len(never))
        self.join.setVisible(not joined)
        self._show_sending()
        self._show_receipt()

    def _show_summary(self, waiting: int, sent: int, joined: bool) -> None:
        if not joined:
            self.summary.setText(
                self.tr(
                    "This laptop has not joined a commissioner’s hub yet. Returns wait here until it has."
                )
            )
        else:
            self.summary.setText(
                self.tr("{waiting} waiting, {sent} sent. Nothing is lost while you are offline.").format(
                    waiting=waiting, sent=sent
                )
            )

    def _fill(self, holder: QWidget, items: list[OutboxItem], empty: str) -> None:
        inside = holder.layout()
        assert inside is not None
        while (old := inside.takeAt(0)) is not None:
            widget = old.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for item in items:
            line = Line(item, self.name_of(item), self._under(item), self._state(item), self._since(item))
            line.chosen.connect(self._choose)
            line.taken_back.connect(self._take_back)
            line.show_chosen(item.id == self._chosen)
            self._lines.append(line)
            inside.addWidget(line)
        if not items and empty:
            nothing = RowFrame()
            nothing.across.addWidget(Text(empty, tone="muted", wrap=True), 1)
            inside.addWidget(nothing)

    def name_of(self, item: OutboxItem) -> str:
        return self.tr("{period} return, version {version}").format(
            period=Period.parse(item.period).label, version=item.version
        )

    def _under(self, item: OutboxItem) -> str:
        if item.approved:
            return self.tr("To the commissioner. Approved by {who}, {at}").format(
                who=item.approved_by, at=at(item.approved)
            )
        return self.tr("To the commissioner. Not approved")

    def _state(self, item: OutboxItem) -> str:
        """The state as the person at the screen says it."""
        if item.state == outbox.RECEIVED and self._replaced_by(item):
            return self.tr("Received, replaced")
        if item.reason == outbox.RESTORED and item.state == outbox.REFUSED:
            return self.tr("Not known")
        return {
            outbox.DRAFT: self.tr("Approve again"),
            outbox.APPROVED: self.tr("Waiting"),
            outbox.SEALED: self.tr("Waiting"),
            outbox.SENT: self.tr("Tried, no answer yet"),
            outbox.RECEIVED: self.tr("Received"),
            outbox.REFUSED: self.tr("Refused"),
            outbox.TAKEN_BACK: self.tr("Taken back"),
        }[item.state]

    def _since(self, item: OutboxItem) -> str:
        if item.state == outbox.RECEIVED:
            newer = self._replaced_by(item)
            if newer:
                return self.tr("By version {n}").format(n=newer)
            return at(item.received)
        if item.state == outbox.REFUSED:
            return say(post.refusal(item.reason))
        if item.state == outbox.SENT:
            return self.tr("Tried {at}").format(at=at(item.tried))
        if item.state == outbox.TAKEN_BACK:
            return self.tr("Was never sent")
        if item.state == outbox.DRAFT:
            return self.tr("Open its preview and approve it again")
        return self.tr("Goes when you press Send")

    def _replaced_by(self, item: OutboxItem) -> int:
        """The received version that replaced this one, 0 when it stands."""
        newer = [
            other.version
            for other in self._items
            if other.period == item.period and other.state == outbox.RECEIVED and other.version > item.version
        ]
        return max(newer, default=0)

    def _show_receipt(self) -> None:
        inside = self.receipt.body
        _clear(inside)
        item = next((item for item in self._items if item.id == self._chosen), None)
        inside.addWidget(Heading(self.tr("Receipt"), 2))
        if item is None:
            inside.addWidget(
                Text(
                    self.tr("The receipt of a return appears here when the hub has sent it."),
                    tone="muted",
                    wrap=True,
                )
            )
            return
        inside.addWidget(Text(self.name_of(item), "lead", wrap=True))
        held = pins.pinned()
        if item.receipt is not None and held is not None:
            self._show_proof(item, wire.read_receipt(item.receipt, bytes.fromhex(held.receipt_key)), held)
        else:
            inside.addWidget(Chip(self._state(item), *STATES[item.state]))
            inside.addWidget(Text(self._since(item), wrap=True))
        was = Card()
        was.setProperty("card", False)
        was.setProperty("was", True)
        was.body.setContentsMargins(px(12), px(9), px(10), px(10))
        was.body.setSpacing(px(3))
        was.body.addWidget(Text(self.tr("Check words"), "small", "muted"))
        was.body.addWidget(Text(wire.check_words(item.payload_sha256), "strong", wrap=True))
        was.body.addWidget(Text(self.tr("The same as when it was approved."), "small", "muted", wrap=True))
        inside.addWidget(was)
        if item.state == outbox.TAKEN_BACK:
            words = self.tr("Show what was approved")
        elif item.tries:
            words = self.tr("Show what was sent")
        else:
            words = self.tr("Show what will be sent")
        show = Button(words, "file-text")
        show.clicked.connect(self._show_sent)
        inside.addWidget(show)

    def _show_proof(self, item: OutboxItem, receipt: wire.Receipt, held: pins.Pins) -> None:
        """What the hub signed. ``read_receipt`` has checked the signature again, with the pinned key, just
        now.
        """
        inside = self.receipt.body
        if item.state == outbox.RECEIVED:
            inside.addWidget(Chip(self.tr("Received, signature checked"), "safe", "shield-check"))
        else:
            inside.addWidget(Chip(self.tr("Refused, signature checked"), "high", "circle-alert"))
            inside.addWidget(Text(self._since(item), wrap=True))
        for name, value in (
            (
                self.tr("Sent"),
                self.tr("{at}, approved by {who}").format(at=at(item.tried), who=item.approved_by),
            ),
            (self.tr("Received"), at(receipt.server_time)),
            (
                self.tr("Size"),
                self.tr("{n} bytes, sealed as {sealed}").format(
                    n=f"{len(item.payload):,}", sealed=f"{wire.padded_size(item.payload):,}"
                ),
            ),
            (self.tr("Line in the ledger"), str(receipt.ledger_seq)),
        ):
            inside.addWidget(Fact(name, value))
        inside.addWidget(
            Said(
                self.tr("Signed by the hub of {org} with the key this laptop holds: {key}").format(
                    org=held.org_name, key=bits(held.receipt_key[:16])
                ),
                "key-round",
                role="small",
            )
        )

    # ---- doing

    def send_now(self) -> None:
        """Send everything that is waiting (F5). Long work: on the worker, with its outcome in words."""
        if self._job is not None:
            return
        self.trouble.show_trouble("")
        self._job = self.session.work.run(
            client.send_waiting, owner=self, then=self._was_sent, failed=self._was_not_sent
        )
        self._show_sending()

    def _show_sending(self) -> None:
        waiting = any(item.is_waiting for item in self._items)
        busy = self._job is not None
        self.send.setText(self.tr("Sending") if busy else self.tr("Send now"))
        had_keyboard = self.send.hasFocus()
        self.send.setEnabled(waiting and pins.pinned() is not None)
        if had_keyboard and not self.send.isEnabled() and self._lines:
            self._lines[0].open.setFocus(Qt.FocusReason.OtherFocusReason)

    def _was_sent(self, results: list[client.Result]) -> None:
        self._job = None
        if results:
            self.session.tried(results[-1].problem)
        self.session.changed.emit()
        failed = [result for result in results if not result.is_received]
        if failed and failed[0].problem is not None:
            self.trouble.show_problem(failed[0].problem)
        elif failed:
            self.trouble.show_trouble(say(failed[0].sentence))
        elif results:
            announce(self, self.tr("Received. The hub’s signature was checked."))

    def _was_not_sent(self, error: Exception) -> None:
        self._job = None
        self.session.changed.emit()
        if not isinstance(error, Problem):
            raise error
        self.trouble.show_problem(error)

    def _take_back(self, item_id: int) -> None:
        try:
            self.session.write(outbox.take_back, item_id)
        except Problem as problem:
            self.trouble.show_problem(problem)

    def _choose(self, item_id: int) -> None:
        self._chosen = item_id
        for line in self._lines:
            line.show_chosen(line.item.id == item_id)
        self._show_receipt()

    def _go_join(self) -> None:
        self.session.go.emit(Place("join"))

    def _show_sent(self) -> None:
        item = next(item for item in self._items if item.id == self._chosen)
        envelope = summary.read(item.payload)
        self.shown_title.setText(self.name_of(item))
        self.pages.show_tables(envelope.tables)
        self.file.show_file(item.payload, self._facts(item, envelope))
        self.tabs.setCurrentIndex(0)
        self.stack.show_part(1)
        self.back.setFocus(Qt.FocusReason.OtherFocusReason)

    def _facts(self, item: OutboxItem, envelope: summary.Envelope) -> list[tuple[str, str]]:
        return [
            (self.tr("Size"), self.tr("{n} bytes").format(n=f"{len(item.payload):,}")),
            (self.tr("SHA-256"), bits(item.payload_sha256)),
            (self.tr("Check words"), wire.check_words(item.payload_sha256)),
            (self.tr("Only this key can open it"), bits(envelope.to[:16])),
        ]

    def _show_list(self) -> None:
        self.stack.show_part(0)

    def _tab(self, index: int) -> None:
        self.pages.setVisible(index == 0)
        self.file.setVisible(index == 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.stack.at() == 1:
            self._show_list()
            return
        super().keyPressEvent(event)


def _clear(layout: Any) -> None:
    while (old := layout.takeAt(0)) is not None:
        widget = old.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
