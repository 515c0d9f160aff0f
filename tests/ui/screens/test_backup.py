"""Backups from the screen: made, checked and said in words; tried out; and Today says honestly how things stand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from caseworker import storage
from caseworker.storage import backup, settings
from caseworker.storage import vault as vaults
from caseworker.storage.today import LAST_BACKUP
from caseworker.storage.vault import NewVault
from caseworker.storage.vault.identity import set_meta
from tests.fixtures_vault import PHRASE
from tests.ui.screens.parts import now, settle, words_of
from ui.screens.backup import Backups, backup_sentence
from ui.screens.settings import SettingsPage
from ui.session import Place, Session
from ui.window import Window

DAY = 24 * 3600


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick"


@pytest.fixture
def part(window: Window) -> Backups:
    """The part of Settings that is about backups."""
    window.go(Place("settings", "backup"))
    settle()
    page = window.current()
    assert isinstance(page, SettingsPage)
    return page.backups


def done(part: Backups, qtbot: QtBot) -> str:
    qtbot.waitUntil(lambda: part.result.isVisibleTo(part) and part.save_button.isEnabled(), timeout=20_000)
    assert not part.doing.isVisibleTo(part)
    return part.result.text()


def test_a_backup_is_made_checked_and_said_in_words(
    amara: int, part: Backups, stick: Path, qtbot: QtBot
) -> None:
    assert part.state.text() == "No backup yet"
    assert not part.drill_button.isEnabled()
    part.path.setFocus()
    QTest.keyClicks(part.path, str(stick))
    QTest.keyClick(part.save_button, Qt.Key.Key_Space)
    assert part.doing.isVisibleTo(part)
    assert QApplication.focusWidget() is part.doing.stop_button
    told = done(part, qtbot)
    assert told.startswith("Backup made, read back and checked: 1 client, 0 contacts")
    assert "on this laptop's own disk" in told
    file = backup.newest()
    assert file is not None
    assert list(stick.iterdir()) == [file]
    assert backup.check(file, passphrase=PHRASE) == []
    assert part.state.text().startswith("Last backup: ")
    assert part.drill_button.isEnabled()
    assert QApplication.focusWidget() is part.save_button


def test_the_newest_backup_is_brought_back_on_trial(
    amara: int, part: Backups, stick: Path, qtbot: QtBot
) -> None:
    part.path.setText(str(stick))
    part.save_button.click()
    done(part, qtbot)
    part.drill_button.click()
    told = done(part, qtbot)
    assert told.startswith("The records came back whole: 1 client, 0 contacts, as of ")
    assert "The trial has been removed. The records in use have nothing that is not in this backup." in told
    assert not (part.session.vault.path / "tmp").exists()
    assert len(list(stick.iterdir())) == 1
    assert QApplication.focusWidget() is part.drill_button  # Enter once more makes no backup nobody asked for


def test_a_backup_that_was_damaged_on_its_stick_is_said(part: Backups, stick: Path, qtbot: QtBot) -> None:
    part.path.setText(str(stick))
    part.save_button.click()
    done(part, qtbot)
    file = backup.newest()
    assert file is not None
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    part.drill_button.click()
    assert "damaged, cut short or changed" in done(part, qtbot)
    file.unlink()
    part.drill_button.click()
    assert "Check that it is there" in done(part, qtbot)


def test_without_a_folder_it_asks_for_one(part: Backups) -> None:
    part.save_button.click()
    assert part.folder.problem() == "Choose a folder, such as a memory stick"
    assert QApplication.focusWidget() is part.path


def test_a_stick_that_is_not_there_is_said_and_nothing_counts(
    part: Backups, stick: Path, qtbot: QtBot
) -> None:
    part.path.setText(str(stick / "unplugged"))
    part.save_button.click()
    assert "memory stick is plugged in" in done(part, qtbot)
    assert part.state.text() == "No backup yet"


def test_it_can_be_stopped_and_then_nothing_is_left(part: Backups, stick: Path, qtbot: QtBot) -> None:
    part.path.setText(str(stick))
    part.save_button.click()
    part.doing.stop_button.click()
    assert done(part, qtbot) == "Stopped before it was done. Nothing has been changed"
    assert list(stick.iterdir()) == []
    assert backup.last() is None


def test_the_folder_is_remembered(part: Backups, stick: Path, window: Window, qtbot: QtBot) -> None:
    part.path.setText(str(stick))
    part.save_button.click()
    done(part, qtbot)
    again = Backups(part.session)
    qtbot.addWidget(again)
    assert again.path.text() == str(stick)


# --- Today --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "said", "asks"),
    [
        (None, "No backup yet", True),
        (0, "Last backup: ", False),
        (6 * DAY, "Last backup: ", False),
        (8 * DAY, "8 days ago. Time for the next one", True),
    ],
)
def test_today_says_how_old_the_last_backup_is_and_leads_to_the_next(
    amara: int, window: Window, qtbot: QtBot, age: int | None, said: str, asks: bool
) -> None:
    if age is not None:
        storage.write(settings.keep, LAST_BACKUP, now() - age)
        window.session.changed.emit()
    settle()
    text = words_of(window.current())
    assert said in text
    assert ("Back up now" in text) is asks
    if age:
        assert "Time for the next one" in text or not asks


def test_a_backup_from_before_the_key_was_renewed_is_not_enough(
    amara: int, window: Window, qtbot: QtBot
) -> None:
    def renewed_after_the_backup() -> None:
        settings.keep(LAST_BACKUP, now() - 100)
        set_meta("renewed", str(now() - 50))

    storage.write(renewed_after_the_backup)
    window.session.changed.emit()
    settle()
    text = words_of(window.current())
    assert "before the key was renewed. Make a new one" in text
    assert "Back up now" in text
    storage.write(settings.keep, LAST_BACKUP, now())
    window.session.changed.emit()
    settle()
    assert "Back up now" not in words_of(window.current())


def test_a_backup_that_could_not_be_brought_back_is_said_on_today(
    part: Backups, stick: Path, window: Window, qtbot: QtBot
) -> None:
    part.path.setText(str(stick))
    part.save_button.click()
    done(part, qtbot)
    (file,) = stick.glob("*.casebak")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    part.drill_button.click()
    told = done(part, qtbot)
    assert "Make a new backup now" in told
    assert "Nothing has been changed" not in told  # it counts no longer
    said = "The last backup could not be brought back. Make a new one"
    assert part.state.text() == said
    window.go(Place("today"))
    settle()
    text = words_of(window.current())
    assert said in text
    assert "Back up now" in text


def test_the_day_is_written_out() -> None:
    at = int(dt.datetime(2026, 11, 16, 9, tzinfo=dt.UTC).timestamp())
    assert backup_sentence(at, dt.datetime(2026, 11, 18, tzinfo=dt.UTC)) == "Last backup: 16 November 2026"
    assert backup_sentence(at, dt.datetime(2026, 11, 25, tzinfo=dt.UTC)) == (
        "Last backup: 16 November 2026, 9 days ago. Time for the next one"
    )
    assert backup_sentence(None, dt.datetime(2026, 11, 18, tzinfo=dt.UTC)) == "No backup yet"


def test_the_reminder_leads_to_the_part_of_settings(amara: int, window: Window) -> None:
    from tests.journey.hands import Hands

    Hands(patience=5.0).click("Back up now")
    settle()
    page = window.current()
    assert isinstance(page, SettingsPage)
    assert "Folder for backups" in words_of(page)


def test_locking_in_the_middle_of_a_backup_leaves_no_half_of_one(
    new_vault: NewVault, session: Session, part: Backups, stick: Path, qtbot: QtBot
) -> None:
    storage.write(settings.set, "long", "words " * 400_000)
    part.path.setText(str(stick))
    part.save_button.click()
    qtbot.waitUntil(lambda: part.doing.bar.value() > 0, timeout=10_000)
    session.lock()
    assert session.work.wait(10)
    settle()
    assert [file for file in stick.iterdir() if file.suffix != ".casebak"] == []
    assert all(backup.check(file, passphrase=PHRASE) == [] for file in stick.iterdir())
    opened = vaults.open_vault(vaults.unlock(new_vault.path, PHRASE))
    assert not opened.alarm
    assert opened.whole_check() == []
    assert not (new_vault.path / "tmp").exists()
    opened.close()
