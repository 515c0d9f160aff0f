"""Silence: whose rhythm of contact broke, measured by their own past and risk.

Somebody who was reached every four days and has not been for nineteen may be in more danger than somebody who is
reached once a month and has not been for twenty. So no fixed number of days: each client's gaps are set against the
gaps before them, and, where there are few, against those of the whole service. Plain statistics, so that every
alarm can say in words what it rests on. Whoever reads it decides; it never closes, grades or sends anything.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from caseworker.domain import codes, risk
from caseworker.domain.when import iso_date, show_date
from caseworker.words import Words, words

# How many gaps of the whole service weigh as much as one's own, for the usual gap and for how much it varies.
BORROWED_GAPS = 2.0
BORROWED_SPREAD = 6.0
BORROWED_TRIES = 4.0
LATEST_GAPS = 24  # a rhythm of years ago says nothing
LEAST_DAYS = 3  # a weekend is no silence

# Surprise is counted in nats: 0.7 is a toss of a coin, 2.3 one day in ten, 4.6 one in a hundred.
TRIES_COUNT = 0.7  # tries soon after one another fail together
GRADE_ADDS = {"high": 1.0, "medium": 0.4}
CUT_SHORT_ADDS = 1.0
SOMEBODY_ELSE_ADDS = 0.7
ALARM = 3.5
MOST = 6  # alarms a worker at a time: a list that nobody can work through warns nobody

DORMANT_DAYS = 60  # open without contact so long is dormant, a list of its own: no alarm says it any better

LONGEST_NOTE = 500
# Nobody can be put out of sight for good: an alarm comes back, sooner where the risk is high.
LONGEST_ASIDE = {"high": 14}
LONGEST_ASIDE_OTHERS = 28


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of one client's contacts. Days are ordinals (``date.toordinal``)."""

    met: tuple[int, ...]  # days on which they were reached, each once, in order
    tried: int = 0  # calls, messages and visits without an answer since the last of those days
    tried_days: int = 0  # on how many days
    missed_days: int = 0  # days before it on which nobody answered, out of those and ``met``
    cut_short: bool = False  # the last contact ended because it became unsafe
    somebody_else: bool = False  # since then another person answered, or the number was dead
    grade: str = ""
    planned: int | None = None  # the day agreed, when they last spoke, for what comes next

    @property
    def gaps(self) -> list[int]:
        latest = self.met[-LATEST_GAPS - 1 :]
        return [later - earlier for earlier, later in pairwise(latest)]


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual in the whole service; the values here serve while there is too little to learn from."""

    gap: float = math.log(7)  # of days, the middle one
    spread: float = 0.8  # variance of that log
    answered: float = 0.6  # share of days with a try on which somebody was reached


@dataclass(frozen=True, slots=True)
class Silence:
    """One alarm. ``score``: how surprising, the more the more pressing. ``usual_days``: their own usual gap, or the
    service's where they have been reached too seldom to have one.
    """

    score: float
    days: int
    usual_days: int
    past: Past

    def reasons(self) -> tuple[Words, ...]:
        """What it rests on, one short sentence each, the plainest first."""
        found = [words("Not reached for {days} days", days=self.days)]
        if _is_new(self.past):
            found.append(
                words("Others in this service are reached about every {days} days", days=self.usual_days)
            )
        elif self.usual_days == 1:
            found.append(words("Until then usually reached every day"))
        else:
            found.append(words("Until then usually reached every {days} days", days=self.usual_days))
        if self.past.tried == 0:
            found.append(words("No try has been logged since"))
        elif self.past.tried == 1:
            found.append(words("1 try was not answered"))
        else:
            found.append(words("{n} tries were not answered", n=self.past.tried))
        if self.past.somebody_else:
            found.append(words("Somebody else answered, or the number was dead"))
        if self.past.cut_short:
            found.append(words("The last contact was cut short because it became unsafe"))
        if self.past.grade in ("high", "medium"):
            found.append(risk.said(self.past.grade))
        return tuple(found)


def usual(pasts: Iterable[Past]) -> Usual:
    """What is usual among these clients; the fallback where they are too few to say."""
    logs: list[float] = []
    within = 0.0
    freedom = met = missed = 0
    for past in pasts:
        own = [math.log(gap) for gap in past.gaps]
        logs += own
        if len(own) > 1:
            mean = sum(own) / len(own)
            within += sum((one - mean) ** 2 for one in own)
            freedom += len(own) - 1
        met += len(past.met)
        missed += past.missed_days
    plain = Usual()
    if len(logs) < 30 or freedom < 20:
        return plain
    return Usual(
        sum(logs) / len(logs),
        max(0.1, within / freedom),
        min(0.95, met / (met + missed)) if met else plain.answered,
    )


def judge(past: Past, today: int, service: Usual) -> Silence | None:
    """How surprising the present silence is; None for somebody never reached (that is a wait, not a silence) or
    reached within the last days.
    """
    if not past.met:
        return None
    days = today - past.met[-1]
    if days < LEAST_DAYS:
        return None
    own = [math.log(gap) for gap in past.gaps]
    held = BORROWED_GAPS + len(own)
    gap = (BORROWED_GAPS * service.gap + sum(own)) / held
    spread = (BORROWED_SPREAD * service.spread + sum((one - gap) ** 2 for one in own)) / (
        BORROWED_SPREAD + len(own)
    )
    long = _long(past, days, today, math.exp(gap))
    deviation = (math.log(long) - gap) / math.sqrt(spread * (1 + 1 / held))
    score = -math.log(max(1e-12, 0.5 * math.erfc(deviation / math.sqrt(2))))
    tries = BORROWED_TRIES + len(past.met) + past.missed_days
    answered = (BORROWED_TRIES * service.answered + len(past.met)) / tries
    score -= TRIES_COUNT * past.tried_days * math.log(1 - answered)
    score += GRADE_ADDS.get(past.grade, 0.0)
    score += CUT_SHORT_ADDS * past.cut_short + SOMEBODY_ELSE_ADDS * past.somebody_else
    # What is said is a count anybody can check in the record; what is judged leans on the service.
    shown = math.exp(service.gap) if _is_new(past) else statistics.median(past.gaps)
    return Silence(score, days, max(1, round(shown)), past)


def _is_new(past: Past) -> bool:
    return len(past.met) < 3


def _long(past: Past, days: int, today: int, gap: float) -> float:
    """How long the silence counts: one that was agreed upon counts as a usual gap up to the day agreed."""
    if past.planned is None or past.planned <= past.met[-1]:
        return float(days)
    return max(1.0, min(float(days), gap + max(0, today - past.planned)))


def is_alarm(silence: Silence) -> bool:
    """Whether it is surprising enough to say, and not so old that the case is dormant."""
    return silence.score >= ALARM and silence.days < DORMANT_DAYS


def pressing(found: Iterable[tuple[int, Silence]]) -> list[tuple[int, Silence]]:
    """(client, silence) worth a worker's attention, most pressing first, no more than one person can act on."""
    worth = [one for one in found if is_alarm(one[1])]
    return sorted(worth, key=lambda one: (-one[1].score, one[0]))[:MOST]


