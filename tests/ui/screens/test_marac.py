"""MARAC: routes in words, the paper as a form, sent only when whole, heard, told, its actions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QRadioButton

from caseworker.domain.incidents import Incident
from caseworker.domain.marac import MaracReferral, flag_until
from caseworker.domain.marac_actions import MaracAction
from caseworker.domain.when import months_later, show_date
from caseworker.storage import incidents, instruments, marac, marac_actions
from tests.domain.test_marac import PAPER
from tests.journey.hands import Hands
from tests.ui.screens.parts import settle, today, words_of
from ui.screens.client import ClientPage
from ui.screens.client.marac import MaracForm, MaracStepsForm
from ui.session import Place, Session
from ui.window import Window


@pytest.fixture
def record(window: Window, amara: int) -> ClientPage:
    window.go(Place("client", amara))
    settle()
    page = window.current()
    assert isinstance(page, ClientPage)
    return page


def shown(record: ClientPage) -> str:
    record.show_part("risk")
    for _ in range(20):
        settle()
    return words_of(record.tab("risk"))


def ago(days: int) -> str:
    return (today() - dt.timedelta(days=days)).isoformat()


def whole(amara: int, days: int = 1, **others: object) -> MaracReferral:
    made = replace(PAPER, client_id=amara, incident_on=ago(days), signed_off=ago(days))
    return replace(made, **others)  # type: ignore[arg-type]


def high(session: Session, amara: int) -> int:
    held = session.write(instruments.begin, amara, "DASH24")
    for item in range(1, 15):
        session.write(instruments.answer, held, str(item), "yes", "victim")
    session.write(instruments.sign, held)
    return held


# ---- routes


def test_the_routes_of_what_is_recorded_are_said_in_words(
    record: ClientPage, session: Session, amara: int
) -> None:
    assert "Nothing recorded brings the case to MARAC by itself." in shown(record)
    high(session, amara)
    session.write(marac.save, whole(amara, 60, sent=ago(60)))
    session.write(incidents.save, Incident(None, "", amara, ago(1), kind="VIO", by_whom="Dan P"))
    text = shown(record)
    assert "What is recorded brings the case to MARAC: visible high risk, repeat." in text
    assert "The alleged perpetrator is never told." in text


def test_that_nobody_has_referred_it_yet_is_said_first_thing_on_the_tab(
    record: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    high(session, amara)
    shown(record)
    unreferred = "visible high risk. It is not referred yet."
    assert unreferred in words_of(record.tab("risk").now.itemAt(0).widget())  # type: ignore[attr-defined]
    hands.press("Ctrl+3")
    hands.press("Tab")
    assert Hands.name(hands.focus()) == "Refer to MARAC"
    hands.press("Return")
    settle()
    assert record.form is not None
    assert record.form.findChild(MaracForm) is not None
    record.close_form()
    session.write(marac.save, whole(amara, sent=ago(1)))
    assert unreferred not in shown(record)


@pytest.mark.parametrize(("days_after", "repeat"), [(0, True), (1, False)])
def test_a_repeat_is_worked_out_to_the_day(
    record: ClientPage, session: Session, amara: int, days_after: int, repeat: bool
) -> None:
    """On the last day of flag and tag it is a repeat, the day after it is not."""
    sent = months_later(today() - dt.timedelta(days=days_after), -12)
    if flag_until(sent) != today() - dt.timedelta(days=days_after):
        pytest.skip("a 29 February lies in between")
    session.write(marac.save, whole(amara, sent=sent.isoformat(), signed_off=sent.isoformat(),
                                    incident_on=sent.isoformat()))  # fmt: skip
    session.write(incidents.save, Incident(None, "", amara, ago(0), kind="VIO", by_whom="Dan P"))
    assert (
        "repeat" in shown(record).split("Nothing recorded")[0].split("brings the case")[-1][:40]
    ) == repeat


@pytest.mark.parametrize(("again", "said"), [
    (0, "It is a repeat within 12 months of MARAC: refer again."),
    (5, "It is a repeat within 12 months of MARAC."),
])  # fmt: skip
def test_a_repeat_is_to_be_referred_again_unless_that_was_done_since(
    record: ClientPage, session: Session, amara: int, hands: Hands, again: int, said: str
) -> None:
    session.write(marac.save, whole(amara, 60, sent=ago(60)))
    if again:
        session.write(marac.save, whole(amara, 10, sent=ago(again)))
    shown(record)
    hands.click("Add an incident")
    record.form.form.fill({"happened": ago(10), "kind": "VIO"})  # type: ignore[union-attr]
    hands.press("Ctrl+Return")
    assert hands.reads(f"Incident saved. {said}")
    assert hands.reads("refer again") == (not again)


# ---- the paper


def test_a_new_paper_knows_what_the_record_knows_and_no_number(
    record: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    set_id = high(session, amara)
    session.write(incidents.save, Incident(None, "", amara, ago(2), kind="VIO", by_whom="Dan P"))
    shown(record)
    hands.click("Refer to MARAC")
    form = record.form.form  # type: ignore[union-attr]
    assert isinstance(form, MaracForm)
    typed = form.record()
    assert (typed.area, typed.criteria, typed.incident_on, typed.perpetrator, typed.answer_set_id) == (
        "Essex", "VHR", ago(2), "Dan P", set_id,
    )  # fmt: skip
    assert "No voicemail" in typed.safe_to_reach
    assert "900142" not in typed.safe_to_reach
    assert typed.episode_id is not None


def test_a_second_paper_takes_over_who_she_is_but_not_how_to_reach_her_or_what_she_wants(
    record: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    first = whole(amara, 400, sent=ago(400), landlord="Harbour Homes", occupation="Cook", gp="Dr Bell")
    session.write(marac.save, first)
    shown(record)
    hands.click("Refer to MARAC")
    form = record.form.form  # type: ignore[union-attr]
    typed = form.record()
    assert (typed.landlord, typed.occupation, typed.gp) == ("Harbour Homes", "Cook", "Dr Bell")
    assert typed.safe_to_reach != first.safe_to_reach
    assert (typed.wishes, typed.consent, typed.wants_police, typed.manager) == ("", "NA-ASK", "NA-ASK", "")
    assert "Filled in from the paper before. Check that it is still so." in words_of(record)


def test_which_marac_hears_it_is_not_answered_as_if_the_client_had_been_asked(
    record: ClientPage, amara: int, hands: Hands
) -> None:
    shown(record)
    hands.click("Refer to MARAC")
    form = record.form.form  # type: ignore[union-attr]
    form.whole()
    assert form.record().area == "Essex"
    offered = [one.text() for one in form.editors["area"].findChildren(QRadioButton)]
    assert offered == ["Essex", "Southend", "Thurrock"]


def test_what_is_still_needed_is_listed_and_shrinks_as_it_is_filled_in(
    record: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    session.write(incidents.save, Incident(None, "", amara, ago(2), kind="VIO", by_whom="Dan P"))
    shown(record)
    hands.click("Refer to MARAC")
    form = record.form.form  # type: ignore[union-attr]
    assert isinstance(form, MaracForm)
    before = len(form.record().paper_problems())
    assert f"{before} things are still needed before it can be sent." in form.lacking.text()
    assert "Enter the landlord, or that it does not apply" in words_of(form.needed)
    hands.choose("Landlord: why there is no answer", "NA-NAP")
    assert "Enter the landlord" not in words_of(form.needed)
    assert f"{before - 1} things are still needed" in form.lacking.text()
    hands.press("Ctrl+Return")
    (held,) = marac.for_client(amara)
    assert (held.landlord, held.sent) == ("NA-NAP", "")
    assert f"{before - 1} things are still needed before it can be sent." in shown(record)


def test_without_agreement_the_reason_is_asked_for(
    record: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    held = session.write(marac.save, whole(amara, consent="yes", override_reason=""))
    record.open_form(MaracForm(session, amara, held))
    form = record.form.form  # type: ignore[union-attr]
    assert isinstance(form, MaracForm)
    settle()
    assert not form.override.isVisible()
    hands.click("Does the client agree to it?: No")
    settle()
    assert form.override.isVisible()
    assert "Enter why it goes without the client's consent" in words_of(form.needed)
    hands.fill("Why it goes without the client’s agreement", "Threats to kill")
    assert form.lacking.text() == "The paper is whole and can be sent."
    hands.press("Ctrl+Return")
    assert "Without the client’s agreement: Threats to kill" in shown(record)


def test_a_paper_that_lacks_something_cannot_be_sent_and_says_what(
    record: ClientPage, session: Session, amara: int
) -> None:
    held = session.write(marac.save, whole(amara, wishes=""))
    record.open_form(MaracStepsForm(session, amara, held))
    form = record.form.form  # type: ignore[union-attr]
    form.fill({"sent": ago(0)})
    form.save()
    assert form.errors.problems() == ["Enter what the client wants to happen"]
    assert marac.get(held).sent == ""


def test_sent_heard_and_told_are_steps_that_the_tab_tells(
    record: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    held = session.write(marac.save, whole(amara, 5))
    assert "The paper is whole and can be sent." in shown(record)
    session.write(marac.save, replace(marac.get(held), sent=ago(5)))
    text = shown(record)
    by = show_date(today() + dt.timedelta(days=9))
    until = show_date(flag_until(today() - dt.timedelta(days=5)))
    assert f"To be heard by {by}." in text
    assert f"Flagged until {until}: a further incident up to that day is a repeat." in text
    record.open_form(MaracStepsForm(session, amara, held))
    form = record.form.form  # type: ignore[union-attr]
    form.fill({"heard": ago(1), "outcome": "heard"})
    form.save()
    text = shown(record)
    assert f"Heard {show_date(today() - dt.timedelta(days=1))}, within two weeks." in text
    assert "The client is to be told" in text
    session.write(marac.save, replace(marac.get(held), told=ago(0)))
    assert f"The client was told {show_date(today())}." in shown(record)


def test_a_paper_changed_after_sending_needs_a_reason(
    record: ClientPage, session: Session, amara: int
) -> None:
    held = session.write(marac.save, whole(amara, 5, sent=ago(5)))
    record.open_form(MaracForm(session, amara, held))
    form = record.form.form  # type: ignore[union-attr]
    form.fill({"gp": "Dr Osei"})
    form.save()
    assert form.errors.problems() == ["Enter why you are changing this"]
    form.fill({"why": "She changed doctors"})
    form.save()
    assert marac.get(held).gp == "Dr Osei"


# ---- actions


def test_an_action_is_added_done_and_told_with_its_effect(
    record: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    session.write(marac.save, whole(amara, 5, sent=ago(5)))
    shown(record)
    button = next(
        one.accessibleName()
        for one in record.tab("risk").findChildren(type(record.back))
        if one.accessibleName().startswith("Add an action")
    )
    hands.click(button)
    hands.fill("Agency", "Housing")
    hands.fill("What was agreed", "Change the locks")
    record.form.form.fill({"due": ago(2)})  # type: ignore[union-attr]
    hands.press("Ctrl+Return")
    text = shown(record)
    assert "Housing: Change the locks" in text
    assert "2 days ago" in text
    hands.click(f"Done, or change: Housing: Change the locks, {show_date(today() - dt.timedelta(days=2))}")
    record.form.form.fill({"done": ago(0), "effect": "She sleeps again"})  # type: ignore[union-attr]
    hands.press("Ctrl+Return")
    (held,) = marac_actions.for_client(amara)
    assert (held.agency, held.done, held.effect) == ("Housing", ago(0), "She sleeps again")
    text = shown(record)
    assert f"Done {show_date(today())}" in text
    assert "What it changed: She sleeps again" in text


def test_an_action_long_overdue_says_its_day_once(record: ClientPage, session: Session, amara: int) -> None:
    referral = session.write(marac.save, whole(amara, 90, sent=ago(90)))
    action = MaracAction(None, "", amara, referral, agency="Housing", action="Change the locks", due=ago(60))
    session.write(marac_actions.save, action)
    assert f"Due {show_date(today() - dt.timedelta(days=60))}\n" in shown(record)


def test_a_referral_made_by_mistake_is_withdrawn_and_stays_on_show(
    record: ClientPage, session: Session, amara: int, hands: Hands, add_client: Callable[..., int]
) -> None:
    held = session.write(marac.save, whole(amara, 5))
    shown(record)
    button = next(
        one.accessibleName()
        for one in record.tab("risk").findChildren(type(record.back))
        if one.accessibleName().startswith("Withdraw: MARAC")
    )
    hands.click(button)
    hands.fill("Why it was a mistake", "Another client's paper")
    hands.press("Ctrl+Return")
    assert marac.get(held).withdrawn
    assert "Withdrawn, not counted" in shown(record)
