"""Print my day: one page for the pocket of somebody who goes out without the laptop.

Initials and references, what is due and when a call is safe; no name, no number, no note, no agency. Of a date it
says no more than that it is of a court or the police, and of a conference, an order or a review of risk not even what
it is. Paper is the one copy that no passphrase guards, so it says little, and that it was printed is written down.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QPagedPaintDevice,
    QPainter,
    QTextDocument,
)
from PySide6.QtWidgets import QWidget

from caseworker import storage
from caseworker.domain import when
from caseworker.domain.safe_contacts import SafeContact, never_list, show_hours
from caseworker.errors import Problem
from caseworker.storage import audit, today
from caseworker.storage.today import Board, Dated, DatedList, Due, Missed
from ui import printing, theme
from ui.say import say
from ui.session import Session
from ui.widgets import Button, Card, FlowLayout, Said, Text

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

WIDE, HIGH = 520.0, 740.0  # of the page inside its margins, in points


@dataclass(frozen=True, slots=True)
class Line:
    """One person of the day as the paper knows them."""

    initials: str
    reference: str
    what: str
    safe: str


class DaySheet(QObject):
    """The words and the painting of the page."""

    def __init__(self, board: Board, dates: DatedList, reviews: DatedList, now: datetime) -> None:
        super().__init__()
        self.day = now.astimezone(when.LONDON).date()
        late = [one for one in reviews.lines if one.due.day < self.day]
        # What is late comes after what is due today: of a long day the page may not hold it all.
        self.lines = [
            *(self._date(one) for one in dates.lines),
            *(self._due(one) for one in board.due),
            *(self._review(one) for one in reviews.lines if one not in late),
            *(self._due(one) for one in board.overdue),
            *(self._review(one) for one in late),
            *(self._missed(one) for one in board.missed),
        ]
        self.count = dates.count + board.overdue_count + board.due_count + reviews.count + board.missed_count

    def document(self) -> QTextDocument:
        """The page; of a long day as many lines as fit, and how many more the app holds."""
        fits = len(self.lines)
        while True:
            made = self._document(self.lines[:fits])
            if made.size().height() <= HIGH or not fits:
                return made
            # A long day takes a few turns, never one for each line.
            fits = min(fits - 1, int(fits * HIGH / made.size().height()))

    def print_on(self, device: QPagedPaintDevice) -> None:
        """Paint the page on a printer or into a PDF, as large as its paper allows."""
        painter = QPainter(device)
        resolution = device.logicalDpiX()
        page = device.pageLayout().paintRectPixels(resolution)
        scale = min(page.width() / WIDE, page.height() / HIGH)
        painter.scale(scale, scale)
        self.document().drawContents(painter)
        painter.end()

    def _due(self, one: Due) -> Line:
        what = self.tr("Follow-up today")
        if one.days_late:
            day = when.show_date(date.fromisoformat(one.action.due))
            what = self.tr("Follow-up, due {date}").format(date=day)
        return Line(initials(one.who.name), one.who.reference, what, self._safe(one.who.safe))

    def _date(self, one: Dated) -> Line:
        what = self.tr("Date set for today")
        if one.due.noun == "justice_event":
            what = self.tr("Court or police date today")
        return Line(initials(one.who.name), one.who.reference, what, self._safe(one.who.safe))

    def _review(self, one: Dated) -> Line:
        what = self.tr("Review today")
        if one.due.day < self.day:
            what = self.tr("Review, due {date}").format(date=when.show_date(one.due.day))
        return Line(initials(one.who.name), one.who.reference, what, self._safe(one.who.safe))

    def _missed(self, one: Missed) -> Line:
        what = self.tr("Try again, last tried {time}").format(time=when.show_datetime(when.local(one.at)))
        return Line(initials(one.who.name), one.who.reference, what, self._safe(one.who.safe))

    def _safe(self, known: Sequence[SafeContact]) -> str:
        """The rule for calls, not the answer at one moment: paper does not know what time it is."""
        call = next((one for one in known if one.channel == "TEL"), None)
        said = [say(one) for one in never_list(known)]
        if call is None or call.allowed not in ("yes", "no"):
            said.insert(0, self.tr("Ask in the app before calling"))
        elif call.allowed == "yes":
            hours = show_hours(call.hours) if call.hours else self.tr("at any time")
            said.insert(0, self.tr("Call {hours}").format(hours=hours))
        return ". ".join(said)

    def _document(self, lines: Sequence[Line]) -> QTextDocument:
        rows = "".join(
            f"<tr><td><b>{html.escape(one.initials)}</b></td><td>{html.escape(one.reference)}</td>"
            f"<td>{html.escape(one.what)}</td><td>{html.escape(one.safe)}</td></tr>"
            for one in lines
        )
        rest = self.count - len(lines)
        more = self.tr("And {n} more in the app.").format(n=rest) if rest else ""
        if not self.count:
            more = self.tr("Nothing is due today.")
        made = QTextDocument()
        font = QFont(theme.font("body"))
        font.setPointSizeF(10.0)
        made.setDefaultFont(font)
        made.setPageSize(QSizeF(-1, -1))
        made.setTextWidth(WIDE)
        made.setHtml(
            f"<p style='font-size:15pt'><b>{html.escape(when.show_date(self.day))}</b></p>"
            f"<table cellpadding='4' width='100%' border='0'>{rows}</table>"
            f"<p>{html.escape(more)}</p>"
            f"<p style='font-size:8pt'>{html.escape(self.tr('Keep this page on you. Shred it tonight.'))}</p>"
        )
        made.setTextWidth(WIDE)
        return made


class PrintCard(Card):
    """Asked before anything is printed: what the page holds, and that printers keep copies."""

    closed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Print my day"), icon="printer", parent=parent)
        self.session = session
        self._printer: QPrinter | None = None
        self._sheet: DaySheet | None = None
        has_printer = printing.has_printer()
        self.body.addWidget(
            Text(
                self.tr(
                    "One page with initials, references, what is due and when a call is safe."
                    " No names, numbers or notes."
                ),
                wrap=True,
            )
        )
        warning = self.tr("Printers keep copies of what they print. Use one that you trust.")
        if not has_printer:
            warning = self.tr(
                "No printer was found. The page can be saved as a file, which is not encrypted: delete it after"
                " printing. Printers keep copies of what they print."
            )
        self.warning = Said(warning, "triangle-alert", "on_medium")
        self.body.addWidget(self.warning)
        across = FlowLayout(10)
        self.go = Button(self.tr("Print") if has_printer else self.tr("Save the page"), "printer", "primary")
        self.not_now = Button(self.tr("Not now"))
        across.addWidget(self.go)
        across.addWidget(self.not_now)
        self.body.addLayout(across)
        self.go.clicked.connect(self._ask_printer if has_printer else self._ask_file)
        self.not_now.clicked.connect(self.closed)

    def print_to(self, device: QPagedPaintDevice) -> bool:
        """Write down that the day was printed, then print it; nothing is printed that was not written down."""
        now, worker_id = self.session.now(), self.session.vault.worker.id
        sheet = DaySheet(today.board(now, worker_id), *today.of_the_day(now, worker_id), now)
        try:
            storage.write(audit.append, "print", "day", 0, detail={"lines": sheet.count})
        except Problem as problem:
            self.session.problem(problem)
            return False
        sheet.print_on(device)
        return True

    def _ask_printer(self) -> None:
        from PySide6.QtPrintSupport import QPrintDialog

        self._printer = printing.a_printer()
        dialog = QPrintDialog(self._printer, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(self._print_now)
        printing.open_dialog(dialog)

    def _print_now(self) -> None:
        if self._printer is not None and self.print_to(self._printer):
            self.closed.emit()

    def _ask_file(self) -> None:
        chooser = printing.a_file_chooser(self, self.tr("Where to save the page"))
        chooser.fileSelected.connect(self.save_to)
        printing.open_dialog(chooser)

    def save_to(self, place: str) -> None:
        """The page as a PDF at that place."""
        if not printing.can_write(Path(place)):
            self.warning.show_said(
                self.tr("The page could not be saved there. Choose another folder."), "triangle-alert"
            )
            return
        if self.print_to(printing.a_pdf(place)):
            self.closed.emit()


def initials(name: str) -> str:
    """ "AC" for Amara Clarke: enough for somebody who knows her, nothing for who finds the page."""
    return "".join(word[0].upper() for word in name.replace("-", " ").split() if word[0].isalnum())[:4]
