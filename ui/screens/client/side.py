"""Beside the questions of a form: the total in words, the judgement, the next review, when it was asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from caseworker.domain import instruments as rules
from caseworker.domain import risk, when
from caseworker.domain.instruments import Score
from caseworker.errors import Problem, Refused
from caseworker.storage import drafts, instruments
from caseworker.words import Words
from ui.say import say
from ui.screens.client.scoring import event_words, threshold_words, total_words
from ui.screens.form import DraftKeeper, Form
from ui.widgets import ChoiceRow, DateBoxes, NoteEdit, Said, Text, TextLine, column

if TYPE_CHECKING:
    from ui.screens.client.instruments import InstrumentForm


class Side(Form):
    """What is decided on the answers; what is half-typed of it is a draft of its own."""

    def __init__(self, form: InstrumentForm) -> None:
        super().__init__(form)
        self.form = form
        self.session = form.session
        self.is_risk = form.instrument.kind == "risk"
        self._offered: tuple[str, ...] | None = None
        self._review_for = ("", dt.date.min)
        self._review_rule = ""
        self._asked_shown = ""
        down = column(self, gap=10)
        self.total = Text("", "card", wrap=True)
        down.addWidget(self.total)
        self.limits = Text("", "small", "muted", wrap=True)
        down.addWidget(self.limits)
        self.look_again = Said("", "info", role="small")
        down.addWidget(self.look_again)
        self.events = Said("", "activity", role="small")
        down.addWidget(self.events)
        if self.is_risk:
            self.judgement = ChoiceRow(
                self.tr("Your judgement"), [], self.tr("You can raise the grade, never lower it.")
            )
            self.bind("judgement", self.judgement)
            down.addWidget(self.judgement)
            self.reason = self.field(
                "reason",
                self.tr("Why you judge it higher"),
                NoteEdit(lines=4),
                self.tr("One or two sentences that a court could read."),
            )
            down.addWidget(self.reason)
            self.review = ChoiceRow(self.tr("Next review"), [])
            self.bind("review", self.review)
            down.addWidget(self.review)
            self.other_day = self.field("next_review", self.tr("Review on"), DateBoxes())
            down.addWidget(self.other_day)
        self.review_on = Text("", "small", "muted", wrap=True)
        down.addWidget(self.review_on)
        self.asked = TextLine()
        asked = self.field(
            "started",
            self.tr("When it was asked"),
            self.asked,
            self.tr("Typed later? For example, yesterday 3pm"),
        )
        down.addWidget(asked)
        self.drafts = DraftKeeper(
            self.session, f"assessment:{form.client_id}:{form.set_id}", self._draft, self
        )
        self._show_asked()
        if self.is_risk:
            self._show_choices(form.score())
            kept = drafts.get(self.drafts.key)
            if kept is not None:
                self.fill(kept.fields)
        self.edited.connect(self._changed)
        self.asked.editingFinished.connect(self.keep_asked)

    def first_focus(self) -> QWidget:
        return self.judgement.first() if self.is_risk else self.form.sign_button

    # ---- what is asked of it

    def show_score(self, score: Score) -> None:
        form, instrument = self.form, self.form.instrument
        self.total.setText(say(total_words(instrument, score)))
        limits = threshold_words(instrument, score.thresholds, form.held.area)
        self.limits.setText(say(limits) if limits is not None else "")
        self.limits.setVisible(limits is not None)
        values = {code: one.value for code, one in form.answers.items()}
        prompts = rules.prompted(instrument, values)
        self.look_again.setVisible(bool(prompts))
        if prompts:
            named = "; ".join(one.label for one in prompts)
            self.look_again.show_said(
                self.tr("Look again whatever the total: {prompts}.").format(prompts=named),
                "info",
                "on_medium",
            )
        self.events.setVisible(self.is_risk)
        if self.is_risk:
            asked = when.local(form.held.started).date()
            count = risk.recent(form.events, asked, form.rules)
            token = "on_high" if count >= form.rules.escalation_count else "muted"
            self.events.show_said(say(event_words(count, form.rules)), "activity", token)
            self._show_choices(score)
        else:
            self._show_next_time()

    def judgement_given(self) -> str:
        given = self.judgement.value() if self.is_risk else None
        return "" if given in (None, "as") else str(given)

    def reason_given(self) -> str:
        return self.text("reason") if self.judgement_given() else ""

    def review_given(self) -> dt.date | None:
        """A day sooner than the rule's; None for the rule's own.

        Raises:
            Refused: ``next_review`` -> sentence.
        """
        if not self.is_risk:
            return None
        chosen = self.review.value()
        if chosen == "other":
            return when.read_date(*self.editors["next_review"].parts(), field="next_review")
        asked = when.local(self.form.held.started).date()
        return asked + dt.timedelta(days=int(chosen)) if chosen else None

    def show_problems(self, problems: Mapping[str, Words | str]) -> None:
        """Of the whole assessment, which has one summary."""
        self.form.show_problems(problems)

    def show_side_problems(
        self, problems: Mapping[str, Words | str], before: list[tuple[str, QWidget | None]]
    ) -> None:
        """Beside the fields here, and with those of the items in the summary."""
        super().show_problems(problems)
        lines = list(before)
        for name, text in problems.items():
            lines.append((say(text), self.editors.get(name, self.errors)))
        self.errors.show_problems(lines)
        self.errors.setVisible(bool(lines))
        if lines:
            self.errors.setFocus(Qt.FocusReason.OtherFocusReason)

    def keep_asked(self) -> None:
        """Keep the time it was asked, if it was changed."""
        if self.asked.text().strip() == self._asked_shown:
            return
        field = self.fields["started"]
        try:
            at = when.epoch(when.read_when(self.asked.text(), self.session.now(), field="started"))
            self.session.write(instruments.ask_at, self.form.set_id, at)
        except Refused as refused:
            field.show_problem(say(next(iter(refused.problems.values()))))
            return
        except Problem as problem:
            self.session.problem(problem)
            return
        field.show_problem(None)
        self.form.held = instruments.get(self.form.set_id)
        self._show_asked()
        self.show_score(self.form.score())

    # ---- inside

    def _draft(self) -> dict[str, object]:
        return {name: value for name, value in self.values().items() if name != "started"}

    def _changed(self) -> None:
        if self.is_risk:
            self._show_choices(self.form.score())
        self.drafts.touch()

    def _show_asked(self) -> None:
        self._asked_shown = when.show_datetime(when.local(self.form.held.started))
        self.asked.setText(self._asked_shown)

    def _show_choices(self, score: Score) -> None:
        """Only grades above the tool's are offered; the review follows the grade that counts."""
        offered = risk.judgements(score.grade)
        if offered != self._offered:
            self._offered = offered
            labels = {
                "standard": self.tr("Standard"),
                "medium": self.tr("Raise to medium") if score.grade else self.tr("Medium"),
                "high": self.tr("Raise to high") if score.grade else self.tr("High"),
            }
            before = self.judgement.value()
            choices = [("as", self.tr("As scored"), "shield")] if score.grade else []
            self.judgement.show_options(
                [*choices, *((one, labels[one], "") for one in reversed(offered[::-1]))]
            )
            if self.judgement.value() is None and score.grade:
                # Nothing was chosen above what the answers say by now.
                self.judgement.set_value(before if before in offered else "as")
        self.reason.setVisible(bool(self.judgement_given()))
        grade = risk.final_grade(score.grade, self.judgement_given())
        asked = when.local(self.form.held.started).date()
        last = risk.next_review(grade, asked, self.form.rules)
        if (grade, asked) != self._review_for:
            self._review_for = (grade, asked)
            self._offer_reviews((last - asked).days if last else 0)
        chosen = self.review.value()
        self.other_day.setVisible(chosen == "other")
        self.review.setVisible(last is not None)
        self.review_on.setVisible(last is not None and chosen != "other")
        if last is not None and chosen not in (None, "other"):
            day = asked + dt.timedelta(days=int(str(chosen)))
            self.review_on.setText(f"{when.DAYS[day.weekday()]} {when.show_date(day)}")

    def _offer_reviews(self, rule: int) -> None:
        """The rule's own day, the nearest shorter usual ones, and any other."""
        if not rule:
            self.review.show_options([])
            return
        usual = [days for days in (7, 14, 42, 84) if days < rule][-1:]
        before, default = self.review.value(), self._review_rule
        self._review_rule = str(rule)
        self.review.show_options(
            [
                *((str(days), self._weeks(days), "calendar") for days in (*usual, rule)),
                ("other", self.tr("Other"), "calendar"),
            ]
        )
        if before == default or self.review.value() is None:
            self.review.set_value(self._review_rule)  # nobody chose another day

    def _weeks(self, days: int) -> str:
        if days == 7:
            return self.tr("1 week")
        if days % 7 == 0:
            return self.tr("{n} weeks").format(n=days // 7)
        if days == 1:
            return self.tr("1 day")
        return self.tr("{n} days").format(n=days)

    def _show_next_time(self) -> None:
        form = self.form
        days = form.instrument.review_days if form.held.stage != "exit" else 0
        self.review_on.setVisible(bool(days))
        if days:
            day = when.local(form.held.started).date() + dt.timedelta(days=days)
            self.review_on.setText(self.tr("Next time: {date}").format(date=when.show_date(day)))
