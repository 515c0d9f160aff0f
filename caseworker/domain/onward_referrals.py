"""Onward referrals: to which service, for which need, with whose consent, and what came of it.

Where no service exists that is the answer, and it is kept: gaps nobody writes down are never filled.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from caseworker.domain import codes
from caseworker.domain.lookalikes import seen
from caseworker.domain.services import Service
from caseworker.domain.when import iso_date, show_date
from caseworker.words import Words, words

LONGEST_TEXT = 1_000
NO_SERVICE = "NOS"
REFUGE = "RFG"
_REFUGE_IN_NAME = ("refuge", "refugio", "lloches", "safe house", "safehouse")
NOT_SENT, NONE_EXISTS, SENT, ACCEPTED, STARTED, REFUSED = (
    "not_sent", "none_exists", "sent", "accepted", "started", "refused",
)  # fmt: skip
CODED = {
    "need": "need",
    "service_type": "service_type",
    "consent": "onward_consent",
    "reason": "need_unmet_reason",
}
DAYS = ("sent", "accepted", "started", "refused")


@dataclass(frozen=True, slots=True)
class OnwardReferral:
    """``service_id`` None: there was no service to send it to, and ``reason`` says why."""

    id: int | None
    uid: str
    client_id: int
    service_id: int | None = None
    service_type: str = "NA-NAP"  # as the service map had it then; what was looked for where there is none
    need: str = "NA-ASK"
    consent: str = "NA-ASK"  # list ``onward_consent``: to share this with that service
    override_reason: str = ""  # why it went without consent
    sent: str = ""  # ISO dates
    accepted: str = ""
    started: str = ""
    refused: str = ""
    reason: str = "NA-NAP"  # list ``need_unmet_reason``: why refused, or why there is none
    note: str = ""
    episode_id: int | None = None
    recorded: int = 0  # epoch seconds, set by storage
    worker_id: int | None = None  # author, set by storage
    withdrawn: int = 0  # taken back as a mistake, epoch seconds; 0: it stands

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        for name, list_name in CODED.items():
            if not codes.accepts(list_name, getattr(self, name)):
                found[name] = words("Choose an answer from the list")
        if self.need == "NA-ASK":
            found["need"] = words("Choose the need it is for")
        for name in ("override_reason", "note"):
            if len(getattr(self, name)) > LONGEST_TEXT:
                found[name] = words("Must be {most} characters or fewer", most=LONGEST_TEXT)
        found |= self._day_problems(today)
        if self.service_id is None:
            if codes.is_missing(self.reason):
                found.setdefault("reason", words("Choose why there is no service to refer to"))
            if any(getattr(self, name) for name in DAYS):
                found["service_id"] = words("Choose the service it went to")
            return found
        if (
            self.sent
            and "consent" not in found
            and self.consent != "given"
            and not self.override_reason.strip()
        ):
            found["override_reason"] = words("Enter why it goes without the client's consent")
        if self.refused and codes.is_missing(self.reason):
            found.setdefault("reason", words("Choose why the service did not take the client"))
        return found

    def _day_problems(self, today: dt.date) -> dict[str, Words]:
        found: dict[str, Words] = {}
        days: dict[str, dt.date] = {}
        for name in DAYS:
            if text := getattr(self, name):
                day = iso_date(text)
                if day is None:
                    found[name] = words("Date must be a real date")
                elif day > today:
                    found[name] = words("Date must be today or in the past")
                else:
                    days[name] = day
        for name in ("accepted", "started", "refused"):
            if getattr(self, name) and not self.sent:
                found.setdefault(name, words("Enter when it was sent first"))
        for early, late, sentence in (
            ("sent", "accepted", words("It cannot be accepted before it was sent")),
            ("sent", "started", words("It cannot start before it was sent")),
            ("accepted", "started", words("It cannot start before it was accepted")),
            ("sent", "refused", words("It cannot be refused before it was sent")),
        ):
            if early in days and late in days and days[late] < days[early]:
                found.setdefault(late, sentence)
        if self.started and self.refused:
            found.setdefault("refused", words("It started, so it cannot have been refused"))
        return found


def state(referral: OnwardReferral) -> str:
    """Where it stands: not_sent, none_exists, sent, accepted, started or refused."""
    if referral.service_id is None:
        return NONE_EXISTS
    if referral.refused:
        return REFUSED
    if referral.started:
        return STARTED
    if referral.accepted:
        return ACCEPTED
    return SENT if referral.sent else NOT_SENT


def waited(referral: OnwardReferral, today: dt.date) -> int | None:
    """Calendar days from sending until help started or was refused, or until today; None while not sent."""
    sent = iso_date(referral.sent)
    if sent is None or referral.service_id is None:
        return None
    end = iso_date(referral.started) or iso_date(referral.refused) or today
    return (end - sent).days


def sentence(referral: OnwardReferral, today: dt.date) -> Words:
    """Where it stands and for how long, in words."""
    now = state(referral)
    reason = codes.get("need_unmet_reason").label(referral.reason)
    if now == NONE_EXISTS:
        if referral.reason == NO_SERVICE:
            return words("No service exists here")
        return words("No service to refer to: {reason}", reason=reason.lower())
    if now == NOT_SENT:
        if referral.consent == "refused":
            return words("Not sent: the client did not agree")
        if referral.consent == "withdrawn":
            return words("Not sent: the client no longer agrees")
        return words("Not sent yet")
    sent = show_date(dt.date.fromisoformat(referral.sent))
    days = waited(referral, today) or 0
    if not days:
        return _same_day(now, sent, reason)
    wait = _days(days)
    if now == REFUSED:
        return words(
            "Sent {date}, refused after {wait}: {reason}", date=sent, wait=wait, reason=reason.lower()
        )
    if now == STARTED:
        return words("Sent {date}, started after {wait}", date=sent, wait=wait)
    if now == ACCEPTED:
        return words("Sent {date}, accepted, waiting for {wait}", date=sent, wait=wait)
    return words("Sent {date}, no answer for {wait}", date=sent, wait=wait)


def _same_day(now: str, sent: str, reason: str) -> Words:
    if now == REFUSED:
        return words("Sent {date}, refused the same day: {reason}", date=sent, reason=reason.lower())
    if now == STARTED:
        return words("Sent {date}, started the same day", date=sent)
    if now == ACCEPTED:
        return words("Sent {date}, accepted the same day", date=sent)
    return words("Sent {date}, no answer yet", date=sent)


def unmet(referrals: Iterable[OnwardReferral]) -> dict[str, str]:
    """Need -> why it stays unmet, for needs whose referrals were all refused or went nowhere: the newest reason.

    ``referrals`` newest first. One that is still on its way, or started, says that something is being done.
    """
    found: dict[str, str] = {}
    helped: set[str] = set()
    for one in referrals:
        if one.withdrawn:
            continue
        if state(one) in (NONE_EXISTS, REFUSED):
            found.setdefault(one.need, one.reason)
        else:
            helped.add(one.need)
    return {need: reason for need, reason in found.items() if need not in helped}


def may_be_named(referral: OnwardReferral, service: Service | None) -> bool:
    """Whether what leaves the record may say which service it is, and hold the words of the note: not where it is a
    refuge, was or became one, or may be one for all anybody said.
    """
    kinds = [referral.service_type, *([service.kind] if service is not None else [])]
    if REFUGE in kinds or any(map(codes.is_missing, kinds)):
        return False
    return service is None or not any(
        map(_as_read(f"{service.name} {service.provider}").count, _REFUGE_IN_NAME)
    )


def _as_read(name: str) -> str:
    """Lower case, without accents and without what nobody sees, words a single space apart."""
    parted = unicodedata.normalize("NFKD", seen(name))
    return " ".join("".join(sign for sign in parted if not unicodedata.combining(sign)).casefold().split())


def called(referral: OnwardReferral, service: Service | None) -> Words | str:
    """The service as the chronology names it: a refuge never by its name."""
    if referral.service_type == REFUGE:
        return words("a refuge")
    if service is not None and may_be_named(referral, service):
        return service.name
    if codes.is_missing(referral.service_type):
        return words("another service")
    return words("another service ({kind})", kind=codes.get("service_type").label(referral.service_type))


def _days(n: int) -> Words:
    return words("1 day") if n == 1 else words("{n} days", n=n)
