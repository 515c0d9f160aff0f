"""Actions in the vault: what is due, what is overdue, what came of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time

from caseworker.domain.actions import Action
from caseworker.domain.when import local
from caseworker.errors import Problem
from caseworker.storage import goals, history, records
from caseworker.storage.engine import database


def save(action: Action, why: str = "") -> int:
    """Save a new or changed action; gives the id. Inside ``storage.write``. A new one without a worker is
    mine.

    Raises:
        Refused: field -> sentence.
        ValueError: the goal it serves is another client's.
    """
    action = records.cleaned(action)
    action = dataclasses.replace(action, text=action.text.strip(), agency=action.agency.strip())
    if action.goal_id is not None and goals.get(action.goal_id).client_id != action.client_id:
        raise ValueError("the goal is not this client's")
    records.refuse(action.problems(local(int(time.time())).date()))
    if action.id is None:
        action = dataclasses.replace(
            action,
            uid=action.uid or records.new_uid(),
            worker_id=action.worker_id or database.worker.id,
        )
        row_id = records.add("action", action)
        history.record("action", row_id, action.client_id, None, records.values(action), why)
        return row_id
    _change(get(action.id), action, why)
    return action.id


def get(action_id: int) -> Action:
    return records.one(Action, "action", action_id)


def finish(action_id: int, result: str = "") -> None:
    """Mark it done now, with what came of it. Inside ``storage.write``.

    Raises:
        Problem: E-DONE, somebody has done so already.
    """
    before = get(action_id)
    if before.done:
        raise Problem("E-DONE", "That is marked as done already")
    _change(
        before, dataclasses.replace(before, done=int(time.time()), result=result.strip()), result, "finish"
    )


def unfinish(action_id: int, why: str = "") -> None:
    """Take back ``finish``: still to do. Inside ``storage.write``."""
    before = get(action_id)
    _change(before, dataclasses.replace(before, done=0, result=""), why)


def for_client(client_id: int, *, open_only: bool = True, limit: int = 200) -> list[Action]:
    """Still to do first, soonest first; then, unless ``open_only``, what was done, newest first."""
    found = records.find(
        Action, "action", "WHERE client_id = ? AND done = 0 ORDER BY due, id LIMIT ?", (client_id, limit)
    )
    if not open_only:
        found += records.find(
            Action,
            "action",
            "WHERE client_id = ? AND done <> 0 ORDER BY done DESC LIMIT ?",
            (client_id, limit),
        )
    return found[:limit]


def due(on: dt.date, worker_id: int | None = None, limit: int = 200) -> list[Action]:
    """Everything still to do and due by that day or before, soonest first; of everybody for None."""
    return records.find(
        Action,
        "action",
        "WHERE done = 0 AND due <= ? AND (? IS NULL OR worker_id = ?) ORDER BY due, id LIMIT ?",
        (on.isoformat(), worker_id, worker_id, limit),
    )


def due_on(day: dt.date, worker_id: int | None = None, limit: int = 200) -> list[Action]:
    """Still to do and due on exactly that day."""
    return records.find(
        Action,
        "action",
        "WHERE done = 0 AND due = ? AND (? IS NULL OR worker_id = ?) ORDER BY id LIMIT ?",
        (day.isoformat(), worker_id, worker_id, limit),
    )


def count_due(first: dt.date, last: dt.date, worker_id: int | None = None) -> int:
    """How many are still to do and due between two days, both included."""
    return int(
        records.fetch(
            "SELECT count(*) FROM action"
            " WHERE done = 0 AND due BETWEEN ? AND ? AND (? IS NULL OR worker_id = ?)",
            (first.isoformat(), last.isoformat(), worker_id, worker_id),
        )[0][0]
    )


def _change(before: Action, after: Action, why: str, what: str = "") -> None:
    after = records.cleaned(dataclasses.replace(after, uid=before.uid, client_id=before.client_id))
    old, new = records.values(before), records.values(after)
    records.change("action", after, [name for name in new if new[name] != old[name]])
    history.record("action", before.id or 0, before.client_id, old, new, why, action=what)
