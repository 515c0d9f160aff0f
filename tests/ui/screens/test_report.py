"""A report is seen before it leaves, leaves a line in the record, and says nothing on the outside."""

from __future__ import annotations

import contextlib
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from caseworker.domain import when
from caseworker.domain.contacts import Contact
from caseworker.domain.reports import Paragraph, Report
from caseworker.domain.safe_claims import Check
from caseworker.domain.safety_plan import SafetyItem
from caseworker.storage import contacts, documents, drafts, history, safe_contacts, safety_plan
from caseworker.words import words
from tests.journey.hands import Hands
from tests.ui.screens.parts import DAY, now, settle, words_of
from ui import printing, theme
from ui.screens.report import Paper, ReportPage, Wanted, letter_key
from ui.session import Place, Session
from ui.window import Window

EVIL = "<b>Basildon</b> & <script>"


@pytest.fixture
def page(window: Window, session: Session, amara: int) -> ReportPage:
    at = now() - 3 * DAY
    session.write(contacts.save, Contact(None, "", amara, None, at, minutes=10, note="At her sister's"))
    window.go(Place("report", Wanted("chronology", amara)))
    settle()
    made = window.current()
    assert isinstance(made, ReportPage)
    return made


def test_what_is_seen_is_what_would_be_printed(page: ReportPage) -> None:
    seen = page.paper.toPlainText()
    assert "Amara Clarke, CR-0001" in seen
    assert "Support started" in seen
    assert "At her sister's" not in seen
    assert "1 page" in words_of(page)


def test_notes_are_in_it_only_when_asked_for(page: ReportPage, hands: Hands) -> None:
    hands.click("With the words of the notes")
    settle()
    assert "At her sister's" in page.paper.toPlainText()


def test_tab_goes_from_what_it_holds_to_the_buttons_below(page: ReportPage, hands: Hands) -> None:
    page.save_button.setFocus()
    hands.press("Shift+Tab")
    if hands.focus() is page.print_button:
        hands.press("Shift+Tab")
    assert Hands.name(hands.focus()) == "With the words of the notes"
    hands.press("Tab")
    assert hands.focus() in (page.print_button, page.save_button)


def test_half_a_date_is_said_and_leaves_the_page_as_it_was(page: ReportPage, hands: Hands) -> None:
    before = page.paper.toPlainText()
    page.options.editors["first"].day.setFocus()
    hands.type("31")
    settle()
    assert "Date must include" in words_of(page)
    assert page.paper.toPlainText() == before


def test_a_saved_file_is_named_for_nobody_and_leaves_a_line_in_the_record(
    page: ReportPage, amara: int, tmp_path: Path
) -> None:
    place = tmp_path / "Sheet.pdf"
    page.save_to(str(place))
    data = place.read_bytes()
    assert data.startswith(b"%PDF")
    assert b"Amara" not in data[:2000] + data[-2000:]
    (held,) = documents.for_client(amara)
    assert held.kind == "chronology"
    assert held.made_here
    assert "print" in [one.action for one in history.for_client(amara)]


@pytest.mark.parametrize("easier", [False, True])
def test_every_letter_of_a_saved_file_can_be_searched_and_read_aloud(
    page: ReportPage, session: Session, amara: int, tmp_path: Path, qapp: QApplication, easier: bool
) -> None:
    theme.apply(qapp, "light", 1.0, easier)
    body = "".join(chr(code) for code in range(33, 127))
    letter = (("organisation", "Harbour"), ("to", "Anglia"), ("body", body), ("reference", ""))
    session.go.emit(Place("report", Wanted("support-letter", amara, letter=letter)))
    settle()
    place = tmp_path / "Sheet.pdf"
    page.save_to(str(place))
    assert set(body) - letters_told(place.read_bytes()) == set()
    theme.apply(qapp)


