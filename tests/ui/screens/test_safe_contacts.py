"""Changing the safe contact: no number on the screen, a check for every change, and what waits until it is checked."""

from __future__ import annotations

import pytest

from caseworker.storage import history, safe_claims, safe_contacts
from tests.journey.hands import Hands
from tests.ui.screens.parts import settle, words_of
from tests.ui.screens.test_safe import shown
from ui.screens.client import ClientPage
from ui.screens.client.safe_contacts import SafeContactForm
from ui.session import Place
from ui.window import Window

OTHER = "07700 900666"


@pytest.fixture
def form(window: Window, amara: int, hands: Hands) -> SafeContactForm:
    window.go(Place("client", amara))
    settle()
    hands.click("Change safe contact")
    settle()
    page = window.current()
    assert isinstance(page, ClientPage)
    assert page.form is not None
    assert isinstance(page.form.form, SafeContactForm)
    return page.form.form


def unchecked(form: SafeContactForm, hands: Hands) -> None:
    hands.fill("Number or address", OTHER)
    hands.click("It could not be checked")
    hands.fill("Who confirmed it, or why it could not be checked", "Did not know the code word")
    hands.click("Save")
    settle()


def test_the_form_says_what_is_recorded_without_showing_it(form: SafeContactForm, window: Window) -> None:
    assert "Recorded: ending 42. Leave the box empty to keep it" in words_of(form)
    assert not shown(window)


def test_a_box_left_empty_keeps_the_number(form: SafeContactForm, amara: int, hands: Hands) -> None:
    hands.fill("Say who you are as", "Sam from the surgery")
    hands.click("Seen in person")
    hands.click("Save")
    settle()
    call = safe_contacts.for_client(amara)[0]
    assert (call.value, call.say_as) == ("07700 900142", "Sam from the surgery")


def test_the_check_is_asked_only_for_a_change_and_not_for_a_stop(form: SafeContactForm, hands: Hands) -> None:
    assert not form.checked.isVisible()
    hands.fill("Number or address", OTHER)
    assert form.checked.isVisible()
    hands.fill("Number or address", "")
    assert not form.checked.isVisible()
    hands.click("Is it safe?: No")
    assert not form.checked.isVisible()


def test_what_could_not_be_checked_is_an_amber_line_on_the_record_and_changes_nothing(
    form: SafeContactForm, window: Window, amara: int, hands: Hands
) -> None:
    unchecked(form, hands)
    assert safe_contacts.for_client(amara)[0].value == "07700 900142"
    page = window.current()
    assert isinstance(page, ClientPage)
    text = words_of(page.header)
    assert "A change could not be checked and is not used: call." in text
    assert "Ask again before calling: a change could not be checked" in text
    assert "666" not in text


def test_somebody_who_has_checked_puts_it_in_without_typing_it_again(
    form: SafeContactForm, amara: int, hands: Hands
) -> None:
    unchecked(form, hands)
    hands.click("Change safe contact")
    settle()
    assert hands.reads("Reason: Did not know the code word")
    assert not hands.reads(OTHER)
    hands.click("I have checked: put it in")
    hands.click("Seen in person")
    hands.click("Save")
    settle()
    call = safe_contacts.for_client(amara)[0]
    assert (call.value, call.doubted) == (OTHER, 0)
    assert safe_claims.open_for(amara) == []


def test_it_was_not_the_client_asks_how_somebody_knows(
    form: SafeContactForm, window: Window, amara: int, hands: Hands
) -> None:
    unchecked(form, hands)
    hands.click("Change safe contact")
    settle()
    hands.click("It was not the client")
    assert hands.reads("Enter how you know that it was not the client")
    hands.fill("Why it changed", "Rang her back: she had not called")
    hands.click("It was not the client")
    settle()
    assert safe_contacts.for_client(amara)[0].doubted == 0
    page = window.current()
    assert isinstance(page, ClientPage)
    assert "could not be checked" not in words_of(page.header)
    assert history.for_client(amara)[0].why == "Rang her back: she had not called"


def test_what_it_said_before_can_be_read_and_old_numbers_stay_masked(
    form: SafeContactForm, window: Window, hands: Hands
) -> None:
    hands.fill("Number or address", OTHER)
    hands.click("Seen in person")
    hands.click("Save")
    settle()
    hands.click("Change safe contact")
    settle()
    hands.click("What it said before")
    settle()
    assert hands.reads("Number or address changed from ending 42 to ending 66")
    assert hands.reads("Seen in person")
    assert not shown(window)
