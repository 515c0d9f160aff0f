"""Risk: the grade that counts, what raises it, when it is looked at again.

What a professional thinks may raise what the tool says and never lower it (domain.md 2.7): a form that is easy to
talk down is how danger gets missed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from caseworker.domain import codes
from caseworker.domain.when import months_later, show_date
from caseworker.words import Words, words

GRADES = ("standard", "medium", "high")  # upwards; list ``risk_grade``
LONGEST_REASON = 2_000


@dataclass(frozen=True, slots=True)
class Rules:
    """What one area, or the agency for every area, has settled. ``bands``: instrument -> band -> its start."""

    escalation_count: int = 3
    escalation_months: int = 12
    review_days: Mapping[str, int] = field(default_factory=lambda: {"high": 14, "medium": 42, "standard": 84})
    bands: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def problems(self) -> dict[str, Words]:
        """What has to be put right before these can be used: field -> sentence."""
        found: dict[str, Words] = {}
        if not 1 <= self.escalation_count <= 20:
            found["escalation_count"] = words("Enter a number from {least} to {most}", least=1, most=20)
        if not 1 <= self.escalation_months <= 24:
            found["escalation_months"] = words("Enter a number from {least} to {most}", least=1, most=24)
        if set(self.review_days) != set(GRADES) or any(
            not 1 <= days <= 366 for days in self.review_days.values()
        ):
            found["review_days"] = words("Enter from 1 to 366 days for each grade")
        elif not self.review_days["high"] <= self.review_days["medium"] <= self.review_days["standard"]:
            found["review_days"] = words("A higher grade must be reviewed at least as often as a lower one")
        return found


def area_of(district: str) -> str:
    """The area whose rules apply to somebody who lives there, or "" where nobody can tell."""
    found = codes.get("area").parent(district, "set3")
    return found if found in codes.get("marac_area") else ""


def rank(grade: str) -> int:
    """0 for none, 1 standard, 2 medium, 3 high."""
    return GRADES.index(grade) + 1 if grade in GRADES else 0


def said(grade: str) -> Words:
    """The grade in words for a chip or a list; that there is none, for none."""
    return {
        "high": words("High risk"),
        "medium": words("Medium risk"),
        "standard": words("Standard risk"),
    }.get(grade, words("Not assessed"))


def review_said(due: dt.date, today: dt.date) -> Words:
    """When the risk is looked at again, for a chip."""
    late = (today - due).days
    if late > 0:
        return words("Review 1 day overdue") if late == 1 else words("Review {days} days overdue", days=late)
    if late == 0:
        return words("Review due today")
    return words("Review due {date}", date=show_date(due))


def judgements(tool_grade: str) -> tuple[str, ...]:
    """The grades a professional may give above what the tool said. The screen offers these and no other."""
    return GRADES[rank(tool_grade) :]


def judgement_problems(tool_grade: str, judgement: str, reason: str) -> dict[str, Words]:
    """What stands between a grade and its signature: field -> sentence. No judgement means the tool's grade."""
    found: dict[str, Words] = {}
    if not judgement:
        if not tool_grade:
            found["judgement"] = words("Choose a grade: the answers alone give none")
        return found
    if judgement not in GRADES:
        found["judgement"] = words("Choose a grade")
    elif judgement not in judgements(tool_grade):
        found["judgement"] = words("Judgement may raise what the tool says, never lower it")
    if not reason.strip():
        found["reason"] = words("Enter why you judge the risk this high")
    elif len(reason) > LONGEST_REASON:
        found["reason"] = words("Must be {most} characters or fewer", most=LONGEST_REASON)
    return found


def final_grade(tool_grade: str, judgement: str) -> str:
    """The higher of the two."""
    return max(tool_grade, judgement, key=rank)


def recent(events: Iterable[dt.date], on: dt.date, rules: Rules) -> int:
    """How many of the known events lie within the window that ends on that day, both ends included."""
    return sum(event <= on <= months_later(event, rules.escalation_months) for event in events)


def escalates(events: Iterable[dt.date], on: dt.date, rules: Rules) -> bool:
    """Whether the known events are as many as the area counts as escalation."""
    return recent(events, on, rules) >= rules.escalation_count


def next_review(grade: str, assessed: dt.date, rules: Rules) -> dt.date | None:
    """The day by which that grade is looked at again; None without a grade."""
    days = rules.review_days.get(grade)
    return None if days is None else assessed + dt.timedelta(days=days)


def review_problems(chosen: dt.date, grade: str, assessed: dt.date, rules: Rules) -> dict[str, Words]:
    """What keeps a day from being that of the next review: it may be sooner than the rule of the area, never later
    (judgement may raise and never lower, here too).
    """
    last = next_review(grade, assessed, rules)
    if chosen <= assessed:
        return {"next_review": words("The next review must be after the day it was asked")}
    if last is not None and chosen > last:
        return {
            "next_review": words(
                "At this grade the next review is {date} at the latest", date=show_date(last)
            )
        }
    return {}


def review_due(
    grade: str, assessed: dt.date, rules: Rules, learned: Iterable[dt.date] = ()
) -> dt.date | None:
    """As ``next_review``, but a new incident brings it forward to the day it was learned of.

    ``learned``: the days on which incidents became known after the assessment was signed.
    """
    planned = next_review(grade, assessed, rules)
    return None if planned is None else min((planned, *learned))
