"""A vault made by an older version grows into exactly the shape of a new one and keeps every record."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from caseworker.domain.clients import Client
from caseworker.domain.contacts import Contact
from caseworker.domain.episodes import Episode
from caseworker.domain.safe_contacts import SafeContact
from caseworker.storage import audit, history, instruments, write
from caseworker.storage import vault as vaults
from caseworker.storage.engine import database
from caseworker.storage.records import fetch
from caseworker.storage.vault import OpenVault, upgrading
from tests.fixtures_vault import CHEAP, PHRASE

SCRIPTS = sorted(upgrading.MIGRATIONS.glob("0*.py"))
Shape = list[tuple[Any, ...]]


def shape() -> Shape:
    """Every table, index and trigger as it was written, and every column."""
    found = fetch("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name")
    for kind, name, _, _ in list(found):
        if kind == "table":
            found += [(name, *column) for column in fetch(f"PRAGMA table_info({name})")]
    return found


Columns = dict[str, list[str]]


def columns_of(tables: list[str]) -> Columns:
    return {table: [row[1] for row in fetch(f"PRAGMA table_info({table})")] for table in tables}


def everything(held: Columns) -> dict[str, Shape]:
    """Every row of those tables, as far as those columns go."""
    return {
        table: fetch(f"SELECT {', '.join(names)} FROM {table} ORDER BY 1") for table, names in held.items()
    }


@pytest.fixture
def upto(tmp_path: Path) -> Callable[[int], Path]:
    """A folder with the first scripts only, as an older version shipped them."""

    def made(count: int) -> Path:
        folder = tmp_path / f"scripts-{count}"
        folder.mkdir()
        for script in SCRIPTS[:count]:
            (folder / script.name).write_bytes(script.read_bytes())
        return folder

    return made


def new(folder: Path) -> Path:
    return vaults.create(
        folder,
        passphrase=PHRASE,
        worker_name="Amina Okafor",
        role="advocate",
        agency="A07",
        synthetic=True,
        cost=CHEAP,
    ).path


@contextmanager
def opened(folder: Path) -> Iterator[OpenVault]:
    held = vaults.open_vault(vaults.unlock(folder, PHRASE))
    try:
        yield held
    finally:
        held.close()


@pytest.fixture
def old_vault(tmp_path: Path, upto: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A vault as the first version made and filled it; the scripts of today apply from here on."""
    with monkeypatch.context() as patch:
        patch.setattr(upgrading, "MIGRATIONS", upto(1))
        folder = new(tmp_path / "old")
        with opened(folder):
            write(fill_as_version_1)
    return folder


def fill_as_version_1() -> None:
    """One record of each kind with the columns there were: the doors of today write columns of today."""
    amara = add_row("client", Client(None, "", "Amara Clarke", reference="CR-0001", area="E07000071"))
    add_row("safe_contact", SafeContact(None, amara, "TEL", "yes", "07700 900123"))
    episode = add_row("episode", Episode(None, "", amara, "2026-01-05"))
    add_row("contact", Contact(None, "", amara, episode, 1_760_000_000, minutes=20, note="Spoke"))
    history.record("client", amara, amara, {"name": "Amara C"}, {"name": "Amara Clarke"}, "Spelling")


def add_row(table: str, record: Any) -> int:
    names = [row[1] for row in fetch(f"PRAGMA table_info({table})") if not row[5]]
    values = [getattr(record, name) for name in names]
    marks = ", ".join("?" * len(names))
    statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
    row_id = int(database.execute_sql(statement, values).lastrowid)
    history.record(table, row_id, getattr(record, "client_id", row_id), None, {})
    return row_id


def test_every_script_after_the_first_brings_an_old_vault_to_the_shape_of_a_new_one(
    old_vault: Path, tmp_path: Path
) -> None:
    with opened(new(tmp_path / "new")):
        expected = shape()
    with opened(old_vault) as grown:
        assert shape() == expected
        assert grown.whole_check() == []
    assert vaults.verify(old_vault, PHRASE) == []


def test_growing_keeps_every_record_and_the_chain(old_vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = ["client", "safe_contact", "episode", "contact", "revision", "worker", "device", "setting"]
    growing = ["audit", "checkpoint"]  # each opening and closing adds to these
    with monkeypatch.context() as patch:
        patch.setattr(upgrading, "MIGRATIONS", old_vault.parent.parent / "scripts-1")
        with opened(old_vault):
            held = columns_of([*tables, *growing])
            before = everything(held)
    with opened(old_vault):
        after = everything(held)
        assert audit.check_chain() == []
    for table in tables:  # a later script may add columns at the end
        kept = [row[: len(old)] for row, old in zip(after[table], before[table], strict=True)]
        assert kept == before[table], table
    for table in growing:
        assert after[table][: len(before[table])] == before[table]
    assert len(before["contact"]) == len(before["client"]) == 1


def test_a_grown_vault_works_like_a_new_one(old_vault: Path) -> None:
    with opened(old_vault):
        ((amara,),) = fetch("SELECT id FROM client")
        held = write(instruments.begin, amara, "GEN")
        write(instruments.answer, held, "GRADE", "high")
        assert write(instruments.sign, held).grade == "high"
        assert instruments.check_signatures() == []


def test_a_vault_that_has_not_grown_yet_has_no_signatures_to_doubt(
    old_vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrading, "MIGRATIONS", old_vault.parent.parent / "scripts-1")
    with opened(old_vault):
        assert instruments.check_signatures() == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_is_frozen_and_imports_nothing_of_ours(script: Path) -> None:
    tree = ast.parse(script.read_text(encoding="utf-8"))
    assert [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)] == []
