"""Justice: the line of stages, chases in few keys, orders and their breaches, the grid, rights, claims."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu
from pytestqt.qtbot import QtBot

from caseworker.domain.code_rights import CodeRight
from caseworker.domain.incidents import Incident
from caseworker.domain.justice_events import JusticeEvent
from caseworker.domain.orders import Order
from caseworker.storage import (
    chases,
    code_rights,
    compensation,
    drafts,
    episodes,
    history,
    incidents,
    justice_events,
    orders,
    special_measures,
)
from tests.journey.hands import Hands
from tests.ui.screens.parts import settle, today, words_of
from ui.screens.client import ClientPage
from ui.screens.client.justice import PARTS, JusticeTab
from ui.screens.client.justice_events import StageForm, WithdrawStageForm
from ui.screens.client.orders import BreachForm
from ui.screens.client.screen import TABS
from ui.screens.client.special_measures import MeasureForm, MeasuresCard
from ui.session import Place, Session
from ui.widgets import Grid
from ui.window import Window


def day(days: int) -> str:
    return (today() + dt.timedelta(days=days)).isoformat()


@pytest.fixture
def page(window: Window, amara: int) -> ClientPage:
    window.go(Place("client", amara, "justice"))
    settle()
    found = window.current()
    assert isinstance(found, ClientPage)
    return found


@pytest.fixture
def tab(page: ClientPage, qtbot: QtBot) -> JusticeTab:
    found = page.tab("justice")
    assert isinstance(found, JusticeTab)
    qtbot.waitUntil(lambda: len(found.parts) == len(PARTS))
    settle()
    return found


def stage(session: Session, client_id: int, code: str, happened: str, **more: str) -> int:
    return session.write(justice_events.save, JusticeEvent(None, "", client_id, code, happened, **more))  # type: ignore[arg-type]


def type_date(hands: Hands, name: str, days: int) -> None:
    on = today() + dt.timedelta(days=days)
    for part, text in (("Day", on.day), ("Month", on.month), ("Year", on.year)):
        hands.fill(f"{name}: {part}", str(text))


# ---- stages


def test_an_empty_record_says_what_to_do(tab: JusticeTab) -> None:
    text = words_of(tab)
    for part in (
        "Nothing is recorded. A first report, or that there is none, can be added.",
        "Police and court have not been chased yet.",
        "No order is recorded.",
        "Normally within 2 years of the incident",
    ):
        assert part in text


def test_stages_are_a_line_with_what_comes_next_and_how_long_it_takes(
    session: Session, amara: int, tab: JusticeTab
) -> None:
    stage(session, amara, "03", day(-214), police_ref="42/1234/26")
    stage(session, amara, "08", day(-61))
    stage(session, amara, "13", day(-20), next_on=day(15), place="Chelmsford")
    text = words_of(tab)
    assert "214 days since first report" in text
    assert "153 days from first report to charge" in text
    assert "in 15 days" in text
    assert "Client not told yet" in text
    assert "Police reference 42/1234/26" in text
    assert text.index("First hearing") < text.index("Charged") < text.index("First report")


def test_the_right_to_review_is_offered_until_its_last_day(
    session: Session, amara: int, tab: JusticeTab
) -> None:
    row_id = stage(session, amara, "09", day(-20))
    assert "Right to review: the client may ask for one until" in words_of(tab)
    session.write(justice_events.save, replace(justice_events.get(row_id), happened=day(-200)))
    assert "The time to ask for a review ended on" in words_of(tab)


def test_a_stage_is_added_with_the_keyboard_and_support_stays_open(
    page: ClientPage, tab: JusticeTab, amara: int, hands: Hands
) -> None:
    hands.click("Add a stage")
    assert page.form is not None
    form = page.form.form
    assert isinstance(form, StageForm)
    form.fill({"stage": "99"})
    hands.fill("Court or police station", "Basildon")
    hands.press("Ctrl+Return")
    settle()
    (held,) = justice_events.for_client(amara)
    assert (held.stage, held.happened, held.place) == ("99", day(0), "Basildon")
    assert len(episodes.open_for(amara)) == 1


def test_a_month_is_enough_and_comes_back_as_a_month(
    page: ClientPage, tab: JusticeTab, amara: int, hands: Hands, session: Session
) -> None:
    hands.click("Add a stage")
    assert page.form is not None
    form = page.form.form
    form.fill({"stage": "05", "happened": ["", "3", "2026"]})
    form.save()
    (held,) = justice_events.for_client(amara)
    assert held.happened == "2026-03"
    again = StageForm(session, amara, held.id)
    assert again.editors["happened"].parts() == ("", "03", "2026")
    again.deleteLater()


def test_withdrawing_asks_at_which_stage(page: ClientPage, tab: JusticeTab, hands: Hands) -> None:
    hands.click("Add a stage")
    settle()
    assert page.form is not None
    form = page.form.form
    assert isinstance(form, StageForm)
    assert not form.at_stage.isVisible()
    form.fill({"stage": "25"})
    form.follow()
    assert form.at_stage.isVisible()
    form.save()
    assert "Choose the stage at which the client withdrew" in words_of(page)


def test_a_new_stage_begins_with_the_officer_and_reference_of_the_last(session: Session, amara: int) -> None:
    stage(session, amara, "03", day(-9), officer="DC Lane", police_ref="42/9/26", place="Harlow")
    form = StageForm(session, amara)
    assert form.text("officer") == "DC Lane"
    assert form.text("police_ref") == "42/9/26"
    form.deleteLater()


def test_a_stage_recorded_by_mistake_is_withdrawn_with_a_reason(
    page: ClientPage, tab: JusticeTab, session: Session, amara: int, hands: Hands
) -> None:
    row_id = stage(session, amara, "08", day(-3))
    settle()
    hands.click("Withdraw: Charged, " + words_of(tab).split("Charged\n")[1].split("\n")[0].split(".")[0])
    hands.fill("Why it was a mistake", "Another client")
    hands.press("Ctrl+Return")
    assert justice_events.get(row_id).withdrawn
    assert "Charged" not in words_of(tab)


def test_a_withdrawal_says_which_entry_and_ctrl_z_puts_it_back(
    page: ClientPage, tab: JusticeTab, session: Session, amara: int, hands: Hands
) -> None:
    row_id = stage(session, amara, "08", day(-3), place="Harlow")
    stage(session, amara, "03", day(-30))
    settle()
    page.open_form(WithdrawStageForm(session, amara, row_id))
    settle()
    assert {"Charged", "Harlow"} <= set(words_of(page.form).split("\n"))
    hands.fill("Why it was a mistake", "Another client")
    hands.press("Ctrl+Return")
    assert "Charged" not in words_of(tab)
    hands.press("Ctrl+Z")
    assert not justice_events.get(row_id).withdrawn
    assert "Charged" in words_of(tab)
    hands.press("Ctrl+Shift+Z")
    assert justice_events.get(row_id).withdrawn


# ---- chases


def test_a_chase_is_logged_in_under_ten_keys(
    page: ClientPage, tab: JusticeTab, amara: int, hands: Hands
) -> None:
    page.bar.setFocus()
    before = hands.keys
    hands.press(f"Ctrl+{[name for name, _, _ in TABS].index('justice') + 1}")
    settle()
    hands.press("Tab")
    assert hands.focus() is tab.chase
    hands.press("Return")
    settle()
    hands.press("g")  # gave an update
    hands.press("Ctrl+Return")
    settle()
    (held,) = chases.for_client(amara)
    assert (held.answer, held.whom, held.happened, held.next_on) == ("news", "OIC", day(0), day(14))
    keys = hands.keys - before
    print(f"\nchased police: {keys} keys")
    assert keys < 10
    assert "Officer in the case" in words_of(tab)
    assert "Ask again in 14 days" in words_of(tab)


# ---- orders


def test_an_order_ends_soon_and_a_breach_becomes_an_incident_in_one_step(
    page: ClientPage, tab: JusticeTab, session: Session, amara: int, hands: Hands
) -> None:
    session.write(
        orders.save,
        Order(None, "", amara, "NMO", applied=day(-60), granted=day(-50), expires=day(10), against="Dan P"),
    )
    settle()
    assert "Ends in 10 days" in words_of(tab)
    hands.click("Record a breach: Non-molestation order")
    assert page.form is not None
    assert isinstance(page.form.form, BreachForm)
    hands.press("Ctrl+Return")
    settle()
    (found,) = incidents.for_client(amara)
    assert (found.kind, found.by_whom, found.happened) == ("BRE", "Dan P", day(0))
    assert "Breached" in words_of(tab)


def test_what_is_wrong_with_an_order_stands_beside_its_field(
    page: ClientPage, tab: JusticeTab, hands: Hands
) -> None:
    hands.click("Add an order")
    hands.press("Ctrl+Return")
    assert "Choose the order" in words_of(page)
    assert page.form is not None
    page.form.form.fill({"kind": "NMO", "expires": day(100)})
    hands.press("Ctrl+Return")
    assert "Enter the date it was granted" in words_of(page)


# ---- special measures


def measures(tab: JusticeTab) -> Grid:
    return next(part for part in tab.parts if isinstance(part, MeasuresCard)).grid


def test_the_grid_is_answered_with_the_keyboard_and_keeps_its_place(
    tab: JusticeTab, amara: int, hands: Hands
) -> None:
    grid = measures(tab)
    grid.setFocus()
    grid.setCurrentIndex(grid.model_.index(0, 1))
    for key in ("y", "Right", "y", "Right", "Space", "Right", "g", "Right", "n"):
        hands.press(key)
        settle()
    (held,) = special_measures.for_client(amara)
    assert (held.measure, held.explained, held.wanted, held.requested, held.decision, held.given) == (
        "SCREEN", "yes", "yes", "yes", "granted", "no",
    )  # fmt: skip
    assert held.requested_on == day(0)
    assert (grid.currentIndex().row(), grid.currentIndex().column()) == (0, 5)
    assert grid.hasFocus()
    hands.press("Delete")
    assert special_measures.get(held.id or 0).given == "NA-ASK"
    assert [
        one.old for one in history.for_row("special_measure", held.id or 0, amara) if one.field == "given"
    ] == [
        "no",
        "NA-ASK",
    ]


def test_the_page_follows_the_keyboard_through_the_grid(tab: JusticeTab, hands: Hands) -> None:
    grid = measures(tab)
    grid.setFocus()
    view = tab.area.viewport()
    last = grid.model_.rowCount() - 1
    for key in ("Down",) * last + ("Up",) * last:
        hands.press(key)
        cell = grid.visualRect(grid.currentIndex())
        top = grid.viewport().mapTo(view, cell.topLeft()).y()
        assert 0 <= top <= view.height() - cell.height(), (key, grid.currentIndex().row())


@pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)")
def test_every_kind_of_missing_answer_is_offered(tab: JusticeTab, amara: int, qtbot: QtBot) -> None:
    grid = measures(tab)
    grid.setFocus()
    grid.setCurrentIndex(grid.model_.index(1, 2))
    QTest.keyClick(grid, Qt.Key.Key_F4)
    menu = grid.findChild(QMenu)
    assert isinstance(menu, QMenu)
    offered = {action.text(): action for action in menu.actions()}
    assert list(offered)[:2] == ["Yes", "No"]
    assert len(offered) == 7
    offered["Prefers not to say"].trigger()
    menu.close()
    (held,) = special_measures.for_client(amara)
    assert (held.measure, held.wanted) == ("LINK", "NA-REF")


def test_a_screen_reader_hears_measure_question_and_answer(tab: JusticeTab) -> None:
    grid = measures(tab)
    assert grid.model_.data(grid.model_.index(1, 2), Qt.ItemDataRole.AccessibleTextRole) == (
        "Live link, Wanted: Not asked yet"
    )


def test_enter_opens_the_row_with_who_asked_and_when(
    page: ClientPage, tab: JusticeTab, session: Session, amara: int, hands: Hands
) -> None:
    session.write(special_measures.answer, amara, "SCREEN", "requested", "yes")
    grid = measures(tab)
    grid.setFocus()
    grid.setCurrentIndex(grid.model_.index(0, 1))
    hands.press("Return")
    settle()
    assert page.form is not None
    form = page.form.form
    assert isinstance(form, MeasureForm)
    assert form.text("requested_by") == "Amina Okafor"
    hands.fill("Who asked for it", "Witness Care Unit")
    hands.press("Ctrl+Return")
    assert special_measures.for_measure(amara, "SCREEN").requested_by == "Witness Care Unit"


def test_what_is_wanted_and_not_asked_for_is_said(tab: JusticeTab, session: Session, amara: int) -> None:
    session.write(special_measures.answer, amara, "VISIT", "wanted", "yes")
    assert "Wanted and not asked for yet: visit to the court before trial" in words_of(tab)


# ---- rights and compensation


def test_a_right_is_answered_in_its_row_and_a_breach_asks_for_words(
    page: ClientPage, tab: JusticeTab, amara: int, hands: Hands
) -> None:
    grid = next(part for part in tab.parts if type(part).__name__ == "RightsCard").grid  # type: ignore[attr-defined]
    grid.setFocus()
    grid.setCurrentIndex(grid.model_.index(6, 1))
    hands.press("o")  # offered
    settle()
    held = code_rights.for_right(amara, "R7")
    assert (held.status, held.happened) == ("offered", day(0))
    hands.press("n")  # not yet due, then not delivered
    hands.press("n")
    settle()
    assert page.form is not None
    hands.fill("What was late or not done", "Nobody asked before the sentence")
    hands.press("Ctrl+Return")
    assert code_rights.for_right(amara, "R7").status == "not-delivered"
    settle()
    assert grid.hasFocus()  # the next right is an arrow away
    assert grid.currentIndex().row() == 6
    assert "Not met and not taken further: 1" in words_of(tab)


def test_after_a_form_the_keyboard_is_where_it_was_also_in_a_row_made_anew(
    page: ClientPage, tab: JusticeTab, session: Session, amara: int, hands: Hands
) -> None:
    session.write(justice_events.save, JusticeEvent(None, "", amara, "03", day(-9)))
    settle()
    change = next(
        one for one in tab.findChildren(QAbstractButton) if one.accessibleName().startswith("Change: ")
    )
    name = change.accessibleName()
    change.setFocus()
    change.click()
    settle()
    hands.press("Esc")
    settle()
    assert name_of_focus() == name
    hands.click(name)
    hands.fill("Court or police station", "Colchester")
    hands.fill("Why it changed", "Told since")
    hands.press("Ctrl+Return")
    settle()
    assert page.form is None
    assert name_of_focus() == name


def name_of_focus() -> str:
    focused = QApplication.focusWidget()
    return "" if focused is None else focused.accessibleName()


def test_an_incident_may_be_claimed_for_and_the_claim_is_prefilled(
    page: ClientPage, tab: JusticeTab, session: Session, amara: int, hands: Hands
) -> None:
    session.write(incidents.save, Incident(None, "", amara, day(-700), kind="VIO"))
    settle()
    assert "No decision about claiming yet" in words_of(tab)
    hands.click(
        "Record a claim: " + next(line for line in words_of(tab).splitlines() if "Incident of" in line)
    )
    assert page.form is not None
    assert "Last day to claim:" in words_of(page)
    page.form.form.fill({"step": "applied", "applied": day(0)})
    hands.press("Ctrl+Return")
    (held,) = compensation.for_client(amara)
    assert (held.incident_on, held.step) == (day(-700), "applied")
    assert "No decision about claiming yet" not in words_of(tab)


# ---- the tab


def test_what_is_half_typed_is_offered_again(
    page: ClientPage, tab: JusticeTab, amara: int, hands: Hands
) -> None:
    hands.click("Log a chase")
    hands.fill("In their words", "Will ring on Friday")
    hands.press("Escape")
    settle()
    assert drafts.get(f"chase:{amara}:new") is not None
    page.show_part("overview")
    settle()
    assert "A chase, half-typed" in words_of(page)
    hands.click("Carry on: A chase, half-typed")
    assert page.form is not None
    assert page.form.form.text("note") == "Will ring on Friday"


def test_another_client_shows_nothing_of_the_last(
    window: Window, tab: JusticeTab, session: Session, amara: int, add_client: object
) -> None:
    stage(session, amara, "08", day(-3), place="Chelmsford")
    session.write(code_rights.save, CodeRight(None, "", amara, "R1", "explained", day(-1)))
    session.write(special_measures.answer, amara, "SCREEN", "wanted", "yes")
    window.go(Place("client", add_client("Nia Hughes"), "justice"))  # type: ignore[operator]
    settle()
    assert "Chelmsford" not in words_of(tab)
    assert {cell.text for row in measures(tab).model_.rows for cell in row.cells} == {"–"}


def test_the_next_date_stands_over_the_record_while_there_is_support(
    page: ClientPage, session: Session, amara: int
) -> None:
    assert not page.date_chip.isVisible()
    stage(session, amara, "13", day(-20), next_on=day(15))
    settle()
    assert page.date_chip.text() == "Date set at: First hearing, in 15 days"
    session.write(episodes.close, episodes.open_for(amara)[0].id or 0, day(0), "CJE")
    settle()
    assert not page.date_chip.isVisible()


def test_the_day_of_a_sexual_violence_adviser_is_done_with_the_keyboard(
    window: Window, page: ClientPage, tab: JusticeTab, amara: int, hands: Hands
) -> None:
    """After a call: the charge and whether she knows, the officer chased, screens asked for, a right offered."""
    keys = f"Ctrl+{[name for name, _, _ in TABS].index('justice') + 1}"
    counts: dict[str, int] = {}

    def counted(what: str, before: int) -> None:
        counts[what] = hands.keys - before

    def tab_to(wanted: Callable[[], bool]) -> None:
        for _ in range(60):
            if wanted():
                return
            hands.press("Tab")
        raise AssertionError("no way there with the Tab key")

    start = hands.keys
    hands.press(keys)
    tab_to(lambda: Hands.name(hands.focus()) == "Add a stage")
    hands.press("Return")
    settle()
    for key in "char":
        hands.press(key)
    hands.press("Ctrl+Return")
    settle()
    assert [one.stage for one in justice_events.for_client(amara)] == ["08"]
    counted("stage", start)

    start = hands.keys
    hands.press(keys)
    tab_to(lambda: hands.focus() is tab.chase)
    for key in ("Return", "g", "Ctrl+Return"):
        hands.press(key)
        settle()
    assert len(chases.for_client(amara)) == 1
    counted("chase", start)

    start = hands.keys
    hands.press(keys)
    tab_to(lambda: hands.focus() is measures(tab))
    for key in ("y", "Right", "y", "Right", "y"):
        hands.press(key)
        settle()
    (held,) = special_measures.for_client(amara)
    assert (held.explained, held.wanted, held.requested) == ("yes", "yes", "yes")
    counted("screens explained, wanted, asked for", start)

    start = hands.keys
    hands.press("Tab")
    tab_to(lambda: hands.focus().accessibleName() == "Rights under the Victims' Code")
    for key in ("Down", "Down", "Down", "Down", "Down", "Down", "o"):
        hands.press(key)
        settle()
    assert code_rights.for_right(amara, "R7").status == "offered"
    counted("Victim Personal Statement offered", start)
    print("\nkeys: " + ", ".join(f"{what} {n}" for what, n in counts.items()))
    assert all(n <= 30 for n in counts.values())
