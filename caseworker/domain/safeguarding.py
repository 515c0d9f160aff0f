"""Safeguarding decisions: about whom, what was decided and why, and what came of it.

A child or an adult at risk is never passed over in silence: a conversation with the client is logged together with a
decision about them, or with the word that the last one still stands (Children Act 1989, sections 17 and 47; Care Act
2014, section 42). Consent is preferred; without it a manager looks at the decision within 48 hours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from caseworker.domain import codes
from caseworker.domain.children import Child, is_at_risk
from caseworker.domain.clients import LONGEST_NAME
from caseworker.domain.contacts import CLOCK_SLACK, Contact, is_two_way
from caseworker.domain.periods import add_working_days
from caseworker.domain.when import epoch, iso_date, local
from caseworker.words import Words, words

STANDS_FOR = 7 * 24 * 3600  # seconds: how long a decision may be said to stand without a new one
REVIEW_WITHIN = 48 * 3600  # seconds: a manager's look at what went without consent
CHASE_AFTER = (
    3  # working days without word from those it was sent to (Working Together to Safeguard Children)
)
SAID_BY_NOTE = "SAFEGUARDING"  # list ``note_category``: the contact tells of somebody at risk
LONGEST_TEXT = 2_000
CODED = {
    "about": "safeguarding_about",
    "decision": "safeguarding_decision",
    "consent": "yes_no",
    "told": "yes_no",
    "outcome": "safeguarding_outcome",
}
TEXTS = ("concern", "threshold", "override_reason", "not_told", "review_note", "outcome_words")
#: What was decided on what grounds. Any other field tells what happened to the decision afterwards.
DECIDED = (
    "about", "child_id", "person", "concern", "decided", "decision", "threshold", "consent", "override_reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Safeguarding:
    """One concern and the decision about it. Undecided while ``decision`` is missing."""

    id: int | None
    uid: str
    client_id: int
    about: str = "NA-ASK"  # list ``safeguarding_about``
    child_id: int | None = None  # which child or dependant
    person: str = ""  # which other adult
    concern: str = ""
    decided: int = 0  # when it was decided, epoch seconds; of an undecided one when the concern came up
    decision: str = "NA-ASK"  # list ``safeguarding_decision``
    threshold: str = ""  # why that decision, measured against the local threshold
    consent: str = "NA-ASK"  # of the client, to a referral
    override_reason: str = ""  # why it goes without consent
    sent_to: str = ""
    sent: int = 0  # epoch seconds; 0: not yet
    reviewed: int = 0  # when a manager looked at it, epoch seconds; 0: not yet
    reviewed_by: str = ""
    review_note: str = ""
    told: str = "NA-ASK"  # whether the client was told
    not_told: str = ""  # why not
    outcome: str = "NA-ASK"
    outcome_on: str = ""  # ISO date
    outcome_words: str = ""
    recorded: int = 0  # epoch seconds, set by storage
    worker_id: int | None = None  # author, set by storage
    withdrawn: int = 0  # taken back by a supervisor, epoch seconds; 0: it stands

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        for name, list_name in CODED.items():
            if not codes.accepts(list_name, getattr(self, name)):
                found[name] = words("Choose an answer from the list")
        if "about" not in found:
            found |= self._whom_problems()
        if not self.concern.strip():
            found["concern"] = words("Enter what the concern is")
        if is_decided(self) and not self.threshold.strip():
            found["threshold"] = words("Enter why this was decided")
        if needs_override(self) and not self.override_reason.strip():
            found["override_reason"] = words("Enter why it goes without consent")
        found |= self._later_problems(today)
        if len(self.person) > LONGEST_NAME or len(self.reviewed_by) > LONGEST_NAME:
            found["person" if len(self.person) > LONGEST_NAME else "reviewed_by"] = words(
                "Name must be {most} characters or fewer", most=LONGEST_NAME
            )
        for name in (*TEXTS, "sent_to"):
            if len(getattr(self, name)) > LONGEST_TEXT:
                found[name] = words("Must be {most} characters or fewer", most=LONGEST_TEXT)
        return found

    def _whom_problems(self) -> dict[str, Words]:
        if codes.is_missing(self.about):
            return {"about": words("Choose who it is about")}
        if self.about == "ONE" and self.child_id is None:
            return {"child_id": words("Choose which child or dependant")}
        if "named" in codes.get("safeguarding_about").flags(self.about) and not self.person.strip():
            return {"person": words("Enter who the adult is, or initials")}
        return {}

    def _later_problems(self, today: dt.date) -> dict[str, Words]:
        found: dict[str, Words] = {}
        if not self.decided:
            found["decided"] = words("Enter when this was decided")
        for name, sentence in (
            ("decided", words("Time must be in the past")),
            ("sent", words("Time must be in the past")),
            ("reviewed", words("Time must be in the past")),
        ):
            if getattr(self, name) and local(getattr(self, name)).date() > today:
                found[name] = sentence
        if self.sent and not self.sent_to.strip():
            found["sent_to"] = words("Enter who it was sent to")
        if self.sent and self.decision != "REF":
            found["decision"] = words("It was sent, so the decision was to refer")
        if self.sent and self.sent < self.decided and local(self.sent).date() < local(self.decided).date():
            found.setdefault("sent", words("It cannot be sent before it was decided"))
        if self.reviewed and not self.reviewed_by.strip():
            found["reviewed_by"] = words("Enter which manager looked at it")
        if self.reviewed_by.strip() and not self.reviewed:
            found["reviewed"] = words("Enter when the manager looked at it")
        if self.told == "no" and not self.not_told.strip():
            found["not_told"] = words("Enter why the client was not told")
        if self.outcome_on:
            day = iso_date(self.outcome_on)
            if day is None:
                found["outcome_on"] = words("Date must be a real date")
            elif day > today:
                found["outcome_on"] = words("Date must be today or in the past")
        return found


@dataclass(frozen=True, slots=True)
class Check:
    """That a contact was logged with safeguarding in mind: the decision made then, or the one that stood."""

    id: int | None
    uid: str
    client_id: int
    contact_id: int
    safeguarding_id: int
    answer: str  # list ``safeguarding_check``: new, stands
    recorded: int = 0  # epoch seconds, set by storage
    worker_id: int | None = None  # author, set by storage
    withdrawn: int = 0  # never: it stays with its contact

    def problems(self, today: dt.date) -> dict[str, Words]:
        """As every record has it; the answer is one of two."""
        known = self.answer in codes.get("safeguarding_check")
        return {} if known else {"answer": words("Choose an answer from the list")}


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says to "Safeguarding: is there something new?" when logging a contact.

    ``stands``: nothing new, the last decision holds. ``decision``: the one made now.
    """

    stands: bool = False
    decision: Safeguarding | None = None


