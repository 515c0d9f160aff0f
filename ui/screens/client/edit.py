"""The forms of a record: safe contact, the client, equality, referral, support, next step, amending a contact.

Each opens inside the page under the fixed header, keeps a draft as it is typed, and says beside each field what
has to be put right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from caseworker.domain import codes, when
from caseworker.domain import contacts as contact_rules
from caseworker.domain.actions import Action
from caseworker.domain.clients import Client
from caseworker.domain.episodes import Episode
from caseworker.domain.referrals import Referral
from caseworker.domain.safe_contacts import SafeContact, show_hours, unasked
from caseworker.errors import Problem, Refused
from caseworker.storage import actions, clients, contacts, drafts, episodes, referrals
from caseworker.storage import safe_contacts as stored_safe
from caseworker.words import Words, words
from ui.screens.form import DraftKeeper, Form
from ui.screens.more import MoreAbout, minutes
from ui.session import Session, Toast
from ui.theme import px
from ui.widgets import (
    Button,
    ChoiceRow,
    CodeCombo,
    Combo,
    DateBoxes,
    Field,
    Heading,
    NoteEdit,
    Said,
    Text,
    TextLine,
    Tick,
    column,
    row,
)
from ui.widgets.page import scrolled

WIDE = 640  # a line of a form is never longer than people read well
EQUALITY = ("sex", "gender_same", "ethnicity", "disability", "orientation", "religion")


class RecordForm(Form):
    """A form over one record. Subclasses build the fields, fill them from a record and store what is typed."""

    finished = Signal()

    def __init__(self, session: Session, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.down = column(self, gap=14)
        self.down.addWidget(self.errors)
        self.from_draft = Said("", "history")
        self.from_draft.hide()
        self.down.addWidget(self.from_draft)
        self.drafts = DraftKeeper(session, key, self.values, self)

    def title(self) -> str:
        """The heading above the form."""
        raise NotImplementedError

    def save_words(self) -> str:
        return self.tr("Save")

    def store(self) -> str:
        """Write what is typed, inside the transaction; the words of the toast.

        Raises:
            Refused: field -> sentence.
        """
        raise NotImplementedError

    def first_focus(self) -> QWidget:
        """Where the keyboard arrives."""
        first = next(iter(self.editors.values()))
        return first.first() if isinstance(first, ChoiceRow) else first

    def follow(self) -> None:
        """Show what the answers so far ask for."""

    def add(self, name: str, label: str, editor: QWidget, hint: str = "", optional: bool = False) -> Field:
        """A field at the end of the column."""
        made = self.field(name, label, editor, hint, optional)
        self.down.addWidget(made)
        return made

    def choice(self, name: str, label: str, list_name: str, hint: str = "") -> ChoiceRow:
        """A choice row over a short code list, with "not asked yet" as the answer nobody had to give."""
        entries = codes.get(list_name)
        offered = [(code, entries.label(code), "") for code in entries.valid_on(self.today())]
        offered += [(code, codes.MISSING[code], "") for code in ("NA-ASK", "NA-UNK", "NA-REF")]
        made = ChoiceRow(label, offered, hint)
        self.bind(name, made)
        self.down.addWidget(made)
        return made

    def combo(self, name: str, label: str, list_name: str, hint: str = "", missing: bool = True) -> Field:
        """A list over a longer code list."""
        return self.add(name, label, CodeCombo(list_name, self.today(), missing), hint)

    def today(self) -> date:
        return self.session.now().astimezone(when.LONDON).date()

    def code(self, name: str, empty: str = "NA-ASK") -> str:
        """The code chosen under that name; ``empty`` while nothing is."""
        return str(self.editors[name].value() or empty)

    def day(self, name: str) -> str:
        """The date typed as ISO text; empty when the boxes are.

        Raises:
            Refused: under that name.
        """
        boxes: DateBoxes = self.editors[name]
        if boxes.is_empty():
            return ""
        return when.read_date(*boxes.parts(), field=name).isoformat()

    def start(self, values: Mapping[str, object]) -> None:
        """Fill from the record, then from a draft if one waits; the last line of every constructor."""
        self.fill(values)
        kept = drafts.get(self.drafts.key)
        if kept is not None:
            self.fill(kept.fields)
            shown = when.show_datetime(when.local(kept.kept))
            self.from_draft.show_said(
                self.tr("We kept what you typed on {time}").format(time=shown), "history"
            )
            self.from_draft.show()
        self.follow()
        self.edited.connect(self.follow)
        self.edited.connect(self.drafts.touch)
        # Boxes that run past the end of the lines read badly; short answers get short boxes.
        for editor in self.editors.values():
            if isinstance(editor, Combo):
                editor.setMaximumWidth(px(420))

    def save(self) -> None:
        """Store and leave; or say what has to be put right."""
        try:
            said = self.session.write(self._store)
        except Refused as refused:
            self.show_problems(self.in_order(refused.problems))
            return
        except Problem as problem:
            self.session.problem(problem)
            return
        self.drafts.forget()
        self.finished.emit()
        self.session.toast.emit(Toast(said))

    def throw_away(self) -> None:
        """Leave without saving and forget the draft: the person pressed the button that says so."""
        self.drafts.forget()
        self.session.write(drafts.discard, self.drafts.key)
        self.finished.emit()

    def _store(self) -> str:
        said = self.store()
        drafts.discard(self.drafts.key)
        return said

    def in_order(self, problems: Mapping[str, Words]) -> dict[str, Words]:
        names = [name for name in self.editors if name in problems]
        return {name: problems[name] for name in [*names, *(n for n in problems if n not in names)]}


class FormPage(QWidget):
    """A form with its heading above and Save below, in place of the tab."""

    def __init__(self, form: RecordForm, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = form
        whole = column(self)
        self.area, body = scrolled((24, 16, 24, 24), 14)
        whole.addWidget(self.area, 1)
        body.addWidget(Heading(form.title(), 2))
        form.setMaximumWidth(px(WIDE))
        body.addWidget(form)
        body.addStretch(1)
        foot = QFrame()
        foot.setObjectName("panelfoot")
        across = row(foot, (24, 10, 24, 10), 10)
        self.save_button = Button(form.save_words(), "check", "primary")
        self.save_button.setToolTip(self.tr("Save  (Ctrl+Enter)"))
        self.later_button = Button(self.tr("Close, keep draft"))
        self.later_button.setToolTip(self.tr("Close and keep the draft  (Esc)"))
        self.throw_button = Button(self.tr("Do not save"), kind="quiet")
        self.kept = Text("", "small", "muted", wrap=True)
        across.addWidget(self.save_button)
        across.addWidget(self.later_button)
        across.addWidget(self.throw_button)
        across.addWidget(self.kept, 1)
        whole.addWidget(foot)
        self.save_button.clicked.connect(form.save)
        self.later_button.clicked.connect(form.finished)
        self.throw_button.clicked.connect(form.throw_away)
        form.drafts.kept.connect(self._kept)

    def _kept(self, time: object) -> None:
        self.kept.setText(self.tr("Draft kept at {time}").format(time=time))


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


class PersonForm(RecordForm):
    """Groups of fields that the record and the new-client page share."""

    def about_fields(self) -> None:
        """Name, alias, known-as, age, district, language."""
        self.name_fields()
        self.add(
            "born",
            self.tr("Date of birth"),
            DateBoxes(),
            self.tr("For example, 27 3 1991. Leave empty if not known"),
            True,
        )
        self.add("age", self.tr("Age, if only that is known"), TextLine(), "", True)
        self.fields["age"].editor.setMaximumWidth(px(110))
        self.combo("area", self.tr("District the client lives in"), "area")
        self.combo("language", self.tr("Language"), "language")
        self.combo("interpreter", self.tr("Interpreter"), "interpreter")

    def name_fields(self) -> None:
        self.add(
            "name", self.tr("Name or alias"), TextLine(), self.tr("An alias is enough to start a record")
        )
        alias = Tick(self.tr("This is an alias"))
        self.bind("is_alias", alias)
        self.down.addWidget(alias)
        self.add("known_as", self.tr("Likes to be called"), TextLine(), "", True)

    @staticmethod
    def client_fields(client: Client) -> dict[str, object]:
        """What stands in ``about_fields`` for that client."""
        return {
            "name": client.name,
            "is_alias": client.is_alias,
            "known_as": client.known_as,
            "born": client.born,
            "age": "" if client.age_estimate is None else str(client.age_estimate),
            "area": client.area,
            "language": client.language,
            "interpreter": client.interpreter,
            "totals_only": client.totals_only,
            "why": "",
        }

    def read_about(self, client: Client) -> Client:
        """The client with what stands in ``about_fields``.

        Raises:
            Refused: the date of birth or the age cannot be read.
        """
        age = self.text("age")
        if age and not (age.isascii() and age.isdigit() and len(age) <= 3):
            raise Refused({"age": words("Age must be a number, like {example}", example="34")})
        born = self.day("born")
        return replace(
            client,
            name=self.text("name"),
            is_alias=bool(self.values()["is_alias"]),
            known_as=self.text("known_as"),
            # An answer of "does not know" is kept until a date is typed.
            born=born or (client.born if codes.is_missing(client.born) else "NA-ASK"),
            age_estimate=int(age) if age else None,
            area=self.code("area"),
            language=self.code("language"),
            interpreter=self.code("interpreter"),
        )

    def equality_fields(self) -> None:
        self.down.addWidget(
            Said(
                self.tr(
                    "Why we ask: to see whether everybody is reached. Every question is optional and can wait."
                )
            )
        )
        self.combo("sex", self.tr("Sex"), "sex")
        self.combo("gender_same", self.tr("Is gender the same as registered at birth?"), "gender_same")
        self.combo("ethnicity", self.tr("Ethnic group"), "ethnicity")
        self.combo("disability", self.tr("Long-term condition or disability"), "disability")
        self.combo("orientation", self.tr("Sexual orientation"), "orientation")
        self.combo("religion", self.tr("Religion"), "religion")

    def referral_fields(self) -> None:
        self.add(
            "received",
            self.tr("Referral received"),
            TextLine(),
            self.tr("For example, now, yesterday 3pm or 27 9 10:15"),
        )
        self.combo("source", self.tr("Who made the referral"), "referral_source")
        self.combo("route", self.tr("How it came"), "referral_route")
        self.combo("crime", self.tr("Crime or abuse"), "crime")


class AboutForm(PersonForm):
    """Name or alias, what they like to be called, age, district, language."""

    def __init__(self, session: Session, client_id: int, parent: QWidget | None = None) -> None:
        super().__init__(session, f"client:{client_id}", parent)
        self.client = clients.get(client_id)
        self.about_fields()
        self.totals_only = Tick(
            self.tr("Count only in totals, in no table by age, district or anything else")
        )
        self.bind("totals_only", self.totals_only)
        self.down.addWidget(self.totals_only)
        self.add("why", self.tr("Why it changed"), TextLine(), "", True)
        self.start(self.client_fields(self.client))

    def title(self) -> str:
        return self.tr("About this client")

    def store(self) -> str:
        clients.save(
            replace(self.read_about(self.client), totals_only=self.totals_only.isChecked()), self.text("why")
        )
        return self.tr("Saved.")


class EqualityForm(PersonForm):
    """Asked last, each question optional, "prefers not to say" and "not asked yet" kept apart."""

    def __init__(self, session: Session, client_id: int, parent: QWidget | None = None) -> None:
        super().__init__(session, f"equality:{client_id}", parent)
        self.client = clients.get(client_id)
        self.equality_fields()
        self.start({name: getattr(self.client, name) for name in EQUALITY})

    def title(self) -> str:
        return self.tr("Equality questions")

    def store(self) -> str:
        answers: dict[str, Any] = {name: self.code(name) for name in EQUALITY}
        clients.save(replace(self.client, **answers))
        return self.tr("Saved.")


class ReferralForm(PersonForm):
    """How the client came to the service and what became of it."""

    def __init__(
        self, session: Session, client_id: int, referral_id: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"referral:{client_id}:{referral_id or 'new'}", parent)
        self.client_id = client_id
        self.referral = referrals.get(referral_id) if referral_id is not None else None
        received = self.tr("Now")
        if self.referral is not None:
            received = when.show_datetime(when.local(self.referral.received))
        self.referral_fields()
        self.combo("area", self.tr("District the client lived in then"), "area")
        self.choice("victim_aware", self.tr("Does the client know about the referral?"), "yes_no")
        self.choice("consent_to_contact", self.tr("Does the client agree to be contacted?"), "yes_no")
        self.choice("referrer_risk", self.tr("Risk grade the referrer gave"), "risk_grade")
        self.add("police_ref", self.tr("Police reference"), TextLine(), "", True)
        self.combo("outcome", self.tr("What became of it"), "referral_outcome")
        self.decline = self.combo("decline_reason", self.tr("Why the service declined"), "decline_reason")
        self.add("outcome_on", self.tr("Date of the outcome"), DateBoxes(), "", True)
        self.why = self.add("why", self.tr("Why it changed"), TextLine(), "", True)
        self.why.setVisible(self.referral is not None)
        held = self.referral or Referral(None, "", client_id, 0)
        names = (
            "source", "route", "crime", "area", "victim_aware", "consent_to_contact", "referrer_risk", "police_ref",
            "outcome", "decline_reason", "outcome_on",
        )  # fmt: skip
        self.start({"received": received, **{name: getattr(held, name) for name in names}})

    def title(self) -> str:
        return self.tr("Referral")

    def follow(self) -> None:
        self.decline.setVisible(self.code("outcome") == "REJ")

    def store(self) -> str:
        held = self.referral or Referral(None, "", self.client_id, 0)
        rejected = self.code("outcome") == "REJ"
        record = replace(
            held,
            received=when.epoch(when.read_when(self.text("received"), self.session.now(), field="received")),
            source=self.code("source"),
            route=self.code("route"),
            crime=self.code("crime"),
            area=self.code("area"),
            victim_aware=self.code("victim_aware"),
            consent_to_contact=self.code("consent_to_contact"),
            referrer_risk=self.code("referrer_risk"),
            police_ref=self.text("police_ref"),
            outcome=self.code("outcome"),
            decline_reason=self.code("decline_reason") if rejected else "NA-NAP",
            outcome_on=self.day("outcome_on"),
        )
        referrals.save(record, self.text("why"))
        return self.tr("Referral saved.")


class EpisodeForm(RecordForm):
    """Start support, or change what was recorded when it started."""

    def __init__(
        self, session: Session, client_id: int, episode_id: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"episode:{client_id}:{episode_id or 'new'}", parent)
        self.client_id = client_id
        self.episode = episodes.get(episode_id) if episode_id is not None else None
        newest = referrals.for_client(client_id, limit=1)
        self.referral_id = newest[0].id if newest and self.episode is None else None
        self.combo("service", self.tr("Service"), "service_type", missing=False)
        self.add("started", self.tr("Support started"), DateBoxes(), self.tr("For example, 27 3 2026"))
        self.combo("crime", self.tr("Main crime or abuse"), "crime")
        self.combo("victim_type", self.tr("Who the client is in this"), "victim_type")
        self.choice("da_context", self.tr("Is it domestic abuse?"), "yes_no")
        self.combo("online", self.tr("How far it happened online"), "online")
        self.combo("reported", self.tr("Reported to the police"), "reported")
        self.combo("level", self.tr("Level of support"), "support_level", missing=False)
        self.choice("consent_to_support", self.tr("Does the client agree to support?"), "yes_no")
        self.why = self.add("why", self.tr("Why it changed"), TextLine(), "", True)
        self.why.setVisible(self.episode is not None)
        crime = newest[0].crime if newest else "NA-ASK"
        held = self.episode or Episode(None, "", client_id, self.today().isoformat(), crime=crime)
        names = (
            "service", "started", "crime", "victim_type", "da_context", "online", "reported", "level",
            "consent_to_support",
        )  # fmt: skip
        self.start({name: getattr(held, name) for name in names})

    def title(self) -> str:
        return self.tr("Support") if self.episode is not None else self.tr("Start support")

    def store(self) -> str:
        held = self.episode or Episode(None, "", self.client_id, "", referral_id=self.referral_id)
        record = replace(
            held,
            service=self.code("service", ""),
            started=self.day("started"),
            crime=self.code("crime"),
            victim_type=self.code("victim_type"),
            da_context=self.code("da_context"),
            online=self.code("online"),
            reported=self.code("reported"),
            level=self.code("level", ""),
            consent_to_support=self.code("consent_to_support"),
        )
        if self.episode is not None:
            episodes.save(record, self.text("why"))
            return self.tr("Support saved.")
        records_before = {one.id for one in episodes.for_client(self.client_id)}
        if episodes.begin(record) in records_before:
            return self.tr("Support goes on: it ended less than 90 days ago.")
        return self.tr("Support started.")


class CloseEpisodeForm(RecordForm):
    """End support: on which day and why."""

    def __init__(self, session: Session, episode: Episode, parent: QWidget | None = None) -> None:
        super().__init__(session, f"close:{episode.client_id}:{episode.id}", parent)
        self.episode = episode
        self.add("closed", self.tr("Support ended"), DateBoxes())
        self.combo("closure_reason", self.tr("Why support ended"), "closure_reason", missing=False)
        self.add("why", self.tr("Anything to add"), TextLine(), "", True)
        self.start({"closed": self.today().isoformat(), "closure_reason": None, "why": ""})

    def title(self) -> str:
        return self.tr("Close support")

    def save_words(self) -> str:
        return self.tr("Close support")

    def store(self) -> str:
        day = self.day("closed")
        if not day:
            raise Refused({"closed": words("Enter the date support ended")})
        episodes.close(self.episode.id or 0, day, self.code("closure_reason", ""), self.text("why"))
        return self.tr("Support closed.")


class ActionForm(RecordForm):
    """What is next, and by when."""

    def __init__(
        self, session: Session, client_id: int, action: Action | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"action:{client_id}:{action.id if action else 'new'}", parent)
        self.client_id = client_id
        self.action = action
        self.add("text", self.tr("What you will do next"), TextLine())
        soon = session.now().astimezone(when.LONDON) + timedelta(days=14)
        example = self.tr("For example, {day}").format(day=f"{soon.day} {soon.month} {soon.year}")
        self.add("due", self.tr("By when"), DateBoxes(), example)
        self.start({"text": action.text if action else "", "due": action.due if action else ""})

    def title(self) -> str:
        return self.tr("Next step")

    def store(self) -> str:
        held = self.action or Action(None, "", self.client_id, "", "")
        actions.save(replace(held, text=self.text("text"), due=self.day("due")))
        return self.tr("Next step saved.")


class AmendForm(RecordForm):
    """Change a contact that was saved. The first wording stays in its history, with the reason."""

    def __init__(self, session: Session, contact_id: int, parent: QWidget | None = None) -> None:
        super().__init__(session, f"amend:{contact_id}", parent)
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


class WithdrawForm(RecordForm):
    """Take back a contact logged by mistake."""

    def __init__(self, session: Session, contact_id: int, parent: QWidget | None = None) -> None:
        super().__init__(session, f"withdraw:{contact_id}", parent)
        self.contact_id = contact_id
        self.down.addWidget(
            Said(
                self.tr(
                    "It stays in the history and is counted nowhere. You can put it back from the history."
                )
            )
        )
        self.add(
            "why",
            self.tr("Why it was a mistake"),
            TextLine(),
            self.tr("One sentence that a court could read."),
        )
        self.start({"why": ""})

    def title(self) -> str:
        return self.tr("Withdraw an entry")

    def save_words(self) -> str:
        return self.tr("Withdraw entry")

    def store(self) -> str:
        contacts.withdraw(self.contact_id, self.text("why"))
        return self.tr("Entry withdrawn.")
