"""New client, on one page, in the order that fits a cubicle in A&E: who and how to reach her safely, consent, what
happened; equality questions last, folded away until somebody wants them. Everything but a name can wait.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget

from caseworker.domain import when
from caseworker.domain.clients import Client
from caseworker.domain.episodes import Episode
from caseworker.domain.referrals import Referral
from caseworker.domain.safe_contacts import SafeContact, unasked
from caseworker.errors import Refused
from caseworker.storage import clients, episodes, referrals
from caseworker.storage import safe_contacts as stored_safe
from ui.screens.client.clients import EQUALITY, PersonForm
from ui.screens.client.record import WIDE
from ui.screens.form import Frame
from ui.session import Place, Session
from ui.theme import px
from ui.widgets import Button, Heading, Page, Text, TextLine, column, row

DRAFT = "client:new"
#: Fields of the call's safe contact stand under another name here, since the client has fields of her own.
SAFE = {"allowed": "tel_allowed", "value": "tel_value", "hours": "tel_hours", "voicemail": "tel_voicemail"}


class NewClientPage(Frame, Page):
    """The form, with Save always in sight."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent=parent)
        self.setAccessibleName(self.title())  # it has the keyboard until the fields stand
        self.body.addWidget(Heading(self.tr("New client")))
        self.body.addWidget(
            Text(
                self.tr("A name or an alias is enough. The rest can be asked another day."),
                "lead",
                "muted",
                wrap=True,
            )
        )
        self._form: NewClientForm | None = None
        self.body.addStretch(1)
        foot = QFrame()
        foot.setObjectName("panelfoot")
        across = row(foot, (24, 10, 24, 10), 10)
        self.save_button = Button(self.tr("Save client"), "check", "primary")
        self.save_button.setToolTip(self.tr("Save client  (Ctrl+Enter)"))
        self.throw_button = Button(self.tr("Do not save"), kind="quiet")
        self.kept = Text("", "small", "muted", wrap=True)
        across.addWidget(self.save_button)
        across.addWidget(self.throw_button)
        across.addWidget(self.kept, 1)
        whole = self.layout()
        assert whole is not None
        whole.addWidget(foot)
        self.save_button.clicked.connect(self.save)
        self.throw_button.clicked.connect(self._throw_away)
        self._make()

    @property
    def form(self) -> NewClientForm:
        """The form, whole."""
        self.stand()
        assert self._form is not None
        return self._form

    def title(self) -> str:
        return self.tr("New client")

    def first_focus(self) -> QWidget | None:
        return self.where_to_type()

    def show_place(self, arg: Any) -> None:
        self.area.verticalScrollBar().setValue(0)

    def save(self) -> None:
        self.form.save()

    def keep_draft(self) -> None:
        if self._form is not None:
            self._form.drafts.keep_if_waiting()

    def _make(self) -> None:
        if self._form is not None:
            self.body.removeWidget(self._form)
            self._form.hide()
            self._form.deleteLater()
        self._form = NewClientForm(self.session, self)
        self._form.setMaximumWidth(px(WIDE))
        self._form.drafts.kept.connect(self._kept)
        self._form.finished.connect(self._finished)
        self.body.insertWidget(2, self._form)
        self.setAccessibleName(self.title())  # it has the keyboard until the fields stand
        self.bring(self._form, (self.save_button, self.throw_button))
        self.kept.setText("")

    def _finished(self) -> None:
        """Saved: her record opens, and the page is empty for the next person."""
        saved = self.form.saved_id
        self._make()
        self.session.go.emit(Place("client", saved) if saved is not None else Place("clients"))

    def _throw_away(self) -> None:
        self.form.throw_away()

    def _kept(self, time: object) -> None:
        self.kept.setText(self.tr("Draft kept at {time}").format(time=time))


