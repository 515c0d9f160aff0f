"""While the vault gets a new key: the records are closed, one sentence says how far it is, and then the app ends."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from caseworker.errors import Problem
from ui.say import say
from ui.screens.lock import Door
from ui.session import Renewal
from ui.theme import px
from ui.widgets.parts import Button, Said, Text
from ui.widgets.toast import announce
from ui.work import Work

if TYPE_CHECKING:
    from caseworker.crypto.keys import KdfCost

PATIENCE = 10.0  # seconds that jobs of the closed records get to end


class Renewing(Door):
    """``done``: it is over, well or not; what happened has been read."""

    done = Signal()

    def __init__(
        self,
        folder: Path,
        wish: Renewal,
        before: list[Work],
        cost: KdfCost | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        body = self.card.body
        self.heading = Text(self.tr("Renewing the key of the records"), "title", wrap=True)
        body.addWidget(self.heading)
        body.addSpacing(px(10))
        self.step = Text(self.tr("Closing the records"), wrap=True)
        body.addWidget(self.step)
        body.addSpacing(px(8))
        self.bar = QProgressBar()
        self.bar.setRange(0, 100)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("How far it is"))
        body.addWidget(self.bar)
        body.addSpacing(px(14))
        self.result = Said(
            self.tr(
                "If the power fails now, the records open as before or with the new key. Nothing is lost."
            ),
            "circle-check",
            "on_safe",
        )
        body.addWidget(self.result)
        body.addSpacing(px(14))
        self.close_button = Button(self.tr("Go to the lock screen"), "lock", "primary")
        self.close_button.clicked.connect(self.done)
        self.close_button.hide()
        body.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.look_button.hide()
        self.help_button.hide()
        self._work = Work(None, self)
        self._work.run(
            _renew, folder, wish, before, cost,
            owner=self, then=self._renewed, failed=self._failed, progress=self._progress,
        )  # fmt: skip

    def _progress(self, step: Any) -> None:
        words, percent = step
        self.step.setText(say(words))
        self.bar.setValue(percent)

    def _renewed(self, _nothing: object) -> None:
        # The lock screen comes by itself: nothing of the records may stay in memory longer than it must.
        self.done.emit()

    def _failed(self, error: Exception) -> None:
        self.heading.setText(self.tr("The key was not renewed"))
        self.step.hide()
        self.bar.hide()
        told = (
            say(error.words)
            if isinstance(error, Problem)
            else self.tr("It could not be done. The records open as before.")
        )
        self.result.show_said(told, "circle-alert", "on_high")
        self.close_button.show()
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, told)
        if not isinstance(error, Problem):
            raise error


def _renew(folder: Path, wish: Renewal, before: list[Work], cost: Any, progress: Any) -> None:
    from caseworker.storage import database, vault

    if not all(work.wait(PATIENCE) for work in before) or not database.deferred:
        raise Problem(
            "E-BUSY", "Something was still running. Nothing was changed. Open Caseworker and try again"
        )
    vault.renew(folder, wish.passphrase, without=wish.without, cost=cost, progress=progress)
