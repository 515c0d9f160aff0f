"""Changes to the safe contact, and how they were checked to come from the client.

People who cause harm ring up as the client and "update the number". So a change needs the code word, a call back on
the number held before, a meeting, or a trusted third party. What could not be checked is kept as a claim: it changes
nothing that opens a way to the client, and what was recorded before stays. Stopping needs no proof: a client who says
"he has my phone" is believed at once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from caseworker import canonical
from caseworker.domain import codes
from caseworker.domain.safe_contacts import SafeContact
from caseworker.words import Words, words

UNCHECKED = "NOT"
FIRST_DAY = (
    24 * 3600
)  # seconds from the start of a record in which channels are asked about for the first time
ACCEPTED, REPLACED, REFUSED = "ACC", "REP", "REF"  # how a claim ended
LONGEST_NOTE = 500
# What decides how a client is reached. The rest (who said so, when to ask again) may be put right freely.
DECIDING = (
    "allowed",
    "value",
    "whose",
    "hours",
    "voicemail",
    "code_word",
    "say_as",
    "who_may_answer",
    "note",
)
_STOPS = ("allowed", "voicemail")


@dataclass(frozen=True, slots=True)
class Check:
    """How a change was checked. ``note``: who the third party is, or why nothing could be checked."""

    how: str = ""  # list ``safe_check``
    note: str = ""

    def problems(self, held: Sequence[SafeContact]) -> dict[str, Words]:
        """What stands between the check and the change, given what is recorded: field -> sentence."""
        if self.how not in codes.get("safe_check"):
            return {"checked": words("Choose how you checked that this comes from the client")}
        if len(self.note) > LONGEST_NOTE:
            return {"check_note": words("Must be {most} characters or fewer", most=LONGEST_NOTE)}
        if self.how == "CODE" and not any(one.code_word.strip() for one in held):
            return {
                "checked": words("No code word is recorded, so it cannot have been given: choose another")
            }
        if self.how == "BACK" and not any(_can_be_called(one) for one in held):
            return {"checked": words("No safe number is recorded to call back on: choose another")}
        if self.how == "TRUST" and not self.note.strip():
            return {"check_note": words("Enter the name of the third party")}
        if self.how == UNCHECKED and not self.note.strip():
            return {"check_note": words("Enter why it could not be checked")}
        return {}

    def said(self, why: str = "") -> str:
        """The reason that stands in the history."""
        label = codes.get("safe_check").label(self.how) if self.how in codes.get("safe_check") else ""
        parts = [": ".join(part for part in (label, self.note.strip()) if part), why.strip()]
        return ". ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class SafeClaim:
    """What somebody said about one channel and nobody could check. ``said``: field -> value, as canonical text."""

    id: int | None
    client_id: int
    channel: str
    said: str
    reason: str  # why it could not be checked
    recorded: int = 0
    worker_id: int | None = None
    settled: int = 0  # epoch seconds; 0: it still waits
    outcome: str = ""  # ACC it was the client; REP the client said something else; REF it was not the client

    def fields(self) -> Mapping[str, str]:
        """The fields that would change."""
        return {
            name: str(value)
            for name, value in canonical.load(self.said.encode("ascii"), most=100_000).items()
            if name in DECIDING
        }


def changed(before: SafeContact, after: SafeContact) -> tuple[str, ...]:
    """The deciding fields in which two versions differ."""
    return tuple(name for name in DECIDING if getattr(before, name) != getattr(after, name))


def needs_check(before: SafeContact | None, after: SafeContact, first_answers: bool) -> bool:
    """Whether a change has to be checked. What only stops does not.

    ``first_answers``: the record is being started, so that new channels are what it is started with. Later a new
    channel is as good a way to lead us astray as a new number, and a stop that brings a code word along would give
    whoever rings next the word that opens everything.
    """
    if before is None or (before.allowed == "NA-ASK" and not before.value.strip()):
        if first_answers:
            return False
        before = before or SafeContact(None, after.client_id, after.channel, voicemail=after.voicemail)
        if after.allowed == "no":  # it says which number or address is stopped; nobody is led to it
            before = dataclasses.replace(before, value=after.value, whose=after.whose)
    return bool(changed(stopped(before, after), after))


def stopped(before: SafeContact, after: SafeContact) -> SafeContact:
    """What holds at once whoever said it: the part of a change that closes a way to the client."""
    closing = {
        name: getattr(after, name)
        for name in _STOPS
        if getattr(after, name) == "no" or (getattr(before, name) == "yes" and getattr(after, name) != "yes")
    }
    return dataclasses.replace(before, **closing)


def keeping(before: SafeContact, after: SafeContact) -> SafeContact:
    """A channel that is stopped keeps what nobody said anything about: the number no longer safe stays known."""
    if after.allowed == "yes":
        return after
    unsaid = {
        name: getattr(before, name) for name in DECIDING if getattr(after, name).strip() in ("", "NA-ASK")
    }
    return dataclasses.replace(after, **unsaid)


def claimed(before: SafeContact, after: SafeContact) -> str:
    """What is left of a change that could not be checked, as ``SafeClaim.said`` keeps it."""
    holds = stopped(before, after)
    return canonical.dump({name: getattr(after, name) for name in changed(holds, after)}).decode("ascii")


def _can_be_called(one: SafeContact) -> bool:
    return one.channel == "TEL" and one.allowed == "yes" and bool(one.value.strip())
