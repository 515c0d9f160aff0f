"""Safeguarding in the panel: one key while a decision stands, a decision made on the spot while none does."""

from __future__ import annotations

import time

import pytest

from caseworker.domain.children import Child
from caseworker.domain.safeguarding import Safeguarding
from caseworker.storage import children, contacts, safeguarding
from tests.journey.hands import Hands
from tests.ui.screens.parts import settle
from ui.screens.contacts import ContactPanel
from ui.screens.contacts.form import ContactForm
from ui.screens.contacts.safeguarding import SafeguardingAsk
from ui.session import Place, Session
from ui.window import Window

HOUR = 3600


@pytest.fixture
def leo(session: Session, amara: int) -> int:
    return session.write(children.save, Child(None, "", amara, "Leo", at_risk="yes"))


def decided(session: Session, client_id: int, hours_ago: int = 24) -> int:
    made = Safeguarding(
        None, "", client_id, "ALL", concern="Saw it happen", decided=int(time.time()) - hours_ago * HOUR,
        decision="NOR", threshold="Seen today, both well",
    )  # fmt: skip
    return session.write(safeguarding.save, made)


def panel(window: Window, client_id: int) -> tuple[ContactForm, SafeguardingAsk]:
    window.go(Place("contact", client_id))
    settle()
    shown = window.panel
    assert isinstance(shown, ContactPanel)
    assert shown.form is not None
    return shown.form, next(one for one in shown.form.asks if isinstance(one, SafeguardingAsk))


def answers(ask: SafeguardingAsk) -> list[str]:
    return [pill.text() for pill in ask.choice.pills()]


def test_nobody_at_risk_is_not_asked_about(window: Window, amara: int) -> None:
    form, ask = panel(window, amara)
    form.what.set_value("COM")
    form._follow()
    assert not ask.isVisible()
    assert form.save()


def test_a_note_about_safeguarding_asks_even_so(window: Window, amara: int) -> None:
    form, ask = panel(window, amara)
    form.what.set_value("COM")
    form.category.set_value("SAFEGUARDING")
    form._follow()
    assert ask.isVisible()
    assert not form.save()


def test_an_attempt_is_saved_without_a_word(
    window: Window, amara: int, leo: int, hands: Hands, capsys: pytest.CaptureFixture[str]
) -> None:
    form, ask = panel(window, amara)
    form.what.set_value("NOA")
    form._follow()
    assert not ask.isVisible()
    assert form.save()


def test_one_key_says_that_the_decision_stands(
    window: Window, session: Session, amara: int, leo: int, hands: Hands
) -> None:
    made = decided(session, amara)
    form, ask = panel(window, amara)
    form.what.set_value("COM")
    form._follow()
    assert answers(ask)[0].startswith("Nothing new, decision of ")
    assert answers(ask)[0].endswith(" stands")
    assert not form.save()
    assert ask.choice.problem() == "Choose whether there is something new about safeguarding"
    ask.choice.first().setFocus()
    hands.press("N")
    assert form.save()
    (contact,) = contacts.for_client(amara)
    assert [(one.safeguarding_id, one.answer) for one in safeguarding.of_contact(contact.id or 0)] == [
        (made, "stands")
    ]


def test_a_decision_older_than_seven_days_is_not_offered(
    window: Window, session: Session, amara: int, leo: int
) -> None:
    decided(session, amara, hours_ago=7 * 24 + 1)
    form, ask = panel(window, amara)
    form.what.set_value("COM")
    form._follow()
    assert answers(ask) == ["Something new: record a decision"]


def test_a_decision_is_made_in_the_panel_and_saved_with_the_contact(
    window: Window, amara: int, leo: int, hands: Hands
) -> None:
    form, ask = panel(window, amara)
    form.what.set_value("COM")
    form._follow()
    ask.choice.first().setFocus()
    hands.press("S")
    settle()
    assert ask.decision.isVisible()
    assert not form.save()
    assert form.fields["safeguarding_concern"].problem() == "Enter what the concern is"
    form.fill(
        {
            "safeguarding_about": "ONE", "safeguarding_child_id": leo, "safeguarding_concern": "Not sleeping",
            "safeguarding_decision": "KNO", "safeguarding_threshold": "His social worker rang this morning",
        }
    )  # fmt: skip
    form._follow()
    assert ask.decision.child_field.isVisible()
    assert form.save()
    (made,) = safeguarding.for_client(amara)
    assert (made.child_id, made.decision, made.concern) == (leo, "KNO", "Not sleeping")
    assert len(contacts.for_client(amara)) == 1


def test_not_decided_yet_does_not_close_a_contact(window: Window, amara: int, leo: int) -> None:
    form, _ = panel(window, amara)
    form.what.set_value("COM")
    form.fill({"safeguarding": "new", "safeguarding_about": "ALL", "safeguarding_concern": "Not sleeping"})
    form._follow()
    assert not form.save()
    assert contacts.for_client(amara) == []
    assert safeguarding.for_client(amara) == []


def test_what_is_half_decided_is_kept_with_the_draft(window: Window, amara: int, leo: int) -> None:
    form, _ = panel(window, amara)
    form.what.set_value("COM")
    form.fill({"safeguarding": "new", "safeguarding_about": "ALL", "safeguarding_concern": "Not sleeping"})
    form._follow()
    form.drafts.keep()
    window._do_close()
    settle()
    _, ask = panel(window, amara)
    assert ask.decision.concern.toPlainText() == "Not sleeping"
    assert ask.decision.isVisible()


def test_a_child_marked_at_risk_beside_the_open_panel_is_asked_about(
    window: Window, session: Session, amara: int
) -> None:
    form, ask = panel(window, amara)
    form.what.set_value("COM")
    form._follow()
    assert not ask.isVisible()
    session.write(children.save, Child(None, "", amara, "Leo", at_risk="yes"))
    form._follow()
    assert ask.isVisible()
    assert not form.save()


def test_a_conversation_while_a_decision_stands_takes_at_most_sixty_keys(
    window: Window, session: Session, amara: int, leo: int, hands: Hands
) -> None:
    """From the record: open the panel, a call, what happened, the decision stands, a note of 40 letters, save."""
    decided(session, amara)
    window.go(Place("client", amara))
    settle()
    keys = ["Ctrl+J", "Tab", "S", "Tab", "N", "Tab"]
    for pressed in keys:
        hands.press(pressed)
        settle()
    note = "Mara is at her sister's. Ring on Friday."
    hands.type(note)
    hands.press("Ctrl+Return")
    settle()
    total = len(keys) + len(note) + 1
    (contact,) = contacts.for_client(amara)
    assert contact.note == note
    assert len(safeguarding.of_contact(contact.id or 0)) == 1
    print(f"\n  conversation with a child at risk, 40-letter note: {total} key presses")
    assert total <= 60
