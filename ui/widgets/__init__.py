"""The parts screens are made of. Import from here: ``from ui.widgets import Card, Chip, Field``."""

from __future__ import annotations

from ui.widgets.bars import Bar, Part
from ui.widgets.choices import ChoiceRow, CodeTicks
from ui.widgets.combos import CodeCombo, Combo
from ui.widgets.entry import Entry, Facts
from ui.widgets.fields import DateBoxes, Field, NoteEdit, SecretLine, TextLine, TextOrMissing
from ui.widgets.fold import Fold
from ui.widgets.grid import Grid, GridCell, GridColumn, GridRow
from ui.widgets.page import Page
from ui.widgets.parts import (
    Banner,
    Button,
    Card,
    Chip,
    FlowLayout,
    Glyph,
    Heading,
    RowFrame,
    Said,
    Text,
    Tick,
    breaking,
    column,
    row,
)
from ui.widgets.problems import ErrorSummary
from ui.widgets.toast import Toast, announce

__all__ = [
    "Banner",
    "Bar",
    "Button",
    "Card",
    "Chip",
    "ChoiceRow",
    "CodeCombo",
    "CodeTicks",
    "Combo",
    "DateBoxes",
    "Entry",
    "ErrorSummary",
    "Facts",
    "Field",
    "FlowLayout",
    "Fold",
    "Glyph",
    "Grid",
    "GridCell",
    "GridColumn",
    "GridRow",
    "Heading",
    "NoteEdit",
    "Page",
    "Part",
    "RowFrame",
    "Said",
    "SecretLine",
    "Text",
    "TextLine",
    "TextOrMissing",
    "Tick",
    "Toast",
    "announce",
    "breaking",
    "column",
    "row",
]
