"""The first run, in five steps: who you are, a passphrase, the recovery sheet, this laptop, a look round.

Nothing leaves the laptop. The vault is made in step 3, beside the screen, with words for what happens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QWidget

from ui import theme
from ui.preferences import Preferences
from ui.screens.firstrun.laptop import LaptopStep
from ui.screens.firstrun.paper import SheetStep
from ui.screens.firstrun.phrase import PhraseStep
from ui.screens.firstrun.step import STEPS, Step
from ui.screens.firstrun.trying import TryStep
from ui.screens.firstrun.who import WhoStep
from ui.theme import px
from ui.widgets.parts import Button, Glyph, Text, column, row
from ui.widgets.toast import announce
from ui.work import Work

if TYPE_CHECKING:
    from caseworker.crypto.keys import KdfCost


@dataclass
class Answers:
    """What was answered so far. The passphrase is here until the vault is open, then it is let go."""

    step: int = 0
    name: str = ""
    role: str | None = None
    agency: str = ""
    passphrase: str = field(default="", repr=False)
    made: Any = field(default=None, repr=False)
    sheet_typed: bool = False


class FirstRun(QWidget):
    """Makes the vault under ``root``. ``opened`` carries the OpenVault."""

    opened = Signal(object)
    practise = Signal(object)
    restore_wanted = Signal()
    preferences_wanted = Signal()
    preferences_changed = Signal(object)
    help_wanted = Signal()

    def __init__(
        self,
        root: Path,
        preferences: Preferences | None = None,
        answers: Answers | None = None,
        cost: KdfCost | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("cover")
        self.root = root
        self.preferences = preferences or Preferences()
        self.answers = answers or Answers()
        self.cost = cost
        self.work = Work(None, self)
        across = row(self)
        self._nav = QFrame()
        self._nav.setObjectName("steps")
        self._nav_down = column(self._nav, (24, 20, 20, 14))
        across.addWidget(self._nav)
        self._right = column()
        across.addLayout(self._right, 1)
        self._pages = QStackedWidget()
        self._right.addWidget(self._pages, 1)
        self._build_foot()
        self._marks: list[tuple[Glyph, Text, Text]] = []
        self._build_nav()
        self.step: Step = self._make(self.answers.step)
        self._show_step()
        for keys in ("Ctrl+Return", "Ctrl+Enter"):  # as in every form
            QShortcut(QKeySequence(keys), self).activated.connect(self._press_continue)

    # ---- moving

    def names(self) -> list[tuple[str, str]]:
        return [
            (self.tr("Who you are"), self.tr("Your name and work")),
            (self.tr("Passphrase"), self.tr("The key to your records")),
            (self.tr("Recovery sheet"), self.tr("Print it, keep it apart")),
            (self.tr("This laptop"), self.tr("Locking and where records are")),
            (self.tr("Try it"), self.tr("With made-up people, or start")),
        ]

    def go_on(self) -> None:
        """Continue: what is missing is said, else the next step."""
        if self.step.leave():
            self.next_step()

    def _press_continue(self) -> None:
        if self.continue_button.isVisible() and self.continue_button.isEnabled():
            self.go_on()

    def next_step(self) -> None:
        if self.answers.step < STEPS - 1:
            self._go(self.answers.step + 1)

    def go_back(self) -> None:
        if self.back_button.isEnabled() and self.answers.step > 0:
            self._go(self.answers.step - 1)

    def _go(self, at: int) -> None:
        self.answers.step = at
        leaving = self.step
        self.step = self._make(at)
        self._show_step()
        self._pages.removeWidget(leaving)
        leaving.hide()
        leaving.deleteLater()

    def _make(self, at: int) -> Step:
        kinds: tuple[Callable[[FirstRun], Step], ...] = (WhoStep, PhraseStep, SheetStep, LaptopStep, TryStep)
        return kinds[at](self)

    def _show_step(self) -> None:
        at = self.answers.step
        self._pages.addWidget(self.step)
        self._pages.setCurrentWidget(self.step)
        for n, (glyph, title, under) in enumerate(self._marks):
            if n < at:
                glyph.show_icon("circle-check", "primary")
            elif n == at:
                glyph.show_icon("chevron-right", "primary")
            else:
                glyph.show_icon("circle", "muted")
            font = theme.font("name" if n == at else "lead")
            title.setFont(font)
            title.set_tone("primary" if n == at else "")
            # and again: taking a style off puts back the font that stood when it was put on
            title.setFont(font)
            words = self.names()[n][1]
            under.setText(self.tr("Done") if n < at else self.tr("You are here") if n == at else words)
        self.set_going(True)
        # The vault exists from step 3 on: its name and passphrase are settings now, not steps.
        self.back_button.setVisible(at == 1 or at == 4)
        self.continue_button.setVisible(self.step.continues)
        self.continue_button.setText(self.step.continue_words())
        self.continue_button.show_icon("check")
        announce(self, self.step.heading())
        QTimer.singleShot(0, self, self._focus_step)

    def _focus_step(self) -> None:
        first = self.step.first_focus()
        if first is not None and first.isVisible():
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_going(self, yes: bool) -> None:
        """Whether Back and Continue can be pressed (not while something is being made)."""
        self.back_button.setEnabled(yes)
        self.continue_button.setEnabled(yes)

    def is_making(self) -> bool:
        """Something is being made beside the screen: nothing here may be replaced now."""
        return not self.continue_button.isEnabled()

    def first_focus(self) -> QWidget | None:
        return self.step.first_focus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._focus_step()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # "Step 2 of 5" stands above each heading as well.
        self._nav.setVisible(self.width() >= px(1000))

    # ---- building

    def _build_nav(self) -> None:
        self._nav.setFixedWidth(px(290))
        brand = row(gap=9)
        brand.addWidget(Glyph("notebook-pen", "primary", 22))
        brand.addWidget(Text(theme.PRODUCT, "section"))
        brand.addStretch(1)
        self._nav_down.addLayout(brand)
        self._nav_down.addSpacing(px(30))
        for n, (title, under) in enumerate(self.names()):
            across = row(gap=12)
            glyph = Glyph("circle", "muted", 20)
            across.addWidget(glyph, 0, Qt.AlignmentFlag.AlignTop)
            down = column(gap=1)
            words = Text(f"{n + 1}. {title}", "lead", wrap=True)
            below = Text(under, "small", "muted", wrap=True)
            down.addWidget(words)
            down.addWidget(below)
            across.addLayout(down, 1)
            self._nav_down.addLayout(across)
            self._nav_down.addSpacing(px(22))
            self._marks.append((glyph, words, below))
        self._nav_down.addStretch(1)
        self._nav_down.addWidget(Text(self.tr("Nothing leaves this laptop."), "small", "muted", wrap=True))
        self._nav_down.addSpacing(px(10))

    def _build_foot(self) -> None:
        foot = QFrame()
        foot.setObjectName("panelfoot")
        across = row(foot, (24, 12, 24, 12), 10)
        self.back_button = Button(self.tr("Back"), "arrow-left")
        self.back_button.clicked.connect(self.go_back)
        across.addWidget(self.back_button)
        self.help_button = Button(self.tr("Help"), "circle-help", "quiet")
        self.help_button.clicked.connect(self.help_wanted)
        across.addWidget(self.help_button)
        self.look_button = Button(self.tr("Text size and colours"), "settings", "quiet")
        self.look_button.clicked.connect(self.preferences_wanted)
        across.addWidget(self.look_button)
        across.addStretch(1)
        self.continue_button = Button(self.tr("Continue"), "check", "primary")
        self.continue_button.clicked.connect(self.go_on)
        across.addWidget(self.continue_button)
        self._right.addWidget(foot)
