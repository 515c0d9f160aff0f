"""Backups in Settings: make one now, and try whether the records can be brought back from it.

A backup counts only after it has been read back and checked; what is said here is what was found then.
"""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from caseworker.domain import when
from caseworker.errors import Problem
from caseworker.storage import backup
from caseworker.storage.backup import Drill, Made
from ui.say import say
from ui.session import Session
from ui.widgets import Button, Field, FlowLayout, Said, Text, TextLine, announce, column
from ui.widgets.chooser import FileChooser, typed_place
from ui.widgets.doing import Doing
from ui.work import Stopped


def backup_sentence(made: int | None, now: datetime, renewed: int = 0) -> str:
    """How the records stand: when the last backup was made, and calmly when another is due. ``renewed``: when the key
    was, epoch seconds.
    """
    if made is None:
        return QCoreApplication.translate("Backups", "No backup yet")
    if made == backup.SPOILED:
        return QCoreApplication.translate(
            "Backups", "The last backup could not be brought back. Make a new one"
        )
    day = when.local(made).date()
    sentence = QCoreApplication.translate("Backups", "Last backup: {date}").format(date=when.show_date(day))
    days = (now.astimezone(when.LONDON).date() - day).days
    if made < renewed:
        old = QCoreApplication.translate("Backups", "before the key was renewed. Make a new one")
        return f"{sentence}, {old}"
    if now.timestamp() - made > backup.REMIND_AFTER:
        late = QCoreApplication.translate("Backups", "{n} days ago. Time for the next one").format(n=days)
        return f"{sentence}, {late}"
    return sentence


class Backups(QWidget):
    """Choose a folder, back up, see it being checked, and try bringing the records back."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        down = column(self, gap=10)
        self.state = Said("", "download")
        down.addWidget(self.state)
        down.addWidget(
            Text(
                self.tr(
                    "One encrypted file with all records in it. Keep it on a memory stick, away from this laptop."
                    " It opens with the passphrase or recovery sheet you have on the day it is made."
                ),
                wrap=True,
            )
        )
        self.path = TextLine()
        self.folder = Field(self.tr("Folder for backups"), self.path)
        down.addWidget(self.folder)
        buttons = QWidget()
        across = FlowLayout(10, buttons)
        self.choose_button = Button(self.tr("Choose a folder"), "folder-open")
        self.choose_button.clicked.connect(self._choose)
        self.save_button = Button(self.tr("Back up now"), "download", "primary")
        self.save_button.clicked.connect(self.back_up)
        self.drill_button = Button(self.tr("Try bringing it back"), "undo-2")
        self.drill_button.setToolTip(
            self.tr("Restores the newest backup on trial, checks it, and removes the trial")
        )
        self.drill_button.clicked.connect(self.drill)
        for button in (self.choose_button, self.save_button, self.drill_button):
            across.addWidget(button)
        down.addWidget(buttons)
        self.doing = Doing()
        down.addWidget(self.doing)
        self._pressed = self.save_button
        self.result = Said("")
        self.result.hide()
        down.addWidget(self.result)
        known = backup.newest()
        if known is not None:
            self.path.setText(str(known.parent))
        self.reload()

    def reload(self) -> None:
        """Say how things stand now."""
        now = self.session.now()
        due = backup.due(int(now.timestamp()))
        said = backup_sentence(backup.last(), now, backup.renewed())
        self.state.show_said(said, "download", "on_medium" if due else "muted")
        self.drill_button.setEnabled(not self.doing.is_busy() and backup.newest() is not None)

    # ---- doing

    def back_up(self) -> None:
        """Make a backup in the folder; the worker writes it, reads it back and checks it."""
        text = self.path.text().strip()
        self.folder.show_problem(None if text else self.tr("Choose a folder, such as a memory stick"))
        if not text:
            self.path.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._start(self.tr("Starting the backup"), self.save_button)
        job = self.session.work.run(
            backup.into_folder,
            self.session.vault,
            typed_place(text),
            owner=self,
            then=self._made,
            failed=self._failed,
            progress=self.doing.show_step,
        )
        self.doing.watch(job)

    def drill(self) -> None:
        """Bring the newest backup back on trial."""
        known = backup.newest()
        if known is None:
            return
        self._start(self.tr("Opening the backup"), self.drill_button)
        job = self.session.work.run(
            backup.drill,
            self.session.vault,
            known,
            owner=self,
            then=self._drilled,
            failed=self._failed,
            progress=self.doing.show_step,
        )
        self.doing.watch(job)

    def _choose(self) -> None:
        chooser = FileChooser(self, self.tr("Folder for backups"), self.path.text())
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.setOption(QFileDialog.Option.ShowDirsOnly)
        chooser.fileSelected.connect(self._chosen)
        chooser.open()

    def _chosen(self, folder: str) -> None:
        self.path.setText(folder)
        self.folder.show_problem(None)
        self.save_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _start(self, words: str, pressed: Button) -> None:
        self._pressed = pressed
        self.result.hide()
        self._allow(False)
        self.doing.begin(words)

    def _made(self, made: Made) -> None:
        told = self.tr("Backup made, read back and checked: {records}, {size}.").format(
            records=_records(made.clients, made.contacts), size=_size(made.size)
        )
        if made.same_disk:
            told += " " + self.tr("It is on this laptop's own disk. Copy it to a memory stick as well.")
        self._done(told, "circle-check", "on_safe")
        self.session.changed.emit()

    def _drilled(self, drill: Drill) -> None:
        told = self.tr(
            "The records came back whole: {records}, as of {at}. The trial has been removed. {behind}."
        ).format(
            records=_records(drill.clients, drill.contacts),
            at=when.show_datetime(when.local(drill.made)),
            behind=say(drill.behind.sentence()),
        )
        self._done(told, "circle-check", "on_safe")

    def _failed(self, error: Exception) -> None:
        self.session.changed.emit()  # a backup that could not be brought back counts no longer
        if isinstance(error, Problem):
            stopped = error.code == "E-STOPPED"
            self._done(
                say(error.words), "info" if stopped else "circle-alert", "muted" if stopped else "on_high"
            )
        elif isinstance(error, Stopped):
            self._done(self.tr("Stopped before it was done. Nothing has been changed"), "info", "muted")
        else:
            self._done(self.tr("It could not be done. Nothing has been changed"), "circle-alert", "on_high")
            raise error

    def _done(self, told: str, icon: str, token: str) -> None:
        self.doing.end()
        self.result.show_said(told, icon, token)
        self.result.show()
        self._allow(True)
        self.reload()
        back_to = self._pressed if self._pressed.isEnabled() else self.save_button
        back_to.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, told)

    def _allow(self, yes: bool) -> None:
        for part in (self.path, self.choose_button, self.save_button, self.drill_button):
            part.setEnabled(yes)


def _records(clients: int, contacts: int) -> str:
    first = (
        QCoreApplication.translate("Backups", "1 client")
        if clients == 1
        else QCoreApplication.translate("Backups", "{n} clients").format(n=f"{clients:,}")
    )
    second = (
        QCoreApplication.translate("Backups", "1 contact")
        if contacts == 1
        else QCoreApplication.translate("Backups", "{n} contacts").format(n=f"{contacts:,}")
    )
    return f"{first}, {second}"


def _size(count: int) -> str:
    """Bytes as people say them."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1000)):,} kB"
    return f"{count / 1_000_000:,.1f} MB"