class NewClientForm(PersonForm):
    """Reads into a client, her safe contact for calls, a referral and, when support starts now, an episode."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, DRAFT, parent)
        self.saved_id: int | None = None
        self.in_turn(
            self._who,
            self._reach,
            self._reach_on_paper,
            self._agreed,
            self._happened,
            self._equality,
            self._fill_in,
        )

    def _who(self) -> None:
        self._section(self.tr("Who"))
        self.name_fields()

    def _reach(self) -> None:
        self._section(self.tr("How to reach the client safely"))
        self.choice(
            "tel_allowed",
            self.tr("Is it safe to call?"),
            "yes_no",
            self.tr("If you are not sure, it is not safe yet"),
        )
        self.add("tel_value", self.tr("Phone number"), TextLine(), "", True)
        self.add(
            "tel_hours",
            self.tr("Safe hours"),
            TextLine(),
            self.tr("Needed if it is safe to call. For example, Mon-Fri 9:30am to 11am, or any time"),
        )
        self.choice("tel_voicemail", self.tr("Is leaving a voicemail safe?"), "yes_no")

    def _reach_on_paper(self) -> None:
        self.choice("sms_allowed", self.tr("Is it safe to text?"), "yes_no")
        self.choice("let_allowed", self.tr("Are letters home safe?"), "yes_no")
        self.address = self.add("let_value", self.tr("Address for letters"), TextLine())
        self.add(
            "say_as",
            self.tr("Say who you are as"),
            TextLine(),
            self.tr("For example, Beth from the library"),
            True,
        )

    def _agreed(self) -> None:
        self._section(self.tr("What the client agrees to"))
        self.choice("consent_to_contact", self.tr("Does the client agree to be contacted?"), "yes_no")
        self.choice(
            "consent_to_support",
            self.tr("Does the client agree to support?"),
            "yes_no",
            self.tr("Yes starts support today. You can also start it later"),
        )
        self.service = self.combo("service", self.tr("Service"), "service_type", missing=False)

    def _happened(self) -> None:
        self._section(self.tr("What happened"))
        self.referral_fields()
        self.combo("area", self.tr("District the client lives in"), "area")

    def _equality(self) -> None:
        self.fold = Button(self.tr("Equality questions, optional"), "chevron-right", "quiet")
        self.fold.setAccessibleName(self.tr("Show equality questions, optional"))
        self.down.addWidget(self.fold, 0, Qt.AlignmentFlag.AlignLeft)
        self.more = QWidget()
        # The fields that follow go into the folded part.
        whole, self.down = self.down, column(self.more, gap=14)
        self.equality_fields()
        self.more_equality_fields()
        self.down = whole
        self.more.hide()
        self.down.addWidget(self.more)
        self.fold.clicked.connect(self._unfold)

    def _fill_in(self) -> None:
        self.start(
            {
                "received": self.tr("Now"),
                "service": episodes.usual_service() or session_service(self.session),
                **dict.fromkeys(
                    (
                        "tel_allowed", "tel_voicemail", "sms_allowed", "let_allowed", "consent_to_contact",
                        "consent_to_support", "source", "route", "crime", "area", *EQUALITY,
                    ),
                    "NA-ASK",
                ),
            }
        )  # fmt: skip

    def title(self) -> str:
        return self.tr("New client")

    def follow(self) -> None:
        self.address.setVisible(self.code("let_allowed") == "yes")
        self.service.setVisible(self.code("consent_to_support") == "yes")

    def store(self) -> str:
        received = when.epoch(when.read_when(self.text("received"), self.session.now(), field="received"))
        answers: dict[str, Any] = {name: self.code(name) for name in EQUALITY}
        client = Client(
            None,
            "",
            self.text("name"),
            is_alias=bool(self.values()["is_alias"]),
            known_as=self.text("known_as"),
            area=self.code("area"),
            **answers,
        )
        client_id = clients.save(client)
        self._store_safe(client_id)
        referral_id = self._store_referral(client_id, received)
        if self.code("consent_to_support") == "yes":
            episodes.begin(
                Episode(
                    None,
                    "",
                    client_id,
                    self.today().isoformat(),
                    referral_id=referral_id,
                    service=self.code("service", ""),
                    crime=self.code("crime"),
                    consent_to_support="yes",
                )
            )
        self.saved_id = client_id
        return self.tr("Client saved.")

    def _store_safe(self, client_id: int) -> None:
        call = SafeContact(
            None,
            client_id,
            "TEL",
            allowed=self.code("tel_allowed"),
            value=self.text("tel_value"),
            hours=self.text("tel_hours"),
            voicemail=self.code("tel_voicemail"),
            say_as=self.text("say_as"),
            source="CLI",
        )
        text_allowed, letter_allowed = self.code("sms_allowed"), self.code("let_allowed")
        # A text goes to the same phone within the same hours until somebody says otherwise.
        text = replace(call, channel="SMS", allowed=text_allowed, voicemail="NA-NAP")
        address = self.text("let_value") if letter_allowed == "yes" else ""
        letter = SafeContact(None, client_id, "LET", allowed=letter_allowed, value=address, source="CLI")
        if call != SafeContact(None, client_id, "TEL", source="CLI"):
            self._store_channel(call)
        if text_allowed != "NA-ASK":
            self._store_channel(text)
        if letter_allowed != "NA-ASK":
            self._store_channel(letter)

    def _store_channel(self, channel: SafeContact) -> None:
        names = {"value": "let_value"} if channel.channel == "LET" else SAFE
        problems = {**channel.problems(self.today()), **unasked(channel)}
        if problems:
            raise Refused({names.get(name, name): text for name, text in problems.items()})
        stored_safe.save(channel)

    def _store_referral(self, client_id: int, received: int) -> int:
        accepted = self.code("consent_to_support") == "yes"
        return referrals.save(
            Referral(
                None,
                "",
                client_id,
                received,
                source=self.code("source"),
                route=self.code("route"),
                crime=self.code("crime"),
                consent_to_contact=self.code("consent_to_contact"),
                outcome="ACC" if accepted else "NA-ASK",
                outcome_on=self.today().isoformat() if accepted else "",
            )
        )

    def _section(self, text: str) -> None:
        self.down.addWidget(Heading(text, 2))

    def _unfold(self) -> None:
        showing = self.more.isHidden()
        self.more.setVisible(showing)
        self.fold.show_icon("chevron-down" if showing else "chevron-right")
        name = self.tr("Hide equality questions") if showing else self.tr("Show equality questions, optional")
        self.fold.setAccessibleName(name)


def session_service(session: Session) -> str:
    """The service most likely meant: what this worker's role does."""
    return {"counsellor": "COU", "triage": "VHB"}.get(session.vault.worker.role, "IDV")
