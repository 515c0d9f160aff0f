"""The form of a referral."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from caseworker.domain import when
from caseworker.domain.referrals import Referral
from caseworker.storage import referrals
from ui.screens.client.clients import PersonForm
from ui.session import Session
from ui.widgets import DateBoxes, TextLine


class ReferralForm(PersonForm):
    """How the client came to the service and what became of it."""

    def __init__(
        self, session: Session, client_id: int, referral_id: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"referral:{client_id}:{referral_id or 'new'}", parent)
        self.client_id = client_id
        self.referral = referrals.get(referral_id) if referral_id is not None else None
        self.in_turn(self.referral_fields, self._build_more, self._build_outcome, self._fill_in)

    def _build_more(self) -> None:
        self.combo("area", self.tr("District the client lived in then"), "area")
        self.choice("victim_aware", self.tr("Does the client know about the referral?"), "yes_no")
        self.choice("consent_to_contact", self.tr("Does the client agree to be contacted?"), "yes_no")
        self.choice("referrer_risk", self.tr("Risk grade the referrer gave"), "risk_grade")

    def _build_outcome(self) -> None:
        self.add("police_ref", self.tr("Police reference"), TextLine(), "", True)
        self.combo("outcome", self.tr("What became of it"), "referral_outcome")
        self.decline = self.combo("decline_reason", self.tr("Why the service declined"), "decline_reason")
        self.add("outcome_on", self.tr("Date of the outcome"), DateBoxes(), "", True)
        self.why = self.add("why", self.tr("Why it changed"), TextLine(), "", True)
        self.why.setVisible(self.referral is not None)

    def _fill_in(self) -> None:
        received = self.tr("Now")
        if self.referral is not None:
            received = when.show_datetime(when.local(self.referral.received))
        held = self.referral or Referral(None, "", self.client_id, 0)
        names = (
            "source", "route", "crime", "area", "victim_aware", "consent_to_contact", "referrer_risk", "police_ref",
            "outcome", "decline_reason", "outcome_on",
        )  # fmt: skip
        self.start({"received": received, **{name: getattr(held, name) for name in names}})

    def title(self) -> str:
        return self.tr("Referral")

    def follow(self) -> None:
        self.decline.setVisible(self.code("outcome") == "REJ")

    def store(self) -> str:
        held = self.referral or Referral(None, "", self.client_id, 0)
        rejected = self.code("outcome") == "REJ"
        record = replace(
            held,
            received=when.epoch(when.read_when(self.text("received"), self.session.now(), field="received")),
            source=self.code("source"),
            route=self.code("route"),
            crime=self.code("crime"),
            area=self.code("area"),
            victim_aware=self.code("victim_aware"),
            consent_to_contact=self.code("consent_to_contact"),
            referrer_risk=self.code("referrer_risk"),
            police_ref=self.text("police_ref"),
            outcome=self.code("outcome"),
            decline_reason=self.code("decline_reason") if rejected else "NA-NAP",
            outcome_on=self.day("outcome_on"),
        )
        referrals.save(record, self.text("why"))
        return self.tr("Referral saved.")
