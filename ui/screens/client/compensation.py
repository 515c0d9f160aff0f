"""Criminal injuries compensation: the last day to claim, and where each claim stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

from PySide6.QtWidgets import QWidget

from caseworker.domain import codes, when
from caseworker.domain.compensation import Claim
from caseworker.storage import compensation
from ui.screens.client.part import Part
from ui.screens.client.record import RecordForm, TakeBackForm
from ui.session import Session
from ui.widgets import Chip, DateBoxes, Entry, Said, TextLine

SOON = compensation.NOTICE


class CompensationCard(Part):
    """What may still be claimed for first, then the claims."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, self.tr("Criminal injuries compensation"), "file-text", parent)
        self.head_button(self.tr("Add a claim"), self._add)

    def read(self) -> object:
        return compensation.to_claim(self.client_id), compensation.for_client(self.client_id)

    def show_found(self, found: object) -> None:
        assert isinstance(found, tuple)
        waiting, claims = found
        claimed = {one.incident_on for one in claims}
        last_days = {incident: last for last, incident in waiting}
        for last, incident in waiting:
            if incident not in claimed:
                made = Entry(
                    self.tr("Incident of {date}").format(date=when.show_stored(incident)),
                    [(self.tr("No decision about claiming yet"), "muted")],
                    [self._chip(last)],
                )
                made.add_button(self.tr("Record a claim"), partial(self._add_for, incident), kind="secondary")
                self.add_row(made)
        for one in claims:
            self.add_row(self._claim(one, last_days))
        if not waiting and not claims:
            self.say(
                self.tr(
                    "Normally within 2 years of the incident; somebody who was under 18 then has until they turn 20."
                )
            )

    def _chip(self, last: date) -> Chip:
        today = self.today()
        if last < today:
            return Chip(self.tr("Time ended {date}").format(date=when.show_date(last)), "plain", "clock")
        text = self.tr("Claim by {date}").format(date=when.show_date(last))
        soon = (last - today).days <= SOON
        return Chip(text, "warn" if soon else "info", "calendar-clock" if soon else "calendar")

    def _claim(self, one: Claim, last_days: dict[str, date]) -> Entry:
        said = codes.get("claim_step").label(one.step)
        if one.applied:
            said = self.tr("{step}. Sent {date}").format(step=said, date=when.show_stored(one.applied))
        chips = [self._chip(last_days[one.incident_on])] if one.incident_on in last_days else []
        made = Entry(
            self.tr("Incident of {date}").format(date=when.show_stored(one.incident_on)),
            [said, (". ".join(part for part in (one.reference, one.note) if part), "muted")],
            chips,
        )
        made.add_button(self.tr("Change"), partial(self._change, one.id or 0))
        made.add_button(self.tr("Withdraw"), partial(self._withdraw, one.id or 0))
        return made

    def _add(self) -> None:
        self.form_wanted.emit(ClaimForm(self.session, self.client_id))

    def _add_for(self, incident: str) -> None:
        form = ClaimForm(self.session, self.client_id)
        form.fill({"incident_on": incident})
        form.follow()
        self.form_wanted.emit(form)

    def _change(self, row_id: int) -> None:
        self.form_wanted.emit(ClaimForm(self.session, self.client_id, row_id))

    def _withdraw(self, row_id: int) -> None:
        self.form_wanted.emit(WithdrawClaimForm(self.session, self.client_id, row_id))


class ClaimForm(RecordForm):
    """For which incident, and how far the claim has come."""

    def __init__(
        self, session: Session, client_id: int, claim_id: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"claim:{client_id}:{claim_id or 'new'}", parent)
        self.client_id = client_id
        self.claim = compensation.get(claim_id) if claim_id is not None else None
        self.in_turn(self._build_what, self._build_rest, self._fill_in)

    def _build_what(self) -> None:
        self.add("incident_on", self.tr("Date of the incident"), DateBoxes())
        self.last = Said("", "calendar")
        self.down.addWidget(self.last)
        self.combo("step", self.tr("Where the claim stands"), "claim_step", missing=False)

    def _build_rest(self) -> None:
        self.add("applied", self.tr("Date the claim was sent"), DateBoxes(), "", True)
        self.add("reference", self.tr("Reference"), TextLine(), "", True)
        self.add("note", self.tr("Note"), TextLine(), "", True)
        self.why = self.add("why", self.tr("Why it changed"), TextLine(), "", True)
        self.why.setVisible(self.claim is not None)

    def _fill_in(self) -> None:
        held = self.claim or Claim(None, "", self.client_id, "")
        names = ("incident_on", "step", "applied", "reference", "note")
        self.start({**{name: getattr(held, name) for name in names}, "why": ""})

    def title(self) -> str:
        return self.tr("Compensation claim")

    def follow(self) -> None:
        boxes: DateBoxes = self.editors["incident_on"]
        day = when.iso_date("-".join(part.zfill(2) for part in reversed(boxes.parts())))
        self.last.setVisible(day is not None)
        if day is not None:
            last = compensation.claim_by(self.client_id, day)
            text = self.tr("Last day to claim: {date}. CICA may let in a later one for good reason.")
            self.last.show_said(text.format(date=when.show_date(last)), "calendar", "muted")

    def store(self) -> str:
        held = self.claim or Claim(None, "", self.client_id, "")
        compensation.save(
            replace(
                held,
                incident_on=self.day("incident_on"),
                step=self.code("step", ""),
                applied=self.day("applied"),
                reference=self.text("reference"),
                note=self.text("note"),
            ),
            self.text("why"),
        )
        return self.tr("Claim saved.")


class WithdrawClaimForm(TakeBackForm):
    """Take back a claim recorded by mistake."""

    NOUN = "claim"
    STORE = compensation
