"""Code lists: the short codes a record stores, and the words people see for them.

The lists are files in ``resources/codelists``; this module is their only reader. A code is never reused or
deleted: it gets a last day, after which nobody is offered it and old records still show what it meant.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import resources
from caseworker.errors import Problem

# The five ways an answer can be missing (domain.md 2.1). They stand for an answer in every list and are never
# NULL, so that "nobody asked" and "she would rather not say" stay apart in every return.
MISSING: Mapping[str, str] = MappingProxyType(
    {
        "NA-ASK": "Not asked yet",
        "NA-UNK": "Client does not know",
        "NA-REF": "Prefers not to say",
        "NA-UNS": "Not safe to ask",
        "NA-NAP": "Does not apply",
    }
)
# Shown as "not recorded" in a return; "prefers not to say" is a line of its own.
NOT_RECORDED = frozenset({"NA-ASK", "NA-UNS"})

_CODE = re.compile(r"[A-Za-z0-9+]+(-[A-Za-z0-9+]+)*")
_LIST_KEYS = {"name", "title", "version", "valid_from", "valid_to", "groups", "codes"}
_ENTRY_TYPES: dict[str, type] = {
    "label": str,
    "group": str,
    "flags": list,
    "valid_from": dt.date,
    "valid_to": dt.date,
    "maps_to": str,
    "set3": str,
    "lpa": str,
    "population_2021": int,
    "minutes": int,
    "from_age": int,
    "to_age": int,
    "months": int,
    "days": int,
    "hours": int,
}


@dataclass(frozen=True, slots=True)
class Code:
    """One entry. ``facts`` holds what only some lists carry: ``minutes``, ``set3``, ``lpa``,
    ``population_2021`` ...
    """

    code: str
    label: str
    group: str = ""
    flags: frozenset[str] = frozenset()
    valid_from: dt.date = dt.date.min
    valid_to: dt.date = dt.date.max
    facts: Mapping[str, Any] = field(default_factory=dict)

    def valid_on(self, day: dt.date) -> bool:
        return self.valid_from <= day <= self.valid_to


class UnknownCode(LookupError):
    """A code that was never in that list: a bug or a damaged record, never something typed."""


@dataclass(frozen=True, slots=True)
class CodeList:
    name: str
    title: str
    version: int
    entries: Mapping[str, Code]
    groups: Mapping[str, str]

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code in shipped order, retired ones included, without the five kinds of missing."""
        return tuple(self.entries)

    def valid_on(self, day: dt.date) -> tuple[str, ...]:
        """The codes that may be chosen on that day, in shipped order."""
        return tuple(code for code, entry in self.entries.items() if entry.valid_on(day))

    def __contains__(self, code: object) -> bool:
        return code in self.entries

    def entry(self, code: str) -> Code:
        """The entry, retired or not.

        Raises:
            UnknownCode: it was never in this list (the five kinds of missing are in no list).
        """
        try:
            return self.entries[code]
        except KeyError:
            raise UnknownCode(f"{self.name} has no such code") from None

    def label(self, code: str) -> str:
        """The words for a code of this list or for a missing answer."""
        return MISSING[code] if code in MISSING else self.entry(code).label

    def group(self, code: str) -> str:
        """The group a code is reported in; the code itself where the list has no groups, or the answer is
        missing.
        """
        if code in MISSING:
            return code
        return self.entry(code).group or code

    def flags(self, code: str) -> frozenset[str]:
        return frozenset() if code in MISSING else self.entry(code).flags

    def with_flag(self, flag: str) -> frozenset[str]:
        """All codes that carry the flag."""
        return frozenset(code for code, entry in self.entries.items() if flag in entry.flags)

    def parent(self, code: str, scheme: str) -> str:
        """The larger area (``set3`` or ``lpa``) of a district; the code itself for OUT, NFA, CON, missing."""
        if code in MISSING:
            return code
        return str(self.entry(code).facts.get(scheme, code))


def is_missing(code: str) -> bool:
    """Whether that is one of the five kinds of missing answer."""
    return code in MISSING


def accepts(list_name: str, code: str) -> bool:
    """Whether a field of that list may hold the code: in the list (retired too) or missing."""
    return code in MISSING or code in get(list_name)


@cache
def get(list_name: str) -> CodeList:
    """The shipped list with that name, read once.

    Raises:
        Problem: E-CODELIST, the file is missing or broken; the sentence names file and entry.
    """
    if not re.fullmatch(r"[a-z0-9_]+", list_name):
        raise UnknownCode("no code list has that name")
    return read(resources.path("codelists", f"{list_name}.toml"))


