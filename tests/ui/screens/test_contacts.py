"""Logging a contact: by keyboard alone, safely, and without ever losing what was typed."""

from __future__ import annotations

import datetime as dt
import gc
import weakref
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from caseworker import storage
from caseworker.domain import when
from caseworker.domain.contacts import is_attempt, is_two_way
from caseworker.domain.safe_claims import Check
from caseworker.domain.safe_contacts import SafeContact
from caseworker.errors import Problem
from caseworker.storage import actions, contacts, drafts, history, safe_contacts
from caseworker.storage.records import fetch
from tests.journey.hands import Hands
from tests.ui.screens.parts import settle, today, words_of
from ui.order import stops
from ui.screens.contacts import ContactForm, ContactPanel, draft_key
from ui.session import Place, Session, Toast
from ui.widgets import NoteEdit
from ui.window import Window

NOTE = "She is safe at her sister's; ring on Thursday"
SEEN = Check("SEEN")
WHY = "Why was it safe to make contact then?"


def give_reason(form: ContactForm, hands: Hands, reason: str) -> None:
    form.why.choice.pills()[-1].click()
    hands.fill("The reason", reason)


def form_of(window: Window) -> ContactForm:
    assert isinstance(window.panel, ContactPanel)
    assert window.panel.form is not None
    return window.panel.form


def outcomes(form: ContactForm) -> list[str]:
    return [pill.text() for pill in form.what.pills()]


def make_ahead(window: Window) -> None:
    while window.make_panel_ahead():
        pass


@pytest.fixture
def form(window: Window, amara: int) -> ContactForm:
    make_ahead(window)
    window.go(Place("contact", amara))
    settle()
    return form_of(window)


