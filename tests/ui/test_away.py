"""The computer's own messages that somebody left, over a real message bus of the test's own."""

from __future__ import annotations

import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from ui.away import SAVERS, Away
from ui.desk import Desk

pytestmark = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="no message bus here")

Say = Callable[..., None]


@pytest.fixture
def bus() -> Iterator[str]:
    """A message bus that nobody else is on: its address."""
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--print-address", "--nofork"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert daemon.stdout is not None
    yield daemon.stdout.readline().strip()
    daemon.kill()
    daemon.wait()
    daemon.stdout.close()


@pytest.fixture
def connect(bus: str) -> Iterator[Callable[[], Any]]:
    from PySide6.QtDBus import QDBusConnection

    names: list[str] = []

    def one() -> Any:
        names.append(uuid.uuid4().hex)
        made = QDBusConnection.connectToBus(bus, names[-1])
        assert made.isConnected()
        return made

    yield one
    for name in names:
        QDBusConnection.disconnectFromBus(name)


@pytest.fixture
def away(qtbot: QtBot, connect: Callable[[], Any]) -> Away:
    made = Away()
    made.listen_to(connect(), connect())
    return made


@pytest.fixture
def say(connect: Callable[[], Any]) -> Say:
    """Say something on the bus as that part of the system would."""

    speakers: dict[str, Any] = {}

    def now(service: str, path: str, interface: str, name: str, *values: object, own: bool = True) -> None:
        from PySide6.QtDBus import QDBusMessage

        speaker = speakers.get(service) or connect()
        if own and service not in speakers:
            assert speaker.registerService(service)
            speakers[service] = speaker
        message = QDBusMessage.createSignal(path, interface, name)
        message.setArguments(list(values))
        assert speaker.send(message)

    return now


LOGIN = "org.freedesktop.login1"
SLEEP = (LOGIN, "/org/freedesktop/login1", f"{LOGIN}.Manager", "PrepareForSleep")


def test_it_locks_before_the_computer_sleeps(away: Away, say: Say, qtbot: QtBot) -> None:
    with qtbot.waitSignal(away.lock_due, timeout=3000):
        say(*SLEEP, True)


def test_it_locks_with_the_session(away: Away, say: Say, qtbot: QtBot) -> None:
    with qtbot.waitSignal(away.lock_due, timeout=3000):
        say(LOGIN, "/org/freedesktop/login1/session/_32", f"{LOGIN}.Session", "Lock")


@pytest.mark.parametrize("saver", SAVERS)
def test_it_locks_when_the_screen_is_covered(away: Away, say: Say, qtbot: QtBot, saver: str) -> None:
    path = f"/{saver.replace('.', '/')}"
    with qtbot.waitSignal(away.lock_due, timeout=3000):
        say(saver, path, saver, "ActiveChanged", True)


def test_waking_up_locks_nothing(away: Away, say: Say, qtbot: QtBot) -> None:
    with qtbot.waitSignal(away.lock_due, timeout=3000) as caught:
        say(*SLEEP, False)
        say(LOGIN, "/org/freedesktop/login1/session/_32", f"{LOGIN}.Session", "Lock")
    assert caught.signal_triggered
    with qtbot.assertNotEmitted(away.lock_due, wait=100):
        pass


def test_only_the_system_itself_is_listened_to(away: Away, say: Say, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(away.lock_due, wait=300):
        say(*SLEEP, True, own=False)


def test_without_any_bus_nothing_is_heard_and_nothing_breaks(qtbot: QtBot) -> None:
    from PySide6.QtDBus import QDBusConnection

    nowhere = QDBusConnection.connectToBus("unix:path=/nowhere/at/all", "nowhere")
    made = Away()
    made.listen_to(nowhere, nowhere)
    assert made.heard == []
    made.listen()


def test_the_app_locks_when_the_computer_says_so(
    desk: Desk, connect: Callable[[], Any], say: Say, qtbot: QtBot
) -> None:
    desk.away.listen_to(connect(), connect())
    assert desk.session is not None
    session = desk.session
    with qtbot.waitSignal(session.locked, timeout=3000):
        say(*SLEEP, True)
    assert session.is_locked()
    assert desk.is_covered()
