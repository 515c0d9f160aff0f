"""What every screen must hold, measured on the real widgets: names, targets, cut text, reachable controls.

Use from any test of a screen: ``everything(widget)`` raises with a list of what is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QTabBar,
    QWidget,
)

LEAST_TARGET = 24  # WCAG 2.5.8, in logical pixels


def settle() -> None:
    """Let waiting events and deletions happen, and what is built step by step stand: a long form takes ten."""
    for _ in range(16):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()


def name_of(widget: QWidget) -> str:
    """What a screen reader calls it."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name).strip() if interface is not None else ""


def controls(root: QWidget) -> Iterator[QWidget]:
    """Everything visible that takes the keyboard or a click, and is no scroll area of the page."""
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or not widget.isEnabled():
            continue
        if isinstance(widget, QScrollArea) and widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
            continue
        if isinstance(widget.parentWidget(), QComboBox | QAbstractScrollArea) and not isinstance(
            widget, QAbstractButton
        ):
            continue  # parts of a combo box or of a view
        takes = isinstance(
            widget, QAbstractButton | QLineEdit | QPlainTextEdit | QComboBox | QAbstractItemView | QTabBar
        )
        if takes or widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
            yield widget


def nameless(root: QWidget) -> list[str]:
    """Controls a screen reader could not name."""
    return [f"{type(w).__name__} {w.objectName()}" for w in controls(root) if not name_of(w)]


def alike(root: QWidget) -> list[str]:
    """Names that two or more controls share: a screen reader's list of them would not tell which is which."""
    heard = Counter(
        w.accessibleName() if isinstance(w, QComboBox) else name_of(w)  # else Qt answers with what is chosen
        for w in controls(root)
        if w.focusPolicy() & Qt.FocusPolicy.TabFocus
    )
    return [f"{name!r} {count} times" for name, count in heard.items() if name and count > 1]


def small_targets(root: QWidget) -> list[str]:
    """Controls under 24 by 24."""
    return [
        f"{name_of(w)!r} {w.width()}x{w.height()}"
        for w in controls(root)
        if isinstance(w, QAbstractButton | QLineEdit | QComboBox) and min(w.width(), w.height()) < LEAST_TARGET
        and not isinstance(w.parentWidget(), QLineEdit)
    ]  # fmt: skip


def cut_text(root: QWidget) -> list[str]:
    """Words that do not fit where they stand: labels, buttons, choices, and anything wider than its scrolled page."""
    cut: list[str] = []
    for label in root.findChildren(QLabel):
        if not label.isVisible() or not label.text() or label.textFormat() == Qt.TextFormat.RichText:
            continue
        if label.wordWrap():
            if label.heightForWidth(label.width()) > label.height() + 1:
                cut.append(
                    f"{label.text()[:40]!r} needs {label.heightForWidth(label.width())}, has {label.height()} high"
                )
            longest = max(label.text().replace("\u200b", " ").split(), key=len, default="")
            if label.fontMetrics().horizontalAdvance(longest) > label.width() + 1:
                cut.append(f"{longest[:40]!r} is wider than its {label.width()}")
        else:
            wide = max(label.fontMetrics().horizontalAdvance(line) for line in label.text().splitlines())
            if wide > label.width() + 1:
                cut.append(f"{label.text()[:40]!r} needs {wide}, has {label.width()} wide")
            if label.fontMetrics().height() > label.height() + 1:
                cut.append(
                    f"{label.text()[:40]!r} needs {label.fontMetrics().height()}, has {label.height()} high"
                )
    for button in root.findChildren(QAbstractButton):
        if (
            button.isVisible()
            and button.text()
            and isinstance(button, QPushButton | QRadioButton | QCheckBox)
        ):
            need = button.fontMetrics().horizontalAdvance(button.text())
            if not button.icon().isNull():
                need += button.iconSize().width()
            if need > button.width() + 1:
                cut.append(f"button {button.text()[:40]!r} needs {need}, has {button.width()} wide")
            if button.fontMetrics().height() > button.height() + 1:
                cut.append(f"button {button.text()[:40]!r} is {button.height()} high")
    for area in root.findChildren(QScrollArea):
        inside = area.widget()
        if area.isVisible() and inside is not None and inside.width() > area.viewport().width() + 1:
            cut.append(f"the page is {inside.width()} wide and its window {area.viewport().width()}")
    return cut


def outside(root: QWidget) -> list[str]:
    """Controls that stand partly outside their parent, where nobody can see them (scrolled pages aside)."""
    out = []
    for widget in controls(root):
        parent = widget.parentWidget()
        if parent is None or isinstance(parent.parentWidget(), QAbstractScrollArea):
            continue
        if widget.x() < -1 or widget.geometry().right() > parent.width() + 1:
            out.append(
                f"{name_of(widget)!r} at {widget.geometry().getRect()} of {parent.width()}x{parent.height()}"
            )
    return out


def everything(root: QWidget, *, repeats: bool = False) -> None:
    """All of the above on a shown widget. ``repeats``: what leads to one place may stand there twice by one name."""
    settle()
    wrong = {
        "nameless": nameless(root),
        "alike": [] if repeats else alike(root),
        "small": small_targets(root),
        "cut": cut_text(root),
        "outside": outside(root),
    }
    assert not any(wrong.values()), {kind: found for kind, found in wrong.items() if found}


def luminance(colour: QColor) -> float:
    """Relative luminance of WCAG 2.2."""

    def part(value: int) -> float:
        share = value / 255
        return float(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)

    return 0.2126 * part(colour.red()) + 0.7152 * part(colour.green()) + 0.0722 * part(colour.blue())


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    high, low = sorted((luminance(QColor(one)), luminance(QColor(other))), reverse=True)
    return (high + 0.05) / (low + 0.05)