def test_a_contact_with_a_45_letter_note_takes_at_most_60_keys_from_today(
    window: Window, amara: int, hands: Hands, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(NOTE) == 45
    hands.press("Ctrl+J")
    hands.type("ama")
    hands.press("Return")
    hands.press("Tab")
    hands.type("s")
    hands.press("Tab")
    hands.type(NOTE)
    hands.press("Tab")
    hands.type("t")
    hands.press("Ctrl+Return")
    with capsys.disabled():
        print(
            f"\n  contact from Today, 45-letter note: {hands.keys} key presses, {hands.clicks} clicks, 4 decisions"
        )
    assert hands.clicks == 0
    assert hands.keys <= 60
    (saved,) = contacts.for_client(amara)
    assert (saved.note, saved.method, saved.outcome, saved.kind) == (NOTE, "TEL", "COM", "CLI")
    assert is_two_way(saved)
    (step,) = actions.for_client(amara)
    assert step.due == (today() + dt.timedelta(days=1)).isoformat()
    assert window.panel is None


def test_an_attempt_is_logged_in_a_few_keys(
    window: Window, amara: int, hands: Hands, capsys: pytest.CaptureFixture[str]
) -> None:
    hands.press("Ctrl+J")
    hands.type("ama")
    hands.press("Return")
    hands.press("Tab")
    hands.type("n")
    hands.press("Ctrl+Return")
    with capsys.disabled():
        print(f"\n  attempt from Today: {hands.keys} key presses, 2 decisions (who, what)")
    assert hands.keys <= 10
    (saved,) = contacts.for_client(amara)
    assert (saved.kind, saved.outcome) == ("ATT", "NOA")
    assert is_attempt(saved)
    assert not is_two_way(saved)


def test_what_is_missing_is_said_in_the_summary_and_beside_the_field(form: ContactForm, hands: Hands) -> None:
    form.how.set_value(None)
    assert not form.save()
    assert form.errors.problems() == ["Select how you made contact", "Select what happened"]
    assert form.how.problem() == "Select how you made contact"
    assert form.what.problem() == "Select what happened"
    assert form.errors.hasFocus()
    hands.click("Select what happened")
    assert form.what.first().hasFocus()


def test_the_time_is_read_back_as_it_was_understood(form: ContactForm) -> None:
    form.when.selectAll()
    QTest.keyClicks(form.when, "yesterday 3pm")
    yesterday = today() - dt.timedelta(days=1)
    said = f"{when.DAYS[yesterday.weekday()]} {when.show_date(yesterday)}, 3pm"
    assert said in words_of(form)


def test_a_time_that_cannot_be_read_says_what_to_type(form: ContactForm, amara: int) -> None:
    form.what.set_value("COM")
    form.when.selectAll()
    QTest.keyClicks(form.when, "the other day")
    assert not form.save()
    assert form.errors.problems() == ["Enter a date and time, like 27 3 2026 3pm"]
    assert contacts.for_client(amara) == []


def test_voicemail_left_is_not_offered_where_it_is_not_safe(form: ContactForm) -> None:
    assert "Voicemail left" not in outcomes(form)
    assert "Voicemail not left" in outcomes(form)
    assert form.rest.findData("VML") < 0


def test_voicemail_left_is_offered_where_it_is_safe(window: Window, add_client: Callable[..., int]) -> None:
    window.go(Place("contact", add_client("Nia Hughes", voicemail="yes")))
    assert "Voicemail left" in outcomes(form_of(window))
    assert "Voicemail not left" not in outcomes(form_of(window))


def test_what_can_happen_depends_on_the_way_of_contact(form: ContactForm) -> None:
    form.how.pills()[2].click()  # in person
    assert outcomes(form)[:3] == ["Met", "Did not attend", "Client cancelled"]
    assert form.place_field.isVisible()
    form.how.pills()[1].click()  # text
    assert "Sent" in outcomes(form)
    assert "No answer" not in outcomes(form)
    assert not form.place_field.isVisible()


def test_minutes_follow_the_way_of_contact_until_somebody_types_them(form: ContactForm) -> None:
    assert form.minutes.text() == "10"
    form.how.pills()[2].click()
    assert form.minutes.text() == "60"
    form.minutes.selectAll()
    QTest.keyClicks(form.minutes, "25")
    form.how.pills()[0].click()
    assert form.minutes.text() == "25"


def closed_hours() -> str:
    """Hours of a day that is not today: outside them at any time the test runs."""
    other = dt.datetime.now(when.LONDON) + dt.timedelta(days=3)
    return f"{when.DAYS[other.weekday()][:3]} 09:00-10:00"


def test_ringing_outside_the_safe_hours_asks_why(
    window: Window, add_client: Callable[..., int], hands: Hands
) -> None:
    jodie = add_client("Jodie Marsh", hours=closed_hours())
    window.go(Place("contact", jodie))
    settle()
    form = form_of(window)
    assert WHY in words_of(form)
    form.what.pills()[0].click()
    assert not form.save()
    assert form.errors.problems() == ["Enter why it was safe"]
    give_reason(form, hands, "She rang first and asked for a call back")
    assert form.save()
    (saved,) = contacts.for_client(jodie)
    assert saved.override_reason == "She rang first and asked for a call back"


def test_a_contact_the_client_made_asks_for_no_reason(window: Window, add_client: Callable[..., int]) -> None:
    window.go(Place("contact", add_client("Jodie Marsh", hours=closed_hours())))
    settle()
    form = form_of(window)
    form.came_in.click()
    assert WHY not in words_of(form)


def test_inside_the_safe_hours_nothing_is_asked(form: ContactForm) -> None:
    assert "Why was it safe" not in words_of(form)


def test_the_wrong_person_answering_asks_about_the_number_and_stops_its_use(
    form: ContactForm, amara: int, hands: Hands
) -> None:
    assert "Is this number still safe?" not in words_of(form)
    form.what.pills()[-2].click()
    assert form.what.value() == "WPA"
    assert "Is this number still safe?" in words_of(form)
    assert not form.save()
    assert form.errors.problems() == ["Select whether this number is still safe"]
    hands.click("No, stop using it")
    assert form.save()
    call = safe_contacts.for_client(amara)[0]
    assert call.allowed == "no"
    changed = [entry for entry in history.for_client(amara) if entry.field == "allowed"]
    assert (changed[0].old, changed[0].new, changed[0].why) == ("yes", "no", "Wrong person answered")


def test_what_is_typed_is_a_draft_700_ms_later_and_comes_back(
    window: Window, session: Session, amara: int, qtbot: QtBot
) -> None:
    window.go(Place("contact", amara))
    settle()
    form = form_of(window)
    form.note.setFocus()
    QTest.keyClicks(form.note, "Half a sent")
    assert drafts.get(draft_key(amara)) is None
    with qtbot.waitSignal(form.drafts.kept, timeout=3000):
        pass
    kept = drafts.get(draft_key(amara))
    assert kept is not None
    assert kept.fields["note"] == "Half a sent"
    # "Now" is kept as the time it was, so that it is still right tomorrow
    assert kept.fields["at"] != "Now"
    again = ContactForm(session)
    again.begin(amara)
    again.whole()
    qtbot.addWidget(again)
    assert again.note.toPlainText() == "Half a sent"
    assert "We kept your note from" in again.from_draft.text()


def test_every_field_is_in_the_draft(window: Window, session: Session, amara: int, qtbot: QtBot) -> None:
    window.go(Place("contact", amara))
    form = form_of(window)
    form.how.pills()[2].click()
    form.place.setCurrentIndex(form.place.findData("F2F-CRT"))
    form.what.set_value("DNA")
    form.next.pills()[3].click()
    for box, typed in zip((form.next_day.day, form.next_day.month), ("27", "mar"), strict=True):
        QTest.keyClicks(box, typed)
    QTest.keyClicks(form.next_text, "Ask the usher")
    form.came_in.click()
    form.category.set_value("SAFETY")
    form.drafts.keep()
    again = ContactForm(session)
    again.begin(amara)
    again.whole()
    qtbot.addWidget(again)
    assert again.method() == "F2F-CRT"
    assert again.what.value() == "DNA"
    assert again.next_day.parts() == ("27", "mar", "")
    assert again.next_text.text() == "Ask the usher"
    assert again.came_in.isChecked()
    assert again.category.value() == "SAFETY"


MORE = "More about this contact"


def test_more_about_a_contact_is_folded_away_and_opens_from_the_keyboard(
    form: ContactForm, amara: int, hands: Hands
) -> None:
    assert hands.find_editor("Who was present") is None
    form.what.set_value("COM")
    form.more.button.setFocus()
    hands.press("Space")
    assert form.more.button.accessibleName() == "Hide more about this contact"
    hands.press("Tab")
    hands.type("25")
    hands.press("Tab")
    hands.type("15")
    hands.press("Tab")
    hands.type("Her sister")
    hands.press("Tab")
    hands.type("needed")
    hands.press("Ctrl+Return")
    (saved,) = contacts.for_client(amara)
    assert (saved.travel_minutes, saved.waiting_minutes) == (25, 15)
    assert (saved.present, saved.interpreter) == ("Her sister", "BKD")


def test_what_nobody_said_more_about_stays_unsaid(form: ContactForm, amara: int) -> None:
    form.what.set_value("COM")
    assert form.save()
    (saved,) = contacts.for_client(amara)
    assert (saved.travel_minutes, saved.waiting_minutes, saved.present) == (0, 0, "")
    assert saved.interpreter == "NA-NAP"


def test_a_draft_with_more_in_it_opens_unfolded(
    form: ContactForm, session: Session, amara: int, hands: Hands, qtbot: QtBot
) -> None:
    hands.click(MORE)
    hands.fill("Who was present", "Her sister")
    hands.fill("Waiting, minutes", "20")
    form.drafts.keep()
    again = ContactForm(session)
    again.begin(amara)
    again.whole()
    qtbot.addWidget(again)
    assert again.more.is_open()
    assert (again.text("present"), again.text("waiting_minutes")) == ("Her sister", "20")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("ten", "Minutes must be a number, like 10"), ("9999", "Minutes must be between 0 and 1440")],
)
def test_what_is_wrong_under_the_fold_unfolds_it(
    form: ContactForm, amara: int, typed: str, sentence: str
) -> None:
    form.what.set_value("COM")
    form.fill({"travel_minutes": typed})
    assert not form.more.is_open()
    assert not form.save()
    assert form.errors.problems() == [sentence]
    assert form.fields["travel_minutes"].problem() == sentence
    assert form.editors["travel_minutes"].isVisible()
    assert contacts.for_client(amara) == []


