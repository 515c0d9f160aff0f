"""Special measures at court (Youth Justice and Criminal Evidence Act 1999) and other help on the day: for each one
how far it has come. One record a measure and client.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from caseworker.domain import codes
from caseworker.domain.when import date_problem
from caseworker.words import Words, words

LONGEST_TEXT = 500
# In the order of the work; each is answered from that list, or is missing.
STEPS = {
    "explained": "yes_no",
    "wanted": "yes_no",
    "requested": "yes_no",
    "decision": "measure_decision",
    "given": "yes_no",
}


@dataclass(frozen=True, slots=True)
class SpecialMeasure:
    id: int | None
    uid: str
    client_id: int
    measure: str  # list ``special_measure``
    explained: str = "NA-ASK"
    wanted: str = "NA-ASK"
    requested: str = "NA-ASK"
    requested_on: str = ""  # ISO date
    requested_by: str = ""  # who asked for it: us, the officer, the Witness Care Unit
    decision: str = "NA-ASK"  # granted or refused; list ``measure_decision``
    given: str = "NA-ASK"  # given on the day
    note: str = ""
    episode_id: int | None = None
    recorded: int = 0  # epoch seconds, set by storage
    worker_id: int | None = None  # author, set by storage
    withdrawn: int = 0  # epoch seconds; 0: it stands

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        if self.measure not in codes.get("special_measure"):
            found["measure"] = words("Choose the measure")
        for name, list_name in STEPS.items():
            if not codes.accepts(list_name, getattr(self, name)):
                found[name] = words("Choose an answer from the list")
        if (wrong := date_problem(self.requested_on, today)) is not None:
            found["requested_on"] = wrong
        elif self.requested_on and self.requested != "yes":
            found["requested"] = words("There is a date of asking, so say that it was asked for")
        for name in ("requested_by", "note"):
            if len(getattr(self, name)) > LONGEST_TEXT:
                found[name] = words("Must be {most} characters or fewer", most=LONGEST_TEXT)
        return found


def wanted_and_missing(measures: list[SpecialMeasure]) -> list[SpecialMeasure]:
    """Wanted by the client and not asked for yet: what to do before the trial."""
    return [one for one in measures if not one.withdrawn and one.wanted == "yes" and one.requested != "yes"]
