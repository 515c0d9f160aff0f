"""Saying how far a backup has come, stopping it when asked, and one sentence for whatever goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import peewee
from sqlcipher3 import dbapi2 as sqlcipher

from caseworker.crypto import files as sealed
from caseworker.errors import Problem
from caseworker.storage import engine
from caseworker.words import Words

#: What is being done, and how much of the whole, 0 to 100.
Progress = Callable[[Words, int], None]
Cancelled = Callable[[], bool]


class Tell:
    """Passes progress on, and stops the work when somebody asked for that."""

    def __init__(self, progress: Progress | None, cancelled: Cancelled | None) -> None:
        self.cancelled = cancelled
        self._progress = progress
        self._said: tuple[str, int] = ("", -1)

    def __call__(self, what: Words, percent: int) -> None:
        self.stop_if_asked()
        if self._progress is not None and (what.template, percent) != self._said:
            self._said = (what.template, percent)
            self._progress(what, percent)

    def stop_if_asked(self) -> None:
        if self.cancelled is not None and self.cancelled():
            raise Problem("E-STOPPED", "Stopped before it was done. Nothing has been changed")


@contextmanager
def sentences() -> Iterator[None]:
    """Whatever goes wrong with the disk or the file is one sentence about backups."""
    try:
        yield
    except sealed.Damaged:
        raise damaged() from None
    except Problem as problem:
        raise _about_backups(problem) from None
    except (peewee.DatabaseError, sqlcipher.DatabaseError, OSError) as error:
        problem_found = engine.problem_of(error)
        if problem_found is None and isinstance(error, OSError):
            raise Problem(
                "E-DISK",
                "The file or folder could not be read or written. Check that it is there and that a memory stick is"
                " plugged in. Nothing has been changed",
            ) from None
        if problem_found is None:
            raise
        raise _about_backups(problem_found) from None


def _about_backups(problem: Problem) -> Problem:
    if problem.code == "E-DISK-FULL":
        return Problem(
            "E-DISK-FULL",
            "There is not enough room, or the disk refused. Nothing has been changed. Free some space or choose"
            " another place, then try again",
        )
    if problem.code == "E-DISK":
        return Problem(
            "E-DISK", "Caseworker may not read or write there. Nothing has been changed. Choose another place"
        )
    return problem


@contextmanager
def at_home() -> Iterator[None]:
    """What the disk refuses is said of the place where this computer keeps its records: nobody chose it, so nobody can
    choose another.
    """
    try:
        yield
    except OSError as error:
        # Also a file or a link to nowhere where the folder should be.
        raise of_home(engine.problem_of(error) or Problem("E-DISK", "")) from None
    except Problem as problem:
        raise of_home(problem) from None


def of_home(problem: Problem) -> Problem:
    """That problem, said of this computer's own place."""
    if problem.code == "E-DISK-FULL":
        return Problem(
            "E-HOME-FULL",
            "There is not enough room on this computer for the records, or its disk refused. Nothing has been changed."
            " Free some space, then try again",
        )
    if problem.code == "E-DISK":
        return Problem(
            "E-HOME",
            "This computer does not allow writing where its records lie. Nothing has been changed. Ask whoever looks"
            " after this computer to let you write there",
        )
    return problem


ABOUT_THE_FILE = ("E-BACKUP-DAMAGED", "E-NEWER", "E-HDR-UNSUPPORTED")


def damaged() -> Problem:
    return Problem(
        "E-BACKUP-DAMAGED",
        "This backup is damaged, cut short or changed, so nothing of it was used. Nothing has been changed. Choose"
        " another backup",
    )


def newer() -> Problem:
    return Problem(
        "E-NEWER",
        "This backup was made with a newer version of Caseworker. Nothing has been changed. Install the newest"
        " version on this computer, then restore",
    )