def test_instructions_changed_while_the_form_was_open_are_asked_about(
    form: ContactForm, amara: int, hands: Hands
) -> None:
    (call, _) = safe_contacts.for_client(amara)
    storage.write(safe_contacts.save, replace(call, hours=closed_hours()), check=SEEN)
    form.what.set_value("COM")
    assert not form.save()
    assert form.errors.problems() == ["Enter why it was safe"]
    assert hands.reads(WHY)
    give_reason(form, hands, "She rang first")
    assert form.save()


def test_closing_the_panel_keeps_the_draft_at_once(window: Window, amara: int, hands: Hands) -> None:
    window.go(Place("contact", amara))
    settle()
    QTest.keyClicks(form_of(window).note, "Broken off")
    hands.press("Esc")
    settle()
    assert window.panel is None
    kept = drafts.get(draft_key(amara))
    assert kept is not None
    assert kept.fields["note"] == "Broken off"


def test_locking_keeps_the_draft(
    window: Window, session: Session, amara: int, reopen: Callable[[], object]
) -> None:
    window.go(Place("contact", amara))
    settle()
    QTest.keyClicks(form_of(window).note, "Cut off by the lid")
    session.lock()
    opened = reopen()
    kept = drafts.get(draft_key(amara))
    assert kept is not None
    assert kept.fields["note"] == "Cut off by the lid"
    opened.close()  # type: ignore[attr-defined]


