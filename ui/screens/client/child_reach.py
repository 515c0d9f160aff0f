"""How a child or dependant may be reached, as it stands on their card: a number is masked until somebody asks for it.

That is written down, and a minute or leaving the page hides it again.
"""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget

from caseworker import storage
from caseworker.domain import codes
from caseworker.domain.children import Child
from caseworker.domain.interlock import holds_number, numbers_masked
from caseworker.errors import Problem
from caseworker.storage import interlock
from ui.say import say
from ui.screens.client.safe import SHOWN_SECONDS
from ui.session import Session
from ui.widgets import Button, Text, announce


class ChildReach(Text):
    """One line of the card, and the button that shows what is masked in it."""

    def __init__(self, session: Session, child: Child, parent: QWidget | None = None) -> None:
        super().__init__("", wrap=True, parent=parent)
        self.session = session
        self.child = child
        self.button: Button | None = None
        self._hiding = QTimer(self)
        self._hiding.setSingleShot(True)
        self._hiding.setInterval(SHOWN_SECONDS * 1000)
        self._hiding.timeout.connect(self.hide_number)
        session.covering.connect(self.hide_number)
        self._show_line(False)

    def is_masked(self) -> bool:
        """Whether there is anything to show."""
        return any(holds_number(part) for part in (self.child.reach_through, self.child.reach_where))

    def toggle(self) -> None:
        """Show the number for a minute, or hide it again."""
        if self._hiding.isActive():
            self.hide_number()
            return
        try:
            # No ``changed``: looking changes nothing that is on show.
            self.child = storage.write(interlock.show_child, self.child.id or 0)
        except Problem as problem:
            self.session.problem(problem)
            return
        self._hiding.start()
        self._show_line(True)
        announce(self, self.text())

    def hide_number(self) -> None:
        """Mask it again."""
        self._hiding.stop()
        self._show_line(False)

    def hideEvent(self, event: QHideEvent) -> None:
        self.hide_number()
        super().hideEvent(event)

    def _show_line(self, plain: bool) -> None:
        one = self.child
        if one.reach == "NA-ASK":
            self.setText(self.tr("Own safe contact: not asked yet. Do not reach out until it is."))
            return
        told = [part if plain else say(numbers_masked(part)) for part in (one.reach_through, one.reach_where)]
        parts = [codes.get("child_reach").label(one.reach), *told]
        self.setText(self.tr("Own safe contact: {how}").format(how=", ".join(part for part in parts if part)))
        if self.button is not None:
            text = self.tr("Hide the number") if plain else self.tr("Show the number")
            self.button.setText(text)
            self.button.show_icon("eye-off" if plain else "eye")
            self.button.setAccessibleName(f"{text}: {one.name}")
