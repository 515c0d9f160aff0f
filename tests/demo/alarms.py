"""What two rules would have raised, day by day, on made-up lives: the detector, and fourteen days for everybody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from caseworker.domain import silence
from caseworker.domain.silence import Past
from tests.demo.lives import CASES, DAYS, WARM_UP, WORKERS, lives, past_on

FIXED_DAYS = 14
SOON = 21  # days: an alarm later than that after the beginning found nothing

Score = Callable[[Past, int], float]


@dataclass(frozen=True, slots=True)
class Raised:
    """One alarm: of whom, on which day, and whether it found what was planted."""

    life: int
    day: int
    score: float


@dataclass(frozen=True, slots=True)
class Outcome:
    planted: int
    found: int
    alarms: int
    false: int
    delays: tuple[int, ...]  # days from the beginning to the alarm
    worker_days: int

    @property
    def rate(self) -> float:
        return self.found / self.planted

    @property
    def false_a_worker_a_day(self) -> float:
        return self.false / self.worker_days


class Trial:
    """A service watched for some months, with the score that both rules would give each silence each morning."""

    def __init__(self, seed: int, workers: int = WORKERS, cases: int = CASES, days: int = DAYS) -> None:
        self.lives = lives(seed, workers, cases, days)
        self.workers, self.days = workers, days
        self.worker_days = workers * (days - WARM_UP) * 5 // 7
        # (life, last day met) -> (day, score) whenever the score reached a new height
        self.fixed: dict[tuple[int, int], list[tuple[int, float]]] = {}
        self.judged: dict[tuple[int, int], list[tuple[int, float]]] = {}
        self.shown: list[Raised] = []
        self._watch()

    def _watch(self) -> None:
        standing: set[tuple[int, int]] = set()
        for day in range(WARM_UP, self.days):
            if day % 7 > 4:
                continue
            pasts = {
                n: past_on(life, day) for n, life in enumerate(self.lives) if life.first < day <= life.last
            }
            service = silence.usual(pasts.values())
            by_worker: dict[int, list[tuple[int, silence.Silence]]] = {}
            for n, past in pasts.items():
                if not past.met:
                    continue
                key = (n, past.met[-1])
                _rise(self.fixed, key, day, float(day - past.met[-1]))
                found = silence.judge(past, day, service)
                if found is not None:
                    _rise(self.judged, key, day, found.score)
                    by_worker.setdefault(self.lives[n].worker, []).append((n, found))
            for of_worker in by_worker.values():
                for n, found in silence.pressing(of_worker):
                    key = (n, found.past.met[-1])
                    if key not in standing:
                        standing.add(key)
                        self.shown.append(Raised(n, day, found.score))

    def outcome(self, raised: list[Raised], soon: int = SOON) -> Outcome:
        planted = [
            (n, span) for n, life in enumerate(self.lives) for span in life.controlled
            if WARM_UP <= span[0] < self.days - 21 and span[1] - span[0] >= 10
        ]  # fmt: skip
        delays = []
        for n, (first, last) in planted:
            days = [one.day for one in raised if one.life == n and first < one.day <= min(last, first + soon)]
            if days:
                delays.append(min(days) - first)
        false = sum(not self.lives[one.life].is_controlled(one.day) for one in raised)
        return Outcome(len(planted), len(delays), len(raised), false, tuple(sorted(delays)), self.worker_days)

    def after_fixed_days(self, days: int = FIXED_DAYS) -> list[Raised]:
        """The rule to beat: so many days without contact, whoever it is."""
        return _above(self.fixed, float(days))

    def after_days_with_no_fewer_alarms(self, alarms: int) -> tuple[int, list[Raised]]:
        """The most days for everybody that still raise at least that many: the other rule has the advantage."""
        days = FIXED_DAYS
        while len(self.after_fixed_days(days + 1)) >= alarms:
            days += 1
        return days, self.after_fixed_days(days)

    def with_as_many_alarms(self, alarms: int) -> list[Raised]:
        """The detector with its bar set so that it raises no more than that many."""
        heights = sorted((path[-1][1] for path in self.judged.values()), reverse=True)
        return [] if alarms < 1 else _above(self.judged, heights[min(alarms, len(heights)) - 1])


def _rise(
    paths: dict[tuple[int, int], list[tuple[int, float]]], key: tuple[int, int], day: int, score: float
) -> None:
    path = paths.setdefault(key, [])
    if not path or score > path[-1][1]:
        path.append((day, score))


def _above(paths: dict[tuple[int, int], list[tuple[int, float]]], bar: float) -> list[Raised]:
    found = []
    for (life, _), path in paths.items():
        first = next(((day, score) for day, score in path if score >= bar), None)
        if first is not None:
            found.append(Raised(life, *first))
    return found
