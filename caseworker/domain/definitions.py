"""What an instrument's file may say, read strictly: items, scales, scoring, bands, direction, stages, dates.

Anything unexpected is one sentence with file, line and reason: better no form than one that scores wrongly.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from caseworker.domain import codes
from caseworker.errors import Problem
from caseworker.words import Words, words

KINDS = ("risk", "needs", "outcomes", "score", "feedback")
METHODS = ("none", "sum", "grade")
MOST_BYTES = 128 * 1024  # a form is dropped in by hand and may come from anybody
LONGEST_LINE = 2_000  # characters; what reads a form takes the square of it

_CODE = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
_NAME = re.compile(r"[A-Z][A-Z0-9]*")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,5}")


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen. ``value`` is what it counts; None where it counts nothing."""

    code: str
    label: str
    value: int | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    name: str
    options: Mapping[str, Option]


@dataclass(frozen=True, slots=True)
class Item:
    """One question. Exactly one of: ``scale`` (choose), ``least`` and ``most`` (a whole number), ``text``.

    A follow-up has a ``parent`` and is asked only while the parent's answer is one of ``when``.
    """

    code: str
    label: str
    hint: str = ""
    group: str = ""
    scale: Scale | None = None
    least: int = 0
    most: int = 0
    text: bool = False
    parent: str = ""
    when: frozenset[str] = frozenset()

    @property
    def is_number(self) -> bool:
        return self.scale is None and not self.text

    def points(self, value: str) -> int | None:
        """What that answer counts; None for a missing one, for words, and where answers count nothing."""
        if codes.is_missing(value) or self.text:
            return None
        if self.scale is not None:
            option = self.scale.options.get(value)
            return option.value if option else None
        return int(value) if _NUMBER.fullmatch(value) else None

    @property
    def counts(self) -> bool:
        """Whether its answers have a size, so that they can be added up and compared."""
        if self.scale is None:
            return not self.text
        return any(option.value is not None for option in self.scale.options.values())

    def show(self, value: str) -> str:
        """The answer in the words of this definition; what it does not know is shown as it stands."""
        if value in codes.MISSING:
            return codes.MISSING[value]
        known = self.scale.options.get(value) if self.scale else None
        return known.label if known else value


@dataclass(frozen=True, slots=True)
class Band:
    """Totals of ``start`` and more, up to the next band."""

    code: str
    label: str
    start: int


@dataclass(frozen=True, slots=True)
class Prompt:
    """Something that may weigh more than the total: shown when every item of ``items`` was answered with points."""

    code: str
    label: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """How two answers are compared. ``step`` is the smallest change that counts (for outside tools the reliable
    change); ``good`` is where the good end begins, seen in the better direction.
    """

    better: str  # higher, lower
    step: int = 1
    good: int = 0
    pair_days: int = 14

    def is_good(self, points: int) -> bool:
        return points >= self.good if self.better == "higher" else points <= self.good


@dataclass(frozen=True, slots=True)
class Instrument:
    """One version of one instrument, as its file says it."""

    name: str
    title: str
    kind: str
    version: int
    valid_from: dt.date
    valid_to: dt.date
    note: str
    stages: tuple[str, ...]
    sourced: bool  # each answer says who said so: the client or the professional
    missing: tuple[str, ...]  # the kinds of missing offered beside the answers; all five can be stored
    different: tuple[str, ...]  # items that may not have the same answer
    review_days: int  # 0: no rhythm of its own
    items: Mapping[str, Item]
    groups: Mapping[str, str]
    method: str  # none, sum, grade
    graded_by: str  # the item whose answer is the grade
    whole: bool  # no total unless everything that counts was answered
    total_label: str
    bands: tuple[Band, ...]
    areas: Mapping[str, Mapping[str, int]]  # area -> band -> its start there
    prompts: tuple[Prompt, ...]
    change: Change | None
    text: str = field(repr=False)

    @property
    def digest(self) -> str:
        """64 hex digits that name exactly this definition, whatever its file is called."""
        return digest_of(self.text)

    def valid_on(self, day: dt.date) -> bool:
        return self.valid_from <= day <= self.valid_to

    def asked(self, values: Mapping[str, str]) -> tuple[Item, ...]:
        """The items that stand on the form with these answers: follow-ups only where their parent calls for
        them.
        """
        return tuple(item for item in self.items.values() if not item.parent or self._called(item, values))

    def _called(self, item: Item, values: Mapping[str, str]) -> bool:
        parent = self.items[item.parent]
        if parent.parent and not self._called(parent, values):
            return False
        return values.get(parent.code, "NA-ASK") in item.when

    @property
    def counted(self) -> tuple[Item, ...]:
        """The items whose answers make up the total."""
        return tuple(item for item in self.items.values() if item.counts and not item.parent)


