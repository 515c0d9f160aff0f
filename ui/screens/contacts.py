"""Log a contact: a panel beside any screen, quick enough for a lay-by, never in the way of the record.

It opens on the last way of contact used, keeps what is typed as a draft, and asks why when a call was made outside
the hours that are safe.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from caseworker.domain import codes, safe_contacts, when
from caseworker.domain import contacts as rules
from caseworker.domain.actions import Action
from caseworker.domain.contacts import Contact
from caseworker.domain.safe_contacts import SafeContact
from caseworker.errors import Problem, Refused
from caseworker.storage import clients, contacts, drafts, episodes, settings
from caseworker.storage import safe_contacts as stored_safe
from caseworker.words import Words, words
from ui.screens.client.safe import SafePanel, show_safe_chip
from ui.screens.form import DraftKeeper, Form
from ui.screens.more import MoreAbout, minutes
from ui.session import Session, Toast
from ui.theme import px
from ui.widgets import (
    Button,
    Chip,
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
from ui.widgets.page import scrolled

FOUND = 7  # clients offered while finding who a contact was with
IN_PERSON = "F2F"
OTHER = "OTHER"
UNCHOSEN = "contact:"  # key of a draft in nobody's record
LAST_METHOD = "contact.last_method"
LAST_PLACE = "contact.last_place"
WRONG_PERSON = words("Wrong person answered")  # the reason that stands in the history of a number


def draft_key(client_id: int | None) -> str:
    """Where the half-typed contact with that client waits."""
    return f"{UNCHOSEN}{'' if client_id is None else client_id}"


class ContactPanel(QFrame):
    """The panel: who it was with, the form, Save. Without a client it asks who first. ``closed``: take it away."""

    closed = Signal()

    def __init__(self, session: Session, client_id: int | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.form: ContactForm | None = None
        self._narrow = False
        self.setObjectName("panel")
        self.setAccessibleName(self.tr("Log a contact"))

        whole = column(self)
        head = row(margins=(18, 12, 14, 4), gap=8)
        head.addWidget(Text(self.tr("Log a contact"), "panel"))
        head.addStretch(1)
        self.close_button = Button(self.tr("Close"), "x", "quiet")
        self.close_button.setToolTip(self.tr("Close and keep the draft  (Esc)"))
        head.addWidget(self.close_button)
        whole.addLayout(head)
        # In place of the page this stands above what scrolls: she may ring back while the note is half-typed.
        above = row(margins=(18, 4, 18, 6))
        self.safe = SafePanel(one_column=True)
        self.safe.show_short(True)
        above.addWidget(self.safe)
        whole.addLayout(above)
        self.safe.hide()
        self.area, self.body = scrolled((18, 4, 18, 12), 11)
        whole.addWidget(self.area, 1)
        self.who: WhoPicker | None = None
        self.body.addStretch(1)
        foot = QFrame()
        foot.setObjectName("panelfoot")
        across = row(foot, (18, 10, 18, 10), 10)
        self.kept = Text("", "small", "muted", wrap=True)
        across.addWidget(self.kept, 1)
        self.save_button = Button(self.tr("Save contact"), "check", "primary")
        self.save_button.setToolTip(self.tr("Save contact  (Ctrl+Enter)"))
        self.save_button.setEnabled(False)
        across.addWidget(self.save_button)
        whole.addWidget(foot)

        self.close_button.clicked.connect(self.close_panel)
        self.save_button.clicked.connect(self.save)
        if client_id is not None:
            self._open(client_id)
        else:
            self._ask_who()

    @property
    def client_id(self) -> int | None:
        return self.form.client_id if self.form is not None else None

    def open_for(self, client_id: int | None) -> None:
        """Asked for again while open: another client's form takes its place, and this one's draft is kept."""
        if client_id is not None and (self.form is None or self.form.client_id != client_id):
            self._open(client_id)

    def show_narrow(self, narrow: bool) -> None:
        """In place of the page (little room): the safe-contact instructions stand on top of the form."""
        self._narrow = narrow
        self._show_safe()

    def arrive(self) -> None:
        """Put the keyboard where the work starts."""
        first = self.who.line if self.who is not None else self.form.first_focus() if self.form else self
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def keep_draft(self) -> None:
        """Seal what is half-typed now."""
        if self.form is not None:
            self.form.drafts.keep_if_waiting()

    def save(self) -> None:
        """Save the contact and its next step, and close; or show what is missing."""
        if self.form is not None and self.form.save():
            self.closed.emit()

    def close_panel(self) -> None:
        self.keep_draft()
        self.closed.emit()

    def _open(self, client_id: int | None) -> None:
        self._drop_form()
        if self.who is not None:
            self.who.hide()
            self.who.deleteLater()
            self.who = None
        self.form = ContactForm(self.session, client_id)
        self._show_safe()
        self.form.drafts.kept.connect(self._kept)
        self.form.restarted.connect(self._restarted)
        self.body.insertWidget(0, self.form)
        self.save_button.setEnabled(True)
        self.kept.setText("")
        if self.isVisible():
            self.arrive()

    def _show_safe(self) -> None:
        known = self.form is not None and self.form.client is not None
        if self.form is not None and known:
            self.safe.show_safe(self.form.safe, self.session.now())
            self.form.chip.setVisible(not self._narrow)
        self.safe.setVisible(self._narrow and known)

    def _drop_form(self) -> None:
        if self.form is None:
            return
        self.keep_draft()
        leaving, self.form = self.form, None
        self.body.removeWidget(leaving)
        leaving.hide()
        leaving.deleteLater()

    def _picked(self, client_id: object) -> None:
        self._open(int(str(client_id)))

    def _nobody(self) -> None:
        self._open(None)

    def _restarted(self) -> None:
        client_id = self.client_id
        self._drop_form()
        if client_id is not None:
            self._open(client_id)
            return
        self._ask_who()
        self.save_button.setEnabled(False)
        self.kept.setText("")
        self.arrive()

    def _ask_who(self) -> None:
        self.who = WhoPicker(self.session)
        self.who.picked.connect(self._picked)
        self.who.nobody.connect(self._nobody)
        self.body.insertWidget(0, self.who)

    def _kept(self, time: object) -> None:
        self.kept.setText(self.tr("Draft kept at {time}").format(time=time))


class WhoPicker(QWidget):
    """Who it was with: type a few letters, Enter takes the first. The last few clients stand there to begin with."""

    picked = Signal(object)
    nobody = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        down = column(self, gap=8)
        self.line = TextLine()
        hint = self.tr("Name, known-as name or reference. Enter takes the first")
        self.field = Field(self.tr("Who was it with or about?"), self.line, hint)
        down.addWidget(self.field)
        self.found = QListWidget()
        self.found.setObjectName("found")
        self.found.setAccessibleName(self.tr("Clients found"))
        self.found.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.found.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        down.addWidget(self.found)
        self.none = Text("", "body", "muted", wrap=True)
        down.addWidget(self.none)
        waiting = drafts.get(UNCHOSEN) is not None
        self.anonymous = Button(
            self.tr("Carry on with the anonymous note")
            if waiting
            else self.tr("Anonymous: somebody without a record"),
            "history" if waiting else "user",
            "quiet",
        )
        down.addWidget(self.anonymous, 0, Qt.AlignmentFlag.AlignLeft)
        self.line.textEdited.connect(self._find)
        self.line.returnPressed.connect(self._take)
        self.line.installEventFilter(self)
        self.found.itemClicked.connect(self._clicked)
        self.found.itemActivated.connect(self._clicked)
        self.anonymous.clicked.connect(self._nobody)
        self._find()

    def _find(self, *_: object) -> None:
        text = self.line.text().strip()
        rows = clients.recent(FOUND)
        if text:
            rows = clients.rows(clients.search(text, open_only=False, limit=FOUND).ids)
        self.found.clear()
        for found in rows:
            item = QListWidgetItem(f"{found.name}   {found.reference}")
            item.setData(Qt.ItemDataRole.UserRole, found.id)
            self.found.addItem(item)
        self.found.setVisible(bool(rows))
        if rows:
            self.found.setCurrentRow(0)
            self.found.setFixedHeight(max(px(40), self.found.sizeHintForRow(0)) * len(rows) + px(10))
        self.none.setText(
            "" if rows else self.tr("No client matches. Check the spelling, or add a new client with Ctrl+N.")
        )
        self.none.setVisible(not rows)

    def _take(self) -> None:
        self._clicked(self.found.currentItem())

    def _clicked(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.picked.emit(item.data(Qt.ItemDataRole.UserRole))

    def _nobody(self) -> None:
        self.nobody.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None and self.found.count():
                self.found.setCurrentRow((self.found.currentRow() + step) % self.found.count())
                return True
        return False


class ContactForm(Form):
    """What happened, with whom, and what is next. Reads into one ``Contact`` and, when asked for, one ``Action``."""

    restarted = Signal()

    def __init__(self, session: Session, client_id: int | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.client_id = client_id
        self.client = clients.get(client_id) if client_id is not None else None
        self.safe = stored_safe.for_client(client_id) if client_id is not None else []
        self.open_episodes = episodes.open_for(client_id) if client_id is not None else []
        self._minutes_typed = False

        down = column(self, gap=11)
        self._build_who(down)
        down.addWidget(self.errors)
        self._build_when(down)
        self._build_how(down)
        self._build_what(down)
        self._build_note(down)
        self._build_next(down)
        self._build_more(down)

        self.drafts = DraftKeeper(session, draft_key(client_id), self.draft_fields, self)
        self.edited.connect(self._follow)
        self.edited.connect(self.drafts.touch)
        self._start()

    # ---- parts, in reading order

    def _build_who(self, down: QVBoxLayout) -> None:
        who = row(gap=8)
        if self.client is not None:
            who.addWidget(Text(self.client.name, "name", wrap=len(self.client.name) > 28), 0)
            who.addWidget(Text(self.client.reference, "reference", "muted"))
            who.addStretch(1)
        else:
            who.addWidget(Text(self.tr("Anonymous: in nobody's record"), "name", wrap=True), 1)
        down.addLayout(who)
        self.chip = Chip()
        down.addWidget(self.chip, 0, Qt.AlignmentFlag.AlignLeft)
        self.chip.setVisible(self.client is not None)
        if self.client is not None:
            now = self.session.now()
            show_safe_chip(self.chip, safe_contacts.chip(self.safe, now))
        kept = row(gap=8)
        self.from_draft = Said("", "history")
        kept.addWidget(self.from_draft, 1)
        self.restart = Button(self.tr("Start again"), kind="link")
        kept.addWidget(self.restart)
        self.from_draft.hide()
        self.restart.hide()
        self.restart.clicked.connect(self._start_again)
        down.addLayout(kept)

    def _build_when(self, down: QVBoxLayout) -> None:
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
        methods = codes.get("contact_method")
        offered = methods.valid_on(self._today())
        self.place = Combo()
        self.other = Combo()
        for code in offered:
            if code.startswith(IN_PERSON):
                where = methods.label(code).partition(", ")[2]
                self.place.addItem(f"{where[0].upper()}{where[1:]}", code)
            elif code not in ("TEL", "SMS", "VID", "EML"):
                self.other.addItem(methods.label(code), code)
        self.place_field = Field(self.tr("Where"), self.place)
        self.other_field = Field(self.tr("Which other way"), self.other)
        for name, combo, field in (
            ("place", self.place, self.place_field),
            ("other", self.other, self.other_field),
        ):
            self.bind(name, combo)
            down.addWidget(field)
        why = self.tr("What you knew then. For example, client rang first and asked for a call back")
        self.why_ring_field = self.field("why_ring", self.tr("Why was it safe to ring now?"), TextLine(), why)
        self.why_field = self.field(
            "override_reason", self.tr("Why was it safe to make contact then?"), TextLine(), why
        )
        for field in (self.why_ring_field, self.why_field):
            field.hide()
            down.addWidget(field)

    def _build_what(self, down: QVBoxLayout) -> None:
        self.what = ChoiceRow(self.tr("What happened"), [])
        self.bind("outcome", self.what)
        down.addWidget(self.what)
        self.rest = Combo()
        self.rest_field = Field(self.tr("Which"), self.rest)
        self.bind("rest", self.rest)
        down.addWidget(self.rest_field)
        self.still_safe = ChoiceRow(
            self.tr("Is this number still safe?"),
            [
                ("yes", self.tr("Yes"), "check"),
                ("no", self.tr("No, stop using it"), "ban"),
                ("unsure", self.tr("Ask first"), "circle-help"),
            ],
            self.tr("Somebody else answered. What you choose changes the safe contact when you save"),
        )
        self.bind("still_safe", self.still_safe)
        self.still_safe.hide()
        down.addWidget(self.still_safe)

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
        self.next.setVisible(self.client is not None)
        self.next_day = DateBoxes()
        self.next_day_field = self.field("due", self.tr("Day of the next step"), self.next_day)
        self.next_text = TextLine()
        self.next_text_field = self.field("next_text", self.tr("What to do"), self.next_text)
        down.addWidget(self.next_day_field)
        down.addWidget(self.next_text_field)

    def _build_more(self, down: QVBoxLayout) -> None:
        kinds = codes.get("contact_kind")
        self.kind = Combo()
        for code in kinds.valid_on(self._today()):
            # An attempt is seen from what happened; nobody has to know that it is a kind of its own.
            if code != "ATT" and (code == "ANO") == (self.client is None):
                self.kind.addItem(kinds.label(code), code)
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
        self.category = CodeCombo("note_category", self._today(), missing=False)
        self.category.removeItem(0)
        down.addWidget(self.field("category", self.tr("The note is about"), self.category))
        self.came_in = Tick(self.tr("They contacted us"))
        self.bind("came_in", self.came_in)
        down.addWidget(self.came_in)
        self.episode = Combo()
        for one in self.open_episodes:
            service = codes.get("service_type").label(one.service)
            started = when.show_date(date.fromisoformat(one.started))
            self.episode.addItem(
                self.tr("{service}, from {date}").format(service=service, date=started), one.id
            )
        self.bind("episode", self.episode)
        self.episode_field = Field(self.tr("Which support it belongs to"), self.episode)
        self.episode_field.setVisible(len(self.open_episodes) > 1)
        down.addWidget(self.episode_field)
        self.more = MoreAbout(self, self._today())
        down.addWidget(self.more)

    # ---- opening

    def _start(self) -> None:
        self.when.setText(self.tr("Now"))
        method = settings.get(LAST_METHOD, "TEL")
        choices = ("TEL", "SMS", IN_PERSON, "VID", "EML", OTHER)
        self.how.set_value(method if method in choices else "TEL")
        place = self.place.findData(settings.get(LAST_PLACE, "F2F-OFF"))
        self.place.setCurrentIndex(max(0, place))
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

    def drafts_key(self) -> str:
        return draft_key(self.client_id)

    def first_focus(self) -> QWidget:
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
        super().fill({name: value for name, value in values.items() if value is not None})

    def _follow(self) -> None:
        """Show what the choices so far ask for, and nothing else."""
        self._echo_when()
        method = self.method()
        self.place_field.setVisible(self.how.value() == IN_PERSON)
        self.other_field.setVisible(self.how.value() == OTHER)
        self._offer_outcomes(method)
        self.rest_field.setVisible(self.what.value() == OTHER)
        self._ask_why()
        wrong_person = self.outcome() == "WPA" and method in ("TEL", "SMS", "MSG") and bool(self.safe)
        self.still_safe.setVisible(wrong_person)
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
        shown = self._outcomes(method)
        if [code for code, _, _ in shown] == getattr(self, "_shown", None):
            return
        self._shown = [code for code, _, _ in shown]
        before = self.what.value()
        labels = codes.get("contact_outcome")
        rest = [
            c
            for c in rules.allowed_outcomes(self.chosen_kind(), method)
            if c not in self._shown and self._may(c)
        ]
        if rest:
            shown = [*shown, (OTHER, self.tr("Other"), "ellipsis")]
        self.what.show_options(shown)
        if before in self._shown:
            self.what.set_value(before)
        # New answers join the end of the Tab order; they belong between how it was done and the note.
        earlier: QWidget = self.editors["override_reason"]
        for pill in self.what.pills():
            self.setTabOrder(earlier, pill)
            earlier = pill
        self.rest.clear()
        for code in rest:
            self.rest.addItem(labels.label(code), code)

    def _outcomes(self, method: str) -> list[tuple[str, str, str]]:
        """The few outcomes that nearly always fit that way of contact, in the words people say."""
        allowed = rules.allowed_outcomes(self.chosen_kind(), method)
        written = "written" in codes.get("contact_method").flags(method)
        person = method.startswith(IN_PERSON)
        words_for = {
            "COM": self.tr("They replied") if written else self.tr("Met") if person else self.tr("Spoke"),
            "NOA": self.tr("No reply") if written else self.tr("Not in") if person else self.tr("No answer"),
            "VML": self.tr("Voicemail left"),
            "VMN": self.tr("Voicemail not left"),
            "WPA": self.tr("Wrong person answered"),
            "DNA": self.tr("Did not attend"),
            "CAC": self.tr("Client cancelled"),
            "SNT": self.tr("Passed on") if method == "3P" else self.tr("Sent"),
            "RTS": self.tr("Returned"),
            "RCV": self.tr("Received"),
            "BNC": self.tr("Bounced"),
        }
        icons = {
            "COM": "users", "NOA": "phone-missed", "VML": "phone", "VMN": "phone-off", "WPA": "triangle-alert",
            "DNA": "user", "CAC": "x", "SNT": "send", "RTS": "undo-2", "RCV": "inbox", "BNC": "circle-alert",
        }  # fmt: skip
        if person or method == "VID":
            order = ["COM", "DNA", "CAC"]
        elif written or method == "3P":
            order = ["SNT", "COM", "BNC", "RTS", "RCV"]
        else:
            order = ["COM", "NOA", "VML", "VMN", "WPA"]
        return [(code, words_for[code], icons[code]) for code in order if code in allowed and self._may(code)]

    def _may(self, code: str) -> bool:
        """Voicemail left is offered only where it is known to be safe; "not left" only where it is not."""
        if self.chosen_kind() not in rules.CLIENT_KINDS:
            return code != "VMN"
        voicemail = rules.voicemail_safe(self.safe)
        return {"VML": voicemail, "VMN": not voicemail}.get(code, True)

    def _ask_why(self) -> None:
        asked = False
        with suppress(Refused):
            asked = rules.reason_for_contact(self.contact(), self.safe) is not None
        ring = self.method() == "TEL"
        self.why_ring_field.setVisible(asked and ring)
        self.why_field.setVisible(asked and not ring)

    # ---- reading

    def _today(self) -> date:
        return self.session.now().astimezone(when.LONDON).date()

    def method(self) -> str:
        """The code of the way of contact; empty while none is chosen."""
        chosen = self.how.value() or ""
        if chosen == IN_PERSON:
            return str(self.place.currentData())
        return str(self.other.currentData()) if chosen == OTHER else chosen

    def outcome(self) -> str:
        chosen = self.what.value() or ""
        return str(self.rest.currentData() or "") if chosen == OTHER else chosen

    def chosen_kind(self) -> str:
        return str(self.kind.currentData() or "CLI")

    def asks_why(self) -> bool:
        return not (self.why_ring_field.isHidden() and self.why_field.isHidden())

    def contact(self) -> Contact:
        """The contact as it stands in the form.

        Raises:
            Refused: the time cannot be read.
        """
        at = when.read_when(self.when.text(), self.session.now())
        kind, outcome = self.chosen_kind(), self.outcome()
        if kind == "CLI" and outcome in rules.ATTEMPTED:
            kind = "ATT"
        why = self.text("why_ring") if self.method() == "TEL" else self.text("override_reason")
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
            minutes=minutes(self, "minutes"),
            travel_minutes=minutes(self, "travel_minutes"),
            waiting_minutes=minutes(self, "waiting_minutes"),
            present=self.text("present"),
            interpreter=self.text("interpreter"),
            safe_checked=self.client is not None,
            override_reason=why,
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
        now = self.session.now()
        problems: dict[str, Words] = {}
        if not self.method():
            problems["method"] = words("Select how you made contact")
        if not self.outcome():
            problems["outcome"] = words("Select what happened")
        problems |= self._next_problems()
        contact = None
        try:
            contact = self.contact()
            problems = contact.problems(now) | problems
        except Refused as refused:
            problems |= refused.problems
        if contact is not None and self.asks_why() and not contact.override_reason:
            problems["why_ring" if contact.method == "TEL" else "override_reason"] = words(
                "Enter why it was safe"
            )
        if not self.still_safe.isHidden() and self.still_safe.value() is None:
            problems["still_safe"] = words("Select whether this number is still safe")
        self.show_problems(self._in_order(problems))
        if problems or contact is None:
            return False
        try:
            saved = self.session.write(
                save_contact, contact, self.action(), self.drafts_key(), self._safe_change(), self.how.value()
            )
        except Refused as refused:
            # The instructions changed while the form was open: show what they say now, and what it asks for.
            self.safe = stored_safe.for_client(contact.client_id) if contact.client_id is not None else []
            self._follow()
            self.show_problems(self._in_order(self._asked(contact, refused.problems)))
            return False
        except Problem as problem:
            self.session.problem(problem)
            return False
        self.drafts.forget()
        said = Toast(self.tr("Contact saved."), self.tr("Undo"), partial(undo_contact, self.session, saved))
        self.session.toast.emit(said)
        return True

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

    @staticmethod
    def _asked(contact: Contact, problems: Mapping[str, Words]) -> dict[str, Words]:
        """What the core refuses, under the field that asks for it: a call has a question of its own."""
        if contact.method != "TEL":
            return dict(problems)
        return {"why_ring" if name == "override_reason" else name: text for name, text in problems.items()}

    def _in_order(self, problems: Mapping[str, Words]) -> dict[str, Words]:
        """Problems from the top of the form downwards, as the eye meets them."""
        names = [name for name in self.editors if name in problems]
        return {name: problems[name] for name in [*names, *(n for n in problems if n not in names)]}

    def _safe_change(self) -> SafeContact | None:
        """What the wrong person's answer changes: never again, or not before she has been asked."""
        if self.still_safe.isHidden() or self.still_safe.value() in (None, "yes"):
            return None
        channel = rules.CHANNEL_OF_METHOD.get(self.method())
        held = next((one for one in self.safe if one.channel == channel), None)
        if held is None:
            return None
        return replace(held, allowed="no" if self.still_safe.value() == "no" else "NA-UNK")


def save_contact(
    contact: Contact, action: Action | None, key: str, safe: SafeContact | None, how: str | None
) -> int:
    """The contact, its next step, what it says about the number, and the way used, all or nothing; the contact's id."""
    saved = contacts.save(contact, next_action=action, draft_key=key)
    if safe is not None:
        stored_safe.save(safe, str(WRONG_PERSON))
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
