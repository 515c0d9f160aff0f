"""Printing: a report as a document, onto paper, into a PDF or as a web page that a screen reader can follow.

Words go in as plain text, never as markup. Job and file names say neither whom nor what it is for.
"""

from __future__ import annotations

import html
import os
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QMarginsF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPalette,
    QPdfWriter,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
    QTextTableFormat,
)
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from caseworker.domain.reports import Bullets, Facts, Heading, Paragraph, Report, Said, Table
from ui import theme
from ui.say import say
from ui.widgets.chooser import FileChooser

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

WIDE, HIGH, FOOT = 520.0, 720.0, 20.0  # of an A4 page inside its margins, in points; the foot's line below
HEAD = 14.0  # of a table that goes on: its columns once more, above the page
PADDING, LINED = 3.0, 0.5  # around the words of a cell; the lines of a table
WITHIN = 0.05  # what lies nearer to a cut lies at it
MARGIN_MM = 15.0
PART = 30  # rows of a table laid out in one go
INK = QColor(0, 0, 0)
LEADS, COLUMNS = (QTextFormat.Property.UserProperty.value + n for n in (1, 2))


# --- the words as a document --------------------------------------------------------------------------------


#: One piece of a report, written where the cursor stands.
Piece = Callable[[QTextCursor], None]


def document(report: Report) -> QTextDocument:
    """The report for paper: black on white, A4 wide, in one strip. ``pages`` says where it is cut."""
    made = blank(strip=True)
    for piece in pieces(report):
        write(piece, made)
    return made


def blank(*, strip: bool = False) -> QTextDocument:
    """A document for ``pieces``, nothing in it yet; ``strip``: as wide as paper, to be cut into pages."""
    made = QTextDocument()
    font = QFont(theme.font("body"))
    font.setPointSizeF(10.5)
    # The fonts put twins in place of "A" and the space (locl), and of signs between capitals (calt). Qt cannot tell
    # what letter a twin is: whoever searches, copies or listens to the file would miss every "A".
    for feature in ("locl", "calt"):
        font.setFeature(QFont.Tag.fromString(feature), 0)
    made.setDefaultFont(font)
    made.setDocumentMargin(0)
    if strip:
        made.setTextWidth(WIDE)
    return made


def write(piece: Piece, *documents: QTextDocument) -> None:
    """Put the piece at the end of each."""
    for made in documents:
        cursor = QTextCursor(made)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()  # laid out once, not after every word
        piece(cursor)
        cursor.endEditBlock()


def pieces(report: Report) -> list[Piece]:
    """What ``write`` puts down one after the other, each small: a long table laid out in one go would be felt."""
    found: list[Piece] = []
    if report.headed:
        found.append(partial(_line, text=say(report.title), size=17, bold=True, after=8))
    for block in report.blocks:
        if isinstance(block, Heading):
            found.append(
                partial(_line, text=say(block.text), size=12.5, bold=True, before=10, after=4, leads=True)
            )
        elif isinstance(block, Paragraph):
            found.append(partial(_line, text=say(block.text), bold=block.strong, after=8))
        elif isinstance(block, Bullets):
            found += [partial(_line, text=f"•  {say(item)}", after=2) for item in block.items]
        elif isinstance(block, Facts):
            found.append(partial(_table, head=(), rows=block.rows, shares=(34, 66)))
        elif block.rows:
            found += _cut(block)
    return found


def _shares(columns: int) -> tuple[float, ...]:
    """How wide they are, in hundredths."""
    return (26, 56, 18) if columns == 3 else (100 / max(1, columns),) * columns


def _cut(table: Table) -> list[Piece]:
    if len(table.rows) <= PART:
        return [partial(_table, head=table.head, rows=table.rows, shares=_shares(len(table.head)))]
    return [
        partial(
            _table,
            head=table.head,
            rows=table.rows[start : start + PART],
            shares=_shares(len(table.head)),
            goes_on=bool(start),
        )
        for start in range(0, len(table.rows), PART)
    ]


def _line(
    cursor: QTextCursor,
    *,
    text: str,
    size: float = 10.5,
    bold: bool = False,
    before: float = 0,
    after: float = 0,
    leads: bool = False,
) -> None:
    """``leads``: what comes next begins on the same page."""
    space = QTextBlockFormat()
    space.setProperty(LEADS, leads)
    space.setTopMargin(before)
    space.setBottomMargin(after)
    if cursor.document().isEmpty():
        cursor.setBlockFormat(space)
    else:
        cursor.insertBlock(space)
    cursor.insertText(_lines_of(text), _letters(size, bold))


