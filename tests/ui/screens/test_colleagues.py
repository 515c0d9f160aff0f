"""Contact cards on the screen: mine saved, a colleague's opened, the number compared, other keys told."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from caseworker.crypto import cards
from caseworker.storage import colleagues
from tests.journey.hands import Hands
from tests.storage.test_colleagues import Elsewhere
from tests.ui.accessibility import everything
from tests.ui.screens.parts import settle, words_of
from ui.screens.colleagues import Colleagues
from ui.screens.people import PeoplePage
from ui.session import Place
from ui.window import Window


@pytest.fixture
def part(window: Window) -> Colleagues:
    window.go(Place("people"))
    settle()
    page = window.current()
    assert isinstance(page, PeoplePage)
    return page.colleagues


def give(part: Colleagues, folder: Path, someone: Elsewhere) -> None:
    """Somebody's card arrives as a file and is opened with the keyboard."""
    file = folder / "from-them.casecard"
    file.write_bytes(someone.file())
    part.path.setFocus()
    QTest.keyClicks(part.path, str(file))
    QTest.keyClick(part.path, Qt.Key.Key_Return)
    settle()


def test_my_card_is_a_small_file_that_can_be_read_again(part: Colleagues, tmp_path: Path) -> None:
    file = tmp_path / "contact.casecard"
    part.save_card(str(file))
    card = cards.read(file.read_bytes())
    assert card.name == "Amina Okafor"
    assert card.sign_key == part.session.vault.worker.sign_key
    assert part.saved.text().replace("\u200b", "") == f"Saved: {file}"
    part.save_card(str(tmp_path / "unplugged" / "contact.casecard"))
    assert "Check that the memory stick is plugged in" in part.saved.text()


def test_a_card_is_kept_compared_and_marked_with_the_keyboard(part: Colleagues, tmp_path: Path) -> None:
    bola = Elsewhere()
    give(part, tmp_path, bola)
    assert part.found_words.text() == "A card of Bola Adeyemi, Harbour House."
    assert colleagues.everyone() == []
    assert QApplication.focusWidget() is part.keep_button
    QTest.keyClick(part.keep_button, Qt.Key.Key_Return)
    settle()
    panel = part.panel
    assert panel is not None
    mine = colleagues.own_card(part.session.vault.worker, part.session.vault.agency)
    assert panel.number == cards.safety_number(bola.card, mine)
    assert all(group in words_of(panel) for group in panel.number.split(" "))
    assert "Not checked yet" in words_of(part)
    assert (
        QApplication.focusWidget() is panel.later_button
    )  # a second Enter does not say that they are the same
    panel.same_button.setFocus()
    QTest.keyClick(panel.same_button, Qt.Key.Key_Return)
    settle()
    assert part.panel is None
    assert "Number compared on" in words_of(part)
    assert "by Amina Okafor" in words_of(part)
    (kept,) = colleagues.everyone()
    assert kept.is_checked
    assert QApplication.focusWidget() is part.rows[kept.id or 0].compare_button


def test_tab_goes_through_the_cards_before_the_field_below_them(part: Colleagues, tmp_path: Path) -> None:
    give(part, tmp_path, Elsewhere("Bola Adeyemi", "Harbour House"))
    part.keep_button.click()
    settle()
    part.path.setFocus()
    QTest.keyClick(part.path, Qt.Key.Key_Backtab)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert part.isAncestorOf(focus)
    assert Hands.name(focus) == "Later"  # of the number to compare, which stands above the field


def test_other_keys_are_a_warning_and_take_the_mark_away(part: Colleagues, tmp_path: Path) -> None:
    bola, other = Elsewhere(), Elsewhere()
    give(part, tmp_path, bola)
    part.keep_button.click()
    part.panel._same()
    part.path.clear()
    give(part, tmp_path, other)
    assert "with other keys than the one you have" in part.found_words.text()
    assert part.keep_button.text() == "The same person, with new keys"
    assert part.namesake_button.isVisible()
    assert colleagues.everyone()[0].is_checked  # nothing is kept before somebody says so
    part.keep_button.click()
    settle()
    assert "Other keys: compare again" in words_of(part)
    assert not colleagues.everyone()[0].is_checked
    panel = part.panel
    assert panel is not None
    panel.other_button.click()
    settle()
    assert "Hand nothing over" in words_of(part)


def test_another_person_of_the_same_name_is_kept_beside_the_first(part: Colleagues, tmp_path: Path) -> None:
    give(part, tmp_path, Elsewhere())
    part.keep_button.click()
    part.path.clear()
    give(part, tmp_path, Elsewhere())
    part.namesake_button.click()
    settle()
    assert [one.name for one in colleagues.everyone()] == ["Bola Adeyemi"] * 2


def test_a_mark_is_taken_away_when_the_numbers_differ(part: Colleagues, tmp_path: Path) -> None:
    give(part, tmp_path, Elsewhere())
    part.keep_button.click()
    part.panel._same()
    part.compare(colleagues.everyone()[0].id)
    part.panel._other()
    settle()
    assert not colleagues.everyone()[0].is_checked
    assert "Hand nothing over" in words_of(part)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff" * 100, b"x" * 9000])
def test_any_other_file_gets_one_sentence_and_nothing_is_kept(
    part: Colleagues, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "x.casecard"
    file.write_bytes(content)
    part.path.setText(str(file))
    part.open_button.click()
    assert part.file.problem().startswith("This file is not a contact card")
    assert not part.found.isVisible()
    assert colleagues.everyone() == []


def test_without_a_file_it_asks_for_one(part: Colleagues, tmp_path: Path) -> None:
    part.open_button.click()
    assert part.file.problem() == "Choose the file your colleague sent"
    part.path.setText(str(tmp_path / "nothing"))
    part.open_button.click()
    assert part.file.problem() == "The file could not be read. Check that it is there"
    others = [tmp_path]
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "pipe")  # nobody ever writes into it
        others.append(tmp_path / "pipe")
    for other in others:
        part.path.setText(str(other))
        part.open_button.click()
        assert part.file.problem() == "The file could not be read. Check that it is there"


def test_a_card_taken_off_the_list_is_gone_from_it(part: Colleagues, tmp_path: Path) -> None:
    give(part, tmp_path, Elsewhere())
    part.keep_button.click()
    part.remove(colleagues.everyone()[0])
    settle()
    assert "Bola" not in words_of(part)


def test_nothing_is_cut_or_nameless(part: Colleagues, tmp_path: Path, window: Window) -> None:
    give(
        part, tmp_path, Elsewhere("Bola Adeyemi-Featherstonehaugh", "The Harbour House Service for Families")
    )
    everything(window)
    part.keep_button.click()
    everything(window)
    part.panel._other()
    everything(window)
