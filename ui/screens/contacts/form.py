"""What happened, with whom, and what is next: one contact as it is typed.

Opens on the last way of contact used, keeps what is typed as a draft, and asks why when a contact was made outside
what is recorded as safe. What may never be sent or left behind cannot be chosen, and says what to do instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from caseworker.domain import codes, interlock, when
from caseworker.domain import contacts as rules
from caseworker.domain.actions import Action
from caseworker.domain.contacts import Contact
from caseworker.errors import Problem, Refused
from caseworker.storage import clients, contacts, drafts, episodes, settings
from caseworker.storage import safe_contacts as stored_safe
from caseworker.words import Words, words
from ui.say import say
from ui.screens.contacts import outcomes
from ui.screens.contacts.asks import ASKS, Ask, Asked, asks
from ui.screens.contacts.outcomes import IN_PERSON
from ui.screens.form import DraftKeeper, Form
from ui.screens.more import MoreAbout, minutes
from ui.screens.why import WhyRow
from ui.session import Session, Toast
from ui.theme import px
from ui.widgets import (
    Button,
    ChoiceRow,
    CodeCombo,
    Combo,
    DateBoxes,
    Field,
    NoteEdit,
    Said,
    Text,
    TextLine,
    Tick,
    column,
    row,
)
from ui.widgets.gradually import Gradually

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from caseworker.domain.clients import Client
    from caseworker.domain.episodes import Episode
    from caseworker.domain.safe_contacts import SafeContact

OTHER = "OTHER"
UNCHOSEN = "contact:"  # key of a draft in nobody's record
LAST_METHOD = "contact.last_method"
LAST_PLACE = "contact.last_place"
SOMEWHERE = "F2F-OFF"  # while nobody said where: what can happen and how long it takes is the same everywhere


def draft_key(client_id: int | None) -> str:
    """Where the half-typed contact with that client waits."""
    return f"{UNCHOSEN}{'' if client_id is None else client_id}"


class ContactForm(Form):
    """What happened, with whom, and what is next. Reads into one ``Contact`` and, when asked for, one ``Action``.

    Its fields can be made before anybody knows whose contact it will be; ``begin`` then says whose.
    """

    restarted = Signal()
    drafts: DraftKeeper

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.made_on = self._today()  # what is offered is what is in use on that day
        self.client_id: int | None = None
        self.client: Client | None = None
        self.safe: list[SafeContact] = []
        self.open_episodes: list[Episode] = []
        self._minutes_typed = False
        self._wanted: str | None = None  # the outcome last chosen, kept while it is not offered
        self.asks: list[Ask] = []
        self._asks_to_come: Iterator[Ask] | None = None
        self._gradually = Gradually(self)
        down = column(self, gap=11)
        self.in_turn(
            partial(self._build_who, down),
            partial(self._build_how, down),
            partial(self._build_where, down),
            partial(self._build_what, down),
            partial(self._build_note, down),
            partial(self._build_next, down),
            partial(self._build_kind, down),
            partial(self._build_more, down),
        )

    def begin(self, client_id: int | None) -> None:
        """It is a contact with that client, or with nobody who has a record: once, and never another one's after."""
        if client_id is not None:
            self.client = clients.get(client_id)
            self.safe = stored_safe.for_client(client_id)
            self.open_episodes = episodes.open_for(client_id)
        self.client_id = client_id
        self.drafts = DraftKeeper(self.session, draft_key(client_id), self.draft_fields, self)
        self.in_turn_too(self._offer_what_is_theirs, self._start)

    # ---- parts, in reading order

    def _build_who(self, down: QVBoxLayout) -> None:
        self._who = row(gap=8)
        down.addLayout(self._who)
        kept = row(gap=8)
        self.from_draft = Said("", "history")
        kept.addWidget(self.from_draft, 1)
        self.restart = Button(self.tr("Start again"), kind="link")
        kept.addWidget(self.restart)
        self.from_draft.hide()
        self.restart.hide()
        self.restart.clicked.connect(self._start_again)
        down.addLayout(kept)
        down.addWidget(self.errors)
        self.when = TextLine()
        hint = self.tr("For example, now, yesterday 3pm or 27 9 10:15")
        self.when_field = self.field("at", self.tr("When"), self.when, hint)
        down.addWidget(self.when_field)

    def _build_how(self, down: QVBoxLayout) -> None:
        self.how = ChoiceRow(
            self.tr("How"),
            [
                ("TEL", self.tr("Call"), "phone"),
                ("SMS", self.tr("Text"), "message-square"),
                (IN_PERSON, self.tr("In person"), "footprints"),
                ("VID", self.tr("Video"), "video"),
                ("EML", self.tr("Email"), "mail"),
                (OTHER, self.tr("Other"), "ellipsis"),
            ],
        )
        self.bind("method", self.how)
        down.addWidget(self.how)

    def _build_where(self, down: QVBoxLayout) -> None:
        self.place = Combo()
        self.other = Combo()
        self.place_field = Field(self.tr("Where"), self.place)
        self.other_field = Field(self.tr("Which other way"), self.other)
        for name, combo, field in (
            ("place", self.place, self.place_field),
            ("other", self.other, self.other_field),
        ):
            self.bind(name, combo)
            self.fields[name] = field
            down.addWidget(field)
        self.stopped = Said("", "ban", "on_high")
        self.stopped.hide()
        down.addWidget(self.stopped)
        self.why = WhyRow(self.tr("Why was it safe to make contact then?"))
        self.bind("why", self.why.choice)
        self.bind("override_reason", self.why.line)
        self.why.hide()
        down.addWidget(self.why)

    def _build_what(self, down: QVBoxLayout) -> None:
        self.what = ChoiceRow(self.tr("What happened"), [])
        self.bind("outcome", self.what)
        down.addWidget(self.what)
        self.rest = Combo()
        self.rest_field = Field(self.tr("Which"), self.rest)
        self.bind("rest", self.rest)
        down.addWidget(self.rest_field)
        self.what.chosen.connect(self._outcome_chosen)
        self._last_ask: QWidget = self.rest  # what the questions come after for the Tab key
        self._asks_place = column(gap=11)
        down.addLayout(self._asks_place)

    def make_asks(self) -> None:
        """The questions that some contacts bring: none applies before something is chosen, so the form is on the screen
        before they are made, one an event, and whoever needs them sooner has them made.
        """
        while self._make_ask():
            pass

    def _make_ask(self) -> bool:
        """Make the next of them; False when there is none left."""
        if self.session.is_locked():
            return False
        if self._asks_to_come is None:
            self._asks_to_come = asks(Asked(self.session, self.client_id, self.safe))
        ask = next(self._asks_to_come, None)
        if ask is None:
            return False
        for name, editor in ask.editors.items():
            self.bind(name, editor)
        self.fields.update(ask.fields)
        ask.hide()
        self._asks_place.addWidget(ask)
        self.asks.append(ask)
        # Made after the note, it belongs before it.
        for stop in ask.findChildren(QWidget):
            # The list behind a combo box is a window of its own.
            if stop.focusPolicy() & Qt.FocusPolicy.TabFocus and stop.window() == self.window():
                self.setTabOrder(self._last_ask, stop)
                self._last_ask = stop
        self._follow()
        return True

    def _build_note(self, down: QVBoxLayout) -> None:
        self.note = NoteEdit(lines=4)
        self.field(
            "note", self.tr("Note"), self.note, self.tr("What was said and agreed. Mark opinions as yours.")
        )
        down.addWidget(self.fields["note"])

    def _build_next(self, down: QVBoxLayout) -> None:
        self.next = ChoiceRow(
            self.tr("Next step"),
            [
                ("1", self.tr("Tomorrow"), "calendar"),
                ("3", self.tr("3 days"), "calendar"),
                ("7", self.tr("1 week"), "calendar"),
                ("date", self.tr("Other day"), "calendar-clock"),
                ("none", self.tr("None"), "ban"),
            ],
        )
        self.bind("next", self.next)
        down.addWidget(self.next)
        self.next_day = DateBoxes()
        self.next_day_field = self.field("due", self.tr("Day of the next step"), self.next_day)
        self.next_text = TextLine()
        self.next_text_field = self.field("next_text", self.tr("What to do"), self.next_text)
        down.addWidget(self.next_day_field)
        down.addWidget(self.next_text_field)

    def _build_kind(self, down: QVBoxLayout) -> None:
        self.kind = Combo()
        self.minutes = TextLine()
        self.minutes.setMaxLength(4)
        # Before the form listens: a number somebody typed is never written over.
        self.minutes.textEdited.connect(self._minutes_own)
        across = row(gap=12)
        across.addWidget(self.field("kind", self.tr("With"), self.kind), 1, Qt.AlignmentFlag.AlignTop)
        took = self.field("minutes", self.tr("Minutes"), self.minutes)
        took.setFixedWidth(px(84))
        across.addWidget(took, 0, Qt.AlignmentFlag.AlignTop)
        down.addLayout(across)
        self.category = CodeCombo("note_category", self.made_on, missing=False)
        self.category.removeItem(0)
        down.addWidget(self.field("category", self.tr("The note is about"), self.category))
        self.came_in = Tick(self.tr("They contacted us"))
        self.bind("came_in", self.came_in)
        down.addWidget(self.came_in)

    def _build_more(self, down: QVBoxLayout) -> None:
        self.episode = Combo()
        self.bind("episode", self.episode)
        self.episode_field = Field(self.tr("Which support it belongs to"), self.episode)
        down.addWidget(self.episode_field)
        self.more = MoreAbout(self, self.made_on)
        down.addWidget(self.more)

    # ---- opening

    def _offer_what_is_theirs(self) -> None:
        if self.client is not None:
            self._who.addWidget(Text(self.client.name, "name", wrap=len(self.client.name) > 28), 0)
            self._who.addWidget(Text(self.client.reference, "reference", "muted"))
            self._who.addStretch(1)
        else:
            self._who.addWidget(Text(self.tr("Anonymous: in nobody's record"), "name", wrap=True), 1)
        self._offer_places()
        kinds = codes.get("contact_kind")
        for code in kinds.valid_on(self.made_on):
            # An attempt is seen from what happened; nobody has to know that it is a kind of its own.
            if code != "ATT" and (code == "ANO") == (self.client is None):
                self.kind.addItem(kinds.label(code), code)
        for one in self.open_episodes:
            service = codes.get("service_type").label(one.service)
            started = when.show_date(date.fromisoformat(one.started))
            self.episode.addItem(
                self.tr("{service}, from {date}").format(service=service, date=started), one.id
            )
        self.episode_field.setVisible(len(self.open_episodes) > 1)
        self.next.setVisible(self.client is not None)

    def _offer_places(self) -> None:
        methods = codes.get("contact_method")
        self.place.addItem(self.tr("Choose"), "")  # where somebody was met is never a guess
        last = settings.get(LAST_PLACE, "")
        for code in sorted(methods.valid_on(self.made_on), key=lambda one: one != last):
            if code.startswith(IN_PERSON):
                where = methods.label(code).partition(", ")[2]
                self.place.addItem(f"{where[0].upper()}{where[1:]}", code)
            elif code not in ("TEL", "SMS", "VID", "EML"):
                self.other.addItem(methods.label(code), code)

    def _start(self) -> None:
        self.when.setText(self.tr("Now"))
        method = settings.get(LAST_METHOD, "TEL")
        choices = ("TEL", "SMS", IN_PERSON, "VID", "EML", OTHER)
        self.how.set_value(method if method in choices else "TEL")
        self.category.set_value("PRACTICAL")
        kept = drafts.get(self.drafts_key())
        if kept is not None:
            self.fill(kept.fields)
            self._minutes_typed = bool(kept.fields.get("minutes_typed"))
            at = when.local(kept.kept)
            shown = when.show_time(at) if at.date() == self._today() else when.show_datetime(at)
            self.from_draft.show_said(self.tr("We kept your note from {time}").format(time=shown), "history")
            self.from_draft.show()
            self.restart.show()
        self._follow()
        if kept is not None:
            self.fill(kept.fields)  # again: outcomes are offered once the way of contact is known
            self._follow()
            self.more.show_if_said()
        self.edited.connect(self.make_asks)
        self.edited.connect(self._follow)
        self.edited.connect(self.drafts.touch)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._asks_to_come is None:
            self._gradually.start([self._make_ask] * len(ASKS), at_once=False)

    def drafts_key(self) -> str:
        return draft_key(self.client_id)

    def first_focus(self) -> QWidget:
        self.whole()
        return self.how.first()

    def draft_fields(self) -> dict[str, object]:
        """What stands in the form. "Now" becomes the time it meant, so that tomorrow it still means today."""
        fields = self.values()
        with suppress(Refused):
            fields["at"] = when.show_datetime(when.read_when(self.when.text(), self.session.now()))
        fields["minutes_typed"] = self._minutes_typed
        return fields

    def _start_again(self) -> None:
        self.drafts.forget()
        self.session.write(drafts.discard, self.drafts_key())
        self.restarted.emit()

    def show_problems(self, problems: Mapping[str, Words | str]) -> None:
        self.more.show_if_wrong(problems)
        super().show_problems(problems)

    # ---- following what is chosen

    def fill(self, values: Mapping[str, object]) -> None:
        if not values.keys() <= self.editors.keys():
            self.make_asks()
        super().fill({name: value for name, value in values.items() if value is not None})

    def _follow(self) -> None:
        """Show what the choices so far ask for, and nothing else."""
        self._echo_when()
        method = self.method() or (SOMEWHERE if self.how.value() == IN_PERSON else "")
        self.place_field.setVisible(self.how.value() == IN_PERSON)
        self.other_field.setVisible(self.how.value() == OTHER)
        self._offer_outcomes(method)
        self.rest_field.setVisible(self.what.value() == OTHER)
        self._ask_why()
        said = self._as_it_stands()
        for ask in self.asks:
            ask.setVisible(ask.applies(said))
        self.next_day_field.setVisible(self.next.value() == "date")
        self.next_text_field.setVisible(self.next.value() not in (None, "none"))
        self._echo_next()
        if not self._minutes_typed and method:
            usual = rules.default_outcome_minutes(method, self.outcome() or "COM", self.chosen_kind())
            self.minutes.setText(str(usual))

    def _echo_when(self) -> None:
        try:
            at = when.read_when(self.when.text(), self.session.now())
        except Refused:
            self.when_field.show_aside("")
            return
        day = self._weekday(at)
        self.when_field.show_aside(f"{day} {when.show_datetime(at)}")

    def _echo_next(self) -> None:
        due = self._due()
        if due is None:
            self.next_text_field.show_aside("")
            return
        day = self._weekday(due)
        self.next_text_field.show_aside(f"{day} {when.show_date(due)}")
        self.next_text.setPlaceholderText(self._usual_step())

    def _minutes_own(self) -> None:
        self._minutes_typed = bool(self.minutes.text())

    def _weekday(self, day: date) -> str:
        return (
            self.tr("Monday"),
            self.tr("Tuesday"),
            self.tr("Wednesday"),
            self.tr("Thursday"),
            self.tr("Friday"),
            self.tr("Saturday"),
            self.tr("Sunday"),
        )[day.weekday()]

    def _offer_outcomes(self, method: str) -> None:
        kind = self.chosen_kind()
        shown = outcomes.offered(kind, method, self.safe)
        if [code for code, _, _ in shown] == getattr(self, "_shown", None):
            return
        self._shown = [code for code, _, _ in shown]
        rest = outcomes.others(kind, method, self.safe, self._shown)
        if rest:
            shown = [*shown, (OTHER, self.tr("Other"), "ellipsis")]
        before = self.what.value() or self._wanted
        self.what.show_options(shown)
        if before in self._shown:
            self.what.set_value(before)
        # New answers join the end of the Tab order; they belong between how it was done and the note.
        earlier: QWidget = self.why.line
        for pill in self.what.pills():
            self.setTabOrder(earlier, pill)
            earlier = pill
        self.rest.clear()
        labels = codes.get("contact_outcome")
        for code in rest:
            self.rest.addItem(labels.label(code), code)

    def _outcome_chosen(self, code: object) -> None:
        self._wanted = str(code)

    def _ask_why(self) -> None:
        """Say what may never be done, or ask why it was safe, or neither."""
        said = self._as_it_stands()
        channel = interlock.reaches(said)
        stopped = interlock.stop(self.safe, channel) if channel else None
        self.stopped.setVisible(stopped is not None)
        if stopped is not None:
            self.stopped.show_said(say(stopped), "ban")
        asked = stopped is None and channel and interlock.question(said, self.safe) is not None
        if asked and channel:
            self.why.offer(interlock.reasons(self.safe, channel, when.local(said.at)))
            self.why.follow()
        self.why.setVisible(bool(asked))

    # ---- reading

    def _today(self) -> date:
        return self.session.now().astimezone(when.LONDON).date()

    def method(self) -> str:
        """The code of the way of contact; empty while none is chosen."""
        chosen = self.how.value() or ""
        if chosen == IN_PERSON:
            return str(self.place.currentData() or "")
        return str(self.other.currentData()) if chosen == OTHER else chosen

    def outcome(self) -> str:
        chosen = self.what.value() or ""
        return str(self.rest.currentData() or "") if chosen == OTHER else chosen

    def chosen_kind(self) -> str:
        return str(self.kind.currentData() or "CLI")

    def asks_why(self) -> bool:
        return not self.why.isHidden()

    def take_reason(self, code: str, typed: str) -> None:
        """The reason for which the number was shown is the reason for the contact, unless another stands here."""
        if self.asks_why() and not self.why.reason():
            self.why.choice.set_value(code)
            self.why.line.setText(typed)
            self._follow()
            self.drafts.touch()

    def confirms(self) -> str:
        """The channel of which somebody says that all of it is still right; empty when nobody does."""
        if not self.asks_why() or self.why.code() != interlock.STILL_RIGHT.code:
            return ""
        return interlock.CHANNEL_OF_METHOD.get(self.method(), "")

    def _as_it_stands(self) -> Contact:
        """The contact so far; where the time cannot be read yet, as if it were now."""
        with suppress(Refused):
            return self.contact()
        return self._contact_at(self.session.now())

    def contact(self) -> Contact:
        """The contact as it stands in the form.

        Raises:
            Refused: the time cannot be read.
        """
        return replace(
            self._contact_at(when.read_when(self.when.text(), self.session.now())),
            minutes=minutes(self, "minutes"),
            travel_minutes=minutes(self, "travel_minutes"),
            waiting_minutes=minutes(self, "waiting_minutes"),
        )

    def _contact_at(self, at: datetime) -> Contact:
        kind, outcome = self.chosen_kind(), self.outcome()
        if kind == "CLI" and outcome in rules.ATTEMPTED:
            kind = "ATT"
        return Contact(
            id=None,
            uid="",
            client_id=self.client_id,
            episode_id=self.episode.currentData() if self.open_episodes else None,
            at=when.epoch(at),
            kind=kind,
            method=self.method(),
            outcome=outcome,
            direction="in" if self.came_in.isChecked() or self.method() == "POST-IN" else "out",
            present=self.text("present"),
            interpreter=self.text("interpreter"),
            safe_checked=self.client is not None,
            override_reason=self.why.reason() if self.asks_why() else "",
            category=self.category.value() or "PRACTICAL",
            note=self.note.toPlainText().strip(),
        )

    def action(self) -> Action | None:
        """What is next, when a day was chosen."""
        due = self._due()
        if due is None or self.client_id is None:
            return None
        text = self.next_text.text().strip() or self._usual_step()
        episode = self.episode.currentData() if self.open_episodes else None
        return Action(None, "", self.client_id, text, due.isoformat(), episode_id=episode)

    def _usual_step(self) -> str:
        return self.tr("Try again") if self.outcome() in rules.ATTEMPTED else self.tr("Follow up")

    def _due(self) -> date | None:
        chosen = self.next.value()
        if chosen in (None, "none"):
            return None
        if chosen == "date":
            try:
                return self.next_day.date()
            except Refused:
                return None
        return self._today() + timedelta(days=int(str(chosen)))

    # ---- saving

    def save(self) -> bool:
        """Save what stands in the form; False when something has to be put right first."""
        self.make_asks()
        now = self.session.now()
        problems: dict[str, Words] = {}
        if self.how.value() == IN_PERSON and not self.method():
            problems["place"] = words("Choose where you met")
        elif not self.method():
            problems["method"] = words("Select how you made contact")
        if not self.outcome():
            problems["outcome"] = words("Select what happened")
        problems |= self._next_problems()
        contact = None
        try:
            contact = self.contact()
            problems = contact.problems(now) | problems
            if "place" in problems:
                problems.pop("method", None)  # how is known, only where is not
        except Refused as refused:
            problems |= refused.problems
        if contact is not None:
            problems |= self._interlocked(contact)
        for ask in self._asked():
            problems |= ask.problems()
        self.show_problems(self._in_order(problems))
        if problems or contact is None:
            return False
        try:
            saved = self.session.write(
                save_contact,
                contact,
                self.action(),
                self.drafts_key(),
                self.confirms(),
                self._asked(),
                self.how.value(),
            )
        except Refused as refused:
            # The instructions changed while the form was open: show what they say now, and what it asks for.
            self.safe = stored_safe.for_client(contact.client_id) if contact.client_id is not None else []
            self._follow()
            self.show_problems(self._in_order(self._beside(refused.problems)))
            return False
        except Problem as problem:
            self.session.problem(problem)
            return False
        self.drafts.forget()
        said = Toast(
            self._saved_words(contact),
            self.tr("Undo"),
            partial(undo_contact, self.session, saved),
            partial(put_back, self.session, saved),
        )
        self.session.toast.emit(said)
        return True

    def _saved_words(self, contact: Contact) -> str:
        """Minutes that nobody typed are not saved unseen."""
        if self._minutes_typed or not rules.is_two_way(contact):
            return self.tr("Contact saved.")
        return self.tr("Contact saved. Counted as the usual {n} minutes.").format(n=contact.minutes)

    def _next_problems(self) -> dict[str, Words]:
        if self.next.value() != "date":
            return {}
        try:
            due = self.next_day.date()
        except Refused as refused:
            return {"due": next(iter(refused.problems.values()))}
        if due is None:
            return {"due": words("Enter the day of the next step")}
        return {"due": words("Day of the next step must be today or later")} if due < self._today() else {}

    def _asked(self) -> list[Ask]:
        """The questions that this contact brings."""
        return [ask for ask in self.asks if not ask.isHidden()]

    def _interlocked(self, contact: Contact) -> dict[str, Words]:
        found = interlock.problems(contact, self.safe)
        if self.confirms():
            found.pop("override_reason", None)
        return self._beside(found)

    def _beside(self, problems: Mapping[str, Words]) -> dict[str, Words]:
        """A reason is asked for beside what is open: the choice, or the line for any other."""
        name = "override_reason" if self.why.code() == OTHER else "why"
        return {name if field == "override_reason" else field: text for field, text in problems.items()}

    def _in_order(self, problems: Mapping[str, Words]) -> dict[str, Words]:
        """Problems from the top of the form downwards, as the eye meets them."""
        names = [name for name in self.editors if name in problems]
        return {name: problems[name] for name in [*names, *(n for n in problems if n not in names)]}


