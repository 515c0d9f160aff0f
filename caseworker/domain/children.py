"""Children and dependants: victims in their own right where they see, hear or live with abuse.

A child has a safe contact of their own, which may differ from the mother's. A parent may be the one who harms, so
neither is told anything or let see anything until somebody says why it is safe.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from caseworker.domain import codes
from caseworker.domain.clients import LONGEST_NAME, age_problems, birthday, years_old
from caseworker.domain.when import iso_date, local, show_date
from caseworker.words import Words, words

ADULT = 18  # years (Children Act 1989, section 105)
LONGEST_TEXT = 500
FARTHEST_DUE = 320  # days: no baby is due later than this
CODED = {
    "sex": "sex",
    "relationship": "child_relationship",
    "lives_with": "lives_with",
    "social_care": "social_care",
    "own_referral": "yes_no",
    "sees_abuse": "yes_no",
    "at_risk": "yes_no",
    "reach": "child_reach",
    "parent_access": "yes_no",
}
TEXTS = ("school", "social_worker", "reach_through", "reach_where", "never_told", "access_reason", "note")


@dataclass(frozen=True, slots=True)
class Child:
    """A child or dependant of one client. ``name`` may be initials."""

    id: int | None
    uid: str
    client_id: int
    name: str
    unborn: bool = False
    due: str = ""  # ISO date; of an unborn child
    born: str = "NA-ASK"  # ISO date, or missing
    age_estimate: int | None = None  # years, on the day the record was made, when only that is known
    sex: str = "NA-ASK"
    relationship: str = "NA-ASK"
    lives_with: str = "NA-ASK"
    school: str = ""
    social_care: str = "NA-ASK"
    social_worker: str = ""
    own_referral: str = "NA-ASK"  # referred to a service of their own
    own_client_id: int | None = None  # their own record in this vault
    sees_abuse: str = "NA-ASK"  # sees, hears or lives with it
    at_risk: str = "NA-ASK"  # now
    reach: str = "NA-ASK"  # their own safe contact
    reach_through: str = ""  # which adult
    reach_where: str = ""  # number or place
    never_told: str = ""  # who must never be told of it, or be there
    parent_access: str = "no"  # whether a parent may see what the child says
    access_reason: str = ""  # why that is safe
    note: str = ""
    recorded: int = 0  # epoch seconds, set by storage
    worker_id: int | None = None  # author, set by storage
    withdrawn: int = 0  # epoch seconds; 0: it stands

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        if not self.name.strip():
            found["name"] = words("Enter a name or initials")
        elif len(self.name) > LONGEST_NAME:
            found["name"] = words("Name must be {most} characters or fewer", most=LONGEST_NAME)
        found |= self._age_problems(today)
        for name, list_name in CODED.items():
            if not codes.accepts(list_name, getattr(self, name)):
                found[name] = words("Choose an answer from the list")
        for name in TEXTS:
            if len(getattr(self, name)) > LONGEST_TEXT:
                found[name] = words("Must be {most} characters or fewer", most=LONGEST_TEXT)
        if "reach" not in found:
            flags = codes.get("child_reach").flags(self.reach)
            if "adult" in flags and not self.reach_through.strip():
                found["reach_through"] = words("Enter which adult")
            if "place" in flags and not self.reach_where.strip():
                found["reach_where"] = words("Enter the number or the place")
        if self.parent_access == "yes" and not self.access_reason.strip():
            found["access_reason"] = words("Enter why it is safe for a parent to see this")
        return found

    def _age_problems(self, today: dt.date) -> dict[str, Words]:
        found: dict[str, Words] = {}
        if self.unborn:
            due = iso_date(self.due)
            if self.due and due is None:
                found["due"] = words("Date must be a real date")
            elif due is not None and abs((due - today).days) > FARTHEST_DUE:
                found["due"] = words("Check the date the baby is due")
            if not codes.is_missing(self.born) or self.age_estimate is not None:
                found["born"] = words("An unborn child has no date of birth yet")
            return found
        if self.due:
            found["due"] = words("Only an unborn child has a date the baby is due")
        return found | age_problems(self.born, self.age_estimate, today)


def age_on(child: Child, day: dt.date) -> int | None:
    """Whole years on that day; None of an unborn child, and when nothing is known."""
    return None if child.unborn else years_old(child.born, child.age_estimate, child.recorded, day)


def is_adult_dependant(child: Child) -> bool:
    """Somebody who was an adult from the start: an adult who depends on the client."""
    return "adult" in codes.get("child_relationship").flags(child.relationship)


def turned_18(child: Child, today: dt.date) -> dt.date | None:
    """The day a child came of age, from that day on; None before, and where no date of birth is known."""
    born = iso_date(child.born)
    if born is None or child.unborn or is_adult_dependant(child):
        return None
    day = birthday(born, ADULT)
    return day if day <= today else None


def counts_as_child(child: Child, started: dt.date) -> bool:
    """Whether they are a child in an episode that began on that day.

    The age at the start decides for all of the episode, as it does for the client: who turns 18 in it stays in the
    figures as the child they were. Nobody's age known: a child, unless said to be an adult.
    """
    if is_adult_dependant(child):
        return False
    age = age_on(child, started)
    return age is None or age < ADULT


def is_at_risk(child: Child) -> bool:
    """Marked as at risk now. Not asked and not known are not an answer, and no reason to stop a worker."""
    return child.at_risk == "yes" and not child.withdrawn


def age_words(child: Child, today: dt.date) -> Words:
    """The age line of a list: "7 years old, born 27 March 2019", "Unborn, due 3 May 2027", "Turned 18 on ..."."""
    if child.unborn:
        return _unborn_words(child, today)
    day = turned_18(child, today)
    if day is not None:
        return words("Turned 18 on {date}", date=show_date(day))
    age, born = age_on(child, today), iso_date(child.born)
    if age is None:
        return words("Age: {answer}", answer=codes.MISSING.get(child.born, codes.MISSING["NA-ASK"]).lower())
    if born is None:
        noted = local(child.recorded).date() if child.recorded else today
        return words("About {age} years old, as said on {date}", age=age, date=show_date(noted))
    if age < 1:
        return words("Under 1, born {date}", date=show_date(born))
    if age == 1:
        return words("1 year old, born {date}", date=show_date(born))
    return words("{age} years old, born {date}", age=age, date=show_date(born))


def _unborn_words(child: Child, today: dt.date) -> Words:
    due = iso_date(child.due)
    if due is None:
        return words("Unborn")
    if due < today:
        return words("Was due on {date}: record the birth", date=show_date(due))
    return words("Unborn, due {date}", date=show_date(due))
