"""What people type in: fields with their label and problem, lines, notes, dates, words or why there are none.

The problem beside a field and the line in the summary say the same words (GOV.UK style).
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSizePolicy, QWidget

from ui import theme
from ui.theme import px
from ui.widgets.combos import Combo
from ui.widgets.parts import Text, column, row
from ui.widgets.problems import problem_line

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData


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
            self._problem = problem_line()
            self._down.insertWidget(self._down.count() - 2, self._problem)
        self._problem.setText(text or "")
        self._problem.setVisible(bool(text))
        self.editor.setProperty("bad", bool(text))
        theme.restyle(self.editor)
        said = f"{text}. {self._hint_text}" if text else self._hint_text
        self.editor.setAccessibleDescription(said)

    def problem(self) -> str:
        return self._problem.text() if self._problem is not None else ""


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
