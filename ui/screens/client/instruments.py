"""The one screen that fills in any form: risk, needs, outcomes, outside scores, feedback. Its definition says how.

Every answer is in the vault the moment it is given, so nothing is lost when the screen has to go; what is signed is
closed for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QFrame, QProgressBar, QVBoxLayout, QWidget

from caseworker.domain import codes, risk, when
from caseworker.domain import instruments as rules
from caseworker.domain.instruments import Answer, Score
from caseworker.errors import Problem, Refused
from caseworker.storage import clients, drafts, incidents, instruments
from caseworker.storage import risk as stored_risk
from caseworker.words import Words
from ui import theme
from ui.say import say
from ui.screens.client.items import AnswerPill, ItemRow
from ui.screens.client.record import InPlace
from ui.screens.client.scoring import item_numbers, no_answer_words
from ui.screens.client.side import Side
from ui.session import Session, Toast
from ui.theme import px
from ui.widgets import Button, FlowLayout, Heading, Said, Text, column, row
from ui.widgets.gradually import Gradually
from ui.widgets.page import scrolled

WIDE = 960  # logical pixels: from here the side card stands beside the items
AT_ONCE = 1  # row built before the next key is looked at
LONGEST_NAME = 12  # letters of a name in "Mara said"


class InstrumentForm(InPlace):
    """One set of answers, begun already, until it is signed. Opened in place of the tab.

    Raises:
        Problem: E-SIGNED, E-WITHDRAWN, E-NOT-YOURS, E-GONE; E-INSTRUMENT-GONE.
    """

    def __init__(self, session: Session, client_id: int, set_id: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.client_id = client_id
        self.set_id = set_id
        self.held = instruments.still_open(set_id)
        self.instrument = instruments.definition(self.held)
        self.answers = instruments.answers(set_id)
        self.rules = stored_risk.rules(self.held.area)
        self.events = incidents.days(client_id) if self.instrument.kind == "risk" else []
        self.numbers = item_numbers(self.instrument)
        self.rows: dict[str, ItemRow] = {}
        self._headings: dict[str, Heading] = {}
        self._taken_back: list[tuple[str, Answer | None]] = []
        self._sources = self._who_said()
        self._unkept: dict[
            str, Words
        ] = {}  # what was typed and is no answer: said before it is signed without
        self._saved_at = ""
        self._wide: bool | None = None
        self._build()
        self.side = Side(self)
        self._items.insertWidget(0, self.side.errors)  # its lines need the width
        self._side_inside.addWidget(self.side)
        self._side_inside.addStretch(1)
        self._arrange()
        self._gradually = Gradually(self)
        codes_now = [item.code for item in self._asked()]
        self._wanted = self._first_open()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.instrument.title)
        self._gradually.start(
            [partial(self._rows_of, codes_now[at : at + AT_ONCE]) for at in range(0, len(codes_now), AT_ONCE)]
        )
        self._gradually.then(self._keep_in_sight)
        self._show_state()

    # ---- what the page asks

    def title(self) -> str:
        return self.instrument.title

    def first_focus(self) -> QWidget:
        """The first item without an answer: a form broken off is carried on where it was."""
        if not self._wanted:
            return self.side.first_focus()
        # Its row may still be to come: until then the keyboard waits here.
        return self.rows[self._wanted].first() if self._wanted in self.rows else self

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A key pressed before its row was there."""
        if self._wanted and self.hasFocus():
            pill = self._row(self._wanted).first()
            pill.setFocus(Qt.FocusReason.OtherFocusReason)
            if isinstance(pill, AnswerPill) and self.rows[self._wanted].take_key(pill, event):
                return
        super().keyPressEvent(event)

    def save(self) -> None:
        """Sign it, or say what has to be put right."""
        self._keep_typed()
        unkept, self._unkept = self._unkept, {}
        self.show_problems(unkept)
        if unkept:
            return
        try:
            signed = self.session.write(self._sign)
        except Refused as refused:
            self.show_problems(refused.problems)
            return
        except Problem as problem:
            self.session.problem(problem)
            return
        self.side.drafts.forget()
        self.finished.emit()
        self.session.toast.emit(Toast(self._signed_words(signed)))

    def keep_draft(self) -> None:
        self._keep_typed()
        self.side.drafts.keep_if_waiting()

    def undo(self) -> bool:
        """Put back the answer before. The history keeps both."""
        if not self._taken_back:
            return False
        code, before = self._taken_back.pop()
        line = self._row(code)
        back = before or Answer(code, "NA-ASK", line.source, line.note_text())
        if not self._store(back):
            return True
        line.show_answer(back)
        self._follow()
        line.first().setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    # ---- answering

    def _who_said(self) -> dict[str, str]:
        if not self.instrument.sourced:
            return {}
        client = clients.get(self.client_id)
        name = (client.known_as or client.name).split()[:1]
        called = name[0] if name and len(name[0]) <= LONGEST_NAME else self.tr("Client")
        return {"victim": self.tr("{name} said").format(name=called), "professional": self.tr("My view")}

    def _asked(self) -> tuple[rules.Item, ...]:
        return self.instrument.asked(self._values())

    def _values(self) -> dict[str, str]:
        return {code: one.value for code, one in self.answers.items()}

    def _open_items(self) -> list[str]:
        """Items nobody has an answer to yet, "not asked" included."""
        return [
            item.code
            for item in self._asked()
            if item.code not in self.answers or self.answers[item.code].value == "NA-ASK"
        ]

    def _first_open(self) -> str:
        return next((item.code for item in self._asked() if item.code not in self.answers), "")

    def _given(self, code: str, value: object) -> None:
        line = self.rows[code]
        before = self.answers.get(code)
        answer = Answer(code, str(value), line.source, line.note_text())
        if answer == before:
            return
        if self._store(answer):
            self._taken_back.append((code, before))
            self._follow()
        else:
            line.show_answer(before)

    def _sourced(self, code: str, source: object) -> None:
        before = self.answers.get(code)
        if before is not None:
            self._store(Answer(code, before.value, str(source), before.note))

    def _noted(self, code: str, note: object) -> None:
        before = self.answers.get(code)
        value = before.value if before is not None else "NA-ASK"
        if before is None and not note:
            return
        if self._store(Answer(code, value, self.rows[code].source, str(note))) and before is None:
            self.rows[code].show_answer(self.answers[code])
            self._follow()

    def _store(self, answer: Answer) -> bool:
        """Keep one answer now; False when it could not be, which is said."""
        line = self.rows.get(answer.item)
        try:
            self.session.write(
                instruments.answer, self.set_id, answer.item, answer.value, answer.source, answer.note
            )
        except Refused as refused:
            self._unkept[answer.item] = next(iter(refused.problems.values()))
            if line is not None:
                line.show_problem(say(self._unkept[answer.item]))
            return False
        except Problem as problem:
            self.session.problem(problem)
            return False
        self._unkept.pop(answer.item, None)
        if line is not None:
            line.show_problem(None)
        self.answers[answer.item] = answer
        self._saved_at = when.show_time(self.session.now())
        self._show_saved()
        return True

    def _keep_typed(self) -> None:
        for line in self.rows.values():
            line.keep()
        self.side.keep_asked()

    def _sign(self) -> rules.AnswerSet:
        signed = instruments.sign(
            self.set_id,
            judgement=self.side.judgement_given(),
            reason=self.side.reason_given(),
            next_review=self.side.review_given(),
        )
        drafts.discard(self.side.drafts.key)
        return signed

    def _signed_words(self, signed: rules.AnswerSet) -> str:
        review = when.iso_date(signed.next_review)
        if signed.grade and review:
            return self.tr("Signed. {grade}. Next review {date}.").format(
                grade=say(risk.said(signed.grade)), date=when.show_date(review)
            )
        return self.tr("Signed: {form}.").format(form=self.instrument.title)

    # ---- showing

    def _follow(self) -> None:
        """Show the follow-ups that are called for now, hide the others, and work out the side again."""
        asked = {item.code for item in self._asked()}
        for item in self.instrument.items.values():
            if not item.parent:
                continue
            if item.code in asked and item.parent in self.rows:
                self._row(item.code).show()
            elif item.code in self.rows:
                self.rows[item.code].hide()
        self._show_state()

    def _show_state(self) -> None:
        asked = len(self._asked())
        done = asked - len(self._open_items())
        self.count.setText(self.tr("{done} of {all} answered").format(done=done, all=asked))
        self.progress.setRange(0, asked)
        self.progress.setValue(done)
        self._show_saved()
        self.side.show_score(self.score())

    def _show_saved(self) -> None:
        left = say(no_answer_words(len(self._open_items())))
        if self._saved_at:
            left = self.tr("{left} Saved {time}.").format(left=left, time=self._saved_at)
        self.saved.setText(left)

    def score(self) -> Score:
        """What the answers come to by the rules of this area."""
        bands = self.rules.bands.get(self.instrument.name)
        return rules.score(self.instrument, self._values(), self.held.area, bands)

    def show_problems(self, problems: Mapping[str, Words | str]) -> None:
        """At each item, at each field of the side, and in the summary above the items."""
        lines: list[tuple[str, QWidget | None]] = []
        for item in self.instrument.items.values():
            text = say(problems[item.code]) if item.code in problems else None
            if text is not None:
                line = self._row(item.code)
                line.show_problem(text)
                lines.append((f"{item.label}: {text}", line.first()))
            elif item.code in self.rows:
                self.rows[item.code].show_problem(None)
        self.side.show_side_problems(
            {name: text for name, text in problems.items() if name not in self.instrument.items}, lines
        )
        self.side.wrong = dict(problems)

    # ---- rows

    def _keep_in_sight(self) -> None:
        """Rows made since may have pushed the one with the keyboard under the edge: all its answers are to be seen."""
        focus = self.focusWidget()
        if focus is None or not self.list_box.isAncestorOf(focus):
            return
        for line in self.rows.values():
            if line.isAncestorOf(focus):
                QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
                self.area.ensureWidgetVisible(line, 0, px(10))
                return
        self.area.ensureWidgetVisible(focus, 0, px(40))

    def _rows_of(self, found: list[str]) -> None:
        asked = {item.code for item in self._asked()}
        for code in found:
            if code in asked:
                self._row(code)

    def _row(self, code: str) -> ItemRow:
        """The row of that item, made now with those before it if nobody has come to it."""
        if code in self.rows:
            return self.rows[code]
        items = list(self.instrument.items.values())
        item = self.instrument.items[code]
        if not item.parent:
            for one in items:
                if one.code == code:
                    break
                if not one.parent and one.code not in self.rows:
                    self._row(one.code)
        made = ItemRow(
            item,
            self.numbers.get(code, ""),
            self.instrument.missing,
            self._sources,
            self._go,
            self.list_box,
        )
        made.show_answer(self.answers.get(code))
        made.given.connect(partial(self._given, code))
        made.sourced.connect(partial(self._sourced, code))
        made.noted.connect(partial(self._noted, code))
        before = [self.rows[one.code] for one in items[: items.index(item)] if one.code in self.rows]
        at = self.list.indexOf(before[-1]) + 1 if before else 0
        if item.group and not item.parent and item.group not in self._headings:
            heading = Heading(self.instrument.groups[item.group], 3)
            heading.setProperty("tone", "primary")
            heading.setContentsMargins(0, px(8) if before else 0, 0, 0)
            self._headings[item.group] = heading
            self.list.insertWidget(at, heading)
            at += 1
        self.list.insertWidget(at, made)
        self.rows[code] = made
        made.show()
        if code == self._wanted and self.hasFocus():
            self.list.activate()
            made.first().setFocus(Qt.FocusReason.OtherFocusReason)
            self.area.ensureWidgetVisible(made, 0, px(40))
        for follow in items:
            if follow.parent == code and follow.code in {one.code for one in self._asked()}:
                self._row(follow.code)
        return made

    def _go(self, line: ItemRow, by: int) -> bool:
        """Move the keyboard to the next or the previous item; from the last to the side."""
        asked = [item.code for item in self._asked()]
        if line.item.code not in asked:
            return False
        to = asked.index(line.item.code) + by
        if to >= len(asked):
            after = self.side.first_focus()
            after.setFocus(Qt.FocusReason.TabFocusReason)
            (self.side_area if self._wide else self.area).ensureWidgetVisible(after, 0, px(60))
            return True
        if to < 0:
            return False
        target = self._row(asked[to])
        # A question that has just come has to stand before it is known where it is.
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        target.first().setFocus(
            Qt.FocusReason.TabFocusReason if by > 0 else Qt.FocusReason.BacktabFocusReason
        )
        self.area.ensureWidgetVisible(target, 0, px(40))
        return True

    # ---- building

    def _build(self) -> None:
        self._whole = column(self)
        self._split = row(margins=(24, 12, 24, 14), gap=16)
        self._whole.addLayout(self._split, 1)
        self.left = QFrame()
        self.left.setProperty("card", True)
        self._left = column(self.left, (1, 0, 1, 1))
        self.head = QWidget()
        down = self._head_down = column(self.head, gap=6)
        names = QWidget()
        flow = FlowLayout(10, names)
        flow.addWidget(Heading(self.instrument.title, 2))
        stage = codes.get("outcome_stage").label(self.held.stage)
        version = self.tr("version {n}, {stage}").format(
            n=self.instrument.version, stage=f"{stage[0].lower()}{stage[1:]}"
        )
        flow.addWidget(Text(version, "body", "muted"))
        before = stored_risk.current(self.client_id) if self.instrument.kind == "risk" else None
        if before is not None:  # what this one is weighed against
            told = self.tr("Before: {grade}, {day}").format(
                grade=say(risk.said(before.grade)).lower(),
                day=when.show_date(before.assessed),
            )
            flow.addWidget(Text(told, "body", "muted"))
        self.count = Text("", "strong")
        top = row(gap=10)
        top.addWidget(names, 1)
        top.addWidget(self.count)
        down.addLayout(top)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Items answered"))
        down.addWidget(self.progress)
        self._left.addWidget(self.head)
        self._left.addWidget(theme.line())
        self.area, self._items = scrolled((16, 12, 8, 14), 10, on_card=True)
        self._left.addWidget(self.area, 1)
        if self.instrument.note:
            self._items.addWidget(Said(self.instrument.note, "info", role="small"))
        self._items.addWidget(Text(self._key_words(), "small", "muted", wrap=True))
        self.list_box = QWidget()
        self.list: QVBoxLayout = column(self.list_box, gap=7)
        self._items.addWidget(self.list_box)
        self._items.addStretch(1)
        self._split.addWidget(self.left, 1)
        self.right = QFrame()
        self.right.setProperty("card", True)
        self.right.setFixedWidth(px(304))
        self._right = column(self.right, (1, 1, 1, 1))
        self.side_area, self._side_inside = scrolled((14, 12, 8, 8), 10, on_card=True)
        self._right.addWidget(self.side_area, 1)
        self._split.addWidget(self.right)
        self.foot = QFrame()
        self.foot.setObjectName("")
        self._foot = QBoxLayout(QBoxLayout.Direction.TopToBottom, self.foot)
        buttons = row(gap=8)
        self.later_button = Button(self.tr("Save for later"))
        self.later_button.setToolTip(self.tr("Close. Every answer is kept  (Esc)"))
        self.sign_button = Button(self.tr("Sign"), "check", "primary")
        self.sign_button.setToolTip(self.tr("Sign. It cannot be changed after that  (Ctrl+Enter)"))
        buttons.addWidget(self.later_button, 1)
        buttons.addWidget(self.sign_button, 1)
        self._foot.addLayout(buttons)
        self.saved = Text("", "small", "muted", wrap=True)
        self._foot.addWidget(self.saved, 1)
        self._right.addWidget(self.foot)
        self.later_button.clicked.connect(self._later)
        self.sign_button.clicked.connect(self.save)

    def _key_words(self) -> str:
        if self._sources:
            return self.tr(
                "A letter or figure answers and goes on. V changes who said so, C adds a comment, Ctrl+Z takes the"
                " last answer back."
            )
        words = self.tr(
            "A letter or figure answers and goes on. C adds a comment, Ctrl+Z takes the last answer back."
        )
        if any(item.parent for item in self.instrument.items.values()):
            words = self.tr("{words} A figure passes over further questions; letters answer them.").format(
                words=words
            )
        return words

    def _later(self) -> None:
        self.keep_draft()
        self.finished.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Beside each other where there is room; else one column that scrolls, with Sign always in sight."""
        wide = self.width() >= px(WIDE)
        if wide == self._wide:
            return
        self._wide = wide
        if wide:
            self._left.insertWidget(0, self.head)
            self._side_inside.insertWidget(0, self.side)
            self._right.addWidget(self.foot)
            self.foot.setObjectName("")
            self._foot.setDirection(QBoxLayout.Direction.TopToBottom)
            self._foot.setContentsMargins(px(16), px(8), px(16), px(12))
        else:
            self._items.insertWidget(1, self.head)
            self._items.insertWidget(self._items.indexOf(self.list_box) + 1, self.side)
            self._whole.addWidget(self.foot)
            self.foot.setObjectName("panelfoot")
            self._foot.setDirection(QBoxLayout.Direction.LeftToRight)
            self._foot.setContentsMargins(px(24), px(8), px(24), px(8))
        self._foot.setSpacing(px(8))
        beside, above = (px(16), px(10)) if wide else (0, 0)
        self._head_down.setContentsMargins(beside, above, beside, above)
        theme.restyle(self.foot)
        self.right.setVisible(wide)
