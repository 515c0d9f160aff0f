"""Consents in the vault: one record a decision, never overwritten; taking back is a decision that points at the old."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from collections.abc import Sequence

from caseworker.domain import codes
from caseworker.domain import consents as rules
from caseworker.domain.consents import Consent, Standing
from caseworker.domain.dues import DueDate, soonest
from caseworker.domain.when import local
from caseworker.errors import Problem
from caseworker.storage import records, supported
from caseworker.storage.nouns import Noun
from caseworker.words import words

_CONSENTS = Noun(Consent, "consent", "decided DESC, recorded DESC, id DESC")

withdraw = _CONSENTS.withdraw  # recorded by mistake
restore = _CONSENTS.restore
get = _CONSENTS.get
for_client = _CONSENTS.for_client


def save(consent: Consent) -> int:
    """Record a decision; gives its id. Inside ``storage.write``.

    Raises:
        Refused: field -> sentence.
        ValueError: it has been recorded already (a decision never changes: record another), or it would end a
            decision of another client or one that was no agreement.
    """
    if consent.id is not None:
        raise ValueError("a decision never changes")
    if consent.ends_id is not None:
        ended = get(consent.ends_id)
        if ended.client_id != consent.client_id or ended.decision != "given":
            raise ValueError("it ends an agreement of the same client")
    return _CONSENTS.save(
        dataclasses.replace(consent, reviewed=0, reviewed_by="", review_view="NA-NAP", review_note="")
    )


def take_back(consent_id: int, decided: str, how: str = "NA-ASK", told: str = "") -> int:
    """The client takes an agreement back: a new decision that points at the old one; gives its id. Inside
    ``storage.write``.

    Raises:
        Refused: field -> sentence, ``decided`` also for a day before the agreement.
        Problem: E-WITHDRAWN, E-CONSENT-ENDED: there is nothing to take back.
    """
    held = get(consent_id)
    if held.withdrawn:
        raise Problem("E-WITHDRAWN", "This entry was withdrawn. Record it again")
    if held.decision != "given" or _ended(held):
        raise Problem("E-CONSENT-ENDED", "This agreement has ended already")
    if decided and decided < held.decided:
        records.refuse({"decided": words("Date must be the same as or after the day it was agreed to")})
    return save(
        Consent(
            None, "", held.client_id, decided, held.purpose, held.recipient, "withdrawn", held.recipient_name,
            how=how, told=told, ends_id=held.id, episode_id=held.episode_id,
        )
    )  # fmt: skip


def review(consent_id: int, by: str, view: str, note: str = "") -> None:
    """A manager has looked at sharing without agreement. Once; inside ``storage.write``.

    Raises:
        Refused: field -> sentence.
        Problem: E-REVIEWED.
    """
    held = get(consent_id)
    if not rules.waits_for_review(held):
        raise Problem("E-REVIEWED", "A manager has looked at this already")
    problems = {}
    if not by.strip():
        problems["reviewed_by"] = words("Enter the manager's name")
    if view not in codes.get("review_view"):
        problems["review_view"] = words("Choose what the manager found")
    if view in codes.get("review_view").with_flag("reason") and not note.strip():
        problems["review_note"] = words("Enter what should have been done")
    records.refuse(problems)
    after = records.cleaned(
        dataclasses.replace(
            held, reviewed=int(time.time()), reviewed_by=by, review_view=view, review_note=note
        )
    )
    _CONSENTS.change(held, after, "", "review")


def now_in_force(client_id: int, today: dt.date | None = None) -> list[Standing]:
    """What may be shared with whom now, worked out from every decision of that client."""
    day = today or local(int(time.time())).date()
    return rules.now_in_force(for_client(client_id, limit=1_000), day)


def dates(client_ids: Sequence[int], today: dt.date) -> list[DueDate]:
    """When a manager has to have looked at sharing without agreement, and when agreements run out."""
    found = []
    for client_id, consents in _CONSENTS.for_clients(client_ids).items():
        found += [_review_due(one) for one in consents if rules.waits_for_review(one)]
        for standing in rules.now_in_force(consents, today):
            if standing.may_share and standing.consent.expires:
                one = standing.consent
                what = words(
                    "Agreement to share ends: {whom}",
                    whom=codes.get("consent_recipient").label(one.recipient),
                )
                day = dt.date.fromisoformat(one.expires)
                found.append(DueDate(client_id, day, what, "consent", one.id or 0, 7, 0))
    return soonest(found)


def due(today: dt.date, worker_id: int | None = None) -> list[DueDate]:
    """Sharing without agreement that no manager has looked at, all of it however old, and agreements of clients in
    support that run out this week.

    A manager's look is due whether support is open or not; ``worker_id`` gives those of that author.
    """
    waiting = records.find(
        Consent,
        "consent",
        "WHERE decision = 'override' AND reviewed = 0 AND withdrawn = 0 AND (? IS NULL OR worker_id = ?)",
        (worker_id, worker_id),
    )
    ending = supported.clients(
        "consent",
        "expires <> '' AND withdrawn = 0 AND expires BETWEEN ? AND ?",
        (today.isoformat(), (today + dt.timedelta(days=7)).isoformat()),
        worker_id,
    )
    agreed = [one for one in dates(ending, today) if one.notice and one.on_show(today)]
    return soonest([*(_review_due(one) for one in waiting), *agreed])


def _review_due(consent: Consent) -> DueDate:
    what = words("A manager looks at what was shared without agreement")
    return DueDate(
        consent.client_id, local(rules.review_by(consent)).date(), what, "consent", consent.id or 0, 0, 36_500
    )


def _ended(consent: Consent) -> bool:
    return bool(
        records.fetch(
            "SELECT 1 FROM consent WHERE client_id = ? AND ends_id = ? AND withdrawn = 0",
            (consent.client_id, consent.id),
        )
    )
