"""One client's record: safe contact in sight, tabs by key, forms that keep drafts, history that keeps everything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from caseworker import storage
from caseworker.domain.actions import Action
from caseworker.domain.contacts import Contact
from caseworker.domain.episodes import Episode
from caseworker.domain.marac import MaracReferral
from caseworker.domain.safe_claims import Check
from caseworker.domain.when import show_date
from caseworker.storage import (
    actions,
    clients,
    contacts,
    drafts,
    episodes,
    history,
    instruments,
    marac,
    referrals,
    safe_contacts,
)
from tests.journey.hands import Hands
from tests.ui.accessibility import name_of
from tests.ui.screens.parts import DAY, now, settle, today, words_of
from ui import theme
from ui.screens.client import ClientPage
from ui.screens.client.actions import ActionForm
from ui.screens.client.amending import AmendForm
from ui.screens.client.clients import AboutForm
from ui.screens.client.contacts import CHUNK, ContactCard
from ui.screens.client.history import Happened
from ui.screens.client.instruments import InstrumentForm
from ui.screens.client.referrals import ReferralForm
from ui.screens.client.safe import SafePanel
from ui.screens.client.safe_contacts import SafeContactForm
from ui.session import Place, Session
from ui.widgets import Card, Glyph
from ui.window import Window


@pytest.fixture
def record(window: Window, amara: int) -> ClientPage:
    window.go(Place("client", amara))
    settle()
    page = window.current()
    assert isinstance(page, ClientPage)
    return page


def log(session: Session, client_id: int, note: str, days_ago: float = 0.1, method: str = "TEL") -> int:
    at = int(now() - days_ago * DAY)
    why = "" if method == "TEL" else "The client asked for it"
    made = Contact(None, "", client_id, None, at, method=method, minutes=10, note=note, override_reason=why)
    return session.write(contacts.save, made)


# ---- the keyboard after a form


def change_safe(record: ClientPage) -> None:
    record.change_safe.setFocus()
    record.change_safe.click()
    settle()
    assert record.form is not None


def test_whoever_goes_to_another_client_from_a_form_arrives_at_the_tabs(
    record: ClientPage, window: Window, add_client: Callable[..., int]
) -> None:
    change_safe(record)
    window.go(Place("client", add_client("Nia Hughes")))
    settle()
    assert record.bar.hasFocus()


def test_whoever_goes_to_another_part_from_a_form_arrives_at_the_tabs(
    record: ClientPage, hands: Hands
) -> None:
    change_safe(record)
    hands.press("Ctrl+3")
    settle()
    assert record.bar.hasFocus()


def test_after_a_form_in_place_of_another_the_keyboard_is_where_it_was_before_both(
    record: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    record.change_safe.setFocus()
    record.open_form(AboutForm(session, amara))
    settle()
    record.open_form(ActionForm(session, amara))
    settle()
    hands.press("Esc")
    settle()
    assert record.change_safe.hasFocus()


def test_of_two_buttons_with_one_name_the_one_that_was_pressed_has_the_keyboard_again(
    record: ClientPage, session: Session, window: Window, add_client: Callable[..., int], hands: Hands
) -> None:
    nia = add_client("Nia Hughes", supported=False)
    long_ago, ended, since = ((today() - dt.timedelta(days=days)).isoformat() for days in (300, 200, 20))
    first = session.write(episodes.save, Episode(None, "", nia, long_ago))
    session.write(episodes.close, first, ended, "CMP")
    session.write(episodes.save, Episode(None, "", nia, since))
    window.go(Place("client", nia))
    settle()

    def changes() -> list[QAbstractButton]:
        named = [one for one in record.tab_on_show().findChildren(QAbstractButton) if one.isVisible()]
        return [one for one in named if one.accessibleName().startswith("Change: IDVA")]

    second = changes()[1]
    second.setFocus()
    second.click()
    settle()
    assert record.form is not None
    record.form.form.fill({"why": "Told since", "level": "intensive"})
    hands.press("Ctrl+Return")
    settle()
    assert record.form is None
    assert changes()[1].hasFocus()


# ---- the header


def test_the_header_says_who_and_how_to_reach_her(record: ClientPage) -> None:
    text = words_of(record.header)
    for part in (
        "Amara Clarke",
        "CR-0001",
        "Call ending 42, client's own.",
        "Any time.",
        "Say you are Beth from the library.",
        "No voicemail. No letters home.",
        "Safe to call at any time",
    ):
        assert part in text


def test_risk_review_and_marac_stand_in_the_header(record: ClientPage, session: Session, amara: int) -> None:
    assert record.grade_chip.text() == "Not assessed"
    assert not record.review_chip.isVisible()
    held = session.write(instruments.begin, amara, "GEN", at=now() - 20 * DAY)
    session.write(instruments.answer, held, "GRADE", "high")
    session.write(instruments.sign, held)
    session.write(marac.save, MaracReferral(None, "", amara))
    settle()
    shown = [chip.text() for chip in (record.grade_chip, record.review_chip, record.marac_chip)]
    assert shown == ["High risk", "Review 6 days overdue", "MARAC paper to finish"]
    assert record.short_chip.text() == "High risk"


def test_with_little_height_the_panel_is_running_text_and_still_there(
    window: Window, record: ClientPage
) -> None:
    window.resize(1280, 480)
    settle()
    assert record.safe.strip.isVisible()
    assert not record.safe.full.isVisible()
    assert "No voicemail. No letters home." in record.safe.strip.text()
    assert record.short_chip.isVisible()
    window.resize(1280, 800)
    settle()
    assert record.safe.full.isVisible()


def test_a_form_has_room_at_large_text_while_the_panel_stays(
    window: Window, record: ClientPage, session: Session, amara: int
) -> None:
    window.resize(1280, 600)
    settle()
    assert record.safe.full.isVisible()
    record.open_form(AboutForm(session, amara))
    settle()
    assert record.safe.strip.isVisible()
    assert record.form is not None
    assert record.form.height() > 300
    record.close_form()
    settle()
    assert record.safe.full.isVisible()


def test_nothing_lies_over_the_panel_where_a_form_has_hardly_any_height(
    window: Window, record: ClientPage, session: Session, amara: int
) -> None:
    """As at 200% text on a small laptop: 683 by 384 for everything."""
    window.resize(683, 384)
    settle()
    record.open_form(AboutForm(session, amara))
    settle()
    assert record.form is not None
    assert record.safe.strip.isVisible()
    below = record.header.mapTo(record, record.header.rect().bottomLeft()).y()
    assert record.form.mapTo(record, record.form.rect().topLeft()).y() >= below
    assert record.form.area.viewport().height() >= 60
    record.open_form(InstrumentForm(session, amara, session.write(instruments.begin, amara, "DASH24")))
    for height in (384, 300, 240):
        window.resize(683, height)
        for _ in range(5):
            settle()
        assert record.header.height() == record.header.heightForWidth(record.header.width())
        assert record.stack.y() >= record.header.height()
    window.resize(683, 384)
    record.close_form()
    settle()
    assert record.bar.isVisible()
    assert record.bar.hasFocus()
    below = record.bar.mapTo(record, record.bar.rect().bottomLeft()).y()
    assert record.stack.y() >= below


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_panel_begins_and_ends_where_the_cards_do(
    window: Window, session: Session, amara: int, scale: float
) -> None:
    theme.apply(QApplication.instance(), "light", scale, False)  # type: ignore[arg-type]
    window.go(Place("client", amara))
    settle()
    page = window.current()
    assert isinstance(page, ClientPage)
    card = page.tab_on_show().findChild(Card)
    assert page.tab_on_show().area.verticalScrollBar().isVisible()
    left, right = (
        [part.mapTo(page, part.rect().topLeft()).x(), part.mapTo(page, part.rect().topRight()).x()]
        for part in (page.safe, card)
    )
    assert left == right


def test_the_header_never_scrolls_away(record: ClientPage, session: Session, amara: int) -> None:
    for n in range(12):
        log(session, amara, f"Note {n}")
    record.show_part("contacts")
    settle()
    bar = record.tab("contacts").area.verticalScrollBar()
    bar.setValue(bar.maximum())
    settle()
    assert record.header.y() == 0
    assert record.safe.isVisible()


def test_a_client_nobody_asked_yet_says_so_and_offers_to_ask(
    window: Window, add_client: Callable[..., int], hands: Hands
) -> None:
    window.go(Place("client", add_client("Nia Hughes", safe=False)))
    settle()
    page = window.current()
    assert isinstance(page, ClientPage)
    assert "Safe contact not asked yet" in words_of(page.header)
    assert "No contact until asked" in page.safe.strip.text()
    assert page.safe.answers["never"].text() == "No contact until asked"
    hands.click("Record safe contact")
    assert page.form is not None
    assert isinstance(page.form.form, SafeContactForm)


def test_several_channels_each_say_their_hours(session: Session, amara: int, qtbot: QtBot) -> None:
    call = safe_contacts.for_client(amara)[0]
    session.write(safe_contacts.save, replace(call, hours="Mon-Fri 9:30am to 11am"), check=Check("SEEN"))
    session.write(
        safe_contacts.save,
        replace(call, id=None, channel="EML", value="a@example.com", voicemail="NA-NAP", hours=""),
    )
    panel = SafePanel()
    qtbot.addWidget(panel)
    lines = panel.lines(safe_contacts.for_client(amara))
    assert lines.when == "Call: Mon-Fri 9:30am to 11am. Email: Any time."
    assert lines.say == "Say you are Beth from the library. No code word: agree one."


def test_a_note_without_a_full_stop_does_not_run_into_what_must_never_be_done(
    session: Session, amara: int, qtbot: QtBot
) -> None:
    panel = SafePanel()
    qtbot.addWidget(panel)
    call = replace(safe_contacts.for_client(amara)[0], say_as="", note="Say it is about training ")
    panel.show_safe([call], session.now())
    assert panel.strip.text().endswith("Say it is about training. No code word: agree one. No voicemail.")


def test_what_nobody_asked_is_never_shown_as_allowed(session: Session, amara: int, qtbot: QtBot) -> None:
    panel = SafePanel()
    qtbot.addWidget(panel)
    panel.show_safe([], session.now())
    assert panel.answers["never"].text() == "No contact until asked"
    call = replace(safe_contacts.for_client(amara)[0], voicemail="NA-ASK")
    panel.show_safe([call], session.now())
    assert panel.answers["never"].text() == "No voicemail until asked."
    panel.show_safe([replace(call, voicemail="yes")], session.now())
    assert panel.answers["never"].text() == "Nothing said so far"


def test_opening_a_record_is_written_down_once_a_visit(
    window: Window, record: ClientPage, session: Session, amara: int
) -> None:
    def opened() -> int:
        return sum(1 for entry in history.for_client(amara) if entry.action == "open")

    assert opened() == 1
    session.changed.emit()
    assert opened() == 1
    window.go(Place("today"))
    window.go(Place("client", amara))
    assert opened() == 2


# ---- tabs


def test_ctrl_1_to_3_reach_the_tabs(record: ClientPage, hands: Hands) -> None:
    for keys, at in (("Ctrl+2", 1), ("Ctrl+3", 2), ("Ctrl+1", 0)):
        hands.press(keys)
        settle()
        assert record.bar.currentIndex() == at
        assert record.tab_on_show().isVisible()


def test_contacts_come_some_at_a_time_and_go_on_where_somebody_scrolls(
    record: ClientPage, session: Session, amara: int, hands: Hands, qtbot: QtBot
) -> None:
    def write() -> None:
        for n in range(2 * CHUNK + 7):
            at = int(now() - n * 3600 - 60)
            contacts.save(Contact(None, "", amara, None, at, minutes=5, note=f"Note {n}"))

    session.write(write)
    record.show_part("contacts")
    settle()
    tab = record.tab("contacts")
    qtbot.waitUntil(lambda: len(tab.findChildren(ContactCard)) == CHUNK)
    assert f"{2 * CHUNK + 7} in all" in words_of(tab)
    first = tab.findChildren(ContactCard)[0]
    settle()
    tab.area.verticalScrollBar().setValue(tab.area.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: len(tab.findChildren(ContactCard)) == 2 * CHUNK)
    settle()
    hands.click("Show earlier")
    qtbot.waitUntil(lambda: len(tab.findChildren(ContactCard)) == 2 * CHUNK + 7)
    assert tab.findChildren(ContactCard)[0] is first  # what was on show stays as it was
    assert not record.tab("contacts").earlier.isVisible()  # type: ignore[attr-defined]


def test_a_late_entry_says_so(record: ClientPage, session: Session, amara: int) -> None:
    log(session, amara, "Written up on the way home", days_ago=3.2)
    record.show_part("contacts")
    text = words_of(record)
    assert "Late entry: written" in text
    assert "3 days after" in text


def test_no_contacts_has_one_clear_next_step(record: ClientPage) -> None:
    record.show_part("contacts")
    assert "No contacts yet" in words_of(record)


# ---- amending


def test_amending_keeps_the_first_wording_with_the_reason(
    record: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    log(session, amara, "She is at her sister's.")
    record.show_part("contacts")
    settle()
    amend = next(card.amend for card in record.tab("contacts").findChildren(ContactCard))
    amend.click()
    settle()
    assert "As it reads now" in words_of(record)
    hands.fill("As it should read", "She is at her mother's.")
    hands.fill("Reason", "Mara corrected me")
    hands.press("Ctrl+Return")
    settle()
    (changed,) = contacts.for_client(amara)
    assert (changed.note, changed.amended) == ("She is at her mother's.", 1)
    text = words_of(record)
    assert "She is at her mother's." in text
    assert "Reason: Mara corrected me. Was: She is at her sister's." in text


def test_after_a_day_a_reason_is_needed(
    record: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    contact_id = log(session, amara, "Old note")
    storage.database.execute_sql(
        "UPDATE contact SET recorded = recorded - 100000 WHERE id = ?", (contact_id,)
    )
    record.show_part("contacts")
    settle()
    card = record.tab("contacts").findChildren(ContactCard)[0]
    assert card.amend.text() == "Amend"
    assert "Locked since" in words_of(card)
    card.amend.click()
    settle()
    hands.fill("As it should read", "New note")
    hands.click("Save amendment")
    assert record.form is not None
    assert record.form.form.errors.problems() == ["Enter why you are changing this"]
    assert contacts.get(contact_id).note == "Old note"


def test_an_untouched_time_keeps_its_seconds(session: Session, amara: int, qtbot: QtBot) -> None:
    contact_id = log(session, amara, "Note")
    before = contacts.get(contact_id).at
    form = AmendForm(session, amara, contact_id)
    qtbot.addWidget(form)
    form.fill({"note": "Other"})
    form.save()
    assert contacts.get(contact_id).at == before


def test_amending_reaches_who_was_present_and_shows_it(
    record: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    log(session, amara, "Note")
    record.show_part("contacts")
    settle()
    next(card.amend for card in record.tab("contacts").findChildren(ContactCard)).click()
    settle()
    assert hands.find_editor("Who was present") is None
    hands.click("More about this contact")
    hands.fill("Who was present", "Her sister")
    hands.fill("Travel, minutes", "35")
    assert record.form is not None
    record.form.form.fill({"interpreter": "UNA"})
    hands.click("Save amendment")
    settle()
    (changed,) = contacts.for_client(amara)
    assert (changed.present, changed.travel_minutes, changed.interpreter) == ("Her sister", 35, "UNA")
    text = words_of(record)
    assert "Present: Her sister. Interpreter: needed, none available. Travel: 35 minutes" in text


def test_withdrawing_asks_why_and_can_be_put_back(
    record: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    contact_id = log(session, amara, "Wrong client")
    record.show_part("contacts")
    settle()
    record.tab("contacts").findChildren(ContactCard)[0].withdraw.click()
    settle()
    hands.click("Withdraw entry")
    assert record.form is not None
    assert record.form.form.errors.problems() == ["Enter why you are withdrawing this"]
    hands.fill("Why it was a mistake", "Logged for the wrong person")
    hands.click("Withdraw entry")
    settle()
    assert contacts.get(contact_id).withdrawn
    assert "Withdrawn, not counted" in words_of(record)
    record.tab("contacts").findChildren(ContactCard)[0].restore.click()
    assert not contacts.get(contact_id).withdrawn


# ---- forms


def test_changing_a_channel_changes_the_panel_and_keeps_the_old_answer(
    record: ClientPage, amara: int, hands: Hands
) -> None:
    hands.click("Change safe contact")
    settle()
    assert record.safe.isVisible()  # in sight while it is changed
    hands.fill("Safe hours", "Mon-Fri 9:30am to 11am")
    hands.fill("Why it changed", "He is at home in the afternoon")
    hands.click("Save")
    assert hands.reads("Choose how you checked that this comes from the client")
    hands.click("Seen in person")
    hands.click("Save")
    settle()
    assert "Mon-Fri 9:30am to 11am." in words_of(record.header)
    entry = next(entry for entry in history.for_client(amara) if entry.field == "hours")
    assert entry.why == "Seen in person. He is at home in the afternoon"


def test_hours_that_cannot_be_read_say_what_to_type(record: ClientPage, amara: int, hands: Hands) -> None:
    hands.click("Change safe contact")
    settle()
    hands.fill("Safe hours", "mornings mostly")
    hands.click("Save")
    assert record.form is not None
    form = record.form.form
    assert form.errors.problems() == ["Enter hours like Mon-Fri 9:30am to 11am; Sat 2pm to 3pm"]
    assert form.fields["hours"].problem() == form.errors.problems()[0]
    assert safe_contacts.for_client(amara)[0].hours == ""


def test_hours_passed_over_are_not_any_time(record: ClientPage, amara: int, hands: Hands) -> None:
    hands.click("Change safe contact")
    settle()
    assert record.form is not None
    form = record.form.form
    assert form.text("hours") == "Any time"  # as it was said before
    hands.fill("Safe hours", "")
    hands.click("Save")
    assert form.errors.problems() == ["Enter the safe hours, or any time"]


def test_each_channel_has_its_own_answers(record: ClientPage, amara: int, hands: Hands) -> None:
    hands.click("Change safe contact")
    settle()
    hands.click("Which way to reach the client: Text")
    assert record.form is not None
    form = record.form.form
    assert form.text("value") == ""
    hands.click("Is it safe?: No")
    hands.click("Save")
    settle()
    held = {one.channel: one.allowed for one in safe_contacts.for_client(amara)}
    assert held == {"TEL": "yes", "SMS": "no", "LET": "no"}
    assert "No texts." in words_of(record.header)


def test_a_half_typed_form_is_offered_again_on_the_overview(
    window: Window, record: ClientPage, amara: int, hands: Hands
) -> None:
    hands.click("Add a referral")
    settle()
    hands.fill("Police reference", "42/1234")
    hands.press("Esc")
    settle()
    assert record.form is None
    assert drafts.get(f"referral:{amara}:new") is not None
    assert "A referral, half-typed" in words_of(record)
    hands.click("Carry on: A referral, half-typed")
    settle()
    assert record.form is not None
    assert isinstance(record.form.form, ReferralForm)
    assert record.form.form.text("police_ref") == "42/1234"
    hands.click("Do not save")
    settle()
    assert drafts.get(f"referral:{amara}:new") is None
    assert "half-typed" not in words_of(record)


def test_a_referral_is_added_and_read_back(
    record: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    hands.click("Add a referral")
    settle()
    assert record.form is not None
    form = record.form.form
    form.fill({"received": "yesterday 3pm", "source": "POL", "crime": "DA1", "outcome": "ACC"})
    hands.press("Ctrl+Return")
    settle()
    (saved,) = referrals.for_client(amara)
    assert (saved.source, saved.crime, saved.outcome, saved.area) == ("POL", "DA1", "ACC", "E07000066")
    assert "Police" in words_of(record)


def test_support_is_closed_with_a_day_and_a_reason(record: ClientPage, amara: int, hands: Hands) -> None:
    hands.click("Close support: IDVA")
    settle()
    hands.click("Close support")
    assert record.form is not None
    assert record.form.form.errors.problems() == ["Choose why support ended"]
    record.form.form.fill({"closure_reason": "CMP"})
    hands.click("Close support")
    settle()
    assert episodes.open_for(amara) == []
    assert "No support open" in words_of(record.header)
    assert "Planned: needs met" in words_of(record)


def test_a_screen_reader_hears_which_of_two_supports_and_steps_a_button_is_about(
    window: Window, session: Session, amara: int
) -> None:
    def again() -> None:
        ended = Episode(
            None,
            "",
            amara,
            "2025-03-02",
            closed="2025-05-20",
            closure_reason="DIS",
            service="IDV",
            crime="DA1",
        )
        episodes.save(ended)
        for ahead in (2, 3):
            due = today() + dt.timedelta(days=ahead)
            actions.save(Action(None, "", amara, "Ring housing", due.isoformat()))

    session.write(again)
    window.go(Place("client", amara))
    settle()
    page = window.current()
    assert isinstance(page, ClientPage)
    named = [name_of(one) for one in page.tab_on_show().findChildren(QAbstractButton) if one.isVisible()]
    assert sorted(named) == sorted(set(named))
    assert "Change: IDVA, since 2 March 2025" in named
    assert f"Done: Ring housing, {show_date(today() + dt.timedelta(days=3))}" in named


def test_support_is_started(window: Window, add_client: Callable[..., int], hands: Hands) -> None:
    nia = add_client("Nia Hughes", supported=False)
    window.go(Place("client", nia))
    settle()
    hands.click("Start support")
    settle()
    hands.press("Ctrl+Return")
    settle()
    (started,) = episodes.open_for(nia)
    assert started.started == today().isoformat()


def test_a_next_step_is_planned_done_and_undone(record: ClientPage, amara: int, hands: Hands) -> None:
    hands.click("Add a next step")
    settle()
    hands.fill("What you will do next", "Ring the school")
    assert record.form is not None
    record.form.form.fill({"due": (today() + dt.timedelta(days=2)).isoformat()})
    hands.click("Save")
    settle()
    assert "Ring the school" in words_of(record)
    hands.click("Done: Ring the school")
    settle()
    assert actions.for_client(amara) == []
    hands.click("Undo")
    assert [one.text for one in actions.for_client(amara)] == ["Ring the school"]


def test_equality_questions_keep_not_asked_and_prefers_not_to_say_apart(
    record: ClientPage, amara: int, hands: Hands
) -> None:
    assert "Not asked yet. Optional" in words_of(record)
    hands.click("Equality questions: answer")
    settle()
    assert record.form is not None
    record.form.form.fill({"religion": "NA-REF", "sex": "NA-ASK"})
    hands.click("Save")
    settle()
    client = clients.get(amara)
    assert (client.religion, client.sex) == ("NA-REF", "NA-ASK")
    assert "Prefers not to say" in words_of(record)


def test_a_date_of_birth_that_cannot_be_says_why(record: ClientPage, hands: Hands) -> None:
    hands.click("Change about this client")
    settle()
    assert record.form is not None
    form = record.form.form
    boxes = form.editors["born"]
    for box, text in zip((boxes.day, boxes.month, boxes.year), ("31", "feb", "1990"), strict=True):
        QTest.keyClicks(box, text)
    hands.click("Save")
    assert form.errors.problems() == ["Date must be a real date"]


def test_another_client_closes_the_form_and_keeps_its_draft(
    window: Window, record: ClientPage, amara: int, add_client: Callable[..., int], hands: Hands
) -> None:
    hands.click("Add a next step")
    settle()
    hands.fill("What you will do next", "Half a step")
    window.go(Place("client", add_client("Nia Hughes")))
    settle()
    assert record.form is None
    assert "Nia Hughes" in words_of(record.header)
    kept = drafts.get(f"action:{amara}:new")
    assert kept is not None
    assert kept.fields["text"] == "Half a step"


def test_locking_keeps_a_half_typed_form(
    window: Window,
    record: ClientPage,
    session: Session,
    amara: int,
    hands: Hands,
    reopen: Callable[[], object],
) -> None:
    hands.click("Add a next step")
    settle()
    hands.fill("What you will do next", "Cut off")
    session.lock()
    opened = reopen()
    assert drafts.get(f"action:{amara}:new") is not None
    opened.close()  # type: ignore[attr-defined]


# ---- history


def see_changes(record: ClientPage, hands: Hands) -> None:
    record.show_part("history")
    hands.click("What was changed")
    settle()


def test_history_tells_who_changed_what_and_why(
    record: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    from dataclasses import replace

    session.write(clients.save, replace(clients.get(amara), known_as="Mara"), "She told me")
    see_changes(record, hands)
    text = words_of(record)
    assert "Newest first. Nothing is deleted." in text
    assert "Likes to be called changed" in text or "changed from" in text
    assert "Mara" in text
    assert "Reason: She told me" in text
    assert "Amina Okafor" in text


def test_who_looked_is_shown_when_asked(record: ClientPage, hands: Hands) -> None:
    see_changes(record, hands)
    assert "Record opened" not in words_of(record)
    hands.click("Show who looked")
    settle()
    assert "Record opened" in words_of(record)


def test_a_note_is_not_spelt_out_in_history(
    record: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    """A graphic note may be hard to read unprepared; it stands with its contact only."""
    from dataclasses import replace

    contact_id = log(session, amara, "He used a belt")
    session.write(contacts.amend, replace(contacts.get(contact_id), note="He used his hands"), "Corrected")
    see_changes(record, hands)
    text = words_of(record)
    assert "Note changed" in text
    assert "belt" not in text
    hands.click("What happened")
    settle()
    assert "hands" not in words_of(record)


def test_history_begins_with_what_happened_by_the_day_it_happened(
    record: ClientPage, session: Session, amara: int
) -> None:
    log(session, amara, "Met at the library", days_ago=3)
    record.show_part("history")
    text = words_of(record)
    assert "2 entries, newest first, by the day each happened" in text
    assert text.index("With the client") < text.index("Support started")


def test_history_shows_each_contact_with_the_icon_of_its_way(
    record: ClientPage, session: Session, amara: int
) -> None:
    for method, days in (("EML", 3), ("SMS", 2), ("F2F-OFF", 1)):
        log(session, amara, "A note", days_ago=days, method=method)
    record.show_part("history")
    settle()
    drawn = [one.findChildren(Glyph)[0].pixmap().toImage() for one in record.findChildren(Happened)]
    wanted = ["footprints", "message-square", "mail"]
    assert drawn[:3] == [theme.pixmap(name, "primary", 18).toImage() for name in wanted]


def test_control_p_shows_the_chronology_as_it_would_be_printed(
    window: Window, record: ClientPage, hands: Hands
) -> None:
    hands.press("Ctrl+P")
    assert window.place().name == "report"
    settle()
    assert "Support started" in window.current().paper.toPlainText()  # type: ignore[union-attr]
    hands.click("Back to the record")
    assert window.current() is record


def test_reading_a_record_with_many_contacts_is_quick(
    record: ClientPage, session: Session, amara: int, qtbot: QtBot
) -> None:
    import time

    def write() -> None:
        fields = (
            "uid, client_id, at, kind, method, outcome, direction, minutes, travel_minutes, waiting_minutes,"
        )
        fields += " present, interpreter, safe_checked, override_reason, category, note, recorded, amended, withdrawn"
        for n in range(3000):
            storage.database.execute_sql(
                f"INSERT INTO contact ({fields}) VALUES (?, ?, ?, 'CLI', 'TEL', 'COM', 'out', 5, 0, 0, '', 'NA-NAP', 1,"
                " '', 'PRACTICAL', 'A note', ?, 0, 0)",
                (f"k{n}", amara, now() - n * 600 - 60, now()),
            )

    session.write(write)
    tab = record.tab("contacts")
    tab.show_client(amara)
    start = time.perf_counter()
    contacts.for_client(amara, CHUNK + 1, withdrawn=True)
    contacts.count_for(amara)
    assert time.perf_counter() - start < 0.05
    start = time.process_time()
    record.show_part("contacts")
    # The cards follow between key presses: nothing waits for all of them.
    assert time.process_time() - start < 0.1
    assert len(tab.findChildren(ContactCard)) < CHUNK
    qtbot.waitUntil(lambda: len(tab.findChildren(ContactCard)) == CHUNK)


def test_tab_reaches_the_forms_fields_in_reading_order(record: ClientPage, hands: Hands) -> None:
    hands.click("Add a next step")
    settle()
    assert record.form is not None
    form = record.form.form
    assert form.editors["text"].hasFocus()
    hands.press("Tab")
    assert form.editors["due"].day.hasFocus()
    hands.press("Tab")
    hands.press("Tab")
    assert form.editors["due"].year.hasFocus()
    hands.press("Tab")
    assert form.more.button.hasFocus()
    hands.press("Tab")
    assert record.form.save_button.hasFocus()
    QTest.keyClick(record.form.save_button, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert form.more.button.hasFocus()


def test_the_example_of_a_next_steps_day_lies_ahead(session: Session, amara: int, qtbot: QtBot) -> None:
    form = ActionForm(session, amara)
    qtbot.addWidget(form)
    hint = form.editors["due"].accessibleDescription()
    day, month, year = (int(part) for part in hint.removeprefix("For example, ").split())
    assert dt.date(year, month, day) > session.now().date()
