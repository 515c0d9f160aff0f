"""The one window of the app: it shows the first run, the lock screen or the records, and ends at a lock."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import shiboken6
from PySide6.QtCore import QByteArray, QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from caseworker.errors import Problem
from ui import preferences as prefs
from ui import theme
from ui.away import Away
from ui.idle import Idle
from ui.preferences import Preferences
from ui.say import say
from ui.screens.lock import PRACTICE, LockScreen

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QKeyEvent, QPaintEvent, QResizeEvent, QWindow

    from caseworker.crypto.keys import KdfCost
    from ui.screens.firstrun import FirstRun
    from ui.screens.restoring import RestoreScreen
    from ui.session import Renewal, Session
    from ui.window import Window

CLOSED, LOCKED = 0, 75
FIRST_SIZE = QSize(1280, 800)  # with its frame, where the screen is large enough
FRAME = QSize(2, 34)  # what a desktop puts around a window, known only once it is shown
SHIFTS, SHIFT_SECONDS = 3, 5.0
PAINTED_MS = 10
AWAY_MS = 1_500  # after the records are on the screen: the message bus can wait that long


class Desk(QMainWindow):
    """The one window. ``ended`` carries the exit code; who runs the event loop ends the process with it."""

    ended = Signal(object)
    #: Once, when the first picture of it stands: everything not needed for that is loaded from here on.
    painted = Signal()
    #: Something else is on show: the lock screen, the first run or the records.
    showing = Signal()

    def __init__(
        self,
        root: Path,
        *,
        preferences_file: Path | None = None,
        cost: KdfCost | None = None,
        clock: Callable[[], datetime] | None = None,
        locked_at: datetime | None = None,
        note: str = "",
    ) -> None:
        super().__init__()
        self.root = root
        self._preferences_file = preferences_file
        self.preferences = prefs.load(preferences_file) if preferences_file is not None else Preferences()
        self._cost = cost
        self._clock = clock
        self._locked_at = locked_at
        self._note = note
        self._deadline: Callable[[], None] | None = None
        self.session: Session | None = None
        self.window_: Window | None = None
        self.door: LockScreen | None = None
        self.first_run: FirstRun | None = None
        self._answers: Any = None  # of a first run that was left to bring records back
        self.restoring: RestoreScreen | None = None
        self._practice: Any = None
        self._renewal: Renewal | None = None
        self._code: int | None = None
        self._was_painted = False
        self.setWindowTitle(theme.PRODUCT)
        self.setWindowIcon(theme.icon("notebook-pen", "primary", 32))
        self.setMinimumSize(640, 420)
        self.resize(FIRST_SIZE.boundedTo(self.screen().availableSize()) - FRAME)
        if self.preferences.geometry:
            self.restoreGeometry(QByteArray.fromBase64(self.preferences.geometry.encode("ascii")))
        self.cover = QWidget(self)
        self.cover.setObjectName("cover")
        self.cover.setAutoFillBackground(True)
        self.cover.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.cover.hide()
        self.idle = Idle(self.preferences.idle_minutes, self)
        self.idle.lock_due.connect(self.lock)
        self.away = Away(self)
        self._shifts: list[float] = []
        self._listen()

    # ---- what is on show

    def begin(self) -> None:
        """The first run when there is no vault here yet, else the lock screen."""
        if _has_vault(self.root):
            self.show_lock()
        else:
            self.show_first_run()

    def show_lock(self) -> None:
        self.door = LockScreen(self.root, self._locked_at, self._note, self._cost)
        self.door.opened.connect(self.open_window)
        self.door.holding.connect(self.take)
        self.door.preferences_wanted.connect(self.choose_looks)
        self.door.help_wanted.connect(self.show_help)
        self._put(self.door)

    def show_first_run(self, answers: Any = None) -> None:
        from ui.screens.firstrun import FirstRun

        self.first_run = FirstRun(self.root, self.preferences, answers, self._cost)
        self.first_run.opened.connect(self.open_window)
        self.first_run.practise.connect(self._practise)
        self.first_run.preferences_wanted.connect(self.choose_looks)
        self.first_run.preferences_changed.connect(self._keep_preferences)
        self.first_run.help_wanted.connect(self.show_help)
        self.first_run.restore_wanted.connect(self.show_restore)
        self.restoring = None
        self._put(self.first_run)

    def show_restore(self) -> None:
        """Bring records back from a backup, where there are none yet."""
        from ui.screens.restoring import RestoreScreen

        if self.first_run is not None:
            self.first_run.step.keep()
            self._answers, self.first_run = self.first_run.answers, None
        self.restoring = RestoreScreen(self.root)
        self.restoring.restored.connect(self._restored)
        self.restoring.back.connect(self._not_restored)
        self.restoring.preferences_wanted.connect(self.choose_looks)
        self.restoring.help_wanted.connect(self.show_help)
        self._put(self.restoring)
        self.restoring.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def _restored(self, note: str) -> None:
        self._note = note
        self.restoring = None
        self.show_lock()

    def _not_restored(self) -> None:
        self.show_first_run(self._answers)

    def take(self, vault: Any) -> Session:
        """The vault is open from here on: whatever happens, it can be locked."""
        if self.session is None:
            from ui.session import Session

            self.session = Session(vault, None, self._clock, self.preferences, self)
            self.session.deadline = self._deadline
            self.session.cost = self._cost
            self.session.covering.connect(self.cover_up)
            self.session.locked.connect(self._locked)
            self.session.chosen.connect(self.set_preferences)
            self.session.renewing.connect(self.renew)
            self.idle.start()
            self._listen_for_lock()
            self.away.lock_due.connect(self.lock)
            self.away.listen_in(AWAY_MS)
        return self.session

    def open_window(self, vault: Any) -> None:
        """The records. The whole file is read and checked beside the screen from now on."""
        session = self.take(vault)
        self._build_window()
        session.checks.run(vault.whole_check, owner=self, then=self._checked, failed=self._not_checked)
        session.checks.run(vault.sign_notes, owner=self, failed=self._not_checked)
        if vault.slot_is_stale:  # guessing has become cheaper, or a colleague renewed the key
            session.checks.run(vault.make_slot_again, self._cost, owner=self, failed=self._not_checked)
        if not vault.synthetic and not _sheet_typed(vault.worker):
            self._remind_of_sheet()

    def _build_window(self) -> None:
        from ui.session import Place
        from ui.window import Window

        assert self.session is not None
        self.window_ = Window(self.session)
        self.door = self.first_run = None
        self._put(self.window_)
        self.window_.go(Place("today"))

    def _put(self, widget: QWidget) -> None:
        leaving = self.takeCentralWidget()
        self.setCentralWidget(widget)
        if self.isVisible():
            widget.show()  # now, not with the next event: keys pressed meanwhile would reach nobody
        if leaving is not None:
            leaving.hide()
            leaving.deleteLater()
        if not self.cover.isHidden():
            self.cover.raise_()
        self.showing.emit()

    def _checked(self, found: list[Any]) -> None:
        from ui.session import Notice

        if self.session is None or not found:
            return
        text = say(found[0])
        if len(found) > 1:
            # One line, however much is wrong: lines upon lines would take the record out of sight.
            text = self.tr("{first}. The check found {n} things like this").format(first=text, n=len(found))
        what = self.tr("{what}. Tell your supervisor before you go on: nothing has been changed")
        self.session.notice.emit(Notice(what.format(what=text), "high"))

    def _not_checked(self, error: Exception) -> None:
        if isinstance(error, Problem) and self.session is not None:
            self.session.problem(error)
        elif not isinstance(error, Problem):
            raise error

    def _remind_of_sheet(self) -> None:
        from ui.session import Notice

        if self.session is not None:
            self.session.notice.emit(
                Notice(
                    self.tr(
                        "Your recovery sheet was never typed back. Make a new one, so that you know it works"
                    ),
                    "warn",
                    self.tr("Make a new sheet"),
                    self._go_to_sheet,
                )
            )

    def _go_to_sheet(self) -> None:
        from ui.session import Place

        if self.session is not None:
            self.session.go.emit(Place("settings", "sheet"))

    # ---- made-up people

    def _practise(self, passphrase: str) -> None:
        """A separate vault of made-up people, made beside the screen and thrown away at the next start."""
        from ui.work import Work

        self._practice = Work(None, self)
        self._practice.run(
            _make_practice,
            self.root,
            passphrase,
            self._cost,
            owner=self,
            then=self.open_practice,
            failed=self._no_practice,
        )

    def open_practice(self, unlocked: Any) -> None:
        from caseworker.storage import vault

        self.open_window(vault.open_vault(unlocked))

    def _no_practice(self, error: Exception) -> None:
        step = getattr(self.first_run, "step", None)
        if step is not None and hasattr(step, "show_failure"):
            step.show_failure(error)

    # ---- locking

    def set_deadline(self, deadline: Callable[[], None]) -> None:
        """What ends the process by force when an orderly lock takes too long."""
        self._deadline = deadline

    def lock(self) -> None:
        """Ctrl+L, idle, sleep: close the vault and end. On the lock screen there is nothing to lock."""
        if self.session is not None:
            self.session.lock()

    def renew(self, wish: Renewal) -> None:
        """Close the records and give them a new key; the process ends after it, as after every lock."""
        assert self.session is not None
        self._renewal = wish
        self.session.deadline = None  # it may take longer than a lock; being killed at any step is safe
        self.session.lock()

    def _show_renewing(self, wish: Renewal) -> None:
        from ui.screens.renewing import Renewing

        assert self.session is not None
        screen = Renewing(self.session.vault.path, wish, [self.session.work, self.session.checks], self._cost)
        screen.done.connect(self._renewed)
        self.window_ = None
        self._put(screen)
        self.cover.hide()

    def _renewed(self) -> None:
        self._end(LOCKED)

    def hide_now(self) -> None:
        """F12, Shift three times, the button: cover first, in this very event; then lock."""
        self.cover_up()
        self.lock()

    def cover_up(self) -> None:
        """Nothing of ours can be read from here on: an opaque, empty cover over everything, at once."""
        for other in QApplication.topLevelWidgets():
            if other is not self and other.isVisible():
                other.hide()
        self.cover.setGeometry(self.rect())
        self.cover.show()
        self.cover.raise_()
        self.cover.repaint()

    def is_covered(self) -> bool:
        return not self.cover.isHidden()

    def _locked(self) -> None:
        self._keep_geometry()
        wish, self._renewal = self._renewal, None
        if wish is not None:
            self._show_renewing(wish)
        else:
            self._end(LOCKED)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing the window locks the records and ends."""
        self._keep_geometry()
        if self.session is not None and not self.session.is_locked():
            self._code = CLOSED
            self.session.lock()
        event.accept()
        self._end(CLOSED)

    def _end(self, code: int) -> None:
        self.idle.stop()
        if self._code is None or self._code == CLOSED:
            code = self._code if self._code is not None else code
            self._code = code
        self.ended.emit(self._code)

    # ---- preferences

    def choose_looks(self) -> None:
        from ui.screens.settings import LookDialog

        dialog = LookDialog(self.preferences, self)
        dialog.chosen.connect(self.set_preferences)
        dialog.open()

    def show_help(self) -> None:
        from ui.screens.help import HelpDialog

        HelpDialog(self).open()

    def _keep_preferences(self, preferences: Preferences) -> None:
        self.preferences = preferences
        self.idle.set_minutes(preferences.idle_minutes)
        if self.session is not None:
            self.session.preferences = preferences
        if self._preferences_file is not None:
            prefs.save(self._preferences_file, preferences)

    def set_preferences(self, preferences: Preferences) -> None:
        """Use and keep the choice; what is on show is built anew at the new size, with its drafts."""
        before = self.preferences
        if preferences == before:
            return
        self._keep_preferences(preferences)
        if (before.theme, before.scale, before.easier) == (
            preferences.theme,
            preferences.scale,
            preferences.easier,
        ):
            return
        # After the event that asked: the control it came from is about to be replaced.
        QTimer.singleShot(0, self._build_anew)

    def _build_anew(self) -> None:
        if self.window_ is not None and self.session is not None and not self.session.is_locked():
            self._window_anew()
            return
        apply_look(self.preferences)
        if self.door is not None and not self.door.is_busy():
            before = self.door
            self.show_lock()
            self.door.take_over(before)
        elif self.restoring is not None:
            if not self.restoring.is_busy():
                self.show_restore()
        elif self.first_run is not None and not self.first_run.is_making():
            self.first_run.step.keep()
            self.show_first_run(self.first_run.answers)

    def _window_anew(self) -> None:
        from ui.screens.form import Frame, stand_again, standing
        from ui.stood import Stood

        old = self.window_
        assert old is not None
        assert self.session is not None
        stood, forms = Stood.of(old), standing(old)
        old.keep_drafts()
        parts = old.on_show()
        place, before = old.place(), old.places_before()
        panel = old.panel_client() if old.panel is not None else None
        had_panel, of_nobody = old.panel is not None, old.panel_is_for_nobody()
        asked = old.panel_asked()
        notices = old.open_notices()
        from ui.window import Window

        # Gone before the new look comes: giving that to every page of the old one would take a second.
        self.takeCentralWidget()
        self.window_ = None
        shiboken6.delete(old)
        apply_look(self.preferences)
        self.window_ = Window(self.session)
        self._put(self.window_)
        self.window_.restore(place, before, parts)
        for notice in notices:
            self.window_.show_notice(notice)
        if of_nobody:
            self.window_.open_panel_for_nobody()
        elif had_panel:
            self.window_.open_panel(panel)
            if asked is not None:
                self.window_.ask_panel_again(*asked)
        if stood is not None or any(one.wrong for one in forms.values()):
            for frame in self.window_.findChildren(QWidget):
                if isinstance(frame, Frame):
                    frame.stand()  # a key would go to the first of its fields
        stand_again(self.window_, forms)
        if stood is not None:
            stood.again(self.window_)

    def _keep_geometry(self) -> None:
        data = bytes(self.saveGeometry().toBase64().data()).decode("ascii")
        self._keep_preferences(replace(self.preferences, geometry=data))

    # ---- keys that work everywhere

    def _listen(self) -> None:
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        # Window by window: a filter on the application would be called for every event of every widget.
        app.focusWindowChanged.connect(self._watch)

    def _listen_for_lock(self) -> None:
        from PySide6.QtGui import QKeySequence, QShortcut

        for keys, slot in (("F12", self.hide_now), ("Ctrl+L", self.lock)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.ApplicationShortcut)
            shortcut.activated.connect(slot)

    def _watch(self, window: QWindow | None) -> None:
        if window is not None and not window.property("watched"):
            window.setProperty("watched", True)
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.KeyPress:
            self.idle.touch()
            if self.session is not None and self._hide_asked(cast("QKeyEvent", event)):
                self.hide_now()
                return True
        elif kind in _SIGNS_OF_LIFE:
            self.idle.touch()
        return False

    def _hide_asked(self, event: QKeyEvent) -> bool:
        """F12 (a shortcut does not reach past a modal dialog) or Shift three times within five seconds."""
        if event.key() == Qt.Key.Key_F12:
            return True
        if event.isAutoRepeat():
            return False
        if event.key() != Qt.Key.Key_Shift:
            self._shifts.clear()
            return False
        now = time.monotonic()
        self._shifts = [at for at in self._shifts if now - at < SHIFT_SECONDS] + [now]
        if len(self._shifts) >= SHIFTS:
            self._shifts.clear()
            return True
        return False

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.WindowStateChange:
            self.idle.minimised(self.isMinimized())
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            # A moment later, so that the picture reaches the screen before anything else is loaded.
            QTimer.singleShot(PAINTED_MS, self, self._say_painted)

    def _say_painted(self) -> None:
        self.painted.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.cover.setGeometry(self.rect())


