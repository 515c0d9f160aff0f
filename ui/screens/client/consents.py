"""Consents: what may be shared with whom now, the decisions behind it, and their forms."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QWidget

from caseworker.domain import codes, when
from caseworker.domain import consents as rules
from caseworker.domain.consents import Consent, Standing
from caseworker.storage import consents
from ui.screens.client.part import Part
from ui.screens.client.record import RecordForm, TakeBackForm, put_back, withdraw
from ui.session import Session, Toast
from ui.widgets import Chip, ChoiceRow, DateBoxes, Entry, NoteEdit, Said, TextLine


class ConsentsCard(Part):
    """One line a recipient and purpose: may, may not, ended. Then what was shared without agreement."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, self.tr("What may be shared"), "users", parent)
        self.head_button(self.tr("Record a decision"), self._add, self.tr("Record a decision about sharing"))

    def read(self) -> list[Consent]:
        return consents.for_client(self.client_id, limit=1_000)

    def show_found(self, found: object) -> None:
        assert isinstance(found, list)
        for one in found:
            if one.decision == "override":
                self.add_row(self._override(one))
        standing = rules.now_in_force(found, self.today())
        for line in sorted(standing, key=lambda one: not one.may_share):
            self.add_row(self._standing(line))
        if not standing:
            self.say(
                self.tr(
                    "The client has not been asked yet, so nothing may be shared. Danger to life is decided separately."
                )
            )

    def _standing(self, line: Standing) -> Entry:
        one = line.consent
        kinds = {
            "may": Chip(self.tr("May be shared"), "safe", "check"),
            "may-not": Chip(self.tr("Do not share"), "high", "ban"),
            "expired": Chip(self.tr("Agreement ended: ask again"), "warn", "clock"),
        }
        chips = [kinds[line.state]]
        said = codes.get("consent_decision").label(one.decision)
        words = self.tr("{decision} {date}").format(decision=said, date=when.show_stored(one.decided))
        ends = when.iso_date(one.expires)
        if ends is not None and line.may_share:
            words = self.tr("{said}. Holds until {date}").format(said=words, date=when.show_date(ends))
        made = Entry(self._whom(one), [one.scope if line.state != "may-not" else "", (words, "muted")], chips)
        if rules.ends(one, self.today()) and line.may_share:
            self.button_below(made, self.tr("Client takes it back"), partial(self._take_back, one.id or 0))
        made.add_button(self.tr("Recorded by mistake"), partial(self._withdraw, one.id or 0))
        return made

    def _override(self, one: Consent) -> Entry:
        waits = rules.waits_for_review(one)
        chips = []
        if waits:
            moment = when.local(rules.review_by(one))
            late = moment <= self.session.now()
            text = self.tr("Manager looks at it by {time}").format(time=when.show_datetime(moment))
            chips.append(Chip(text, "high" if late else "warn", "clock"))
        else:
            view = codes.get("review_view").label(one.review_view)
            text = self.tr("{manager}: {view}").format(manager=one.reviewed_by, view=view)
            chips.append(Chip(text, "plain", "check"))
        title = self.tr("Shared without agreement: {whom}").format(whom=self._whom(one))
        made = Entry(
            title,
            [
                self.tr("What: {what}").format(what=one.scope),
                self.tr("Why: {why}").format(why=one.reason),
                (when.show_stored(one.decided), "muted"),
            ],
            chips,
        )
        if waits:
            self.button_below(made, self.tr("Manager's review"), partial(self._review, one.id or 0))
        made.add_button(self.tr("Recorded by mistake"), partial(self._withdraw, one.id or 0))
        return made

    def _whom(self, one: Consent) -> str:
        whom = codes.get("consent_recipient").label(one.recipient)
        if one.recipient_name:
            whom = (
                one.recipient_name
                if one.recipient == "OTH"
                else self.tr("{body}, {name}").format(body=whom, name=one.recipient_name)
            )
        purpose = codes.get("consent_purpose").label(one.purpose)
        return self.tr("{whom}: {purpose}").format(whom=whom, purpose=purpose)

    def _add(self) -> None:
        self.form_wanted.emit(ConsentForm(self.session, self.client_id))

    def _take_back(self, row_id: int) -> None:
        self.form_wanted.emit(ConsentEndForm(self.session, self.client_id, row_id))

    def _review(self, row_id: int) -> None:
        self.form_wanted.emit(ConsentReviewForm(self.session, self.client_id, row_id))

    def _withdraw(self, row_id: int) -> None:
        self.form_wanted.emit(WithdrawConsentForm(self.session, self.client_id, row_id))


