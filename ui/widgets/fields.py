"""What people type and choose in: fields with their label and problem, choices, notes, dates, codes.

The problem beside a field and the line in the summary say the same words (GOV.UK style).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from time import monotonic
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QComboBox,
    QFrame,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QSizePolicy,
    QWidget,
)

from ui import theme
from ui.theme import px
from ui.widgets.parts import Button, FlowLayout, Text, Tick, column, row

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QPaintEvent


WIDEST_LINK = 620  # a line of a problem is never longer than people read well


class Field(QWidget):
    """A label, a hint, a place for the problem, and the editor under them.

    The label names the editor for screen readers; the hint is its description.
    """

    def __init__(
        self,
        label: str,
        editor: QWidget,
        hint: str = "",
        optional: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.editor = editor
        down = column(self, gap=2)
        head = row(gap=8)
        shown = self.tr("{label} (optional)").format(label=label) if optional else label
        # Each part is made inside what holds it: moving one later costs as much again as making it.
        self._label = Text(shown, "strong", wrap=len(shown) > 24, parent=self)
        self._label.setBuddy(editor)
        head.addWidget(self._label, 1 if len(shown) > 24 else 0)
        if len(shown) <= 24:
            head.addStretch(1)
        # Made when there is something to say: forms have many fields, and few of them ever do.
        self._aside: Text | None = None
        self._problem: Text | None = None
        self.head = head
        self._down = down
        down.addLayout(head)
        if hint:
            down.addWidget(Text(hint, "small", "muted", wrap=True, parent=self))
        down.addSpacing(px(2))
        down.addWidget(editor)
        if not editor.accessibleName():
            editor.setAccessibleName(label)
        editor.setAccessibleDescription(hint)
        self._hint_text = hint
        self.setFocusProxy(editor)

    def label(self) -> str:
        return self._label.text()

    def show_aside(self, text: str) -> None:
        """A reading at the right end of the label's line: what the app understood."""
        if self._aside is None:
            if not text:
                return
            self._aside = Text("", "small", wrap=False, parent=self)
            self.head.addWidget(self._aside)
        self._aside.setText(text)
        self._aside.setVisible(bool(text))

    def show_problem(self, text: str | None) -> None:
        """Show the problem above the editor, or take it away."""
        if self._problem is None:
            if not text:
                return
            self._problem = _problem_line()
            self._down.insertWidget(self._down.count() - 2, self._problem)
        self._problem.setText(text or "")
        self._problem.setVisible(bool(text))
        self.editor.setProperty("bad", bool(text))
        theme.restyle(self.editor)
        said = f"{text}. {self._hint_text}" if text else self._hint_text
        self.editor.setAccessibleDescription(said)

    def problem(self) -> str:
        return self._problem.text() if self._problem is not None else ""


def _problem_line() -> Text:
    return Text("", "strong", "danger", wrap=True)


class TextLine(QLineEdit):
    """One line of text. Never completes: someone else may share this machine."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)


class SecretLine(TextLine):
    """One line nobody beside should read; ``show_typed`` shows it to whoever types."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)

    def show_typed(self, yes: bool) -> None:
        self.setEchoMode(QLineEdit.EchoMode.Normal if yes else QLineEdit.EchoMode.Password)


class NoteEdit(QPlainTextEdit):
    """Several lines of plain text. Tab leaves it; pasting drops every format."""

    def __init__(self, text: str = "", lines: int = 4, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTabChangesFocus(True)
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + px(22))

    def text(self) -> str:
        return self.toPlainText()

    def set_text(self, text: str) -> None:
        self.setPlainText(text)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if source.hasText():
            self.insertPlainText(source.text())


