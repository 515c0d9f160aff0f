"""The lock screen tells damage before it asks for anything, and offers the whole copy of a damaged header."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from caseworker.storage.vault import NewVault
from tests.fixtures_vault import PHRASE
from ui.screens.lock import LockScreen


def show(qtbot: QtBot, root: Path) -> LockScreen:
    """It looks at the vault by itself once it is painted."""
    screen = LockScreen(root)
    qtbot.addWidget(screen)
    screen.resize(900, 700)
    screen.show()
    return screen


def damage(file: Path) -> bytes:
    data = bytearray(file.read_bytes())
    data[40] ^= 1
    file.write_bytes(data)
    return bytes(data)


def test_a_damaged_header_is_replaced_by_its_copy_on_request(qtbot: QtBot, new_vault: NewVault) -> None:
    damaged = damage(new_vault.path / "vault.hdr")
    screen = show(qtbot, new_vault.path.parent)
    qtbot.waitUntil(screen.copy_button.isVisible)
    assert not screen.passphrase.isEnabled()
    qtbot.mouseClick(screen.copy_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(screen.passphrase.isEnabled)
    assert not screen.copy_button.isVisible()
    assert (new_vault.path / "vault.hdr.damaged").read_bytes() == damaged
    screen.passphrase.setText(PHRASE)
    with qtbot.waitSignal(screen.opened) as opened:
        qtbot.mouseClick(screen.open_button, Qt.MouseButton.LeftButton)
    opened.args[0].close()


def test_without_a_whole_copy_none_is_offered(qtbot: QtBot, new_vault: NewVault) -> None:
    for name in ("vault.hdr", "vault.hdr.1"):
        damage(new_vault.path / name)
    screen = show(qtbot, new_vault.path.parent)
    qtbot.waitUntil(lambda: not screen.passphrase.isEnabled())
    qtbot.waitUntil(lambda: not screen.is_busy())
    assert not screen.copy_button.isVisible()


def test_a_whole_vault_offers_no_copy(qtbot: QtBot, new_vault: NewVault) -> None:
    screen = show(qtbot, new_vault.path.parent)
    qtbot.waitUntil(lambda: screen._hold is not None)
    assert screen.passphrase.isEnabled()
    assert not screen.copy_button.isVisible()
    screen._hold.release()