def letters_told(pdf: bytes) -> set[str]:
    """The letters that the file says its shapes are: what is searched, copied and read aloud (ISO 32000-1, 9.10.3)."""
    found: set[str] = set()
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with contextlib.suppress(zlib.error):
            stream = zlib.decompress(stream)
        for first, last, told in re.findall(
            rb"<([0-9A-F]{4})> <([0-9A-F]{4})> (<[0-9A-F]{4}>|\[[^\]]*\])", stream
        ):
            codes = [int(code, 16) for code in re.findall(rb"<([0-9A-F]{4})>", told)]
            if told.startswith(b"<"):
                codes = [codes[0] + n for n in range(int(last, 16) - int(first, 16) + 1)]
            found |= {chr(code) for code in codes}
    return found


def test_a_web_page_has_real_headings_and_no_markup_of_anybody_s(
    page: ReportPage, session: Session, amara: int, tmp_path: Path
) -> None:
    letter = (("organisation", "Harbour"), ("to", EVIL), ("body", "Dear all"), ("reference", ""))
    session.go.emit(Place("report", Wanted("support-letter", amara, letter=letter)))
    settle()
    place = tmp_path / "Sheet.html"
    page.save_to(str(place))
    text = place.read_text(encoding="utf-8")
    assert "<script>" not in text
    assert "&lt;b&gt;Basildon&lt;/b&gt; &amp; &lt;script&gt;" in text
    assert documents.for_client(amara)[0].recipient == EVIL
    assert "<title>Sheet</title>" in text


def test_a_place_that_cannot_be_written_is_said_and_nothing_is_recorded(
    page: ReportPage, amara: int, tmp_path: Path
) -> None:
    page.save_to(str(tmp_path / "nowhere" / "Sheet.pdf"))
    assert "The file could not be saved there. Choose another folder." in words_of(page)
    assert documents.for_client(amara) == []


def test_a_long_report_takes_more_pages_each_with_its_number(
    page: ReportPage, session: Session, amara: int, tmp_path: Path
) -> None:
    def write() -> None:
        for n in range(60):
            contacts.save(Contact(None, "", amara, None, int(now() - (n + 4) * 3600), minutes=5))

    session.write(write)
    settle()
    assert page.report is not None
    count = len(printing.pages(printing.document(page.report)))
    assert count >= 2
    assert f"{count} pages" in words_of(page)


def test_a_letter_is_written_seen_and_only_then_made(
    window: Window, session: Session, add_client: Callable[..., int], hands: Hands, tmp_path: Path
) -> None:
    nia = add_client("Nia Hughes")
    window.go(Place("client", nia, "documents"))
    settle()
    hands.click("Support letter")
    hands.press("Ctrl+Return")
    assert "Enter to whom the letter is" in words_of(window.current())  # type: ignore[arg-type]
    hands.fill("To whom", "Housing Team")
    hands.press("Ctrl+Return")
    settle()
    page = window.current()
    assert isinstance(page, ReportPage)
    seen = page.paper.toPlainText()
    assert "Housing Team" in seen
    assert "Nia Hughes has been supported by our service since" in seen
    assert drafts.get(letter_key(nia)) is not None
    page.save_to(str(tmp_path / "Sheet.pdf"))
    assert drafts.get(letter_key(nia)) is None
    hands.click("Back to the record")
    settle()
    text = words_of(window.current())  # type: ignore[arg-type]
    assert "For Housing Team" in text
    assert "Support letter" in text


def test_no_letter_goes_home_where_letters_are_not_safe(
    window: Window, session: Session, amara: int, hands: Hands, tmp_path: Path
) -> None:
    (post,) = [one for one in safe_contacts.for_client(amara) if one.channel == "LET"]
    home = replace(post, allowed="yes", value="12 Elm Row, CM1 1AA")
    session.write(safe_contacts.save, home, "", Check("SEEN"))
    window.go(Place("client", amara, "documents"))
    settle()
    hands.click("Support letter")
    hands.fill("To whom", "Amara Clarke, 12 Elm Row")
    hands.press("Ctrl+Return")
    settle()
    page = window.current()
    assert isinstance(page, ReportPage)  # letters home are safe, and she may have one
    session.write(safe_contacts.save, replace(home, id=post.id, allowed="no"))
    place = tmp_path / "Sheet.pdf"
    page.save_to(str(place))
    assert "are not safe for this client" in words_of(page)
    assert place.read_bytes() == b""
    assert documents.for_client(amara) == []
    hands.click("Back to the record")
    settle()
    hands.click("Support letter")
    hands.press("Ctrl+Return")
    settle()
    assert not isinstance(window.current(), ReportPage)
    assert "are not safe for this client" in words_of(window.current())  # type: ignore[arg-type]
    hands.fill("To whom", "Amara Clarke")
    hands.press("Ctrl+Return")
    settle()
    assert isinstance(window.current(), ReportPage)


