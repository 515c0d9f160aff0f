"""The frame around every screen: places at the left, search and Lock at the top, page and panel.

No feature lives here. Screens are made when somebody first goes to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any, Protocol, cast

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QAbstractSlider,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QListWidgetItem,
    QStackedWidget,
    QTableView,
    QWidget,
)

from caseworker.errors import Problem
from ui import theme
from ui.keyboard import Keyboard
from ui.order import controls_alone, put_last, stops
from ui.places import Places
from ui.say import say
from ui.search import Search
from ui.session import Notice, Place, Session
from ui.session import Toast as Told
from ui.stood import Stood
from ui.theme import px
from ui.widgets import Banner, Button, Chip, Glyph, Page, Text, Toast, announce, column, row

#: Where each screen's class is. ``contact`` is the panel.
SCREENS = {
    "today": ("ui.screens.today", "TodayPage"),
    "clients": ("ui.screens.clients", "ClientsPage"),
    "client": ("ui.screens.client", "ClientPage"),
    "new_client": ("ui.screens.new_client", "NewClientPage"),
    "returns": ("ui.screens.returns", "ReturnsPage"),
    "outbox": ("ui.screens.outbox", "OutboxPage"),
    "team": ("ui.screens.team", "TeamPage"),
    "join": ("ui.screens.join", "JoinPage"),
    "settings": ("ui.screens.settings", "SettingsPage"),
    "people": ("ui.screens.people", "PeoplePage"),
    "erase": ("ui.screens.erasures", "ErasePage"),
    "help": ("ui.screens.help", "HelpPage"),
    "report": ("ui.screens.report", "ReportPage"),
    "services": ("ui.screens.services", "ServicesPage"),
    "contact": ("ui.screens.contacts", "ContactPanel"),
}
#: Which place of the side bar is lit for each screen.
LIT = {
    "client": "clients",
    "new_client": "clients",
    "report": "clients",
    "join": "outbox",
    "people": "settings",
    "erase": "settings",
    "services": "settings",
}
#: Pages that hold names until they are read again, and two of them only when an answer has come from beside them.
NAMING = ("client", "report", "today", "team")
PANEL_WIDE = 400
SCROLLS = {
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
    Qt.Key.Key_Home: QAbstractSlider.SliderAction.SliderToMinimum,
    Qt.Key.Key_End: QAbstractSlider.SliderAction.SliderToMaximum,
}


class Side(Protocol):
    """What the panel at the right side answers to."""

    closed: Any

    def make_ahead(self) -> bool: ...
    def open_for(self, client_id: int | None) -> None: ...
    def open_for_nobody(self) -> None: ...
    def is_for_nobody(self) -> bool: ...
    def asked(self) -> tuple[str, int | None] | None: ...
    def ask_again(self, typed: str, chosen: int | None) -> None: ...
    def show_narrow(self, narrow: bool) -> None: ...
    def arrive(self) -> None: ...
    def save(self) -> None: ...
    def keep_draft(self) -> None: ...
    def show_number(self) -> None: ...
    def close_panel(self) -> None: ...


class Window(QWidget):
    """Side bar, top bar, notices, the stack of pages and the panel, for one open vault."""

    panel_closed = Signal()

    def __init__(
        self,
        session: Session,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.keyboard = Keyboard(self)
        self.setObjectName("window")
        self.panel: QWidget | None = None
        self._panel_ahead: QWidget | None = None  # made for whoever the next contact is with
        self._pages: dict[str, Page] = {}
        self._place = Place("today")
        self._before: list[Place] = []
        #: Where the keyboard stood on each page when somebody left it.
        self._left: dict[str, tuple[Place, Stood | None]] = {}
        self._said: Told | None = None
        self._undone: Told | None = None

        self._across = row(self)
        self._build_side()
        self._build_middle()
        self.toast = Toast(self)
        self.toast.done.connect(self._took_back)
        self._listen()
        session.go.connect(self.go)
        session.back.connect(self.go_back)
        session.toast.connect(self.show_toast)
        session.notice.connect(self.show_notice)
        session.over.connect(self.take_notice_away)
        session.keeping.connect(self.keep_drafts)
        session.erasing.connect(self.forget_client)
        session.changed.connect(self.show_waiting)
        self.show_waiting()
        if session.vault.synthetic:
            self.notices.addWidget(Banner(self.tr("Made-up people. Nothing here is real."), "madeup"))
        self._show_warnings()

    # ---- going places

    def go(self, place: Place) -> None:
        """Show that place; ``contact`` opens the panel beside whatever is on show."""
        if place.name == "contact":
            self.open_panel(place.arg)
            return
        if self.current() is not None and place != self._place:
            self._before = [*self._before[-49:], self._place]
        self._show(place)

    def go_back(self) -> None:
        """Alt+Left: where somebody was before, or Today."""
        self._show(self._before.pop() if self._before else Place("today"))
        place, stood = self._left.get(self._place.name, (None, None))
        page = self.current()
        if stood is not None and page is not None and place == self._place:
            stood.again(page)

    def current(self) -> Page | None:
        """The page on show."""
        page = self.stack.currentWidget()
        return page if isinstance(page, Page) else None

    def place(self) -> Place:
        return self._place

    def places_before(self) -> list[Place]:
        return list(self._before)

    def on_show(self) -> list[str]:
        """What of the page is on show."""
        page = self.current()
        return page.on_show() if page is not None else []

    def restore(self, place: Place, before: list[Place], parts: Sequence[str] = ()) -> None:
        """Stand where another window of the same session stood, with those parts of the page on show."""
        self._before = before
        self._show(place)
        page = self.current()
        assert page is not None
        for part in parts:
            try:
                page.show_part(part)
            except Problem as problem:
                self.session.problem(problem)

    def page(self, name: str) -> Page:
        """The page with that name, made now if nobody went there before."""
        if name not in self._pages:
            where, what = SCREENS[name]
            made = cast(Page, getattr(import_module(where), what)(self.session, parent=self.stack))
            self._pages[name] = made
            self.stack.addWidget(made)
        return self._pages[name]

    def make_page(self, name: str) -> None:
        """Make that page before anybody goes there; it reads nothing until then."""
        self.page(name)

    def dress_page(self, name: str) -> None:
        """Let the look reach every part of a page that is not on show yet."""
        page = self.page(name)
        page.resize(self.stack.size())
        for part in page.findChildren(QWidget):
            part.ensurePolished()

    def draw_page(self, name: str) -> None:
        """Lay out and paint it where nobody sees it: later that goes quickly."""
        page = self.page(name)
        page.grab()
        page.draw_ahead()

    def _show(self, place: Place) -> None:
        leaving = self.current()
        page = self.page(place.name)
        if leaving is not None:
            self._left[self._place.name] = (self._place, Stood.of(leaving))
        self._place = place
        if leaving is not None and leaving is not page:
            leaving.keep_draft()
            self.toast.leave_page()
        page.show_place(place.arg)
        if place.part:
            page.show_part(place.part)
        self.stack.setCurrentWidget(page)
        lit = LIT.get(place.name, place.name)
        self.main_places.light(lit)
        self.foot_places.light(lit)
        announce(page, page.title())
        if self.panel is not None and self._is_narrow():
            # The panel stood in the page's place: somebody asked for the page.
            self._close_panel_now()
        first = page.first_focus()
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.panel is None or not self._has_focus(self.panel):
            # Somewhere in the window, or its keys would be dead until somebody clicks.
            page.setFocus(Qt.FocusReason.OtherFocusReason)
        self.fit()

    def forget_client(self, client_id: int) -> None:
        """A record is being erased, or is gone: no page made for it stays, hidden or not, none of its forms keeps a
        draft, and no way leads back to it.
        """
        self._before = [place for place in self._before if not _is_about(place.arg, client_id)]
        self._left.clear()
        if self.panel is not None and self.panel_client() == client_id:
            _forget_drafts(self.panel)
            self._close_panel_now()
        on_show = self.current() if _is_about(self._place.arg, client_id) else None
        for name, page in list(self._pages.items()):
            if page is on_show or (
                page is not self.current()
                and (getattr(page, "client_id", None) == client_id or name in NAMING)
            ):
                _forget_drafts(page)
                del self._pages[name]
                self.stack.removeWidget(page)
                shiboken6.delete(page)
        if on_show is not None:  # somebody went there while it was being erased
            self._place = Place("today")
            self._show(self._place)

    # ---- the panel

    def open_panel(self, client_id: int | None) -> None:
        """Log a contact beside the page, or in its place when the window is narrow."""
        if self.panel is None:
            self._panel_ahead = self._panel_ahead or self._make_panel()
            cast(Side, self._panel_ahead).open_for(client_id)  # first: the record may be there no more
            self.panel, self._panel_ahead = self._panel_ahead, None
            self._pair.addWidget(self.panel)
            put_last(self.panel)
            self._side().closed.connect(self._panel_closed)
            self.fit()
            self.panel.show()
        else:
            self._side().open_for(client_id)
        self._side().arrive()

    def make_panel_ahead(self) -> bool:
        """A step towards the panel of the next contact, before anybody asks for it; whether there is more to do."""
        if self.panel is not None:
            return False
        if self._panel_ahead is None:
            self._panel_ahead = self._make_panel()
            return True
        return bool(cast(Side, self._panel_ahead).make_ahead())

    def _make_panel(self) -> QWidget:
        where, what = SCREENS["contact"]
        made = cast(QWidget, getattr(import_module(where), what)(self.session, self))
        made.hide()
        return made

    def _side(self) -> Side:
        return cast(Side, self.panel)

    def panel_client(self) -> int | None:
        """Whose contact the open panel logs."""
        return cast("int | None", getattr(self.panel, "client_id", None))

    def panel_is_for_nobody(self) -> bool:
        """Whether it logs a contact whose client is not known."""
        return self.panel is not None and self._side().is_for_nobody()

    def panel_asked(self) -> tuple[str, int | None] | None:
        """What was typed in the open panel to find who the contact was with, and who is chosen."""
        return self._side().asked() if self.panel is not None else None

    def ask_panel_again(self, typed: str, chosen: int | None) -> None:
        self._side().ask_again(typed, chosen)

    def open_panel_for_nobody(self) -> None:
        self.open_panel(None)
        self._side().open_for_nobody()

    def _panel_closed(self) -> None:
        self._close_panel_now()
        page = self.current()
        if page is not None:
            (page.first_focus() or page).setFocus(Qt.FocusReason.OtherFocusReason)

    def _close_panel_now(self) -> None:
        if self.panel is None:
            return
        self._side().keep_draft()
        leaving, self.panel = self.panel, None
        self._pair.removeWidget(leaving)
        leaving.hide()
        leaving.deleteLater()
        self.fit()
        self.panel_closed.emit()

    # ---- what the keys do

    def do(self, action: str) -> None:
        """Do what a key or the palette asked for: the names are those of ui/keyboard.py."""
        if action.startswith("tab_"):
            self._ask_page("show_tab", int(action[4:]) - 1)
        elif action in SCREENS and action not in ("contact", "team"):
            self.session.go.emit(Place(action))
        else:
            getattr(self, f"_do_{action}")()

    def _do_team(self) -> None:
        """Only where there is a team: a supervisor's vault, or one that several people work in."""
        if self.is_team():
            self.session.go.emit(Place("team"))
        else:
            self.show_toast(Told(self.tr("There is a team board once several people work in this vault")))

    def is_team(self) -> bool:
        """Whether there is a team board to go to."""
        from caseworker.storage import team

        return team.is_team()

    def _do_search(self) -> None:
        if self.panel is not None and self._is_narrow():
            self._close_panel_now()  # it stands where the search box is; the draft is kept
        self.search.open_list()

    def _do_back(self) -> None:
        self.go_back()

    def _do_contact(self) -> None:
        self.session.go.emit(Place("contact", self._client_on_show()))

    def _client_on_show(self) -> int | None:
        chosen = getattr(self.current(), "selected_client", None)
        return cast("int | None", chosen()) if callable(chosen) else None

    def _do_save(self) -> None:
        if (self.panel is not None and (self._is_narrow() or self._has_focus(self.panel))) or (
            not self._ask_page("save") and self.panel is not None
        ):
            self._side().save()

    def _do_keep_draft(self) -> None:
        self.keep_drafts()
        self.show_toast(Told(self.tr("Draft kept")))

    def _do_close(self) -> None:
        if self.panel is not None:
            self._side().close_panel()
        else:
            self._ask_page("close_form")

    def _do_undo(self) -> None:
        undo = getattr(self.current(), "undo", None)
        if callable(undo) and undo():
            return
        said, self._said = self._said, None
        if said is not None and said.action is not None:
            self.toast.hide()
            said.action()
            self._took_back(said)

    def _took_back(self, said: Told) -> None:
        """What Ctrl+Shift+Z does again; a second Ctrl+Z must not undo what is undone."""
        if self._said is said:
            self._said = None
        self._undone = said

    def _do_redo(self) -> None:
        undone, self._undone = self._undone, None
        if undone is not None and undone.again is not None:
            undone.again()

    def _do_show_number(self) -> None:
        """In the panel while it is open; else of the client on show."""
        if self.panel is not None:
            self._side().show_number()
        else:
            self._ask_page("show_number")

    def _do_print_page(self) -> None:
        if not self._ask_page("print_page"):
            self.show_toast(Told(self.tr("There is nothing to print on this screen")))

    def _do_export(self) -> None:
        if not self._ask_page("export"):
            self.show_toast(Told(self.tr("Open the preview of a return to save a copy")))

    def _do_sync(self) -> None:
        self.session.go.emit(Place("outbox", "send"))

    def _do_lock(self) -> None:
        self.session.lock()

    def _do_hide(self) -> None:
        self.session.hide_now()

    def _do_larger(self) -> None:
        self.session.chosen.emit(self.session.preferences.larger())

    def _do_smaller(self) -> None:
        self.session.chosen.emit(self.session.preferences.smaller())

    def _do_normal_size(self) -> None:
        self.session.chosen.emit(replace(self.session.preferences, scale=1.0))

    def _do_next_pane(self) -> None:
        self._step_pane(1)

    def _do_previous_pane(self) -> None:
        self._step_pane(-1)

    def _step_pane(self, by: int) -> None:
        panes: list[QWidget] = [self.main_places, self.search]
        page = self.current()
        if page is not None and page.isVisible():
            panes.append(page)
        if self.panel is not None:
            panes.append(self.panel)
        here = next((i for i, pane in enumerate(panes) if self._has_focus(pane)), -1 if by > 0 else 0)
        to = panes[(here + by) % len(panes)]
        if to is self.panel:
            self._side().arrive()
            return
        if isinstance(to, Page):
            to = to.first_focus() or _first_stop(to) or to
        to.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _has_focus(self, pane: QWidget) -> bool:
        focus = self.focusWidget()
        return focus is not None and (focus is pane or pane.isAncestorOf(focus))

    def _ask_page(self, what: str, *args: Any) -> bool:
        """Call that method of the page on show, if it has one."""
        method = getattr(self.current(), what, None)
        if callable(method):
            method(*args)
            return True
        return False

    # ---- what no control wanted

    def focusNextPrevChild(self, forward: bool) -> bool:
        # Qt also asks while something with the keyboard is being hidden or let go: nothing is looked through then.
        focus = self.window().focusWidget()
        page = self.current()
        if page is None or focus is None or not focus.isVisible() or not focus.isEnabled():
            return super().focusNextPrevChild(forward)
        self._ask_page("put_in_order")
        with controls_alone(page), controls_alone(self.panel or page):
            return super().focusNextPrevChild(forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page Down and its like reach the page from wherever the keyboard is: a tab, a button under the page."""
        step = SCROLLS.get(Qt.Key(event.key()))
        area = self._area_on_show() if step is not None else None
        if step is None or area is None:
            super().keyPressEvent(event)
            return
        area.verticalScrollBar().triggerAction(step)

    def _area_on_show(self) -> QAbstractScrollArea | None:
        """The largest part of the page, or of the panel with the keyboard, that can scroll."""
        pane = self.panel if self.panel is not None and self._has_focus(self.panel) else self.current()
        areas = [
            area
            for area in (pane.findChildren(QAbstractScrollArea) if pane is not None else [])
            if area.isVisible() and area.verticalScrollBar().maximum() > 0
        ]
        return max(areas, key=lambda area: area.width() * area.height(), default=None)

    def parts_on_show(self, text: str) -> list[tuple[str, QWidget]]:
        """The buttons and tables of the panel and the page on show whose name, said or seen, holds every word of the
        text.
        """
        wanted, found = text.casefold().split(), []
        for pane in (self.panel, self.current()):
            for one in stops(pane) if pane is not None and pane.isVisible() else ():
                name = seen = one.accessibleName() if isinstance(one, QTableView) else ""
                if isinstance(one, Button) and one.isEnabled() and not one.isCheckable():
                    name = one.accessibleName() or one.text()
                    seen = f"{name} {one.text()}"
                if name and all(word in seen.casefold() for word in wanted):
                    found.append((name, one))
        return found

    # ---- saying things

    def show_toast(self, said: Told) -> None:
        self._said, self._undone = said, None
        self.toast.show_toast(said)

    def show_notice(self, notice: Notice) -> None:
        """A line under the top bar that stays until closed; the same words are not said twice."""
        if any(banner.text() == notice.text for banner in self.banners()):
            return
        banner = Banner(
            notice.text, notice.kind, notice.action_text, notice.action, self.tr("Close this message")
        )
        self.notices.addWidget(banner)
        announce(self, notice.text)

    def take_notice_away(self, text: str) -> None:
        """What a notice said is over: there is room again, it was saved."""
        for banner in self.banners():
            if banner.text() == text:
                banner.shut()

    def _show_warnings(self) -> None:
        vault = self.session.vault
        for warning in vault.warnings:
            if vault.alarm:
                words = self.tr("I have read this")
                self.show_notice(Notice(say(warning), "high", words, self._acknowledge))
            else:
                self.show_notice(Notice(say(warning), "high"))

    def _acknowledge(self) -> None:
        try:
            self.session.vault.acknowledge()
        except Problem as problem:
            self.session.problem(problem)
            return
        self.session.vault.warnings.clear()
        self._clear_notices()

    def banners(self) -> list[Banner]:
        """The lines under the top bar that are on show."""
        return [one for one in self._strip.findChildren(Banner) if not one.is_shut]

    def open_notices(self) -> list[Notice]:
        """What those lines say, to say it again in a window built anew."""
        return [one.notice() for one in self.banners() if one.kind != "madeup"]

    def _clear_notices(self) -> None:
        for banner in self.banners():
            if banner.kind != "madeup":
                banner.shut()

    def show_waiting(self) -> None:
        """The calm chip: offline is normal, so no red and no alarm; only how much waits to be sent."""
        waiting, online = _waiting(), self.session.online
        if waiting:
            words = self.tr("Online, {n} waiting") if online else self.tr("Offline, {n} waiting")
            self._sync_words = words.format(n=waiting)
            self._sync_short = self.tr("{n} waiting").format(n=waiting)
        else:
            self._sync_words = (
                self.tr("Online, nothing waiting") if online else self.tr("Offline, nothing waiting")
            )
            self._sync_short = self.tr("Online") if online else self.tr("Offline")
        self.fit()

    def _sync_icon(self) -> str:
        return "cloud" if self.session.online else "cloud-off"

    def find_clients(self, typed: str, limit: int) -> list[tuple[int, str]]:
        """(id, words) of clients for the search box; with nothing typed the last ones looked at."""
        from caseworker.storage import clients

        return [(one.id, say(one.found_words())) for one in clients.found(typed, limit)]

    def keep_drafts(self) -> None:
        """Every half-typed form into the vault's drafts. One that cannot must not stop the lock."""
        keepers: list[Page | Side] = [*self._pages.values()]
        if self.panel is not None:
            keepers.append(self._side())
        for keeper in keepers:
            try:
                keeper.keep_draft()
            except Exception as error:
                if not isinstance(error, Problem):
                    from caseworker import log

                    log.event("E-DRAFT")

    # ---- building

    def _build_side(self) -> None:
        self._nav = QFrame()
        self._nav.setObjectName("side")
        down = column(self._nav, (0, 12, 0, 12), 0)
        self._brand_row: QHBoxLayout = row(margins=(16, 2, 12, 10), gap=9)
        self._brand_row.addWidget(Glyph("notebook-pen", "primary", 22))
        self._brand = Text(theme.PRODUCT, "section")
        self._brand_row.addWidget(self._brand)
        self._brand_row.addStretch(1)
        down.addLayout(self._brand_row)
        listed = [
            ("today", self.tr("Today"), "sun", "Alt+1"),
            ("clients", self.tr("Clients"), "users", "Alt+2"),
            ("returns", self.tr("Returns"), "chart-column", "Alt+3"),
            ("outbox", self.tr("Outbox"), "send", "Alt+4"),
        ]
        if self.is_team():
            listed.insert(2, ("team", self.tr("Team"), "activity", "Alt+6"))
        self.main_places = Places(self.tr("Places"), listed)
        down.addWidget(self.main_places)
        down.addStretch(1)
        self.foot_places = Places(
            self.tr("Settings and help"),
            [
                ("settings", self.tr("Settings"), "settings", "Alt+5"),
                ("help", self.tr("Help and shortcuts"), "circle-help", "F1"),
            ],
        )
        down.addWidget(self.foot_places)
        for places in (self.main_places, self.foot_places):
            places.itemClicked.connect(self._place_clicked)
        self._across.addWidget(self._nav)

    def _place_clicked(self, item: QListWidgetItem) -> None:
        place = str(item.data(Qt.ItemDataRole.UserRole))
        self.session.go.emit(Place(place))

    def _build_middle(self) -> None:
        self.middle = QWidget()
        down = column(self.middle)
        self._bar = QFrame()
        self._bar.setObjectName("topbar")
        across = row(self._bar, (24, 9, 16, 9), 10)
        self.search = Search(self)
        across.addWidget(self.search, 3)
        across.addStretch(1)
        self.sync = Chip("", "info", "cloud-off")
        across.addWidget(self.sync)
        self.log_contact = Button(self.tr("Log a contact"), "plus")
        self.log_contact.clicked.connect(self._do_contact)
        self.lock_button = Button(self.tr("Lock"), "lock")
        self.lock_button.clicked.connect(self._do_lock)
        self.hide_button = Button(self.tr("Hide"), "eye-off")
        # Pressed, not clicked: the cover must not wait for the button to come up again.
        self.hide_button.pressed.connect(self._do_hide)
        self._labels = {
            self.log_contact: (self.tr("Log a contact"), self.tr("Log a contact  (Ctrl+J)"), "plus"),
            self.lock_button: (self.tr("Lock"), self.tr("Lock  (Ctrl+L)"), "lock"),
            self.hide_button: (
                self.tr("Hide"),
                self.tr("Hide the screen now  (F12, or press Shift 3 times)"),
                "eye-off",
            ),
        }
        for button, (name, tip, _) in self._labels.items():
            button.setAccessibleName(name)
            button.setToolTip(tip)
            across.addWidget(button)
        down.addWidget(self._bar)
        self._strip = QWidget()
        self.notices = column(self._strip)
        down.addWidget(self._strip)
        self.stack = QStackedWidget()
        down.addWidget(self.stack, 1)
        self._pair = row()
        self._pair.addWidget(self.middle, 1)
        self._across.addLayout(self._pair, 1)

    def _listen(self) -> None:
        self._shortcuts: list[QShortcut] = []
        for binding in self.keyboard.table():
            # Lock and Hide also work in dialogs and on the lock screen: the desk listens for those.
            if binding.action and binding.action not in ("lock", "hide"):
                for keys in binding.keys:
                    shortcut = QShortcut(QKeySequence(keys), self)
                    shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
                    shortcut.setProperty("action", binding.action)
                    shortcut.activated.connect(self._shortcut)
                    self._shortcuts.append(shortcut)

    def _shortcut(self) -> None:
        pressed = self.sender()
        if pressed is not None:
            self.do(str(pressed.property("action")))

    # ---- fitting the window

    def _is_narrow(self) -> bool:
        return self.width() / theme.look().scale < 1060

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Reflow in steps: side bar to icons, top bar to icons, then the panel in the page's place."""
        wide = self.width() / theme.look().scale
        slim = wide < (1240 if self.panel is not None else 1000)
        self._nav.setFixedWidth(px(56 if slim else 196))
        self._brand.setVisible(not slim)
        for places in (self.main_places, self.foot_places):
            places.slim(slim)
        self.log_contact.setVisible(self.panel is None)
        little = wide < 820
        for button, (words, _, icon) in self._labels.items():
            if (button.text() == "") != little:
                button.setText("" if little else words)
                button.show_icon(icon)
        self.sync.show_chip(self._sync_short if wide < 900 else self._sync_words, "info", self._sync_icon())
        self.sync.setAccessibleName(self._sync_words)
        alone = self.panel is not None and self._is_narrow()
        # The notices stay: a save that failed is told there.
        self._bar.setVisible(not alone)
        self.stack.setVisible(not alone)
        self._pair.setDirection(
            QBoxLayout.Direction.TopToBottom if alone else QBoxLayout.Direction.LeftToRight
        )
        self._pair.setStretch(0, 0 if alone else 1)
        if self.panel is not None:
            self._pair.setStretchFactor(self.panel, 1 if alone else 0)
            self.panel.setMinimumWidth(0 if alone else px(PANEL_WIDE))
            self.panel.setMaximumWidth(16777215 if alone else px(PANEL_WIDE))
            self._side().show_narrow(alone)


def _first_stop(page: QWidget) -> QWidget | None:
    """The first control of the page that Tab would reach."""
    for widget in page.findChildren(QWidget):
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            return widget
    return None


def _forget_drafts(root: QWidget) -> None:
    from ui.screens.form import DraftKeeper  # with whatever has a form it is loaded already

    for draft in root.findChildren(DraftKeeper):
        draft.forget()


def _waiting() -> int:
    from caseworker.storage import outbox

    return sum(1 for item in outbox.items() if item.is_waiting)


def _is_about(arg: object, client_id: int) -> bool:
    return arg == client_id or getattr(arg, "client_id", None) == client_id