def is_decided(record: Safeguarding) -> bool:
    return not codes.is_missing(record.decision)


def needs_override(record: Safeguarding) -> bool:
    """A referral the client did not agree to, was not asked about, or could not be asked about safely."""
    return record.decision == "REF" and record.consent != "yes"


def review_by(record: Safeguarding) -> int | None:
    """By when a manager has to look at it, epoch seconds; None where none has to, or one has.

    What goes without consent, and what a manager was to be asked about.
    """
    waits = needs_override(record) or record.decision == "CON"
    if record.withdrawn or record.reviewed or not waits:
        return None
    return record.decided + REVIEW_WITHIN


def is_review_overdue(record: Safeguarding, now: int) -> bool:
    due = review_by(record)
    return due is not None and now > due


def chase_on(record: Safeguarding) -> dt.date | None:
    """From which day to ask what became of a referral; None where none was sent, or the answer is known."""
    if record.withdrawn or not record.sent or record.outcome != "NA-ASK":
        return None
    return add_working_days(local(record.sent).date(), CHASE_AFTER)


def may_withdraw(role: str) -> bool:
    """A decision is a supervisor's to withdraw. Whoever made it amends it, with a reason."""
    return role == "supervisor"


def reason_needed(before: Safeguarding, after: Safeguarding) -> bool:
    """Whether the change alters what was decided, or what was recorded of it: then it says why, from the first
    minute. Writing down what happened next does not.
    """
    if any(getattr(before, name) != getattr(after, name) for name in DECIDED):
        return is_decided(before) or before.concern != after.concern
    blank = ("", 0, None, "NA-ASK")
    fields = ("sent_to", "sent", "reviewed", "reviewed_by", "review_note", "told", "not_told", "outcome",
              "outcome_on", "outcome_words")  # fmt: skip
    return any(
        getattr(before, name) not in blank and getattr(before, name) != getattr(after, name)
        for name in fields
    )


