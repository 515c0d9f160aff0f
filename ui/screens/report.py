"""A report before it leaves: exactly what would be printed, what is still needed, then print or save.

Nothing is printed or saved before the record says that it was. Paper and files are copies that no passphrase guards.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPalette, QResizeEvent, QTextDocument
from PySide6.QtWidgets import QBoxLayout, QTextEdit, QWidget

from caseworker.domain import when
from caseworker.domain.reports import Report, Table
from caseworker.domain.reports.support_letter import support_letter
from caseworker.errors import Problem, Refused
from caseworker.storage import clients, drafts, marac, reports
from caseworker.words import Words, words
from ui import printing, theme
from ui.order import put_in_order
from ui.say import say
from ui.screens.form import Form
from ui.session import Session, Toast
from ui.theme import px
from ui.widgets import Button, Card, DateBoxes, FlowLayout, Heading, Page, Said, Text, Tick, column, row
from ui.widgets.gradually import Gradually

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

CUT_AT_ONCE = 40  # pages counted before the next key is looked at
NARROW = 900


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which report, of whose record. ``row_id``: the MARAC referral; ``letter``: what was typed for a letter."""

    kind: str
    client_id: int
    row_id: int = 0
    letter: tuple[tuple[str, str], ...] = ()


class ReportPage(Page):
    """``arg`` of the place is a ``Wanted``."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent=parent)
        self.wanted: Wanted | None = None
        self.report: Report | None = None
        self._refused: dict[str, Words] = {}
        self._printer: QPrinter | None = None
        self._gradually = Gradually(self)
        top = row(gap=10)
        self.heading = Heading("", 1)
        top.addWidget(self.heading, 1)
        self.back = Button(self.tr("Back to the record"), "arrow-left", "quiet")
        top.addWidget(self.back)
        self.body.addLayout(top)
        self.pair = row(gap=16)
        self.paper = Paper()
        self.paper.setAccessibleName(self.tr("What would be printed"))
        self.pair.addWidget(self.paper, 3)
        self.side = column(gap=14)
        self.pair.addLayout(self.side, 2)
        self.body.addLayout(self.pair, 1)
        self.needed = Card(self.tr("Still needed before it can be sent"), icon="list-checks")
        self.needed_words = Text("", wrap=True)
        self.needed.body.addWidget(self.needed_words)
        self.side.addWidget(self.needed)
        self.choose = Card(self.tr("What it holds"), icon="file-text")
        self.options: Form = Form()
        self.side.addWidget(self.choose)
        self._build_leave()
        self.side.addStretch(1)
        self.back.clicked.connect(session.back)

    def _build_leave(self) -> None:
        card = Card(self.tr("Print or save"), icon="printer")
        self.length = Text("", "body", "muted", wrap=True)
        card.body.addWidget(self.length)
        self.warning = Said(
            self.tr("Printers keep copies of what they print. A saved file is not encrypted."),
            "triangle-alert",
            "on_medium",
        )
        card.body.addWidget(self.warning)
        card.body.addWidget(
            Text(self.tr("The record will say that it was made, and when."), "small", "muted")
        )
        tools = QWidget(card)
        across = FlowLayout(10, tools)
        self.print_button = Button(self.tr("Print"), "printer", "primary")
        self.print_button.setToolTip(self.tr("Print  (Ctrl+P)"))
        self.save_button = Button(self.tr("Save a file"), "download")
        across.addWidget(self.print_button)
        across.addWidget(self.save_button)
        card.body.addWidget(tools)
        self.side.addWidget(card)
        self.print_button.clicked.connect(self.print_page)
        self.save_button.clicked.connect(self._ask_file)

    # ---- what the window asks

    def title(self) -> str:
        return self.tr("Report")

    def first_focus(self) -> QWidget | None:
        return next(iter(self.options.editors.values()), self.print_button)

    def put_in_order(self) -> None:
        """What a report holds is asked before the buttons are reached, although its fields were made after them."""
        put_in_order(self.paper, self.choose)

    def draw_ahead(self) -> None:
        """What a first report needs of Qt: its printers, and a table."""
        printing.has_printer()
        nothing = Report("", "", (Table(("",), (("",),)),))
        for piece in printing.pieces(nothing):
            printing.write(piece, printing.blank(), printing.blank(strip=True))

    def show_place(self, arg: Any) -> None:
        if isinstance(arg, Wanted) and arg != self.wanted:
            self.wanted = arg
            self._build_options(arg)
        self.mark_stale()

    def on_show(self) -> list[str]:
        """What it is to hold."""
        return [json.dumps(self.options.values())]

    def show_part(self, part: str) -> None:
        self.options.fill(json.loads(part))
        self.mark_stale()

    def reload(self) -> None:
        if self.wanted is None:
            return
        self.heading.setText(self._name(self.wanted.kind))
        self.print_button.setVisible(printing.has_printer())
        self.save_button.set_kind("secondary" if printing.has_printer() else "primary")
        self.save_button.show_icon("download")
        self.show_report()

    def selected_client(self) -> int | None:
        return self.wanted.client_id if self.wanted is not None else None

    # ---- the report

    def show_report(self, *_: object) -> None:
        """Make it again from the record and the choices, and show it."""
        if self.wanted is None:
            return
        try:
            report, problems = self._make(self.wanted)
        except Refused as refused:
            # What was asked for cannot be made: what stands on the left is not it, and must not leave as it.
            self.report, self._refused = None, refused.problems
            self._say_beside()
            return
        except Problem as problem:
            self.report = None
            self.session.problem(problem)
            return
        self._refused = {}
        self.options.show_problems({})
        if problems:
            report = replace(report, foot=words("DRAFT, not to be sent. {foot}", foot=report.foot))
        self.report = report
        self.needed.setVisible(bool(problems))
        self.needed_words.setText("\n".join(say(text) for text in problems.values()))
        self.length.setText("")
        shown, counted = self.paper.show_blank(), printing.blank(strip=True)
        counted.documentLayout()  # from now on laid out as it grows, not all of it at the end
        pieces = printing.pieces(report)
        steps = [partial(printing.write, piece, paper) for paper in (shown, counted) for piece in pieces]
        self._gradually.start([*steps, partial(self._say_length, counted)])

    def _say_length(self, counted: QTextDocument) -> Iterator[None]:
        """Some pages in each turn: where hundreds are cut would be felt."""
        count = 0
        for count, _ in enumerate(printing.tops(counted), 1):
            if not count % CUT_AT_ONCE:
                yield
        self.length.setText(self.tr("1 page") if count == 1 else self.tr("{n} pages").format(n=count))

    def _say_beside(self) -> None:
        """Somebody is typing: the summary, which takes the keyboard, waits until this is to be printed or saved."""
        for name, field in self.options.fields.items():
            field.show_problem(say(self._refused[name]) if name in self._refused else None)

    def _may_leave(self) -> bool:
        if self.report is None and self._refused:
            self.options.show_problems(self._refused)
        return self.report is not None

    def _make(self, wanted: Wanted) -> tuple[Report, dict[str, Words]]:
        if wanted.kind == "marac-paper":
            return reports.marac_paper(wanted.row_id), marac.get(wanted.row_id).paper_problems()
        if wanted.kind == "support-letter":
            typed = dict(wanted.letter)
            today = self.session.now().astimezone(when.LONDON).date()
            reference = clients.get(wanted.client_id).reference if typed.get("reference") else ""
            letter = support_letter(
                organisation=typed.get("organisation", ""),
                to=typed.get("to", ""),
                body=typed.get("body", ""),
                worker=self.session.vault.worker.name,
                today=today,
                reference=reference,
            )
            return letter, {}
        if wanted.kind == "safety-plan":
            disguised = bool(self.options.values().get("disguised"))
            plan, left_out = reports.safety_plan(wanted.client_id, disguised=disguised)
            self._say_left_out(left_out)
            return plan, {}
        made = reports.chronology(
            wanted.client_id,
            self._day("first"),
            self._day("last"),
            notes=bool(self.options.values().get("notes")),
        )
        return made, {}

    def _say_left_out(self, count: int) -> None:
        one = self.tr("1 item is left out: it has no wording for a page in disguise.")
        many = self.tr("{n} items are left out: they have no wording for a page in disguise.")
        self.left_out.setText(one if count == 1 else many.format(n=count) if count else "")
        self.left_out.setVisible(bool(count))

    def _day(self, name: str) -> date | None:
        boxes = self.options.editors.get(name)
        if not isinstance(boxes, DateBoxes) or boxes.is_empty():
            return None
        return when.read_date(*boxes.parts(), field=name)

    def _name(self, kind: str) -> str:
        return {
            "marac-paper": self.tr("MARAC paper"),
            "support-letter": self.tr("Support letter"),
            "chronology": self.tr("Chronology"),
            "safety-plan": self.tr("Safety plan"),
        }[kind]

    def _build_options(self, wanted: Wanted) -> None:
        leaving, self.options = self.options, Form()
        self.choose.body.removeWidget(leaving)
        leaving.hide()
        leaving.deleteLater()
        down = column(self.options, gap=10)
        down.addWidget(self.options.errors)
        if wanted.kind == "chronology":
            hint = self.tr("Leave empty for all of it")
            down.addWidget(self.options.field("first", self.tr("From"), DateBoxes(), hint, True))
            down.addWidget(self.options.field("last", self.tr("To"), DateBoxes(), "", True))
            notes = Tick(self.tr("With the words of the notes"))
            self.options.bind("notes", notes)
            down.addWidget(notes)
            down.addWidget(
                Text(
                    self.tr(
                        "Notes may hold counselling information and other people. Leave them out if you can."
                    ),
                    "small",
                    "muted",
                    wrap=True,
                )
            )
        if wanted.kind == "safety-plan":
            disguised = Tick(self.tr("In disguise: a list of things to do that says nothing else"), True)
            self.options.bind("disguised", disguised)
            down.addWidget(disguised)
            self.left_out = Text("", wrap=True)
            down.addWidget(self.left_out)
            ask = self.tr("Ask the client first whether a page is safe to have, and where it will be kept.")
            down.addWidget(Said(ask, "triangle-alert", "on_medium"))
        self.choose.body.addWidget(self.options)
        self.choose.setVisible(bool(self.options.editors))
        self.options.edited.connect(self.show_report)

    # ---- leaving

    def print_page(self) -> None:
        """Ctrl+P."""
        if not self._may_leave():
            return
        if not printing.has_printer():
            self._ask_file()
            return
        from PySide6.QtPrintSupport import QPrintDialog

        self._printer = printing.a_printer()
        dialog = QPrintDialog(self._printer, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(self._print_now)
        printing.open_dialog(dialog)

    def _print_now(self) -> None:
        if self._printer is not None and self.report is not None and self._write_down():
            printing.print_on(self.report, self._printer)
            self._left()

    def _ask_file(self) -> None:
        if not self._may_leave():
            return
        chooser = printing.a_file_chooser(self, self.tr("Where to save the file"), ("pdf", "html"))
        chooser.fileSelected.connect(self.save_to)
        printing.open_dialog(chooser)

    def save_to(self, place: str) -> None:
        """A PDF, or a web page that a screen reader can follow, by the ending of the name."""
        if self.report is None:
            return
        file = Path(place)
        if not printing.can_write(file):
            self._not_there()
            return
        if not self._write_down():
            return
        if file.suffix.lower() in (".html", ".htm"):
            try:
                printing.write_text(file, printing.web_page(self.report))
            except OSError:
                self._not_there()
                return
        else:
            printing.print_on(self.report, printing.a_pdf(place))
        self._left()

    def _not_there(self) -> None:
        self.warning.show_said(
            self.tr("The file could not be saved there. Choose another folder."), "triangle-alert", "on_high"
        )

    def _write_down(self) -> bool:
        """Whether the record now says that this leaves; nothing leaves that it does not say."""
        assert self.wanted is not None
        assert self.report is not None
        recipient = dict(self.wanted.letter).get("to", "").strip().partition("\n")[0]
        try:
            self.session.write(leave, self.report, self.wanted, recipient)
        except Refused as refused:
            said = say(next(iter(refused.problems.values())))
            self.warning.show_said(said, "triangle-alert", "on_high")
            return False
        except Problem as problem:
            self.session.problem(problem)
            return False
        return True

    def _left(self) -> None:
        self.session.toast.emit(Toast(self.tr("Made. The record says so under Documents.")))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < px(NARROW)
        down = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self.pair.setDirection(down)


def letter_key(client_id: int) -> str:
    """Where a half-typed letter waits."""
    return f"letter:{client_id}"


def leave(report: Report, wanted: Wanted, recipient: str) -> int:
    """Write down that it leaves, and forget the draft of a letter that has become one."""
    letter = wanted.kind == "support-letter"
    if letter:  # asked again: what is safe may have changed since it was written
        reports.refuse_letter(wanted.client_id, dict(wanted.letter).get("to", ""))
    made = reports.leaves(report, wanted.client_id, recipient)
    if letter:
        drafts.discard(letter_key(wanted.client_id))
    return made


class Paper(QTextEdit):
    """The pages as they will look: black on white in every theme."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setObjectName("paper")
        self.setTabChangesFocus(True)
        paper = self.palette()
        paper.setColor(QPalette.ColorRole.Base, QColor("white"))
        paper.setColor(QPalette.ColorRole.Text, QColor("black"))
        self.setPalette(paper)
        self.setMinimumHeight(px(420))
        # Points are drawn as on a screen so much finer: as large as the text size somebody chose.
        self._eye = QImage(1, 1, QImage.Format.Format_Mono)
        per_metre = round(self.logicalDpiY() * theme.look().scale / 0.0254)
        self._eye.setDotsPerMeterX(per_metre)
        self._eye.setDotsPerMeterY(per_metre)

    def show_blank(self) -> QTextDocument:
        """An empty sheet instead of what stood here; gives what to write on it."""
        made = printing.blank()
        made.setParent(self)
        made.setDocumentMargin(px(20))
        made.documentLayout().setPaintDevice(self._eye)
        self.setDocument(made)
        return made

    def sizeHint(self) -> QSize:
        return QSize(px(560), px(420))
