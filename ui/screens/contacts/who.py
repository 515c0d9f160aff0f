"""Who a contact was with: a few letters and Enter, or nobody with a record."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from caseworker.storage import clients, drafts
from ui.say import say
from ui.screens.contacts.form import UNCHOSEN
from ui.session import Session
from ui.theme import px
from ui.widgets import Button, Field, Text, TextLine, column

FOUND = 7  # clients offered


class WhoPicker(QWidget):
    """Who it was with: type a few letters, Enter takes the first. The last few clients stand there to begin with."""

    picked = Signal(object)
    nobody = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        down = column(self, gap=8)
        self.line = TextLine()
        hint = self.tr("Name, known-as name or reference. Enter takes the first")
        self.field = Field(self.tr("Who was it with or about?"), self.line, hint)
        down.addWidget(self.field)
        self.found = QListWidget()
        self.found.setObjectName("found")
        self.found.setAccessibleName(self.tr("Clients found"))
        self.found.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.found.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        down.addWidget(self.found)
        self.none = Text("", "body", "muted", wrap=True)
        down.addWidget(self.none)
        waiting = drafts.get(UNCHOSEN) is not None
        self.anonymous = Button(
            self.tr("Carry on with the anonymous note")
            if waiting
            else self.tr("Anonymous: somebody without a record"),
            "history" if waiting else "user",
            "quiet",
        )
        down.addWidget(self.anonymous, 0, Qt.AlignmentFlag.AlignLeft)
        self.line.textEdited.connect(self._find)
        self.line.returnPressed.connect(self._take)
        self.line.installEventFilter(self)
        self.found.itemClicked.connect(self._clicked)
        self.found.itemActivated.connect(self._clicked)
        self.anonymous.clicked.connect(self._nobody)
        session.changed.connect(self._find_again)
        self._find()

    def _find(self, *_: object) -> None:
        rows = clients.found(self.line.text(), FOUND)
        self.found.clear()
        for found in rows:
            item = QListWidgetItem(say(found.found_words()))
            item.setData(Qt.ItemDataRole.UserRole, found.id)
            self.found.addItem(item)
        self.found.setVisible(bool(rows))
        if rows:
            self.found.setCurrentRow(0)
            self.found.setFixedHeight(max(px(40), self.found.sizeHintForRow(0)) * len(rows) + px(10))
        self.none.setText(
            "" if rows else self.tr("No client matches. Check the spelling, or add a new client with Ctrl+N.")
        )
        self.none.setVisible(not rows)

    def asked(self) -> tuple[str, int | None]:
        """What was typed, and who is chosen."""
        chosen = self.found.currentItem()
        return self.line.text(), None if chosen is None else int(chosen.data(Qt.ItemDataRole.UserRole))

    def ask_again(self, typed: str, chosen: int | None) -> None:
        """As it stood in another window: Enter must not take somebody else."""
        if typed != self.line.text():  # else the cursor would go to its end
            self.line.setText(typed)
        self._find()
        for at in range(self.found.count()):
            if self.found.item(at).data(Qt.ItemDataRole.UserRole) == chosen:
                self.found.setCurrentRow(at)

    def _find_again(self) -> None:
        """A record was added, renamed or erased meanwhile; whoever was chosen stays so."""
        self.ask_again(*self.asked())

    def _take(self) -> None:
        self._clicked(self.found.currentItem())

    def _clicked(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.picked.emit(item.data(Qt.ItemDataRole.UserRole))

    def _nobody(self) -> None:
        self.nobody.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None and self.found.count():
                self.found.setCurrentRow((self.found.currentRow() + step) % self.found.count())
                return True
        return False