def _lines_of(text: str) -> str:
    """The text as one paragraph of several lines: whatever Qt takes for the end of a paragraph ends a line."""
    return re.sub("\r\n|[\n\r\u2029\ufdd0\ufdd1]", "\u2028", text)


def _letters(size: float = 10.5, bold: bool = False) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setFontPointSize(size)
    made.setFontWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    made.setForeground(INK)
    return made


def _table(
    cursor: QTextCursor,
    *,
    head: tuple[Said, ...],
    rows: tuple[tuple[Said, ...], ...],
    shares: tuple[float, ...],
    goes_on: bool = False,
) -> None:
    """``goes_on``: the next part of a table that began above, close under it and without the names of its columns."""
    if not rows:
        return
    lined = bool(head)
    if goes_on:
        close = QTextBlockFormat()
        close.setLineHeight(0.01, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        cursor.setBlockFormat(close)
    form = QTextTableFormat()
    form.setCellPadding(PADDING)
    form.setCellSpacing(0)
    form.setBorder(LINED if lined else 0)
    form.setBorderBrush(QColor("#9aa5a3"))
    form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    form.setBorderCollapse(True)
    form.setHeaderRowCount(0 if goes_on else len(head) and 1)
    form.setProperty(COLUMNS, [say(cell) for cell in head])
    form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    form.setColumnWidthConstraints(
        [QTextLength(QTextLength.Type.PercentageLength, share) for share in shares]
    )
    lines = [*([head] if head and not goes_on else []), *rows]
    table = cursor.insertTable(len(lines), len(shares), form)
    for down, cells in enumerate(lines):
        for across, cell in enumerate(cells):
            strong = (bool(head) and not goes_on and down == 0) or (not lined and across == 0)
            table.cellAt(down, across).firstCursorPosition().insertText(
                _lines_of(say(cell)), _letters(10, strong)
            )
    cursor.movePosition(QTextCursor.MoveOperation.End)


# --- on paper -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PageCut:
    """One page: from where to where in the strip; ``head``: the columns of a table that goes on there."""

    top: float
    bottom: float
    head: tuple[str, ...] = ()


def pages(strip: QTextDocument) -> list[PageCut]:
    """Where the strip is cut: between two rows of a table, or two lines where a row or paragraph is longer than what
    is left of the page and would not fit on the next.

    Qt's own pages break any row that stands where a page ends.
    """
    whole = strip.documentLayout().documentSize().height()
    return [
        PageCut(top, bottom, _columns_at(strip, top) if number else ())
        for number, (top, bottom) in enumerate(pairwise([*tops(strip), whole]))
    ]


def tops(strip: QTextDocument) -> Iterator[float]:
    """Where each page begins."""
    top, whole = 0.0, strip.documentLayout().documentSize().height()
    yield top
    while whole - top > HIGH:
        yield (top := _cut_above(strip, top))


def _cut_above(strip: QTextDocument, first: float) -> float:
    """Where the page that begins at ``first`` ends."""
    limit = first + HIGH
    block = _block_at(strip, limit)
    table, row = _row_at(strip, block)
    if table is None:
        at = _between_lines([block], limit)
    else:
        top, bottom = _ends(table, row)
        if bottom <= limit:
            at = bottom
        elif _goes_with_names(table, row, limit) and _ends(table, 0)[0] > first:
            at = _ends(table, 0)[0]
        elif top > first and bottom - top <= HIGH:
            at = min(top, limit)
        else:
            at = _between_lines(_blocks_of(table, row), limit)
    return _with_heading(strip, at, first) if at > first else limit


def _goes_with_names(table: QTextTable, row: int, limit: float) -> bool:
    """Whether the names of the columns go to the next page with their first row: not if it would not fit there either,
    and at least its first lines fit here.
    """
    if not row == table.format().toTableFormat().headerRowCount() == 1:
        return False
    top, bottom = _ends(table, row)
    begins = _between_lines(_blocks_of(table, row), limit) > top + PADDING + LINED
    return bottom - _ends(table, 0)[0] <= HIGH or not begins


def _with_heading(strip: QTextDocument, at: float, first: float) -> float:
    """Above a heading, where nothing but that would stand between it and the cut."""
    layout, block = strip.documentLayout(), _block_at(strip, at - 1)
    while block.isValid() and (not block.text() or layout.blockBoundingRect(block).top() >= at):
        block = block.previous()  # what parts two tables, or stands below the cut
    top = layout.blockBoundingRect(block).top() if block.isValid() else 0.0
    return top if block.isValid() and block.blockFormat().property(LEADS) and top > first else at


def _block_at(strip: QTextDocument, y: float) -> QTextBlock:
    return strip.findBlock(strip.documentLayout().hitTest(QPointF(WIDE / 2, y), Qt.HitTestAccuracy.FuzzyHit))


def _row_at(strip: QTextDocument, block: QTextBlock) -> tuple[QTextTable | None, int]:
    table = QTextCursor(block).currentTable()
    return (None, 0) if table is None else (table, table.cellAt(block.position()).row())


def _blocks_of(table: QTextTable, row: int) -> list[QTextBlock]:
    """Every paragraph of the row: one a cell."""
    return [table.cellAt(row, across).firstCursorPosition().block() for across in range(table.columns())]


def _ends(table: QTextTable, row: int) -> tuple[float, float]:
    """Where the row begins and ends, the line above it included."""
    layout = table.document().documentLayout()
    places = [layout.blockBoundingRect(block) for block in _blocks_of(table, row)]
    top = min(place.top() for place in places) - PADDING - LINED
    return top, max(place.bottom() for place in places) + PADDING


def _between_lines(blocks: list[QTextBlock], limit: float) -> float:
    """The lowest place above ``limit`` that no line stands across."""
    lines = []
    for block in blocks:
        corner = block.document().documentLayout().blockBoundingRect(block).topLeft()
        laid = block.layout()
        places = (laid.lineAt(at).rect().translated(corner) for at in range(laid.lineCount()))
        lines += [(place.top(), place.bottom()) for place in places]
    at = limit
    while across := [top for top, bottom in lines if top < at - 0.001 and bottom > at + 0.001]:
        at = min(across)
    return at


def _columns_at(strip: QTextDocument, top: float) -> tuple[str, ...]:
    """The columns of the table that goes on there; empty where none does, or where their names stand already."""
    table, row = _row_at(strip, _block_at(strip, top + PADDING + 1))
    if table is None or (form := table.format().toTableFormat()).headerRowCount() > row:
        return ()
    return tuple(form.property(COLUMNS) or ())


def print_on(report: Report, device: QPagedPaintDevice) -> None:
    """Paint every page, each with its foot and number, as large as the paper allows."""
    made = document(report)
    cut = pages(made)
    _part(made, [page.top for page in cut[1:]])
    head = HEAD if any(page.head for page in cut) else 0.0
    painter = QPainter(device)
    page = device.pageLayout().paintRectPixels(device.logicalDpiX())
    scale = min(page.width() / WIDE, page.height() / (head + HIGH + FOOT))
    black = QAbstractTextDocumentLayout.PaintContext()
    black.palette.setColor(QPalette.ColorRole.Text, INK)
    for number, part in enumerate(cut, 1):
        if number > 1:
            device.newPage()
        painter.resetTransform()
        painter.scale(scale, scale)
        painter.setPen(INK)
        small = QFont(made.defaultFont())
        small.setPixelSize(8)
        painter.setFont(small)
        _draw_head(painter, part.head)
        painter.translate(QPointF(0.0, head))
        _foot(painter, report, number, len(cut))
        painter.translate(QPointF(0.0, -part.top))
        # The line between two rows stands on both pages.
        view = QRectF(0.0, part.top, WIDE, part.bottom - part.top + LINED)
        painter.setClipRect(view)
        black.clip = view.adjusted(0.0, WITHIN, 0.0, -WITHIN - LINED)
        made.documentLayout().draw(painter, black)
        painter.setClipping(False)
    painter.end()


def _part(strip: QTextDocument, cuts: list[float]) -> None:
    """Let what goes on after a cut be a paragraph of its own, in the same place. Of one that stands across it, Qt
    writes a line on both pages: seen once, but found and read out twice.
    """
    layout, places, block = strip.documentLayout(), [], strip.begin()
    while block.isValid():
        corner, laid = layout.blockBoundingRect(block).top(), block.layout()
        for at in range(1, laid.lineCount()):
            top = corner + laid.lineAt(at).y()
            if bisect_left(cuts, top - WITHIN) < bisect_left(cuts, top + WITHIN):
                places.append(block.position() + laid.lineAt(at).textStart())
        block = block.next()
    cursor = QTextCursor(strip)
    cursor.beginEditBlock()
    for place in reversed(places):
        cursor.setPosition(place)
        rest = cursor.blockFormat()
        first = QTextBlockFormat(rest)
        first.setBottomMargin(0)
        rest.setTopMargin(0)
        cursor.setBlockFormat(first)
        if strip.characterAt(place - 1) == "\u2028":
            cursor.deletePreviousChar()
        cursor.insertBlock(rest)
    cursor.endEditBlock()


def _draw_head(painter: QPainter, columns: tuple[str, ...]) -> None:
    """What they are, again above a page that their table goes on to."""
    left = 0.0
    for name, share in zip(columns, _shares(len(columns)), strict=True):
        wide = WIDE * share / 100
        painter.drawText(
            QRectF(left + PADDING, 0.0, wide - 2 * PADDING, HEAD), int(Qt.AlignmentFlag.AlignLeft), name
        )
        left += wide


def _foot(painter: QPainter, report: Report, number: int, count: int) -> None:
    of = QCoreApplication.translate("Printing", "Page {number} of {count}").format(number=number, count=count)
    words = say(report.foot)
    line = QRectF(0.0, HIGH + 4, WIDE, FOOT)
    painter.drawText(line, int(Qt.AlignmentFlag.AlignRight), of)
    room = QRectF(0.0, HIGH + 4, WIDE - 90, FOOT)
    painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap), words)


