"""Services the agency can refer to: what they are, whom they take, how to refer, and whether there is a wait.

Also the service map as a table for a spreadsheet, both ways. It holds nothing about any client.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from caseworker.domain import codes
from caseworker.domain.when import iso_date
from caseworker.errors import Problem
from caseworker.words import Words, words

LONGEST_NAME = 120
LONGEST_TEXT = 1_000
OLDEST = 120
CHECK_AFTER = 182  # days after which what is known should be checked again
MOST_ROWS = 2_000
MOST_BYTES = 2_000_000
COLUMNS = (
    "name", "provider", "type", "areas", "crime groups", "youngest", "oldest", "hours", "how to refer", "wait",
    "checked on", "note",
)  # fmt: skip
_FIELDS = (
    "name", "provider", "kind", "areas", "crimes", "youngest", "oldest", "hours", "how", "wait", "checked", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Service:
    """``areas`` and ``crimes`` are comma-separated: codes of list ``area`` and groups of list ``crime``; or one of the
    kinds of missing while nobody asked the service.
    """

    id: int | None
    uid: str
    name: str
    kind: str = "NA-ASK"  # list ``service_type``
    provider: str = ""
    areas: str = "NA-ASK"
    crimes: str = "NA-ASK"
    youngest: int = 0  # years
    oldest: int = OLDEST
    hours: str = ""
    how: str = ""  # how to refer
    wait: str = "NA-ASK"  # list ``service_wait``
    checked: str = ""  # ISO date somebody last asked the service; empty: never
    note: str = ""
    ended: str = ""  # ISO date from which nobody can be referred any more; empty: it goes on
    recorded: int = 0  # epoch seconds, set by storage
    worker_id: int | None = None  # author, set by storage

    def problems(self, today: dt.date) -> dict[str, Words]:
        """What has to be put right before this can be saved: field -> sentence. Empty when fine."""
        found: dict[str, Words] = {}
        if not self.name.strip():
            found["name"] = words("Enter the name of the service")
        elif len(self.name) > LONGEST_NAME:
            found["name"] = words("Must be {most} characters or fewer", most=LONGEST_NAME)
        for field in ("provider", "hours", "how", "note"):
            if len(getattr(self, field)) > LONGEST_TEXT:
                found[field] = words("Must be {most} characters or fewer", most=LONGEST_TEXT)
        if not codes.accepts("service_type", self.kind):
            found["kind"] = words("Choose the type of service")
        if not codes.accepts("service_wait", self.wait):
            found["wait"] = words("Choose whether the service takes people now")
        for field, known in (("areas", codes.get("area").codes), ("crimes", tuple(crime_groups()))):
            parts = split(getattr(self, field))
            if not codes.is_missing(getattr(self, field)) and (
                not parts or len(set(parts)) != len(parts) or any(part not in known for part in parts)
            ):
                found[field] = words("Choose from the list, or say that it is not known")
        if not 0 <= self.youngest <= self.oldest <= OLDEST:
            found["youngest"] = words(
                "Ages must go from the youngest to the oldest, 0 to {oldest}", oldest=OLDEST
            )
        for field in ("checked", "ended"):
            if text := getattr(self, field):
                day = iso_date(text)
                if day is None:
                    found[field] = words("Date must be a real date")
                elif day > today:
                    found[field] = words("Date must be today or in the past")
        return found


def split(listed: str) -> tuple[str, ...]:
    """The codes of a comma-separated list; none for a missing answer."""
    return () if codes.is_missing(listed) else tuple(part for part in listed.split(",") if part)


def crime_groups() -> Mapping[str, str]:
    """Group of crime -> its words."""
    return codes.get("crime").groups


def places() -> tuple[str, ...]:
    """The districts a service can be for; "no fixed address" and its like are no places."""
    area = codes.get("area")
    return tuple(code for code in area.codes if "not_place" not in area.flags(code))


def fits(
    service: Service, area: str = "NA-ASK", crime: str = "NA-ASK", age: int | None = None
) -> bool | None:
    """Whether it takes a client of that district, crime and age: yes, no, or None where too little is known of either.

    A district withheld for safety or outside the county rules nothing out.
    """
    answers: list[bool | None] = []
    for listed, wanted, known in (
        (service.areas, area, area in places()),
        (service.crimes, codes.get("crime").group(crime), not codes.is_missing(crime)),
    ):
        answers.append(wanted in split(listed) if known and not codes.is_missing(listed) else None)
    if age is not None:
        answers.append(service.youngest <= age <= service.oldest)
    if False in answers:
        return False
    return True if answers and None not in answers else None


def needs_checking(service: Service, today: dt.date) -> bool:
    """Whether nobody asked the service for half a year, or ever."""
    checked = iso_date(service.checked)
    return checked is None or (today - checked).days > CHECK_AFTER


def wait_words(service: Service) -> Words:
    """Whether it takes people now, as it stands beside its name."""
    return words("{answer}", answer=codes.get("service_wait").label(service.wait))


# --- as a table for a spreadsheet ---------------------------------------------------------------------------

# A cell that begins with one of these is run as a formula by spreadsheet programs (OWASP, CSV injection).
_RUNS = frozenset("=+-@\t\r\n＝＋－＠")


def to_csv(services: Iterable[Service]) -> str:
    """The service map as CSV with a header line. A text that a spreadsheet would run as a formula gets an apostrophe
    in front, which ``from_csv`` takes off again.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for one in services:
        writer.writerow([_guarded(_cell(one, field)) for field in _FIELDS])
    return out.getvalue()


