"""A laptop is gone: its records come back from the backup on a new one, through the windows."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from caseworker import storage
from caseworker.domain.clients import Client
from caseworker.storage import backup, clients
from caseworker.storage import vault as vaults
from caseworker.storage.vault import NewVault
from tests.fixtures_vault import PHRASE
from tests.ui.accessibility import everything, settle
from tests.ui.screens.parts import words_of
from ui.desk import Desk
from ui.screens.restoring import RestoreScreen

NAME = "Amara Clarke"


@pytest.fixture
def stick(new_vault: NewVault, tmp_path: Path) -> Path:
    """The folder with a backup of a vault with one client."""
    opened = vaults.open_vault(vaults.unlock(new_vault.path, PHRASE))
    storage.write(clients.save, Client(None, "", NAME, area="E07000066"))
    folder = tmp_path / "stick"
    folder.mkdir()
    backup.into_folder(opened, folder)
    opened.close()
    return folder


@pytest.fixture
def screen(stick: Path, tmp_path: Path, open_desk: Callable[..., Desk]) -> tuple[Desk, RestoreScreen]:
    desk = open_desk(tmp_path / "new laptop")
    assert desk.first_run is not None
    desk.first_run.step.restore_button.click()  # type: ignore[attr-defined]
    settle()
    assert desk.restoring is not None
    (file,) = stick.glob("*.casebak")
    desk.restoring.path.setText(str(file))
    return desk, desk.restoring


def test_records_come_back_on_a_new_laptop(screen: tuple[Desk, RestoreScreen], qtbot: QtBot) -> None:
    desk, restoring = screen
    everything(desk)
    restoring.secret.setText(PHRASE)
    restoring.bring_back()
    qtbot.waitUntil(lambda: desk.door is not None, timeout=60_000)
    assert desk.door is not None
    assert [one.name for one in desk.root.iterdir() if one.is_dir()] == [vaults.find(desk.root).name]  # type: ignore[union-attr]
    desk.door.passphrase.setText(PHRASE)
    desk.door.unlock()
    qtbot.waitUntil(lambda: desk.window_ is not None, timeout=60_000)
    assert [one.name for one in clients.rows(clients.search("Amara").ids)] == [NAME]
    desk.lock()


def test_a_wrong_passphrase_is_said_and_leaves_nothing_behind(
    screen: tuple[Desk, RestoreScreen], qtbot: QtBot
) -> None:
    desk, restoring = screen
    restoring.secret.setText("something else altogether 9")
    restoring.bring_back()
    qtbot.waitUntil(lambda: not restoring.is_busy(), timeout=60_000)
    assert "passphrase" in restoring.phrase.problem()
    assert restoring.start_button.isEnabled()
    assert not desk.root.exists() or list(desk.root.iterdir()) == []


def test_a_damaged_backup_is_told_before_anything_is_made(
    screen: tuple[Desk, RestoreScreen], stick: Path, qtbot: QtBot
) -> None:
    desk, restoring = screen
    (file,) = stick.glob("*.casebak")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    restoring.secret.setText(PHRASE)
    restoring.bring_back()
    qtbot.waitUntil(lambda: not restoring.is_busy(), timeout=60_000)
    assert restoring.file.problem()
    assert vaults.find(desk.root) is None


@pytest.mark.parametrize(("error", "said"), [
    (errno.EROFS, "This computer does not allow writing where its records lie. Nothing has been changed."),
    (errno.ENOSPC, "There is not enough room on this computer for the records"),
])  # fmt: skip
def test_where_the_records_cannot_be_written_the_backup_is_not_blamed(
    screen: tuple[Desk, RestoreScreen], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, error: int, said: str
) -> None:
    desk, restoring = screen
    whole = os.mkdir

    def refused(path: object, *args: object, **named: object) -> None:
        if str(path).startswith(str(desk.root)):
            raise OSError(error, os.strerror(error), str(path))
        whole(path, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "mkdir", refused)
    restoring.secret.setText(PHRASE)
    restoring.bring_back()
    qtbot.waitUntil(lambda: not restoring.is_busy(), timeout=60_000)
    assert not restoring.file.problem()
    (words,) = restoring.errors.problems()
    assert words.startswith(said)
    assert "Choose another" not in words
    assert restoring.secret.text() == PHRASE
    assert not desk.root.exists() or list(desk.root.iterdir()) == []


def test_it_can_be_stopped_and_then_nothing_is_left(screen: tuple[Desk, RestoreScreen], qtbot: QtBot) -> None:
    desk, restoring = screen
    restoring.secret.setText(PHRASE)
    restoring.bring_back()
    assert QApplication.focusWidget() is restoring.doing.stop_button
    QTest.keyClick(restoring.doing.stop_button, Qt.Key.Key_Escape)
    assert restoring.doing.step.text() == "Stopping"
    qtbot.waitUntil(lambda: not restoring.is_busy(), timeout=60_000)
    assert desk.door is None
    assert vaults.find(desk.root) is None
    assert not desk.root.exists() or list(desk.root.iterdir()) == []
    assert restoring.result.isVisibleTo(restoring)
    assert restoring.result.text() == "Stopped before it was done. Nothing has been changed"
    assert restoring.secret.text() == PHRASE  # to begin again is one press
    restoring.bring_back()
    assert not restoring.result.isVisibleTo(restoring)
    qtbot.waitUntil(lambda: desk.door is not None, timeout=60_000)


def test_what_is_missing_is_said_and_esc_goes_back_to_what_was_typed(
    screen: tuple[Desk, RestoreScreen],
) -> None:
    desk, restoring = screen
    restoring.path.clear()
    restoring.bring_back()
    assert restoring.errors.problems() == ["Choose the backup", "Enter the passphrase or the code"]
    restoring.back_button.click()
    settle()
    assert desk.first_run is not None


def test_a_name_that_begins_with_a_tilde_leaves_the_screen_alive(
    screen: tuple[Desk, RestoreScreen], qtbot: QtBot
) -> None:
    _, restoring = screen
    restoring.path.setText("~nobody of this computer/a.casebak")
    restoring.secret.setText(PHRASE)
    restoring.bring_back()
    qtbot.waitUntil(lambda: not restoring.is_busy(), timeout=60_000)
    assert restoring.start_button.isEnabled()
    assert restoring.doing.isHidden()
    assert "Check that it is there" in restoring.file.problem()


def test_the_code_typed_as_a_passphrase_is_told_which_box_to_tick(
    screen: tuple[Desk, RestoreScreen], new_vault: NewVault, qtbot: QtBot
) -> None:
    _, restoring = screen
    restoring.secret.setText(new_vault.recovery_code)
    restoring.bring_back()
    qtbot.waitUntil(lambda: not restoring.is_busy(), timeout=60_000)
    assert "Tick the box below" in (restoring.phrase.problem() or "")


def test_the_code_of_the_sheet_opens_it_too(
    screen: tuple[Desk, RestoreScreen], new_vault: NewVault, qtbot: QtBot
) -> None:
    desk, restoring = screen
    restoring.sheet.setChecked(True)
    restoring.secret.setText(new_vault.recovery_code)
    restoring.bring_back()
    qtbot.waitUntil(lambda: desk.door is not None, timeout=60_000)
    assert vaults.find(desk.root) is not None
    said = words_of(desk)
    assert "Open them with the recovery sheet, below." in said  # there may be no passphrase any more
    assert "Lost it? Use the recovery sheet" in said
