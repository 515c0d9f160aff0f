"""Safe contact on the screen: the panel that never scrolls away, and the chip.

How, when, what to say and what never to do stand in words a person can read in one glance on a court bench. Numbers and
addresses are masked until somebody has had all of it before their eyes and asks for them; that is written down, and a
minute without use hides them again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QWidget

from caseworker import storage
from caseworker.domain import codes, interlock, safe_contacts
from caseworker.domain.safe_contacts import SafeContact, SafeNow
from caseworker.errors import Problem, Refused
from caseworker.storage import interlock as stored_interlock
from ui.say import say
from ui.screens.why import WhyRow
from ui.session import Session
from ui.theme import px
from ui.widgets import Button, Chip, Glyph, Said, Text, announce, column, row

SHOWN_SECONDS = 60  # without a key or a click

#: state: (chip, icon, colour of words beside the icon)
STATES = {
    "safe": ("safe", "phone-call", "on_safe"),
    "not_now": ("warn", "phone-off", "on_medium"),
    "never": ("high", "ban", "on_high"),
    "unknown": ("plain", "circle-help", "muted"),
    "review": ("warn", "clock", "on_medium"),
}


def show_safe_chip(chip: Chip, safe: SafeNow) -> None:
    """The computed sentence in the colours of its state."""
    kind, icon, _ = STATES[safe.state]
    chip.show_chip(say(safe.sentence), kind, icon)


def ended(sentence: str) -> str:
    """With a full stop if it has no end: what follows must not read as part of it."""
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def never_sentence(held: Sequence[SafeContact]) -> str:
    """ "No texts. No voicemail." or nothing."""
    return " ".join(f"{say(sentence)}." for sentence in safe_contacts.never_list(held))


def safe_sentence(held: Sequence[SafeContact], now: datetime) -> str:
    """The chip's sentence and what must never be done, as one line of running text for a list."""
    safe = safe_contacts.chip(held, now)
    # "Do not call. No calls." says it twice
    rest = [one for one in held if safe.state != "never" or one.channel != "TEL"]
    return f"{say(safe.sentence)}. {never_sentence(rest)}".strip()


@dataclass(frozen=True, slots=True)
class SafeLines:
    """The four answers of the panel, each one or more short sentences; empty when nothing is known."""

    how: str
    when: str
    say: str
    never: str

    def running(self) -> str:
        """All four as running text."""
        return " ".join(part for part in (self.how, self.when, self.say, self.never) if part)


