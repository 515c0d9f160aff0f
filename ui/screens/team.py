"""Team: what would stop the return, open cases by risk, overdue reviews of high risk, and who has gone quiet.

For a supervisor, or where several people work in one vault. Everything is worked out beside the screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QVBoxLayout, QWidget

from caseworker.domain import codes, risk, when
from caseworker.domain.periods import Period
from caseworker.storage import audit, gaps, team
from caseworker.storage.gaps import TeamGap
from caseworker.storage.team import GRADES, Late, Load, QuietLine, TeamBoard
from ui.say import say
from ui.screens.client_line import ClientLine
from ui.screens.clients import ListOf
from ui.screens.grade import GRADES as LOOKS
from ui.screens.grade import grade_chip
from ui.session import Place, Session
from ui.theme import px
from ui.widgets import (
    Bar,
    Button,
    Card,
    Chip,
    Fold,
    Grid,
    GridCell,
    GridColumn,
    GridRow,
    Heading,
    Page,
    Part,
    RowFrame,
    Text,
    column,
    row,
)
from ui.widgets.gradually import Gradually, empty

WIDE = 900  # logical pixels: under this the cards stand under one another
ROWS = 6  # workers in the list of overdue reviews before the rest is folded
NAMED = 3  # workers named beside a gap; the rest are counted


class TeamPage(Page):
    """Four cards; what asks for something leads to the list behind it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent=parent)
        self._asked = -1
        self._shown: TeamBoard | None = None
        self.cards: dict[str, Card] = {}
        head = column(gap=0)
        head.addWidget(Heading(self.tr("Team")))
        self.lead = Text("", "lead", "muted", wrap=True)
        head.addWidget(self.lead)
        top = row(gap=12)
        top.addLayout(head, 1)
        self.preview = Button(self.tr("See a draft preview"), "chart-column")
        self.preview.clicked.connect(self._go_returns)
        top.addWidget(self.preview, 0, Qt.AlignmentFlag.AlignBottom)
        self.body.addLayout(top)
        self.waiting = Text(self.tr("Working out how the team stands"), "body", "muted")
        self.body.addWidget(self.waiting)
        self._split = row(gap=16)
        self.left = column(gap=14)
        self.right = column(gap=14)
        self._split.addLayout(self.left, 4)
        self._split.addLayout(self.right, 3)
        self.body.addLayout(self._split)
        self.body.addStretch(1)
        self._gradually = Gradually(self)

    def title(self) -> str:
        return self.tr("Team")

    def first_focus(self) -> QWidget | None:
        return self.preview

    def reload(self) -> None:
        self._say_return()
        newest = audit.head().seq
        if newest == self._asked:
            return
        self._asked = newest
        self.session.work.run(
            team.board, self.session.now(), owner=self, then=self._came, failed=self._failed
        )

    def _say_return(self) -> None:
        today = self.session.now().astimezone(when.LONDON).date()
        now = Period.of(today)
        before = now.previous()
        period = before if today <= before.due() else now
        self.lead.setText(
            self.tr("Return of {period}, due {day}").format(
                period=period.label, day=say(when.show_day_and_distance(period.due(), today))
            )
        )

    def _failed(self, _error: Exception) -> None:
        """The lock came between, or the disk: asked for again when next shown."""
        self._asked = -1

    def _came(self, board: TeamBoard) -> None:
        if board == self._shown or self.session.is_locked():
            return
        self._shown = board
        self.waiting.hide()
        empty(self.left)
        empty(self.right)
        self.cards = {}
        self._gradually.start(
            [
                partial(self._add_put_right, board),
                partial(self._add_loads, board),
                partial(self._add_late, board),
                partial(self._add_quiet, board),
                partial(self.left.addStretch, 1),
                partial(self.right.addStretch, 1),
            ]
        )

    # ---- cards

    def _add_put_right(self, board: TeamBoard) -> None:
        stops = board.stops
        words = self.tr("{n} before the return").format(n=stops) if stops else self.tr("nothing left")
        card = self._card("put_right", self.tr("Put right"), words, "list-checks")
        for gap in sorted(board.put_right, key=lambda gap: not gap.count):
            card.add_row(self._gap_line(board, gap))
        self.left.addWidget(card)

    def _gap_line(self, board: TeamBoard, gap: TeamGap) -> RowFrame:
        line = RowFrame()
        count = Text(str(gap.count), "strong")
        count.setMinimumWidth(px(28))
        count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line.across.addWidget(count)
        said = column(gap=2)
        said.addWidget(Text(say(gap.sentence), wrap=True))
        if gap.count:
            said.addWidget(Text(self._who_has(board, gap), "small", "muted", wrap=True))
        line.across.addLayout(said, 1)
        if gap.count:
            button = Button(self.tr("Open list"), "chevron-right", "quiet")
            button.setAccessibleName(self.tr("Open the list: {what}").format(what=say(gap.sentence)))
            button.setProperty("gap", gap.what)
            button.clicked.connect(self._open_gap)
            line.across.addWidget(button)
        else:
            line.across.addWidget(Chip(self.tr("None left"), "safe", "circle-check"))
        return line

    def _who_has(self, board: TeamBoard, gap: TeamGap) -> str:
        """ "Sam Okoro 3, Asha Dunn 2 and 4 more workers"."""
        named = [f"{self._name(board, worker)} {count}" for worker, count in gap.by_worker[:NAMED]]
        rest = len(gap.by_worker) - NAMED
        text = ", ".join(named)
        if rest == 1:
            return self.tr("{names} and 1 more worker").format(names=text)
        return self.tr("{names} and {n} more workers").format(names=text, n=rest) if rest > 0 else text

    def _add_loads(self, board: TeamBoard) -> None:
        total = sum(load.total for load in board.loads)
        words = self.tr("1 case") if total == 1 else self.tr("{n} cases").format(n=total)
        card = self._card("loads", self.tr("Open cases by risk"), words, "chart-column")
        legend = row(gap=6)
        for grade in GRADES:
            legend.addWidget(grade_chip(grade))
        legend.addStretch(1)
        card.body.addLayout(legend)
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(12))
        grid.setVerticalSpacing(px(8))
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 5)
        most = max((load.total for load in board.loads), default=1)
        for at, load in enumerate(board.loads):
            name = Text(self._name(board, load.worker_id), wrap=True)
            grid.addWidget(name, at, 0)
            grid.addWidget(Bar(_parts(load), most, self._said(board, load)), at, 1)
            grid.addWidget(Text(str(load.total), "strong"), at, 2, Qt.AlignmentFlag.AlignRight)
        card.body.addLayout(grid)
        table = Fold(
            self.tr("As a table"),
            self.tr("Show open cases by risk as a table"),
            self.tr("Hide the table"),
            partial(self._fill_table, board),
        )
        card.body.addWidget(table)
        self.left.addWidget(card)

    def _fill_table(self, board: TeamBoard, down: QVBoxLayout) -> None:
        """The same figures as a table, for those who read rather than look."""
        # "High" and not "High risk": what the table is of stands over it, and five columns have little room.
        grades = codes.get("risk_grade")
        heads = [GridColumn(grades.label(grade) if grade else say(risk.said(grade))) for grade in GRADES]
        table = Grid(
            self.tr("Open cases by risk"), self.tr("Worker"), [*heads, GridColumn(self.tr("All"))], ""
        )
        table.show_rows(
            [
                GridRow(
                    str(load.worker_id),
                    self._name(board, load.worker_id),
                    tuple(GridCell(str(n)) for n in (*load.cases, load.total)),
                )
                for load in board.loads
            ]
        )
        down.addWidget(table)

    def _add_late(self, board: TeamBoard) -> None:
        count = sum(one.count for one in board.late)
        words = self.tr("high risk") if count else self.tr("none at high risk")
        title = self.tr("Overdue reviews")
        card = self._card("late", title, f"{count}, {words}" if count else words, "shield-alert")
        for one in board.late[:ROWS]:
            card.add_row(self._late_line(board, one))
        rest = board.late[ROWS:]
        if rest:
            fold = Fold(
                self.tr("{n} more").format(n=len(rest)),
                self.tr("Show {n} more workers with overdue reviews").format(n=len(rest)),
                self.tr("Hide them"),
                partial(self._fill_late, board, rest),
            )
            fold.body.setSpacing(0)
            card.add_row(fold)
        self.right.addWidget(card)

    def _fill_late(self, board: TeamBoard, rest: Sequence[Late], down: QVBoxLayout) -> None:
        for one in rest:
            down.addWidget(self._late_line(board, one))

    def _late_line(self, board: TeamBoard, late: Late) -> RowFrame:
        line = RowFrame()
        name = self._name(board, late.worker_id)
        said = column(gap=2)
        said.addWidget(Text(name, "strong", wrap=True))
        days = (
            self.tr("{n} overdue, longest 1 day")
            if late.longest == 1
            else self.tr("{n} overdue, longest {days} days")
        )
        said.addWidget(Text(days.format(n=late.count, days=late.longest), "small", "muted", wrap=True))
        line.across.addLayout(said, 1)
        button = Button(self.tr("Open list"), "chevron-right", "quiet")
        button.setAccessibleName(self.tr("Open the overdue reviews of {name}").format(name=name))
        heading = self.tr("Overdue reviews at high risk, {name}").format(name=name)
        button.setProperty("place", Place("clients", ListOf(heading, late.client_ids)))
        button.clicked.connect(self._go)
        line.across.addWidget(button)
        return line

    def _add_quiet(self, board: TeamBoard) -> None:
        words = str(board.quiet_count) if board.quiet_count else self.tr("nobody now")
        card = self._card("quiet", self.tr("Gone quiet"), words, "bell-off")
        for one in board.quiet:
            card.add_row(self._quiet_line(board, one))
        if board.quiet_count > len(board.quiet):
            more = RowFrame()
            more.across.addWidget(
                Text(self.tr("And {n} more").format(n=board.quiet_count - len(board.quiet)), "small", "muted")
            )
            card.add_row(more)
        self.right.addWidget(card)

    def _quiet_line(self, board: TeamBoard, one: QuietLine) -> ClientLine:
        why = " ".join(f"{say(reason)}." for reason in one.silence.reasons())
        names = ", ".join(self._name(board, worker) for worker in one.workers)
        step = (
            self.tr("Open record"),
            self.tr("Open the record of {name}, gone quiet"),
            Place("client", one.who.client_id),
        )
        return ClientLine(self.session, one.who, f"{names}. {why}", self.session.now(), step)

    # ---- parts

    def _card(self, name: str, title: str, count: str, icon: str) -> Card:
        card = Card(title, count, icon)
        card.heading.setWordWrap(False)
        self.cards[name] = card
        return card

    def _name(self, board: TeamBoard, worker_id: int | None) -> str:
        return board.names.get(worker_id) or self.tr("No worker yet")

    def _said(self, board: TeamBoard, load: Load) -> str:
        """ "Beth Marlow: 9 high risk, 14 medium risk, 31 in all"."""
        counts = [
            f"{count} {say(risk.said(grade)).lower()}"
            for grade, count in zip(GRADES, load.cases, strict=True)
            if count
        ]
        parts = ", ".join([*counts, self.tr("{n} in all").format(n=load.total)])
        return f"{self._name(board, load.worker_id)}: {parts}"

    # ---- fitting and going

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._split.setDirection(across if self.width() >= px(WIDE) else down)

    def _open_gap(self) -> None:
        what = str(self.sender().property("gap"))
        today = self.session.now().astimezone(when.LONDON).date()
        heading = say(gaps.SENTENCES[what])
        self.session.go.emit(Place("clients", ListOf(heading, tuple(gaps.clients_of(what, today)))))

    def _go(self) -> None:
        self.session.go.emit(self.sender().property("place"))

    def _go_returns(self) -> None:
        self.session.go.emit(Place("returns"))


def _parts(load: Load) -> list[Part]:
    tints = [LOOKS[grade] for grade in GRADES]
    return [
        Part(count, kind if kind != "plain" else "subtle", ink, icon)
        for count, (kind, icon, ink) in zip(load.cases, tints, strict=True)
    ]
