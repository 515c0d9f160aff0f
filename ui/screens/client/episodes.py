"""The form that begins support, or changes what was recorded then."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from caseworker.domain import when
from caseworker.domain.episodes import Episode
from caseworker.errors import Refused
from caseworker.storage import episodes, referrals
from ui.screens.client.record import RecordForm
from ui.session import Session
from ui.widgets import DateBoxes, Said, TextLine


class EpisodeForm(RecordForm):
    """Start support, or change what was recorded when it started."""

    def __init__(
        self, session: Session, client_id: int, episode_id: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"episode:{client_id}:{episode_id or 'new'}", parent)
        self.client_id = client_id
        self.episode = episodes.get(episode_id) if episode_id is not None else None
        newest = referrals.for_client(client_id, limit=1)
        self.referral_id = newest[0].id if newest and self.episode is None else None
        crime = newest[0].crime if newest else "NA-ASK"
        self.held = self.episode or Episode(None, "", client_id, self.today().isoformat(), crime=crime)
        if self.episode is None:
            self.held = replace(self.held, service=episodes.usual_service(client_id) or self.held.service)
        self.in_turn(self._build_what, self._build_how, self._fill_in)

    def _build_what(self) -> None:
        self.combo("service", self.tr("Service"), "service_type", missing=False)
        self.add("started", self.tr("Support started"), DateBoxes(), self.tr("For example, 27 3 2026"))
        self.which = Said("", "history")
        self.down.addWidget(self.which)
        self.combo("crime", self.tr("Main crime or abuse"), "crime")
        self.combo("victim_type", self.tr("Who the client is in this"), "victim_type")

    def _build_how(self) -> None:
        self.choice("da_context", self.tr("Is it domestic abuse?"), "yes_no")
        self.combo("online", self.tr("How far it happened online"), "online")
        self.combo("reported", self.tr("Reported to the police"), "reported")
        self.combo("level", self.tr("Level of support"), "support_level", missing=False)
        self.choice("consent_to_support", self.tr("Does the client agree to support?"), "yes_no")
        self.why = self.add("why", self.tr("Why it changed"), TextLine(), "", True)
        self.why.setVisible(self.episode is not None)

    def _fill_in(self) -> None:
        names = (
            "service", "started", "crime", "victim_type", "da_context", "online", "reported", "level",
            "consent_to_support",
        )  # fmt: skip
        self.start({name: getattr(self.held, name) for name in names})

    def title(self) -> str:
        return self.tr("Support") if self.episode is not None else self.tr("Start support")

    def follow(self) -> None:
        """Say before the press whether this goes on with support that ended, or begins anew."""
        said = "" if self.episode is not None else self._which()
        self.which.setVisible(bool(said))
        self.which.show_said(said, "history")

    def _which(self) -> str:
        last = episodes.last_ended(self.client_id, self.code("service", ""))
        try:
            started = when.iso_date(self.day("started"))
        except Refused:
            started = None
        if last is None or started is None:
            return ""
        ended = when.iso_date(last.closed) or started
        days = (started - ended).days
        ago = self.tr("{n} days before").format(n=days) if days != 1 else self.tr("the day before")
        if not days:
            ago = self.tr("the same day")
        if episodes.taken_up(self.client_id, last.service, started) is not None:
            text = self.tr("Support ended on {date}, {ago}: the same episode goes on. What was said")
            text = text + " " + self.tr("about its end is kept, and asked anew at the next.")
        else:
            text = self.tr("Support ended on {date}, {ago}: this is a new episode.")
        return text.format(date=when.show_date(ended), ago=ago)

    def store(self) -> str:
        held = self.episode or Episode(None, "", self.client_id, "", referral_id=self.referral_id)
        record = replace(
            held,
            service=self.code("service", ""),
            started=self.day("started"),
            crime=self.code("crime"),
            victim_type=self.code("victim_type"),
            da_context=self.code("da_context"),
            online=self.code("online"),
            reported=self.code("reported"),
            level=self.code("level", ""),
            consent_to_support=self.code("consent_to_support"),
        )
        if self.episode is not None:
            episodes.save(record, self.text("why"))
            return self.tr("Support saved.")
        records_before = {one.id for one in episodes.for_client(self.client_id)}
        if episodes.begin(record) in records_before:
            return self.tr("Support goes on: it ended less than 90 days ago.")
        return self.tr("Support started.")
