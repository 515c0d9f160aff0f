"""MARAC referrals in the vault: kept half-filled, sent only when whole, and never silently changed after that."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time

from caseworker.domain import marac as domain
from caseworker.domain.dues import DueDate
from caseworker.domain.incidents import Incident
from caseworker.domain.marac import MaracReferral
from caseworker.domain.risk import escalates
from caseworker.domain.when import iso_date, local
from caseworker.errors import Problem
from caseworker.storage import history, incidents, instruments, records, risk
from caseworker.storage.engine import database
from caseworker.words import words

_FIXED = ("uid", "client_id", "recorded", "worker_id", "withdrawn")
_LATER = frozenset({"sent", "heard", "outcome", "told"})  # what happens to a paper, not what it says


def save(referral: MaracReferral, why: str = "") -> int:
    """Save a new or changed referral; gives the id. Inside ``storage.write``.

    Whether it is a repeat, and of which referral, is worked out here from earlier ones and from ``last_referred``.

    Raises:
        Refused: field -> sentence; with ``sent`` filled in also whatever the paper lacks; ``why`` when what it
            says is changed a day after typing, after sending, or by somebody else, without a reason.
        Problem: E-GONE, E-WITHDRAWN.
        ValueError: the risk assessment is another client's, or is not signed.
    """
    now = int(time.time())
    referral = records.cleaned(referral)
    before = get(referral.id) if referral.id is not None else None
    if before is not None:
        if before.withdrawn:
            raise Problem("E-WITHDRAWN", "This MARAC referral was withdrawn. Begin a new one")
        referral = dataclasses.replace(referral, **{name: getattr(before, name) for name in _FIXED})
    _check_rests_on(referral)
    referral = domain.with_repeat(
        referral, incidents.for_client(referral.client_id), for_client(referral.client_id)
    )
    problems = referral.problems(local(now).date())
    if referral.sent:
        problems = referral.paper_problems() | problems
    if before is None:
        records.refuse(problems)
        made = dataclasses.replace(
            referral,
            uid=referral.uid or records.new_uid(),
            recorded=now,
            worker_id=database.worker.id,
            withdrawn=0,
        )
        row_id = records.add("marac_referral", made)
        history.record("marac_referral", row_id, made.client_id, None, records.values(made), why)
        return row_id
    old, new = records.values(before), records.values(referral)
    says_else = {name for name in new if new[name] != old[name]} - _LATER
    if says_else and not why.strip() and domain.reason_needed(before, database.worker.id, now):
        problems["why"] = words("Enter why you are changing this")
    records.refuse(problems)
    _change(before, referral, why)
    return before.id or 0


def withdraw(referral_id: int, why: str) -> None:
    """Take back one made by mistake: it stays in the history and is counted nowhere. Inside ``storage.write``.

    Raises:
        Refused: ``why`` is empty.
    """
    if not why.strip():
        records.refuse({"why": words("Enter why you are withdrawing this")})
    before = get(referral_id)
    if not before.withdrawn:
        _change(before, dataclasses.replace(before, withdrawn=int(time.time())), why, "withdraw")


def restore(referral_id: int, why: str = "Put back") -> None:
    """Put a withdrawn referral back. Inside ``storage.write``."""
    before = get(referral_id)
    if before.withdrawn:
        _change(before, dataclasses.replace(before, withdrawn=0), why, "restore")


def get(referral_id: int) -> MaracReferral:
    """The referral, withdrawn or not.

    Raises:
        Problem: E-GONE.
    """
    return records.one(MaracReferral, "marac_referral", referral_id)


def for_client(client_id: int, *, withdrawn: bool = False, limit: int = 50) -> list[MaracReferral]:
    """Newest first, without those withdrawn unless asked for."""
    return records.find(
        MaracReferral,
        "marac_referral",
        "WHERE client_id = ? AND (? OR withdrawn = 0) ORDER BY id DESC LIMIT ?",
        (client_id, int(withdrawn), limit),
    )


def repeated_by(incident: Incident) -> MaracReferral | None:
    """The earlier referral that this incident would repeat; None when it would be a new case."""
    return domain.repeats(for_client(incident.client_id), incident)


def routes_for(set_id: int, *, incident: Incident | None = None, suicide: bool = False) -> tuple[str, ...]:
    """Every route by which a signed risk assessment brings its client to MARAC, by the rules of its area: codes of
    list ``marac_criterion``. ``incident`` is the one that may make it a repeat.

    Raises:
        ValueError: it is not signed.
    """
    held = instruments.get(set_id)
    if not held.signed:
        raise ValueError("it rests on a signed assessment")
    asked = local(held.started).date()
    rules = risk.rules(held.area)
    return domain.routes(
        tool_grade=held.tool_grade,  # already by the area's threshold
        raised_to_high=held.judgement == "high",
        escalating=escalates(incidents.days(held.client_id), asked, rules),
        repeat=incident is not None and repeated_by(incident) is not None,
        suicide=suicide,
    )


def routes_now(client_id: int, on: dt.date) -> tuple[str, ...]:
    """Every route that the record gives on that day: the grade that counts now, the incidents known, the last
    referral. What only a person can tell (suicide or self-harm) is not in it.
    """
    now = risk.current(client_id)
    rules = risk.rules(risk.area_of(client_id))
    newest = incidents.for_client(client_id, limit=1)
    return domain.routes(
        tool_grade=now.answers.tool_grade if now is not None else "",
        raised_to_high=now is not None and now.answers.judgement == "high",
        escalating=escalates(incidents.days(client_id), on, rules),
        repeat=bool(newest) and repeated_by(newest[0]) is not None,
    )


def waiting(worker_id: int | None = None) -> list[MaracReferral]:
    """Sent and not yet heard, or heard and the client not told, oldest first; of everybody for None."""
    found = records.find(
        MaracReferral,
        "marac_referral",
        "WHERE sent <> '' AND withdrawn = 0 AND told = '' AND (? IS NULL OR worker_id = ?) ORDER BY sent, id",
        (worker_id, worker_id),
    )
    return [one for one in found if domain.waits_to_be_heard(one) or domain.waits_to_be_told(one)]


def due(today: dt.date, worker_id: int | None = None) -> list[DueDate]:
    """Papers to finish, cases to be heard, clients to be told: what each asks for and by when."""
    found = []
    for one in waiting(worker_id):
        sent, heard = iso_date(one.sent), iso_date(one.heard)
        if domain.waits_to_be_told(one):
            found.append(
                DueDate(
                    one.client_id, heard or sent or today, words("Tell the client what came of MARAC"),
                    "marac_referral", one.id or 0,
                )
            )  # fmt: skip
        elif sent is not None:
            found.append(
                DueDate(
                    one.client_id, domain.hear_by(sent), words("MARAC should hear the case"), "marac_referral",
                    one.id or 0,
                )
            )  # fmt: skip
    for row_id, client_id, recorded in records.fetch(
        "SELECT id, client_id, recorded FROM marac_referral INDEXED BY marac_open"
        " WHERE sent = '' AND withdrawn = 0 AND told = '' AND (? IS NULL OR worker_id = ?) ORDER BY recorded",
        (worker_id, worker_id),
    ):
        found.append(
            DueDate(
                client_id,
                local(recorded).date(),
                words("MARAC paper to finish"),
                "marac_referral",
                row_id,
            )
        )
    return sorted(found, key=lambda one: (one.day, one.row_id))


def _check_rests_on(referral: MaracReferral) -> None:
    if referral.answer_set_id is not None:
        held = instruments.get(referral.answer_set_id)
        if held.client_id != referral.client_id or not held.signed:
            raise ValueError("it rests on a signed assessment of the same client")


def _change(before: MaracReferral, after: MaracReferral, why: str, action: str = "") -> None:
    old, new = records.values(before), records.values(after)
    records.change("marac_referral", after, [name for name in new if new[name] != old[name]])
    history.record("marac_referral", before.id or 0, before.client_id, old, new, why, action=action)
