"""The form that changes how a client is reached safely, one channel at a time."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from caseworker.domain import codes
from caseworker.domain.safe_contacts import SafeContact, show_hours, unasked
from caseworker.errors import Refused
from caseworker.storage import safe_contacts as stored_safe
from ui.screens.client.record import RecordForm
from ui.session import Session
from ui.widgets import ChoiceRow, DateBoxes, TextLine


class SafeContactForm(RecordForm):
    """One channel at a time: whether, how, when, who may answer, what to say. Every change is in the history."""

    CHANNELS = ("TEL", "SMS", "MSG", "EML", "LET", "VIS")
    ICONS = ("phone", "message-square", "send", "mail", "file-text", "house")

    def __init__(
        self, session: Session, client_id: int, channel: str = "TEL", parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"safe_contact:{client_id}", parent)
        self.client_id = client_id
        self.held = {one.channel: one for one in stored_safe.for_client(client_id)}
        labels = codes.get("channel")
        self.channel = ChoiceRow(
            self.tr("Which way to reach the client"),
            [(code, labels.label(code), icon) for code, icon in zip(self.CHANNELS, self.ICONS, strict=True)],
        )
        self.bind("channel", self.channel)
        self.down.addWidget(self.channel)
        self.choice(
            "allowed", self.tr("Is it safe?"), "yes_no", self.tr("If you are not sure, it is not safe yet")
        )
        self.add("value", self.tr("Number or address"), TextLine())
        self.combo("whose", self.tr("Whose it is"), "whose_phone")
        self.add(
            "hours",
            self.tr("Safe hours"),
            TextLine(),
            self.tr("For example, Mon-Fri 9:30am to 11am; Sat 2pm to 3pm, or any time"),
        )
        self.voicemail = self.choice("voicemail", self.tr("Is leaving a voicemail safe?"), "yes_no")
        self.add(
            "say_as",
            self.tr("Say who you are as"),
            TextLine(),
            self.tr("For example, Beth from the library"),
            True,
        )
        self.add("who_may_answer", self.tr("Who else may answer"), TextLine(), "", True)
        self.add("code_word", self.tr("Code word"), TextLine(), "", True)
        self.add("note", self.tr("Anything else to know"), TextLine(), "", True)
        self.combo("source", self.tr("Who told you"), "safe_source")
        self.add(
            "review_by",
            self.tr("Ask again by"),
            DateBoxes(),
            self.tr("Leave empty for 90 days from today. After that day the record says to ask again"),
            True,
        )
        self.add("why", self.tr("Why it changed"), TextLine(), "", True)
        self.start(self._fields(channel))
        self.channel.chosen.connect(self._other_channel)

    def title(self) -> str:
        return self.tr("Safe contact")

    def follow(self) -> None:
        self.voicemail.setVisible(self.channel.value() == "TEL")
        self.fields["why"].setVisible(self.channel.value() in self.held)

    def store(self) -> str:
        channel = self.code("channel", "TEL")
        before = self.held.get(channel)
        record = SafeContact(
            id=before.id if before else None,
            client_id=self.client_id,
            channel=channel,
            allowed=self.code("allowed"),
            value=self.text("value"),
            whose=self.code("whose"),
            hours=self.text("hours"),
            voicemail=self.code("voicemail") if channel == "TEL" else "NA-NAP",
            who_may_answer=self.text("who_may_answer"),
            say_as=self.text("say_as"),
            code_word=self.text("code_word"),
            note=self.text("note"),
            source=self.code("source"),
            review_by=self.day("review_by"),
        )
        problems = {**record.problems(self.today()), **unasked(record)}
        if problems:
            raise Refused(problems)
        stored_safe.save(record, self.text("why"))
        return self.tr("Safe contact saved.")

    def _fields(self, channel: str) -> dict[str, object]:
        one = self.held.get(channel) or SafeContact(None, self.client_id, channel)
        return {
            "channel": channel,
            "allowed": one.allowed,
            "value": one.value,
            "whose": one.whose,
            "hours": show_hours(one.hours) or (self.tr("Any time") if one.allowed == "yes" else ""),
            "voicemail": one.voicemail if channel == "TEL" else "NA-ASK",
            "who_may_answer": one.who_may_answer,
            "say_as": one.say_as,
            "code_word": one.code_word,
            "note": one.note,
            "source": one.source,
            "review_by": one.review_by,
            "why": "",
        }

    def _other_channel(self, channel: object) -> None:
        self.fill(self._fields(str(channel)))
        self.follow()