def web_page(report: Report) -> str:
    """The report as a web page with real headings and tables: a PDF of Qt's has none that a screen reader sees."""
    parts = [f"<h1>{_safe(report.title)}</h1>"] if report.headed else []
    for block in report.blocks:
        if isinstance(block, Heading):
            parts.append(f"<h2>{_safe(block.text)}</h2>")
        elif isinstance(block, Paragraph):
            text = _safe(block.text)
            parts.append(f"<p><strong>{text}</strong></p>" if block.strong else f"<p>{text}</p>")
        elif isinstance(block, Bullets):
            parts.append("<ul>" + "".join(f"<li>{_safe(item)}</li>" for item in block.items) + "</ul>")
        elif isinstance(block, Facts):
            rows = "".join(
                f'<tr><th scope="row">{_safe(asked)}</th><td>{_safe(said)}</td></tr>'
                for asked, said in block.rows
            )
            parts.append(f"<table>{rows}</table>")
        elif isinstance(block, Table):
            head = "".join(f'<th scope="col">{_safe(cell)}</th>' for cell in block.head)
            rows = "".join(
                "<tr>" + "".join(f"<td>{_safe(cell)}</td>" for cell in cells) + "</tr>"
                for cells in block.rows
            )
            parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")
    parts.append(f"<footer>{_safe(report.foot)}</footer>")
    style = (
        "body{font-family:sans-serif;max-width:46em;margin:2em auto;line-height:1.4}"
        "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3em;"
        "border-bottom:1px solid #999}"
    )
    return (
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{html.escape(job_name())}</title>'
        f"<style>{style}</style></head><body>{''.join(parts)}</body></html>"
    )