def from_csv(text: str, today: dt.date) -> list[Service]:
    """The services of such a table, in its order. Columns may stand in any order; only ``name`` is needed.

    Raises:
        Problem: E-SERVICES-FILE, with the line and what to do about it: a table is taken whole or not at all.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise _refused(1, words("the file is larger than {most} bytes", most=MOST_BYTES))
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    found: list[Service] = []
    head: list[str] | None = None
    seen: dict[tuple[str, str], int] = {}
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if head is None:
                head = _head(cells)
                continue
            line = reader.line_num
            if len(cells) != len(head):
                raise _refused(
                    line,
                    words("it has {n} cells and the first line {wanted}", n=len(cells), wanted=len(head)),
                )
            made = _service(dict(zip(head, (_opened(cell).strip() for cell in cells), strict=True)), line)
            if wrong := made.problems(today):
                raise _refused(line, next(iter(wrong.values())))
            key = same_as(made)
            if key in seen:
                raise _refused(line, words("line {first} is the same service", first=seen[key]))
            seen[key] = line
            found.append(made)
            if len(found) > MOST_ROWS:
                raise _refused(line, words("there are more than {most} services", most=MOST_ROWS))
    except csv.Error:
        raise _refused(reader.line_num, words("it is not written as CSV")) from None
    if head is None:
        raise _refused(1, words("the file is empty"))
    return found


def same_as(service: Service) -> tuple[str, str]:
    """Two with the same are one service."""
    return (" ".join(service.name.casefold().split()), " ".join(service.provider.casefold().split()))


def _head(cells: Sequence[str]) -> list[str]:
    named = [cell.strip().casefold() for cell in cells]
    for name in named:
        if name not in COLUMNS:
            raise _refused(1, words("there is no column “{name}”", name=name[:40]))
    if len(set(named)) != len(named):
        raise _refused(1, words("a column stands twice"))
    if "name" not in named:
        raise _refused(1, words("the column “name” is missing"))
    return [_FIELDS[COLUMNS.index(name)] for name in named]


def _service(cells: Mapping[str, str], line: int) -> Service:
    given: dict[str, str] = {field: cell for field, cell in cells.items() if cell}
    ages = {}
    for field in ("youngest", "oldest"):
        if field in given:
            text = given.pop(field)
            if not (text.isascii() and text.isdigit() and len(text) <= 3):
                raise _refused(line, words("an age must be a number"))
            ages[field] = int(text)
    for field, (everything, whole) in _all().items():
        if given.get(field, "").casefold() == everything:
            given[field] = whole
        elif field in given:
            given[field] = ",".join(part.strip() for part in given[field].split(","))
    return Service(None, "", given.pop("name", ""), **given, **ages)  # type: ignore[arg-type]


def _all() -> dict[str, tuple[str, str]]:
    """Field -> the one word that stands in the table for all of its codes, and those codes."""
    return {"areas": ("everywhere", ",".join(places())), "crimes": ("any", ",".join(crime_groups()))}


def _cell(service: Service, field: str) -> str:
    value = str(getattr(service, field))
    everything, whole = _all().get(field, ("", ""))
    return everything if everything and value == whole else value


def _runs(cell: str) -> bool:
    return cell[:1] in _RUNS and bool(cell)


def _guarded(cell: str) -> str:
    marked = cell.startswith("'") and (_runs(cell[1:]) or cell[1:2] == "'")
    return f"'{cell}" if _runs(cell) or marked else cell


def _opened(cell: str) -> str:
    marked = cell.startswith("'") and (_runs(cell[1:]) or cell[1:2] == "'")
    return cell[1:] if marked else cell


def _refused(line: int, why: Words) -> Problem:
    return Problem(
        "E-SERVICES-FILE",
        "The file was not taken in. Line {line}: {why}. Put it right and try again; nothing was changed",
        line=line,
        why=why,
    )
