"""Forms: fields in reading order, problems said twice (in a summary and at the field), a draft that is never lost.

What stands in a form is sealed into the vault 700 ms after the last key. A lock, a crash or a flat battery loses less
than a sentence; closing the form keeps the draft too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QWidget

from caseworker.domain import when
from caseworker.errors import Problem
from caseworker.storage import drafts
from caseworker.words import Words
from ui.say import say
from ui.session import Session
from ui.widgets import ChoiceRow, CodeCombo, DateBoxes, ErrorSummary, Field
from ui.widgets.gradually import Gradually

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

KEEP_AFTER_MS = 700
#: Somebody who types without a pause loses no more than this either.
KEEP_AT_LEAST_MS = 3_000


def value_of(editor: Any) -> object:
    """What stands in an editor: text, a code, a number or a tick."""
    if isinstance(editor, QLineEdit):
        return editor.text()
    if isinstance(editor, QPlainTextEdit):
        return editor.toPlainText()
    if isinstance(editor, QCheckBox):
        return editor.isChecked()
    if isinstance(editor, DateBoxes):
        return list(editor.parts())
    if isinstance(editor, QComboBox) and not isinstance(editor, CodeCombo):
        return editor.currentData()
    return editor.value()


def put(editor: Any, value: object) -> None:
    """Put a value in an editor without that counting as an edit."""
    if isinstance(editor, QLineEdit):
        editor.setText(str(value))
    elif isinstance(editor, QPlainTextEdit):
        blocked = editor.blockSignals(True)
        editor.setPlainText(str(value))
        editor.blockSignals(blocked)
    elif isinstance(editor, QCheckBox):
        blocked = editor.blockSignals(True)
        editor.setChecked(bool(value))
        editor.blockSignals(blocked)
    elif isinstance(editor, DateBoxes):
        if isinstance(value, list):  # as typed, from a draft: half a date comes back as half a date
            for box, text in zip((editor.day, editor.month, editor.year), value, strict=True):
                box.setText(str(text))
        else:
            editor.set_date(str(value))
    elif isinstance(editor, QComboBox) and not isinstance(editor, CodeCombo):
        editor.setCurrentIndex(max(0, editor.findData(value)))
    else:
        editor.set_value(None if value is None else str(value))


def watch(editor: Any, slot: Callable[..., object]) -> None:
    """Call the bound method whenever the person changes the editor. The slot takes no arguments it needs."""
    if isinstance(editor, QLineEdit):
        editor.textEdited.connect(slot)
    elif isinstance(editor, QPlainTextEdit):
        editor.textChanged.connect(slot)
    elif isinstance(editor, QCheckBox):
        editor.toggled.connect(slot)
    elif isinstance(editor, DateBoxes):
        editor.changed.connect(slot)
    elif isinstance(editor, QComboBox):
        editor.activated.connect(slot)
    else:
        editor.chosen.connect(slot)


class DraftKeeper(QObject):
    """Seals what stands in one form into the vault after a short pause, on every field."""

    kept = Signal(object)  # the time it was kept, as shown: "10:42am"

    def __init__(
        self, session: Session, key: str, read: Callable[[], dict[str, object]], parent: QObject
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.key = key
        self._read = read
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP_AFTER_MS)
        self._timer.timeout.connect(self.keep)
        self._longest = QTimer(self)
        self._longest.setSingleShot(True)
        self._longest.setInterval(KEEP_AT_LEAST_MS)
        self._longest.timeout.connect(self.keep)

    @property
    def waiting(self) -> bool:
        """Whether something was typed that is not kept yet."""
        return self._timer.isActive()

    def touch(self, *_: object) -> None:
        self._timer.start()
        if not self._longest.isActive():
            self._longest.start()

    def keep(self) -> None:
        """Seal it now. A full disk is said once by the session and does not stop the typing."""
        self._timer.stop()
        self._longest.stop()
        try:
            self.session.write(drafts.keep, self.key, self._read())
        except Problem as problem:
            self.session.problem(problem)
            return
        self.kept.emit(when.show_time(self.session.now()))

    def keep_if_waiting(self) -> None:
        if self.waiting:
            self.keep()

    def forget(self) -> None:
        """Stop without keeping: it was saved, or thrown away on purpose."""
        self._timer.stop()
        self._longest.stop()


class Form(QWidget):
    """Named editors with labels, hints and problems. Storage gets a dataclass made from ``values()``."""

    edited = Signal()
    #: By what name another window finds what is typed here, where no draft holds it.
    kept_as = ""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._all_fields: dict[str, Field] = {}
        self._all_editors: dict[str, Any] = {}
        self.errors = ErrorSummary(self)
        self.errors.hide()
        self.wrong: Mapping[str, Words | str] = {}  # as shown: to show it again in a window made anew
        self._to_come: deque[Callable[[], object]] = deque()
        self._in_step = False

    def in_turn(self, *steps: Callable[[], object]) -> None:
        """Make a long form step by step: its frame takes one step an event, so that none is felt.

        Instead of the rest of a constructor. Whoever asks for a field before gets the whole form at once.
        """
        self._to_come = deque(steps)

    def in_turn_too(self, *steps: Callable[[], object]) -> None:
        """More steps, after those that are left."""
        self._to_come.extend(steps)

    def go_on(self) -> bool:
        """Take the next step; False when the form is whole."""
        if not self._to_come or self._in_step:
            return False
        self._in_step = True
        try:
            self._to_come.popleft()()
        finally:
            self._in_step = False
        return bool(self._to_come)

    def whole(self) -> None:
        """Take all steps that are left."""
        while self.go_on():
            pass

    def dress(self, width: int) -> None:
        """Let the look reach what stands so far, and measure it: all of it at once would be felt."""
        window = self.window()
        for part in self.findChildren(QWidget):
            if part.window() is window:  # not the list behind a combo box: it may never be opened
                part.ensurePolished()
        self.sizeHint()
        self.heightForWidth(width)

    @property
    def fields(self) -> dict[str, Field]:
        """Name -> the field around its editor."""
        self.whole()
        return self._all_fields

    @property
    def editors(self) -> dict[str, Any]:
        """Name -> what is typed or chosen in, in reading order."""
        self.whole()
        return self._all_editors

    def first_focus(self) -> QWidget:
        """Where the keyboard arrives."""
        first = next(iter(self.editors.values()))
        return first.first() if isinstance(first, ChoiceRow) else first

    def field(self, name: str, label: str, editor: QWidget, hint: str = "", optional: bool = False) -> Field:
        """A field under that name, watched for edits."""
        made = Field(label, editor, hint, optional, self)
        self.fields[name] = made
        self.bind(name, editor)
        return made

    def bind(self, name: str, editor: QWidget) -> None:
        """Watch and read an editor that draws its own label (a choice row)."""
        self.editors[name] = editor
        watch(editor, self._edited)

    def _edited(self, *_: object) -> None:
        self.edited.emit()

    def values(self) -> dict[str, object]:
        return {name: value_of(editor) for name, editor in self.editors.items()}

    def text(self, name: str) -> str:
        """One value as trimmed text."""
        value = value_of(self.editors[name])
        return "" if value is None else str(value).strip()

    def fill(self, values: Mapping[str, object]) -> None:
        """Put back what stood in the form; names it does not know are left out."""
        for name, value in values.items():
            if name in self.editors:
                put(self.editors[name], value)

    def show_problems(self, problems: Mapping[str, Words | str]) -> None:
        """Beside each field and in the summary, which takes the keyboard. An empty mapping clears both."""
        self.wrong = dict(problems)
        lines: list[tuple[str, QWidget]] = []
        for name, editor in self.editors.items():
            text = say(problems[name]) if name in problems else None
            shown = self.fields.get(name, editor)
            if hasattr(shown, "show_problem"):
                shown.show_problem(text)
            if text is not None:
                lines.append((text, editor))
        rest = [say(text) for name, text in problems.items() if name not in self.editors]
        lines += [(text, self.errors) for text in rest]
        self.errors.show_problems(lines)
        self.errors.setVisible(bool(lines))
        if lines:
            self.errors.setFocus(Qt.FocusReason.OtherFocusReason)


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in a form on show: the values where no draft holds them, and what has to be put right."""

    values: Mapping[str, object]
    wrong: Mapping[str, Words | str]


