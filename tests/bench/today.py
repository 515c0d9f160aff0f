"""Today in the vault of a provider: how long it takes to read, and how long the screen ever stands still over it."""

from __future__ import annotations

import datetime as dt
import time

from caseworker.domain.when import LONDON
from caseworker.storage import today
from caseworker.storage.records import fetch
from caseworker.storage.vault import OpenVault
from tests.bench import vaults
from tests.bench.figures import Figure, Ground, median, milliseconds, p95, spread, timed

CONTACTS = 70_000
ROUNDS = 30
READ_BAR, BLOCK_BAR = 200.0, 50.0
NOW = dt.datetime.combine(vaults.TODAY, dt.time(10), LONDON)


def run(ground: Ground) -> list[Figure]:
    """Read for every worker in turn; then shown, each step of building timed."""
    with vaults.opened(ground, CONTACTS, "provider") as vault:
        workers = [row[0] for row in fetch("SELECT id FROM worker ORDER BY id")]
        today.board(NOW, workers[0])
        times = [timed(lambda n=n: today.board(NOW, workers[n % len(workers)])) for n in range(ROUNDS)]
        _shown(vault)  # letters and icons are read once
        blocks = [max(_shown(vault)) for _ in range(5)]
    return [
        Figure(
            f"Today read, {CONTACTS:,} contacts, {len(workers)} workers: median", milliseconds(median(times)), "ms",
            READ_BAR, detail=f"p95 {milliseconds(p95(times)):.1f} ms, {spread(times)}",
        ),
        Figure(
            "  longest block while it is read and built: median", milliseconds(median(blocks)), "ms", BLOCK_BAR,
            detail=spread(blocks),
        ),
    ]  # fmt: skip


def _shown(vault: OpenVault) -> list[float]:
    """Seconds of each turn of the event loop from asking for the page until all of it stands there."""
    from PySide6.QtWidgets import QApplication

    from ui import theme
    from ui.screens.today import TodayPage
    from ui.session import Session

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.apply(app)
    session = Session(vault, clock=lambda: NOW)
    page = TodayPage(session)
    page.resize(1100, 760)
    blocks = []
    started = time.perf_counter()
    page.show()
    blocks.append(time.perf_counter() - started)
    until = time.perf_counter() + 1.5
    while time.perf_counter() < until:
        started = time.perf_counter()
        app.processEvents()
        blocks.append(time.perf_counter() - started)
    session.work.stop()
    session.checks.stop()
    page.deleteLater()
    return blocks