def save_contact(
    contact: Contact,
    action: Action | None,
    key: str,
    confirmed: str,
    asked: Sequence[Ask],
    how: str | None,
) -> int:
    """The contact, its next step, what was asked with it, and the way used, all or nothing; the contact's id."""
    if confirmed and contact.client_id is not None:
        stored_safe.confirm(contact.client_id, confirmed, contact.override_reason)
    told = {name: value for ask in asked for name, value in ask.told().items()}
    saved = contacts.save(contact, next_action=action, draft_key=key, **told)
    for ask in asked:
        ask.store(saved)
    if how is not None and settings.get(LAST_METHOD, "") != how:
        settings.set(LAST_METHOD, how)
    if contact.method.startswith(IN_PERSON) and settings.get(LAST_PLACE, "") != contact.method:
        settings.set(LAST_PLACE, contact.method)
    return saved


def undo_contact(session: Session, contact_id: int) -> None:
    """Take back a contact just saved. Its history keeps both the entry and the undoing."""
    try:
        session.write(contacts.undo, contact_id)
    except Problem as problem:
        session.problem(problem)


def put_back(session: Session, contact_id: int) -> None:
    """The undoing undone: the contact stands again."""
    try:
        session.write(contacts.restore, contact_id)
    except Problem as problem:
        session.problem(problem)
        return
    again = partial(undo_contact, session, contact_id)
    words_ = QCoreApplication.translate("ContactForm", "Contact put back.")
    undo = QCoreApplication.translate("ContactForm", "Undo")
    session.toast.emit(Toast(words_, undo, again, partial(put_back, session, contact_id)))
