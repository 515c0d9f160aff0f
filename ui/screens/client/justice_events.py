"""Stages of the justice process: the line of what happened and when, what comes next, and its forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from caseworker.domain import codes, when
from caseworker.domain import justice_events as rules
from caseworker.domain.justice_events import JusticeEvent
from caseworker.storage import justice_events
from ui import theme
from ui.say import say
from ui.screens.client.part import Part
from ui.screens.client.record import RecordForm, TakeBackForm
from ui.session import Session
from ui.theme import px
from ui.widgets import Chip, DateBoxes, Entry, FlowLayout, NoteEdit, Said, TextLine

SHOWN = 40  # stages of the line; a case has rarely a third of them
AT_ONCE = 2  # stages between two looks at the keyboard


class StagesCard(Part):
    """The newest stage on top, a line down to the first report, and how long it takes in words."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, self.tr("Where it stands"), "flag", parent)
        self.head_button(self.tr("Add a stage"), self._add)

    def read(self) -> list[JusticeEvent]:
        return justice_events.for_client(self.client_id)

    def show_found(self, found: object) -> Iterator[None]:
        assert isinstance(found, list)
        if not found:
            self.say(self.tr("Nothing is recorded. A first report, or that there is none, can be added."))
            return
        self._summary(found)
        untold = {one.id for one in rules.not_told(found)}
        ahead = {one.id for one in rules.dates_ahead(found)}
        line = list(reversed(rules.in_order(found)))
        for at, one in enumerate(line[:SHOWN]):
            mark = Mark(at == 0, at == len(line) - 1)
            self.add_row(self._stage(one, mark, one.id in untold, one.id in ahead))
            if at % AT_ONCE:
                yield
        if len(line) > SHOWN:
            self.say(self.tr("The newest {n} are shown; the history has all").format(n=SHOWN))

    def _summary(self, found: list[JusticeEvent]) -> None:
        chips = QWidget()
        flow = FlowLayout(6, chips)
        for delay in rules.delays(found, self.today()):
            flow.addWidget(Chip(say(delay), "plain", "clock"))
        if flow.count():
            chips.setContentsMargins(px(16), 0, px(16), px(10))
            self.add_row(chips)
        review = rules.review_until(found)
        if review is not None:
            last = review[1]
            relative = say(when.show_day_relative(last, self.today()))
            if last >= self.today():
                text = self.tr("Right to review: the client may ask for one until {date} ({relative}).")
                self.point_out(
                    text.format(date=when.show_date(last), relative=relative), "calendar-clock", "on_medium"
                )
            else:
                self.point_out(
                    self.tr("The time to ask for a review ended on {date}.").format(date=when.show_date(last))
                )

    def _stage(self, one: JusticeEvent, mark: Mark, untold: bool, ahead: bool) -> Entry:
        stages = codes.get("cj_stage")
        title = stages.label(one.stage)
        if one.at_stage != "NA-NAP":
            title = self.tr("{stage}, at: {at}").format(stage=title, at=stages.label(one.at_stage))
        when_where = when.show_stored(one.happened)
        if one.place:
            when_where = self.tr("{date}. {place}").format(date=when_where, place=one.place)
        refs = [
            self.tr("Officer: {name}").format(name=one.officer) if one.officer else "",
            self.tr("Police reference: {reference}").format(reference=one.police_ref)
            if one.police_ref
            else "",
            self.tr("Client told {date}").format(date=when.show_stored(one.told)) if one.told else "",
        ]
        chips = []
        if one.next_on and ahead:
            day = when.iso_date(one.next_on) or self.today()
            late = day < self.today()
            text = self.tr("Next {date}, {relative}").format(
                date=when.show_date(day), relative=say(when.show_day_relative(day, self.today()))
            )
            if abs((day - self.today()).days) > 28:
                text = self.tr("Next {date}").format(date=when.show_date(day))
            chips.append(Chip(text, "warn" if late else "info", "calendar-clock" if late else "calendar"))
        if untold:
            chips.append(Chip(self.tr("Client not told yet"), "warn", "message-square"))
        made = Entry(title, [when_where, one.detail, (". ".join(r for r in refs if r), "muted")], chips)
        made.across.setContentsMargins(px(16), 0, px(12), 0)
        made.words.setContentsMargins(0, px(9), 0, px(9))
        made.across.insertWidget(0, mark)
        about = f"{title}, {when.show_stored(one.happened)}"
        change = made.add_button(self.tr("Change"), partial(self._change, one.id or 0), about=about)
        back = made.add_button(self.tr("Withdraw"), partial(self._withdraw, one.id or 0), about=about)
        for button in (change, back):
            made.across.setAlignment(button, Qt.AlignmentFlag.AlignVCenter)
        return made

    def _add(self) -> None:
        self.form_wanted.emit(StageForm(self.session, self.client_id))

    def _change(self, row_id: int) -> None:
        self.form_wanted.emit(StageForm(self.session, self.client_id, row_id))

    def _withdraw(self, row_id: int) -> None:
        self.form_wanted.emit(WithdrawStageForm(self.session, self.client_id, row_id))


