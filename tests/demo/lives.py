"""Made-up lives to try a silence detector on, from a process that knows nothing of its rule.

A worker plans the next contact, tries, tries again; a client answers when she can. Some are at some time controlled
by the person who harms them: then they answer little, at other hours, never ring in, now and then send a short
"all fine". Around them happens what looks like silence and is none: holidays told and untold, a worker on leave, a
broken phone, support that winds down, cases that end, contacts nobody typed up. Whether somebody was controlled on a
day is known here and nowhere in the records.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field

from caseworker.domain.silence import Past

WORKERS, CASES, DAYS, WARM_UP = 14, 24, 200, 60
CADENCE = {
    "high": 4.0,
    "medium": 8.0,
    "standard": 14.0,
}  # days between planned contacts, the middle of each grade
ONSET = {"high": 1 / 160, "medium": 1 / 400, "standard": 1 / 900}  # a day


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the record: reached or not, how, and what was agreed for next time."""

    day: int
    hour: int
    met: bool
    outcome: str  # of list ``contact_outcome``
    method: str = "TEL"
    planned: int | None = None


@dataclass(slots=True)
class Life:
    worker: int
    grade: str
    first: int
    last: int  # the last day of support
    events: list[Event] = field(default_factory=list)
    controlled: list[tuple[int, int]] = field(default_factory=list)  # first and last day, both included

    def is_controlled(self, day: int) -> bool:
        return any(first <= day <= last for first, last in self.controlled)


def lives(seed: int, workers: int = WORKERS, cases: int = CASES, days: int = DAYS) -> list[Life]:
    """The clients of a service over that many days: each worker has so many places, and a new client for each that
    ends.
    """
    draw = random.Random(f"lives-{seed}")
    found = []
    for worker in range(workers):
        leave = _leave(draw, days)
        for _ in range(cases):
            day = -draw.randrange(10, 120)
            while day < days:
                life = _life(draw, worker, day, days, leave)
                found.append(life)
                day = life.last + draw.randrange(1, 15)
    return found


def past_on(life: Life, day: int) -> Past:
    """What the record says of that client on the morning of that day."""
    met: list[int] = []
    missed: set[int] = set()
    since: list[Event] = []
    planned, cut_short = None, False
    for event in life.events:
        if event.day >= day:
            break
        if event.met:
            if not met or met[-1] != event.day:
                met.append(event.day)
            planned, cut_short = event.planned, event.outcome == "CUS"
            missed |= {one.day for one in since}
            since = []
        else:
            since.append(event)
    if not met:
        return Past(())
    since = [event for event in since if event.day > met[-1] or not event.met]
    return Past(
        tuple(met),
        len(since),
        len({event.day for event in since}),
        len(missed - set(met)),
        cut_short,
        any(event.outcome in ("WPA", "NUM") for event in since),
        life.grade,
        planned,
    )


def _leave(draw: random.Random, days: int) -> list[tuple[int, int]]:
    """Days on which the worker is away and nobody tries."""
    found = []
    for _ in range(max(1, days // 90)):
        first = draw.randrange(0, days)
        found.append((first, first + draw.choice((4, 7, 9, 14))))
    return found


def _life(draw: random.Random, worker: int, first: int, days: int, leave: list[tuple[int, int]]) -> Life:
    grade = draw.choices(("high", "medium", "standard"), (45, 33, 22))[0]
    length = max(10, round(draw.lognormvariate(math.log(84), 0.7)))
    life = Life(worker, grade, first, min(first + length, days))
    cadence = CADENCE[grade] * draw.lognormvariate(0, 0.45)
    regular = draw.choice((1.5, 3.0, 8.0))  # some are seen every Tuesday, some when there is something
    answers = min(0.95, max(0.2, draw.betavariate(5, 3)))
    good_hours = draw.choice((range(9, 12), range(12, 15), range(9, 17), range(9, 17), range(15, 18)))
    rings_in = draw.choice((0.0, 0.0, 0.01, 0.03))
    _take_control(draw, life)
    away = _times_away(draw, life)
    broken = [
        (day, day + draw.randrange(3, 9)) for day in range(life.first, life.last) if draw.random() < 0.003
    ]
    winds_down = life.last - draw.randrange(0, 40) if draw.random() < 0.35 else life.last + 1
    due, tries = life.first, 0
    for day in range(life.first, life.last + 1):
        out = day_is_in(leave, day) or day % 7 > 4
        held = life.is_controlled(day)
        ramp = _ramp(life, day)
        gone = day_is_in([span for span, _ in away], day) or day_is_in(broken, day)
        if not held and not gone and draw.random() < rings_in:
            _write(draw, life, Event(day, draw.randrange(9, 17), True, "COM"))
            due, tries = day + _step(draw, cadence, regular, day, winds_down), 0
            continue
        if held and draw.random() < 0.012:
            _write(draw, life, Event(day, draw.randrange(9, 13), True, "COM", "SMS"))
        if day < due or out:
            continue
        hour = draw.choice(range(9, 17))
        chance = answers * (1.15 if hour in good_hours else 0.75)
        if gone:
            chance = 0.04
        if held:
            chance = chance * ramp * (1.6 if hour in (10, 11) else 0.8)
        if draw.random() < chance:
            step = _step(draw, cadence, regular, day, winds_down)
            trip = next(
                (last for (begin, last), told in away if told and day <= begin <= day + step + 5), None
            )
            planned = trip + draw.randrange(1, 4) if trip else day + step if draw.random() < 0.5 else None
            short = held or any(day < begin <= day + 6 for begin, _ in life.controlled)
            unsafe = draw.random() < (0.2 if short else 0.006)
            _write(draw, life, Event(day, hour, True, "CUS" if unsafe else "COM", planned=planned))
            due, tries = (planned or day + step), 0
        else:
            wrong = draw.random() < (0.06 if held else 0.015)
            outcome = "WPA" if wrong else draw.choice(("NOA", "NOA", "NOA", "VMN", "VML"))
            _write(draw, life, Event(day, hour, False, outcome))
            tries += 1
            # After three tries in a row people wait until the usual time comes round again.
            due = day + (draw.randrange(1, 4) if tries % 3 else max(3, round(cadence)))
    return life


def _take_control(draw: random.Random, life: Life) -> None:
    day = life.first + 7
    while day < life.last:
        if draw.random() < ONSET[life.grade]:
            end = min(life.last, day + draw.randrange(20, 90))
            life.controlled.append((day, end))
            day = end + 30
        day += 1


def _ramp(life: Life, day: int) -> float:
    """How much of the usual answering is left: control closes in over a week."""
    for first, last in life.controlled:
        if first <= day <= last:
            return max(0.12, 1 - (day - first) / 7)
    return 1.0


def _times_away(draw: random.Random, life: Life) -> list[tuple[tuple[int, int], bool]]:
    """Holidays, illness, a stay with family: (first and last day, whether the worker was told)."""
    found = []
    for day in range(life.first, life.last):
        if draw.random() < 1 / 130:
            found.append(((day, day + draw.choice((5, 7, 7, 10, 14, 14, 21))), draw.random() < 0.5))
    return found


def _step(draw: random.Random, cadence: float, regular: float, day: int, winds_down: int) -> int:
    wide = cadence * (2.2 if day >= winds_down else 1.0)
    return max(1, round(draw.gammavariate(regular, wide / regular)))


def _write(draw: random.Random, life: Life, event: Event) -> None:
    """One in thirty is never typed up."""
    if draw.random() > 1 / 30:
        life.events.append(event)


def day_is_in(spans: list[tuple[int, int]], day: int) -> bool:
    return any(first <= day <= last for first, last in spans)
