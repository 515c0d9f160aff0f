"""People: who can open these records, giving a colleague her own way in, taking one away, a new key, contact cards.

Whoever sits here types a passphrase for each of these: an open window is not yet its owner.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QWidget

from caseworker.crypto import keys
from caseworker.domain import when, workers
from caseworker.errors import Problem, Refused
from caseworker.storage import sheets
from caseworker.storage import vault as vaults
from caseworker.storage.vault import Person
from ui.order import put_in_order
from ui.say import say
from ui.screens.colleagues import Colleagues
from ui.screens.sheet import RecoverySheet
from ui.session import Place, Renewal, Session, Toast
from ui.theme import px
from ui.widgets import (
    Button,
    Card,
    Chip,
    ChoiceRow,
    ErrorSummary,
    Field,
    FlowLayout,
    Heading,
    Page,
    RowFrame,
    Said,
    SecretLine,
    Text,
    TextLine,
    Tick,
    announce,
    column,
)
from ui.widgets.gradually import Gradually, empty

WIDE = 760
AT_ONCE = 4  # rows between two looks at the keyboard


def role_words(role: str) -> str:
    """What somebody's work is called."""
    return {
        "advocate": QCoreApplication.translate("People", "Advocate"),
        "counsellor": QCoreApplication.translate("People", "Counsellor"),
        "triage": QCoreApplication.translate("People", "Referral triage"),
        "supervisor": QCoreApplication.translate("People", "Supervisor"),
        "protection_lead": QCoreApplication.translate("People", "Data protection lead"),
        "keeper": QCoreApplication.translate("People", "Second keeper"),
    }.get(role, role)


def day_words(at: int) -> str:
    """A day written out."""
    return when.show_date(when.local(at).date())