def test_saving_forgets_the_draft(form: ContactForm, amara: int) -> None:
    QTest.keyClicks(form.note, "All of it")
    form.drafts.keep()
    form.what.set_value("COM")
    assert form.save()
    assert drafts.get(draft_key(amara)) is None
    assert not form.drafts.waiting


def test_starting_again_throws_the_draft_away(window: Window, amara: int, hands: Hands) -> None:
    storage.write(drafts.keep, draft_key(amara), {"note": "Old words"})
    window.go(Place("contact", amara))
    settle()
    assert form_of(window).note.toPlainText() == "Old words"
    hands.click("Start again")
    settle()
    assert form_of(window).note.toPlainText() == ""
    assert drafts.get(draft_key(amara)) is None


def test_undo_takes_the_contact_back_and_keeps_its_history(
    form: ContactForm, window: Window, session: Session, amara: int, qtbot: QtBot, hands: Hands
) -> None:
    form.what.set_value("COM")
    form.next.set_value("7")
    with qtbot.waitSignal(session.toast) as said:
        form.save()
    toast = said.args[0]
    assert isinstance(toast, Toast)
    assert (toast.text[:14], toast.action_text) == ("Contact saved.", "Undo")
    hands.click("Undo")
    assert contacts.for_client(amara) == []
    assert [one.withdrawn > 0 for one in contacts.for_client(amara, withdrawn=True)] == [True]
    assert actions.for_client(amara) == []
    assert [entry.action for entry in history.for_client(amara)][-1:] != ["withdraw"]
    assert "withdraw" in [entry.action for entry in history.for_client(amara)]


def test_the_last_way_of_contact_and_place_are_offered_next_time(
    form: ContactForm, session: Session, amara: int, qtbot: QtBot
) -> None:
    form.how.pills()[2].click()
    form.place.setCurrentIndex(form.place.findData("F2F-HOS"))
    form.place.activated.emit(form.place.currentIndex())
    form.what.set_value("COM")
    assert form.save()
    again = ContactForm(session)
    again.begin(amara)
    again.whole()
    qtbot.addWidget(again)
    assert again.how.value() == "F2F"
    assert again.place.itemData(1) == "F2F-HOS"  # one key away


