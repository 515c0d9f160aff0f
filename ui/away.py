"""Locks when the computer says that nobody is there: it is about to sleep, the screen was locked, the user switched.

Linux only, and only where there is a message bus to say so; elsewhere, and when the message comes too late, the clocks
of ``ui.idle`` see that the computer slept.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import SLOT, QObject, QTimer, Signal, Slot

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusConnection

LOGIN = "org.freedesktop.login1"
SAVERS = ("org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver")


class Away(QObject):
    """``lock_due`` when the system says that the person has left. Hears nothing where there is no bus."""

    lock_due = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.heard: list[str] = []  # the signals it listens to
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.listen)

    def listen_in(self, milliseconds: int) -> None:
        """Listen after that time: what is on the screen comes first."""
        self._later.start(milliseconds)

    def listen(self) -> None:
        """Listen to this computer. Takes a few milliseconds; never fails."""
        if not sys.platform.startswith("linux"):
            return
        try:
            from PySide6.QtDBus import QDBusConnection
        except ImportError:  # a system without its library
            return
        self.listen_to(QDBusConnection.systemBus(), QDBusConnection.sessionBus())

    def listen_to(self, system: QDBusConnection, session: QDBusConnection) -> None:
        """Listen to these two buses, as far as they are there."""
        if system.isConnected():
            manager = f"{LOGIN}.Manager"
            self._hear(system, LOGIN, "/org/freedesktop/login1", manager, "PrepareForSleep", "_going(bool)")
            # Any session of this computer: somebody locked it, or it is somebody else's turn.
            self._hear(system, LOGIN, "", f"{LOGIN}.Session", "Lock", "_locked()")
        if session.isConnected():
            for saver in SAVERS:
                self._hear(session, saver, "", saver, "ActiveChanged", "_going(bool)")

    def _hear(
        self, bus: QDBusConnection, service: str, path: str, interface: str, name: str, slot: str
    ) -> None:
        if bus.connect(service, path, interface, name, self, SLOT(slot)):  # type: ignore[call-overload]
            self.heard.append(f"{interface}.{name}")

    @Slot(bool)
    def _going(self, yes: bool) -> None:
        if yes:  # False: it woke up, or the screen is open again
            self.lock_due.emit()

    @Slot()
    def _locked(self) -> None:
        self.lock_due.emit()
