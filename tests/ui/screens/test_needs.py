"""Needs and outcomes: what the table and the chart say, the plan, onward referrals, feedback, by hand."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from caseworker import storage
from caseworker.domain.feedback import FeedbackOffer
from caseworker.domain.goals import Goal
from caseworker.domain.onward_referrals import OnwardReferral
from caseworker.domain.services import Service
from caseworker.domain.when import show_stored
from caseworker.storage import (
    actions,
    episodes,
    feedback,
    goals,
    history,
    instruments,
    onward_referrals,
    services,
)
from tests.journey.hands import Hands
from tests.ui.screens.helped import help_for, later, taken
from tests.ui.screens.parts import settle, today, words_of
from ui.screens.client import ClientPage
from ui.screens.client.answer_sets import AnswersPage
from ui.screens.client.drafts import FORMS, form_for
from ui.screens.client.feedback import FeedbackOfferForm
from ui.screens.client.goals import GoalForm
from ui.screens.client.instruments import InstrumentForm
from ui.screens.client.needs import NeedsTab
from ui.screens.client.onward_referrals import OnwardReferralForm
from ui.session import Place, Session
from ui.widgets import Card
from ui.widgets.tables import FactTable
from ui.window import Window


def shown(window: Window, client_id: int) -> NeedsTab:
    window.go(Place("client", client_id))
    page = page_of(window)
    page.show_part("needs")
    for _ in range(8):
        settle()
    tab = page.tab("needs")
    assert isinstance(tab, NeedsTab)
    return tab


def page_of(window: Window) -> ClientPage:
    page = window.current()
    assert isinstance(page, ClientPage)
    return page


def form_of(window: Window) -> QWidget:
    settle()
    page = page_of(window)
    assert page.form is not None
    form: QWidget = page.form.form
    return form


def table_of(table: FactTable) -> list[list[str]]:
    """What the table says, row by row."""
    return [[cell.text for cell in one] for one in table.facts.rows]


@pytest.fixture
def tab(window: Window, amara: int) -> NeedsTab:
    help_for(amara)
    return shown(window, amara)


def test_nothing_of_one_client_stands_under_the_name_of_the_next(
    window: Window, add_client: Callable[..., int], tab: NeedsTab
) -> None:
    other = add_client("Rosa Marsh")
    page = page_of(window)
    window.go(Place("client", other))
    page.show_part("needs")
    assert not [card for card in tab.findChildren(Card) if card.isVisible()]
    while not tab._gradually.is_done():
        QCoreApplication.processEvents()
        for card in (tab.plan, tab.onward, tab.feedback):
            assert card.client_id == other or not card.isVisible()
    assert "Not asked yet" in words_of(tab.needs)
    assert tab.begin.isVisible()


# ---- needs


def test_each_need_says_start_latest_aim_and_the_distance_in_words(tab: NeedsTab) -> None:
    assert table_of(tab.needs.table)[:4] == [
        ["Safety and protection", "Most", "4", "3", "1", "Eased by 1, 2 to go"],
        ["Shelter and accommodation", "Second", "4", "2", "0", "Eased by 2, 2 to go"],
        ["Mental and physical health", "Third", "3", "3", "1", "No change, 2 to go"],
        ["Family, friends and children", "", "3", "1", "1", "Eased by 2, aim met"],
    ]
    said = words_of(tab.needs)
    assert "10 looked at, 3 aims met" in said
    assert "Not asked yet: Immigration and recourse to public funds" in said
    assert "Last asked" in said
    assert "by Amina Okafor" in said
    assert "Next due" in said


def test_why_a_need_is_not_met_stands_under_its_name(tab: NeedsTab) -> None:
    assert [one[0].under for one in tab.needs.table.facts.rows if one[0].text.startswith("Shelter")] == [
        "Partly met: waiting"
    ]


def test_the_bar_is_said_in_words_and_levels_with_their_meaning(tab: NeedsTab) -> None:
    role = Qt.ItemDataRole.AccessibleTextRole
    said = [tab.needs.table.facts.index(0, at).data(role) for at in range(6)]
    assert said == [
        "Safety and protection", "Most", "4, Urgent or in crisis", "3, Much help needed",
        "1, Coping with usual help", "Eased by 1, 2 to go",
    ]  # fmt: skip


def test_with_little_room_what_matters_stands_under_the_name(window: Window, tab: NeedsTab) -> None:
    window.resize(640, 800)
    settle()
    assert [column.title for column in tab.needs.table.facts.columns][:2] == ["Need", "Start"]
    assert tab.needs.table.facts.rows[0][0].under == "Matters: most"
    window.resize(1280, 800)
    settle()
    assert tab.needs.table.facts.columns[1].title == "Matters"


def test_a_client_nobody_asked_gets_one_button_and_no_empty_table(
    window: Window, amara: int, hands: Hands
) -> None:
    tab = shown(window, amara)
    assert not tab.needs.table.isVisible()
    assert not tab.outcomes.chart.isVisible()
    assert not tab.scores.isVisible()
    assert "Not asked yet" in words_of(tab.needs)
    hands.click("Ask about needs")
    form = form_of(window)
    assert isinstance(form, InstrumentForm)
    assert (form.held.instrument, form.held.stage) == ("NEEDS", "baseline")


def test_review_needs_opens_a_review_and_carries_on_with_one_begun(
    window: Window, tab: NeedsTab, hands: Hands, amara: int
) -> None:
    hands.click("Review needs")
    form = form_of(window)
    assert isinstance(form, InstrumentForm)
    assert (form.held.instrument, form.held.stage) == ("NEEDS", "review")
    page_of(window).close_form()
    settle()
    hands.click("Review needs")
    again = form_of(window)
    assert isinstance(again, InstrumentForm)
    assert again.set_id == form.set_id
    assert len(instruments.unfinished(client_id=amara)) == 1


def test_a_form_put_off_stands_first_on_the_tab_until_it_is_signed(
    window: Window, amara: int, hands: Hands
) -> None:
    tab = shown(window, amara)
    assert not tab.begun.isVisible()
    hands.click("Ask about needs")
    begun = form_of(window)
    assert isinstance(begun, InstrumentForm)
    hands.press("Escape")
    for _ in range(8):
        settle()
    assert "Begun, not signed yet\nNeeds\nAt the start" in words_of(tab.begun)
    hands.click("Carry on: Needs")
    again = form_of(window)
    assert isinstance(again, InstrumentForm)
    assert again.set_id == begun.set_id
    again.save()
    for _ in range(8):
        settle()
    assert not tab.begun.isVisible()


def test_what_has_the_keyboard_is_still_in_sight_when_the_cards_above_it_have_grown(
    window: Window, amara: int, session: Session, hands: Hands
) -> None:
    window.resize(900, 500)
    tab = shown(window, amara)
    tab.begin.begin_button.setFocus()
    hands.press("Return")
    form = form_of(window)
    assert isinstance(form, InstrumentForm)
    for item in form.instrument.items.values():
        if not item.parent and item.code.startswith("N"):
            session.write(instruments.answer, form.set_id, item.code, "3")
    form.save()
    for _ in range(12):
        settle()
    button = tab.begin.begin_button
    assert button.hasFocus()
    top = button.mapTo(tab.area.viewport(), button.rect().topLeft()).y()
    assert 0 <= top <= tab.area.viewport().height() - button.height()


def test_once_support_has_ended_it_is_asked_at_the_end(
    window: Window, amara: int, hands: Hands, session: Session
) -> None:
    (episode,) = episodes.open_for(amara)
    session.write(episodes.close, episode.id or 0, today().isoformat(), "CMP")
    shown(window, amara)
    hands.click("Ask about needs")
    form = form_of(window)
    assert isinstance(form, InstrumentForm)
    assert form.held.stage == "exit"


def test_enter_on_a_need_opens_its_goal_or_begins_one(window: Window, tab: NeedsTab, amara: int) -> None:
    table = tab.needs.table
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Return)
    held = form_of(window)
    assert isinstance(held, GoalForm)
    assert held.text("text") == "Sleep without a chair against the door"
    page_of(window).close_form()
    settle()
    table.setFocus()
    for _ in range(5):
        QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Return)
    new = form_of(window)
    assert isinstance(new, GoalForm)
    assert new.goal is None
    assert new.code("need") == "N5"


# ---- outcomes


def test_outcomes_are_in_a_table_with_their_change_and_drawn_where_most_changed(tab: NeedsTab) -> None:
    rows = table_of(tab.outcomes.table)
    assert rows[0][0] == "Feeling safe"
    assert rows[0][1:] == ["1", "2", "3", "Up 2"]
    assert [one[-1] for one in rows] == ["Up 2", "Up 2", "Same", "Up 3", "Up 1", "Down 1", "Up 2"]
    strong = [one[0].text for one in tab.outcomes.table.facts.rows if one[0].role == "strong"]
    assert strong == ["Feeling safe", "Managing daily life", "Knowing my options"]
    assert "Feeling safe, Managing daily life, Knowing my options" in tab.outcomes.chart.accessibleName()
    assert "1 to 5, 5 is good" in words_of(tab.outcomes)


def test_a_statement_is_said_whole_to_a_screen_reader(tab: NeedsTab) -> None:
    index = tab.outcomes.table.facts.index(0, 0)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "I feel safe from day to day"


def test_an_outside_score_says_its_direction_and_whether_the_change_is_reliable(tab: NeedsTab) -> None:
    said = words_of(tab.scores)
    assert "16, moderate on" in said
    assert "Before: 24, moderate to severe" in said
    assert "Eased by 8, a reliable change. Lower is better" in said


def test_of_many_times_asked_the_table_shows_the_first_and_the_latest_two(window: Window, amara: int) -> None:
    def write() -> None:
        for n in range(6):
            stage = "review" if n else "baseline"
            taken(amara, "CR7", {"SAFE": 1 + n % 5}, 300 - 42 * n, stage)

    storage.write(write)
    tab = shown(window, amara)
    assert table_of(tab.outcomes.table)[0][1:] == ["1", "5", "1", "Same"]
    assert "Asked 6 times; the table shows the first and the latest two." in words_of(tab.outcomes)


def test_two_answers_within_a_fortnight_show_no_change(window: Window, amara: int) -> None:
    def write() -> None:
        taken(amara, "CR7", {"SAFE": 1}, 13, "baseline")
        taken(amara, "CR7", {"SAFE": 5}, 1)

    storage.write(write)
    tab = shown(window, amara)
    assert table_of(tab.outcomes.table)[0][1:] == ["1", "5", ""]
    said = words_of(tab.outcomes)
    assert "Change is counted from what was asked at the start, two weeks or more later." in said
    assert "where most changed" not in said


# ---- the support plan


def test_goals_stand_with_their_actions_and_the_clients_words_are_marked(tab: NeedsTab) -> None:
    said = words_of(tab.plan)
    assert "“Sleep without a chair against the door”" in said
    assert "Client’s own words" in said
    assert "A tenancy in her own name" in said
    assert "Speaking up for the client: housing. By Colchester council housing options" in said
    assert "Locks booked for Tuesday" in said
    assert said.index("Sleep without") < said.index("Change the locks") < said.index("A tenancy")


def test_a_goal_is_added_by_hand_and_its_aim_stands_in_the_needs_table(
    window: Window, amara: int, hands: Hands
) -> None:
    storage.write(taken, amara, "NEEDS", {"N6": 3}, 20, "baseline")
    tab = shown(window, amara)
    hands.click("Add a goal")
    hands.fill("What the client wants to reach", "Know what she can spend")
    hands.choose("Which need it serves", "N6")
    hands.click("How far that need should ease: Coping with usual help")
    hands.click("These are the client’s own words")
    hands.press("Ctrl+Return")
    settle()
    (goal,) = goals.for_client(amara)
    assert (goal.need, goal.aim, goal.own_words, goal.status) == ("N6", "1", True, "open")
    assert table_of(tab.needs.table) == [["Finance and benefits", "", "3", "3", "1", "Asked once, 2 to go"]]


def test_a_goal_without_a_need_is_refused_beside_the_field(
    window: Window, tab: NeedsTab, hands: Hands
) -> None:
    hands.click("Add a goal")
    hands.press("Ctrl+Return")
    said = words_of(page_of(window))
    assert "Enter what the client wants to reach" in said
    assert "Choose the need it serves, or that it does not apply" in said


def test_an_action_for_a_goal_may_be_another_agencys_and_says_what_came_of_it(
    window: Window, amara: int, hands: Hands
) -> None:
    goal = storage.write(goals.save, Goal(None, "", amara, "A safe front door", "N9"))
    tab = shown(window, amara)
    hands.click("Add an action: A safe front door")
    hands.fill("What you will do next", "Change the locks")
    hands.fill("By when: Day", str(today().day))
    hands.fill("By when: Month", str(today().month))
    hands.fill("By when: Year", str(today().year))
    hands.choose("Kind of support", "TARGET")
    hands.fill("Who does it, if not you", "Colchester council")
    hands.press("Ctrl+Return")
    settle()
    (action,) = actions.for_client(amara)
    assert (action.goal_id, action.kind, action.agency) == (goal, "TARGET", "Colchester council")
    hands.click("Done: Change the locks")
    hands.fill("What came of it", "Three locks changed")
    hands.press("Ctrl+Return")
    settle()
    assert actions.get(action.id or 0).result == "Three locks changed"
    assert "Three locks changed" in words_of(tab.plan)


def test_a_step_that_serves_no_goal_is_in_the_plan_and_on_the_overview(
    window: Window, amara: int, hands: Hands
) -> None:
    tab = shown(window, amara)
    hands.click("Add an action")
    hands.fill("What you will do next", "Ring the school")
    for part, value in (("Day", today().day), ("Month", today().month), ("Year", today().year)):
        hands.fill(f"By when: {part}", str(value))
    hands.press("Ctrl+Return")
    settle()
    assert "Next steps that serve no goal" in words_of(tab.plan)
    page_of(window).show_part("overview")
    settle()
    assert "Ring the school" in words_of(page_of(window))


def test_a_goal_recorded_by_mistake_is_taken_back_with_a_reason(
    window: Window, amara: int, hands: Hands
) -> None:
    storage.write(goals.save, Goal(None, "", amara, "A safe front door", "N9"))
    tab = shown(window, amara)
    hands.click("Withdraw: A safe front door")
    hands.fill("Why it was a mistake", "Another client's")
    hands.press("Ctrl+Return")
    settle()
    assert goals.for_client(amara) == []
    assert "A safe front door" not in words_of(tab.plan)
    assert "withdraw" in [one.action for one in history.for_client(amara)]


# ---- onward referrals


@pytest.fixture
def talk(vault: object) -> int:
    def write() -> int:
        services.save(Service(None, "", "Elsewhere", areas="E07000073", crimes="FR"))
        return services.save(
            Service(
                None,
                "",
                "Talking room",
                "COU",
                areas="E07000066",
                crimes="DA",
                wait="limited",
                how="Ring them",
            )
        )

    return storage.write(write)


def test_services_that_take_the_client_are_offered_first_with_their_wait(
    window: Window, amara: int, talk: int, session: Session
) -> None:
    form = OnwardReferralForm(session, amara)
    window.go(Place("client", amara))
    page_of(window).open_form(form)
    settle()
    offered = [form.service.itemText(at) for at in range(form.service.count()) if form.service.itemText(at)]
    assert offered == [
        "Choose",
        "Talking room, waiting list",
        "No service exists here, or none takes the client",
        "Elsewhere, not asked yet (other district, crime or age)",
    ]


def test_a_referral_goes_to_a_service_with_consent_and_its_wait_is_shown(
    window: Window, amara: int, talk: int, hands: Hands
) -> None:
    tab = shown(window, amara)
    hands.click("Refer onward")
    form = form_of(window)
    assert isinstance(form, OnwardReferralForm)
    hands.choose("Which need it is for", "N1")
    form.service.setCurrentIndex(form.service.findData(talk))
    form.service.activated.emit(form.service.currentIndex())
    settle()
    assert "How to refer: Ring them" in form.about.text()
    hands.click("Does the client agree to share this with that service?: No")
    settle()
    assert form.override.isVisible()
    hands.click("Does the client agree to share this with that service?: Yes")
    settle()
    assert not form.override.isVisible()
    day = today() - dt.timedelta(days=3)
    for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        hands.fill(f"Sent: {part}", str(value))
    hands.press("Ctrl+Return")
    settle()
    (held,) = onward_referrals.for_client(amara)
    assert (held.service_id, held.service_type, held.consent) == (talk, "COU", "given")
    assert "no answer for 3 days" in words_of(tab.onward)


def test_without_consent_and_without_a_reason_it_does_not_go(
    window: Window, amara: int, talk: int, hands: Hands
) -> None:
    shown(window, amara)
    hands.click("Refer onward")
    form = form_of(window)
    assert isinstance(form, OnwardReferralForm)
    form.fill({"need": "N1", "service_id": talk, "consent": "refused", "sent": today().isoformat()})
    form.follow()
    hands.press("Ctrl+Return")
    assert "Enter why it goes without the client's consent" in words_of(page_of(window))
    assert onward_referrals.for_client(amara) == []


def test_where_no_service_exists_that_is_kept_as_why_the_need_is_unmet(
    window: Window, amara: int, hands: Hands
) -> None:
    storage.write(taken, amara, "NEEDS", {"N11": 3}, 20, "baseline")
    tab = shown(window, amara)
    hands.click("Refer onward")
    form = form_of(window)
    assert isinstance(form, OnwardReferralForm)
    form.fill({"need": "N11", "service_id": "none"})
    form.follow()
    settle()
    assert not form.consent.isVisible()
    hands.click("Why the need stays unmet: No such service here")
    hands.press("Ctrl+Return")
    settle()
    (held,) = onward_referrals.for_client(amara)
    assert (held.service_id, held.reason, held.consent) == (None, "NOS", "NA-NAP")
    assert "No service exists here" in words_of(tab.onward)
    assert tab.needs.table.facts.rows[0][0].under == "Not met: no such service here"


def test_a_refusal_is_recorded_later_with_its_reason(
    window: Window, amara: int, talk: int, hands: Hands
) -> None:
    sent = OnwardReferral(None, "", amara, talk, need="N1", consent="given", sent=later(-9))
    storage.write(onward_referrals.save, sent)
    tab = shown(window, amara)
    hands.click(f"Change: Talking room, Mental and physical health, {show_stored(later(-9))}")
    form = form_of(window)
    assert isinstance(form, OnwardReferralForm)
    form.fill({"refused": later(-2)})
    form.follow()
    settle()
    hands.click("Why the need stays unmet: Not eligible")
    hands.press("Ctrl+Return")
    settle()
    assert "refused after 7 days: not eligible" in words_of(tab.onward)


# ---- feedback and what was asked before


def test_feedback_is_counted_and_says_what_may_be_quoted(tab: NeedsTab) -> None:
    said = words_of(tab.feedback)
    assert "Offered 2: given 1, declined 1, waiting 0." in said
    assert "may be shared as an anonymous quotation" in said
    assert "Next due when support ends." in said


def test_feedback_is_due_at_six_weeks_and_an_offer_that_was_declined_counts(
    window: Window, add_client: Callable[..., int], hands: Hands
) -> None:
    client = add_client("Nia Hughes")
    tab = shown(window, client)
    assert "To be offered at six weeks: due in 12 days." in words_of(tab.feedback)
    hands.click("Offered, not given")
    form = form_of(window)
    assert isinstance(form, FeedbackOfferForm)
    hands.press("Ctrl+Return")  # nobody's answer is guessed
    assert form.errors.problems() == ["Choose what the client said"]
    form.editors["answer"].set_value("declined")
    hands.press("Ctrl+Return")
    settle()
    (offer,) = feedback.for_client(client)
    assert (offer.answer, offer.stage, offer.offered) == ("declined", "review", today().isoformat())
    assert "Offered 1: given 0, declined 1, waiting 0." in words_of(tab.feedback)
    hands.click("Record feedback")
    asked = form_of(window)
    assert isinstance(asked, InstrumentForm)
    assert (asked.held.instrument, asked.held.stage) == ("FEEDBACK", "review")


def test_a_waiting_offer_is_said_to_wait(window: Window, amara: int) -> None:
    storage.write(feedback.save, FeedbackOffer(None, "", amara, later(-2)))
    assert "waiting 1." in words_of(shown(window, amara).feedback)


def test_what_was_asked_before_says_when_and_by_whom_and_opens(
    window: Window, tab: NeedsTab, hands: Hands
) -> None:
    said = words_of(tab.before)
    assert "Asked by Amina Okafor" in said
    assert "3 more" in said
    hands.click("Show all: asked before")
    for _ in range(4):
        settle()
    assert "more" not in words_of(tab.before)
    next(
        one for one in tab.before.findChildren(QWidget) if one.accessibleName().startswith("Show: Needs")
    ).click()  # type: ignore[attr-defined]
    settle()
    assert isinstance(page_of(window).form, AnswersPage)


# ---- whole


def test_half_typed_forms_are_taken_up_again(session: Session, amara: int, talk: int) -> None:
    goal = storage.write(goals.save, Goal(None, "", amara, "A safe front door", "N9"))
    sent = OnwardReferral(None, "", amara, talk, need="N1", consent="given", sent=later(-1))
    referral = storage.write(onward_referrals.save, sent)
    offer = storage.write(feedback.save, FeedbackOffer(None, "", amara, later(-2)))
    for key in (
        f"goal:{amara}:new", f"goal:{amara}:{goal}", f"withdraw_goal:{amara}:{goal}",
        f"onward_referral:{amara}:new", f"onward_referral:{amara}:{referral}",
        f"withdraw_onward_referral:{amara}:{referral}", f"feedback_offer:{amara}:new",
        f"withdraw_feedback_offer:{amara}:{offer}",
    ):  # fmt: skip
        assert key.partition(":")[0] in FORMS
        form = form_for(session, key)
        assert form.drafts.key == key  # type: ignore[union-attr]
        form.deleteLater()


def test_the_tab_opens_at_once_with_years_of_answers(window: Window, amara: int, qtbot: QtBot) -> None:
    """Not a measurement: the number of queries, which decides, and no list built in one go."""

    def write() -> None:
        for n in range(30):
            stage = "review" if n else "baseline"
            taken(
                amara,
                ("NEEDS", "CR7", "CORE10")[n % 3],
                ({"N1": 2}, {"SAFE": 3}, {"TOTAL": 9})[n % 3],
                900 - n * 14,
                stage,
            )

    storage.write(write)
    window.go(Place("client", amara))
    settle()
    asked: list[str] = []
    execute = storage.database.execute_sql

    def counting(sql: str, *args: object, **kwargs: object) -> object:
        asked.append(sql)
        return execute(sql, *args, **kwargs)

    storage.database.execute_sql = counting  # type: ignore[method-assign]
    try:
        began = time.perf_counter()
        page_of(window).show_part("needs")
        opened = time.perf_counter() - began
        for _ in range(6):
            settle()
    finally:
        del storage.database.execute_sql
    print(f"needs and outcomes with 30 signed sets: {opened * 1000:.0f} ms to open, {len(asked)} queries")
    assert len(asked) <= 30
