"""One question of a form and its answers on one line: real radio buttons, or a list, a number, words.

A letter or figure answers and goes on to the next question; arrows move within one. Placed by hand: a form has
hundreds of parts, and layouts within layouts would be felt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QWidget

from caseworker.domain import codes
from caseworker.domain.instruments import Answer, Item
from ui.theme import px
from ui.widgets import Button, Combo, NoteEdit, Text, TextLine
from ui.widgets.choices import Pill

MOST_PILLS = 6  # a scale with more answers is a list
BESIDE = 116  # the least width of a question that has its answers beside it
KEEP_AFTER_MS = 700  # words and figures are kept when the typing rests
SOURCE_KEY, NOTE_KEY = "v", "c"


class AnswerPill(Pill):
    """One answer; its row reads the keys."""

    def __init__(self, row: ItemRow, code: str, text: str) -> None:
        super().__init__(text, "", row)
        self.code = code
        self._row = row
        self._size = super().sizeHint()  # asked for with every answer given; the letters never change

    def sizeHint(self) -> QSize:
        return self._size

    def take(self, event: QKeyEvent) -> bool:
        """As if the key had been pressed here; False when it means nothing."""
        return self._row.take_key(self, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.take(event):
            super().keyPressEvent(event)


class AnswerList(Combo):
    """Answers too many for buttons; figures and Enter are its row's."""

    def __init__(self, row: ItemRow) -> None:
        super().__init__(row)
        self._row = row

    def take(self, event: QKeyEvent) -> bool:
        """As if the key had been pressed here; False when it means nothing to the row."""
        return self._row.take_list_key(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.take(event):
            super().keyPressEvent(event)


class ItemRow(QWidget):
    """``given`` carries the value answered, ``sourced`` who said so, ``noted`` the comment. ``go(row, by)`` moves the
    keyboard to another question and says whether there was one.
    """

    given = Signal(object)
    sourced = Signal(object)
    noted = Signal(object)

    def __init__(
        self,
        item: Item,
        number: str,
        missing: Sequence[str],
        sources: Mapping[str, str],
        go: Callable[[ItemRow, int], bool],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.item = item
        self.sources = sources
        self.source = next(iter(sources), "")
        self._go = go
        self._value: str | None = None
        self._quiet = False
        self._opened = False  # the rarer answers are on show
        self._heights: dict[int, int] = {}  # width -> height, until something in it changes
        # Never taller than its words: with "Minimum" the page would keep room for the narrowest way to stand.
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.number = Text(number, "figures", "muted", parent=self)
        self.label = Text(item.label, wrap=True, parent=self)
        self.hint = Text(item.hint, "small", "muted", wrap=True, parent=self) if item.hint else None
        self.problem: Text | None = None
        self.note: NoteEdit | None = None
        self.box: Combo | TextLine | NoteEdit | None = None
        self.pills: list[AnswerPill] = []
        self._group = QButtonGroup(self)
        self._timer: QTimer | None = None
        self._note_timer: QTimer | None = None
        self._missing = [*missing, *(code for code in codes.MISSING if code not in missing)]
        self._build_answers()
        self._keys = self._letters()
        # On a further question that has words for answers, a figure is meant for the next one with a scale.
        self._passes_figures = bool(item.parent) and not any(key.isdigit() for key in self._keys)
        self.tell = Button("", "message-square", "muted", self)
        self.tell.setVisible(bool(sources))
        self.tell.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.tell.clicked.connect(self._other_source)
        self.more = Button("", "ellipsis", "muted", self)
        self.more.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.more.setToolTip(self.tr("Other reasons for no answer, a comment"))
        self.more.setAccessibleName(
            self.tr("{question}: other reasons for no answer, a comment").format(question=item.label)
        )
        self.more.clicked.connect(self._show_more)
        self._group.buttonClicked.connect(self._clicked)
        self._show_source()

    # ---- what stands in it

    def value(self) -> str | None:
        """The answer on show; None while there is none."""
        return self._value

    def note_text(self) -> str:
        return self.note.text().strip() if self.note is not None else ""

    def show_answer(self, answer: Answer | None) -> None:
        """Show what is kept. Nothing is emitted."""
        self._quiet = True
        try:
            self._show_value(answer.value if answer is not None else None)
            if answer is not None and answer.source in self.sources:
                self.source = answer.source
            self._show_source()
            if answer is not None and answer.note and self.note is None:
                self._open_note()
            if self.note is not None and answer is not None and self.note_text() != answer.note:
                self.note.set_text(answer.note)
        finally:
            self._quiet = False

    def show_problem(self, text: str | None) -> None:
        """Beside the question, or take it away."""
        if self.problem is None:
            if not text:
                return
            self.problem = Text("", "strong", "danger", wrap=True, parent=self)
        self.problem.setText(text or "")
        self.problem.setVisible(bool(text))
        self._changed()

    def first(self) -> QWidget:
        """Where the keyboard arrives: the answer given, or the first."""
        if self.box is not None:
            return self.box
        return next((pill for pill in self.pills if pill.isChecked()), self.pills[0])

    def keep(self) -> None:
        """Keep now what was typed and rests on no timer any more."""
        if self._timer is not None and self._timer.isActive():
            self._typed()
        if self._note_timer is not None and self._note_timer.isActive():
            self._keep_note()

    # ---- building

    def _build_answers(self) -> None:
        item = self.item
        if item.scale is not None and len(item.scale.options) > MOST_PILLS:
            box = AnswerList(self)
            box.addItem(self.tr("Choose"), None)
            for code, option in item.scale.options.items():
                box.addItem(option.label, code)
            box.insertSeparator(box.count())
            for code in self._missing:
                box.addItem(self._missing_label(code), code)
            box.activated.connect(self._chosen)
            self.box = box
        elif item.scale is not None:
            for code, option in item.scale.options.items():
                self._add_pill(code, option.label)
        elif item.is_number:
            line = TextLine(parent=self)
            line.textEdited.connect(self._touch)
            line.editingFinished.connect(self._typed)
            self.box = line
        else:
            words = NoteEdit(lines=3, parent=self)
            words.textChanged.connect(self._touch)
            self.box = words
        if self.box is not None:
            self.box.setAccessibleName(item.label)
            self.box.setAccessibleDescription(item.hint)
        if not isinstance(self.box, Combo):
            for code in self._missing[:2]:
                self._add_pill(code, self._missing_label(code))
        if self.pills:
            self._one_stop()

    def _add_pill(self, code: str, text: str) -> AnswerPill:
        pill = AnswerPill(self, code, text)
        pill.setAccessibleName(f"{self.item.label}: {text}")
        if self.item.hint:
            pill.setAccessibleDescription(self.item.hint)
        self._group.addButton(pill)
        self.pills.append(pill)
        return pill

    def _missing_label(self, code: str) -> str:
        """Short enough to stand beside the answers."""
        return {
            "NA-ASK": self.tr("Not asked"),
            "NA-UNK": self.tr("Don’t know"),
            "NA-REF": self.tr("Prefers not to say"),
            "NA-UNS": self.tr("Not safe to ask"),
            "NA-NAP": self.tr("Does not apply"),
        }[code]

    def _letters(self) -> dict[str, str]:
        """Key -> answer: the first letter of a word of it that no answer before it has; figures for figures."""
        found: dict[str, str] = {}
        options = list(self.item.scale.options.values()) if self.item.scale and self.pills else []
        figures = bool(options) and all(len(one.code) == 1 and one.code.isdigit() for one in options)
        named = [(one.code, one.label) for one in options]
        for at, (code, _) in enumerate(named, start=1):
            if figures or not self.item.parent:
                found[code if figures else str(at)] = code
        for code, label in [
            *([] if figures else named),
            *((code, self._missing_label(code)) for code in self._missing),
        ]:
            first = [word[0] for word in label.casefold().split() if word[0].isalpha()]
            for letter in (*first, *(one for one in label.casefold() if one.isalpha())):
                if letter not in found and letter not in (SOURCE_KEY, NOTE_KEY):
                    found[letter] = code
                    break
        return found

    # ---- answering

    def take_key(self, pill: AnswerPill, event: QKeyEvent) -> bool:
        """What a key means on an answer; False when it is not for the question."""
        plain = not event.modifiers() & ~(
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        )
        if not plain:
            return False
        if self._move(event):
            return True
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            by = 1 if event.key() == Qt.Key.Key_Right else -1
            # From nothing chosen, the first arrow takes the answer the keyboard stands on.
            shown = [one for one in self.pills if not one.isHidden()]
            at = shown.index(pill)
            to = shown[at if self._value is None and by > 0 else (at + by) % len(shown)]
            to.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._give(to.code)
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._give(pill.code)
            self._go(self, 1)
            return True
        letter = event.text().casefold()
        if letter.isdigit() and self._passes_figures:
            return self._pass_figure(event)
        if letter in self._keys and self.box is None:
            self._give(self._keys[letter])
            self._go(self, 1)
            return True
        if letter == SOURCE_KEY and self.sources:
            self._other_source()
            return True
        if letter == NOTE_KEY:
            self._write_note()
            return True
        return False

    def take_list_key(self, event: QKeyEvent) -> bool:
        """What a key means on a list of answers; False when it is the list's own."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            return self._go(self, 1)
        return event.text().isdigit() and self._passes_figures and self._pass_figure(event)

    def _pass_figure(self, event: QKeyEvent) -> bool:
        """Let the next question with a scale take the figure; True, as it is not for this one."""
        if self._go(self, 1):
            pill = self.window().focusWidget()
            if isinstance(pill, AnswerPill | AnswerList):
                pill.take(event)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What a box left over: up, down and Enter go to another question."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(self.box, TextLine):
            self._go(self, 1)
            return
        if not self._move(event):
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes from question to question, not from answer to answer."""
        has = self.focusWidget()
        stops: list[QWidget] = [self.box] if self.box is not None else []
        if self.pills:
            stops.append(next((p for p in self.pills if p.isChecked()), self.pills[0]))
        if self.note is not None:
            stops.append(self.note)
        if has in self.pills:
            has = stops[-2] if self.note is not None else stops[-1]
        if has in stops:
            at = stops.index(has) + (1 if forward else -1)
            if 0 <= at < len(stops):
                stops[at].setFocus(
                    Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
                )
                return True
        if self._go(self, 1 if forward else -1):
            return True
        return super().focusNextPrevChild(forward)

    def _move(self, event: QKeyEvent) -> bool:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        by = steps.get(Qt.Key(event.key()))
        if by is None:
            return False
        self._go(self, by)
        return True

    def _clicked(self, button: QAbstractButton) -> None:
        if isinstance(button, AnswerPill):
            self._give(button.code)

    def _give(self, code: str) -> None:
        self.show_problem(None)
        self._show_value(code)
        self.given.emit(code)

    def _chosen(self) -> None:
        if isinstance(self.box, Combo) and self.box.currentData() is not None:
            self._value = str(self.box.currentData())
            self.show_problem(None)
            self.given.emit(self._value)

    def _touch(self) -> None:
        if self._quiet:
            return
        if self._timer is None:
            self._timer = QTimer(self)
            self._timer.setSingleShot(True)
            self._timer.setInterval(KEEP_AFTER_MS)
            self._timer.timeout.connect(self._typed)
        self._timer.start()

    def _typed(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        text = self.box.text().strip() if isinstance(self.box, TextLine | NoteEdit) else ""
        if not text:
            if self._value is not None and not codes.is_missing(self._value):
                self._give("NA-ASK")  # emptied again: nobody has an answer
            return
        if text != self._value:
            self._value = text
            self._check_pill(None)
            self.given.emit(text)

    def _show_value(self, value: str | None) -> None:
        self._value = value
        if isinstance(self.box, Combo):
            self.box.setCurrentIndex(0 if value is None else max(0, self.box.findData(value)))
            return
        if self.box is not None:
            missing = value is None or codes.is_missing(value)
            text = "" if missing else str(value)
            if self.box.text().strip() != text:
                was, self._quiet = self._quiet, True
                self.box.setText(text) if isinstance(self.box, TextLine) else self.box.set_text(text)
                self._quiet = was
            if not missing:
                value = None
        self._check_pill(value)

    def _check_pill(self, code: str | None) -> None:
        """The pill of that answer; one of a rarer kind appears when it is given."""
        if code is not None and code not in [pill.code for pill in self.pills]:
            self._add_pill(code, self._missing_label(code) if code in codes.MISSING else code)
        if code is None:
            self._group.setExclusive(False)
            for pill in self.pills:
                pill.setChecked(False)
            self._group.setExclusive(True)
        else:
            chosen = next(pill for pill in self.pills if pill.code == code)
            chosen.setChecked(True)
            if chosen.isHidden() or self._is_rare(chosen):
                chosen.show()
                self._changed()
        self._one_stop()

    def _one_stop(self) -> None:
        # One press of Tab a question, not one an answer.
        if not self.pills:
            return
        stop = next((pill for pill in self.pills if pill.isChecked()), self.pills[0])
        for pill in self.pills:
            wanted = Qt.FocusPolicy.StrongFocus if pill is stop else Qt.FocusPolicy.ClickFocus
            if pill.focusPolicy() != wanted:
                pill.setFocusPolicy(wanted)

    # ---- who said so, and the comment

    def _other_source(self) -> None:
        names = list(self.sources)
        self.source = names[(names.index(self.source) + 1) % len(names)]
        self._show_source()
        self._changed()
        self.sourced.emit(self.source)

    def _show_source(self) -> None:
        if not self.sources:
            return
        words = self.sources[self.source]
        if self.tell.text() != words:
            self.tell.setText(words)
            first = self.source == next(iter(self.sources))
            self.tell.show_icon("message-square" if first else "pencil", "muted")
            self.tell.setAccessibleName(
                self.tr("{question}: {source}. Change who said so").format(
                    question=self.item.label, source=words
                )
            )

    def _show_more(self) -> None:
        """Offer the rarer reasons for no answer and a comment, or fold them away again."""
        self._opened = not self._opened
        if not isinstance(self.box, Combo) and self._opened:
            for code in self._missing[2:]:
                if code not in [pill.code for pill in self.pills]:
                    self._add_pill(code, self._missing_label(code))
        for pill in self.pills:
            pill.setVisible(self._opened or pill.isChecked() or not self._is_rare(pill))
        if self._opened:
            self._open_note()
        elif self.note is not None and not self.note_text():
            leaving, self.note = self.note, None
            leaving.hide()
            leaving.deleteLater()
        self._changed()

    def _write_note(self) -> None:
        self._open_note()
        if self.note is not None:
            self.note.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _open_note(self) -> None:
        if self.note is None:
            self.note = NoteEdit(lines=2, parent=self)
            self.note.setAccessibleName(self.tr("{question}: comment").format(question=self.item.label))
            self.note.setPlaceholderText(self.tr("Comment"))
            self.note.textChanged.connect(self._touch_note)
            self.note.show()
            self._changed()

    def _touch_note(self) -> None:
        if self._quiet:
            return
        if self._note_timer is None:
            self._note_timer = QTimer(self)
            self._note_timer.setSingleShot(True)
            self._note_timer.setInterval(KEEP_AFTER_MS)
            self._note_timer.timeout.connect(self._keep_note)
        self._note_timer.start()

    def _keep_note(self) -> None:
        if self._note_timer is not None:
            self._note_timer.stop()
        self.noted.emit(self.note_text())

    # ---- placing

    def _changed(self) -> None:
        self._heights.clear()
        self.updateGeometry()
        self._place(self.width(), True)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            self._heights[width] = self._place(width, False)
        return self._heights[width]

    def sizeHint(self) -> QSize:
        return QSize(px(420), self.heightForWidth(max(self.width(), px(420))))

    def minimumSizeHint(self) -> QSize:
        widest = max((pill.sizeHint().width() for pill in self.pills), default=0)
        return QSize(max(px(200), widest + px(26)), px(36))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place(self.width(), True)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.first().setFocus(event.reason())

    def _place(self, width: int, really: bool) -> int:
        gap, left, inset = px(5), px(26), px(18) if self.item.parent else 0
        left += inset
        more, tell = self.more.sizeHint().width(), self._tell_width()
        tail, tall = more + tell, px(30) + 2  # as high as an answer
        if isinstance(self.box, NoteEdit):
            answers = width  # words want the whole line
        else:
            sizes = [pill.sizeHint().width() for pill in self.pills if not self._is_rare(pill)]
            answers = sum(sizes) + gap * max(0, len(sizes) - 1)
            if self.box is not None:
                answers += (px(90) if isinstance(self.box, TextLine) else px(260)) + (gap if sizes else 0)
        beside = width - left - answers - gap - tail
        if beside >= px(BESIDE):
            label_wide = beside - gap  # words never touch the first answer
            high = self._place_answers(left + beside, 0, answers, gap, really)
        else:
            label_wide = max(px(60), width - left - tail - gap)
            high = 0
        label_high = self.label.heightForWidth(label_wide)
        hint_high = self.hint.heightForWidth(label_wide) if self.hint is not None else 0
        middle = max(high, label_high + hint_high, tall)
        text_top = max(0, (tall - label_high) // 2)
        if really:
            self.number.setGeometry(inset, text_top, left - inset, self.number.sizeHint().height())
            self.label.setGeometry(left, text_top, label_wide, label_high)
            if self.hint is not None:
                self.hint.setGeometry(left, text_top + label_high, label_wide, hint_high)
            self.more.setGeometry(width - more, 0, more, tall)
            self.tell.setGeometry(width - tail, 0, tell, tall)
        down = max(middle, text_top + label_high + hint_high)
        if beside < px(BESIDE):
            high = self._place_answers(left, down + px(4), width - left, gap, really)
            down += px(4) + high
        for part in (self.problem, self.note):
            if part is not None and not part.isHidden():
                need = part.heightForWidth(width - left) if part is self.problem else part.maximumHeight()
                if really:
                    part.setGeometry(left, down + px(4), width - left, need)
                down += px(4) + need
        return int(down)

    def _tell_width(self) -> int:
        """Room for the longest of them, so that nothing moves when it changes."""
        if not self.sources:
            return 0
        letters = self.tell.fontMetrics()
        longest = max(letters.horizontalAdvance(words) for words in self.sources.values())
        return self.tell.sizeHint().width() + longest - letters.horizontalAdvance(self.tell.text())

    def _is_rare(self, pill: AnswerPill) -> bool:
        return pill.code in self._missing[2:]

    def _place_answers(self, x: int, y: int, width: int, gap: int, really: bool) -> int:
        """The box, then the pills from left to right and line by line; gives the height they take."""
        at, top, tall = x, y, 0
        parts: list[tuple[QWidget, QSize]] = []
        if isinstance(self.box, NoteEdit):
            parts.append((self.box, QSize(width, self.box.maximumHeight())))
        elif self.box is not None:
            wide = px(90) if isinstance(self.box, TextLine) else min(width, px(320))
            parts.append((self.box, QSize(wide, px(36))))
        parts += [(pill, pill.sizeHint()) for pill in self.pills if not pill.isHidden()]
        for part, size in parts:
            if at > x and at + size.width() > x + width:
                at, top, tall = x, top + tall + gap, 0
            if really:
                part.setGeometry(QRect(at, top, min(size.width(), width), size.height()))
            at += size.width() + gap
            tall = max(tall, size.height())
        return top + tall - y