class SafePanel(QFrame):
    """Safe-contact instructions: always on screen with the client, folded by nobody.

    Four short answers side by side or two by two; with little height two lines of running text; in the side panel
    one under the other. ``show_number`` shows what is masked, for this client and this opening. ``reasoned`` carries
    the reason somebody gave for it, so that nobody has to give it twice.
    """

    reasoned = Signal(object)

    def __init__(
        self, session: Session | None = None, one_column: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.client_id: int | None = None
        self.shows_numbers = False
        self._short = False
        self._held: tuple[SafeContact, ...] = ()
        self._came_from: QWidget | None = None
        self.setObjectName("safe")
        self.setAccessibleName(self.tr("Safe contact instructions"))
        self._one_column = one_column
        self._columns = 0
        down = column(self, (12, 8, 12, 10), 6)
        top = row(gap=8)
        top.addWidget(Glyph("shield-check", "on_soft"))
        top.addWidget(Text(self.tr("Safe contact"), "name"))
        top.addStretch(1)
        self.chip = Chip()
        self.tools = row(gap=6)
        self.show_button = Button("", "eye", "quiet")
        self.show_button.setToolTip(self.tr("Show the number for a minute  (F2)"))
        self.show_button.clicked.connect(self.show_number)
        self.show_button.hide()
        top.addLayout(self.tools)
        down.addLayout(top)
        self._top = top
        self._chip_row = row()
        self._chip_row.addStretch(1)
        down.addLayout(self._chip_row)
        self._chip_below: bool | None = None

        self.full = QWidget()
        self._grid = QGridLayout(self.full)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(px(20))
        self._grid.setVerticalSpacing(px(6))
        self.answers: dict[str, Text] = {}
        self._cells: list[QWidget] = []
        for name, heading, icon in (
            ("how", self.tr("How"), "phone"),
            ("when", self.tr("When"), "clock"),
            ("say", self.tr("Say"), "message-square"),
            ("never", self.tr("Never"), "ban"),
        ):
            cell = QWidget(self.full)
            across = row(cell, gap=8)
            across.addWidget(Glyph(icon, "on_soft", 16), 0, Qt.AlignmentFlag.AlignTop)
            words = column()
            words.addWidget(Text(heading, "label"))
            self.answers[name] = Text("", "strong" if name == "never" else "body", wrap=True)
            words.addWidget(self.answers[name])
            words.addStretch(1)
            across.addLayout(words, 1)
            self._cells.append(cell)
        down.addWidget(self.full)
        self.strip = Text("", "strong", wrap=True)
        self.strip.hide()
        down.addWidget(self.strip)
        self.doubt = Said("", "triangle-alert", "on_medium", "strong", "warn")
        self.doubt.hide()
        down.addWidget(self.doubt)
        self.why = WhyRow(self.tr("Why is it safe to make contact now?"))
        self.why.hide()
        self.why.answered.connect(self._reasoned)
        down.addWidget(self.why)
        self._foot = row()
        self._foot.addStretch(1)
        down.addLayout(self._foot)
        self._button_below: bool | None = None
        self._hiding = QTimer(self)
        self._hiding.setSingleShot(True)
        self._hiding.setInterval(SHOWN_SECONDS * 1000)
        self._hiding.timeout.connect(self.hide_numbers)
        if session is not None:
            session.covering.connect(self.hide_numbers)
        self._arrange(1 if one_column else 2)
        self._place_button(False)
        self._place_chip(one_column)  # in the side panel a long sentence has a line to itself

    def show_safe(self, held: Sequence[SafeContact], now: datetime, client_id: int | None = None) -> None:
        """Show these channels as they stand at that moment. Another client's, or other numbers: masked again."""
        numbers = {one.channel: one.value for one in self._held}
        if client_id != self.client_id or {one.channel: one.value for one in held} != numbers:
            self.hide_numbers()
        self.client_id, self._held = client_id, tuple(held)
        show_safe_chip(self.chip, safe_contacts.chip(held, now))
        self._show_lines()

    def _show_lines(self) -> None:
        held = self._held
        lines = self.lines(held)
        unknown = self.tr("Not asked yet")
        nothing = self.tr("Nothing said so far") if held else self.tr("No contact until asked")
        for name, text in (
            ("how", lines.how or (self.tr("No safe way is known") if held else unknown)),
            ("when", lines.when or unknown),
            ("say", lines.say or unknown),
            ("never", lines.never or nothing),
        ):
            self.answers[name].setText(text)
        unasked = self.tr("How to reach this client safely is not asked yet. No contact until asked.")
        self.strip.setText(lines.running() or unasked)
        doubted = [codes.get("channel").label(one.channel).lower() for one in held if one.doubted]
        self.doubt.setVisible(bool(doubted))
        self.doubt.show_said(
            self.tr(
                "A change could not be checked and is not used: {ways}. Choose Change to check it"
            ).format(ways=", ".join(doubted)),
            "triangle-alert",
            "on_medium",
        )
        self.show_button.setVisible(self.session is not None and bool(self._numbers()))
        self._name_button()

    def _name_button(self) -> None:
        words = self.tr("Hide the number") if self.shows_numbers else self.tr("Show the number")
        self.show_button.setAccessibleName(words)
        self.show_button.setText("" if self._short else words)
        self.show_button.show_icon("eye-off" if self.shows_numbers else "eye")

    # ---- what it says

    def lines(self, held: Sequence[SafeContact]) -> SafeLines:
        """What the panel says about those channels: also what nobody has asked yet, and what to do until then."""
        ways = [one for one in held if _may_be_used(one)]
        labels = codes.get("channel")
        how = [self._how(one, held) for one in ways]
        if any(one.channel == "TEL" for one in ways) and interlock.voicemail_safe(held):
            how.append(self.tr("Voicemail may be left."))
        times: dict[str, list[str]] = {}
        for one in ways:
            if one.allowed == "yes":
                shown = safe_contacts.show_hours(one.hours) or self.tr("Any time")
                times.setdefault(shown, []).append(labels.label(one.channel))
        if len(times) == 1:
            when = [f"{next(iter(times))}."]
        else:
            when = [f"{', '.join(ways)}: {shown}." for shown, ways in times.items()]
        never = [never_sentence(held)]
        if any(one.channel == "TEL" and one.voicemail not in ("yes", "no") for one in ways):
            never.append(self.tr("No voicemail until asked."))  # not asked is not a yes
        return SafeLines(
            " ".join(how), " ".join(when), " ".join(self._say(ways)), " ".join(filter(None, never))
        )

    def _how(self, one: SafeContact, held: Sequence[SafeContact]) -> str:
        label = codes.get("channel").label(one.channel)
        number = one.value.strip() if self.shows_numbers else say(interlock.masked(one.value))
        parts = [number if one.value.strip() else ""]
        if codes.is_missing(one.whose):
            parts.append(
                self.tr("whose is not asked: write nothing until you know who reads it")
                if one.channel in ("EML", "LET")
                else self.tr("whose is not asked: say nothing until you know who answers")
            )
        else:
            parts.append(codes.get("whose_phone").label(one.whose).lower())
        if not interlock.is_asked(held, one.channel):
            parts.append(self.tr("not asked yet if it is safe"))
        return f"{label} {', '.join(part for part in parts if part)}."

    def _say(self, ways: Sequence[SafeContact]) -> list[str]:
        said: list[str] = []
        for one in ways:
            for template, value in (
                (self.tr("Say you are {who}."), one.say_as),
                (self.tr("Only {who} may answer."), one.who_may_answer),
                (self.tr("Code word: {who}."), one.code_word),
                ("{who}", one.note),
            ):
                shown = value.strip() if self.shows_numbers else say(interlock.numbers_masked(value.strip()))
                sentence = ended(template.format(who=shown)) if shown else ""
                if sentence and sentence not in said:
                    said.append(sentence)
        if ways and not any(one.say_as.strip() for one in ways):
            said.insert(0, self.tr("We have not asked who to say you are: give your first name only."))
        if ways and not any(one.code_word.strip() for one in ways):
            said.append(self.tr("No code word: agree one."))
        return said

    # ---- showing what is masked

    def show_number(self) -> None:
        """F2: show the numbers for a minute, or hide them again. Outside what is safe it asks why first."""
        if self.shows_numbers:
            self.hide_numbers()
            return
        ways = self._numbers()
        if self.session is None or not ways:
            return
        now = self.session.now()
        if interlock.reason_to_show(self._held, ways, now) is None:
            self._show_now("")
            return
        self.why.offer(interlock.reasons(self._held, "TEL" if "TEL" in ways else ways[0], now))
        self._came_from = _app().focusWidget()
        self.why.show()
        self.why.first().setFocus(Qt.FocusReason.OtherFocusReason)
        self.updateGeometry()

    def hide_numbers(self) -> None:
        """Mask them again: the page was left, nobody touched anything for a minute, or the laptop is locked."""
        self._hiding.stop()
        self.why.hide()
        if self.shows_numbers:
            self.shows_numbers = False
            _app().removeEventFilter(self)
            self._show_lines()

    def _numbers(self) -> list[str]:
        return [one.channel for one in self._held if one.value.strip()]

    def _reasoned(self) -> None:
        self._show_now(self.why.reason())
        if self.shows_numbers:
            self.reasoned.emit((self.why.code(), self.why.line.text()))

    def _show_now(self, reason: str) -> None:
        if self.session is None or self.client_id is None:
            return
        try:
            # No ``changed``: looking changes nothing that is on show.
            held = storage.write(stored_interlock.show, self.client_id, reason)
        except Refused as refused:
            self.why.show_problem(say(refused.problems["reason"]))
            return
        except Problem as problem:
            self.session.problem(problem)
            return
        asked = not self.why.isHidden()
        self.why.hide()
        if asked:  # back to the half-typed note
            came_from = self._came_from
            at = came_from if came_from is not None and came_from.isVisible() else self.show_button
            at.setFocus(Qt.FocusReason.OtherFocusReason)
        self._came_from = None
        self._held = tuple(held)
        self.shows_numbers = True
        _app().installEventFilter(self)
        self._hiding.start()
        self._show_lines()
        announce(self, self.answers["how"].text())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """While a number is on show: somebody is still there."""
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress):
            self._hiding.start()
        return False

    def hideEvent(self, event: QHideEvent) -> None:
        self.hide_numbers()
        super().hideEvent(event)

    # ---- fitting

    def show_short(self, short: bool) -> None:
        """Little height: the same words as running text."""
        self.full.setVisible(not short)
        self.strip.setVisible(short)
        if short != self._short:
            self._short = short
            self._name_button()  # its icon alone: a line of its own would cost more than its words tell

    def fit(self, width: int) -> None:
        """Arrange for that width, before anybody asks how high it is."""
        if not self._one_column:
            self._arrange(4 if width > px(880) else 2)
            self._place_top(width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.fit(self.width())
        super().resizeEvent(event)

    def _place_top(self, width: int) -> None:
        """The button and the chip in the top line where there is room for them, else each on a line of its own."""
        room = width - px(24 + 150)  # beside margins, icon and heading
        change = 0
        for at in range(self.tools.count()):
            item = self.tools.itemAt(at)
            if item is not None and item.widget() is not self.show_button:
                change += item.sizeHint().width() + px(6)
        chip = self.chip.sizeHint().width() + px(16)
        self._place_button(change + self.show_button.sizeHint().width() + chip > room)
        self._place_chip(change + chip > room)

    def _place_button(self, below: bool) -> None:
        if below == self._button_below:
            return
        self._button_below = below
        (self.tools if below else self._foot).removeWidget(self.show_button)
        if below:
            self._foot.insertWidget(0, self.show_button)
        else:
            self.tools.insertWidget(0, self.show_button)

    def _place_chip(self, below: bool) -> None:
        if below == self._chip_below:
            return
        self._chip_below = below
        (self._top if below else self._chip_row).removeWidget(self.chip)
        if below:
            self._chip_row.insertWidget(0, self.chip)
        else:
            self._top.addWidget(self.chip)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for at, cell in enumerate(self._cells):
            self._grid.addWidget(cell, at // columns, at % columns)
        for at in range(4):
            self._grid.setColumnStretch(at, 1 if at < columns else 0)


def _may_be_used(one: SafeContact) -> bool:
    """Said to be safe, or known and not asked about: the first contact of all has to be possible."""
    return one.allowed == "yes" or (bool(one.value.strip()) and one.allowed not in ("no", "NA-NAP"))


def _app() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app
