"""Feedback: when it was offered, what was given, what may be quoted; when it is to be offered next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from caseworker.domain import codes, when
from caseworker.domain import feedback as rules
from caseworker.domain.episodes import Episode
from caseworker.domain.feedback import FeedbackOffer, Given
from caseworker.storage import feedback
from ui.say import say
from ui.screens.client.record import RecordForm, TakeBackForm
from ui.session import Session
from ui.widgets import Card, ChoiceRow, DateBoxes, Entry, Said, Text, TextLine, column
from ui.widgets.gradually import empty


class FeedbackCard(Card):
    """``asked`` carries the name of the form to take; ``form_wanted`` carries a form."""

    form_wanted = Signal(object)
    asked = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Feedback"), icon="message-square", parent=parent)
        self.session = session
        self.client_id = 0
        self.head_button(self.tr("Offered, not given"), self.offer)
        self.head_button(self.tr("Record feedback"), self._ask, icon="plus")
        self.list = column()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.addLayout(self.list)

    def show_feedback(
        self,
        client_id: int,
        offers: Sequence[FeedbackOffer],
        given: Sequence[Given],
        episode: Episode | None,
        today: date,
    ) -> None:
        """Show how often it was offered and what came of it. ``episode``: the newest, for when it is due."""
        self.client_id = client_id
        empty(self.list)
        found = rules.counted(offers, given)
        quoted = sum(one.may_be_quoted for one in given)
        holder = QWidget()
        inside = column(holder, (16, 0, 16, 12), 6)
        if found.offered:
            inside.addWidget(
                Text(
                    self.tr("Offered {n}: given {given}, declined {declined}, waiting {waiting}.").format(
                        n=found.offered, given=found.given, declined=found.declined, waiting=found.waiting
                    ),
                    "strong",
                    wrap=True,
                )
            )
        else:
            inside.addWidget(Text(self.tr("Not offered yet."), "body", "muted"))
        if given:
            words = (
                self.tr(
                    "The client’s words may be shared as an anonymous quotation, after a second person’s check."
                )
                if quoted
                else self.tr("The client’s words are not to be quoted.")
            )
            inside.addWidget(Said(words, "check" if quoted else "ban"))
        inside.addWidget(Text(self._next(offers, given, episode, today), "body", "muted", wrap=True))
        self.list.addWidget(holder)
        for one in offers:
            self.list.addWidget(self._offer(one))

    def offer(self) -> None:
        self.form_wanted.emit(FeedbackOfferForm(self.session, self.client_id))

    def _ask(self) -> None:
        self.asked.emit(rules.FORM)

    def _change(self, offer_id: int) -> None:
        self.form_wanted.emit(FeedbackOfferForm(self.session, self.client_id, offer_id))

    def _withdraw(self, offer_id: int) -> None:
        self.form_wanted.emit(WithdrawFeedbackOfferForm(self.session, self.client_id, offer_id))

    def _next(
        self, offers: Sequence[FeedbackOffer], given: Sequence[Given], episode: Episode | None, today: date
    ) -> str:
        if episode is None:
            return self.tr("It is due six weeks after support starts, and again at the end.")
        found = rules.due(episode.started, episode.closed, offers, given)
        if found is None:
            return (
                self.tr("Nothing more is due.") if episode.closed else self.tr("Next due when support ends.")
            )
        stage, day = found
        said = say(when.show_day_relative(day, today))
        if stage == "exit":
            return self.tr("To be offered at the end of support: due {day}.").format(day=said)
        return self.tr("To be offered at six weeks: due {day}.").format(day=said)

    def _offer(self, one: FeedbackOffer) -> Entry:
        day = when.iso_date(one.offered)
        title = self.tr("Offered {date}").format(date=when.show_date(day) if day else one.offered)
        stage = codes.get("outcome_stage").label(one.stage)
        answer = codes.get("feedback_answer").label(one.answer)
        line = Entry(title, [f"{stage}. {answer}", (one.note, "muted")])
        line.add_button(self.tr("Change"), partial(self._change, one.id or 0))
        line.add_button(self.tr("Withdraw"), partial(self._withdraw, one.id or 0))
        return line


class FeedbackOfferForm(RecordForm):
    """Feedback was offered, and was not given then."""

    def __init__(
        self, session: Session, client_id: int, offer_id: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"feedback_offer:{client_id}:{offer_id or 'new'}", parent)
        self.client_id = client_id
        self.offer = feedback.get(offer_id) if offer_id is not None else None
        self.add("offered", self.tr("When it was offered"), DateBoxes())
        for name, label, list_name, offered in (
            ("stage", self.tr("At which stage"), "outcome_stage", rules.STAGES),
            (
                "answer",
                self.tr("What the client said"),
                "feedback_answer",
                codes.get("feedback_answer").codes,
            ),
        ):
            made = ChoiceRow(label, [(code, codes.get(list_name).label(code), "") for code in offered])
            self.bind(name, made)
            self.down.addWidget(made)
        self.add("note", self.tr("Note"), TextLine(), "", True)
        self.why = self.add("why", self.tr("Why it changed"), TextLine(), "", True)
        self.why.setVisible(self.offer is not None)
        # What the client said is never a guess.
        held = self.offer or FeedbackOffer(None, "", client_id, self.today().isoformat(), answer="")
        names = ("offered", "stage", "answer", "note")
        self.start({**{name: getattr(held, name) for name in names}, "why": ""})

    def title(self) -> str:
        return self.tr("Feedback was offered")

    def store(self) -> str:
        held = self.offer or FeedbackOffer(None, "", self.client_id, "")
        made = replace(
            held,
            offered=self.day("offered"),
            stage=self.code("stage"),
            answer=self.code("answer"),
            note=self.text("note"),
        )
        feedback.save(made, self.text("why"))
        return self.tr("Offer of feedback saved.")


class WithdrawFeedbackOfferForm(TakeBackForm):
    """Take back an offer recorded by mistake."""

    NOUN = "feedback_offer"
    STORE = feedback
