"""Settings: how the app looks on this computer, when it locks, the passphrase, the recovery sheet, the hub.

What is chosen works at once. Looks and locking belong to this computer; the rest belongs to the records.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QDialog, QFrame, QListWidget, QListWidgetItem, QWidget

from caseworker.errors import Problem, Refused
from ui import theme
from ui.order import stops
from ui.preferences import IDLE_MINUTES, SCALES, Preferences
from ui.say import say
from ui.screens.backup import Backups
from ui.screens.risk_rules import RiskRules
from ui.screens.services import ServicesPart
from ui.screens.sheet import RecoverySheet
from ui.session import Place, Session, Toast
from ui.theme import px
from ui.widgets import (
    Button,
    Card,
    ChoiceRow,
    ErrorSummary,
    Field,
    Heading,
    Page,
    Said,
    SecretLine,
    Text,
    Tick,
    breaking,
    column,
    row,
)

WIDE_ENOUGH = 780  # for the list of parts beside the parts


class Looks(QWidget):
    """Colours, text size and letters. ``changed`` carries the new Preferences."""

    changed = Signal(object)

    def __init__(self, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.preferences = preferences
        down = column(self, gap=14)
        self.theme = ChoiceRow(
            self.tr("Colours"),
            [
                ("system", self.tr("As this computer"), "settings"),
                ("light", self.tr("Light"), "sun"),
                ("dark", self.tr("Dark"), "circle"),
                ("contrast", self.tr("High contrast"), "eye-off"),
            ],
        )
        self.theme.set_value(preferences.theme)
        self.theme.chosen.connect(self._choose_theme)
        down.addWidget(self.theme)
        self.sizes = ChoiceRow(
            self.tr("Text size"),
            [(str(scale), f"{round(scale * 100)}%", "") for scale in SCALES],
            self.tr(
                "Ctrl and + makes text larger on any screen, Ctrl and - smaller, Ctrl and 0 puts it back"
            ),
        )
        self.sizes.set_value(str(min(SCALES, key=lambda s: abs(s - preferences.scale))))
        self.sizes.chosen.connect(self._choose_size)
        down.addWidget(self.sizes)
        self.easier = Tick(self.tr("Letters that are easier to tell apart"), preferences.easier)
        self.easier.clicked.connect(self._choose_letters)
        down.addWidget(self.easier)

    def _choose_theme(self, theme: object) -> None:
        self._change(replace(self.preferences, theme=str(theme)))

    def _choose_size(self, size: object) -> None:
        self._change(replace(self.preferences, scale=float(str(size))))

    def _choose_letters(self) -> None:
        self._change(replace(self.preferences, easier=self.easier.isChecked()))

    def _change(self, preferences: Preferences) -> None:
        self.preferences = preferences
        self.changed.emit(preferences)


class LookDialog(QDialog):
    """Text size and colours, from the lock screen and the first run. ``chosen`` carries the Preferences."""

    chosen = Signal(object)

    def __init__(self, preferences: Preferences, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Text size and colours"))
        down = column(self, (24, 20, 24, 18), 18)
        down.addWidget(Heading(self.tr("Text size and colours"), 2))
        self.looks = Looks(preferences)
        down.addWidget(self.looks)
        across = row(gap=10)
        across.addStretch(1)
        cancel = Button(self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        use = Button(self.tr("Use these"), "check", "primary")
        use.clicked.connect(self._use)
        across.addWidget(cancel)
        across.addWidget(use)
        down.addLayout(across)
        self.setMinimumWidth(px(420))

    def _use(self) -> None:
        chosen = self.looks.preferences
        self.accept()
        self.chosen.emit(chosen)


class PartsList(QListWidget):
    """What the page has, one stop of the Tab key: arrows show a part, Enter goes into it (``entered_part``: row)."""

    entered_part = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("places")
        self.setAccessibleName(name)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setIconSize(theme.icon_size(18, 8))
        self.setFixedWidth(px(230))
        self.itemClicked.connect(lambda: self.entered_part.emit(self.currentRow()))

    def add(self, title: str, icon: str) -> None:
        item = QListWidgetItem(theme.icon(icon, "muted", 18, 8), title)
        item.setSizeHint(QSize(px(48), px(38)))
        self.addItem(item)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentRow() >= 0:
            self.entered_part.emit(self.currentRow())
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        # Qt would make the first current and not show it.
        if self.currentRow() < 0:
            self.setCurrentRow(0)
        super().focusInEvent(event)


class SettingsPage(Page):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent=parent)
        self.list = PartsList(self.tr("Parts of the settings"))
        self._cards: list[Card] = []
        outer = self.layout()
        assert outer is not None
        outer.removeWidget(self.area)
        beside = QWidget()
        across = row(beside, (8, 0, 0, 0))
        down = column(margins=(0, 18, 0, 0))
        down.addWidget(self.list)
        across.addLayout(down)
        across.addWidget(self.area, 1)
        outer.addWidget(beside)
        self.list.currentRowChanged.connect(self._show_part)
        self.list.entered_part.connect(self._go_into)
        self.body.addWidget(Heading(self.title()))
        self.looks = Looks(session.preferences)
        self.looks.changed.connect(session.chosen)
        self._add(self.tr("How it looks"), "sun", self.looks)
        self._add(self.tr("Locking"), "lock", self._locking())
        self.passphrase = ChangePassphrase(session)
        self._add(self.tr("Passphrase"), "key-round", self.passphrase)
        self.sheet = NewSheet(session)
        self._add(self.tr("Recovery sheet"), "file-text", self.sheet)
        self.backups = Backups(session)
        self._add(self.tr("Backup"), "download", self.backups)
        self.risk_rules = RiskRules(session)
        self._add(self.tr("Risk and MARAC by area"), "shield-alert", self.risk_rules)
        self.services = ServicesPart(session)
        self._add(self.tr("Services we refer to"), "map-pin", self.services)
        self.people = self._way(
            self.tr(
                "Who can open these records, giving a colleague a way in of their own, and contact cards."
            ),
            self.tr("People and contact cards"),
            "users",
            "people",
        )
        self._add(self.tr("People"), "users", self.people)
        self.erase = self._way(
            self.tr("When a record must go for good: every word of it, and what it said before."),
            self.tr("Erase a record"),
            "trash-2",
            "erase",
        )
        self._add(self.tr("Erase a record"), "trash-2", self.erase)
        self._hub = self._hub_part()
        self._add(self.tr("The commissioner’s hub"), "send", self._hub)
        self._add(self.tr("About"), "info", self._about())
        self.body.addStretch(1)

    def title(self) -> str:
        return self.tr("Settings")

    def first_focus(self) -> QWidget | None:
        return self.list if self.list.isVisible() else self.looks.theme.first()

    def save(self) -> None:
        """Ctrl+Enter: what the part with the keyboard would save."""
        focus = QApplication.focusWidget()
        for part, button in (
            (self.passphrase.form, self.passphrase.save_button),
            (self.sheet, self.sheet.make_button),
            (self.backups, self.backups.save_button),
            (self.risk_rules, self.risk_rules.save_button),
        ):
            if focus is not None and part.isAncestorOf(focus):
                button.click()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.list.setVisible(self.width() / theme.look().scale >= WIDE_ENOUGH)

    def on_show(self) -> list[str]:
        """The part chosen in the list while it is in sight, else the first that is."""
        at = self.list.currentRow()
        seen = [n for n, card in enumerate(self._cards) if not card.visibleRegion().isEmpty()]
        return [str(at if at in seen or not seen else seen[0])]

    def show_part(self, part: str) -> None:
        """That part by its place in the list."""
        at = int(part)
        blocked = self.list.blockSignals(True)
        self.list.setCurrentRow(at)
        self.list.blockSignals(blocked)
        inside = self.area.widget()
        body = inside.layout() if inside is not None else None
        if body is not None:
            body.activate()  # made a moment ago: the cards have no place yet
        self._scroll_to(at)
        QTimer.singleShot(
            0, self, partial(self._scroll_to, at)
        )  # and when they are as high as their words need

    def _show_part(self, at: int) -> None:
        if self.list.hasFocus() and 0 <= at < len(self._cards):
            self._scroll_to(at)

    def _scroll_to(self, at: int) -> None:
        self.area.verticalScrollBar().setValue(self._cards[at].y() - px(18) if at else 0)

    def _go_into(self, at: int) -> None:
        first = next(stops(self._cards[at]), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_place(self, arg: Any) -> None:
        """``backup``, ``hub``, ``sheet`` and ``risk`` go to that part."""
        part = {
            "backup": self.backups,
            "hub": self._hub,
            "sheet": self.sheet,
            "risk": self.risk_rules,
        }.get(str(arg))
        if part is not None:
            self.area.ensureWidgetVisible(part)

    def _add(self, title: str, icon: str, part: QWidget) -> None:
        card = Card(title, icon=icon)
        card.setMaximumWidth(px(760))
        card.body.addWidget(part)
        self.body.addWidget(card)
        self._cards.append(card)
        self.list.add(title, icon)

    def _locking(self) -> QWidget:
        self.minutes = ChoiceRow(
            self.tr("Lock after this time without use"),
            [(str(m), minutes_words(m), "clock") for m in IDLE_MINUTES],
            self.tr("Minimising the window locks after one minute; sleep locks at once"),
        )
        near = min(IDLE_MINUTES, key=lambda m: abs(m - self.session.preferences.idle_minutes))
        self.minutes.set_value(str(near))
        self.minutes.chosen.connect(self._choose_minutes)
        return self.minutes

    def _choose_minutes(self, minutes: object) -> None:
        self.session.chosen.emit(replace(self.session.preferences, idle_minutes=int(str(minutes))))

    def _hub_part(self) -> QWidget:
        part = QWidget()
        down = column(part, gap=10)
        down.addWidget(
            Text(
                self.tr(
                    "Joined once, with a file and a letter from the commissioner. Returns can then be sent."
                ),
                wrap=True,
            )
        )
        self.join_button = Button(self.tr("Join, or see what was joined"), "send")
        self.join_button.clicked.connect(self._join)
        down.addWidget(self.join_button, 0, Qt.AlignmentFlag.AlignLeft)
        return part

    def _way(self, words: str, action: str, icon: str, place: str) -> QWidget:
        """A sentence and the button that leads to a page of its own."""
        part = QWidget()
        down = column(part, gap=10)
        down.addWidget(Text(words, wrap=True))
        button = Button(action, icon)
        button.clicked.connect(partial(self.session.go.emit, Place(place)))
        down.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        return part

    def _join(self) -> None:
        self.session.go.emit(Place("join"))

    def _about(self) -> QWidget:
        part = QWidget()
        down = column(part, gap=8)
        vault = self.session.vault
        down.addWidget(
            Said(self.tr("{name}, {agency}").format(name=vault.worker.name, agency=vault.agency), "user")
        )
        down.addWidget(Said(breaking(vault.path), "folder-open"))
        down.addWidget(
            Said(
                self.tr("On Linux nothing can stop another program from taking pictures of this screen."),
                "info",
            )
        )
        self.licences = Button(self.tr("Licences"), kind="link")
        self.licences.clicked.connect(self._show_licences)
        down.addWidget(self.licences)
        return part

    def _show_licences(self) -> None:
        self.session.go.emit(Place("help", "licences"))


class ChangePassphrase(QWidget):
    """The old passphrase and a new one; asked for with the vault open: someone else may sit here."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        down = column(self, gap=10)
        self.open_button = Button(self.tr("Change passphrase"), "key-round")
        self.open_button.clicked.connect(self.open_form)
        down.addWidget(self.open_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.form = QWidget()
        inside = column(self.form, gap=10)
        self.errors = ErrorSummary()
        inside.addWidget(self.errors)
        self.old, self.new, self.again = SecretLine(), SecretLine(), SecretLine()
        self.old_field = Field(self.tr("Passphrase now"), self.old)
        self.new_field = Field(
            self.tr("New passphrase"), self.new, self.tr("Five or more words that do not belong together")
        )
        self.again_field = Field(self.tr("New passphrase again"), self.again)
        self.show_it = Tick(self.tr("Show what I type"))
        self.show_it.checkStateChanged.connect(self._show_or_not)
        for part in (self.old_field, self.new_field, self.again_field, self.show_it):
            inside.addWidget(part)
        across = row(gap=10)
        self.save_button = Button(self.tr("Use the new passphrase"), "check", "primary")
        self.save_button.clicked.connect(self.save)
        self.cancel_button = Button(self.tr("Cancel"), kind="quiet")
        self.cancel_button.clicked.connect(self.close_form)
        across.addWidget(self.save_button)
        across.addWidget(self.cancel_button)
        across.addStretch(1)
        inside.addLayout(across)
        inside.addWidget(
            Said(
                self.tr(
                    "Backups and copies from before still open with the passphrase you use now. If somebody knows it,"
                    " renew the key as well: People, below. Then make a new backup."
                ),
                "info",
            )
        )
        self.said = Text("", "small", "muted", wrap=True)
        inside.addWidget(self.said)
        down.addWidget(self.form)
        self.form.hide()
        self.again.returnPressed.connect(self.save)

    def open_form(self) -> None:
        self.open_button.hide()
        self.form.show()
        self.old.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_form(self) -> None:
        for line in (self.old, self.new, self.again):
            line.clear()
        for field in (self.old_field, self.new_field, self.again_field):
            field.show_problem(None)
        self.errors.show_problems([])
        self.form.hide()
        self.open_button.show()
        self.open_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        from caseworker.crypto import keys

        problem = keys.phrase_problem(self.new.text()) if self.new.text() else None
        new = say(problem) if problem is not None else None
        if not self.new.text():
            new = self.tr("Enter a new passphrase")
        old = None if self.old.text() else self.tr("Enter the passphrase you use now")
        again = (
            None if self.again.text() == self.new.text() else self.tr("Type the same new passphrase again")
        )
        self._show_problems(old, new, again)
        if old or new or again:
            return
        self._wait(True)
        self.session.work.run(
            self.session.vault.change_passphrase,
            self.old.text(),
            self.new.text(),
            self.session.cost,
            owner=self,
            then=self._changed,
            failed=self._failed,
        )

    def _show_problems(self, old: str | None, new: str | None, again: str | None) -> None:
        problems: list[tuple[str, QWidget | None]] = []
        for field, words in ((self.old_field, old), (self.new_field, new), (self.again_field, again)):
            field.show_problem(words)
            if words:
                problems.append((words, field.editor))
        self.errors.show_problems(problems)

    def _wait(self, yes: bool) -> None:
        for part in (self.old, self.new, self.again, self.save_button, self.cancel_button):
            part.setEnabled(not yes)
        self.said.setText(self.tr("Changing it. This takes a few seconds.") if yes else "")

    def _changed(self, _nothing: object) -> None:
        self._wait(False)
        self.close_form()
        self.session.toast.emit(Toast(self.tr("Passphrase changed")))

    def _failed(self, error: Exception) -> None:
        self._wait(False)
        if isinstance(error, Refused):
            self._show_problems(None, say(next(iter(error.problems.values()))), None)
        elif isinstance(error, Problem):
            self._show_problems(say(error.words), None, None)
        else:
            raise error

    def _show_or_not(self) -> None:
        for line in (self.old, self.new, self.again):
            line.show_typed(self.show_it.isChecked())


class NewSheet(QWidget):
    """A new recovery sheet; the old one stops working when the new code is made."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._down = column(self, gap=10)
        self._down.addWidget(
            Text(
                self.tr(
                    "If the sheet was seen by somebody or is lost, make a new one. The old one stops working."
                ),
                wrap=True,
            )
        )
        self.passphrase = SecretLine()
        self.field = Field(self.tr("Your passphrase, to make a new sheet"), self.passphrase)
        self._down.addWidget(self.field)
        self.make_button = Button(self.tr("Make a new recovery sheet"), "file-text")
        self.make_button.clicked.connect(self.make)
        self.passphrase.returnPressed.connect(self.make)
        self._down.addWidget(self.make_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.sheet: RecoverySheet | None = None

    def make(self) -> None:
        if not self.passphrase.text():
            self.field.show_problem(self.tr("Enter your passphrase"))
            self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.field.show_problem(None)
        self._wait(True)
        self.session.work.run(
            self.session.vault.new_recovery_code,
            self.passphrase.text(),
            owner=self,
            then=self._made,
            failed=self._failed,
        )

    def _made(self, code: str) -> None:
        self._wait(False)
        self.passphrase.clear()
        self.field.hide()
        self.make_button.hide()
        self.sheet = RecoverySheet(code)
        self.sheet.done.connect(self._typed_back)
        self._down.addWidget(self.sheet)
        self.sheet.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def _typed_back(self) -> None:
        from caseworker.storage import sheets

        self.field.show()
        self.make_button.show()
        self.make_button.setFocus(Qt.FocusReason.OtherFocusReason)  # what goes would leave it to the side bar
        if self.sheet is not None:
            self.sheet.hide()
            self.sheet.deleteLater()
            self.sheet = None
        self.session.write(sheets.note, self.session.vault.worker)
        self.session.toast.emit(Toast(self.tr("The new recovery sheet works")))

    def _failed(self, error: Exception) -> None:
        self._wait(False)
        if not isinstance(error, Problem):
            raise error
        self.field.show_problem(say(error.words))
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)

    def _wait(self, yes: bool) -> None:
        self.passphrase.setEnabled(not yes)
        self.make_button.setEnabled(not yes)


def minutes_words(minutes: int) -> str:
    """ "5 minutes", in the language of the screen."""
    if minutes == 1:
        return QCoreApplication.translate("Minutes", "1 minute")
    return QCoreApplication.translate("Minutes", "{n} minutes").format(n=minutes)
