"""The safety plan: what the client will do, in her own words, part by part.

It is never printed by default. Printed in disguise it holds only wording that was chosen with her for that, and no
name, no service and no word that gives it away.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from caseworker.domain import codes
from caseworker.domain.lookalikes import (
    is_spelled_with_figures,
    mixed,
    outline,
    pictured,
    run_together,
    seen,
    with_figures,
)
from caseworker.domain.when import iso_date
from caseworker.words import Words, words

LONGEST_WORDS = 2_000
LONGEST_DISGUISE = 200
CODED = {"kind": "safety_item", "owner": "plan_owner", "agreed": "yes_no"}
#: What each part is called when the screen is turned to the client, or a page is printed: nothing frightens.
CALM: dict[str, Words] = {
    "contact": words("People I can ring"),
    "escape": words("Getting out"),
    "bag": words("My bag and papers"),
    "phone": words("My phone"),
    "home": words("Home"),
    "children": words("Children and school"),
    "work": words("Work"),
    "pets": words("Pets"),
    "travel": words("Getting about"),
    "online": words("Online"),
    "money": words("Money"),
    "neighbours": words("Neighbours"),
    "orders": words("Papers to keep by me"),
    "weapons": words("Things to keep out of reach"),
    "suicide": words("When it gets too much"),
}
#: Words that say what a list is for, whoever finds it.
TELLING = (
    "999", "nine nine nine", "triple nine", "treble nine", "three nines", "101", "one oh one", "one o one",
    "one zero one", "abuse", "abusive", "advocate", "attack", "bail", "bailed", "caseworker", "code word", "coercive",
    "counselling", "counsellor", "court", "crisis", "da worker", "domestic", "dv", "escape",
    "ex boyfriend", "ex girlfriend", "ex husband", "ex partner", "ex wife", "her ex", "his ex", "my ex", "the ex",
    "fled", "flee", "fleeing",
    "harm", "harmed", "harming", "helpline", "hide", "hideout", "hiding", "idva", "injunction", "isva",
    "leave him", "leave her", "marac", "molestation", "non mol", "outreach", "perpetrator", "police", "rape",
    "raped", "rapist", "refuge", "restraining", "safe", "safeguarding", "safehouse", "safely", "safer",
    "safety", "samaritans", "shelter", "social services", "social worker", "solicitor", "stalking", "suicide",
    "support worker", "unsafe", "victim", "violence", "violent", "weapon", "women aid", "womens aid",
)  # fmt: skip


_BACKWARDS = "\u202e"  # what follows is shown from right to left


@dataclass(frozen=True, slots=True)
class SafetyItem:
    """One thing of the plan."""

    id: int | None
    uid: str
    client_id: int
    kind: str = "NA-ASK"  # list ``safety_item``
    text: str = ""
    hers: bool = True  # in the client's own words, not the worker's
    owner: str = "CLI"  # who does it: list ``plan_owner``
    agreed: str = "NA-ASK"  # with the client
    agreed_on: str = ""  # ISO date
    review_by: str = ""  # ISO date
    disguise: str = ""  # how it reads on a page that anybody may find, as chosen with her
    recorded: int = 0  # epoch seconds, set by storage
    worker_id: int | None = None  # author, set by storage
    withdrawn: int = 0  # epoch seconds; 0: it stands

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        for name, list_name in CODED.items():
            if not codes.accepts(list_name, getattr(self, name)):
                found[name] = words("Choose an answer from the list")
        if codes.is_missing(self.kind):
            found["kind"] = words("Choose which part of the plan it belongs to")
        if not self.text.strip():
            found["text"] = words("Enter what the client will do, in the client’s words")
        elif len(self.text) > LONGEST_WORDS:
            found["text"] = words("Must be {most} characters or fewer", most=LONGEST_WORDS)
        if self.agreed == "yes" and not self.agreed_on:
            found["agreed_on"] = words("Enter the date it was agreed")
        if self.agreed_on:
            day = iso_date(self.agreed_on)
            if day is None:
                found["agreed_on"] = words("Date must be a real date")
            elif day > today:
                found["agreed_on"] = words("Date must be today or in the past")
        if self.review_by and iso_date(self.review_by) is None:
            found["review_by"] = words("Date must be a real date")
        if len(self.disguise) > LONGEST_DISGUISE:
            found["disguise"] = words("Must be {most} characters or fewer", most=LONGEST_DISGUISE)
        elif telling := gives_away(self.disguise):
            found["disguise"] = words("Leave out “{word}”: it gives the page away", word=telling[0])
        return found


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the plan as a page shows it."""

    heading: Words
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The plan as text for a page. ``left_out``: items that have no wording for a page in disguise."""

    title: Words
    sections: tuple[Section, ...]
    left_out: int = 0


def by_kind(items: Iterable[SafetyItem]) -> dict[str, list[SafetyItem]]:
    """The items that stand under their parts, in the order of the list."""
    held = [one for one in items if not one.withdrawn]
    parts = {kind: [one for one in held if one.kind == kind] for kind in codes.get("safety_item").codes}
    return {kind: found for kind, found in parts.items() if found}


def next_review(items: Iterable[SafetyItem]) -> dt.date | None:
    """The first day on which something of the plan has to be looked at again."""
    days = [day for one in items if not one.withdrawn and (day := iso_date(one.review_by)) is not None]
    return min(days, default=None)


def gives_away(text: str, names: Iterable[str] = (), services: Iterable[str] = ()) -> tuple[str, ...]:
    """The words in a text that would tell somebody who finds it what it is, or whose: telling words, any part of
    somebody's name or their initials, a service's name as a whole.

    However they are spelled: with or without accents, apostrophes, hyphens, marks between letters, an s at the end;
    in letters of another alphabet, with figures or signs in place of letters, with letters that nobody sees.
    """
    return _found(text, _Watched.of(names, services))


@dataclass(frozen=True, slots=True)
class _Watched:
    """What must not stand on a page: read once for all of its lines."""

    words: tuple[str, ...]
    initials: frozenset[str]

    @classmethod
    def of(cls, names: Iterable[str], services: Iterable[str]) -> _Watched:
        people, bodies = [name for name in names if name.strip()], [name for name in services if name.strip()]
        parts = {
            part
            for name in people
            for reading in _readings(seen(name))
            for part in reading.split()
            if len(part) > 1 and part not in _JOINING
        }
        whole = {reading for name in bodies for reading in _readings(seen(name))}
        whole |= {"".join(reading.split()) for reading in whole}
        return cls(tuple(sorted(parts | whole)), frozenset(_initials(people)))


def _found(text: str, watched: _Watched) -> tuple[str, ...]:
    hidden = mixed(text)
    text = seen(f"{text} {text[::-1]}" if _BACKWARDS in text else text)
    text = re.sub(_PRICE, "£", text)
    held = _readings(text)
    plain = _side_by_side(held)
    telling = [" ".join(part for part in one.split() if part not in _HARMLESS) for one in held]
    shown = _side_by_side([*telling, pictured(text)])
    alike = _side_by_side(map(run_together, telling))
    closed = list(_closed(text))
    found = [
        word
        for word, (ways, ways_alike) in _WAYS.items()
        if any(way in shown for way in ways)
        or any(way in alike for way in ways_alike)
        or _is_parted(word, closed)
    ]
    found += [word for word in watched.words if f" {word} " in plain or f" {word}s " in plain]
    for line in _readings(with_figures(text)):
        parts = line.split()
        if spelled := [at for at, part in enumerate(parts) if is_spelled_with_figures(part)]:
            outlines = [outline(part) for part in parts]
            found += [word for word in (*TELLING, *watched.words) if _passes_for(word, outlines, spelled)]
    found += sorted(watched.initials & set(re.findall(r"\b[A-Z]{2,4}\b", text.replace(".", ""))))
    return tuple(dict.fromkeys([*found, *hidden]))


def _side_by_side(lines: Iterable[str]) -> str:
    """Each between spaces of its own: no two words of two of them stand one space apart."""
    return "".join(f" {line} " for line in lines)


def _ways(word: str) -> list[str]:
    """Longer words also where something follows them, "policeman"; words that belong together also written as one."""
    ends = [""] if len(word.split()[-1]) > 4 else [" ", "s "]
    return [f" {one}{end}" for one in sorted({word, word.replace(" ", "")}) for end in ends]


def _closed(text: str) -> Iterator[tuple[str, frozenset[int]]]:
    """Each stretch of words that only spaces part: without the spaces, and where in it words begin and end."""
    for stretch in re.split(r"[^\w\s]+", text.casefold()):
        parts = stretch.split()
        yield "".join(parts), frozenset(accumulate((len(part) for part in parts), initial=0))


def _is_parted(word: str, closed: Iterable[tuple[str, frozenset[int]]]) -> bool:
    """Whether the word stands there in pieces: "pol ice". Short ones may as well be pieces of other words."""
    if len(word) < 5 or " " in word:
        return False
    for line, ends in closed:
        for found in re.finditer(word, line):
            if found.start() in ends and (
                found.end() in ends or (line[found.end() :][:1] == "s" and found.end() + 1 in ends)
            ):
                return True
    return False


def _passes_for(word: str, line: list[str], spelled: list[int]) -> bool:
    """Whether the word stands there with figures for some of its letters: "p0lice". ``line``: the outlines of its
    words; ``spelled``: where among them there are figures.
    """
    if len(word) < 3 or word.isdigit():
        return False
    *first, last = map(outline, word.split())
    for at in {place - back for place in spelled for back in range(len(first) + 1)}:
        end = at + len(first)
        if at < 0 or end >= len(line) or line[at:end] != first:
            continue
        if line[end] in (last, f"{last}s") or (len(last) > 4 and line[end].startswith(last)):
            return True
    return False


def _initials(names: Iterable[str]) -> set[str]:
    """The first letters of names of several parts, as people write them in short: "AC"."""
    parts = [_readings(name)[0].upper().split() for name in names]
    return {"".join(part[0] for part in some) for some in parts if len(some) > 1}


def sheet(
    items: Iterable[SafetyItem],
    *,
    disguised: bool = False,
    names: Iterable[str] = (),
    services: Iterable[str] = (),
) -> Sheet:
    """The plan as text, for a page or for the screen turned to the client. ``names`` are those of everybody in her
    record; a line that holds one, or a service's, is left out of a page in disguise.
    """
    parts = by_kind(items)
    if not disguised:
        return Sheet(
            words("My plan"),
            tuple(Section(CALM[kind], tuple(one.text for one in found)) for kind, found in parts.items()),
        )
    watched = _Watched.of(names, services)
    held = [one for found in parts.values() for one in found]
    lines = tuple(
        one.disguise.strip() for one in held if one.disguise.strip() and not _found(one.disguise, watched)
    )
    return Sheet(
        words("To do"), (Section(words("This week"), lines),) if lines else (), len(held) - len(lines)
    )


def _readings(text: str) -> tuple[str, ...]:
    """What a text reads as: lower case, no accents, words parted by single spaces, possessives dropped, letters that
    stand alone put together. Words that an apostrophe, a hyphen or any other mark parts are read as one and as two;
    letters with two dots as German has them, both ways.
    """
    whole = re.sub(rf"[{_APOSTROPHES}]\s?s\b", "", text.casefold())
    found = []
    for spelled in (whole, whole.translate(_DOTTED)):
        plain = "".join(
            sign for sign in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(sign)
        ).casefold()
        for joined in _JOINED:
            words_of = re.findall(r"[^\W_]+", re.sub(joined, "", plain) if joined else plain)
            found.append(re.sub(r"\b(\w) (?=\w\b)", r"\1", " ".join(words_of)))
    return tuple(dict.fromkeys(found))


#: Each begins as a telling word does, or looks like one.
_HARMLESS = frozenset(
    {"ball", "balls", "balled", "courtney", "courtneys", "courtesy", "courtyard", "courtyards"}
)
_PRICE = r"£\s?\d[\d,]*(?:\.\d\d)?\b"  # £9.99 is no number to ring
_DOTTED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_JOINING = frozenset({"the", "of", "and", "for", "de", "la", "van", "al", "el", "bin", "ben"})
_APOSTROPHES, _HYPHENS = "'`´ʼ‘’′", r"\-‐‑‒–—―−"
_JOINED = (
    "",
    f"[{_APOSTROPHES}]",
    f"[{_APOSTROPHES}{_HYPHENS}]",
    rf"\s*[{_HYPHENS}]\s*|[{_APOSTROPHES}]",  # also at the end of a line
    r"(?<=\w)(?:[^\w\s]|_)+(?=\w)",
)
#: How each may stand in a line, and in one whose letters may be read as others.
_WAYS = {word: (_ways(word), [run_together(way) for way in _ways(word)]) for word in TELLING}