class PeoplePage(Page):
    """The list and the cards; a form, while one is open, in their place."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent=parent)
        self.form: PersonForm | None = None
        self._arriving = True
        self._gradually = Gradually(self)
        self._back = Button(self.tr("Settings"), "arrow-left", "quiet")
        self._back.clicked.connect(partial(session.go.emit, Place("settings")))
        self.body.addWidget(self._back, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(Heading(self.title()))
        self.list = Card(self.tr("Who can open these records"), icon="users")
        self.list.setMaximumWidth(px(WIDE))
        self.list.body.setContentsMargins(0, 0, 0, 0)
        self._rows = column()
        self.list.body.addLayout(self._rows)
        self.list.body.addWidget(self._foot())
        self.body.addWidget(self.list)
        self.holder = column()
        self.body.addLayout(self.holder)
        self.colleagues = Colleagues(session)
        self.colleagues.setMaximumWidth(px(WIDE))
        self.body.addWidget(self.colleagues)
        self.body.addStretch(1)

    def put_in_order(self) -> None:
        """The rows of colleagues are made after what stands below them."""
        inside = self.area.widget()
        if inside is not None:
            put_in_order(self._back, inside)

    def _foot(self) -> QWidget:
        foot = QWidget()
        down = column(foot, (16, 10, 16, 14), 10)
        self.before = Said("", "history")
        self.whom_to_ask = Said("", "info")
        down.addWidget(self.before)
        down.addWidget(self.whom_to_ask)
        down.addWidget(
            Text(
                self.tr(
                    "Everybody here can read everything in these records. Each signs with a key of their own, which"
                    " nobody else can use."
                ),
                "small", "muted", wrap=True,
            )
        )  # fmt: skip
        buttons = QWidget()
        flow = FlowLayout(10, buttons)
        self.add_button = Button(self.tr("Add a colleague"), "user-plus")
        self.add_button.clicked.connect(self.add)
        self.renew_button = Button(self.tr("Renew the key"), "key-round")
        self.renew_button.clicked.connect(self.renew)
        flow.addWidget(self.add_button)
        flow.addWidget(self.renew_button)
        down.addWidget(buttons)
        return foot

    def title(self) -> str:
        return self.tr("People and contact cards")

    def show_place(self, arg: Any) -> None:
        self._arriving = True

    def first_focus(self) -> QWidget | None:
        if self.form is not None:
            return self.form.first_focus()
        return self.renew_button if self.add_button.isHidden() else self.add_button

    def reload(self) -> None:
        everyone = self.session.vault.people()
        inside = [one for one in everyone if one.opens]
        me = self.session.vault.worker
        may = workers.may_lead(me, [one.worker for one in inside])
        empty(self._rows)
        self.list.show_count(len(inside))
        self._gradually.build(
            [
                partial(self._add_rows, inside[at : at + AT_ONCE], may)
                for at in range(0, len(inside), AT_ONCE)
            ],
            self._arriving,
        )
        self._arriving = False
        gone = ", ".join(
            self.tr("{name} (until {day})").format(name=one.worker.name, day=day_words(one.removed))
            for one in everyone
            if one.removed and one.has_opened
        )
        self.before.setVisible(bool(gone))
        self.before.show_said(self.tr("Worked here before: {people}").format(people=gone), "history")
        leads = ", ".join(one.worker.name for one in inside if one.worker.role in workers.LEADS)
        self.whom_to_ask.setVisible(not may)
        self.whom_to_ask.show_said(self.tr("Ask {names} to add or remove somebody.").format(names=leads))
        self.add_button.setVisible(may)
        self.colleagues.reload()

    def _add_rows(self, some: Sequence[Person], may: bool) -> None:
        for one in some:
            self._rows.addWidget(PersonRow(one, one.worker.uid == self.session.vault.worker.uid, may, self))

    # ---- the forms

    def add(self) -> None:
        """A colleague chooses her own passphrase here and gets a recovery sheet."""
        self._open(AddForm(self.session))

    def remove(self, person: Person) -> None:
        """Take somebody's way in away."""
        self._open(RemoveForm(self.session, person))

    def renew(self) -> None:
        """Give the records a new key."""
        self._open(RenewForm(self.session))

    def save(self) -> None:
        """Ctrl+Enter in the open form."""
        if self.form is not None and self.form.save_button.isVisible():
            self.form.save_button.click()

    def close_form(self) -> None:
        """Esc in the open form: as Cancel, while that may be pressed."""
        if self.form is not None and self.form.cancel_button.isVisible():
            self.form.cancel_button.click()

    def _open(self, form: PersonForm) -> None:
        if self.form is not None:
            return
        self.form = form
        form.setMaximumWidth(px(WIDE))
        form.closed.connect(self._close)
        self.holder.addWidget(form)
        form.show()  # now, so that it can take the keyboard
        self.list.hide()
        self.colleagues.hide()
        self.area.verticalScrollBar().setValue(0)
        form.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, form.heading.text())

    def _close(self) -> None:
        if self.form is not None:
            self.form.hide()
            self.form.deleteLater()
            self.form = None
        self.list.show()
        self.colleagues.show()
        self.reload()
        first = self.first_focus()
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)


class PersonRow(RowFrame):
    """Name, work, since when; what can be done about it."""

    def __init__(self, person: Person, is_me: bool, may: bool, page: PeoplePage) -> None:
        super().__init__()
        worker = person.worker
        down = column(gap=2)
        head = FlowLayout(8)
        head.addWidget(Text(worker.name, "strong"))
        if is_me:
            head.addWidget(Chip(self.tr("You"), "plain"))
        if not person.has_opened:
            head.addWidget(Chip(self.tr("Has not opened it yet"), "warn", "clock"))
        down.addLayout(head)
        since = self.tr("{work}. Since {day}").format(
            work=role_words(worker.role), day=day_words(person.added)
        )
        down.addWidget(Text(since if person.added else role_words(worker.role), "small", "muted", wrap=True))
        self.across.addLayout(down, 1)
        self.remove_button = Button(self.tr("Remove"), "x", "quiet")
        self.remove_button.setAccessibleName(self.tr("Remove {name}").format(name=worker.name))
        self.remove_button.setVisible(may and not is_me)
        self.remove_button.clicked.connect(partial(page.remove, person))
        self.across.addWidget(self.remove_button)


