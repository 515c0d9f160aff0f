"""One step of the first run: its heading, its words, and room for what it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QScrollArea, QWidget

from ui.theme import px
from ui.widgets.page import scrolled
from ui.widgets.parts import Text, column
from ui.widgets.problems import ErrorSummary

if TYPE_CHECKING:
    from ui.screens.firstrun.screen import FirstRun


STEPS = 5


class Step(QWidget):
    """One step: heading, words, then its own fields in ``self.body``."""

    continues = True

    def __init__(self, run: FirstRun) -> None:
        super().__init__(run)
        self.run = run
        outer = column(self)
        self.area: QScrollArea
        self.area, down = scrolled((36, 32, 36, 20), 0)
        outer.addWidget(self.area)
        at = run.answers.step + 1
        down.addWidget(Text(self.tr("Step {n} of {of}").format(n=at, of=STEPS), "body", "muted"))
        down.addWidget(Text(self.heading(), "title", wrap=True))
        down.addSpacing(px(6))
        down.addWidget(Text(self.words(), "lead", wrap=True))
        down.addSpacing(px(20))
        whole = column(gap=14)  # no gap while there is nothing to say: a hidden widget takes none
        down.addLayout(whole)
        self.errors = ErrorSummary()
        whole.addWidget(self.errors)
        self.body = column(gap=14)
        whole.addLayout(self.body)
        down.addStretch(1)

    def heading(self) -> str:
        raise NotImplementedError

    def words(self) -> str:
        return ""

    def continue_words(self) -> str:
        return self.tr("Continue")

    def first_focus(self) -> QWidget | None:
        return None

    def keep(self) -> None:
        """Put what is typed so far with the answers, complete or not."""

    def leave(self) -> bool:
        """Keep what was answered; False when something is missing, said beside its field."""
        return True
