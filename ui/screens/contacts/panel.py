"""The panel beside any screen: who a contact was with, how to reach them safely, the form, Save.

Quick enough for a lay-by, never in the way of the record. The safe-contact instructions stand above what scrolls.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from caseworker.domain.when import LONDON
from caseworker.errors import Problem
from ui.screens.client.safe import SafePanel
from ui.screens.contacts.form import ContactForm
from ui.screens.contacts.who import WhoPicker
from ui.screens.form import Frame
from ui.session import Session
from ui.widgets import Button, Text, column, row
from ui.widgets.page import scrolled


class ContactPanel(Frame, QFrame):
    """The panel: who it was with, the form, Save. ``open_for`` says whose contact it is or has it asked.

    ``closed``: take it away.
    """

    closed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._form: ContactForm | None = None
        self._ahead: ContactForm | None = None  # made before anybody knows whose contact it will be
        self.setObjectName("panel")
        self.setAccessibleName(self.tr("Log a contact"))

        whole = column(self)
        head = row(margins=(18, 12, 14, 4), gap=8)
        head.addWidget(Text(self.tr("Log a contact"), "panel"))
        head.addStretch(1)
        self.close_button = Button(self.tr("Close"), "x", "quiet")
        self.close_button.setToolTip(self.tr("Close and keep the draft  (Esc)"))
        head.addWidget(self.close_button)
        whole.addLayout(head)
        # Above what scrolls: the client may ring back while the note is half-typed.
        above = row(margins=(18, 4, 18, 6))
        self.safe = SafePanel(session, one_column=True)
        self.safe.show_short(True)
        self.safe.reasoned.connect(self._reasoned)
        above.addWidget(self.safe)
        whole.addLayout(above)
        self.safe.hide()
        self.area, self.body = scrolled((18, 4, 18, 12), 11)
        whole.addWidget(self.area, 1)
        self.who: WhoPicker | None = None
        self.body.addStretch(1)
        foot = QFrame()
        foot.setObjectName("panelfoot")
        across = row(foot, (18, 10, 18, 10), 10)
        self.kept = Text("", "small", "muted", wrap=True)
        across.addWidget(self.kept, 1)
        self.save_button = Button(self.tr("Save contact"), "check", "primary")
        self.save_button.setToolTip(self.tr("Save contact  (Ctrl+Enter)"))
        self.save_button.setEnabled(False)
        across.addWidget(self.save_button)
        whole.addWidget(foot)

        self.close_button.clicked.connect(self.close_panel)
        self.save_button.clicked.connect(self.save)

    def make_ahead(self) -> bool:
        """A step towards the fields, before anybody is named; whether there is more to do."""
        if self._ahead is None:
            self._ahead = self._make_form()
        more = self._ahead.go_on()
        self._ahead.dress(self.width())
        return more

    @property
    def form(self) -> ContactForm | None:
        """The form, whole; None while it is asked who the contact was with."""
        self.stand()
        return self._form

    @property
    def client_id(self) -> int | None:
        return self._form.client_id if self._form is not None else None

    def open_for(self, client_id: int | None) -> None:
        """Log a contact with that client; None asks who it was. Asked for again while open: another client's form takes
        its place, and this one's draft is kept.
        """
        if client_id is None:
            if self._form is None and self.who is None:
                self._ask_who()
        elif self._form is None or self._form.client_id != client_id:
            self._open(client_id)

    def open_for_nobody(self) -> None:
        """A contact whose client is not known."""
        self._open(None)

    def is_for_nobody(self) -> bool:
        return self._form is not None and self._form.client_id is None

    def asked(self) -> tuple[str, int | None] | None:
        """What was typed to find who it was with, and who is chosen; None when that is known."""
        return self.who.asked() if self.who is not None else None

    def ask_again(self, typed: str, chosen: int | None) -> None:
        if self.who is not None:
            self.who.ask_again(typed, chosen)

    def show_narrow(self, narrow: bool) -> None:
        """In place of the page there is less room; the panel is the same."""

    def show_number(self) -> None:
        """Show the number for a minute, or hide it again."""
        if not self.safe.isHidden():
            self.safe.show_number()

    def arrive(self) -> None:
        """Put the keyboard where the work starts."""
        first = self.who.line if self.who is not None else self.where_to_type()
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def keep_draft(self) -> None:
        """Seal what is half-typed now."""
        if self._form is not None:
            self._form.drafts.keep_if_waiting()

    def save(self) -> None:
        """Save the contact and its next step, and close; or show what is missing."""
        if self.form is not None and self.form.save():
            self.closed.emit()

    def close_panel(self) -> None:
        self.keep_draft()
        self.closed.emit()

    def _open(self, client_id: int | None) -> None:
        form = self._take_form()
        try:
            form.begin(client_id)
        except Problem:
            self._throw_away(form)  # what is open stays: it can still be closed, and its draft kept
            raise
        self._drop_form()
        if self.who is not None:
            self.who.hide()
            self.who.deleteLater()
            self.who = None
        self._form = form
        self._show_safe()
        self._form.drafts.kept.connect(self._kept)
        self._form.restarted.connect(self._restarted)
        self.bring(self._form, (self.save_button,))
        self.save_button.setEnabled(True)
        self.kept.setText("")
        if self.isVisible():
            self.arrive()

    def _make_form(self) -> ContactForm:
        made = ContactForm(self.session, self)
        self.body.insertWidget(0, made)
        made.hide()
        return made

    def _take_form(self) -> ContactForm:
        """The one made ahead, unless it is of another day; once it is somebody's it is nobody else's."""
        taken, self._ahead = self._ahead, None
        if taken is None or taken.made_on == self.session.now().astimezone(LONDON).date():
            return taken or self._make_form()
        self._throw_away(taken)
        return self._make_form()

    def _throw_away(self, form: ContactForm) -> None:
        self.body.removeWidget(form)
        form.hide()
        form.deleteLater()

    def _show_safe(self) -> None:
        known = self._form is not None and self._form.client is not None
        if self._form is not None and known:
            self.safe.show_safe(self._form.safe, self.session.now(), self._form.client_id)
        self.safe.setVisible(known)

    def _reasoned(self, given: object) -> None:
        if self.form is not None and isinstance(given, tuple):
            self.form.take_reason(*given)

    def _drop_form(self) -> None:
        if self._form is None:
            return
        self.keep_draft()
        leaving, self._form = self._form, None
        self.let_go()
        self._throw_away(leaving)

    def _picked(self, client_id: object) -> None:
        self._open(int(str(client_id)))

    def _restarted(self) -> None:
        client_id = self.client_id
        self._drop_form()
        if client_id is not None:
            self._open(client_id)
            return
        self._ask_who()
        self.save_button.setEnabled(False)
        self.kept.setText("")
        self.arrive()

    def _ask_who(self) -> None:
        self.who = WhoPicker(self.session)
        self.who.picked.connect(self._picked)
        self.who.nobody.connect(self.open_for_nobody)
        self.body.insertWidget(0, self.who)

    def _kept(self, time: object) -> None:
        self.kept.setText(self.tr("Draft kept at {time}").format(time=time))
