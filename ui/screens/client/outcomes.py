"""Outcomes: how life is for the client over time, drawn and in a table; outside scores with what a change is worth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from caseworker.domain import outcomes as rules
from caseworker.domain import when
from caseworker.domain.instruments import AnswerSet, Taken
from caseworker.domain.outcomes import Line
from ui.say import say
from ui.widgets import Card, Entry, Text, column
from ui.widgets.charts import ChartLine, LineChart, mark_size, paint_key, short_day
from ui.widgets.gradually import empty
from ui.widgets.tables import Cell, Column, FactTable

Signed = tuple[AnswerSet, Taken]
SHOWN = 3  # times asked that the table has columns for: the first and the latest two


class OutcomesCard(Card):
    """One form of statements over time. ``asked`` carries its name when it is to be asked again."""

    asked = Signal(object)

    def __init__(self, name: str = rules.FORM, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Outcomes"), " ", parent=parent)
        self.name = name
        self.ask = self.head_button(self.tr("Ask again"), self._ask, icon="plus")
        self.body.setContentsMargins(0, 0, 0, 0)
        self.nothing = QWidget()
        said = self.tr("Not asked yet. Seven statements, each from 1 to 5; ask in the first two weeks.")
        column(self.nothing, (16, 0, 16, 14)).addWidget(Text(said, "body", "muted", wrap=True))
        self.body.addWidget(self.nothing)
        self.chart = LineChart()
        self.pad = QWidget()
        column(self.pad, (16, 0, 16, 6)).addWidget(self.chart)
        self.body.addWidget(self.pad)
        self.table = FactTable(self.tr("Outcomes, each time they were asked"))
        self.rows = QWidget()
        column(self.rows, (12, 0, 12, 0)).addWidget(self.table)
        self.body.addWidget(self.rows)
        self.foot = Text("", "small", "muted", wrap=True)
        holder = QWidget()
        column(holder, (16, 6, 16, 12)).addWidget(self.foot)
        self.below = holder
        self.body.addWidget(holder)
        self.body.addStretch(1)

    def show_sets(self, sets: Sequence[Signed], names: dict[int, str], today: date) -> None:
        """Show that form's signed sets, oldest first."""
        for part in (self.pad, self.rows, self.below):
            part.setVisible(bool(sets))
        self.nothing.setVisible(not sets)
        self.ask.setText(self.tr("Ask again") if sets else self.tr("Ask"))
        self.ask.setAccessibleName(self.tr("Ask about outcomes"))
        if not sets:
            self.show_count("")
            return
        form = sets[-1][1].instrument
        sizes = _sizes(sets[-1][1])
        self.show_count(self.tr("{least} to {most}, {most} is good").format(least=sizes[0], most=sizes[1]))
        found = rules.lines([taken for _, taken in sets])
        drawn = rules.to_draw(found)
        self.chart.show_lines(
            [ChartLine(self._short(line), line.numbers) for line in found if line.item in drawn],
            sizes[0],
            sizes[1],
            (self.tr("Low"), self.tr("Good")),
            self.tr("Chart of {names}; the table says the same").format(
                names=", ".join(self._short(line) for line in found if line.item in drawn)
            ),
        )
        days = [taken.on for _, taken in sets]
        several = days[0].year != days[-1].year
        at = list(range(len(days))) if len(days) <= SHOWN else [0, len(days) - 2, len(days) - 1]
        columns = [
            Column(self.tr("Outcome"), 1),
            *(Column(short_day(days[n], several), centred=True) for n in at),
            Column(self.tr("Change"), centred=True),
        ]
        self.table.setAccessibleName(self.tr("{form}, each time it was asked").format(form=form.title))
        self.table.show_rows(columns, [self._row(line, at, drawn) for line in found])
        self.foot.setText(self._about(sets, any(line.moved for line in found), names, today))

    def _ask(self) -> None:
        self.asked.emit(self.name)

    def _row(self, line: Line, at: list[int], drawn: Sequence[str]) -> list[Cell]:
        shown = line.item in drawn
        which = list(drawn).index(line.item) if shown else 0
        name = self._short(line)
        first = Cell(
            name,
            role="strong" if shown else "body",
            draw=partial(_key, which) if shown else _nothing,
            size=mark_size(),
            said=line.label,
        )
        cells = [first]
        for n in at:
            _, points, said = line.points[n]
            text = str(points) if points is not None else "–"
            cells.append(Cell(text, role="figures", tone="" if points is not None else "muted", said=said))
        change = line.moved
        tone = (
            "" if change is None else "safe" if change.eased > 0 else "warn" if change.eased < 0 else "muted"
        )
        cells.append(
            Cell(
                say(rules.change_words(change)),
                role="strong" if tone in ("safe", "warn") else "body",
                tone=tone,
            )
        )
        return cells

    def _about(self, sets: Sequence[Signed], compared: bool, names: dict[int, str], today: date) -> str:
        said = [
            self.tr("The chart shows where most changed.")
            if compared
            else self.tr("Change is counted from what was asked at the start, two weeks or more later.")
        ]
        if len(sets) > SHOWN:
            said.append(
                self.tr("Asked {n} times; the table shows the first and the latest two.").format(n=len(sets))
            )
        said.append(asked_words(self, sets[-1], names, today))
        return " ".join(said)

    def _short(self, line: Line) -> str:
        """What a statement is called beside its line: the whole of it has no room there."""
        return {
            "SAFE": self.tr("Feeling safe"),
            "COPE": self.tr("Managing daily life"),
            "HLTH": self.tr("Health and sleep"),
            "INFO": self.tr("Knowing my options"),
            "CTRL": self.tr("Making own choices"),
            "CONN": self.tr("People to turn to"),
            "JUST": self.tr("Having a say in court"),
        }.get(line.item, line.label)


