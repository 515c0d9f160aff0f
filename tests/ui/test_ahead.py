"""The pages are there before the first visit, empty of anybody's data, and none is made after a lock."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from caseworker import storage
from caseworker.domain.clients import Client
from caseworker.storage import clients
from caseworker.storage.vault import NewVault
from tests.fixtures_vault import PHRASE
from ui.ahead import PAGES, Ahead
from ui.desk import Desk
from ui.screens.contacts import ContactPanel
from ui.session import Place
from ui.widgets.gradually import Gradually


@pytest.fixture
def waiting(new_vault: NewVault, open_desk: Callable[..., Desk]) -> Desk:
    """At the lock screen, with the pages to be made ahead."""
    desk = open_desk(new_vault.path.parent)
    Ahead(desk)
    return desk


def unlock(desk: Desk, qtbot: QtBot) -> None:
    assert desk.door is not None
    desk.door.passphrase.setText(PHRASE)
    desk.door.unlock()
    qtbot.waitUntil(lambda: desk.window_ is not None, timeout=20_000)


def made(desk: Desk) -> set[str]:
    assert desk.window_ is not None
    return set(desk.window_._pages)


def test_every_page_is_made_while_today_is_on_show(waiting: Desk, qtbot: QtBot) -> None:
    unlock(waiting, qtbot)
    qtbot.waitUntil(lambda: made(waiting) == {"today", *PAGES}, timeout=20_000)
    assert waiting.window_ is not None
    assert waiting.window_.place().name == "today"
    waiting.lock()


def test_a_page_made_ahead_holds_nobody_until_somebody_goes_there(waiting: Desk, qtbot: QtBot) -> None:
    unlock(waiting, qtbot)
    client_id = storage.write(clients.save, Client(None, "", "Amara Clarke"))
    ahead = waiting.findChild(Ahead)
    qtbot.waitUntil(ahead.is_done, timeout=20_000)
    window = waiting.window_
    assert window is not None
    page = window.page("client")

    def shown() -> str:
        return " ".join(label.text() for label in page.findChildren(QLabel))

    assert "Amara" not in shown()
    window.go(Place("client", client_id))
    assert "Amara" in shown()
    waiting.lock()


def test_nothing_is_made_ahead_while_what_somebody_came_for_is_being_built(
    waiting: Desk, qtbot: QtBot
) -> None:
    unlock(waiting, qtbot)
    ahead = waiting.findChild(Ahead)
    qtbot.waitUntil(lambda: len(made(waiting)) > 2, timeout=20_000)
    seen: list[set[str]] = []
    building = Gradually(waiting)
    building.start([lambda: seen.append(made(waiting))] * 400)
    qtbot.waitUntil(building.is_done, timeout=20_000)
    assert len(seen) == 400
    assert seen == [seen[0]] * 400
    assert not ahead.is_done()
    qtbot.waitUntil(ahead.is_done, timeout=20_000)
    waiting.lock()


def test_the_panel_of_the_next_contact_is_made_and_another_once_it_was_used(
    waiting: Desk, qtbot: QtBot
) -> None:
    unlock(waiting, qtbot)
    client_id = storage.write(clients.save, Client(None, "", "Amara Clarke"))
    ahead = waiting.findChild(Ahead)
    qtbot.waitUntil(ahead.is_done, timeout=20_000)
    window = waiting.window_
    assert window is not None
    (first,) = window.findChildren(ContactPanel)
    window.open_panel(client_id)
    assert window.panel is first
    first.close_panel()
    qtbot.waitUntil(
        lambda: ahead.is_done() and first not in window.findChildren(ContactPanel), timeout=20_000
    )
    (second,) = window.findChildren(ContactPanel)
    assert second.isHidden()
    waiting.lock()


def test_another_text_size_makes_them_anew(waiting: Desk, qtbot: QtBot) -> None:
    unlock(waiting, qtbot)
    ahead = waiting.findChild(Ahead)
    qtbot.waitUntil(ahead.is_done, timeout=20_000)
    before = waiting.window_
    waiting.set_preferences(waiting.preferences.larger())
    qtbot.waitUntil(lambda: waiting.window_ is not before and ahead.is_done(), timeout=20_000)
    assert made(waiting) == {"today", *PAGES}
    waiting.lock()


def test_nothing_is_made_after_a_lock(waiting: Desk, qtbot: QtBot) -> None:
    unlock(waiting, qtbot)
    ahead = waiting.findChild(Ahead)
    waiting.lock()
    before = made(waiting)
    ahead._loaded(None)
    qtbot.waitUntil(lambda: not ahead._timer.isActive(), timeout=20_000)
    assert made(waiting) == before
