"""Instruments: risk tools, needs, outcomes, outside scores and feedback as data files, and the one engine for all.

A file in ``resources/instruments`` says what is asked, what each answer counts, where the bands lie and which
direction is better; nothing about any single instrument is written in code. A version is never edited: a new one
gets the next number, and answers are always read with the definition they were taken on.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import resources
from caseworker.domain import codes
from caseworker.domain.definitions import KINDS, Prompt, read
from caseworker.domain.definitions import Change as Change
from caseworker.domain.definitions import Instrument as Instrument
from caseworker.domain.definitions import Item as Item
from caseworker.domain.definitions import digest_of as digest_of
from caseworker.domain.definitions import parse as parse
from caseworker.errors import Problem
from caseworker.words import Words, words

SIGN_WITHIN = 24 * 3600  # seconds from the typing; older unsigned answers are shown as waiting
LONGEST_NOTE = 2_000
LONGEST_WORDS = 5_000
PAIRS_NEEDED = 10  # a percentage of fewer is never given (domain.md 2.10)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: a code of the item's scale, a whole number or words, or one of the five kinds of missing."""

    item: str
    value: str
    source: str = ""  # list ``risk_source``
    note: str = ""


@dataclass(frozen=True, slots=True)
class AnswerSet:
    """One filling-in of one version of an instrument. Once ``signed`` it never changes; a later view is a new
    set. One signed about the wrong person is withdrawn: it stays readable and is counted nowhere.
    """

    id: int | None
    uid: str
    client_id: int
    episode_id: int | None
    instrument: str
    version: int
    definition: str  # ``Instrument.digest``: the words these answers were given to
    stage: str  # list ``outcome_stage``
    started: int  # when it was asked, epoch seconds
    area: str = ""  # whose thresholds applied
    recorded: int = 0  # when the typing began, epoch seconds, set by storage
    worker_id: int | None = None  # who asked, set by storage
    signed: int = 0  # epoch seconds; 0: still open
    signature: bytes = b""
    totals: str = ""  # canonical JSON of the score, set at signing
    tool_grade: str = ""  # what the instrument says
    grade: str = ""  # what counts: the instrument's, or the judgement above it
    judgement: str = ""  # the professional's own grade; empty: the same
    reason: str = ""  # why it was raised
    next_review: str = ""  # ISO date
    withdrawn: int = 0  # epoch seconds; 0: it stands


def sign_by(answers: AnswerSet) -> int:
    """Until when answers should be signed: a day after they were typed."""
    return answers.recorded + SIGN_WITHIN


def waits_for_signature(answers: AnswerSet, now: int) -> bool:
    """Whether they were left open longer than a day."""
    return not answers.signed and not answers.withdrawn and now > sign_by(answers)


# --- answering ----------------------------------------------------------------------------------------------


def problems(instrument: Instrument, answer: Answer) -> dict[str, Words]:
    """What has to be put right before one answer can be kept: field -> sentence. Empty when fine."""
    found: dict[str, Words] = {}
    item = instrument.items.get(answer.item)
    if item is None:
        return {"item": words("That question is not part of this form")}
    if not codes.is_missing(answer.value):
        if item.scale is not None and answer.value not in item.scale.options:
            found["value"] = words("Choose an answer")
        elif item.text and not answer.value.strip():
            found["value"] = words("Enter an answer, or say why there is none")
        elif item.text and len(answer.value) > LONGEST_WORDS:
            found["value"] = words("Must be {most} characters or fewer", most=LONGEST_WORDS)
        elif item.is_number:
            points = item.points(answer.value)
            if points is None or not item.least <= points <= item.most:
                found["value"] = words(
                    "Enter a whole number from {least} to {most}", least=item.least, most=item.most
                )
    if answer.source and (not instrument.sourced or answer.source not in codes.get("risk_source")):
        found["source"] = words("Choose who said so")
    if len(answer.note) > LONGEST_NOTE:
        found["note"] = words("Must be {most} characters or fewer", most=LONGEST_NOTE)
    return found


def signing_problems(instrument: Instrument, answers: Mapping[str, Answer]) -> dict[str, Words]:
    """What keeps a set from being signed: item -> sentence. Items nobody asked about are allowed, and stay
    "not asked".
    """
    found: dict[str, Words] = {}
    values = {code: answer.value for code, answer in answers.items()}
    given = [code for code, value in values.items() if not codes.is_missing(value)]
    if not given:
        return {"": words("Answer at least one question before you sign")}
    for answer in answers.values():
        if wrong := problems(instrument, answer):
            found[answer.item] = next(iter(wrong.values()))
        elif instrument.sourced and not codes.is_missing(answer.value) and not answer.source:
            found[answer.item] = words("Choose who said so")
    seen: dict[str, str] = {}
    for code in instrument.different:
        value = values.get(code, "NA-ASK")
        if codes.is_missing(value):
            continue
        if value in seen:
            found[code] = words("Choose something else here: this has been chosen already")
        seen[value] = code
    for code in given:
        named = _named(instrument, code, values[code])
        if named is None or code in found:
            continue
        size = values.get(named.code, "NA-ASK")
        lower = instrument.change is not None and instrument.change.better == "lower"
        if size == "NA-NAP" or (lower and named.points(size) == 0):  # nothing there that could matter
            found[code] = words(
                "Choose something else here, or change the answer above: {item} was answered with “{answer}”",
                item=named.label,
                answer=named.show(size),
            )
    return found


