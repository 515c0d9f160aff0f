"""The return on screen: what is counted stays, what leaves is seen byte by byte, and nothing leaves before
the second press.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester

from caseworker import storage
from caseworker.domain.contacts import Contact
from caseworker.storage import clients, contacts, episodes, outbox
from caseworker.storage import returns as frozen
from caseworker.sync import summary
from tests.hub.parts import Served
from tests.journey.hands import Hands
from tests.ui.accessibility import everything
from tests.ui.screens.line import join, people
from tests.ui.screens.parts import settle, words_of
from ui import theme
from ui.screens.preview import FEW, Line, Sheet, SheetModel, SheetPages, Trouble, sheets
from ui.screens.returns import ReturnsPage
from ui.session import Place, Session
from ui.window import Window


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with Served(tmp_path / "hub") as open_hub:
        yield open_hub


@pytest.fixture
def page(window: Window, served: Served, tmp_path: Path) -> ReturnsPage:
    """The Returns screen of a laptop with people that has joined."""
    people()
    join(served, tmp_path)
    window.go(Place("returns"))
    made = window.current()
    assert isinstance(made, ReturnsPage)
    return made


@pytest.fixture
def preview(page: ReturnsPage, hands: Hands) -> ReturnsPage:
    """The quarter that ended last, counted through the button."""
    hands.click("Count the quarter")
    hands.until(lambda: hands.find_button("Approve"), "the preview", 60)
    return page


def received(served: Served) -> int:
    """How many returns the hub has."""
    from caseworker.hub import tables

    with tables.database.connection_context():
        return tables.Arrival.select().where(tables.Arrival.status == "received").count()


def test_what_is_shown_is_what_the_bytes_say(preview: ReturnsPage) -> None:
    prepared = preview._prepared
    assert prepared is not None
    envelope = summary.read(prepared.payload)
    pages = sheets(envelope.tables, prepared.counted())
    shown = sorted(n for sheet in pages for line in sheet.lines for n in line.shown)
    # A page with several measures repeats nothing and leaves nothing out; a total stands in both its tables
    assert shown == sorted(cell for table in envelope.tables for cell in table.cells)
    preview.tabs.setCurrentIndex(1)
    assert preview.file.text.toPlainText().encode() == prepared.payload
    assert json.loads(prepared.payload)["period"] == str(prepared.period)


def test_every_exact_count_is_near_what_will_be_read_and_few_people_are_marked(preview: ReturnsPage) -> None:
    prepared = preview._prepared
    assert prepared is not None
    pages = sheets(summary.read(prepared.payload).tables, prepared.counted())
    pairs = [
        (exact, shown)
        for sheet in pages
        for line in sheet.lines
        for exact, shown in zip(line.counted, line.shown, strict=True)
        if exact is not None
    ]
    assert len(pairs) == sum(len(sheet.lines) * len(sheet.heads) for sheet in pages)
    assert all(abs(exact - shown) < 10 and shown % 5 == 0 for exact, shown in pairs)
    few = [sheet for sheet in pages if sheet.few]
    assert few
    model = SheetModel(preview)
    model.show_sheet(few[0])
    marked = [
        (row, column)
        for row in range(model.rowCount())
        for column in range(model.columnCount())
        if model.data(model.index(row, column), SheetModel.TINT) == "medium"
    ]
    assert len(marked) == few[0].few
    for row, column in marked:
        said = str(model.data(model.index(row, column), Qt.ItemDataRole.AccessibleTextRole))
        assert said.endswith("fewer than 5")  # never by colour alone
        assert 0 < int(str(model.data(model.index(row, column)))) < FEW


def test_nothing_leaves_before_the_second_press(preview: ReturnsPage, served: Served, hands: Hands) -> None:
    assert outbox.items() == []
    hands.click("Approve")
    hands.until(lambda: outbox.items(), "the approved return")
    assert outbox.items()[0].state == outbox.APPROVED
    assert outbox.items()[0].wire is None
    assert received(served) == 0
    hands.click("Send")
    hands.read("signature was checked.")
    item = outbox.items()[0]
    assert item.state == outbox.RECEIVED
    assert preview._prepared is not None
    assert item.payload == preview._prepared.payload
    assert received(served) == 1


def test_green_only_after_the_receipt(preview: ReturnsPage, hands: Hands) -> None:
    hands.click("Approve")
    assert preview.sent.isHidden()
    hands.click("Send")
    assert preview.sent.isHidden() or outbox.items()[0].receipt is not None
    hands.until(lambda: not preview.sent.isHidden(), "the chip")
    assert preview.sent.property("chip") == "safe"
    assert outbox.items()[0].receipt is not None


def test_an_approval_can_be_taken_back_and_given_again(
    preview: ReturnsPage, served: Served, hands: Hands
) -> None:
    hands.click("Approve")
    hands.click("Take back the approval")
    hands.until(lambda: hands.find_button("Approve"), "Approve again")
    assert [item.state for item in outbox.items()] == [outbox.TAKEN_BACK]
    assert preview.approve.hasFocus()
    hands.click("Approve")
    assert preview.trouble.text() == ""
    hands.click("Send")
    hands.read("signature was checked.")
    assert received(served) == 1


def test_counting_can_be_stopped_and_leaves_no_trace(page: ReturnsPage, hands: Hands) -> None:
    before = storage.database.execute_sql("SELECT count(*) FROM audit").fetchone()
    hands.click("Count the quarter")
    page.stop.click()
    hands.until(lambda: page._job is None, "the count to stop")
    assert page.stack.at() == 0
    assert page._prepared is None
    assert page.trouble.text() == ""
    assert outbox.items() == []
    assert storage.database.execute_sql("SELECT count(*) FROM audit").fetchone() == before
    assert page.count.isEnabled()


def test_offline_is_said_calmly_and_the_same_bytes_go_later(
    window: Window, page: ReturnsPage, served: Served, hands: Hands, tmp_path: Path
) -> None:
    hands.click("Count the quarter")
    hands.until(lambda: hands.find_button("Approve"), "the preview", 60)
    hands.click("Approve")
    served.__exit__()
    hands.click("Send")
    hands.until(lambda: page.trouble.text(), "a sentence", 40)
    assert "Nothing is lost" in page.trouble.text()
    assert page.trouble._heading.isHidden()  # no "There is a problem": being offline is a normal day
    sealed = outbox.items()[0].wire
    assert sealed is not None
    assert outbox.items()[0].state == outbox.SENT
    assert window.sync.text() == "Offline, 1 waiting"
    with Served(tmp_path / "hub", port=served.port):
        hands.click("Send")
        hands.read("signature was checked.")
    assert window.sync.text() == "Online, nothing waiting"
    assert outbox.items()[0].wire == sealed


def test_what_was_said_offline_goes_when_the_outbox_sends_it(
    window: Window, page: ReturnsPage, served: Served, hands: Hands, tmp_path: Path
) -> None:
    hands.click("Count the quarter")
    hands.until(lambda: hands.find_button("Approve"), "the preview", 60)
    hands.click("Approve")
    served.__exit__()
    hands.click("Send")
    hands.until(lambda: page.trouble.text(), "a sentence", 40)
    assert "Send it again when you are connected." in page.trouble.text()
    with Served(tmp_path / "hub", port=served.port):
        hands.press("F5")
        hands.until(lambda: outbox.items()[0].state == outbox.RECEIVED, "the receipt", 40)
    window.go(Place("returns"))
    hands.until(lambda: not page.trouble.isVisible(), "the page without the old sentence", 10)
    assert page.sent.isVisible()


def test_before_joining_the_screen_says_what_to_do(window: Window, hands: Hands) -> None:
    window.go(Place("returns"))
    hands.click("Count the quarter")
    assert window.place().name == "join"


def test_a_correction_shows_what_changed_and_warns_of_small_changes(
    preview: ReturnsPage, served: Served, hands: Hands
) -> None:
    hands.click("Approve")
    hands.click("Send")
    hands.read("signature was checked.")
    assert preview._prepared is not None
    start, _ = preview._prepared.period.epochs()
    client_id = clients.search("", open_only=False).ids[0]
    support = episodes.for_client(client_id)[0].id
    late = [
        Contact(
            None,
            "",
            client_id,
            support,
            start + 3_600 * hour,
            "CLI",
            "TEL",
            "COM",
            minutes=20,
            override_reason="Not asked yet",
        )
        for hour in range(30, 33)
    ]
    for one in late:
        storage.write(contacts.save, one)
    hands.click("Count it again")
    hands.until(lambda: hands.find_button("Approve"), "the preview", 60)
    assert preview._prepared.version == 2
    hands.tab("Changes since last time")
    said = words_of(preview.changes)
    assert "Compared with version 1" in said
    assert "Two-way contacts" in said or "Contacts" in said
    assert "Small change" in said
    hands.click("Approve")
    hands.click("Send")
    hands.until(lambda: received(served) == 2, "version 2")
    assert frozen.frozen(preview._prepared.period, 2) is not None


def test_the_checks_are_said_in_words(preview: ReturnsPage) -> None:
    said = words_of(preview.checks)
    assert "0 cells fail" in said
    assert "0 names, 0 dates of birth, 0 addresses, 0 references, 0 notes" in said.replace("\n", " ")


@pytest.mark.parametrize("name", ["light", "dark", "contrast"])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_the_preview_can_be_read_and_reached(
    qapp: QApplication, name: str, scale: float, look: None, qtbot: object
) -> None:
    theme.apply(qapp, name, scale)
    pages = SheetPages()
    pages.resize(int(1_000 * scale), 700)
    pages.show_sheets([_sheet()])
    pages.show()
    settle()
    everything(pages)
    assert pages.grab().width() > 0  # the painter runs: an exception in it would end the process
    pages.close()
    pages.deleteLater()
    settle()


def test_the_whole_page_can_be_read_and_reached(preview: ReturnsPage, window: Window) -> None:
    for tab in range(3):
        preview.tabs.setCurrentIndex(tab)
        settle()
        everything(preview)


def test_the_model_behaves_and_reads_aloud(qapp: QApplication, qtmodeltester: ModelTester) -> None:
    pages = SheetPages()
    pages.show_sheets([_sheet()])
    model = pages.table.sheet_model
    qtmodeltester.check(model)
    assert model.columnCount() == 1 + 2 + 1 + 2
    aloud = model.data(model.index(0, 1), Qt.ItemDataRole.AccessibleTextRole)
    assert aloud == "Basildon, New, as counted: 3, fewer than 5"
    totals = [model.data(model.index(at, 0), model.TOTAL) for at in range(model.rowCount())]
    assert totals == [False] * (model.rowCount() - 1) + [True]
    aloud = model.data(model.index(0, 4), Qt.ItemDataRole.AccessibleTextRole)
    assert aloud == "Basildon, New, as it will be read: 5"
    pages.deleteLater()


def test_a_problem_is_said_once_and_taken_away(qapp: QApplication) -> None:
    trouble = Trouble()
    trouble.show_trouble("Choose a longer period")
    assert trouble.text() == "Choose a longer period"
    trouble.show_trouble("")
    assert trouble.isHidden()
    trouble.deleteLater()


def _sheet() -> Sheet:
    return Sheet(
        "People, by district of residence",
        "District of residence",
        ("New", "Ongoing"),
        (
            Line("Basildon", (3, 12), (5, 10)),
            Line("Other categories together", (20, 8), (20, 10)),
            Line("All", (23, 20), (25, 20), True),
        ),
        ("Braintree, Brentwood",),
    )


def test_at_large_text_the_button_that_counts_is_whole(
    qapp: QApplication, session: Session, look: None
) -> None:
    theme.apply(qapp, "light", 1.5)
    page = ReturnsPage(session)
    page.resize(1_280 - 84, 680)
    page.show()
    settle()
    right = page.count.mapTo(page, page.count.rect().topRight()).x()
    assert right <= page.width() - 24
    assert page.count.width() >= page.count.sizeHint().width()
    page.close()
    page.deleteLater()
    settle()
