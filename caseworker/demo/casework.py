"""What a made-up record holds besides contacts: drawn for each person from a source of their own.

So the people of a seed stay who they are, whatever is drawn about them here.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from caseworker.demo import mixes
from caseworker.demo.mixes import Pick
from caseworker.domain import codes
from caseworker.domain.contacts import Contact, is_two_way
from caseworker.domain.when import local

if TYPE_CHECKING:
    from caseworker.demo.people import Case, Person, World


class Book:
    """The records of one person, in the order in which they are written.

    Until they are written they speak of each other by number: the first referral to MARAC is 1, whoever else has
    one. ``client_id`` is 0; ``episode_id`` is the number of the case.
    """

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self._count: Counter[type] = Counter()

    def add(self, record: Any) -> int:
        """Put a record in; gives its number among those of its kind."""
        self.rows.append(record)
        self._count[type(record)] += 1
        return self._count[type(record)]

    def of(self, kind: type[Any]) -> list[Any]:
        """The records of one kind, first number first."""
        return [row for row in self.rows if type(row) is kind]


class Story:
    """One case, as those see it who draw what belongs to it."""

    def __init__(self, world: World, person: Person, number: int, book: Book, draw: random.Random) -> None:
        self.world = world
        self.person = person
        self.case: Case = person.cases[number - 1]
        self.number = number
        self.book = book
        self.is_first = not book.rows  # the first case in which somebody was spoken to
        self.draw = draw
        self.data = mixes.read("casework")
        episode = self.case.episode
        kind = self.data["kind"].get(episode.service, "HUB")
        if kind == "HUB" and codes.get("crime").group(episode.crime) == "DA":
            kind = "DA"
        self.kind: str = kind  # DA, SV, HUB
        self.talks = sorted(
            (one for one in self.case.contacts if is_two_way(one) and not one.withdrawn),
            key=lambda one: one.at,
        )

    @property
    def planned(self) -> bool:
        """Whether support ended as it was meant to."""
        return self.case.episode.closure_reason in ("CMP", "CMR", "CJE")

    @property
    def ended(self) -> bool:
        return bool(self.case.episode.closed)

    def chance(self, per_cent: float) -> bool:
        return self.draw.random() * 100 < per_cent

    def pick(self, weights: Mapping[str, float]) -> str:
        return str(Pick(weights)(self.draw))

    def words(self, name: str) -> str:
        return str(self.draw.choice(self.data["words"][name]))

    def uid(self) -> str:
        return f"{self.draw.getrandbits(128):032x}"

    def share(self, table: Mapping[str, Any], *names: str) -> Any:
        """What that table says for this service, or for this kind of case, or for others."""
        for name in (self.case.episode.service, self.kind, "other"):
            if name in table:
                return table[name]
        return 0

    def contact_number(self, contact: Contact) -> int:
        """Its number among all contacts of the person, in the order in which they are written."""
        before = sum(len(case.contacts) for case in self.person.cases[: self.number - 1])
        here = next(n for n, one in enumerate(self.case.contacts, 1) if one is contact)
        return before + here

    def from_now(self, at: int) -> int:
        """A moment that is not in the future of the made-up world."""
        return min(at, self.world.now - 60)

    def someone(self, sex: str) -> str:
        """A made-up name."""
        names = self.world.names["british"]
        first = self.draw.choice(names["male" if sex == "M" else "female"])
        return f"{first} {self.draw.choice(names['surname'])}"


def day_of(contact: Contact) -> dt.date:
    """The London day on which it happened."""
    return local(contact.at).date()


def poisson(draw: random.Random, mean: float) -> int:
    limit, number, product = 2.718281828459045**-mean, 0, draw.random()
    while product > limit:
        number += 1
        product *= draw.random()
    return number


def add(world: World, person: Person) -> Person:
    """The person with everything that belongs to their cases."""
    from caseworker.demo import agreements, assessing, danger, household, justice, planning

    if person.book is not None:
        return person
    person.book = Book()

    def source(part: str) -> random.Random:
        # One for each part: what is added to one of them changes nothing in the others.
        return random.Random(f"{part} {person.client.uid}")

    parts = ("danger", "assessing", "planning", "household", "justice", "agreements")
    draws = {part: source(part) for part in parts}
    for number in range(1, len(person.cases) + 1):
        story = Story(world, person, number, person.book, draws["danger"])
        if not story.talks:
            continue
        harm = danger.happened(story)
        danger.rang_as_the_client(story)
        story.draw = draws["assessing"]
        assessing.assess(story, harm)
        story.draw = draws["planning"]
        planning.plan(story)
        planning.offer(story)
        planning.set_aside(story)
        story.draw = draws["household"]
        household.around(story, harm)
        story.draw = draws["justice"]
        justice.follow(story, harm)
        story.draw = draws["agreements"]
        agreements.agree(story)
        agreements.papers(story)
        agreements.end(story, harm)
    return person
