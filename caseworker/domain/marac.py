"""MARAC: by which route a case goes, whether it is a repeat, what its paper must say, and by when it is heard.

The person causing harm is never told. Consent is preferred and not required; without it the reason is recorded.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from unicodedata import combining, normalize

from caseworker.domain import codes
from caseworker.domain.incidents import Incident, qualifies
from caseworker.domain.when import iso_date, months_later, show_date
from caseworker.words import Words, words

FLAG_MONTHS = 12  # how long a case stays flagged and tagged
HEARD_WITHIN = 14  # days from sending
LOCKED_AFTER = 24 * 3600  # seconds from the typing; later changes need a reason
LONGEST_TEXT = 2_000

CODED = {
    "area": "marac_area",
    "victim_aware": "yes_no",
    "consent": "yes_no",
    "wants_police": "yes_no",
    "pregnancy": "pregnancy",
    "interpreter": "interpreter",
    "language": "language",
    "outcome": "marac_outcome",
}
TEXTS = (
    "perpetrator", "override_reason", "police_reason", "wishes", "referred_elsewhere", "safe_to_reach", "landlord",
    "occupation", "gp", "diversity", "manager",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MaracReferral:
    """One referral and its paper. Texts may hold one of the five kinds of missing instead of words."""

    id: int | None
    uid: str
    client_id: int
    episode_id: int | None = None
    answer_set_id: int | None = None  # the signed risk assessment it rests on
    area: str = "NA-ASK"  # list ``marac_area``
    criteria: str = ""  # comma-separated codes of list ``marac_criterion``
    incident_on: str = ""  # ISO date of the incident that brought it
    perpetrator: str = ""
    is_repeat: bool = False  # set by storage
    last_referred: str = ""  # ISO date of the one before, here or elsewhere
    victim_aware: str = "NA-ASK"
    consent: str = "NA-ASK"
    override_reason: str = ""  # why it goes without consent
    wants_police: str = "NA-ASK"  # whether the client wants to speak to the police
    police_reason: str = ""
    wishes: str = ""  # what the client wants to happen
    referred_elsewhere: str = ""
    safe_to_reach: str = ""  # how partners may reach the client
    language: str = "NA-ASK"
    interpreter: str = "NA-ASK"
    landlord: str = ""
    occupation: str = ""
    gp: str = ""
    pregnancy: str = "NA-ASK"
    diversity: str = ""
    manager: str = ""  # who signed it off
    signed_off: str = ""  # ISO date
    sent: str = ""  # ISO date
    heard: str = ""  # ISO date
    outcome: str = "NA-NAP"
    told: str = ""  # ISO date the client was told what came of it
    recorded: int = 0  # epoch seconds, set by storage
    worker_id: int | None = None  # author, set by storage
    withdrawn: int = 0  # taken back as a mistake, epoch seconds; 0: it stands

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be kept, also half-filled: field -> sentence."""
        found: dict[str, Words] = {}
        for name, list_name in CODED.items():
            if not codes.accepts(list_name, getattr(self, name)):
                found[name] = words("Choose an answer from the list")
        routes = criteria(self)
        if any(route not in codes.get("marac_criterion") for route in routes) or len(set(routes)) != len(
            routes
        ):
            found["criteria"] = words("Choose why the case goes to MARAC from the list")
        for name in TEXTS:
            if len(getattr(self, name)) > LONGEST_TEXT:
                found[name] = words("Must be {most} characters or fewer", most=LONGEST_TEXT)
        days = {}
        for name in ("incident_on", "last_referred", "signed_off", "sent", "heard", "told"):
            if text := getattr(self, name):
                day = iso_date(text)
                if day is None:
                    found[name] = words("Date must be a real date")
                elif day > today:
                    found[name] = words("Date must be today or in the past")
                else:
                    days[name] = day
        for early, late, sentence in (
            ("sent", "heard", words("It cannot be heard before it was sent")),
            ("heard", "told", words("The client cannot be told before it was heard")),
            ("signed_off", "sent", words("It cannot be sent before a manager signed it off")),
            ("last_referred", "sent", words("The referral before it must be earlier")),
        ):
            if early in days and late in days and days[late] < days[early]:
                found.setdefault(late if early != "last_referred" else early, sentence)
        if self.heard and not self.sent:
            found.setdefault("heard", words("Enter when it was sent first"))
        if self.told and not self.heard and self.outcome in ("heard", "emergency", *codes.MISSING):
            found.setdefault("told", words("Enter when it was heard first"))
        if self.outcome == "heard" and not self.heard:
            found.setdefault("heard", words("Enter the date it was heard"))
        return found

    def paper_problems(self) -> dict[str, Words]:
        """What the paper still lacks before it can be sent: field -> sentence. Empty when it is whole.

        "Not known" and its like are answers to most of it; nobody having asked is not.
        """
        found: dict[str, Words] = {}
        if not criteria(self):
            found["criteria"] = words("Choose why the case goes to MARAC")
        if codes.is_missing(self.area):
            found["area"] = words("Choose which MARAC hears it")
        if not self.incident_on:
            found["incident_on"] = words("Enter the date of the incident that brought it")
        for name, sentence in (
            ("perpetrator", words("Enter who causes the harm, or why that is not known")),
            ("wishes", words("Enter what the client wants to happen")),
            ("safe_to_reach", words("Enter how the client can be reached safely")),
            (
                "referred_elsewhere",
                words("Enter where else the client was referred, or that it does not apply"),
            ),
            ("landlord", words("Enter the landlord, or that it does not apply")),
            ("occupation", words("Enter the client's occupation, or why that is not known")),
            ("gp", words("Enter the client's GP, or why that is not known")),
            (
                "diversity",
                words("Enter what partners should know about the client, or that there is nothing"),
            ),
        ):
            if getattr(self, name).strip() in ("", "NA-ASK"):
                found[name] = sentence
        for name, sentence in (
            ("victim_aware", words("Choose whether the client knows about the referral")),
            ("consent", words("Choose whether the client agrees to it")),
            ("language", words("Choose the client's language")),
            ("interpreter", words("Choose whether an interpreter is needed")),
            ("pregnancy", words("Choose whether the client is pregnant")),
        ):
            if getattr(self, name) == "NA-ASK":
                found[name] = sentence
        if self.wants_police not in ("yes", "no"):
            found["wants_police"] = words("Choose whether the client wants to speak to the police")
        if not self.police_reason.strip():
            found["police_reason"] = words("Enter why the client does or does not want the police")
        if self.consent != "yes" and "consent" not in found and not self.override_reason.strip():
            found["override_reason"] = words("Enter why it goes without the client's consent")
        if self.is_repeat and not self.last_referred:
            found["last_referred"] = words("Enter when the case was last referred")
        if not self.manager.strip():
            found["manager"] = words("Enter who signed it off")
        if not self.signed_off:
            found["signed_off"] = words("Enter the date it was signed off")
        return found