def test_where_somebody_was_met_is_never_a_guess(form: ContactForm, amara: int) -> None:
    form.how.pills()[2].click()
    assert form.place.currentText() == "Choose"
    assert outcomes(form)[:3] == ["Met", "Did not attend", "Client cancelled"]
    form.what.set_value("COM")
    assert not form.save()
    assert form.errors.problems() == ["Choose where you met"]
    form.place.setCurrentIndex(form.place.findData("F2F-CRT"))
    assert form.save()
    assert contacts.for_client(amara)[0].method == "F2F-CRT"


def test_minutes_nobody_typed_are_said_when_they_are_saved(
    form: ContactForm, session: Session, qtbot: QtBot
) -> None:
    told: list[Toast] = []
    session.toast.connect(told.append)
    form.what.set_value("COM")
    assert form.save()
    assert told[-1].text == "Contact saved. Counted as the usual 10 minutes."


def test_a_professional_about_the_client_asks_nothing_about_safe_hours(
    window: Window, add_client: Callable[..., int]
) -> None:
    jodie = add_client("Jodie Marsh", hours=closed_hours())
    window.go(Place("contact", jodie))
    settle()
    form = form_of(window)
    form.kind.setCurrentIndex(form.kind.findData("PRO"))
    form.kind.activated.emit(form.kind.currentIndex())
    assert "Why was it safe" not in words_of(form)
    form.what.set_value("COM")
    assert form.save()
    assert contacts.for_client(jodie)[0].kind == "PRO"


def test_an_anonymous_report_belongs_to_nobody(window: Window, hands: Hands, amara: int) -> None:
    hands.press("Ctrl+J")
    settle()
    hands.click("Anonymous: somebody without a record")
    settle()
    form = form_of(window)
    form.what.set_value("COM")
    assert form.save()
    assert contacts.for_client(amara) == []
    assert storage.database.execute_sql("SELECT kind, client_id FROM contact").fetchall() == [("ANO", None)]


def test_a_half_typed_anonymous_note_is_offered_and_not_forced(
    window: Window, hands: Hands, amara: int
) -> None:
    storage.write(drafts.keep, "contact:", {"note": "A neighbour rang"})
    hands.press("Ctrl+J")
    settle()
    assert isinstance(window.panel, ContactPanel)
    assert window.panel.form is None  # somebody else may be meant
    hands.click("Carry on with the anonymous note")
    settle()
    assert form_of(window).note.toPlainText() == "A neighbour rang"


def test_finding_who_offers_the_last_clients_and_arrows_choose(
    window: Window, add_client: Callable[..., int], hands: Hands
) -> None:
    first, second = add_client("Clara Obi"), add_client("Clara Penn")
    hands.press("Ctrl+J")
    settle()
    assert isinstance(window.panel, ContactPanel)
    assert window.panel.who.found.count() == 2
    hands.type("clara")
    hands.press("Down")
    hands.press("Return")
    assert form_of(window).client_id == second
    assert first != second


def test_nobody_found_says_what_to_do(window: Window, hands: Hands, amara: int) -> None:
    hands.press("Ctrl+J")
    settle()
    hands.type("zzz")
    assert hands.reads("No client matches")


def test_a_full_next_day_is_read_and_a_past_one_refused(form: ContactForm, amara: int) -> None:
    form.what.set_value("COM")
    form.next.pills()[3].click()
    past = today() - dt.timedelta(days=2)
    form.next_day.set_date(past)
    assert not form.save()
    assert form.errors.problems() == ["Day of the next step must be today or later"]
    form.next_day.set_date(today() + dt.timedelta(days=10))
    assert form.save()
    assert actions.for_client(amara)[0].due == (today() + dt.timedelta(days=10)).isoformat()


