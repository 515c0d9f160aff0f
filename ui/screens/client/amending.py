"""The forms that amend a saved contact and take one back. The first wording stays in the history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtWidgets import QFrame, QWidget

from caseworker.domain import codes, when
from caseworker.domain import contacts as contact_rules
from caseworker.storage import contacts
from caseworker.words import Words
from ui.screens.client.record import RecordForm, TakeBackForm
from ui.screens.more import MoreAbout, minutes
from ui.session import Session
from ui.theme import px
from ui.widgets import Combo, NoteEdit, Said, Text, TextLine, column


class AmendForm(RecordForm):
    """Change a contact that was saved. The first wording stays in its history, with the reason."""

    def __init__(
        self, session: Session, client_id: int, contact_id: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"amend:{client_id}:{contact_id}", parent)
        self.contact = contacts.get(contact_id)
        now = when.epoch(session.now())
        self.reason_needed = contact_rules.reason_needed(self.contact, session.vault.worker.id, now)
        was = QFrame()
        was.setProperty("was", True)
        inside = column(was, (12, 8, 12, 10), 3)
        inside.addWidget(Text(self.tr("As it reads now"), "label"))
        inside.addWidget(Text(self.contact.note or self.tr("No note"), wrap=True))
        self.down.addWidget(was)
        self.add(
            "note", self.tr("As it should read"), NoteEdit(lines=5), self.tr("Change only what is wrong.")
        )
        self.add(
            "at", self.tr("When it happened"), TextLine(), self.tr("For example, yesterday 3pm or 27 9 10:15")
        )
        self.outcome = Combo()
        labels = codes.get("contact_outcome")
        for code in contact_rules.allowed_outcomes(self.contact.kind, self.contact.method):
            self.outcome.addItem(labels.label(code), code)
        self.add("outcome", self.tr("What happened"), self.outcome)
        self.add("minutes", self.tr("Minutes"), TextLine())
        self.editors["minutes"].setMaximumWidth(px(110))
        self.combo("category", self.tr("The note is about"), "note_category", missing=False)
        self.add(
            "override_reason",
            self.tr("Why it was safe to make contact then"),
            TextLine(),
            self.tr("Only for a contact outside what is known to be safe"),
            optional=True,
        )
        self.more = MoreAbout(self, self.today())
        self.down.addWidget(self.more)
        self.more.put(self.contact)
        self.add(
            "why",
            self.tr("Reason"),
            TextLine(),
            self.tr("One sentence that a court could read."),
            not self.reason_needed,
        )
        self.down.addWidget(
            Said(
                self.tr(
                    "The first wording stays. Anyone who can read this entry sees both, with your name and the date."
                )
            )
        )
        self.start(
            {
                "note": self.contact.note,
                "at": when.show_datetime(when.local(self.contact.at)),
                "outcome": self.contact.outcome,
                "minutes": str(self.contact.minutes),
                "category": self.contact.category,
                "override_reason": self.contact.override_reason,
                "why": "",
            }
        )
        self.more.show_if_said()

    def title(self) -> str:
        return self.tr("Amend an entry")

    def show_problems(self, problems: Mapping[str, Words | str]) -> None:
        self.more.show_if_wrong(problems)
        super().show_problems(problems)

    def save_words(self) -> str:
        return self.tr("Save amendment")

    def store(self) -> str:
        shown = when.show_datetime(when.local(self.contact.at))
        at = self.contact.at
        if self.text("at") != shown:  # untouched, it keeps its seconds and its side of a clock change
            at = when.epoch(when.read_when(self.text("at"), self.session.now()))
        amended = replace(
            self.contact,
            at=at,
            note=self.text("note"),
            outcome=str(self.outcome.currentData()),
            minutes=minutes(self, "minutes"),
            travel_minutes=minutes(self, "travel_minutes"),
            waiting_minutes=minutes(self, "waiting_minutes"),
            present=self.text("present"),
            interpreter=self.text("interpreter"),
            category=self.code("category"),
            override_reason=self.text("override_reason"),
        )
        contacts.amend(amended, self.text("why"))
        return self.tr("Amendment saved.")


class WithdrawForm(TakeBackForm):
    """Take back a contact logged by mistake."""

    NOUN = "contact"
    STORE = contacts
