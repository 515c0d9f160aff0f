"""What most records about a client have in common: written once with author and time, changed with a reason,
withdrawn but never removed.

A record of such a noun has ``id``, ``uid``, ``client_id``, ``recorded``, ``worker_id`` and ``withdrawn``, and says what
has to be put right before it can be kept (``problems``).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from collections.abc import Iterable, Sequence
from typing import Any, Generic, Protocol, TypeVar, cast

from caseworker.domain.contacts import LOCKED_AFTER
from caseworker.domain.when import local
from caseworker.errors import Problem
from caseworker.storage import history, records
from caseworker.storage.engine import database
from caseworker.words import Words, words


class AboutClient(Protocol):
    """A frozen dataclass of ``caseworker.domain`` that belongs to one client."""

    @property
    def id(self) -> int | None: ...
    @property
    def uid(self) -> str: ...
    @property
    def client_id(self) -> int: ...
    @property
    def recorded(self) -> int: ...
    @property
    def worker_id(self) -> int | None: ...
    @property
    def withdrawn(self) -> int: ...

    def problems(self, today: dt.date) -> dict[str, Words]: ...


R = TypeVar("R", bound=AboutClient)


class Noun(Generic[R]):
    """How the records of one table are kept. ``order``: how a client's are listed, SQL after ORDER BY.

    ``later``: fields that follow what happens (a date that comes about, a step taken); they change without a reason.
    """

    FIXED = ("uid", "client_id", "recorded", "worker_id", "withdrawn")

    def __init__(
        self,
        kind: type[R],
        table: str,
        order: str = "recorded DESC, id DESC",
        later: Iterable[str] = (),
    ) -> None:
        self.kind = kind
        self.table = table
        self.order = order
        self.later = frozenset(later)

    def save(self, record: R, why: str = "", **more: Words) -> int:
        """Save a new or changed record; gives its id. Inside ``storage.write``.

        ``more``: field -> sentence, what only storage could see to be wrong.

        Raises:
            Refused: field -> sentence; ``why`` when it is changed a day after it was typed, or by somebody else,
                without a reason.
            Problem: E-GONE; E-WITHDRAWN, it was taken back.
        """
        now = int(time.time())
        record = records.cleaned(record)
        problems = record.problems(local(now).date()) | more
        if record.id is None:
            records.refuse(problems)
            return self._add(record, now, why)
        before = self.get(record.id)
        if before.withdrawn:
            raise Problem("E-WITHDRAWN", "This entry was withdrawn. Record it again")
        fixed: dict[str, Any] = {name: getattr(before, name) for name in self.FIXED}
        after = cast(R, dataclasses.replace(cast(Any, record), **fixed))
        if self._says_else(before, after) and reason_needed(before, now) and not why.strip():
            problems["why"] = words("Enter why you are changing this")
        records.refuse(problems)
        self.change(before, after, why)
        return record.id

    def withdraw(self, row_id: int, why: str) -> None:
        """Take back one recorded by mistake: it stays in the history and is counted nowhere. Inside
        ``storage.write``.

        Raises:
            Refused: ``why`` is empty.
            Problem: E-GONE.
        """
        if not why.strip():
            records.refuse({"why": words("Enter why you are withdrawing this")})
        before = self.get(row_id)
        if not before.withdrawn:
            self._mark(before, int(time.time()), why, "withdraw")

    def restore(self, row_id: int, why: str = "Put back") -> None:
        """Put a withdrawn record back. Inside ``storage.write``."""
        before = self.get(row_id)
        if before.withdrawn:
            self._mark(before, 0, why, "restore")

    def get(self, row_id: int) -> R:
        """The record, withdrawn or not.

        Raises:
            Problem: E-GONE.
        """
        return records.one(self.kind, self.table, row_id)

    def for_client(self, client_id: int, *, withdrawn: bool = False, limit: int = 200) -> list[R]:
        """A client's, without those withdrawn unless asked for."""
        return records.find(
            self.kind,
            self.table,
            f"WHERE client_id = ? AND (? OR withdrawn = 0) ORDER BY {self.order} LIMIT ?",
            (client_id, int(withdrawn), limit),
        )

    def for_clients(self, client_ids: Sequence[int]) -> dict[int, list[R]]:
        """Client -> those that stand, for the clients who have any. One query for each 500."""
        found: dict[int, list[R]] = {}
        for block in records.blocks(client_ids):
            marks = ", ".join("?" * len(block))
            for one in records.find(
                self.kind,
                self.table,
                f"WHERE withdrawn = 0 AND client_id IN ({marks}) ORDER BY client_id, {self.order}",
                block,
            ):
                found.setdefault(one.client_id, []).append(one)
        return found

    def change(self, before: R, after: R, why: str, action: str = "") -> None:
        """Write what differs between two versions, with its history. Inside ``storage.write``."""
        old, new = records.values(before), records.values(after)
        records.change(self.table, after, [name for name in new if new[name] != old[name]])
        history.record(self.table, before.id or 0, before.client_id, old, new, why, action=action)

    def _says_else(self, before: R, after: R) -> bool:
        """Whether the change says something else than before, and not only what came later."""
        old, new = records.values(before), records.values(after)
        return any(new[name] != old[name] for name in new if name not in self.later)

    def _add(self, record: R, now: int, why: str) -> int:
        set_here: dict[str, Any] = {
            "uid": record.uid or records.new_uid(),
            "recorded": now,
            "worker_id": database.worker.id,
            "withdrawn": 0,
        }
        made = dataclasses.replace(cast(Any, record), **set_here)
        row_id = records.add(self.table, made)
        history.record(self.table, row_id, record.client_id, None, records.values(made), why)
        return row_id

    def _mark(self, before: R, withdrawn: int, why: str, action: str) -> None:
        self.change(before, cast(R, dataclasses.replace(cast(Any, before), withdrawn=withdrawn)), why, action)


def reason_needed(before: AboutClient, now: int) -> bool:
    """Whether a change must say why: a day after it was typed, or when somebody else wrote it."""
    return now - before.recorded > LOCKED_AFTER or before.worker_id != database.worker.id
