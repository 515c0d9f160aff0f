"""The printed day: little on it, one page of it, and a trace that it was made."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtGui import QPdfWriter

from caseworker import storage
from caseworker.domain.actions import Action
from caseworker.domain.contacts import Contact
from caseworker.domain.justice_events import JusticeEvent
from caseworker.domain.orders import Order
from caseworker.domain.when import show_date
from caseworker.storage import actions, contacts, instruments, justice_events, orders, risk, today
from caseworker.storage.engine import database
from caseworker.storage.records import fetch
from tests.journey.hands import Hands
from tests.ui.accessibility import everything
from tests.ui.screens.parts import DAY, now, settle, words_of
from tests.ui.screens.parts import today as this_day
from ui.printing import a_printer, job_name, lay_out
from ui.screens.day_sheet import HIGH, DaySheet, PrintCard, initials
from ui.screens.today import TodayPage
from ui.session import Session
from ui.window import Window


@pytest.fixture
def busy(session: Session, add_client: Callable[..., int]) -> Session:
    """A follow-up today, and a call nobody answered."""
    amara = add_client("Amara Clarke", hours="Mon-Fri 9:30am to 11am")
    nia = add_client("Nia Hughes-Penn", voicemail="yes")

    def write() -> None:
        actions.save(Action(None, "", amara, "Ask about the exit bag", this_day().isoformat()))
        contacts.save(
            Contact(None, "", nia, None, now() - 600, "ATT", "TEL", "NOA", note="His car stood outside")
        )

    storage.write(write)
    return session


def sheet_of(session: Session) -> DaySheet:
    now, worker = session.now(), session.vault.worker.id
    return DaySheet(today.board(now, worker), *today.of_the_day(now, worker), now)


def test_the_page_holds_initials_references_and_when_a_call_is_safe(busy: Session) -> None:
    text = sheet_of(busy).document().toPlainText()
    for expected in (
        "AC",
        "CR-0001",
        "Follow-up today",
        "Call Mon-Fri 9:30am to 11am. No voicemail. No letters home",
    ):
        assert expected in text
    assert "NHP" in text
    assert "Try again, last tried" in text
    assert "Call at any time. No letters home" in text


def test_no_name_number_note_step_agency_or_product_is_on_the_page(busy: Session) -> None:
    text = sheet_of(busy).document().toPlainText()
    for word in (
        "Amara",
        "Clarke",
        "Nia",
        "Hughes",
        "900142",
        "exit bag",
        "car",
        "library",
        "A07",
        "Caseworker",
    ):
        assert word not in text
    assert busy.vault.worker.name not in text


def test_reviews_and_court_dates_of_the_day_are_on_the_page_and_say_no_more_than_that(
    session: Session, add_client: Callable[..., int]
) -> None:
    amara, nia, late, soon = (add_client(name) for name in ("Amara C", "Nia H", "Late B", "Soon E"))

    days_to_review = risk.rules("").review_days["standard"]

    def write() -> None:
        for client_id, on in ((amara, 0), (soon, 1)):
            happened, set_for = (this_day() - timedelta(days=9)).isoformat(), this_day() + timedelta(days=on)
            stage = JusticeEvent(
                None,
                "",
                client_id,
                "13",
                happened,
                "Chelmsford Crown Court",
                "Bail",
                set_for.isoformat(),
                "",
                "DC Price",
            )
            justice_events.save(stage)
        ends = Order(
            None,
            "",
            nia,
            "NMO",
            happened,
            happened,
            "",
            "",
            this_day().isoformat(),
            "Colne Court",
            "Dan P",
            "Stay away",
        )
        orders.save(ends)
        for client_id, days_ago in (
            (nia, days_to_review),
            (late, days_to_review + 2),
            (soon, days_to_review - 1),
        ):
            held = instruments.begin(client_id, "GEN", at=now() - days_ago * DAY)
            instruments.answer(held, "GRADE", "standard")
            instruments.sign(held)

    storage.write(write)
    sheet = sheet_of(session)
    day = show_date(this_day() - timedelta(days=2))
    assert [(line.initials, line.what) for line in sheet.lines] == [
        ("AC", "Court or police date today"),
        ("NH", "Date set for today"),
        ("NH", "Review today"),
        ("LB", f"Review, due {day}"),
    ]
    assert sheet.count == 4
    text = sheet.document().toPlainText()
    for word in ("isk", "Chelmsford", "Crown", "Bail", "Price", "rder", "olestation", "Dan", "charge"):
        assert word not in text


def test_a_client_nobody_asked_is_not_rung_from_paper(
    session: Session, add_client: Callable[..., int]
) -> None:
    quiet = add_client("Quiet One", safe=False)
    storage.write(actions.save, Action(None, "", quiet, "Ring", this_day().isoformat()))
    assert [line.safe for line in sheet_of(session).lines] == ["Ask in the app before calling"]


def test_a_long_day_is_still_one_page_and_says_how_many_more(
    busy: Session, tmp_path: Path, add_client: Callable[..., int]
) -> None:
    client_id = add_client("Zoë Long")

    def many() -> None:
        for n in range(70):
            actions.save(Action(None, "", client_id, f"Step {n}", this_day().isoformat()))

    storage.write(many)
    sheet = sheet_of(busy)
    document = sheet.document()
    assert document.size().height() <= HIGH
    text = document.toPlainText()
    shown = text.count("CR-")
    assert shown > 15
    assert f"And {72 - shown} more in the app." in text


def test_what_is_late_never_takes_the_room_of_what_is_due_today(
    session: Session, add_client: Callable[..., int]
) -> None:
    late, amara = add_client("Late One"), add_client("Amara Clarke")

    def many() -> None:
        for n in range(60):
            held = actions.save(Action(None, "", late, f"Step {n}", this_day().isoformat()))
            yesterday = (this_day() - timedelta(days=1)).isoformat()
            database.execute_sql("UPDATE action SET due = ? WHERE id = ?", (yesterday, held))
        actions.save(Action(None, "", amara, "Ring", this_day().isoformat()))

    storage.write(many)
    sheet = sheet_of(session)
    assert (sheet.lines[0].initials, sheet.lines[0].what) == ("AC", "Follow-up today")
    assert "Follow-up today" in sheet.document().toPlainText()


def test_a_day_with_nothing_due_says_so(session: Session, vault: object) -> None:
    assert "Nothing is due today." in sheet_of(session).document().toPlainText()


def test_the_job_and_the_file_are_named_after_nobody(busy: Session, tmp_path: Path, window: Window) -> None:
    assert a_printer().docName() == job_name() == "Sheet"
    card = PrintCard(busy, window)
    made = tmp_path / "Sheet.pdf"
    card.save_to(str(made))
    data = made.read_bytes()
    assert data.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", data)) == 1
    assert len(data) > 3_000
    title = re.search(rb"/Title \((.*?)\)\n", data, re.DOTALL)
    assert title is not None
    assert title[1].replace(b"\0", b"").endswith(b"Sheet")
    for name in ("Amara", "Clarke", "A07", "Caseworker", busy.vault.worker.name):
        assert name.encode() not in data
        assert name.encode("utf-16-be") not in data


def test_printing_leaves_a_trace_that_names_nobody(busy: Session, tmp_path: Path, window: Window) -> None:
    writer = QPdfWriter(str(tmp_path / "x.pdf"))
    lay_out(writer)
    assert PrintCard(busy, window).print_to(writer)
    rows = fetch("SELECT action, noun, row_id, client_id, detail FROM audit ORDER BY seq DESC LIMIT 1")
    assert rows == [("print", "day", 0, None, '{"lines":2}')]


def test_a_place_that_cannot_be_written_is_said_and_leaves_no_trace(
    busy: Session, tmp_path: Path, window: Window
) -> None:
    before = fetch("SELECT count(*) FROM audit")
    card = PrintCard(busy, window)
    card.save_to(str(tmp_path / "none" / "Sheet.pdf"))
    assert "Choose another folder" in card.warning.text()
    assert fetch("SELECT count(*) FROM audit") == before


def test_ctrl_p_on_today_warns_before_it_prints_and_can_be_left(
    busy: Session, window: Window, hands: Hands
) -> None:
    hands.press("Ctrl+P")
    settle()
    page = window.current()
    assert isinstance(page, TodayPage)
    assert "Printers keep copies of what they print" in words_of(page)
    assert isinstance(page.printing, PrintCard)
    assert page.printing.go.hasFocus()
    everything(page)
    before = fetch("SELECT count(*) FROM audit")
    hands.press("Ctrl+P")  # asked twice, offered once
    assert len(page.findChildren(PrintCard)) == 1
    hands.click("Not now")
    settle()
    assert page.printing is None
    assert page.findChildren(PrintCard) == []
    assert page.print_button.hasFocus()
    assert fetch("SELECT count(*) FROM audit") == before


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Amara Clarke", "AC"),
        ("zoë o'brien", "ZO"),
        ("Nia Hughes-Penn", "NHP"),
        ("Bea", "B"),
        ("(blue coat)", "C"),
    ],
)
def test_initials(name: str, short: str) -> None:
    assert initials(name) == short


def test_the_page_is_drawn(busy: Session) -> None:
    from PySide6.QtGui import QImage, QPainter

    image = QImage(520, 740, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    painter = QPainter(image)
    sheet_of(busy).document().drawContents(painter)
    painter.end()
    dark = sum(image.pixelColor(x, y).lightness() < 100 for x in range(0, 520, 2) for y in range(0, 200, 2))
    assert dark > 100
