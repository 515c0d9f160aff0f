"""Step 2: a passphrase that is strong, can be remembered, and is typed twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLineEdit, QProgressBar, QWidget

from ui.say import say
from ui.screens.firstrun.step import Step
from ui.theme import px
from ui.widgets.fields import Field, TextLine
from ui.widgets.parts import Button, Card, Said, Text, Tick, column, row

if TYPE_CHECKING:
    from ui.screens.firstrun.screen import FirstRun


class PhraseStep(Step):
    """The strength is worked out shortly after the last key: the library for it is loaded on first use."""

    def __init__(self, run: FirstRun) -> None:
        super().__init__(run)
        self.columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self.columns.setSpacing(px(32))
        self.columns.addLayout(self._left(), 1)
        self._aside = self._advice()
        self.columns.addWidget(self._aside, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(self.columns)
        # one Tab from the first to the second: they are typed one after the other
        QWidget.setTabOrder(self.one, self.two)
        QWidget.setTabOrder(self.two, self.show_it)
        QWidget.setTabOrder(self.show_it, self.make_button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(150)
        self._timer.timeout.connect(self.show_strength)
        self.one.setText(run.answers.passphrase)
        self.two.setText(run.answers.passphrase)
        if run.answers.passphrase:
            self.show_strength()

    def _left(self) -> QBoxLayout:
        left = column(gap=0)
        self.one = TextLine()
        self.one.setEchoMode(QLineEdit.EchoMode.Password)
        self.one_field = Field(
            self.tr("Passphrase"),
            self.one,
            self.tr("Five or more words that do not belong together. Spaces are fine"),
        )
        self.show_it = Tick(self.tr("Show it"))
        self.show_it.checkStateChanged.connect(self._show_or_not)
        self.one_field.head.addWidget(self.show_it)
        left.addWidget(self.one_field)
        left.addSpacing(px(12))
        self.meter = QProgressBar()
        self.meter.setRange(0, 4)
        self.meter.setTextVisible(False)
        self.meter.setAccessibleName(self.tr("Strength"))
        left.addWidget(self.meter)
        left.addSpacing(px(6))
        self.strength = Said(self.tr("Nothing typed yet"), "info")
        left.addWidget(self.strength)
        left.addSpacing(px(18))
        self.two = TextLine()
        self.two.setEchoMode(QLineEdit.EchoMode.Password)
        self.two_field = Field(self.tr("Type it again"), self.two)
        left.addWidget(self.two_field)
        left.addSpacing(px(8))
        self.match = Said("", "info")
        self.match.hide()
        left.addWidget(self.match)
        left.addSpacing(px(14))
        across = row(gap=10)
        self.make_button = Button(self.tr("Make one for me"), "key-round")
        self.make_button.clicked.connect(self.make_one)
        across.addWidget(self.make_button)
        across.addWidget(
            Text(self.tr("Pasting and password managers work here."), "small", "muted", wrap=True), 1
        )
        left.addLayout(across)
        left.addSpacing(px(22))
        card = Card()
        card.body.setContentsMargins(px(18), px(13), px(18), px(15))
        card.body.addWidget(Text(self.tr("If someone makes you open it"), "card", wrap=True))
        card.body.addWidget(
            Text(
                self.tr(
                    "Your safety comes first. Open it if you need to. Then tell your supervisor as soon"
                    " as it is"
                    " safe: they will help you decide what to do next."
                ),
                wrap=True,
            )
        )
        left.addWidget(card)
        for line in (self.one, self.two):
            line.textEdited.connect(self._typed)
            line.returnPressed.connect(self.run.go_on)
        return left

    def _advice(self) -> QWidget:
        card = Card()
        body = card.body
        body.setContentsMargins(px(18), px(14), px(18), px(16))
        body.addWidget(Text(self.tr("What helps"), "card"))
        for words in (
            self.tr("Words you can picture and type without looking"),
            self.tr("A phrase you use nowhere else"),
            self.tr("One that a partner or relative would not guess"),
        ):
            body.addWidget(Said(words, "circle-check", "on_safe"))
        body.addSpacing(px(4))
        body.addWidget(Text(self.tr("What does not"), "card"))
        for words in (
            self.tr("Names, birthdays, pets or addresses"),
            self.tr("A line from a song or a book"),
            self.tr("One word with a number after it"),
        ):
            body.addWidget(Said(words, "x", "on_medium"))
        return card

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= px(860)
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self.columns.direction() != way:
            self.columns.setDirection(way)
        self._aside.setFixedWidth(px(300)) if wide else self._aside.setMinimumWidth(0)
        if not wide:
            self._aside.setMaximumWidth(16777215)

    def heading(self) -> str:
        return self.tr("Choose a passphrase")

    def words(self) -> str:
        return self.tr(
            "You type it each time you open the app. Nobody else has it, and we cannot get it back for you."
            " The next step gives you a recovery sheet, in case you lose it."
        )

    def first_focus(self) -> QWidget | None:
        return self.one

    def make_one(self) -> None:
        """Six words drawn by chance, shown so that they can be written down."""
        from caseworker.crypto import keys

        self.show_it.setChecked(True)
        self.one.setText(keys.generate_phrase())
        self.two.clear()
        self.one_field.show_problem(None)
        self.two_field.show_problem(None)
        self.errors.show_problems([])
        self.show_strength()
        self.two.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_or_not(self) -> None:
        mode = QLineEdit.EchoMode.Normal if self.show_it.isChecked() else QLineEdit.EchoMode.Password
        self.one.setEchoMode(mode)
        self.two.setEchoMode(mode)

    def _typed(self) -> None:
        self._timer.start()

    def show_strength(self) -> None:
        from caseworker.crypto import keys

        score, words = keys.phrase_strength(self.one.text())
        self.meter.setValue(score)
        said = say(words)
        good = score >= 3
        self.strength.show_said(said, "circle-check" if good else "info", "on_safe" if good else "muted")
        self.meter.setAccessibleName(self.tr("Strength: {words}").format(words=said))
        self.match.setVisible(bool(self.two.text()))
        if self.one.text() == self.two.text():
            self.match.show_said(self.tr("They match."), "circle-check", "on_safe")
        else:
            self.match.show_said(self.tr("They do not match yet."), "info", "muted")

    def leave(self) -> bool:
        from caseworker.crypto import keys

        problem = keys.phrase_problem(self.one.text())
        first = None if problem is None else say(problem)
        if not self.one.text():
            first = self.tr("Enter a passphrase")
        second = None
        if first is None and self.two.text() != self.one.text():
            second = self.tr("Type the same passphrase again")
        self.one_field.show_problem(first)
        self.two_field.show_problem(second)
        problems = [(w, f) for w, f in ((first, self.one), (second, self.two)) if w]
        self.errors.show_problems(problems)
        if problems:
            return False
        self.run.answers.passphrase = self.one.text()
        return True
