"""Bringing the records back from a backup, on a computer that has none yet: another laptop, or this one set up anew.

What is typed opens the backup as it did on the day it was made. Nothing that is there is ever written over.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from caseworker.crypto import keys
from caseworker.domain import when
from caseworker.errors import Problem, Refused
from caseworker.storage import backup
from caseworker.storage.backup import Restored
from ui.say import say
from ui.screens.lock import Door
from ui.widgets import (
    Button,
    ErrorSummary,
    Field,
    FlowLayout,
    Said,
    SecretLine,
    Text,
    TextLine,
    Tick,
    announce,
)
from ui.widgets.chooser import FileChooser, typed_place
from ui.widgets.doing import Doing
from ui.work import Stopped, Work


class RestoreScreen(Door):
    """``restored`` carries the words for the lock screen; ``back`` goes to the first run."""

    restored = Signal(str)
    back = Signal()

    def __init__(self, root: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._root = root
        self._work = Work(None, self)
        self._wide = 560
        body = self.card.body
        body.setSpacing(14)
        body.addWidget(Text(self.tr("Bring your records back"), "title", wrap=True))
        said = self.tr("From a backup, with the passphrase you had on the day it was made.")
        body.addWidget(Text(said, "lead", "muted", wrap=True))
        self.errors = ErrorSummary()
        self.errors.hide()
        body.addWidget(self.errors)
        self.path = TextLine()
        hint = self.tr("On your memory stick. Its name ends in .casebak")
        self.file = Field(self.tr("The backup"), self.path, hint)
        body.addWidget(self.file)
        self.choose_button = Button(self.tr("Choose a file"), "folder-open")
        body.addWidget(self.choose_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.secret = SecretLine()
        self.phrase = Field(self.tr("Passphrase of that day"), self.secret)
        self.show_it = Tick(self.tr("Show it"))
        self.phrase.head.addWidget(self.show_it)
        body.addWidget(self.phrase)
        self.sheet = Tick(self.tr("I have only the recovery sheet: what I type is its code"))
        body.addWidget(self.sheet)
        tools = QWidget()
        across = FlowLayout(10, tools)
        self.start_button = Button(self.tr("Bring them back"), "history", "primary")
        self.back_button = Button(self.tr("Start with new records instead"), kind="quiet")
        across.addWidget(self.start_button)
        across.addWidget(self.back_button)
        body.addWidget(tools)
        self.doing = Doing()
        body.addWidget(self.doing)
        self.result = Said()
        self.result.hide()
        body.addWidget(self.result)
        body.addWidget(
            Said(self.tr("Nothing is sent from here until you join the commissioner’s hub again."), "info")
        )
        self.choose_button.clicked.connect(self._choose)
        self.show_it.toggled.connect(self.secret.show_typed)
        self.start_button.clicked.connect(self.bring_back)
        self.secret.returnPressed.connect(self.bring_back)
        self.back_button.clicked.connect(self.back)

    def first_focus(self) -> QWidget:
        return self.path

    def is_busy(self) -> bool:
        """Nothing here may be replaced now."""
        return self.doing.is_busy()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F1:
            self.help_wanted.emit()
        elif event.key() == Qt.Key.Key_Escape and self.doing.is_busy():
            self.doing.stop()
        elif event.key() == Qt.Key.Key_Escape:
            self.back.emit()
        else:
            super().keyPressEvent(event)

    # ---- doing

    def bring_back(self) -> None:
        """Read, check and lay out the backup beside the screen."""
        text, secret = self.path.text().strip(), self.secret.text()
        missing = [
            (words, field)
            for words, field, lacking in (
                (self.tr("Choose the backup"), self.file, not text),
                (self.tr("Enter the passphrase or the code"), self.phrase, not secret),
            )
            if lacking
        ]
        self._say(missing)
        if missing or self.doing.is_busy():
            return
        self._allow(False)
        self.result.hide()
        self.doing.begin(self.tr("Opening the backup"))
        code = self.sheet.isChecked()
        job = self._work.run(
            _bring_home,
            typed_place(text),
            self._root,
            None if code else secret,
            secret if code else None,
            owner=self,
            then=self._done,
            failed=self._failed,
            progress=self.doing.show_step,
        )
        self.doing.watch(job)

    def _done(self, found: Restored) -> None:
        self.doing.end()
        self.secret.clear()
        told = self.tr("Your records are back, as of {time}. Open them with the passphrase you had then.")
        if self.sheet.isChecked():
            told = self.tr("Your records are back, as of {time}. Open them with the recovery sheet, below.")
        self.restored.emit(told.format(time=when.show_datetime(when.local(found.made))))

    def _failed(self, error: Exception) -> None:
        self.doing.end()
        self._allow(True)
        if isinstance(error, Stopped) or (isinstance(error, Problem) and error.code == "E-STOPPED"):
            self.path.setFocus(Qt.FocusReason.OtherFocusReason)
            told = self.tr("Stopped before it was done. Nothing has been changed")
            self.result.show_said(told)
            self.result.show()
            announce(self, told)
        elif isinstance(error, Problem):
            typed = error.code in ("E-PASS", "E-RECOVERY")
            here = error.code in ("E-HOME", "E-HOME-FULL")
            told = say(error.words)
            if error.code == "E-PASS" and self._is_code():
                told = self.tr("This is the code of a recovery sheet. Tick the box below, then try again")
            self._say([(told, None if here else self.phrase if typed else self.file)])
        elif isinstance(error, Refused):
            self._say([(say(words), self.phrase) for words in error.problems.values()])
        else:
            raise error

    def _is_code(self) -> bool:
        """Whether what is typed reads as the code of a recovery sheet."""
        try:
            keys.read_recovery_code(self.secret.text())
        except Problem:
            return False
        return True

    def _say(self, problems: Sequence[tuple[str, Field | None]]) -> None:
        """Beside the field each is about; what is about none of them leads to the button that tries again."""
        for field in (self.file, self.phrase):
            field.show_problem(next((words for words, at in problems if at is field), None))
        self.errors.show_problems(
            [(words, self.start_button if field is None else field.editor) for words, field in problems]
        )
        self.errors.setVisible(bool(problems))
        if problems:
            self.errors.setFocus(Qt.FocusReason.OtherFocusReason)

    def _allow(self, yes: bool) -> None:
        for part in (
            self.path, self.choose_button, self.secret, self.sheet, self.start_button, self.back_button,
        ):  # fmt: skip
            part.setEnabled(yes)

    def _choose(self) -> None:
        chooser = FileChooser(self, self.tr("The backup"), "", ("*.casebak",))
        chooser.setFileMode(FileChooser.FileMode.ExistingFile)
        chooser.fileSelected.connect(self._chosen)
        chooser.open()

    def _chosen(self, place: str) -> None:
        self.path.setText(place)
        self.file.show_problem(None)
        self.secret.setFocus(Qt.FocusReason.OtherFocusReason)


def _bring_home(
    file: Path, root: Path, passphrase: str | None, code: str | None, progress: Any, cancelled: Any
) -> Restored:
    backup.inspect(file)  # nothing is asked of something broken
    return backup.bring_home(
        file, root, passphrase=passphrase, code=code, progress=progress, cancelled=cancelled
    )
