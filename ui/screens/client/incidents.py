"""The forms that record what happened, put it right and take it back. Few words: it is counted, not retold."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from caseworker.domain import marac as marac_rules
from caseworker.domain import risk as rules
from caseworker.domain.incidents import Incident
from caseworker.storage import incidents, marac
from caseworker.storage import risk as stored_risk
from ui.screens.client.perpetrators import NamesRow
from ui.screens.client.record import RecordForm, TakeBackForm
from ui.session import Session
from ui.widgets import DateBoxes, NoteEdit, TextLine


class IncidentForm(RecordForm):
    """One incident. Saved, it says whether it makes a repeat or escalation."""

    def __init__(
        self, session: Session, client_id: int, incident_id: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"incident:{client_id}:{incident_id or 'new'}", parent)
        self.client_id = client_id
        self.incident = incidents.get(incident_id) if incident_id is not None else None
        self.in_turn(self._build_what, self._build_who, self._fill_in)

    def _build_what(self) -> None:
        self.add(
            "happened",
            self.tr("When it happened"),
            DateBoxes(),
            self.tr("If it went on for more than a day, give the last day. For example, 27 3 2026"),
        )
        self.combo("kind", self.tr("Kind of incident"), "incident_kind")
        self.combo("crime", self.tr("Type of crime or abuse"), "crime")
        self.combo("reported", self.tr("Reported to the police"), "reported")

    def _build_who(self) -> None:
        self.add(
            "by_whom",
            self.tr("Who did it, as the client says"),
            TextLine(),
            self.tr("The alleged perpetrator’s name, or what the client calls them"),
            True,
        )
        self.names = NamesRow(self.client_id, self.editors["by_whom"], self)
        self.down.addWidget(self.names)
        self.add("note", self.tr("A few words"), NoteEdit(lines=2), "", True)
        self.why = self.add("why", self.tr("Why it changed"), TextLine(), "", True)
        self.why.setVisible(self.incident is not None)

    def _fill_in(self) -> None:
        held = self.incident or Incident(
            None, "", self.client_id, ""
        )  # its day is counted by, and never a guess
        self.start(
            {
                name: getattr(held, name)
                for name in ("happened", "kind", "crime", "reported", "by_whom", "note")
            }
        )

    def title(self) -> str:
        return self.tr("Incident") if self.incident is not None else self.tr("Add an incident")

    def store(self) -> str:
        held = self.incident or Incident(None, "", self.client_id, "")
        record = replace(
            held,
            happened=self.day("happened"),
            kind=self.code("kind"),
            crime=self.code("crime"),
            reported=self.code("reported"),
            by_whom=self.text("by_whom"),
            note=self.text("note"),
        )
        incidents.save(record, self.text("why"))
        if marac.repeated_by(record) is not None:
            referrals = marac.for_client(self.client_id)
            if marac_rules.lacks_referral(("REP",), referrals, [record], self.today()):
                return self.tr("Incident saved. It is a repeat within 12 months of MARAC: refer again.")
            return self.tr("Incident saved. It is a repeat within 12 months of MARAC.")
        area = stored_risk.rules(stored_risk.area_of(self.client_id))
        if rules.escalates(incidents.days(self.client_id), self.today(), area):
            return self.tr("Incident saved. There are as many now as this area counts as escalation.")
        return self.tr("Incident saved. The risk review is due now.")


class WithdrawIncidentForm(TakeBackForm):
    """Take back an incident recorded by mistake."""

    NOUN = "incident"
    STORE = incidents
