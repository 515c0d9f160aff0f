"""A real vault in a real window for the tests of screens, and hands that press keys as a person does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from caseworker import storage
from caseworker.domain.clients import Client
from caseworker.domain.episodes import Episode
from caseworker.domain.safe_contacts import SafeContact
from caseworker.storage import clients, episodes, safe_contacts
from caseworker.storage.vault import OpenVault
from tests.journey.hands import Hands
from tests.ui.screens.parts import settle, today
from ui import theme
from ui.session import Place, Session
from ui.window import Window


@pytest.fixture
def look(qapp: QApplication) -> Iterator[None]:
    theme.apply(qapp, "light", 1.0)
    yield
    theme.apply(qapp, "light", 1.0)


@pytest.fixture
def session(vault: OpenVault, qapp: QApplication, look: None) -> Iterator[Session]:
    opened = Session(vault)
    yield opened
    opened.work.stop()


@pytest.fixture
def window(session: Session, qtbot: QtBot) -> Iterator[Window]:
    """The real frame, on Today, with the keyboard in it."""
    shown = Window(session)
    qtbot.addWidget(shown)
    shown.setMinimumSize(640, 420)
    shown.resize(1280, 800)
    shown.show()
    shown.activateWindow()
    qtbot.waitExposed(shown)
    shown.go(Place("today"))
    settle()
    yield shown
    shown.close()


@pytest.fixture
def hands() -> Hands:
    return Hands(patience=5.0)


@pytest.fixture
def add_client(vault: OpenVault) -> Callable[..., int]:
    """Adds a client with open support; by default with a phone that may be called and texted at any time."""

    def add(
        name: str, *, safe: bool = True, hours: str = "", voicemail: str = "no", supported: bool = True
    ) -> int:
        def write() -> int:
            client_id = clients.save(Client(None, "", name, area="E07000066"))
            if supported:
                started = (today() - dt.timedelta(days=30)).isoformat()
                episodes.save(Episode(None, "", client_id, started, crime="DA1"))
            if safe:
                safe_contacts.save(
                    SafeContact(
                        None,
                        client_id,
                        "TEL",
                        "yes",
                        "07700 900142",
                        "OWN",
                        hours,
                        voicemail,
                        say_as="Beth from the library",
                    )
                )
                safe_contacts.save(SafeContact(None, client_id, "LET", "no"))
            return client_id

        return storage.write(write)

    return add


@pytest.fixture
def amara(add_client: Callable[..., int]) -> int:
    return add_client("Amara Clarke")
