"""Where things live says nothing about who uses the app or for whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from caseworker import paths


def test_the_home_variable_moves_everything(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CASEWORKER_HOME", str(tmp_path))
    assert paths.data_root() == tmp_path
    assert {paths.settings_file().parent, paths.log_file().parent} == {tmp_path}


def test_without_it_they_are_in_the_persons_own_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CASEWORKER_HOME")
    for path in (paths.data_root(), paths.settings_file(), paths.log_file()):
        assert path.is_absolute()
        assert "Caseworker" in path.parts
        assert "Roaming" not in path.parts