def _named(instrument: Instrument, code: str, value: str) -> Item | None:
    """The question that an answer names, where the answers to choose from are questions; None anywhere else."""
    item = instrument.items.get(code)
    if item is None or item.scale is None or not item.scale.options.keys() <= instrument.items.keys():
        return None
    return instrument.items.get(value)


def usual_stage(instrument: Instrument, signed: bool, ended: bool) -> str:
    """The stage at which it is asked next: the start while nothing is signed, the end once support has ended, a
    review in between; the first it has where it has not that one.
    """
    wanted = "exit" if ended else "review" if signed else "baseline"
    return wanted if wanted in instrument.stages else instrument.stages[0]


@dataclass(frozen=True, slots=True)
class Score:
    """What a set of answers comes to. ``total`` is None where there is none to give."""

    total: int | None
    answered: int  # of the items that count
    unanswered: int
    grade: str  # band or graded answer; empty: below every band, or none
    thresholds: Mapping[str, int]


def thresholds(
    instrument: Instrument, area: str = "", settings: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Where each band begins in that area: the instrument's own, then the area's, then what the agency set."""
    found = {band.code: band.start for band in instrument.bands}
    for given in (instrument.areas.get(area, {}), settings or {}):
        found.update({code: start for code, start in given.items() if code in found})
    return found


def score(
    instrument: Instrument,
    values: Mapping[str, str],
    area: str = "",
    settings: Mapping[str, int] | None = None,
) -> Score:
    """Add up the answers (item -> value). Nothing missing is ever taken for a "no" without being counted in
    ``unanswered``.
    """
    points = [item.points(values.get(item.code, "NA-ASK")) for item in instrument.counted]
    known = [number for number in points if number is not None]
    total = None
    if instrument.method == "sum" and known and not (instrument.whole and len(known) < len(points)):
        total = sum(known)
    limits = thresholds(instrument, area, settings)
    grade = ""
    if instrument.method == "grade":
        given = values.get(instrument.graded_by, "NA-ASK")
        grade = "" if codes.is_missing(given) else given
        answered = int(bool(grade))
        return Score(None, answered, 1 - answered, grade, limits)
    if total is not None:
        for code, start in sorted(limits.items(), key=lambda pair: pair[1]):
            if total >= start:
                grade = code
    return Score(total, len(known), len(points) - len(known), grade, limits)


def signed_score(answers: AnswerSet) -> Score:
    """What a signed set came to when it was signed, by the thresholds of that day."""
    held = json.loads(answers.totals or "{}")
    return Score(
        held.get("total"),
        held.get("answered", 0),
        held.get("unanswered", 0),
        answers.tool_grade,
        held.get("thresholds", {}),
    )


def prompted(instrument: Instrument, values: Mapping[str, str]) -> tuple[Prompt, ...]:
    """What these answers hold that may weigh more than their total."""
    return tuple(
        prompt
        for prompt in instrument.prompts
        if all((instrument.items[code].points(values.get(code, "NA-ASK")) or 0) > 0 for code in prompt.items)
    )


# --- change between two times -------------------------------------------------------------------------------

IMPROVED, MAINTAINED, UNCHANGED, DECLINED = "improved", "maintained_good", "unchanged_low", "declined"


@dataclass(frozen=True, slots=True)
class Taken:
    """One signed set, as comparing needs it."""

    instrument: Instrument
    on: dt.date
    stage: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Moved:
    """One matched pair: the same item at the start and at the latest later time."""

    item: str
    label: str
    first: int
    last: int
    first_on: dt.date
    last_on: dt.date
    change: Change

    @property
    def eased(self) -> int:
        """Points in the better direction; below zero when it got harder."""
        return self.last - self.first if self.change.better == "higher" else self.first - self.last

    @property
    def verdict(self) -> str:
        if self.eased >= self.change.step:
            return IMPROVED
        if self.eased <= -self.change.step:
            return DECLINED
        return MAINTAINED if self.change.is_good(self.last) else UNCHANGED

    @property
    def is_good(self) -> bool:
        """The headline of a person: improved, or kept at the good end."""
        return self.verdict in (IMPROVED, MAINTAINED)

    @property
    def resolved(self) -> bool:
        """It ended at the good end, wherever it began."""
        return self.change.is_good(self.last)

    def sentence(self) -> Words:
        """Like "eased by 2" or "harder by 1"."""
        points = abs(self.eased)
        if points == 0:
            return words("no change")
        if points < self.change.step:
            if self.eased > 0:
                return words("eased by {points}, less than counts as a change", points=points)
            return words("harder by {points}, less than counts as a change", points=points)
        if self.eased > 0:
            return words("eased by {points}", points=points)
        return words("harder by {points}", points=points)


def moved(taken: Iterable[Taken]) -> tuple[Moved, ...]:
    """The matched pairs in one person's signed sets of one instrument: an item's baseline and its latest later
    score, at least ``pair_days`` apart (domain.md 2.10).

    An item that does not apply at either end drops out; one that was only not answered at the latest time is
    compared with the last time it was. Versions are compared item by item and only where the item's scale kept
    its sizes.
    """
    found: list[Moved] = []
    ordered = sorted(taken, key=lambda one: one.on)
    if not ordered:
        return ()
    newest = ordered[-1].instrument
    if newest.change is None:
        return ()
    for item in newest.items.values():
        if not item.counts or item.parent:
            continue
        first = next((one for one in ordered if one.stage == "baseline" and _has(one, item)), None)
        if first is None:
            continue
        start = item.points(first.values[item.code])
        ends = [
            one
            for one in ordered
            if (one.on - first.on).days >= newest.change.pair_days and (_has(one, item) or _drops(one, item))
        ]
        if start is None or not ends or _drops(ends[-1], item):
            continue
        end = item.points(ends[-1].values[item.code])
        if end is not None:
            found.append(Moved(item.code, item.label, start, end, first.on, ends[-1].on, newest.change))
    return tuple(found)


def _has(one: Taken, item: Item) -> bool:
    """Whether that set has a size for the item, on the same scale."""
    theirs = one.instrument.items.get(item.code)
    if theirs is None or _sizes(theirs) != _sizes(item):
        return False
    return item.points(one.values.get(item.code, "NA-ASK")) is not None


def _drops(one: Taken, item: Item) -> bool:
    return one.values.get(item.code) == "NA-NAP"


def _sizes(item: Item) -> tuple[Any, ...]:
    if item.scale is not None:
        return tuple(
            sorted(
                (option.code, option.value)
                for option in item.scale.options.values()
                if option.value is not None
            )
        )
    return (item.least, item.most)


@dataclass(frozen=True, slots=True)
class Tally:
    """Matched pairs of many people on one item."""

    pairs: int
    improved: int
    maintained: int
    unchanged: int
    declined: int
    eased: int  # points, added up

    def share(self, count: int) -> int | None:
        """``count`` of the pairs in whole per cent; None for fewer pairs than a percentage needs."""
        return None if self.pairs < PAIRS_NEEDED else (200 * count + self.pairs) // (2 * self.pairs)


def tally(pairs: Iterable[Moved]) -> dict[str, Tally]:
    """Item -> how many improved, stayed good, stayed low and declined."""
    by_item: dict[str, list[Moved]] = {}
    for one in pairs:
        by_item.setdefault(one.item, []).append(one)
    return {item: _tally(many) for item, many in by_item.items()}


def _tally(many: Sequence[Moved]) -> Tally:
    found = Counter(one.verdict for one in many)
    return Tally(
        len(many),
        improved=found[IMPROVED],
        maintained=found[MAINTAINED],
        unchanged=found[UNCHANGED],
        declined=found[DECLINED],
        eased=sum(one.eased for one in many),
    )


# --- the shelf ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every instrument in a folder, and what is wrong with the files that could not be read."""

    instruments: tuple[Instrument, ...]
    broken: tuple[Problem, ...]

    def offered(self, day: dt.date, kind: str = "") -> tuple[Instrument, ...]:
        """The newest version of each that may be used on that day, by kind and title."""
        newest: dict[str, Instrument] = {}
        for one in self.instruments:
            if one.valid_on(day) and kind in ("", one.kind):
                held = newest.get(one.name)
                if held is None or one.version > held.version:
                    newest[one.name] = one
        return tuple(sorted(newest.values(), key=lambda one: (KINDS.index(one.kind), one.title)))

    def current(self, name: str, day: dt.date) -> Instrument:
        """The version to use on that day.

        Raises:
            Problem: E-INSTRUMENT, the sentence of its broken file where that is why; E-INSTRUMENT-GONE.
        """
        for one in self.offered(day):
            if one.name == name:
                return one
        for problem in self.broken:
            if str(problem.words.values.get("file", "")).startswith(f"{name}-"):
                raise problem.with_traceback(None)
        raise Problem("E-INSTRUMENT-GONE", "There is no form {name} for that date. Choose another", name=name)


def shelf(folder: Path | None = None) -> Shelf:
    """The instruments of a folder, the shipped one unless given. A file put there is found at the next call; one
    that is broken spoils only itself.
    """
    place = folder or resources.path("instruments")
    marks = tuple(
        sorted(
            (file.name, (found := file.stat()).st_mtime_ns, found.st_size) for file in place.glob("*.toml")
        )
    )
    return _shelf(place, marks)


@lru_cache(maxsize=8)
def _shelf(place: Path, marks: tuple[tuple[str, int, int], ...]) -> Shelf:
    found: list[Instrument] = []
    broken: list[Problem] = []
    for name, _, _ in marks:
        try:
            found.append(read(place / name))
        except Problem as problem:
            broken.append(problem)
    return Shelf(tuple(found), tuple(broken))
