from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from caseworker.errors import Problem
from caseworker.storage import settings
from caseworker.storage import vault as vaults
from caseworker.storage.vault import NewVault
from tests.fixtures_vault import CHEAP, PHRASE
from tests.ui.accessibility import everything, settle
from ui import theme
from ui.desk import Desk
from ui.screens.firstrun import Answers, FirstRun, paper
from ui.screens.firstrun.laptop import LaptopStep
from ui.screens.firstrun.paper import SheetStep
from ui.screens.firstrun.phrase import PhraseStep
from ui.screens.firstrun.trying import TryStep
from ui.screens.firstrun.who import WhoStep
from ui.screens.sheet import RecoverySheet, read_group


@pytest.fixture
def empty(tmp_path: Path, open_desk: Callable[..., Desk]) -> Desk:
    return open_desk(tmp_path / "records")


def run_of(desk: Desk) -> FirstRun:
    assert desk.first_run is not None
    return desk.first_run


def answer_who(desk: Desk) -> None:
    step = run_of(desk).step
    assert isinstance(step, WhoStep)
    step.name.setText("Beth Marlow")
    step.agency.setText("Essex Support")
    step.role.set_value("advocate")
    run_of(desk).go_on()


def answer_phrase(desk: Desk) -> str:
    step = run_of(desk).step
    assert isinstance(step, PhraseStep)
    QTest.mouseClick(step.make_button, Qt.MouseButton.LeftButton)
    phrase = step.one.text()
    step.two.setText(phrase)
    run_of(desk).go_on()
    return phrase


def wait_for_sheet(desk: Desk, qtbot: QtBot) -> RecoverySheet:
    step = run_of(desk).step
    assert isinstance(step, SheetStep)
    qtbot.waitUntil(lambda: step.sheet is not None, timeout=20_000)
    assert step.sheet is not None
    return step.sheet


def type_back(sheet: RecoverySheet) -> None:
    code = "".join(sheet._groups())
    QTest.mouseClick(sheet.copied_button, Qt.MouseButton.LeftButton)
    for at, box in enumerate(sheet.boxes):
        box.setFocus()
        QTest.keyClicks(box, code[at * 4 : at * 4 + 4].lower())
    QTest.keyClick(sheet.boxes[-1], Qt.Key.Key_Return)


def test_five_steps_make_a_vault_that_opens_with_the_phrase_and_the_sheet(empty: Desk, qtbot: QtBot) -> None:
    answer_who(empty)
    phrase = answer_phrase(empty)
    assert len(phrase.split()) == 6
    sheet = wait_for_sheet(empty, qtbot)
    code = "".join(sheet._groups())
    type_back(sheet)
    assert isinstance(run_of(empty).step, LaptopStep)
    run_of(empty).go_on()
    last = run_of(empty).step
    assert isinstance(last, TryStep)
    QTest.mouseClick(last.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: empty.window_ is not None, timeout=20_000)
    assert empty.session is not None
    vault = empty.session.vault
    assert (vault.worker.name, vault.worker.role, vault.agency) == (
        "Beth Marlow",
        "advocate",
        "Essex Support",
    )
    assert not vault.synthetic
    assert settings.get("recovery_sheet_typed", False) is True
    assert [n for n in empty.window_.open_notices() if "never typed" in n.text] == []  # type: ignore[union-attr]
    empty.lock()
    vaults.unlock(vault.path, phrase).discard()
    vaults.unlock_with_recovery(vault.path, code).discard()


def test_each_question_says_what_is_missing(empty: Desk) -> None:
    run_of(empty).go_on()
    step = run_of(empty).step
    assert isinstance(step, WhoStep)
    assert step.errors.problems() == [
        "Enter your name",
        "Select your work",
        "Enter the name of your service",
    ]
    everything(empty)
    answer_who(empty)
    run_of(empty).go_on()
    phrase = run_of(empty).step
    assert isinstance(phrase, PhraseStep)
    assert phrase.errors.problems() == ["Enter a passphrase"]


