"""One client's record: who she is and how to reach her safely on top, always; under it the tabs.

Opening a record is written to the audit chain. Forms open inside the page, so the safe-contact panel stays in sight.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QTabBar, QToolButton, QWidget

from caseworker import storage
from caseworker.domain import marac as marac_rules
from caseworker.domain import risk as rules
from caseworker.domain import when
from caseworker.domain.clients import Client
from caseworker.errors import Problem
from caseworker.storage import audit, clients, episodes, marac, next_dates, risk
from caseworker.storage import safe_contacts as stored_safe
from ui import theme
from ui.order import put_in_order
from ui.say import say
from ui.screens.client.drafts import form_for, owner
from ui.screens.client.record import FormPage, InPlace, RecordForm
from ui.screens.client.safe import SafePanel
from ui.screens.client.safe_contacts import SafeContactForm
from ui.screens.client.tab import Tab
from ui.screens.grade import show_grade_chip
from ui.screens.report import Wanted
from ui.session import Place, Session
from ui.stood import Stood
from ui.theme import px
from ui.widgets import Button, Chip, FlowLayout, Page, Text, column, row

DATES_AHEAD = 90  # days: a date farther off stands in its own part of the record only
SHORT = 440  # logical pixels: under this the safe-contact panel becomes running text
SHORT_FOR_A_FORM = 560  # and under this while a form is open, which has its buttons below
TIGHT = 400  # under this a form stands in place of the tabs as well
#: The parts of a record in reading order: name, module and class here. Each is made when somebody first looks at it.
TABS = (
    ("overview", "overview", "OverviewTab"),
    ("contacts", "contacts", "ContactsTab"),
    ("risk", "risk", "RiskTab"),
    ("needs", "needs", "NeedsTab"),
    ("safety_plan", "safety_plan", "SafetyPlanTab"),
    ("justice", "justice", "JusticeTab"),
    ("people", "people", "PeopleTab"),
    ("documents", "documents", "DocumentsTab"),
    ("history", "history", "HistoryTab"),
)


class ClientPage(Page):
    """``arg`` of the place is the client's id."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, scroll=False, parent=parent)
        self.client_id: int | None = None
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self._build_header()
        self._made: dict[str, Tab] = {}
        self.stack = Parts()
        self.stack.setMinimumHeight(px(40))  # rather little than over the header
        titles = self._titles()
        for at, (name, _, _) in enumerate(TABS):
            self.bar.addTab(titles[name])
            self.bar.setTabToolTip(at, self.tr("{tab}  (Ctrl+{n})").format(tab=titles[name], n=at + 1))
        self.body.addWidget(self.stack, 1)
        self.form: InPlace | None = None
        self._came_from: Stood | None = None  # what had the keyboard before a form opened
        self.bar.currentChanged.connect(self._tab_changed)
        self.back.clicked.connect(self._back)
        self.change_safe.clicked.connect(self._change_safe)

    def _build_header(self) -> None:
        self.header = Header()
        self._down = column(self.header, (24, 10, 24, 0), 8)
        top = row(gap=10)
        self.name = Text("", "title", wrap=False)
        self.known_as = Text("", "lead", "muted")
        self.reference = Text("", "reference", "muted")
        self.short_chip = Chip()
        self.short_chip.hide()
        self.back = Button(self.tr("Clients"), "arrow-left", "quiet")
        self.back.setToolTip(self.tr("Back to the list of clients"))
        names = QWidget()
        flow = FlowLayout(10, names)
        for part in (self.name, self.known_as, self.reference, self.short_chip):
            flow.addWidget(part)
        top.addWidget(names, 1)
        top.addWidget(self.back, 0, Qt.AlignmentFlag.AlignTop)
        self._down.addLayout(top)
        self.chips = QWidget()
        self._chip_flow = FlowLayout(8, self.chips)
        self.grade_chip, self.review_chip, self.marac_chip = Chip(), Chip(), Chip()
        self.support_chip, self.next_chip, self.alias_chip = Chip(), Chip(), Chip()
        self.date_chip = Chip()
        for chip in (
            self.grade_chip, self.review_chip, self.marac_chip, self.support_chip, self.next_chip,
            self.date_chip, self.alias_chip,
        ):  # fmt: skip
            self._chip_flow.addWidget(chip)
        self._down.addWidget(self.chips)
        self.safe = SafePanel(self.session)
        self.change_safe = Button(self.tr("Change"), "pencil", "quiet")
        self.change_safe.setAccessibleName(self.tr("Change safe contact"))
        self.change_safe.setToolTip(self.tr("Change safe contact"))
        self.safe.tools.addWidget(self.change_safe)
        self._down.addWidget(self.safe)
        self.bar = QTabBar()
        self.bar.setAccessibleName(self.tr("Parts of the record"))
        self.bar.setExpanding(False)
        self.bar.setDrawBase(False)
        self.bar.setUsesScrollButtons(True)
        self.bar.setElideMode(Qt.TextElideMode.ElideNone)
        self.bar.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for arrow in self.bar.findChildren(QToolButton):
            arrow.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # for the mouse: the keyboard goes through the tabs
        self._down.addWidget(self.bar)
        self.body.addWidget(self.header)
        self.body.addWidget(theme.line())

    def _titles(self) -> dict[str, str]:
        return {
            "overview": self.tr("Overview"),
            "contacts": self.tr("Contacts"),
            "justice": self.tr("Justice"),
            "risk": self.tr("Risk"),
            "needs": self.tr("Needs and outcomes"),
            "safety_plan": self.tr("Safety plan"),
            "people": self.tr("People"),
            "documents": self.tr("Documents"),
            "history": self.tr("History"),
        }

    def tab(self, name: str) -> Tab:
        """That part of the record, made now if nobody looked at it before."""
        if name not in self._made:
            _, module, kind = next(one for one in TABS if one[0] == name)
            made: Tab = getattr(import_module(f"ui.screens.client.{module}"), kind)(self.session)
            made.form_wanted.connect(self.open_form)
            if self.client_id is not None:
                made.show_client(self.client_id)
            self._made[name] = made
            self.stack.addWidget(made)
        return self._made[name]

    def tab_on_show(self) -> Tab:
        return self.tab(TABS[self.bar.currentIndex()][0])

    # ---- what the window asks

    def title(self) -> str:
        return self.tr("Client")

    def first_focus(self) -> QWidget | None:
        return self.form.first_focus() if self.form is not None else self.bar

    def draw_ahead(self) -> None:
        """A table: what the first one needs of Qt takes longer than all others."""
        from ui.widgets.tables import Cell, Column, FactTable

        first = FactTable("")
        first.show_rows([Column("–")], [[Cell("–")]])
        first.grab()

    def selected_client(self) -> int | None:
        return self.client_id

    def show_place(self, arg: Any) -> None:
        client_id = int(arg)
        if client_id != self.client_id:
            self._leave_form()
            self.client_id = client_id
            self.bar.setCurrentIndex(0)
            for tab in self._made.values():
                tab.show_client(client_id)
            self.stack.setCurrentWidget(self.tab_on_show())
        try:
            storage.write(audit.opened, client_id)  # no ``changed``: looking changes nothing that is on show
        except Problem as problem:
            self.session.problem(problem)
        self.mark_stale()

    def show_part(self, part: str) -> None:
        """That tab, by name; or that form, by the key of its draft ("noun:client")."""
        self._leave_form()
        names = [name for name, _, _ in TABS]
        if ":" in part:
            self.open_form(form_for(self.session, part))
        elif part in names:
            self.bar.setCurrentIndex(names.index(part))

    def on_show(self) -> list[str]:
        """The tab, and a form over it that can be made again."""
        kept = getattr(self.form.form, "drafts", None) if self.form is not None else None
        # A form that frames another keeps its draft in the part at its side.
        kept = kept or getattr(getattr(self.form, "side", None), "drafts", None)
        parts = [TABS[self.bar.currentIndex()][0]]
        return [*parts, kept.key] if kept is not None and owner(kept.key) == self.client_id else parts

    def show_tab(self, at: int) -> None:
        """Ctrl+1 to Ctrl+9."""
        if 0 <= at < self.bar.count():
            self._leave_form()
            self.bar.setCurrentIndex(at)
            self.bar.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def print_page(self) -> None:
        """Ctrl+P: the chronology as it would be printed."""
        if self.client_id is not None:
            self.session.go.emit(Place("report", Wanted("chronology", self.client_id)))

    def save(self) -> None:
        """Ctrl+Enter: in an open form, or what the tab on show has to begin."""
        if self.form is not None:
            self.form.save()
        elif self.client_id is not None:
            self.tab_on_show().save()

    def put_in_order(self) -> None:
        """Let Tab go from the tabs through what is on show as it is read, whatever was made anew in it."""
        if self.client_id is not None:
            put_in_order(self.bar, self.form or self.tab_on_show())

    def undo(self) -> bool:
        """Ctrl+Z: the last answer of an open form; False when nothing here can be taken back."""
        return self.form is not None and self.form.undo()

    def show_number(self) -> None:
        """F2: the number of the client on show, for a minute."""
        self.safe.show_number()

    def keep_draft(self) -> None:
        if self.form is not None:
            self.form.keep_draft()

    def reload(self) -> None:
        if self.client_id is None:
            return
        client = clients.get(self.client_id)
        now = self.session.now()
        self._show_names(client)
        self._show_chips(client)
        self.safe.show_safe(stored_safe.for_client(client.id or 0), now, client.id)
        if self.form is None:
            self.tab_on_show().reload()
        self._fit()

    # ---- forms inside the page

    def open_form(self, form: object) -> None:
        """Show a form in place of the tab: a ``RecordForm``, or what brings its own page (``InPlace``). One at a
        time; another that is open keeps its draft.
        """
        if self.form is None:
            self._came_from = Stood.of(self)
        self.close_form()
        page = FormPage(form, self.stack) if isinstance(form, RecordForm) else form
        assert isinstance(page, InPlace)
        self.form = page
        page.finished.connect(self.close_form)
        page.form_wanted.connect(self.open_form)
        self._fit()
        self.stack.addWidget(self.form)
        self.stack.setCurrentWidget(self.form)
        self.form.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def close_form(self) -> None:
        """Esc, or done: back to the tab, and to what had the keyboard there. What was half-typed stays as a draft."""
        if self.form is None:
            return
        self.keep_draft()
        leaving, self.form = self.form, None
        self.stack.setCurrentWidget(self.tab_on_show())
        self.stack.removeWidget(leaving)
        leaving.hide()
        leaving.deleteLater()
        self._fit()
        self.bar.setFocus(Qt.FocusReason.OtherFocusReason)
        if not self.session.is_locked():
            self.tab_on_show().reload()
            self.tab_on_show().when_stood(self._focus_again)

    def _leave_form(self) -> None:
        """Somebody goes on elsewhere in the record, or to another: the keyboard stays with what she goes to."""
        self.close_form()
        self._came_from = None

    def _focus_again(self) -> None:
        if self.form is not None:
            return  # one form in place of another: back when that is done
        came_from, self._came_from = self._came_from, None
        if came_from is not None and self.bar.hasFocus():  # else somebody went on already
            came_from.again(self)

    # ---- parts

    def _show_names(self, client: Client) -> None:
        self.name.setText(client.name)
        self.known_as.setText(
            self.tr("Likes “{name}”").format(name=client.known_as) if client.known_as else ""
        )
        self.known_as.setVisible(bool(client.known_as))
        self.reference.setText(client.reference)

    def _show_risk(self, client_id: int, supported: bool) -> None:
        """Grade, its review while there is support, and MARAC. Beside the name when there is little height: risk is
        never out of sight.
        """
        today = self.session.now().astimezone(when.LONDON).date()
        standing = risk.standings([client_id]).get(client_id)
        show_grade_chip(self.grade_chip, standing.grade if standing else "")
        self.review_chip.setVisible(standing is not None and supported)
        if standing is not None:
            show_grade_chip(self.short_chip, standing.grade)
            late = standing.is_overdue(today)
            self.review_chip.show_chip(
                say(rules.review_said(standing.review_due, today)),
                "high" if late else "plain",
                "calendar-clock",
            )
        waiting = next((one for one in map(marac_rules.said, marac.for_client(client_id)) if one), None)
        self.marac_chip.setVisible(waiting is not None)
        if waiting is not None:
            self.marac_chip.show_chip(say(waiting), "info", "briefcase")

    def _show_chips(self, client: Client) -> None:
        open_now = episodes.open_for(client.id or 0)
        if open_now:
            started = when.iso_date(open_now[0].started)
            text = (
                self.tr("Open since {date}").format(date=when.show_date(started))
                if started
                else self.tr("Open")
            )
            self.support_chip.show_chip(text, "info", "heart-handshake")
            self.short_chip.show_chip(self.tr("Open"), "info", "heart-handshake")
        else:
            self.support_chip.show_chip(self.tr("No support open"), "plain", "circle")
            self.short_chip.show_chip(self.tr("Not open"), "plain", "circle")
        next_step = clients.rows([client.id or 0])[0]
        due = when.iso_date(next_step.next_due) if next_step.next_due else None
        self.next_chip.setVisible(due is not None)
        if due is not None:
            today = self.session.now().astimezone(when.LONDON).date()
            late = due < today
            text = self.tr("Next step due {day}").format(day=say(when.show_day_relative(due, today)))
            self.next_chip.show_chip(
                text, "warn" if late else "info", "calendar-clock" if late else "calendar"
            )
        self._show_date(client.id or 0, bool(open_now))
        self.alias_chip.setVisible(client.is_alias)
        self.alias_chip.show_chip(self.tr("Name is an alias"), "plain", "user")
        self._show_risk(client.id or 0, bool(open_now))

    def _show_date(self, client_id: int, supported: bool) -> None:
        """The next court date, end of an order, asking again ... while there is support."""
        today = self.session.now().astimezone(when.LONDON).date()
        found = next_dates.of(client_id, today) if supported else None
        if found is not None and (found.day - today).days > DATES_AHEAD:
            found = None
        self.date_chip.setVisible(found is not None)
        if found is not None:
            late = found.day < today
            day = say(when.show_day_relative(found.day, today))
            text = self.tr("{what}, {day}").format(what=say(found.what), day=day)
            self.date_chip.show_chip(
                text, "warn" if late else "info", "calendar-clock" if late else "calendar"
            )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """The header takes the height its words need, whatever the tab would like; a long name wraps."""
        short = self.height() < px(SHORT if self.form is None else SHORT_FOR_A_FORM)
        self.safe.show_short(short)
        if (self.change_safe.text() == "") != short:
            self.change_safe.setText("" if short else self.tr("Change"))
            self.change_safe.show_icon("pencil")
        self.bar.setVisible(self.form is None or self.height() >= px(TIGHT))
        self.chips.setVisible(not short)
        self.short_chip.setVisible(short)
        room = self.width() - px(24 + 24 + 10) - self.back.sizeHint().width()
        wide = self.name.fontMetrics().horizontalAdvance(self.name.text()) > room
        self.name.setWordWrap(wide)
        self.name.setMinimumWidth(max(room, 0) if wide else 0)
        self.safe.fit(self.width() - px(48))
        self.header.take_height()

    def _tab_changed(self, at: int) -> None:
        self._leave_form()
        self.stack.setCurrentWidget(self.tab_on_show())
        if self.client_id is not None and self.isVisible():
            self.tab_on_show().reload()

    def _back(self) -> None:
        self.session.go.emit(Place("clients"))

    def _change_safe(self) -> None:
        if self.client_id is not None:
            self.open_form(SafeContactForm(self.session, self.client_id))


class Parts(QStackedWidget):
    """What stands under the header. It takes the room there is: asking for the height of its words, it would be given
    that, and lie over the header.
    """

    def hasHeightForWidth(self) -> bool:
        return False


class Header(QWidget):
    """As high as its words need at the width it has: a box layout alone would squeeze it when a form is open."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._taking = False

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self.take_height()
        return done

    def take_height(self) -> None:
        need = self.heightForWidth(self.width())
        if self._taking or need <= 0 or need == self.minimumHeight() == self.maximumHeight():
            return
        # Setting it lays the page out, which asks again: answered half-way, least and most would part for good.
        self._taking = True
        self.setFixedHeight(need)
        self._taking = False
        # In the middle of a layout the page still reckons with the old height and would centre the new one in it.
        QTimer.singleShot(0, self, self._settle)

    def _settle(self) -> None:
        self.take_height()
        self.updateGeometry()
