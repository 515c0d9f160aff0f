"""A form opens without holding up the keyboard: its frame at once, its fields step by step, no key lost meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import SIGNAL, QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.screens.parts import settle
from ui.screens.client import ClientPage
from ui.screens.client.children import ChildForm
from ui.screens.client.incidents import IncidentForm
from ui.screens.client.marac import MaracForm
from ui.screens.client.perpetrators import PerpetratorForm
from ui.screens.client.record import FormPage, RecordForm
from ui.session import Place, Session
from ui.widgets import Chip, ChoiceRow
from ui.window import Window

LONG: dict[str, Callable[[Session, int], RecordForm]] = {
    "a child": ChildForm,
    "an alleged perpetrator": PerpetratorForm,
    "a MARAC paper": MaracForm,
}
#: Widgets one step of a long form may make, the hidden parts of lists included.
MOST_A_STEP = 75


@pytest.fixture
def record(window: Window, amara: int) -> ClientPage:
    window.go(Place("client", amara))
    settle()
    page = window.page("client")
    assert isinstance(page, ClientPage)
    return page


def opened(record: ClientPage, form: RecordForm) -> FormPage:
    record.open_form(form)
    assert isinstance(record.form, FormPage)
    return record.form


def test_the_fields_come_after_the_frame_and_take_the_keyboard(record: ClientPage, amara: int) -> None:
    form = ChildForm(record.session, amara)
    page = opened(record, form)
    assert page.save_button.isVisible()
    assert not form.isVisible()
    assert page.hasFocus()
    settle()
    assert form.isVisible()
    assert form.editors["name"].hasFocus()
    assert page.focusPolicy() == Qt.FocusPolicy.NoFocus  # no stop of the Tab key once the fields stand


def test_a_key_pressed_before_the_fields_stand_goes_to_the_first(record: ClientPage, amara: int) -> None:
    form = ChildForm(record.session, amara)
    page = opened(record, form)
    QTest.keyClick(page, "Z")
    QTest.keyClick(QApplication.focusWidget(), "o")
    assert form.isVisible()
    settle()
    QTest.keyClick(QApplication.focusWidget(), "e")
    assert form.text("name") == "Zoe"


def test_a_figure_pressed_before_the_boxes_of_a_day_stand_goes_into_the_first(
    record: ClientPage, amara: int
) -> None:
    form = IncidentForm(record.session, amara)
    page = opened(record, form)
    QTest.keyClick(page, "1")
    QTest.keyClick(QApplication.focusWidget(), "2")
    assert form.editors["happened"].day.text() == "12"


def test_tab_pressed_before_the_fields_stand_goes_on_from_the_first(record: ClientPage, amara: int) -> None:
    form = ChildForm(record.session, amara)
    page = opened(record, form)
    QTest.keyClick(page, Qt.Key.Key_Tab)
    at_risk = form.editors["at_risk"]
    assert isinstance(at_risk, ChoiceRow)
    assert at_risk.first().hasFocus()


def test_whoever_went_elsewhere_meanwhile_keeps_the_keyboard(record: ClientPage, amara: int) -> None:
    page = opened(record, ChildForm(record.session, amara))
    page.later_button.setFocus()
    settle()
    assert page.form.isVisible()
    assert page.later_button.hasFocus()


@pytest.mark.parametrize("which", LONG)
def test_the_buttons_below_come_after_the_last_field(record: ClientPage, amara: int, which: str) -> None:
    page = opened(record, LONG[which](record.session, amara))
    settle()
    for _ in range(200):
        before = QApplication.focusWidget()
        assert before is not None
        QTest.keyClick(before, Qt.Key.Key_Tab)
        if QApplication.focusWidget() is page.save_button:
            break
    visible = [e for e in page.form.editors.values() if e.isVisible()]
    assert before is visible[-1] or visible[-1].isAncestorOf(before)


@pytest.mark.parametrize("which", LONG)
def test_a_long_form_is_made_in_steps_none_of_which_is_felt(
    session: Session, amara: int, qtbot: QtBot, which: str
) -> None:
    form = LONG[which](session, amara)
    qtbot.addWidget(form)
    made, most, goes_on = len(form.findChildren(QWidget)), 0, True
    assert made < MOST_A_STEP
    while goes_on:
        goes_on = form.go_on()
        now = len(form.findChildren(QWidget))
        made, most = now, max(most, now - made)
    assert most <= MOST_A_STEP
    assert form.values()


@pytest.mark.parametrize("which", LONG)
def test_whoever_asks_for_a_field_early_gets_the_whole_form(
    session: Session, amara: int, qtbot: QtBot, which: str
) -> None:
    form = LONG[which](session, amara)
    qtbot.addWidget(form)
    assert "why" in form.editors
    assert not form.go_on()


class Dressings(QObject):
    """Counts how often each widget is dressed by the style rules while it is watched."""

    def __init__(self) -> None:
        super().__init__()
        self.count: dict[int, int] = {}

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Polish:
            self.count[id(watched)] = self.count.get(id(watched), 0) + 1
        return False


def test_nothing_is_dressed_while_it_is_made(qtbot: QtBot) -> None:
    application = QApplication.instance()
    assert application is not None
    dressings = Dressings()
    application.installEventFilter(dressings)
    try:
        row = ChoiceRow("At risk now?", [("yes", "Yes", ""), ("no", "No", "")])
        chip = Chip("Safe to ring", "safe", "check")
    finally:
        application.removeEventFilter(dressings)
    qtbot.addWidget(row)
    qtbot.addWidget(chip)
    assert dressings.count == {}


def test_an_answer_is_one_widget_that_nobody_else_has_to_tell_its_state(qtbot: QtBot) -> None:
    row = ChoiceRow("At risk now?", [("yes", "Yes", ""), ("no", "No", "")])
    qtbot.addWidget(row)
    yes, no = row.pills()
    assert yes.findChildren(QObject) == []
    assert yes.receivers(SIGNAL("toggled(bool)")) == 0
    off = yes.icon().cacheKey()
    yes.click()
    assert yes.icon().cacheKey() != off
    no.click()
    assert (yes.isChecked(), yes.icon().cacheKey()) == (False, off)
    row.set_value("yes")
    assert yes.icon().cacheKey() != off
    row.set_value(None)
    assert yes.icon().cacheKey() == off