@pytest.mark.parametrize("weak", ["short", "passwordpassword", "aaaaaaaaaaaaaaaaaaaa"])
def test_a_phrase_that_is_easy_to_guess_does_not_go_on(empty: Desk, weak: str) -> None:
    answer_who(empty)
    step = run_of(empty).step
    assert isinstance(step, PhraseStep)
    step.one.setText(weak)
    step.two.setText(weak)
    step.show_strength()
    assert step.meter.value() < 3
    run_of(empty).go_on()
    assert run_of(empty).step is step
    assert len(step.errors.problems()) == 1


def test_two_different_phrases_do_not_go_on(empty: Desk) -> None:
    answer_who(empty)
    step = run_of(empty).step
    assert isinstance(step, PhraseStep)
    step.make_one()
    assert step.meter.value() == 4
    step.two.setText(step.one.text()[:-1])
    run_of(empty).go_on()
    assert step.errors.problems() == ["Type the same passphrase again"]


def test_the_strength_follows_the_keys(empty: Desk, qtbot: QtBot) -> None:
    answer_who(empty)
    step = run_of(empty).step
    assert isinstance(step, PhraseStep)
    QTest.keyClicks(step.one, "marble otter window sixpence")
    qtbot.waitUntil(lambda: step.meter.value() >= 3)
    assert step.meter.accessibleName().startswith("Strength: ")


def test_the_whole_sheet_is_typed_back_and_each_wrong_group_is_named(empty: Desk, qtbot: QtBot) -> None:
    answer_who(empty)
    answer_phrase(empty)
    sheet = wait_for_sheet(empty, qtbot)
    groups = sheet._groups()
    assert [len(g) for g in groups] == [4] * 8
    sheet.type_back()
    for box, group in zip(sheet.boxes, groups, strict=True):
        box.setText(group)
    sheet.boxes[2].setText("0000" if groups[2] != "0000" else "1111")
    sheet.boxes[6].setText("")
    sheet.check()
    assert sheet.errors.problems() == ["Group 3 is not as on the sheet", "Type group 7"]
    assert isinstance(run_of(empty).step, SheetStep)
    sheet.show_code()
    assert all(box.text() == "" for box in sheet.boxes)


def test_seeing_the_code_again_starts_without_marks(empty: Desk, qtbot: QtBot) -> None:
    answer_who(empty)
    answer_phrase(empty)
    sheet = wait_for_sheet(empty, qtbot)
    sheet.type_back()
    sheet.check()
    assert [box.property("bad") for box in sheet.boxes] == [True] * 8
    sheet.show_code()
    assert [box.property("bad") for box in sheet.boxes] == [False] * 8


