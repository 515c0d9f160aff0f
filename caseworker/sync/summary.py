"""The summary: the only thing that ever leaves a service, and the types that keep it harmless.

A return is a fixed set of whole numbers under agreed codes, with a month, a period and fingerprints. The
types below have no place for a name, a note, an address or a day: what cannot be written down cannot leak.
Both ends read it with the same strict reader.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from caseworker import canonical
from caseworker.canonical import NotCanonical
from caseworker.errors import Problem

FORMAT = "essex-return"
VERSION = "1.0"
MOST_BYTES = 512 * 1024
MOST_CELLS = 8_000
LOWEST_BASE = 5

# Every text in a summary is one of these kinds. The title says which, ``names_check`` counts by it, and the
# pattern bounds it: there is no kind for free text. Whether a code is one of the plan's codes is checked
# against the plan.
Name = Annotated[str, Meta(pattern=r"\A[A-Za-z][A-Za-z0-9_.-]{0,47}\Z", max_length=48, title="plan name")]
Code = Annotated[str, Meta(pattern=r"\A[A-Z0-9][A-Z0-9_.+-]{0,23}\Z", max_length=24, title="code")]
Agency = Annotated[str, Meta(pattern=r"\A[A-Z][A-Z0-9-]{0,15}\Z", max_length=16, title="organisation code")]
PeriodCode = Annotated[
    str, Meta(pattern=r"\A20[0-9]{2}-[0-9]{2}(Q[1-4]|H[12]|Y)\Z", max_length=9, title="period")
]
Month = Annotated[str, Meta(pattern=r"\A20[0-9]{2}-(0[1-9]|1[0-2])\Z", max_length=7, title="month")]
ListVersion = Annotated[str, Meta(pattern=r"\A[0-9]{1,8}\Z", max_length=8, title="list version")]
FormatVersion = Annotated[str, Meta(pattern=r"\A1\.[0-9]{1,3}\Z", max_length=5, title="format version")]
Hash = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z", max_length=64, title="fingerprint")]
Named = Annotated[str, Meta(pattern=r"\Asha256:[0-9a-f]{64}\Z", max_length=71, title="fingerprint")]
NamedOrNone = Annotated[str, Meta(pattern=r"\A(sha256:[0-9a-f]{64})?\Z", max_length=71, title="fingerprint")]
DeviceUid = Annotated[str, Meta(pattern=r"\A[0-9a-f]{32}\Z", max_length=32, title="laptop number")]
Count = Annotated[int, Meta(ge=0, le=2**40)]
Seq = Annotated[int, Meta(ge=1, le=2**53)]
Base = Annotated[int, Meta(ge=LOWEST_BASE, le=1_000)]
ReturnVersion = Annotated[int, Meta(ge=1, le=999)]
Laptops = Annotated[int, Meta(ge=0, le=100_000)]

KINDS = ("A", "B1", "B2", "P", "V")  # only A is written or read so far; the others keep their letters
NO_PREV = "0" * 64


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """One measure along one dimension. ``cells`` has one number for each of ``codes`` and, last, their total.

    ``merged`` says which of the plan's codes were put together so that every category covers enough people.
    """

    id: Name
    measure: Name
    dim: Name
    codes: Annotated[tuple[Code, ...], Meta(max_length=1_000)]
    merged: dict[Code, Annotated[tuple[Code, ...], Meta(min_length=1, max_length=1_000)]]
    cells: Annotated[tuple[Count, ...], Meta(min_length=1, max_length=1_001)]


class Complete(Struct, frozen=True, forbid_unknown_fields=True):
    """How much of the service is in: laptops counted, laptops enrolled."""

    laptops: tuple[Laptops, Laptops]


class Envelope(Struct, frozen=True, forbid_unknown_fields=True):
    """A return as it leaves. The prefix ``sha256:`` marks a fingerprint of exact bytes.

    ``to`` is the fingerprint of the one key that can open it; ``seq`` and ``prev`` chain what one laptop
    sent; ``audit_commit`` ties it to the laptop's own audit chain and says nothing about it.
    """

    format: Literal["essex-return"]
    v: FormatVersion
    kind: Literal["A"]
    plan: Named
    org: Agency
    agency: Agency
    period: PeriodCode
    version: ReturnVersion
    supersedes: NamedOrNone
    geo: Month
    lists: Annotated[dict[Name, ListVersion], Meta(max_length=100)]
    base: Base
    tables: Annotated[tuple[Table, ...], Meta(min_length=1, max_length=500)]
    complete: Complete
    made: Month
    to: Hash
    device: DeviceUid
    seq: Seq
    prev: Hash
    audit_commit: Hash


def build(
    *,
    plan: str,
    org: str,
    agency: str,
    period: str,
    version: int,
    geo: str,
    lists: Mapping[str, str],
    tables: Sequence[Table],
    made: str,
    to: str,
    device: str,
    seq: int,
    prev: str = NO_PREV,
    audit_commit: str,
    supersedes: str = "",
    base: int = LOWEST_BASE,
    laptops: tuple[int, int] = (1, 1),
    kind: Literal["A"] = "A",
) -> bytes:
    """The exact bytes of a return: what is shown, approved, signed and sealed are these and no others.

    ``plan`` is ``sha256:`` and the plan's hash; ``made`` and ``geo`` are months (``2025-07``); ``to``,
    ``prev`` and ``audit_commit`` are 64 hexadecimal letters, ``device`` 32. ``sync.outbox.place()`` gives
    org, agency, to, device, seq, prev and audit_commit of the next return of this laptop.

    Raises:
        Problem: E-SUMMARY when anything does not fit the types; nothing leaves then.
    """
    value = {
        "format": FORMAT, "v": VERSION, "kind": kind, "plan": plan, "org": org, "agency": agency, "period":
        period, "version": version, "supersedes": supersedes, "geo": geo, "lists": dict(lists), "base": base,
        "tables": [msgspec.to_builtins(table) for table in tables], "complete": {"laptops": list(laptops)},
        "made": made, "to": to, "device": device, "seq": seq, "prev": prev, "audit_commit": audit_commit,
    }  # fmt: skip
    try:
        data = canonical.dump(value)
    except NotCanonical:
        raise _unreadable() from None
    read(data)
    return data


def read(data: bytes) -> Envelope:
    """The return in ``data``.

    Raises:
        Problem: E-SUMMARY-NEWER when a later major version wrote it; E-SUMMARY when it is too large, not
        canonical,
            has an unknown field, a wrong type, too many cells, a cell that is not a multiple of its base, or
            tables whose codes and cells do not fit together.
    """
    try:
        value = canonical.load(data, most=MOST_BYTES)
    except NotCanonical:
        raise _unreadable() from None
    if _is_newer(value):
        raise Problem(
            "E-SUMMARY-NEWER",
            "This return was made by a newer version. Update this program, then read it again.",
        )
    try:
        envelope = msgspec.convert(value, Envelope, strict=True)
    except (msgspec.ValidationError, RecursionError):
        raise _unreadable() from None
    if not _fits_together(envelope):
        raise _unreadable()
    return envelope


def fingerprint(data: bytes) -> str:
    """``sha256:`` and the hash of exact bytes, as ``plan`` and ``supersedes`` carry it."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def schema() -> dict[str, Any]:
    """The JSON Schema of a return, for people who write their own reader."""
    text = json.dumps(msgspec.json.schema(Envelope))
    # The same patterns as other languages spell them: their $ does not let a line end through, Python's does.
    return dict(json.loads(text.replace(r"\\A", "^").replace(r"\\Z", "$")))


