from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from caseworker import storage
from caseworker.errors import Problem
from caseworker.storage import settings
from tests.ui.accessibility import cut_text, everything, name_of, nameless, settle
from tests.ui.pressing import ALT, CTRL, press
from ui import theme
from ui.desk import Desk
from ui.session import Notice, Place, Toast
from ui.widgets import Button, Page
from ui.window import SCREENS, Window


class Seen(Page):
    """A page that counts how often it read the vault."""

    def __init__(self, window: Window) -> None:
        super().__init__(window.session)
        self.times = 0
        self.line = QLineEdit()
        self.line.setAccessibleName("Something")
        self.body.addWidget(self.line)

    def title(self) -> str:
        return "Seen"

    def reload(self) -> None:
        self.times += 1


@pytest.mark.parametrize("name", [name for name in SCREENS if name not in ("contact", "client")])
def test_every_place_can_be_reached_and_names_itself(window: Window, name: str) -> None:
    window.session.go.emit(Place(name))
    settle()
    page = window.current()
    assert page is not None
    assert page.title()
    assert page.isVisible()
    assert window.place() == Place(name)


@pytest.mark.parametrize(
    ("key", "modifier", "name"),
    [
        (Qt.Key.Key_2, ALT, "clients"), (Qt.Key.Key_3, ALT, "returns"), (Qt.Key.Key_4, ALT, "outbox"),
        (Qt.Key.Key_5, ALT, "settings"), (Qt.Key.Key_F1, Qt.KeyboardModifier.NoModifier, "help"),
        (Qt.Key.Key_N, CTRL, "new_client"), (Qt.Key.Key_Slash, CTRL, "help"),
    ],
)  # fmt: skip
def test_keys_go_to_places(window: Window, key: Qt.Key, modifier: Qt.KeyboardModifier, name: str) -> None:
    press(window, key, modifier)
    assert window.place().name == name


def test_back_goes_the_way_one_came(window: Window) -> None:
    for name in ("clients", "outbox", "settings"):
        window.session.go.emit(Place(name))
    press(window, Qt.Key.Key_Left, ALT)
    assert window.place().name == "outbox"
    window.go_back()
    window.go_back()
    assert window.place().name == "today"
    window.go_back()
    assert window.place().name == "today"


def test_a_visible_page_reads_again_and_a_hidden_one_when_next_shown(window: Window) -> None:
    seen = Seen(window)
    window._pages["settings"] = seen
    window.stack.addWidget(seen)
    window.go(Place("settings"))
    settle()
    assert seen.times == 1
    window.session.changed.emit()
    assert seen.times == 2
    window.go(Place("today"))
    window.session.changed.emit()
    window.session.changed.emit()
    assert seen.times == 2
    window.go(Place("settings"))
    settle()
    assert seen.times == 3
    window.go(Place("today"))
    window.go(Place("settings"))
    settle()
    assert seen.times == 3


class TestPanel:
    def test_ctrl_j_opens_it_beside_the_page_and_escape_closes_it(self, window: Window) -> None:
        press(window, Qt.Key.Key_J, CTRL)
        assert window.panel is not None
        assert window.panel.width() == theme.px(400)
        assert window.stack.isVisible()
        assert not window.log_contact.isVisible()
        press(window, Qt.Key.Key_Escape)
        assert window.panel is None
        assert window.log_contact.isVisible()

    def test_it_takes_the_pages_place_in_a_narrow_window(self, window: Window) -> None:
        window.window().resize(1000, 700)
        settle()
        window.session.go.emit(Place("contact"))
        settle()
        assert window.panel is not None
        assert not window.stack.isVisible()
        window.window().resize(1280, 800)
        settle()
        assert window.stack.isVisible()
        assert window.panel.width() == theme.px(400)

    def test_what_went_wrong_is_told_above_it_there_too(self, window: Window) -> None:
        window.window().resize(1000, 700)
        settle()
        window.session.go.emit(Place("contact"))
        window.session.problem(Problem("E-DISK-FULL", "No room"))
        settle()
        assert window.panel is not None
        assert [one.isVisible() for one in window.banners() if one.text() == "No room"] == [True]
        assert window.panel.height() > 0.8 * window.height()

    def test_search_comes_back_in_a_narrow_window_and_the_panel_goes(self, window: Window) -> None:
        window.window().resize(1000, 700)
        settle()
        window.session.go.emit(Place("contact"))
        press(window, Qt.Key.Key_K, CTRL)
        assert window.panel is None
        assert window.search.isVisible()
        assert window.search.hasFocus()

    def test_it_logs_for_the_client_on_show(self, window: Window, people: list[int]) -> None:
        window.session.go.emit(Place("client", people[2]))
        settle()
        press(window, Qt.Key.Key_J, CTRL)
        assert window.panel_client() == people[2]


