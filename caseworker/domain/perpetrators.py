"""Alleged perpetrators: as little as keeps a client safe, each fact with who said so.

They are people with rights over what is written about them, and may ask for it. Nobody is more than alleged to have
done anything until a court has said so, and nobody who asks is ever told whether somebody is a client here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from caseworker.domain import codes
from caseworker.domain.clients import LONGEST_NAME, age_problems
from caseworker.words import Words, words

LONGEST_TEXT = 300
CODED = {
    "sex": "sex",
    "relationship": "relationship",
    "lives_with": "yes_no",
    "weapons": "yes_no",
    "occupation_risk": "yes_no",
    "convicted": "yes_no",
    "known_here": "yes_no",
}
#: Each fact and what goes with it -> the field that names who said so.
FACTS: dict[str, tuple[str, ...]] = {
    "age_said": ("born", "age_estimate", "sex"),
    "relationship_said": ("relationship",),
    "lives_with_said": ("lives_with",),
    "weapons_said": ("weapons", "weapons_words"),
    "occupation_said": ("occupation", "occupation_risk"),
    "orders_said": ("orders",),
    "convicted_said": ("convicted", "convicted_of"),
}
TEXTS = ("weapons_words", "occupation", "orders", "convicted_of")


@dataclass(frozen=True, slots=True)
class Perpetrator:
    """One person said to cause the client harm. ``name`` may be an alias: what the client calls them."""

    id: int | None
    uid: str
    client_id: int
    name: str
    born: str = "NA-ASK"  # ISO date, or missing
    age_estimate: int | None = None
    sex: str = "NA-ASK"
    age_said: str = "NA-ASK"  # list ``fact_source``, as every field that ends so
    relationship: str = "NA-ASK"  # to the client
    relationship_said: str = "NA-ASK"
    lives_with: str = "NA-ASK"  # with the client, now
    lives_with_said: str = "NA-ASK"
    weapons: str = "NA-ASK"  # has or can get them
    weapons_words: str = ""
    weapons_said: str = "NA-ASK"
    occupation: str = ""
    occupation_risk: str = "NA-ASK"  # gives them means to find or harm: police, IT, health, housing
    occupation_said: str = "NA-ASK"
    orders: str = ""  # bail, orders and what they say
    orders_said: str = "NA-ASK"
    convicted: str = "NA-ASK"  # by a court, of what they did to this client
    convicted_of: str = ""
    convicted_said: str = "NA-ASK"
    known_here: str = "NA-ASK"  # to somebody who works here
    recorded: int = 0  # epoch seconds, set by storage
    worker_id: int | None = None  # author, set by storage
    withdrawn: int = 0  # epoch seconds; 0: it stands

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        if not self.name.strip():
            found["name"] = words("Enter a name, or what the client calls them")
        elif len(self.name) > LONGEST_NAME:
            found["name"] = words("Name must be {most} characters or fewer", most=LONGEST_NAME)
        found |= age_problems(self.born, self.age_estimate, today)
        for name, list_name in (CODED | dict.fromkeys(FACTS, "fact_source")).items():
            if not codes.accepts(list_name, getattr(self, name)):
                found[name] = words("Choose an answer from the list")
        for name in TEXTS:
            if len(getattr(self, name)) > LONGEST_TEXT:
                found[name] = words("Must be {most} characters or fewer", most=LONGEST_TEXT)
        if self.convicted == "yes" and not self.convicted_of.strip():
            found["convicted_of"] = words("Enter what the court convicted them of, and when")
        for said in FACTS:
            if said not in found and is_stated(self, said) and getattr(self, said) == "NA-ASK":
                found[said] = words("Choose who said so")
        return found


def is_stated(perpetrator: Perpetrator, said: str) -> bool:
    """Whether anything stands under that fact, so that somebody must have said it."""
    values = (getattr(perpetrator, name) for name in FACTS[said])
    return any(value is not None and value != "" and not codes.is_missing(str(value)) for value in values)


def called(perpetrator: Perpetrator) -> Words:
    """The word that stands beside the name, everywhere: alleged, until a court has convicted them."""
    return words("Convicted") if perpetrator.convicted == "yes" else words("Alleged")


def has_conflict(perpetrator: Perpetrator) -> bool:
    """Known to somebody who works here: their supervisor has to know, and nobody else learns more from us."""
    return perpetrator.known_here == "yes"
