"""A long list comes a few lines at a time, and no further than a page below what is in view."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ui.widgets import Text
from ui.widgets.gradually import Gradually, empty
from ui.widgets.page import scrolled

LINES, TALL = 40, 50


class Listing(QWidget):
    """Forty lines of fifty pixels, of which four fit in view."""

    def __init__(self) -> None:
        super().__init__()
        self.area, page = scrolled((0, 0, 0, 0), 0)
        self.holder = QWidget()
        self.down = QVBoxLayout(self.holder)
        self.down.setContentsMargins(0, 0, 0, 0)
        self.down.setSpacing(0)
        page.addWidget(self.holder)
        after = Text("What comes after the list")
        after.setFixedHeight(20 * TALL)  # more than a page: it does not count as the list's own
        page.addWidget(after)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.area)
        self.gradually = Gradually(self)
        self.resize(600, 4 * TALL)

    def begin(self) -> None:
        empty(self.down)
        self.gradually.start([partial(self._put, n) for n in range(LINES)], at_once=False)

    def _put(self, n: int) -> None:
        line = Text(str(n))
        line.setFixedHeight(TALL)
        self.down.addWidget(line)

    def count(self) -> int:
        return self.down.count()


@pytest.fixture
def listing(qtbot: QtBot, plain_look: None) -> Listing:
    made = Listing()
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def resting(listing: Listing, qtbot: QtBot) -> Callable[[], int]:
    """Waits until nothing more comes; how many lines there are then."""

    def wait() -> int:
        qtbot.waitUntil(lambda: not listing.gradually._timer.isActive())
        return listing.count()

    return wait


def test_all_of_a_list_comes(listing: Listing, qtbot: QtBot) -> None:
    listing.begin()
    assert listing.count() == 0
    qtbot.waitUntil(listing.gradually.is_done)
    assert listing.count() == LINES


def test_what_lies_far_below_comes_when_somebody_scrolls_there(
    listing: Listing, resting: Callable[[], int], qtbot: QtBot
) -> None:
    listing.gradually.rest_below(listing.area, listing.holder)
    listing.begin()
    first = resting()
    assert 8 <= first <= 10  # what is in view, and a page below it
    assert not listing.gradually.is_done()
    bar = listing.area.verticalScrollBar()
    while not listing.gradually.is_done():
        before = listing.count()
        bar.setValue(listing.holder.height() - listing.height())
        qtbot.waitUntil(lambda before=before: listing.count() > before)
        resting()
    assert listing.count() == LINES


def test_a_list_made_anew_begins_anew_however_far_down_somebody_was(
    listing: Listing, resting: Callable[[], int]
) -> None:
    listing.gradually.rest_below(listing.area, listing.holder)
    listing.begin()
    resting()
    bar = listing.area.verticalScrollBar()
    bar.setValue(listing.holder.height() - listing.height())
    resting()
    listing.begin()
    assert resting() >= 8


def test_a_larger_window_has_more_of_it(listing: Listing, resting: Callable[[], int], qtbot: QtBot) -> None:
    listing.gradually.rest_below(listing.area, listing.holder)
    listing.begin()
    before = resting()
    listing.resize(600, 12 * TALL)
    qtbot.waitUntil(lambda: listing.count() > before)
    assert resting() >= 24


def test_a_step_of_many_turns_takes_one_an_event_and_then_the_next_step_follows(
    listing: Listing,
) -> None:
    done: list[str] = []

    def turns(name: str) -> Iterator[None]:
        for n in range(3):
            done.append(f"{name}{n}")
            yield

    listing.gradually.start([partial(turns, "a"), lambda: done.append("b"), partial(turns, "c")])
    assert done == []  # the first step only says that it has turns
    while not listing.gradually.is_done():
        before = len(done)
        QCoreApplication.processEvents()
        assert len(done) - before <= 1
    assert done == ["a0", "a1", "a2", "b", "c0", "c1", "c2"]
    done.clear()
    listing.gradually.build([partial(turns, "a"), lambda: done.append("b")], arriving=False)
    assert done == ["a0", "a1", "a2", "b"]


def test_nothing_more_comes_once_the_records_are_locked(qtbot: QtBot) -> None:
    class Records:
        locked = False

        def is_locked(self) -> bool:
            return self.locked

    page = QWidget()
    qtbot.addWidget(page)
    page.session = Records()  # type: ignore[attr-defined]
    gradually = Gradually(QWidget(page))
    done: list[int] = []
    gradually.start([partial(done.append, n) for n in range(4)])
    assert done == [0]
    page.session.locked = True  # type: ignore[attr-defined]
    qtbot.waitUntil(gradually.is_done)
    assert done == [0]


def test_a_turn_that_begins_another_list_leaves_nothing_of_its_own(listing: Listing, qtbot: QtBot) -> None:
    done: list[str] = []

    def turns() -> Iterator[None]:
        done.append("old")
        listing.gradually.start([lambda: done.append("new")], at_once=False)
        yield
        done.append("old again")

    listing.gradually.start([turns], at_once=False)
    qtbot.waitUntil(lambda: listing.gradually.is_done() and "new" in done)
    assert done == ["old", "new"]
