"""The floor under every test: no screen, real parts, nothing left over."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before anything imports Qt
sys.path.insert(0, str(Path(__file__).parent.parent))

import pytest
from hypothesis import HealthCheck, settings

# A busy computer is slow, not wrong: how long an example takes to draw says nothing about the product.
settings.register_profile("any computer", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any computer")

pytest_plugins = ["tests.fixtures_vault"]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the real person's folders."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("CASEWORKER_HOME", str(home))
    return home


@pytest.fixture(autouse=True)
def no_leftover_windows(request: pytest.FixtureRequest) -> Iterator[None]:
    """A window that survives its test is client data that would survive a lock."""
    if "qtbot" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("qtbot")
    from PySide6.QtCore import QCoreApplication, QEvent
    from PySide6.QtWidgets import QApplication

    from ui import work

    before = set(QApplication.topLevelWidgets())
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = set(QApplication.topLevelWidgets()) - before
    assert not {widget for widget in left if widget.isVisible()}
    # A process of the product holds one session; here many share one. What a test left to its worker is nobody's now.
    work._under_way.clear()
    gc.enable()
