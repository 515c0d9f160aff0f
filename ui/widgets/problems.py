"""What has to be put right: the line beside a field, and the summary of all of them with links."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from ui import theme
from ui.theme import px
from ui.widgets.parts import Button, Text, column

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QPaintEvent


WIDEST_LINK = 620  # a line of a problem is never longer than people read well


def problem_line() -> Text:
    """Where the problem stands beside what it is about."""
    return Text("", "strong", "danger", wrap=True)


class ErrorLink(Button):
    """One problem as a link. Its words wrap: a problem that is cut cannot be put right."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, kind="error-link", parent=parent)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        letters = theme.font("strong")
        letters.setUnderline(True)
        self.setFont(letters)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        room = QRect(0, 0, max(1, width), 1 << 16)
        words = QFontMetrics(self.font()).boundingRect(room, int(Qt.TextFlag.TextWordWrap), self.text())
        return max(px(26), words.height() + px(6))

    def sizeHint(self) -> QSize:
        wide = min(QFontMetrics(self.font()).horizontalAdvance(self.text()) + 2, px(WIDEST_LINK))
        return QSize(wide, self.heightForWidth(wide))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(120), self.heightForWidth(max(self.width(), px(120))))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(theme.colour("on_high"))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(self.rect(), int(flags), self.text())
        painter.end()


class ErrorSummary(QFrame):
    """ "There is a problem": every problem as a link to its field. Takes the focus when shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("errors")
        self.setProperty("ringed", True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._down = column(self, (14, 10, 14, 10), 2)
        self._targets: list[tuple[Button, QWidget]] = []
        self._heading = Text(self.tr("There is a problem"), "card", wrap=True, parent=self)
        self._down.addWidget(self._heading)
        self.hide()

    def show_problems(self, problems: Sequence[tuple[str, QWidget | None]]) -> None:
        """Show these (words, field); an empty list takes the summary away."""
        for link, _ in self._targets:
            self._down.removeWidget(link)
            link.hide()
            link.deleteLater()
        self._targets = []
        for text, target in problems:
            self._add_line(ErrorLink(text, self), self if target is None else target)
        for before, after in pairwise([self, *(link for link, _ in self._targets)]):
            QWidget.setTabOrder(before, after)  # made just now, they would come last of all
        self.setVisible(bool(problems))
        if problems:
            said = ". ".join(text for text, _ in problems)
            self.setAccessibleName(f"{self._heading.text()}. {said}")
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to the first field to put right: the keyboard stands here when something is wrong."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._targets:
            self._targets[0][1].setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        super().keyPressEvent(event)

    def problems(self) -> list[str]:
        return [link.text() for link, _ in self._targets]

    def _add_line(self, link: Button, target: QWidget) -> None:
        link.clicked.connect(self._follow)
        self._down.addWidget(link)
        self._targets.append((link, target))

    def _follow(self) -> None:
        pressed = self.sender()
        for link, target in self._targets:
            if link is pressed:
                target.setFocus(Qt.FocusReason.ShortcutFocusReason)