def digest_of(text: str) -> str:
    """64 hex digits of a definition's text; line endings of another system make no difference."""
    return hashlib.sha256("\n".join(text.splitlines()).encode("utf-8")).hexdigest()


def read(file: Path) -> Instrument:
    """One definition from its file, whose name is ``NAME-VERSION.toml``.

    Raises:
        Problem: E-INSTRUMENT naming file, line and reason.
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise _broken(file.name, 1, words("the file cannot be read as text")) from None
    found = parse(text, file.name)
    if file.stem != f"{found.name}-{found.version}":
        raise _broken(
            file.name,
            1,
            words("the file must be called {name}", name=f"{found.name}-{found.version}.toml"),
        )
    return found


@lru_cache(maxsize=64)
def parse(text: str, file: str) -> Instrument:
    """A definition from its text, read strictly. ``file`` is what the sentence calls it.

    Raises:
        Problem: E-INSTRUMENT naming file, line and reason.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise _broken(file, 1, words("the file is larger than {most} bytes", most=MOST_BYTES))
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > LONGEST_LINE:
            raise _broken(file, number, words("the line is longer than {most} characters", most=LONGEST_LINE))
    return _Reader(text, file).instrument()


def _broken(file: str, line: int, why: Words) -> Problem:
    return Problem(
        "E-INSTRUMENT",
        "The form {file} cannot be used. Line {line}: {why}. Put the file right, or take it away",
        file=file,
        line=line,
        why=why,
    )


_TOP: dict[str, tuple[type, bool]] = {
    "name": (str, True),
    "title": (str, True),
    "kind": (str, True),
    "version": (int, True),
    "valid_from": (dt.date, True),
    "valid_to": (dt.date, False),
    "note": (str, False),
    "stages": (list, True),
    "sourced": (bool, False),
    "missing": (list, False),
    "different": (list, False),
    "review_days": (int, False),
    "scales": (dict, False),
    "groups": (dict, False),
    "items": (dict, True),
    "follow": (dict, False),
    "score": (dict, True),
    "bands": (dict, False),
    "areas": (dict, False),
    "prompts": (dict, False),
    "change": (dict, False),
}
_ITEM = {"label": str, "hint": str, "group": str, "scale": str, "least": int, "most": int, "text": bool}
_FOLLOW = {**_ITEM, "scale_of": str, "after": str, "at_least": int, "is": list}
_SCORE = {"method": str, "item": str, "whole": bool, "label": str}
_CHANGE = {"better": str, "step": int, "good": int, "pair_days": int}


