"""Printing: a report as a document, onto paper, into a PDF or as a web page that a screen reader can follow.

Words go in as plain text, never as markup. Job and file names say neither whom nor what it is for.
"""

from __future__ import annotations

import html
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QMarginsF, QPointF, QRectF, QSizeF, Qt
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
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
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
MARGIN_MM = 15.0
AT_ONCE, PART = 30, 15  # rows of a table laid out in one go; of each part of a longer one
INK = QColor(0, 0, 0)


# --- the words as a document --------------------------------------------------------------------------------


#: One piece of a report, written where the cursor stands.
Piece = Callable[[QTextCursor], None]


def document(report: Report) -> QTextDocument:
    """The report for paper: black on white, A4 wide, cut into pages."""
    made = blank(paged=True)
    for piece in pieces(report):
        write(piece, made)
    return made


def blank(*, paged: bool = False) -> QTextDocument:
    """A document for ``pieces``, nothing in it yet; ``paged``: of sheets, as on paper."""
    made = QTextDocument()
    font = QFont(theme.font("body"))
    font.setPointSizeF(10.5)
    # The fonts put twins in place of "A" and the space (locl), and of signs between capitals (calt). Qt cannot tell
    # what letter a twin is: whoever searches, copies or listens to the file would miss every "A".
    for feature in ("locl", "calt"):
        font.setFeature(QFont.Tag.fromString(feature), 0)
    made.setDefaultFont(font)
    made.setDocumentMargin(0)
    if paged:
        made.setPageSize(QSizeF(WIDE, HIGH))
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
            found.append(partial(_line, text=say(block.text), size=12.5, bold=True, before=10, after=4))
        elif isinstance(block, Paragraph):
            found.append(partial(_line, text=say(block.text), bold=block.strong, after=8))
        elif isinstance(block, Bullets):
            found += [partial(_line, text=f"•  {say(item)}", after=2) for item in block.items]
        elif isinstance(block, Facts):
            found.append(partial(_table, head=(), rows=block.rows, shares=(34, 66)))
        elif block.rows:
            found += _cut(block)
    return found


def _shares(table: Table) -> tuple[float, ...]:
    """How wide its columns are, in hundredths."""
    wide = 100 / max(1, len(table.head))
    return (26, 56, 18) if len(table.head) == 3 else tuple(wide for _ in table.head)


def _is_cut(table: Table) -> bool:
    return len(table.rows) > AT_ONCE


def _cut(table: Table) -> list[Piece]:
    if not _is_cut(table):
        return [partial(_table, head=table.head, rows=table.rows, shares=_shares(table))]
    return [
        partial(
            _table,
            head=() if start else table.head,
            rows=table.rows[start : start + PART],
            shares=_shares(table),
            goes_on=bool(start),
            repeats=False,
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
) -> None:
    space = QTextBlockFormat()
    space.setTopMargin(before)
    space.setBottomMargin(after)
    if cursor.document().isEmpty():
        cursor.setBlockFormat(space)
    else:
        cursor.insertBlock(space)
    cursor.insertText(text.replace("\n", "\u2028"), _letters(size, bold))  # one paragraph, several lines


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
    repeats: bool = True,
) -> None:
    """``goes_on``: the next part of a table that began above, close under it and with the same lines. ``repeats``:
    each page that it goes on to begins with the names of its columns.
    """
    if not rows:
        return
    lined = bool(head) or goes_on
    if goes_on:
        close = QTextBlockFormat()
        close.setLineHeight(0.01, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        cursor.setBlockFormat(close)
    form = QTextTableFormat()
    form.setCellPadding(3)
    form.setCellSpacing(0)
    form.setBorder(0.5 if lined else 0)
    form.setBorderBrush(QColor("#9aa5a3"))
    form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    form.setBorderCollapse(True)
    form.setHeaderRowCount(1 if head and repeats else 0)
    form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    form.setColumnWidthConstraints(
        [QTextLength(QTextLength.Type.PercentageLength, share) for share in shares]
    )
    lines = [*([head] if head else []), *rows]
    table = cursor.insertTable(len(lines), len(shares), form)
    for down, cells in enumerate(lines):
        for across, cell in enumerate(cells):
            strong = (bool(head) and down == 0) or (not lined and across == 0)
            table.cellAt(down, across).firstCursorPosition().insertText(say(cell), _letters(10, strong))
    cursor.movePosition(QTextCursor.MoveOperation.End)


# --- on paper -----------------------------------------------------------------------------------------------


def print_on(report: Report, device: QPagedPaintDevice) -> None:
    """Paint every page, each with its foot and number, as large as the paper allows."""
    made = document(report)
    count = made.pageCount()
    goes_on = running_head(report, count)
    head = HEAD if goes_on is not None else 0.0
    painter = QPainter(device)
    page = device.pageLayout().paintRectPixels(device.logicalDpiX())
    scale = min(page.width() / WIDE, page.height() / (head + HIGH + FOOT))
    black = QAbstractTextDocumentLayout.PaintContext()
    black.palette.setColor(QPalette.ColorRole.Text, INK)
    for number in range(count):
        if number:
            device.newPage()
        painter.resetTransform()
        painter.scale(scale, scale)
        painter.setPen(INK)
        small = QFont(made.defaultFont())
        small.setPixelSize(8)
        painter.setFont(small)
        if number and goes_on is not None:
            _draw_head(painter, goes_on)
        painter.translate(QPointF(0.0, head))
        _foot(painter, report, number + 1, count)
        painter.translate(QPointF(0.0, -number * HIGH))
        view = QRectF(0.0, number * HIGH, WIDE, HIGH)
        painter.setClipRect(view)
        black.clip = view
        made.documentLayout().draw(painter, black)
        painter.setClipping(False)
    painter.end()


def running_head(report: Report, count: int) -> Table | None:
    """The table whose columns are named again above each of ``count`` pages but the first: one laid out in parts, which
    Qt does not know to be one.
    """
    last = report.blocks[-1] if report.blocks else None
    return last if count > 1 and isinstance(last, Table) and _is_cut(last) else None


def _draw_head(painter: QPainter, table: Table) -> None:
    """What its columns are, again above each page that it goes on to."""
    left = 0.0
    for cell, share in zip(table.head, _shares(table), strict=True):
        wide = WIDE * share / 100
        painter.drawText(QRectF(left + 3, 0.0, wide - 6, HEAD), int(Qt.AlignmentFlag.AlignLeft), say(cell))
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
