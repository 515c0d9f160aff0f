"""Safeguarding decisions in the vault, and the word about them that a contact needs before it can be saved.

A decision is amended with a reason and never withdrawn by whoever made it: only a supervisor may take one back.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from caseworker.domain import safeguarding as domain
from caseworker.domain.contacts import Contact, is_two_way
from caseworker.domain.dues import DueDate
from caseworker.domain.safeguarding import Answer, Check, Safeguarding
from caseworker.domain.when import LONDON, local
from caseworker.errors import Problem
from caseworker.storage import children, records
from caseworker.storage.engine import database
from caseworker.storage.nouns import Noun
from caseworker.words import Words, words

_DECISIONS = Noun(Safeguarding, "safeguarding", "decided DESC, id DESC")
_CHECKS = Noun(Check, "safeguarding_check")
LATELY = 200  # newest decisions looked at
REVIEW_NOTICE = 2  # days: a manager has no longer than that
ALWAYS = 100 * 365  # days: what waits never drops off the list by itself

get = _DECISIONS.get
for_client = _DECISIONS.for_client


def save(record: Safeguarding, why: str = "") -> int:
    """Save a new or changed decision; gives the id. Inside ``storage.write``.

    Raises:
        Refused: field -> sentence; ``why`` when it alters what was decided or recorded, without a reason.
        Problem: E-GONE, E-WITHDRAWN.
        ValueError: the child is not this client's.
    """
    if record.child_id is not None and children.get(record.child_id).client_id != record.client_id:
        raise ValueError("the child is not this client's")
    if record.id is not None and not why.strip():
        if domain.reason_needed(get(record.id), record):
            today = dt.datetime.now(LONDON).date()
            records.refuse(record.problems(today) | {"why": words("Enter why you are changing this")})
        why = _WHAT_HAPPENED_NEXT
    return _DECISIONS.save(record, why)


def withdraw(row_id: int, why: str) -> None:
    """Take back a decision. Inside ``storage.write``.

    Raises:
        Problem: E-ROLE, a supervisor has to do it.
        Refused: ``why`` is empty.
    """
    if not domain.may_withdraw(database.worker.role):
        raise Problem(
            "E-ROLE", "A safeguarding decision is withdrawn by a supervisor. Change it instead, and say why"
        )
    _DECISIONS.withdraw(row_id, why)


restore = _DECISIONS.restore


# --- with a contact -----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Question:
    """What the question beside a contact has to say. ``stands``: the decisions that may be said to stand, if any."""

    needed: bool
    stands: tuple[Safeguarding, ...]


def question(contact: Contact) -> Question:
    """Whether that contact needs a word about safeguarding, and which decision may be said to stand."""
    if contact.client_id is None or not is_two_way(contact):
        return Question(False, ())
    household = children.for_client(contact.client_id)
    if not domain.asks(contact, household):
        return Question(False, ())
    return Question(True, domain.standing(for_client(contact.client_id, limit=LATELY), household, contact.at))


def problems(contact: Contact, answer: Answer | None) -> dict[str, Words]:
    """What stands between that contact and the record: field -> sentence (``domain.answer_problems``)."""
    if contact.client_id is None or (answer is None and not is_two_way(contact)):
        return {}
    household = children.for_client(contact.client_id)
    if answer is None and not domain.asks(contact, household):
        return {}
    held = for_client(contact.client_id, limit=LATELY)
    today = dt.datetime.now(LONDON).date()
    return domain.answer_problems(contact, household, held, answer, today)


def keep(contact_id: int, contact: Contact, answer: Answer | None) -> None:
    """Write down what was said of safeguarding with a contact that was just saved. Inside its transaction, after
    ``problems`` found nothing.
    """
    if contact.client_id is None or answer is None:
        return
    if answer.decision is not None:
        made = save(replace(answer.decision, client_id=contact.client_id))
        _CHECKS.save(Check(None, "", contact.client_id, contact_id, made, "new"))
    elif answer.stands:
        for one in question(contact).stands:
            _CHECKS.save(Check(None, "", contact.client_id, contact_id, one.id or 0, "stands"))


def of_contact(contact_id: int) -> list[Check]:
    """What was said of safeguarding with that contact."""
    return records.find(Check, "safeguarding_check", "WHERE contact_id = ? ORDER BY id", (contact_id,))


# --- what waits ---------------------------------------------------------------------------------------------
#: As the index ``safeguarding_open`` has it.
_OPEN = (
    "withdrawn = 0 AND (decision NOT IN ('REF', 'NOR', 'KNO', 'CON') OR (decision = 'CON' AND reviewed = 0)"
    " OR (decision = 'REF' AND (sent = 0 OR outcome = 'NA-ASK' OR (consent <> 'yes' AND reviewed = 0))))"
)
_WHAT_HAPPENED_NEXT = "What happened next"


def due(today: dt.date, worker_id: int | None = None) -> list[DueDate]:
    """Concerns nobody decided about, reviews a manager owes within 48 hours, referrals not sent or not answered; of
    one worker, or of everybody in this vault for None.
    """
    open_now = records.find(
        Safeguarding,
        "safeguarding",
        f"WHERE {_OPEN} AND (? IS NULL OR worker_id = ?) ORDER BY decided",
        (worker_id, worker_id),
    )
    found = []
    for one in open_now:
        day, what = _waits(one)
        line = DueDate(
            one.client_id, day, what, "safeguarding", one.id or 0, notice=REVIEW_NOTICE, kept=ALWAYS
        )
        if line.on_show(today):
            found.append(line)
    return found


def _waits(one: Safeguarding) -> tuple[dt.date, Words]:
    """The most pressing thing about an open decision, and its day."""
    decided = local(one.decided).date()
    if not domain.is_decided(one):
        return decided, words("Safeguarding concern, not decided yet")
    if one.decision == "REF" and not one.sent:
        return decided, words("Safeguarding referral, not sent yet")
    review = domain.review_by(one)
    if review is not None:
        return local(review).date(), words("Manager to look at a safeguarding decision")
    return domain.chase_on(one) or decided, words("Ask what came of a safeguarding referral")