class NamesCheck(Struct, frozen=True):
    """How many fields of a return could hold what must never leave: all 0, by the types."""

    names: int
    birth_dates: int
    addresses: int
    notes: int
    days: int
    free_text: int
    client_ids: int
    texts: int  # how many texts there are in all; every one of a bounded kind
    numbers: int
    bytes: int

    def nothing_personal(self) -> bool:
        """Whether none of it could be about a person."""
        return not any(
            (
                self.names,
                self.birth_dates,
                self.addresses,
                self.notes,
                self.days,
                self.free_text,
                self.client_ids,
            )
        )


# The kinds of text a summary may hold, by the title of their type. Anything else counts as what it might be.
_HARMLESS = frozenset(
    {"plan name", "code", "organisation code", "period", "month", "list version", "format version",
    "fingerprint",
     "laptop number"}
)  # fmt: skip
_PERSONAL = {
    "name": "names",
    "birth date": "birth_dates",
    "address": "addresses",
    "note": "notes",
    "day": "days",
    "client number": "client_ids",
}
_LONGEST_TEXT = 71


def names_check(payload: bytes, form: type[Struct] = Envelope) -> NamesCheck:
    """What a return could say about a person, proven from the types rather than by looking for names.

    Every text field of ``form`` is visited once: a field of a harmless kind must have a pattern and a length
    of at most 71; a field without either, or of a kind not known here, counts as free text. The payload has
    to pass the strict reader, so nothing outside the types can be in it.

    Raises:
        Problem: E-SUMMARY when the payload is not a return.
    """
    read(payload)
    found = dict.fromkeys(_PERSONAL.values(), 0) | {"free_text": 0}
    texts = numbers = 0
    for field in text_fields(form):
        if field.kind == "number":
            numbers += 1
            continue
        texts += 1
        if field.title in _PERSONAL:
            found[_PERSONAL[field.title]] += 1
        elif field.title not in _HARMLESS or not field.bounded:
            found["free_text"] += 1
    return NamesCheck(**found, texts=texts, numbers=numbers, bytes=len(payload))