def criteria(referral: MaracReferral) -> tuple[str, ...]:
    return tuple(part for part in referral.criteria.split(",") if part)


def routes(
    *,
    total: int | None = None,
    threshold: int = 14,
    tool_grade: str = "",
    raised_to_high: bool = False,
    escalating: bool = False,
    repeat: bool = False,
    suicide: bool = False,
) -> tuple[str, ...]:
    """Every route by which these facts bring a case to MARAC, in the order of list ``marac_criterion``.

    ``threshold`` is where visible high risk begins in that area; a tool that gives only a grade gives it as
    ``tool_grade``. ``raised_to_high`` is the professional's judgement.
    """
    held = {
        "VHR": tool_grade == "high" or (total is not None and total >= threshold),
        "PJ": raised_to_high,
        "ESC": escalating,
        "REP": repeat,
        "SUI": suicide,
    }
    return tuple(code for code in codes.get("marac_criterion").codes if held[code])


def flag_until(sent: dt.date) -> dt.date:
    """The last day of flag and tag: a further incident up to and on that day is a repeat.

    The same day of the next year, so 365 days later, or 366 where a 29 February lies between.
    """
    return months_later(sent, FLAG_MONTHS)


def is_repeat(sent: dt.date, perpetrator: str, incident: Incident) -> bool:
    """Whether an incident is a repeat after a referral sent on that day: same person, a kind that counts, within
    twelve months to the day, reported or not.

    Where either side does not name the person, or the names may be one person's, it counts: a name left out or
    shortened must not hide a repeat.
    """
    happened = iso_date(incident.happened)
    if happened is None or incident.withdrawn or not qualifies(incident):
        return False
    return sent <= happened <= flag_until(sent) and may_be_same(perpetrator, incident.by_whom)


def lacks_referral(
    found: Iterable[str],
    referrals: Iterable[MaracReferral],
    incidents: Iterable[Incident],
    today: dt.date,
) -> bool:
    """Whether something recorded brings the case to MARAC (``found``: its routes) and nothing takes it there: no paper
    is being written, none was sent within flag and tag, or an incident since the last one repeats it.
    """
    standing = [one for one in referrals if not one.withdrawn]
    if not tuple(found) or any(not one.sent for one in standing):
        return False
    sent = max(
        ((day, one) for one in standing if (day := iso_date(one.sent))), key=lambda it: it[0], default=None
    )
    if sent is None or today > flag_until(sent[0]):
        return True
    return any(
        is_repeat(sent[0], sent[1].perpetrator, one) and (iso_date(one.happened) or sent[0]) > sent[0]
        for one in incidents
    )


def repeats(earlier: Iterable[MaracReferral], incident: Incident) -> MaracReferral | None:
    """The latest earlier referral of that client which the incident repeats; None when it is a new case."""
    found = [
        one
        for one in earlier
        if one.client_id == incident.client_id
        and not one.withdrawn
        and (sent := iso_date(one.sent)) is not None
        and is_repeat(sent, one.perpetrator, incident)
    ]
    return max(found, key=lambda one: one.sent, default=None)


