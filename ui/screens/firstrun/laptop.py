"""Step 4: when this laptop locks, and where the records are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from ui.preferences import IDLE_MINUTES
from ui.screens.firstrun.step import Step
from ui.screens.settings import minutes_words
from ui.theme import px
from ui.widgets.choices import ChoiceRow
from ui.widgets.parts import Card, Said, Text, breaking

if TYPE_CHECKING:
    from ui.screens.firstrun.screen import FirstRun


class LaptopStep(Step):
    def __init__(self, run: FirstRun) -> None:
        super().__init__(run)
        self.minutes = ChoiceRow(
            self.tr("Lock after this time without use"),
            [(str(m), minutes_words(m), "clock") for m in IDLE_MINUTES],
            self.tr("Ctrl+L locks at any time. F12 hides the screen at once"),
        )
        self.minutes.set_value(str(run.preferences.idle_minutes))
        self.minutes.chosen.connect(self._chosen)
        self.body.addWidget(self.minutes)
        card = Card(self.tr("Where your records are"), icon="folder-open")
        card.body.addWidget(Text(breaking(run.root), wrap=True))
        card.body.addWidget(
            Said(
                self.tr("This folder was checked: it is on this laptop and no service copies it elsewhere."),
                "circle-check",
                "on_safe",
            )
        )
        card.body.addWidget(
            Said(
                self.tr("Everything in it is encrypted. Caseworker works without the internet."), "cloud-off"
            )
        )
        card.body.addWidget(
            Said(
                self.tr(
                    "If the laptop is lost or breaks, only a backup brings the records back. Settings, Backup makes"
                    " one on a memory stick; Caseworker reminds you each week."
                ),
                "download",
            )
        )
        card.setMaximumWidth(px(640))
        self.body.addWidget(card)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter on an answer goes on, as it does from a line in the steps before."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.run.go_on()
        else:
            super().keyPressEvent(event)

    def heading(self) -> str:
        return self.tr("This laptop")

    def words(self) -> str:
        return self.tr("Caseworker locks itself when you step away. You can change this later in Settings.")

    def first_focus(self) -> QWidget | None:
        return self.minutes.first()

    def _chosen(self, minutes: object) -> None:
        self.run.preferences = replace(self.run.preferences, idle_minutes=int(str(minutes)))
        self.run.preferences_changed.emit(self.run.preferences)