class TestSaying:
    def test_undo_is_one_key(self, window: Window) -> None:
        undone: list[int] = []
        window.session.toast.emit(Toast("Contact saved", "Undo", lambda: undone.append(1)))
        assert window.toast.text() == "Contact saved"
        window.setFocus()
        window.do("undo")
        window.do("undo")
        assert undone == [1]

    def test_the_same_notice_is_not_said_twice_and_can_be_closed(self, window: Window) -> None:
        for _ in range(2):
            window.session.problem(Problem("E-DISK-FULL", "The disk is full. Make room, then try again"))
        (banner,) = [b for b in window.banners() if "disk is full" in b.text()]
        settle()
        (shut,) = [b for b in banner.findChildren(Button) if name_of(b) == "Close this message"]
        shut.click()
        assert [b for b in window.banners() if "disk is full" in b.text()] == []

    def test_a_full_disk_is_told_until_something_is_saved(self, window: Window) -> None:
        window.session.problem(Problem("E-DISK-FULL", "The disk is full. Make room, then try again"))
        window.session.problem(Problem("E-GONE", "That record is not here any more"))
        window.session.write(settings.set, "contact.last_method", "TEL")
        told = [banner.text() for banner in window.banners()]
        assert "The disk is full. Make room, then try again" not in told
        assert "That record is not here any more" in told

    def test_the_chip_says_offline_calmly(self, window: Window) -> None:
        assert window.sync.text() == "Offline, nothing waiting"
        assert window.sync.property("chip") == "standard"  # no red, no alarm

    def test_the_chip_follows_the_last_try(self, window: Window) -> None:
        window.session.tried()
        window.session.changed.emit()
        assert window.sync.text() == "Online, nothing waiting"
        window.session.tried(Problem("E-HUB-BUSY", "The hub cannot take returns at the moment."))
        window.session.changed.emit()
        assert window.sync.text() == "Online, nothing waiting"  # it answered, if only to say so
        window.session.tried(Problem("E-OFFLINE", "You are offline."))
        window.session.changed.emit()
        assert window.sync.text() == "Offline, nothing waiting"

    def test_what_was_said_about_one_page_does_not_stay_over_the_next(self, window: Window) -> None:
        window.session.toast.emit(Toast("Client saved."))
        window.session.go.emit(Place("clients"))  # the same step: the words belong to where it leads
        assert window.toast.text() == "Client saved."
        settle()
        window.session.go.emit(Place("outbox"))
        assert window.toast.text() == ""
        assert window.toast.isHidden()

    def test_a_rollback_alarm_waits_for_a_person(
        self, window: Window, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from caseworker.words import words

        vault = window.session.vault
        vault.alarm = True
        vault.warnings.append(words("An older copy of this vault seems to have been put back"))
        storage.database.read_only = True
        window._show_warnings()
        (notice,) = [n for n in window.open_notices() if "older copy" in n.text]
        assert notice.action_text == "I have read this"
        assert notice.action is not None
        notice.action()
        assert not vault.alarm
        assert not storage.database.read_only
        assert [n for n in window.open_notices() if "older copy" in n.text] == []


def test_f6_goes_round_the_parts_of_the_window(window: Window) -> None:
    window.session.go.emit(Place("settings"))
    window.main_places.setFocus()
    visited = []
    for _ in range(3):
        press(window, Qt.Key.Key_F6)
        focus = QApplication.focusWidget()
        assert focus is not None
        visited.append(focus)
    assert visited[0] is window.search
    page = window.current()
    assert page is not None
    assert page.isAncestorOf(visited[1])
    assert visited[2] is window.main_places


def test_nothing_to_print_is_said(window: Window) -> None:
    window.session.go.emit(Place("settings"))
    window.do("print_page")
    assert window.toast.text() == "There is nothing to print on this screen"


def test_tab_reaches_every_control_and_comes_round_again(window: Window) -> None:
    window.session.go.emit(Place("help"))
    settle()
    wanted = {
        id(w)
        for w in window.findChildren(QWidget)
        if w.isVisible()
        and w.isEnabled()
        and w.focusPolicy() & Qt.FocusPolicy.TabFocus == Qt.FocusPolicy.TabFocus
    }
    window.search.setFocus()
    seen: set[int] = set()
    for _ in range(len(wanted) + 10):
        focus = QApplication.focusWidget()
        assert focus is not None
        seen.add(id(focus))
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    assert wanted <= seen


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("size", [(1366, 768), (1024, 640)])
@pytest.mark.parametrize("name", theme.THEMES)
def test_the_frame_is_never_cut(desk: Desk, name: str, scale: float, size: tuple[int, int]) -> None:
    desk.set_preferences(replace(desk.preferences, theme=name, scale=scale))
    settle()
    desk.resize(*size)
    settle()
    assert desk.size().width() == size[0]  # nothing asks for more than the screen has
    assert desk.window_ is not None
    desk.window_.show_notice(
        Notice(
            "An older copy of this vault seems to have been put back. Tell your supervisor",
            "high",
            "I have read this",
            settle,
        )
    )
    for part in (
        desk.window_._nav,
        desk.window_._strip,
        *desk.window_.middle.findChildren(QWidget, "topbar"),
    ):
        settle()
        assert nameless(part) == []
        assert cut_text(part) == []
    desk.window_.session.go.emit(Place("help"))
    everything(desk.window_)


def test_every_screen_holds_at_once(window: Window, people: list[int], qtbot: QtBot) -> None:
    """All the places in one window: names for every control, targets large enough, nothing cut."""
    wrong: dict[str, object] = {}
    for place in [*(Place(n) for n in SCREENS if n not in ("client", "contact")), Place("client", people[0])]:
        window.session.go.emit(place)
        for _ in range(3):  # a page is laid out a moment after it is on show
            settle()
        try:
            # Nothing to do today yet: the page offers what the bar above it does.
            everything(window, repeats=place.name == "today")
        except AssertionError as error:
            wrong[place.name] = str(error)[:600]
    assert wrong == {}
