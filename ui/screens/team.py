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
from caseworker.storage.team import GRADES, Caseload, GoneQuiet, Late, Load, PutRight, QuietLine
from ui.say import say
from ui.screens.client_line import ClientLine
from ui.screens.clients import ListOf
from ui.screens.grade import GRADES as LOOKS
from ui.screens.grade import grade_chip
from ui.session import Place, Session
from ui.stood import Stood
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
    """Four cards, each there as soon as it is worked out; what asks for something leads to the list behind it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent=parent)
        self._asked: object = None  # how the vault stood, and on which day, when the worker was last asked
        self._names: dict[int | None, str] = {}
        self._shown: dict[type, team.Part] = {}
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
        self._places = {name: column() for name in ("put_right", "loads", "late", "quiet")}
        for names, wide in ((("put_right", "loads"), 4), (("late", "quiet"), 3)):
            down = column(gap=14)
            for name in names:
                down.addLayout(self._places[name])
            down.addStretch(1)
            self._split.addLayout(down, wide)
        self.body.addLayout(self._split)
        self.body.addStretch(1)
        self._gradually = Gradually(self)

    def title(self) -> str:
        return self.tr("Team")

    def first_focus(self) -> QWidget | None:
        return self.preview

    def draw_ahead(self) -> None:
        """The cards: what the worker needs a while for stands there before somebody goes to it."""
        self.reload()

    def reload(self) -> None:
        self._say_return()
        # Another day tells other overdue reviews, and others gone quiet.
        asked = (audit.head().seq, self.session.now().astimezone(when.LONDON).date())
        if asked == self._asked:
            return
        self._asked = asked
        names = team.names()
        if names != self._names:
            self._names = names
            self._shown.clear()
        self.session.work.run(
            team.board, self.session.now(), owner=self, progress=self._came, failed=self._failed
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
        self._asked = None

    def _came(self, part: team.Part) -> None:
        if part == self._shown.get(type(part)) or self.session.is_locked():
            return
        self._shown[type(part)] = part
        self.waiting.hide()
        if isinstance(part, PutRight):
            self._gradually.then(partial(self._add_put_right, part))
        elif isinstance(part, Caseload):
            self._gradually.then(partial(self._add_loads, part.loads))
            self._gradually.then(partial(self._add_late, part.late))
        else:
            self._gradually.then(partial(self._add_quiet, part))

    # ---- cards

    def _add_put_right(self, part: PutRight) -> None:
        stops = part.stops
        words = self.tr("{n} before the return").format(n=stops) if stops else self.tr("nothing left")
        card = self._card(self.tr("Put right"), words, "list-checks")
        for gap in sorted(part.gaps, key=lambda gap: not gap.count):
            card.add_row(self._gap_line(gap))
        self._stand("put_right", card)

    def _gap_line(self, gap: TeamGap) -> RowFrame:
        line = RowFrame()
        count = Text(str(gap.count), "strong")
        count.setMinimumWidth(px(28))
        count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line.across.addWidget(count)
        said = column(gap=2)
        said.addWidget(Text(say(gap.sentence), wrap=True))
        if gap.count:
            said.addWidget(Text(self._who_has(gap), "small", "muted", wrap=True))
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

    def _who_has(self, gap: TeamGap) -> str:
        """ "Sam Okoro 3, Asha Dunn 2 and 4 more workers"."""
        named = [f"{self._name(worker)} {count}" for worker, count in gap.by_worker[:NAMED]]
        rest = len(gap.by_worker) - NAMED
        text = ", ".join(named)
        if rest == 1:
            return self.tr("{names} and 1 more worker").format(names=text)
        return self.tr("{names} and {n} more workers").format(names=text, n=rest) if rest > 0 else text

    def _add_loads(self, loads: Sequence[Load]) -> None:
        total = sum(load.total for load in loads)
        words = self.tr("1 case") if total == 1 else self.tr("{n} cases").format(n=total)
        card = self._card(self.tr("Open cases by risk"), words, "chart-column")
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
        most = max((load.total for load in loads), default=1)
        for at, load in enumerate(loads):
            name = Text(self._name(load.worker_id), wrap=True)
            grid.addWidget(name, at, 0)
            grid.addWidget(Bar(_parts(load), most, self._said(load)), at, 1)
            grid.addWidget(Text(str(load.total), "strong"), at, 2, Qt.AlignmentFlag.AlignRight)
        card.body.addLayout(grid)
        table = Fold(
            self.tr("As a table"),
            self.tr("Show open cases by risk as a table"),
            self.tr("Hide the table"),
            partial(self._fill_table, loads),
        )
        card.body.addWidget(table)
        self._stand("loads", card)

    def _fill_table(self, loads: Sequence[Load], down: QVBoxLayout) -> None:
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
                    self._name(load.worker_id),
                    tuple(GridCell(str(n)) for n in (*load.cases, load.total)),
                )
                for load in loads
            ]
        )
        down.addWidget(table)

    def _add_late(self, late: Sequence[Late]) -> None:
        count = sum(one.count for one in late)
        words = self.tr("high risk") if count else self.tr("none at high risk")
        title = self.tr("Overdue reviews")
        card = self._card(title, f"{count}, {words}" if count else words, "shield-alert")
        for one in late[:ROWS]:
            card.add_row(self._late_line(one))
        rest = late[ROWS:]
        if rest:
            fold = Fold(
                self.tr("{n} more").format(n=len(rest)),
                self.tr("Show {n} more workers with overdue reviews").format(n=len(rest)),
                self.tr("Hide them"),
                partial(self._fill_late, rest),
            )
            fold.body.setSpacing(0)
            card.add_row(fold)
        self._stand("late", card)

    def _fill_late(self, rest: Sequence[Late], down: QVBoxLayout) -> None:
        for one in rest:
            down.addWidget(self._late_line(one))

    def _late_line(self, late: Late) -> RowFrame:
        line = RowFrame()
        name = self._name(late.worker_id)
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

    def _add_quiet(self, part: GoneQuiet) -> None:
        words = str(part.count) if part.count else self.tr("nobody now")
        card = self._card(self.tr("Gone quiet"), words, "bell-off")
        for one in part.lines:
            card.add_row(self._quiet_line(one))
        if part.count > len(part.lines):
            more = RowFrame()
            more.across.addWidget(
                Text(self.tr("And {n} more").format(n=part.count - len(part.lines)), "small", "muted")
            )
            card.add_row(more)
        self._stand("quiet", card)

    def _quiet_line(self, one: QuietLine) -> ClientLine:
        why = " ".join(f"{say(reason)}." for reason in one.silence.reasons())
        names = ", ".join(self._name(worker) for worker in one.workers)
        step = (
            self.tr("Open record"),
            self.tr("Open the record of {name}, gone quiet"),
            Place("client", one.who.client_id),
        )
        return ClientLine(self.session, one.who, f"{names}. {why}", self.session.now(), step)

    # ---- parts

    def _card(self, title: str, count: str, icon: str) -> Card:
        card = Card(title, count, icon)
        card.heading.setWordWrap(False)
        return card

    def _stand(self, name: str, card: Card) -> None:
        """In its place, instead of what stood there before; the keyboard goes on from where it was."""
        stood = Stood.of(self)
        empty(self._places[name])
        self._places[name].addWidget(card)
        for part in card.findChildren(QWidget):
            part.ensurePolished()  # now, though it be drawn ahead: all cards at once would be felt
        self.cards[name] = card
        if stood is not None:
            card.show()
            stood.again(self)

    def _name(self, worker_id: int | None) -> str:
        return self._names.get(worker_id) or self.tr("No worker yet")

    def _said(self, load: Load) -> str:
        """ "Beth Marlow: 9 high risk, 14 medium risk, 31 in all"."""
        counts = [
            f"{count} {say(risk.said(grade)).lower()}"
            for grade, count in zip(GRADES, load.cases, strict=True)
            if count
        ]
        parts = ", ".join([*counts, self.tr("{n} in all").format(n=load.total)])
        return f"{self._name(load.worker_id)}: {parts}"

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
