"""The questions of a safeguarding decision: about whom, what the concern is, what was decided and why.

They stand in a form of the record, and under a contact that cannot be saved without a decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from caseworker.domain import codes
from caseworker.domain.children import Child
from caseworker.domain.safeguarding import Safeguarding, needs_override
from ui.widgets import ChoiceRow, Combo, Field, NoteEdit, TextLine, column


class Decision(QWidget):
    """Fields over one decision. ``editors`` names them as a form does; ``prefix`` keeps them apart from its own."""

    def __init__(
        self, household: Sequence[Child], prefix: str = "", lines: int = 3, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.prefix = prefix
        self.editors: dict[str, QWidget] = {}
        self.fields: dict[str, Field] = {}
        self._down = column(self, gap=12)
        whom = list(codes.get("safeguarding_about").codes)
        if not household:
            whom = [code for code in whom if code not in ("ALL", "ONE")]
        self.about = self._choice("about", self.tr("Who is it about?"), "safeguarding_about", whom)
        self.child = Combo()
        self.child.addItem(self.tr("Choose one"), None)
        for one in household:
            self.child.addItem(one.name, one.id)
        self.child_field = self._field("child_id", self.tr("Which child or dependant"), self.child)
        self.person = TextLine()
        self.person_field = self._field(
            "person", self.tr("Who the adult is"), self.person, self.tr("Initials or relationship are enough")
        )
        self.concern = NoteEdit(lines=lines)
        self._field("concern", self.tr("What is the concern?"), self.concern)
        decided = [*codes.get("safeguarding_decision").codes, "NA-ASK"]
        self.decision = self._choice(
            "decision", self.tr("What was decided?"), "safeguarding_decision", decided
        )
        self.threshold = NoteEdit(lines=lines)
        self.threshold_field = self._field(
            "threshold",
            self.tr("Why?"),
            self.threshold,
            self.tr("What you saw and were told, against the local threshold"),
        )
        self.consent = self._choice(
            "consent",
            self.tr("Does the client agree to a referral?"),
            "yes_no",
            ("yes", "no", "NA-UNS", "NA-ASK"),
        )
        self.override = TextLine()
        self.override_field = self._field(
            "override_reason",
            self.tr("Why does it go without consent?"),
            self.override,
            self.tr("A manager looks at it within 48 hours"),
        )
        self.follow()

    def follow(self) -> None:
        """Show what the answers so far ask for."""
        self.child_field.setVisible(self.about.value() == "ONE")
        self.person_field.setVisible(self.about.value() == "ADU")
        now = self.record(Safeguarding(None, "", 0))
        self.threshold_field.setVisible(not codes.is_missing(now.decision))
        self.consent.setVisible(now.decision == "REF")
        self.override_field.setVisible(needs_override(now))

    def record(self, held: Safeguarding) -> Safeguarding:
        """That decision with what stands in the fields."""
        about = self.about.value() or "NA-ASK"
        chosen = self.child.currentData() if about == "ONE" else None
        return replace(
            held,
            about=about,
            child_id=int(chosen) if chosen is not None else None,
            person=self.person.text().strip() if about == "ADU" else "",
            concern=self.concern.toPlainText().strip(),
            decision=self.decision.value() or "NA-ASK",
            threshold=self.threshold.toPlainText().strip(),
            consent=self.consent.value() or "NA-ASK",
            override_reason=self.override.text().strip(),
        )

    def values(self, held: Safeguarding) -> dict[str, object]:
        """What stands in the fields for that decision, by the names of the editors."""
        return {
            self.prefix + name: getattr(held, name)
            for name in (
                "about",
                "child_id",
                "person",
                "concern",
                "decision",
                "threshold",
                "consent",
                "override_reason",
            )
        }

    def _field(self, name: str, label: str, editor: QWidget, hint: str = "") -> Field:
        made = Field(label, editor, hint)
        self.editors[self.prefix + name] = editor
        self.fields[self.prefix + name] = made
        self._down.addWidget(made)
        return made

    def _choice(self, name: str, label: str, list_name: str, offered: Sequence[str]) -> ChoiceRow:
        labels = codes.get(list_name)
        shown = [(code, labels.label(code), "") for code in offered]
        if name == "decision":
            shown[-1] = ("NA-ASK", self.tr("Not decided yet"), "")
        made = ChoiceRow(label, shown)
        self.editors[self.prefix + name] = made
        self._down.addWidget(made)
        return made
