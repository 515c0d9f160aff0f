"""Returns: count a quarter, see exactly what would leave and who could read it, approve it, then send it.

The exact counts stay on this laptop; what is read elsewhere is rounded and checked here first. Nothing
leaves without two presses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QProgressBar, QSizePolicy, QTabBar, QWidget

from caseworker.domain import plans, when
from caseworker.domain.periods import Period
from caseworker.domain.plans import MEASURES, code_label
from caseworker.domain.returns import ALL, Counts, PublishedTable
from caseworker.errors import Problem
from caseworker.storage import outbox, pins
from caseworker.storage import returns as frozen
from caseworker.storage.outbox import OutboxItem
from caseworker.sync import client, summary, wire
from caseworker.sync import outbox as post
from caseworker.sync import returns as making
from caseworker.sync.returns import Prepared
from ui import theme
from ui.say import say
from ui.screens.outbox import at
from ui.screens.preview import FEW, Beside, FileText, SheetPages, Trouble, bits
from ui.session import Place, Session
from ui.theme import px
from ui.widgets import (
    Button,
    Card,
    Chip,
    Combo,
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
from ui.work import Job, Stopped

#: How many quarters back somebody can return; older ones are corrections of years that are closed.
QUARTERS = 8
START, COUNTING, PREVIEW = 0, 1, 2
TABLES, FILE, CHANGES = 0, 1, 2
#: Rows of changes on show; the whole is in the two files.
MOST_CHANGES = 60


class ReturnsPage(Page):
    """One quarter at a time: choose, count, look, approve, send."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent=parent)
        self._job: Job | None = None
        self._prepared: Prepared | None = None
        self._item: OutboxItem | None = None
        self._sending = False

        self.heading = Heading(self.tr("Returns"))
        self.under = Text("", "lead", "muted", wrap=True)
        self.quarter = Combo()
        self.quarter.setAccessibleName(self.tr("Quarter"))
        self.count = Button(self.tr("Count the quarter"), "chart-column", "primary")
        self.trouble = Trouble()
        self.stack = Stack()

        head = row(gap=10)
        words = column(gap=2)
        words.addWidget(self.heading)
        words.addWidget(self.under)
        head.addLayout(words, 1)
        head.addWidget(self.quarter)
        head.addWidget(self.count)
        self.body.addLayout(head)
        self.body.addWidget(self.trouble)
        self.stack.add(self._start())
        self.stack.add(self._counting())
        self.stack.add(self._preview())
        self.body.addWidget(self.stack, 1)

        self.quarter.activated.connect(self._quarter_chosen)
        self.count.clicked.connect(self.count_now)
        self.stop.clicked.connect(self._stop)
        self.tabs.currentChanged.connect(self._tab)
        self.approve.clicked.connect(self._approve)
        self.send.clicked.connect(self._send)
        self.take_back.clicked.connect(self._take_back)
        self.again.clicked.connect(self._start_again)
        self._fill_quarters()

    # ---- building

    def _start(self) -> QWidget:
        whole = QWidget()
        down = column(whole)
        card = Card(self.tr("How a return is made"), icon="info")
        card.setMaximumWidth(px(720))
        for icon, words in (
            ("chart-column", self.tr("Counting happens on this laptop. It changes and sends nothing.")),
            ("shield-check", self.tr("Every number is rounded to 5 together with all the others, then attacked"
                                     " here as an outsider would, so that no small count can be worked out.")),
            ("search", self.tr("You see exactly what would leave, byte by byte, and who could read it.")),
            ("send", self.tr("Two presses: approve, then send. Until it is sent you can take it back.")),
        ):  # fmt: skip
            card.body.addWidget(Said(words, icon, "primary"))
        self.earlier = Text("", "small", "muted", wrap=True)
        card.body.addWidget(self.earlier)
        down.addWidget(card)
        down.addStretch(1)
        return whole

    def _counting(self) -> QWidget:
        whole = QWidget()
        down = column(whole)
        card = Card(self.tr("Counting"), icon="chart-column")
        card.setMaximumWidth(px(720))
        self.step = Text("", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("How far the count is"))
        self.stop = Button(self.tr("Stop"), "x")
        card.body.addWidget(self.step)
        card.body.addWidget(self.bar)
        foot = row()
        foot.addWidget(self.stop)
        foot.addStretch(1)
        card.body.addLayout(foot)
        down.addWidget(card)
        down.addStretch(1)
        return whole

    def _preview(self) -> QWidget:
        left = Card()
        left.body.setContentsMargins(0, 0, 0, 0)
        left.body.setSpacing(0)
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(self.tr("Preview"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        for words in (self.tr("Tables"), self.tr("The file itself"), self.tr("Changes since last time")):
            self.tabs.addTab(words)
        self.pages = SheetPages()
        self.file = FileText()
        self.changes = QWidget()
        column(self.changes, (16, 12, 16, 14), 8)
        left.body.addWidget(self.tabs)
        left.body.addWidget(theme.line())
        for part in (self.pages, self.file, self.changes):
            left.body.addWidget(part, 1)
        self.file.hide()
        self.changes.hide()

        side = QWidget()
        down = column(side, gap=12)
        self.who = Card(self.tr("Who can read it"))
        self.checks = Card(self.tr("Checks"))
        self.bytes = Card(self.tr("The file"))
        self.presses = Card(self.tr("Two presses"))
        for card in (self.who, self.checks, self.bytes, self.presses):
            down.addWidget(card)
        down.addStretch(1)
        self._build_presses()
        whole = QWidget()
        column(whole).addWidget(Beside(left, side, 338))
        return whole

    def _build_presses(self) -> None:
        self.approved_by = Text("", "small", "muted", wrap=True)
        self.sent_by = Text("", "small", "muted", wrap=True)
        self.approve = Button(self.tr("Approve"), "circle-check", "primary")
        self.approved = Chip(self.tr("Approved"), "safe", "circle-check")
        self.send = Button(self.tr("Send"), "send", "primary")
        self.sent = Chip(self.tr("Received"), "safe", "shield-check")
        self.take_back = Button(self.tr("Take back the approval"), kind="link")
        self.again = Button(self.tr("Count it again"), kind="link")
        for number, under, button, chip in (
            (self.tr("1  Approve"), self.approved_by, self.approve, self.approved),
            (self.tr("2  Send"), self.sent_by, self.send, self.sent),
        ):
            line = row(gap=10)
            words = column()
            words.addWidget(Text(number, "strong"))
            words.addWidget(under)
            line.addLayout(words, 1)
            line.addWidget(button)
            line.addWidget(chip)
            self.presses.body.addLayout(line)
        self.presses.body.addWidget(self.take_back)
        self.presses.body.addWidget(self.again)

    # ---- the page

    def title(self) -> str:
        return self.tr("Returns")

    def first_focus(self) -> QWidget | None:
        return self.quarter if self.stack.at() == START else None

    def show_place(self, arg: Any) -> None:
        """``arg`` may be a period such as 2025-26Q1."""
        if arg is not None and self._job is None:
            self.quarter.setCurrentIndex(max(0, self.quarter.findData(str(arg))))
            self._quarter_chosen()

    def reload(self) -> None:
        if self._item is not None:
            self._item = next((item for item in outbox.items() if item.id == self._item.id), None)
            if self._item is not None and self._item.state == outbox.TAKEN_BACK:
                self._item = None
            elif self._item is not None and self._item.state == outbox.RECEIVED:
                self.trouble.show_trouble("")  # sent from the outbox since: "you are offline" is over
        self._show_head()
        self._show_presses()
        self._show_earlier()

    def period(self) -> Period:
        return Period.parse(str(self.quarter.currentData()))

    def _fill_quarters(self) -> None:
        """The quarters that have ended, newest first: one that still runs cannot be returned."""
        period = Period.of(self.session.now().astimezone(when.LONDON).date()).previous()
        for _ in range(QUARTERS):
            self.quarter.addItem(period.label, str(period))
            period = period.previous()

    def _quarter_chosen(self) -> None:
        self._prepared, self._item = None, None
        self.trouble.show_trouble("")
        self.stack.show_part(START)
        self.reload()

    def _show_head(self) -> None:
        period = self.period()
        running = self.stack.at() == PREVIEW
        self.heading.setText(
            self.tr("{period} return").format(period=period.label) if running else self.tr("Returns")
        )
        dates = self.tr("{start} to {end}, due {due}").format(
            start=when.show_date(period.start),
            end=when.show_date(period.end),
            due=when.show_date(period.due()),
        )
        if running and self._prepared is not None:
            dates = self.tr("{dates}, version {n}").format(dates=dates, n=self._prepared.version)
        self.under.setText(dates)
        self.quarter.setEnabled(self._job is None)
        self.count.setEnabled(self._job is None)
        self.count.setVisible(not running)

    def _show_earlier(self) -> None:
        mine = [item for item in outbox.items() if item.period == str(self.period())]
        received = [item for item in mine if item.state == outbox.RECEIVED]
        waiting = [item for item in mine if item.is_waiting]
        if waiting:
            words = self.tr("Version {n} of this quarter is approved and waits in the outbox.").format(
                n=waiting[0].version
            )
        elif received:
            words = self.tr(
                "Version {n} of this quarter was received on {at}. Counting again makes a correction."
            ).format(n=received[0].version, at=at(received[0].received))
        else:
            words = self.tr("Nothing has been sent for this quarter yet.")
        self.earlier.setText(words)

    # ---- counting

    def count_now(self) -> None:
        """Count the chosen quarter on the worker; the preview follows."""
        if self._job is not None:
            return
        self.trouble.show_trouble("")
        if pins.pinned() is None:
            self.trouble.show_trouble(
                self.tr(
                    "Join the commissioner’s hub first: a return is made for the one key that can open it."
                )
            )
            self.session.go.emit(Place("join"))
            return
        self.step.setText(self.tr("Counting {period}").format(period=self.period().label))
        self.bar.setRange(0, 0)
        self.stack.show_part(COUNTING)
        self._job = self.session.work.run(
            making.prepare,
            self.period(),
            plans.load(),
            owner=self,
            then=self._counted,
            failed=self._not_counted,
            progress=self._progress,
        )
        self._show_head()
        self.stop.setEnabled(True)
        self.stop.setFocus(Qt.FocusReason.OtherFocusReason)

    def _progress(self, step: Any) -> None:
        self.step.setText(say(step.words))
        self.bar.setRange(0, step.of)
        self.bar.setValue(step.done)

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self.stop.setEnabled(False)
            self.step.setText(self.tr("Stopping"))

    def _counted(self, prepared: Prepared) -> None:
        self._job = None
        self._prepared, self._item = prepared, None
        self.stack.show_part(PREVIEW)
        self._show_prepared(prepared)
        self.reload()
        announce(self, self.tr("Preview of {period}").format(period=prepared.period.label))
        self.tabs.setFocus(Qt.FocusReason.OtherFocusReason)

    def _not_counted(self, error: Exception) -> None:
        self._job = None
        self.stack.show_part(START)
        self.reload()
        if isinstance(error, Problem):
            self.trouble.show_problem(error)
        elif not isinstance(error, making.Cancelled | Stopped):
            raise error

    # ---- the preview

    def _show_prepared(self, prepared: Prepared) -> None:
        envelope = summary.read(prepared.payload)
        self.pages.show_tables(envelope.tables, prepared.counted())
        self.file.show_file(prepared.payload, self._facts(prepared, envelope))
        self.tabs.setCurrentIndex(TABLES)
        self._tab(TABLES)
        known = pins.pinned()
        assert known is not None
        opener = self.tr("Only {org} can open it. The exact counts stay here.").format(org=known.org_name)
        fill(self.who, [Said(opener, "key-round")])
        fill(self.checks, [check(fine, words) for fine, words in self._checked(prepared)])
        sealed = self.tr("{n} bytes, sealed as {sealed} whatever is in it").format(
            n=f"{len(prepared.payload):,}", sealed=f"{wire.padded_size(prepared.payload):,}"
        )
        same = self.tr("Check words, the same before and after sending:")
        fill(
            self.bytes,
            [
                Text(same, "small", "muted", wrap=True),
                Text(wire.check_words(prepared.sha256), "strong", wrap=True),
                Text(sealed, "small", "muted", wrap=True),
            ],
        )
        self._show_changes(prepared)

    def _facts(self, prepared: Prepared, envelope: summary.Envelope) -> list[tuple[str, str]]:
        known = pins.pinned()
        assert known is not None
        return [
            (self.tr("To"), known.org_name),
            (self.tr("Only this key can open it"), bits(envelope.to)),
            (self.tr("Size"), self.tr("{n} bytes").format(n=f"{len(prepared.payload):,}")),
            (self.tr("SHA-256"), bits(prepared.sha256)),
        ]

    def _checked(self, prepared: Prepared) -> list[tuple[bool, str]]:
        """(fine, words) of every check; what did not hold is never shown in green."""
        names, audit = prepared.names, prepared.audit
        low, high = audit.tightest
        found = [
            (
                not audit.failing,
                self.tr(
                    "The tightest thing anyone can work out about a small count is"
                    " “between {low} and {high}”. {n} cells fail, of {all} checked."
                ).format(low=low, high=high, n=len(audit.failing), all=f"{audit.checked:,}"),
            ),
            (
                names.nothing_personal(),
                self.tr(
                    "{names} names, {births} dates of birth, {addresses} addresses, {ids} references,"
                    " {notes} notes."
                ).format(
                    names=names.names,
                    births=names.birth_dates,
                    addresses=names.addresses,
                    ids=names.client_ids,
                    notes=names.notes + names.free_text,
                ),
            ),
            (True, self.tr("{few} counts of fewer than 5 are hidden by rounding.").format(few=prepared.few)),
        ]
        merged = len({(table.id, table.dim) for table in prepared.cells.tables if table.merged})
        if merged:
            together = self.tr(
                "Small categories are put together in {n} breakdowns, to cover {people} people."
            )
            found.append((True, together.format(n=merged, people=prepared.plan.least_people)))
        return found

    def _show_changes(self, prepared: Prepared) -> None:
        """Cell by cell against the version before; a change of 1 to 4 in the exact counts is pointed out."""
        before = frozen.frozen(prepared.period, prepared.version - 1) if prepared.version > 1 else None
        parts: list[QWidget] = []
        if before is None:
            parts.append(Text(self.tr("This is the first version for this quarter."), wrap=True))
        else:
            found = changes(
                summary.read(before.payload).tables,
                before.counts,
                prepared.cells.tables,
                prepared.shown,
                prepared.counts,
            )
            parts.append(
                Text(
                    self.tr("Compared with version {n}: {changed} numbers read differently.").format(
                        n=before.version, changed=sum(1 for one in found if one.shown_before != one.shown_now)
                    ),
                    "strong", wrap=True,
                )
            )  # fmt: skip
            if any(one.is_small for one in found):
                parts.append(
                    Said(
                        self.tr(
                            "Some exact counts changed by 1 to 4. Whoever has both versions may guess at"
                            " those people: send a correction only if it matters."
                        ),
                        "triangle-alert",
                        "on_medium",
                    )
                )
            parts += [self._change_row(one) for one in found[:MOST_CHANGES]]
            if len(found) > MOST_CHANGES:
                parts.append(
                    Text(
                        self.tr("And {n} more.").format(n=len(found) - MOST_CHANGES),
                        "small",
                        "muted",
                        wrap=True,
                    )
                )
        parts += [Said(say(words), "info") for words in prepared.left_out]
        parts.append(Space())
        inside = self.changes.layout()
        assert inside is not None
        refill(inside, parts)

    def _change_row(self, one: Change) -> QWidget:
        made = RowFrame((0, 6, 0, 6), 10)
        made.across.addWidget(Text(one.label, wrap=True), 1)
        if one.is_small:
            made.across.addWidget(Chip(self.tr("Small change"), "medium"))
        made.across.addWidget(
            Text(
                self.tr("{before} to {now}").format(before=f"{one.shown_before:,}", now=f"{one.shown_now:,}"),
                "strong",
            )
        )
        return made

    def _tab(self, index: int) -> None:
        for at_, part in enumerate((self.pages, self.file, self.changes)):
            part.setVisible(at_ == index)

    # ---- two presses

    def _show_presses(self) -> None:
        item = self._item
        state = item.state if item is not None else ""
        self.approve.setVisible(item is None)
        self.approve.setEnabled(self._prepared is not None)
        self.approved.setVisible(item is not None)
        self.approved_by.setText(
            self.tr("{who}, {at}").format(who=item.approved_by, at=at(item.approved))
            if item is not None
            else self.tr("You have read the preview and stand behind it.")
        )
        self.send.setVisible(state not in (outbox.RECEIVED, outbox.REFUSED))
        # Not greyed while it works: that would take the keyboard away from whoever pressed it
        self.send.setEnabled(item is not None and item.is_waiting)
        self.send.setText(self.tr("Sending") if self._sending else self.tr("Send"))
        self._show_sent(item)
        self.take_back.setVisible(state == outbox.APPROVED)
        self.take_back.setEnabled(self._job is None)
        self.again.setVisible(item is None or not item.is_waiting)

    def _show_sent(self, item: OutboxItem | None) -> None:
        """Green only when the hub's receipt was verified; the outbox has the state from that and nothing
        else.
        """
        if item is not None and item.state == outbox.RECEIVED:
            self.sent.show_chip(self.tr("Received"), "safe", "shield-check")
            self.sent_by.setText(
                self.tr("{at}. The hub’s signature was checked.").format(at=at(item.received))
            )
        elif item is not None and item.state == outbox.REFUSED:
            self.sent.show_chip(self.tr("Refused"), "high", "circle-alert")
            self.sent_by.setText(say(post.refusal(item.reason)))
        else:
            self.sent_by.setText(
                self.tr("Approve it first.")
                if item is None
                else self.tr("Goes to the commissioner’s hub and nowhere else.")
            )
        self.sent.setVisible(item is not None and item.state in (outbox.RECEIVED, outbox.REFUSED))

    def _approve(self) -> None:
        """First press: these exact bytes into the outbox, signed by the person. Nothing is sent."""
        if self._prepared is None or self._item is not None:
            return
        self.trouble.show_trouble("")
        try:
            item_id = making.approve(self._prepared)
        except Problem as problem:
            self.trouble.show_problem(problem)
            return
        self._item = outbox.get(item_id)
        self.session.changed.emit()
        announce(self, self.tr("Approved"))
        self.send.setFocus(Qt.FocusReason.OtherFocusReason)

    def _send(self) -> None:
        """Second press: seal, send, wait for the receipt. On the worker."""
        if self._item is None or self._job is not None:
            return
        self.trouble.show_trouble("")
        self._sending = True
        self._job = self.session.work.run(
            client.send_waiting, owner=self, then=self._was_sent, failed=self._was_not_sent
        )
        self.setFocus(Qt.FocusReason.OtherFocusReason)  # Send rests now; the keyboard stays on this page
        self.reload()

    def _was_sent(self, results: list[client.Result]) -> None:
        self._job, self._sending = None, False
        if results:
            self.session.tried(results[-1].problem)
        self.session.changed.emit()
        failed = [result for result in results if not result.is_received]
        if failed and failed[0].problem is not None:
            self.trouble.show_problem(failed[0].problem)
        elif failed:
            self.trouble.show_trouble(say(failed[0].sentence))
        elif self._item is not None and self._item.state == outbox.RECEIVED:
            announce(self, self.tr("Received. The hub’s signature was checked."))
            self.again.setFocus(Qt.FocusReason.OtherFocusReason)

    def _was_not_sent(self, error: Exception) -> None:
        self._job, self._sending = None, False
        self.session.changed.emit()
        if not isinstance(error, Problem):
            raise error
        self.trouble.show_problem(error)

    def _take_back(self) -> None:
        """The approval is taken back; the preview stays, and can be approved again or counted anew."""
        if self._item is None:
            return
        try:
            self.session.write(outbox.take_back, self._item.id)
        except Problem as problem:
            self.trouble.show_problem(problem)
            return
        self.approve.setFocus(Qt.FocusReason.OtherFocusReason)  # the link that was pressed has gone

    def _start_again(self) -> None:
        self._prepared, self._item = None, None
        self.stack.show_part(START)
        self.count_now()


@dataclass(frozen=True, slots=True)
class Change:
    """One number that is not as it was in the version before, as read and as counted."""

    label: str
    shown_before: int
    shown_now: int
    counted_before: int
    counted_now: int

    @property
    def is_small(self) -> bool:
        """The exact count changed by 1 to 4: few enough people to guess at."""
        return 0 < abs(self.counted_now - self.counted_before) < FEW


def changes(
    before: Sequence[summary.Table],
    counts_before: Counts,
    now: Sequence[PublishedTable],
    shown: Sequence[int],
    counts: Counts,
) -> list[Change]:
    """Every number that differs between two versions, small changes first. A category on one side only
    counts as 0.
    """
    old: dict[tuple[str, str, str], int] = {}
    for was in before:
        for code, cell in zip((*was.codes, ""), was.cells, strict=True):
            old[was.measure, was.dim, code] = cell
    new: dict[tuple[str, str, str], int] = {}
    inside: dict[tuple[str, str, str], tuple[str, ...]] = {}
    for table in now:
        for code, index in zip((*table.codes, ""), table.cells, strict=True):
            new[table.measure, table.dim, code] = shown[index]
            inside[table.measure, table.dim, code] = table.merged.get(code, (code,))
    for was in before:
        for code in was.codes:
            inside.setdefault((was.measure, was.dim, code), was.merged.get(code, (code,)))
    found: list[Change] = []
    for key in dict.fromkeys((*new, *old)):
        measure, dim, code = key
        if not code and dim != ALL:
            continue  # the total stands in the table of totals
        one = Change(
            _label(measure, dim, code),
            old.get(key, 0),
            new.get(key, 0),
            _exact(counts_before, measure, dim, inside.get(key, ())),
            _exact(counts, measure, dim, inside.get(key, ())),
        )
        if one.shown_before != one.shown_now or one.is_small:
            found.append(one)
    return sorted(found, key=lambda one: not one.is_small)


def _exact(counts: Counts, measure: str, dim: str, inside: Sequence[str]) -> int:
    if dim == ALL:
        return counts.totals.get(measure, 0)
    cells = counts.cells.get((measure, dim), {})
    return sum(cells.get(code, 0) for code in inside)


def _label(measure: str, dim: str, code: str) -> str:
    label = say(MEASURES[measure].label)
    return label if dim == ALL else f"{label}: {code_label(dim, code)}"


def check(fine: bool, words: str) -> Said:
    """One line of the checks: a tick, or what did not hold."""
    return Said(words, "circle-check" if fine else "circle-alert", "on_safe" if fine else "on_high")


class Space(QWidget):
    """Takes the room that is left, so that what stands above stays at the top."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)


def fill(card: Card, parts: Sequence[QWidget]) -> None:
    """Put these into a card in place of what it held."""
    refill(card.body, parts)


def refill(inside: QLayout, parts: Sequence[QWidget]) -> None:
    """Put these into a layout in place of what it held."""
    while (old := inside.takeAt(0)) is not None:
        widget = old.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
    for part in parts:
        inside.addWidget(part)
