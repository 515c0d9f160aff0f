from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TypeVar

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QObject, QPoint, Qt
from PySide6.QtGui import QAccessible, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.accessibility import everything, name_of, settle
from ui import session, theme
from ui.widgets import (
    Banner,
    Button,
    Card,
    Chip,
    ChoiceRow,
    CodeCombo,
    Combo,
    DateBoxes,
    Entry,
    ErrorSummary,
    Field,
    FlowLayout,
    NoteEdit,
    RowFrame,
    Said,
    Text,
    TextLine,
    Tick,
    Toast,
)
from ui.widgets.fold import Fold
from ui.widgets.page import scrolled
from ui.widgets.parts import CHIP_KINDS
from ui.widgets.problems import ErrorLink
from ui.widgets.stack import Stack

W = TypeVar("W", bound=QWidget)
HOW = [
    ("CALL", "Call", "phone"),
    ("TEXT", "Text", "message-square"),
    ("CHAT", "Chat", ""),
    ("POST", "Letter", "mail"),
]


@pytest.fixture
def board(qtbot: QtBot, plain_look: None) -> Iterator[QWidget]:
    """A shown window to put things on."""
    window = QWidget()
    window.setObjectName("cover")
    qtbot.addWidget(window)
    QVBoxLayout(window)
    window.resize(900, 700)
    window.show()
    window.activateWindow()
    qtbot.waitExposed(window)
    yield window
    window.close()


def put(board: QWidget, widget: W) -> W:
    layout = board.layout()
    assert layout is not None
    layout.addWidget(widget)
    QCoreApplication.processEvents()
    return widget


