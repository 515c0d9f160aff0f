"""Episodes in the vault: begun, resumed within 90 days, closed with a reason."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time

from caseworker.domain.clients import age_on
from caseworker.domain.contacts import COUNTING_KINDS, NEVER_TWO_WAY_METHODS, TWO_WAY
from caseworker.domain.episodes import RESUME_WITHIN, Episode, resumes
from caseworker.domain.when import iso_date, local
from caseworker.storage import clients, history, records
from caseworker.storage.engine import database
from caseworker.storage.records import fetch
from caseworker.words import Words, words


def save(episode: Episode, why: str = "") -> int:
    """Save a new or changed episode; gives the id. Inside ``storage.write``.

    The age at the start is set from the client's record when the episode begins and follows only corrections
    of start date or date of birth. A new one without a worker is mine.

    Raises:
        Refused: field -> sentence; also when support in the same service is open already, or ended 90 days
        ago or
            less (``begin`` takes that one up again).
    """
    episode = records.cleaned(episode)
    problems = episode.problems(_today())
    if episode.id is None:
        problems |= _overlap(episode)
        records.refuse(problems)
        episode = dataclasses.replace(
            episode,
            uid=episode.uid or records.new_uid(),
            worker_id=episode.worker_id or database.worker.id,
            age_at_start=_age(episode),
        )
        row_id = records.add("episode", episode)
        history.record("episode", row_id, episode.client_id, None, records.values(episode), why)
        return row_id
    before = get(episode.id)
    closed = iso_date(before.closed)
    if closed and not episode.closed and not resumes(closed, _today()):
        problems["closed"] = _too_late()
    records.refuse(problems)
    age = before.age_at_start if episode.started == before.started else _age(episode)
    if episode.closed and not before.closed:
        records.refuse(_closing(before, episode.closure_reason))
    _change(before, dataclasses.replace(episode, age_at_start=age), why)
    return episode.id


def begin(episode: Episode, why: str = "") -> int:
    """Begin support: goes on with the episode of the same service that ended 90 days ago or less, else a new
    one.
    """
    last = _last_closed(episode)
    if last is not None:
        return reopen(last.id or 0, dt.date.fromisoformat(episode.started), why)
    return save(episode, why)


def taken_up(client_id: int, service: str, on: dt.date) -> Episode | None:
    """The ended episode that support begun on that day would go on with; None when it would be a new one."""
    return _last_closed(Episode(None, "", client_id, on.isoformat(), service=service))


def usual_service(client_id: int | None = None) -> str:
    """The service most likely meant: what that client had last, else what this worker recorded last; empty for none."""
    worker = database.worker.id if database.worker is not None else None
    found = fetch(
        "SELECT service FROM episode WHERE client_id = ? ORDER BY started DESC, id DESC LIMIT 1", (client_id,)
    ) or fetch("SELECT service FROM episode WHERE worker_id = ? ORDER BY id DESC LIMIT 1", (worker,))
    return str(found[0][0]) if found else ""


def last_ended(client_id: int, service: str) -> Episode | None:
    """The episode of that service that ended last, however long ago."""
    found = records.find(
        Episode,
        "episode",
        "WHERE client_id = ? AND service = ? AND closed <> '' ORDER BY closed DESC, id DESC LIMIT 1",
        (client_id, service),
    )
    return found[0] if found else None


def get(episode_id: int) -> Episode:
    """The episode.

    Raises:
        Problem: E-GONE.
    """
    return records.one(Episode, "episode", episode_id)


def for_client(client_id: int, limit: int = 50) -> list[Episode]:
    """Newest first."""
    return records.find(
        Episode, "episode", "WHERE client_id = ? ORDER BY started DESC, id DESC LIMIT ?", (client_id, limit)
    )


def open_for(client_id: int) -> list[Episode]:
    """Those still open, newest first."""
    return records.find(
        Episode, "episode", "WHERE client_id = ? AND closed = '' ORDER BY started DESC, id DESC", (client_id,)
    )


def close(episode_id: int, on: dt.date | str, reason: str, why: str = "") -> None:
    """End support on that day for that reason. Inside ``storage.write``.

    Raises:
        Refused: ``closed`` or ``closure_reason`` -> sentence; also "could never be reached" for somebody who
        was.
    """
    before = get(episode_id)
    after = dataclasses.replace(before, closed=str(on), closure_reason=reason)
    problems = after.problems(_today()) | _closing(before, reason)
    if before.closed:
        problems["closed"] = words("Support has ended already")
    records.refuse(problems)
    _change(before, after, why, "close")


def reopen(episode_id: int, on: dt.date, why: str = "") -> int:
    """Take an ended episode up again, within 90 days of its end. Gives its id. Inside ``storage.write``.

    Raises:
        Refused: ``started`` -> sentence, when it is too late or it is still open.
    """
    before = get(episode_id)
    closed = iso_date(before.closed)
    if closed is None:
        records.refuse({"started": words("Support is open already")})
    elif not resumes(closed, on):
        records.refuse({"started": _too_late()})
    _change(before, dataclasses.replace(before, closed="", closure_reason=""), why, "reopen")
    return episode_id


def _too_late() -> Words:
    return words("Support ended more than {days} days before: start a new episode", days=RESUME_WITHIN)


def _overlap(episode: Episode) -> dict[str, Words]:
    if episode.closed:
        return {}
    if fetch(
        "SELECT 1 FROM episode WHERE client_id = ? AND service = ? AND closed = ''",
        (episode.client_id, episode.service),
    ):
        return {"service": words("Support from this service is open already")}
    if _last_closed(episode) is not None:
        return {
            "started": words(
                "Support ended {days} days before or less: take that episode up again", days=RESUME_WITHIN
            )
        }
    return {}


def _last_closed(episode: Episode) -> Episode | None:
    started = iso_date(episode.started)
    found = last_ended(episode.client_id, episode.service)
    if found is None or started is None:
        return None
    closed = iso_date(found.closed)
    return found if closed is not None and resumes(closed, started) else None


def _closing(episode: Episode, reason: str) -> dict[str, Words]:
    if reason != "NCT" or not _reached(episode.id or 0):
        return {}
    return {"closure_reason": words("The client was reached, so choose another reason")}


def _reached(episode_id: int) -> bool:
    kinds, outcomes, never = (", ".join(f"'{code}'" for code in sorted(group)) for group in _REACHED)
    return bool(
        fetch(
            f"SELECT 1 FROM contact WHERE episode_id = ? AND withdrawn = 0 AND kind IN ({kinds})"
            f" AND outcome IN ({outcomes}) AND method NOT IN ({never}) LIMIT 1",
            (episode_id,),
        )
    )


_REACHED = (COUNTING_KINDS, TWO_WAY, NEVER_TWO_WAY_METHODS)


def _age(episode: Episode) -> int | None:
    started = iso_date(episode.started)
    return age_on(clients.get(episode.client_id), started) if started else None


def _change(before: Episode, after: Episode, why: str, action: str = "") -> None:
    after = dataclasses.replace(after, uid=before.uid, client_id=before.client_id)
    old, new = records.values(before), records.values(after)
    records.change("episode", after, [name for name in new if new[name] != old[name]])
    history.record("episode", before.id or 0, before.client_id, old, new, why, action=action)


def _today() -> dt.date:
    return local(int(time.time())).date()
