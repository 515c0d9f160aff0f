"""Consents: one record a decision, never overwritten, and what may be shared with whom now.

Agreeing to share is apart from the lawful ground for keeping a record. Taking agreement back is a decision of its own
that points at the one it ends; it stops what is shared from then on and erases nothing that was.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from caseworker.domain import codes, time_limits
from caseworker.domain.when import date_problem, iso_date
from caseworker.words import Words, words

LONGEST_TEXT = 1_000
ANYONE = "ANY"  # a decision about everybody outside the service

CODED = {
    "purpose": "consent_purpose",
    "recipient": "consent_recipient",
    "decision": "consent_decision",
}
ASKED = {"how": "consent_how", "by_whom": "consent_by", "capacity": "capacity"}


@dataclass(frozen=True, slots=True)
class Consent:
    id: int | None
    uid: str
    client_id: int
    decided: str  # ISO date
    purpose: str  # list ``consent_purpose``
    recipient: str  # list ``consent_recipient``
    decision: str  # list ``consent_decision``
    recipient_name: str = ""  # which agency or person
    scope: str = ""  # what may be shared; of an override what was shared
    how: str = "NA-ASK"  # list ``consent_how``
    by_whom: str = "CLI"  # list ``consent_by``
    capacity: str = "NA-ASK"  # list ``capacity``: able to make this decision
    capacity_note: str = ""
    told: str = ""  # what the client was told
    expires: str = ""  # ISO date, the last day it holds; empty: until taken back
    reason: str = ""  # override: why it was shared without agreement
    ends_id: int | None = None  # taken back: the decision it ends
    episode_id: int | None = None
    reviewed: int = 0  # override: epoch seconds a manager looked at it
    reviewed_by: str = ""
    review_view: str = "NA-NAP"  # list ``review_view``
    review_note: str = ""
    recorded: int = 0  # epoch seconds, set by storage
    worker_id: int | None = None  # author, set by storage
    withdrawn: int = 0  # epoch seconds; 0: it stands. Recorded by mistake; not the client taking it back

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        if not self.decided:
            found["decided"] = words("Enter the date it was decided")
        elif (wrong := date_problem(self.decided, today)) is not None:
            found["decided"] = wrong
        for name, list_name in CODED.items():
            if getattr(self, name) not in codes.get(list_name):
                found[name] = _SAY[name]
        for name, list_name in ASKED.items():
            if not codes.accepts(list_name, getattr(self, name)):
                found[name] = words("Choose an answer from the list")
        if self.recipient == "OTH" and not self.recipient_name.strip():
            found["recipient_name"] = words("Enter who it is")
        if (wrong := date_problem(self.expires)) is not None:
            found["expires"] = wrong
        elif self.expires and self.decided and self.expires < self.decided:
            found["expires"] = words("Date must be the same as or after the day it was decided")
        found |= self._needs_of_decision()
        for name in (
            "recipient_name",
            "scope",
            "capacity_note",
            "told",
            "reason",
            "reviewed_by",
            "review_note",
        ):
            if len(getattr(self, name)) > LONGEST_TEXT:
                found[name] = words("Must be {most} characters or fewer", most=LONGEST_TEXT)
        return found

    def _needs_of_decision(self) -> dict[str, Words]:
        found: dict[str, Words] = {}
        if self.decision == "given" and not self.scope.strip():
            found["scope"] = words("Enter what may be shared")
        if self.decision == "given" and self.capacity == "unable" and self.by_whom == "CLI":
            found["by_whom"] = words("Somebody who is not able to decide cannot agree: choose who did")
        if self.capacity == "unable" and not self.capacity_note.strip():
            found["capacity_note"] = words("Enter why they are not able to make this decision")
        if self.decision == "override":
            if not self.scope.strip():
                found["scope"] = words("Enter what was shared")
            if not self.reason.strip():
                found["reason"] = words("Enter why it was shared without agreement")
            if self.recipient == ANYONE:
                found["recipient"] = words("Choose who it was shared with")
        return found


_SAY = {
    "purpose": words("Choose what it is for"),
    "recipient": words("Choose who it is shared with"),
    "decision": words("Choose what was decided"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds now for one purpose and one recipient, and the decision it rests on.

    ``state``: ``may``, ``may-not`` (refused or taken back), ``expired``.
    """

    consent: Consent
    state: str

    @property
    def may_share(self) -> bool:
        return self.state == "may"


def now_in_force(consents: Iterable[Consent], today: dt.date) -> list[Standing]:
    """What may be shared with whom on that day, one line a purpose and recipient, in the order first decided.

    The latest decision holds. One about anyone outside the service ends every earlier one for its purpose when it is
    a refusal, and gives nobody by name more than was said. Sharing without agreement changes no decision. Whatever is
    not certain is never "may".
    """
    stand = sorted(
        (one for one in consents if not one.withdrawn and one.decision != "override"),
        key=lambda one: (one.decided, one.recorded, one.id or 0),
    )
    ended = {one.ends_id for one in stand if one.decision == "withdrawn" and one.ends_id is not None}
    latest: dict[tuple[str, str, str], Consent] = {}
    for one in stand:
        if one.recipient == ANYONE and one.decision in ("refused", "withdrawn"):
            latest.update({key: one for key in latest if key[0] == one.purpose})
        latest[_key(one)] = one
    found, said = [], set()
    for one in latest.values():
        if one in said:
            continue
        said.add(one)
        found.append(Standing(one, _state(one, ended, today)))
    return found


def ends(consent: Consent, today: dt.date) -> bool:
    """Whether somebody can still take that decision back."""
    expires = iso_date(consent.expires)
    return consent.decision == "given" and not consent.withdrawn and (expires is None or expires >= today)


def review_by(consent: Consent) -> int:
    """The moment by which a manager looks at sharing without agreement, epoch seconds."""
    return consent.recorded + time_limits.seconds("OVERRIDE")


def waits_for_review(consent: Consent) -> bool:
    return consent.decision == "override" and not consent.reviewed and not consent.withdrawn


def _key(consent: Consent) -> tuple[str, str, str]:
    return consent.purpose, consent.recipient, " ".join(consent.recipient_name.casefold().split())


def _state(consent: Consent, ended: set[int], today: dt.date) -> str:
    if consent.decision != "given" or consent.id in ended:
        return "may-not"
    expires = iso_date(consent.expires)
    return "expired" if expires is not None and expires < today else "may"
