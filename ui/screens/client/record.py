"""What every form of a record is: fields in reading order under the fixed header, a draft as it is typed, Save below.

What has to be put right stands beside each field and in the summary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from types import ModuleType
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from caseworker.domain import codes, when
from caseworker.domain.labels import told_by
from caseworker.errors import Problem, Refused
from caseworker.storage import drafts, records
from caseworker.words import Words
from ui.say import say
from ui.screens.form import DraftKeeper, Form, Frame
from ui.session import Session, Toast
from ui.theme import px
from ui.widgets import (
    Button,
    ChoiceRow,
    CodeCombo,
    Combo,
    DateBoxes,
    Facts,
    Field,
    Heading,
    Said,
    Text,
    TextLine,
    column,
    row,
)
from ui.widgets.page import scrolled

WIDE = 640  # a line of a form is never longer than people read well


class RecordForm(Form):
    """A form over one record. Subclasses build the fields, fill them from a record and store what is typed."""

    finished = Signal()

    def __init__(self, session: Session, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.down = column(self, gap=14)
        self.down.addWidget(self.errors)
        self.from_draft = Said("", "history", parent=self)
        self.from_draft.hide()
        self.down.addWidget(self.from_draft)
        self.drafts = DraftKeeper(session, key, self.values, self)

    def title(self) -> str:
        """The heading above the form."""
        raise NotImplementedError

    def save_words(self) -> str:
        return self.tr("Save")

    def store(self) -> str:
        """Write what is typed, inside the transaction; the words of the toast.

        Raises:
            Refused: field -> sentence.
        """
        raise NotImplementedError

    def follow(self) -> None:
        """Show what the answers so far ask for."""

    def add(self, name: str, label: str, editor: QWidget, hint: str = "", optional: bool = False) -> Field:
        """A field at the end of the column."""
        made = self.field(name, label, editor, hint, optional)
        self.down.addWidget(made)
        return made

    def choice(
        self,
        name: str,
        label: str,
        list_name: str,
        hint: str = "",
        missing: Sequence[str] = ("NA-ASK", "NA-UNK", "NA-REF"),
    ) -> ChoiceRow:
        """A choice row over a short code list, with "not asked yet" as the answer nobody had to give."""
        entries = codes.get(list_name)
        offered = [(code, entries.label(code), "") for code in entries.valid_on(self.today())]
        offered += [(code, codes.MISSING[code], "") for code in missing]
        made = ChoiceRow(label, offered, hint, self)
        self.bind(name, made)
        self.down.addWidget(made)
        return made

    def combo(self, name: str, label: str, list_name: str, hint: str = "", missing: bool = True) -> Field:
        """A list over a longer code list."""
        return self.add(name, label, CodeCombo(list_name, self.today(), missing), hint)

    def today(self) -> date:
        return self.session.now().astimezone(when.LONDON).date()

    def code(self, name: str, empty: str = "NA-ASK") -> str:
        """The code chosen under that name; ``empty`` while nothing is."""
        return str(self.editors[name].value() or empty)

    def day(self, name: str) -> str:
        """The date typed as ISO text; empty when the boxes are.

        Raises:
            Refused: under that name.
        """
        boxes: DateBoxes = self.editors[name]
        if boxes.is_empty():
            return ""
        return when.read_date(*boxes.parts(), field=name).isoformat()

    def start(self, values: Mapping[str, object]) -> None:
        """Fill from the record, then from a draft if one waits; the last line of every constructor."""
        self.fill(values)
        kept = drafts.get(self.drafts.key)
        if kept is not None:
            self.fill(kept.fields)
            shown = when.show_datetime(when.local(kept.kept))
            self.from_draft.show_said(
                self.tr("We kept what you typed on {time}").format(time=shown), "history"
            )
            self.from_draft.show()
        self.follow()
        self.edited.connect(self.follow)
        self.edited.connect(self.drafts.touch)
        # Boxes that run past the end of the lines read badly; short answers get short boxes.
        for editor in self.editors.values():
            if isinstance(editor, Combo):
                editor.setMaximumWidth(px(420))

    def save(self) -> None:
        """Store and leave; or say what has to be put right."""
        self.whole()
        try:
            said = self.session.write(self._store)
        except Refused as refused:
            self.show_problems(self.in_order(refused.problems))
            return
        except Problem as problem:
            self.session.problem(problem)
            return
        self.drafts.forget()
        self.finished.emit()
        self.session.toast.emit(self.told(said))

    def told(self, said: str) -> Toast:
        """What is said once it is stored, with what may be done about it."""
        return Toast(said)

    def throw_away(self) -> None:
        """Leave without saving and forget the draft: the person pressed the button that says so."""
        self.drafts.forget()
        self.session.write(drafts.discard, self.drafts.key)
        self.finished.emit()

    def _store(self) -> str:
        said = self.store()
        drafts.discard(self.drafts.key)
        return said

    def in_order(self, problems: Mapping[str, Words]) -> dict[str, Words]:
        names = [name for name in self.editors if name in problems]
        return {name: problems[name] for name in [*names, *(n for n in problems if n not in names)]}


class TakeBackForm(RecordForm):
    """Take back an entry recorded by mistake; says which. Subclasses say which noun, and where it is kept."""

    NOUN = ""
    STORE: ModuleType
    TABLE = ""  # where it is not the noun

    def __init__(self, session: Session, client_id: int, row_id: int, parent: QWidget | None = None) -> None:
        super().__init__(session, f"withdraw_{self.NOUN}:{client_id}:{row_id}", parent)
        self.row_id = row_id
        self.down.addWidget(Facts(self.entry()))
        self.down.addWidget(Said(self.tr("It stays in the history and is counted nowhere.")))
        self.add(
            "why",
            self.tr("Why it was a mistake"),
            TextLine(),
            self.tr("One sentence that a court could read."),
        )
        self.start({"why": ""})

    def entry(self) -> list[tuple[str, str]]:
        """Which one it is, in a few answers of its own."""
        answers = told_by(self.TABLE or self.NOUN, records.values(self.STORE.get(self.row_id)))
        return [(say(label), say(answer)) for label, answer in answers]

    def title(self) -> str:
        return self.tr("Withdraw an entry")

    def save_words(self) -> str:
        return self.tr("Withdraw entry")

    def store(self) -> str:
        self.STORE.withdraw(self.row_id, self.text("why"))
        return self.tr("Entry withdrawn.")

    def told(self, said: str) -> Toast:
        why = self.text("why")
        back = partial(put_back, self.session, self.STORE, self.row_id)
        again = partial(withdraw, self.session, self.STORE, self.row_id, why)
        return Toast(said, self.tr("Undo"), back, again)


def put_back(session: Session, store: ModuleType, row_id: int) -> None:
    """Undo a withdrawal. The history keeps both."""
    try:
        session.write(store.restore, row_id)
    except Problem as problem:
        session.problem(problem)


def withdraw(session: Session, store: ModuleType, row_id: int, why: str) -> None:
    """Take an entry out of what counts, or do so again. The history keeps it."""
    try:
        session.write(store.withdraw, row_id, why)
    except Problem as problem:
        session.problem(problem)


class InPlace(QWidget):
    """What stands in place of the tab while it is filled in or read. One at a time.

    ``form`` is what the person fills in: itself, unless it only frames another.
    """

    finished = Signal()
    #: Asks the page to show another form instead.
    form_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form: Any = self

    def first_focus(self) -> QWidget:
        """Where the keyboard arrives."""
        return self

    def save(self) -> None:
        """Ctrl+Enter."""

    def keep_draft(self) -> None:
        """Keep now what is half-typed: it closes, or the vault does."""

    def undo(self) -> bool:
        """Ctrl+Z outside a field being typed in: take the last step back; False when there is none."""
        return False


class FormPage(Frame, InPlace):
    """A form with its heading above and Save below."""

    def __init__(self, form: RecordForm, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = form
        self.setAccessibleName(form.title())
        form.finished.connect(self.finished)
        whole = column(self)
        self.area, body = scrolled((24, 16, 24, 24), 14, parent=self)
        whole.addWidget(self.area, 1)
        body.addWidget(Heading(form.title(), 2, self.area.widget()))
        form.setMaximumWidth(px(WIDE))
        # Beside a stretch, so that the height its words need is worked out at the width it really gets.
        across = row()
        across.addWidget(form, 1)
        across.addStretch()
        body.addLayout(across)
        body.addStretch(1)
        foot = QFrame(self)
        foot.setObjectName("panelfoot")
        across = row(foot, (24, 10, 24, 10), 10)
        self.save_button = Button(form.save_words(), "check", "primary", foot)
        self.save_button.setToolTip(self.tr("Save  (Ctrl+Enter)"))
        self.later_button = Button(self.tr("Close, keep draft"), parent=foot)
        self.later_button.setToolTip(self.tr("Close and keep the draft  (Esc)"))
        self.throw_button = Button(self.tr("Do not save"), kind="quiet", parent=foot)
        self.kept = Text("", "small", "muted", wrap=True, parent=foot)
        across.addWidget(self.save_button)
        across.addWidget(self.later_button)
        across.addWidget(self.throw_button)
        across.addWidget(self.kept, 1)
        whole.addWidget(foot)
        self.save_button.clicked.connect(self.save)
        self.later_button.clicked.connect(form.finished)
        self.throw_button.clicked.connect(form.throw_away)
        form.drafts.kept.connect(self._kept)
        self.bring(form, (self.save_button, self.later_button, self.throw_button))

    def first_focus(self) -> QWidget:
        return self.where_to_type()

    def save(self) -> None:
        self.stand()
        self.form.save()

    def keep_draft(self) -> None:
        self.form.drafts.keep_if_waiting()

    def _kept(self, time: object) -> None:
        self.kept.setText(self.tr("Draft kept at {time}").format(time=time))
