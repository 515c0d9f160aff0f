"""Storage: the vault's public door. Nothing else in the product touches the database.

Every change goes through ``write``: the change, its history and its audit entry are committed together or not
at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

from caseworker.errors import Problem
from caseworker.storage import audit
from caseworker.storage.engine import CHECKPOINT_AT, database, problem_of

__all__ = ["checkpoint", "checkpoint_due", "database", "problem_of", "reading", "write"]

P = ParamSpec("P")
R = TypeVar("R")


def write(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run ``function`` in one transaction and make it durable before returning its result.

    Inside another ``write`` it joins that one. Raises whatever ``function`` raises, after undoing all of it.

    Raises:
        Problem: E-DISK-FULL, E-DISK, E-DB-DAMAGED, E-BUSY; nothing was changed. E-ROLLBACK: a rollback alarm
        waits
            for a person, and until then the vault is read only.
    """
    if database.in_transaction():
        return function(*args, **kwargs)
    if database.read_only:
        raise Problem(
            "E-ROLLBACK",
            "Nothing can be saved until the warning about an older copy of this vault has been read and"
            " acknowledged",
        )
    audit.take_pending()
    with database.sentences(), database.atomic():
        result = function(*args, **kwargs)
    head = audit.take_pending()
    if head is not None and database.anchor is not None:
        # The record is safe already. A disk that refuses these bytes only leaves an older anchor, which is
        # accepted.
        try:
            database.anchor.advance(head)
        except OSError:
            database.anchor_late = True
    return result


@contextmanager
def reading() -> Iterator[None]:
    """One unchanging view for several reads, without holding up a writer; damage becomes a ``Problem``."""
    with database.sentences(), database.atomic("DEFERRED"):
        yield


def checkpoint_due() -> bool:
    """Whether the write-ahead log has grown enough to be worth folding into the case file."""
    try:
        return Path(f"{database.database}-wal").stat().st_size >= CHECKPOINT_AT
    except OSError:
        return False


def checkpoint() -> bool:
    """Fold the write-ahead log into the case file; on the worker thread. False: something was in the way."""
    if not database.folding.acquire(blocking=False):
        return False  # the whole vault is being checked: later
    try:
        busy, _, _ = database.execute_sql("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    finally:
        database.folding.release()
    return not busy
