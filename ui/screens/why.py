"""Why it was safe: the reasons that are nearly always the true one for one key each, and a line for any other.

The same question stands before a number is shown and under a contact made outside what is recorded as safe.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from caseworker.domain.interlock import Reason
from ui.say import say
from ui.widgets import ChoiceRow, Field, TextLine, column

OTHER = "OTHER"


class WhyRow(QWidget):
    """Reasons to choose from, and a line while "Other reason" is chosen. ``answered``: a reason stands now."""

    answered = Signal()

    def __init__(self, question: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        down = column(self, gap=6)
        self.choice = ChoiceRow(question, [])
        down.addWidget(self.choice)
        self.line = TextLine()
        hint = self.tr("What you know that makes it safe. It stands in the history")
        self.field = Field(self.tr("The reason"), self.line, hint)
        self.field.hide()
        down.addWidget(self.field)
        self._offered: tuple[Reason, ...] = ()
        self.choice.chosen.connect(self._chosen)
        self.line.returnPressed.connect(self._typed)

    def offer(self, reasons: Sequence[Reason]) -> None:
        """Offer these; what was chosen stays while it is still offered."""
        if tuple(reasons) == self._offered:
            return
        self._offered = tuple(reasons)
        options = [(one.code, say(one.short), "") for one in reasons]
        self.choice.show_options([*options, (OTHER, self.tr("Other reason"), "pencil")])
        self.follow()

    def follow(self) -> None:
        """Show the line while it is asked for."""
        self.field.setVisible(self.code() == OTHER)

    def code(self) -> str:
        """The reason chosen, by its code; empty while none is."""
        return self.choice.value() or ""

    def reason(self) -> str:
        """The reason as the record keeps it; empty while there is none."""
        if self.code() == OTHER:
            return self.line.text().strip()
        return next((str(one.said) for one in self._offered if one.code == self.code()), "")

    def show_problem(self, text: str | None) -> None:
        """Beside what has to be answered: the choice, or the line."""
        typed = self.code() == OTHER
        self.choice.show_problem(None if typed else text)
        self.field.show_problem(text if typed else None)

    def problem(self) -> str:
        return self.field.problem() if self.code() == OTHER else self.choice.problem()

    def first(self) -> QWidget:
        return self.line if self.code() == OTHER else self.choice.first()

    def _chosen(self) -> None:
        self.follow()
        if self.code() == OTHER:
            self.line.setFocus()
        else:
            self.answered.emit()

    def _typed(self) -> None:
        if self.reason():
            self.answered.emit()
