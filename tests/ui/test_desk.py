"""The one window: covered at once, locked with nothing lost, another look, what is told in it."""

from __future__ import annotations

import gc
import json
import time
import weakref
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from caseworker import storage
from caseworker.domain.clients import Client
from caseworker.errors import Problem
from caseworker.storage import clients, drafts, instruments
from caseworker.storage import vault as vaults
from caseworker.storage.vault import NewVault
from tests.fixtures_vault import CHEAP, PHRASE
from tests.ui.accessibility import everything, name_of, settle
from ui import desk as desks
from ui import theme
from ui.desk import CLOSED, LOCKED, Desk
from ui.screens.client.drafts import form_for
from ui.screens.clients import ListOf
from ui.screens.help import HelpDialog
from ui.screens.report import Wanted
from ui.screens.settings import LookDialog
from ui.session import Notice, Place
from ui.window import Window

ROOT = Path(__file__).resolve().parents[2]


def press(desk: Desk, *keys: Qt.Key) -> None:
    """Keys as the system delivers them: to the window that has the focus."""
    handle = QApplication.focusWindow() or desk.windowHandle()
    for key in keys:
        QTest.keyClick(handle, key)


class Witness:
    """Notes what was true at the moment drafts are written: after the cover, before the vault closes."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.covered: list[bool] = []
        self.seen: list[set[str]] = []
        assert desk.session is not None
        desk.session.keeping.connect(self.look)

    def look(self) -> None:
        self.covered.append(self.desk.is_covered())
        picture = self.desk.grab().toImage().scaled(64, 40)
        self.seen.append({picture.pixelColor(x, y).name() for x in range(64) for y in range(40)})


class TestHiding:
    def test_f12_covers_in_the_same_event_before_anything_is_written(self, desk: Desk) -> None:
        witness = Witness(desk)
        press(desk, Qt.Key.Key_F12)
        assert witness.covered == [True]
        assert witness.seen == [{theme.LIGHT["bg"]}]  # one plain colour: nothing can be read
        assert desk.session is not None
        assert desk.session.is_locked()

    def test_the_cover_has_no_words_and_the_title_is_neutral(self, desk: Desk) -> None:
        desk.cover_up()
        assert desk.cover.findChildren(QWidget) == []
        assert desk.windowTitle() == "Caseworker"

    def test_shift_three_times_hides(self, desk: Desk) -> None:
        witness = Witness(desk)
        press(desk, Qt.Key.Key_Shift, Qt.Key.Key_Shift)
        assert not desk.is_covered()
        press(desk, Qt.Key.Key_Shift)
        assert witness.covered == [True]

    def test_another_key_between_starts_the_count_again(self, desk: Desk) -> None:
        press(desk, Qt.Key.Key_Shift, Qt.Key.Key_Shift, Qt.Key.Key_Right, Qt.Key.Key_Shift, Qt.Key.Key_Shift)
        assert not desk.is_covered()

    def test_shifts_far_apart_do_not_count(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        now = [100.0]
        monkeypatch.setattr(desks.time, "monotonic", lambda: now[0])
        for _ in range(6):
            press(desk, Qt.Key.Key_Shift)
            now[0] += 3.0
        assert not desk.is_covered()

    @pytest.mark.parametrize("keys", [(Qt.Key.Key_F12,), (Qt.Key.Key_Shift,) * 3])
    def test_it_works_inside_a_modal_dialog_and_hides_that_too(
        self, desk: Desk, qtbot: QtBot, keys: tuple[Qt.Key, ...]
    ) -> None:
        dialog = QDialog(desk)
        dialog.setModal(True)
        dialog.open()
        dialog.activateWindow()
        qtbot.waitExposed(dialog)
        qtbot.waitUntil(lambda: QApplication.focusWindow() is dialog.windowHandle())
        witness = Witness(desk)
        press(desk, *keys)
        assert witness.covered == [True]
        assert not dialog.isVisible()

    def test_the_button_hides_on_the_press_already(self, desk: Desk) -> None:
        assert desk.window_ is not None
        witness = Witness(desk)
        QTest.mousePress(desk.window_.hide_button, Qt.MouseButton.LeftButton)
        assert witness.covered == [True]

    def test_the_cover_goes_with_the_window_when_it_is_made_larger(self, desk: Desk) -> None:
        desk.cover_up()
        desk.resize(1300, 820)
        settle()
        assert desk.cover.geometry() == desk.rect()


class TestLocking:
    def test_locking_ends_with_75_and_closes_the_vault(self, desk: Desk) -> None:
        codes: list[object] = []
        desk.ended.connect(codes.append)
        desk.lock()
        assert codes == [LOCKED]
        from caseworker.storage import database

        assert database.deferred
        assert bytes(database._key) == b""

    def test_ctrl_l_locks(self, desk: Desk) -> None:
        QTest.keyClick(desk.windowHandle(), Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        assert desk.session is not None
        assert desk.session.is_locked()

    def test_closing_the_window_locks_and_ends_with_0(self, desk: Desk) -> None:
        codes: list[object] = []
        desk.ended.connect(codes.append)
        desk.close()
        assert desk.session is not None
        assert desk.session.is_locked()
        assert set(codes) == {CLOSED}

    def test_idle_locks(self, desk: Desk) -> None:
        desk.idle.lock_due.emit()
        assert desk.session is not None
        assert desk.session.is_locked()

    def test_what_was_typed_comes_back_as_a_draft(
        self, desk: Desk, new_vault: NewVault, reopen: Callable[[], Any], qtbot: QtBot
    ) -> None:
        assert desk.window_ is not None
        desk.window_.go(Place("new_client"))
        desk.window_.current().stand()  # type: ignore[union-attr]
        name = next(e for e in desk.window_.findChildren(QLineEdit) if name_of(e) == "Name or alias")
        qtbot.waitUntil(name.isVisible)  # the frame stands first
        QTest.keyClicks(name, "Amara Clarke")
        desk.lock()
        vault = reopen()
        kept = [draft for draft in drafts.all_drafts() if "Amara Clarke" in json.dumps(draft.fields)]
        vault.close()
        assert len(kept) == 1

    def test_the_clipboard_is_emptied(self, desk: Desk) -> None:
        clipboard = QApplication.clipboard()
        clipboard.setText("07700 900142")
        desk.lock()
        assert clipboard.text() == ""

    def test_what_was_copied_is_forgotten_after_half_a_minute(self, desk: Desk) -> None:
        assert desk.session is not None
        clipboard = QApplication.clipboard()
        clipboard.setText("07700 900142")
        assert desk.session.clipboard._timer.isActive()
        assert desk.session.clipboard._timer.interval() == 30_000
        desk.session.clipboard._timer.timeout.emit()
        assert clipboard.text() == ""

    def test_one_form_that_cannot_be_kept_stops_neither_the_others_nor_the_lock(self, desk: Desk) -> None:
        assert desk.window_ is not None
        kept: list[str] = []

        def refuse() -> None:
            raise Problem("E-DISK-FULL", "The disk is full")

        desk.window_.page("today").keep_draft = refuse  # type: ignore[method-assign]
        desk.window_.page("clients").keep_draft = lambda: kept.append("clients")  # type: ignore[method-assign]
        desk.lock()
        assert kept == ["clients"]
        assert desk.session is not None
        assert desk.session.is_locked()

    def test_locking_twice_is_locking_once(self, desk: Desk) -> None:
        codes: list[object] = []
        desk.ended.connect(codes.append)
        desk.lock()
        desk.lock()
        assert codes == [LOCKED]

    def test_on_the_lock_screen_there_is_nothing_to_lock(
        self, new_vault: NewVault, open_desk: Callable[..., Desk]
    ) -> None:
        shown = open_desk(new_vault.path.parent)
        shown.lock()
        press(shown, Qt.Key.Key_Shift, Qt.Key.Key_Shift, Qt.Key.Key_Shift)
        assert not shown.is_covered()


def larger(desk: Desk, qtbot: QtBot) -> None:
    """Ctrl and +, until the window stands anew."""
    before = desk.window_
    assert before is not None
    before.do("larger")
    qtbot.waitUntil(lambda: desk.window_ not in (before, None))


class TestLooks:
    def test_a_new_text_size_rebuilds_the_window_where_it_stood(self, desk: Desk, qtbot: QtBot) -> None:
        assert desk.window_ is not None
        before = desk.window_
        before.go(Place("settings"))
        assert desk.session is not None
        desk.session.notice.emit(Notice("Something to read", "warn"))
        QTest.keyClick(desk.windowHandle(), Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: desk.window_ is not before)
        assert theme.look().scale == pytest.approx(1.1)
        assert desk.window_.place() == Place("settings")
        assert [n.text for n in desk.window_.open_notices()].count("Something to read") == 1
        desk.window_.go_back()
        assert desk.window_.place() == Place("today")

    def test_built_anew_it_takes_keys_at_once(self, desk: Desk) -> None:
        desk._keep_preferences(replace(desk.preferences, scale=1.1))
        desk._build_anew()
        assert desk.window_ is not None
        assert desk.window_.isVisible()  # a key the system held back meanwhile would be lost on a hidden one

    def test_the_open_panel_and_its_text_survive_a_new_text_size(self, desk: Desk, qtbot: QtBot) -> None:
        assert desk.window_ is not None
        before = desk.window_
        desk.window_.go(Place("contact", None))
        settle()
        desk.window_.do("larger")
        qtbot.waitUntil(lambda: desk.window_ is not before)
        assert desk.window_.panel is not None
        assert desk.window_.panel.isVisible()

    def test_words_typed_after_a_new_text_size_go_on_where_they_were(self, desk: Desk, qtbot: QtBot) -> None:
        made = storage.write(clients.save, Client(None, "", "Amara Clarke", area="E07000066"))
        assert desk.window_ is not None
        desk.window_.go(Place("contact", made))
        form = desk.window_.panel.form  # type: ignore[union-attr]
        form.note.setFocus()
        QTest.keyClicks(form.note, "Rang. well")
        for _ in "well":
            QTest.keyClick(form.note, Qt.Key.Key_Left)
        larger(desk, qtbot)
        QTest.keyClicks(QApplication.focusWidget(), "All ")
        assert desk.window_.panel.form.note.toPlainText() == "Rang. All well"  # type: ignore[union-attr]

    def test_a_new_text_size_keeps_the_form_of_a_record_and_its_field(self, desk: Desk, qtbot: QtBot) -> None:
        made = storage.write(clients.save, Client(None, "", "Amara Clarke", area="E07000066"))
        assert desk.window_ is not None
        desk.window_.go(Place("client", made))
        page: Any = desk.window_.current()
        page.show_tab(4)
        assert desk.session is not None
        page.open_form(form_for(desk.session, f"professional:{made}"))
        phone = page.form.form.editors["phone"]
        page.form.stand()
        phone.setFocus()
        QTest.keyClicks(phone, "0190")
        larger(desk, qtbot)
        QTest.keyClicks(QApplication.focusWidget(), "42")
        page = desk.window_.current()
        assert page.form.form.values()["phone"] == "019042"
        assert page.bar.currentIndex() == 4
        assert page.form.form.values()["name"] == ""

    def test_a_space_after_a_new_text_size_marks_the_tick_and_is_not_typed_into_the_name(
        self, desk: Desk, qtbot: QtBot
    ) -> None:
        assert desk.window_ is not None
        desk.window_.go(Place("new_client"))
        settle()
        page: Any = desk.window_.current()
        QTest.keyClicks(page.form.editors["name"], "Jo")
        page.form.editors["is_alias"].setFocus()
        larger(desk, qtbot)
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
        page = desk.window_.current()
        assert page.form.values()["name"] == "Jo"
        assert page.form.values()["is_alias"]

    def test_after_a_new_text_size_what_has_to_be_put_right_still_stands_there(
        self, desk: Desk, qtbot: QtBot
    ) -> None:
        made = storage.write(clients.save, Client(None, "", "Amara Clarke", area="E07000066"))
        assert desk.window_ is not None
        desk.window_.go(Place("client", made))
        page: Any = desk.window_.current()
        assert desk.session is not None
        page.open_form(form_for(desk.session, f"professional:{made}"))
        page.save()
        said = page.form.form.errors.problems()
        beside = page.form.form.fields["name"].problem()
        assert said
        assert beside
        larger(desk, qtbot)
        form = desk.window_.current().form.form  # type: ignore[union-attr]
        assert form.errors.problems() == said
        assert form.errors.isVisible()
        assert form.fields["name"].problem() == beside
        assert QApplication.focusWidget() is form.errors

    def test_problems_put_back_at_a_new_text_size_do_not_take_the_keyboard_from_its_field(
        self, desk: Desk, qtbot: QtBot
    ) -> None:
        made = storage.write(clients.save, Client(None, "", "Amara Clarke", area="E07000066"))
        assert desk.window_ is not None
        desk.window_.go(Place("contact", made))
        form = desk.window_.panel.form  # type: ignore[union-attr]
        form.save()
        said = form.errors.problems()
        assert said
        form.note.setFocus()
        QTest.keyClicks(form.note, "Rang")
        larger(desk, qtbot)
        QTest.keyClicks(QApplication.focusWidget(), " twice")
        form = desk.window_.panel.form  # type: ignore[union-attr]
        assert form.errors.problems() == said
        assert form.note.toPlainText() == "Rang twice"

    def test_problems_of_an_assessment_stand_at_its_items_after_a_new_text_size(
        self, desk: Desk, qtbot: QtBot
    ) -> None:
        made = storage.write(clients.save, Client(None, "", "Amara Clarke", area="E07000066"))
        begun = storage.write(instruments.begin, made, "NEEDS")
        for code in ("P1", "P2"):
            storage.write(instruments.answer, begun, code, "N9")
        assert desk.window_ is not None
        desk.window_.go(Place("client", made))
        page: Any = desk.window_.current()
        assert desk.session is not None
        page.open_form(form_for(desk.session, f"assessment:{made}:{begun}"))
        page.save()
        said = page.form.side.errors.problems()
        assert said
        larger(desk, qtbot)
        form: Any = desk.window_.current().form  # type: ignore[union-attr]
        assert form.side.errors.problems() == said
        assert form.rows["P2"].problem.isVisible()

    def test_another_client_at_a_new_text_size_is_told_of_no_problem(self, desk: Desk, qtbot: QtBot) -> None:
        first, second = (
            storage.write(clients.save, Client(None, "", name, area="E07000066"))
            for name in ("Amara Clarke", "Nia Hughes")
        )
        assert desk.window_ is not None
        assert desk.session is not None
        desk.window_.go(Place("client", first))
        page: Any = desk.window_.current()
        page.open_form(form_for(desk.session, f"professional:{first}"))
        page.save()
        desk.window_.go(Place("client", second))
        page.open_form(form_for(desk.session, f"professional:{second}"))
        larger(desk, qtbot)
        assert desk.window_.current().form.form.errors.problems() == []  # type: ignore[union-attr]

    def test_a_contact_with_nobody_known_stays_open_at_a_new_text_size(
        self, desk: Desk, qtbot: QtBot
    ) -> None:
        assert desk.window_ is not None
        desk.window_.go(Place("contact", None))
        panel: Any = desk.window_.panel
        panel.who.nobody.emit()
        panel.form.note.setFocus()
        QTest.keyClicks(panel.form.note, "Rang")
        larger(desk, qtbot)
        QTest.keyClicks(QApplication.focusWidget(), " twice")
        panel = desk.window_.panel
        assert panel.form is not None
        assert panel.form.note.toPlainText() == "Rang twice"

    def test_the_list_of_clients_keeps_its_words_and_its_rows_at_a_new_text_size(
        self, desk: Desk, qtbot: QtBot
    ) -> None:
        for name in ("Amara Clarke", "Clara Obi", "Nia Hughes"):
            storage.write(clients.save, Client(None, "", name, area="E07000066"))
        assert desk.window_ is not None
        desk.window_.go(Place("clients"))
        settle()
        page: Any = desk.window_.current()
        page.closed.click()
        page.line.setFocus()
        QTest.keyClicks(page.line, "cla")
        QTest.keyClick(page.line, Qt.Key.Key_Down)
        chosen, rows = page.selected_client(), page.model.rowCount()
        assert rows == 2
        larger(desk, qtbot)
        settle()
        page = desk.window_.current()
        assert page.line.text() == "cla"
        assert page.closed.isChecked()
        assert page.model.rowCount() == 2
        assert page.selected_client() == chosen
        QTest.keyClicks(QApplication.focusWidget(), "r")
        assert page.line.text() == "clar"

    def test_a_list_to_work_through_that_was_left_does_not_come_back_at_a_new_text_size(
        self, desk: Desk, qtbot: QtBot
    ) -> None:
        one, two = (
            storage.write(clients.save, Client(None, "", name, area="E07000066"))
            for name in ("Amara Clarke", "Nia Hughes")
        )
        assert desk.window_ is not None
        desk.window_.go(Place("clients", ListOf("To look at", (one,))))
        settle()
        page: Any = desk.window_.current()
        page.closed.click()
        page.clear_all()
        page.closed.click()
        assert page.model.rowCount() == 2
        larger(desk, qtbot)
        settle()
        page = desk.window_.current()
        assert [page.model.client_id(at) for at in range(page.model.rowCount())] == [one, two]

    def test_what_a_report_is_to_hold_stays_at_a_new_text_size(self, desk: Desk, qtbot: QtBot) -> None:
        made = storage.write(clients.save, Client(None, "", "Amara Clarke", area="E07000066"))
        assert desk.window_ is not None
        desk.window_.go(Place("report", Wanted("chronology", made)))
        settle()
        page: Any = desk.window_.current()
        page.options.editors["notes"].click()
        first = page.options.editors["first"]
        for box, text in zip((first.day, first.month, first.year), ("27", "3", "2026"), strict=True):
            box.setFocus()
            QTest.keyClicks(box, text)
        assert page.report is not None
        larger(desk, qtbot)
        settle()
        page = desk.window_.current()
        assert page.options.values()["first"] == ["27", "3", "2026"]
        assert page.options.values()["notes"]
        assert page._day("first") == date(2026, 3, 27)

    def test_the_form_of_a_service_stays_open_at_a_new_text_size(self, desk: Desk, qtbot: QtBot) -> None:
        assert desk.window_ is not None
        desk.window_.go(Place("services"))
        settle()
        page: Any = desk.window_.current()
        page.ended.click()
        page.add()
        name = page.form.form.editors["name"]
        page.form.stand()
        name.setFocus()
        QTest.keyClicks(name, "Colne")
        larger(desk, qtbot)
        QTest.keyClicks(QApplication.focusWidget(), " Homes")
        page = desk.window_.current()
        assert page.form.form.values()["name"] == "Colne Homes"
        assert page.ended.isChecked()

    def test_the_old_window_is_gone_and_not_only_hidden(self, desk: Desk, qtbot: QtBot) -> None:
        old = weakref.ref(desk.window_)
        assert desk.window_ is not None
        desk.window_.do("larger")
        qtbot.waitUntil(lambda: desk.window_ is not old())
        settle()
        gc.collect()
        assert old() is None

    def test_the_choice_is_there_next_time(self, desk: Desk, tmp_path: Path) -> None:
        desk.set_preferences(replace(desk.preferences, theme="dark", idle_minutes=2))
        kept = json.loads((tmp_path / "settings.json").read_text())
        assert (kept["theme"], kept["idle_minutes"]) == ("dark", 2)
        assert set(kept) == {"theme", "scale", "easier", "idle_minutes", "geometry"}

    def test_the_switch_is_quick(self, desk: Desk, qtbot: QtBot) -> None:
        before = desk.window_
        began = time.perf_counter()
        desk.preferences = replace(desk.preferences, theme="dark")
        desk._build_anew()
        took = time.perf_counter() - began
        assert desk.window_ is not before
        assert took < 1.0  # the bar of 250 ms is the bench's; this one finds what is broken

    def test_lock_screen_looks_can_be_changed_and_keep_what_was_typed(
        self, new_vault: NewVault, open_desk: Callable[..., Desk], qtbot: QtBot
    ) -> None:
        desk = open_desk(new_vault.path.parent)
        first = desk.door
        assert first is not None
        qtbot.waitUntil(lambda: not first.is_busy())
        first.passphrase.setText("half of it")
        desk.set_preferences(replace(desk.preferences, scale=1.5))
        qtbot.waitUntil(lambda: desk.door is not first)
        assert desk.door is not None
        assert desk.door.passphrase.text() == "half of it"
        desk.door.passphrase.setText(PHRASE)
        desk.door.unlock()
        qtbot.waitUntil(lambda: desk.window_ is not None, timeout=20_000)
        desk.lock()


class TestDialogs:
    @pytest.mark.parametrize("make", [lambda d: LookDialog(d.preferences, d), HelpDialog])
    def test_a_closed_dialog_is_freed(self, desk: Desk, make: Callable[[Desk], QDialog]) -> None:
        dialog = make(desk)
        dialog.open()
        settle()
        everything(dialog)
        seen = weakref.ref(dialog)
        dialog.reject()
        dialog = None  # type: ignore[assignment]
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
        assert seen() is None

    def test_the_lock_screen_opens_help_and_looks(
        self, new_vault: NewVault, open_desk: Callable[..., Desk]
    ) -> None:
        desk = open_desk(new_vault.path.parent)
        assert desk.door is not None
        desk.door.help_button.click()
        assert [d for d in desk.findChildren(HelpDialog) if d.isVisible()]
        desk.door.look_button.click()
        (looks,) = desk.findChildren(LookDialog)
        looks.looks.theme.pills()[2].click()
        looks._use()
        assert desk.preferences.theme == "dark"


def test_after_unlocking_the_whole_file_is_checked_and_damage_is_told(desk: Desk, qtbot: QtBot) -> None:
    assert desk.window_ is not None
    assert desk.session is not None
    qtbot.waitUntil(lambda: not desk.session.checks.busy(), timeout=10_000)
    assert [n.kind for n in desk.window_.open_notices() if n.kind == "high"] == []
    from caseworker.words import words

    desk._checked([words("Page {n} is damaged", n=3)])
    (notice,) = [n.text for n in desk.window_.open_notices() if "damaged" in n.text]
    assert notice == "Page 3 is damaged. Tell your supervisor before you go on: nothing has been changed"


def test_however_much_the_check_finds_it_is_told_in_one_line(desk: Desk, qtbot: QtBot) -> None:
    from caseworker.words import words

    assert desk.window_ is not None
    before = len(desk.window_.open_notices())
    desk._checked([words("Page {n} is damaged", n=n) for n in range(12)])
    after = desk.window_.open_notices()
    assert len(after) == before + 1
    assert "Page 0 is damaged. The check found 12 things like this" in after[-1].text


def test_made_up_people_are_always_announced(desk: Desk) -> None:
    assert desk.window_ is not None
    (banner,) = [b for b in desk.window_.banners() if b.kind == "madeup"]
    assert "Made-up people" in banner.text()


def test_no_qt_message_names_a_client(desk: Desk) -> None:
    """Titles and names that other programs can read say nothing."""
    for window in QApplication.topLevelWidgets():
        assert window.windowTitle() in ("Caseworker", "")


def test_a_passphrase_that_became_cheap_to_guess_is_guarded_better_beside_the_screen(
    tmp_path: Path, open_desk: Callable[..., Desk], qtbot: QtBot
) -> None:
    made = vaults.create(
        tmp_path / "weak", passphrase=PHRASE, worker_name="A", role="advocate", agency="A07", cost=CHEAP
    )
    before = (made.path / "vault.hdr").read_bytes()
    desk = open_desk(made.path.parent)
    assert desk.door is not None
    desk.door.passphrase.setText(PHRASE)
    desk.door.unlock()
    qtbot.waitUntil(lambda: desk.session is not None, timeout=20_000)
    assert desk.session is not None
    vault = desk.session.vault
    qtbot.waitUntil(lambda: not vault.slot_is_stale, timeout=20_000)
    assert (made.path / "vault.hdr").read_bytes() != before
    desk.lock()
    vaults.unlock(made.path, PHRASE).discard()


def test_the_first_window_stands_on_the_screen_with_its_title_bar(tmp_path: Path, qtbot: QtBot) -> None:
    first = Desk(tmp_path)
    qtbot.addWidget(first)
    title_bar = 34  # as high as desktops make it
    assert first.height() + title_bar <= min(800, first.screen().availableSize().height())
    assert first.width() <= min(1280, first.screen().availableSize().width())


def test_another_text_size_keeps_who_was_looked_for_and_chosen_for_a_contact(
    desk: Desk, window: Window, people: list[int], qtbot: QtBot
) -> None:
    window.open_panel(None)
    settle()
    for typed, key in (("jod", None), ("", Qt.Key.Key_Down)):
        assert window.panel_asked() is not None
        line = QApplication.focusWidget()
        assert line is not None
        QTest.keyClicks(line, typed)
        if key is not None:
            QTest.keyClick(line, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
            QTest.keyClick(line, Qt.Key.Key_Delete)
            QTest.keyClick(line, key)
        asked = window.panel_asked()
        assert asked is not None
        assert asked[1] in people
        before = window
        desk.set_preferences(desk.preferences.larger())
        qtbot.waitUntil(lambda old=before: desk.window_ not in (None, old), timeout=20_000)  # type: ignore[misc]
        settle()
        assert desk.window_ is not None
        window = desk.window_
        assert window.panel_asked() == asked
    line = QApplication.focusWidget()
    assert line is not None
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert window.panel_client() == asked[1]
