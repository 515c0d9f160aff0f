"""Small things the screen tests share: today, letting events happen, reading what is on the screen."""

from __future__ import annotations

import datetime as dt
import time

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from caseworker.domain.when import LONDON

DAY = 86_400


def today() -> dt.date:
    return dt.datetime.now(LONDON).date()


def now() -> int:
    return int(time.time())


def settle() -> None:
    """Let waiting events and deletions happen, and what is built step by step stand: a long form takes ten."""
    for _ in range(16):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()


def words_of(widget: QWidget) -> str:
    """Everything a person could read in it now, one text a line."""
    settle()
    found: list[str] = []
    for part in widget.findChildren(QWidget):
        if isinstance(part, QLabel | QAbstractButton) and part.isVisible() and part.text():
            found.append(part.text())
    return "\n".join(found)
