"""What every tab of the client's record is: a scrolling column that reads its part of the vault when shown."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from ui.session import Session
from ui.theme import px
from ui.widgets import Button, column
from ui.widgets.gradually import Gradually
from ui.widgets.page import scrolled


class Tab(QWidget):
    """``.body`` scrolls. ``form_wanted`` asks the page to show a form in the tab's place."""

    form_wanted = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.client_id = 0
        whole = column(self)
        self.area, self.body = scrolled((24, 16, 24, 24), 12)
        whole.addWidget(self.area)

    def show_client(self, client_id: int) -> None:
        """Another client's record is open now."""
        self.client_id = client_id
        self.area.verticalScrollBar().setValue(0)

    def go_on_when_scrolled(self, earlier: Button, building: Gradually) -> None:
        """Whoever scrolls to the end of a long list does not have to press the button for more of it."""
        bar = self.area.verticalScrollBar()

        def scrolled_to(at: int) -> None:
            near = at > bar.maximum() - bar.pageStep() // 2
            if near and building.is_done() and not earlier.isHidden():
                earlier.click()

        bar.valueChanged.connect(scrolled_to)

    def when_stood(self, do: Callable[[], object]) -> None:
        """Once what is being made anew here stands, and is on show."""
        QTimer.singleShot(0, self, do)

    def keep_in_sight(self) -> None:
        """What was built anew may have pushed what has the keyboard out of view."""
        focus, inside = self.window().focusWidget(), self.area.widget()
        if focus is not None and inside is not None and inside.isAncestorOf(focus):
            QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)  # to know where it stands now
            self.area.ensureWidgetVisible(focus, 0, px(24))

    def reload(self) -> None:
        """Read again and show."""

    def save(self) -> None:
        """Ctrl+Enter while no form is open."""
