"""Joining on screen: the file is proven by the code, the number is compared, and the network cannot change either."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from caseworker.storage import pins
from caseworker.sync import enrolment
from tests.hub.parts import Served
from tests.journey.hands import Hands
from tests.ui.accessibility import everything
from tests.ui.screens.line import Portal
from tests.ui.screens.parts import settle, words_of
from ui import theme
from ui.screens.join import JoinPage
from ui.session import Place
from ui.window import Window


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("hub")) as open_hub:
        yield open_hub


@pytest.fixture
def page(window: Window) -> JoinPage:
    window.go(Place("join"))
    made = window.current()
    assert isinstance(made, JoinPage)
    return made


def fill_in(hands: Hands, file: object, code: str) -> None:
    hands.fill("The file", str(file))
    hands.fill("The code from the letter", code)
    hands.click("Check the file")


def test_join(page: JoinPage, served: Served, hands: Hands, tmp_path: Path) -> None:
    file, code = served.letter(tmp_path)
    fill_in(hands, file, code.lower().replace("-", " "))
    assert enrolment.read_bundle(file, code).digits in words_of(page)
    assert pins.pinned() is None  # looking changes nothing
    hands.click("Join")
    hands.read("Joined, signature checked")
    assert enrolment.enrolled()
    assert page.code.text() == ""


def test_what_is_missing_is_said_at_each_field(page: JoinPage, hands: Hands) -> None:
    hands.click("Check the file")
    assert page.errors.problems() == [
        "Choose the file the commissioner’s office sent",
        "Enter the code from the letter",
    ]
    assert page.code_field.problem() == "Enter the code from the letter"


def test_a_code_of_another_letter_does_not_open_the_file(
    page: JoinPage, served: Served, hands: Hands, tmp_path: Path
) -> None:
    file, _ = served.letter(tmp_path)
    _, other = served.letter(tmp_path)
    fill_in(hands, file, other)
    assert "do not belong together" in page.trouble.text()
    assert pins.pinned() is None


def test_a_slip_in_the_code_is_found_before_anything_is_tried(
    page: JoinPage, served: Served, hands: Hands, tmp_path: Path
) -> None:
    file, code = served.letter(tmp_path)
    slip = code[:5] + ("7" if code[5] != "7" else "8") + code[6:]
    fill_in(hands, file, slip)
    assert page.code_field.problem()
    assert pins.pinned() is None


def test_a_damaged_file_is_said_at_the_file(
    page: JoinPage, served: Served, hands: Hands, tmp_path: Path
) -> None:
    file, code = served.letter(tmp_path)
    file.write_bytes(file.read_bytes()[:-40])
    fill_in(hands, file, code)
    assert "damaged" in page.trouble.text()
    assert page.file.problem()


def test_a_sign_in_page_instead_of_the_hub_joins_nothing(
    page: JoinPage, served: Served, hands: Hands, tmp_path: Path
) -> None:
    with Portal() as portal:
        right, served.address = served.address, portal.address
        try:
            file, code = served.letter(tmp_path)
        finally:
            served.address = right
        fill_in(hands, file, code)
        hands.click("Join")
        hands.until(lambda: page.trouble.text(), "a sentence", 30)
    assert "Open a browser and sign in" in page.trouble.text()
    assert not enrolment.enrolled()
    assert page.join.isEnabled()


@pytest.mark.parametrize("name", ["light", "dark", "contrast"])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_it_can_be_read_and_reached(
    page: JoinPage,
    served: Served,
    hands: Hands,
    qapp: QApplication,
    tmp_path: Path,
    name: str,
    scale: float,
) -> None:
    theme.apply(qapp, name, scale)
    settle()
    everything(page)
    file, code = served.letter(tmp_path)
    fill_in(hands, file, code)
    settle()
    everything(page)
