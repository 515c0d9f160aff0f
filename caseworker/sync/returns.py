"""From the vault's own counts to the exact bytes of a return: count, merge, round jointly, attack, write down.

Nothing that fails the attack can be approved, and what was approved is kept with the counts behind it.
Approving is the first of two presses; sending is ``sync.outbox`` and ``sync.client``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from caseworker import storage
from caseworker.domain import codes
from caseworker.domain.periods import Period
from caseworker.domain.plans import DIMENSIONS, MEASURES, Plan
from caseworker.domain.returns import ALL, Cells, Counts, cells_of
from caseworker.errors import Problem
from caseworker.protect import audit as attack
from caseworker.protect import rounding
from caseworker.protect.audit import Audit
from caseworker.protect.linked import Cover, Linked
from caseworker.storage import outbox as sent
from caseworker.storage import pins, returns
from caseworker.storage.outbox import APPROVED, RECEIVED, SEALED, SENT, OutboxItem
from caseworker.storage.returns import Cancelled
from caseworker.sync import outbox, summary
from caseworker.sync.outbox import Place
from caseworker.sync.summary import NamesCheck
from caseworker.words import Words, words

__all__ = ["Cancelled", "Prepared", "Step", "approve", "count", "prepare", "unaddressed"]

_STEPS = 4
_UNDER = 5  # a true count under this is "few people"


@dataclass(frozen=True, slots=True)
class Step:
    """How far preparing is."""

    words: Words
    done: int
    of: int


Progress = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A return ready to be looked at and approved. ``payload`` holds the exact bytes; nothing else would leave.

    ``counts`` and ``cells`` are exact and stay in the vault. ``stepped``: names of cells that had to move by
    one step more. ``left_out``: in words, what is not in it and why.
    """

    period: Period
    plan: Plan
    version: int
    supersedes: str
    counts: Counts
    cells: Cells
    shown: tuple[int, ...]
    stepped: tuple[str, ...]
    audit: Audit
    payload: bytes
    sha256: str
    names: NamesCheck
    left_out: tuple[Words, ...]

    def counted(self) -> dict[tuple[str, str], dict[str, int]]:
        """The exact counts beside the tables: (measure, dimension) -> category -> count; "" is the total."""
        found: dict[tuple[str, str], dict[str, int]] = {}
        for table in self.cells.tables:
            numbers = (self.cells.values[cell] for cell in table.cells)
            found[table.measure, table.dim] = dict(zip((*table.codes, ""), numbers, strict=True))
        return found

    @property
    def few(self) -> int:
        """How many numbers are about fewer than five, and so are hidden by rounding."""
        return sum(1 for value in self.cells.values if 0 < value < _UNDER)


# Each version is another draw; averaging many draws would come near the true counts (docs/adr/0010).
MOST_VERSIONS = 4


def count(period: Period, plan: Plan, *, cancelled: Callable[[], bool] | None = None) -> Counts:
    """The exact counts, from one unchanging view of the vault. Only for eyes that may see the records anyway."""
    with storage.reading():
        return returns.count(plan, period, cancelled)


