"""The support plan: what the client wants to reach, in her words where they are hers, and who does what for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from caseworker.domain import codes, when
from caseworker.domain.actions import Action
from caseworker.domain.actions import is_overdue as action_overdue
from caseworker.domain.goals import OPEN, Goal, is_overdue
from caseworker.storage import goals
from ui.say import say
from ui.screens.client.actions import ActionForm, DoneForm
from ui.screens.client.record import RecordForm, TakeBackForm
from ui.session import Session
from ui.theme import px
from ui.widgets import Card, Chip, ChoiceRow, DateBoxes, Entry, Text, TextLine, Tick, column
from ui.widgets.gradually import Gradually, empty


class PlanCard(Card):
    """Goals with their actions under them, then actions that serve none. ``form_wanted`` carries a form."""

    form_wanted = Signal(object)
    DONE = 5  # actions of a goal that are over and still shown

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Support plan"), icon="flag", parent=parent)
        self.session = session
        self.client_id = 0
        self.head_button(self.tr("Add a goal"), self.add_goal, icon="plus")
        self.head_button(self.tr("Add an action"), self.add_action, icon="plus")
        self.list = column()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.addLayout(self.list)
        self._gradually = Gradually(self)

    def show_plan(self, client_id: int, plan: Sequence[Goal], actions: Sequence[Action], today: date) -> None:
        """Show these goals in their order, each with its actions."""
        self.client_id = client_id
        empty(self.list)
        open_now = sum(goal.status == OPEN for goal in plan)
        self.show_count(self.tr("{n} open").format(n=open_now) if plan else "")
        served = {goal.id for goal in plan}
        made: list[Callable[[], object]] = []
        for goal in plan:
            made.append(partial(self._put_goal, goal, today))
            its = [one for one in actions if one.goal_id == goal.id]
            over = [one for one in its if one.done][: self.DONE]
            for action in [*(one for one in its if not one.done), *over]:
                made.append(partial(self._put_action, action, today, True))
        others = [one for one in actions if one.goal_id not in served and not one.done]
        if others:
            made.append(partial(self._say, self.tr("Next steps that serve no goal"), "label"))
        made += [partial(self._put_action, action, today, False) for action in others]
        if not made:
            said = self.tr("No goal yet. Ask what the client wants to be different.")
            made.append(partial(self._say, said, "body", "muted"))
        self._gradually.start(made)

    def when_stood(self, do: Callable[[], object]) -> None:
        """Once every goal and action is on show."""
        self._gradually.then(do)

    # ---- doing

    def add_goal(self) -> None:
        self.form_wanted.emit(GoalForm(self.session, self.client_id))

    def add_action(self) -> None:
        self._open_action(None)

    def _add_action_to(self, goal_id: int) -> None:
        self._open_action(goal_id)

    def _open_action(self, goal_id: int | None) -> None:
        form = ActionForm(self.session, self.client_id)
        form.serve(goal_id)
        self.form_wanted.emit(form)

    def _change_goal(self, goal_id: int) -> None:
        self.form_wanted.emit(GoalForm(self.session, self.client_id, goal_id))

    def _withdraw_goal(self, goal_id: int) -> None:
        self.form_wanted.emit(WithdrawGoalForm(self.session, self.client_id, goal_id))

    def _change_action(self, action_id: int) -> None:
        self.form_wanted.emit(ActionForm(self.session, self.client_id, action_id))

    def _done(self, action_id: int) -> None:
        self.form_wanted.emit(DoneForm(self.session, self.client_id, action_id))

    # ---- parts

    def _say(self, text: str, role: str, tone: str = "") -> None:
        holder = QWidget()
        column(holder, (16, 6, 16, 12)).addWidget(Text(text, role, tone, wrap=True))
        self.list.addWidget(holder)

    def _put_goal(self, goal: Goal, today: date) -> None:
        self.list.addWidget(self._goal(goal, today))

    def _put_action(self, action: Action, today: date, under: bool) -> None:
        self.list.addWidget(self._action(action, today, under))

    def _goal(self, goal: Goal, today: date) -> Entry:
        title = f"“{goal.text}”" if goal.own_words else goal.text
        need = codes.get("need").label(goal.need)
        serves = self.tr("Serves no need on the list") if goal.need == "NA-NAP" else need
        aim = "" if codes.is_missing(goal.aim) else codes.get("need_level").label(goal.aim).lower()
        shown = self.tr("{need}. Aim: {aim}").format(need=serves, aim=aim) if aim else serves
        due = when.iso_date(goal.due)
        by = ""
        if due is not None and goal.status == OPEN:
            by = self.tr("By {day}").format(day=say(when.show_day_and_distance(due, today)))
        chips = []
        if goal.own_words:
            chips.append(Chip(self.tr("Client’s own words"), "info", "message-square"))
        if goal.status != OPEN:
            label = codes.get("goal_status").label(goal.status)
            kind = "safe" if goal.status == "reached" else "plain"
            chips.append(Chip(label, kind, "check" if goal.status == "reached" else "circle"))
        line = Entry(title, [shown, (by, "warn" if is_overdue(goal, today) else "muted")], chips)
        if goal.status == OPEN:
            line.add_button(
                self.tr("Add an action"), partial(self._add_action_to, goal.id or 0), about=goal.text
            )
        line.add_button(self.tr("Change"), partial(self._change_goal, goal.id or 0), about=goal.text)
        line.add_button(self.tr("Withdraw"), partial(self._withdraw_goal, goal.id or 0), about=goal.text)
        return line

    def _action(self, action: Action, today: date, under: bool) -> Entry:
        due = when.iso_date(action.due)
        tone = "muted"
        if action.done:
            done = when.show_date(when.local(action.done).date())
            by = self.tr("Done {date}").format(date=done)
            if action.result:
                by = self.tr("Done {date}: {result}").format(date=done, result=action.result)
        else:
            by = say(when.show_day_and_distance(due, today)) if due else ""
            tone = "warn" if action_overdue(action, today) else "muted"
        kind = "" if codes.is_missing(action.kind) else codes.get("support_action").label(action.kind)
        who = self.tr("By {agency}").format(agency=action.agency) if action.agency else ""
        line = Entry(action.text, [". ".join(part for part in (kind, who) if part), (by, tone)])
        if under:
            margins = line.across.contentsMargins()
            margins.setLeft(px(44))
            line.across.setContentsMargins(margins)
        if not action.done:
            line.add_button(self.tr("Change"), partial(self._change_action, action.id or 0))
            line.add_button(self.tr("Done"), partial(self._done, action.id or 0), "check", "secondary")
        return line


class GoalForm(RecordForm):
    """What the client wants to reach, which need it serves, how far that need should ease, by when."""

    def __init__(
        self, session: Session, client_id: int, goal_id: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"goal:{client_id}:{goal_id or 'new'}", parent)
        self.client_id = client_id
        self.goal = goals.get(goal_id) if goal_id is not None else None
        self.in_turn(self._build_what, self._build_aim, self._fill_in)

    def _build_what(self) -> None:
        self.add(
            "text",
            self.tr("What the client wants to reach"),
            TextLine(),
            self.tr("In the client’s words where you can. For example, sleep through the night"),
        )
        own = Tick(self.tr("These are the client’s own words"))
        self.bind("own_words", own)
        self.down.addWidget(own)
        self.combo("need", self.tr("Which need it serves"), "need")

    def _build_aim(self) -> None:
        levels = codes.get("need_level")
        self.aim = ChoiceRow(
            self.tr("How far that need should ease"),
            [
                *((code, levels.label(code), "") for code in levels.codes),
                ("NA-ASK", codes.MISSING["NA-ASK"], ""),
            ],
            self.tr("The aim, as the needs table shows it"),
        )
        self.bind("aim", self.aim)
        self.down.addWidget(self.aim)
        soon = self.tr("For example, {day}").format(day=f"15 {self.today().month} {self.today().year + 1}")
        self.add("due", self.tr("By when"), DateBoxes(), soon, True)
        self.status = ChoiceRow(
            self.tr("Where it stands"),
            [(c, codes.get("goal_status").label(c), "") for c in codes.get("goal_status").codes],
        )
        self.bind("status", self.status)
        self.down.addWidget(self.status)
        self.why = self.add("why", self.tr("Why it changed"), TextLine(), "", True)
        for part in (self.status, self.why):
            part.setVisible(self.goal is not None)

    def _fill_in(self) -> None:
        held = self.goal or Goal(None, "", self.client_id, "")
        names = ("text", "own_words", "need", "aim", "due", "status")
        self.start({**{name: getattr(held, name) for name in names}, "why": ""})

    def title(self) -> str:
        return self.tr("Goal")

    def store(self) -> str:
        held = self.goal or Goal(None, "", self.client_id, "")
        made = replace(
            held,
            text=self.text("text"),
            own_words=bool(self.values()["own_words"]),
            need=self.code("need"),
            aim=self.code("aim"),
            due=self.day("due"),
            status=self.code("status", OPEN),
        )
        goals.save(made, self.text("why"))
        return self.tr("Goal saved.")


class WithdrawGoalForm(TakeBackForm):
    """Take back a goal recorded by mistake."""

    NOUN = "goal"
    STORE = goals
