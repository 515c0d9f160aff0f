"""The recovery sheet: shown once, printed or copied by hand, then the whole of it typed back.

A code nobody can type back is no recovery. The code is kept nowhere; this page forgets it when it closes.
"""

from __future__ import annotations

import hmac

from PySide6.QtCore import QByteArray, QRectF, Qt, Signal
from PySide6.QtGui import QPageSize, QPainter, QTextDocument
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from ui import theme
from ui.theme import px
from ui.widgets.fields import TextLine
from ui.widgets.parts import Button, Card, FlowLayout, Said, Text, column, row
from ui.widgets.problems import ErrorSummary
from ui.widgets.toast import announce

GROUPS = 8


class RecoverySheet(QWidget):
    """Two looks: the code with Print, then eight boxes to type it into. ``done`` when typed back whole."""

    done = Signal()

    def __init__(self, code: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._code = code
        self._copied = False
        down = column(self, gap=12)
        self._show = self._build_show()
        self._type = self._build_type()
        self._type.hide()
        down.addWidget(self._show)
        down.addWidget(self._type)

    def first_focus(self) -> QWidget:
        return self.print_button if not self._copied else self.boxes[0]

    # ---- the code

    def _build_show(self) -> QWidget:
        part = QWidget()
        down = column(part, gap=12)
        card = Card()
        card.body.setContentsMargins(px(20), px(16), px(20), px(18))
        card.body.addWidget(Text(self.tr("Your recovery code"), "card"))
        flow = FlowLayout(14)
        for at, group in enumerate(self._groups(), 1):
            cell = QWidget()
            stack = column(cell)
            stack.addWidget(Text(str(at), "small", "muted"))
            words = Text(group, "figure")
            letters = words.font()
            letters.setFamily("monospace")
            words.setFont(letters)
            words.setAccessibleName(self.tr("Group {n}: {letters}").format(n=at, letters=" ".join(group)))
            stack.addWidget(words)
            flow.addWidget(cell)
        card.body.addLayout(flow)
        down.addWidget(card)
        down.addWidget(
            Said(
                self.tr(
                    "Keep the sheet away from this laptop, where only you or someone you trust can get it."
                ),
                "key-round",
            )
        )
        down.addWidget(
            Said(
                self.tr("Anyone who has the sheet and this laptop can read your records."),
                "triangle-alert",
                "on_medium",
            )
        )
        across = FlowLayout(10)
        self.print_button = Button(self.tr("Print the sheet"), "printer")
        self.print_button.clicked.connect(self.print_sheet)
        self.copied_button = Button(self.tr("I have the sheet on paper"), "check", "primary")
        self.copied_button.clicked.connect(self.type_back)
        across.addWidget(self.print_button)
        across.addWidget(self.copied_button)
        down.addLayout(across)
        self.said = Text(
            self.tr("You can also copy it by hand. Printers may keep a copy of what they print."),
            "small",
            "muted",
            wrap=True,
        )
        down.addWidget(self.said)
        down.addStretch(1)
        return part

    def _groups(self) -> list[str]:
        plain = "".join(c for c in self._code if c.isalnum())
        return [plain[i : i + 4] for i in range(0, len(plain), 4)]

    def print_sheet(self) -> None:
        """Print on the printer the person picks. The job's name says nothing."""
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo

        if not QPrinterInfo.availablePrinterNames():
            self.said.setText(self.tr("No printer was found. Copy the code by hand."))
            announce(self, self.said.text())
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(self.tr("Sheet"))
        printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        self._printer = printer
        dialog = QPrintDialog(printer, self)
        # On paper only: a file of the code beside the records would open them for whoever finds the laptop.
        dialog.setOption(QPrintDialog.PrintDialogOption.PrintToFile, False)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(self._print_now)
        QDialog.open(dialog)

    def _print_now(self) -> None:
        painter = QPainter(self._printer)
        self.paint_sheet(
            painter, QRectF(self._printer.pageLayout().paintRectPixels(self._printer.resolution()))
        )
        painter.end()
        self.said.setText(self.tr("Sent to the printer. Printers may keep a copy of what they print."))

    def paint_sheet(self, painter: QPainter, page: QRectF) -> None:
        """The sheet on one page: what it is, the code, a square code for a camera. No name, no agency."""
        document = QTextDocument()
        document.setDefaultFont(theme.font("lead"))
        groups = self._groups()
        lines = "<br>".join("&nbsp;&nbsp;".join(groups[i : i + 4]) for i in range(0, len(groups), 4))
        document.setHtml(
            "<h1>{title}</h1><p>{how}</p><p style='font-family:monospace; font-size:22pt'>{code}</p>"
            "<p>{keep}</p>".format(
                title=self.tr("Recovery sheet"),
                how=self.tr(
                    "On the lock screen choose: Lost it? Use the recovery sheet. Then type these 8 groups."
                ),
                code=lines,
                keep=self.tr("Keep this sheet away from the laptop. Destroy it when you get a new one."),
            )
        )
        scale = page.width() / 520.0
        painter.save()
        painter.translate(page.topLeft())
        painter.scale(scale, scale)
        document.setTextWidth(520.0)
        document.drawContents(painter)
        side = 120.0
        top = document.size().height() + 16.0
        QSvgRenderer(QByteArray(self._square())).render(painter, QRectF(0.0, top, side, side))
        painter.restore()

    def _square(self) -> bytes:
        import io

        import segno  # only when somebody prints

        out = io.BytesIO()
        segno.make("".join(self._groups()), error="m", micro=False).save(
            out, kind="svg", xmldecl=False, scale=4
        )
        return out.getvalue()

    # ---- typing it back

    def _build_type(self) -> QWidget:
        part = QWidget()
        down = column(part, gap=12)
        self.errors = ErrorSummary()
        down.addWidget(self.errors)
        down.addWidget(
            Text(
                self.tr(
                    "Type the whole code from your sheet, so that you know it works. Capitals do not matter."
                ),
                "lead",
                wrap=True,
            )
        )
        flow = FlowLayout(12)
        self.boxes: list[QLineEdit] = []
        for at in range(1, GROUPS + 1):
            cell = QWidget()
            stack = column(cell, gap=2)
            name = self.tr("Group {n}").format(n=at)
            label = Text(name, "small")
            box = TextLine()
            box.setMaxLength(40)  # the whole code may be pasted into any box
            box.setAccessibleName(name)
            box.setFixedWidth(px(92))
            label.setBuddy(box)
            box.textEdited.connect(self._spread)
            box.returnPressed.connect(self.check)
            stack.addWidget(label)
            stack.addWidget(box)
            flow.addWidget(cell)
            self.boxes.append(box)
        down.addLayout(flow)
        across = row(gap=10)
        self.check_button = Button(self.tr("Check the code"), "check", "primary")
        self.check_button.clicked.connect(self.check)
        self.again_button = Button(self.tr("Show the code again"), "arrow-left", "quiet")
        self.again_button.clicked.connect(self.show_code)
        across.addWidget(self.check_button)
        across.addWidget(self.again_button)
        across.addStretch(1)
        down.addLayout(across)
        down.addStretch(1)
        return part

    def type_back(self) -> None:
        self._copied = True
        self._show.hide()
        self._type.show()
        self.boxes[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def show_code(self) -> None:
        """Back to the code; what was typed goes, so that it is copied from paper and not from memory."""
        self._copied = False
        for box in self.boxes:
            box.clear()
            box.setProperty("bad", False)
            theme.restyle(box)
        self.errors.show_problems([])
        self._type.hide()
        self._show.show()
        self.print_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def check(self) -> None:
        """Compare every group; say which differ."""
        wrong: list[tuple[str, QWidget | None]] = []
        for at, (box, group) in enumerate(zip(self.boxes, self._groups(), strict=True), 1):
            typed = read_group(box.text())
            bad = not hmac.compare_digest(typed.encode(), read_group(group).encode())
            box.setProperty("bad", bad)
            theme.restyle(box)
            if not typed:
                wrong.append((self.tr("Type group {n}").format(n=at), box))
            elif bad:
                wrong.append((self.tr("Group {n} is not as on the sheet").format(n=at), box))
        self.errors.show_problems(wrong)
        if not wrong:
            for box in self.boxes:
                box.clear()
            self._code = ""
            self.done.emit()

    def _spread(self, typed: str) -> None:
        """More than a group, pasted or typed on, goes into the boxes after it. Four letters never move on."""
        plain = read_group(typed)
        if len(plain) <= 4:
            return
        start = next((i for i, box in enumerate(self.boxes) if box.hasFocus()), 0)
        for at, box in enumerate(self.boxes[start:]):
            part = plain[at * 4 : at * 4 + 4]
            if part:
                box.setText(part)
                box.setFocus(Qt.FocusReason.OtherFocusReason)


def read_group(text: str) -> str:
    """What was typed, as the sheet prints it: capitals, no spaces, I and L as 1, O as 0."""
    plain = "".join(c for c in text.upper() if c.isalnum())
    return plain.translate(str.maketrans("ILO", "110"))
