"""The short line at the foot of the window: "Contact saved", with Undo for ten seconds. Also said aloud."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QTimer, Signal
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from ui import session
from ui.theme import px
from ui.widgets.parts import Button, Text, row


class Toast(QFrame):
    """Floats over the foot of ``parent``; the newest wins. Goes by itself unless it has the focus."""

    SECONDS = 10
    #: Above the buttons at the foot of a form, which nothing may cover.
    CLEAR = 68
    #: Logical pixels. A table, or a page that scrolls, has room enough beside it.
    TALL = 240
    #: Seconds in which it can be read in any case.
    LEAST = 2

    #: Carries what was said when its button was pressed and done.
    done = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("toast")
        across = self._across = row(self, (16, 8, 10, 8), 14)
        self._words = Text("", "strong", wrap=False)
        across.addWidget(self._words)
        self.button = Button("")
        self.button.clicked.connect(self._do)
        across.addWidget(self.button)
        self._said: session.Toast | None = None
        self._is_new = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(self.SECONDS * 1000)
        self._timer.timeout.connect(self._time_over)
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(0)
        self._settling.timeout.connect(self._settle)
        parent.installEventFilter(self)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._moved_on)
        self._covering = QTimer(self)
        self._covering.setSingleShot(True)
        self._covering.timeout.connect(self._give_way)
        self.hide()

    def show_toast(self, said: session.Toast) -> None:
        self._said = said
        self._is_new = True
        self._settling.start()
        self._words.setText(said.text)
        self.button.setText(said.action_text)
        self.button.setVisible(said.action is not None)
        self._across.setContentsMargins(px(16), px(8), px(10 if said.action is not None else 16), px(8))
        self.setAccessibleName(said.text)
        self._place()
        self.show()
        self.raise_()
        self._timer.start()
        announce(self, said.text)

    def leave_page(self) -> None:
        """Another page is shown: what was said about the last one goes, what this same step said stays."""
        if not self._is_new:
            self._timer.stop()
            self._said = None
            self.hide()

    def text(self) -> str:
        return self._said.text if self._said is not None and not self.isHidden() else ""

    def _do(self) -> None:
        said, self._said = self._said, None
        self.hide()
        self._timer.stop()
        if said is not None and said.action is not None:
            said.action()
            self.done.emit(said)

    def _moved_on(self, _old: QWidget | None, _new: QWidget | None) -> None:
        if not self.isHidden():
            shown = self._timer.interval() - self._timer.remainingTime()
            self._covering.start(max(0, self.LEAST * 1000 - shown))

    def _give_way(self) -> None:
        """A line with nothing to press goes when the keyboard comes to what it covers, its label included."""
        parent = self.parentWidget()
        focus = parent.window().focusWidget() if parent is not None else None
        offers = self._said is not None and self._said.action is not None
        if parent is None or focus is None or offers or not parent.isAncestorOf(focus):
            return
        whole = focus.parentWidget() or focus  # the question with all its answers, the field with its label
        if whole.height() > px(self.TALL):
            whole = focus
        there = whole.rect().translated(whole.mapTo(parent, QPoint(0, 0)))
        if there.intersects(self.geometry()) and whole.height() <= px(self.TALL):
            self._said = None
            self._timer.stop()
            self.hide()

    def _settle(self) -> None:
        self._is_new = False

    def _time_over(self) -> None:
        if self.button.hasFocus():  # somebody is about to press it (WCAG 2.2.1)
            self._timer.start()
            return
        self._said = None
        self.hide()

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        # A long line wraps inside the window instead of running out of it.
        room = parent.width() - px(48)
        self._words.setWordWrap(False)
        if self.sizeHint().width() > room:
            self._words.setWordWrap(True)
            self.setFixedWidth(room)
        else:
            self.setFixedWidth(self.sizeHint().width())
        self.adjustSize()
        self.move(
            QPoint((parent.width() - self.width()) // 2, parent.height() - self.height() - px(self.CLEAR))
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False


def announce(widget: QWidget, text: str) -> None:
    """Let a screen reader say it without moving the focus (WCAG 4.1.3)."""
    from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))
