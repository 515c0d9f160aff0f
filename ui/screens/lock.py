"""The lock screen: a passphrase and nothing else. No client, agency or service is named here.

Painted before anything of the vault is loaded; the slow part of opening runs beside the screen, with words.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QScrollArea, QWidget

from caseworker.errors import Problem
from ui import theme
from ui.say import say
from ui.theme import px
from ui.widgets.fields import Field, TextLine
from ui.widgets.parts import Button, Card, Glyph, Said, Text, Tick, column, row
from ui.widgets.problems import ErrorSummary
from ui.widgets.toast import announce
from ui.work import Work

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent, QShowEvent

    from caseworker.crypto.keys import KdfCost

#: Made-up people to try things with, in the vaults' folder; ``vault.find`` never looks there.
PRACTICE = "made-up"


class Door(QWidget):
    """What stands before the vault: one card in the middle, help and text size always in the same corners."""

    preferences_wanted = Signal()
    help_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("cover")
        outer = column(self)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        inside.setObjectName("scrollbody")
        area.setWidget(inside)
        outer.addWidget(area, 1)
        down = column(inside, (24, 18, 24, 14))
        down.addStretch(9)
        brand = row(gap=10)
        brand.addStretch(1)
        brand.addWidget(Glyph("notebook-pen", "primary", 26))
        brand.addWidget(Text(theme.PRODUCT, "brand"))
        brand.addStretch(1)
        down.addLayout(brand)
        down.addSpacing(px(18))
        self.card = Card()
        self._wide = 440
        self.card.body.setContentsMargins(px(28), px(24), px(28), px(22))
        self.card.body.setSpacing(0)
        middle = row()
        middle.addStretch(1)
        middle.addWidget(self.card)
        middle.addStretch(1)
        down.addLayout(middle)
        down.addSpacing(px(18))
        self.under = Text("", "body", "muted", wrap=True)
        self.under.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        down.addWidget(self.under)
        down.addStretch(10)
        corner = row(margins=(16, 0, 16, 12), gap=4)
        self.look_button = Button(self.tr("Text size and colours"), "settings", "quiet")
        self.look_button.clicked.connect(self.preferences_wanted)
        self.help_button = Button(self.tr("Help"), "circle-help", "quiet")
        self.help_button.clicked.connect(self.help_wanted)
        corner.addWidget(self.look_button)
        corner.addStretch(1)
        corner.addWidget(self.help_button)
        outer.addLayout(corner)

    def _fit(self) -> None:
        # A width of its own: text that wraps needs to know it before its height can be right.
        self.card.setFixedWidth(min(px(self._wide), self.width() - px(48 + 12)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


class LockScreen(Door):
    """Opens the vault in ``root``. ``opened`` carries the OpenVault, on the screen's thread."""

    opened = Signal(object)
    #: The vault is open but its new sheet is not typed back yet: it can be locked, not used.
    holding = Signal(object)

    def __init__(
        self,
        root: Path,
        locked_at: datetime | None = None,
        note: str = "",
        cost: KdfCost | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._root = root
        self._cost = cost
        self._work = Work(None, self)
        self._vault: Any = None
        self._hold: Any = None
        self._lost: RecoveryForm | None = None
        self._opened: Any = None
        self._painted = False
        self._show_lock(locked_at, note)
        self.under.setText(self.tr("Closing this window is safe. Nothing is open behind it."))

    # ---- looks

    def _show_lock(self, locked_at: datetime | None, note: str) -> None:
        body = self.card.body
        title, day = self._titles(locked_at)
        self._title = Text(title, "title", wrap=True)
        body.addWidget(self._title)
        body.addSpacing(px(2))
        self._day = Text(day, "lead", "muted", wrap=True)
        self._day.setVisible(bool(day))
        body.addWidget(self._day)
        if note:
            body.addSpacing(px(16))
            body.addWidget(Said(note, "info"))
        elif locked_at is not None:
            body.addSpacing(px(16))
            body.addWidget(Said(self.tr("What you were writing is kept."), "circle-check", "on_safe"))
        body.addSpacing(px(18))
        self.errors = ErrorSummary()
        body.addWidget(self.errors)
        self.form = QWidget()
        down = column(self.form)
        self.passphrase = TextLine()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.field = Field(self.tr("Passphrase"), self.passphrase)
        self.show_it = Tick(self.tr("Show it"))
        self.show_it.checkStateChanged.connect(self._show_or_not)
        self.field.head.addWidget(self.show_it)
        down.addWidget(self.field)
        down.addSpacing(px(6))
        down.addWidget(
            Text(self.tr("You can paste it, or use a password manager."), "small", "muted", wrap=True)
        )
        down.addSpacing(px(16))
        across = row(gap=12)
        self.open_button = Button(self.tr("Open"), "lock", "primary")
        self.open_button.setMinimumWidth(px(120))
        self.open_button.clicked.connect(self.unlock)
        across.addWidget(self.open_button)
        self.said = Text(self.tr("Takes about a second."), "small", "muted", wrap=True)
        across.addWidget(self.said, 1)
        down.addLayout(across)
        down.addSpacing(px(14))
        self.lost_button = Button(self.tr("Lost it? Use the recovery sheet"), kind="link")
        self.lost_button.clicked.connect(self.show_recovery)
        down.addWidget(self.lost_button)
        self.copy_button = Button(self.tr("Use the copy"), kind="secondary")
        self.copy_button.clicked.connect(self.use_copy)
        self.copy_button.hide()
        down.addWidget(self.copy_button)
        body.addWidget(self.form)
        self.passphrase.returnPressed.connect(self.unlock)

    def _titles(self, locked_at: datetime | None) -> tuple[str, str]:
        if locked_at is None:
            return self.tr("Open your records"), ""
        # Written out here: loading the core's dates would hold up the first paint.
        hour = locked_at.hour % 12 or 12
        half = "am" if locked_at.hour < 12 else "pm"
        clock = f"{hour}:{locked_at.minute:02d}{half}"
        if (locked_at.hour, locked_at.minute) == (12, 0):
            clock = self.tr("midday")
        locale = self.locale()
        day = locale.toString(locked_at.date(), "dddd d MMMM yyyy")  # type: ignore[call-overload]
        return self.tr("Locked at {time}").format(time=clock), str(day)

    def first_focus(self) -> QWidget:
        return self._lost.code if self._lost is not None else self.passphrase

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.first_focus().setFocus(Qt.FocusReason.TabFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            # What opens vaults is loaded once the screen is there to be read, not before.
            self._painted = True
            QTimer.singleShot(0, self.look_at_vault)

    def _show_or_not(self) -> None:
        shown = self.show_it.isChecked()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F1:
            self.help_wanted.emit()
            return
        super().keyPressEvent(event)

    def is_busy(self) -> bool:
        """Looking, opening, or on the way through the recovery sheet: nothing here may be replaced now."""
        return self._work.busy() or self._opened is not None or self._lost is not None

    def take_over(self, before: LockScreen) -> None:
        """Stand where another lock screen stood: its hold on the vault and what was typed."""
        self._vault, self._hold = before._vault, before._hold
        self.passphrase.setText(before.passphrase.text())

    # ---- looking at the vault before asking anything

    def look_at_vault(self) -> None:
        """Load what opens vaults and look at the one here, beside the screen; a problem is said at once."""
        if self._vault is None:
            self._work.run(_look, self._root, owner=self, then=self._looked, failed=self._cannot_open)

    def _looked(self, found: tuple[Path, Any]) -> None:
        self._vault, self._hold = found

    def _cannot_open(self, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error
        self._say(say(error.words), self.open_button)
        for part in (self.passphrase, self.open_button, self.show_it):
            part.setEnabled(False)
        self.lost_button.setVisible(error.code not in ("E-IN-USE", "E-ENGINE"))
        self.lost_button.setEnabled(False)
        if error.code == "E-HDR-DAMAGED":
            self._work.run(_has_copy, self._root, owner=self, then=self._offer_copy)

    def _offer_copy(self, whole: bool) -> None:
        self.copy_button.setVisible(whole)
        if whole:
            self.copy_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def use_copy(self) -> None:
        """Put the whole copy of the header in place of the damaged one, which is kept, and look again."""
        self.copy_button.setEnabled(False)
        self._work.run(_use_copy, self._root, owner=self, then=self._copied, failed=self._cannot_open)

    def _copied(self, found: tuple[Path, Any]) -> None:
        self.copy_button.hide()
        self.field.show_problem(None)
        self.show_it.setEnabled(True)
        self.passphrase.setEnabled(True)
        self._ready()
        self._looked(found)
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)

    # ---- opening

    def unlock(self) -> None:
        """Open with what is typed. The screen stays awake meanwhile."""
        phrase = self.passphrase.text()
        if not phrase:
            self._say(self.tr("Enter your passphrase"), self.passphrase)
            return
        self._wait(self.tr("Opening. This takes a second or so."))
        self._work.run(_unlock, self._root, phrase, owner=self, then=self._unlocked, failed=self._refused)

    def _unlocked(self, unlocked: Any) -> None:
        self.passphrase.clear()
        self.said.setText(self.tr("Opening. This takes a second or so."))
        self._open(unlocked)

    def _open(self, unlocked: Any) -> None:
        from caseworker.storage import vault

        try:
            opened = vault.open_vault(unlocked)
        except Problem as problem:
            self._refused(problem)
            return
        self.opened.emit(opened)

    def _refused(self, error: Exception) -> None:
        self._ready()
        if not isinstance(error, Problem):
            raise error
        self._say(say(error.words), self.passphrase)
        self.passphrase.selectAll()
        if error.code == "E-HDR-TAMPERED":
            self._work.run(_has_copy, self._root, owner=self, then=self._offer_copy)

    def _wait(self, words: str) -> None:
        self.errors.show_problems([])
        self.field.show_problem(None)
        # Else the keyboard is passed on to "Show it", where the next space would show what was typed.
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        for part in (self.open_button, self.passphrase, self.lost_button):
            part.setEnabled(False)
        self.said.setText(words)
        announce(self, words)

    def _ready(self) -> None:
        for part in (self.open_button, self.passphrase, self.lost_button):
            part.setEnabled(True)
        self.said.setText(self.tr("Takes about a second."))

    def _say(self, words: str, field: QWidget) -> None:
        self.field.show_problem(words)
        self.errors.hide()
        announce(self, words)
        if field.isEnabled():
            field.setFocus(Qt.FocusReason.OtherFocusReason)

    # ---- the recovery sheet

    def show_recovery(self) -> None:
        """The passphrase is lost: the sheet opens the vault, then both are made new."""
        self._lost = RecoveryForm(self)
        self._lost.back.connect(self._back_to_passphrase)
        self._lost.wanted.connect(self._recover)
        self.form.hide()
        self.card.body.addWidget(self._lost)
        self._title.setText(self.tr("Use the recovery sheet"))
        self._day.hide()
        self._lost.code.setFocus(Qt.FocusReason.OtherFocusReason)

    def _back_to_passphrase(self) -> None:
        if self._lost is not None:
            self._lost.hide()
            self._lost.deleteLater()
            self._lost = None
        self._title.setText(self._titles(None)[0])
        self.form.show()
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)

    def _recover(self) -> None:
        form = self._lost
        if form is None or not form.check():
            return
        form.wait(True)
        self._work.run(
            _recover, self._root, form.code.text(), owner=form, then=self._recovered, failed=form.show_failure
        )

    def _recovered(self, unlocked: Any) -> None:
        from caseworker.storage import database, vault

        form = self._lost
        if form is None:
            unlocked.discard()
            return
        try:
            opened = vault.open_vault(unlocked)
        except Problem as problem:
            form.show_failure(problem)
            return
        self._opened = opened
        self.holding.emit(opened)
        self._inside = Work(database, self)
        self._inside.run(
            opened.renew_after_recovery,
            form.new_phrase.text(),
            self._cost,
            owner=form,
            then=self._renewed,
            failed=form.show_failure,
        )

    def _renewed(self, code: str) -> None:
        from ui.screens.sheet import RecoverySheet

        form, self._lost = self._lost, None
        if form is not None:
            form.hide()
            form.deleteLater()
        self._title.setText(self.tr("Your new recovery sheet"))
        self.under.hide()  # closing now would lose the only sheet that works
        self._wide = 640
        self._fit()
        self._sheet = RecoverySheet(code)
        self._sheet.done.connect(self._typed_back)
        self.card.body.addWidget(self._sheet)
        self._sheet.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def _typed_back(self) -> None:
        from caseworker import storage
        from caseworker.storage import sheets

        storage.write(sheets.note, self._opened.worker)
        self.opened.emit(self._opened)


class RecoveryForm(QWidget):
    """The code of the sheet and a new passphrase."""

    back = Signal()
    wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        down = column(self, gap=10)
        self.code = TextLine()
        self.code_field = Field(
            self.tr("Recovery code"),
            self.code,
            self.tr("The 8 groups of 4 from your sheet. Spaces do not matter"),
        )
        down.addWidget(self.code_field)
        self.new_phrase = TextLine()
        self.new_phrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.phrase_field = Field(
            self.tr("New passphrase"),
            self.new_phrase,
            self.tr("Five or more words that do not belong together"),
        )
        self.show_it = Tick(self.tr("Show it"))
        self.show_it.checkStateChanged.connect(self._show_or_not)
        self.phrase_field.head.addWidget(self.show_it)
        down.addWidget(self.phrase_field)
        self.again = TextLine()
        self.again.setEchoMode(QLineEdit.EchoMode.Password)
        self.again_field = Field(self.tr("New passphrase again"), self.again)
        down.addWidget(self.again_field)
        down.addWidget(
            Said(
                self.tr(
                    "The old passphrase stops working. Inside, you get a new recovery sheet: this one is"
                    " used up."
                ),
                "info",
            )
        )
        across = row(gap=10)
        self.open_button = Button(self.tr("Open with the sheet"), "key-round", "primary")
        self.open_button.clicked.connect(self.wanted)
        across.addWidget(self.open_button)
        self.back_button = Button(self.tr("Back"), "arrow-left", "quiet")
        self.back_button.clicked.connect(self.back)
        across.addWidget(self.back_button)
        across.addStretch(1)
        down.addLayout(across)
        self.said = Text("", "small", "muted", wrap=True)
        down.addWidget(self.said)
        self.again.returnPressed.connect(self.wanted)

    def check(self) -> bool:
        """Say what is missing beside each field; True when there is nothing."""
        from caseworker.crypto import keys

        bad: list[QWidget] = []
        for field, problem in (
            (self.code_field, self._code_problem()),
            (self.phrase_field, _phrase_problem(self.new_phrase.text(), keys)),
            (
                self.again_field,
                None
                if self.again.text() == self.new_phrase.text()
                else self.tr("Type the same passphrase in both boxes"),
            ),
        ):
            field.show_problem(problem)
            if problem:
                bad.append(field.editor)
        if bad:
            bad[0].setFocus(Qt.FocusReason.OtherFocusReason)
        return not bad

    def _code_problem(self) -> str | None:
        from caseworker.crypto import keys

        if not self.code.text().strip():
            return self.tr("Enter the recovery code")
        try:
            keys.read_recovery_code(self.code.text())
        except Problem as problem:
            return say(problem.words)
        return None

    def wait(self, yes: bool) -> None:
        for part in (self.code, self.new_phrase, self.again, self.open_button, self.back_button):
            part.setEnabled(not yes)
        self.said.setText(self.tr("Opening. This takes a few seconds.") if yes else "")

    def show_failure(self, error: Exception) -> None:
        self.wait(False)
        if not isinstance(error, Problem):
            raise error
        self.code_field.show_problem(say(error.words))
        self.code.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_or_not(self) -> None:
        mode = QLineEdit.EchoMode.Normal if self.show_it.isChecked() else QLineEdit.EchoMode.Password
        self.new_phrase.setEchoMode(mode)
        self.again.setEchoMode(mode)


def _phrase_problem(phrase: str, keys: Any) -> str | None:
    problem = keys.phrase_problem(phrase)
    return None if problem is None else say(problem)


# ---- on the worker thread: nothing of the screen below this line


def _look(root: Path) -> tuple[Path, Any]:
    from caseworker.storage import engine, vault

    engine.self_test()
    path = _there(root)
    lock = vault.hold(path)
    vault.inspect(path)
    shutil.rmtree(root / PRACTICE, ignore_errors=True)
    # While somebody types: what the first screen needs, so that it stands as soon as the key is there.
    for module in ("ui.window", "ui.screens.today", "ui.screens.contacts"):
        import_module(module)
    return path, lock


def _has_copy(root: Path) -> bool:
    from caseworker.storage import vault

    return vault.has_spare_header(_there(root))


def _use_copy(root: Path) -> tuple[Path, Any]:
    from caseworker.storage import lock, vault

    path = _there(root)
    held = lock.held(path) or vault.hold(path)
    vault.use_spare_header(path)
    vault.inspect(path)
    return path, held


def _unlock(root: Path, passphrase: str) -> Any:
    from caseworker.storage import vault

    return vault.unlock(_there(root), passphrase)


def _recover(root: Path, code: str) -> Any:
    from caseworker.storage import vault

    return vault.unlock_with_recovery(_there(root), code)


def _there(root: Path) -> Path:
    from caseworker.storage import vault

    path = vault.find(root)
    if path is None:
        raise Problem(
            "E-DB-MISSING", "The records are not where they were. Ask whoever looks after this computer"
        )
    return path
