"""The safety plan: in her words, with what it said before, and shown together over the whole window."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shiboken6
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from caseworker.storage import safety_plan
from tests.journey.hands import Hands
from tests.ui.screens import household
from tests.ui.screens.parts import settle, today, words_of
from ui.desk import Desk
from ui.screens.client import ClientPage
from ui.screens.client.safety_plan import SafetyItemForm, SafetyPlanTab
from ui.screens.together import Together
from ui.session import Place, Session
from ui.window import Window


@pytest.fixture
def plan(window: Window, session: Session, amara: int) -> ClientPage:
    session.write(household.fill, amara)
    window.go(Place("client", amara, "safety_plan"))
    settle()
    page = window.current()
    assert isinstance(page, ClientPage)
    return page


def tab(page: ClientPage) -> SafetyPlanTab:
    found = page.tab("safety_plan")
    assert isinstance(found, SafetyPlanTab)
    return found


def test_a_client_without_a_plan_is_asked_what_she_does_already(window: Window, amara: int) -> None:
    window.go(Place("client", amara, "safety_plan"))
    settle()
    page = window.current()
    assert isinstance(page, ClientPage)
    assert "Begin with what the client does already to stay safe." in words_of(tab(page))
    assert not tab(page).together.isEnabled()


def test_the_plan_stands_in_its_parts_with_what_it_said_before(plan: ClientPage) -> None:
    text = words_of(tab(plan))
    for part in (
        "Way out",
        "Bag and documents ready",
        "Suicide safety",
        "In the client’s words",
        "Not agreed with the client yet",
    ):
        assert part in text
    assert "What it said before" in text
    assert "I keep the blue bag at Jo's, with the passports and the red book in it. (until" in text
    assert text.index("Way out") < text.index("Bag and documents ready")


def test_an_item_is_added_with_the_keyboard(plan: ClientPage, hands: Hands, amara: int) -> None:
    hands.click("Add to the plan")
    settle()  # the fields come a moment after the frame
    assert plan.form is not None
    form = plan.form.form
    assert isinstance(form, SafetyItemForm)
    assert form.code("hers") == "yes"
    form.fill({"kind": "pets", "text": "Nell takes the cat.", "agreed": "yes"})
    form.follow()
    assert form.agreed_field.isVisible()
    hands.press("Ctrl+Return")
    settle()
    made = next(one for one in safety_plan.for_client(amara) if one.kind == "pets")
    assert (made.text, made.hers, made.agreed_on) == ("Nell takes the cat.", True, today().isoformat())


def test_wording_that_gives_the_page_away_is_said_beside_the_field(
    plan: ClientPage, session: Session, amara: int
) -> None:
    form = SafetyItemForm(session, amara)
    plan.open_form(form)
    form.fill({"kind": "bag", "text": "Bag at Jo's", "disguise": "Before Leo is up"})
    form.save()
    assert form.fields["disguise"].problem() == "Leave out “leo”: it gives the page away"


def test_shown_together_is_only_the_plan_under_calm_names(
    plan: ClientPage, hands: Hands, window: Window, qtbot: QtBot
) -> None:
    hands.click("Show together")
    page = window.findChild(Together)
    assert page is not None
    assert page.geometry() == window.rect()
    text = words_of(page)
    for part in ("My plan", "Getting out", "My bag and papers", "When it gets too much", "I ring Nell"):
        assert part in text
    for never in ("Amara", "CR-0001", "Suicide", "Leo", "Dan", "risk", "Safe contact", "What it said before"):
        assert never not in text
    window.resize(1100, 700)
    settle()
    assert page.geometry() == window.rect()


def test_no_key_reaches_what_lies_under_it_and_esc_comes_back(
    plan: ClientPage, hands: Hands, window: Window, qtbot: QtBot
) -> None:
    hands.click("Show together")
    page = window.findChild(Together)
    assert page is not None
    qtbot.waitUntil(lambda: page.back.hasFocus())
    for keys in ("Ctrl+K", "Ctrl+J", "Ctrl+1", "Tab", "Shift+Tab"):
        hands.press(keys)
        settle()
    assert page.isVisible()
    assert window.panel is None
    assert window.search.found.isHidden()
    assert plan.tab_on_show() is tab(plan)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert page.isAncestorOf(focus)
    hands.press("Esc")
    settle()
    assert not shiboken6.isValid(page)
    assert tab(plan).together.hasFocus()


def test_hide_covers_the_plan_too(desk: Desk, qtbot: QtBot) -> None:
    """F12 over the page that is turned to the client: covered in the same event, with nothing to read."""
    from caseworker import storage
    from caseworker.domain.clients import Client
    from caseworker.storage import clients

    client_id = storage.write(clients.save, Client(None, "", "Amara Clarke"))
    storage.write(household.fill, client_id)
    window = desk.window_
    assert window is not None
    window.go(Place("client", client_id, "safety_plan"))
    settle()
    page = window.current()
    assert isinstance(page, ClientPage)
    tab(page).show_together()
    settle()
    over = desk.findChild(Together)
    assert over is not None
    assert over.geometry() == desk.rect()
    override = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_F12, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(over.back, override)
    desk.hide_now()
    assert desk.is_covered()
    above = desk.childAt(desk.rect().center())
    assert above is desk.cover


def test_an_item_taken_out_stays_in_the_history(plan: ClientPage, session: Session, amara: int) -> None:
    held = safety_plan.for_client(amara)[0]
    session.write(safety_plan.save, replace(held, text="Changed"), "She asked")
    session.write(safety_plan.withdraw, held.id or 0, "Not hers any more")
    assert held.text not in words_of(tab(plan))
    assert len(safety_plan.for_client(amara, withdrawn=True)) == len(safety_plan.for_client(amara)) + 1