def test_paper_elsewhere_is_recorded_changed_and_withdrawn(window: Window, amara: int, hands: Hands) -> None:
    window.go(Place("client", amara, "documents"))
    settle()
    hands.click("Record a document")
    hands.choose("Kind of document", "order")
    hands.fill("What it is called", "Non-molestation order")
    hands.fill("Where it is kept", "Office safe")
    hands.press("Ctrl+Return")
    settle()
    text = words_of(window.current())  # type: ignore[arg-type]
    assert "Non-molestation order" in text
    assert "Kept: Office safe" in text
    recorded = when.show_datetime(when.local(documents.for_client(amara)[0].recorded))
    hands.click(f"Withdraw: Non-molestation order, Recorded {recorded}")
    hands.fill("Why it was a mistake", "Another client's")
    hands.press("Ctrl+Return")
    settle()
    assert documents.for_client(amara) == []


def test_a_safety_plan_is_printed_in_disguise_unless_asked_otherwise(
    window: Window, session: Session, amara: int, hands: Hands
) -> None:
    def write() -> None:
        for text, disguise in (
            ("Run to Clara's if he comes home", "Ring C about Tuesday"),
            ("Hide the spare key", ""),
        ):
            safety_plan.save(
                SafetyItem(None, "", amara, kind="escape", text=text, disguise=disguise, agreed="NA-ASK")
            )

    session.write(write)
    window.go(Place("client", amara, "documents"))
    settle()
    hands.click("Safety plan")
    settle()
    page = window.current()
    assert isinstance(page, ReportPage)
    seen = page.paper.toPlainText()
    assert "Ring C about Tuesday" in seen
    for telling in ("Clara", "Hide", "plan", "Amara", "Harbour"):
        assert telling not in seen
    assert "1 item is left out" in words_of(page)
    hands.click("In disguise: a list of things to do that says nothing else")
    settle()
    assert "Run to Clara's if he comes home" in page.paper.toPlainText()


def test_nothing_leaves_while_the_dates_asked_for_cannot_be_read(
    window: Window, amara: int, hands: Hands, tmp_path: Path
) -> None:
    window.go(Place("report", Wanted("chronology", amara)))
    settle()
    page = window.current()
    assert isinstance(page, ReportPage)
    hands.type("2")
    typing = hands.focus()
    hands.type("7")
    settle()
    assert hands.focus() is typing  # a date that is being typed keeps the keyboard
    assert "Date must include a month" in words_of(page)
    page.save_to(str(tmp_path / "Sheet.pdf"))
    assert not (tmp_path / "Sheet.pdf").exists()
    hands.press("Ctrl+P")
    settle()
    assert hands.focus() is page.options.errors
    assert page.report is None
    typing.setFocus()
    for _ in "27":
        hands.press("Backspace")
    settle()
    assert page.report is not None
    assert not page.options.errors.isVisible()


def test_the_page_is_read_as_large_as_the_text_size_that_was_chosen(
    qapp: QApplication, qtbot: QtBot, plain_look: None
) -> None:
    def high(scale: float) -> float:
        theme.apply(qapp, "light", scale)
        paper = Paper()
        qtbot.addWidget(paper)
        paper.resize(4000, 400)  # nothing wraps
        paper.show()
        made = paper.show_blank()
        made.setPlainText("")
        for piece in printing.pieces(
            Report("safety_plan", words("Plan"), (Paragraph(words("Ring Jan")),) * 20)
        ):
            printing.write(piece, made)
        return made.size().height() - 2 * made.documentMargin()

    once, twice = high(1.0), high(2.0)
    assert twice > once * 1.5
