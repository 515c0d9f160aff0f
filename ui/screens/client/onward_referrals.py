"""Onward referrals: which service was asked for which need, with whose consent, how long it takes, what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from caseworker.domain import codes, when
from caseworker.domain import onward_referrals as rules
from caseworker.domain import services as service_rules
from caseworker.domain.clients import age_on
from caseworker.domain.onward_referrals import OnwardReferral
from caseworker.domain.services import Service
from caseworker.errors import Refused
from caseworker.storage import clients, episodes, onward_referrals, services
from caseworker.words import words
from ui.say import say
from ui.screens.client.record import RecordForm, TakeBackForm
from ui.session import Session
from ui.widgets import Card, Chip, ChoiceRow, Combo, DateBoxes, Entry, Said, Text, TextLine, column
from ui.widgets.gradually import empty

NOWHERE = "none"  # what stands for a service where there is none

_CHIPS = {
    rules.NOT_SENT: ("plain", "circle"),
    rules.NONE_EXISTS: ("warn", "circle-alert"),
    rules.SENT: ("info", "send"),
    rules.ACCEPTED: ("info", "clock"),
    rules.STARTED: ("safe", "check"),
    rules.REFUSED: ("warn", "ban"),
}


class OnwardCard(Card):
    """Every onward referral with its wait. ``form_wanted`` carries a form."""

    form_wanted = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Onward referrals"), icon="send", parent=parent)
        self.session = session
        self.client_id = 0
        self.head_button(self.tr("Refer onward"), self.refer, icon="plus")
        self.list = column()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.addLayout(self.list)

    def show_referrals(
        self, client_id: int, found: Sequence[OnwardReferral], names: Mapping[int, str], today: date
    ) -> None:
        """Show these, newest first; ``names``: service -> its name."""
        self.client_id = client_id
        empty(self.list)
        self.show_count(len(found) or "")
        for one in found:
            self.list.addWidget(self._referral(one, names, today))
        if not found:
            holder = QWidget()
            said = self.tr("Nothing was referred onward. Where no service exists, record that too.")
            column(holder, (16, 0, 16, 12)).addWidget(Text(said, "body", "muted", wrap=True))
            self.list.addWidget(holder)

    def refer(self) -> None:
        self.form_wanted.emit(OnwardReferralForm(self.session, self.client_id))

    def _change(self, referral_id: int) -> None:
        self.form_wanted.emit(OnwardReferralForm(self.session, self.client_id, referral_id))

    def _withdraw(self, referral_id: int) -> None:
        self.form_wanted.emit(WithdrawOnwardReferralForm(self.session, self.client_id, referral_id))

    def _referral(self, one: OnwardReferral, names: Mapping[int, str], today: date) -> Entry:
        need = codes.get("need").label(one.need)
        kind = codes.get("service_type").label(one.service_type)
        if one.service_id is None:
            title = self.tr("No service: {kind}").format(kind=kind.lower())
            if codes.is_missing(one.service_type):
                title = self.tr("No service")
        else:
            title = names.get(one.service_id, kind)
        lines: list[str | tuple[str, str]] = [self.tr("For: {need}").format(need=need)]
        if one.service_id is not None:
            consent = codes.get("onward_consent").label(one.consent)
            lines.append((self.tr("Client agrees: {answer}").format(answer=consent), "muted"))
            if one.override_reason and one.consent != "given":
                lines.append((self.tr("Why without consent: {why}").format(why=one.override_reason), "muted"))
        if one.note:
            lines.append((one.note, "muted"))
        kind_of_chip, icon = _CHIPS[rules.state(one)]
        line = Entry(title, lines, [Chip(say(rules.sentence(one, today)), kind_of_chip, icon)])
        day = when.iso_date(one.sent) or when.local(one.recorded).date()
        about = f"{title}, {need}, {when.show_date(day)}"
        line.add_button(self.tr("Change"), partial(self._change, one.id or 0), about=about)
        line.add_button(self.tr("Withdraw"), partial(self._withdraw, one.id or 0), about=about)
        return line


class OnwardReferralForm(RecordForm):
    """Which need, which service, with whose consent, when; or that there is none."""

    def __init__(
        self, session: Session, client_id: int, referral_id: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"onward_referral:{client_id}:{referral_id or 'new'}", parent)
        self.client_id = client_id
        self.referral = onward_referrals.get(referral_id) if referral_id is not None else None
        held = self.referral or OnwardReferral(None, "", client_id)
        self.known = {one.id: one for one in services.every()}
        if held.service_id is not None and held.service_id not in self.known:
            self.known[held.service_id] = services.get(held.service_id)
        self.held = held
        self.in_turn(self._build_where, self._build_days, self._build_end, self._fill_in)

    def _build_where(self) -> None:
        self.combo("need", self.tr("Which need it is for"), "need")
        self.service = self._offer()
        self.add("service_id", self.tr("Service"), self.service)
        self.about = Said("")
        self.down.addWidget(self.about)
        self.sought = self.combo(
            "service_type", self.tr("What kind of service was looked for"), "service_type"
        )
        self.consent = self.choice(
            "consent",
            self.tr("Does the client agree to share this with that service?"),
            "onward_consent",
        )
        self.override = self.add(
            "override_reason",
            self.tr("Why it goes without consent"),
            TextLine(),
            self.tr(
                "Only where the law lets you, and with your manager. One sentence that a court could read"
            ),
            True,
        )

    def _build_days(self) -> None:
        example = self.tr("For example, {day}").format(
            day=f"{self.today().day} {self.today().month} {self.today().year}"
        )
        self.days = [
            self.add("sent", self.tr("Sent"), DateBoxes(), example, True),
            self.add("accepted", self.tr("Accepted"), DateBoxes(), "", True),
            self.add("started", self.tr("Help started"), DateBoxes(), "", True),
            self.add("refused", self.tr("Refused"), DateBoxes(), "", True),
        ]

    def _build_end(self) -> None:
        self.reason = self._reasons()
        self.add("note", self.tr("Note"), TextLine(), "", True)
        self.why = self.add("why", self.tr("Why it changed"), TextLine(), "", True)
        self.why.setVisible(self.referral is not None)

    def _fill_in(self) -> None:
        held = self.held
        names = (
            "need", "service_type", "consent", "override_reason", "sent", "accepted", "started", "refused", "reason",
            "note",
        )  # fmt: skip
        self.start(
            {**{name: getattr(held, name) for name in names}, "service_id": self._chosen(held), "why": ""}
        )

    def title(self) -> str:
        return self.tr("Onward referral")

    def follow(self) -> None:
        """What is asked depends on whether there is a service, and on what the service said."""
        chosen = self.values()["service_id"]
        nowhere = chosen == NOWHERE
        service = self.known.get(chosen) if isinstance(chosen, int) else None
        self.about.setVisible(service is not None)
        if service is not None:
            self.about.show_said(self._service_words(service), "info")
        self.sought.setVisible(nowhere)
        self.consent.setVisible(not nowhere)
        self.override.setVisible(not nowhere and self.code("consent") != "given")
        for at, field in enumerate(self.days):
            field.setVisible(not nowhere and (at == 0 or self.referral is not None))
        refused: DateBoxes = self.editors["refused"]
        self.reason.setVisible(nowhere or not refused.is_empty())

    def store(self) -> str:
        held = self.referral or OnwardReferral(None, "", self.client_id)
        chosen = self.values()["service_id"]
        nowhere = chosen == NOWHERE
        if chosen is None:
            raise Refused({"service_id": words("Choose a service, or that there is none")})
        refused: DateBoxes = self.editors["refused"]
        made = replace(
            held,
            need=self.code("need"),
            service_id=chosen if isinstance(chosen, int) else None,
            service_type=self.code("service_type", "NA-NAP") if nowhere else held.service_type,
            consent="NA-NAP" if nowhere else self.code("consent"),
            override_reason=""
            if nowhere or self.code("consent") == "given"
            else self.text("override_reason"),
            sent="" if nowhere else self.day("sent"),
            accepted="" if nowhere else self.day("accepted"),
            started="" if nowhere else self.day("started"),
            refused="" if nowhere else self.day("refused"),
            reason=self.code("reason", "NA-NAP") if nowhere or not refused.is_empty() else "NA-NAP",
            note=self.text("note"),
        )
        onward_referrals.save(made, self.text("why"))
        return self.tr("Kept: no service for this need.") if nowhere else self.tr("Onward referral saved.")

    # ---- parts

    def _chosen(self, held: OnwardReferral) -> object:
        if held.service_id is not None:
            return held.service_id
        return NOWHERE if self.referral is not None else None

    def _offer(self) -> Combo:
        """Services that take such a client first; below them those that do not; last, that there is none."""
        client = clients.get(self.client_id)
        held = episodes.open_for(self.client_id)
        crime = held[0].crime if held else "NA-ASK"
        age = age_on(client, self.today())
        made = Combo()
        made.addItem(self.tr("Choose"), None)
        takes = {one.id: service_rules.fits(one, client.area, crime, age) for one in self.known.values()}
        for one in self.known.values():
            if takes[one.id] is not False:
                made.addItem(self._named(one), one.id)
        made.insertSeparator(made.count())
        made.addItem(self.tr("No service exists here, or none takes the client"), NOWHERE)
        others = [one for one in self.known.values() if takes[one.id] is False]
        if others:
            made.insertSeparator(made.count())
        for one in others:
            made.addItem(
                self.tr("{service} (other district, crime or age)").format(service=self._named(one)), one.id
            )
        return made

    def _named(self, service: Service) -> str:
        wait = say(service_rules.wait_words(service))
        return self.tr("{name}, {wait}").format(name=service.name, wait=wait.lower())

    def _service_words(self, service: Service) -> str:
        said = [
            self.tr("How to refer: {how}").format(how=service.how) if service.how else "",
            self.tr("Hours: {hours}").format(hours=service.hours) if service.hours else "",
            self.tr("Nobody checked this for half a year or longer")
            if service_rules.needs_checking(service, self.today())
            else "",
        ]
        return ". ".join(part.rstrip(".") for part in said if part) or self.tr(
            "Nothing more is known about it"
        )

    def _reasons(self) -> ChoiceRow:
        entries = codes.get("need_unmet_reason")
        made = ChoiceRow(
            self.tr("Why the need stays unmet"),
            [(code, entries.label(code), "") for code in entries.valid_on(self.today())],
        )
        self.bind("reason", made)
        self.down.addWidget(made)
        return made


class WithdrawOnwardReferralForm(TakeBackForm):
    """Take back an onward referral recorded by mistake."""

    NOUN = "onward_referral"
    STORE = onward_referrals
