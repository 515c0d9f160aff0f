"""The MARAC paper as a form, what became of it, and taking it back.

Filled from the record as far as the record knows. It is kept half-filled and sent only when whole; what is still needed
stands at its head and foot. The alleged perpetrator is never told.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QWidget

from caseworker.domain import codes, safe_contacts, when
from caseworker.domain import marac as rules
from caseworker.domain.marac import MaracReferral
from caseworker.domain.safe_contacts import SafeContact, show_hours
from caseworker.errors import Refused
from caseworker.storage import clients, episodes, incidents, marac, perpetrators
from caseworker.storage import risk as stored_risk
from caseworker.storage import safe_contacts as stored_safe
from ui.say import say
from ui.screens.client.record import RecordForm, TakeBackForm
from ui.session import Session
from ui.widgets import (
    Card,
    CodeTicks,
    DateBoxes,
    Field,
    Heading,
    NoteEdit,
    Said,
    Text,
    TextLine,
    TextOrMissing,
)
from ui.widgets.gradually import empty

CODED = (
    "area",
    "victim_aware",
    "consent",
    "wants_police",
    "language",
    "interpreter",
    "pregnancy",
)
DATES = ("incident_on", "last_referred", "signed_off")
#: What a new paper takes over from the one before. Never how to reach her, or what she knows and wants: that is asked
#: anew.
TAKEN_OVER = ("landlord", "occupation", "gp", "diversity")


class MaracForm(RecordForm):
    """The paper, in sections."""

    def __init__(
        self, session: Session, client_id: int, referral_id: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"marac:{client_id}:{referral_id or 'new'}", parent)
        self.client_id = client_id
        self.referral = marac.get(referral_id) if referral_id is not None else None
        held = self.referral or from_record(session, client_id)
        self.held = held
        self.down.addWidget(Said(never_told(), "ban", "on_high", "strong"))
        self.lacking = Said("", "list-checks", role="strong")
        self.down.addWidget(self.lacking)
        self.in_turn(
            self._build_why,
            self._build_consent,
            self._build_wishes,
            self._build_reach,
            self._build_about,
            self._build_partners,
            self._build_sign_off,
            self._build_needed,
            self._fill_in,
        )

    def _build_needed(self) -> None:
        self.needed = Card(self.tr("Still needed before it can be sent"), icon="list-checks")
        self._needed: list[str] = []
        self.down.addWidget(self.needed)
        self.why_field = self.add("why", self.tr("Why you are changing it"), TextLine(), "", True)
        now = when.epoch(self.session.now())
        self.why_field.setVisible(
            self.referral is not None and rules.reason_needed(self.held, self.session.vault.worker.id, now)
        )

    def _fill_in(self) -> None:
        self.start({name: getattr(self.held, name) for name in self.editors if name != "why"})

    def title(self) -> str:
        return self.tr("MARAC paper") if self.referral is not None else self.tr("Refer to MARAC")

    # ---- sections

    def _section(self, title: str) -> None:
        self.down.addWidget(Heading(title, 3))

    def _build_why(self) -> None:
        self._section(self.tr("Why, and which MARAC"))
        routes = codes.get("marac_criterion")
        self.add(
            "criteria",
            self.tr("Why the case goes to MARAC"),
            CodeTicks([(code, routes.label(code)) for code in routes.valid_on(self.today())]),
            self.tr("Ticked are the routes that the record gives. Tick every other one that applies."),
        )
        # Nobody asks the client which: it is where she lives.
        self.choice("area", self.tr("Which MARAC hears it"), "marac_area", missing=())
        self.add("incident_on", self.tr("Date of the incident that brought it"), DateBoxes())
        self._words("perpetrator", self.tr("The alleged perpetrator"))
        self.add(
            "last_referred",
            self.tr("Last referred to MARAC, here or elsewhere"),
            DateBoxes(),
            self.tr("Within 12 months, to the day, it is a repeat"),
            True,
        )
        self.repeat = Said("", "history", role="strong")
        self.down.addWidget(self.repeat)

    def _build_consent(self) -> None:
        self._section(self.tr("Does the client know and agree?"))
        self.choice("victim_aware", self.tr("Does the client know about the referral?"), "yes_no")
        self.choice(
            "consent",
            self.tr("Does the client agree to it?"),
            "yes_no",
            self.tr("Agreement is preferred. Without it, the reason is recorded."),
        )
        self.override = self.add(
            "override_reason",
            self.tr("Why it goes without the client’s agreement"),
            NoteEdit(lines=3),
            self.tr("The danger, and why sharing it is needed and in proportion"),
        )

    def _build_wishes(self) -> None:
        self._section(self.tr("What the client wants"))
        self._words("wishes", self.tr("What the client wants to happen"), lines=3)
        self.choice("wants_police", self.tr("Does the client want to speak to the police?"), "yes_no")
        self._words("police_reason", self.tr("Why, or why not"), lines=2)

    def _build_reach(self) -> None:
        self._section(self.tr("How partners may reach the client"))
        self._words(
            "safe_to_reach",
            self.tr("How the client can be reached safely"),
            self.tr("Every agency reads this. Add a number only if the client agreed to share it."),
            lines=3,
        )
        self.combo("language", self.tr("Language"), "language")
        self.combo("interpreter", self.tr("Interpreter"), "interpreter")

    def _build_about(self) -> None:
        self._section(self.tr("About the client"))
        if self.referral is None and any(getattr(self.held, name) for name in TAKEN_OVER):
            self.down.addWidget(
                Said(self.tr("Filled in from the paper before. Check that it is still so."), "history")
            )
        self._words("landlord", self.tr("Landlord"))
        self._words("occupation", self.tr("Occupation"))
        self._words("gp", self.tr("GP"))

    def _build_partners(self) -> None:
        self.choice("pregnancy", self.tr("Pregnant, or a recent baby?"), "pregnancy")
        self._words("diversity", self.tr("What partners should know about the client"), lines=2)
        self._words("referred_elsewhere", self.tr("Also referred to"))

    def _build_sign_off(self) -> None:
        self._section(self.tr("Signed off"))
        self.add("manager", self.tr("Signed off by"), TextLine())
        self.add("signed_off", self.tr("Signed off on"), DateBoxes())

    def _words(self, name: str, label: str, hint: str = "", lines: int = 1) -> Field:
        return self.add(name, label, TextOrMissing(lines), hint)

    # ---- what is typed

    def record(self) -> MaracReferral:
        """The paper as typed.

        Raises:
            Refused: a date that is none.
        """
        typed: dict[str, Any] = {name: self.code(name) for name in CODED}
        typed |= {name: self.day(name) for name in DATES}
        typed |= {name: self.text(name) for name in rules.TEXTS}
        return replace(self.held, criteria=self.text("criteria"), **typed)

    def follow(self) -> None:
        consent = self.editors["consent"].value()
        self.override.setVisible(consent not in (None, "yes"))
        try:
            typed = self.record()
        except Refused:
            return  # half a date: said when it is saved
        typed = rules.with_repeat(
            typed, incidents.for_client(self.client_id), marac.for_client(self.client_id)
        )
        self.repeat.setVisible(typed.is_repeat)
        last = when.iso_date(typed.last_referred)
        if typed.is_repeat and last is not None:
            self.repeat.show_said(
                self.tr("A repeat: last referred on {date}, flagged until {until}.").format(
                    date=when.show_date(last), until=when.show_date(rules.flag_until(last))
                ),
                "history",
                "on_medium",
            )
        lacking = [say(text) for text in typed.paper_problems().values()]
        self.needed.setVisible(bool(lacking))
        if lacking != self._needed:
            self._needed = lacking
            empty(self.needed.body)
            for line in lacking:
                self.needed.body.addWidget(Text(line, wrap=True))
        if not lacking:
            self.lacking.show_said(self.tr("The paper is whole and can be sent."), "circle-check", "on_safe")
        elif len(lacking) == 1:
            self.lacking.show_said(
                self.tr("1 thing is still needed before it can be sent. It can be kept half-filled."),
                "list-checks",
            )
        else:
            self.lacking.show_said(
                self.tr(
                    "{n} things are still needed before it can be sent. It can be kept half-filled."
                ).format(n=len(lacking)),
                "list-checks",
            )

    def store(self) -> str:
        marac.save(self.record(), self.text("why"))
        return self.tr("MARAC paper saved.")


def never_told() -> str:
    """What stands on every screen of it."""
    from PySide6.QtCore import QCoreApplication

    return QCoreApplication.translate("Marac", "The alleged perpetrator is never told.")


def from_record(session: Session, client_id: int) -> MaracReferral:
    """A new paper with everything the record knows already."""
    client = clients.get(client_id)
    today = session.now().astimezone(when.LONDON).date()
    now = stored_risk.current(client_id)
    known = incidents.for_client(client_id, limit=1)
    latest = known[0] if known else None
    open_now = episodes.open_for(client_id)
    earlier = marac.repeated_by(latest) if latest is not None else None
    before = max(marac.for_client(client_id), key=lambda one: one.recorded, default=None)
    return MaracReferral(
        None,
        "",
        client_id,
        open_now[0].id if open_now else None,
        now.answers.id if now is not None else None,
        area=stored_risk.area_of(client_id) or "NA-ASK",
        criteria=",".join(marac.routes_now(client_id, today)),
        incident_on=latest.happened if latest is not None else "",
        perpetrator=(latest.by_whom if latest is not None else "")
        or "; ".join(perpetrators.names(client_id)),
        last_referred=earlier.sent if earlier is not None else "",
        safe_to_reach=reach_words(stored_safe.for_client(client_id)),
        language=client.language,
        interpreter=client.interpreter,
        **{name: getattr(before, name) for name in TAKEN_OVER if before is not None},
    )


def reach_words(held: list[SafeContact]) -> str:
    """When and how, without the number or address itself: those stay masked until somebody asks for them."""
    parts = []
    channels = codes.get("channel")
    for one in held:
        if one.allowed == "yes":
            hours = show_hours(one.hours) if one.hours else ""
            parts.append(f"{channels.label(one.channel)}: {hours}" if hours else channels.label(one.channel))
    never = [say(sentence) for sentence in safe_contacts.never_list(held)]
    return ". ".join([*parts, *never])


class MaracStepsForm(RecordForm):
    """What became of a paper: sent, heard, its outcome, the client told."""

    STEPS = ("sent", "heard", "told")

    def __init__(
        self, session: Session, client_id: int, referral_id: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"marac_steps:{client_id}:{referral_id}", parent)
        self.referral = marac.get(referral_id)
        self.down.addWidget(Said(never_told(), "ban", "on_high", "strong"))
        self.add(
            "sent",
            self.tr("Sent on"),
            DateBoxes(),
            self.tr("It can be sent once nothing is missing and a manager signed it off"),
        )
        self.add("heard", self.tr("Heard on"), DateBoxes(), "", True)
        self.combo("outcome", self.tr("Outcome"), "marac_outcome")
        self.add(
            "told",
            self.tr("Client told on"),
            DateBoxes(),
            self.tr("The day somebody told the client what came of it"),
            True,
        )
        self.start({name: getattr(self.referral, name) for name in (*self.STEPS, "outcome")})

    def title(self) -> str:
        return self.tr("Sent, heard and told")

    def store(self) -> str:
        dates: dict[str, Any] = {name: self.day(name) for name in self.STEPS}
        marac.save(replace(self.referral, outcome=self.code("outcome", "NA-NAP"), **dates))
        return self.tr("MARAC referral saved.")


class WithdrawMaracForm(TakeBackForm):
    """Take back a referral made by mistake."""

    NOUN = "marac"
    TABLE = "marac_referral"
    STORE = marac
