"""The whole line, as ``./run journey`` does it: real hub, real windows, real processes, receipt verified at the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from caseworker import storage
from caseworker.crypto import signing
from caseworker.storage import pins
from caseworker.storage import vault as vaults
from caseworker.storage.vault import OpenVault
from caseworker.sync import outbox as sending
from tests.fixtures_vault import PHRASE
from tests.journey import journey as line
from tests.journey.journey import Broken, Journey
from tests.sync.far import FarHub, approved

pytestmark = pytest.mark.journey


def test_the_line_holds_from_first_run_to_verified_receipt(tmp_path: Path) -> None:
    journey = Journey(tmp_path / "journey", tmp_path / "shots")
    journey.folder.mkdir()
    journey.run()
    said = "\n".join(journey.steps.lines)
    for part in (
        "recovery sheet typed back",
        "Locked",
        "unfinished note",
        "receipt verified",
        "ledger was walked",
    ):
        assert part in said
    pictures = [path.name for path in sorted((tmp_path / "shots").glob("*.png"))]
    assert len(pictures) >= 20
    assert len({name.split("-")[0] for name in pictures}) == len(pictures)  # no picture overwrote another


def test_a_journey_without_a_rightly_signed_receipt_is_broken(
    vault: OpenVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journey can fail: no receipt, then one that somebody else signed, then the right one."""
    monkeypatch.setattr(line, "PHRASE", PHRASE)
    root = vault.path.parent
    far = FarHub()
    storage.write(pins.pin, far.pins())
    item = sending.seal(approved())
    stranger, _ = signing.new_sign_key()
    signed_by_another, right = far.receipt(item, private=stranger), far.receipt(item)

    def keep(receipt: bytes | None) -> None:
        storage.database.execute_sql("UPDATE outbox SET receipt = ? WHERE id = ?", (receipt, item.id))

    def verdict(receipt: bytes | None) -> None:
        keep(receipt)
        vault.close()
        Journey(tmp_path).check_receipt(root)

    with pytest.raises(Broken, match="no receipt"):
        verdict(None)
    for receipt, broken in ((signed_by_another, True), (right, False)):
        opened = vaults.open_vault(vaults.unlock(vault.path, PHRASE))
        keep(receipt)
        opened.close()
        if broken:
            with pytest.raises(Broken, match="does not verify"):
                Journey(tmp_path).check_receipt(root)
        else:
            Journey(tmp_path).check_receipt(root)
