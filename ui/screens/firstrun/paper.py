"""Step 3: the vault is made, and its recovery sheet printed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget

from caseworker.errors import Problem, Refused
from ui.say import say
from ui.screens.firstrun.step import Step
from ui.screens.sheet import RecoverySheet
from ui.widgets.parts import Button, Said

if TYPE_CHECKING:
    from ui.screens.firstrun.screen import Answers, FirstRun


class SheetStep(Step):
    continues = False

    def __init__(self, run: FirstRun) -> None:
        super().__init__(run)
        self.sheet: RecoverySheet | None = None
        self.making = Said(self.tr("Making your encrypted records. This takes a few seconds."), "lock")
        self.body.addWidget(self.making)
        self.try_again = Button(self.tr("Try again"), "key-round")
        self.try_again.clicked.connect(self._make)
        self.try_again.hide()
        self.body.addWidget(self.try_again, 0, Qt.AlignmentFlag.AlignLeft)
        if run.answers.made is None:
            QTimer.singleShot(0, self, self._make)
        else:
            self._made(run.answers.made)

    def heading(self) -> str:
        return self.tr("Your recovery sheet")

    def words(self) -> str:
        return self.tr(
            "If you lose the passphrase, this code opens your records. It is shown once, and kept nowhere."
        )

    def first_focus(self) -> QWidget | None:
        return self.sheet.first_focus() if self.sheet is not None else None

    def _make(self) -> None:
        run = self.run
        run.set_going(False)
        self.try_again.hide()
        self.errors.show_problems([])
        self.making.show()
        run.work.run(
            _create, run.root, run.answers, run.cost, owner=self, then=self._made, failed=self._not_made
        )

    def _made(self, made: Any) -> None:
        self.run.answers.made = made
        self.run.set_going(True)
        self.run.back_button.hide()
        self.making.hide()
        if made.cleared:
            self.body.addWidget(
                Said(
                    self.tr(
                        "Making records was cut off here before. What was left of it has been removed; there was"
                        " nothing in it."
                    ),
                    "info",
                )
            )
        self.sheet = RecoverySheet(made.recovery_code)
        self.sheet.done.connect(self._typed_back)
        self.body.addWidget(self.sheet)
        self.sheet.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def _not_made(self, error: Exception) -> None:
        self.run.set_going(True)
        self.making.hide()
        self.try_again.show()
        if isinstance(error, Problem):
            self.errors.show_problems([(say(error.words), self.try_again)])
        elif isinstance(error, Refused):
            self.errors.show_problems([(say(words), self.try_again) for words in error.problems.values()])
        else:
            raise error

    def _typed_back(self) -> None:
        self.run.answers.sheet_typed = True
        self.run.next_step()


def _create(root: Path, answers: Answers, cost: Any) -> Any:
    from caseworker.storage import vault

    return vault.create(
        root,
        passphrase=answers.passphrase,
        worker_name=answers.name,
        role=answers.role or "advocate",
        agency=answers.agency,
        cost=cost,
    )