class PersonForm(Card):
    """A form about ways in: what it means, a passphrase, one thing to do. ``closed`` when it is over."""

    closed = Signal()

    def __init__(self, session: Session, title: str, icon: str) -> None:
        super().__init__(title, icon=icon)
        self.session = session
        self.errors = ErrorSummary()
        self.body.setSpacing(px(12))
        self.body.addWidget(self.errors)
        self.mine = SecretLine()
        self.mine_field = Field(
            self.tr("Your own passphrase"), self.mine, self.tr("So that nobody else does this at your desk")
        )
        self.said = Text("", "small", "muted", wrap=True)
        self.save_button = Button("", "check", "primary")
        self.save_button.clicked.connect(self.save)
        self.cancel_button = Button(self.tr("Cancel"), kind="quiet")
        self.cancel_button.clicked.connect(self.closed)

    def _finish(self, words: str) -> None:
        self.body.addWidget(self.mine_field)
        self.mine.returnPressed.connect(self.save)
        self.save_button.setText(words)
        self.save_button.show_icon("check")
        buttons = QWidget()
        flow = FlowLayout(10, buttons)
        flow.addWidget(self.save_button)
        flow.addWidget(self.cancel_button)
        self.body.addWidget(buttons)
        self.body.addWidget(self.said)
        self.said.hide()

    def first_focus(self) -> QWidget:
        return self.mine

    def save(self) -> None:
        """Do it, if nothing is missing."""
        raise NotImplementedError

    def show_problems(self, found: list[tuple[Any, str | None]]) -> bool:
        """Say what is missing at each field and in the summary; True when nothing is."""
        problems: list[tuple[str, QWidget | None]] = []
        for field, words in found:
            field.show_problem(words)
            if words:
                problems.append((words, field.editor if isinstance(field, Field) else field))
        self.errors.show_problems(problems)
        return not problems

    def missing_own(self) -> str | None:
        return None if self.mine.text() else self.tr("Enter your own passphrase")

    def wait(self, words: str) -> None:
        """Something runs beside the screen, said with these words; nothing ends it."""
        busy = bool(words)
        for part in self.findChildren(QWidget):
            if isinstance(part, TextLine | Button | Tick):
                part.setEnabled(not busy)
        self.said.setText(words)
        self.said.setVisible(busy)
        if busy:
            announce(self, words)

    def fail(self, error: Exception, fields: dict[str, Any]) -> None:
        """What came back instead: beside the field it is about, or beside the own passphrase."""
        self.wait("")
        if isinstance(error, Refused):
            self.show_problems(
                [(fields.get(name, self.mine_field), say(words)) for name, words in error.problems.items()]
            )
        elif isinstance(error, Problem):
            self.show_problems([(self.mine_field, say(error.words))])
        else:
            raise error


