"""Today: what is waiting for you, most pressing first, and for each person whether it is safe to ring now.

Counts and dates, never praise or blame. What was half-typed when the app closed is offered again here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QWidget

from caseworker.domain import codes, when
from caseworker.domain.drafts import Draft
from caseworker.domain.safe_contacts import chip
from caseworker.storage import clients, outbox, today
from caseworker.storage.backup import REMIND_AFTER
from caseworker.storage.today import Board, Due, Missed, Who
from ui import theme
from ui.say import say
from ui.screens.backup import backup_sentence
from ui.screens.client.drafts import owner as form_owner
from ui.screens.client.safe import STATES, safe_sentence
from ui.screens.client.tab import Gradually, empty
from ui.session import Place, Session
from ui.theme import px
from ui.widgets import Button, Card, FlowLayout, Glyph, Heading, Page, RowFrame, Said, Text, column, row

ROWS = 6  # of each list; "Show all" gives what the vault gave (up to 50)
WIDE = 900  # logical pixels: the side cards stand beside the lists
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Shown:
    """What is on the screen: when it has not changed, nothing is built anew and the keyboard stays where it is."""

    board: Board
    waiting: int
    clients: int
    sentences: tuple[str, ...]  # they change with the clock, not with the vault
    day: date


class TodayPage(Page):
    """Four figures, three lists, and beside them what is unfinished and how this laptop stands."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent=parent)
        self._shown: Shown | None = None
        self._all: set[str] = set()
        head = column(gap=0)
        head.addWidget(Heading(self.tr("Today")))
        self.day = Text("", "lead", "muted")
        head.addWidget(self.day)
        top = row(gap=12)
        top.addLayout(head, 1)
        self.print_button = Button(self.tr("Print my day"), "printer")
        self.print_button.setToolTip(self.tr("Print my day  (Ctrl+P)"))
        top.addWidget(self.print_button, 0, Qt.AlignmentFlag.AlignBottom)
        self.body.addLayout(top)
        self.printing: QWidget | None = None
        self.print_button.clicked.connect(self.print_page)

        self.tiles: list[Tile] = []
        self._tile_grid = QGridLayout()
        self._tile_grid.setSpacing(px(12))
        self.missed_tile = Tile("phone-missed")
        self.overdue_tile = Tile("calendar-clock")
        self.due_tile = Tile("calendar-check")
        self.gap_tile = Tile("list-checks")
        self.tiles = [self.overdue_tile, self.due_tile, self.missed_tile, self.gap_tile]
        self.body.addLayout(self._tile_grid)

        self._split = row(gap=16)
        self._split.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.lists = column(gap=14)
        self.side_box = QWidget()
        beside = column(self.side_box, gap=14)
        self.notes_box = QWidget()
        self.notes = column(self.notes_box)
        self.notes_box.hide()
        self.side = column(gap=14)
        beside.addLayout(self.side)
        self._beside = beside
        self._split.addLayout(self.lists, 1)
        self._split.addWidget(self.side_box, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(self._split)
        self._gradually = Gradually(self)
        self.body.addStretch(1)
        self._wide: bool | None = None
        self._arrange()

        for tile in self.tiles:
            tile.clicked.connect(self._tile_clicked)
        # What is safe to ring changes with the clock; a board left open says so too.
        self._clock = QTimer(self)
        self._clock.setInterval(MINUTE_MS)
        self._clock.timeout.connect(self._minute)
        self._clock.start()

    def title(self) -> str:
        return self.tr("Today")

    def reload(self) -> None:
        now = self.session.now()
        board = today.board(now, self.session.vault.worker.id)
        people = [one.who for one in (*board.overdue, *board.due)] + [one.who for one in board.missed]
        shown = Shown(
            board,
            sum(1 for item in outbox.items() if item.is_waiting),
            clients.count(),
            tuple(safe_sentence(who.safe, now) for who in people),
            now.astimezone(when.LONDON).date(),
        )
        if shown == self._shown:
            return
        self._shown = shown
        self._show(shown, now)

    # ---- showing

    def _show(self, shown: Shown, now: datetime) -> None:
        board = shown.board
        self.day.setText(f"{self._weekday(shown.day)} {when.show_date(shown.day)}")
        self.overdue_tile.show_figure(
            board.overdue_count,
            self.tr("follow-up overdue") if board.overdue_count == 1 else self.tr("follow-ups overdue"),
        )
        self.due_tile.show_figure(
            board.due_count,
            self.tr("follow-up due today") if board.due_count == 1 else self.tr("follow-ups due today"),
        )
        self.missed_tile.show_figure(
            board.missed_count,
            self.tr("missed contact to try again")
            if board.missed_count == 1
            else self.tr("missed contacts to try again"),
        )
        self.gap_tile.show_figure(
            board.dq_count,
            self.tr("answer still to ask") if board.dq_count == 1 else self.tr("answers still to ask"),
        )
        self._show_lists(board, shown.clients, now)
        self._show_side(shown)

    def _show_lists(self, board: Board, known: int, now: datetime) -> None:
        empty(self.lists)
        self.cards: dict[str, Card] = {}
        steps: list[Callable[[], None]] = []
        for name, title, icon, rows, count in (
            ("overdue", self.tr("Overdue follow-ups"), "calendar-clock", board.overdue, board.overdue_count),
            ("due", self.tr("Follow-ups due today"), "calendar-check", board.due, board.due_count),
            (
                "missed",
                self.tr("Missed contacts to try again"),
                "phone-missed",
                board.missed,
                board.missed_count,
            ),
        ):
            if rows:
                steps.append(partial(self._add_list, name, title, icon, rows, count, now))
        if not steps:
            steps.append(partial(self._add_nothing, known))
        if board.dq_missing:
            steps.append(partial(self._add_gaps, board))
        steps.append(partial(self.lists.addStretch, 1))
        self._gradually.start(steps)

    def _add_list(
        self, name: str, title: str, icon: str, rows: Sequence[Due | Missed], count: int, now: datetime
    ) -> None:
        card = Card(title, str(count), icon)
        card.heading.setWordWrap(False)
        self.cards[name] = card
        shown = rows if name in self._all else rows[:ROWS]
        for one in shown:
            card.add_row(
                ClientLine(self.session, one.who, self._what(one, now), now, missed=isinstance(one, Missed))
            )
        if len(rows) > len(shown):
            more = RowFrame()
            button = Button(
                self.tr("Show {n} more").format(n=len(rows) - len(shown)), "chevron-down", "quiet"
            )
            button.setAccessibleName(f"{button.text()}: {title}")
            button.setProperty("list", name)
            button.clicked.connect(self._show_more)
            more.across.addWidget(button)
            more.across.addStretch(1)
            card.add_row(more)
        elif count > len(rows):
            rest = RowFrame()
            rest.across.addWidget(
                Text(self.tr("The first {n} are shown").format(n=len(rows)), "small", "muted")
            )
            card.add_row(rest)
        self.lists.addWidget(card)

    def _what(self, one: Due | Missed, now: datetime) -> str:
        """The line under the name: what to do and since when."""
        if isinstance(one, Due):
            if not one.days_late:
                return one.action.text
            due = date.fromisoformat(one.action.due)
            relative = say(when.show_day_relative(due, now.astimezone(when.LONDON).date()))
            return self.tr("{what}. Due {date}, {relative}").format(
                what=one.action.text.rstrip("."), date=when.show_date(due), relative=relative
            )
        outcome = codes.get("contact_outcome").label(one.outcome)
        at = when.show_datetime(when.local(one.at))
        if one.tries > 1:
            return self.tr("{outcome}, {at}. Tried {n} times since the last answer").format(
                outcome=outcome, at=at, n=one.tries
            )
        return self.tr("{outcome}, {at}").format(outcome=outcome, at=at)

    def _add_nothing(self, known: int) -> None:
        card = Card()
        card.body.setSpacing(px(10))
        if known:
            card.body.addWidget(Text(self.tr("Nothing is due today"), "card"))
            words = self.tr("Next steps that you set when you log a contact appear here on their day.")
            step = Button(self.tr("Log a contact"), "plus", "primary")
            step.clicked.connect(self._log)
        else:
            card.body.addWidget(Text(self.tr("No clients yet"), "card"))
            words = self.tr(
                "A name or an alias is enough to start a record. Everything stays on this laptop."
            )
            step = Button(self.tr("Add the first client"), "user-plus", "primary")
            step.clicked.connect(self._new_client)
        card.body.addWidget(Text(words, wrap=True))
        card.body.addWidget(step, 0, Qt.AlignmentFlag.AlignLeft)
        self.lists.addWidget(card)

    def _add_gaps(self, board: Board) -> None:
        card = Card(self.tr("Still to ask for the return"), str(board.dq_count), "list-checks")
        self.cards["gaps"] = card
        for gap in board.dq_missing:
            line = RowFrame()
            line.across.addWidget(Text(say(gap.sentence), wrap=True), 1)
            line.across.addWidget(Text(str(gap.count), "figures", "muted"))
            if gap.client_ids:
                button = Button(self.tr("Open the first"), kind="secondary")
                button.setAccessibleName(
                    self.tr("Open the first record: {what}").format(what=say(gap.sentence))
                )
                button.setProperty("client", gap.client_ids[0])
                button.clicked.connect(self._open_gap)
                line.across.addWidget(button)
            card.add_row(line)
        self.lists.addWidget(card)

    def _show_side(self, shown: Shown) -> None:
        empty(self.side)
        empty(self.notes)
        drafts = shown.board.waiting_drafts
        if drafts:
            self.notes.addWidget(self._unfinished(drafts))
        self.notes_box.setVisible(bool(drafts))
        laptop = Card()
        laptop.body.addWidget(Text(self.tr("This laptop"), "card"))
        laptop.body.addWidget(
            Said(self.tr("Everything here is encrypted. Ctrl+L locks, F12 hides at once"), "lock")
        )
        waiting = self.tr("Nothing is waiting to be sent")
        if shown.waiting == 1:
            waiting = self.tr("1 summary is waiting, with no names in it")
        elif shown.waiting:
            waiting = self.tr("{n} summaries are waiting, with no names in them").format(n=shown.waiting)
        online = self.session.online
        state = self.tr("The hub answered last time.") if online else self.tr("Working offline.")
        laptop.body.addWidget(Said(f"{state} {waiting}", "cloud" if online else "cloud-off"))
        made, now = shown.board.last_backup, self.session.now()
        due = made is None or now.timestamp() - made > REMIND_AFTER
        laptop.body.addWidget(Said(backup_sentence(made, now), "download", "on_medium" if due else "muted"))
        if due:
            link = Button(self.tr("Back up now"), kind="link")
            link.clicked.connect(self._back_up)
            laptop.body.addWidget(link)
        self.side.addWidget(laptop)

    def _back_up(self) -> None:
        self.session.go.emit(Place("settings", "backup"))

    def _unfinished(self, drafts: list[Draft]) -> Card:
        card = Card()
        card.body.addWidget(
            Text(
                self.tr("Unfinished note") if len(drafts) == 1 else self.tr("Unfinished notes"),
                "card",
                wrap=True,
            )
        )
        for draft in drafts[:4]:
            what, place = self._draft_words(draft)
            at = when.show_datetime(when.local(draft.kept))
            card.body.addWidget(
                Text(self.tr("{what}.\nSaved as you typed, {at}.").format(what=what, at=at), wrap=True)
            )
            link = Button(self.tr("Carry on with this note"), kind="link")
            link.setAccessibleName(self.tr("Carry on with this note: {what}").format(what=what))
            link.setProperty("place", place)
            link.clicked.connect(self._carry_on)
            card.body.addWidget(link)
        if len(drafts) > 4:
            card.body.addWidget(Text(self.tr("And {n} more").format(n=len(drafts) - 4), "small", "muted"))
        return card

    def _draft_words(self, draft: Draft) -> tuple[str, Place]:
        """Whose note it is and where it is taken up again; the note itself is never shown in a list."""
        noun, _, rest = draft.key.partition(":")
        owner = rest.partition(":")[0]
        if noun == "contact":
            if not owner.isdigit():
                return self.tr("Anonymous contact"), Place("contact")
            return self.tr("{name}, contact").format(name=self._name(int(owner))), Place(
                "contact", int(owner)
            )
        if draft.key == "client:new":
            return self.tr("New client"), Place("new_client")
        client_id = form_owner(draft.key)
        if client_id is None:
            return self.tr("A form"), Place("clients")
        return self.tr("{name}, form in the record").format(name=self._name(client_id)), Place(
            "client", client_id
        )

    def _name(self, client_id: int) -> str:
        found = clients.rows([client_id])
        return found[0].name if found else self.tr("A client")

    def _weekday(self, day: date) -> str:
        return (
            self.tr("Monday"),
            self.tr("Tuesday"),
            self.tr("Wednesday"),
            self.tr("Thursday"),
            self.tr("Friday"),
            self.tr("Saturday"),
            self.tr("Sunday"),
        )[day.weekday()]

    # ---- fitting

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        wide = self.width() >= px(WIDE)
        if wide == self._wide:
            return
        self._wide = wide
        for at, tile in enumerate(self.tiles):
            self._tile_grid.addWidget(tile, *((0, at) if wide else divmod(at, 2)))
        for at in range(4):
            self._tile_grid.setColumnStretch(at, 1 if wide or at < 2 else 0)
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._split.setDirection(across if wide else down)
        # What was being typed when the laptop died stands above the lists where they stand above the side.
        if wide:
            self._beside.insertWidget(0, self.notes_box)
        else:
            self.body.insertWidget(self.body.indexOf(self._split), self.notes_box)
        self.side_box.setMinimumWidth(px(286) if wide else 0)
        self.side_box.setMaximumWidth(px(286) if wide else 16777215)
        self._split.setAlignment(self.side_box, Qt.AlignmentFlag.AlignTop if wide else Qt.AlignmentFlag(0))

    # ---- doing

    def print_page(self) -> None:
        """Ctrl+P: say what a page of the day holds and what printers do, then print it."""
        from ui.screens.day_sheet import PrintCard  # only when somebody prints

        if self.printing is None:
            card = PrintCard(self.session)
            card.closed.connect(self._printed)
            self.body.insertWidget(1, card)
            self.printing = card
            card.show()
        self.area.ensureWidgetVisible(self.printing)
        self.printing.findChildren(Button)[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _printed(self) -> None:
        if self.printing is not None:
            self.printing.hide()
            self.printing.deleteLater()
            self.printing = None
        self.print_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _minute(self) -> None:
        if self.isVisible() and not self.session.is_locked():
            self.reload()

    def _tile_clicked(self) -> None:
        """Bring the list of that figure into view and put the keyboard on its first line."""
        names = {
            self.overdue_tile: "overdue",
            self.due_tile: "due",
            self.missed_tile: "missed",
            self.gap_tile: "gaps",
        }
        card = self.cards.get(names[self.sender()])  # type: ignore[index]
        if card is None:
            return
        self.area.ensureWidgetVisible(card, 0, px(24))
        for button in card.findChildren(Button):
            button.setFocus(Qt.FocusReason.OtherFocusReason)
            return

    def _show_more(self) -> None:
        self._all.add(str(self.sender().property("list")))
        self._shown = None
        self.reload()

    def _open_gap(self) -> None:
        self.session.go.emit(Place("client", int(self.sender().property("client"))))

    def _carry_on(self) -> None:
        self.session.go.emit(self.sender().property("place"))

    def _log(self) -> None:
        self.session.go.emit(Place("contact"))

    def _new_client(self) -> None:
        self.session.go.emit(Place("new_client"))


class Tile(Button):
    """One figure of the day, as a button that goes to its list."""

    def __init__(self, icon: str, parent: QWidget | None = None) -> None:
        super().__init__("", kind="tile", parent=parent)
        across = row(self, (14, 8, 14, 8), 12)
        self._glyph = Glyph(icon, "primary", 24)
        across.addWidget(self._glyph)
        words = column()
        self.figure = Text("", "figure")
        self.words = Text("", "small", "muted", wrap=True)
        words.addStretch(1)
        words.addWidget(self.figure)
        words.addWidget(self.words)
        words.addStretch(1)
        across.addLayout(words, 1)
        self._icon = icon

    def show_figure(self, n: int, words: str) -> None:
        self.figure.setText(str(n))
        self.words.setText(words)
        self._glyph.show_icon(self._icon, "primary" if n else "muted")
        self.setAccessibleName(f"{n} {words}")


class ClientLine(RowFrame):
    """A client in a list of the day: name, what to do, whether it is safe to ring, and the button that logs it."""

    def __init__(
        self,
        session: Session,
        who: Who,
        what: str,
        now: datetime,
        missed: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent=parent)
        self.session = session
        self.client_id = who.client_id
        words = column(gap=3)
        names = QWidget()
        flow = FlowLayout(8, names)
        self.open = Button(who.name, kind="strong-link")
        self.open.setFont(theme.font("name"))
        self.open.setAccessibleName(
            self.tr("Open {name}, {reference}").format(name=who.name, reference=who.reference)
        )
        flow.addWidget(self.open)
        flow.addWidget(Text(who.reference, "reference", "muted"))
        words.addWidget(names)
        words.addWidget(Text(what, wrap=True))
        state = chip(who.safe, now).state
        _, icon, token = STATES[state]
        safe = row(gap=6)
        safe.addWidget(Glyph(icon, token, 15), 0, Qt.AlignmentFlag.AlignTop)
        tone = {"safe": "safe", "never": "danger", "unknown": "muted"}.get(state, "warn")
        safe.addWidget(Text(safe_sentence(who.safe, now), "small", tone, wrap=True), 1)
        words.addLayout(safe)
        self.across.addLayout(words, 1)
        self.log = Button(self.tr("Try again") if missed else self.tr("Log contact"))
        self.log.setAccessibleName(self.tr("Log a contact with {name}").format(name=who.name))
        self.across.addWidget(self.log, 0, Qt.AlignmentFlag.AlignVCenter)
        self.open.clicked.connect(self._open)
        self.log.clicked.connect(self._log)

    def _open(self) -> None:
        self.session.go.emit(Place("client", self.client_id))

    def _log(self) -> None:
        self.session.go.emit(Place("contact", self.client_id))
