"""Choosing a file or folder leaves nothing of where somebody looked on this computer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from ui.widgets.chooser import FileChooser, typed_place

NATIVE, USER = QSettings.Format.NativeFormat, QSettings.Scope.UserScope


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Path]:
    """Where Qt keeps its own settings."""
    before = Path(QSettings(NATIVE, USER, "QtProject").fileName()).parent
    QSettings.setPath(NATIVE, USER, str(tmp_path / "kept"))
    yield tmp_path / "kept"
    QSettings.setPath(NATIVE, USER, str(before))


def look_in(folder: Path, chooser: QFileDialog, qtbot: QtBot) -> None:
    chooser.setDirectory(str(folder))
    chooser.show()
    qtbot.waitExposed(chooser)
    chooser.accept()
    QApplication.processEvents()
    if shiboken6.isValid(chooser):
        shiboken6.delete(chooser)


def test_no_folder_that_somebody_looked_in_is_written_down(kept: Path, tmp_path: Path, qtbot: QtBot) -> None:
    folder = tmp_path / "Nell Quayside"
    folder.mkdir()
    desk = QWidget()
    qtbot.addWidget(desk)
    plain = QFileDialog(desk)
    plain.setOption(QFileDialog.Option.DontUseNativeDialog)
    plain.setFileMode(QFileDialog.FileMode.Directory)
    look_in(folder, plain, qtbot)
    written = [file for file in kept.rglob("*") if file.is_file()]
    assert any("Nell" in file.read_text("utf-8") for file in written)  # what Qt does by itself
    ours = FileChooser(desk, "Where to save")
    ours.setFileMode(QFileDialog.FileMode.Directory)
    look_in(folder, ours, qtbot)
    assert not any("Nell" in file.read_text("utf-8") for file in kept.rglob("*") if file.is_file())


def test_the_places_chosen_are_not_the_systems_recent_ones(qtbot: QtBot) -> None:
    desk = QWidget()
    qtbot.addWidget(desk)
    assert FileChooser(desk, "Where to save").testOption(QFileDialog.Option.DontUseNativeDialog)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("~/stick/a.casebak", Path.home() / "stick/a.casebak"),
        ("~", Path.home()),
        ("~nobody of this computer/a.casebak", Path.cwd() / "~nobody of this computer/a.casebak"),
        (' "/stick/my records.casebak" ', Path("/stick/my records.casebak").absolute()),
        ("a.casebak", Path.cwd() / "a.casebak"),
        ('"', Path.cwd() / '"'),
    ],
)
def test_a_place_is_read_as_it_was_typed_or_pasted(typed: str, meant: Path) -> None:
    assert typed_place(typed) == meant
