"""How made-up cases are mixed: sizes, shares, gaps and timing, read from ``resources/demo``.

All numbers live in the data files, so that a service can bend them without touching code.
"""

from __future__ import annotations

import random
import tomllib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from typing import Any

import resources

PROFILES = ("solo", "provider", "county", "stress")
LONGEST_MONTHS = 60


class Pick:
    """A weighted choice, fast enough to be made millions of times."""

    __slots__ = ("_edges", "_items", "_total")

    def __init__(self, weights: Mapping[Any, float] | Sequence[Sequence[Any]]) -> None:
        pairs = list(weights.items()) if isinstance(weights, Mapping) else [tuple(pair) for pair in weights]
        self._items = [item for item, _ in pairs]
        self._edges = list(accumulate(weight for _, weight in pairs))
        self._total = self._edges[-1]

    def __call__(self, draw: random.Random) -> Any:
        return self._items[bisect_right(self._edges, draw.random() * self._total)]


@dataclass(frozen=True, slots=True)
class Profile:
    """How large a made-up service is."""

    name: str
    workers: int
    contacts: int
    contacts_a_person: float
    months: int
    service: Pick
    services: Mapping[str, float]

    def with_contacts(self, contacts: int) -> Profile:
        """The same service with more contacts: it has gone on for longer, up to five years, then it is busier."""
        months = round(self.months * contacts / self.contacts)
        return replace(self, months=max(self.months, min(LONGEST_MONTHS, months)))


@dataclass(frozen=True, slots=True)
class Service:
    """What the cases of one kind of service look like. Shares in per cent."""

    code: str
    engaged: float
    females: float
    days: tuple[float, float]  # median, 90th percentile of the length of support
    two_way: tuple[float, float]  # mean, negative binomial r
    attempt_share: float
    professional: float
    did_not_attend: float
    therapy: float
    first_try: float
    method: Pick
    source: Pick
    crime: Pick
    age: Pick
    ages: tuple[int, ...]
    closure: Pick
    wait: Pick
    reported: float
    disabled: float
    lgb: float
    hate: Pick | None


@cache
def read(name: str) -> dict[str, Any]:
    """One of the data files: ``names``, ``notes`` or ``mixes``."""
    return tomllib.loads(resources.path("demo", f"{name}.toml").read_text(encoding="utf-8"))


def profile(name: str) -> Profile:
    """The size called that.

    Raises:
        KeyError: there is no such size.
    """
    given = read("mixes")["profile"][name]
    return Profile(
        name,
        given["workers"],
        given["contacts"],
        given["contacts_a_person"],
        given["months"],
        Pick(given["service"]),
        given["service"],
    )


@cache
def service(code: str) -> Service:
    """The mixes of one kind of service; what it does not say is the default."""
    mixes = read("mixes")
    given = mixes["default"] | mixes["service"].get(code, {})
    ages = {int(age): weight for age, weight in given["age"].items()}
    return Service(
        code=code,
        engaged=given["engaged"],
        females=given["females"],
        days=tuple(given["days"]),
        two_way=tuple(given["two_way"]),
        attempt_share=given["attempt_share"],
        professional=given["professional"],
        did_not_attend=given["did_not_attend"],
        therapy=given.get("therapy", 0),
        first_try=given.get("first_try", mixes["timing"]["first_try"]),
        method=Pick(given["method"]),
        source=Pick(given["source"]),
        crime=Pick(given["crime"]),
        age=Pick(ages),
        ages=(*ages, 90),
        closure=Pick(given["closure"]),
        wait=Pick(given["wait"]),
        reported=given["reported"],
        disabled=given["disabled"],
        lgb=given["lgb"],
        hate=Pick(given["hate"]) if "hate" in given else None,
    )
