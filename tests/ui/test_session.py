from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pytestqt.qtbot import QtBot

from caseworker.domain.clients import Client
from caseworker.errors import Problem
from caseworker.storage import clients
from caseworker.storage.vault import OpenVault
from caseworker.words import words
from ui.say import say
from ui.session import Notice, Session


@pytest.fixture
def session(vault: OpenVault, qtbot: QtBot) -> Session:
    return Session(vault, clock=lambda: datetime(2026, 11, 18, 10, 42, tzinfo=UTC))


def test_a_change_is_written_and_told(session: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.changed):
        made = session.write(clients.save, Client(None, "", "Amara Clarke"))
    assert clients.get(made).name == "Amara Clarke"


def test_a_change_that_fails_is_undone_and_not_told(session: Session, qtbot: QtBot) -> None:
    def half() -> None:
        clients.save(Client(None, "", "Amara Clarke"))
        raise Problem("E-DISK-FULL", "The disk is full")

    told: list[int] = []
    session.changed.connect(lambda: told.append(1))
    with pytest.raises(Problem):
        session.write(half)
    assert clients.count() == 0
    assert told == []


def test_the_clock_can_be_given(session: Session, vault: OpenVault) -> None:
    assert session.now() == datetime(2026, 11, 18, 10, 42, tzinfo=UTC)
    assert Session(vault).now().tzinfo is not None


def test_locking_covers_first_then_keeps_drafts_then_closes(session: Session) -> None:
    from caseworker.storage import database

    order: list[tuple[str, bool]] = []
    session.deadline = lambda: order.append(("deadline", not database.deferred))
    session.covering.connect(lambda: order.append(("covered", not database.deferred)))
    session.keeping.connect(lambda: order.append(("kept", not database.deferred)))
    session.locked.connect(lambda: order.append(("locked", not database.deferred)))
    session.lock()
    assert order == [("deadline", True), ("covered", True), ("kept", True), ("locked", False)]
    session.lock()
    assert len(order) == 4


def test_drafts_can_still_be_written_while_the_worker_is_told_to_stop(session: Session) -> None:
    from caseworker.storage import drafts

    session.keeping.connect(lambda: session.write(drafts.keep, "contact", {"note": "half a sentence"}))
    session.lock()
    assert session.is_locked()


def test_hide_covers_before_the_lock_begins(session: Session) -> None:
    order: list[str] = []
    session.covering.connect(lambda: order.append("covered"))
    session.deadline = lambda: order.append("lock")
    session.hide_now()
    assert order[:2] == ["covered", "lock"]


def test_a_problem_becomes_a_line_across_the_top(session: Session) -> None:
    told: list[Notice] = []
    session.notice.connect(told.append)
    session.problem(Problem("E-DISK-FULL", "The disk is full. {n} MB are needed", n=3))
    assert [(n.text, n.kind) for n in told] == [("The disk is full. 3 MB are needed", "high")]


def test_sentences_of_the_core_are_filled_after_translation() -> None:
    assert say("plain") == "plain"
    assert (
        say(words("Safe to call now, until {time}", time=words("midday"))) == "Safe to call now, until midday"
    )
