"""More about a contact: the way there, the wait, who was present, an interpreter.

Seldom needed and sometimes all that matters. Folded away behind one button, the same when logging and when amending.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from caseworker.domain.contacts import Contact
from caseworker.errors import Refused
from caseworker.words import Words, words
from ui.screens.form import Form
from ui.theme import px
from ui.widgets import CodeCombo, TextLine, row
from ui.widgets.fold import Fold

DOES_NOT_APPLY = "NA-NAP"
#: What stands in each field while nobody has said anything.
UNSAID: Mapping[str, str] = {
    "travel_minutes": "",
    "waiting_minutes": "",
    "present": "",
    "interpreter": DOES_NOT_APPLY,
}


class MoreAbout(Fold):
    """The folded part of a form about one contact; its editors are the form's own, so they are in its draft."""

    def __init__(self, form: Form, on: date) -> None:
        super().__init__("", "", "")
        self._form = form
        self.button.setText(self.tr("More about this contact"))
        self._names = {
            False: self.tr("Show more about this contact"),
            True: self.tr("Hide more about this contact"),
        }
        self.set_open(False)
        self._build(self.body, on)

    def _build(self, down: QVBoxLayout, on: date) -> None:
        across = row(gap=12)
        for name, label in (
            ("travel_minutes", self.tr("Travel, minutes")),
            ("waiting_minutes", self.tr("Waiting, minutes")),
        ):
            line = TextLine()
            line.setMaxLength(4)
            across.addWidget(self._form.field(name, label, line), 1, Qt.AlignmentFlag.AlignTop)
        down.addLayout(across)
        hint = self.tr("Who else heard it. For example, her sister and PC 812")
        down.addWidget(self._form.field("present", self.tr("Who was present"), TextLine(), hint))
        interpreter = CodeCombo("interpreter", on)
        interpreter.removeItem(0)
        interpreter.setMaximumWidth(px(420))
        down.addWidget(self._form.field("interpreter", self.tr("Interpreter"), interpreter))
        interpreter.set_value(DOES_NOT_APPLY)

    def show_if_said(self) -> None:
        """Open it when something stands inside: nothing is saved that was never seen."""
        if any((self._form.text(name) or empty) != empty for name, empty in UNSAID.items()):
            self.set_open(True)

    def show_if_wrong(self, problems: Mapping[str, Words | str]) -> None:
        """Open it when something inside has to be put right."""
        if any(name in UNSAID for name in problems):
            self.set_open(True)

    def put(self, contact: Contact) -> None:
        """Fill in what a saved contact says."""
        self._form.fill(
            {
                "travel_minutes": str(contact.travel_minutes or ""),
                "waiting_minutes": str(contact.waiting_minutes or ""),
                "present": contact.present,
                "interpreter": contact.interpreter,
            }
        )


def minutes(form: Form, name: str) -> int:
    """The whole number of minutes typed under that name; nothing typed is 0.

    Raises:
        Refused: under that name, it is no number of minutes.
    """
    typed = form.text(name) or "0"
    if not (typed.isascii() and typed.isdigit()):
        raise Refused({name: words("Minutes must be a number, like {example}", example=10)})
    return int(typed)