class AddForm(PersonForm):
    """Two people at one desk: who has the records open, and the colleague who chooses her own passphrase."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, QCoreApplication.translate("People", "Add a colleague"), "user-plus")
        self.body.addWidget(
            Text(
                self.tr(
                    "Do this together, at this laptop. Your colleague types a passphrase and keeps a recovery sheet"
                    " of their own. Nobody else should know them, you included."
                ),
                wrap=True,
            )
        )
        self.name = TextLine()
        self.name_field = Field(
            self.tr("Name of your colleague"), self.name, self.tr("It stands beside what they record")
        )
        self.role = ChoiceRow(
            self.tr("Their work"),
            [
                ("advocate", role_words("advocate"), "heart-handshake"),
                ("counsellor", role_words("counsellor"), "message-square"),
                ("triage", role_words("triage"), "inbox"),
                ("supervisor", role_words("supervisor"), "users"),
                ("protection_lead", role_words("protection_lead"), "shield"),
            ],
        )
        self.one, self.two = SecretLine(), SecretLine()
        self.one_field = Field(
            self.tr("Their passphrase"), self.one, self.tr("Five or more words that do not belong together")
        )
        self.two_field = Field(self.tr("Their passphrase again"), self.two)
        self.show_it = Tick(self.tr("Show what is typed"))
        self.show_it.checkStateChanged.connect(self._show_or_not)
        self.make_button = Button(self.tr("Make one for them"), "key-round")
        self.make_button.clicked.connect(self.make_one)
        for part in (self.name_field, self.role, self.one_field, self.two_field):
            self.body.addWidget(part)
        aside = QWidget()
        flow = FlowLayout(14, aside)
        flow.addWidget(self.make_button)
        flow.addWidget(self.show_it)
        self.body.addWidget(aside)
        self._finish(self.tr("Give them a way in"))
        self.sheet: RecoverySheet | None = None

    def first_focus(self) -> QWidget:
        return self.name

    def make_one(self) -> None:
        """Six words drawn by chance, shown so that she can write them down."""
        self.show_it.setChecked(True)
        self.one.setText(keys.generate_phrase())
        self.two.clear()
        self.two.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_or_not(self) -> None:
        for line in (self.one, self.two):
            line.show_typed(self.show_it.isChecked())

    def save(self) -> None:
        vault = self.session.vault
        others = [one.worker for one in vault.people() if not one.removed]
        found = workers.problems(self.name.text(), self.role.value(), others)
        weak = keys.phrase_problem(self.one.text()) if self.one.text() and not vault.synthetic else None
        first = say(weak) if weak is not None else None
        if not self.one.text():
            first = self.tr("Your colleague chooses a passphrase")
        second = None if self.two.text() == self.one.text() else self.tr("Type the same passphrase again")
        if not self.show_problems(
            [
                (self.name_field, say(found["name"]) if "name" in found else None),
                (self.role, say(found["role"]) if "role" in found else None),
                (self.one_field, first),
                (self.two_field, second),
                (self.mine_field, self.missing_own()),
            ]
        ):
            return
        self.wait(self.tr("Making their keys. This takes a few seconds."))
        self.session.work.run(
            vault.add_person,
            self.mine.text(),
            self.name.text(),
            self.role.value(),
            self.one.text(),
            self.session.cost,
            owner=self,
            then=self._added,
            failed=self._failed,
        )

    def _failed(self, error: Exception) -> None:
        self.fail(error, {"name": self.name_field, "role": self.role, "passphrase": self.one_field})

    def _added(self, code: str) -> None:
        self.wait("")
        for line in (self.mine, self.one, self.two):
            line.clear()
        while self.body.count():
            item = self.body.takeAt(0)
            if item is not None and (old := item.widget()) is not None:
                old.hide()
        self.heading.setText(self.tr("The recovery sheet of {name}").format(name=self.name.text().strip()))
        self.body.addWidget(
            Text(
                self.tr(
                    "If your colleague loses the passphrase, this code opens the records as them. It is shown once."
                    " They write or print it, keep it, and type it back."
                ),
                wrap=True,
            )
        )
        self.sheet = RecoverySheet(code)
        self.sheet.done.connect(self._typed_back)
        self.body.addWidget(self.sheet)
        self.session.changed.emit()
        self.sheet.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def _typed_back(self) -> None:
        named = " ".join(self.name.text().split())
        for one in self.session.vault.people():
            if one.worker.name == named and one.opens:
                self.session.write(sheets.note, one.worker)
        said = self.tr("{name} can open these records now").format(name=self.name.text().strip())
        self.session.toast.emit(Toast(said))
        self.closed.emit()


class RemoveForm(PersonForm):
    def __init__(self, session: Session, person: Person) -> None:
        self._person = person
        name = person.worker.name
        super().__init__(
            session,
            QCoreApplication.translate("People", "Remove {name}").format(name=name),
            "user",
        )
        for words, icon in (
            (
                self.tr("{name} cannot open these records any more. The name stays beside what was written."),
                "check",
            ),
            (
                self.tr("Copies and backups taken before stay readable to {name}. Nothing can change that."),
                "triangle-alert",
            ),
        ):
            token = "on_medium" if icon == "triangle-alert" else "muted"
            self.body.addWidget(Said(words.format(name=name), icon, token))
        self.renew_it = Tick(self.tr("Renew the key of the records as well"), True)
        self.body.addWidget(self.renew_it)
        self.body.addWidget(
            Text(
                self.tr(
                    "Whatever is written from then on is closed to whoever had the old key. It takes a moment, and"
                    " Caseworker locks afterwards."
                ),
                "small", "muted", wrap=True,
            )
        )  # fmt: skip
        reason = _not_renewable(session, person.worker.uid)
        if reason:
            self.renew_it.setChecked(False)
            self.renew_it.setEnabled(False)
            self.body.addWidget(Said(reason, "info"))
        self._may_renew = not reason
        self._finish(self.tr("Remove"))

    def wait(self, words: str) -> None:
        super().wait(words)
        self.renew_it.setEnabled(not words and self._may_renew)

    def save(self) -> None:
        if not self.show_problems([(self.mine_field, self.missing_own())]):
            return
        vault, uid = self.session.vault, self._person.worker.uid
        self.wait(self.tr("Removing. This takes a few seconds."))
        if self.renew_it.isChecked():
            self.session.work.run(
                vault.prove, self.mine.text(), owner=self, then=self._renew, failed=self._failed
            )
        else:
            self.session.work.run(
                vault.remove_person, self.mine.text(), uid, owner=self, then=self._gone, failed=self._failed
            )

    def _renew(self, _nothing: object) -> None:
        self.session.renewing.emit(Renewal(self.mine.text(), self._person.worker.uid))

    def _gone(self, _nothing: object) -> None:
        said = self.tr("{name} cannot open these records any more").format(name=self._person.worker.name)
        self.session.changed.emit()
        self.closed.emit()
        self.session.toast.emit(Toast(said))

    def _failed(self, error: Exception) -> None:
        self.fail(error, {})


class RenewForm(PersonForm):
    def __init__(self, session: Session) -> None:
        super().__init__(
            session, QCoreApplication.translate("People", "Renew the key of the records"), "key-round"
        )
        self.body.addWidget(
            Text(
                self.tr(
                    "Do this when a copy of the records or a backup was lost, or once a year. The records are copied"
                    " under a new key and checked; passphrases and recovery sheets stay as they are."
                ),
                wrap=True,
            )
        )
        self.body.addWidget(
            Said(self.tr("What somebody copied before stays readable with the old key."), "triangle-alert", "on_medium")
        )  # fmt: skip
        self.body.addWidget(Said(self.tr("Caseworker locks afterwards. Then make a new backup."), "info"))
        reason = _not_renewable(session, None)
        if reason:
            self.body.addWidget(Said(reason, "circle-alert", "on_high"))
        self._finish(self.tr("Renew the key"))
        self.mine.setEnabled(not reason)
        self.save_button.setEnabled(not reason)
        self._may = not reason

    def first_focus(self) -> QWidget:
        return self.mine if self._may else self.cancel_button

    def save(self) -> None:
        if not self._may or not self.show_problems([(self.mine_field, self.missing_own())]):
            return
        self.wait(self.tr("Checking the passphrase."))
        self.session.work.run(
            self.session.vault.prove, self.mine.text(), owner=self, then=self._proved, failed=self._failed
        )

    def _proved(self, _nothing: object) -> None:
        self.session.renewing.emit(Renewal(self.mine.text()))

    def _failed(self, error: Exception) -> None:
        self.fail(error, {})


def _not_renewable(session: Session, without: str | None) -> str:
    """Why this person cannot renew the key now, or nothing."""
    with session.vault.header_kept() as (found, _data):
        try:
            vaults.refuse_renewing(found, session.vault.worker, without)
        except Problem as problem:
            return say(problem.words)
    return ""
