"""Contacts: every call, visit or message with a client or about them, tried or made.

A contact is corrected by amending it with a reason; what it said before stays in its history. One logged by
mistake is withdrawn, never removed: it stays in the history and is counted nowhere.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from caseworker.domain import codes
from caseworker.domain.when import epoch, local
from caseworker.words import Words, words

# domain.md 2.6, strict: whatever is in neither set (did not attend, cancelled, sent ...) is neither.
ATTEMPTED = frozenset({"NOA", "VML", "VMN", "WPA", "NUM", "BNC", "RTS"})
TWO_WAY = frozenset({"COM", "PAR", "CUS"})
# Kinds in which the client takes part; only these make a person "supported in the period" (domain.md 4.3).
COUNTING_KINDS = frozenset({"CLI", "CHI", "THR", "GRP", "CRT", "CRI"})
# Kinds that say whether the client was reached: the ones above, and plain attempts.
CLIENT_KINDS = COUNTING_KINDS | {"ATT"}
# Nobody answers a letter there and then, and a message passed on was heard by somebody else.
NEVER_TWO_WAY_METHODS = frozenset({"LET", "POST-IN", "3P"})

LONGEST_MINUTES = 24 * 60
CLOCK_SLACK = 5 * 60  # seconds: laptop clocks differ a little
LATE_AFTER = 24 * 3600  # seconds from the event to the typing; later is marked as a late entry
LOCKED_AFTER = 24 * 3600  # seconds from the typing; later changes need a reason
LONGEST_NOTE = 20_000  # characters
LONGEST_TEXT = 500

_VOICE = {"COM", "PAR", "CUS", "NOA", "WPA", "REF", "RES", "CAC", "CAS", "DNA"}
_WRITTEN = {"COM", "PAR", "CUS", "NOA", "WPA", "REF", "RES", "CAC", "CAS", "BNC", "SNT", "RCV"}
_IN_PERSON = {"COM", "PAR", "CUS", "NOA", "WPA", "REF", "RES", "CAC", "CAS", "DNA"}
_BY_METHOD: dict[str, set[str]] = {
    "TEL": _VOICE | {"VML", "VMN", "NUM", "RCV"},
    "VID": _VOICE,
    "SMS": _WRITTEN | {"NUM"},
    "MSG": _WRITTEN,
    "EML": _WRITTEN,
    "CHAT": _WRITTEN | {"DNA"},
    "LET": {"SNT", "RTS"},
    "POST-IN": {"RCV", "REF"},
    "3P": {"SNT", "RCV", "NOA", "REF", "RES", "CAC"},
}
_SESSION = {"COM", "PAR", "CUS", "DNA", "REF", "CAC", "CAS", "RES"}
_BY_KIND: dict[str, set[str]] = {
    "ATT": set(ATTEMPTED) | {"SNT"},
    "GRP": _SESSION,
    "THR": _SESSION,
    "CRT": _SESSION,
    "PRO": {"COM", "PAR", "NOA", "VML", "NUM", "BNC", "RTS", "DNA", "CAC", "CAS", "RES", "REF", "SNT", "RCV"},
    "MTG": {"COM", "PAR", "DNA", "CAC", "CAS", "RES"},
    "ADM": {"COM", "SNT", "RCV"},
    "SUP": {"COM", "PAR", "CAC", "CAS", "RES"},
    "ANO": {"COM", "PAR", "RCV"},
}
# These may leave the outcome as "does not apply": nobody was being reached.
_OUTCOME_OPTIONAL = frozenset({"PRO", "MTG", "ADM", "SUP", "ANO"})


@dataclass(frozen=True, slots=True)
class Contact:
    id: int | None
    uid: str
    client_id: int | None  # None: anonymous
    episode_id: int | None
    at: int  # when it happened, epoch seconds
    kind: str = "CLI"
    method: str = "TEL"
    outcome: str = "COM"
    direction: str = "out"  # out, in
    minutes: int = 0
    travel_minutes: int = 0
    waiting_minutes: int = 0
    present: str = ""
    interpreter: str = "NA-NAP"
    safe_checked: bool = False  # the safe-contact panel was on screen when it was logged
    override_reason: str = ""  # why it was safe outside the safe hours
    category: str = "PRACTICAL"  # list ``note_category``
    note: str = ""
    recorded: int = 0  # when it was typed, epoch seconds, set by storage
    worker_id: int | None = None  # author, set by storage
    amended: int = 0  # how often
    withdrawn: int = 0  # when it was taken back as a mistake, epoch seconds; 0: it stands. Set by storage
    sealed: int = 0  # when this version was signed, epoch seconds; 0: not yet. Set by storage

    def problems(self, now: dt.datetime) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        if self.at > epoch(now) + CLOCK_SLACK:
            found["at"] = words("Time must be in the past")
        elif local(self.at).year < 1970 or self.at < 0:
            found["at"] = words("Year must be {year} or later", year=1970)
        for name, list_name, sentence in (
            ("kind", "contact_kind", words("Choose who the contact was with")),
            ("method", "contact_method", words("Choose how you made contact")),
            ("direction", "direction", words("Choose who made contact")),
            ("category", "note_category", words("Choose what the note is about")),
        ):
            if getattr(self, name) not in codes.get(list_name):
                found[name] = sentence
        if not codes.accepts("interpreter", self.interpreter):
            found["interpreter"] = words("Choose whether an interpreter was there")
        if "kind" not in found and "method" not in found:
            found |= self._outcome_problems()
        if self.kind == "ANO" and self.client_id is not None:
            found["kind"] = words("An anonymous report has no client: choose another kind of contact")
        if self.client_id is None and self.kind != "ANO":
            found["client_id"] = words("Choose the client")
        for name, amount in (
            ("minutes", self.minutes),
            ("travel_minutes", self.travel_minutes),
            ("waiting_minutes", self.waiting_minutes),
        ):
            if not 0 <= amount <= LONGEST_MINUTES:
                found[name] = words("Minutes must be between 0 and {most}", most=LONGEST_MINUTES)
        if is_two_way(self) and self.minutes == 0 and "minutes" not in found:
            found["minutes"] = words("Enter how many minutes it took")
        for name in ("present", "override_reason"):
            if len(getattr(self, name)) > LONGEST_TEXT:
                found[name] = words("Must be {most} characters or fewer", most=LONGEST_TEXT)
        if len(self.note) > LONGEST_NOTE:
            found["note"] = words("Note must be {most} characters or fewer", most=LONGEST_NOTE)
        return found

    def _outcome_problems(self) -> dict[str, Words]:
        if self.outcome == "NA-NAP" and self.kind in _OUTCOME_OPTIONAL:
            return {}
        if self.outcome not in codes.get("contact_outcome"):
            return {"outcome": words("Choose what happened")}
        if self.kind == "ATT" and self.outcome in TWO_WAY:
            return {"outcome": words("An attempt did not reach the client: choose another outcome or kind")}
        if self.method in NEVER_TWO_WAY_METHODS and self.outcome in TWO_WAY:
            return {
                "outcome": words(
                    "A letter or message passed on is not a conversation: choose another outcome"
                )
            }
        if self.direction == "in" and self.outcome in ATTEMPTED and self.outcome != "WPA":
            return {"outcome": words("They made contact, so choose what was said or received")}
        if self.outcome not in allowed_outcomes(self.kind, self.method):
            return {"outcome": words("That cannot happen with this way of contact: choose another outcome")}
        return {}


def is_attempt(contact: Contact) -> bool:
    """An unsuccessful try to reach the client."""
    return contact.kind in CLIENT_KINDS and contact.outcome in ATTEMPTED


def is_two_way(contact: Contact) -> bool:
    """A conversation in which the client took part. Letters, voicemail and messages passed on never are."""
    return (
        contact.kind in COUNTING_KINDS
        and contact.outcome in TWO_WAY
        and contact.method not in NEVER_TWO_WAY_METHODS
    )


def counts(contact: Contact) -> bool:
    """Whether it stands: a withdrawn contact is in the history and in no figure."""
    return not contact.withdrawn


def is_late(contact: Contact) -> bool:
    """Typed more than a day after it happened. Shown beside the entry: courts ask when a note was made."""
    return contact.recorded - contact.at > LATE_AFTER


def is_locked(contact: Contact, now: int) -> bool:
    """Whether its author's day to put it right is over: from then on it is amended, and said to be.

    Counted in seconds, so that a change of the clocks makes it neither longer nor shorter.
    """
    return now - contact.recorded >= LOCKED_AFTER or contact.sealed != 0


def reason_needed(contact: Contact, worker_id: int | None, now: int) -> bool:
    """Whether a change must say why: a day after typing, or when somebody else wrote it."""
    return is_locked(contact, now) or contact.worker_id != worker_id


def default_minutes(method: str, kind: str = "CLI") -> int:
    """Minutes offered before anything is typed (domain.md 2.6: call 10, text 2, in person 60, therapy 50)."""
    if kind == "THR":
        return 50
    return int(codes.get("contact_method").entry(method).facts.get("minutes", 0))


def default_outcome_minutes(method: str, outcome: str, kind: str = "CLI") -> int:
    """As ``default_minutes``, but an attempt takes a minute or two whatever was planned."""
    usual = default_minutes(method, kind)
    return min(2, usual) if outcome not in TWO_WAY else usual


def allowed_outcomes(kind: str, method: str) -> tuple[str, ...]:
    """The outcomes that can happen with that kind and method, in the order of the list."""
    by_method = _BY_METHOD.get(method, _IN_PERSON)
    by_kind = _BY_KIND.get(kind)
    return tuple(
        code
        for code in codes.get("contact_outcome").codes
        if code in by_method and (by_kind is None or code in by_kind)
    )
