"""Numbers on the screen: masked until asked for, written down when shown, soon masked again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from caseworker import storage
from caseworker.domain import when
from caseworker.domain.safe_contacts import SafeContact
from caseworker.storage import history, safe_contacts
from tests.journey.hands import Hands
from tests.ui.screens.parts import settle, words_of
from ui.screens.client import ClientPage
from ui.screens.contacts import ContactPanel
from ui.session import Place, Session
from ui.window import Window

NUMBER = "07700 900142"


@pytest.fixture
def page(window: Window, amara: int) -> ClientPage:
    window.go(Place("client", amara))
    settle()
    found = window.current()
    assert isinstance(found, ClientPage)
    return found


def shown(window: QWidget) -> bool:
    """Whether any part of the number can be read or heard anywhere in the window."""
    said: list[str] = []
    for part in window.findChildren(QWidget):
        interface = QAccessible.queryAccessibleInterface(part)
        kinds = (QAccessible.Text.Name, QAccessible.Text.Value, QAccessible.Text.Description)
        said += [interface.text(kind) for kind in kinds] if interface is not None else []
        said.append(part.toolTip())
        if isinstance(part, QLabel):
            said.append(part.text())
    return any("900142" in text.replace(" ", "") for text in said)


def reveals(client_id: int) -> list[str]:
    return [one.why for one in history.for_client(client_id) if one.action == "show"]


def other_day() -> str:
    day = dt.datetime.now(when.LONDON) + dt.timedelta(days=3)
    return f"{when.DAYS[day.weekday()][:3]} 09:00-10:00"


def test_a_number_is_masked_until_somebody_asks_for_it_and_that_is_written_down(
    window: Window, page: ClientPage, amara: int, hands: Hands
) -> None:
    assert not shown(window)
    assert "Call ending 42" in words_of(page.safe)
    assert reveals(amara) == []
    hands.press("F2")
    assert shown(window)
    assert reveals(amara) == [""]
    assert hands.keys == 1


def test_the_five_answers_stand_there_before_the_number(page: ClientPage, amara: int) -> None:
    call = safe_contacts.for_client(amara)[0]
    page.safe.show_safe([replace(call, code_word="lavender")], page.session.now(), amara)
    text = words_of(page.safe)
    for part in (
        "Safe to call at any time",
        "client's own",
        "No voicemail",
        "Code word: lavender",
        "Say you are",
    ):
        assert part in text


def test_what_nobody_asked_says_so_and_what_to_do(page: ClientPage, amara: int) -> None:
    page.safe.show_safe([SafeContact(1, amara, "TEL", value=NUMBER)], page.session.now(), amara)
    text = words_of(page.safe)
    for part in (
        "Safe contact not asked yet",
        "Call ending 42, whose is not asked: say nothing until you know who answers, not asked yet if it is safe.",
        "No voicemail until asked.",
        "No code word: agree one.",
        "We have not asked who to say you are: give your first name only.",
    ):
        assert part in text


def test_it_is_masked_again_when_the_page_is_left(
    window: Window, page: ClientPage, amara: int, hands: Hands
) -> None:
    hands.press("F2")
    window.go(Place("today"))
    window.go(Place("client", amara))
    settle()
    assert not shown(window)
    hands.press("F2")
    assert len(reveals(amara)) == 2  # each opening asks anew


def test_it_is_masked_again_after_a_minute_without_use(page: ClientPage, hands: Hands) -> None:
    hands.press("F2")
    assert page.safe._hiding.interval() == 60_000
    assert page.safe._hiding.isActive()
    page.safe._hiding.timeout.emit()
    assert not shown(page)


def test_a_key_starts_the_minute_anew(page: ClientPage, hands: Hands) -> None:
    hands.press("F2")
    page.safe._hiding.start(5)
    page.safe._hiding.setInterval(60_000)
    QTest.keyClick(page.bar, "x")
    assert page.safe._hiding.remainingTime() > 1_000


def test_covering_the_window_masks_it(page: ClientPage, session: Session, hands: Hands) -> None:
    hands.press("F2")
    session.covering.emit()
    assert not shown(page)


def test_pressing_again_masks_it(page: ClientPage, hands: Hands) -> None:
    hands.press("F2")
    hands.click("Hide the number")
    assert not shown(page)


def test_another_clients_number_is_not_shown_because_this_one_was(
    window: Window, page: ClientPage, add_client: Callable[..., int], hands: Hands
) -> None:
    hands.press("F2")
    window.go(Place("client", add_client("Nia Hughes")))
    settle()
    assert not shown(window)


def test_outside_what_is_safe_it_asks_why_and_one_key_answers(
    window: Window, add_client: Callable[..., int], hands: Hands
) -> None:
    jodie = add_client("Jodie Marsh", hours=other_day())
    window.go(Place("client", jodie))
    settle()
    hands.press("F2")
    assert hands.reads("Why is it safe to make contact now?")
    assert not shown(window)
    hands.type("c")
    settle()
    assert shown(window)
    assert reveals(jodie) == ["The client made contact first and asked for this"]


def test_another_reason_is_typed(window: Window, add_client: Callable[..., int], hands: Hands) -> None:
    jodie = add_client("Jodie Marsh", hours=other_day())
    window.go(Place("client", jodie))
    settle()
    hands.press("F2")
    hands.type("o")
    hands.press("Return")
    assert not shown(window)
    hands.type("Police are at the door")
    hands.press("Return")
    assert shown(window)
    assert reveals(jodie) == ["Police are at the door"]


def test_from_the_panel_one_key_shows_it_and_the_keyboard_stays_in_the_note(
    window: Window, amara: int, hands: Hands
) -> None:
    window.go(Place("contact", amara))
    settle()
    panel = window.panel
    assert isinstance(panel, ContactPanel)
    assert panel.form is not None
    panel.form.note.setFocus()
    hands.press("F2")
    assert shown(panel)
    assert panel.form.note.hasFocus()
    assert reveals(amara) == [""]


def test_nothing_is_shown_that_could_not_be_written_down(
    page: ClientPage, session: Session, hands: Hands, window: Window
) -> None:
    storage.database.read_only = True
    try:
        hands.press("F2")
        assert not shown(page)
        assert hands.reads("Nothing can be saved until the warning")
    finally:
        storage.database.read_only = False


def test_the_reason_for_showing_it_is_the_reason_for_the_contact(
    window: Window, add_client: Callable[..., int], hands: Hands
) -> None:
    jodie = add_client("Jodie Marsh", hours=other_day())
    window.go(Place("contact", jodie))
    settle()
    hands.press("F2")
    hands.type("a")
    assert isinstance(window.panel, ContactPanel)
    form = window.panel.form
    assert form is not None
    assert form.contact().override_reason == "The client agreed to this time beforehand"
    form.what.pills()[0].click()
    assert form.save()
    assert reveals(jodie) == ["The client agreed to this time beforehand"]
