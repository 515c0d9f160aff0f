"""A real vault for tests: SQLCipher, header, anchor and all, opened with a passphrase that is cheap to check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from caseworker.crypto.keys import KdfCost
from caseworker.storage import vault as vaults
from caseworker.storage.vault import NewVault, OpenVault

CHEAP = KdfCost(m_kib=64, t=1, p=1)
PHRASE = "a harbour of quiet lanterns 42"


@pytest.fixture
def new_vault(tmp_path: Path) -> NewVault:
    """A closed vault in a fresh folder; ``PHRASE`` opens it."""
    return vaults.create(
        tmp_path / "vaults",
        passphrase=PHRASE,
        worker_name="Amina Okafor",
        role="advocate",
        agency="A07",
        synthetic=True,
        cost=CHEAP,
    )


@pytest.fixture
def vault(new_vault: NewVault) -> Iterator[OpenVault]:
    """An open vault, closed afterwards."""
    opened = vaults.open_vault(vaults.unlock(new_vault.path, PHRASE))
    yield opened
    opened.close()


@pytest.fixture
def reopen(new_vault: NewVault) -> Callable[[], OpenVault]:
    """Opens the vault of ``new_vault`` (again), as the next launch of the app would."""
    return lambda: vaults.open_vault(vaults.unlock(new_vault.path, PHRASE))
