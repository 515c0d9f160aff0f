"""One entry of a card, and questions with their answers: how a part of a record is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from ui.theme import px
from ui.widgets.parts import Button, Chip, FlowLayout, RowFrame, Text, column


class Entry(RowFrame):
    """A strong line, the lines under it, chips, and what can be done at the right. Made anew from what was read.

    Each line is its words, or its words and a tone (``muted``, ``warn`` ...).
    """

    def __init__(
        self,
        title: str,
        lines: Iterable[str | tuple[str, str]] = (),
        chips: Iterable[Chip] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent=parent)
        self.title = title
        self.words = column(gap=3)
        self.across.addLayout(self.words, 1)
        self.words.addWidget(Text(title, "strong", wrap=True, parent=self))
        for line in lines:
            text, tone = (line, "") if isinstance(line, str) else line
            if text:
                role = "small" if tone == "muted" else "body"
                self.words.addWidget(Text(text, role, tone, wrap=True, parent=self))
        shown = list(chips)
        if shown:
            holder = QWidget(self)
            flow = FlowLayout(6, holder)
            for chip in shown:
                flow.addWidget(chip)
            self.words.addWidget(holder)
        self._tools: FlowLayout | None = None

    def add_button(
        self, text: str, slot: Callable[..., object], icon: str = "", kind: str = "quiet", about: str = ""
    ) -> Button:
        """A button at the right; a screen reader hears which entry it is about."""
        button = Button(text, icon, kind)
        button.setAccessibleName(f"{text}: {about or self.title}")
        button.clicked.connect(slot)
        if self._tools is None:
            # Side by side where there is room, under one another where the text is large.
            self._holder = QWidget(self)
            self._tools = FlowLayout(12, self._holder)
            self.across.addWidget(self._holder, 0, Qt.AlignmentFlag.AlignTop)
        self._tools.addWidget(button)
        return button


def told_apart(names: Sequence[str], more: Sequence[str]) -> list[str]:
    """What each entry is called aloud: its name, and what stands at the same place in ``more`` where another has the
    same.
    """
    return [
        f"{name}, {rest}" if names.count(name) > 1 and rest else name
        for name, rest in zip(names, more, strict=True)
    ]


class Facts(QWidget):
    """Questions and their answers, two by two."""

    def __init__(self, facts: Iterable[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(px(24))
        grid.setVerticalSpacing(px(8))
        for at, (question, answer) in enumerate(facts):
            cell = column(gap=0)
            cell.addWidget(Text(question, "small", "muted", wrap=True, parent=self))
            cell.addWidget(Text(answer, wrap=True, parent=self))
            grid.addLayout(cell, at // 2, at % 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
