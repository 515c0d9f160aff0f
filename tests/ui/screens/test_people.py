"""People through the real windows: a colleague gets a way in, opens the records as herself, and leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from caseworker.errors import Problem
from caseworker.storage import sheets, throttle
from caseworker.storage import vault as vaults
from caseworker.storage.vault import NewVault
from tests.fixtures_vault import CHEAP, PHRASE
from tests.journey.hands import Hands
from tests.ui.accessibility import everything, settle
from tests.ui.screens.parts import words_of
from ui.desk import CLOSED, LOCKED, Desk
from ui.screens.people import AddForm, PeoplePage, RemoveForm, RenewForm
from ui.screens.renewing import Renewing
from ui.session import Place

BOLA = "seven otters under a copper bridge"


def people_of(desk: Desk) -> PeoplePage:
    assert desk.window_ is not None
    desk.window_.go(Place("people"))
    settle()
    page = desk.window_.current()
    assert isinstance(page, PeoplePage)
    return page


def opens(new_vault: NewVault, phrase: str) -> bool:
    throttle.clear(new_vault.path)
    try:
        vaults.unlock(new_vault.path, phrase).discard()
    except Problem as problem:
        assert problem.code == "E-PASS"  # noqa: PT017
        return False
    return True


def add_bola(desk: Desk, role: str = "advocate") -> None:
    assert desk.session is not None
    desk.session.vault.add_person(PHRASE, "Bola Adeyemi", role, BOLA, CHEAP)


def test_a_colleague_is_added_with_the_keyboard_alone_and_opens_it_as_herself(
    desk: Desk, new_vault: NewVault, open_desk: Callable[..., Desk], qtbot: QtBot
) -> None:
    assert desk.window_ is not None
    desk.window_.go(Place("settings"))
    settle()
    Hands(patience=5.0).click("People and contact cards")
    settle()
    page = desk.window_.current()
    assert isinstance(page, PeoplePage)
    assert QApplication.focusWidget() is page.add_button
    QTest.keyClick(page.add_button, Qt.Key.Key_Return)
    form = page.form
    assert isinstance(form, AddForm)
    for key in ("Bola Adeyemi", "\t", "a", "\t", BOLA, "\t", BOLA, "\t", "\t", "\t", PHRASE, "\r"):
        focus = QApplication.focusWidget()
        if key == "\t":
            QTest.keyClick(focus, Qt.Key.Key_Tab)
        elif key == "\r":
            QTest.keyClick(focus, Qt.Key.Key_Return)
        else:
            QTest.keyClicks(focus, key)
    assert form.errors.problems() == []
    qtbot.waitUntil(lambda: form.sheet is not None, timeout=30_000)
    assert form.sheet is not None
    assert (form.mine.text(), form.one.text(), form.two.text()) == ("", "", "")
    everything(desk.window_)
    code = "".join(form.sheet._groups())
    form.sheet.type_back()
    for at, box in enumerate(form.sheet.boxes):
        box.setText(code[at * 4 : at * 4 + 4])
    form.sheet.check()
    settle()
    assert page.form is None
    assert "Has not opened it yet" in words_of(page)
    assert desk.window_.toast.text() == "Bola Adeyemi can open these records now"
    desk.lock()
    vaults.unlock_with_recovery(new_vault.path, code).discard()
    hers = open_desk(new_vault.path.parent)
    assert hers.door is not None
    hers.door.passphrase.setText(BOLA)
    hers.door.unlock()
    qtbot.waitUntil(lambda: hers.window_ is not None, timeout=20_000)
    assert hers.session is not None
    assert hers.session.vault.worker.name == "Bola Adeyemi"
    assert sheets.typed_back(hers.session.vault.worker)
    said = words_of(people_of(hers))
    assert "Has not opened it yet" not in said
    hers.lock()


def test_what_is_missing_stands_in_the_summary_and_at_the_fields(desk: Desk, qtbot: QtBot) -> None:
    page = people_of(desk)
    page.add_button.click()
    form = page.form
    assert isinstance(form, AddForm)
    form.save_button.click()
    assert form.errors.problems() == [
        "Enter the name of your colleague",
        "Select the work of your colleague",
        "Your colleague chooses a passphrase",
        "Enter your own passphrase",
    ]
    form.name.setText("Amina Okafor")
    form.role.set_value("advocate")
    form.make_button.click()
    assert len(form.one.text().split()) == 6
    form.save_button.click()
    assert form.name_field.problem() == "Somebody of that name works here already. Add an initial"
    assert form.two_field.problem() == "Type the same passphrase again"
    form.name.setText("Bola")
    form.two.setText(form.one.text())
    form.mine.setText("not mine")
    form.save_button.click()
    qtbot.waitUntil(lambda: bool(form.mine_field.problem()), timeout=20_000)
    assert "does not open" in form.mine_field.problem()
    assert form.save_button.isEnabled()
    form.cancel_button.click()
    settle()
    assert page.form is None
    assert QApplication.focusWidget() is page.add_button


def test_ctrl_enter_does_what_the_form_is_for_and_escape_cancels_it(desk: Desk) -> None:
    page = people_of(desk)
    page.add()
    form = page.form
    assert isinstance(form, AddForm)
    hands = Hands()
    hands.press("Ctrl+Return")
    assert "Enter your own passphrase" in form.errors.problems()
    hands.press("Esc")
    assert page.form is None
    hands.press("Ctrl+Return")  # nothing is open: nothing happens
    assert page.form is None


def test_a_colleague_is_removed_and_stays_named(desk: Desk, new_vault: NewVault, qtbot: QtBot) -> None:
    add_bola(desk)
    page = people_of(desk)
    Hands(patience=5.0).click("Remove Bola Adeyemi")
    form = page.form
    assert isinstance(form, RemoveForm)
    said = words_of(form)
    assert "Copies and backups taken before stay readable to Bola Adeyemi" in said
    # she has never opened the records, so nobody knows of the other: no envelope is needed for anybody else
    form.renew_it.setChecked(False)
    form.save_button.click()
    assert form.errors.problems() == ["Enter your own passphrase"]
    form.mine.setText(PHRASE)
    form.save_button.click()
    qtbot.waitUntil(lambda: page.form is None, timeout=20_000)
    assert "Bola" not in words_of(page)  # she never opened it, so nothing stands here in her name
    desk.lock()
    assert not opens(new_vault, BOLA)
    assert opens(new_vault, PHRASE)


def test_removing_with_a_new_key_closes_the_records_and_ends(
    desk: Desk, new_vault: NewVault, qtbot: QtBot
) -> None:
    add_bola(desk)
    ended: list[object] = []
    desk.ended.connect(ended.append)
    page = people_of(desk)
    page.remove(next(one for one in desk.session.vault.people() if one.worker.name == "Bola Adeyemi"))  # type: ignore[union-attr]
    form = page.form
    assert isinstance(form, RemoveForm)
    assert form.renew_it.isChecked()
    form.mine.setText(PHRASE)
    form.save_button.click()
    qtbot.waitUntil(lambda: bool(ended), timeout=60_000)
    assert ended == [LOCKED]
    assert vaults.read_header(new_vault.path)[0].epoch == 2
    assert not opens(new_vault, BOLA)
    assert opens(new_vault, PHRASE)
    assert vaults.verify(new_vault.path, PHRASE) == []


def test_the_key_is_renewed_and_a_wrong_passphrase_is_told_before_anything_closes(
    desk: Desk, new_vault: NewVault, qtbot: QtBot
) -> None:
    ended: list[object] = []
    desk.ended.connect(ended.append)
    page = people_of(desk)
    page.renew_button.click()
    form = page.form
    assert isinstance(form, RenewForm)
    form.mine.setText("not mine")
    form.save_button.click()
    qtbot.waitUntil(lambda: bool(form.mine_field.problem()), timeout=20_000)
    assert desk.window_ is not None
    form.mine.setText(PHRASE)
    form.save_button.click()
    qtbot.waitUntil(lambda: isinstance(desk.centralWidget(), Renewing), timeout=20_000)
    assert desk.window_ is None
    assert not desk.is_covered()
    qtbot.waitUntil(lambda: bool(ended), timeout=60_000)
    assert vaults.read_header(new_vault.path)[0].epoch == 2
    assert vaults.verify(new_vault.path, PHRASE) == []


def test_a_renewal_that_cannot_be_done_says_why_and_leaves_everything(
    desk: Desk, new_vault: NewVault, qtbot: QtBot
) -> None:
    ended: list[object] = []
    desk.ended.connect(ended.append)
    page = people_of(desk)
    (new_vault.path / "vault-0007.db").write_bytes(b"x")  # a newer case file that nobody can explain
    page.renew_button.click()
    assert isinstance(page.form, RenewForm)
    page.form.mine.setText(PHRASE)
    page.form.save_button.click()
    qtbot.waitUntil(lambda: isinstance(desk.centralWidget(), Renewing), timeout=20_000)
    screen = desk.centralWidget()
    assert isinstance(screen, Renewing)
    qtbot.waitUntil(lambda: screen.close_button.isVisible(), timeout=60_000)
    assert "read the warning about older files first" in screen.result.text()
    assert QApplication.focusWidget() is screen.close_button
    assert ended == []
    everything(desk)
    screen.close_button.click()
    assert ended == [LOCKED]
    (new_vault.path / "vault-0007.db").unlink()
    assert opens(new_vault, PHRASE)


def test_closing_the_window_meanwhile_is_safe(desk: Desk, new_vault: NewVault, qtbot: QtBot) -> None:
    ended: list[object] = []
    desk.ended.connect(ended.append)
    page = people_of(desk)
    page.renew()
    assert isinstance(page.form, RenewForm)
    page.form.mine.setText(PHRASE)
    page.form.save()
    qtbot.waitUntil(lambda: isinstance(desk.centralWidget(), Renewing), timeout=20_000)
    screen = desk.centralWidget()
    assert isinstance(screen, Renewing)
    desk.close()
    assert ended == [CLOSED]
    qtbot.waitUntil(lambda: not screen._work.busy(), timeout=60_000)
    assert opens(new_vault, PHRASE)


def test_who_does_not_lead_is_told_whom_to_ask(
    desk: Desk, new_vault: NewVault, open_desk: Callable[..., Desk], qtbot: QtBot
) -> None:
    add_bola(desk, "supervisor")
    page = people_of(desk)
    assert not page.add_button.isVisible()
    assert "Ask Bola Adeyemi to add or remove somebody." in words_of(page)
    assert "Remove" not in words_of(page)
    page.renew_button.click()
    assert isinstance(page.form, RenewForm)
    assert page.form.mine.isEnabled()  # Bola was told of Amina when she was let in


@pytest.mark.parametrize("size", [(1366, 768), (1024, 640)])
@pytest.mark.parametrize(("name", "scale"), [("light", 1.0), ("dark", 1.5), ("contrast", 2.0)])
def test_nothing_is_cut_or_nameless(desk: Desk, name: str, scale: float, size: tuple[int, int]) -> None:
    add_bola(desk)
    desk.set_preferences(replace(desk.preferences, theme=name, scale=scale))
    settle()
    desk.resize(*size)
    page = people_of(desk)
    assert desk.window_ is not None
    everything(desk.window_)
    bola = next(one for one in page.session.vault.people() if one.worker.name == "Bola Adeyemi")
    for opening in (page.add, page.renew, lambda: page.remove(bola)):
        opening()
        assert page.form is not None
        page.form.save()
        everything(desk.window_)
        page._close()
