from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from caseworker.storage import risk
from caseworker.storage import vault as vaults
from caseworker.storage.vault import NewVault
from tests.fixtures_vault import PHRASE
from tests.ui.accessibility import everything, settle
from ui import theme
from ui.desk import Desk
from ui.screens.settings import SettingsPage
from ui.session import Place
from ui.widgets import Said

NEW_PHRASE = "copper violin saddle meteor pocket anchor"


def settings_of(desk: Desk) -> SettingsPage:
    assert desk.window_ is not None
    if desk.window_.place().name != "settings":
        desk.window_.go(Place("settings"))
        settle()
    page = desk.window_.current()
    assert isinstance(page, SettingsPage)
    return page


def test_colours_and_text_size_work_at_once_and_the_keyboard_stays(desk: Desk, qtbot: QtBot) -> None:
    page = settings_of(desk)
    before = desk.window_
    page.looks.theme.setFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_D)
    qtbot.waitUntil(lambda: desk.window_ is not before)
    settle()
    assert theme.look().name == "dark"
    again = settings_of(desk)
    assert again.looks.theme.value() == "dark"
    qtbot.waitUntil(lambda: QApplication.focusWidget() is again.looks.theme.first())


def test_the_part_on_show_stays_at_another_text_size(desk: Desk, qtbot: QtBot) -> None:
    desk.resize(1280, 800)  # wide enough for the list
    page = settings_of(desk)
    page.list.setFocus()
    while page.list.currentItem() is None or page.list.currentItem().text() != "Backup":
        QTest.keyClick(page.list, Qt.Key.Key_Down)
    before = desk.window_
    desk.set_preferences(desk.preferences.larger())
    qtbot.waitUntil(lambda: desk.window_ is not before)
    again = settings_of(desk)
    settle()
    assert again.list.currentItem().text() == "Backup"
    assert QApplication.focusWidget() is again.list
    card = again.backups.mapTo(again.area.viewport(), again.backups.rect().topLeft())
    assert 0 <= card.y() < again.area.viewport().height() // 2


def test_rules_half_typed_and_what_is_wrong_with_them_stay_at_another_text_size(
    desk: Desk, qtbot: QtBot
) -> None:
    rules = settings_of(desk).risk_rules
    rules.area.pills()[1].click()
    area = rules.chosen_area()
    rules.editors["review_high"].setText("soon")
    rules.save()
    assert rules.errors.problems() == ["Enter a whole number"]
    before = desk.window_
    desk.set_preferences(desk.preferences.larger())
    qtbot.waitUntil(lambda: desk.window_ is not before)
    again = settings_of(desk).risk_rules
    assert again.chosen_area() == area
    assert again.text("review_high") == "soon"
    assert again.errors.problems() == ["Enter a whole number"]
    assert again.fields["review_high"].problem() == "Enter a whole number"


def test_a_part_scrolled_to_by_hand_stays_too(desk: Desk, qtbot: QtBot) -> None:
    page = settings_of(desk)
    page.area.verticalScrollBar().setValue(page._cards[5].y() + 5)
    before = desk.window_
    desk.set_preferences(desk.preferences.larger())
    qtbot.waitUntil(lambda: desk.window_ is not before)
    again = settings_of(desk)
    settle()
    top = again.area.verticalScrollBar().value()
    assert again._cards[5].geometry().top() <= top + 30 <= again._cards[5].geometry().bottom()


def test_easier_letters_can_be_chosen(desk: Desk, qtbot: QtBot) -> None:
    before = desk.window_
    settings_of(desk).looks.easier.click()
    qtbot.waitUntil(lambda: desk.window_ is not before)
    assert theme.look().easier
    assert settings_of(desk).looks.easier.isChecked()


def test_the_minutes_to_lock_are_used_from_now_on(desk: Desk) -> None:
    page = settings_of(desk)
    page.minutes.pills()[0].click()
    assert desk.preferences.idle_minutes == 1
    assert desk.idle._seconds == 60.0
    assert desk.session is not None
    assert desk.session.preferences.idle_minutes == 1


