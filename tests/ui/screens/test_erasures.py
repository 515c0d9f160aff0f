"""Erasing through the window: two steps, what stays where in plain words, and no way back to what is gone."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from caseworker import storage
from caseworker.storage import clients, drafts, holds, settings
from caseworker.storage.records import fetch
from caseworker.storage.today import LAST_BACKUP
from tests.fixtures_vault import CHEAP, PHRASE
from tests.ui.accessibility import everything
from tests.ui.screens.parts import now, settle, words_of
from ui.screens.contacts import ContactPanel
from ui.screens.erasures import ErasePage
from ui.screens.form import DraftKeeper
from ui.session import Place
from ui.window import Window


@pytest.fixture
def page(window: Window, amara: int) -> ErasePage:
    window.go(Place("erase"))
    settle()
    found = window.current()
    assert isinstance(found, ErasePage)
    return found


def to_second(page: ErasePage, client_id: int) -> None:
    page.typed.setText(clients.get(client_id).reference)
    page.reason.set_value("ASK")
    page.look_button.click()
    settle()


def test_a_record_is_erased_in_two_steps_with_the_keyboard(
    page: ErasePage, window: Window, amara: int, qtbot: QtBot
) -> None:
    window.go(Place("client", amara))
    settle()
    window.go(Place("erase"))
    settle()
    assert QApplication.focusWidget() is page.typed
    QTest.keyClicks(page.typed, clients.get(amara).reference.lower())
    QTest.keyClick(page.typed, Qt.Key.Key_Tab)
    QTest.keyClick(page.reason, Qt.Key.Key_Down)
    QTest.keyClick(page.reason, Qt.Key.Key_Tab)
    QTest.keyClick(page.look_button, Qt.Key.Key_Return)
    settle()
    said = words_of(page)
    assert "Amara Clarke" in said
    assert "they keep this record until they are destroyed" in said
    assert QApplication.focusWidget() is page.cancel_button  # not the one that destroys
    everything(window)
    page.erase_button.setFocus()
    QTest.keyClick(page.erase_button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.result.isVisible(), timeout=20_000)
    assert page.result.text().startswith("Erased. ")
    assert fetch("SELECT count(*) FROM client") == [(0,)]
    assert clients.recent() == []
    assert "Amara" not in words_of(window)
    assert "client" not in window._pages
    window.go_back()
    settle()
    assert window.place().name != "client"
    for name in ("today", "clients"):
        window.go(Place(name))
        settle()
        assert not [label for label in window.findChildren(QLabel) if "Amara" in label.text()]
    assert page.session.vault.whole_check() == []


def test_what_is_half_typed_about_her_is_neither_kept_nor_shown(
    page: ErasePage, window: Window, amara: int, qtbot: QtBot
) -> None:
    window.open_panel(amara)
    settle()
    panel = window.panel
    assert isinstance(panel, ContactPanel)
    assert panel.form is not None
    QTest.keyClicks(panel.form.note, "She said")
    (draft,) = [one for one in panel.findChildren(DraftKeeper) if one.waiting]
    assert draft.key == f"contact:{amara}"
    to_second(page, amara)
    page.erase_button.click()
    qtbot.waitUntil(lambda: page.result.isVisible(), timeout=20_000)
    settle()
    assert window.panel is None
    assert drafts.all_drafts() == []


@pytest.mark.parametrize("what", ["contact", "client"])
def test_what_is_opened_and_typed_while_the_record_is_being_erased_goes_with_it(
    page: ErasePage, window: Window, amara: int, qtbot: QtBot, what: str
) -> None:
    to_second(page, amara)
    gate = threading.Event()
    page.session.work.run(gate.wait, owner=page)  # the erasing waits for its turn
    page.erase_button.click()
    window.go(Place(what, amara))
    settle()
    if what == "contact":
        assert isinstance(window.panel, ContactPanel)
        form = window.panel.form
        assert form is not None
        form.note.setFocus()
        QTest.keyClicks(form.note, "She is at her sister's")
    gate.set()
    qtbot.waitUntil(lambda: not fetch("SELECT 1 FROM client WHERE id = ?", (amara,)), timeout=20_000)
    qtbot.waitUntil(lambda: page.result.isVisibleTo(page), timeout=20_000)
    settle()
    window.keep_drafts()
    assert window.panel is None
    assert window.place() == Place("erase" if what == "contact" else "today")
    assert [label for label in window.findChildren(QLabel) if "Amara" in label.text()] == []
    assert drafts.all_drafts(everybody=True) == []


def test_what_is_missing_is_said_first(page: ErasePage, amara: int) -> None:
    page.look_button.click()
    assert page.errors.problems() == ["Type the reference of the record", "Select why the record is erased"]
    page.typed.setText("CR-9999")
    page.reason.set_value("ASK")
    page.look_button.click()
    assert page.errors.problems() == ["There is no record with that reference"]
    assert not page.second.isVisible()


def test_leaving_it_changes_nothing(page: ErasePage, amara: int) -> None:
    to_second(page, amara)
    page.cancel_button.click()
    assert page.first.isVisible()
    assert page.typed.text() == ""
    assert clients.get(amara).name == "Amara Clarke"


def test_it_says_which_backup_still_has_the_record(page: ErasePage, amara: int) -> None:
    storage.write(settings.keep, LAST_BACKUP, now())
    to_second(page, amara)
    assert "Make a new backup after erasing, then destroy the old ones" in page.backups.text()


def test_a_record_on_hold_offers_no_erasing_until_the_hold_is_ended(page: ErasePage, amara: int) -> None:
    to_second(page, amara)
    page.hold_button.click()
    assert page.hold_reason.isVisible()
    page.hold_button.click()
    assert page.hold_field.problem() == "Select why the record must be kept"
    page.hold_reason.set_value("CMP")
    page.hold_button.click()
    settle()
    assert "Complaint. It cannot be erased until the hold is ended." in words_of(page)
    assert not page.erase_button.isVisible()
    page.cancel_button.click()
    to_second(page, amara)
    assert not page.erase_button.isVisible()
    page.hold_button.click()
    settle()
    assert holds.for_client(amara) == []
    assert page.erase_button.isVisible()


def test_who_is_not_a_lead_is_told_whom_to_ask(
    page: ErasePage, amara: int, add_client: Callable[..., int]
) -> None:
    page.session.vault.add_person(PHRASE, "Bola", "supervisor", "seven otters under a copper bridge", CHEAP)
    to_second(page, amara)
    assert page.errors.problems() == [
        "Only a supervisor or the data protection lead can erase a record. Ask one of them"
    ]
    assert not page.second.isVisible()


def test_nothing_is_cut_or_nameless(page: ErasePage, window: Window, amara: int) -> None:
    everything(window)
    page.look_button.click()
    everything(window)
    to_second(page, amara)
    page.hold_button.click()
    everything(window)
