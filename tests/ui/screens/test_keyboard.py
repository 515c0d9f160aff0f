"""The record without a mouse: Tab in reading order, Page Down from anywhere, the page's buttons by name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication, QScrollArea, QTabBar, QToolButton

from caseworker.domain.contacts import Contact
from caseworker.domain.justice_events import JusticeEvent
from caseworker.storage import contacts, episodes, instruments, justice_events
from tests.journey.hands import Hands
from tests.ui.screens.helped import help_for
from tests.ui.screens.parts import DAY, now, settle, today
from ui.screens.client import ClientPage
from ui.screens.client.instruments import InstrumentForm
from ui.screens.client.orders import OrderForm
from ui.session import Place, Session
from ui.widgets import Button, Grid
from ui.widgets.combos import CodeCombo
from ui.window import Window


@pytest.fixture
def record(window: Window, amara: int) -> ClientPage:
    window.go(Place("client", amara))
    settle()
    page = window.current()
    assert isinstance(page, ClientPage)
    return page


def through(hands: Hands, until: str, most: int = 40) -> list[str]:
    """The names Tab passes on the way to that one."""
    passed: list[str] = []
    while not passed or passed[-1] != until:
        hands.press("Tab")
        passed.append(Hands.name(hands.focus()))
        assert len(passed) < most, passed
    return passed


def test_rows_read_again_after_a_save_are_reached_where_they_stand(
    record: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    hands.press("Ctrl+6")
    settle()
    session.write(justice_events.save, JusticeEvent(None, "", amara, stage="08", happened="2026-01-13"))
    for _ in range(20):
        settle()
    hands.press("Ctrl+6")
    passed = through(hands, "Add an order")
    assert [name for name in passed if name.startswith("Withdraw")], passed


@pytest.mark.parametrize(("part", "before", "field", "after"), [
    ("needs", "Change: A tenancy in her own name", "text", "Change: A home of her own"),
    ("needs", "Change: Change the locks", "text", "Change: A home of her own"),
    ("overview", "Change: Change the locks", "text", "Change: A home of her own"),
    ("contacts", "Change: Phone call with the client", "note", "Change: Phone call with the client"),
])  # fmt: skip
def test_after_a_row_was_changed_the_keyboard_is_on_its_button_again(
    record: ClientPage,
    session: Session,
    amara: int,
    hands: Hands,
    part: str,
    before: str,
    field: str,
    after: str,
) -> None:
    help_for(amara)
    for days in (2, 5):
        session.write(
            contacts.save, Contact(None, "", amara, None, now() - days * DAY, "CLI", "TEL", "COM", minutes=9)
        )
    record.show_part(part)
    for _ in range(20):
        settle()
    named = [one for one in record.tab(part).findChildren(Button) if one.accessibleName().startswith(before)]
    button = named[-1]  # of two calls the one before
    name = button.accessibleName()
    button.setFocus()
    hands.press("Return")
    form = record.form.form  # type: ignore[union-attr]
    form.fill({field: "A home of her own", "why": "She said so"})
    hands.press("Ctrl+Return")
    for _ in range(20):
        settle()
    assert record.form is None
    assert Hands.name(hands.focus()) == (name if part == "contacts" else after)


def test_the_arrows_of_the_tabs_are_no_stops(record: ClientPage, hands: Hands) -> None:
    bar = record.findChild(QTabBar)
    assert bar is not None
    arrows = bar.findChildren(QToolButton)
    assert arrows
    hands.press("Ctrl+1")
    hands.press("Tab")
    assert hands.focus() not in arrows


def test_page_down_on_a_tab_scrolls_what_is_under_it(record: ClientPage, hands: Hands) -> None:
    hands.press("Ctrl+6")
    for _ in range(20):
        settle()
    bar = record.tab_on_show().area.verticalScrollBar()
    assert bar.maximum() > 0
    hands.press("PgDown")
    assert bar.value() > 0
    hands.press("PgUp")
    assert bar.value() == 0
    hands.press("End")
    assert bar.value() == bar.maximum()


def test_a_signed_assessment_is_read_to_its_end_with_the_keyboard(
    record: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    held = session.write(instruments.begin, amara, "DASH24")
    for item in range(1, 25):
        session.write(instruments.answer, held, str(item), "yes", "victim")
    session.write(instruments.sign, held)
    hands.press("Ctrl+3")
    for _ in range(20):
        settle()
    (read,) = (one for one in record.findChildren(Button) if one.isVisible() and one.text() == "Read")
    through(hands, Hands.name(read))
    hands.press("Return")
    for _ in range(20):
        settle()
    assert record.form is not None
    bars = [area.verticalScrollBar() for area in record.form.findChildren(QScrollArea) if area.isVisible()]
    assert any(bar.maximum() for bar in bars)
    hands.press("End")
    assert any(bar.value() == bar.maximum() > 0 for bar in bars)


def test_page_down_in_a_form_scrolls_and_never_changes_an_answer(record: ClientPage, hands: Hands) -> None:
    form = OrderForm(record.session, record.client_id or 0)
    record.open_form(form)
    settle()
    combo = form.findChild(CodeCombo)
    assert combo is not None
    combo.setCurrentIndex(1)
    combo.setFocus()
    hands.press("PgDown")
    hands.press("PgUp")
    assert combo.currentIndex() == 1


def test_a_button_of_the_page_is_found_by_its_name(record: ClientPage, hands: Hands) -> None:
    hands.press("Ctrl+6")
    for _ in range(20):
        settle()
    hands.press("Ctrl+K")
    hands.type(">an order")
    hands.press("Return")
    settle()
    assert record.form is not None
    assert record.form.findChild(OrderForm) is not None


def test_a_button_is_found_by_what_stands_on_it_where_a_screen_reader_hears_more(
    record: ClientPage, window: Window, hands: Hands
) -> None:
    hands.press("Ctrl+7")
    for _ in range(20):
        settle()
    (found,) = window.parts_on_show("add a person")
    assert found[0] != "Add a person"


def test_a_table_of_the_page_is_found_by_its_name_past_everything_above_it(
    record: ClientPage, hands: Hands
) -> None:
    hands.press("Ctrl+6")
    for _ in range(20):
        settle()
    hands.press("Ctrl+K")
    hands.type(">special")
    hands.press("Return")
    settle()
    focus = QApplication.focusWidget()
    assert isinstance(focus, Grid)
    assert focus.accessibleName() == "Special measures"


def test_ctrl_enter_begins_the_assessment_that_is_chosen(record: ClientPage, hands: Hands) -> None:
    hands.press("Ctrl+3")
    settle()
    hands.press("Ctrl+Return")
    assert record.form is None  # the keyboard is not in the card yet
    hands.press("Tab")
    hands.press("Ctrl+Return")
    settle()
    assert isinstance(record.form, InstrumentForm)


def test_of_two_with_one_name_the_one_with_support_is_found_first_and_the_other_says_it_has_ended(
    window: Window, session: Session, add_client: Callable[..., int], hands: Hands
) -> None:
    """The wrong of two records is the wrong phone to ring."""
    ended, open_now = add_client("Wren"), add_client("Wren")
    (held,) = episodes.for_client(ended)
    session.write(episodes.close, held.id or 0, today(), "CMP")
    hands.press("Ctrl+K")
    hands.type("wren")
    settle()
    lines = [window.search.found.item(at).text() for at in range(window.search.found.count())]
    assert lines == ["Wren   CR-0002", "Wren   CR-0001   Support ended"]
    hands.press("Return")
    settle()
    assert window.place() == Place("client", open_now)


def test_tab_leaves_the_part_of_a_record_after_its_last_control(record: ClientPage, hands: Hands) -> None:
    for part in range(1, 10):
        hands.press(f"Ctrl+{part}")
        for _ in range(20):
            settle()
        passed = through(hands, "Places", 60)
        assert len(set(passed)) == len(passed), passed


def test_tab_goes_through_a_form_to_its_end_and_on(
    record: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    form = InstrumentForm(session, amara, session.write(instruments.begin, amara, "NEEDS", "baseline"))
    record.open_form(form)
    for _ in range(60):
        settle()
    form.rows["P3"].first().setFocus()
    assert through(hands, "Places", 6)[:1] == ["Sign"]
    form.sign_button.setFocus()
    hands.press("Shift+Tab")
    hands.press("Shift+Tab")
    assert Hands.name(hands.focus()) == "When it was asked"
