"""The record at a glance: what is next, how she came, what support is open, who she is; equality questions last."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from caseworker.domain import codes, when
from caseworker.domain.actions import Action, is_overdue
from caseworker.domain.clients import Client, age_on
from caseworker.domain.episodes import Episode
from caseworker.domain.referrals import Referral
from caseworker.errors import Problem
from caseworker.storage import actions, clients, consents, episodes, exits, referrals
from caseworker.storage import safe_contacts as stored_safe
from ui.say import say
from ui.screens.client.actions import ActionForm
from ui.screens.client.clients import EQUALITY, AboutForm, EqualityForm
from ui.screens.client.consents import ConsentsCard
from ui.screens.client.drafts import form_for, waiting_for, waiting_words
from ui.screens.client.episodes import EpisodeForm
from ui.screens.client.exits import CloseEpisodeForm, ExitsCard
from ui.screens.client.part import Part
from ui.screens.client.referrals import ReferralForm
from ui.screens.client.safe_contacts import SafeContactForm
from ui.screens.client.tab import Tab
from ui.session import Session, Toast
from ui.widgets import Button, Card, Entry, Facts, Said, Text, column
from ui.widgets.entry import told_apart
from ui.widgets.gradually import Gradually, empty


class OverviewTab(Tab):
    """Cards in the order of the work. Each has one button for its next step."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._shown: object = None
        self.cards = column(gap=14)
        self.body.addLayout(self.cards)
        self.body.addStretch(1)
        self._gradually = Gradually(self)

    def show_client(self, client_id: int) -> None:
        super().show_client(client_id)
        self._shown = None

    def reload(self) -> None:
        client = clients.get(self.client_id)
        parts = (
            client,
            actions.for_client(self.client_id, limit=50),
            referrals.for_client(self.client_id),
            episodes.for_client(self.client_id),
            waiting_for(self.client_id),
            bool(stored_safe.for_client(self.client_id)),
            exits.with_episodes(self.client_id),
            consents.for_client(self.client_id, limit=1_000),
            self.session.now().astimezone(when.LONDON).date(),
        )
        if parts == self._shown:
            return
        arriving, self._shown = self._shown is None, parts
        _, steps, came, support, waiting, reachable, ended, *_ = parts
        empty(self.cards)
        cards: list[Callable[[], QWidget]] = [partial(self._steps, steps), partial(self._support, support)]
        if not reachable:
            cards.insert(0, self._ask_safe)
        if waiting:
            cards.insert(0, partial(self._unfinished, waiting))
        if ended:
            cards.append(partial(self._part, ExitsCard))
        cards += [
            partial(self._part, ConsentsCard),
            partial(self._referrals, came),
            partial(self._about, client),
            partial(self._equality, client),
        ]
        build = [partial(self._add, card) for card in cards]
        self._gradually.build(build, arriving)

    def _add(self, card: Callable[[], QWidget]) -> None:
        self.cards.addWidget(card())

    # ---- cards

    def _part(self, kind: Callable[[Session], Part]) -> Part:
        """A card that reads its own part of the vault."""
        made = kind(self.session)
        made.form_wanted.connect(self.form_wanted)
        made.show_client(self.client_id)
        made.reload()
        return made

    def _unfinished(self, keys: list[str]) -> Card:
        card = Card(self.tr("Unfinished"), icon="history")
        for key in keys:
            line = Entry(say(waiting_words(key)))
            line.add_button(self.tr("Carry on"), partial(self._carry_on, key), kind="secondary")
            card.add_row(line)
        return card

    def _ask_safe(self) -> Card:
        card = Card(self.tr("How to reach this client safely is not asked yet"), icon="shield-check")
        card.body.addWidget(
            Text(
                self.tr("Ask first: which number, when, who may answer, what must never be done."), wrap=True
            )
        )
        button = Button(self.tr("Record safe contact"), "shield-check", "primary")
        button.clicked.connect(self._safe)
        card.body.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _steps(self, steps: list[Action]) -> Card:
        card = Card(self.tr("Next steps"), str(len(steps)) if steps else "", "calendar-check")
        card.head_button(self.tr("Add a next step"), self._add_step)
        today = self.session.now().astimezone(when.LONDON).date()
        days = [when.iso_date(step.due) for step in steps]
        called = told_apart(
            [step.text for step in steps], [when.show_date(day) if day else "" for day in days]
        )
        for step, due, about in zip(steps, days, called, strict=True):
            shown = say(when.show_day_and_distance(due, today)) if due else ""
            line = Entry(step.text, [(shown, "warn" if is_overdue(step, today) else "muted")])
            line.add_button(self.tr("Change"), partial(self._change_step, step), about=about)
            line.add_button(self.tr("Done"), partial(self._done, step), "check", "secondary", about)
            card.add_row(line)
        if not steps:
            card.body.addWidget(Text(self.tr("Nothing planned."), "body", "muted"))
        return card

    def _crime(self, code: str) -> str:
        """What happened, in words that say what is not known."""
        said = codes.get("crime").label(code)
        if not codes.is_missing(code):
            return said
        return self.tr("Crime or abuse: {answer}").format(answer=said.lower())

    def _support(self, support: list[Episode]) -> Card:
        card = Card(self.tr("Support"), icon="heart-handshake")
        open_now = [one for one in support if not one.closed]
        if not open_now:
            card.head_button(self.tr("Start support"), self._start_support)
        services = [codes.get("service_type").label(one.service) for one in support]
        begun = [when.show_stored(one.started) for one in support]
        called = told_apart(services, [self.tr("since {date}").format(date=since) for since in begun])
        for one, service, since, about in zip(support, services, begun, called, strict=True):
            if one.closed:
                ended = when.iso_date(one.closed)
                reason = codes.get("closure_reason").label(one.closure_reason)
                said = self.tr("{start} to {end}. {reason}").format(
                    start=since, end=when.show_date(ended) if ended else "", reason=reason
                )
            else:
                said = self.tr("Open since {date}").format(date=since)
            line = Entry(service, [said, (self._crime(one.crime), "muted")])
            line.add_button(self.tr("Change"), partial(self._change_support, one.id or 0), about=about)
            if not one.closed:
                close = partial(self._close_support, one)
                line.add_button(self.tr("Close support"), close, kind="secondary", about=about)
            card.add_row(line)
        if not support:
            card.body.addWidget(
                Text(
                    self.tr("No support has started. Contacts count in the return once it has."),
                    "body",
                    "muted",
                    wrap=True,
                )
            )
        return card

    def _referrals(self, came: list[Referral]) -> Card:
        card = Card(self.tr("Referrals"), icon="inbox")
        card.head_button(self.tr("Add a referral"), self._add_referral)
        sources, outcomes = codes.get("referral_source"), codes.get("referral_outcome")
        for one in came:
            source = sources.label(one.source)
            if codes.is_missing(one.source):
                source = self.tr("Who referred: {answer}").format(answer=source.lower())
            day = when.show_date(when.local(one.received).date())
            line = Entry(
                source,
                [
                    self.tr("Received {date}. {crime}").format(date=day, crime=self._crime(one.crime)),
                    (self.tr("Outcome: {outcome}").format(outcome=outcomes.label(one.outcome)), "muted"),
                ],
            )
            about = f"{source}, {day}, {self._crime(one.crime)}"
            line.add_button(self.tr("Change"), partial(self._change_referral, one.id or 0), about=about)
            card.add_row(line)
        if not came:
            card.body.addWidget(Text(self.tr("No referral is recorded."), "body", "muted"))
        return card

    def _about(self, client: Client) -> Card:
        card = Card(self.tr("About this client"), icon="user")
        card.head_button(self.tr("Change"), self._change_about, self.tr("Change about this client"))
        age = age_on(client, self.session.now().astimezone(when.LONDON).date())
        born = when.iso_date(client.born)
        if born is not None:
            shown = self.tr("{date}, {age} years old").format(date=when.show_date(born), age=age)
        elif age is not None:
            shown = self.tr("About {age} years old").format(age=age)
        else:
            shown = codes.MISSING.get(client.born, "")
        card.body.addWidget(
            Facts(
                [
                    (self.tr("Likes to be called"), client.known_as or self.tr("Not asked yet")),
                    (self.tr("Date of birth or age"), shown),
                    (self.tr("District"), codes.get("area").label(client.area)),
                    (self.tr("Language"), codes.get("language").label(client.language)),
                    (self.tr("Interpreter"), codes.get("interpreter").label(client.interpreter)),
                ]
            )
        )
        if client.totals_only:
            card.body.addWidget(
                Said(self.tr("Counted only in totals, in no table by age, district or anything else"), "info")
            )
        return card

    def _equality(self, client: Client) -> Card:
        card = Card(self.tr("Equality questions"), icon="users")
        lists = dict(zip(EQUALITY, EQUALITY, strict=True))
        labels = {
            "sex": self.tr("Sex"),
            "gender_same": self.tr("Gender the same as registered at birth"),
            "ethnicity": self.tr("Ethnic group"),
            "disability": self.tr("Condition or disability"),
            "orientation": self.tr("Sexual orientation"),
            "religion": self.tr("Religion"),
        }
        answers = {name: getattr(client, name) for name in EQUALITY}
        asked = [name for name in EQUALITY if answers[name] != "NA-ASK"]
        card.head_button(
            self.tr("Change") if asked else self.tr("Ask"),
            self._ask_equality,
            self.tr("Equality questions: answer"),
        )
        if not asked:
            card.body.addWidget(
                Text(
                    self.tr("Not asked yet. Optional, and never the first thing to ask."),
                    "body",
                    "muted",
                    wrap=True,
                )
            )
        else:
            card.body.addWidget(
                Facts([(labels[name], codes.get(lists[name]).label(answers[name])) for name in EQUALITY])
            )
        return card

    # ---- doing

    def _carry_on(self, key: str) -> None:
        try:
            self.form_wanted.emit(form_for(self.session, key))
        except Problem as problem:
            self.session.problem(problem)

    def _safe(self) -> None:
        self.form_wanted.emit(SafeContactForm(self.session, self.client_id))

    def _add_step(self) -> None:
        self.form_wanted.emit(ActionForm(self.session, self.client_id))

    def _change_step(self, step: Action) -> None:
        self.form_wanted.emit(ActionForm(self.session, self.client_id, step.id))

    def _done(self, step: Action) -> None:
        try:
            self.session.write(actions.finish, step.id or 0)
        except Problem as problem:
            self.session.problem(problem)
            return
        self.session.toast.emit(
            Toast(self.tr("Next step done."), self.tr("Undo"), partial(undo_done, self.session, step.id or 0))
        )

    def _start_support(self) -> None:
        self.form_wanted.emit(EpisodeForm(self.session, self.client_id))

    def _change_support(self, episode_id: int) -> None:
        self.form_wanted.emit(EpisodeForm(self.session, self.client_id, episode_id))

    def _close_support(self, episode: Episode) -> None:
        self.form_wanted.emit(CloseEpisodeForm(self.session, self.client_id, episode.id or 0))

    def _add_referral(self) -> None:
        self.form_wanted.emit(ReferralForm(self.session, self.client_id))

    def _change_referral(self, referral_id: int) -> None:
        self.form_wanted.emit(ReferralForm(self.session, self.client_id, referral_id))

    def _change_about(self) -> None:
        self.form_wanted.emit(AboutForm(self.session, self.client_id))

    def _ask_equality(self) -> None:
        self.form_wanted.emit(EqualityForm(self.session, self.client_id))


def undo_done(session: Session, action_id: int) -> None:
    """Take back "Done". The history keeps both."""
    try:
        session.write(actions.unfinish, action_id)
    except Problem as problem:
        session.problem(problem)
