"""Team: only where there is one, the figures in words beside every bar, and the list behind each of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from caseworker import storage
from caseworker.storage import clients, instruments
from tests.journey.hands import Hands
from tests.ui import accessibility
from tests.ui.screens.parts import DAY, now, settle, words_of
from ui import theme
from ui.screens.clients import ClientsPage
from ui.screens.grade import GRADES as LOOKS
from ui.screens.team import TeamPage
from ui.session import Place, Session
from ui.widgets import Bar, Grid, Part
from ui.window import Window


@pytest.fixture
def sam(vault: object) -> int:
    cursor = storage.database.execute_sql(
        "INSERT INTO worker (uid, name, role, sign_key, receive_key, active) VALUES ('s', 'Sam Okoro', 'advocate',"
        " x'00', x'00', 1)"
    )
    return int(cursor.lastrowid)


@pytest.fixture
def cases(session: Session, sam: int, add_client: Callable[..., int]) -> list[int]:
    """Sam's: one at high risk whose review is overdue, one without a district; and one of mine."""
    found = [add_client(name) for name in ("Amara Clarke", "Bea Young", "Cora Lane")]

    def write() -> None:
        for client_id in found[:2]:
            storage.database.execute_sql(
                "UPDATE episode SET worker_id = ? WHERE client_id = ?", (sam, client_id)
            )
        storage.database.execute_sql("UPDATE client SET area = 'NA-ASK' WHERE id = ?", (found[1],))
        held = instruments.begin(found[0], "GEN", at=now() - 20 * DAY)
        instruments.answer(held, "GRADE", "high")
        instruments.sign(held)

    storage.write(write)
    return found


@pytest.fixture
def board(cases: list[int], window: Window, qtbot: QtBot) -> TeamPage:
    window.go(Place("team"))
    page = window.current()
    assert isinstance(page, TeamPage)
    qtbot.waitUntil(lambda: "quiet" in page.cards)
    settle()
    return page


def test_without_a_team_there_is_no_place_for_it(window: Window, hands: Hands) -> None:
    assert window.main_places.count() == 4
    QTest.keyClick(window, Qt.Key.Key_6, Qt.KeyboardModifier.AltModifier)
    settle()
    assert window.place() == Place("today")


def test_with_a_team_it_has_its_place_and_its_key(cases: list[int], window: Window) -> None:
    assert window.main_places.count() == 5
    QTest.keyClick(window, Qt.Key.Key_6, Qt.KeyboardModifier.AltModifier)
    settle()
    assert window.place() == Place("team")


def test_open_cases_stand_as_bars_with_their_figures_in_words(board: TeamPage) -> None:
    said = [bar.accessibleName() for bar in board.cards["loads"].findChildren(Bar)]
    assert said == [
        "Sam Okoro: 1 high risk, 1 not assessed, 2 in all",
        "Amina Okafor: 1 not assessed, 1 in all",
    ]


def test_the_same_figures_are_a_table(board: TeamPage, hands: Hands) -> None:
    hands.click("Show open cases by risk as a table")
    settle()
    (table,) = board.cards["loads"].findChildren(Grid)
    model = table.model()
    row = [model.index(0, n).data() for n in range(model.columnCount())]
    assert row == ["Sam Okoro", "1", "0", "0", "1", "2"]
    heads = [model.headerData(n, Qt.Orientation.Horizontal) for n in range(model.columnCount())]
    assert heads == ["Worker", "High", "Medium", "Standard", "Not assessed", "All"]
    assert not table.horizontalScrollBar().isVisible()


def test_a_gap_says_who_has_it_and_opens_the_list(
    window: Window, board: TeamPage, cases: list[int], hands: Hands
) -> None:
    text = words_of(board)
    assert "District not recorded" in text
    assert "Sam Okoro 1" in text
    hands.click("Open the list: District not recorded")
    settle()
    page = window.current()
    assert isinstance(page, ClientsPage)
    assert [page.model.client_id(n) for n in range(page.model.rowCount())] == [cases[1]]
    assert "District not recorded: 1 client" in words_of(page)
    hands.click("Clear search and filters")
    settle()
    assert page.model.rowCount() == 3


def test_back_from_a_list_the_keyboard_is_on_the_line_that_opened_it(
    window: Window, board: TeamPage, hands: Hands, qtbot: QtBot
) -> None:
    button = hands.find_button("Open the list: District not recorded")
    assert button is not None
    button.setFocus()
    hands.press("Return")
    settle()
    hands.press("Down")
    hands.press("Return")  # the record: what is noted of opening it makes the board anew
    settle()
    assert window.place().name == "client"
    hands.press("Alt+Left")
    settle()
    assert window.place().name == "clients"
    hands.press("Alt+Left")
    for _ in range(10):
        settle()
    assert window.place() == Place("team")
    assert Hands.name(hands.focus()) == "Open the list: District not recorded"


