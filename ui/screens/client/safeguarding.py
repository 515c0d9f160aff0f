"""The form of a safeguarding decision: what was decided and why, and what happened next."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from caseworker.domain import codes, when
from caseworker.domain.safeguarding import Safeguarding, is_decided, new_decision, review_by
from caseworker.storage import children, safeguarding
from ui.screens.client.record import RecordForm, TakeBackForm
from ui.screens.decision import Decision
from ui.session import Session
from ui.widgets import DateBoxes, Heading, NoteEdit, Said, TextLine

_MOMENTS = ("decided", "sent", "reviewed")


class SafeguardingForm(RecordForm):
    """One decision."""

    def __init__(
        self, session: Session, client_id: int, decision_id: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"safeguarding:{client_id}:{decision_id or 'new'}", parent)
        self.client_id = client_id
        self.held = safeguarding.get(decision_id) if decision_id is not None else None
        held = self.held or new_decision(client_id, session.now())
        self.before = held
        self.in_turn(self._build_decision, self._build_when, lambda: self.start(self._values(held)))

    def _build_decision(self) -> None:
        # One that is over and withdrawn since stays readable: its child is offered too.
        self.decision = Decision(children.for_client(self.client_id, withdrawn=self.held is not None))
        for name, editor in self.decision.editors.items():
            self.bind(name, editor)
        self.fields.update(self.decision.fields)
        self.down.addWidget(self.decision)

    def _build_when(self) -> None:
        example = self.tr("For example, now, yesterday 3pm or 27 9 10:15")
        self.add("decided", self.tr("When was this decided?"), TextLine(), example)
        self._later(example)
        self.why = self.add(
            "why", self.tr("Why you change it"), TextLine(), self.tr("One sentence that a court could read.")
        )

    def title(self) -> str:
        return self.tr("Safeguarding decision")

    def _later(self, example: str) -> None:
        self.down.addWidget(Heading(self.tr("What happened next"), 3))
        self.sent_to_field = self.add("sent_to", self.tr("Sent to"), TextLine(), optional=True)
        self.sent_field = self.add("sent", self.tr("When it was sent"), TextLine(), example, True)
        self.choice("told", self.tr("Was the client told?"), "yes_no")
        self.not_told_field = self.add("not_told", self.tr("Why not?"), TextLine())
        self.review = Said(self.tr("A manager looks at this within 48 hours."), "clock")
        self.down.addWidget(self.review)
        self.reviewer_field = self.add(
            "reviewed_by", self.tr("Which manager looked at it"), TextLine(), optional=True
        )
        self.reviewed_field = self.add("reviewed", self.tr("When they looked"), TextLine(), example, True)
        self.review_note_field = self.add(
            "review_note", self.tr("What they said"), NoteEdit(lines=2), optional=True
        )
        self.combo("outcome", self.tr("What came of it"), "safeguarding_outcome")
        self.add("outcome_on", self.tr("Date of that"), DateBoxes(), optional=True)
        self.add("outcome_words", self.tr("In words"), NoteEdit(lines=2), optional=True)

    def follow(self) -> None:
        self.decision.follow()
        now = self.decision.record(self.before)
        sent = now.decision == "REF"
        self.sent_to_field.setVisible(sent)
        self.sent_field.setVisible(sent)
        self.not_told_field.setVisible(self.code("told") == "no")
        reviewed = review_by(replace(now, reviewed=0)) is not None or bool(self.before.reviewed)
        for part in (self.review, self.reviewer_field, self.reviewed_field, self.review_note_field):
            part.setVisible(reviewed)
        self.why.setVisible(self.held is not None and is_decided(self.held))

    def store(self) -> str:
        record = replace(
            self.decision.record(self.before),
            sent_to=self.text("sent_to"),
            told=self.code("told"),
            not_told=self.text("not_told") if self.code("told") == "no" else "",
            reviewed_by=self.text("reviewed_by"),
            review_note=self.text("review_note"),
            outcome=self.code("outcome"),
            outcome_on=self.day("outcome_on"),
            outcome_words=self.text("outcome_words"),
            **{name: self._moment(name) for name in _MOMENTS},  # type: ignore[arg-type]
        )
        safeguarding.save(record, self.text("why"))
        return self.tr("Safeguarding decision saved.")

    def _moment(self, name: str) -> int:
        """The moment typed under that name; 0 while there is none. Untouched, it keeps its seconds."""
        typed, was = self.text(name), int(getattr(self.before, name))
        if not typed:
            return 0
        if was and typed == self._shown(was):
            return was
        return when.epoch(when.read_when(typed, self.session.now(), field=name))

    @staticmethod
    def _shown(moment: int) -> str:
        return when.show_datetime(when.local(moment)) if moment else ""

    def _values(self, held: Safeguarding) -> dict[str, object]:
        texts = ("sent_to", "not_told", "reviewed_by", "review_note", "outcome_words", "outcome_on")
        chosen = {name: getattr(held, name) for name in ("told", "outcome")}
        moments = {name: self._shown(getattr(held, name)) for name in _MOMENTS}
        first = self.decision.values(held)
        if self.held is None:
            first |= {"about": None, "decision": None}
        elif codes.is_missing(held.consent):
            first["consent"] = held.consent
        return {**first, **{name: getattr(held, name) for name in texts}, **chosen, **moments, "why": ""}


class WithdrawSafeguardingForm(TakeBackForm):
    """A supervisor takes back a decision recorded by mistake."""

    NOUN = "safeguarding"
    STORE = safeguarding
