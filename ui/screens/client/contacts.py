"""The contacts of one client, newest first, fifty at a time: what happened, what was said, what was changed later."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget

from caseworker.domain import codes, when
from caseworker.domain import contacts as rules
from caseworker.domain.contacts import Contact
from caseworker.errors import Problem
from caseworker.storage import contacts, history
from ui import theme
from ui.say import say
from ui.screens.client.amending import AmendForm, WithdrawForm
from ui.screens.client.tab import Tab
from ui.session import Place, Session, Toast
from ui.widgets import Button, Card, Chip, FlowLayout, Glyph, Heading, Text, column, row
from ui.widgets.gradually import Gradually, empty

CHUNK = 8  # a screen and a half; the next come when somebody scrolls
AT_ONCE = 2  # cards built before the next key is looked at
ICONS = {
    "TEL": "phone", "VID": "video", "SMS": "message-square", "MSG": "send", "EML": "mail", "LET": "file-text",
    "CHAT": "message-square", "POST-IN": "inbox", "3P": "users",
}  # fmt: skip


def method_icon(method: str) -> str:
    """The icon of a way of contact; that of meeting in person for all others."""
    return ICONS.get(method, "footprints")


class ContactsTab(Tab):
    """The list, with Log a contact above it and Show earlier below."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._shown: list[Contact] | None = None
        self._wanted = CHUNK
        head = row(gap=8)
        head.addWidget(Heading(self.tr("Contacts"), 2))
        self.count = Text("", "body", "muted", wrap=True)
        head.addWidget(self.count, 1)
        self.log = Button(self.tr("Log a contact"), "phone", "primary")
        self.log.setToolTip(self.tr("Log a contact  (Ctrl+J)"))
        head.addWidget(self.log)
        self.body.addLayout(head)
        self.list = column(gap=10)
        self.body.addLayout(self.list)
        self._gradually = Gradually(self)
        self.earlier = Button(self.tr("Show earlier"), "chevron-down")
        self.body.addWidget(self.earlier, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addStretch(1)
        self.log.clicked.connect(self._log)
        self.earlier.clicked.connect(self._more)
        self.go_on_when_scrolled(self.earlier, self._gradually)

    def show_client(self, client_id: int) -> None:
        super().show_client(client_id)
        self._shown, self._wanted = None, CHUNK

    def reload(self) -> None:
        found = contacts.for_client(self.client_id, self._wanted + 1, withdrawn=True)
        more, found = len(found) > self._wanted, found[: self._wanted]
        if found == self._shown:
            return
        kept = self._shown
        self._shown = found
        stand = contacts.count_for(self.client_id)
        last = next((one for one in found if not one.withdrawn), None)
        if last is None:
            self.count.setText("")
        else:
            day = when.show_date(when.local(last.at).date())
            self.count.setText(self.tr("{n} in all, the last on {date}").format(n=stand, date=day))
        self.earlier.setVisible(more)
        if kept and found[: len(kept)] == kept and self.list.count() == len(kept):
            found = found[len(kept) :]  # "Show earlier": what is on show stays as it is
        else:
            empty(self.list)
        if not self._shown:
            self.list.addWidget(self._none())
        self._gradually.start(
            [partial(self._add, found[at : at + AT_ONCE]) for at in range(0, len(found), AT_ONCE)],
            at_once=False,
        )

    def when_stood(self, do: Callable[[], object]) -> None:
        self._gradually.then(do)

    def _add(self, found: list[Contact]) -> None:
        now = when.epoch(self.session.now())
        for one in found:
            card = ContactCard(one, self.session.vault.worker.id, self.session.vault.worker.name, now)
            card.amend.clicked.connect(partial(self._amend, one.id or 0))
            card.withdraw.clicked.connect(partial(self._withdraw, one.id or 0))
            card.restore.clicked.connect(partial(self._restore, one.id or 0))
            self.list.addWidget(card)

    def _none(self) -> Card:
        card = Card()
        card.body.addWidget(Text(self.tr("No contacts yet"), "card"))
        card.body.addWidget(
            Text(
                self.tr("Log the first call, visit or message, tried or made. It takes about a minute."),
                wrap=True,
            )
        )
        return card

    def _log(self) -> None:
        self.session.go.emit(Place("contact", self.client_id))

    def _more(self) -> None:
        if not self._gradually.is_done():
            return  # they are coming
        self._wanted += CHUNK
        self.reload()

    def _amend(self, contact_id: int) -> None:
        self.form_wanted.emit(AmendForm(self.session, self.client_id, contact_id))

    def _withdraw(self, contact_id: int) -> None:
        self.form_wanted.emit(WithdrawForm(self.session, self.client_id, contact_id))

    def _restore(self, contact_id: int) -> None:
        try:
            self.session.write(contacts.restore, contact_id)
        except Problem as problem:
            self.session.problem(problem)
            return
        self.session.toast.emit(Toast(self.tr("Entry put back.")))


class ContactCard(Card):
    """One contact: what and how it went in the head line, the note as it was typed, then how it stands."""

    def __init__(
        self,
        contact: Contact,
        worker_id: int | None,
        worker_name: str,
        now: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent=parent)
        self.contact = contact
        missed = contact.outcome in rules.ATTEMPTED
        top = row(gap=9)
        icon = method_icon(contact.method)
        if missed and contact.method == "TEL":
            icon = "phone-missed"
        top.addWidget(Glyph(icon, "on_medium" if missed else "primary"), 0, Qt.AlignmentFlag.AlignTop)
        names = QWidget()
        flow = FlowLayout(10, names)
        self.what = Text(self._what(), "name")
        flow.addWidget(self.what)
        flow.addWidget(Text(self._outcome(), "body", "muted"))
        top.addWidget(names, 1)
        author = self.tr("You") if contact.worker_id == worker_id else worker_name
        self.when = Text(f"{when.show_datetime(when.local(contact.at))}   {author}", "small", "muted")
        if theme.look().scale < 1.5:
            top.addWidget(self.when, 0, Qt.AlignmentFlag.AlignTop)
        else:
            flow.addWidget(self.when)  # large letters: under the name, where there is room
        self.body.addLayout(top)
        if contact.note:
            note = Text(contact.note, wrap=True)
            note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.body.addWidget(note)
        if beside := self._beside():
            self.body.addWidget(Text(beside, "small", "muted", wrap=True))
        if contact.override_reason:
            why = self.tr("Why it was safe then: {reason}").format(reason=contact.override_reason)
            self.body.addWidget(Text(why, "small", "muted", wrap=True))
        if contact.amended:
            self._add_amendments()
        foot = row(gap=8)
        chips = QWidget()
        self._chips(FlowLayout(6, chips), now)
        foot.addWidget(chips, 1)
        mine_and_new = not rules.reason_needed(contact, worker_id, now)
        self.amend = Button(self.tr("Change") if mine_and_new else self.tr("Amend"), kind="link")
        self.withdraw = Button(self.tr("Withdraw"), kind="link")
        self.restore = Button(self.tr("Put back"), kind="link")
        for button in (self.amend, self.withdraw, self.restore):
            button.setAccessibleName(f"{button.text()}: {self.what.text()}, {self.when.text()}")
            foot.addWidget(button)
        self.body.addLayout(foot)
        # Only once they have a parent: shown before, each would be a window of its own for a moment.
        for button in (self.amend, self.withdraw, self.restore):
            button.setVisible((button is self.restore) == bool(contact.withdrawn))

    def _what(self) -> str:
        """ "Phone call with the client", "Phone call to the client", "Court attendance: in person, court"."""
        kind = codes.get("contact_kind").label(self.contact.kind)
        method = codes.get("contact_method").label(self.contact.method)
        if self.contact.kind == "ATT":
            return self.tr("{method} to the client").format(method=method)
        if kind.startswith("With "):
            return f"{method} {kind[0].lower()}{kind[1:]}"
        return f"{kind}: {method[0].lower()}{method[1:]}"

    def _outcome(self) -> str:
        outcome = codes.get("contact_outcome").label(self.contact.outcome)
        if not self.contact.minutes:
            return outcome
        return self.tr("{outcome}, {n} minutes").format(outcome=outcome, n=self.contact.minutes)

    def _beside(self) -> str:
        """Who else was there and what it took to get there; empty when nobody said."""
        one = self.contact
        said = []
        if one.present:
            said.append(self.tr("Present: {names}").format(names=one.present))
        if one.interpreter != "NA-NAP":
            label = codes.get("interpreter").label(one.interpreter)
            said.append(self.tr("Interpreter: {answer}").format(answer=f"{label[0].lower()}{label[1:]}"))
        if one.travel_minutes:
            said.append(self.tr("Travel: {n} minutes").format(n=one.travel_minutes))
        if one.waiting_minutes:
            said.append(self.tr("Waiting: {n} minutes").format(n=one.waiting_minutes))
        return ". ".join(said)

    def _chips(self, flow: FlowLayout, now: int) -> None:
        one = self.contact
        if one.withdrawn:
            flow.addWidget(Chip(self.tr("Withdrawn, not counted"), "plain", "undo-2"))
            return
        if rules.is_late(one):
            days = max(1, (one.recorded - one.at) // 86400)
            written = _day_month(one.recorded)
            if days == 1:
                text = self.tr("Late entry: written {date}, 1 day after").format(date=written)
            else:
                text = self.tr("Late entry: written {date}, {n} days after").format(date=written, n=days)
            flow.addWidget(Chip(text, "warn", "clock"))
        until = one.recorded + rules.LOCKED_AFTER
        if not rules.is_locked(one, now):
            at = when.local(until)
            if at.date() == when.local(now).date():
                text = self.tr("You can change this until {time} today").format(time=when.show_time(at))
            else:
                text = self.tr("You can change this until {time} tomorrow").format(time=when.show_time(at))
            flow.addWidget(Chip(text, "safe", "pencil"))
        else:
            text = self.tr("Locked since {date}").format(date=_day_month(one.sealed or until))
            if one.sealed:
                text = self.tr("Signed and locked since {date}").format(date=_day_month(one.sealed))
            flow.addWidget(Chip(text, "info", "lock"))

    def _add_amendments(self) -> None:
        """What it said before, each time with the reason."""
        box = QFrame()
        box.setProperty("was", True)
        inside = column(box, (12, 7, 10, 8), 2)
        for entry in history.for_row("contact", self.contact.id or 0, self.contact.client_id, limit=20):
            if entry.action != "amend":
                continue
            at = when.show_datetime(when.local(entry.at))
            inside.addWidget(
                Text(self.tr("Amended {at} by {who}").format(at=at, who=entry.who), "label", wrap=True)
            )
            said = []
            if entry.why:
                said.append(self.tr("Reason: {why}").format(why=entry.why))
            if entry.field == "note":
                said.append(self.tr("Was: {old}").format(old=entry.old or self.tr("no note")))
            else:
                said.append(say(entry.sentence()))
            inside.addWidget(Text(". ".join(part.rstrip(".") for part in said) + ".", wrap=True))
        if inside.count():
            self.body.addWidget(box)
        else:
            box.deleteLater()


def _day_month(at: int) -> str:
    """ "10 November": the year stands in the line above."""
    return when.show_date(when.local(at).date()).rsplit(" ", 1)[0]
