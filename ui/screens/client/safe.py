"""Safe contact on the screen: the panel that never scrolls away, the chip, and the form that changes one channel.

How, when, what to say and what never to do stand in words a person can read in one glance on a court bench.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from caseworker.domain import codes, safe_contacts
from caseworker.domain.safe_contacts import SafeContact, SafeNow
from ui.say import say
from ui.theme import px
from ui.widgets import Chip, Glyph, Text, column, row

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
    one under the other.
    """

    def __init__(self, one_column: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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
        top.addLayout(self.tools)
        top.addWidget(self.chip)
        down.addLayout(top)

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
        self._arrange(1 if one_column else 2)

    def show_safe(self, held: Sequence[SafeContact], now: datetime) -> None:
        """Show these channels as they stand at that moment."""
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
        show_safe_chip(self.chip, safe_contacts.chip(held, now))

    def lines(self, held: Sequence[SafeContact]) -> SafeLines:
        """What the panel says about those channels."""
        ways = [one for one in held if one.allowed == "yes"]
        labels, whose = codes.get("channel"), codes.get("whose_phone")
        how = []
        for one in ways:
            owner = "" if codes.is_missing(one.whose) else whose.label(one.whose)
            parts = [part for part in (one.value, owner.lower() if owner else "") if part]
            how.append(f"{labels.label(one.channel)} {', '.join(parts)}".strip() + ".")
        times: dict[str, list[str]] = {}
        for one in ways:
            shown = safe_contacts.show_hours(one.hours) or self.tr("Any time")
            times.setdefault(shown, []).append(labels.label(one.channel))
        if len(times) == 1:
            when = [f"{next(iter(times))}."]
        else:
            when = [f"{', '.join(ways)}: {shown}." for shown, ways in times.items()]
        said: list[str] = []
        for one in ways:
            for template, value in (
                (self.tr("Say you are {who}."), one.say_as),
                (self.tr("Only {who} may answer."), one.who_may_answer),
                (self.tr("Code word: {who}."), one.code_word),
                ("{who}", one.note),
            ):
                sentence = ended(template.format(who=value.strip())) if value.strip() else ""
                if sentence and sentence not in said:
                    said.append(sentence)
        never = [never_sentence(held)]
        if any(one.channel == "TEL" and one.voicemail not in ("yes", "no") for one in ways):
            never.append(self.tr("No voicemail until asked."))  # not asked is not a yes
        return SafeLines(" ".join(how), " ".join(when), " ".join(said), " ".join(filter(None, never)))

    def show_short(self, short: bool) -> None:
        """Little height: the same words as running text."""
        self.full.setVisible(not short)
        self.strip.setVisible(short)

    def fit(self, width: int) -> None:
        """Arrange for that width, before anybody asks how high it is."""
        if not self._one_column:
            self._arrange(4 if width > px(880) else 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.fit(self.width())
        super().resizeEvent(event)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for at, cell in enumerate(self._cells):
            self._grid.addWidget(cell, at // columns, at % columns)
        for at in range(4):
            self._grid.setColumnStretch(at, 1 if at < columns else 0)
