from __future__ import annotations

import gc
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from pytestqt.qtbot import QtBot

from caseworker.storage import database
from caseworker.storage.vault import OpenVault
from ui.work import Work


class Screen(QObject):
    """Somebody who asks for work and notes what comes back, and where."""

    def __init__(self) -> None:
        super().__init__()
        self.results: list[Any] = []
        self.errors: list[Exception] = []
        self.steps: list[Any] = []
        self.threads: set[threading.Thread] = set()

    def take(self, result: Any) -> None:
        self.results.append(result)
        self.threads.add(threading.current_thread())

    def fail(self, error: Exception) -> None:
        self.errors.append(error)
        self.threads.add(threading.current_thread())

    def step(self, step: Any) -> None:
        self.steps.append(step)
        self.threads.add(threading.current_thread())


@pytest.fixture
def work(qtbot: QtBot) -> Iterator[Work]:
    made = Work()
    yield made
    made.stop()
    assert made.wait(5)


@pytest.fixture
def screen(qtbot: QtBot) -> Screen:
    return Screen()


@pytest.mark.skipif(sys.platform != "linux", reason="asked of the C library there alone")
def test_what_a_long_job_took_and_let_go_goes_back_to_the_computer(
    work: Work, screen: Screen, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.work.LONG_SECONDS", 0.0)
    process = psutil.Process()
    held: list[int] = []

    def take_much() -> bytearray:
        taken = [bytearray(3_000) for _ in range(30_000)]
        held.append(process.memory_full_info().uss)
        return taken[-1]  # keeps what lies below it from going back by itself

    before = process.memory_full_info().uss
    work.run(take_much, owner=screen, then=screen.take)
    qtbot.waitUntil(lambda: bool(screen.results))
    after = process.memory_full_info().uss
    assert held[0] - before > 80_000_000
    assert after - before < 20_000_000


def test_results_arrive_on_the_thread_of_the_screen(work: Work, screen: Screen, qtbot: QtBot) -> None:
    seen: list[threading.Thread] = []

    def add(a: int, b: int) -> int:
        seen.append(threading.current_thread())
        return a + b

    work.run(add, 2, 3, owner=screen, then=screen.take)
    qtbot.waitUntil(lambda: screen.results == [5])
    assert screen.threads == {threading.main_thread()}
    assert seen[0] is not threading.main_thread()


def test_failures_arrive_too_and_on_the_same_thread(work: Work, screen: Screen, qtbot: QtBot) -> None:
    work.run(int, "not a number", owner=screen, then=screen.take, failed=screen.fail)
    qtbot.waitUntil(lambda: len(screen.errors) == 1)
    assert isinstance(screen.errors[0], ValueError)
    assert screen.threads == {threading.main_thread()}
    assert screen.results == []


def test_an_error_nobody_takes_reaches_the_one_hook(work: Work, screen: Screen, qtbot: QtBot) -> None:
    with qtbot.captureExceptions() as caught:
        work.run(int, "not a number", owner=screen)
        qtbot.waitUntil(lambda: len(caught) == 1)
    assert caught[0][0] is ValueError


def test_progress_arrives_in_order_before_the_result(work: Work, screen: Screen, qtbot: QtBot) -> None:
    def count(upto: int, progress: Callable[..., None]) -> int:
        for n in range(upto):
            progress(n)
        progress(upto, "done")
        return upto

    work.run(count, 3, owner=screen, then=screen.take, progress=screen.step)
    qtbot.waitUntil(lambda: screen.results == [3])
    assert screen.steps == [0, 1, 2, (3, "done")]
    assert screen.threads == {threading.main_thread()}


def test_an_owner_that_is_gone_gets_nothing(work: Work, qtbot: QtBot) -> None:
    gone, stays, got = Screen(), Screen(), []
    go_on = threading.Event()
    work.run(go_on.wait, 5, owner=gone, then=got.append)
    gone.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    go_on.set()
    work.run(int, "7", owner=stays, then=stays.take)
    qtbot.waitUntil(lambda: stays.results == [7])
    assert got == []


def test_cancel_is_seen_by_the_job(work: Work, screen: Screen, qtbot: QtBot) -> None:
    begun = threading.Event()

    def until_cancelled(cancelled: Callable[[], bool]) -> str:
        begun.set()
        while not cancelled():
            threading.Event().wait(0.001)
        return "left as it was"

    job = work.run(until_cancelled, owner=screen, then=screen.take)
    assert begun.wait(5)
    job.cancel()
    qtbot.waitUntil(lambda: screen.results == ["left as it was"])


def test_jobs_run_one_after_the_other(work: Work, screen: Screen, qtbot: QtBot) -> None:
    running, most = [], []

    def one(n: int) -> int:
        running.append(n)
        most.append(len(running))
        running.remove(n)
        return n

    for n in range(20):
        work.run(one, n, owner=screen, then=screen.take)
    qtbot.waitUntil(lambda: len(screen.results) == 20)
    assert screen.results == list(range(20))
    assert set(most) == {1}


def test_nothing_is_delivered_after_stop(work: Work, screen: Screen, qtbot: QtBot) -> None:
    begun, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def slow(progress: Callable[[str], None]) -> str:
        begun.set()
        go_on.wait(5)
        progress("late")
        done.set()
        return "late"

    work.run(slow, owner=screen, then=screen.take, failed=screen.fail, progress=screen.step)
    assert begun.wait(5)
    work.stop()
    go_on.set()
    assert done.wait(5)
    assert work.wait(5)
    QCoreApplication.processEvents()
    assert (screen.results, screen.errors, screen.steps) == ([], [], [])
    work.run(int, "7", owner=screen, then=screen.take)
    QCoreApplication.processEvents()
    assert screen.results == []


def test_stop_breaks_off_a_long_query(vault: OpenVault, screen: Screen, qtbot: QtBot) -> None:
    work = Work(database)
    begun = threading.Event()

    def endless() -> None:
        begun.set()
        database.execute_sql(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
        ).fetchone()

    work.run(endless, owner=screen, then=screen.take, failed=screen.fail)
    assert begun.wait(5)
    qtbot.wait(50)  # into the query itself
    work.stop()
    assert work.wait(5)
    assert screen.results == []


def test_the_worker_leaves_no_connection_open(vault: OpenVault, screen: Screen, qtbot: QtBot) -> None:
    work = Work(database)
    counted = "SELECT count(*) FROM client"
    work.run(lambda: database.execute_sql(counted).fetchone()[0], owner=screen, then=screen.take)
    qtbot.waitUntil(lambda: screen.results == [0])
    # A thread of the test before may still be closing its own.
    qtbot.waitUntil(lambda: set(database._open) == {threading.main_thread().ident})
    work.stop()
    assert work.wait(5)


class Node:
    """A window's leftovers: two that know each other, so that only a sweep finds them."""

    def __init__(self) -> None:
        self.timer = QTimer()
        self.other = self


def test_nothing_of_the_windows_is_swept_away_on_the_thread_of_the_worker(
    work: Work, screen: Screen, qtbot: QtBot
) -> None:
    swept: list[threading.Thread] = []
    for _ in range(20):
        weakref.finalize(Node(), lambda: swept.append(threading.current_thread()))

    def need_much_memory() -> int:
        return len([[n] for n in range(200_000)])

    work.run(need_much_memory, owner=screen, then=screen.take)
    qtbot.waitUntil(lambda: screen.results == [200_000], timeout=20_000)
    assert gc.isenabled()
    gc.collect()
    assert len(swept) == 20
    assert set(swept) == {threading.main_thread()}


def test_sweeping_goes_on_after_work_that_was_stopped(qtbot: QtBot, screen: Screen) -> None:
    made = Work()
    begun, over = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        over.wait(5)

    made.run(wait, owner=screen)
    made.run(wait, owner=screen)
    assert begun.wait(5)
    assert not gc.isenabled()
    made.stop()
    over.set()
    assert made.wait(5)
    assert gc.isenabled()


def test_what_is_said_to_somebody_being_destroyed_is_not_heard_and_hurts_nobody(qtbot: QtBot) -> None:
    """Windows go while work is under way, many times over."""
    for _ in range(300):
        parent = QObject()
        made = Work(parent=parent)

        def report(progress: Callable[[Any], None]) -> None:
            for step in range(30):
                progress(step)

        made.run(report, owner=parent)
        made.run(report, owner=parent)
        shiboken6.delete(parent)
