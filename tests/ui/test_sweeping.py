"""Python looks for what nobody reaches in an event of its own, and still finds windows that went."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QWidget

from caseworker.storage.vault import NewVault
from ui.desk import Desk
from ui.sweeping import AT_MOST, WHOLE, Sweeper


class Ring:
    """Reached only by itself."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def desk(new_vault: NewVault, open_desk: Callable[..., Desk]) -> Iterator[Desk]:
    before = gc.get_threshold()
    yield open_desk(new_vault.path.parent)
    gc.set_threshold(*before)
    gc.unfreeze()


def test_building_a_screen_never_sets_a_look_off(desk: Desk) -> None:
    Sweeper(desk, lambda: False)
    looks: list[str] = []

    def heard(phase: str, _info: object) -> None:
        looks.append(phase)

    gc.callbacks.append(heard)
    try:
        kept = [QWidget(desk) for _ in range(2_000)]
    finally:
        gc.callbacks.remove(heard)
    assert len(kept) == 2_000
    assert looks == []
    assert gc.get_threshold()[0] == AT_MOST
    assert gc.isenabled()  # somebody who makes more than that at once is still swept up after


def test_what_nobody_reaches_is_found_at_the_next_look(desk: Desk) -> None:
    sweeper = Sweeper(desk, lambda: False)
    gone = weakref.ref(Ring())
    sweeper.look()
    assert gone() is None


def test_what_the_screens_are_made_of_is_looked_through_once(desk: Desk) -> None:
    sweeper = Sweeper(desk, lambda: True)
    sweeper.look()
    left_out = gc.get_freeze_count()
    assert left_out > 1_000
    sweeper.look()
    assert gc.get_freeze_count() <= left_out


def test_screens_that_went_are_found_although_they_were_left_out(desk: Desk) -> None:
    stands = True
    sweeper = Sweeper(desk, lambda: stands)
    ring = Ring()
    gone = weakref.ref(ring)
    sweeper.look()
    assert gc.get_freeze_count()
    del ring
    stands = False
    desk.showing.emit()
    for _ in range(WHOLE):
        sweeper.look()
    assert gone() is None
