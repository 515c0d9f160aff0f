"""Tab goes through a tab of the record in the order it is read in, also where part of it was made anew a moment ago.

Qt appends every new widget to the end of the tab order. A card whose rows were read again after a save would
otherwise be reached last, after everything below it (WCAG 2.4.3).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTextBrowser,
    QWidget,
)

#: Controls: what lies inside them is their own business.
WHOLE = (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTextBrowser,
)
DIRECT = Qt.FindChildOption.FindDirectChildrenOnly


def called(control: QWidget) -> str:
    """What a control is called aloud: a button without another name by the words on it."""
    return control.accessibleName() or (control.text() if isinstance(control, QAbstractButton) else "")


def stops(root: QWidget) -> Iterator[QWidget]:
    """Every control inside ``root`` that Tab may reach, as they stand: row under row, each from left to right.

    Goes by where things are, not by the layouts: a look through those from Python lets go of what they hold.
    """
    if root.focusPolicy() & Qt.FocusPolicy.TabFocus and root.focusProxy() is None:
        yield root
    if isinstance(root, WHOLE):
        return
    shown = [one for one in root.findChildren(QWidget, options=DIRECT) if not one.isHidden()]
    for line in _lines(shown):
        for one in line:
            yield from stops(one)


def put_in_order(before: QWidget, root: QWidget) -> None:
    """Let Tab go on from ``before`` through ``root`` as it is read.

    Without asking Qt how it goes now: Python would then take what each control leads to for a part of that control,
    and let go of half a window when one of them goes.
    """
    for earlier, later in pairwise([before, *(stop for stop in stops(root) if stop is not before)]):
        QWidget.setTabOrder(earlier, later)


def put_last(root: QWidget) -> None:
    """Tab comes to everything inside ``root``, what is hidden too, after all else in the window: as if it had been made
    just now, part by part.
    """
    # What is made last is last in Qt's order: a mark behind all else.
    last = QWidget(root)
    last.hide()
    last.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    last.deleteLater()
    for stop in root.findChildren(QWidget):
        # The list behind a combo box is a window of its own.
        if stop is not last and stop.focusPolicy() and stop.window() is root.window():
            QWidget.setTabOrder(last, stop)
            last = stop


@contextmanager
def controls_alone(root: QWidget) -> Iterator[None]:
    """Within this, Tab passes what only hands the keyboard on to a control inside it.

    For Qt that is a stop of its own, and it stays where it was when its control is put in order: the last control of
    a page would lead back to it for ever.
    """
    fields = list(_handing_on(root))
    for field, _control in fields:
        field.setFocusProxy(None)  # type: ignore[arg-type]  # the stub forgets that there may be none
    try:
        yield
    finally:
        for field, control in fields:
            if shiboken6.isValid(field) and shiboken6.isValid(control):
                field.setFocusProxy(control)


def _handing_on(root: QWidget) -> Iterator[tuple[QWidget, QWidget]]:
    """Each with the control inside it."""
    if isinstance(root, WHOLE):
        return
    control: QWidget | None = root.focusProxy()
    if control is not None and root.isAncestorOf(control):
        yield root, control
    for one in root.findChildren(QWidget, options=DIRECT):
        if not one.isHidden():
            yield from _handing_on(one)


def _lines(shown: Sequence[QWidget]) -> list[list[QWidget]]:
    """What stands beside one another: beside is whatever begins above the middle of the first of its line."""
    lines: list[list[QWidget]] = []
    for one in sorted(shown, key=lambda widget: widget.y()):
        if lines and one.y() < lines[-1][0].geometry().center().y():
            lines[-1].append(one)
        else:
            lines.append([one])
    return [sorted(line, key=lambda widget: widget.x()) for line in lines]
