"""The form that changes how a client is reached safely, one channel at a time.

A change asks how it was checked to come from the client. What could not be checked waits here, and what was said before
stays to be read. No number is shown: a new one is typed over it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget

from caseworker.domain import codes, when
from caseworker.domain import safe_claims as rules
from caseworker.domain.interlock import masked
from caseworker.domain.labels import field_label, show_value
from caseworker.domain.safe_claims import Check, SafeClaim
from caseworker.domain.safe_contacts import HoursUnclear, SafeContact, show_hours, tidy_hours, unasked
from caseworker.errors import Problem, Refused
from caseworker.storage import history, safe_claims
from caseworker.storage import safe_contacts as stored_safe
from caseworker.words import words
from ui.say import say
from ui.screens.client.record import RecordForm
from ui.session import Session, Toast
from ui.widgets import Button, ChoiceRow, DateBoxes, FlowLayout, Said, Text, TextLine, column
from ui.widgets.fold import Fold
from ui.widgets.gradually import empty

CHECK_ICONS = {
    "CODE": "key-round",
    "BACK": "phone-call",
    "SEEN": "users",
    "TRUST": "shield-check",
    "NOT": "circle-help",
}


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
        self._claimed_value = ""
        self._first = channel
        self.in_turn(self._build_way, self._build_how, self._build_rest, self._build_check, self._fill_in)

    def _build_way(self) -> None:
        labels = codes.get("channel")
        self.channel = ChoiceRow(
            self.tr("Which way to reach the client"),
            [(code, labels.label(code), icon) for code, icon in zip(self.CHANNELS, self.ICONS, strict=True)],
        )
        self.bind("channel", self.channel)
        self.down.addWidget(self.channel)
        self.waiting = column(gap=8)
        self.down.addLayout(self.waiting)
        self.choice(
            "allowed", self.tr("Is it safe?"), "yes_no", self.tr("If you are not sure, it is not safe yet")
        )
        self.value_field = self.add("value", self.tr("Number or address"), TextLine())
        self.held_value = Text("", "small", "muted", wrap=True)
        self.down.addWidget(self.held_value)
        self.combo("whose", self.tr("Whose it is"), "whose_phone")
        self.add(
            "hours",
            self.tr("Safe hours"),
            TextLine(),
            self.tr("For example, Mon-Fri 9:30am to 11am; Sat 2pm to 3pm, or any time"),
        )

    def _build_how(self) -> None:
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

    def _build_rest(self) -> None:
        self.add("note", self.tr("Anything else to know"), TextLine(), "", True)
        self.combo("source", self.tr("Who told you"), "safe_source")
        self.add(
            "review_by",
            self.tr("Ask again by"),
            DateBoxes(),
            self.tr("Leave empty to be asked again in 90 days, or in 30 while the risk is high"),
            True,
        )

    def _build_check(self) -> None:
        checks = codes.get("safe_check")
        self.checked = ChoiceRow(
            self.tr("How did you check that this comes from the client?"),
            [(code, checks.label(code), CHECK_ICONS[code]) for code in checks.valid_on(self.today())],
            self.tr(
                "People who cause harm ring up as the client. What cannot be checked waits and is not used"
            ),
        )
        self.bind("checked", self.checked)
        self.down.addWidget(self.checked)
        self.add("check_note", self.tr("Who confirmed it, or why it could not be checked"), TextLine())
        self.add("why", self.tr("Why it changed"), TextLine(), "", True)
        self.before = Before(self.client_id)
        self.down.addWidget(self.before)

    def _fill_in(self) -> None:
        self.start(self._fields(self._first))
        self.channel.chosen.connect(self._other_channel)
        self._show_waiting()

    def title(self) -> str:
        return self.tr("Safe contact")

    def follow(self) -> None:
        channel = self.code("channel", "TEL")
        self.voicemail.setVisible(channel == "TEL")
        self.fields["why"].setVisible(channel in self.held)
        known = self._held_value()
        said = self.tr("Recorded: {number}. Leave the box empty to keep it").format(number=say(masked(known)))
        self.held_value.setText(said if known else "")
        self.held_value.setVisible(bool(known))
        asked = self._asks_check()
        self.checked.setVisible(asked)
        self.fields["check_note"].setVisible(asked and self.checked.value() in ("TRUST", rules.UNCHECKED))
        self.before.show_channel(channel)

    def store(self) -> str:
        record = self._record()
        problems = {**record.problems(self.today()), **unasked(record)}
        if problems:
            raise Refused(problems)
        check = Check(self.checked.value() or "", self.text("check_note")) if self._asks_check() else None
        stored_safe.save(record, self.text("why"), check)
        if check is not None and check.how == rules.UNCHECKED:
            return self.tr("Kept until somebody checks. Nothing of it is used before.")
        return self.tr("Safe contact saved.")

    def _asks_check(self) -> bool:
        try:
            record = self._record()
            record = replace(record, hours=tidy_hours(record.hours))
        except (Refused, HoursUnclear):
            return self.code("channel", "TEL") in self.held
        return stored_safe.needs_check(record)

    def _held_value(self) -> str:
        """What stands recorded, or what somebody claimed and is being put in: never on the screen."""
        channel = self.code("channel", "TEL")
        held = self.held.get(channel)
        return self._claimed_value or (held.value if held is not None else "")

    def _record(self) -> SafeContact:
        """The channel as it stands in the form.

        Raises:
            Refused: the date cannot be read.
        """
        channel = self.code("channel", "TEL")
        before = self.held.get(channel)
        return SafeContact(
            id=before.id if before else None,
            client_id=self.client_id,
            channel=channel,
            allowed=self.code("allowed"),
            value=self.text("value") or self._held_value(),
            whose=self.code("whose"),
            hours=self.text("hours"),
            voicemail=self.code("voicemail") if channel == "TEL" else "NA-NAP",
            who_may_answer=self.text("who_may_answer"),
            say_as=self.text("say_as"),
            code_word=self.text("code_word"),
            note=self.text("note"),
            source=self.code("source"),
            review_by=self.day("review_by"),
            doubted=before.doubted if before else 0,
        )

    def _fields(self, channel: str) -> dict[str, object]:
        one = self.held.get(channel) or SafeContact(None, self.client_id, channel)
        return {
            "channel": channel,
            "allowed": one.allowed,
            "value": "",
            "whose": one.whose,
            "hours": show_hours(one.hours) or (self.tr("Any time") if one.allowed == "yes" else ""),
            "voicemail": one.voicemail if channel == "TEL" else "NA-ASK",
            "who_may_answer": one.who_may_answer,
            "say_as": one.say_as,
            "code_word": one.code_word,
            "note": one.note,
            "source": one.source,
            "review_by": one.review_by if one.review_by >= self.today().isoformat() else "",
            "checked": None,
            "check_note": "",
            "why": "",
        }

    def _other_channel(self, channel: object) -> None:
        self._claimed_value = ""
        self.fill(self._fields(str(channel)))
        self._show_waiting()
        self.follow()

    # ---- what waits to be checked

    def _show_waiting(self) -> None:
        """Changes to this channel that nobody could check, each with what can be done about it."""
        empty(self.waiting)
        for claim in safe_claims.open_for(self.client_id):
            if claim.channel == self.code("channel", "TEL"):
                waits = Waiting(claim)
                waits.use.clicked.connect(partial(self._use, claim))
                waits.refuse.clicked.connect(partial(self._refuse, claim))
                self.waiting.addWidget(waits)

    def _use(self, claim: SafeClaim) -> None:
        """Put what was said into the form; how it was checked is still asked."""
        said = dict(claim.fields())
        self._claimed_value = said.pop("value", "")
        if "hours" in said:
            said["hours"] = show_hours(said["hours"]) or self.tr("Any time")
        self.fill(said)
        self.follow()
        self.checked.setFocus(Qt.FocusReason.OtherFocusReason)
        self.drafts.touch()

    def _refuse(self, claim: SafeClaim) -> None:
        """It was not the client. How somebody knows is typed as the reason of the change."""
        why = self.text("why")
        if not why:
            self.show_problems({"why": words("Enter how you know that it was not the client")})
            return
        try:
            self.session.write(stored_safe.refuse_claim, claim.id or 0, why)
        except Problem as problem:
            self.session.problem(problem)
            return
        self.throw_away()
        self.session.toast.emit(Toast(self.tr("Kept as not from the client. What was recorded holds.")))


class Waiting(QFrame):
    """One change that could not be checked: when, what changed, why not."""

    def __init__(self, claim: SafeClaim, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("was", True)
        down = column(self, (12, 8, 12, 10), 6)
        at = when.show_datetime(when.local(claim.recorded))
        head = self.tr("Could not be checked, {at}. Not used until somebody checks").format(at=at)
        down.addWidget(Said(head, "triangle-alert", "on_medium", "strong"))
        for name, value in claim.fields().items():
            shown = say(show_value("safe_contact", name, value))
            down.addWidget(Text(f"{say(field_label('safe_contact', name))}: {shown}", wrap=True))
        down.addWidget(Text(self.tr("Reason: {why}").format(why=claim.reason), "small", "muted", wrap=True))
        across = FlowLayout(8)
        self.use = Button(self.tr("I have checked: put it in"), "check")
        self.refuse = Button(self.tr("It was not the client"), "ban", "quiet")
        across.addWidget(self.use)
        across.addWidget(self.refuse)
        down.addLayout(across)


class Before(Fold):
    """What the safe contact said before, with the reason of each change. Old numbers stay masked."""

    def __init__(self, client_id: int, parent: QWidget | None = None) -> None:
        super().__init__("", "", "", parent=parent)
        self.client_id = client_id
        self._channel = ""
        self.button.setText(self.tr("What it said before"))
        self._names = {
            False: self.tr("Show what it said before"),
            True: self.tr("Hide what it said before"),
        }
        self.set_open(False)

    def show_channel(self, channel: str) -> None:
        """Read again for that channel."""
        if channel == self._channel:
            return
        self._channel = channel
        empty(self.body)
        held = next((one for one in stored_safe.for_client(self.client_id) if one.channel == channel), None)
        changes = history.for_row("safe_contact", held.id or 0, self.client_id) if held is not None else []
        changes = [one for one in changes if one.field and one.field != "shown"]
        self.setVisible(bool(changes))
        for one in changes:
            at = when.show_datetime(when.local(one.at))
            self.body.addWidget(Text(say(one.sentence()), wrap=True))
            told = ". ".join(part for part in (f"{at}, {one.who}", one.why) if part)
            self.body.addWidget(Text(told, "small", "muted", wrap=True))
