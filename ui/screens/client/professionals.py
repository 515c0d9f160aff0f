"""The form of a professional around the client: how to reach them, and what they may be told."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from caseworker.domain.professionals import Professional
from caseworker.storage import professionals
from ui.screens.client.record import RecordForm, TakeBackForm
from ui.session import Session
from ui.widgets import NoteEdit, TextLine

_CODED = ("role", "safe_to_ring", "agreed")
_TEXTS = ("name", "organisation", "phone", "email", "may_be_told", "note")


class ProfessionalForm(RecordForm):
    """One professional."""

    def __init__(
        self,
        session: Session,
        client_id: int,
        professional_id: int | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(session, f"professional:{client_id}:{professional_id or 'new'}", parent)
        self.client_id = client_id
        self.professional = professionals.get(professional_id) if professional_id is not None else None
        held = self.professional or Professional(None, "", client_id, "")
        self.add("name", self.tr("Name"), TextLine())
        self.combo("role", self.tr("What they do"), "professional_role")
        self.add("organisation", self.tr("Organisation"), TextLine(), optional=True)
        self.add("phone", self.tr("Phone"), TextLine(), optional=True)
        self.add("email", self.tr("Email"), TextLine(), optional=True)
        self.choice(
            "safe_to_ring",
            self.tr("Is it safe to ring them about the client?"),
            "yes_no",
            self.tr("Think who sits beside them, and who they know"),
        )
        self.choice("agreed", self.tr("Does the client agree that they are told things?"), "yes_no")
        self.told_field = self.add(
            "may_be_told",
            self.tr("What they may be told"),
            TextLine(),
            self.tr("For example, dates of court only"),
        )
        self.add("note", self.tr("Note"), NoteEdit(lines=2), optional=True)
        self.add("why", self.tr("Why it changed"), TextLine(), "", True).setVisible(
            self.professional is not None
        )
        self.start({name: getattr(held, name) for name in (*_CODED, *_TEXTS)} | {"why": ""})

    def title(self) -> str:
        return self.tr("Professional")

    def follow(self) -> None:
        self.told_field.setVisible(self.code("agreed") == "yes")

    def store(self) -> str:
        held = self.professional or Professional(None, "", self.client_id, "")
        record = replace(
            held,
            **{name: self.code(name) for name in _CODED},  # type: ignore[arg-type]
            **{name: self.text(name) for name in _TEXTS},  # type: ignore[arg-type]
        )
        if record.agreed != "yes":
            record = replace(record, may_be_told="")
        professionals.save(record, self.text("why"))
        return self.tr("Saved.")


class WithdrawProfessionalForm(TakeBackForm):
    """Take back a professional recorded by mistake."""

    NOUN = "professional"
    STORE = professionals