def standing(root: QWidget) -> dict[str, Standing]:
    """The forms on show by name, to make them stand the same in a window made anew."""
    return {
        name: Standing(form.values() if form.kept_as else {}, form.wrong) for name, form in _on_show(root)
    }


def stand_again(root: QWidget, before: Mapping[str, Standing]) -> None:
    """Put that back in the same forms of another window."""
    for name, form in _on_show(root):
        if name in before:
            if before[name].values:
                form.fill(before[name].values)
            if before[name].wrong:
                form.show_problems(before[name].wrong)


def _on_show(root: QWidget) -> Iterator[tuple[str, Form]]:
    """Those that keep a draft by its key, and those kept as something else by that."""
    for keeper in root.findChildren(DraftKeeper):
        form = keeper.parent()
        if isinstance(form, Form) and form.isVisible():
            yield keeper.key, form
    for form in root.findChildren(Form):
        if form.kept_as and form.isVisible():
            yield form.kept_as, form


class Frame(QWidget if TYPE_CHECKING else object):  # type: ignore[misc]
    """Mixed into what frames a form: it stands at once, the fields in it a moment later.

    Making them, dressing them and laying them out in one go would hold up the keyboard. A key pressed before they
    stand brings them at once and goes to the first of them.
    """

    _framed: Form | None = None
    _stands = True
    _below: Sequence[QWidget] = ()
    _gradually: Gradually | None = None

    def bring(self, form: Form, below: Sequence[QWidget]) -> None:
        """Make that form, which lies in the frame already, step by step. ``below`` comes after it for the Tab key."""
        self._framed, self._below, self._stands = form, below, False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # until the fields stand
        form.hide()
        if self._gradually is None:
            self._gradually = Gradually(self)
        self._gradually.start([self._go_on], at_once=False)

    def let_go(self) -> None:
        """The form goes: nothing of it is made any more."""
        self._framed, self._stands = None, True

    def _go_on(self) -> None:
        """The next step of a long form; then all of it on show."""
        assert self._gradually is not None
        more = self._framed is not None and self._framed.go_on()
        if self._framed is not None:
            self._framed.dress(self.width())
        self._gradually.then(self._go_on if more else self.stand)

    def stand(self) -> None:
        """Show the fields now; the keyboard goes to the first of them if it waits here."""
        if self._stands or self._framed is None:
            return
        self._stands = True
        waited = self.window().focusWidget() is self
        self._framed.whole()
        self._order(self._framed)
        self._framed.show()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if waited:
            self.where_to_type().setFocus(Qt.FocusReason.OtherFocusReason)

    def where_to_type(self) -> QWidget:
        """Where the keyboard arrives: the first field once they stand, and until then here."""
        return self._framed.first_focus() if self._stands and self._framed is not None else self

    def _order(self, form: Form) -> None:
        """What is below comes after the fields for the Tab key too, although it was made before some of them."""
        # What is made last is last in Qt's order: a mark behind all fields.
        last = QWidget(form)
        last.hide()
        last.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        last.deleteLater()
        for button in self._below:
            QWidget.setTabOrder(last, button)
            last = button

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A key pressed before the fields stood."""
        if self._stands or not self.hasFocus():
            super().keyPressEvent(event)
            return
        self.stand()
        # To what has the keyboard now: the boxes of a day hand it on to the first of them, but not what is pressed.
        QCoreApplication.sendEvent(self.window().focusWidget() or self, event)

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab pressed before the fields stood goes on from the first of them, as it would have."""
        if (
            self.hasFocus() and self.isVisible()
        ):  # Qt also asks while it is being hidden: nothing is made then
            self.stand()
        return bool(super().focusNextPrevChild(next))