class Pill(QRadioButton):
    """One answer of a ChoiceRow."""

    def __init__(self, text: str, icon: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        # An empty picture of the same width: the pill does not jump when its tick appears.
        self._icon = icon or "circle"
        self.setProperty("pill", True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setIconSize(theme.icon_size(16, 3))
        self._show_state()

    # Qt asks these two whenever the answer changes. A form has dozens of pills, and a connection to each would cost
    # as much as making it.
    def checkStateSet(self) -> None:
        super().checkStateSet()
        self._show_state()

    def nextCheckState(self) -> None:
        super().nextCheckState()
        self._show_state()

    def _show_state(self) -> None:
        on = self.isChecked()
        self.setIcon(theme.icon("check" if on else self._icon, "on_soft" if on else "muted", 16, 3))

    def sizeHint(self) -> QSize:
        # Chosen, the words are bold: leave room for them from the start so that nothing moves.
        return QSize(theme.width(self.text(), "strong") + px(16 + 3) + px(8 + 4) + 8, px(30) + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class ChoiceRow(QWidget):
    """One choice out of a few: real radio buttons, arrows move, the first letter picks, a tick shows it.

    Letters typed without a pause that spell no answer are a sentence meant for another field: the answer stays.
    """

    PAUSE = 0.7  # seconds after which a letter picks anew

    chosen = Signal(object)

    def __init__(
        self,
        label: str,
        options: Sequence[tuple[str, str, str]],
        hint: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._label_text = label
        self._hint_text = hint
        down = column(self, gap=4)
        self._label = Text(label, "strong", wrap=True, parent=self)
        down.addWidget(self._label)
        if hint:
            down.addWidget(Text(hint, "small", "muted", wrap=True, parent=self))
        self._problem: Text | None = None
        self._down = down
        self._flow = FlowLayout(6)
        down.addLayout(self._flow)
        self._group = QButtonGroup(self)
        self._codes: list[str] = []
        self._pills: list[Pill] = []
        self._quiet = False
        self._run = ""  # what was typed without a pause
        self._run_at = 0.0
        self._sentence = False
        self._before_run: str | None = None
        self._group.idToggled.connect(self._toggled)
        self.setAccessibleName(label)
        self.show_options(options)

    def show_options(self, options: Sequence[tuple[str, str, str]]) -> None:
        """Offer these (code, words, icon); what was chosen stays if it is still offered."""
        before = self.value()
        for pill in self._pills:
            self._group.removeButton(pill)
            self._flow.removeWidget(pill)
            pill.hide()  # the Tab key would still find it until it is gone
            pill.deleteLater()
        self._codes, self._pills = [], []
        for at, (code, text, icon) in enumerate(options):
            pill = Pill(text, icon, self)
            pill.setAccessibleName(f"{self._label_text}: {text}")
            if self._hint_text:
                pill.setAccessibleDescription(self._hint_text)
            pill.installEventFilter(self)
            self._group.addButton(pill, at)
            self._flow.addWidget(pill)
            self._codes.append(code)
            self._pills.append(pill)
        self._keep_place()
        self.set_value(before if before in self._codes else None)

    def _keep_place(self) -> None:
        """Answers offered anew stand where the row stands, not after everything that was made before them."""
        was, last = self.focusPolicy(), cast(QWidget, self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # Qt orders only what takes the keyboard
        for pill in self._pills:
            pill.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            QWidget.setTabOrder(last, pill)
            last = pill
        self.setFocusPolicy(was)

    def value(self) -> str | None:
        """The code chosen, or None."""
        at = self._group.checkedId()
        return self._codes[at] if 0 <= at < len(self._codes) else None

    def set_value(self, code: str | None) -> None:
        """Choose by code, or nothing with None. Does not emit ``chosen``."""
        self._quiet = True
        try:
            if code is not None and code in self._codes:
                self._pills[self._codes.index(code)].setChecked(True)
            else:
                self._group.setExclusive(False)
                for pill in self._pills:
                    pill.setChecked(False)
                self._group.setExclusive(True)
        finally:
            self._quiet = False
        self._one_stop()

    def show_problem(self, text: str | None) -> None:
        if self._problem is None:
            if not text:
                return
            self._problem = _problem_line()
            self._down.insertWidget(self._down.count() - 1, self._problem)
        self._problem.setText(text or "")
        self._problem.setVisible(bool(text))

    def problem(self) -> str:
        return self._problem.text() if self._problem is not None else ""

    def first(self) -> QRadioButton:
        """Where the keyboard arrives: the chosen answer, or the first one."""
        at = max(0, self._group.checkedId())
        return self._pills[at]

    def pills(self) -> list[QRadioButton]:
        return list(self._pills)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.first().setFocus(event.reason())

    def setFocus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        if self._pills:
            self.first().setFocus(reason)

    def _one_stop(self) -> None:
        # One press of Tab a question, not one an answer.
        stop = max(0, self._group.checkedId())
        for at, pill in enumerate(self._pills):
            pill.setFocusPolicy(Qt.FocusPolicy.StrongFocus if at == stop else Qt.FocusPolicy.ClickFocus)

    def _toggled(self, at: int, on: bool) -> None:
        if on:
            self._one_stop()
            if not self._quiet:
                self.chosen.emit(self._codes[at])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress:
            key = cast("QKeyEvent", event)
            plain = key.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
            if plain and key.text().isprintable() and self._type(key.text().casefold()):
                return True
            if key.key() in _STEPS and plain and watched in self._pills:
                self._step(_STEPS[key.key()])
                return True
        return False

    def _step(self, by: int) -> None:
        here = next((i for i, pill in enumerate(self._pills) if pill.hasFocus()), 0)
        # From nothing chosen, the first arrow takes the answer the keyboard stands on.
        to = here if self._group.checkedId() < 0 and by > 0 else (here + by) % len(self._pills)
        self._choose(to)

    def _type(self, letter: str) -> bool:
        """Pick by the letter; False when the key is not for us. See the class for letters that spell nothing."""
        now = monotonic()
        if now - self._run_at > self.PAUSE:
            self._run, self._sentence, self._before_run = "", False, self.value()
        if not letter or (letter == " " and not self._run):
            return False  # the space bar takes the answer the keyboard stands on
        self._run_at, self._run = now, self._run + letter
        spells = len(self._run) > 1 and any(p.text().casefold().startswith(self._run) for p in self._pills)
        if self._sentence or spells or self._pick(letter):
            return True
        if len(self._run) > 1:
            self._sentence = True
            self._go_back()
        return True

    def _go_back(self) -> None:
        """The answer from before the sentence began."""
        if self.value() != self._before_run:
            self.set_value(self._before_run)
            self.chosen.emit(self._before_run)

    def _pick(self, letter: str) -> bool:
        starts = [i for i, pill in enumerate(self._pills) if pill.text().casefold().startswith(letter)]
        if not starts:
            return False
        now = self._group.checkedId()
        later = [i for i in starts if i > now]
        self._choose(later[0] if now in starts and later else starts[0])
        return True

    def _choose(self, at: int) -> None:
        self._pills[at].setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._pills[at].setChecked(True)


_STEPS: dict[int, int] = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
}


class DateBoxes(QWidget):
    """A date people know, in three boxes. Never moves on by itself; the month may be a name.

    A whole date typed or pasted into the first box is taken apart.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        across = row(self, gap=10)
        self.day, self.month, self.year = QLineEdit(self), QLineEdit(self), QLineEdit(self)
        for box, name, wide in (
            (self.day, self.tr("Day"), 56),
            (self.month, self.tr("Month"), 110),
            (self.year, self.tr("Year"), 80),
        ):
            down = column(gap=2)
            label = Text(name, "small", parent=self)
            label.setBuddy(box)
            box.setAccessibleName(name)
            box.setFixedWidth(px(wide))
            box.textEdited.connect(self.changed)
            down.addWidget(label)
            down.addWidget(box)
            across.addLayout(down)
        across.addStretch(1)
        self.day.editingFinished.connect(self._spread)
        self.setFocusProxy(self.day)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        for box, part in (
            (self.day, self.tr("Day")),
            (self.month, self.tr("Month")),
            (self.year, self.tr("Year")),
        ):
            box.setAccessibleName(f"{name}: {part}")

    def parts(self) -> tuple[str, str, str]:
        """What is in the boxes: day, month, year, as typed without spaces around."""
        day, month, year = self.day.text().strip(), self.month.text().strip(), self.year.text().strip()
        pieces = re.split(r"[\s/.-]+", day)
        if month or year or not 2 <= len(pieces) <= 3:
            return day, month, year
        if len(pieces) == 3 and len(pieces[0]) == 4:  # 2026-12-19
            pieces.reverse()
        return pieces[0], pieces[1], pieces[2] if len(pieces) == 3 else ""

    def _spread(self) -> None:
        for box, text in zip((self.day, self.month, self.year), self.parts(), strict=True):
            if box.text().strip() != text:
                box.setText(text)

    def is_empty(self) -> bool:
        return not any(self.parts())

    def set_date(self, when: date | str | None) -> None:
        """Fill the boxes from a date or ISO text (``2026-11-18``); None or unreadable text empties them."""
        if isinstance(when, str):
            try:
                when = date.fromisoformat(when)
            except ValueError:
                when = None
        for box, text in (
            (self.day, str(when.day) if when else ""),
            (self.month, str(when.month) if when else ""),
            (self.year, str(when.year) if when else ""),
        ):
            box.setText(text)

    def date(self) -> date | None:
        """The date typed, None when all boxes are empty. Raises what ``domain.when.read_date`` raises."""
        if self.is_empty():
            return None
        from caseworker.domain import when

        read: date = when.read_date(*self.parts())
        return read

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DynamicPropertyChange:
            for box in (self.day, self.month, self.year):
                if box.property("bad") != self.property("bad"):
                    box.setProperty("bad", self.property("bad"))
                    theme.restyle(box)
        return super().event(event)


class Combo(QComboBox):
    """A list to choose from; typing finds an answer, words with a space between them too.

    The wheel, Page Up and Page Down scroll the page, and never change the answer.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMaxVisibleItems(14)
        self._run, self._typed_at = "", 0.0  # what is being typed, and when its last letter was
        self._before_run = -1

    def wheelEvent(self, event: object) -> None:
        event.ignore()  # type: ignore[attr-defined]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            event.ignore()
            return
        now, text = monotonic(), event.text()
        if now - self._typed_at > QApplication.keyboardInputInterval() / 1000:
            self._run, self._before_run = "", self.currentIndex()
        if text == " " and self._run:
            # Qt would open the list, and what is typed next would be lost in it.
            self._find(text)
        else:
            super().keyPressEvent(event)
        if text and text.isprintable() and (text.strip() or self._run):
            self._typed_at, self._run = now, self._run + text
            self._settle()

    def _settle(self) -> None:
        """What is typed in full is meant, though a longer answer that begins so stands before it. What no answer
        begins with is a sentence, or a word we do not use: the answer from before it stays.
        """
        self._take(self.findText(self._run, Qt.MatchFlag.MatchFixedString))
        again = len(set(self._run.casefold())) == 1  # the same letter goes on to the next answer
        if not again and self.findText(self._run, Qt.MatchFlag.MatchStartsWith) < 0:
            self._take(self._before_run)

    def _find(self, text: str) -> None:
        """Go on with what was typed so far, as Qt does for letters."""
        view = self.view()
        view.setCurrentIndex(self.model().index(self.currentIndex(), self.modelColumn()))
        view.keyboardSearch(text)
        self._take(view.currentIndex().row())

    def _take(self, at: int) -> None:
        if at >= 0 and at != self.currentIndex():
            self.setCurrentIndex(at)
            self.activated.emit(at)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        # The style sheet cannot recolour a file, so the arrow is drawn here.
        arrow = theme.pixmap("chevron-down", "muted" if self.isEnabled() else "line", 16)
        painter = QPainter(self)
        side = px(16)
        painter.drawPixmap(self.width() - side - px(8), (self.height() - side) // 2, side, side, arrow)
        painter.end()


class CodeCombo(Combo):
    """A choice from a code list: today's codes, below them the five ways of not knowing. Typing finds one."""

    chosen = Signal(object)

    def __init__(
        self, list_name: str, on: date | None = None, missing: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        from caseworker.domain import codes

        self._list = codes.get(list_name)
        self._missing = missing
        self.addItem(self.tr("Choose"), None)
        for code in self._list.valid_on(on or date.today()):
            self.addItem(self._list.label(code), code)
        if missing:
            self.insertSeparator(self.count())
            for code, label in codes.MISSING.items():
                if self.findData(code) < 0:
                    self.addItem(label, code)
        self.activated.connect(self._activated)

    def value(self) -> str | None:
        """The code chosen, None while nothing is."""
        code = self.currentData()
        return None if code is None else str(code)

    def set_value(self, code: str | None) -> None:
        """Show that code; a code that is no longer offered stays readable. Does not emit ``chosen``."""
        # Where an answer has to be given, "not asked yet" is how a new record begins, and no answer.
        open_still = not code or (code == "NA-ASK" and not self._missing)
        at = 0 if open_still else self.findData(code)
        if at < 0:
            self.addItem(self._list.label(str(code)), code)
            at = self.count() - 1
        self.setCurrentIndex(at)

    def _activated(self, _index: int) -> None:
        self.chosen.emit(self.value())


class CodeTicks(QWidget):
    """Any number of a few codes, each with a tick box. The value is codes in the order of the list, with commas."""

    chosen = Signal(object)

    def __init__(self, options: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.flow = FlowLayout(10, self)
        self._ticks: dict[str, Tick] = {}
        for code, text in options:
            tick = Tick(text, parent=self)
            tick.clicked.connect(self._clicked)
            self._ticks[code] = tick
            self.flow.addWidget(tick)
        if self._ticks:
            self.setFocusProxy(next(iter(self._ticks.values())))

    def value(self) -> str:
        return ",".join(code for code, tick in self._ticks.items() if tick.isChecked())

    def set_value(self, codes: str | None) -> None:
        """Tick exactly these. Does not emit ``chosen``."""
        wanted = (codes or "").split(",")
        for code, tick in self._ticks.items():
            tick.setChecked(code in wanted)

    def ticks(self) -> list[Tick]:
        return list(self._ticks.values())

    def _clicked(self) -> None:
        self.chosen.emit(self.value())


class TextOrMissing(QWidget):
    """Words, or why there are none: one of the five kinds of missing stands in their place."""

    chosen = Signal(object)

    def __init__(self, lines: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        from caseworker.domain import codes

        # Beside each other while the letters are of a usual size.
        layout = row(self, gap=8) if theme.look().scale < 1.5 else column(self, gap=4)
        self.words: TextLine | NoteEdit = (
            TextLine(parent=self) if lines == 1 else NoteEdit(lines=lines, parent=self)
        )
        self.why = Combo(self)
        self.why.addItem(self.tr("As written"), "")
        for code, label in codes.MISSING.items():
            self.why.addItem(label, code)
        self.why.setMaximumWidth(px(190))
        layout.addWidget(self.words, 1)
        layout.addWidget(self.why)
        layout.setAlignment(self.why, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.words.textChanged.connect(self._typed)
        self.why.activated.connect(self._chosen)
        self.setFocusProxy(self.words)
        self._quiet = False

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.words.setAccessibleName(name)
        self.why.setAccessibleName(self.tr("{field}: why there is no answer").format(field=name))

    def setAccessibleDescription(self, text: str) -> None:
        super().setAccessibleDescription(text)
        self.words.setAccessibleDescription(text)

    def value(self) -> str:
        """The words, or a code of missing."""
        return str(self.why.currentData()) or self.words.text().strip()

    def set_value(self, value: str | None) -> None:
        """Show words or a code of missing. Does not emit ``chosen``."""
        self._quiet = True
        at = max(0, self.why.findData(value)) if value else 0
        self.why.setCurrentIndex(at)
        self.words.setEnabled(at == 0)
        text = "" if at or value is None else value
        self.words.setText(text) if isinstance(self.words, TextLine) else self.words.set_text(text)
        self._quiet = False

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DynamicPropertyChange and self.words.property("bad") != self.property(
            "bad"
        ):
            self.words.setProperty("bad", self.property("bad"))
            theme.restyle(self.words)
        return super().event(event)

    def _typed(self) -> None:
        if not self._quiet:
            self.chosen.emit(self.value())

    def _chosen(self) -> None:
        self.words.setEnabled(not self.why.currentData())
        self.chosen.emit(self.value())


class ErrorLink(Button):
    """One problem as a link. Its words wrap: a problem that is cut cannot be put right."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, kind="error-link", parent=parent)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        letters = theme.font("strong")
        letters.setUnderline(True)
        self.setFont(letters)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        room = QRect(0, 0, max(1, width), 1 << 16)
        words = QFontMetrics(self.font()).boundingRect(room, int(Qt.TextFlag.TextWordWrap), self.text())
        return max(px(26), words.height() + px(6))

    def sizeHint(self) -> QSize:
        wide = min(QFontMetrics(self.font()).horizontalAdvance(self.text()) + 2, px(WIDEST_LINK))
        return QSize(wide, self.heightForWidth(wide))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(120), self.heightForWidth(max(self.width(), px(120))))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(theme.colour("on_high"))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(self.rect(), int(flags), self.text())
        painter.end()


class ErrorSummary(QFrame):
    """ "There is a problem": every problem as a link to its field. Takes the focus when shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("errors")
        self.setProperty("ringed", True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._down = column(self, (14, 10, 14, 10), 2)
        self._targets: list[tuple[Button, QWidget]] = []
        self._heading = Text(self.tr("There is a problem"), "card", wrap=True, parent=self)
        self._down.addWidget(self._heading)
        self.hide()

    def show_problems(self, problems: Sequence[tuple[str, QWidget | None]]) -> None:
        """Show these (words, field); an empty list takes the summary away."""
        for link, _ in self._targets:
            self._down.removeWidget(link)
            link.hide()
            link.deleteLater()
        self._targets = []
        for text, target in problems:
            self._add_line(ErrorLink(text, self), self if target is None else target)
        for before, after in pairwise([self, *(link for link, _ in self._targets)]):
            QWidget.setTabOrder(before, after)  # made just now, they would come last of all
        self.setVisible(bool(problems))
        if problems:
            said = ". ".join(text for text, _ in problems)
            self.setAccessibleName(f"{self._heading.text()}. {said}")
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def problems(self) -> list[str]:
        return [link.text() for link, _ in self._targets]

    def _add_line(self, link: Button, target: QWidget) -> None:
        link.clicked.connect(self._follow)
        self._down.addWidget(link)
        self._targets.append((link, target))

    def _follow(self) -> None:
        pressed = self.sender()
        for link, target in self._targets:
            if link is pressed:
                target.setFocus(Qt.FocusReason.ShortcutFocusReason)
