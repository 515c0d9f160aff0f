"""The first run, in five steps: who you are, a passphrase, the recovery sheet, this laptop, a look round.

Nothing leaves the laptop. The vault is made in step 3, beside the screen, with words for what happens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QLineEdit,
    QProgressBar,
    QScrollArea,
    QStackedWidget,
    QWidget,
)

from caseworker.errors import Problem, Refused
from ui import theme
from ui.preferences import IDLE_MINUTES, Preferences
from ui.say import say
from ui.screens.settings import minutes_words
from ui.screens.sheet import RecoverySheet
from ui.theme import px
from ui.widgets.fields import ChoiceRow, ErrorSummary, Field, TextLine
from ui.widgets.page import scrolled
from ui.widgets.parts import Button, Card, Glyph, Said, Text, Tick, breaking, column, row
from ui.widgets.toast import announce
from ui.work import Work

if TYPE_CHECKING:
    from caseworker.crypto.keys import KdfCost

STEPS = 5


@dataclass
class Answers:
    """What was answered so far. The passphrase is here until the vault is open, then it is let go."""

    step: int = 0
    name: str = ""
    role: str | None = None
    agency: str = ""
    passphrase: str = field(default="", repr=False)
    made: Any = field(default=None, repr=False)
    sheet_typed: bool = False


class FirstRun(QWidget):
    """Makes the vault under ``root``. ``opened`` carries the OpenVault."""

    opened = Signal(object)
    practise = Signal(object)
    restore_wanted = Signal()
    preferences_wanted = Signal()
    preferences_changed = Signal(object)
    help_wanted = Signal()

    def __init__(
        self,
        root: Path,
        preferences: Preferences | None = None,
        answers: Answers | None = None,
        cost: KdfCost | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("cover")
        self.root = root
        self.preferences = preferences or Preferences()
        self.answers = answers or Answers()
        self.cost = cost
        self.work = Work(None, self)
        across = row(self)
        self._nav = QFrame()
        self._nav.setObjectName("steps")
        self._nav_down = column(self._nav, (24, 20, 20, 14))
        across.addWidget(self._nav)
        self._right = column()
        across.addLayout(self._right, 1)
        self._pages = QStackedWidget()
        self._right.addWidget(self._pages, 1)
        self._build_foot()
        self._marks: list[tuple[Glyph, Text, Text]] = []
        self._build_nav()
        self.step: Step = self._make(self.answers.step)
        self._show_step()

    # ---- moving

    def names(self) -> list[tuple[str, str]]:
        return [
            (self.tr("Who you are"), self.tr("Your name and work")),
            (self.tr("Passphrase"), self.tr("The key to your records")),
            (self.tr("Recovery sheet"), self.tr("Print it, keep it apart")),
            (self.tr("This laptop"), self.tr("Locking and where records are")),
            (self.tr("Try it"), self.tr("With made-up people, or start")),
        ]

    def go_on(self) -> None:
        """Continue: what is missing is said, else the next step."""
        if self.step.leave():
            self.next_step()

    def next_step(self) -> None:
        if self.answers.step < STEPS - 1:
            self._go(self.answers.step + 1)

    def go_back(self) -> None:
        if self.back_button.isEnabled() and self.answers.step > 0:
            self._go(self.answers.step - 1)

    def _go(self, at: int) -> None:
        self.answers.step = at
        leaving = self.step
        self.step = self._make(at)
        self._show_step()
        self._pages.removeWidget(leaving)
        leaving.hide()
        leaving.deleteLater()

    def _make(self, at: int) -> Step:
        kinds: tuple[Callable[[FirstRun], Step], ...] = (WhoStep, PhraseStep, SheetStep, LaptopStep, TryStep)
        return kinds[at](self)

    def _show_step(self) -> None:
        at = self.answers.step
        self._pages.addWidget(self.step)
        self._pages.setCurrentWidget(self.step)
        for n, (glyph, title, under) in enumerate(self._marks):
            if n < at:
                glyph.show_icon("circle-check", "primary")
            elif n == at:
                glyph.show_icon("chevron-right", "primary")
            else:
                glyph.show_icon("circle", "muted")
            font = theme.font("name" if n == at else "lead")
            title.setFont(font)
            title.set_tone("primary" if n == at else "")
            # and again: taking a style off puts back the font that stood when it was put on
            title.setFont(font)
            words = self.names()[n][1]
            under.setText(self.tr("Done") if n < at else self.tr("You are here") if n == at else words)
        self.set_going(True)
        # The vault exists from step 3 on: its name and passphrase are settings now, not steps.
        self.back_button.setVisible(at == 1 or at == 4)
        self.continue_button.setVisible(self.step.continues)
        self.continue_button.setText(self.step.continue_words())
        self.continue_button.show_icon("check")
        announce(self, self.step.heading())
        QTimer.singleShot(0, self, self._focus_step)

    def _focus_step(self) -> None:
        first = self.step.first_focus()
        if first is not None and first.isVisible():
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_going(self, yes: bool) -> None:
        """Whether Back and Continue can be pressed (not while something is being made)."""
        self.back_button.setEnabled(yes)
        self.continue_button.setEnabled(yes)

    def is_making(self) -> bool:
        """Something is being made beside the screen: nothing here may be replaced now."""
        return not self.continue_button.isEnabled()

    def first_focus(self) -> QWidget | None:
        return self.step.first_focus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._focus_step()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # "Step 2 of 5" stands above each heading as well.
        self._nav.setVisible(self.width() >= px(1000))

    # ---- building

    def _build_nav(self) -> None:
        self._nav.setFixedWidth(px(290))
        brand = row(gap=9)
        brand.addWidget(Glyph("notebook-pen", "primary", 22))
        brand.addWidget(Text(theme.PRODUCT, "section"))
        brand.addStretch(1)
        self._nav_down.addLayout(brand)
        self._nav_down.addSpacing(px(30))
        for n, (title, under) in enumerate(self.names()):
            across = row(gap=12)
            glyph = Glyph("circle", "muted", 20)
            across.addWidget(glyph, 0, Qt.AlignmentFlag.AlignTop)
            down = column(gap=1)
            words = Text(f"{n + 1}. {title}", "lead", wrap=True)
            below = Text(under, "small", "muted", wrap=True)
            down.addWidget(words)
            down.addWidget(below)
            across.addLayout(down, 1)
            self._nav_down.addLayout(across)
            self._nav_down.addSpacing(px(22))
            self._marks.append((glyph, words, below))
        self._nav_down.addStretch(1)
        self._nav_down.addWidget(Text(self.tr("Nothing leaves this laptop."), "small", "muted", wrap=True))
        self._nav_down.addSpacing(px(10))

    def _build_foot(self) -> None:
        foot = QFrame()
        foot.setObjectName("panelfoot")
        across = row(foot, (24, 12, 24, 12), 10)
        self.back_button = Button(self.tr("Back"), "arrow-left")
        self.back_button.clicked.connect(self.go_back)
        across.addWidget(self.back_button)
        self.help_button = Button(self.tr("Help"), "circle-help", "quiet")
        self.help_button.clicked.connect(self.help_wanted)
        across.addWidget(self.help_button)
        self.look_button = Button(self.tr("Text size and colours"), "settings", "quiet")
        self.look_button.clicked.connect(self.preferences_wanted)
        across.addWidget(self.look_button)
        across.addStretch(1)
        self.continue_button = Button(self.tr("Continue"), "check", "primary")
        self.continue_button.clicked.connect(self.go_on)
        across.addWidget(self.continue_button)
        self._right.addWidget(foot)


class Step(QWidget):
    """One step: heading, words, then its own fields in ``self.body``."""

    continues = True

    def __init__(self, run: FirstRun) -> None:
        super().__init__(run)
        self.run = run
        outer = column(self)
        self.area: QScrollArea
        self.area, down = scrolled((36, 32, 36, 20), 0)
        outer.addWidget(self.area)
        at = run.answers.step + 1
        down.addWidget(Text(self.tr("Step {n} of {of}").format(n=at, of=STEPS), "body", "muted"))
        down.addWidget(Text(self.heading(), "title", wrap=True))
        down.addSpacing(px(6))
        down.addWidget(Text(self.words(), "lead", wrap=True))
        down.addSpacing(px(20))
        whole = column(gap=14)  # no gap while there is nothing to say: a hidden widget takes none
        down.addLayout(whole)
        self.errors = ErrorSummary()
        whole.addWidget(self.errors)
        self.body = column(gap=14)
        whole.addLayout(self.body)
        down.addStretch(1)

    def heading(self) -> str:
        raise NotImplementedError

    def words(self) -> str:
        return ""

    def continue_words(self) -> str:
        return self.tr("Continue")

    def first_focus(self) -> QWidget | None:
        return None

    def keep(self) -> None:
        """Put what is typed so far with the answers, complete or not."""

    def leave(self) -> bool:
        """Keep what was answered; False when something is missing, said beside its field."""
        return True


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

    def heading(self) -> str:
        return self.tr("This laptop")

    def words(self) -> str:
        return self.tr("Caseworker locks itself when you step away. You can change this later in Settings.")

    def first_focus(self) -> QWidget | None:
        return self.minutes.first()

    def _chosen(self, minutes: object) -> None:
        self.run.preferences = replace(self.run.preferences, idle_minutes=int(str(minutes)))
        self.run.preferences_changed.emit(self.run.preferences)


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


def _unlock(path: Path, passphrase: str) -> Any:
    from caseworker.storage import vault

    return vault.unlock(path, passphrase)
