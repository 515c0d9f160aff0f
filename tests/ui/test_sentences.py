"""What can go wrong at the door and at the desk gets one clear sentence that says what to do, and changes nothing.

The answers of the network (a Wi-Fi sign-in page, a receipt with a wrong signature) are in screens/test_outbox.py.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from caseworker.storage import vault as vaults
from caseworker.storage.vault import NewVault, upgrading
from tests.fixtures_vault import PHRASE
from tests.journey.hands import Hands
from ui.desk import Desk

OpenDesk = Callable[..., Desk]
#: What a person is told to do: at least one of these words is in every sentence.
TO_DO = re.compile(
    r"\b(try|type|check|close|open|update|use|ask|choose|free|delete|restore|copy|wait|look|install)\b",
    re.IGNORECASE,
)
NEVER = re.compile(r"E-[A-Z]|Traceback|sqlite|Error\b|0x|None\b|please|sorry|invalid", re.IGNORECASE)


def files(folder: Path) -> dict[str, str]:
    """Every file of the vault that holds something, by its content."""
    kept = [
        path for path in folder.rglob("*") if path.is_file() and path.name not in ("vault.lock", "throttle")
    ]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}


def is_clear(sentence: str) -> None:
    assert 20 < len(sentence) < 220, sentence
    assert TO_DO.search(sentence), sentence
    assert not NEVER.search(sentence), sentence


def at_the_door(qtbot: QtBot, desk: Desk) -> str:
    """What the lock screen says."""
    assert desk.door is not None
    door = desk.door
    qtbot.waitUntil(lambda: bool(door.field.problem()), timeout=20_000)
    return str(door.field.problem())


@pytest.fixture
def hands() -> Hands:
    return Hands(patience=20)


def test_a_wrong_passphrase(new_vault: NewVault, open_desk: OpenDesk, qtbot: QtBot, hands: Hands) -> None:
    before = files(new_vault.path)
    desk = open_desk(new_vault.path.parent)
    hands.fill("Passphrase", PHRASE + " no")
    hands.press("Return")
    said = at_the_door(qtbot, desk)
    is_clear(said)
    assert desk.window_ is None
    assert files(new_vault.path) == before
    assert desk.door is not None
    assert desk.door.passphrase.isEnabled()


@pytest.mark.parametrize("left", [0, 1, 100])
@pytest.mark.parametrize("which", ["vault.hdr", "vault-0001.db"])
def test_a_vault_cut_short(
    which: str, left: int, new_vault: NewVault, open_desk: OpenDesk, qtbot: QtBot, hands: Hands
) -> None:
    file = new_vault.path / which
    file.write_bytes(file.read_bytes()[:left])
    before = files(new_vault.path)
    desk = open_desk(new_vault.path.parent)
    door = desk.door
    assert door is not None
    qtbot.waitUntil(lambda: door._vault is not None or bool(door.field.problem()), timeout=20_000)
    if which == "vault.hdr" or left == 0:
        assert not door.passphrase.isEnabled()  # no passphrase is asked for on damaged bytes
    else:
        hands.fill("Passphrase", PHRASE)
        hands.press("Return")
    is_clear(at_the_door(qtbot, desk))
    assert desk.window_ is None
    assert files(new_vault.path) == before


def test_a_database_cut_in_the_middle(
    new_vault: NewVault, open_desk: OpenDesk, qtbot: QtBot, hands: Hands
) -> None:
    file = new_vault.path / "vault-0001.db"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2 // 4096 * 4096])
    before = files(new_vault.path)
    desk = open_desk(new_vault.path.parent)
    hands.until(lambda: hands.find_editor("Passphrase"), "the lock screen")
    hands.fill("Passphrase", PHRASE)
    hands.press("Return")
    qtbot.waitUntil(
        lambda: bool(desk.door and desk.door.field.problem()) or desk.window_ is not None, timeout=20_000
    )
    if desk.window_ is None:
        is_clear(at_the_door(qtbot, desk))
        assert files(new_vault.path)["vault-0001.db"] == before["vault-0001.db"]
    else:
        # What was read so far was whole; the check of the whole file says so across the top
        hands.until(lambda: hands.reads("damaged"), "the warning")
        desk.lock()


def test_a_vault_of_a_newer_version(
    new_vault: NewVault,
    open_desk: OpenDesk,
    qtbot: QtBot,
    hands: Hands,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    for script in upgrading.MIGRATIONS.glob("*.py"):
        (folder / script.name).write_bytes(script.read_bytes())
    (folder / "9999_future.py").write_text(
        "def up(m, db):\n    db.execute_sql('CREATE TABLE future (id INTEGER)')\n"
    )
    with monkeypatch.context() as patch:
        patch.setattr(upgrading, "MIGRATIONS", folder)
        vaults.open_vault(vaults.unlock(new_vault.path, PHRASE)).close()
    before = files(new_vault.path)
    desk = open_desk(new_vault.path.parent)
    hands.fill("Passphrase", PHRASE)
    hands.press("Return")
    said = at_the_door(qtbot, desk)
    is_clear(said)
    assert "newer" in said
    assert files(new_vault.path)["vault-0001.db"] == before["vault-0001.db"]


def test_a_second_instance(new_vault: NewVault, open_desk: OpenDesk, qtbot: QtBot) -> None:
    script = (
        "import sys; from pathlib import Path; from caseworker.storage import vault\n"
        "held = vault.hold(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(new_vault.path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    try:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "held"
        before = files(new_vault.path)
        desk = open_desk(new_vault.path.parent)
        said = at_the_door(qtbot, desk)
        is_clear(said)
        assert files(new_vault.path) == before
        assert desk.door is not None
        assert not desk.door.open_button.isEnabled()
        assert not desk.door.lost_button.isVisible()  # nothing offers to force it
    finally:
        other.communicate("")


def test_a_full_disk_keeps_the_text_and_saves_when_there_is_room(
    desk: Desk, hands: Hands, qtbot: QtBot
) -> None:
    """The limit on file size makes this process's disk full; lifting it makes room again."""
    resource = pytest.importorskip("resource")
    from caseworker import storage
    from caseworker.domain.clients import Client
    from caseworker.storage import clients, contacts

    client_id = storage.write(clients.save, Client(None, "", "Amara Clarke"))
    assert desk.session is not None
    desk.session.changed.emit()
    hands.press("Ctrl+J")
    hands.fill("Who was it with or about?", "Amara")
    hands.press("Return")
    hands.click("How: Text")
    hands.click("What happened: They replied")
    hands.click("Why was it safe to make contact then?: Client gave it")
    hands.fill("Note", "What matters")
    note = hands.find_editor("Note")
    assert note is not None
    long = "What matters " * 1_400
    note.insertPlainText(long)  # type: ignore[attr-defined]
    folder = desk.session.vault.path
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    log = next(folder.glob("*-wal")).stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (log + 4_096, hard))
    try:
        hands.press("Ctrl+Return")
        hands.read("no room left")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    said = next(text for text in hands.texts() if "no room left" in text)
    is_clear(said)
    assert contacts.for_client(client_id) == []
    assert "What matters" in note.toPlainText()  # type: ignore[attr-defined]
    hands.press("Ctrl+Return")
    hands.until(lambda: contacts.for_client(client_id), "the contact, now that there is room")
    assert contacts.for_client(client_id)[0].note.startswith("What matters")