def test_the_safe_contact_stands_above_what_scrolls(window: Window, amara: int) -> None:
    window.go(Place("contact", amara))
    settle()
    panel = window.panel
    assert isinstance(panel, ContactPanel)
    assert panel.safe.isVisible()
    window.resize(900, 700)
    settle()
    assert panel.safe.isVisible()
    assert not panel.area.isAncestorOf(panel.safe)
    assert "No voicemail. No letters home." in words_of(panel.safe)


def test_the_panel_is_freed_when_it_closes(window: Window, amara: int) -> None:
    import shiboken6

    window.go(Place("contact", amara))
    settle()
    panel = window.panel
    assert isinstance(panel, ContactPanel)
    note = form_of(window).note
    panel.close_panel()
    settle()
    assert not shiboken6.isValid(panel)
    assert not shiboken6.isValid(note)


def test_a_note_is_plain_text(form: ContactForm, window: Window, amara: int) -> None:
    form.note.setPlainText("<b>not markup</b>")
    form.what.set_value("COM")
    assert form.save()
    window.go(Place("client", amara))
    window.current().show_tab(1)  # type: ignore[union-attr]
    settle()
    assert "<b>not markup</b>" in words_of(window)


def test_a_record_changed_meanwhile_is_not_overwritten(form: ContactForm, amara: int) -> None:
    """The form saves its contact alone: a safe contact changed beside it stays as it is."""
    call = safe_contacts.for_client(amara)[0]
    storage.write(safe_contacts.save, replace(call, voicemail="yes"), check=SEEN)
    form.what.set_value("COM")
    assert form.save()
    assert safe_contacts.for_client(amara)[0].voicemail == "yes"


def test_typing_never_waits_for_the_vault(form: ContactForm) -> None:
    """A draft is sealed within the time of one frame and a half, so that no letter is late."""
    import time

    QTest.keyClicks(form.note, "x" * 200)
    spent = []
    for _ in range(10):
        form.drafts.touch()
        start = time.perf_counter()
        form.drafts.keep()
        spent.append(time.perf_counter() - start)
    assert sorted(spent)[5] < 0.05


def test_enter_in_a_choice_is_not_swallowed(form: ContactForm) -> None:
    form.how.setFocus()
    QTest.keyClick(form.how.first(), Qt.Key.Key_Right)
    assert form.how.value() == "SMS"


def test_doing_it_again_puts_an_undone_contact_back(
    form: ContactForm, window: Window, amara: int, hands: Hands
) -> None:
    form.what.set_value("COM")
    form.next.set_value("7")
    assert form.save()
    settle()
    window.setFocus()
    hands.press("Ctrl+Z")
    assert contacts.for_client(amara) == []
    hands.press("Ctrl+Shift+Z")
    assert len(contacts.for_client(amara)) == 1
    assert len(actions.for_client(amara)) == 1
    assert window.toast.text() == "Contact put back."
    hands.press("Ctrl+Shift+Z")  # once
    assert len(contacts.for_client(amara)) == 1
    hands.press("Ctrl+Z")
    assert contacts.for_client(amara) == []


def test_a_sentence_typed_over_the_way_of_contact_does_not_lose_what_happened(form: ContactForm) -> None:
    form.what.pills()[1].click()
    assert form.what.value() == "NOA"
    form.how.first().setFocus()
    QTest.keyClicks(form.how.first(), "In the car she told me about it")
    assert form.how.value() == "TEL"
    assert form.what.value() == "NOA"


def test_an_outcome_comes_back_with_the_way_it_belongs_to(form: ContactForm) -> None:
    form.what.pills()[1].click()
    form.how.pills()[2].click()
    assert form.what.value() is None
    form.how.pills()[0].click()
    assert form.what.value() == "NOA"


def test_the_questions_some_contacts_bring_stand_before_the_note_for_the_keyboard(
    form: ContactForm, hands: Hands
) -> None:
    settle()
    form.what.pills()[-2].click()
    assert form.what.value() == "WPA"
    form.what.first().setFocus()
    hands.press("Tab")
    assert form.asks[0].editors["still_safe"].first().hasFocus()
    hands.press("Tab")
    assert form.note.hasFocus()


