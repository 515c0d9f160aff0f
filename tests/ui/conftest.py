"""The desk over a real vault, and patience that waits on conditions and never sleeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from caseworker import storage
from caseworker.domain.clients import Client
from caseworker.storage import clients
from caseworker.storage.vault import NewVault
from tests.fixtures_vault import CHEAP, PHRASE
from tests.ui.accessibility import settle
from ui import main, theme
from ui.desk import Desk
from ui.window import Window


@pytest.fixture
def plain_look(qapp: QApplication) -> Iterator[None]:
    """Light at 100% before and after. Put on only when it is not: restyling what is left over takes a while."""
    if theme.look() != theme.Look() or not qapp.styleSheet():
        theme.apply(qapp)
    yield
    if theme.look() != theme.Look():
        settle()
        theme.apply(qapp)


@pytest.fixture
def open_desk(qtbot: QtBot, plain_look: None, tmp_path: Path) -> Callable[..., Desk]:
    """The app's window over a folder, shown."""
    made: list[Desk] = []  # as in the app somebody holds it; else it may be swept away while it is painted

    def build(root: Path, **more: object) -> Desk:
        desk = main.build_window(root, cost=CHEAP, preferences_file=tmp_path / "settings.json", **more)  # type: ignore[arg-type]
        made.append(desk)
        qtbot.addWidget(desk)
        desk.show()
        desk.activateWindow()
        qtbot.waitExposed(desk)
        return desk

    return build


@pytest.fixture
def desk(new_vault: NewVault, open_desk: Callable[..., Desk], qtbot: QtBot) -> Iterator[Desk]:
    """Unlocked, on Today."""
    desk = open_desk(new_vault.path.parent)
    assert desk.door is not None
    desk.door.passphrase.setText(PHRASE)
    desk.door.unlock()
    qtbot.waitUntil(lambda: desk.window_ is not None, timeout=20_000)
    yield desk
    desk.lock()


@pytest.fixture
def window(desk: Desk) -> Window:
    """What is on show in it."""
    assert desk.window_ is not None
    desk.resize(1280, 800)
    settle()
    return desk.window_


@pytest.fixture
def people(window: Window) -> list[int]:
    """Three clients: Amara Clarke, Jodie Marsh, Nia Hughes."""

    def add() -> list[int]:
        return [
            clients.save(Client(None, "", name)) for name in ("Amara Clarke", "Jodie Marsh", "Nia Hughes")
        ]

    made = storage.write(add)
    window.session.changed.emit()
    return made
