"""Hundreds of kills at random moments: no contact that was called saved is ever lost."""

from __future__ import annotations

from collections.abc import Callable

from caseworker.storage.vault import NewVault, OpenVault
from tests.storage.test_kills import kills


def test_three_hundred_kills(new_vault: NewVault, reopen: Callable[[], OpenVault]) -> None:
    saved, lost = kills(new_vault, reopen, 300, seed=7)
    print(f"\nkills: 300 writers killed, {saved} contacts called saved, {lost} lost")
    assert lost == 0
    assert saved > 500
