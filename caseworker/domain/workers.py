"""Workers: the people who open a vault and whose name stands beside what they wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from caseworker.words import Words, words

ROLES = ("advocate", "counsellor", "triage", "supervisor", "protection_lead", "keeper")
#: Who answers for a vault of several people: they give and take away ways in, and erase records.
LEADS = ("supervisor", "protection_lead")
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Worker:
    """One person with a slot in this vault. Keys are raw public bytes (Ed25519, X25519), 32 each."""

    id: int | None
    uid: str
    name: str
    role: str
    sign_key: bytes = b""
    receive_key: bytes = b""


def problems(name: str, role: str | None, others: Sequence[Worker]) -> dict[str, Words]:
    """What has to be put right before somebody can be given a way in: field -> sentence."""
    found: dict[str, Words] = {}
    named = " ".join(name.split())
    if not named:
        found["name"] = words("Enter the name of your colleague")
    elif len(named) > LONGEST_NAME:
        found["name"] = words("Use up to {count} letters for the name", count=LONGEST_NAME)
    elif any(other.name.casefold() == named.casefold() for other in others):
        # two people whom no history could tell apart
        found["name"] = words("Somebody of that name works here already. Add an initial")
    if role not in ROLES:
        found["role"] = words("Select the work of your colleague")
    return found


def may_lead(worker: Worker, people: Sequence[Worker]) -> bool:
    """Whether this person may give and take away ways in: a lead, or anybody while nobody here is one.

    Everybody in a vault can read all of it; this keeps order, it is no wall.
    """
    return worker.role in LEADS or not any(other.role in LEADS for other in people)


def may_erase(worker: Worker, people: Sequence[Worker]) -> bool:
    """Whether this person may erase a record for good: a lead, or somebody who works alone."""
    return worker.role in LEADS or [other.uid for other in people] == [worker.uid]