class TextField(Struct, frozen=True):
    """One place in the types where text or a number stands."""

    kind: Literal["text", "number"]
    title: str
    bounded: bool


def text_fields(form: Any) -> list[TextField]:
    """Every leaf of a msgspec type: texts with their title and whether they are bounded, and numbers."""
    found: list[TextField] = []
    _walk(msgspec.inspect.type_info(form), "", found)
    return found


def _walk(kind: msgspec.inspect.Type, title: str, found: list[TextField]) -> None:
    inspect = msgspec.inspect
    if isinstance(kind, inspect.Metadata):
        inner_title = str((kind.extra_json_schema or {}).get("title", title))
        _walk(kind.type, inner_title, found)
    elif isinstance(kind, inspect.StructType):
        if not kind.forbid_unknown_fields:
            found.append(TextField("text", "anything else", False))
        for field in kind.fields:
            _walk(field.type, "", found)
    elif isinstance(kind, inspect.StrType):
        bounded = (
            kind.pattern is not None and kind.max_length is not None and kind.max_length <= _LONGEST_TEXT
        )
        found.append(TextField("text", title, bounded))
    elif isinstance(kind, inspect.IntType | inspect.BoolType):
        found.append(TextField("number", title, True))
    elif isinstance(kind, inspect.LiteralType):
        return  # a fixed word of ours
    elif isinstance(kind, inspect.VarTupleType | inspect.ListType | inspect.SetType | inspect.FrozenSetType):
        _walk(kind.item_type, "", found)
    elif isinstance(kind, inspect.TupleType):
        for item in kind.item_types:
            _walk(item, "", found)
    elif isinstance(kind, inspect.DictType):
        _walk(kind.key_type, "", found)
        _walk(kind.value_type, "", found)
    elif isinstance(kind, inspect.UnionType):
        for item in kind.types:
            _walk(item, title, found)
    elif isinstance(kind, inspect.NoneType):
        return
    else:  # floats, bytes, dates, Any: nothing we know how to bound
        found.append(TextField("text", "anything else", False))


def _is_newer(value: Any) -> bool:
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        return False
    version = value.get("v")
    if not isinstance(version, str):
        return False
    major, _, minor = version.partition(".")
    # isascii first: "²" counts as a digit but not as a number
    return version.isascii() and major.isdigit() and minor.isdigit() and len(version) < 12 and int(major) > 1


def _fits_together(envelope: Envelope) -> bool:
    if sum(len(table.cells) for table in envelope.tables) > MOST_CELLS:
        return False
    if len({(table.id, table.measure, table.dim) for table in envelope.tables}) != len(envelope.tables):
        return False
    first, second = int(envelope.period[2:4]), int(envelope.period[5:7])
    if second != (first + 1) % 100:
        return False
    counted, enrolled = envelope.complete.laptops
    return counted <= enrolled and all(_table_fits(table, envelope.base) for table in envelope.tables)


def _table_fits(table: Table, base: int) -> bool:
    """One cell for each code and the total; codes once; nothing exact: every cell a multiple of the base."""
    if len(table.cells) != len(table.codes) + 1 or len(set(table.codes)) != len(table.codes):
        return False
    if any(cell % base for cell in table.cells):
        return False
    if table.codes and sum(table.cells[:-1]) != table.cells[-1]:
        return False
    if not set(table.merged) <= set(table.codes):
        return False
    inside = [code for codes in table.merged.values() for code in codes]
    return len(set(inside)) == len(inside)


def _unreadable() -> Problem:
    return Problem(
        "E-SUMMARY",
        "This is not a return that can be read. Nothing was changed; make the return again and resend it.",
    )
