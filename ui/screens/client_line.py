"""A client in a list of the day: name, risk, what is asked, whether it is safe to ring, and the button for the next
step.
"""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from caseworker.domain.safe_contacts import chip
from caseworker.storage.who import Who
from ui import theme
from ui.screens.client.safe import STATES, safe_sentence
from ui.screens.grade import grade_chip
from ui.session import Place, Session
from ui.widgets import Button, FlowLayout, Glyph, RowFrame, Text, column, row


class ClientLine(RowFrame):
    """``step``: the words of the button and where it leads. ``.words`` takes more lines, ``.steps`` more buttons."""

    def __init__(
        self,
        session: Session,
        who: Who,
        what: str,
        now: datetime,
        step: tuple[str, str, Place],
        kind: str = "secondary",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent=parent)
        self.session = session
        self.client_id = who.client_id
        self.words = column(gap=3)
        names = QWidget()
        flow = FlowLayout(8, names)
        self.open = Button(who.name, kind="strong-link")
        self.open.setFont(theme.font("name"))
        self.open.setAccessibleName(
            self.tr("Open {name}, {reference}").format(name=who.name, reference=who.reference)
        )
        flow.addWidget(self.open)
        flow.addWidget(Text(who.reference, "reference", "muted"))
        if who.grade:
            flow.addWidget(grade_chip(who.grade))
        self.words.addWidget(names)
        self.words.addWidget(Text(what, wrap=True))
        state = chip(who.safe, now).state
        _, icon, token = STATES[state]
        safe = row(gap=6)
        safe.addWidget(Glyph(icon, token, 15), 0, Qt.AlignmentFlag.AlignTop)
        tone = {"safe": "safe", "never": "danger", "unknown": "muted"}.get(state, "warn")
        safe.addWidget(Text(safe_sentence(who.safe, now), "small", tone, wrap=True), 1)
        self.words.addLayout(safe)
        self.across.addLayout(self.words, 1)
        self.steps = column(gap=6)
        self.steps.addStretch(1)
        self.steps.addStretch(1)
        self.across.addLayout(self.steps)
        text, accessible, place = step
        self.step = self.add_step(text, accessible.format(name=who.name), place, kind)
        self.open.setProperty("place", Place("client", who.client_id))
        self.open.clicked.connect(self._go)

    def add_step(self, text: str, accessible: str, place: Place, kind: str = "secondary") -> Button:
        """One more button under the others."""
        made = Button(text, kind=kind)
        made.setAccessibleName(accessible)
        made.setProperty("place", place)
        made.clicked.connect(self._go)
        self.steps.insertWidget(self.steps.count() - 1, made)
        return made

    def _go(self) -> None:
        self.session.go.emit(self.sender().property("place"))
