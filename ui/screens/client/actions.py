"""The forms of a next step: what is next and by when, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from PySide6.QtWidgets import QWidget

from caseworker.domain import when
from caseworker.domain.actions import Action
from caseworker.domain.goals import OPEN
from caseworker.storage import actions, goals
from caseworker.words import Words
from ui.screens.client.record import RecordForm
from ui.session import Session
from ui.theme import px
from ui.widgets import CodeCombo, Combo, DateBoxes, Text, TextLine
from ui.widgets.fold import Fold


class ActionForm(RecordForm):
    """What is next, and by when; then, where it matters, which goal it serves, what it is and who does it."""

    def __init__(
        self, session: Session, client_id: int, action_id: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"action:{client_id}:{action_id or 'new'}", parent)
        self.client_id = client_id
        action = actions.get(action_id) if action_id is not None else None
        self.held = action or Action(None, "", client_id, "", "")
        self.in_turn(self._build_what, self._build_more, self._fill_in)

    def _build_what(self) -> None:
        self.add("text", self.tr("What you will do next"), TextLine())
        soon = self.session.now().astimezone(when.LONDON) + timedelta(days=14)
        example = self.tr("For example, {day}").format(day=f"{soon.day} {soon.month} {soon.year}")
        self.add("due", self.tr("By when"), DateBoxes(), example)

    def _build_more(self) -> None:
        # Most next steps are two answers; what they serve and who does them waits behind one button.
        self.more = Fold(
            self.tr("More about this step"),
            self.tr("Show more about this step"),
            self.tr("Hide more about this step"),
        )
        self.more.body.setSpacing(px(14))
        for made in (
            self.field("goal_id", self.tr("Goal it serves"), self._goals(self.held.goal_id), "", True),
            self.field("kind", self.tr("Kind of support"), CodeCombo("support_action", self.today())),
            self.field(
                "agency",
                self.tr("Who does it, if not you"),
                TextLine(),
                self.tr("Another agency. It stays in your list, so that you can see to it that they do"),
                True,
            ),
        ):
            self.more.body.addWidget(made)
        self.down.addWidget(self.more)

    def _fill_in(self) -> None:
        names = ("text", "due", "goal_id", "kind", "agency")
        self.start({name: getattr(self.held, name) for name in names})
        said = (self.values()["goal_id"], self.text("agency"), self.code("kind") != "NA-ASK")
        self.more.set_open(any(said))

    def serve(self, goal_id: int | None) -> None:
        """For a goal of the support plan, or for none: what is more to say stands open."""
        self.fill({"goal_id": goal_id})
        self.more.set_open(True)

    def show_problems(self, problems: Mapping[str, Words | str]) -> None:
        if any(name in problems for name in ("goal_id", "kind", "agency")):
            self.more.set_open(True)
        super().show_problems(problems)

    def title(self) -> str:
        return self.tr("Next step")

    def store(self) -> str:
        goal = self.values()["goal_id"]
        actions.save(
            replace(
                self.held,
                text=self.text("text"),
                due=self.day("due"),
                goal_id=goal if isinstance(goal, int) else None,
                kind=self.code("kind"),
                agency=self.text("agency"),
            )
        )
        return self.tr("Next step saved.")

    def _goals(self, held: int | None) -> Combo:
        """The client's open goals, and the one it serves already."""
        made = Combo()
        made.addItem(self.tr("None"), None)
        for goal in goals.for_client(self.client_id):
            if goal.status == OPEN or goal.id == held:
                made.addItem(goal.text, goal.id)
        return made


class DoneForm(RecordForm):
    """What came of a next step that is done."""

    def __init__(
        self, session: Session, client_id: int, action_id: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"done:{client_id}:{action_id}", parent)
        self.action = actions.get(action_id)
        self.down.addWidget(Text(self.action.text, "strong", wrap=True))
        self.add(
            "result",
            self.tr("What came of it"),
            TextLine(),
            self.tr("For example, the locks were changed on Tuesday"),
            True,
        )
        self.start({"result": ""})

    def title(self) -> str:
        return self.tr("Mark as done")

    def save_words(self) -> str:
        return self.tr("Done")

    def store(self) -> str:
        actions.finish(self.action.id or 0, self.text("result"))
        return self.tr("Next step done.")