def names() -> tuple[str, ...]:
    """All shipped lists, sorted."""
    return tuple(sorted(file.stem for file in resources.path("codelists").glob("*.toml")))


def read(file: Path) -> CodeList:
    """A list read strictly from one file.

    Raises:
        Problem: E-CODELIST with file and entry, for anything unexpected: better no list than a wrong one.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise _broken(file, "the file cannot be read") from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _broken(file, str(error)) from None
    unknown = set(data) - _LIST_KEYS
    if unknown:
        raise _broken(file, f"“{min(unknown)}” is not part of a code list")
    for key, kind in {
        "name": str,
        "title": str,
        "version": int,
        "valid_from": dt.date,
        "codes": dict,
    }.items():
        if type(data.get(key)) is not kind:
            raise _broken(file, f"“{key}” is missing or of the wrong kind")
    if data["name"] != file.stem:
        raise _broken(file, "“name” differs from the file's name")
    if not data["title"].strip() or data["version"] < 1 or not data["codes"]:
        raise _broken(file, "the title, the version or the codes are empty")
    groups = data.get("groups", {})
    if type(groups) is not dict or not all(type(label) is str and label.strip() for label in groups.values()):
        raise _broken(file, "“groups” must give a label to each group")
    last = data.get("valid_to", dt.date.max)
    if type(last) is not dt.date:
        raise _broken(file, "“valid_to” must be a date")
    entries = {
        code: _entry(file, text, code, given, groups, data["valid_from"], last)
        for code, given in data["codes"].items()
    }
    _check_labels(file, text, entries)
    unused = set(groups) - {entry.group for entry in entries.values()}
    if unused:
        raise _broken(file, f"no entry is in group “{min(unused)}”")
    return CodeList(
        data["name"], data["title"], data["version"], MappingProxyType(entries), MappingProxyType(groups)
    )


def _entry(
    file: Path, text: str, code: str, given: Any, groups: Mapping[str, str], first: dt.date, last: dt.date
) -> Code:
    def broken(why: str) -> Problem:
        return _broken(file, f"entry {code}{_line(text, code)}: {why}")

    if not _CODE.fullmatch(code) or len(code) > 20:
        raise broken("a code holds letters, digits and single hyphens only")
    if code in MISSING or code.startswith("NA-"):
        raise broken("NA- codes are kept for missing answers")
    if type(given) is not dict:
        raise broken("must be a table with a label")
    for key, value in given.items():
        if key not in _ENTRY_TYPES:
            raise broken(f"“{key}” is not known")
        if type(value) is not _ENTRY_TYPES[key]:
            raise broken(f"“{key}” is of the wrong kind")
    label = given.get("label", "")
    if not label or label != label.strip():
        raise broken("the label is missing, or begins or ends with a space")
    if (groups or "group" in given) and given.get("group") not in groups:
        raise broken("its group is missing or not listed under groups")
    flags = given.get("flags", [])
    if not all(type(flag) is str and flag for flag in flags) or len(set(flags)) != len(flags):
        raise broken("the flags must be different words")
    start, end = given.get("valid_from", first), given.get("valid_to", last)
    if start > end:
        raise broken("“valid_from” is after “valid_to”")
    facts = {
        key: value
        for key, value in given.items()
        if key not in {"label", "group", "flags", "valid_from", "valid_to"}
    }
    if any(type(value) is int and value < 0 for value in facts.values()):
        raise broken("a number is below zero")
    return Code(code, label, given.get("group", ""), frozenset(flags), start, end, MappingProxyType(facts))


def _check_labels(file: Path, text: str, entries: Mapping[str, Code]) -> None:
    """Two codes with the same words on the same day could not be told apart on screen."""
    seen: dict[tuple[str, str], Code] = {}
    for code, entry in entries.items():
        key = (entry.group, entry.label.casefold())
        other = seen.get(key)
        if other and entry.valid_from <= other.valid_to and other.valid_from <= entry.valid_to:
            raise _broken(file, f"entry {code}{_line(text, code)}: {other.code} has the same label")
        seen[key] = entry


def _line(text: str, code: str) -> str:
    for number, line in enumerate(text.splitlines(), start=1):
        if re.match(rf'\s*"?{re.escape(code)}"?\s*=', line):
            return f", line {number}"
    return ""


def _broken(file: Path, why: str) -> Problem:
    return Problem(
        "E-CODELIST",
        "The code list {file} cannot be used: {why}. Install Caseworker again, or put the file right",
        file=file.name,
        why=why,
    )
