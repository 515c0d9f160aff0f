"""A vault of every earlier release opens in this one: whole, upgraded, with everything that was in it.

Always on a copy: the vaults in the repository were made once by that release and never change.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from caseworker.storage import audit, clients, contacts, engine, outbox, write
from caseworker.storage import vault as vaults
from caseworker.storage.records import fetch
from caseworker.storage.vault import OpenVault
from tests import golden
from tests.fixtures_vault import CHEAP, PHRASE

MOST_BYTES = 400_000  # in the repository, each


@pytest.fixture(params=golden.files("vaults"), ids=lambda file: file.stem)
def packed(request: pytest.FixtureRequest) -> Path:
    file: Path = request.param
    return file


@pytest.fixture
def copy(packed: Path, tmp_path: Path) -> Path:
    with zipfile.ZipFile(packed) as found:
        found.extractall(tmp_path / "vaults")
    place = vaults.find(tmp_path / "vaults")
    assert place is not None
    return place


@pytest.fixture
def opened(copy: Path) -> Iterator[OpenVault]:
    found = vaults.open_vault(vaults.unlock(copy, golden.PHRASE))
    yield found
    found.close()


def schema_of(packed: Path) -> list[str]:
    with zipfile.ZipFile(packed) as found:
        return found.read("schema.sql").decode().splitlines()


def test_there_is_a_small_vault_of_a_release(packed: Path) -> None:
    assert packed.stat().st_size < MOST_BYTES


def test_it_is_whole_and_untampered(copy: Path) -> None:
    before = {file.name: file.read_bytes() for file in copy.iterdir() if file.is_file()}
    assert vaults.verify(copy, golden.PHRASE) == []
    left = {file.name: file.read_bytes() for file in copy.iterdir() if file.is_file()}
    assert {name: left[name] for name in before} == before


def test_its_people_contacts_and_return_are_there(opened: OpenVault) -> None:
    assert opened.synthetic
    assert opened.warnings == []
    assert clients.count() > 3
    assert fetch("SELECT count(*) FROM contact") == [(golden.CONTACTS,)]
    found = clients.search("", open_only=False).ids
    assert [row.id for row in clients.rows(found)] == found
    busiest = fetch("SELECT client_id FROM contact GROUP BY client_id ORDER BY count(*) DESC LIMIT 1")[0][0]
    assert all(one.note for one in contacts.for_client(busiest))
    (item,) = outbox.items()
    assert (item.state, item.period) == ("APPROVED", golden.PERIOD)


def test_it_can_be_worked_in_and_stays_whole(copy: Path) -> None:
    opened = vaults.open_vault(vaults.unlock(copy, golden.PHRASE))
    person = clients.get(clients.search("", open_only=False).ids[0])
    write(clients.save, person)
    write(audit.opened, person.id or 0)
    assert opened.whole_check() == []
    opened.close()
    assert vaults.verify(copy, golden.PHRASE) == []


def test_after_the_upgrade_it_has_the_shape_of_a_new_vault(opened: OpenVault, tmp_path: Path) -> None:
    upgraded = golden.schema(engine.database)
    opened.close()
    place = tmp_path / "fresh"
    fresh = vaults.create(
        place, passphrase=PHRASE, worker_name="A", role="advocate", agency="A07", synthetic=True, cost=CHEAP
    )
    new = vaults.open_vault(vaults.unlock(fresh.path, PHRASE))
    try:
        assert [line for line in upgraded if "sqlite_stat" not in line] == [
            line for line in golden.schema(engine.database) if "sqlite_stat" not in line
        ]
    finally:
        new.close()


def test_its_shape_before_the_upgrade_was_written_down(packed: Path) -> None:
    lines = schema_of(packed)
    assert sum(line.startswith("table ") for line in lines) > 10
    assert any(line.startswith("table client:") for line in lines)


def test_a_wrong_passphrase_still_opens_nothing(copy: Path) -> None:
    from caseworker.errors import Problem

    with pytest.raises(Problem, match="E-PASS"):
        vaults.unlock(copy, "another harbour")
