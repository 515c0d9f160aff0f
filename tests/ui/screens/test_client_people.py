"""The People tab and its forms, as somebody works them with the keyboard."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from caseworker import storage
from caseworker.domain.children import Child
from caseworker.domain.workers import Worker
from caseworker.storage import children, clients, drafts, history, perpetrators, professionals, safeguarding
from caseworker.storage.engine import database
from tests.journey.hands import Hands
from tests.ui.screens import household
from tests.ui.screens.parts import settle, today, words_of
from tests.ui.screens.test_safe import shown
from ui.screens.client import ClientPage
from ui.screens.client.children import ChildForm
from ui.screens.client.incidents import IncidentForm
from ui.screens.client.perpetrators import PerpetratorForm
from ui.screens.client.professionals import ProfessionalForm
from ui.screens.client.safeguarding import SafeguardingForm
from ui.session import Place, Session
from ui.window import Window


@pytest.fixture
def people(window: Window, amara: int) -> ClientPage:
    window.go(Place("client", amara, "people"))
    settle()
    page = window.current()
    assert isinstance(page, ClientPage)
    return page


@pytest.fixture
def full(vault: object, add_client: Callable[..., int]) -> int:
    client_id = add_client("Nia Hughes")
    storage.write(household.fill, client_id)
    return client_id


def form_of(page: ClientPage) -> object:
    assert page.form is not None
    return page.form.form


def test_the_tabs_stand_in_the_order_of_the_work(people: ClientPage) -> None:
    shown = [people.bar.tabText(at) for at in range(people.bar.count())]
    order = [
        "Overview",
        "Contacts",
        "Risk",
        "Needs and outcomes",
        "Safety plan",
        "Justice",
        "People",
        "Documents",
    ]
    assert [one for one in shown if one in order] == order


def test_an_empty_household_says_what_to_ask(people: ClientPage) -> None:
    text = words_of(people.tab("people"))
    assert "None is recorded. Ask who is at home, and who else sees or hears it." in text
    assert "Never confirm to anybody that a person is a client here." in text


def test_everything_of_a_child_stands_on_one_card(window: Window, full: int) -> None:
    window.go(Place("client", full, "people"))
    text = words_of(window.current().tab("people"))  # type: ignore[union-attr]
    for part in (
        "Client's child. Lives with the client and the alleged perpetrator. Elm Road Primary School",
        "Own safe contact: At school or nursery only, Elm Road, ask for the head of year",
        "Never told or there: His father and his father's sister, who collects him on Fridays",
        "At risk now",
        "Turned 18 on 5 January 2026",
        "Own safe contact: not asked yet. Do not reach out until it is.",
    ):
        assert part in text
    assert text.index("Leo") < text.index("Turned 18")  # at risk first


def test_a_childs_number_is_masked_until_asked_for_and_that_is_written_down(
    window: Window, people: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    made = session.write(
        children.save,
        Child(
            None, "", amara, "Mia", reach="DIR", reach_through="Gran 07700 900142", reach_where="0770 0900142"
        ),
    )
    session.write(
        children.save, replace(children.get(made), reach_where="07700 900142 or 07700 900142"), "Typo"
    )
    people.reload()
    settle()
    assert not shown(window)
    assert "Own safe contact: Directly, Gran ending 42, ending 42 or ending 42" in words_of(people)
    people.open_form(ChildForm(session, amara, made))
    settle()
    assert not shown(window)
    assert "Recorded: Gran ending 42, ending 42 or ending 42" in words_of(people)
    hands.fill("Name or initials", "Mia C")
    hands.press("Ctrl+Return")
    settle()
    assert children.get(made).reach_where == "07700 900142 or 07700 900142"
    assert children.get(made).name == "Mia C"
    assert [one.action for one in history.for_client(amara)].count("show") == 0
    assert "900142" not in " ".join(str(one.sentence()) for one in history.for_client(amara))
    hands.click("Show the number: Mia C")
    assert shown(window)
    assert [one.action for one in history.for_client(amara)].count("show") == 1
    hands.click("Hide the number: Mia C")
    assert not shown(window)
    hands.click("Show the number: Mia C")
    window.go(Place("today"))
    settle()
    window.go(Place("client", amara, "people"))
    settle()
    assert not shown(window)


def test_who_turns_18_in_this_support_is_still_counted_as_a_child(
    people: ClientPage, session: Session, amara: int
) -> None:
    turned = today().replace(year=today().year - 18, day=min(today().day, 28))
    session.write(children.save, Child(None, "", amara, "Leo", born=turned.isoformat(), relationship="CHI"))
    text = words_of(people.tab("people"))
    assert "Turned 18 on" in text
    assert "Under 18 when this support started, and counted so until it ends." in text


def test_a_child_is_recorded_with_the_keyboard(people: ClientPage, hands: Hands, amara: int) -> None:
    hands.click("Add a child or dependant")
    form = form_of(people)
    assert isinstance(form, ChildForm)
    hands.type("Leo")
    form.fill({"at_risk": "yes", "reach": "SCH"})
    form.follow()
    form.editors["reach_where"].setText("Elm Road School")
    hands.press("Ctrl+Return")
    settle()
    (leo,) = children.for_client(amara)
    assert (leo.name, leo.at_risk, leo.reach_where, leo.parent_access) == (
        "Leo",
        "yes",
        "Elm Road School",
        "no",
    )
    assert people.form is None
    assert drafts.get(f"child:{amara}:new") is None


def test_what_a_form_asks_follows_the_answers(people: ClientPage, session: Session, amara: int) -> None:
    form = ChildForm(session, amara)
    people.open_form(form)
    settle()
    assert not form.due_field.isVisible()
    assert not form.where_field.isVisible()
    form.unborn.setChecked(True)
    form.fill({"reach": "ADU", "parent_access": "yes"})
    form.follow()
    assert form.due_field.isVisible()
    assert not form.born_field.isVisible()
    assert form.through_field.isVisible()
    assert form.access_field.isVisible()


def test_a_childs_own_record_is_opened_from_the_card(
    people: ClientPage,
    session: Session,
    add_client: Callable[..., int],
    hands: Hands,
    window: Window,
    amara: int,
) -> None:
    own = add_client("Leo Clarke")
    form = ChildForm(session, amara)
    people.open_form(form)
    form.fill({"name": "Leo", "own_reference": "CR-9999"})
    form.save()
    assert form.fields["own_reference"].problem() == "No record has that reference"
    form.fill({"own_reference": clients.get(own).reference})
    form.save()
    settle()
    hands.click("Open record")
    settle()
    assert window.place() == Place("client", own)


def test_a_born_child_is_no_longer_unborn(people: ClientPage, session: Session, amara: int) -> None:
    row = session.write(children.save, Child(None, "", amara, "Baby", unborn=True, born="NA-NAP"))
    form = ChildForm(session, amara, row)
    form.editors["unborn"].setChecked(False)
    form.save()
    assert (children.get(row).unborn, children.get(row).born) == (False, "NA-ASK")


def test_a_fact_about_an_alleged_perpetrator_asks_who_said_so(
    people: ClientPage, session: Session, amara: int
) -> None:
    form = PerpetratorForm(session, amara)
    people.open_form(form)
    settle()
    assert not form.said["weapons_said"].isVisible()
    form.fill({"name": "Dan P", "weapons": "yes"})
    form.follow()
    assert form.said["weapons_said"].isVisible()
    assert not form.said["occupation_said"].isVisible()
    form.save()
    assert form.said["weapons_said"].problem() == "Choose who said so"
    form.fill({"weapons_said": "POL"})
    form.save()
    assert perpetrators.get(1).weapons_said == "POL"


def test_every_word_about_a_person_says_alleged_until_a_court_has_spoken(
    window: Window, session: Session, full: int
) -> None:
    window.go(Place("client", full, "people"))
    tab = window.current().tab("people")  # type: ignore[union-attr]
    text = words_of(tab)
    assert "Alleged perpetrators" in text
    assert "\nAlleged\n" in text
    assert "Weapons: Shotgun licence (said by: police)" in text
    assert "Known to somebody who works here: tell your supervisor" in text
    held = perpetrators.for_client(full)[0]
    session.write(
        perpetrators.save,
        replace(held, convicted="yes", convicted_of="assault, 3 May 2026", convicted_said="CRT"),
    )
    assert "\nConvicted\n" in words_of(tab)


def test_professionals_say_whether_ringing_is_safe_and_what_they_may_hear(
    window: Window, session: Session, full: int
) -> None:
    window.go(Place("client", full, "people"))
    text = words_of(window.current().tab("people"))  # type: ignore[union-attr]
    for part in (
        "May be told: Dates of court only",
        "Safe to ring about the client",
        "Do not ring about the client",
    ):
        assert part in text
    form = ProfessionalForm(session, full, professionals.for_client(full)[0].id)
    assert form.told_field.isHidden() != (form.code("agreed") == "yes")


def test_a_decision_is_recorded_and_amended_only_with_a_reason(
    people: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    hands.click("Record a decision")
    form = form_of(people)
    assert isinstance(form, SafeguardingForm)
    assert not form.fields["why"].isVisible()
    form.fill(
        {"about": "CLI", "concern": "Not eating", "decision": "NOR", "threshold": "GP sees her on Friday"}
    )
    form.follow()
    form.save()
    settle()
    (made,) = safeguarding.for_client(amara)
    assert abs(made.decided - time.time()) < 120
    people.open_form(SafeguardingForm(session, amara, made.id))
    settle()
    form = form_of(people)
    assert isinstance(form, SafeguardingForm)
    assert form.why.isVisible()
    form.fill({"threshold": "She rang, and eats again"})
    form.save()
    assert form.why.problem() == "Enter why you are changing this"
    form.fill({"why": "She rang after I wrote this"})
    form.save()
    assert safeguarding.get(made.id or 0).threshold == "She rang, and eats again"
    assert safeguarding.get(made.id or 0).decided == made.decided


def test_a_referral_without_consent_asks_why_and_for_the_managers_look(
    people: ClientPage, session: Session, amara: int
) -> None:
    form = SafeguardingForm(session, amara)
    people.open_form(form)
    settle()
    assert not form.decision.override_field.isVisible()
    assert not form.reviewer_field.isVisible()
    form.fill({"decision": "REF", "consent": "no"})
    form.follow()
    assert form.decision.override_field.isVisible()
    assert form.reviewer_field.isVisible()
    form.fill({"consent": "yes"})
    form.follow()
    assert not form.decision.override_field.isVisible()
    assert not form.reviewer_field.isVisible()


def test_an_overdue_look_and_a_child_without_a_decision_stand_on_the_card(window: Window, full: int) -> None:
    window.go(Place("client", full, "people"))
    text = words_of(window.current().tab("people"))  # type: ignore[union-attr]
    assert "Manager's look was due" in text
    assert "Waits for a decision" in text
    assert "At risk, and nothing decided" not in text
    database.execute_sql("UPDATE safeguarding SET decided = decided - 800000")
    window.go(Place("today"))
    window.session.changed.emit()
    window.go(Place("client", full, "people"))
    assert "At risk, and nothing decided in the last 7 days: Leo" in words_of(window.current().tab("people"))  # type: ignore[union-attr]


def test_only_a_supervisor_is_offered_to_withdraw_a_decision(
    window: Window, session: Session, full: int, hands: Hands
) -> None:
    window.go(Place("client", full, "people"))
    settle()
    tab = window.current().tab("people")  # type: ignore[union-attr]
    text = words_of(tab)
    assert text.count("Withdraw") == 3 + 1 + 2  # children, perpetrator, professionals: no decision
    held = session.vault.worker
    boss = Worker(held.id, held.uid, held.name, "supervisor")
    database.worker = boss
    session.vault.worker = boss
    tab._shown = None  # type: ignore[attr-defined]
    tab.reload()
    assert words_of(tab).count("Withdraw") == 3 + 1 + 2 + 2


def test_what_is_half_typed_waits_on_the_overview(people: ClientPage, session: Session, amara: int) -> None:
    form = PerpetratorForm(session, amara)
    people.open_form(form)
    form.fill({"name": "Dan P"})
    form.drafts.keep()
    people.close_form()
    people.show_part("overview")
    assert "An alleged perpetrator, half-typed" in words_of(people.tab("overview"))
    again = PerpetratorForm(session, amara)
    assert again.text("name") == "Dan P"


def test_an_incident_offers_the_names_recorded(
    window: Window, session: Session, full: int, hands: Hands, amara: int
) -> None:
    window.go(Place("client", full, "people"))
    page = window.current()
    assert isinstance(page, ClientPage)
    form = IncidentForm(session, full)
    page.open_form(form)
    settle()
    hands.click("Use the name Dan P")
    assert form.text("by_whom") == "Dan P"
    assert form.drafts.waiting
    another = IncidentForm(session, amara)
    another.whole()
    assert another.names.isHidden()
