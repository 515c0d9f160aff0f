"""One page shown to the client herself, over the whole window: her plan and nothing else.

No name, no risk, nothing of anybody else: the screen is turned to her, and others may look over her shoulder. Esc
comes back; Hide and Lock work as everywhere.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from caseworker.domain.safety_plan import Sheet
from ui import theme
from ui.say import say
from ui.theme import px
from ui.widgets import Button, Card, Heading, Text, column, row
from ui.widgets.page import scrolled

WIDE = 860  # a line people read well at an arm's length
LARGE = 1.35  # times the letters of a page: two people look at it from further away


class Together(QFrame):
    """The sheet over the window that ``asker`` stands in. Nothing under it takes a key while it is open."""

    def __init__(self, sheet: Sheet, asker: QWidget) -> None:
        super().__init__(asker.window())
        self._asker = asker
        self.setObjectName("window")
        self.setProperty("together", True)
        self.setAutoFillBackground(True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(say(sheet.title))
        whole = column(self)
        head = row(margins=(40, 28, 40, 8), gap=12)
        head.addWidget(Heading(say(sheet.title), 1), 1)
        self.back = Button(self.tr("Back"), "arrow-left", "quiet")
        self.back.setToolTip(self.tr("Back  (Esc)"))
        head.addWidget(self.back, 0, Qt.AlignmentFlag.AlignTop)
        whole.addLayout(head)
        self.area, body = scrolled((40, 8, 40, 40), 18)
        whole.addWidget(self.area, 1)
        large = theme.font("lead")
        large.setPointSizeF(large.pointSizeF() * LARGE)
        across = row()
        page = column(gap=18)
        for section in sheet.sections:
            card = Card()
            card.setMaximumWidth(px(WIDE))
            card.body.addWidget(Text(say(section.heading), "panel", "primary", wrap=True))
            for line in section.lines:
                words = Text(line, "lead", wrap=True)
                words.setFont(large)
                card.body.addWidget(words)
            page.addWidget(card)
        across.addStretch(1)
        across.addLayout(page, 8)
        across.addStretch(1)
        body.addLayout(across)
        body.addStretch(1)
        self.back.clicked.connect(self.shut)
        asker.window().installEventFilter(self)

    def open(self) -> None:
        """Over everything, with the keyboard in it."""
        self.setGeometry(self.window().rect())
        self.show()
        self.raise_()
        self.back.setFocus(Qt.FocusReason.OtherFocusReason)

    def shut(self) -> None:
        """Take it away and go back to the button it came from."""
        self.window().removeEventFilter(self)
        self.hide()
        self.deleteLater()
        self._asker.setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent) -> bool:
        # Every shortcut of the window waits; those of Hide and Lock are the desk's, which hears them first.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and not _is_desks(event)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.area.verticalScrollBar()
        steps = {
            Qt.Key.Key_Down: bar.singleStep(), Qt.Key.Key_Up: -bar.singleStep(),
            Qt.Key.Key_PageDown: bar.pageStep(), Qt.Key.Key_PageUp: -bar.pageStep(),
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.shut()
        elif key in steps:
            bar.setValue(bar.value() + steps[key])

    def focusNextPrevChild(self, forward: bool) -> bool:
        """The keyboard stays in here: what lies under the page is not for these eyes."""
        self.back.setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self.window().rect())
        return False


def _is_desks(event: QKeyEvent) -> bool:
    """F12 and Ctrl+L: cover and lock, whatever is on the screen."""
    locks = event.key() == Qt.Key.Key_L and event.modifiers() == Qt.KeyboardModifier.ControlModifier
    return event.key() == Qt.Key.Key_F12 or locks
