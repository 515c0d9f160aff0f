"""Needs of one client as the tab and the counts read them: where each began, where it is, where it should go, and why
one stays unmet. 0 is no need and 4 a crisis, so lower is better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from caseworker.domain import codes, instruments
from caseworker.domain.instruments import Moved, Taken
from caseworker.words import Words, words

FORM = "NEEDS"
MET, WHY = "MET", "WHY"  # what is asked under a need of some size
_PRIORITIES = ("P1", "P2", "P3")


@dataclass(frozen=True, slots=True)
class NeedRow:
    """One need that was looked at. ``moved`` is None where there are no two answers to compare."""

    need: str
    label: str
    priority: int  # 1 matters most to the client, 2 and 3 next; 0: not named
    start: int | None
    latest: int | None
    aim: int | None
    moved: Moved | None
    asked: int  # how often it was answered
    met: str  # list ``need_met``, or missing
    why: str  # list ``need_unmet_reason``, or missing

    @property
    def aim_met(self) -> bool:
        return self.aim is not None and self.latest is not None and self.latest <= self.aim

    def sentence(self) -> Words:
        """Like "Eased by 1, 2 to go": the words beside the bar, which say all that it shows."""
        if self.latest is None:
            return words("Does not apply now")
        if self.latest == 0 and not self.start:
            return words("No need found")
        if self.aim_met and (self.moved is None or self.moved.eased == 0):
            return words("Aim met")
        travelled = self._travelled()
        if self.aim_met:
            return words("{travelled}, aim met", travelled=travelled)
        if self.aim is None:
            return travelled
        return words("{travelled}, {points} to go", travelled=travelled, points=self.latest - self.aim)

    def _travelled(self) -> Words:
        if self.moved is not None:
            points = abs(self.moved.eased)
            if points == 0:
                return words("No change")
            if self.moved.eased > 0:
                return words("Eased by {points}", points=points)
            return words("Harder by {points}", points=points)
        if self.start is None:
            return words("No start to compare with")
        return words("Asked once") if self.asked < 2 else words("Too soon to compare")

    def unmet(self) -> Words | None:
        """Why it is not met, or met in part; None where that was not said."""
        reason = "" if codes.is_missing(self.why) else codes.get("need_unmet_reason").label(self.why)
        if self.met == "partly":
            return words("Partly met: {reason}", reason=reason.lower()) if reason else words("Partly met")
        if self.met == "not-met" or (reason and self.met != "met"):
            return words("Not met: {reason}", reason=reason.lower()) if reason else words("Not met")
        return None


def rows(
    taken: Sequence[Taken], aims: Mapping[str, int] | None = None, unmet: Mapping[str, str] | None = None
) -> tuple[NeedRow, ...]:
    """The needs anybody answered about, first those that matter most to the client, then in the form's order.

    ``taken``: the client's signed sets of the needs form. ``aims``: need -> level (``goals.aims``). ``unmet``: need ->
    reason, from onward referrals (``onward_referrals.unmet``), used where the form gives none.
    """
    ordered = sorted(taken, key=lambda one: one.on)
    if not ordered:
        return ()
    moved = {one.item: one for one in instruments.moved(ordered)}
    matters = priorities(ordered)
    found = []
    for item in ordered[-1].instrument.items.values():
        if item.parent or not item.counts:
            continue
        given = [
            (one.stage, points)
            for one in ordered
            if (points := item.points(one.values.get(item.code, "NA-ASK"))) is not None
        ]
        if not given:
            continue
        pair = moved.get(item.code)
        gone = ordered[-1].values.get(item.code) == "NA-NAP"
        start = pair.first if pair else next((points for stage, points in given if stage == "baseline"), None)
        met, why = _met(ordered[-1], item.code)
        if codes.is_missing(why) and met != "met":
            why = (unmet or {}).get(item.code, why)
        found.append(
            NeedRow(
                item.code, item.label, matters.get(item.code, 0), start, None if gone else given[-1][1],
                (aims or {}).get(item.code), pair, len(given), met, why,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda row: row.priority or len(_PRIORITIES) + 1))


def not_asked(taken: Sequence[Taken]) -> tuple[str, ...]:
    """The words of the needs nobody has answered about yet, by the newest form taken."""
    ordered = sorted(taken, key=lambda one: one.on)
    if not ordered:
        return ()
    seen = {row.need for row in rows(ordered)}
    return tuple(
        item.label
        for item in ordered[-1].instrument.items.values()
        if item.counts and not item.parent and item.code not in seen
    )


def priorities(ordered: Sequence[Taken]) -> dict[str, int]:
    """Need -> 1 to 3, what matters most to the client by the newest form in which anything was named."""
    for one in reversed(ordered):
        named = {one.values.get(code, "NA-ASK"): at for at, code in enumerate(_PRIORITIES, 1)}
        found = {need: at for need, at in named.items() if not codes.is_missing(need)}
        if found:
            return found
    return {}


def _met(newest: Taken, need: str) -> tuple[str, str]:
    return (
        newest.values.get(f"{need}-{MET}", "NA-ASK"),
        newest.values.get(f"{need}-{WHY}", "NA-ASK"),
    )