@dataclass(frozen=True, slots=True)
class Aside:
    """Why an alarm is set aside, and until when. It ends sooner, with the next contact that reaches the client."""

    id: int | None
    uid: str
    client_id: int
    since: int = 0  # the last contact that reached them, epoch seconds: a later one ends this. Set by storage
    reason: str = "NA-ASK"  # list ``silence_reason``
    note: str = ""
    until: str = ""  # ISO date, the day to look again
    recorded: int = 0  # epoch seconds, set by storage
    worker_id: int | None = None  # author, set by storage
    withdrawn: int = 0  # epoch seconds; 0: it stands

    def problems(self, today: dt.date, grade: str = "") -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        if self.reason not in codes.get("silence_reason").valid_on(today):
            found["reason"] = words("Choose why this is set aside")
        if not self.note.strip() and self.reason == "OTH":
            found["note"] = words("Enter why this is set aside")
        elif len(self.note) > LONGEST_NOTE:
            found["note"] = words("Must be {most} characters or fewer", most=LONGEST_NOTE)
        day, last = iso_date(self.until), last_aside(today, grade)
        if not self.until:
            found["until"] = words("Enter the day to look again")
        elif day is None:
            found["until"] = words("Date must be a real date")
        elif not today < day <= last:
            found["until"] = words("Date must be after today, and {last} at the latest", last=show_date(last))
        return found

    def holds(self, last_met: int, today: dt.date) -> bool:
        """Whether the alarm stays aside: nobody reached the client since, and the day to look again has not come."""
        return not self.withdrawn and self.since == last_met and today.isoformat() < self.until


def last_aside(today: dt.date, grade: str) -> dt.date:
    """The latest day to look again, by risk."""
    return today + dt.timedelta(days=LONGEST_ASIDE.get(grade, LONGEST_ASIDE_OTHERS))