class Mark(QWidget):
    """The line of stages beside one of them: a dot, filled for the newest, and the line to its neighbours."""

    def __init__(self, newest: bool, oldest: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._newest, self._oldest = newest, oldest
        self.setFixedWidth(px(18))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        middle, top = self.width() / 2, float(px(19))
        painter.setPen(QPen(theme.colour("line"), px(2)))
        if not self._newest:
            painter.drawLine(QPointF(middle, 0.0), QPointF(middle, top))
        if not self._oldest:
            painter.drawLine(QPointF(middle, top), QPointF(middle, float(self.height())))
        painter.setPen(QPen(theme.colour("primary"), px(2)))
        painter.setBrush(theme.colour("primary") if self._newest else theme.colour("surface"))
        painter.drawEllipse(QPointF(middle, top), float(px(5)), float(px(5)))
        painter.end()


class StageForm(RecordForm):
    """Which stage, when and where; what comes next; whether the client was told."""

    def __init__(
        self, session: Session, client_id: int, event_id: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"justice_event:{client_id}:{event_id or 'new'}", parent)
        self.client_id = client_id
        self.event_ = justice_events.get(event_id) if event_id is not None else None
        self.in_turn(self._build_what, self._build_next, self._build_rest, self._fill_in)

    def _build_what(self) -> None:
        self.combo("stage", self.tr("Stage"), "cj_stage", missing=False)
        self.at_stage = self.combo("at_stage", self.tr("At which stage did the client withdraw?"), "cj_stage")
        self.add(
            "happened",
            self.tr("When"),
            DateBoxes(),
            self.tr("Leave the day empty if only the month is known"),
        )
        self.add("place", self.tr("Court or police station"), TextLine(), "", True)

    def _build_next(self) -> None:
        self.add(
            "next_on", self.tr("Next date"), DateBoxes(), self.tr("A hearing, the end of bail, a reply"), True
        )
        self.add("told", self.tr("Date the client was told"), DateBoxes(), "", True)
        self.add("officer", self.tr("Officer in the case"), TextLine(), "", True)
        self.add("police_ref", self.tr("Police reference"), TextLine(), "", True)

    def _build_rest(self) -> None:
        self.add(
            "detail",
            self.tr("Detail"),
            NoteEdit(lines=2),
            self.tr("Facts only. What the client may say in evidence does not belong here"),
            True,
        )
        self.why = self.add("why", self.tr("Why it changed"), TextLine(), "", True)
        self.why.setVisible(self.event_ is not None)
        self.down.addWidget(Said(self.tr("Support goes on, whatever the police or a court decide.")))

    def _fill_in(self) -> None:
        held = self.event_ or self._new()
        month = len(held.happened) == 7
        shown: object = ["", held.happened[5:7], held.happened[:4]] if month else held.happened
        names = ("stage", "next_on", "told", "officer", "police_ref", "place", "detail")
        self.start(
            {
                **{name: getattr(held, name) for name in names},
                "stage": held.stage or None,
                "at_stage": None if held.at_stage == "NA-NAP" else held.at_stage,
                "happened": shown,
                "why": "",
            }
        )

    def _new(self) -> JusticeEvent:
        """Beginning with what the stage before it said and what rarely changes."""
        last = rules.reached(justice_events.for_client(self.client_id, limit=5))
        made = JusticeEvent(None, "", self.client_id, "", self.today().isoformat())
        if last is None:
            return made
        return replace(made, place=last.place, officer=last.officer, police_ref=last.police_ref)

    def title(self) -> str:
        return self.tr("Stage of the justice process")

    def follow(self) -> None:
        self.at_stage.setVisible(self.code("stage", "") in codes.get("cj_stage").with_flag("withdrawn"))

    def store(self) -> str:
        held = self.event_ or JusticeEvent(None, "", self.client_id, "", "")
        stage = self.code("stage", "")
        withdrew = stage in codes.get("cj_stage").with_flag("withdrawn")
        justice_events.save(
            replace(
                held,
                stage=stage,
                happened=self.day_or_month("happened"),
                at_stage=self.code("at_stage", "") if withdrew else "NA-NAP",
                place=self.text("place"),
                next_on=self.day("next_on"),
                told=self.day("told"),
                officer=self.text("officer"),
                police_ref=self.text("police_ref"),
                detail=self.text("detail"),
            ),
            self.text("why"),
        )
        return self.tr("Stage saved.")

    def day_or_month(self, name: str) -> str:
        """The date typed, or the month where the day is left empty.

        Raises:
            Refused: under that name.
        """
        boxes: DateBoxes = self.editors[name]
        day, month, year = boxes.parts()
        if day or not (month or year):
            return self.day(name)
        return when.read_date("1", month, year, field=name).isoformat()[:7]


class WithdrawStageForm(TakeBackForm):
    """Take back a stage recorded by mistake."""

    NOUN = "justice_event"
    STORE = justice_events