def with_repeat(
    referral: MaracReferral, incidents: Iterable[Incident], earlier: Iterable[MaracReferral]
) -> MaracReferral:
    """Whether it is a repeat, and of which referral: worked out anew at each saving, since the incident's date or
    the person named may have changed.

    ``incidents`` and ``earlier`` are the client's. A referral made elsewhere counts by ``last_referred``.
    """
    if iso_date(referral.incident_on) is None:
        return replace(referral, is_repeat=False)
    # What was recorded of that day about that person; of anything else the kind is unknown, and the unknown counts.
    known = [
        replace(one, by_whom=referral.perpetrator)
        for one in incidents
        if one.happened == referral.incident_on and may_be_same(one.by_whom, referral.perpetrator)
    ] or [Incident(None, "", referral.client_id, referral.incident_on, by_whom=referral.perpetrator)]
    others = [one for one in earlier if referral.id is None or one.id != referral.id]
    found = [one for incident in known if (one := repeats(others, incident)) is not None]
    elsewhere = iso_date(referral.last_referred)
    if found:
        last = max(max(one.sent for one in found), referral.last_referred if elsewhere else "")
        return replace(referral, is_repeat=True, last_referred=last)
    return replace(
        referral,
        is_repeat=elsewhere is not None and any(is_repeat(elsewhere, "", incident) for incident in known),
    )


def may_be_same(one: str, other: str) -> bool:
    """Names as people give them: "Dan P" and "Price, Daniel" may be one person, "Tom" and "Daniel Price" are not.

    Compared by first letters in any order, so that it is rather asked once too often than missed. Who is named by
    what he is to her ("her ex") or not at all may be anybody.
    """
    short, long = sorted((_initials(one), _initials(other)), key=Counter.total)
    return short <= long


def _initials(name: str) -> Counter[str]:
    """How often each letter begins a part of the name; accents, titles and what he is to her left out."""
    if codes.is_missing(name.strip()):
        return Counter()
    plain = normalize("NFKD", name.replace("\u2019", "'")).casefold()
    parts = re.findall(r"[^\W\d_]+", "".join(sign for sign in plain if sign != "'" and not combining(sign)))
    return Counter(part[0] for part in parts if part not in _NO_NAMES)


#: What stands where a name should, or before one.
_NO_NAMES = frozenset((
    "mr", "mrs", "ms", "miss", "mx", "dr", "sir", "the", "a", "an", "my", "her", "his", "their", "ex",
    "former", "current", "new", "old", "not", "known", "unknown", "name", "unnamed", "alleged", "perpetrator",
    "suspect", "person", "somebody", "someone", "man", "woman", "male", "female", "husband", "wife", "spouse",
    "partner", "boyfriend", "girlfriend", "brother", "sister", "father", "mother", "son", "daughter", "uncle",
    "cousin", "stepfather", "dad", "in", "law", "and",
))  # fmt: skip


def hear_by(sent: dt.date) -> dt.date:
    """The last day that is still within two weeks."""
    return sent + dt.timedelta(days=HEARD_WITHIN)


def heard_in_time(referral: MaracReferral) -> bool | None:
    """Whether it was heard within two weeks of sending; None while it was not heard."""
    sent, heard = iso_date(referral.sent), iso_date(referral.heard)
    return None if sent is None or heard is None else heard <= hear_by(sent)


def waits_to_be_heard(referral: MaracReferral) -> bool:
    return (
        bool(referral.sent) and not referral.heard and not referral.withdrawn and referral.outcome == "NA-NAP"
    )


def waits_to_be_told(referral: MaracReferral) -> bool:
    """Heard or ended otherwise, and the client has not been told yet."""
    ended = bool(referral.heard) or referral.outcome in ("not-accepted", "transferred", "emergency")
    return ended and not referral.told and not referral.withdrawn


def said(referral: MaracReferral) -> Words | None:
    """Where it stands, for a chip; None once the client has been told, or when it came to nothing."""
    sent, heard = iso_date(referral.sent), iso_date(referral.heard)
    if waits_to_be_told(referral):
        return (
            words("MARAC heard {date}, tell the client", date=show_date(heard))
            if heard
            else words("MARAC: tell the client")
        )
    if waits_to_be_heard(referral) and sent is not None:
        return words("MARAC by {date}", date=show_date(hear_by(sent)))
    if not referral.sent and not referral.withdrawn and referral.outcome == "NA-NAP":
        return words("MARAC paper to finish")
    return None


def reason_needed(referral: MaracReferral, worker_id: int | None, now: int) -> bool:
    """Whether a change of the paper must say why: a day after typing, once sent, or when somebody else wrote it."""
    return bool(referral.sent) or now - referral.recorded > LOCKED_AFTER or referral.worker_id != worker_id