_SIGNS_OF_LIFE = frozenset(
    (
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
    )
)


def apply_look(preferences: Preferences) -> None:
    """Put the chosen look on the application; "as this computer" follows its own settings."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    name = preferences.theme
    if name == "system":
        hints = QGuiApplication.styleHints()
        if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
            name = "contrast"
        else:
            name = "dark" if hints.colorScheme() == Qt.ColorScheme.Dark else "light"
    theme.apply(app, name, preferences.scale, preferences.easier)


def _has_vault(root: Path) -> bool:
    """Whether a vault is here, without loading what opens one."""

    # The rule of storage.vault.find, which is asked again before anything is opened.
    def holds(folder: Path) -> bool:
        return any((folder / name).exists() for name in ("vault.hdr", "vault.hdr.1")) or any(
            folder.glob("vault-*.db")
        )

    try:
        return holds(root) or any(place.is_dir() and holds(place) for place in root.iterdir())
    except OSError:
        return False


def _sheet_typed(worker: Any) -> bool:
    from caseworker.storage import sheets

    return sheets.typed_back(worker)


def _make_practice(root: Path, passphrase: str, cost: Any) -> Any:
    """On the worker thread: made-up people in a folder of their own, and its keys."""
    import shutil

    from caseworker.demo import make
    from caseworker.storage import vault

    folder = root / PRACTICE
    shutil.rmtree(folder, ignore_errors=True)
    made = make("solo", folder, passphrase, cost=cost)
    return vault.unlock(made, passphrase)