def prepare(
    period: Period,
    plan: Plan,
    *,
    to: Place | None = None,
    today: date | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Prepared:
    """Count, merge, round and attack; on the worker thread. The same data give the same bytes.

    Args:
        to: where it goes; the pinned commissioner when left out.
        today: for the month it is made in.

    Raises:
        Problem: E-NOT-JOINED; E-PERIOD-FUTURE; E-PLAN-OTHER, the commissioner uses another plan;
            E-DISCLOSURE, the
            attack found a number that could be worked out, and nothing may leave.
        Cancelled: ``cancelled()`` said so.
    """
    today = today or date.today()
    if period.start > today:
        raise Problem(
            "E-PERIOD-FUTURE", "{period} has not begun. Choose an earlier period.", period=period.label
        )
    place = to or outbox.place()
    if place.plan != plan.name:
        raise Problem(
            "E-PLAN-OTHER",
            "The commissioner uses another return plan. Read the plan file the commissioner sent, then count again.",
        )
    say = progress or _say_nothing
    say(Step(words("Counting {period}", period=period.label), 0, _STEPS))
    counts = count(period, plan, cancelled=cancelled)
    cells = cells_of(counts, plan)
    # Every number is drawn anew when the period or any count changes: sums of quarters stay unbiased, and two versions
    # side by side do not point at the cells that changed (docs/adr/0010). The same data still give the same bytes.
    drawn = f"{period} {counts.sha256()}"
    linked = Linked(
        [f"{drawn} {name}" for name in cells.names],
        cells.values,
        cells.equations,
        [Cover(total, tuple(parts), at_least_one=False) for total, parts in cells.covers],
    )
    _stop_if(cancelled)
    say(Step(words("Rounding so that nobody can be recognised"), 1, _STEPS))
    rounded = rounding.round_linked(linked, storage.write(returns.rounding_key), plan.base)
    _stop_if(cancelled)
    say(Step(words("Attacking the result as an outsider would"), 2, _STEPS))
    found = _attack(linked, rounded, plan, cancelled)
    say(Step(words("Writing it down"), 3, _STEPS))
    before = _last_sent(period)
    version = before.version + 1 if before else 1
    supersedes = summary.fingerprint(before.payload) if before else ""
    payload = summary.build(
        plan=plan.name,
        org=place.org,
        agency=place.agency,
        period=str(period),
        version=version,
        supersedes=supersedes,
        geo=plan.geo,
        lists=_list_versions(plan),
        base=plan.base,
        tables=[
            summary.Table(
                id=table.id,
                measure=table.measure,
                dim=table.dim,
                codes=table.codes,
                merged=dict(table.merged),
                cells=tuple(rounded.values[cell] for cell in table.cells),
            )
            for table in cells.tables
        ],
        made=f"{today:%Y-%m}",
        to=place.to,
        device=place.device,
        seq=place.seq,
        prev=place.prev,
        audit_commit=place.audit_commit,
    )
    names = summary.names_check(payload)
    if not names.nothing_personal():
        raise AssertionError("the form of a return has room for something personal")
    say(Step(words("Ready"), _STEPS, _STEPS))
    return Prepared(
        period,
        plan,
        version,
        supersedes,
        counts,
        cells,
        tuple(rounded.values),
        tuple(cells.names[index] for index in rounded.stepped),
        found,
        payload,
        hashlib.sha256(payload).hexdigest(),
        names,
        tuple(_left_out(counts, plan)),
    )


def approve(prepared: Prepared, *, today: date | None = None) -> int:
    """Approve exactly these bytes, keep the counts behind them, and put them in the outbox. Returns the outbox id.

    Raises:
        Problem: E-PERIOD-OPEN, the period has not ended; E-OTHER-HUB; E-LOCKED; E-STALE, another version was
            approved since this one was prepared; E-VERSIONS, it was corrected as often as is safe; E-PERIOD-OVERLAP,
            not a quarter.
    """
    if not prepared.period.part.startswith("Q"):
        # A year beside its quarters can pin a small count down: they would have to be attacked together.
        raise Problem(
            "E-PERIOD-OVERLAP",
            "Only quarters can be sent. Beside its quarters, {period} would say too much about single people.",
            period=prepared.period.label,
        )
    if prepared.version > MOST_VERSIONS:
        raise Problem(
            "E-VERSIONS",
            "{period} has been sent {count} times. More versions, laid side by side, would say too much about single"
            " people. Put the records right, and tell the commissioner that this return stays as it was sent.",
            period=prepared.period.label,
            count=MOST_VERSIONS,
        )
    if prepared.period.end >= (today or date.today()):
        raise Problem(
            "E-PERIOD-OPEN", "{period} has not ended. Approve it afterwards.", period=prepared.period.label
        )
    return storage.write(_approve, prepared)


def _approve(prepared: Prepared) -> int:
    before = _last_sent(prepared.period)
    if (before.version if before else 0) != prepared.version - 1:
        raise Problem(
            "E-STALE", "Another version of this return was approved meanwhile. Count again, then approve."
        )
    returns.freeze(prepared.counts, prepared.version, prepared.payload)
    return outbox.approve(prepared.payload)


def unaddressed(plan: Plan, agency: str = "") -> Place:
    """A place that leads nowhere, to look at a return before the service has joined a commissioner."""
    if pins.pinned() is not None:
        return outbox.place()
    return Place("NONE", agency or "NONE", "0" * 64, "0" * 32, 1, summary.NO_PREV, "0" * 64, plan.name)


def _attack(
    linked: Linked, rounded: rounding.Rounded, plan: Plan, cancelled: Callable[[], bool] | None
) -> Audit:
    try:
        found = attack.audit(linked, rounded.values, plan.base, cancelled=cancelled, stepped=rounded.stepped)
    except attack.Cancelled:
        raise Cancelled from None
    if found.failing or found.lines_not_adding or found.too_far:
        raise Problem(
            "E-DISCLOSURE",
            "{cells} numbers could be worked out by somebody determined, so nothing may leave. Tell the commissioner"
            " that this period cannot be reported.",
            cells=len(found.failing),
        )
    return found


def _last_sent(period: Period) -> OutboxItem | None:
    """The newest version that is on its way or received; taken back and refused ones do not count."""
    standing = (APPROVED, SEALED, SENT, RECEIVED)
    items = [item for item in sent.items() if item.period == str(period) and item.state in standing]
    return max(items, key=lambda item: item.version, default=None)


def _list_versions(plan: Plan) -> Mapping[str, str]:
    used = {DIMENSIONS[cut.dim].code_list for table in plan.tables for cut in table.cuts} - {""}
    return {name: str(codes.get(name).version) for name in sorted(used)}


def _left_out(counts: Counts, plan: Plan) -> list[Words]:
    found: list[Words] = []
    if counts.people < plan.least_people:
        found.append(
            words("Fewer than {least} people in this period: totals only, rounded.", least=plan.least_people)
        )
    else:
        for table in plan.tables:
            for cut in table.cuts:
                groups = next(
                    (counts.groups[m, cut.dim] for m in cut.measures if (m, cut.dim) in counts.groups), ()
                )
                if len(groups) < 2:
                    found.append(
                        words(
                            "No breakdown by {dimension}: no two categories cover {least} people each.",
                            dimension=DIMENSIONS[cut.dim].label,
                            least=plan.least_people,
                        )
                    )
    found += [
        words(
            "Left out: {measure}. Fewer than {least} people are behind it.",
            measure=MEASURES[measure].label,
            least=plan.least_contributors,
        )
        for measure in sorted(counts.withheld)
    ]
    return found


def _stop_if(cancelled: Callable[[], bool] | None) -> None:
    if cancelled is not None and cancelled():
        raise Cancelled


def _say_nothing(_step: Step) -> None:
    pass


assert ALL == "total"  # the hub reads tables of one number under this name
