"""What gets the keyboard is scrolled into view, also in a low window at large text."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QScrollArea, QTextBrowser, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.accessibility import settle
from ui.ring import _bring
from ui.widgets import Button, Field, NoteEdit
from ui.widgets.page import scrolled


def among_others(qtbot: QtBot, middle: QWidget, height: int) -> QScrollArea:
    area, down = scrolled((0, 0, 0, 0), 0)
    qtbot.addWidget(area)
    for n in range(30):
        down.addWidget(Button(f"Before {n}"))
    down.addWidget(middle)
    for n in range(30):
        down.addWidget(Button(f"After {n}"))
    area.resize(600, height)
    area.show()
    settle()
    return area


@pytest.mark.parametrize("start", ["top", "end"])
def test_a_note_whose_label_has_no_room_is_in_view_itself(qtbot: QtBot, plain_look: None, start: str) -> None:
    note = NoteEdit()
    note.setFixedHeight(100)
    area = among_others(qtbot, Field("What the client wants to happen", note, "In her words"), 150)
    bar, view = area.verticalScrollBar(), area.viewport()
    bar.setValue(0 if start == "top" else bar.maximum())
    _bring(note, area.widget(), area)
    assert view.rect().contains(note.rect().translated(note.mapTo(view, QPoint(0, 0))))


@pytest.mark.parametrize("start", ["top", "end"])
def test_a_paper_taller_than_the_view_shows_from_its_top(qtbot: QtBot, plain_look: None, start: str) -> None:
    paper = QTextBrowser()
    paper.setPlainText("A line\n" * 100)
    paper.setFixedHeight(600)
    area = among_others(qtbot, paper, 300)
    bar, view = area.verticalScrollBar(), area.viewport()
    bar.setValue(0 if start == "top" else bar.maximum())
    _bring(paper, area.widget(), area)
    assert 0 <= paper.mapTo(view, QPoint(0, 0)).y() <= 12