class TestChoiceRow:
    def test_the_first_letter_picks_and_again_goes_to_the_next_with_that_letter(self, board: QWidget) -> None:
        row, got = put(board, ChoiceRow("How", HOW)), []
        row.chosen.connect(got.append)
        row.setFocus()
        for key in (Qt.Key.Key_T, Qt.Key.Key_C, Qt.Key.Key_C, Qt.Key.Key_C):
            QTest.keyClick(QApplication.focusWidget(), key)
        assert got == ["TEXT", "CALL", "CHAT", "CALL"]
        assert row.value() == "CALL"

    def test_a_letter_that_starts_nothing_does_nothing(self, board: QWidget) -> None:
        row = put(board, ChoiceRow("How", HOW))
        row.setFocus()
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Z)
        assert row.value() is None

    @pytest.mark.parametrize("answered", [None, "POST"])
    def test_a_sentence_typed_in_the_wrong_place_changes_no_answer(
        self, board: QWidget, answered: str | None
    ) -> None:
        row = put(board, ChoiceRow("How", HOW))
        row.set_value(answered)
        row.setFocus()
        QTest.keyClicks(QApplication.focusWidget(), "Tell her to call the court")
        assert row.value() == answered

    def test_after_a_pause_a_letter_picks_again(self, board: QWidget) -> None:
        row = put(board, ChoiceRow("How", HOW))
        row.PAUSE = -1.0
        row.setFocus()
        QTest.keyClicks(QApplication.focusWidget(), "zt")
        assert row.value() == "TEXT"

    def test_an_answer_may_be_spelt_out(self, board: QWidget) -> None:
        row = put(board, ChoiceRow("How", HOW))
        row.setFocus()
        for letter in "text":
            QTest.keyClicks(QApplication.focusWidget(), letter)
        assert row.value() == "TEXT"

    def test_arrows_move_the_choice_round_and_round(self, board: QWidget) -> None:
        row, got = put(board, ChoiceRow("How", HOW)), []
        row.chosen.connect(got.append)
        row.setFocus()
        for _ in range(5):
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Up)
        assert got == ["CALL", "TEXT", "CHAT", "POST", "CALL", "POST"]

    def test_space_takes_the_answer_the_keyboard_stands_on(self, board: QWidget) -> None:
        row = put(board, ChoiceRow("How", HOW))
        row.setFocus()
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
        assert row.value() == "CALL"

    def test_a_click_chooses(self, board: QWidget) -> None:
        row, got = put(board, ChoiceRow("How", HOW)), []
        row.chosen.connect(got.append)
        pill = row.pills()[2]
        QTest.mouseClick(pill, Qt.MouseButton.LeftButton, pos=QPoint(pill.width() - 4, pill.height() // 2))
        assert got == ["CHAT"]

    def test_filling_a_form_is_not_choosing(self, board: QWidget) -> None:
        row, got = put(board, ChoiceRow("How", HOW)), []
        row.chosen.connect(got.append)
        row.set_value("POST")
        assert row.value() == "POST"
        row.set_value(None)
        assert row.value() is None
        row.set_value("NO-SUCH-CODE")
        assert row.value() is None
        assert got == []

    def test_one_press_of_tab_a_question(self, board: QWidget) -> None:
        first = put(board, ChoiceRow("How", HOW))
        second = put(board, ChoiceRow("What happened", [("S", "Spoke", ""), ("N", "No answer", "")]))
        first.setFocus()
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is second.first()
        second.set_value("N")
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab)
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is second.pills()[1]

    def test_answers_are_named_after_their_question(self, board: QWidget) -> None:
        row = put(board, ChoiceRow("How", HOW, "Pick one"))
        assert [name_of(p) for p in row.pills()] == ["How: Call", "How: Text", "How: Chat", "How: Letter"]
        interface = QAccessible.queryAccessibleInterface(row.pills()[0])
        assert interface is not None
        assert interface.role() == QAccessible.Role.RadioButton

    def test_new_options_keep_what_was_chosen_if_it_is_still_there(self, board: QWidget) -> None:
        row = put(board, ChoiceRow("How", HOW))
        row.set_value("TEXT")
        row.show_options(HOW[1:])
        assert row.value() == "TEXT"
        row.show_options(HOW[2:])
        assert row.value() is None

    def test_nothing_moves_when_an_answer_is_chosen(self, board: QWidget) -> None:
        row = put(board, ChoiceRow("How", HOW))
        before = [p.geometry() for p in row.pills()]
        for code, _, _ in HOW:
            row.set_value(code)
            QCoreApplication.processEvents()
            assert [p.geometry() for p in row.pills()] == before

    def test_its_problem_stands_above_the_answers(self, board: QWidget) -> None:
        row = put(board, ChoiceRow("How", HOW))
        row.show_problem("Select how you made contact")
        assert row.problem() == "Select how you made contact"
        everything(board)
        row.show_problem(None)
        assert row.problem() == ""


class TestField:
    def test_the_label_names_and_the_hint_describes(self, board: QWidget) -> None:
        field = put(board, Field("When", TextLine(), "For example, now or yesterday 3pm", optional=True))
        assert name_of(field.editor) == "When"
        assert field.label() == "When (optional)"
        assert field.editor.accessibleDescription() == "For example, now or yesterday 3pm"

    def test_a_problem_is_seen_and_heard_and_goes_again(self, board: QWidget) -> None:
        field = put(board, Field("When", TextLine(), "For example, now"))
        field.show_problem("Enter when it happened")
        assert field.editor.accessibleDescription() == "Enter when it happened. For example, now"
        assert field.editor.property("bad") is True
        field.show_problem(None)
        assert field.editor.property("bad") is False
        assert field.editor.accessibleDescription() == "For example, now"

    def test_the_focus_goes_through_to_the_editor(self, board: QWidget) -> None:
        field = put(board, Field("When", TextLine()))
        field.setFocus()
        assert field.editor.hasFocus()

    def test_what_the_app_understood_stands_at_the_right(self, board: QWidget) -> None:
        field = put(board, Field("When", TextLine("now")))
        field.show_aside("Wednesday 18 November 2026, 10:42am")
        everything(board)


class TestErrorSummary:
    def test_it_takes_the_focus_and_leads_to_each_field(self, board: QWidget, qtbot: QtBot) -> None:
        summary = put(board, ErrorSummary())
        name, how = put(board, Field("Name", TextLine())), put(board, ChoiceRow("How", HOW))
        summary.show_problems([("Enter a name", name.editor), ("Select how", how)])
        qtbot.waitUntil(summary.hasFocus)
        assert name_of(summary) == "There is a problem. Enter a name. Select how"
        assert summary.problems() == ["Enter a name", "Select how"]
        links = [b for b in summary.findChildren(Button) if b.isVisible()]
        QTest.mouseClick(links[0], Qt.MouseButton.LeftButton)
        assert name.editor.hasFocus()
        QTest.mouseClick(links[1], Qt.MouseButton.LeftButton)
        assert how.first().hasFocus()

    def test_enter_leads_to_the_first_field(self, board: QWidget, qtbot: QtBot) -> None:
        summary, name = put(board, ErrorSummary()), put(board, Field("Name", TextLine()))
        summary.show_problems([("Enter a name", name.editor), ("Something else", None)])
        qtbot.waitUntil(summary.hasFocus)
        QTest.keyClick(summary, Qt.Key.Key_Return)
        assert name.editor.hasFocus()

    def test_no_problems_no_summary(self, board: QWidget) -> None:
        summary = put(board, ErrorSummary())
        summary.show_problems([("Enter a name", None)])
        assert summary.isVisible()
        summary.show_problems([])
        assert not summary.isVisible()
        assert summary.problems() == []


class TestEditors:
    def test_tab_leaves_a_note(self, board: QWidget) -> None:
        note, line = put(board, NoteEdit("Mara is safe")), put(board, TextLine())
        note.setFocus()
        QTest.keyClick(note, Qt.Key.Key_Tab)
        assert line.hasFocus()
        assert note.text() == "Mara is safe"

    def test_pasting_drops_every_format(self, board: QWidget) -> None:
        note, data = put(board, NoteEdit()), QMimeData()
        data.setHtml("<b>bold</b>")
        data.setText("bold")
        note.insertFromMimeData(data)
        assert note.text() == "bold"

    def test_words_are_never_read_as_markup(self, board: QWidget) -> None:
        text = put(board, Text("<b>he said</b> & left"))
        assert text.textFormat() == Qt.TextFormat.PlainText
        assert text.text() == "<b>he said</b> & left"

    def test_a_date_is_typed_in_three_boxes_and_read_by_the_core(self, board: QWidget) -> None:
        boxes, edits = put(board, DateBoxes()), []
        boxes.changed.connect(lambda: edits.append(boxes.parts()))
        assert boxes.is_empty()
        assert boxes.date() is None
        QTest.keyClicks(boxes.day, "18")
        QTest.keyClicks(boxes.month, " November ")
        QTest.keyClicks(boxes.year, "2026")
        assert boxes.day.text() == "18"  # never moves on by itself
        assert boxes.parts() == ("18", "November", "2026")
        assert boxes.date() == date(2026, 11, 18)
        assert edits

    @pytest.mark.parametrize(
        "typed", ["19 12 2026", "19/12/2026", "19.12.2026", "19 December 2026", "2026-12-19"]
    )
    def test_a_whole_date_typed_into_the_first_box_is_taken_apart(self, board: QWidget, typed: str) -> None:
        boxes = put(board, DateBoxes())
        QTest.keyClicks(boxes.day, typed)
        assert boxes.date() == date(2026, 12, 19)  # even before the keyboard leaves the box
        QTest.keyClick(boxes.day, Qt.Key.Key_Return)
        assert boxes.day.text() == "19"
        assert boxes.year.text() == "2026"

    def test_what_stands_in_the_other_boxes_is_never_written_over(self, board: QWidget) -> None:
        boxes = put(board, DateBoxes())
        boxes.set_date(date(2026, 1, 2))
        QTest.keyClicks(boxes.day, " 3 2027")
        assert boxes.parts() == ("2 3 2027", "1", "2026")

    def test_a_date_can_be_filled_and_emptied(self, board: QWidget) -> None:
        boxes = put(board, DateBoxes())
        boxes.set_date("2007-03-27")
        assert boxes.parts() == ("27", "3", "2007")
        boxes.set_date("not a date")
        assert boxes.is_empty()
        boxes.set_date(date(2026, 1, 2))
        assert boxes.parts() == ("2", "1", "2026")

    def test_the_three_boxes_are_named_after_their_field(self, board: QWidget) -> None:
        field = put(board, Field("Date of birth", DateBoxes()))
        assert [name_of(b) for b in field.findChildren(QLineEdit)] == [
            "Date of birth: Day",
            "Date of birth: Month",
            "Date of birth: Year",
        ]
        field.show_problem("Enter a date of birth")
        assert [b.property("bad") for b in field.findChildren(QLineEdit)] == [True, True, True]

    def test_a_code_list_offers_todays_codes_then_the_five_ways_of_not_knowing(self, board: QWidget) -> None:
        combo, got = put(board, CodeCombo("sex")), []
        combo.setAccessibleName("Sex")
        combo.chosen.connect(got.append)
        assert combo.value() is None
        codes = [combo.itemData(i) for i in range(combo.count())]
        assert codes[-5:] == ["NA-ASK", "NA-UNK", "NA-REF", "NA-UNS", "NA-NAP"]
        combo.set_value(codes[1])
        assert combo.value() == codes[1]
        assert got == []
        combo.setFocus()
        QTest.keyClick(combo, Qt.Key.Key_Down)
        assert got == [codes[2]]

    def test_where_not_asked_yet_is_no_answer_the_list_says_choose(self, board: QWidget) -> None:
        combo, got = put(board, CodeCombo("safety_item", missing=False)), []
        combo.chosen.connect(got.append)
        combo.set_value("NA-ASK")
        assert combo.currentText() == "Choose"
        assert combo.value() is None
        combo.setFocus()
        QTest.keyClick(combo, Qt.Key.Key_Down)  # to the first part of the plan
        assert got == [combo.itemData(1)]
        combo.set_value("NA-UNK")  # from an older record
        assert combo.value() == "NA-UNK"

    def test_two_words_typed_find_an_answer_and_the_space_between_them_opens_nothing(
        self, board: QWidget
    ) -> None:
        class Stages(CodeCombo):
            opened = 0

            def showPopup(self) -> None:
                self.opened += 1

        combo, got = put(board, Stages("cj_stage")), []
        combo.chosen.connect(got.append)
        combo.setFocus()
        QTest.keyClick(combo, Qt.Key.Key_Space)  # alone it opens the list, as anywhere
        assert combo.opened == 1
        QTest.keyClicks(combo, "trial listed")
        assert combo.currentText() == "Trial listed"
        assert got[-1] == combo.value()
        assert combo.opened == 1

    def test_an_answer_typed_in_full_is_taken_before_a_longer_one_that_begins_so(
        self, board: QWidget
    ) -> None:
        combo, got = put(board, CodeCombo("cj_stage")), []
        combo.chosen.connect(got.append)
        combo.setFocus()
        QTest.keyClicks(combo, "trial")  # "Trial listed" stands before it
        assert combo.currentText() == "Trial"
        assert got[-1] == combo.value()

    def test_a_word_that_no_answer_begins_with_changes_nothing(self, board: QWidget) -> None:
        combo, got = put(board, CodeCombo("professional_role")), []
        combo.set_value("NA-ASK")
        combo.chosen.connect(got.append)
        combo.setFocus()
        QTest.keyClicks(combo, "pol")  # "Prefers not to say" begins with its first letter
        assert combo.value() == got[-1] == "NA-ASK"

    def test_the_wheel_over_a_list_scrolls_the_page_and_never_changes_the_answer(
        self, board: QWidget
    ) -> None:
        combo = put(board, Combo())
        combo.addItems(["One", "Two", "Three"])
        wheel = QWheelEvent(
            combo.rect().center(), combo.mapToGlobal(combo.rect().center()), QPoint(0, -120), QPoint(0, -120),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QCoreApplication.sendEvent(combo, wheel)
        assert combo.currentText() == "One"
        assert not wheel.isAccepted()

    def test_a_tick_shows_its_state_and_is_a_check_box(self, board: QWidget) -> None:
        tick = put(board, Tick("Show it"))
        QTest.keyClick(tick, Qt.Key.Key_Space)
        assert tick.isChecked()


class TestParts:
    @pytest.mark.parametrize("kind", CHIP_KINDS)
    def test_a_chip_says_it_in_words(self, board: QWidget, kind: str) -> None:
        chip = put(board, Chip())
        chip.show_chip("Safe to call now, until 11am", kind, "phone-call")
        assert chip.text() == "Safe to call now, until 11am" == chip.accessibleName()
        everything(board)

    def test_enter_presses_a_button_as_space_does(self, board: QWidget) -> None:
        button = put(board, Button("Save"))
        pressed: list[int] = []
        button.clicked.connect(lambda: pressed.append(1))
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            QTest.keyClick(button, key)
        assert len(pressed) == 3
        button.setEnabled(False)
        QTest.keyClick(button, Qt.Key.Key_Return)
        assert len(pressed) == 3

    def test_a_card_has_its_name_on_one_line_where_there_is_room(self, board: QWidget) -> None:
        card = put(board, Card("Is this the right commissioner?", icon="key-round"))
        layout = board.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.addStretch(1)
        settle()
        assert card.heading.height() < 2 * card.heading.fontMetrics().height()

    def test_a_card_counts_and_takes_rows(self, board: QWidget) -> None:
        card = put(board, Card("Follow-ups due today", "3", "calendar-check"))
        row = RowFrame()
        row.across.addWidget(Button("Log contact"))
        card.add_row(row)
        card.show_count(4)
        assert "4" in [t.text() for t in card.findChildren(Text)]
        everything(board)

    def test_a_flow_outlives_a_layout_whose_parts_stood_where_its_own_stand_now(self, board: QWidget) -> None:
        host = QWidget()
        other = QVBoxLayout(host)
        gone = []
        for _ in range(30):
            line = QHBoxLayout()
            gone.append(QLabel("gone"))
            line.addWidget(gone[-1])
            other.addLayout(line)  # from here on Python knows the item of each label
        waiting = [(FlowLayout(6, QWidget(board)), QLabel("stays", board)) for _ in range(60)]
        for label in gone:
            shiboken6.delete(label)  # Qt lets the items go and uses their memory for those that follow
        for flow, label in waiting:
            flow.addWidget(label)
        shiboken6.delete(host)
        assert all(flow.sizeHint().width() > 0 for flow, _ in waiting)

    def test_the_items_of_a_flow_go_with_it(self, board: QWidget) -> None:
        host = QWidget()
        down, flow = QVBoxLayout(host), FlowLayout(6)
        for text in ("one", "two"):
            flow.addWidget(QLabel(text))
        down.addLayout(flow)  # from here on Python leaves the items to Qt, which leaves them to the flow
        items = list(flow._items)
        shiboken6.delete(host)
        assert [shiboken6.isValid(item) for item in items] == [False, False]

    def test_parts_of_a_flow_can_stand_on_the_foot_of_their_line(self, board: QWidget) -> None:
        part = QWidget()
        flow = FlowLayout(6, part, on_foot=True)
        tall, low = QLabel("tall\nof two lines"), QLabel("low")
        for one in (tall, low):
            flow.addWidget(one)
        part.resize(400, 200)
        put(board, part)
        settle()
        assert tall.geometry().bottom() == low.geometry().bottom()

    def test_flow_wraps_instead_of_cutting(self, board: QWidget) -> None:
        holder = QWidget()
        flow = FlowLayout(6)
        holder.setLayout(flow)
        for n in range(6):
            flow.addWidget(Button(f"Answer number {n}"))
        assert flow.heightForWidth(300) > flow.heightForWidth(2000)
        assert flow.itemAt(6) is None
        assert flow.count() == 6
        taken = flow.takeAt(0)
        assert taken is not None
        assert flow.count() == 5
        put(board, holder)
        everything(board)
        taken.widget().deleteLater()  # type: ignore[union-attr]

    def test_a_banner_stays_until_closed_and_can_be_answered(self, board: QWidget) -> None:
        done: list[int] = []
        banner = put(
            board,
            Banner("An older copy was put back", "high", "I have read this", lambda: done.append(1), "Close"),
        )
        everything(board)
        answer, shut = banner.findChildren(Button)
        QTest.mouseClick(answer, Qt.MouseButton.LeftButton)
        assert done == [1]
        QTest.mouseClick(shut, Qt.MouseButton.LeftButton)
        assert not banner.isVisible()

    def test_made_up_people_are_striped(self, board: QWidget) -> None:
        banner = put(board, Banner("Made-up people. Nothing here is real.", "madeup"))
        picture = banner.grab().toImage()
        colours = {picture.pixelColor(x, y).name() for x in range(24) for y in range(picture.height())}
        assert {theme.LIGHT["ring_in"], theme.LIGHT["ring_out"]} <= colours

    def test_a_sentence_beside_an_icon_wraps(self, board: QWidget) -> None:
        said = put(
            board,
            Said("Working offline. Three summaries are waiting, with no names in them. " * 3, "cloud-off"),
        )
        said.setMaximumWidth(220)
        everything(board)


class TestToast:
    def test_undo_is_done_once_and_takes_the_line_away(self, board: QWidget) -> None:
        toast, done = Toast(board), []
        toast.show_toast(session.Toast("Contact saved", "Undo", lambda: done.append(1)))
        assert toast.text() == "Contact saved" == toast.accessibleName()
        everything(board)
        QTest.mouseClick(toast.button, Qt.MouseButton.LeftButton)
        QTest.mouseClick(toast.button, Qt.MouseButton.LeftButton)
        assert done == [1]
        assert not toast.isVisible()
        assert toast.text() == ""

    def test_the_newest_wins_and_time_takes_it_away_unless_the_keyboard_is_on_it(
        self, board: QWidget
    ) -> None:
        toast = Toast(board)
        toast.show_toast(session.Toast("First"))
        toast.show_toast(session.Toast("Contact saved", "Undo", lambda: None))
        assert toast.text() == "Contact saved"
        toast.button.setFocus()
        toast._time_over()
        assert toast.isVisible()
        toast.button.clearFocus()
        toast._time_over()
        assert not toast.isVisible()

    def test_a_long_line_stays_inside_the_window(self, board: QWidget) -> None:
        board.resize(400, 300)
        toast = Toast(board)
        toast.show_toast(session.Toast("A very long sentence that goes on and on " * 4, "Undo", lambda: None))
        QCoreApplication.processEvents()
        assert board.rect().contains(toast.geometry())

    @pytest.mark.parametrize(("offers", "covered", "stays"), [
        (False, True, False), (False, False, True), (True, True, True),
    ])  # fmt: skip
    def test_it_gives_way_to_the_field_it_covers_unless_it_offers_something(
        self, qtbot: QtBot, board: QWidget, offers: bool, covered: bool, stays: bool
    ) -> None:
        class ReadAtOnce(Toast):
            LEAST = 0

        field = TextLine(parent=board)
        toast = ReadAtOnce(board)
        undo = ("Undo", lambda: None) if offers else ()
        toast.show_toast(session.Toast("Rules saved.", *undo))
        field.move(toast.x(), toast.y() + 10 if covered else 10)
        field.show()
        field.setFocus()
        qtbot.waitUntil(field.hasFocus)
        qtbot.waitUntil(lambda: not toast._covering.isActive())
        assert toast.isVisible() == stays

    def test_it_gives_way_to_a_question_of_which_it_covers_another_answer(
        self, qtbot: QtBot, board: QWidget
    ) -> None:
        class ReadAtOnce(Toast):
            LEAST = 0

        row = ChoiceRow("How", HOW, parent=board)
        toast = ReadAtOnce(board)
        toast.show_toast(session.Toast("Rules saved."))
        row.setGeometry(10, toast.y() - 10, board.width() - 20, 70)
        row.show()
        assert not row.first().geometry().translated(row.pos()).intersects(toast.geometry())
        row.setFocus()
        qtbot.waitUntil(row.first().hasFocus)
        qtbot.waitUntil(toast.isHidden)


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("name", theme.THEMES)
def test_nothing_is_cut_at_any_text_size_in_any_theme(
    qtbot: QtBot, qapp: QApplication, plain_look: None, name: str, scale: float
) -> None:
    theme.apply(qapp, name, scale)
    area = QScrollArea()
    qtbot.addWidget(area)
    area.setWidgetResizable(True)
    inside = QWidget()
    down = QVBoxLayout(inside)
    for widget in (
        Field("When", TextLine("Now"), "For example, now, yesterday 3pm or 27 9 10:15", optional=True),
        ChoiceRow(
            "What happened",
            [("1", "Spoke", "users"), ("2", "Wrong person answered", "triangle-alert")],
            "One",
        ),
        Field("Date of birth", DateBoxes(), "For example, 27 3 2007"),
        Field("Note", NoteEdit("Mara is safe"), "What was said and agreed. Mark opinions as yours."),
        Card("Missed contacts to try again", "1", "phone-missed"),
        Banner(
            "An older copy of this vault seems to have been put back",
            "high",
            "I have read this",
            lambda: None,
            "Close",
        ),
        Chip("Not safe to call until 1pm", "warn", "phone-off"),
        Said("Locks after 5 minutes without use", "lock"),
        Tick("Letters that are easier to tell apart", True),
        Button("Save contact", "check", "primary"),
    ):
        down.addWidget(widget)
    area.setWidget(inside)
    area.resize(1000, 640)
    area.show()
    qtbot.waitExposed(area)
    everything(area)


def test_a_closed_part_is_freed(qtbot: QtBot, plain_look: None) -> None:
    """A leaked screen is client data in memory."""
    parent = QWidget()
    parts = [
        ChoiceRow("How", HOW), Field("Name", TextLine()), DateBoxes(), NoteEdit(), ErrorSummary(), Chip("a"),
        Banner("b", "info", closes="Close"), Toast(parent),
    ]  # fmt: skip
    seen = [weakref.ref(part) for part in parts]
    for part in parts:
        part.setParent(parent)
    parent.deleteLater()
    del parts, part
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    del parent
    gc.collect()
    assert [ref for ref in seen if ref() is not None] == []


def test_a_long_problem_wraps_in_a_narrow_place_and_can_still_be_pressed(
    qtbot: QtBot, plain_look: None
) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    down = QVBoxLayout(page)
    summary, field = ErrorSummary(), TextLine()
    down.addWidget(summary)
    down.addWidget(field)
    page.resize(260, 400)
    page.show()
    summary.show_problems([("Choose whether there is something new about safeguarding", field)])
    qtbot.waitExposed(page)
    link = summary.findChild(ErrorLink)
    assert link is not None
    assert page.width() <= 320
    assert link.height() >= 2 * link.fontMetrics().lineSpacing()
    link.click()
    qtbot.waitUntil(field.hasFocus)


def test_tab_goes_from_the_summary_to_its_lines_and_on_to_the_form(board: QWidget, qtbot: QtBot) -> None:
    summary, field = ErrorSummary(), TextLine()
    down = board.layout()
    assert down is not None
    down.addWidget(summary)
    down.addWidget(field)
    qtbot.waitUntil(field.isVisible)
    summary.show_problems([("Enter a name", field), ("Enter a date", field)])
    qtbot.waitUntil(summary.hasFocus)
    seen = []
    for _ in range(3):
        QTest.keyClick(board.focusWidget(), Qt.Key.Key_Tab)
        focused = board.focusWidget()
        seen.append(focused.text() if isinstance(focused, ErrorLink) else focused)
    assert seen == ["Enter a name", "Enter a date", field]


def test_a_page_ends_near_its_last_line_and_leaves_room_for_what_stops_growing(
    qtbot: QtBot, plain_look: None
) -> None:
    area, down = scrolled((24, 18, 24, 24), 14)
    qtbot.addWidget(area)
    long = "A sentence that is long enough to need many lines where there is little room. " * 3
    for _ in range(6):
        down.addWidget(Text(long, wrap=True))
    form = QWidget()
    form.setMaximumWidth(640)  # as wide as a form grows
    inside_form = QVBoxLayout(form)
    lines = [Text(long, wrap=True) for _ in range(6)]
    for line in lines:
        inside_form.addWidget(line)
    down.addWidget(form)
    down.addStretch(1)
    area.resize(1400, 300)
    area.show()
    qtbot.waitExposed(area)
    inside = area.widget()
    assert area.verticalScrollBar().maximum() > 0
    assert inside.height() <= inside.heightForWidth(600)
    assert [line.height() >= line.heightForWidth(line.width()) for line in lines] == [True] * 6


def test_a_card_that_gets_a_line_moves_and_squashes_none_of_its_others(
    qtbot: QtBot, plain_look: None
) -> None:
    area, down = scrolled((0, 0, 0, 0), 0)
    qtbot.addWidget(area)
    card = Card("Needs")
    lines = [Text(f"Line {n} " * 40, wrap=True) for n in range(8)]
    for line in lines:
        card.body.addWidget(line)
    down.addWidget(card)
    down.addStretch(1)
    area.resize(700, 400)
    area.show()
    qtbot.waitExposed(area)
    settle()
    heights = {line.height() for line in lines}
    changed = Changed(lines)
    last = Text("One more " * 40, wrap=True)
    card.body.addWidget(last)
    settle()
    assert changed.sizes == []
    assert last.height() == last.heightForWidth(last.width())
    assert {line.height() for line in lines} == heights


def test_a_stack_is_as_high_as_the_part_on_show_and_the_page_scrolls_no_further(
    qtbot: QtBot, plain_look: None
) -> None:
    area, down = scrolled((0, 0, 0, 0), 0)
    qtbot.addWidget(area)
    stack = Stack()
    for lines in (1, 80):
        part = QWidget()
        QVBoxLayout(part).addWidget(Text("A sentence that wraps. " * 8 * lines, wrap=True))
        stack.add(part)
    down.addWidget(stack, 1)
    area.resize(700, 400)
    area.show()
    qtbot.waitExposed(area)
    stack.show_part(1)
    settle()
    assert area.verticalScrollBar().maximum() > 400
    stack.show_part(0)
    settle()
    assert area.verticalScrollBar().maximum() == 0
    assert area.widget().height() == area.viewport().height()


def test_what_is_in_view_is_not_painted_again_for_a_line_far_below(qtbot: QtBot, plain_look: None) -> None:
    area, down = scrolled((0, 0, 0, 0), 0)
    qtbot.addWidget(area)
    cards = [Card("Needs") for _ in range(6)]
    for card in cards:
        card.body.addWidget(Text("A sentence. " * 60, wrap=True))
        down.addWidget(card)
    down.addStretch(1)
    area.resize(700, 300)
    area.show()
    qtbot.waitExposed(area)
    settle()
    assert area.verticalScrollBar().maximum() > 300
    changed = Changed(cards[:1])
    more = Card("More")
    down.insertWidget(len(cards), more)
    settle()
    assert not more.isHidden()
    assert changed.painted == 0
    cards[0].body.addWidget(Text("One more line"))  # but when it changes it is
    settle()
    assert changed.painted > 0


class Changed(QObject):
    """How often those were made another size, and painted."""

    def __init__(self, parts: Sequence[QWidget]) -> None:
        super().__init__(parts[0])
        self.sizes: list[tuple[int, int]] = []
        self.painted = 0
        for part in parts:
            part.installEventFilter(self)

    def eventFilter(self, part: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(part, QWidget):
            self.sizes.append((part.width(), part.height()))
        self.painted += event.type() == QEvent.Type.Paint
        return False


def test_words_know_their_height_again_after_anything_that_changes_it(board: QWidget) -> None:
    words = put(board, Text("A sentence that is long enough to wrap where there is little room.", wrap=True))

    def true_height() -> int:
        return QLabel.heightForWidth(words, 200)

    one = words.heightForWidth(200)
    assert one == true_height()
    for change in (
        lambda: words.setText("Short"),
        lambda: words.setFont(theme.font("title")),
        lambda: words.setText("A sentence that is long enough to wrap where there is little room."),
        lambda: words.setContentsMargins(0, 30, 0, 30),
        lambda: words.setStyleSheet("padding: 20px"),
        lambda: words.setWordWrap(False),
    ):
        before = words.heightForWidth(200)
        change()
        assert words.heightForWidth(200) == true_height()
        assert words.heightForWidth(200) != before


def test_what_is_folded_away_is_made_when_it_is_first_opened(board: QWidget) -> None:
    made: list[str] = []

    def fill(down: QVBoxLayout) -> None:
        made.append("filled")
        down.addWidget(Text("Inside"))

    fold = put(board, Fold("More", "Show more", "Hide more", fill))
    assert made == []
    for _ in range(3):
        fold.button.click()
    assert fold.is_open()
    assert made == ["filled"]
    assert [one.text() for one in fold.findChildren(Text)] == ["Inside"]


def test_what_could_not_be_filled_is_filled_the_next_time_it_is_opened(board: QWidget) -> None:
    goes_wrong = [True, False]

    def fill(down: QVBoxLayout) -> None:
        down.addWidget(Text("Begins"))
        if goes_wrong.pop(0):
            raise OSError("the disk is away")
        down.addWidget(Text("Ends"))

    fold = put(board, Fold("More", "Show more", "Hide more", fill))
    with pytest.raises(OSError, match="away"):
        fold.set_open(True)
    assert not fold.is_open()
    fold.set_open(True)
    assert fold.is_open()
    assert [one.text() for one in fold.findChildren(Text) if one.isVisible()] == ["Begins", "Ends"]


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_tint_of_the_last_row_leaves_the_round_corners_of_its_card(board: QWidget, name: str) -> None:
    theme.apply(QApplication.instance(), name, 1.5, False)  # type: ignore[arg-type]
    card = put(board, Card("Support"))
    for title in ("IDVA", "Outreach"):
        card.add_row(Entry(title))
    settle()
    last = card.findChildren(Entry)[-1]
    plain = card.grab().toImage()
    last.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    tinted = card.grab().toImage()
    middle = last.geometry().center()
    assert tinted.pixelColor(middle) != plain.pixelColor(middle)
    above = QPoint(middle.x(), last.geometry().top())
    assert tinted.pixelColor(above) == theme.colour("line")
    edge = 2
    for x in (*range(edge), *range(card.width() - edge, card.width())):
        for y in range(card.height() - edge, card.height()):
            assert tinted.pixelColor(x, y) == plain.pixelColor(x, y), (x, y)


def test_what_scrolls_ends_where_what_does_not_scroll_ends(board: QWidget) -> None:
    area, down = scrolled((24, 18, 24, 24), 14)
    put(board, area)
    first = Card("First")
    down.addWidget(first)
    down.addStretch(1)
    settle()
    wide = first.width()
    assert not area.verticalScrollBar().isVisible()
    for _ in range(30):
        down.addWidget(Card("More"))
    settle()
    assert area.verticalScrollBar().isVisible()
    assert first.width() == wide