class ConsentForm(RecordForm):
    """A decision about sharing. It is never changed afterwards: a new one takes its place."""

    def __init__(self, session: Session, client_id: int, parent: QWidget | None = None) -> None:
        super().__init__(session, f"consent:{client_id}:new", parent)
        self.client_id = client_id
        self.in_turn(self._build_what, self._build_how, self._fill_in)

    def _build_what(self) -> None:
        decisions = codes.get("consent_decision")
        row = ChoiceRow(
            self.tr("What was decided?"),
            [(code, decisions.label(code), "") for code in ("given", "refused", "override")],
        )
        self.bind("decision", row)
        self.down.addWidget(row)
        self.without = Said(
            self.tr(
                "Sharing without agreement is for serious danger. Say what, why and to whom; a manager looks at it"
                " within 48 hours."
            ),
            "triangle-alert",
            "on_medium",
        )
        self.down.addWidget(self.without)
        self.combo("recipient", self.tr("Share with"), "consent_recipient", missing=False)
        self.add("recipient_name", self.tr("Which agency or person"), TextLine(), "", True)
        self.combo("purpose", self.tr("What for"), "consent_purpose", missing=False)
        self.scope = self.add(
            "scope", self.tr("What is shared"), NoteEdit(lines=2), self.tr("No more than it takes")
        )
        self.reason = self.add("reason", self.tr("Why without agreement"), NoteEdit(lines=2))

    def _build_how(self) -> None:
        self.add("decided", self.tr("Date"), DateBoxes())
        self.how = self.combo("how", self.tr("How it was given"), "consent_how")
        self.by_whom = self.combo("by_whom", self.tr("Who decided"), "consent_by", missing=False)
        self.capacity = self.combo(
            "capacity",
            self.tr("Able to make this decision?"),
            "capacity",
            self.tr("This decision, now: not in general"),
        )
        self.capacity_note = self.add(
            "capacity_note",
            self.tr("What shows it"),
            NoteEdit(lines=2),
            self.tr("What was tried to help"),
            True,
        )
        self.add(
            "told",
            self.tr("What the client was told"),
            NoteEdit(lines=2),
            self.tr("What is shared, why, and that it can be taken back"),
            True,
        )
        self.expires = self.add(
            "expires",
            self.tr("Holds until"),
            DateBoxes(),
            self.tr("Empty: until the client takes it back"),
            True,
        )

    def _fill_in(self) -> None:
        self.start(
            {
                "decision": None,
                "recipient": None,
                "purpose": None,
                "decided": self.today().isoformat(),
                "how": "NA-ASK",
                "by_whom": "CLI",
                "capacity": "NA-ASK",
            }
        )

    def title(self) -> str:
        return self.tr("Decision about sharing")

    def save_words(self) -> str:
        return self.tr("Save decision")

    def follow(self) -> None:
        decision = self.code("decision", "")
        override = decision == "override"
        self.without.setVisible(override)
        self.reason.setVisible(override)
        self.scope.setVisible(decision != "refused")
        for part in (self.how, self.by_whom, self.capacity):
            part.setVisible(not override)
        self.capacity_note.setVisible(
            not override and self.code("capacity") in ("unable", "support", "gillick")
        )
        self.expires.setVisible(decision == "given")

    def store(self) -> str:
        decision = self.code("decision", "")
        override = decision == "override"
        consents.save(
            Consent(
                None,
                "",
                self.client_id,
                self.day("decided"),
                self.code("purpose", ""),
                self.code("recipient", ""),
                decision,
                recipient_name=self.text("recipient_name"),
                scope=self.text("scope") if decision != "refused" else "",
                how="NA-NAP" if override else self.code("how"),
                by_whom="WRK" if override else self.code("by_whom", ""),
                capacity="NA-NAP" if override else self.code("capacity"),
                capacity_note="" if override else self.text("capacity_note"),
                told=self.text("told"),
                expires=self.day("expires") if decision == "given" else "",
                reason=self.text("reason") if override else "",
            )
        )
        if override:
            return self.tr("Saved. A manager has to look at it within 48 hours.")
        return self.tr("Decision saved.")


class ConsentEndForm(RecordForm):
    """The client takes an agreement back: from then on nothing more is shared."""

    def __init__(
        self, session: Session, client_id: int, consent_id: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"end_consent:{client_id}:{consent_id}", parent)
        self.consent_id = consent_id
        self.down.addWidget(
            Said(
                self.tr("What was shared before stays shared and stays in the record. Nothing more goes out.")
            )
        )
        self.add("decided", self.tr("Date the client said so"), DateBoxes())
        self.combo("how", self.tr("How it was said"), "consent_how")
        self.add("told", self.tr("What the client was told"), NoteEdit(lines=2), "", True)
        self.start({"decided": self.today().isoformat(), "how": "NA-ASK", "told": ""})

    def title(self) -> str:
        return self.tr("Client takes agreement back")

    def save_words(self) -> str:
        return self.tr("Stop sharing")

    def store(self) -> str:
        self._made = consents.take_back(
            self.consent_id, self.day("decided"), self.code("how"), self.text("told")
        )
        return self.tr("Taken back. Do not share any more.")

    def told(self, said: str) -> Toast:
        why = self.tr("Undone straight after it was recorded")
        back = partial(withdraw, self.session, consents, self._made, why)
        again = partial(put_back, self.session, consents, self._made)
        return Toast(said, self.tr("Undo"), back, again)


class ConsentReviewForm(RecordForm):
    """What a manager found about sharing without agreement. Once."""

    def __init__(
        self, session: Session, client_id: int, consent_id: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"review_consent:{client_id}:{consent_id}", parent)
        self.consent_id = consent_id
        held = consents.get(consent_id)
        for label, text in ((self.tr("What"), held.scope), (self.tr("Why"), held.reason)):
            self.down.addWidget(Said(self.tr("{label}: {text}").format(label=label, text=text), "file-text"))
        self.add("reviewed_by", self.tr("Manager"), TextLine())
        self.combo("review_view", self.tr("What did you find?"), "review_view", missing=False)
        self.add(
            "review_note", self.tr("What should be done, or should have been"), NoteEdit(lines=3), "", True
        )
        mine = session.vault.worker
        self.start({"reviewed_by": mine.name if mine.role == "supervisor" else "", "review_view": None})

    def title(self) -> str:
        return self.tr("Manager's review")

    def store(self) -> str:
        consents.review(
            self.consent_id, self.text("reviewed_by"), self.code("review_view", ""), self.text("review_note")
        )
        return self.tr("Review saved.")


class WithdrawConsentForm(TakeBackForm):
    """A decision recorded by mistake. What the client takes back is another form."""

    NOUN = "consent"
    STORE = consents
