"""What the benches save can be saved."""

from __future__ import annotations

from pathlib import Path

from caseworker import storage
from caseworker.storage import contacts
from tests.bench import vaults
from tests.bench.figures import Ground
from tests.bench.saving import a_contact


def test_every_contact_that_is_timed_can_be_saved(tmp_path: Path) -> None:
    with vaults.opened(Ground(tmp_path, 1_000), 1_000):
        for number in range(120):
            storage.write(contacts.save, a_contact(number))