def test_the_code_is_never_printed_into_a_file(
    empty: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PySide6.QtPrintSupport import QPrintDialog, QPrinterInfo

    answer_who(empty)
    answer_phrase(empty)
    sheet = wait_for_sheet(empty, qtbot)
    monkeypatch.setattr(QPrinterInfo, "availablePrinterNames", lambda: [])
    QTest.mouseClick(sheet.print_button, Qt.MouseButton.LeftButton)
    assert sheet.said.text() == "No printer was found. Copy the code by hand."
    assert sheet.findChildren(QPrintDialog) == []
    monkeypatch.setattr(QPrinterInfo, "availablePrinterNames", lambda: ["Office"])
    QTest.mouseClick(sheet.print_button, Qt.MouseButton.LeftButton)
    (dialog,) = sheet.findChildren(QPrintDialog)
    assert not dialog.testOption(QPrintDialog.PrintDialogOption.PrintToFile)
    dialog.close()


def test_the_step_somebody_is_at_stands_out_and_the_done_one_does_not(empty: Desk) -> None:
    run = run_of(empty)
    answer_who(empty)
    settle()
    weights = [title.font().weight() for _, title, _ in run._marks]
    assert weights[1] > weights[0] == weights[2]


def test_a_phrase_made_for_somebody_takes_the_problem_away(empty: Desk) -> None:
    answer_who(empty)
    step = run_of(empty).step
    assert isinstance(step, PhraseStep)
    step.one.setText("short")
    run_of(empty).go_on()
    assert step.errors.problems() != []
    QTest.mouseClick(step.make_button, Qt.MouseButton.LeftButton)
    assert step.errors.problems() == []
    assert step.one_field.problem() == ""


def test_tab_goes_from_the_phrase_to_typing_it_again(empty: Desk) -> None:
    answer_who(empty)
    step = run_of(empty).step
    assert isinstance(step, PhraseStep)
    step.one.setFocus()
    QTest.keyClick(step.one, Qt.Key.Key_Tab)
    assert step.two.hasFocus()


def test_a_pasted_code_fills_all_groups(empty: Desk, qtbot: QtBot) -> None:
    answer_who(empty)
    answer_phrase(empty)
    sheet = wait_for_sheet(empty, qtbot)
    code = " ".join(sheet._groups())
    sheet.type_back()
    QApplication.clipboard().setText(code)
    sheet.boxes[0].setFocus()
    sheet.boxes[0].paste()
    assert [box.text() for box in sheet.boxes] == code.split()


def test_letters_that_look_alike_are_read_as_printed() -> None:
    assert read_group(" il o8 ") == "1108"


def test_the_printed_sheet_holds_the_code_and_a_square_and_no_name(empty: Desk, qtbot: QtBot) -> None:
    answer_who(empty)
    answer_phrase(empty)
    sheet = wait_for_sheet(empty, qtbot)
    picture = QImage(800, 1100, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    sheet.paint_sheet(painter, picture.rect().toRectF())
    painter.end()
    dark = sum(
        picture.pixelColor(x, y).lightness() < 128 for x in range(0, 800, 2) for y in range(0, 1100, 2)
    )
    assert dark > 4000  # words and the square code
    svg = sheet._square().decode()
    assert svg.startswith("<svg")
    assert "Beth" not in svg


def test_without_the_sheet_typed_back_the_records_say_so(empty: Desk, qtbot: QtBot) -> None:
    """The app was ended in step 3: the vault exists, the sheet may not."""
    answer_who(empty)
    phrase = answer_phrase(empty)
    wait_for_sheet(empty, qtbot)
    path = run_of(empty).answers.made.path
    opened = vaults.open_vault(vaults.unlock(path, phrase))
    empty.open_window(opened)
    assert empty.window_ is not None
    (notice,) = [n for n in empty.window_.open_notices() if "never typed back" in n.text]
    assert notice.action is not None
    notice.action()
    assert empty.window_.place().name == "settings"
    empty.lock()


def test_minutes_are_kept_as_chosen(empty: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    answer_who(empty)
    answer_phrase(empty)
    type_back(wait_for_sheet(empty, qtbot))
    step = run_of(empty).step
    assert isinstance(step, LaptopStep)
    step.minutes.setFocus()
    step.minutes.pills()[0].click()
    assert empty.preferences.idle_minutes == 1
    QTest.keyClick(step.minutes.pills()[0], Qt.Key.Key_Return)
    assert isinstance(run_of(empty).step, TryStep)


def test_ctrl_enter_continues_and_enter_in_a_line_does_so_once(empty: Desk, qtbot: QtBot) -> None:
    step = run_of(empty).step
    assert isinstance(step, WhoStep)
    step.name.setText("Beth Marlow")
    step.agency.setText("Essex Support")
    step.role.set_value("advocate")
    qtbot.waitUntil(step.name.hasFocus)
    QTest.keyClick(step.role.first(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    step = run_of(empty).step
    assert isinstance(step, PhraseStep)
    run_of(empty).go_back()
    step = run_of(empty).step
    assert isinstance(step, WhoStep)
    QTest.keyClick(step.agency, Qt.Key.Key_Return)
    settle()
    step = run_of(empty).step
    assert isinstance(step, PhraseStep)
    assert not step.one_field.problem()


def test_a_folder_that_a_service_copies_is_refused_with_a_sentence_and_can_be_tried_again(
    empty: Desk, qtbot: QtBot
) -> None:
    run_of(empty).root = empty.root.parent / "Dropbox" / "records"
    answer_who(empty)
    answer_phrase(empty)
    step = run_of(empty).step
    assert isinstance(step, SheetStep)
    qtbot.waitUntil(lambda: step.try_again.isVisible(), timeout=20_000)
    assert len(step.errors.problems()) == 1
    run_of(empty).root = empty.root
    QTest.mouseClick(step.try_again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: step.sheet is not None, timeout=20_000)


def test_going_back_keeps_the_answers(empty: Desk) -> None:
    answer_who(empty)
    run_of(empty).go_back()
    step = run_of(empty).step
    assert isinstance(step, WhoStep)
    assert (step.name.text(), step.agency.text(), step.role.value()) == (
        "Beth Marlow",
        "Essex Support",
        "advocate",
    )


def test_looks_can_be_changed_half_way_and_the_answers_stay(empty: Desk) -> None:
    step = run_of(empty).step
    assert isinstance(step, WhoStep)
    step.name.setText("Beth")
    empty.set_preferences(replace(empty.preferences, theme="dark", scale=1.5))
    settle()
    again = run_of(empty).step
    assert isinstance(again, WhoStep)
    assert again.name.text() == "Beth"
    assert again is not step


def test_made_up_people_open_in_a_vault_of_their_own_and_are_gone_at_the_next_start(
    empty: Desk, qtbot: QtBot, open_desk: Callable[..., Desk]
) -> None:
    answer_who(empty)
    phrase = answer_phrase(empty)
    type_back(wait_for_sheet(empty, qtbot))
    mine = run_of(empty).answers.made.path
    run_of(empty).go_on()
    step = run_of(empty).step
    assert isinstance(step, TryStep)
    QTest.mouseClick(step.try_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: empty.window_ is not None, timeout=60_000)
    assert empty.session is not None
    assert empty.session.vault.synthetic
    assert empty.session.vault.path != mine
    empty.lock()
    assert vaults.find(empty.root) == mine
    vaults.unlock(mine, phrase).discard()
    assert (empty.root / "made-up").exists()
    again = open_desk(empty.root)
    qtbot.waitUntil(lambda: not (empty.root / "made-up").exists())
    assert again.door is not None


@pytest.mark.parametrize("size", [(1366, 768), (1024, 640)])
@pytest.mark.parametrize(("name", "scale"), [("light", 1.0), ("dark", 1.5), ("contrast", 2.0)])
def test_nothing_is_cut_or_nameless_in_any_step(
    empty: Desk, qtbot: QtBot, name: str, scale: float, size: tuple[int, int]
) -> None:
    assert name in theme.THEMES
    empty.set_preferences(replace(empty.preferences, theme=name, scale=scale))
    settle()
    empty.resize(*size)
    everything(empty)
    answer_who(empty)
    everything(empty)
    answer_phrase(empty)
    sheet = wait_for_sheet(empty, qtbot)
    everything(empty)
    sheet.type_back()
    everything(empty)
    sheet.show_code()
    type_back(sheet)
    everything(empty)
    run_of(empty).go_on()
    everything(empty)


def test_of_two_windows_that_make_a_vault_at_once_the_second_is_told(new_vault: NewVault) -> None:
    root = new_vault.path.parent
    with pytest.raises(Problem) as caught:
        paper._create(root, Answers(passphrase=PHRASE), CHEAP)
    assert caught.value.code == "E-VAULT-THERE"
    assert [place for place in root.iterdir() if place.is_dir()] == [new_vault.path]