class _Reader:
    """Reads one definition and knows on which line each part of it stands."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.lines = _line_numbers(text)
        self.scales: dict[str, Scale] = {}
        self.items: dict[str, Item] = {}

    def broken(self, where: str, why: Words) -> Problem:
        """``where`` is a path like ``items.15``; the nearest part of it that has a line gives the line."""
        while where and where not in self.lines:
            where = where.rpartition(".")[0]
        return _broken(self.file, self.lines.get(where, 1), why)

    def instrument(self) -> Instrument:
        try:
            data = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            at = re.search(r"at line (\d+)", str(error))
            line = int(at[1]) if at else len(self.text.splitlines()) or 1
            raise _broken(self.file, line, words("this is not TOML")) from None
        except RecursionError:
            raise _broken(self.file, 1, words("it is nested too deeply")) from None
        except ValueError:  # a number of more digits than Python reads, a date that is none
            raise _broken(self.file, 1, words("a number or a date is not one")) from None
        self.keyed(data, "", {name: kind for name, (kind, _) in _TOP.items()})
        for name, (_, needed) in _TOP.items():
            if needed and name not in data:
                raise self.broken("", words("“{key}” is missing", key=name))
        self.head(data)
        groups = data.get("groups", {})
        self.labels(groups, "groups")
        self.read_scales(data.get("scales", {}))
        self.read_items(data["items"], groups, data.get("scales", {}))
        self.read_follow(data.get("follow", {}), groups)
        unused = set(data.get("scales", {})) - {
            item.scale.name for item in self.items.values() if item.scale is not None
        }
        if unused:
            raise self.broken(f"scales.{min(unused)}", words("no question uses this scale"))
        method, graded_by, whole, label = self.read_score(data["score"])
        bands = self.read_bands(data.get("bands", {}), data["kind"], method)
        different = tuple(data.get("different", ()))
        for code in different:
            if code not in self.items:
                raise self.broken("different", words("there is no question “{code}”", code=str(code)))
        return Instrument(
            name=data["name"],
            title=data["title"],
            kind=data["kind"],
            version=data["version"],
            valid_from=data["valid_from"],
            valid_to=data.get("valid_to", dt.date.max),
            note=data.get("note", ""),
            stages=tuple(data["stages"]),
            sourced=data.get("sourced", False),
            missing=tuple(data.get("missing", codes.MISSING)),
            different=different,
            review_days=data.get("review_days", 0),
            items=MappingProxyType(self.items),
            groups=MappingProxyType(groups),
            method=method,
            graded_by=graded_by,
            whole=whole,
            total_label=label,
            bands=bands,
            areas=self.read_areas(data.get("areas", {}), bands),
            prompts=self.read_prompts(data.get("prompts", {})),
            change=self.read_change(data.get("change")),
            text=self.text,
        )

    # --- the parts

    def head(self, data: Mapping[str, Any]) -> None:
        if not _NAME.fullmatch(data["name"]) or len(data["name"]) > 20:
            raise self.broken("name", words("“name” holds capital letters and digits only"))
        if not data["title"].strip():
            raise self.broken("title", words("“title” is empty"))
        if data["kind"] not in KINDS:
            raise self.broken("kind", words("“kind” must be one of {kinds}", kinds=", ".join(KINDS)))
        if data["version"] < 1:
            raise self.broken("version", words("“version” must be 1 or more"))
        if data["valid_from"] > data.get("valid_to", dt.date.max):
            raise self.broken("valid_to", words("“valid_to” is before “valid_from”"))
        stages = codes.get("outcome_stage")
        if not data["stages"] or any(stage not in stages for stage in data["stages"]):
            raise self.broken(
                "stages", words("“stages” must name one or more of {stages}", stages=", ".join(stages.codes))
            )
        if any(code not in codes.MISSING for code in data.get("missing", ())):
            raise self.broken(
                "missing", words("“missing” must name some of {codes}", codes=", ".join(codes.MISSING))
            )
        if data.get("review_days", 0) < 0:
            raise self.broken("review_days", words("“review_days” is below zero"))
        if not data["items"]:
            raise self.broken("items", words("there is no question"))

    def read_scales(self, given: Mapping[str, Any]) -> None:
        for name, scale in given.items():
            if type(scale) is not dict or not scale:
                raise self.broken(f"scales.{name}", words("a scale is a table of answers"))
            if "items_of" in scale:
                continue  # made once the questions are known
            options: dict[str, Option] = {}
            for code, entry in scale.items():
                where = f"scales.{name}.{code}"
                self.code(where, code)
                self.keyed(entry, where, {"label": str, "value": int})
                options[code] = Option(code, self.label(entry, where), entry.get("value"))
            self.distinct(f"scales.{name}", {code: one.label for code, one in options.items()})
            valued = [one.value for one in options.values() if one.value is not None]
            if valued and len(valued) < len(options):
                raise self.broken(
                    f"scales.{name}", words("either every answer of a scale has a value, or none")
                )
            self.scales[name] = Scale(name, MappingProxyType(options))

    def read_items(
        self, given: Mapping[str, Any], groups: Mapping[str, str], scales: Mapping[str, Any]
    ) -> None:
        later = {name: scale["items_of"] for name, scale in scales.items() if "items_of" in scale}
        for name, of in later.items():
            # A scale made of the questions that use another one: "which of these matters most to you?"
            chosen = {
                code: Option(code, entry["label"])
                for code, entry in given.items()
                if type(entry) is dict and entry.get("scale") == of and type(entry.get("label")) is str
            }
            if set(scales[name]) != {"items_of"} or not chosen:
                raise self.broken(
                    f"scales.{name}",
                    words("“items_of” must name a scale that questions use, and stand alone"),
                )
            self.scales[name] = Scale(name, MappingProxyType(chosen))
        for code, entry in given.items():
            where = f"items.{code}"
            self.code(where, code)
            self.keyed(entry, where, _ITEM)
            self.items[code] = self.item(code, entry, where, groups)
        self.distinct("items", {code: item.label for code, item in self.items.items()})
        unused = set(groups) - {item.group for item in self.items.values()}
        if unused:
            raise self.broken(f"groups.{min(unused)}", words("no question is in this group"))

    def item(self, code: str, entry: Mapping[str, Any], where: str, groups: Mapping[str, str]) -> Item:
        label = self.label(entry, where)
        ways = [bool("scale" in entry), bool("least" in entry or "most" in entry), entry.get("text", False)]
        if sum(ways) != 1:
            raise self.broken(where, words("a question has either a scale, least and most, or text"))
        scale = None
        if "scale" in entry:
            scale = self.scales.get(entry["scale"])
            if scale is None:
                raise self.broken(where, words("there is no scale “{name}”", name=entry["scale"]))
        least, most = entry.get("least", 0), entry.get("most", 0)
        if ways[1] and not 0 <= least < most <= 999_999:
            raise self.broken(where, words("“least” must be below “most”, and neither below zero"))
        group = entry.get("group", "")
        if (groups and "group" not in entry) or (group and group not in groups):
            raise self.broken(where, words("its group is missing or not listed under groups"))
        return Item(
            code, label, entry.get("hint", ""), group, scale, least, most, bool(entry.get("text", False))
        )

    def read_follow(self, given: Mapping[str, Any], groups: Mapping[str, str]) -> None:
        """Questions asked again under every question of a scale, or under another follow-up."""
        under: dict[str, list[str]] = {}
        for suffix, entry in given.items():
            where = f"follow.{suffix}"
            self.code(where, suffix)
            self.keyed(entry, where, _FOLLOW)
            if ("scale_of" in entry) == ("after" in entry) or ("at_least" in entry) == ("is" in entry):
                raise self.broken(
                    where, words("it needs one of “scale_of” and “after”, and one of “at_least” and “is”")
                )
            parents = [
                item
                for item in list(self.items.values())
                if (
                    not item.parent and item.scale is not None and item.scale.name == entry["scale_of"]
                    if "scale_of" in entry
                    else item.code.endswith(f"-{entry['after']}") and item.parent
                )
            ]
            if not parents:
                raise self.broken(where, words("no question comes before it"))
            own = {key: value for key, value in entry.items() if key in _ITEM}
            for parent in parents:
                root = parent.code.removesuffix(f"-{entry['after']}") if "after" in entry else parent.code
                code = f"{root}-{suffix}"
                under.setdefault(root, []).append(code)
                if code in self.items:
                    raise self.broken(where, words("there is a question “{code}” already", code=code))
                made = self.item(code, {**own, **({"group": parent.group} if groups else {})}, where, groups)
                self.items[code] = Item(
                    code, made.label, made.hint, made.group, made.scale, made.least, made.most, made.text,
                    parent.code, self.when(entry, parent, where),
                )  # fmt: skip

        order = [
            code for top in self.items if not self.items[top].parent for code in (top, *under.get(top, ()))
        ]
        self.items = {code: self.items[code] for code in order}

    def when(self, entry: Mapping[str, Any], parent: Item, where: str) -> frozenset[str]:
        options = parent.scale.options if parent.scale else {}
        if "is" in entry:
            if not entry["is"] or any(code not in options for code in entry["is"]):
                raise self.broken(where, words("“is” must name answers of the question before it"))
            return frozenset(entry["is"])
        found = frozenset(
            code for code, one in options.items() if one.value is not None and one.value >= entry["at_least"]
        )
        if not found:
            raise self.broken(where, words("no answer of the question before it is “at_least” that much"))
        return found

    def read_score(self, given: Mapping[str, Any]) -> tuple[str, str, bool, str]:
        self.keyed(given, "score", _SCORE)
        method = given.get("method", "")
        if method not in METHODS:
            raise self.broken(
                "score.method", words("“method” must be one of {methods}", methods=", ".join(METHODS))
            )
        graded_by = given.get("item", "")
        if (method == "grade") != ("item" in given):
            raise self.broken("score", words("“item” belongs to the method grade, and only there"))
        if method == "grade":
            scale = self.items[graded_by].scale if graded_by in self.items else None
            if scale is None or any(code not in codes.get("risk_grade") for code in scale.options):
                raise self.broken(
                    "score.item",
                    words("“item” must be a question answered by a grade of the list risk_grade"),
                )
        if method == "sum" and not any(item.counts for item in self.items.values()):
            raise self.broken("score", words("there is nothing to add up: no answer has a value"))
        return method, graded_by, given.get("whole", False), given.get("label", "")

    def read_bands(self, given: Mapping[str, Any], kind: str, method: str) -> tuple[Band, ...]:
        found: list[Band] = []
        if given and method != "sum":
            raise self.broken("bands", words("bands need the method sum"))
        grades = codes.get("risk_grade")
        for code, entry in given.items():
            where = f"bands.{code}"
            self.code(where, code)
            self.keyed(entry, where, {"from": int, "label": str})
            if type(entry.get("from")) is not int or entry["from"] < 0:
                raise self.broken(where, words("“{key}” is missing", key="from"))
            if kind == "risk" and code not in grades:
                raise self.broken(
                    where, words("a band of a risk tool is one of {grades}", grades=", ".join(grades.codes))
                )
            label = grades.label(code) if kind == "risk" else self.label(entry, where)
            if found and entry["from"] <= found[-1].start:
                raise self.broken(where, words("each band must begin above the one before it"))
            if (
                kind == "risk"
                and found
                and list(grades.codes).index(code) > list(grades.codes).index(found[-1].code)
            ):
                raise self.broken(where, words("the grades must go up with the total"))
            found.append(Band(code, label, entry["from"]))
        return tuple(found)

    def read_areas(self, given: Mapping[str, Any], bands: Sequence[Band]) -> Mapping[str, Mapping[str, int]]:
        for area, entry in given.items():
            where = f"areas.{area}"
            self.keyed(entry, where, {band.code: int for band in bands})
            starts = [entry.get(band.code, band.start) for band in bands]
            if any(low >= high for low, high in itertools.pairwise(starts)) or min(starts) < 0:
                raise self.broken(where, words("each band must begin above the one before it"))
        return MappingProxyType({area: MappingProxyType(dict(entry)) for area, entry in given.items()})

    def read_prompts(self, given: Mapping[str, Any]) -> tuple[Prompt, ...]:
        found = []
        for code, entry in given.items():
            where = f"prompts.{code}"
            self.keyed(entry, where, {"label": str, "items": list})
            named = entry.get("items", [])
            if not named or any(name not in self.items or not self.items[name].counts for name in named):
                raise self.broken(where, words("“items” must name questions whose answers have a value"))
            found.append(Prompt(code, self.label(entry, where), tuple(named)))
        return tuple(found)

    def read_change(self, given: Mapping[str, Any] | None) -> Change | None:
        if given is None:
            return None
        self.keyed(given, "change", _CHANGE)
        if given.get("better") not in ("higher", "lower"):
            raise self.broken("change.better", words("“better” must be higher or lower"))
        if "good" not in given:
            raise self.broken("change", words("“{key}” is missing", key="good"))
        step, days = given.get("step", 1), given.get("pair_days", 14)
        if step < 1 or days < 1:
            raise self.broken("change", words("“step” and “pair_days” must be 1 or more"))
        if not any(item.counts for item in self.items.values()):
            raise self.broken("change", words("there is nothing to compare: no answer has a value"))
        return Change(given["better"], step, given["good"], days)

    # --- the smallest checks

    def keyed(self, given: Any, where: str, kinds: Mapping[str, type]) -> None:
        """A table that holds only these keys, each of its kind."""
        if type(given) is not dict:
            raise self.broken(where, words("this must be a table of its own"))
        for key, value in given.items():
            place = f"{where}.{key}" if where else key
            if key not in kinds:
                raise self.broken(place, words("“{key}” is not known here", key=key))
            if type(value) is not kinds[key]:
                raise self.broken(place, words("“{key}” is of the wrong kind", key=key))
            if isinstance(value, list):
                if any(type(one) is not str for one in value):
                    raise self.broken(place, words("“{key}” must be a list of words in quotes", key=key))
                if len(set(value)) != len(value):
                    raise self.broken(place, words("“{key}” names something twice", key=key))

    def code(self, where: str, code: str) -> None:
        if not _CODE.fullmatch(code) or len(code) > 20:
            raise self.broken(where, words("a code holds letters, digits and single hyphens only"))
        if code.startswith("NA-"):
            raise self.broken(where, words("NA- codes are kept for missing answers"))

    def label(self, entry: Mapping[str, Any], where: str) -> str:
        label = entry.get("label", "")
        if type(label) is not str or not label or label != label.strip():
            raise self.broken(where, words("the label is missing, or begins or ends with a space"))
        return label

    def labels(self, given: Mapping[str, Any], where: str) -> None:
        for code, label in given.items():
            self.label({"label": label}, f"{where}.{code}")

    def distinct(self, where: str, labels: Mapping[str, str]) -> None:
        seen: dict[str, str] = {}
        for code, label in labels.items():
            other = seen.setdefault(label.casefold(), code)
            if other != code:
                raise self.broken(f"{where}.{code}", words("“{other}” has the same label", other=other))


def _line_numbers(text: str) -> dict[str, int]:
    """Path of every table and key -> the line it stands on; quotes around a key make no difference."""
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(#.*)?$", line):
            table = ".".join(part.strip().strip("\"'") for part in header[1].split("."))
            found.setdefault(table, number)
        elif key := re.match(r"\s*(\"[^\"]+\"|'[^']+'|[A-Za-z0-9_-]+)\s*=", line):
            name = key[1].strip("\"'")
            found.setdefault(f"{table}.{name}" if table else name, number)
    return found
