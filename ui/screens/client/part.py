"""A card of a tab that reads its own part of the vault: its rows are made anew only when what it read differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from caseworker.domain import when
from ui.session import Session
from ui.theme import px
from ui.widgets import Button, Card, Entry, RowFrame, Said, Text
from ui.widgets.gradually import empty


class Part(Card):
    """Subclasses read (``read``) and show what they read (``show_found``). ``form_wanted`` asks the tab for a form."""

    form_wanted = Signal(object)

    def __init__(self, session: Session, title: str, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(title, icon=icon, parent=parent)
        self.session = session
        self.client_id = 0
        self._found: object = None

    def show_client(self, client_id: int) -> None:
        """Another client's record is open now."""
        self.client_id = client_id
        self._found = None

    def reload(self) -> None:
        """Read again; build the rows anew where anything differs, or the day changed."""
        for _ in self.in_steps():
            pass

    def in_steps(self) -> Iterator[None]:
        """As ``reload``, a few rows at a time."""
        found = (self.client_id, self.today(), self.read())
        if found != self._found:
            self._found = None  # broken off half-way, it begins anew
            empty(self.body)
            yield from self.show_found(found[2]) or ()
            self._found = found

    def read(self) -> object:
        raise NotImplementedError

    def show_found(self, found: object) -> Iterator[None] | None:
        """Add the rows; where there may be many, in turns."""
        raise NotImplementedError

    def today(self) -> date:
        return self.session.now().astimezone(when.LONDON).date()

    def say(self, text: str, tone: str = "muted") -> None:
        """A line of words as a row of its own."""
        line = RowFrame()
        line.across.addWidget(Text(text, "body", tone, wrap=True), 1)
        self.add_row(line)

    def point_out(self, text: str, icon: str = "info", token: str = "muted") -> None:
        """A line with an icon that should not be missed."""
        line = RowFrame()
        line.across.addWidget(Said(text, icon, token), 1)
        self.add_row(line)

    def button_below(self, entry: Entry, text: str, slot: Callable[..., object]) -> Button:
        """The one thing to do next about an entry, under its words: beside them there is little room."""
        button = Button(text)
        button.setAccessibleName(f"{text}: {entry.title}")
        button.clicked.connect(slot)
        entry.words.addSpacing(px(3))
        entry.words.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        return button

    def last_button(self, text: str, slot: Callable[..., object]) -> Button:
        """A quiet button in a row of its own below the others."""
        line = RowFrame()
        button = Button(text, kind="quiet")
        button.clicked.connect(slot)
        line.across.addWidget(button)
        line.across.addStretch(1)
        self.add_row(line)
        return button
