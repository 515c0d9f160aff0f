"""Needs and outcomes: where each need began, is and should go; how life is; the plan; who else was asked to help."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import cached_property, partial

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from caseworker.domain import codes, when
from caseworker.domain import goals as goal_rules
from caseworker.domain import instruments as rules
from caseworker.domain import needs as need_rules
from caseworker.domain import onward_referrals as onward_rules
from caseworker.domain.actions import Action
from caseworker.domain.episodes import Episode
from caseworker.domain.feedback import FeedbackOffer, Given
from caseworker.domain.goals import OPEN, Goal
from caseworker.domain.instruments import AnswerSet
from caseworker.domain.needs import NeedRow
from caseworker.domain.onward_referrals import OnwardReferral
from caseworker.errors import Problem, Refused
from caseworker.storage import actions, episodes, feedback, goals, instruments, onward_referrals, services
from ui.say import say
from ui.screens.client.answer_sets import AnswersPage
from ui.screens.client.beginning import BeginCard
from ui.screens.client.feedback import FeedbackCard
from ui.screens.client.goals import GoalForm, PlanCard
from ui.screens.client.instruments import InstrumentForm
from ui.screens.client.onward_referrals import OnwardCard
from ui.screens.client.outcomes import OutcomesCard, ScoresCard, Signed, asked_words
from ui.screens.client.tab import Tab
from ui.session import Session
from ui.theme import px
from ui.widgets import Card, Entry, Text, column
from ui.widgets.charts import Distance, distance_size, paint_distance
from ui.widgets.gradually import Gradually, empty
from ui.widgets.tables import Cell, Column, FactTable

WIDE = 940  # logical pixels: from here outcomes stand beside needs
KINDS = ("needs", "outcomes", "score", "feedback")
ASKED = 6  # forms taken before that are shown at once


class NeedsCard(Card):
    """``asked`` carries the form's name when it is to be reviewed; ``opened`` the need whose aim is to be set."""

    asked = Signal(object)
    opened = Signal(object)
    NARROW = 560  # under this what matters most stands under the need's name

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Needs"), " ", parent=parent)
        self.rows: tuple[NeedRow, ...] = ()
        self._narrow: bool | None = None
        self.review = self.head_button(self.tr("Review needs"), self._ask, icon="list-checks")
        self.body.setContentsMargins(0, 0, 0, 0)
        self.nothing = QWidget()
        said = self.tr(
            "Not asked yet. The client says how each part of life is now, and which three matter most."
        )
        column(self.nothing, (16, 0, 16, 14)).addWidget(Text(said, "body", "muted", wrap=True))
        self.body.addWidget(self.nothing)
        self.table = FactTable(self.tr("Needs: start, latest, aim and distance travelled"))
        self.table.opened.connect(self._open)
        self.pad = QWidget()
        column(self.pad, (12, 0, 12, 0)).addWidget(self.table)
        self.body.addWidget(self.pad)
        self.below = QWidget()
        inside = column(self.below, (16, 6, 16, 12), 4)
        self.key = Text(
            self.tr(
                "0 no need, 1 usual help, 2 some help, 3 much help, 4 urgent. Circle: start. Dot: latest. Line: aim."
                " Enter on a need sets its aim."
            ),
            "small",
            "muted",
            wrap=True,
        )
        self.rest = Text("", "small", "muted", wrap=True)
        self.foot = Text("", "small", "muted", wrap=True)
        for part in (self.key, self.rest, self.foot):
            inside.addWidget(part)
        self.body.addWidget(self.below)
        self.body.addStretch(1)

    def show_needs(
        self,
        rows: Sequence[NeedRow],
        rest: Sequence[str],
        last: Signed | None,
        names: dict[int, str],
        today: date,
    ) -> None:
        """Show these in their order; ``rest``: the needs nobody asked about; ``last``: the newest form taken."""
        self.rows = tuple(rows)
        self._narrow = None
        for part in (self.pad, self.below):
            part.setVisible(last is not None)
        self.nothing.setVisible(last is None)
        self.review.setText(self.tr("Ask about needs") if last is None else self.tr("Review needs"))
        if last is None:
            self.show_count("")
            return
        met = sum(row.aim_met for row in rows)
        self.show_count(self.tr("{n} looked at, {met} aims met").format(n=len(rows), met=met))
        if met == 1:
            self.show_count(self.tr("{n} looked at, 1 aim met").format(n=len(rows)))
        self.rest.setText(self.tr("Not asked yet: {needs}.").format(needs=", ".join(rest)))
        self.rest.setVisible(bool(rest))
        self.foot.setText(asked_words(self, last, names, today))
        self._show_rows()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_rows()

    def _show_rows(self) -> None:
        narrow = self.width() < px(self.NARROW)
        if narrow == self._narrow or not self.rows:
            return
        self._narrow = narrow
        matters = [] if narrow else [Column(self.tr("Matters"), centred=True)]
        columns = [
            Column(self.tr("Need"), 9),
            *matters,
            Column(self.tr("Start"), centred=True),
            Column(self.tr("Latest"), centred=True),
            Column(self.tr("Aim"), centred=True),
            Column(self.tr("Distance travelled"), 9 if narrow else 11),
        ]
        self.table.show_rows(columns, [self._cells(row, narrow) for row in self.rows])

    def _cells(self, row: NeedRow, narrow: bool) -> list[Cell]:
        most = ("", self.tr("Most"), self.tr("Second"), self.tr("Third"))[row.priority]
        unmet = row.unmet()
        under = [say(unmet)] if unmet is not None else []
        if narrow and row.priority:
            under.insert(0, self.tr("Matters: {which}").format(which=most.lower()))
        told = Distance(row.start, row.latest, row.aim)
        cells = [Cell(row.label, ". ".join(under), "strong" if row.priority else "body")]
        if not narrow:
            cells.append(Cell(most, role="strong", tone="primary", said=most or self.tr("Not named")))
        for value, word in ((row.start, "–"), (row.latest, "–"), (row.aim, "–")):
            text = word if value is None else str(value)
            said = (
                self.tr("None") if value is None else f"{value}, {codes.get('need_level').label(str(value))}"
            )
            cells.append(Cell(text, role="figures", tone="muted" if value is None else "", said=said))
        words = say(row.sentence())
        cells.append(
            Cell(words, role="small", draw=partial(_distance, told), size=distance_size(), said=words)
        )
        return cells

    def _ask(self) -> None:
        self.asked.emit(need_rules.FORM)

    def _open(self, at: object) -> None:
        if isinstance(at, int) and at < len(self.rows):
            self.opened.emit(self.rows[at].need)


