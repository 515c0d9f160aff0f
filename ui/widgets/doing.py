"""What is being done beside the screen: which step, how far it is, and a way to stop it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QWidget

from ui.say import say
from ui.widgets.parts import Button, Text, column
from ui.widgets.toast import announce
from ui.work import Job


class Doing(QWidget):
    """Hidden while nothing is done. ``step``, ``bar`` and ``stop_button`` show the job under way."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        inside = column(self, gap=8)
        self.step = Text("", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("How far it is"))
        self.stop_button = Button(self.tr("Stop"), "x")
        self.stop_button.clicked.connect(self.stop)
        inside.addWidget(self.step)
        inside.addWidget(self.bar)
        inside.addWidget(self.stop_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def is_busy(self) -> bool:
        return self._job is not None

    def begin(self, words: str) -> None:
        """Show the first step; the keyboard goes to Stop. The job itself follows (``watch``)."""
        self.step.setText(words)
        self.bar.setRange(0, 100)
        self.bar.setValue(0)
        self.show()
        self.stop_button.setEnabled(True)
        self.stop_button.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, words)

    def watch(self, job: Job) -> None:
        """The job that Stop stops."""
        self._job = job

    def show_step(self, step: Any) -> None:
        """A job's ``progress``: the words of the step and the percent done."""
        what, percent = step
        if self._job is not None and not self._job.cancelled():
            self.step.setText(say(what))
        self.bar.setValue(percent)

    def stop(self) -> None:
        """Ask the job to stop where that is safe."""
        if self._job is not None:
            self._job.cancel()
            self.stop_button.setEnabled(False)
            self.step.setText(self.tr("Stopping"))

    def end(self) -> None:
        """It is over, well or not."""
        self._job = None
        self.hide()
