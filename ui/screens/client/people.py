"""The people around the client: children at risk first, safeguarding decisions, alleged perpetrators, professionals."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from caseworker.domain import children as child_rules
from caseworker.domain import codes, when
from caseworker.domain import perpetrators as perpetrator_rules
from caseworker.domain import professionals as professional_rules
from caseworker.domain import safeguarding as rules
from caseworker.domain.children import Child
from caseworker.domain.perpetrators import Perpetrator
from caseworker.domain.professionals import Professional
from caseworker.domain.safeguarding import Safeguarding
from caseworker.storage import children, clients, episodes, perpetrators, professionals, safeguarding
from ui.say import say
from ui.screens.client.child_reach import ChildReach
from ui.screens.client.children import ChildForm, WithdrawChildForm
from ui.screens.client.perpetrators import PerpetratorForm, WithdrawPerpetratorForm
from ui.screens.client.professionals import ProfessionalForm, WithdrawProfessionalForm
from ui.screens.client.safeguarding import SafeguardingForm, WithdrawSafeguardingForm
from ui.screens.client.tab import Tab
from ui.session import Place, Session
from ui.widgets import Card, Chip, Entry, RowFrame, Said, Text, column
from ui.widgets.gradually import Gradually, empty

Lines = list[str | tuple[str, str]]


class PeopleTab(Tab):
    """Four cards, in the order in which danger is asked about."""

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
        now = self.session.now()
        parts = (
            children.for_client(self.client_id),
            safeguarding.for_client(self.client_id, withdrawn=True),
            perpetrators.for_client(self.client_id),
            professionals.for_client(self.client_id),
            [one.started for one in episodes.open_for(self.client_id)],
            when.epoch(now) // 3600,
        )
        if parts == self._shown:
            return
        arriving, self._shown = self._shown is None, parts
        household, decided, alleged, others, started, _ = parts
        empty(self.cards)
        build = [
            partial(self._show_card, card)
            for card in (
                partial(self._children, household, started),
                partial(self._decisions, decided, household, when.epoch(now)),
                partial(self._perpetrators, alleged),
                partial(self._professionals, others),
            )
        ]
        self._gradually.build(build, arriving)

    def _show_card(self, card: Callable[[], Card]) -> None:
        self.cards.addWidget(card())

    # ---- children

    def _children(self, household: list[Child], started: list[str]) -> Card:
        card = Card(self.tr("Children and dependants"), str(len(household)) if household else "", "baby")
        card.head_button(self.tr("Add a child or dependant"), self._add_child, icon="plus")
        for one in sorted(household, key=child_rules.is_at_risk, reverse=True):
            card.add_row(self._child(one, started))
        if not household:
            card.body.addWidget(
                Text(
                    self.tr("None is recorded. Ask who is at home, and who else sees or hears it."),
                    "body",
                    "muted",
                    wrap=True,
                )
            )
        return card

    def _child(self, one: Child, started: list[str]) -> Entry:
        today = self.session.now().astimezone(when.LONDON).date()
        lines: Lines = [say(child_rules.age_words(one, today))]
        begun = [day for text in started if (day := when.iso_date(text)) is not None]
        if child_rules.turned_18(one, today) and any(child_rules.counts_as_child(one, day) for day in begun):
            lines.append(
                (self.tr("Under 18 when this support started, and counted so until it ends."), "muted")
            )
        lines.append(self._living(one))
        above = sum(bool(line) for line in lines)
        if one.never_told:
            lines.append((self.tr("Never told or there: {who}").format(who=one.never_told), "danger"))
        if one.social_care not in ("NA-ASK", "NON"):
            care = codes.get("social_care").label(one.social_care)
            who = f", {one.social_worker}" if one.social_worker else ""
            lines.append((self.tr("Social care: {answer}").format(answer=f"{care}{who}"), "muted"))
        if one.note:
            lines.append(one.note)
        entry = Entry(one.name, lines, self._child_chips(one))
        reach = ChildReach(self.session, one)
        entry.words.insertWidget(1 + above, reach)
        if reach.is_masked():
            reach.button = entry.add_button(self.tr("Show the number"), reach.toggle, "eye")
        if one.own_client_id is not None:
            entry.add_button(self.tr("Open record"), partial(self._open, one.own_client_id), "folder-open")
        entry.add_button(self.tr("Change"), partial(self._change_child, one.id or 0))
        entry.add_button(self.tr("Withdraw"), partial(self._withdraw_child, one.id or 0))
        return entry

    def _child_chips(self, one: Child) -> list[Chip]:
        chips = []
        if child_rules.is_at_risk(one):
            chips.append(Chip(self.tr("At risk now"), "high", "shield-alert"))
        elif one.at_risk == "no":
            chips.append(Chip(self.tr("Not at risk now"), "safe", "shield-check"))
        else:
            answer = codes.MISSING[one.at_risk]
            chips.append(
                Chip(self.tr("At risk: {answer}").format(answer=answer.lower()), "warn", "circle-help")
            )
        if one.sees_abuse == "yes":
            chips.append(Chip(self.tr("Sees or hears the abuse"), "warn", "triangle-alert"))
        if one.parent_access == "yes":
            chips.append(Chip(self.tr("A parent may see what they say"), "warn", "users"))
        return chips

    def _living(self, one: Child) -> str:
        parts = []
        if not codes.is_missing(one.relationship):
            parts.append(codes.get("child_relationship").label(one.relationship))
        if not codes.is_missing(one.lives_with):
            home = codes.get("lives_with").label(one.lives_with)
            parts.append(self.tr("Lives {where}").format(where=f"{home[0].lower()}{home[1:]}"))
        if one.school:
            parts.append(one.school)
        return ". ".join(parts)

    # ---- safeguarding

    def _decisions(self, decided: list[Safeguarding], household: list[Child], now: int) -> Card:
        standing = [one for one in decided if not one.withdrawn]
        card = Card(self.tr("Safeguarding decisions"), str(len(standing)) if standing else "", "shield-alert")
        card.head_button(self.tr("Record a decision"), self._add_decision, icon="plus")
        lacking = rules.uncovered(standing, household, now)
        if lacking:
            names = ", ".join(one.name for one in lacking)
            said = self.tr("At risk, and nothing decided in the last 7 days: {names}").format(names=names)
            card.add_row(_remark(Said(said, "triangle-alert", "on_medium", tone="warn")))
        names_of = {one.id: one.name for one in children.for_client(self.client_id, withdrawn=True)}
        for one in decided:
            card.add_row(self._decision(one, names_of, now))
        if not decided and not lacking:
            card.body.addWidget(Text(self.tr("None is recorded."), "body", "muted", wrap=True))
        return card

    def _decision(self, one: Safeguarding, names_of: dict[int | None, str], now: int) -> Entry:
        at = when.show_datetime(when.local(one.decided))
        what = codes.get("safeguarding_decision").label(one.decision)
        if not rules.is_decided(one):
            what = self.tr("Not decided yet")
        whom = codes.get("safeguarding_about").label(one.about)
        if one.about == "ONE":
            whom = names_of.get(one.child_id, whom)
        elif one.person:
            whom = one.person
        lines: Lines = [(f"{whom}. {at}", "muted"), one.concern]
        if one.threshold:
            lines.append(self.tr("Why: {reason}").format(reason=one.threshold))
        if one.override_reason:
            lines.append(self.tr("Without consent: {reason}").format(reason=one.override_reason))
        if one.sent:
            sent = when.show_datetime(when.local(one.sent))
            lines.append(self.tr("Sent to {whom} on {at}").format(whom=one.sent_to, at=sent))
        if one.reviewed:
            seen = when.show_datetime(when.local(one.reviewed))
            lines.append(self.tr("Looked at by {who} on {at}").format(who=one.reviewed_by, at=seen))
        if not codes.is_missing(one.outcome):
            outcome = codes.get("safeguarding_outcome").label(one.outcome)
            lines.append(self.tr("What came of it: {outcome}").format(outcome=outcome))
        entry = Entry(what, lines, self._decision_chips(one, now))
        if one.withdrawn:
            return entry
        entry.add_button(
            self.tr("Change"), partial(self._change_decision, one.id or 0), about=f"{what}, {whom}, {at}"
        )
        if rules.may_withdraw(self.session.vault.worker.role):
            entry.add_button(
                self.tr("Withdraw"),
                partial(self._withdraw_decision, one.id or 0),
                about=f"{what}, {whom}, {at}",
            )
        return entry

    def _decision_chips(self, one: Safeguarding, now: int) -> list[Chip]:
        if one.withdrawn:
            return [Chip(self.tr("Withdrawn"), "plain", "undo-2")]
        chips = []
        review = rules.review_by(one)
        if review is not None:
            by = when.show_datetime(when.local(review))
            if rules.is_review_overdue(one, now):
                text = self.tr("Manager's look was due {at}").format(at=by)
                chips.append(Chip(text, "high", "clock"))
            else:
                chips.append(Chip(self.tr("Manager to look by {at}").format(at=by), "warn", "clock"))
        if one.decision == "REF" and not one.sent:
            chips.append(Chip(self.tr("Not sent yet"), "warn", "send"))
        if not rules.is_decided(one):
            chips.append(Chip(self.tr("Waits for a decision"), "warn", "circle-help"))
        if one.told == "no":
            chips.append(Chip(self.tr("Client not told"), "info", "eye-off"))
        return chips

    # ---- alleged perpetrators

    def _perpetrators(self, alleged: list[Perpetrator]) -> Card:
        card = Card(self.tr("Alleged perpetrators"), str(len(alleged)) if alleged else "", "user")
        card.head_button(
            self.tr("Add a person"), self._add_perpetrator, self.tr("Add an alleged perpetrator"), "plus"
        )
        never = self.tr(
            "Never confirm to anybody that a person is a client here. Say: “I cannot tell you whether anybody is known"
            " to us.”"
        )
        card.add_row(_remark(Said(never, "info")))
        for one in alleged:
            card.add_row(self._perpetrator(one))
        return card

    def _perpetrator(self, one: Perpetrator) -> Entry:
        lines: Lines = []
        for label, value, said in (
            ("", self._coded("relationship", one.relationship), one.relationship_said),
            (
                "",
                {
                    "yes": self.tr("Lives with the client now"),
                    "no": self.tr("Does not live with the client"),
                }.get(one.lives_with, ""),
                one.lives_with_said,
            ),
            (
                "",
                {
                    "yes": self.tr("Weapons: {which}").format(
                        which=one.weapons_words or self.tr("not said which")
                    ),
                    "no": self.tr("No weapons known"),
                }.get(one.weapons, ""),
                one.weapons_said,
            ),
            (self.tr("Bail and orders: {text}"), one.orders, one.orders_said),
            (self.tr("Work: {text}"), one.occupation, one.occupation_said),
            (self.tr("Convicted of {text}"), one.convicted_of, one.convicted_said),
        ):
            if value:
                text = label.format(text=value) if label else value
                source = codes.get("fact_source").label(said)
                lines.append(self.tr("{fact} (said by: {source})").format(fact=text, source=source.lower()))
        chips = [Chip(say(perpetrator_rules.called(one)), "info", "info")]
        if one.weapons == "yes":
            chips.append(Chip(self.tr("Weapons"), "high", "triangle-alert"))
        if one.occupation_risk == "yes":
            chips.append(Chip(self.tr("Work adds to the risk"), "warn", "briefcase"))
        if perpetrator_rules.has_conflict(one):
            chips.append(
                Chip(self.tr("Known to somebody who works here: tell your supervisor"), "warn", "eye-off")
            )
        entry = Entry(one.name, lines, chips)
        entry.add_button(self.tr("Change"), partial(self._change_perpetrator, one.id or 0))
        entry.add_button(self.tr("Withdraw"), partial(self._withdraw_perpetrator, one.id or 0))
        return entry

    @staticmethod
    def _coded(list_name: str, code: str) -> str:
        return "" if codes.is_missing(code) else codes.get(list_name).label(code)

    # ---- professionals

    def _professionals(self, others: list[Professional]) -> Card:
        card = Card(self.tr("Professionals"), str(len(others)) if others else "", "briefcase")
        card.head_button(self.tr("Add a professional"), self._add_professional, icon="plus")
        for one in others:
            card.add_row(self._professional(one))
        if not others:
            card.body.addWidget(Text(self.tr("None is recorded."), "body", "muted", wrap=True))
        return card

    def _professional(self, one: Professional) -> Entry:
        role = self._coded("professional_role", one.role)
        reach = "   ".join(part for part in (one.phone, one.email) if part)
        lines: Lines = [
            ". ".join(part for part in (role, one.organisation if one.name else "") if part),
            reach,
        ]
        if one.agreed == "yes":
            lines.append(self.tr("May be told: {what}").format(what=one.may_be_told))
        elif one.agreed == "no":
            lines.append(self.tr("The client does not agree that they are told anything."))
        else:
            lines.append((self.tr("What they may be told: not agreed yet"), "muted"))
        if one.note:
            lines.append(one.note)
        kind, icon = {"yes": ("safe", "phone"), "no": ("high", "phone-off")}.get(
            one.safe_to_ring, ("warn", "circle-help")
        )
        entry = Entry(
            one.name or one.organisation, lines, [Chip(say(professional_rules.ringing(one)), kind, icon)]
        )
        entry.add_button(self.tr("Change"), partial(self._change_professional, one.id or 0))
        entry.add_button(self.tr("Withdraw"), partial(self._withdraw_professional, one.id or 0))
        return entry

    # ---- doing

    def _open(self, client_id: int) -> None:
        self.session.go.emit(Place("client", clients.get(client_id).id))

    def _add_child(self) -> None:
        self.form_wanted.emit(ChildForm(self.session, self.client_id))

    def _change_child(self, row_id: int) -> None:
        self.form_wanted.emit(ChildForm(self.session, self.client_id, row_id))

    def _withdraw_child(self, row_id: int) -> None:
        self.form_wanted.emit(WithdrawChildForm(self.session, self.client_id, row_id))

    def _add_decision(self) -> None:
        self.form_wanted.emit(SafeguardingForm(self.session, self.client_id))

    def _change_decision(self, row_id: int) -> None:
        self.form_wanted.emit(SafeguardingForm(self.session, self.client_id, row_id))

    def _withdraw_decision(self, row_id: int) -> None:
        self.form_wanted.emit(WithdrawSafeguardingForm(self.session, self.client_id, row_id))

    def _add_perpetrator(self) -> None:
        self.form_wanted.emit(PerpetratorForm(self.session, self.client_id))

    def _change_perpetrator(self, row_id: int) -> None:
        self.form_wanted.emit(PerpetratorForm(self.session, self.client_id, row_id))

    def _withdraw_perpetrator(self, row_id: int) -> None:
        self.form_wanted.emit(WithdrawPerpetratorForm(self.session, self.client_id, row_id))

    def _add_professional(self) -> None:
        self.form_wanted.emit(ProfessionalForm(self.session, self.client_id))

    def _change_professional(self, row_id: int) -> None:
        self.form_wanted.emit(ProfessionalForm(self.session, self.client_id, row_id))

    def _withdraw_professional(self, row_id: int) -> None:
        self.form_wanted.emit(WithdrawProfessionalForm(self.session, self.client_id, row_id))


def _remark(said: Said) -> RowFrame:
    """A sentence that stands above the entries of a card."""
    line = RowFrame()
    line.across.addWidget(said, 1)
    return line
