"""Risk as it stands: the grade that counts, who judged it and why, when it is looked at again, and every assessment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from caseworker.domain import codes, risk, when
from caseworker.domain import instruments as rules
from caseworker.domain import marac as marac_rules
from caseworker.domain import marac_actions as action_rules
from caseworker.domain.incidents import Incident
from caseworker.domain.instruments import AnswerSet
from caseworker.domain.marac import MaracReferral
from caseworker.domain.marac_actions import MaracAction
from caseworker.domain.risk import Rules
from caseworker.errors import Problem
from caseworker.storage import incidents, instruments, marac, marac_actions
from caseworker.storage import risk as stored_risk
from caseworker.storage.risk import RiskNow
from ui.say import say
from ui.screens.client.answer_sets import AnswersPage, WithdrawAnswersForm, state_chip
from ui.screens.client.beginning import BeginCard
from ui.screens.client.incidents import IncidentForm, WithdrawIncidentForm
from ui.screens.client.instruments import InstrumentForm
from ui.screens.client.marac import MaracForm, MaracStepsForm, WithdrawMaracForm, never_told
from ui.screens.client.marac_actions import MaracActionForm, WithdrawMaracActionForm
from ui.screens.client.risk_chart import Mark, RiskChart
from ui.screens.client.scoring import band_words, event_words
from ui.screens.client.tab import Tab
from ui.screens.grade import grade_chip
from ui.screens.report import Wanted
from ui.session import Place, Session
from ui.theme import px
from ui.widgets import Button, Card, Chip, Entry, FlowLayout, Said, Text, column
from ui.widgets.gradually import Gradually, empty

AT_ONCE = 2  # rows built before the next key is looked at
FEW = 12  # rows made anew at once where the tab is on show; more of them would be felt


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read: when it has not changed, nothing is built anew and the keyboard stays where it is."""

    sets: list[AnswerSet]
    current: RiskNow | None
    incidents: list[Incident]
    referrals: list[MaracReferral]
    actions: list[MaracAction]
    routes: tuple[str, ...]
    rules: Rules
    today: date


