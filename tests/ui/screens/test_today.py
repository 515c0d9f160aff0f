"""Today: what is waiting, for whom, whether it is safe to ring, and the way on from each line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from caseworker import storage
from caseworker.domain.actions import Action
from caseworker.domain.contacts import Contact
from caseworker.domain.marac import MaracReferral
from caseworker.domain.referrals import Referral
from caseworker.domain.when import show_date
from caseworker.storage import actions, contacts, drafts, instruments, marac, referrals, silence
from tests.journey.hands import Hands
from tests.ui.screens.parts import DAY, now, settle, today, words_of
from ui.screens.client import ClientPage
from ui.screens.contacts import ContactPanel, draft_key
from ui.screens.team import TeamPage
from ui.screens.today import TodayPage
from ui.session import Place, Session
from ui.widgets import Button, Chip
from ui.window import Window


def page_of(window: Window) -> TodayPage:
    settle()
    page = window.current()
    assert isinstance(page, TodayPage)
    return page


def plan(session: Session, client_id: int, text: str, days: int = 0) -> int:
    """A next step due in that many days; in the past it is put there as time would have."""
    due = today() + dt.timedelta(days=days)
    action = Action(None, "", client_id, text, max(due, today()).isoformat())
    saved = session.write(actions.save, action)
    if days < 0:
        storage.database.execute_sql("UPDATE action SET due = ? WHERE id = ?", (due.isoformat(), saved))
        session.changed.emit()
    return saved


def miss(session: Session, client_id: int, hours_ago: float = 1) -> int:
    contact = Contact(
        None, "", client_id, None, int(now() - hours_ago * 3600), "ATT", "TEL", "NOA", minutes=2
    )
    return session.write(contacts.save, contact)


def test_an_empty_vault_has_one_clear_next_step(
    window: Window, hands: Hands, session: Session, qtbot: QtBot
) -> None:
    assert hands.reads("No clients yet")
    with qtbot.waitSignal(session.go) as went:
        hands.click("Add the first client")
    assert went.args[0] == Place("new_client")


def test_nothing_due_says_so_without_praise(window: Window, session: Session, amara: int) -> None:
    session.changed.emit()
    assert "Nothing is due today" in words_of(page_of(window))


def test_the_figures_are_counted_and_said_in_words(window: Window, session: Session, amara: int) -> None:
    plan(session, amara, "Ring the school")
    plan(session, amara, "Ask about the locks")
    plan(session, amara, "Call the housing officer", days=-6)
    miss(session, amara)
    page = page_of(window)
    assert page.due_tile.accessibleName() == "2 follow-ups due today, 1 overdue"
    assert page.review_tile.accessibleName() == "0 risk reviews due today"
    assert page.missed_tile.accessibleName() == "1 missed contact to try again"


def test_each_line_says_what_since_when_and_whether_a_call_is_safe(
    window: Window, session: Session, amara: int
) -> None:
    plan(session, amara, "Call the housing officer", days=-6)
    text = words_of(page_of(window))
    assert "Amara Clarke" in text
    assert "CR-0001" in text
    assert "6 days ago" in text
    assert "Safe to call at any time. No voicemail. No letters home." in text


def test_no_word_of_praise_or_guilt(window: Window, session: Session, amara: int) -> None:
    plan(session, amara, "Call the housing officer", days=-6)
    miss(session, amara)
    text = words_of(page_of(window)).casefold()
    for word in ("you missed", "well done", "great", "failed", "should have", "late!"):
        assert word not in text


def test_a_line_opens_the_record_or_logs_a_contact(
    window: Window, session: Session, amara: int, hands: Hands
) -> None:
    plan(session, amara, "Ring the school")
    hands.click("Log a contact with Amara Clarke")
    settle()
    assert isinstance(window.panel, ContactPanel)
    assert window.panel.client_id == amara
    hands.click("Open Amara Clarke, CR-0001")
    settle()
    assert window.place() == Place("client", amara)


def test_a_missed_contact_leaves_once_somebody_spoke(window: Window, session: Session, amara: int) -> None:
    miss(session, amara, 3)
    miss(session, amara, 2)
    assert "Tried 2 times since the last answer" in words_of(page_of(window))
    session.write(contacts.save, Contact(None, "", amara, None, now() - 60, "CLI", "TEL", "COM", minutes=5))
    assert page_of(window).missed_tile.accessibleName() == "0 missed contacts to try again"


def test_an_unfinished_note_is_offered_and_never_shown(
    window: Window, session: Session, amara: int, hands: Hands
) -> None:
    session.write(drafts.keep, draft_key(amara), {"note": "He said he would come back"})
    text = words_of(page_of(window))
    assert "Unfinished note" in text
    assert "Amara Clarke, contact" in text
    assert "He said he would come back" not in text
    hands.click("Carry on with this note")
    settle()
    assert isinstance(window.panel, ContactPanel)
    assert window.panel.form is not None
    assert window.panel.form.note.toPlainText() == "He said he would come back"


def test_a_half_typed_form_says_which_it_is(window: Window, session: Session, amara: int) -> None:
    session.write(drafts.keep, f"marac:{amara}:new", {"wishes": "That he does not know"})
    text = words_of(page_of(window))
    assert "Amara Clarke: A MARAC paper, half-typed." in text
    assert "That he does not know" not in text


def test_in_a_small_window_an_unfinished_note_stands_above_the_lists(
    window: Window, session: Session, amara: int
) -> None:
    session.write(drafts.keep, draft_key(amara), {"note": "He said he would come back"})
    page = page_of(window)
    desk = window.window()
    for wide, above in ((1366, False), (1024, True), (1366, False)):
        desk.resize(wide, 640)
        settle()
        notes, lists = page.notes_box, page.lists
        assert notes.isVisible()
        at = notes.mapTo(page, notes.rect().bottomLeft()).y()
        first = lists.itemAt(0).widget()
        assert (at <= first.mapTo(page, first.rect().topLeft()).y()) == above


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("client:new", Place("new_client")),
        ("contact:", Place("contact")),
        ("safe_contact:1", Place("client", 1)),
        ("referral:1:new", Place("client", 1)),
    ],
)
def test_every_kind_of_draft_leads_back_to_its_form(
    window: Window, session: Session, amara: int, hands: Hands, qtbot: QtBot, key: str, place: Place
) -> None:
    session.write(drafts.keep, key, {"name": "x"})
    with qtbot.waitSignal(session.go) as went:
        hands.click("Carry on with this note")
    assert went.args[0] == place


def test_what_has_not_changed_is_not_built_again(window: Window, session: Session, amara: int) -> None:
    """A draft is kept every few seconds while somebody types; the board must not take the keyboard away."""
    plan(session, amara, "Ring the school")
    card = page_of(window).cards["due"]
    session.changed.emit()
    assert page_of(window).cards["due"] is card
    plan(session, amara, "Ask about the locks")
    assert page_of(window).cards["due"] is not card


def test_a_long_list_shows_four_and_the_rest_on_a_press(
    window: Window, session: Session, amara: int, hands: Hands
) -> None:
    for n in range(9):
        plan(session, amara, f"Step number {n}")
    assert "Step number 4" not in words_of(page_of(window))
    hands.click("Show 5 more")
    settle()
    assert "Step number 8" in words_of(page_of(window))


def test_a_figure_leads_to_its_list(window: Window, session: Session, amara: int) -> None:
    miss(session, amara)
    page_of(window).missed_tile.click()
    settle()
    focus = QApplication.focusWidget()
    assert focus is not None
    assert page_of(window).cards["missed"].isAncestorOf(focus)


def test_what_is_waiting_to_be_sent_is_said_calmly(window: Window) -> None:
    assert "Working offline. Nothing is waiting to be sent" in words_of(page_of(window))


def test_answers_a_return_needs_are_counted_and_lead_to_the_record(
    window: Window, session: Session, amara: int, hands: Hands, qtbot: QtBot
) -> None:
    storage.database.execute_sql("UPDATE client SET area = 'NA-ASK' WHERE id = ?", (amara,))
    session.changed.emit()
    assert page_of(window).next_tile.accessibleName() == "1 answer still to ask"
    with qtbot.waitSignal(session.go) as went:
        hands.click("Open the first")
    assert went.args[0] == Place("client", amara)


# --- risk, dates, waits, forms ------------------------------------------------------------------------------


def assess(session: Session, client_id: int, grade: str, days_ago: int = 0) -> int:
    """A signed grade; one of some days ago is put there as time would have."""
    held = session.write(instruments.begin, client_id, "GEN", at=now() - days_ago * DAY)
    session.write(instruments.answer, held, "GRADE", grade)
    session.write(instruments.sign, held)
    return held


def test_an_overdue_review_stands_first_with_its_grade_and_leads_to_the_risk_part(
    window: Window, session: Session, amara: int, hands: Hands, qtbot: QtBot
) -> None:
    plan(session, amara, "Ring the school")
    assess(session, amara, "high", days_ago=20)
    page = page_of(window)
    assert page.review_tile.accessibleName() == "1 risk review overdue"
    text = words_of(page)
    assert text.index("Overdue risk reviews") < text.index("Follow-ups due today")
    assert "High risk" in text
    due = show_date(today() - dt.timedelta(days=6))
    assert f"Risk review due. {due}, 6 days ago" in text
    with qtbot.waitSignal(session.go) as went:
        hands.click("Start the risk review of Amara Clarke")
    assert went.args[0] == Place("client", amara, "risk")
    settle()
    assert window.place().arg == amara


def test_a_grade_stands_on_every_line_of_its_client(window: Window, session: Session, amara: int) -> None:
    plan(session, amara, "Ring the school")
    assess(session, amara, "medium")
    page = page_of(window)
    assert "Overdue risk reviews" not in words_of(page)
    assert [chip.text() for chip in page.cards["due"].findChildren(Chip)] == ["Medium risk"]


def test_what_marac_asks_for_is_the_next_date(window: Window, session: Session, amara: int) -> None:
    sent = today() - dt.timedelta(days=13)
    row = session.write(marac.save, MaracReferral(None, "", amara))
    assert "MARAC paper to finish" in words_of(page_of(window))
    storage.database.execute_sql("UPDATE marac_referral SET sent = ? WHERE id = ?", (sent.isoformat(), row))
    session.changed.emit()
    page = page_of(window)
    assert page.next_tile.accessibleName() == "Tomorrow MARAC"
    page.next_tile.click()
    settle()
    assert page.cards["dates"].isAncestorOf(QApplication.focusWidget())


def test_somebody_referred_and_not_tried_in_time_is_waiting(
    window: Window, session: Session, amara: int
) -> None:
    received = now() - 9 * DAY
    session.write(referrals.save, Referral(None, "", amara, received, source="POL", outcome="ACC"))
    assert "First try to reach the client" in words_of(page_of(window))
    miss(session, amara)
    assert "First try to reach the client" not in words_of(page_of(window))


def test_a_form_begun_and_not_signed_is_offered(window: Window, session: Session, amara: int) -> None:
    session.write(instruments.begin, amara, "GEN")
    text = words_of(page_of(window))
    assert "Forms to finish and sign" in text
    assert "begun, to be signed" in text


def test_tiles_in_one_line_are_one_height(window: Window) -> None:
    page = page_of(window)
    window.resize(1280, 800)
    page.due_tile.show_figure(3, "follow-ups due today, 12 overdue and a good many more words")
    settle()
    assert page.due_tile.words.height() > page.review_tile.words.height()  # two lines
    assert len({tile.height() for tile in page.tiles}) == 1


# --- gone quiet ---------------------------------------------------------------------------------------------


@pytest.fixture
def silent(session: Session, amara: int) -> int:
    """Reached every two days until nineteen days ago; tried twice since."""

    def talk() -> None:
        for ago in (29, 27, 25, 23, 21, 19):
            contacts.save(Contact(None, "", amara, None, now() - ago * DAY, minutes=5))
        for ago in (12, 2):
            contacts.save(Contact(None, "", amara, None, now() - ago * DAY, "ATT", outcome="NOA"))

    session.write(talk)
    return amara


def quiet_of(window: Window, qtbot: QtBot) -> str:
    page = page_of(window)
    qtbot.waitUntil(lambda: page.quiet.count() == 1)
    return words_of(page)


def test_who_has_gone_quiet_is_said_with_reasons(window: Window, silent: int, qtbot: QtBot) -> None:
    text = quiet_of(window, qtbot)
    assert "Gone quiet" in text
    assert (
        "Not reached for 19 days. Until then usually reached every 2 days. 2 tries were not answered." in text
    )


def test_who_is_being_erased_stays_on_no_page_that_is_out_of_sight(
    window: Window, session: Session, silent: int, qtbot: QtBot
) -> None:
    """Who has gone quiet is found beside the screen: the page would show the name until the answer comes."""
    quiet_of(window, qtbot)
    window.go(Place("team"))
    team = window.current()
    assert isinstance(team, TeamPage)
    qtbot.waitUntil(lambda: "quiet" in team.cards)
    settle()
    assert "Amara Clarke" in words_of(team)
    window.go(Place("settings"))
    session.erasing.emit(silent)
    settle()
    assert [label for label in window.findChildren(QLabel) if "Amara" in label.text()] == []
    window.go(Place("today"))
    assert page_of(window).isVisible()


def test_the_days_of_silence_grow_over_midnight_though_nothing_was_written(
    window: Window, session: Session, silent: int, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Not reached for 19 days" in quiet_of(window, qtbot)
    tomorrow = session.now() + dt.timedelta(days=1)
    monkeypatch.setattr(session, "_clock", lambda: tomorrow)
    session.changed.emit()
    qtbot.waitUntil(lambda: "Not reached for 20 days" in words_of(page_of(window)))


def test_the_screen_never_waits_for_the_search(
    window: Window, session: Session, silent: int, qtbot: QtBot
) -> None:
    page = page_of(window)
    qtbot.waitUntil(lambda: not session.work.busy())
    session.write(contacts.save, Contact(None, "", silent, None, now() - 60, minutes=5))
    assert page.quiet.count() == 1  # the screen shows what it has; the answer comes from beside it
    qtbot.waitUntil(lambda: page.quiet.count() == 0)


def test_set_aside_with_a_reason_the_line_leaves(
    window: Window, session: Session, silent: int, qtbot: QtBot, hands: Hands
) -> None:
    quiet_of(window, qtbot)
    hands.click("Set aside: Amara Clarke, gone quiet")
    settle()
    page = window.current()
    assert isinstance(page, ClientPage)
    assert page.form is not None
    hands.click("Save")
    assert "Choose why this is set aside" in words_of(page)
    hands.click("Told us they would be away")
    hands.click("Save")
    settle()
    window.go(Place("today"))
    board = page_of(window)
    qtbot.waitUntil(lambda: not session.work.busy())
    assert board.quiet.count() == 0
    assert len(silence.for_client(silent)) == 1


def test_what_has_the_keyboard_stays_where_it_is_when_those_gone_quiet_arrive(
    window: Window, session: Session, silent: int, qtbot: QtBot, hands: Hands
) -> None:
    page, found = before_gone_quiet(window, session, silent, qtbot)
    settle()
    button = next(one for one in page.cards["due"].findChildren(Button) if one.text() == "Log contact")
    button.setFocus()
    settle()
    before = button.mapTo(window, QPoint(0, 0))
    page._quiet_came(found)
    settle()
    assert page.quiet.count() == 1
    assert button.mapTo(window, QPoint(0, 0)) == before
    page._quiet_came([])
    settle()
    assert button.mapTo(window, QPoint(0, 0)) == before


def before_gone_quiet(
    window: Window, session: Session, silent: int, qtbot: QtBot
) -> tuple[TodayPage, list[silence.Quiet]]:
    """Today, higher than the window, before those who have gone quiet come; and those."""
    for day in range(4):
        plan(session, silent, f"Ring about the letter {day}", -day)
    quiet_of(window, qtbot)
    page = page_of(window)
    window.resize(1280, 640)
    found = page._quiet_found
    page._quiet_came([])
    return page, found


def test_under_a_pointer_that_only_rests_there_the_page_stays_at_its_top(
    window: Window, session: Session, silent: int, qtbot: QtBot
) -> None:
    page, found = before_gone_quiet(window, session, silent, qtbot)
    window.go(Place("clients"))
    settle()
    window.go(Place("today"))
    settle()
    # The day was opened with the keyboard, and the pointer lay where the list came to stand.
    page.cards["due"].setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    page._quiet_came(found)
    settle()
    assert page.quiet.count() == 1
    assert page.area.verticalScrollBar().value() == 0


def test_what_the_pointer_was_moved_to_stays_under_it(
    window: Window, session: Session, silent: int, qtbot: QtBot
) -> None:
    page, found = before_gone_quiet(window, session, silent, qtbot)
    settle()
    QCursor.setPos(QCursor.pos() + QPoint(7, 7))
    page.cards["due"].setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    before = page.cards["due"].mapTo(window, QPoint(0, 0))
    page._quiet_came(found)
    settle()
    assert page.quiet.count() == 1
    assert page.cards["due"].mapTo(window, QPoint(0, 0)) == before


def test_typing_asks_for_nobody_again(window: Window, session: Session, silent: int, qtbot: QtBot) -> None:
    quiet_of(window, qtbot)
    qtbot.waitUntil(lambda: not session.work.busy())
    asked = page_of(window)._quiet_asked
    session.write(drafts.keep, draft_key(silent), {"note": "x"})
    settle()
    assert not session.work.busy()
    assert page_of(window)._quiet_asked == asked


def test_what_was_being_read_never_comes_after_what_was_read_at_once(
    window: Window, session: Session, amara: int
) -> None:
    page = page_of(window)
    plan(session, amara, "Ring about the key")
    assert not page._reading.is_done()
    page._shown = None  # as "Show all" does
    page.reload()
    assert page._reading.is_done()
    assert page.due_tile.accessibleName() == "1 follow-up due today"


def test_what_changed_is_read_in_turns_and_what_stood_before_stays_until_then(
    window: Window, session: Session, amara: int
) -> None:
    page = page_of(window)
    before = page.due_tile.accessibleName()
    plan(session, amara, "Ring about the key")
    reading: list[str] = []
    while not page._reading.is_done():
        reading.append(page.due_tile.accessibleName())
        QCoreApplication.processEvents()
    assert reading[:6] == [before] * 6  # a question of the vault each
    assert page.due_tile.accessibleName() != before


@pytest.mark.parametrize(("before", "after"), [((900, 700), (1059, 420)), ((1280, 700), (640, 420))])
def test_another_size_of_the_window_lets_no_line_stick_out(
    window: Window, add_client: Callable[..., int], before: tuple[int, int], after: tuple[int, int]
) -> None:
    for name in ("Amara Clarke", "Jodie Marsh-Featherstonehaugh of the very long name indeed", "Nia Hughes"):
        add_client(name)
    window.session.changed.emit()
    page = page_of(window)
    for size in (before, after):
        window.resize(*size)
        settle()
    body = page.area.widget()
    assert body is not None
    lines = [one for one in body.findChildren(QWidget) if one.parentWidget() is body and one.isVisible()]
    assert max(one.geometry().right() for one in lines) < body.width()
    assert body.height() - max(one.geometry().bottom() for one in lines) < 100
