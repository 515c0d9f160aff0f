"""No screen reads through a table that grows with the years: every question it asks the vault has its index."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from caseworker import demo
from caseworker.storage.engine import database
from caseworker.storage.records import fetch
from caseworker.storage.vault import OpenVault
from tests.bench.visiting import FORMS, REPORTS
from ui.screens.client.drafts import FORMS as KNOWN
from ui.screens.client.drafts import form_for
from ui.screens.report import Wanted
from ui.session import Place, Session
from ui.window import SCREENS, Window

# Tables that stay small, or are read from one end until enough is found.
SMALL = re.compile(
    r"SCAN (worker|device|service|colleague|draft|outbox|setting|pin|checkpoint|silence|(main\.)?sqlite_master|o$"
    r"|frozen_return|meta|instrument|\(subquery)"
)
COUNTED = "SELECT count(*) FROM client"  # two milliseconds for a hundred thousand
FROM_ONE_END = ("ORDER BY seq DESC LIMIT", "ORDER BY id DESC LIMIT", "ORDER BY c.name COLLATE NOCASE LIMIT")


@pytest.fixture
def asked(vault: OpenVault, monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, tuple[Any, ...]]]:
    """Every question asked of the vault on the thread of the windows, with its values."""
    found: dict[str, tuple[str, tuple[Any, ...]]] = {}
    execute = type(database).execute_sql

    def remember(self: Any, sql: str, params: Any = None) -> Any:
        if threading.current_thread() is threading.main_thread() and sql.lstrip()[:6].upper() == "SELECT":
            found.setdefault(re.sub(r"(\?, )+\?", "?", sql), (sql, tuple(params or ())))
        return execute(self, sql, params)

    demo.fill("provider", contacts=1500)
    monkeypatch.setattr(type(database), "execute_sql", remember)
    return found


def partial_indexes() -> set[str]:
    """Indexes of what is open, due or waiting: reading one through is reading what the screen shows."""
    return {
        name
        for name, sql in fetch("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        if " WHERE " in sql
    }


def test_no_screen_reads_through_a_table_that_grows(
    vault: OpenVault, asked: dict[str, tuple[str, tuple[Any, ...]]], qtbot: QtBot
) -> None:
    session = Session(vault)
    window = Window(session)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    ((client_id,),) = fetch(
        "SELECT client_id FROM episode WHERE closed = '' AND assessed_on <> '' ORDER BY id LIMIT 1"
    )
    for name in SCREENS:
        if name not in ("client", "contact", "report", "erase"):
            window.go(Place(name))
            qtbot.wait(1)
    window.go(Place("client", client_id))
    page: Any = window.current()
    for at in range(page.bar.count()):
        page.show_tab(at)
        qtbot.wait(1)
    window.open_panel(client_id)
    for noun in FORMS:
        if noun in KNOWN:
            page.open_form(form_for(session, f"{noun}:{client_id}"))
            page.close_form()
    for kind in REPORTS:
        window.go(Place("report", Wanted(kind, client_id)))
        qtbot.wait(1)
    session.work.stop()
    assert session.work.wait(20)
    few = partial_indexes()
    questions = list(asked.values())
    assert len(questions) > 60
    read_through = {}
    for sql, params in questions:
        if sql == COUNTED or any(end in sql for end in FROM_ONE_END):
            continue
        plan = [row[3] for row in fetch(f"EXPLAIN QUERY PLAN {sql}", params)]
        scans = [step for step in plan if step.startswith("SCAN ") and not SMALL.match(step)]
        scans = [step for step in scans if "CONSTANT ROW" not in step and "VIRTUAL TABLE" not in step]
        scans = [step for step in scans if step.rpartition(" ")[2] not in few]
        if scans:
            read_through[sql[:200]] = scans
    assert read_through == {}
