"""What may be shared, as the record shows it: decisions, taking back, sharing without agreement and its review."""

from __future__ import annotations

import datetime as dt

import pytest
from PySide6.QtWidgets import QAbstractButton

from caseworker.domain.consents import Consent
from caseworker.storage import consents
from caseworker.storage import today as boards
from tests.journey.hands import Hands
from tests.ui.screens.parts import settle, today, words_of
from ui.screens.client import ClientPage
from ui.screens.client.consents import ConsentEndForm, ConsentForm, ConsentReviewForm
from ui.session import Place, Session
from ui.window import Window


def day(days: int) -> str:
    return (today() + dt.timedelta(days=days)).isoformat()


@pytest.fixture
def page(window: Window, amara: int) -> ClientPage:
    window.go(Place("client", amara))
    settle()
    found = window.current()
    assert isinstance(found, ClientPage)
    return found


def agreed(session: Session, client_id: int, **more: str) -> int:
    fields = {"decision": "given", "scope": "That she must move", "recipient_name": "Colne Homes"} | more
    return session.write(consents.save, Consent(None, "", client_id, day(-9), "HOU", "HOU", **fields))  # type: ignore[arg-type]


def form_of(page: ClientPage, kind: type) -> object:
    assert page.form is not None
    assert isinstance(page.form.form, kind)
    return page.form.form


def test_nothing_may_be_shared_before_anybody_was_asked(page: ClientPage) -> None:
    assert "The client has not been asked yet, so nothing may be shared" in words_of(page)


def test_a_decision_is_recorded_with_the_keyboard(page: ClientPage, amara: int, hands: Hands) -> None:
    hands.click("Record a decision about sharing")
    form = form_of(page, ConsentForm)
    assert isinstance(form, ConsentForm)
    hands.press("a")  # agreed
    form.fill({"recipient": "HOU", "purpose": "HOU"})
    hands.fill("Which agency or person", "Colne Homes")
    hands.fill("What is shared", "That she must move")
    hands.press("Ctrl+Return")
    settle()
    (held,) = consents.for_client(amara)
    assert (held.decision, held.scope, held.by_whom) == ("given", "That she must move", "CLI")
    text = words_of(page)
    assert "Housing, Colne Homes: Housing" in text
    assert "May be shared" in text


def test_what_is_missing_is_said_beside_its_field(page: ClientPage, hands: Hands) -> None:
    hands.click("Record a decision about sharing")
    hands.press("Ctrl+Return")
    text = words_of(page)
    for part in ("Choose who it is shared with", "Choose what it is for", "Choose what was decided"):
        assert part in text


def test_the_client_takes_it_back_and_nothing_more_may_be_shared(
    page: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    agreed(session, amara)
    settle()
    hands.click("Client takes it back: Housing, Colne Homes: Housing")
    form_of(page, ConsentEndForm)
    hands.press("Ctrl+Return")
    settle()
    text = words_of(page)
    assert "Do not share" in text
    assert "May be shared" not in text
    assert len(consents.for_client(amara)) == 2
    hands.press("Ctrl+Z")
    settle()
    assert "May be shared" in words_of(page)
    assert "Do not share" not in words_of(page)
    hands.press("Ctrl+Shift+Z")
    settle()
    assert "Do not share" in words_of(page)


def test_sharing_without_agreement_waits_for_a_manager_here_and_on_today(
    page: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    hands.click("Record a decision about sharing")
    form = form_of(page, ConsentForm)
    assert isinstance(form, ConsentForm)
    settle()
    assert not form.reason.isVisible()
    form.fill({"decision": "override", "recipient": "POL", "purpose": "CJS"})
    form.follow()
    assert form.reason.isVisible()
    assert not form.how.isVisible()
    hands.fill("What is shared", "His threats and where she is staying")
    hands.press("Ctrl+Return")
    assert "Enter why it was shared without agreement" in words_of(page)
    hands.fill("Why without agreement", "Threat to kill tonight")
    hands.press("Ctrl+Return")
    settle()
    text = words_of(page)
    assert "Shared without agreement: Police" in text
    assert "Manager looks at it by" in text
    assert "Why: Threat to kill tonight" in text
    board = boards.board(session.now())
    assert any(
        line.due.noun == "consent" and line.who.client_id == amara
        for some in board.dated.values()
        for line in some.lines
    )
    hands.click("Manager's review: Shared without agreement: Police: Police and court")
    form_of(page, ConsentReviewForm)
    hands.fill("Manager", "Ruth Mensah")
    assert page.form is not None
    page.form.form.fill({"review_view": "right"})
    hands.press("Ctrl+Return")
    settle()
    assert "Ruth Mensah: Right to share" in words_of(page)
    assert consents.due(today()) == []


def test_an_agreement_past_its_day_says_to_ask_again(page: ClientPage, session: Session, amara: int) -> None:
    agreed(session, amara, expires=day(-1))
    text = words_of(page)
    assert "Agreement ended: ask again" in text
    assert not [b for b in page.findChildren(QAbstractButton) if b.text() == "Client takes it back"]


def test_a_decision_recorded_by_mistake_is_withdrawn(
    page: ClientPage, session: Session, amara: int, hands: Hands
) -> None:
    row_id = agreed(session, amara)
    settle()
    hands.click("Recorded by mistake: Housing, Colne Homes: Housing")
    hands.fill("Why it was a mistake", "Meant for another client")
    hands.press("Ctrl+Return")
    settle()
    assert consents.get(row_id).withdrawn
    assert "The client has not been asked yet" in words_of(page)
