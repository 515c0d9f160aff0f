"""Long work beside the screen: one thread, one connection of its own, results back to whoever asked.

A job is a plain function that knows nothing of screens. If it has a parameter ``progress`` it gets a function
to report with; if it has ``cancelled`` it gets a function that says when to stop. After a lock
nothing arrives.
"""

from __future__ import annotations

import gc
import inspect
import queue
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol
from weakref import WeakSet

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

LONG_SECONDS = 0.2  # a job that took longer may have taken much memory too


class Database(Protocol):
    """What a worker needs of the open vault: its own connection for as long as a job takes."""

    def connection_context(self) -> AbstractContextManager[Any]: ...

    def interrupt(self) -> None: ...


class Job:
    """One piece of work. ``cancel()`` asks it to stop; it leaves things as they were."""

    def __init__(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        owner: QObject,
        then: Callable[[Any], None] | None,
        failed: Callable[[Exception], None] | None,
        progress: Callable[[Any], None] | None,
    ) -> None:
        self._function = function
        self._args = args
        self._owner = owner
        self._then = then
        self._failed = failed
        self._progress = progress
        self._stop = threading.Event()
        self._report: Callable[[Any], None] = _nobody_listens
        self._result: Any = None
        self._error: Exception | None = None

    def cancel(self) -> None:
        """Ask the job to stop at the next place where that is safe."""
        self._stop.set()

    def cancelled(self) -> bool:
        """Whether somebody asked to stop. Jobs that take long look here between steps."""
        return self._stop.is_set()

    def report(self, *step: Any) -> None:
        """Say how far it is (``Words`` or a plain object); reaches ``progress=`` on the UI thread."""
        self._report(step[0] if len(step) == 1 else step)

    def _perform(self) -> None:
        offered = {"progress": self.report, "cancelled": self.cancelled}
        extra = {name: what for name, what in offered.items() if name in _parameters(self._function)}
        try:
            self._result = self._function(*self._args, **extra)
        except Exception as error:
            self._error = error


def give_back() -> None:
    """Memory that was taken and let go goes back to the computer: the C library would keep it (malloc_trim(3))."""
    import ctypes  # the lock screen does without

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    try:
        return tuple(inspect.signature(function).parameters)
    except ValueError:  # some built-in functions do not tell
        return ()


def _nobody_listens(_step: Any) -> None:
    pass


_under_way: WeakSet[Job] = WeakSet()


def _sweep_later(job: Job) -> None:
    """Until ``job`` is delivered Python does not look for unreachable objects: it would do so on whichever thread
    happens to need memory, and windows destroyed on the worker's take the process with them.
    """
    _under_way.add(job)
    gc.disable()


def _sweep_again(job: Job | None = None) -> None:
    if job is not None:
        _under_way.discard(job)
    if not _under_way:
        gc.enable()


class _Voice(QObject):
    """Lets the worker speak to the thread of the windows, until it falls silent.

    It belongs to nobody and outlives the windows: a signal of something that is just being destroyed would take the
    process with it, while one that nobody hears any more does no harm.
    """

    finished = Signal(object)
    stepped = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._guard = threading.Lock()
        self._silent = False

    def say(self, signal: Any, what: object) -> None:
        with self._guard:
            if not self._silent:
                signal.emit(what)

    def fall_silent(self) -> None:
        """From now on nothing is said; waits for what is being said."""
        with self._guard:
            self._silent = True


class Work(QObject):
    """The one worker thread of an open vault (or, with no database, of the lock screen and the first run)."""

    def __init__(self, database: Database | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._database = database
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._waiting: set[Job] = set()
        self._voice = _Voice()
        self._stopped = False
        self._thread: threading.Thread | None = None
        self._voice.finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._voice.stepped.connect(self._pass_on, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        function: Callable[..., Any],
        *args: Any,
        owner: QObject,
        then: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        progress: Callable[[Any], None] | None = None,
    ) -> Job:
        """Do ``function(*args)`` on the worker, then ``then(result)`` or ``failed(error)`` on the UI thread.

        Nothing reaches an ``owner`` that is gone. An error nobody takes with ``failed`` is raised on the
        screen's thread, where the one hook of ui/main.py meets it.
        """
        job = Job(function, args, owner, then, failed, progress)
        job._report = lambda step: self._voice.say(self._voice.stepped, (job, step))
        if self._stopped:
            job.cancel()
            return job
        self._waiting.add(job)
        _sweep_later(job)
        if self._thread is None:
            # A daemon: ending the process never waits for it. The write-ahead log makes that safe.
            self._thread = threading.Thread(target=self._loop, name="worker", daemon=True)
            self._thread.start()
        self._jobs.put(job)
        return job

    def busy(self) -> bool:
        """Whether something is running or waiting to run."""
        return bool(self._waiting)

    def stop(self) -> None:
        """Take no more work, ask the running job to stop, break off its query. Never waits."""
        self._stopped = True
        for job in self._waiting:
            job.cancel()
        self._waiting.clear()
        self._voice.fall_silent()
        if self._database is not None:
            self._database.interrupt()
        self._jobs.put(None)

    def wait(self, seconds: float) -> bool:
        """After ``stop``: whether the thread ended within that time."""
        if self._thread is not None:
            self._thread.join(seconds)
            if self._thread.is_alive():
                return False
        _sweep_again()
        return True

    def _loop(self) -> None:
        while (job := self._jobs.get()) is not None:
            if job.cancelled():
                # Still delivered, so that whoever waits hears that it stopped.
                job._error = Stopped()
            else:
                self._do(job)
            job._report = _nobody_listens  # it holds the job itself, and nobody sweeps circles away now
            try:
                self._voice.say(self._voice.finished, job)
            except RuntimeError:  # the application went away first
                return

    def _do(self, job: Job) -> None:
        began = time.monotonic()
        try:
            with self._own_connection():
                job._perform()
        except Exception as error:  # the vault was closed under it
            job._error = job._error or error
        if time.monotonic() - began > LONG_SECONDS:
            give_back()

    def _own_connection(self) -> AbstractContextManager[Any]:
        # Closed after each job: a connection left open could read a vault the screen has closed.
        return nullcontext() if self._database is None else self._database.connection_context()

    def _deliver(self, job: Job) -> None:
        _sweep_again(job)
        if job not in self._waiting:
            return
        self._waiting.discard(job)
        if not shiboken6.isValid(job._owner):
            return
        if job._error is None:
            if job._then is not None:
                job._then(job._result)
        elif job._failed is not None:
            job._failed(job._error)
        elif not isinstance(job._error, Stopped):
            raise job._error

    def _pass_on(self, said: tuple[Job, Any]) -> None:
        job, step = said
        if job in self._waiting and job._progress is not None and shiboken6.isValid(job._owner):
            job._progress(step)


class Stopped(Exception):
    """The job was asked to stop before it began."""