class NeedsTab(Tab):
    """Cards in the order of the talk: needs and outcomes, the plan, onward referrals, feedback, what was asked."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._shown: object = None
        self._all = False
        self.begun = Card(self.tr("Begun, not signed yet"), icon="pencil")
        self.begun.body.setContentsMargins(0, 0, 0, 0)
        self._begun = column()
        self.begun.body.addLayout(self._begun)
        self.begun.hide()
        self.body.addWidget(self.begun)
        self.needs = NeedsCard()
        self.outcomes = OutcomesCard()
        self.list = column()
        self.side = QHBoxLayout()
        self.side.setSpacing(px(14))
        self.side.addWidget(self.needs, 3)
        self.side.addWidget(self.outcomes, 2)
        self.body.addLayout(self.side)
        self.below = column(gap=12)
        self.body.addLayout(self.below)
        self.body.addStretch(1)
        for asking in (self.needs, self.outcomes):
            asking.asked.connect(self.ask)
        self.needs.opened.connect(self.set_aim)
        self._gradually = Gradually(self)

    # ---- the cards under needs and outcomes, each made when it is first shown: all at once would be felt.
    # Hidden until it is filled: else the page is laid out anew for each of its lines

    @cached_property
    def scores(self) -> ScoresCard:
        made = ScoresCard()
        made.asked.connect(self.ask)
        self._put_below(made)
        return made

    @cached_property
    def plan(self) -> PlanCard:
        made = PlanCard(self.session)
        made.form_wanted.connect(self.form_wanted)
        self._put_below(made)
        return made

    @cached_property
    def onward(self) -> OnwardCard:
        made = OnwardCard(self.session)
        made.form_wanted.connect(self.form_wanted)
        self._put_below(made)
        return made

    @cached_property
    def feedback(self) -> FeedbackCard:
        made = FeedbackCard(self.session)
        made.form_wanted.connect(self.form_wanted)
        made.asked.connect(self.ask)
        self._put_below(made)
        return made

    @cached_property
    def before(self) -> Card:
        made = Card(self.tr("Asked before"), icon="history")
        made.body.setContentsMargins(0, 0, 0, 0)
        made.body.addLayout(self.list)
        self._put_below(made)
        return made

    @cached_property
    def begin(self) -> BeginCard:
        made = BeginCard(self.session, self.tr("Ask something else, or at another stage"), KINDS)
        made.begun.connect(self.form_wanted)
        self._put_below(made)
        return made

    def _put_below(self, card: Card) -> None:
        card.hide()
        self.below.addWidget(card)

    def save(self) -> None:
        self.begin.begin_if_focused()

    def when_stood(self, do: Callable[[], object]) -> None:
        def done() -> None:
            do()
            self.keep_in_sight()

        self._gradually.then(lambda: self.plan.when_stood(done))

    def entry(self) -> QWidget:
        """Where the keyboard arrives."""
        return self.needs.review

    def show_client(self, client_id: int) -> None:
        super().show_client(client_id)
        self._shown, self._all = None, False
        self._gradually.start((), at_once=False)
        # Whose record was open before stands in these until each is shown anew: never under another's name.
        for card in self.findChildren(Card):
            card.hide()

    def reload(self) -> None:
        client, today = self.client_id, self.session.now().astimezone(when.LONDON).date()
        kinds = {one.name: one.kind for one in rules.shelf().instruments if one.kind in KINDS}
        sets = instruments.signed(client, kinds)
        plan = goals.for_client(client)
        steps = actions.for_client(client, open_only=False)
        referrals = onward_referrals.for_client(client)
        offers = feedback.for_client(client)
        support = episodes.for_client(client)
        places = services.names(one.service_id for one in referrals if one.service_id is not None)
        open_now = [one for one in instruments.unfinished(client_id=client) if one.instrument in kinds]
        parts = (
            [one.id for one, _ in sets], plan, steps, referrals, offers, support, places, open_now, today, self._all,
        )  # fmt: skip
        if parts == self._shown:
            return
        self._shown = parts
        names = instruments.worker_names()
        of_kind = partial(_of_kind, sets, kinds)
        asked = of_kind("needs")
        taken = [one for _, one in asked]
        rows = need_rules.rows(taken, goal_rules.aims(plan), onward_rules.unmet(referrals))
        scored: dict[str, list[Signed]] = {}
        for one in of_kind("score"):
            scored.setdefault(one[0].instrument, []).append(one)
        given = feedback.of(of_kind("feedback"))
        newest = next((one for one in support if not one.closed), support[0] if support else None)
        steps_to_take: list[Callable[[], object]] = [
            partial(self._show_begun, open_now),
            partial(
                self._show_needs,
                rows,
                need_rules.not_asked(taken),
                asked[-1] if asked else None,
                names,
                today,
            ),
            partial(self._show_outcomes, _latest_form(of_kind("outcomes")), names, today),
            partial(self._show_scores, scored, names, today),
            partial(self._show_plan, plan, steps, today),
            partial(self._show_onward, referrals, places, today),
            partial(self._show_feedback, offers, given, newest, today),
            lambda: self.before,
            partial(self._fill_before, sets, names),
            lambda: self.before.setVisible(bool(sets)),
            lambda: self.begin,
            lambda: self.begin.show_client(client),
            lambda: self.begin.show(),
            self.keep_in_sight,
        ]
        self._gradually.start(steps_to_take, at_once=False)  # the page itself was made in this event

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= px(WIDE)
        self.side.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)

    # ---- doing

    def ask(self, name: object) -> None:
        """Begin that form now at its usual stage, or carry on with the one still open."""
        name = str(name)
        try:
            held = self.session.write(instruments.begin, self.client_id, name, self._stage(name))
            self.form_wanted.emit(InstrumentForm(self.session, self.client_id, held))
        except Refused as refused:
            self.session.problem(Problem("E-REFUSED", "{why}", why=next(iter(refused.problems.values()))))
        except Problem as problem:
            self.session.problem(problem)

    def set_aim(self, need: object) -> None:
        """The open goal of that need, or a new one."""
        held = next(
            (one for one in goals.for_client(self.client_id) if one.need == need and one.status == OPEN), None
        )
        form = GoalForm(self.session, self.client_id, held.id if held is not None else None)
        if held is None:
            form.fill({"need": need})
        self.form_wanted.emit(form)

    def _stage(self, name: str) -> str:
        """One still open is carried on; else the start, a review, or the end once support has ended."""
        mine = [one for one in instruments.unfinished(client_id=self.client_id) if one.instrument == name]
        if mine:
            return mine[0].stage
        support = episodes.for_client(self.client_id)
        ended = bool(support) and all(one.closed for one in support)
        form = rules.shelf().current(name, self.session.now().astimezone(when.LONDON).date())
        return rules.usual_stage(form, instruments.latest(self.client_id, name) is not None, ended)

    def _show(self, set_id: int) -> None:
        try:
            self.form_wanted.emit(AnswersPage(self.session, self.client_id, set_id))
        except Problem as problem:
            self.session.problem(problem)

    def _show_all(self) -> None:
        self._all = True
        self.reload()

    def _carry_on(self, set_id: int) -> None:
        try:
            self.form_wanted.emit(InstrumentForm(self.session, self.client_id, set_id))
        except Problem as problem:
            self.session.problem(problem)

    # ---- parts

    def _show_begun(self, found: Sequence[AnswerSet]) -> None:
        """What was put off: the cards below say only what is signed."""
        empty(self._begun)
        stages = codes.get("outcome_stage")
        titles = {one.name: one.title for one in rules.shelf().instruments}
        for one in found:
            line = self.tr("{stage}, {time}").format(
                stage=stages.label(one.stage), time=when.show_datetime(when.local(one.started))
            )
            entry = Entry(titles[one.instrument], [line])
            entry.add_button(self.tr("Carry on"), partial(self._carry_on, one.id or 0))
            self._begun.addWidget(entry)
        self.begun.setVisible(bool(found))

    def _show_needs(
        self,
        rows: Sequence[NeedRow],
        rest: Sequence[str],
        last: Signed | None,
        names: dict[int, str],
        today: date,
    ) -> None:
        self.needs.show_needs(rows, rest, last, names, today)
        self.needs.show()

    def _show_outcomes(self, sets: Sequence[Signed], names: dict[int, str], today: date) -> None:
        self.outcomes.show_sets(sets, names, today)
        self.outcomes.show()

    def _show_scores(self, by_name: dict[str, list[Signed]], names: dict[int, str], today: date) -> None:
        self.scores.show_sets(by_name, names, today)
        self.scores.setVisible(bool(by_name))

    def _show_plan(self, plan: list[Goal], steps: list[Action], today: date) -> None:
        self.plan.show_plan(self.client_id, plan, steps, today)
        self.plan.show()

    def _show_onward(self, found: list[OnwardReferral], places: dict[int, str], today: date) -> None:
        self.onward.show_referrals(self.client_id, found, places, today)
        self.onward.show()

    def _show_feedback(
        self, offers: list[FeedbackOffer], given: list[Given], episode: Episode | None, today: date
    ) -> None:
        self.feedback.show_feedback(self.client_id, offers, given, episode, today)
        self.feedback.show()

    def _fill_before(self, sets: Sequence[Signed], names: dict[int, str]) -> None:
        empty(self.list)
        newest = list(reversed(sets))
        self.before.hide()
        self.before.show_count(len(newest))
        shown = newest if self._all else newest[:ASKED]
        for held, taken in shown:
            stage = codes.get("outcome_stage").label(held.stage)
            line = self.tr("{stage}, {time}").format(
                stage=stage, time=when.show_datetime(when.local(held.started))
            )
            who = names.get(held.worker_id or 0, "")
            by = self.tr("Asked by {name}").format(name=who) if who else ""
            entry = Entry(taken.instrument.title, [line, (by, "muted")])
            entry.add_button(
                self.tr("Show"), partial(self._show, held.id or 0), about=f"{taken.instrument.title}, {line}"
            )
            self.list.addWidget(entry)
        if len(shown) < len(newest):
            rest = Entry(self.tr("{n} more").format(n=len(newest) - len(shown)))
            rest.add_button(self.tr("Show all"), self._show_all, about=self.tr("asked before"))
            self.list.addWidget(rest)


def _of_kind(sets: Sequence[Signed], kinds: dict[str, str], kind: str) -> list[Signed]:
    return [one for one in sets if kinds.get(one[0].instrument) == kind]


def _latest_form(sets: Sequence[Signed]) -> list[Signed]:
    """Of several forms of statements the one used last: two scales have no place in one chart."""
    return [one for one in sets if one[0].instrument == sets[-1][0].instrument]


def _distance(told: Distance, painter: QPainter, box: QRectF) -> None:
    paint_distance(painter, box, told)