def test_a_panel_made_ahead_is_nobodys_until_it_is_opened(
    window: Window, amara: int, add_client: Callable[..., int]
) -> None:
    make_ahead(window)
    (panel,) = window.findChildren(ContactPanel)
    assert panel.client_id is None
    assert "Amara" not in words_of(panel)
    window.go(Place("contact", amara))
    assert window.panel is panel
    first = form_of(window)
    assert first.client_id == amara
    first.note.setPlainText("Hers alone")
    window.go(Place("contact", add_client("Bea Young")))
    assert form_of(window) is not first
    assert form_of(window).note.toPlainText() == ""


def test_a_panel_made_ahead_is_open_without_making_a_field_more(window: Window, amara: int) -> None:
    make_ahead(window)
    (panel,) = window.findChildren(ContactPanel)
    notes = panel.findChildren(NoteEdit)
    window.go(Place("contact", amara))
    assert [form_of(window).note] == notes


def test_what_was_made_ahead_yesterday_is_made_anew_today(
    window: Window, amara: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_ahead(window)
    (panel,) = window.findChildren(ContactPanel)
    made = panel.findChildren(ContactForm)
    tomorrow = window.session.now() + dt.timedelta(days=1)
    monkeypatch.setattr(window.session, "_clock", lambda: tomorrow)
    window.go(Place("contact", amara))
    assert form_of(window) not in made
    assert form_of(window).made_on == tomorrow.astimezone(when.LONDON).date()


def test_a_panel_made_ahead_comes_last_for_the_keyboard_and_goes_as_it_is_read(
    window: Window, amara: int, hands: Hands
) -> None:
    make_ahead(window)
    window.go(Place("client", amara))  # made after the panel
    settle()
    window.go(Place("contact", amara))
    settle()
    panel = window.panel
    assert isinstance(panel, ContactPanel)
    form_of(window).how.pills()[2].click()  # in person: now it is asked where
    settle()
    wanted = list(stops(panel))
    assert form_of(window).place in wanted
    panel.close_button.setFocus()
    reached = [panel.close_button]
    for _ in wanted[1:]:
        hands.press("Tab")
        focus = window.window().focusWidget()
        assert focus is not None
        reached.append(focus)
    assert reached == wanted


def test_with_a_panel_made_ahead_tab_reaches_why_it_was_safe_and_the_record_beside_it(
    window: Window, add_client: Callable[..., int], hands: Hands
) -> None:
    sonia = add_client("Sonia Hale", safe=False)
    make_ahead(window)
    window.go(Place("client", sonia))
    settle()
    window.go(Place("contact", sonia))
    settle()
    passed = [Hands.name(hands.focus())]
    for _ in range(60):
        hands.press("Tab")
        passed.append(Hands.name(hands.focus()))
        if passed[-1] == passed[0]:
            break
    assert passed[1].startswith("Why was it safe to make contact then?")
    assert {"Record safe contact", "Close", "When", "Save contact"} <= set(passed)


def test_what_may_not_be_sent_is_said_as_soon_as_it_is_chosen(
    window: Window, amara: int, hands: Hands
) -> None:
    storage.write(safe_contacts.save, SafeContact(None, amara, "SMS", "no"))
    window.go(Place("contact", amara))
    settle()
    form = form_of(window)
    form.how.pills()[1].click()
    assert hands.reads("Texts are not safe for this client. Choose another way")
    form.what.set_value("SNT")
    assert not form.save()
    assert contacts.for_client(amara) == []


def test_a_passed_review_is_confirmed_with_one_key_while_logging(
    window: Window, amara: int, hands: Hands, capsys: pytest.CaptureFixture[str]
) -> None:
    passed = (today() - dt.timedelta(days=1)).isoformat()
    storage.database.execute_sql("UPDATE safe_contact SET review_by = ? WHERE channel = 'TEL'", (passed,))
    hands.press("Ctrl+J")
    hands.type("ama")
    hands.press("Return")
    hands.press("Tab")
    hands.type("s")  # still right
    hands.press("Tab")
    hands.type("n")  # no answer
    hands.press("Ctrl+Return")
    with capsys.disabled():
        print(
            f"\n  attempt after a passed review: {hands.keys} key presses, 3 decisions (who, still right, what)"
        )
    assert hands.keys <= 12
    (saved,) = contacts.for_client(amara)
    assert saved.outcome == "NOA"
    assert safe_contacts.for_client(amara)[0].review_by == (today() + dt.timedelta(days=90)).isoformat()


def test_a_first_contact_on_a_number_from_a_referral_takes_few_keys(
    window: Window, add_client: Callable[..., int], hands: Hands, capsys: pytest.CaptureFixture[str]
) -> None:
    nia = add_client("Nia Hughes", safe=False)
    hands.press("Ctrl+J")
    hands.type("nia")
    hands.press("Return")
    hands.press("Tab")
    hands.type("r")  # the referral gave it
    hands.press("Tab")
    hands.type("n")
    hands.press("Ctrl+Return")
    with capsys.disabled():
        print(f"\n  first attempt, nothing asked yet: {hands.keys} key presses, 3 decisions (who, why, what)")
    assert hands.keys <= 12
    (saved,) = contacts.for_client(nia)
    assert saved.override_reason == "Not asked yet: the referral gave this way to reach the client"


@pytest.mark.parametrize("stands", [False, True])
def test_a_panel_closed_straight_after_it_was_opened_leaves_nothing_behind(
    window: Window, amara: int, stands: bool
) -> None:
    window.go(Place("contact", amara))
    panel = window.panel
    assert isinstance(panel, ContactPanel)
    if stands:
        panel.stand()
    form = weakref.ref(panel.findChild(ContactForm))
    panel.close_panel()
    del panel
    settle()
    gc.collect()
    assert form() is None


def erased(window: Window, client_id: int) -> None:
    """As the screen that erases does it."""
    window.session.erasing.emit(client_id)
    storage.write(lambda: fetch("DELETE FROM client WHERE id = ?", (client_id,)))
    window.session.changed.emit()


def test_whoever_is_erased_is_no_longer_on_offer_for_a_contact(
    window: Window, add_client: Callable[..., int], hands: Hands
) -> None:
    amara, beth = (add_client(name, safe=False, supported=False) for name in ("Amara Clarke", "Beth Clarke"))
    hands.press("Ctrl+J")
    hands.type("clarke")
    assert isinstance(window.panel, ContactPanel)
    assert window.panel.who is not None
    assert "Amara" in window.panel.who.found.item(0).text()
    hands.press("Down")
    hands.press("Left")
    erased(window, amara)
    assert window.panel.who.line.cursorPosition() == len("clark")  # what is typed on goes where it was going
    assert [window.panel.who.found.item(at).text()[:4] for at in range(window.panel.who.found.count())] == [
        "Beth"
    ]
    hands.press("Return")
    assert window.panel_client() == beth


def test_a_record_that_is_gone_opens_no_panel_and_the_next_contact_opens_as_ever(
    window: Window, amara: int, hands: Hands
) -> None:
    make_ahead(window)
    with pytest.raises(Problem, match="E-GONE"):
        window.open_panel(4711)
    assert window.panel is None
    window.open_panel(amara)
    settle()
    assert "Amara Clarke" in words_of(form_of(window))


def test_a_record_that_is_gone_leaves_the_open_panel_as_it_is(
    window: Window, amara: int, hands: Hands
) -> None:
    hands.press("Ctrl+J")
    assert isinstance(window.panel, ContactPanel)
    with pytest.raises(Problem, match="E-GONE"):
        window.open_panel(4711)
    assert window.panel.who is not None
    assert window.panel.who.isVisible()
    window.open_panel(amara)
    hands.fill("Note", NOTE)
    with pytest.raises(Problem, match="E-GONE"):
        window.open_panel(4711)
    hands.press("Escape")
    assert window.panel is None
    kept = drafts.get(draft_key(amara))
    assert kept is not None
    assert kept.fields["note"] == NOTE
