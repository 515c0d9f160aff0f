"""A risk grade on the screen: the same words, icon and tint wherever it stands."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from caseworker.domain import risk
from ui.say import say
from ui.widgets import Chip

#: grade: (chip, icon, colour of words beside the icon)
GRADES = {
    "high": ("high", "triangle-alert", "on_high"),
    "medium": ("medium", "flag", "on_medium"),
    "standard": ("standard", "shield", "on_standard"),
    "": ("plain", "circle", "muted"),
}


def show_grade_chip(chip: Chip, grade: str) -> None:
    """The grade in words, on its tint."""
    kind, icon, _ = GRADES[grade]
    chip.show_chip(say(risk.said(grade)), kind, icon)


def grade_chip(grade: str, parent: QWidget | None = None) -> Chip:
    made = Chip(parent=parent)
    show_grade_chip(made, grade)
    return made
