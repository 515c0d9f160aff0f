from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from caseworker.crypto import header as hdr
from caseworker.crypto.header import PersonKeys
from caseworker.storage import colleagues, settings, throttle
from caseworker.storage import vault as vaults
from caseworker.storage.engine import database
from caseworker.storage.vault import NewVault
from tests.fixtures_vault import PHRASE
from tests.storage.test_tampering import edited
from tests.ui.accessibility import everything, name_of, settle
from ui import theme
from ui.desk import Desk
from ui.screens.lock import LockScreen

NEW_PHRASE = "copper violin saddle meteor pocket anchor"


@pytest.fixture
def locked(new_vault: NewVault, open_desk: Callable[..., Desk], qtbot: QtBot) -> Desk:
    desk = open_desk(new_vault.path.parent, locked_at=datetime(2026, 11, 18, 11, 6))
    qtbot.waitUntil(lambda: not door(desk).is_busy())
    return desk


def door(desk: Desk) -> LockScreen:
    assert desk.door is not None
    return desk.door


def words_on(desk: Desk) -> str:
    from PySide6.QtWidgets import QAbstractButton, QLabel

    shown = [*desk.findChildren(QLabel), *desk.findChildren(QAbstractButton)]
    return " | ".join(w.text() for w in shown if w.isVisible() and w.text())


def try_phrase(desk: Desk, qtbot: QtBot, phrase: str) -> None:
    door(desk).passphrase.setText(phrase)
    QTest.keyClick(door(desk).passphrase, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.door is None or door(desk).open_button.isEnabled(), timeout=20_000)


def test_it_says_when_it_locked_and_names_nobody(locked: Desk) -> None:
    words = words_on(locked)
    assert "Locked at 11:06am" in words
    assert "Wednesday 18 November 2026" in words
    assert "What you were writing is kept." in words
    for secret in ("Amina", "Okafor", "A07"):
        assert secret not in words


