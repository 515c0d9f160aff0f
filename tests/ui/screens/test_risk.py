"""The Risk tab: what is true now, every assessment, incidents and what they count as."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from caseworker import storage
from caseworker.domain.incidents import Incident
from caseworker.domain.risk import Rules
from caseworker.domain.when import show_date
from caseworker.storage import drafts, incidents, instruments, risk
from tests.journey.hands import Hands
from tests.ui.screens.parts import DAY, now, settle, today, words_of
from ui import theme
from ui.screens.client import ClientPage
from ui.screens.client.answer_sets import AnswersPage
from ui.screens.client.incidents import IncidentForm
from ui.screens.client.instruments import InstrumentForm
from ui.screens.client.risk import RiskTab
from ui.screens.client.risk_chart import Mark, RiskChart
from ui.session import Place, Session
from ui.window import Window


@pytest.fixture
def record(window: Window, amara: int) -> ClientPage:
    window.go(Place("client", amara))
    settle()
    page = window.current()
    assert isinstance(page, ClientPage)
    return page


@pytest.fixture
def assess(session: Session, amara: int) -> Callable[..., int]:
    """A signed Dash with that many yes, asked that many days ago."""

    def made(yes: int, days: float = 0.0, **judged: str) -> int:
        held = session.write(instruments.begin, amara, "DASH24", "review", at=int(now() - days * DAY))
        for item in range(1, 25):
            session.write(instruments.answer, held, str(item), "yes" if item <= yes else "no", "victim")
        session.write(instruments.sign, held, **judged)
        return held

    return made


def shown(record: ClientPage) -> str:
    """The tab in words, when all of it is there."""
    record.show_part("risk")
    for _ in range(20):
        settle()
    return words_of(record.tab("risk"))


def days_ago(days: int) -> str:
    return (today() - dt.timedelta(days=days)).isoformat()


# ---- what is true now


def test_without_an_assessment_it_says_so(record: ClientPage) -> None:
    assert "Nothing is signed yet, so there is no grade." in shown(record)


def test_the_grade_says_who_judged_it_why_and_when_it_is_looked_at_again(
    record: ClientPage, assess: Callable[..., int]
) -> None:
    assess(12, 3, judgement="high", reason="Separation, control and threats together")
    text = shown(record)
    assert "High risk" in text
    assert f"Since {show_date(today() - dt.timedelta(days=3))}, assessed by Amina Okafor" in text
    assert "By judgement: Separation, control and threats together" in text
    assert f"Review due {show_date(today() + dt.timedelta(days=11))}" in text
    assert "Answered yes: 12, raised from medium by judgement" in text


def test_an_overdue_review_says_by_how_many_days(record: ClientPage, assess: Callable[..., int]) -> None:
    assess(15, 20)
    assert "Review 6 days overdue" in shown(record)


def test_a_new_incident_makes_the_review_due(
    record: ClientPage, session: Session, assess: Callable[..., int], amara: int
) -> None:
    assess(15, 2)
    session.write(incidents.save, Incident(None, "", amara, days_ago(1), kind="VIO"))
    storage.database.execute_sql("UPDATE incident SET recorded = recorded + 1")
    text = shown(record)
    assert "A new incident became known since, so the review is due." in text
    assert "Review due today" in text


# ---- assessments


def test_assessments_are_listed_with_how_they_stand_and_drawn_over_time(
    record: ClientPage, session: Session, assess: Callable[..., int], amara: int, hands: Hands
) -> None:
    assess(6, 90)
    wrong = assess(15, 40)
    assess(11, 10)
    session.write(instruments.withdraw, wrong, "Another client's answers")
    waiting = session.write(instruments.begin, amara, "GEN", "review")
    session.write(instruments.answer, waiting, "GRADE", "high")
    storage.database.execute_sql("UPDATE answer_set SET recorded = recorded - 90000 WHERE signed = 0")
    text = shown(record)
    for part in (
        "Withdrawn, not counted",
        f"Signed {show_date(today())}",
        "Waits for your signature since yesterday or longer",
        "items have an answer",
        "Answered yes: 11",
    ):
        assert part in text
    chart = record.tab("risk").findChildren(RiskChart)[0]
    assert [(one.grade, one.total) for one in chart.marks()] == [("standard", 6), ("medium", 11)]
    assert "standard" in chart.accessibleName()
    hands.click(next(name for name in names(record) if name.startswith("Carry on: General grade")))
    assert isinstance(record.form, InstrumentForm)
    assert record.form.set_id == waiting


def names(record: ClientPage) -> list[str]:
    return [Hands.name(one) for one in record.tab("risk").findChildren(QAbstractButton) if one.isVisible()]


def test_a_signed_one_opens_for_reading_and_can_be_withdrawn_from_there(
    record: ClientPage, assess: Callable[..., int], hands: Hands
) -> None:
    set_id = assess(12, 3)
    shown(record)
    hands.click(next(name for name in names(record) if name.startswith("Read: Dash, 24 items")))
    assert isinstance(record.form, AnswersPage)
    assert "Said by the client" in words_of(record.form) or record.form.held.id == set_id


def test_another_tool_and_an_earlier_time_can_be_chosen(record: ClientPage, amara: int, hands: Hands) -> None:
    shown(record)
    hands.click("General grade")
    hands.fill("When it was asked", "yesterday 3pm")
    hands.click("Begin")
    assert isinstance(record.form, InstrumentForm)
    hands.type("h")
    assert record.form.side.total.text() == "High risk"
    record.form.save()
    held = risk.current(amara)
    assert held is not None
    assert held.assessed == today() - dt.timedelta(days=1)


def test_a_time_nobody_can_read_is_said_beside_its_field(record: ClientPage, hands: Hands) -> None:
    shown(record)
    tab = record.tab("risk")
    assert isinstance(tab, RiskTab)
    hands.fill("When it was asked", "some time")
    hands.click("Begin")
    assert record.form is None
    assert tab.begin.asked_field.problem() == "Enter a date and time, like 27 3 2026 3pm"


@pytest.mark.parametrize("name", ["light", "dark", "contrast"])
def test_the_chart_is_painted_whatever_it_is_given(qtbot: QtBot, look: None, qapp: object, name: str) -> None:
    theme.apply(qapp, name)  # type: ignore[arg-type]
    chart = RiskChart()
    qtbot.addWidget(chart)
    one = Mark(today(), "high", 15)
    many = [
        Mark(today() - dt.timedelta(days=n), grade, total)
        for n, (grade, total) in enumerate([("high", 24), ("medium", None), ("standard", 1)] * 40)
    ]
    pictures = []
    for marks in ([], [one], [one, one], many[::-1], [Mark(today(), "", 3)]):
        for wide in (10, 90, 640):
            chart.resize(wide, chart.height())
            chart.show_marks(marks)
            image: QImage = chart.grab().toImage()
            assert not image.isNull()
        pictures.append(image)
    assert pictures[0] != pictures[1]  # something was painted
    assert pictures[0] == pictures[4]  # and nothing where there is no grade


# ---- incidents


def test_an_incident_is_added_changed_and_withdrawn(record: ClientPage, amara: int, hands: Hands) -> None:
    shown(record)
    hands.click("Add an incident")
    assert isinstance(record.form.form, IncidentForm)  # type: ignore[union-attr]
    hands.choose("Kind of incident", "VIO")
    hands.fill("A few words", "Pushed in the hall")
    hands.press("Ctrl+Return")
    assert hands.reads(
        "Enter the date it happened"
    )  # no day is guessed: escalation and repeats are counted by it
    hands.fill("When it happened: Day", show_date(today()))
    hands.press("Ctrl+Return")
    (held,) = incidents.for_client(amara)
    assert (held.happened, held.kind, held.note) == (days_ago(0), "VIO", "Pushed in the hall")
    text = shown(record)
    assert "Violence or threat of it" in text
    assert "1 event in 12 months. This area counts 3 as escalation." in text
    hands.click(f"Change: {show_date(today())}. Violence or threat of it")
    hands.choose("Reported to the police", "NA-REF")
    hands.press("Ctrl+Return")
    shown(record)
    hands.click(f"Withdraw: {show_date(today())}. Violence or threat of it")
    hands.fill("Why it was a mistake", "Told twice")
    hands.press("Ctrl+Return")
    assert incidents.for_client(amara) == []
    text = shown(record)
    assert "Withdrawn, not counted" in text
    assert "No event in the last 12 months is recorded." in text


@pytest.mark.parametrize("before", [0, 20])
def test_after_an_incident_is_saved_the_keyboard_is_back_on_the_button_that_adds_one(
    record: ClientPage, session: Session, amara: int, hands: Hands, before: int
) -> None:
    for day in range(before):
        session.write(incidents.save, Incident(None, "", amara, days_ago(day + 1), kind="VIO"))
    shown(record)
    button = hands.find_button("Add an incident")
    assert button is not None
    button.setFocus()
    hands.press("Return")
    hands.fill("When it happened: Day", show_date(today()))
    hands.choose("Kind of incident", "VIO")
    hands.press("Ctrl+Return")
    for _ in range(20):
        settle()
    assert Hands.name(hands.focus()) == "Add an incident"


def test_three_events_are_said_as_escalation_by_the_rules_of_the_area(
    record: ClientPage, session: Session, amara: int
) -> None:
    for days in (1, 50, 300):
        session.write(incidents.save, Incident(None, "", amara, days_ago(days), kind="CON"))
    text = shown(record)
    assert "Escalation: 3 events in 12 months. This area counts 3 as escalation." in text
    assert "What is recorded brings the case to MARAC: escalation." in text
    session.write(risk.set_rules, Rules(escalation_count=4), "Essex")
    assert "3 events in 12 months. This area counts 4 as escalation." in shown(record)
    assert "Nothing recorded brings the case to MARAC by itself." in shown(record)


def test_half_an_incident_is_offered_again(record: ClientPage, amara: int, hands: Hands) -> None:
    shown(record)
    hands.click("Add an incident")
    hands.fill("A few words", "Pushed")
    hands.press("Esc")
    assert drafts.get(f"incident:{amara}:new") is not None
    record.show_part("overview")
    hands.click("Carry on: An incident, half-typed")
    assert hands.editor_text("A few words") == "Pushed"
