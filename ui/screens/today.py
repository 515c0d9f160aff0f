"""Today: what is waiting for you, most pressing first, and for each person whether it is safe to ring now.

Counts and dates, never praise or blame. What was half-typed when the app closed is offered again here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QCursor, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QGridLayout, QSizePolicy, QWidget

from caseworker.domain import codes, when
from caseworker.domain.drafts import Draft
from caseworker.storage import audit, clients, outbox, silence, today
from caseworker.storage.backup import is_due
from caseworker.storage.silence import Quiet
from caseworker.storage.today import Board, Dated, Due, Missed
from caseworker.storage.who import Who, people
from ui.say import say
from ui.screens.backup import backup_sentence
from ui.screens.client.drafts import owner as form_owner
from ui.screens.client.drafts import waiting_words
from ui.screens.client.safe import safe_sentence
from ui.screens.client_line import ClientLine
from ui.session import Place, Session
from ui.theme import px
from ui.widgets import Button, Card, Glyph, Heading, Page, RowFrame, Said, Text, column, row
from ui.widgets.gradually import Gradually, empty

#: The part of a record that holds what a date is of.
PARTS = {
    "answer_set": "risk",
    "marac_referral": "risk",
    "justice_event": "justice",
    "court_order": "justice",
    "chase": "justice",
    "claim": "justice",
    "safeguarding": "people",
    "safety_item": "safety_plan",
}
AT_ONCE = 2  # lines built between two key presses
ROWS = 4  # of each list; "Show all" gives what the vault gave (up to 50)
WIDE = 900  # logical pixels: the side cards stand beside the lists
MINUTE_MS = 60_000
POINTER_MS = 150  # looked again so soon whether the mouse button is still down


@dataclass(frozen=True, slots=True)
class Shown:
    """What is on the screen: when it has not changed, nothing is built anew and the keyboard stays where it is."""

    board: Board
    waiting: int
    clients: int
    sentences: tuple[str, ...]  # they change with the clock, not with the vault
    day: date


class Row(NamedTuple):
    """One line of a list before it is built. ``step``: words of its button, its name, where it leads."""

    who: Who
    what: str
    step: tuple[str, str, Place]
    kind: str = "secondary"


class Listed(NamedTuple):
    """One list before it is built: the first ``rows`` of the ``total``."""

    name: str
    title: str
    icon: str
    total: int
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class QuietShown:
    """What the card of those gone quiet says."""

    lines: tuple[tuple[Who, str], ...]
    safe: tuple[str, ...]


class TodayPage(Page):
    """Four figures, the lists behind them, and beside them what is unfinished and how this laptop stands."""

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
        self.review_tile = Tile("shield-alert", "on_high")
        self.due_tile = Tile("calendar-check")
        self.missed_tile = Tile("phone-missed")
        self.next_tile = Tile("briefcase")
        self.tiles = [self.review_tile, self.due_tile, self.missed_tile, self.next_tile]
        self.body.addLayout(self._tile_grid)

        self._split = row(gap=16)
        self._split.setAlignment(Qt.AlignmentFlag.AlignTop)
        both = column(gap=14)
        self.quiet = column(gap=14)
        self.lists = column(gap=14)
        both.addLayout(self.quiet)
        both.addLayout(self.lists)
        self.side_box = QWidget()
        beside = column(self.side_box, gap=14)
        self.notes_box = QWidget()
        self.notes = column(self.notes_box)
        self.notes_box.hide()
        self.side = column(gap=14)
        beside.addLayout(self.side)
        self._beside = beside
        self._split.addLayout(both, 1)
        self._split.addWidget(self.side_box, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(self._split)
        self._gradually = Gradually(self)
        self._reading = Gradually(self)
        self._quiet_shown: QuietShown | None = None
        # The newest entry of the audit chain, and the day, when the worker was last asked.
        self._quiet_asked: object = None
        self._quiet_found: list[Quiet] = []
        self._lying = QPoint()  # where the pointer was when the page was shown
        self._quiet_late = QTimer(self)
        self._quiet_late.setSingleShot(True)
        self._quiet_late.setInterval(POINTER_MS)
        self._quiet_late.timeout.connect(self._show_quiet)
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

    def showEvent(self, event: QShowEvent) -> None:
        self._lying = QCursor.pos()
        super().showEvent(event)

    def reload(self) -> None:
        """The first time at once: nothing stands here yet. Later in turns, and what stood before stays until then."""
        now = self.session.now()
        turns = today.reading(now, self.session.vault.worker.id)
        if self._shown is None:
            self._reading.start([])  # what was being read is older than this
            *_, board = turns
            self._take(board, now)
            return
        self._reading.start([lambda: self._read_on(turns, now)], at_once=False)

    def _read_on(self, turns: Iterator[Board | None], now: datetime) -> Iterator[None]:
        for board in turns:
            if board is not None:
                self._take(board, now)
            yield

    def _take(self, board: Board | None, now: datetime) -> None:
        assert board is not None
        shown = Shown(
            board,
            sum(1 for item in outbox.items() if item.is_waiting),
            clients.count(),
            tuple(safe_sentence(who.safe, now) for who in self._on_show(board)),
            now.astimezone(when.LONDON).date(),
        )
        if shown != self._shown:
            self._shown = shown
            self._show(shown, now)
        # Asked for when the lists stand: two threads at once would make the first look wait.
        self._gradually.then(self._ask_quiet)

    def _on_show(self, board: Board) -> list[Who]:
        """Those whose lines stand on the screen: only their words can go out of date there."""
        lists: dict[str, list[Who]] = {
            "overdue": [one.who for one in board.overdue],
            "due": [one.who for one in board.due],
            "missed": [one.who for one in board.missed],
        }
        lists |= {name: [one.who for one in some.lines] for name, some in board.dated.items()}
        return [who for name, some in lists.items() for who in (some if name in self._all else some[:ROWS])]

    # ---- showing

    def _show(self, shown: Shown, now: datetime) -> None:
        board = shown.board
        self.day.setText(f"{self._weekday(shown.day)} {when.show_date(shown.day)}")
        self._show_tiles(board, shown.day)
        self._show_lists(board, shown.clients, now)
        self._show_side(shown)

    def _show_tiles(self, board: Board, day: date) -> None:
        reviews = board.dated.get("reviews")
        late, all_reviews = (reviews.late, reviews.count) if reviews else (0, 0)
        if late:
            words = self.tr("risk review overdue") if late == 1 else self.tr("risk reviews overdue")
        else:
            words = (
                self.tr("risk review due today") if all_reviews == 1 else self.tr("risk reviews due today")
            )
        self.review_tile.show_figure(late or all_reviews, words)
        due, overdue = board.due_count, board.overdue_count
        if overdue and not due:
            words = self.tr("follow-up overdue") if overdue == 1 else self.tr("follow-ups overdue")
        else:
            words = self.tr("follow-up due today") if due == 1 else self.tr("follow-ups due today")
            if overdue:
                words = self.tr("{due_today}, {n} overdue").format(due_today=words, n=overdue)
        self.due_tile.show_figure(due or overdue, words)
        self.missed_tile.show_figure(
            board.missed_count,
            self.tr("missed contact to try again")
            if board.missed_count == 1
            else self.tr("missed contacts to try again"),
        )
        self._show_next_tile(board, day)

    def _show_next_tile(self, board: Board, day: date) -> None:
        """The next date of a court or a MARAC; without one, what the return lacks."""
        coming = (
            [one.due for one in board.dated["dates"].lines if one.due.day >= day]
            if "dates" in board.dated
            else []
        )
        if not coming:
            words = self.tr("answer still to ask") if board.dq_count == 1 else self.tr("answers still to ask")
            self.next_tile.show_figure(board.dq_count, words, "list-checks")
            return
        relative = say(when.show_day_relative(coming[0].day, day))
        # In a word: the whole sentence stands in the list.
        words = {"marac_referral": self.tr("MARAC"), "court_order": self.tr("order ends")}.get(
            coming[0].noun, self.tr("court date")
        )
        if len(coming) > 1:
            words = self.tr("{what}, {n} more").format(what=words, n=len(coming) - 1)
        self.next_tile.show_figure(f"{relative[:1].upper()}{relative[1:]}", words, "briefcase")

    def _show_lists(self, board: Board, known: int, now: datetime) -> None:
        empty(self.lists)
        self.cards: dict[str, Card] = {}
        steps: list[Callable[[], None]] = []
        for listed in self._listed(board, now):
            if listed.rows:
                steps += self._building(listed, now)
        if not steps:
            steps.append(partial(self._add_nothing, known))
        if board.dq_missing:
            steps.append(partial(self._add_gaps, board))
        steps.append(partial(self.lists.addStretch, 1))
        self._gradually.start(steps)

    def _listed(self, board: Board, now: datetime) -> list[Listed]:
        """The lists in order: what protects first, then what was promised, then what is left over."""
        day = now.astimezone(when.LONDON).date()
        log, log_name = self.tr("Log contact"), self.tr("Log a contact with {name}")

        def dated(name: str, title: str, icon: str, step: Callable[[Dated], Row]) -> Listed:
            some = board.dated.get(name)
            return Listed(
                name,
                title,
                icon,
                some.count if some else 0,
                [step(one) for one in some.lines] if some else [],
            )

        def contact(who: Who, what: str, words: str = log) -> Row:
            return Row(who, what, (words, log_name, Place("contact", who.client_id)))

        def review(one: Dated) -> Row:
            place = Place("client", one.who.client_id, "risk")
            step = (self.tr("Start review"), self.tr("Start the risk review of {name}"), place)
            return Row(one.who, say(one.sentence(day)), step, "primary")

        def record(one: Dated) -> Row:
            place = Place("client", one.who.client_id, PARTS.get(one.due.noun, ""))
            step = (self.tr("Open record"), self.tr("Open the record of {name}"), place)
            return Row(one.who, say(one.sentence(day)), step)

        def form(one: Dated) -> Row:
            place = Place("client", one.who.client_id, PARTS.get(one.due.noun, ""))
            step = (self.tr("Carry on"), self.tr("Carry on with the form of {name}"), place)
            return Row(one.who, say(one.sentence(day)), step)

        def call(one: Dated) -> Row:
            return contact(one.who, say(one.sentence(day)))

        reviews = board.dated.get("reviews")
        title = (
            self.tr("Overdue risk reviews") if reviews and reviews.late else self.tr("Risk reviews due today")
        )
        return [
            dated("safeguarding", self.tr("Safeguarding decisions"), "shield-alert", record),
            dated("reviews", title, "shield-alert", review),
            dated("dates", self.tr("MARAC and court"), "briefcase", record),
            Listed(
                "overdue", self.tr("Overdue follow-ups"), "calendar-clock", board.overdue_count,
                [contact(one.who, self._what(one, now)) for one in board.overdue],
            ),
            Listed(
                "due", self.tr("Follow-ups due today"), "calendar-check", board.due_count,
                [contact(one.who, self._what(one, now)) for one in board.due],
            ),
            Listed(
                "missed", self.tr("Missed contacts to try again"), "phone-missed", board.missed_count,
                [contact(one.who, self._what(one, now), self.tr("Try again")) for one in board.missed],
            ),
            dated("waits", self.tr("Waiting to be reached"), "clock", call),
            dated("forms", self.tr("Forms to finish and sign"), "file-text", form),
            dated("deadlines", self.tr("Deadlines and replies"), "calendar", record),
            dated("dormant", self.tr("Open, no contact for 60 days"), "circle", record),
        ]  # fmt: skip

    def _building(self, listed: Listed, now: datetime) -> list[Callable[[], None]]:
        """A list a few lines at a time."""
        shown = listed.rows if listed.name in self._all else listed.rows[:ROWS]
        parts = [shown[at : at + AT_ONCE] for at in range(0, len(shown), AT_ONCE)]
        return [
            partial(self._add_list, listed, parts[0], now),
            *(partial(self._add_rows, listed.name, part, now) for part in parts[1:]),
            *([partial(self._add_rest, listed, shown)] if listed.total > len(shown) else []),
        ]

    def _add_list(self, listed: Listed, first: Sequence[Row], now: datetime) -> None:
        card = Card(listed.title, str(listed.total), listed.icon)
        card.heading.setWordWrap(False)
        self.cards[listed.name] = card
        self._add_rows(listed.name, first, now)
        self.lists.addWidget(card)

    def _add_rows(self, name: str, rows: Sequence[Row], now: datetime) -> None:
        for one in rows:
            self.cards[name].add_row(ClientLine(self.session, one.who, one.what, now, one.step, one.kind))

    def _add_rest(self, listed: Listed, shown: Sequence[Row]) -> None:
        """How many more there are, and the button that shows them."""
        card = self.cards[listed.name]
        if len(listed.rows) > len(shown):
            more = RowFrame()
            button = Button(
                self.tr("Show {n} more").format(n=len(listed.rows) - len(shown)), "chevron-down", "quiet"
            )
            button.setAccessibleName(f"{button.text()}: {listed.title}")
            button.setProperty("list", listed.name)
            button.clicked.connect(self._show_more)
            more.across.addWidget(button)
            more.across.addStretch(1)
            card.add_row(more)
        else:
            rest = RowFrame()
            rest.across.addWidget(
                Text(self.tr("The first {n} are shown").format(n=len(listed.rows)), "small", "muted")
            )
            card.add_row(rest)

    def _what(self, one: Due | Missed, now: datetime) -> str:
        """The line under the name: what to do and since when."""
        if isinstance(one, Due):
            if not one.days_late:
                return one.action.text
            due = date.fromisoformat(one.action.due)
            day = say(when.show_day_and_distance(due, now.astimezone(when.LONDON).date()))
            return self.tr("{what}. Due {day}").format(what=one.action.text.rstrip("."), day=day)
        outcome = codes.get("contact_outcome").label(one.outcome)
        at = when.show_datetime(when.local(one.at))
        if one.tries > 1:
            return self.tr("{outcome}, {at}. Tried {n} times since the last answer").format(
                outcome=outcome, at=at, n=one.tries
            )
        return self.tr("{outcome}, {at}").format(outcome=outcome, at=at)

    # ---- gone quiet: found by the worker, never waited for

    def _ask_quiet(self) -> None:
        if self.session.is_locked():
            return
        asked = (audit.head().seq, self.session.now().astimezone(when.LONDON).date())
        if asked != self._quiet_asked:
            self._quiet_asked = asked
            self.session.work.run(
                silence.gone_quiet, self.session.now(), self.session.vault.worker.id, owner=self,
                then=self._quiet_came, failed=self._quiet_failed,
            )  # fmt: skip
        else:
            self._show_quiet()

    def _quiet_came(self, found: list[Quiet]) -> None:
        self._quiet_found = found
        self._show_quiet()

    def _quiet_failed(self, _error: Exception) -> None:
        """The lock came between, or the disk: the list is asked for again with the next change."""
        self._quiet_asked = None

    def _show_quiet(self) -> None:
        if self.session.is_locked():
            return
        if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self._quiet_late.start()  # nothing moves under a pressed button
            return
        now = self.session.now()
        who = people(one.client_id for one in self._quiet_found)
        lines = tuple(
            (who[one.client_id], " ".join(f"{say(reason)}." for reason in one.silence.reasons()))
            for one in self._quiet_found
            if one.client_id in who
        )
        shown = QuietShown(lines, tuple(safe_sentence(one.safe, now) for one, _ in lines))
        if shown == self._quiet_shown:
            return
        self._quiet_shown = shown
        self._in_place(partial(self._fill_quiet, lines, now))

    def _in_place(self, change: Callable[[], object]) -> None:
        """Change what stands above the lists; what somebody is about to press in them stays where it is."""
        held = self._under_hand()
        if held is None:
            change()
            return
        view, bar = self.area.viewport(), self.area.verticalScrollBar()
        before = held.mapTo(view, QPoint(0, 0)).y()
        change()
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        bar.setValue(bar.value() + held.mapTo(view, QPoint(0, 0)).y() - before)

    def _under_hand(self) -> QWidget | None:
        """The control of the lists that has the keyboard, or else the list that the pointer was moved to."""
        focus = QApplication.focusWidget()
        for card in self.cards.values():
            if focus is not None and card.isAncestorOf(focus) and not focus.visibleRegion().isEmpty():
                return focus
        if QCursor.pos() == self._lying:
            return None  # it only lies there: nobody is about to press anything with it
        return next((card for card in self.cards.values() if card.underMouse()), None)

    def _fill_quiet(self, lines: Sequence[tuple[Who, str]], now: datetime) -> None:
        empty(self.quiet)
        if not lines:
            return
        card = Card(self.tr("Gone quiet"), str(len(lines)), "bell-off")
        card.heading.setWordWrap(False)
        for one, why in lines:
            step = (
                self.tr("Log contact"),
                self.tr("Log a contact with {name}, gone quiet"),
                Place("contact", one.client_id),
            )
            line = ClientLine(self.session, one, why, now, step, "primary")
            line.add_step(
                self.tr("Set aside"),
                self.tr("Set aside: {name}, gone quiet").format(name=one.name),
                Place("client", one.client_id, f"silence:{one.client_id}"),
                "quiet",
            )
            card.add_row(line)
        self.quiet.addWidget(card)
        card.show()  # now, not with the next event: how high it is has to be known

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
        renewed = shown.board.key_renewed
        due = is_due(made, renewed, int(now.timestamp()))
        said = backup_sentence(made, now, renewed)
        laptop.body.addWidget(Said(said, "download", "on_medium" if due else "muted"))
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
        if noun in ("service", "service_end"):
            return self.tr("A service we refer to"), Place("services")
        client_id = form_owner(draft.key)
        if client_id is None:
            return self.tr("A form"), Place("clients")
        what = self.tr("{name}: {form}").format(
            name=self._name(client_id), form=say(waiting_words(draft.key))
        )
        return what, Place("client", client_id)

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
            self.review_tile: ("reviews",),
            self.due_tile: ("due", "overdue"),
            self.missed_tile: ("missed",),
            self.next_tile: ("dates", "gaps"),
        }
        found = [self.cards[name] for name in names[self.sender()] if name in self.cards]  # type: ignore[index]
        card = found[0] if found else None
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
    """One figure of the day, as a button that goes to its list. ``token``: the colour of its icon when it counts."""

    def __init__(self, icon: str, token: str = "primary", parent: QWidget | None = None) -> None:
        super().__init__("", kind="tile", parent=parent)
        # As high as the others of its line; of itself a button never grows.
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Minimum)
        across = row(self, (14, 8, 14, 8), 12)
        self._glyph = Glyph(icon, token, 24)
        across.addWidget(self._glyph)
        words = column()
        self.figure = Text("", "figure")
        self.words = Text("", "small", "muted", wrap=True)
        words.addStretch(1)
        words.addWidget(self.figure)
        words.addWidget(self.words)
        words.addStretch(1)
        across.addLayout(words, 1)
        self._icon, self._token = icon, token

    def show_figure(self, figure: int | str, words: str, icon: str = "") -> None:
        self.figure.setText(str(figure))
        self.words.setText(words)
        self._glyph.show_icon(icon or self._icon, self._token if figure else "muted")
        self.setAccessibleName(f"{figure} {words}")
        self._take_height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._take_height()

    def _take_height(self) -> None:
        """As high as its words at the width it has: a button alone would not ask the layout inside it."""
        inside = self.layout()
        if inside is not None:
            self.setMinimumHeight(inside.totalHeightForWidth(self.width()))