class RiskTab(Tab):
    """Cards from what is true now to what was before. ``folder`` holds other definitions than the shipped ones."""

    def __init__(self, session: Session, parent: QWidget | None = None, folder: Path | None = None) -> None:
        super().__init__(session, parent)
        self._shown: Seen | None = None
        self._card = Card(parent=self)
        self._card.hide()
        self.now = column()
        self.body.addLayout(self.now)
        self.begin = BeginCard(session, self.tr("Assess risk"), ["risk"], folder)
        self.begin.begun.connect(self.form_wanted)
        self.body.addWidget(self.begin)
        self._gradually = Gradually(self)
        self.cards = column(gap=12)
        self.body.addLayout(self.cards)
        self.body.addStretch(1)

    def show_client(self, client_id: int) -> None:
        super().show_client(client_id)
        self._shown = None

    def reload(self) -> None:
        self.begin.show_client(self.client_id)
        now = when.epoch(self.session.now())
        today = when.local(now).date()
        names = {one.name for one in rules.shelf(self.begin.folder).instruments if one.kind == "risk"}
        sets = [
            one
            for one in instruments.for_client(self.client_id, withdrawn=True)
            if one.grade or one.instrument in names
        ]
        seen = Seen(
            sets,
            stored_risk.current(self.client_id),
            incidents.for_client(self.client_id, withdrawn=True),
            marac.for_client(self.client_id, withdrawn=True),
            marac_actions.for_client(self.client_id),
            marac.routes_now(self.client_id, today),
            stored_risk.rules(stored_risk.area_of(self.client_id)),
            today,
        )
        if seen == self._shown:
            return
        arriving, self._shown = self._shown is None, seen
        empty(self.now)
        empty(self.cards)
        self._gradually.build(
            [
                lambda: self.now.addWidget(self._current(seen)),
                *self._steps_of(self._assessments, [partial(self._assessment, one, now) for one in sets]),
                *self._steps_of(self._incidents, [partial(self._incident, one) for one in seen.incidents]),
                *self._steps_of(self._marac, self._marac_rows(seen)),
            ],
            arriving or len(sets) + len(seen.incidents) + len(seen.actions) > FEW,
        )

    def when_stood(self, do: Callable[[], object]) -> None:
        self._gradually.then(do)

    def _steps_of(
        self, make: Callable[[Seen], Card], rows: Sequence[Callable[[], Entry]]
    ) -> list[Callable[[], None]]:
        """The card first, then a few of its rows at a time."""
        chunks = [rows[at : at + AT_ONCE] for at in range(0, len(rows), AT_ONCE)]
        return [partial(self._add_card, make), *(partial(self._add_rows, chunk) for chunk in chunks)]

    def _add_card(self, make: Callable[[Seen], Card]) -> None:
        if self._shown is not None:
            self._card = make(self._shown)
            self.cards.addWidget(self._card)

    def _add_rows(self, rows: Sequence[Callable[[], Entry]]) -> None:
        for row in rows:
            self._card.add_row(row())

    # ---- the grade that counts

    def _current(self, seen: Seen) -> Card:
        card = Card(self.tr("Risk now"), icon="shield-alert")
        now = seen.current
        if now is None:
            card.body.addWidget(
                Text(self.tr("Nothing is signed yet, so there is no grade."), "body", "muted", wrap=True)
            )
        else:
            card.head.addWidget(grade_chip(now.grade))
            held = now.answers
            since = self.tr("Since {date}, assessed by {who}").format(
                date=when.show_date(now.assessed), who=instruments.asked_by(held) or self.tr("a colleague")
            )
            card.body.addWidget(Text(since, wrap=True))
            if held.judgement:
                card.body.addWidget(
                    Text(self.tr("By judgement: {reason}").format(reason=held.reason), wrap=True)
                )
            late, due = now.is_overdue(seen.today), now.review_due <= seen.today
            words = say(risk.review_said(now.review_due, seen.today))
            chip = Chip(words, "high" if late else "warn" if due else "info", "calendar-clock")
            card.body.addWidget(chip)
            if now.incidents_since:
                card.body.addWidget(
                    Said(
                        self.tr("A new incident became known since, so the review is due."),
                        "triangle-alert",
                        "on_medium",
                    )
                )
        count = risk.recent(
            [day for one in seen.incidents if not one.withdrawn and (day := when.iso_date(one.happened))],
            seen.today,
            seen.rules,
        )
        high = count >= seen.rules.escalation_count
        card.body.addWidget(
            Said(say(event_words(count, seen.rules)), "activity", "on_high" if high else "muted")
        )
        if marac_rules.lacks_referral(seen.routes, seen.referrals, seen.incidents, seen.today):
            words = self.tr("{brought} It is not referred yet.").format(brought=self._brought(seen))
            card.body.addWidget(Said(words, "triangle-alert", "on_high", "strong"))
            button = Button(self.tr("Refer to MARAC"))
            button.clicked.connect(self._refer)
            card.body.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def save(self) -> None:
        self.begin.begin_if_focused()

    # ---- assessments over time

    def _assessments(self, seen: Seen) -> Card:
        sets = seen.sets
        card = Card(self.tr("Assessments"), str(len(sets)) if sets else "", "list-checks")
        marks = [
            Mark(when.local(one.started).date(), one.grade, rules.signed_score(one).total)
            for one in reversed(sets)
            if one.signed and one.grade and not one.withdrawn
        ]
        if marks:
            chart = RiskChart()
            chart.show_marks(marks)
            holder = QWidget()
            column(holder, (16, 0, 16, 10)).addWidget(chart)
            card.add_row(holder)
        if not sets:
            card.body.addWidget(Text(self.tr("None yet."), "body", "muted"))
        return card

    def _assessment(self, held: AnswerSet, now: int) -> Entry:
        title, total = self._titled(held)
        asked = when.show_datetime(when.local(held.started))
        stage = codes.get("outcome_stage").label(held.stage)
        chips = [state_chip(held, now)]
        if held.signed and held.grade:
            chips.insert(0, grade_chip(held.grade))
        line = Entry(title, [total, (f"{asked}. {stage}", "muted")], chips)
        mine = held.worker_id == self.session.vault.worker.id
        about = f"{title}, {asked}"
        if not held.signed and not held.withdrawn:
            if mine:
                line.add_button(
                    self.tr("Carry on"), partial(self._carry_on, held), kind="secondary", about=about
                )
            line.add_button(self.tr("Withdraw"), partial(self._withdraw, held), about=about)
        else:
            line.add_button(self.tr("Read"), partial(self._read, held), kind="secondary", about=about)
        return line

    def _titled(self, held: AnswerSet) -> tuple[str, str]:
        """Its name by its own version, and what it came to."""
        try:
            form = instruments.definition(held)
        except Problem:
            return held.instrument, ""
        if not held.signed:
            given = instruments.answers(held.id or 0)
            values = {code: one.value for code, one in given.items()}
            asked = len(form.asked(values))
            return form.title, self.tr("{n} of {all} items have an answer").format(n=len(given), all=asked)
        score = rules.signed_score(held)
        said = (
            self.tr("{label}: {total}").format(label=form.total_label, total=score.total)
            if score.total is not None
            else ""
        )
        if held.judgement and held.tool_grade:
            raised = self.tr("raised from {tool} by judgement").format(
                tool=band_words(form, held.tool_grade).lower()
            )
            said = f"{said}, {raised}" if said else say(risk.said(held.grade)) + f", {raised}"
        return form.title, said

    # ---- what happened

    def _incidents(self, seen: Seen) -> Card:
        found = seen.incidents
        stand = sum(1 for one in found if not one.withdrawn)
        card = Card(self.tr("Incidents"), str(stand) if stand else "", "activity")
        card.head_button(self.tr("Add an incident"), self._add_incident)
        if not found:
            card.body.addWidget(
                Text(
                    self.tr("No incident is recorded. They are counted for escalation and repeat."), wrap=True
                )
            )
        return card

    def _incident(self, one: Incident) -> Entry:
        day = when.iso_date(one.happened)
        date = when.show_date(day) if day else one.happened
        kind = codes.get("incident_kind").label(one.kind)
        if codes.is_missing(one.kind):
            kind = self.tr("Incident, kind: {answer}").format(answer=kind.lower())
        lines = []
        if one.by_whom:
            lines.append(self.tr("By {who}, as the client says").format(who=one.by_whom))
        if one.note:
            lines.append(one.note)
        reported = codes.get("reported").label(one.reported)
        muted = self.tr("Reported to the police: {answer}").format(
            answer=f"{reported[0].lower()}{reported[1:]}"
        )
        chips = [Chip(self.tr("Withdrawn, not counted"), "plain", "undo-2")] if one.withdrawn else []
        line = Entry(f"{date}. {kind}", [*lines, (muted, "muted")], chips)
        if not one.withdrawn:
            line.add_button(self.tr("Change"), partial(self._change_incident, one.id or 0))
            line.add_button(self.tr("Withdraw"), partial(self._withdraw_incident, one.id or 0))
        return line

    # ---- MARAC

    def _marac(self, seen: Seen) -> Card:
        card = Card(self.tr("MARAC"), icon="users")
        card.head_button(self.tr("Refer to MARAC"), self._refer)
        down = column(margins=(16, 0, 16, 10), gap=6)
        if seen.routes:
            down.addWidget(Said(self._brought(seen), "triangle-alert", "on_high", "strong"))
        else:
            down.addWidget(
                Said(
                    self.tr(
                        "Nothing recorded brings the case to MARAC by itself. Your judgement, or suicide and"
                        " self-harm, may."
                    )
                )
            )
        down.addWidget(Said(never_told(), "ban", "on_high", "strong"))
        holder = QWidget()
        holder.setLayout(down)
        card.add_row(holder)
        return card

    def _brought(self, seen: Seen) -> str:
        labels = codes.get("marac_criterion")
        routes = ", ".join(labels.label(code).lower() for code in seen.routes)
        return self.tr("What is recorded brings the case to MARAC: {routes}.").format(routes=routes)

    def _marac_rows(self, seen: Seen) -> list[Callable[[], Entry]]:
        """Each referral with what its meeting agreed under it."""
        found: list[Callable[[], Entry]] = []
        for one in seen.referrals:
            found.append(partial(self._referral, one, seen))
            found += [
                partial(self._action, action, seen.today)
                for action in seen.actions
                if action.marac_referral_id == one.id
            ]
        return found

    def _referral(self, one: MaracReferral, seen: Seen) -> Entry:
        labels = codes.get("marac_criterion")
        routes = ", ".join(labels.label(code) for code in marac_rules.criteria(one))
        area = codes.get("marac_area").label(one.area) if not codes.is_missing(one.area) else ""
        title = (
            self.tr("MARAC {area}: {routes}")
            .format(area=area, routes=routes or self.tr("no route ticked yet"))
            .replace("  ", " ")
            .replace(" :", ":")
        )
        line = Entry(title, self._became(one), self._referral_chips(one, seen.today))
        if one.withdrawn:
            return line
        row_id = one.id or 0
        buttons = [
            (self.tr("Paper"), partial(self._paper, row_id)),
            (self.tr("Sent, heard, told"), partial(self._steps, row_id)),
            (self.tr("Print"), partial(self._print, row_id)),
            (self.tr("Withdraw"), partial(self._withdraw_referral, row_id)),
        ]
        if one.sent:
            buttons.insert(2, (self.tr("Add an action"), partial(self._add_action, row_id)))
        sent = when.iso_date(one.sent)
        about = self.tr("{referral}, not sent yet").format(referral=title)
        if sent is not None:
            about = self.tr("{referral}, sent {date}").format(referral=title, date=when.show_date(sent))
        holder = QWidget()
        flow = FlowLayout(6, holder)
        for words, slot in buttons:
            button = Button(words, kind="secondary" if slot is buttons[0][1] else "quiet")
            button.setAccessibleName(self.tr("{do}: {referral}").format(do=words, referral=about))
            button.clicked.connect(slot)
            flow.addWidget(button)
        line.words.addWidget(holder)
        return line

    def _became(self, one: MaracReferral) -> list[str | tuple[str, str]]:
        """What has happened with it, a sentence a step."""
        found: list[str | tuple[str, str]] = []
        sent, heard, told = (when.iso_date(day) for day in (one.sent, one.heard, one.told))
        if one.withdrawn:
            return found
        if sent is None:
            lacking = len(one.paper_problems())
            if lacking == 1:
                found.append(self.tr("1 thing is still needed before it can be sent."))
            elif lacking:
                found.append(self.tr("{n} things are still needed before it can be sent.").format(n=lacking))
            else:
                found.append(self.tr("The paper is whole and can be sent."))
        else:
            found.append(self.tr("Sent {date}.").format(date=when.show_date(sent)))
            if heard is not None:
                in_time = marac_rules.heard_in_time(one)
                said = self.tr("Heard {date}, within two weeks.") if in_time else self.tr("Heard {date}.")
                found.append(said.format(date=when.show_date(heard)))
            elif marac_rules.waits_to_be_heard(one):
                by = when.show_date(marac_rules.hear_by(sent))
                found.append(self.tr("To be heard by {date}.").format(date=by))
            if not codes.is_missing(one.outcome) and one.outcome != "heard":
                found.append(codes.get("marac_outcome").label(one.outcome))
            if told is not None:
                found.append(self.tr("The client was told {date}.").format(date=when.show_date(told)))
            until = when.show_date(marac_rules.flag_until(sent))
            found.append(
                (
                    self.tr("Flagged until {date}: a further incident up to that day is a repeat.").format(
                        date=until
                    ),
                    "muted",
                )
            )
        if one.consent != "yes" and not codes.is_missing(one.consent):
            found.append(
                self.tr("Without the client’s agreement: {reason}").format(
                    reason=one.override_reason or self.tr("no reason recorded yet")
                )
            )
        return found

    def _referral_chips(self, one: MaracReferral, today: date) -> list[Chip]:
        if one.withdrawn:
            return [Chip(self.tr("Withdrawn, not counted"), "plain", "undo-2")]
        found = []
        if one.is_repeat:
            found.append(Chip(self.tr("Repeat"), "warn", "history"))
        sent = when.iso_date(one.sent)
        if sent is None:
            found.append(Chip(self.tr("Not sent yet"), "plain", "pencil"))
        elif marac_rules.waits_to_be_told(one):
            found.append(Chip(self.tr("The client is to be told"), "warn", "message-square"))
        elif marac_rules.waits_to_be_heard(one):
            late = today > marac_rules.hear_by(sent)
            found.append(Chip(self.tr("Waits to be heard"), "high" if late else "info", "calendar-clock"))
        return found

    def _action(self, one: MaracAction, today: date) -> Entry:
        due, done = when.iso_date(one.due), when.iso_date(one.done)
        lines: list[str | tuple[str, str]] = []
        if done is not None:
            lines.append((self.tr("Done {date}").format(date=when.show_date(done)), "muted"))
        elif due is not None:
            tone = "warn" if action_rules.is_overdue(one, today) else "muted"
            day = say(when.show_day_and_distance(due, today))
            lines.append((self.tr("Due {day}").format(day=day), tone))
        if one.effect:
            lines.append(self.tr("What it changed: {effect}").format(effect=one.effect))
        line = Entry(self.tr("{agency}: {action}").format(agency=one.agency, action=one.action), lines)
        line.across.setContentsMargins(px(40), px(9), px(12), px(9))
        change = self.tr("Change") if one.done else self.tr("Done, or change")
        last = done or due
        about = line.title if last is None else f"{line.title}, {when.show_date(last)}"
        line.add_button(change, partial(self._change_action, one), about=about)
        line.add_button(self.tr("Withdraw"), partial(self._withdraw_action, one.id or 0), about=about)
        return line

    # ---- doing

    def _add_incident(self) -> None:
        self.form_wanted.emit(IncidentForm(self.session, self.client_id))

    def _change_incident(self, row_id: int) -> None:
        self.form_wanted.emit(IncidentForm(self.session, self.client_id, row_id))

    def _withdraw_incident(self, row_id: int) -> None:
        self.form_wanted.emit(WithdrawIncidentForm(self.session, self.client_id, row_id))

    def _refer(self) -> None:
        self.form_wanted.emit(MaracForm(self.session, self.client_id))

    def _paper(self, row_id: int) -> None:
        self.form_wanted.emit(MaracForm(self.session, self.client_id, row_id))

    def _steps(self, row_id: int) -> None:
        self.form_wanted.emit(MaracStepsForm(self.session, self.client_id, row_id))

    def _print(self, row_id: int) -> None:
        self.session.go.emit(Place("report", Wanted("marac-paper", self.client_id, row_id)))

    def _withdraw_referral(self, row_id: int) -> None:
        self.form_wanted.emit(WithdrawMaracForm(self.session, self.client_id, row_id))

    def _add_action(self, referral_id: int) -> None:
        self.form_wanted.emit(MaracActionForm(self.session, self.client_id, referral_id))

    def _change_action(self, one: MaracAction) -> None:
        self.form_wanted.emit(MaracActionForm(self.session, self.client_id, one.marac_referral_id, one.id))

    def _withdraw_action(self, row_id: int) -> None:
        self.form_wanted.emit(WithdrawMaracActionForm(self.session, self.client_id, row_id))

    def _carry_on(self, held: AnswerSet) -> None:
        try:
            self.form_wanted.emit(InstrumentForm(self.session, self.client_id, held.id or 0))
        except Problem as problem:
            self.session.problem(problem)

    def _read(self, held: AnswerSet) -> None:
        self.form_wanted.emit(AnswersPage(self.session, self.client_id, held.id or 0))

    def _withdraw(self, held: AnswerSet) -> None:
        self.form_wanted.emit(WithdrawAnswersForm(self.session, self.client_id, held.id or 0))
