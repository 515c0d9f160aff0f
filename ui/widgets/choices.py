"""A few answers side by side: one of them as real radio buttons, or any number of them as tick boxes."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from ui import theme
from ui.theme import px
from ui.widgets.parts import FlowLayout, Text, Tick, column
from ui.widgets.problems import problem_line

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent


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
        # While nothing is offered the row itself keeps the place that its answers will have for the Tab key.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if options else Qt.FocusPolicy.TabFocus)
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
            self._problem = problem_line()
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
        if self._pills:
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