def test_overdue_reviews_of_high_risk_open_as_a_list(
    window: Window, board: TeamPage, cases: list[int], hands: Hands
) -> None:
    assert "1 overdue, longest 6 days" in words_of(board)
    hands.click("Open the overdue reviews of Sam Okoro")
    settle()
    page = window.current()
    assert isinstance(page, ClientsPage)
    assert page.model.client_id(0) == cases[0]
    hands.type("bea")
    settle()
    assert page.model.client_id(0) == cases[1]  # looking for somebody leaves the list


def test_only_the_card_whose_figures_changed_is_made_anew_and_the_keyboard_stays(
    board: TeamPage, cases: list[int], hands: Hands, qtbot: QtBot, session: Session
) -> None:
    before = dict(board.cards)
    hands.find_button("Open the list: District not recorded").setFocus()
    session.write(clients.save, replace(clients.get(cases[0]), area="NA-ASK"))
    qtbot.waitUntil(lambda: "Sam Okoro 2" in words_of(board))
    settle()
    same = {name for name, card in board.cards.items() if card is before[name]}
    assert same == {"loads", "late", "quiet"}
    focus = board.window().focusWidget()
    assert focus is not None
    assert focus.accessibleName() == "Open the list: District not recorded"


def test_its_figures_are_asked_for_before_somebody_goes_there(
    cases: list[int], window: Window, qtbot: QtBot
) -> None:
    window.make_page("team")
    window.draw_page("team")
    page = window.page("team")
    assert isinstance(page, TeamPage)
    qtbot.waitUntil(lambda: "quiet" in page.cards)
    before = dict(page.cards)
    window.go(Place("team"))
    settle()
    assert page.cards == before


def test_the_days_overdue_grow_over_midnight_though_nothing_was_written(
    board: TeamPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = words_of(board)
    assert "overdue, longest" in before
    tomorrow = board.session.now() + dt.timedelta(days=1)
    monkeypatch.setattr(board.session, "_clock", lambda: tomorrow)
    board.session.changed.emit()
    qtbot.waitUntil(lambda: "overdue, longest" in (after := words_of(board)) and after != before)


def test_nobody_gone_quiet_is_said(board: TeamPage) -> None:
    assert "nobody now" in words_of(board.cards["quiet"])


@pytest.mark.parametrize(("scale", "wide", "high"), [(1.0, 1280, 800), (1.5, 1366, 768), (2.0, 1366, 768)])
def test_nothing_is_cut_and_everything_has_a_name(
    cases: list[int], window: Window, qtbot: QtBot, qapp: object, scale: float, wide: int, high: int
) -> None:
    theme.apply(qapp, "light", scale)  # type: ignore[arg-type]
    shown = Window(window.session)
    qtbot.addWidget(shown)
    shown.resize(wide, high)
    shown.show()
    shown.go(Place("team"))
    page = shown.current()
    assert isinstance(page, TeamPage)
    qtbot.waitUntil(lambda: "quiet" in page.cards)
    settle()
    accessibility.everything(page)


@pytest.mark.parametrize("name", ["light", "dark", "contrast"])
def test_a_bar_paints_in_every_look_and_stays_within_itself(qtbot: QtBot, qapp: object, name: str) -> None:
    theme.apply(qapp, name)  # type: ignore[arg-type]
    bar = Bar(
        [Part(9, "high", "on_high"), Part(0, "medium", "on_medium"), Part(31, "standard", "on_standard")],
        40,
        "x",
    )
    qtbot.addWidget(bar)
    for wide in (60, 200, 1):
        bar.setMinimumWidth(0)
        bar.resize(wide, 24)
        assert not bar.grab().isNull()
    bar.resize(200, 24)
    (left, first), (after, second) = bar.spans()
    assert left == 0
    assert after + second <= 200
    assert round(first / second, 2) == round(9 / 31, 2)
    theme.apply(qapp, "light")  # type: ignore[arg-type]


def test_without_tints_the_parts_of_a_bar_are_told_apart_by_their_icons(qtbot: QtBot, qapp: object) -> None:
    theme.apply(qapp, "contrast")  # type: ignore[arg-type]
    shown = []
    for grade in ("medium", "standard"):
        kind, icon, ink = LOOKS[grade]
        bar = Bar([Part(2, kind, ink, icon)], 2, "x")
        qtbot.addWidget(bar)
        bar.resize(200, 24)
        shown.append(bar.grab().toImage())
    assert shown[0] != shown[1]
    theme.apply(qapp, "light")  # type: ignore[arg-type]
