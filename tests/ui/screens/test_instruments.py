"""Any form on one screen: driven by its definition, kept answer by answer, closed for ever by a signature."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QRadioButton

import resources
from caseworker.domain import when
from caseworker.storage import drafts, episodes, history, instruments
from caseworker.storage.records import fetch
from caseworker.storage.vault import NewVault, OpenVault
from tests.journey.hands import Hands
from tests.ui.screens.parts import settle, today, words_of
from ui import theme
from ui.screens.client import ClientPage
from ui.screens.client.answer_sets import AnswersPage
from ui.screens.client.beginning import BeginCard
from ui.screens.client.drafts import form_for, waiting_for
from ui.screens.client.instruments import InstrumentForm
from ui.screens.report import ReportPage
from ui.session import Place, Session
from ui.widgets import NoteEdit
from ui.window import Window

MOST_KEYS = 40


@pytest.fixture
def record(window: Window, amara: int) -> ClientPage:
    window.go(Place("client", amara))
    settle()
    page = window.current()
    assert isinstance(page, ClientPage)
    return page


@pytest.fixture
def fill_in(session: Session, record: ClientPage, amara: int) -> Callable[..., InstrumentForm]:
    """Opens a form of that instrument in the record, with every row on show."""

    def begin(name: str, stage: str = "baseline") -> InstrumentForm:
        set_id = session.write(instruments.begin, amara, name, stage)
        form = InstrumentForm(session, amara, set_id)
        record.open_form(form)
        settle_rows(form)
        return form

    return begin


def settle_rows(form: InstrumentForm) -> None:
    for _ in range(60):
        settle()
        if all(item.code in form.rows for item in form.instrument.asked(values(form))):
            return
    raise AssertionError("the rows never came")


def values(form: InstrumentForm) -> dict[str, str]:
    return {code: one.value for code, one in instruments.answers(form.set_id).items()}


def offered(form: InstrumentForm, code: str) -> list[str]:
    return [pill.text() for pill in form.rows[code].findChildren(QRadioButton) if pill.isVisible()]


# ---- keys


def test_a_dash_takes_no_more_than_forty_keys(
    window: Window, record: ClientPage, amara: int, hands: Hands
) -> None:
    record.bar.setFocus()
    hands.press("Ctrl+3")
    begin = record.tab("risk").begin.begin_button  # type: ignore[attr-defined]
    while not begin.hasFocus():
        hands.press("Tab")
        assert hands.keys < MOST_KEYS
    hands.press("Return")
    hands.type("yynydyyyn" + "yyynnyn" + "nnynnyn" + "a")
    assert isinstance(record.form, InstrumentForm)
    assert record.form.count.text() == "23 of 24 answered"  # "not asked" is no answer yet
    hands.press("R")  # raise to high
    assert record.form.side.judgement_given() == "high"
    hands.press("Tab")
    hands.type("Getting worse")
    typed = len("Getting worse")
    hands.press("Ctrl+Return")
    held = instruments.latest(amara, "DASH24")
    assert held is not None
    assert (held.tool_grade, held.grade, held.reason) == ("medium", "high", "Getting worse")
    keys = hands.keys - typed
    print(f"\nDash, 24 items: {keys} keys and the words of one reason; 26 decisions")
    assert keys <= MOST_KEYS


def test_arrows_move_within_an_item_and_between_items(
    fill_in: Callable[..., InstrumentForm], hands: Hands
) -> None:
    form = fill_in("DASH24")
    hands.press("Right")  # from nothing chosen: the answer the keyboard stands on
    assert values(form) == {"1": "yes"}
    hands.press("Right")
    assert values(form) == {"1": "no"}
    hands.press("Left")
    hands.press("Down")
    assert form.rows["2"].first().hasFocus()
    hands.press("Tab")
    assert form.rows["3"].first().hasFocus()
    hands.press("Shift+Tab")
    hands.press("Up")
    assert form.rows["1"].first().hasFocus()
    assert QApplication.focusWidget().text() == "Yes"  # type: ignore[union-attr]


def test_the_rarer_reasons_for_no_answer_have_a_key_and_unfold(
    fill_in: Callable[..., InstrumentForm], hands: Hands
) -> None:
    form = fill_in("DASH24")
    assert offered(form, "1") == ["Yes", "No", "Don’t know", "Not asked"]
    hands.type("ps")
    assert values(form) == {"1": "NA-REF", "2": "NA-UNS"}
    assert offered(form, "1")[-1] == "Prefers not to say"
    form.rows["3"].more.click()
    settle()
    assert offered(form, "3")[4:] == ["Prefers not to say", "Not safe to ask", "Does not apply"]
    hands.click("Stalking, monitoring or persistent contact: other reasons for no answer, a comment")
    hands.click("Stalking, monitoring or persistent contact: Does not apply")
    assert values(form)["8"] == "NA-NAP"
    hands.click("Stalking, monitoring or persistent contact: other reasons for no answer, a comment")
    settle()
    assert offered(form, "8") == ["Yes", "No", "Don’t know", "Not asked", "Does not apply"]


def test_who_said_so_is_the_client_unless_switched_by_one_key(
    fill_in: Callable[..., InstrumentForm], hands: Hands
) -> None:
    form = fill_in("DASH24")
    assert form.rows["1"].tell.text() == "Amara said"
    hands.press("V")
    hands.type("yy")
    hands.press("Up")
    hands.press("V")
    held = instruments.answers(form.set_id)
    assert held["1"].source == "professional"
    assert held["2"].source == "professional"
    assert form.rows["3"].source == "victim"
    assert form.rows["1"].tell.text() == "My view"


def test_a_comment_is_kept_with_its_answer(fill_in: Callable[..., InstrumentForm], hands: Hands) -> None:
    form = fill_in("DASH24")
    hands.press("C")
    hands.type("Hit with a belt")
    form.keep_draft()
    assert instruments.answers(form.set_id)["1"].note == "Hit with a belt"
    assert values(form)["1"] == "NA-ASK"
    form.rows["1"].first().setFocus()
    hands.press("Y")
    held = instruments.answers(form.set_id)["1"]
    assert (held.value, held.note) == ("yes", "Hit with a belt")


# ---- nothing is lost


def test_every_answer_is_in_the_vault_at_once_and_the_form_is_carried_on_where_it_broke_off(
    record: ClientPage, session: Session, fill_in: Callable[..., InstrumentForm], amara: int, hands: Hands
) -> None:
    form = fill_in("DASH24")
    hands.type("yyyyyyyyy")
    assert len(values(form)) == 9
    assert "15 items have no answer yet. Saved" in form.saved.text()
    hands.press("Esc")
    assert record.form is None
    assert waiting_for(amara) == [f"assessment:{amara}:{form.set_id}"]
    again = form_for(session, waiting_for(amara)[0])
    record.open_form(again)
    assert isinstance(again, InstrumentForm)
    assert "10" not in again.rows  # still to come
    hands.press("Y")  # and yet no key is lost
    assert values(again)["10"] == "yes"
    assert again.rows["11"].first().hasFocus()
    assert again.rows["9"].value() == "yes"


def test_carried_on_the_keyboard_waits_for_the_item_that_is_next(
    session: Session, record: ClientPage, fill_in: Callable[..., InstrumentForm], amara: int, hands: Hands
) -> None:
    form = fill_in("DASH24")
    hands.type("yyyyyyyyyyyyyy")
    record.close_form()
    again = InstrumentForm(session, amara, form.set_id)
    record.open_form(again)
    settle_rows(again)
    assert again.rows["15"].first().hasFocus()
    top = again.rows["15"].mapTo(again.area.viewport(), again.rows["15"].rect().topLeft()).y()
    assert 0 <= top < again.area.viewport().height()


def test_carried_on_at_a_further_question_it_is_in_sight(
    session: Session, record: ClientPage, fill_in: Callable[..., InstrumentForm], amara: int, hands: Hands
) -> None:
    form = fill_in("NEEDS")
    hands.type("3ym4ym4y")
    record.close_form()
    record.window().resize(1280, 800)
    again = InstrumentForm(session, amara, form.set_id)
    record.open_form(again)
    settle_rows(again)
    for _ in range(5):
        settle()
    waits = again.rows["N3-MET"].first()
    assert waits.hasFocus()
    assert (
        again.area.viewport().rect().contains(waits.mapTo(again.area.viewport(), waits.rect().bottomLeft()))
    )


def test_the_first_question_shows_all_its_answers_however_little_room_there_is(
    qapp: QApplication, record: ClientPage, fill_in: Callable[..., InstrumentForm]
) -> None:
    theme.apply(qapp, "light", 1.5)
    record.window().resize(1280, 770)
    settle()
    form = fill_in("NEEDS")
    for _ in range(5):
        settle()
    row, view = form.rows["N1"], form.area.viewport()
    assert row.first().hasFocus()
    assert view.rect().contains(row.rect().translated(row.mapTo(view, QPoint(0, 0))))


def test_a_further_question_that_appears_is_in_sight_when_it_gets_the_keyboard(
    record: ClientPage, fill_in: Callable[..., InstrumentForm], hands: Hands
) -> None:
    record.window().resize(910, 493)
    form = fill_in("NEEDS")
    for figures in ("4", "3201", "00120", "413"):
        hands.type(figures)
        settle()
        focus, view = hands.focus(), form.area.viewport()
        shown = focus.rect().translated(focus.mapTo(view, QPoint(0, 0)))
        assert view.rect().contains(shown), (Hands.name(focus), shown, view.rect())


BROKEN_OFF = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from caseworker.domain.clients import Client
from caseworker.storage import clients, instruments, write
from caseworker.storage import vault as vaults
from tests.fixtures_vault import PHRASE
from tests.journey.hands import Hands
from ui import theme
from ui.session import Place, Session
from ui.window import Window
app = QApplication([])
theme.apply(app)
opened = vaults.open_vault(vaults.unlock(Path(sys.argv[1]), PHRASE))
amara = write(clients.save, Client(None, "", "Amara Clarke"))
window = Window(Session(opened))
window.show()
window.activateWindow()
while app.activeWindow() is None:
    app.processEvents()
window.go(Place("client", amara, "risk"))
page = window.current()
page.tab("risk").begin.begin()
Hands().type("ynyyyynyy")
print("typed", flush=True)
sys.stdin.read()
"""


