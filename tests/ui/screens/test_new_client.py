"""A new client on one page: a name is enough, the order is that of the work, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from caseworker.storage import clients, drafts, episodes, referrals, safe_contacts
from tests.journey.hands import Hands
from tests.ui.screens.parts import settle, today, words_of
from ui.screens.new_client import DRAFT, NewClientPage
from ui.session import Place, Session
from ui.window import Window


@pytest.fixture
def page(window: Window, hands: Hands) -> NewClientPage:
    hands.press("Ctrl+N")
    settle()
    shown = window.current()
    assert isinstance(shown, NewClientPage)
    return shown


def test_a_name_alone_is_enough_and_the_record_opens(
    window: Window, page: NewClientPage, hands: Hands
) -> None:
    hands.type("Amara Clarke")
    hands.press("Ctrl+Return")
    settle()
    saved = clients.get(1)
    assert (saved.name, saved.reference, saved.sex) == ("Amara Clarke", "CR-0001", "NA-ASK")
    assert window.place() == Place("client", 1)
    assert safe_contacts.for_client(1) == []
    assert episodes.for_client(1) == []


def test_an_alias_is_marked_as_one(page: NewClientPage, window: Window, hands: Hands) -> None:
    hands.type("Bluebird")
    hands.click("This is an alias")
    hands.click("Save client")
    settle()
    assert clients.get(1).is_alias
    assert "Name is an alias" in words_of(window)


def test_the_order_is_who_safe_consent_what_happened_and_equality_last(page: NewClientPage) -> None:
    text = words_of(page)
    order = [
        "Name or alias",
        "Is it safe to call?",
        "Does the client agree to be contacted?",
        "Who made the referral",
        "Equality questions, optional",
    ]
    found = [text.index(part) for part in order]
    assert found == sorted(found)
    assert "Ethnic group" not in text


def test_equality_unfolds_when_somebody_wants_it(page: NewClientPage, hands: Hands) -> None:
    hands.click("Equality questions, optional")
    settle()
    assert "Ethnic group" in words_of(page)
    assert "Why we ask" in words_of(page)


def test_everything_is_saved_together(page: NewClientPage, hands: Hands) -> None:
    assert page.form is not None
    hands.type("Amara Clarke")
    hands.click("Is it safe to call?: Yes")
    hands.fill("Phone number", "07700 900142")
    hands.fill("Safe hours", "Mon-Fri 9:30am to 11am")
    hands.click("Is leaving a voicemail safe?: No")
    hands.click("Is it safe to text?: No")
    hands.click("Are letters home safe?: No")
    hands.click("Does the client agree to support?: Yes")
    page.form.fill({"source": "POL", "crime": "DA1", "area": "E07000066"})
    hands.press("Ctrl+Return")
    settle()
    held = {one.channel: (one.allowed, one.hours) for one in safe_contacts.for_client(1)}
    assert held == {
        "TEL": ("yes", "Mon-Fri 09:30-11:00"),
        "SMS": ("no", "Mon-Fri 09:30-11:00"),
        "LET": ("no", ""),
    }
    (referral,) = referrals.for_client(1)
    assert (referral.source, referral.crime, referral.area, referral.outcome) == (
        "POL",
        "DA1",
        "E07000066",
        "ACC",
    )
    (episode,) = episodes.open_for(1)
    assert (episode.started, episode.crime, episode.referral_id) == (today().isoformat(), "DA1", referral.id)


def test_without_a_name_nothing_is_saved(page: NewClientPage, hands: Hands) -> None:
    hands.click("Save client")
    assert page.form is not None
    assert page.form.errors.problems() == ["Enter a name or an alias"]
    assert page.form.fields["name"].problem() == "Enter a name or an alias"
    assert clients.count() == 0
    assert referrals.for_client(1) == []


def test_a_safe_number_that_is_missing_saves_nothing_at_all(page: NewClientPage, hands: Hands) -> None:
    hands.type("Amara Clarke")
    hands.click("Is it safe to call?: Yes")
    hands.click("Save client")
    assert page.form is not None
    assert page.form.errors.problems() == ["Enter a phone number", "Enter the safe hours, or any time"]
    assert clients.count() == 0


def test_any_time_has_to_be_said(page: NewClientPage, hands: Hands) -> None:
    hands.type("Amara Clarke")
    hands.click("Is it safe to call?: Yes")
    hands.fill("Phone number", "07700 900142")
    hands.click("Save client")
    assert page.form is not None
    assert page.form.errors.problems() == ["Enter the safe hours, or any time"]
    assert page.form.fields["tel_hours"].problem() == "Enter the safe hours, or any time"
    assert clients.count() == 0
    hands.fill("Safe hours", "any time")
    hands.click("Save client")
    settle()
    (call,) = safe_contacts.for_client(1)
    assert (call.channel, call.allowed, call.hours) == ("TEL", "yes", "")


def test_safe_letters_ask_for_the_address_they_go_to(page: NewClientPage, hands: Hands) -> None:
    assert page.form is not None
    hands.type("Amara Clarke")
    assert not page.form.address.isVisible()
    hands.click("Are letters home safe?: Yes")
    hands.click("Save client")
    assert page.form.errors.problems() == ["Enter an address"]
    hands.fill("Address for letters", "1 High Street")
    hands.click("Save client")
    settle()
    (letter,) = safe_contacts.for_client(1)
    assert (letter.channel, letter.allowed, letter.value) == ("LET", "yes", "1 High Street")


def test_what_is_typed_is_kept_and_offered_again(
    window: Window, page: NewClientPage, session: Session, hands: Hands, qtbot: QtBot
) -> None:
    assert page.form is not None
    with qtbot.waitSignal(page.form.drafts.kept, timeout=3000):
        hands.type("Amara")
    kept = drafts.get(DRAFT)
    assert kept is not None
    assert kept.fields["name"] == "Amara"
    again = NewClientPage(session)
    qtbot.addWidget(again)
    assert again.form is not None
    assert again.form.text("name") == "Amara"


def test_leaving_the_page_keeps_the_draft_at_once(window: Window, page: NewClientPage, hands: Hands) -> None:
    hands.type("Amara")
    window.go(Place("today"))
    kept = drafts.get(DRAFT)
    assert kept is not None
    assert kept.fields["name"] == "Amara"


def test_locking_keeps_the_draft(
    page: NewClientPage, session: Session, hands: Hands, reopen: Callable[[], object]
) -> None:
    hands.type("Amara")
    session.lock()
    opened = reopen()
    assert drafts.get(DRAFT) is not None
    opened.close()  # type: ignore[attr-defined]


def test_saving_forgets_the_draft_and_empties_the_page(
    window: Window, page: NewClientPage, hands: Hands
) -> None:
    hands.type("Amara Clarke")
    page.keep_draft()
    hands.press("Ctrl+Return")
    settle()
    assert drafts.get(DRAFT) is None
    window.go(Place("new_client"))
    assert page.form is not None
    assert page.form.text("name") == ""


def test_do_not_save_throws_it_away(window: Window, page: NewClientPage, hands: Hands) -> None:
    hands.type("Amara")
    page.keep_draft()
    hands.click("Do not save")
    settle()
    assert drafts.get(DRAFT) is None
    assert clients.count() == 0
    assert window.place() == Place("clients")


def test_a_broken_off_record_is_saved_in_few_keys(
    page: NewClientPage, hands: Hands, capsys: pytest.CaptureFixture[str]
) -> None:
    """The cubicle at half past twelve: Ctrl+N, a name, Ctrl+Enter."""
    before = hands.keys
    hands.type("Bluebird")
    hands.press("Ctrl+Return")
    with capsys.disabled():
        print(f"\n  new client by alias: {hands.keys} key presses")
    assert hands.keys - before == 9
    assert clients.count() == 1


def test_the_service_is_asked_only_when_support_starts(page: NewClientPage, hands: Hands) -> None:
    assert page.form is not None
    assert not page.form.service.isVisible()
    hands.click("Does the client agree to support?: Yes")
    assert page.form.service.isVisible()
