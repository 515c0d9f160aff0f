"""The outbox on screen: every state in words, green only with a verified receipt, back until it is sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication

from caseworker import storage
from caseworker.crypto import signing
from caseworker.storage import outbox, pins
from caseworker.sync import outbox as sending
from tests.journey.hands import Hands
from tests.sync.far import FarHub, approved
from tests.ui.accessibility import everything
from tests.ui.screens.line import Portal
from tests.ui.screens.parts import settle, words_of
from ui import theme
from ui.screens.outbox import STATES, OutboxPage
from ui.session import Place
from ui.window import Window


@pytest.fixture
def far(vault: object) -> FarHub:
    """A joined laptop whose hub is far away; the test holds the hub's keys."""
    hub = FarHub()
    storage.write(pins.pin, hub.pins())
    storage.write(pins.confirm, b"kept")
    return hub


@pytest.fixture
def go(window: Window) -> Callable[[], OutboxPage]:
    def show() -> OutboxPage:
        window.go(Place("outbox"))
        page = window.current()
        assert isinstance(page, OutboxPage)
        settle()
        return page

    return show


def answered(far: FarHub, item_id: int, **changes: object) -> None:
    item = sending.seal(item_id)
    storage.write(outbox.tried, item_id, 0)
    sending.apply_receipt(outbox.get(item_id), far.receipt(item, **changes))


def test_every_state_has_words_and_only_received_is_green() -> None:
    assert set(STATES) == set(outbox.STATES)
    assert [state for state, (kind, _) in STATES.items() if kind == "safe"] == [outbox.RECEIVED]


def test_an_empty_outbox_says_so(far: FarHub, go: Callable[[], OutboxPage]) -> None:
    page = go()
    assert "Nothing is waiting." in words_of(page)
    assert not page.send.isEnabled()


def test_what_waits_can_be_taken_back_until_it_is_sealed(
    far: FarHub, go: Callable[[], OutboxPage], hands: Hands
) -> None:
    item_id = approved()
    page = go()
    assert page._lines[0].chip.text() == "Waiting"
    hands.click("Take back: 2026-27 Q1 return, version 1")
    settle()
    assert outbox.get(item_id).state == outbox.TAKEN_BACK
    assert page._lines[0].chip.text() == "Taken back"
    assert "0 waiting, 0 sent." in page.summary.text()
    assert page._lines[0].parentWidget() is page.never_rows
    assert hands.find_button("Show what was approved")
    sealed = approved()
    sending.seal(sealed)
    page.mark_stale()
    assert page._lines[0].take_back is None


def test_a_received_return_shows_its_receipt_and_what_was_sent(
    far: FarHub, go: Callable[[], OutboxPage], hands: Hands
) -> None:
    item_id = approved()
    answered(far, item_id)
    page = go()
    said = words_of(page.receipt)
    assert "Received, signature checked" in said
    assert page._lines[0].chip.property("chip") == "safe"
    hands.click("Show what was sent")
    page.tabs.setCurrentIndex(1)
    assert page.file.text.toPlainText().encode() == outbox.get(item_id).payload
    everything(page)


def test_a_refused_return_says_why_and_what_to_do(far: FarHub, go: Callable[[], OutboxPage]) -> None:
    answered(far, approved(), status="refused", reason="version")
    page = go()
    assert page._lines[0].chip.text() == "Refused"
    assert "A newer version has already been received. Prepare it again." in words_of(page)


def test_the_newer_version_replaces_the_older_in_words(far: FarHub, go: Callable[[], OutboxPage]) -> None:
    first = approved()
    answered(far, first)
    answered(far, approved(version=2, supersedes="sha256:" + outbox.get(first).payload_sha256))
    page = go()
    assert [line.chip.text() for line in page._lines] == ["Received", "Received, replaced"]


def reply(page: OutboxPage, hands: Hands, far: FarHub, answer: bytes, kind: str = "application/json") -> str:
    """What the screen says when the network gives that answer."""
    with Portal(answer, kind) as portal:
        storage.database.execute_sql("DELETE FROM pin WHERE name = 'hub'")
        storage.write(pins.pin, far.pins(hub=portal.address))
        storage.write(pins.confirm, b"kept")
        page.mark_stale()
        hands.press("F5")
        hands.until(lambda: page.trouble.text(), "a sentence", 30)
        return page.trouble.text()


def test_a_wifi_sign_in_page_is_one_clear_sentence_and_changes_nothing(
    far: FarHub, go: Callable[[], OutboxPage], hands: Hands
) -> None:
    item_id = approved()
    page = go()
    said = reply(page, hands, far, Portal.PAGE, "text/html")
    assert "Open a browser and sign in" in said
    assert outbox.get(item_id).state == outbox.SENT
    assert outbox.get(item_id).receipt is None
    assert page._lines[0].chip.property("chip") != "safe"


def test_a_receipt_with_a_wrong_signature_is_one_clear_sentence_and_changes_nothing(
    far: FarHub, go: Callable[[], OutboxPage], hands: Hands
) -> None:
    item = sending.seal(approved())
    stranger, _ = signing.new_sign_key()
    page = go()
    said = reply(page, hands, far, far.receipt(item, private=stranger))
    assert "not signed by the commissioner's hub" in said
    assert outbox.get(item.id).state == outbox.SENT
    assert outbox.get(item.id).receipt is None
    assert "Received" not in words_of(page._lines[0])


def test_the_same_answer_rightly_signed_turns_it_green(
    far: FarHub, go: Callable[[], OutboxPage], hands: Hands
) -> None:
    """The control of the two tests above: the path they take can end in green."""
    item = sending.seal(approved())
    page = go()
    with Portal(far.receipt(item), "application/json") as portal:
        storage.database.execute_sql("DELETE FROM pin WHERE name = 'hub'")
        storage.write(pins.pin, far.pins(hub=portal.address))
        storage.write(pins.confirm, b"kept")
        page.mark_stale()
        hands.press("F5")
        hands.until(lambda: page._lines[0].chip.text() == "Received", "the green chip", 30)
    assert page.trouble.text() == ""


@pytest.mark.parametrize("name", ["light", "dark", "contrast"])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_the_outbox_can_be_read_and_reached(
    far: FarHub, window: Window, go: Callable[[], OutboxPage], qapp: QApplication, name: str, scale: float
) -> None:
    answered(far, approved())
    approved(period="2025-26Q4")
    theme.apply(qapp, name, scale)
    page = go()
    everything(page)
