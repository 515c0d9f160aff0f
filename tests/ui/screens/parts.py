"""Small things the screen tests share: today, letting events happen, reading what is on the screen."""

from __future__ import annotations

import datetime as dt
import time

from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from caseworker.domain.when import LONDON
from tests.ui.accessibility import settle

__all__ = ["DAY", "now", "settle", "today", "words_of"]

DAY = 86_400


def today() -> dt.date:
    return dt.datetime.now(LONDON).date()


def now() -> int:
    return int(time.time())


def words_of(widget: QWidget) -> str:
    """Everything a person could read in it now, one text a line."""
    settle()
    found: list[str] = []
    for part in widget.findChildren(QWidget):
        if isinstance(part, QLabel | QAbstractButton) and part.isVisible() and part.text():
            found.append(part.text())
    return "\n".join(found)