def test_killed_at_item_nine_nothing_is_lost(new_vault: NewVault, reopen: Callable[[], OpenVault]) -> None:
    hand = subprocess.Popen(
        [sys.executable, "-c", BROKEN_OFF, str(new_vault.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert hand.stdout is not None
    assert hand.stdout.readline() == b"typed\n"
    hand.kill()
    hand.communicate()
    opened = reopen()
    try:
        (held,) = instruments.unfinished()
        given = instruments.answers(held.id or 0)
        assert "".join(given[str(item)].value[0] for item in range(1, 10)) == "ynyyyynyy"
        assert all(one.source == "victim" for one in given.values())
    finally:
        opened.close()


def test_the_last_answer_can_be_taken_back_and_the_history_keeps_both(
    window: Window, fill_in: Callable[..., InstrumentForm], amara: int, hands: Hands
) -> None:
    form = fill_in("DASH24")
    hands.type("yn")
    hands.press("Up")
    hands.type("y")  # the second is yes after all
    assert values(form) == {"1": "yes", "2": "yes"}
    hands.press("Ctrl+Z")
    assert values(form) == {"1": "yes", "2": "no"}
    assert form.rows["2"].value() == "no"
    hands.press("Ctrl+Z")
    assert values(form)["2"] == "NA-ASK"  # nobody had an answer before
    told = [str(entry.sentence()) for entry in history.for_client(amara) if entry.noun == "answer"]
    assert told[::-1] == [
        "Level of fear changed from No to Yes",
        "Level of fear changed from Yes to No",
        "Level of fear changed from No to Not asked yet",
    ]


# ---- judgement, review, time


def test_judgement_offers_only_more_and_wants_a_reason(
    fill_in: Callable[..., InstrumentForm], amara: int, hands: Hands
) -> None:
    form = fill_in("DASH24")
    hands.type("y" * 10)
    assert form.side.total.text() == "Answered yes: 10 so far, medium risk"
    assert "In Essex: 1 to 9 is standard risk, 10 to 13 is medium risk, 14 or more" in form.side.limits.text()
    assert [pill.text() for pill in form.side.judgement.pills()] == ["As scored", "Raise to high"]
    form.side.judgement.set_value("high")
    form.side.edited.emit()
    settle()
    assert form.side.reason.isVisible()
    form.save()
    assert form.side.errors.problems() == ["Enter why you judge the risk this high"]
    assert form.side.reason.problem() == "Enter why you judge the risk this high"
    form.rows["11"].first().setFocus()
    hands.type("yyyy")
    assert form.side.total.text() == "Answered yes: 14 so far, high risk"
    assert [pill.text() for pill in form.side.judgement.pills()] == ["As scored"]
    form.rows["15"].first().setFocus()
    hands.type("n" * 10)
    assert form.side.total.text() == "Answered yes: 14, high risk"  # all is answered
    assert form.side.judgement.value() == "as"
    form.save()
    held = instruments.latest(amara, "DASH24")
    assert held is not None
    assert (held.grade, held.judgement) == ("high", "")


def test_what_weighs_more_than_the_total_is_said(
    fill_in: Callable[..., InstrumentForm], hands: Hands
) -> None:
    form = fill_in("DASH24")
    hands.type("n" * 14 + "y")
    assert form.side.look_again.isVisible()
    assert "Strangulation, choking or drowning" in form.side.look_again.text()


def test_the_next_review_is_worked_out_and_may_only_be_sooner(
    fill_in: Callable[..., InstrumentForm], amara: int, hands: Hands
) -> None:
    form = fill_in("DASH24")
    hands.type("y" * 14)
    side = form.side
    assert [pill.text() for pill in side.review.pills()] == ["1 week", "2 weeks", "Other"]
    assert side.review.value() == "14"
    assert when.show_date(today() + timedelta(days=14)) in side.review_on.text()
    side.review.set_value("other")
    side.edited.emit()
    side.fill({"next_review": (today() + timedelta(days=15)).isoformat()})
    form.save()
    assert "at the latest" in side.errors.problems()[0]
    side.fill({"next_review": (today() + timedelta(days=3)).isoformat()})
    form.save()
    held = instruments.latest(amara, "DASH24")
    assert held is not None
    assert held.next_review == (today() + timedelta(days=3)).isoformat()


def test_the_review_follows_the_grade_unless_somebody_chose(
    fill_in: Callable[..., InstrumentForm], hands: Hands
) -> None:
    form = fill_in("DASH24")
    hands.type("y" * 9)
    assert form.side.review.value() == "84"
    hands.type("y")
    assert form.side.review.value() == "42"
    form.side.judgement.set_value("high")
    form.side.edited.emit()
    assert form.side.review.value() == "14"


def test_what_was_asked_yesterday_is_dated_yesterday(
    fill_in: Callable[..., InstrumentForm], amara: int, hands: Hands
) -> None:
    form = fill_in("DASH24")
    hands.type("yyyyyyyyyyyyyy")
    form.side.asked.setText("yesterday 3pm")
    form.save()
    held = instruments.latest(amara, "DASH24")
    assert held is not None
    asked = when.local(held.started)
    assert (asked.date(), asked.hour) == (today() - timedelta(days=1), 15)
    assert held.next_review == (today() + timedelta(days=13)).isoformat()
    assert "Date asked changed from" in str(
        [str(entry.sentence()) for entry in history.for_client(amara) if entry.noun == "answer_set"]
    )


def test_a_time_still_to_come_is_refused_beside_its_field(
    fill_in: Callable[..., InstrumentForm], hands: Hands
) -> None:
    form = fill_in("DASH24")
    tomorrow = when.show_date(today() + timedelta(days=1))
    form.side.asked.setText(f"{tomorrow} 3pm")
    form.side.keep_asked()
    assert form.side.fields["started"].problem() == "Time must be in the past"


def test_nothing_answered_cannot_be_signed(fill_in: Callable[..., InstrumentForm]) -> None:
    form = fill_in("DASH24")
    form.save()
    assert "Answer at least one question before you sign" in form.side.errors.problems()
    assert instruments.get(form.set_id).signed == 0


def test_half_a_judgement_is_kept_as_a_draft(
    record: ClientPage, session: Session, fill_in: Callable[..., InstrumentForm], amara: int, hands: Hands
) -> None:
    form = fill_in("DASH24")
    hands.type("yyy")
    form.side.judgement.set_value("high")
    form.side.edited.emit()
    form.side.fill({"reason": "Separated last week"})
    form.side.drafts.touch()
    record.close_form()
    again = InstrumentForm(session, amara, form.set_id)
    record.open_form(again)
    assert again.side.judgement_given() == "high"
    assert again.side.reason_given() == "Separated last week"
    again.save()
    assert drafts.all_drafts() == []


# ---- every kind of item


def test_follow_ups_appear_when_they_are_called_for(
    fill_in: Callable[..., InstrumentForm], amara: int, hands: Hands
) -> None:
    form = fill_in("NEEDS")
    assert not [code for code in form.rows if "-" in code]
    hands.type("3")  # much help needed
    assert form.rows["N1-PLAN"].isVisible()
    assert form.rows["N1-PLAN"].first().hasFocus()
    hands.type("y")
    hands.type("p")  # partly met: why not?
    assert form.rows["N1-WHY"].isVisible()
    form.rows["N1"].first().setFocus()
    hands.type("1")
    assert not form.rows["N1-PLAN"].isVisible()
    assert not form.rows["N1-WHY"].isVisible()
    form.save()
    signed = instruments.latest(amara, "NEEDS")
    assert signed is not None
    assert instruments.answers(signed.id or 0)["N1-PLAN"].value == "NA-NAP"


def test_a_row_of_figures_typed_blind_answers_one_need_each_and_no_follow_up(
    fill_in: Callable[..., InstrumentForm], hands: Hands
) -> None:
    form = fill_in("NEEDS")
    for figure in "34300211430320":
        hands.type(figure)
    levels = [values(form)[f"N{n}"] for n in range(1, 15)]
    assert "".join(levels) == "34300211430320"
    assert not [code for code in values(form) if "-" in code]  # each still waits for its own answer
    form.rows["N2-PLAN"].first().setFocus()
    hands.type("y")
    hands.type("p")
    assert values(form)["N2-MET"] == "partly"


def test_from_a_list_of_reasons_enter_or_a_figure_goes_on(
    fill_in: Callable[..., InstrumentForm], hands: Hands
) -> None:
    form = fill_in("NEEDS")
    hands.type("3yn")  # not met: the list of reasons has the keyboard
    hands.type("w")
    hands.press("Return")
    assert values(form)["N1-WHY"] == "WAI"
    assert form.rows["N2"].first().hasFocus()
    hands.type("4yn")
    hands.type("w2")
    assert values(form)["N2-WHY"] == "WAI"
    assert values(form)["N3"] == "2"


def test_three_wishes_must_be_three(fill_in: Callable[..., InstrumentForm], hands: Hands) -> None:
    form = fill_in("NEEDS")
    for code in ("P1", "P2"):
        hands.choose(form.rows[code].item.label, "N9")
    assert values(form)["P2"] == "N9"
    form.save()
    assert form.side.errors.problems() == ["Second: Choose something else here: this has been chosen already"]
    assert form.rows["P2"].problem is not None
    assert form.rows["P2"].problem.isVisible()


def test_the_bands_of_a_score_are_no_areas(fill_in: Callable[..., InstrumentForm]) -> None:
    assert fill_in("PHQ9").side.limits.text().startswith("5 to 9: Mild, 10 to 14: Moderate")


def test_a_number_out_of_range_is_said_and_not_kept(
    fill_in: Callable[..., InstrumentForm], amara: int, hands: Hands
) -> None:
    form = fill_in("PHQ9")
    hands.fill("Total", "28")
    hands.press("Tab")
    assert form.rows["TOTAL"].problem is not None
    assert form.rows["TOTAL"].problem.text() == "Enter a whole number from 0 to 27"
    assert values(form) == {}
    hands.fill("Total", "21")
    hands.press("Tab")
    assert values(form) == {"TOTAL": "21"}
    assert not form.rows["TOTAL"].problem.isVisible()


def test_a_number_out_of_range_is_said_when_it_is_signed_straight_after(
    fill_in: Callable[..., InstrumentForm], hands: Hands
) -> None:
    form = fill_in("PHQ9")
    hands.fill("Total", "28")
    hands.press("Ctrl+Return")
    assert form.side.errors.problems() == ["Total: Enter a whole number from 0 to 27"]
    hands.fill("Total", "21")
    hands.press("Ctrl+Return")
    assert form.side.errors.problems() == []
    assert instruments.get(form.set_id).signed


def test_words_are_kept_as_they_are_typed(
    record: ClientPage, fill_in: Callable[..., InstrumentForm], hands: Hands
) -> None:
    form = fill_in("FEEDBACK", "review")
    hands.fill("In the client's words", "They believed me")
    record.keep_draft()  # a lock, before any pause
    assert values(form)["WORDS"] == "They believed me"


def test_a_later_form_shows_the_grade_from_before(
    record: ClientPage, session: Session, amara: int, fill_in: Callable[..., InstrumentForm]
) -> None:
    first = session.write(instruments.begin, amara, "GEN")
    session.write(instruments.answer, first, "GRADE", "high")
    session.write(instruments.sign, first)
    form = fill_in("DASH24", "review")
    assert f"Before: high risk, {when.show_date(today())}" in words_of(form.head)
    assert "Before" not in words_of(fill_in("NEEDS", "review").head)


def test_words_and_comments_have_room_for_their_lines(fill_in: Callable[..., InstrumentForm]) -> None:
    form = fill_in("GEN")
    settle()
    words = next(row for row in form.rows.values() if isinstance(row.box, NoteEdit))
    words._write_note()
    settle()
    for box, lines in ((words.box, 3), (words.note, 2)):
        assert isinstance(box, NoteEdit)
        assert box.height() >= lines * box.fontMetrics().lineSpacing()


def test_forms_without_a_grade_have_no_judgement(
    fill_in: Callable[..., InstrumentForm], amara: int, hands: Hands
) -> None:
    form = fill_in("CR7")
    assert not form.side.is_risk
    hands.type("3333333")
    form.save()
    assert instruments.latest(amara, "CR7") is not None


def test_beginning_a_needs_form_makes_the_support_assessed(
    fill_in: Callable[..., InstrumentForm], amara: int, hands: Hands
) -> None:
    fill_in("NEEDS")
    hands.type("2")
    assert episodes.open_for(amara)[0].assessed_on == today().isoformat()


# ---- files


def folder_with(tmp_path: Path, **files: str) -> Path:
    folder = tmp_path / "instruments"
    folder.mkdir()
    for name in ("GEN-1", "DASH24-1"):
        text = resources.path("instruments", f"{name}.toml").read_text(encoding="utf-8")
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name.replace('_', '-')}.toml").write_text(text, encoding="utf-8")
    return folder


NEW = """
name = "CALM"
title = "Calm, two items"
kind = "risk"
version = 1
valid_from = 2020-04-01
stages = ["baseline"]
[scales.much]
low = { label = "Not at all", value = 0 }
high = { label = "Very much", value = 5 }
[items]
A = { label = "Sleep", scale = "much" }
B = { label = "Rest", scale = "much" }
[score]
method = "sum"
[bands]
standard = { from = 1 }
high = { from = 6 }
"""


def test_a_dropped_in_file_appears_is_filled_in_and_scores(
    record: ClientPage, amara: int, tmp_path: Path, hands: Hands
) -> None:
    card = record.tab("risk").begin  # type: ignore[attr-defined]
    card.folder = folder_with(tmp_path, CALM_1=NEW)
    record.show_part("risk")
    hands.click("Calm, two items")
    hands.click("Begin")
    form = record.form
    assert isinstance(form, InstrumentForm)
    hands.type("v")  # nobody is asked here who said so
    hands.type("22")
    assert form.side.total.text() == "Total: 10, high risk"
    form.save()
    held = instruments.latest(amara, "CALM")
    assert held is not None
    assert held.grade == "high"
    # And it is in what is printed, with its own name and version.
    record.print_page()
    settle()
    page = record.window().findChild(ReportPage)
    assert isinstance(page, ReportPage)
    assert "Calm, two items, version 1, signed. Risk: High" in page.paper.toPlainText()


def test_a_broken_file_is_named_with_line_and_reason_where_forms_are_chosen(
    session: Session, amara: int, tmp_path: Path, qtbot: object
) -> None:
    broken = NEW.replace('kind = "risk"', 'kind = "mood"')
    card = BeginCard(session, "Assess risk", ["risk"], folder_with(tmp_path, CALM_1=broken))
    qtbot.addWidget(card)  # type: ignore[attr-defined]
    card.show_client(amara)
    card.show()
    assert (
        "The form CALM-1.toml cannot be used. Line 4: “kind” must be one of risk, needs, outcomes, score,"
        " feedback. Put the file right, or take it away"
    ) in words_of(card)
    assert [pill.text() for pill in card.tool.pills()] == ["Dash, 24 items", "General grade"]


def test_a_signed_set_is_read_only_and_shown_with_its_own_version_when_its_file_is_gone(
    session: Session, record: ClientPage, amara: int, tmp_path: Path, hands: Hands
) -> None:
    folder = folder_with(tmp_path, CALM_1=NEW)
    set_id = session.write(instruments.begin, amara, "CALM", folder=folder)
    session.write(instruments.answer, set_id, "A", "high")
    session.write(instruments.sign, set_id)
    (folder / "CALM-1.toml").unlink()
    newer = NEW.replace("version = 1", "version = 2").replace("Sleep", "Nightmares")
    (folder / "CALM-2.toml").write_text(newer, encoding="utf-8")
    record.open_form(AnswersPage(session, amara, set_id))
    for _ in range(10):
        settle()
    text = words_of(record)
    assert "Calm, two items, version 1" in text
    assert "Sleep" in text
    assert "Very much" in text
    assert "Nightmares" not in text
    assert not [pill for pill in record.form.findChildren(QRadioButton)]  # type: ignore[union-attr]
    hands.click("Withdraw")
    hands.fill("Why it was a mistake", "Another client's answers")
    hands.press("Ctrl+Return")
    assert instruments.get(set_id).withdrawn
    assert fetch("SELECT count(*) FROM answer WHERE answer_set_id = ?", (set_id,)) == [(1,)]


# ---- the widgets themselves


@pytest.mark.parametrize("wide", [1280, 900])
def test_there_is_no_empty_room_under_the_last_item(
    window: Window, fill_in: Callable[..., InstrumentForm], wide: int
) -> None:
    window.resize(wide, 800)
    form = fill_in("DASH24")
    settle()
    last = form.rows["24"] if wide == 1280 else form.side
    inside = form.area.widget()
    assert inside is not None
    assert inside.height() - last.mapTo(inside, last.rect().bottomLeft()).y() < 300


def test_opening_builds_only_the_first_rows(session: Session, record: ClientPage, amara: int) -> None:
    set_id = session.write(instruments.begin, amara, "DASH24")
    form = InstrumentForm(session, amara, set_id)
    assert len(form.rows) <= 4
    record.open_form(form)
    settle_rows(form)
    assert len(form.rows) == 24


def test_the_form_is_freed_when_it_closes(
    record: ClientPage, fill_in: Callable[..., InstrumentForm], hands: Hands
) -> None:
    form = fill_in("DASH24")
    hands.type("yn")
    parts = [form, *form.rows.values(), form.side, *form.rows["1"].pills]
    record.close_form()
    settle()
    assert not [part for part in parts if shiboken6.isValid(part)]
