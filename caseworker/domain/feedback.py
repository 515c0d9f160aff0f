"""Feedback: whether the client was asked what she thinks of the service, and what came of asking.

What she said is a signed answer set of the form FEEDBACK. Here are the times she was asked and said no, or has not
answered yet: offered = given + declined + waiting. It is offered at six weeks too, not only after a good ending.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from caseworker.domain import codes
from caseworker.domain.when import iso_date
from caseworker.words import Words, words

FORM = "FEEDBACK"
SIX_WEEKS = 42  # days from the start of support
LONGEST_NOTE = 500
WAITING, DECLINED = "waiting", "declined"
STAGES = ("review", "exit")


@dataclass(frozen=True, slots=True)
class FeedbackOffer:
    id: int | None
    uid: str
    client_id: int
    offered: str  # ISO date
    stage: str = "review"  # list ``outcome_stage``: review (at six weeks) or exit
    answer: str = WAITING  # list ``feedback_answer``
    note: str = ""
    episode_id: int | None = None
    recorded: int = 0  # epoch seconds, set by storage
    worker_id: int | None = None  # who asked, set by storage
    withdrawn: int = 0  # epoch seconds; 0: it stands

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        day = iso_date(self.offered)
        if not self.offered:
            found["offered"] = words("Enter the date it was offered")
        elif day is None:
            found["offered"] = words("Date must be a real date")
        elif day > today:
            found["offered"] = words("Date must be today or in the past")
        if self.stage not in STAGES:
            found["stage"] = words("Choose when it was offered")
        if self.answer not in codes.get("feedback_answer"):
            found["answer"] = words("Choose what the client said")
        if len(self.note) > LONGEST_NOTE:
            found["note"] = words("Must be {most} characters or fewer", most=LONGEST_NOTE)
        return found


@dataclass(frozen=True, slots=True)
class Given:
    """One signed feedback form, as counting needs it."""

    on: dt.date
    stage: str
    use: str  # list ``feedback_permission``, or missing

    @property
    def may_be_quoted(self) -> bool:
        """Whether the client allowed an anonymous quotation. Anything else, asked or not, is a no."""
        return self.use == "QUO"


@dataclass(frozen=True, slots=True)
class Counted:
    given: int
    declined: int
    waiting: int

    @property
    def offered(self) -> int:
        return self.given + self.declined + self.waiting


def counted(offers: Sequence[FeedbackOffer], given: Sequence[Given]) -> Counted:
    """How often feedback was offered and what came of it. An offer that waited is answered by the next form of its
    stage, and both are one offer.
    """
    waiting = [
        one for one in offers if not one.withdrawn and one.answer == WAITING and not _answered(one, given)
    ]
    declined = sum(not one.withdrawn and one.answer == DECLINED for one in offers)
    return Counted(len(given), declined, len(waiting))


def due(
    started: str, closed: str, offers: Sequence[FeedbackOffer], given: Sequence[Given]
) -> tuple[str, dt.date] | None:
    """The stage at which feedback has to be offered next, and from which day; None when both were.

    At the end of support once it has ended, whatever happened at six weeks. Dates are ISO text of the episode.
    """
    stood = [one for one in offers if not one.withdrawn]
    asked = {one.stage for one in stood} | {one.stage for one in given}
    ended, began = iso_date(closed), iso_date(started)
    if ended is not None:
        return None if "exit" in asked else ("exit", ended)
    if began is None or "review" in asked:
        return None
    return ("review", began + dt.timedelta(days=SIX_WEEKS))


def _answered(offer: FeedbackOffer, given: Sequence[Given]) -> bool:
    day = iso_date(offer.offered)
    return day is not None and any(one.stage == offer.stage and one.on >= day for one in given)
