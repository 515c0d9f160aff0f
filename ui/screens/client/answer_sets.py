"""A set of answers for reading only, in the words of the very version it was taken on, whatever became of its file.

Nothing here changes it: one signed about the wrong person is withdrawn with a reason, and stays readable.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QWidget

from caseworker.domain import codes, when
from caseworker.domain import instruments as rules
from caseworker.domain.instruments import Answer, AnswerSet, Instrument, Item
from caseworker.errors import Problem
from caseworker.storage import instruments
from ui.say import say
from ui.screens.client.record import InPlace, TakeBackForm
from ui.screens.client.scoring import band_words, item_numbers, threshold_words, total_words
from ui.screens.grade import grade_chip
from ui.session import Session
from ui.theme import px
from ui.widgets import Button, Card, Chip, Facts, FlowLayout, Heading, RowFrame, Text, column, row
from ui.widgets.gradually import Gradually
from ui.widgets.page import scrolled

AT_ONCE = 4  # answers shown before the next key is looked at


def state_chip(held: AnswerSet, now: int) -> Chip:
    """How it stands: signed, still open, waiting longer than a day for its signature, withdrawn."""
    if held.withdrawn:
        return Chip(QCoreApplication.translate("AnswerSets", "Withdrawn, not counted"), "plain", "undo-2")
    if held.signed:
        day = when.show_date(when.local(held.signed).date())
        return Chip(
            QCoreApplication.translate("AnswerSets", "Signed {date}").format(date=day), "info", "lock"
        )
    if rules.waits_for_signature(held, now):
        return Chip(
            QCoreApplication.translate("AnswerSets", "Waits for your signature since yesterday or longer"),
            "warn",
            "clock",
        )
    return Chip(QCoreApplication.translate("AnswerSets", "Not signed yet"), "plain", "pencil")


class AnswersPage(InPlace):
    """What was asked, answered, judged and signed.

    Raises:
        Problem: E-GONE.
    """

    def __init__(self, session: Session, client_id: int, set_id: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.client_id = client_id
        self.held = instruments.get(set_id)
        whole = column(self)
        self.area, self.body = scrolled((24, 16, 24, 24), 12)
        whole.addWidget(self.area, 1)
        self._gradually = Gradually(self)
        try:
            form = instruments.definition(self.held)
        except Problem as problem:
            self.body.addWidget(Heading(self.held.instrument, 2))
            self.body.addWidget(Text(say(problem.words), "strong", "danger", wrap=True))
        else:
            self._show(form)
        self.body.addStretch(1)
        foot = QFrame()
        foot.setObjectName("panelfoot")
        across = row(foot, (24, 8, 24, 8), 10)
        self.close_button = Button(self.tr("Close"))
        self.close_button.setToolTip(self.tr("Close  (Esc)"))
        self.close_button.clicked.connect(self.finished)
        across.addWidget(self.close_button)
        self.withdraw_button = Button(self.tr("Withdraw"), "undo-2", "quiet")
        self.withdraw_button.clicked.connect(self._withdraw)
        across.addWidget(self.withdraw_button)
        across.addStretch(1)
        whole.addWidget(foot)
        self.withdraw_button.setVisible(not self.held.withdrawn)

    def title(self) -> str:
        return self.held.instrument

    def first_focus(self) -> QWidget:
        return self.close_button

    def _withdraw(self) -> None:
        self.form_wanted.emit(WithdrawAnswersForm(self.session, self.client_id, self.held.id or 0))

    # ---- showing

    def _show(self, form: Instrument) -> None:
        held = self.held
        self.body.addWidget(Heading(form.title, 2))
        chips = QWidget()
        flow = FlowLayout(8, chips)
        if held.grade:
            flow.addWidget(grade_chip(held.grade))
        flow.addWidget(state_chip(held, when.epoch(self.session.now())))
        self.body.addWidget(chips)
        self.body.addWidget(self._outcome(form))
        given = instruments.answers(held.id or 0)
        values = {code: one.value for code, one in given.items()}
        self.list = Card(self.tr("Answers"), str(len(given)), "list-checks")
        self.body.addWidget(self.list)
        items = list(form.asked(values))
        numbers = item_numbers(form)
        self._gradually.start(
            [
                partial(self._add, form, numbers, given, items[at : at + AT_ONCE])
                for at in range(0, len(items), AT_ONCE)
            ]
        )

    def _outcome(self, form: Instrument) -> Card:
        held = self.held
        card = Card(self.tr("What it came to"), icon="shield")
        if held.signed:
            score = rules.signed_score(held)
            card.body.addWidget(Text(say(total_words(form, score, so_far=False)), "strong", wrap=True))
            limits = threshold_words(form, score.thresholds, held.area)
            if limits is not None:
                card.body.addWidget(Text(say(limits), "small", "muted", wrap=True))
            if held.judgement:
                raised = self.tr("Judged {grade}, above what the form says").format(
                    grade=band_words(form, held.judgement).lower()
                )
                if not held.tool_grade:
                    raised = self.tr("Judged {grade}").format(grade=band_words(form, held.judgement).lower())
                card.body.addWidget(Text(raised, "strong", wrap=True))
                card.body.addWidget(Text(held.reason, wrap=True))
        review = when.iso_date(held.next_review)
        facts = [
            (self.tr("Form"), self.tr("{form}, version {n}").format(form=form.title, n=held.version)),
            (self.tr("When it was asked"), when.show_datetime(when.local(held.started))),
            (self.tr("At which stage"), codes.get("outcome_stage").label(held.stage)),
            (self.tr("Asked by"), instruments.asked_by(held) or self.tr("Not known")),
            (
                self.tr("Signed"),
                when.show_datetime(when.local(held.signed)) if held.signed else self.tr("Not signed yet"),
            ),
            (self.tr("Next review"), when.show_date(review) if review else self.tr("None")),
        ]
        card.body.addWidget(Facts(facts))
        return card

    def _add(
        self, form: Instrument, numbers: dict[str, str], given: dict[str, Answer], items: list[Item]
    ) -> None:
        for item in items:
            self.list.add_row(
                AnswerLine(item, numbers.get(item.code, ""), given.get(item.code), form.sourced)
            )


class AnswerLine(RowFrame):
    """One item and what was answered."""

    def __init__(
        self, item: Item, number: str, answer: Answer | None, sourced: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__((16, 6, 16, 6), 10, parent)
        counted = Text(number, "figures", "muted")
        counted.setFixedWidth(px(24))
        self.across.addWidget(counted, 0, Qt.AlignmentFlag.AlignTop)
        self.across.addWidget(Text(item.label, wrap=True), 3)
        said = column(gap=1)
        value = item.show(answer.value) if answer is not None else codes.MISSING["NA-ASK"]
        missing = answer is None or codes.is_missing(answer.value)
        said.addWidget(Text(value, "body" if missing else "strong", "muted" if missing else "", wrap=True))
        if sourced and answer is not None and answer.source and not missing:
            said.addWidget(Text(codes.get("risk_source").label(answer.source), "small", "muted", wrap=True))
        if answer is not None and answer.note:
            said.addWidget(Text(answer.note, "small", wrap=True))
        self.across.addLayout(said, 4)


class WithdrawAnswersForm(TakeBackForm):
    """Take back a set begun or signed by mistake."""

    NOUN = "assessment"
    TABLE = "answer_set"
    STORE = instruments

    def title(self) -> str:
        return self.tr("Withdraw an assessment")

    def entry(self) -> list[tuple[str, str]]:
        held = instruments.get(self.row_id)
        started = when.show_datetime(when.local(held.started))
        return [(self.tr("Form"), instruments.definition(held).title), (self.tr("Date asked"), started)]