def test_the_passphrase_is_changed_only_with_the_one_used_now(
    desk: Desk, new_vault: NewVault, qtbot: QtBot
) -> None:
    form = settings_of(desk).passphrase
    form.open_button.click()
    told = " ".join(one.text() for one in form.findChildren(Said))
    assert "Backups and copies from before still open with the passphrase you use now" in told
    form.save_button.click()
    assert form.errors.problems() == ["Enter the passphrase you use now", "Enter a new passphrase"]
    form.old.setText("not the passphrase at all")
    form.new.setText(NEW_PHRASE)
    form.again.setText(NEW_PHRASE)
    form.save_button.click()
    qtbot.waitUntil(lambda: form.save_button.isEnabled(), timeout=20_000)
    assert "does not open" in form.old_field.problem()
    form.old.setText(PHRASE)
    form.again.setText("something else entirely")
    form.save_button.click()
    assert form.again_field.problem() == "Type the same new passphrase again"
    form.again.setText(NEW_PHRASE)
    form.save_button.click()
    qtbot.waitUntil(lambda: form.open_button.isVisible(), timeout=60_000)
    assert (form.old.text(), form.new.text(), form.again.text()) == ("", "", "")
    assert desk.window_ is not None
    assert desk.window_.toast.text() == "Passphrase changed"
    desk.lock()
    vaults.unlock(new_vault.path, NEW_PHRASE).discard()


def test_a_new_sheet_replaces_the_old_one(desk: Desk, new_vault: NewVault, qtbot: QtBot) -> None:
    part = settings_of(desk).sheet
    part.make_button.click()
    assert part.field.problem() == "Enter your passphrase"
    part.passphrase.setText(PHRASE)
    QTest.keyClick(part.passphrase, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: part.sheet is not None, timeout=20_000)
    assert part.sheet is not None
    code = "".join(part.sheet._groups())
    assert desk.window_ is not None
    everything(desk.window_)
    part.sheet.type_back()
    for at, box in enumerate(part.sheet.boxes):
        box.setText(code[at * 4 : at * 4 + 4])
    part.sheet.boxes[-1].setFocus()
    part.sheet.check()
    assert part.sheet is None
    settle()
    assert desk.focusWidget() is part.make_button
    desk.lock()
    vaults.unlock_with_recovery(new_vault.path, code).discard()
    with pytest.raises(Exception, match="E-RECOVERY"):
        vaults.unlock_with_recovery(new_vault.path, new_vault.recovery_code)


def test_it_leads_to_the_hub_and_to_the_licences(desk: Desk) -> None:
    page = settings_of(desk)
    page.licences.click()
    assert desk.window_ is not None
    assert desk.window_.place() == Place("help", "licences")
    settings_of(desk).join_button.click()
    assert desk.window_.place() == Place("join")


@pytest.mark.parametrize("size", [(1366, 768), (1024, 640)])
@pytest.mark.parametrize(("name", "scale"), [("light", 1.0), ("dark", 1.5), ("contrast", 2.0)])
def test_nothing_is_cut_or_nameless(desk: Desk, name: str, scale: float, size: tuple[int, int]) -> None:
    desk.set_preferences(replace(desk.preferences, theme=name, scale=scale))
    settle()
    desk.resize(*size)
    page = settings_of(desk)
    page.passphrase.open_form()
    assert desk.window_ is not None
    everything(desk.window_)


def test_every_part_is_a_few_keys_away_from_the_list_of_parts(desk: Desk) -> None:
    desk.resize(1280, 766)
    page = settings_of(desk)
    page.list.setFocus()
    assert [one.text() for one in page.list.selectedItems()] == ["How it looks"]
    names = [page.list.item(at).text() for at in range(page.list.count())]
    for _ in range(names.index("Backup")):
        QTest.keyClick(page.list, Qt.Key.Key_Down)
    top = page.backups.mapTo(page.area.viewport(), page.backups.rect().topLeft()).y()
    assert 0 <= top < page.area.viewport().height() // 2
    QTest.keyClick(page.list, Qt.Key.Key_Return)
    assert page.backups.isAncestorOf(QApplication.focusWidget())


def test_ctrl_enter_saves_the_part_that_has_the_keyboard(desk: Desk) -> None:
    page = settings_of(desk)
    rules = page.risk_rules
    rules.editors["escalation_count"].setText("4")
    rules.editors["escalation_count"].setFocus()
    QTest.keyClick(QApplication.focusWindow(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert risk.rules("").escalation_count == 4


def test_without_room_beside_them_there_are_only_the_parts(desk: Desk) -> None:
    desk.resize(800, 600)
    page = settings_of(desk)
    settle()
    assert not page.list.isVisible()
    assert page.first_focus() is page.looks.theme.first()
