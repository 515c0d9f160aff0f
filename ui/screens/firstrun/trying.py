"""Step 5: start with one's own records, or look round with made-up people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from caseworker.errors import Problem
from ui.say import say
from ui.screens.firstrun.step import Step
from ui.theme import px
from ui.widgets.parts import Button, Card, Said, Text
from ui.widgets.toast import announce

if TYPE_CHECKING:
    from ui.screens.firstrun.screen import FirstRun


class TryStep(Step):
    continues = False

    def __init__(self, run: FirstRun) -> None:
        super().__init__(run)
        self.start_button = Button(self.tr("Start with my own records"), "check", "primary")
        self.start_button.clicked.connect(self._start)
        self.try_button = Button(self.tr("Look round with made-up people"), "users")
        self.try_button.clicked.connect(self._try)
        for button, words in (
            (self.start_button, self.tr("Your records are empty and ready for the first client.")),
            (
                self.try_button,
                self.tr(
                    "A separate set of made-up people opens. It cannot be mixed up with yours, and Lock"
                    " ends it."
                ),
            ),
        ):
            card = Card()
            card.setMaximumWidth(px(640))
            card.body.addWidget(Text(words, wrap=True))
            card.body.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            self.body.addWidget(card)
        self.said = Said("", "lock")
        self.said.hide()
        self.body.addWidget(self.said)

    def heading(self) -> str:
        return self.tr("You are ready")

    def words(self) -> str:
        return self.tr("Start now, or try everything first where nothing can go wrong.")

    def first_focus(self) -> QWidget | None:
        return self.start_button

    def _start(self) -> None:
        self._wait(self.tr("Opening your records."))
        answers = self.run.answers
        self.run.work.run(
            _unlock,
            answers.made.path,
            answers.passphrase,
            owner=self,
            then=self._unlocked,
            failed=self._failed,
        )

    def _unlocked(self, unlocked: Any) -> None:
        from caseworker import storage
        from caseworker.storage import sheets, vault

        opened = vault.open_vault(unlocked)
        if self.run.answers.sheet_typed:
            storage.write(sheets.note, opened.worker)
        self.run.answers.passphrase = ""
        self.run.answers.made = None
        self.run.opened.emit(opened)

    def _try(self) -> None:
        self._wait(self.tr("Making the made-up people. This takes a few seconds."))
        self.run.practise.emit(self.run.answers.passphrase)

    def _wait(self, words: str) -> None:
        for button in (self.start_button, self.try_button):
            button.setEnabled(False)
        self.run.set_going(False)
        self.errors.show_problems([])
        self.said.show_said(words, "lock")
        self.said.show()
        announce(self, words)

    def _failed(self, error: Exception) -> None:
        for button in (self.start_button, self.try_button):
            button.setEnabled(True)
        self.run.set_going(True)
        self.said.hide()
        if not isinstance(error, Problem):
            raise error
        self.errors.show_problems([(say(error.words), self.start_button)])

    def show_failure(self, error: Exception) -> None:
        """The made-up people could not be made."""
        self._failed(error)


# ---- on the worker thread: nothing of the screen below this line


def _unlock(path: Path, passphrase: str) -> Any:
    from caseworker.storage import vault

    return vault.unlock(path, passphrase)
