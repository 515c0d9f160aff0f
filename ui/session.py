"""The open vault as the screens see it: read freely, change through ``write``, go somewhere, lock.

Passed to every screen, never global. Nothing of a client is kept here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from caseworker.errors import Problem
from ui.preferences import Preferences
from ui.say import say
from ui.work import Work

if TYPE_CHECKING:
    from caseworker.crypto.keys import KdfCost
    from caseworker.storage.vault import OpenVault

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go: today clients client contact returns outbox settings help new_client report
    services, and which one.

    ``part`` is a part of that screen, by name: a tab of the client's record.
    """

    name: str
    arg: Any = None
    part: str = ""


@dataclass(frozen=True, slots=True)
class Toast:
    """A short line at the foot of the window, with one thing to do about it (``Undo``) and its opposite."""

    text: str
    action_text: str = ""
    action: Callable[[], None] | None = None
    #: Does again what ``action`` took back.
    again: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A line across the top that stays until it is closed. ``kind``: info, warn or high."""

    text: str
    kind: str = "warn"
    action_text: str = ""
    action: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class Renewal:
    """A wish for a new key of the vault; ``without`` names the person (uid) whose way in goes with the old one."""

    passphrase: str = field(repr=False)
    without: str | None = None


#: Problems that the next successful save shows to be over.
UNTIL_SAVED = frozenset({"E-DISK-FULL", "E-DISK"})

#: Problems the hub itself stated: it was reached.
HUB_ANSWERED = frozenset({"E-HUB-BUSY", "E-HUB-REFUSED"})


class Session(QObject):
    """One open vault, from unlocking to locking."""

    changed = Signal()
    go = Signal(object)
    back = Signal()
    toast = Signal(object)
    notice = Signal(object)
    #: Carries the words of a notice that is no longer true.
    over = Signal(str)
    #: Carries the id of a client whose record is about to be erased: nothing may show it or write it any more.
    erasing = Signal(object)
    covering = Signal()
    keeping = Signal()
    locked = Signal()
    #: Carries a Renewal: the vault closes and gets a new key, then the process ends.
    renewing = Signal(object)
    #: Carries Preferences: somebody chose another text size, other colours, another time to lock.
    chosen = Signal(object)

    def __init__(
        self,
        vault: OpenVault,
        work: Work | None = None,
        clock: Callable[[], datetime] | None = None,
        preferences: Preferences | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        from caseworker.storage import database

        self.vault = vault
        self.work = work or Work(database, self)
        #: The check of the whole file has a thread of its own, so that a return never waits behind it.
        self.checks = Work(database, self)
        self.preferences = preferences or Preferences()
        self.clipboard = Clipboard(self)
        #: How dear a new passphrase is to guess; None measures this computer. Only tests give it.
        self.cost: KdfCost | None = None
        #: Whether the hub answered when it was last tried; False before the first try.
        self.online = False
        self._clock = clock
        self._locked = False
        self._unsaved: set[str] = set()
        #: Called first when locking: ends the process by force if an orderly lock takes too long.
        self.deadline: Callable[[], None] | None = None

    def now(self) -> datetime:
        """The time, with its zone. Tests and made-up days give their own clock."""
        return self._clock() if self._clock is not None else datetime.now(UTC)

    def write(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Change the vault through ``storage.write`` (all or nothing); every visible screen reads again."""
        from caseworker import storage

        result: T = storage.write(function, *args, **kwargs)
        while self._unsaved:
            self.over.emit(self._unsaved.pop())
        self.changed.emit()
        if storage.checkpoint_due() and not self.work.busy():
            # Folding the log into the file takes a while: never on the thread of the screen.
            self.work.run(storage.checkpoint, owner=self)
        return result

    def tried(self, problem: Problem | None = None) -> None:
        """The hub was tried, with this problem or none: what the chip in the top bar says from now on."""
        self.online = problem is None or problem.code in HUB_ANSWERED

    def problem(self, problem: Problem) -> None:
        """Say what went wrong and what to do, across the top of the window."""
        text = say(problem.words)
        if problem.code in UNTIL_SAVED:
            self._unsaved.add(text)
        self.notice.emit(Notice(text, "high"))

    def is_locked(self) -> bool:
        return self._locked

    def lock(self) -> None:
        """Cover the window, keep what is half-typed, close the vault. The process ends after this."""
        if self._locked:
            return
        if self.deadline is not None:
            self.deadline()
        self.covering.emit()
        # The worker is told to stop before drafts are written: it may hold the write lock they need.
        self.work.stop()
        self.checks.stop()
        self.keeping.emit()
        self._locked = True
        self.clipboard.forget()
        try:
            self.vault.close()
        finally:
            self.locked.emit()

    def hide_now(self) -> None:
        """Cover the window in this very event, before any disk work; then lock."""
        self.covering.emit()
        self.lock()


class Clipboard(QObject):
    """What is copied in Caseworker is taken off the clipboard after 30 seconds, and at once when locking."""

    SECONDS = 30

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ours = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(self.SECONDS * 1000)
        self._timer.timeout.connect(self.forget)
        QGuiApplication.clipboard().dataChanged.connect(self._changed)

    def _changed(self) -> None:
        # Some systems do not tell who owns the clipboard; a copy made while our window has the keys is ours.
        clipboard = QGuiApplication.clipboard()
        self._ours = clipboard.ownsClipboard() or QGuiApplication.focusWindow() is not None
        if self._ours:
            self._timer.start()
        else:
            self._timer.stop()

    def forget(self) -> None:
        """Empty the clipboard if what is on it came from here."""
        self._timer.stop()
        if self._ours:
            self._ours = False
            QGuiApplication.clipboard().clear()