# --- closing a contact --------------------------------------------------------------------------------------
def asks(contact: Contact, children: Iterable[Child]) -> bool:
    """Whether a contact cannot be saved without a decision: a conversation, and somebody at risk.

    A child or dependant marked so, or anybody the contact itself tells of: its note is about safeguarding. A try that
    reached nobody never needs one.
    """
    said = contact.category == SAID_BY_NOTE
    return is_two_way(contact) and (said or any(is_at_risk(child) for child in children))


def covers(record: Safeguarding, child: Child) -> bool:
    """Whether the decision is about that child or dependant."""
    if record.about == "ONE":
        return record.child_id == child.id
    return "child" in codes.get("safeguarding_about").flags(record.about)


def standing(
    decisions: Iterable[Safeguarding], children: Iterable[Child], at: int
) -> tuple[Safeguarding, ...]:
    """The decisions that may be said to stand for a contact at that time: one for each child at risk, or the last
    one of any kind while none is, none older than seven days. Empty when any of them has none.
    """
    newest = sorted(
        (one for one in decisions if is_decided(one) and not one.withdrawn and _fresh(one, at)),
        key=lambda one: (one.decided, one.id or 0),
        reverse=True,
    )
    at_risk = [child for child in children if is_at_risk(child)]
    if not at_risk:
        return tuple(newest[:1])
    found: dict[int | None, Safeguarding] = {}
    for child in at_risk:
        holds = next((one for one in newest if covers(one, child)), None)
        if holds is None:
            return ()
        found[holds.id] = holds
    return tuple(found.values())


def uncovered(decisions: Iterable[Safeguarding], children: Iterable[Child], at: int) -> tuple[Child, ...]:
    """The children and dependants at risk about whom nothing was decided within seven days of that time."""
    held = list(decisions)
    return tuple(child for child in children if is_at_risk(child) and not standing(held, [child], at))


def answer_problems(
    contact: Contact,
    children: Iterable[Child],
    decisions: Iterable[Safeguarding],
    answer: Answer | None,
    today: dt.date,
) -> dict[str, Words]:
    """What stands between a contact and the record as far as safeguarding goes: field -> sentence.

    ``safeguarding`` is the question itself; those of a decision made now begin with ``safeguarding_``.
    """
    at_risk = [child for child in children if is_at_risk(child)]
    held = list(decisions)
    if answer is not None and answer.decision is not None:
        wrong = answer.decision.problems(today)
        if not is_decided(answer.decision):
            wrong["decision"] = words("Choose what was decided")
        return {f"safeguarding_{name}": text for name, text in wrong.items()} | (
            {} if wrong else _left_out(answer.decision, at_risk, held, contact)
        )
    if not asks(contact, at_risk):
        return {}
    if not standing(held, at_risk, contact.at):
        return {
            "safeguarding": words(
                "No decision of the last {days} days stands: record one now", days=STANDS_FOR // 86400
            )
        }
    if answer is None or not answer.stands:
        return {"safeguarding": words("Choose whether there is something new about safeguarding")}
    return {}


def _left_out(
    decision: Safeguarding, at_risk: list[Child], held: list[Safeguarding], contact: Contact
) -> dict[str, Words]:
    """A decision about one child does not close a contact while another at risk has none."""
    if not is_two_way(contact):
        return {}
    rest = [child for child in at_risk if not covers(decision, child)]
    if not uncovered(held, rest, contact.at):
        return {}
    return {"safeguarding_about": words("Another child or dependant is at risk: decide about all of them")}


def _fresh(record: Safeguarding, at: int) -> bool:
    return at - STANDS_FOR <= record.decided <= at + max(STANDS_FOR, CLOCK_SLACK)


def new_decision(client_id: int, now: dt.datetime) -> Safeguarding:
    """An empty record as a form begins with it: decided now."""
    return Safeguarding(None, "", client_id, decided=epoch(now))