def test_midday_is_called_midday(new_vault: NewVault, open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(new_vault.path.parent, locked_at=datetime(2026, 11, 18, 12, 0))
    assert "Locked at midday" in words_on(desk)


def test_the_keyboard_stands_in_the_passphrase(locked: Desk) -> None:
    assert QApplication.focusWidget() is door(locked).passphrase
    assert name_of(door(locked).passphrase) == "Passphrase"


def test_the_right_passphrase_opens_today(locked: Desk, qtbot: QtBot) -> None:
    try_phrase(locked, qtbot, PHRASE)
    assert locked.window_ is not None
    assert locked.window_.place().name == "today"
    locked.lock()


def test_a_wrong_passphrase_gets_one_sentence_and_waits_longer_each_time(locked: Desk, qtbot: QtBot) -> None:
    for _ in range(3):
        try_phrase(locked, qtbot, "not the passphrase at all")
        assert "does not open" in door(locked).field.problem()
    try_phrase(locked, qtbot, "not the passphrase at all")
    assert "Wait a second, then try again" in door(locked).field.problem()
    assert throttle.wait_seconds(vaults.find(locked.root) or Path()) > 0
    assert door(locked).passphrase.hasFocus()
    assert locked.window_ is None


def test_nothing_typed_asks_for_the_passphrase_and_costs_no_try(locked: Desk) -> None:
    QTest.mouseClick(door(locked).open_button, Qt.MouseButton.LeftButton)
    assert door(locked).field.problem() == "Enter your passphrase"


def test_it_can_be_shown_and_hidden(locked: Desk) -> None:
    assert door(locked).passphrase.echoMode() == QLineEdit.EchoMode.Password
    QTest.keyClick(door(locked).show_it, Qt.Key.Key_Space)
    assert door(locked).passphrase.echoMode() == QLineEdit.EchoMode.Normal


def test_while_it_opens_no_key_shows_the_passphrase(locked: Desk, qtbot: QtBot) -> None:
    door(locked).passphrase.setText("not the passphrase at all")
    QTest.keyClick(door(locked).passphrase, Qt.Key.Key_Return)
    assert door(locked).is_busy()
    with_keyboard = QApplication.focusWidget()
    assert with_keyboard is not None
    QTest.keyClick(with_keyboard, Qt.Key.Key_Space)
    assert door(locked).passphrase.echoMode() == QLineEdit.EchoMode.Password
    qtbot.waitUntil(lambda: door(locked).open_button.isEnabled(), timeout=20_000)
    assert door(locked).passphrase.hasFocus()


def test_a_second_window_on_the_same_vault_is_told_to_go_to_the_first(
    new_vault: NewVault, open_desk: Callable[..., Desk], qtbot: QtBot
) -> None:
    with vaults.hold(new_vault.path):
        desk = open_desk(new_vault.path.parent)
        qtbot.waitUntil(lambda: bool(door(desk).field.problem()))
        assert "already open in another Caseworker window" in door(desk).field.problem()
        assert not door(desk).passphrase.isEnabled()


def test_a_damaged_header_is_told_before_any_prompt(
    new_vault: NewVault, open_desk: Callable[..., Desk], qtbot: QtBot
) -> None:
    (new_vault.path / "vault.hdr").write_bytes(b"")
    before = sorted(p.name for p in new_vault.path.iterdir())
    desk = open_desk(new_vault.path.parent)
    qtbot.waitUntil(lambda: bool(door(desk).field.problem()))
    assert not door(desk).open_button.isEnabled()
    assert set(before) <= {p.name for p in new_vault.path.iterdir()}


def test_a_slot_added_by_a_stranger_is_refused_and_the_copy_offered(
    new_vault: NewVault, open_desk: Callable[..., Desk], qtbot: QtBot
) -> None:
    edited(new_vault.path, lambda body: body["slots"].append({**body["slots"][0], "id": "0" * 32}))
    desk = open_desk(new_vault.path.parent)
    door(desk).passphrase.setText(PHRASE)
    door(desk).unlock()
    qtbot.waitUntil(lambda: door(desk).copy_button.isVisible(), timeout=20_000)
    assert "Someone has changed the small file" in door(desk).field.problem()
    assert desk.window_ is None
    door(desk).copy_button.click()
    qtbot.waitUntil(lambda: not door(desk).copy_button.isVisible(), timeout=20_000)
    door(desk).passphrase.setText(PHRASE)
    door(desk).unlock()
    qtbot.waitUntil(lambda: desk.window_ is not None, timeout=20_000)
    assert database.execute_sql("SELECT count(*) FROM audit WHERE action = 'header_put_back'").fetchone() == (
        1,
    )
    desk.lock()


def test_a_vault_made_from_a_contact_card_is_not_opened_at_the_door(
    new_vault: NewVault, open_desk: Callable[..., Desk], qtbot: QtBot
) -> None:
    found = vaults.read_header(new_vault.path)[0]
    opened = vaults.open_vault(vaults.unlock(new_vault.path, PHRASE))
    card = colleagues.own_card(opened.worker, opened.agency)
    opened.close()
    attacker = PersonKeys(bytearray(os.urandom(32)), bytearray(os.urandom(32)))
    vmk = os.urandom(32)
    forged = hdr.in_envelope(found.vault, 1, found.slots[0], card.receive_key, vmk, attacker)
    (new_vault.path / "vault.hdr").write_bytes(hdr.write(found.next((forged,)), vmk))
    desk = open_desk(new_vault.path.parent)
    door(desk).passphrase.setText(PHRASE)
    door(desk).unlock()
    qtbot.waitUntil(lambda: bool(door(desk).field.problem()), timeout=20_000)
    assert "somebody you have not met in it" in door(desk).field.problem()
    assert desk.window_ is None


def test_the_recovery_sheet_opens_and_makes_both_new(locked: Desk, new_vault: NewVault, qtbot: QtBot) -> None:
    screen = door(locked)
    QTest.mouseClick(screen.lost_button, Qt.MouseButton.LeftButton)
    form = screen._lost
    assert form is not None
    everything(locked)
    QTest.mouseClick(form.open_button, Qt.MouseButton.LeftButton)
    assert form.code_field.problem() == "Enter the recovery code"
    form.code.setText(new_vault.recovery_code.lower())
    form.new_phrase.setText(NEW_PHRASE)
    form.again.setText(NEW_PHRASE + "x")
    QTest.mouseClick(form.open_button, Qt.MouseButton.LeftButton)
    assert form.again_field.problem() == "Type the same passphrase in both boxes"
    form.again.setText(NEW_PHRASE)
    QTest.keyClick(form.again, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: getattr(screen, "_sheet", None) is not None, timeout=20_000)
    assert locked.window_ is None  # not before the new sheet is typed back
    assert locked.session is not None  # but it can be locked already
    sheet = screen._sheet
    code = "".join(sheet._groups())
    assert code != "".join(c for c in new_vault.recovery_code if c.isalnum())
    everything(locked)
    sheet.type_back()
    sheet.boxes[0].setFocus()
    for letter in code:  # typed on without a pause, as somebody reads it from the paper
        QTest.keyClicks(QApplication.focusWidget(), letter)
    sheet.check()
    qtbot.waitUntil(lambda: locked.window_ is not None)
    assert settings.get("recovery_sheet_typed", False) is True
    locked.lock()
    vaults.unlock(new_vault.path, NEW_PHRASE).discard()
    with pytest.raises(Exception, match="E-PASS"):
        vaults.unlock(new_vault.path, PHRASE)


def test_a_wrong_recovery_code_says_what_to_check(locked: Desk, qtbot: QtBot) -> None:
    screen = door(locked)
    screen.show_recovery()
    form = screen._lost
    assert form is not None
    form.code.setText("ABCD EFGH")
    form.new_phrase.setText("short")
    assert not form.check()
    assert "Check each of the 8 groups" in form.code_field.problem()
    assert "characters" in form.phrase_field.problem()
    form.back_button.click()
    settle()
    assert screen.passphrase.isVisible()
    assert screen._lost is None


@pytest.mark.parametrize("size", [(1366, 768), (1024, 640)])
@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("name", theme.THEMES)
def test_nothing_is_cut_or_nameless(
    locked: Desk, qapp: QApplication, name: str, scale: float, size: tuple[int, int]
) -> None:
    from dataclasses import replace

    locked.set_preferences(replace(locked.preferences, theme=name, scale=scale))
    settle()
    locked.resize(*size)
    everything(locked)
    door(locked).show_recovery()
    everything(locked)