def _safe(text: Said) -> str:
    return html.escape(say(text)).replace("\n", "<br>")


# --- printers and files -------------------------------------------------------------------------------------


def job_name() -> str:
    """What the print job and the file are called: neither whom nor what for."""
    return QCoreApplication.translate("DaySheet", "Sheet")


def has_printer() -> bool:
    from PySide6.QtPrintSupport import QPrinterInfo

    return bool(QPrinterInfo.availablePrinterNames())


def a_printer() -> QPrinter:
    """The usual printer, with a job name that says nothing: queues and screens on printers show it to anyone."""
    from PySide6.QtPrintSupport import QPrinter

    made = QPrinter(QPrinter.PrinterMode.HighResolution)
    made.setDocName(job_name())
    made.setCreator("")
    lay_out(made)
    return made


def a_pdf(place: str) -> QPdfWriter:
    """A PDF at that place that says nothing of who made it or whom it is about."""
    made = QPdfWriter(place)
    made.setTitle(job_name())
    made.setCreator("")
    lay_out(made)
    return made


def lay_out(device: QPagedPaintDevice) -> None:
    """A4 upright, with margins that any printer keeps."""
    device.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
    device.setPageMargins(margins, QPageLayout.Unit.Millimeter)


def a_file_chooser(parent: QWidget, title: str, kinds: tuple[str, ...] = ("pdf",)) -> QFileDialog:
    """Where to save."""
    chooser = FileChooser(parent, title, "", tuple(f"*.{kind}" for kind in kinds))
    chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    chooser.setDefaultSuffix(kinds[0])
    chooser.selectFile(f"{job_name()}.{kinds[0]}")
    return chooser


def open_dialog(dialog: QDialog) -> None:
    """Show it without a loop of its own: locking must be able to end everything."""
    QDialog.open(dialog)


def can_write(place: Path) -> bool:
    try:
        place.touch()
    except OSError:
        return False
    return True


def write_text(place: Path, text: str) -> None:
    """The whole text at that place, or an OSError and nothing half-written.

    Raises:
        OSError: there is no room, or nobody may write there.
    """
    part = place.with_name(place.name + ".part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, place)
    except OSError:
        part.unlink(missing_ok=True)
        raise
