"""Step 1: who you are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ui.screens.firstrun.step import Step
from ui.theme import px
from ui.widgets.choices import ChoiceRow
from ui.widgets.fields import Field, TextLine
from ui.widgets.parts import Button, column

if TYPE_CHECKING:
    from ui.screens.firstrun.screen import FirstRun


class WhoStep(Step):
    def __init__(self, run: FirstRun) -> None:
        super().__init__(run)
        self.body.addWidget(self._narrow(self._fields()))

    def _fields(self) -> QWidget:
        part = QWidget()
        down = column(part, gap=14)
        answers = self.run.answers
        self.name = TextLine(answers.name)
        self.name_field = Field(
            self.tr("Your name"),
            self.name,
            self.tr("As colleagues know you. It stands beside what you record"),
        )
        down.addWidget(self.name_field)
        self.role = ChoiceRow(
            self.tr("Your work"),
            [
                ("advocate", self.tr("Advocate"), "heart-handshake"),
                ("counsellor", self.tr("Counsellor"), "message-square"),
                ("triage", self.tr("Referral triage"), "inbox"),
                ("supervisor", self.tr("Supervisor"), "users"),
            ],
        )
        self.role.set_value(answers.role)
        down.addWidget(self.role)
        self.agency = TextLine(answers.agency)
        self.agency_field = Field(
            self.tr("Your service"),
            self.agency,
            self.tr("Its name. It is never shown while Caseworker is locked"),
        )
        down.addWidget(self.agency_field)
        for line in (self.name, self.agency):
            line.returnPressed.connect(self.run.go_on)
        self.restore_button = Button(self.tr("Or bring your records back from a backup"), kind="link")
        self.restore_button.clicked.connect(self.run.restore_wanted)
        down.addWidget(self.restore_button, 0, Qt.AlignmentFlag.AlignLeft)
        return part

    @staticmethod
    def _narrow(part: QWidget) -> QWidget:
        part.setMaximumWidth(px(600))
        return part

    def heading(self) -> str:
        return self.tr("Who you are")

    def words(self) -> str:
        return self.tr("This stays inside your encrypted records on this laptop.")

    def first_focus(self) -> QWidget | None:
        return self.name

    def keep(self) -> None:
        answers = self.run.answers
        answers.name, answers.agency = self.name.text().strip(), self.agency.text().strip()
        answers.role = self.role.value()

    def leave(self) -> bool:
        self.keep()
        answers = self.run.answers
        problems: list[tuple[str, QWidget | None]] = []
        for field_, missing, words in (
            (self.name_field, not answers.name, self.tr("Enter your name")),
            (self.role, answers.role is None, self.tr("Select your work")),
            (self.agency_field, not answers.agency, self.tr("Enter the name of your service")),
        ):
            field_.show_problem(words if missing else None)
            if missing:
                problems.append((words, field_))
        self.errors.show_problems(problems)
        return not problems
