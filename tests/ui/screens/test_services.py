"""Services we refer to: typed, taken in from a table, saved as one; nothing of a client in any of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from caseworker import storage
from caseworker.demo.services import made_up_services
from caseworker.domain.services import Service
from caseworker.storage import drafts, services
from tests.journey.hands import Hands
from tests.ui.screens.parts import settle, today, words_of
from ui.screens.services import ServiceForm, ServicesPage
from ui.screens.today import TodayPage
from ui.session import Place, Session
from ui.widgets import Tick
from ui.window import Window


@pytest.fixture
def page(window: Window) -> ServicesPage:
    window.go(Place("services"))
    settle()
    found = window.current()
    assert isinstance(found, ServicesPage)
    return found


def test_settings_lead_there(window: Window, hands: Hands) -> None:
    window.go(Place("settings"))
    settle()
    hands.click("Services we refer to")
    settle()
    assert isinstance(window.current(), ServicesPage)
    assert "None yet." in words_of(window)


def test_a_service_is_typed_by_hand(page: ServicesPage, hands: Hands) -> None:
    hands.click("Add a service")
    hands.fill("Name of the service", "Talking room")
    hands.fill("Who runs it", "Quiet Harbour")
    hands.choose("Type of service", "COU")
    hands.click("Does it take people now?: Waiting list")
    hands.fill("How to refer", "Ring 01632 960001")
    hands.click("Districts it is for: Colchester")
    hands.click("Tick all: Crimes it is for")
    hands.fill("Youngest age", "16")
    hands.press("Ctrl+Return")
    settle()
    (held,) = services.every()
    assert (held.name, held.kind, held.wait, held.areas) == ("Talking room", "COU", "limited", "E07000071")
    assert (held.youngest, held.oldest, held.checked) == (16, 120, "")
    said = words_of(page)
    assert "For: Colchester; any crime; age 16 and over" in said
    assert "To be checked" in said
    assert "Waiting list" in said


def test_what_was_saved_stands_in_the_form_ticks_and_all(page: ServicesPage, session: Session) -> None:
    session.write(services.take_in, made_up_services(today()))
    held = next(one for one in services.every() if one.name == "Elder abuse line")
    form = ServiceForm(session, held.id)
    page.open_form(form)
    settle()
    on, off = Tick("", True), Tick("")
    for name, same in (("crime_EA", on), ("crime_DA", off), ("area_E07000071", on)):
        shown = form.editors[name].icon().pixmap(form.editors[name].iconSize()).toImage()
        assert shown == same.icon().pixmap(same.iconSize()).toImage(), name
    assert form.editors["how"].height() >= 2 * form.fontMetrics().height()  # nothing is squeezed to a line
    assert form.height() >= form.heightForWidth(form.width())


def test_what_is_wrong_is_said_and_the_form_stays(page: ServicesPage, hands: Hands) -> None:
    hands.click("Add a service")
    hands.fill("Youngest age", "ten")
    hands.press("Ctrl+Return")
    assert "Age must be a number, like 16" in words_of(page)
    hands.fill("Youngest age", "10")
    hands.press("Ctrl+Return")
    assert "Enter the name of the service" in words_of(page)
    assert services.every() == []


def test_escape_keeps_the_draft_and_today_leads_back(
    page: ServicesPage, window: Window, hands: Hands
) -> None:
    hands.click("Add a service")
    hands.fill("Name of the service", "Talking")
    hands.press("Esc")
    settle()
    assert page.form is None
    assert drafts.get("service:new") is not None
    window.go(Place("today"))
    settle()
    board = window.current()
    assert isinstance(board, TodayPage)
    assert "A service we refer to" in words_of(board)


def test_one_that_has_ended_leaves_the_list_with_a_reason_and_can_come_back(
    page: ServicesPage, hands: Hands, session: Session
) -> None:
    session.write(services.take_in, made_up_services(today())[:1])
    settle()
    hands.click("Has ended: Harbour counselling")
    hands.press("Ctrl+Return")
    assert "Enter why it has ended" in words_of(page)
    hands.fill("Why it has ended", "Its money ran out")
    hands.press("Ctrl+Return")
    settle()
    assert "Harbour counselling" not in words_of(page)
    hands.click("Show those that have ended")
    settle()
    hands.click("Goes on after all: Harbour counselling")
    settle()
    assert [one.name for one in services.every()] == ["Harbour counselling"]


def test_the_list_goes_out_as_a_table_and_comes_in_again(
    page: ServicesPage, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    session.write(services.take_in, made_up_services(today()))
    file = tmp_path / "services.csv"
    page.save_to(str(file))
    storage.write(services.end, services.every()[0].id or 0, "Gone")
    page.take_in(str(file))
    qtbot.waitUntil(lambda: page.in_button.isEnabled() and len(services.every()) == 14)
    for _ in range(4):
        settle()
    assert "14" in words_of(page.card)


def test_a_table_that_is_wrong_changes_nothing_and_says_the_line(
    page: ServicesPage, window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "services.csv"
    file.write_text("name,wait\nTalk,open\nOther,sometimes\n", encoding="utf-8")
    page.take_in(str(file))
    qtbot.waitUntil(lambda: page.in_button.isEnabled())
    assert "Line 3: Choose whether the service takes people now" in words_of(window)
    assert services.every() == []


def test_tab_reaches_the_last_of_many_services(page: ServicesPage, session: Session, hands: Hands) -> None:
    def many() -> None:
        for n in range(40):
            services.save(Service(None, "", f"Service {n:02}"), "")

    session.write(many)
    settle()
    page.add_button.setFocus()
    seen: list[str] = []
    for _ in range(100):
        hands.press("Tab")
        settle()
        focused = QApplication.focusWidget()
        seen.append("" if focused is None else focused.accessibleName())
        if seen[-1].endswith(": Service 39"):
            break
    assert seen[-1].endswith(": Service 39")
    assert len([one for one in seen if one.startswith("Change: ")]) == 40