class ScoresCard(Card):
    """Scores from outside tools: totals, their direction, and whether a change is more than chance."""

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Scores from outside"), icon="chart-column", parent=parent)
        self.list = column()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.addLayout(self.list)

    def show_sets(self, by_name: dict[str, list[Signed]], names: dict[int, str], today: date) -> None:
        """Show each tool that was used. ``by_name``: tool -> its signed sets, oldest first."""
        empty(self.list)
        for name, sets in by_name.items():
            first, last = sets[0][1], sets[-1][1]
            (line, *_) = rules.lines([taken for _, taken in sets]) or (None,)
            lines: list[str | tuple[str, str]] = [
                self.tr("{total} on {date}").format(
                    total=say(rules.band_words(last)), date=when.show_date(last.on)
                )
            ]
            if len(sets) > 1:
                lines[0] = self.tr("{total} on {date}. Before: {first} on {day}").format(
                    total=say(rules.band_words(last)),
                    date=when.show_date(last.on),
                    first=say(rules.band_words(first)),
                    day=when.show_date(first.on),
                )
            lines.append(
                self.tr("{change}. {direction}").format(
                    change=say(rules.reliable_words(line.moved if line else None)),
                    direction=say(rules.direction_words(last)),
                )
            )
            lines.append((asked_words(self, sets[-1], names, today), "muted"))
            entry = Entry(last.instrument.title, lines)
            entry.add_button(self.tr("Ask again"), partial(self.asked.emit, name), "plus", "secondary")
            self.list.addWidget(entry)


def asked_words(widget: QWidget, last: Signed, names: dict[int, str], today: date) -> str:
    """When it was last asked and by whom, and when it is due again."""
    held, taken = last
    day = when.show_date(taken.on)
    who = names.get(held.worker_id or 0, "")
    said = (
        widget.tr("Last asked {date} by {name}.").format(date=day, name=who)
        if who
        else widget.tr("Last asked {date}.").format(date=day)
    )
    due = when.iso_date(held.next_review)
    if due is None:
        return said
    if due < today:
        next_words = widget.tr("It was due again on {date}.").format(date=when.show_date(due))
    else:
        next_words = widget.tr("Next due {date}.").format(date=when.show_date(due))
    return f"{said} {next_words}"


def _sizes(taken: Taken) -> tuple[int, int]:
    """The least and the most an answer of that form counts."""
    items = taken.instrument.counted
    options = [
        option.value
        for item in items
        if item.scale is not None
        for option in item.scale.options.values()
        if option.value is not None
    ]
    if options:
        return min(options), max(options)
    return (min((item.least for item in items), default=0), max((item.most for item in items), default=1))


def _key(which: int, painter: QPainter, box: QRectF) -> None:
    paint_key(painter, box, which)


def _nothing(painter: QPainter, box: QRectF) -> None:
    """Leaves room as wide as a mark, so that the names stand under one another."""
