"""The hub's two pages: what was received, and one return with its rounded tables.

Everything can be read without a script, at 320 pixels, and by a screen reader. The figures are exactly those
that the agency approved: nothing is added up, ranked or guessed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from peewee import fn

from caseworker.domain import plans as plan_words
from caseworker.domain.periods import Period
from caseworker.domain.plans import DIMENSIONS, MEASURES, TABLE_TITLES
from caseworker.hub import ledger
from caseworker.hub.plans import TOTAL, Plans
from caseworker.hub.tables import Agency, Arrival
from caseworker.sync import summary
from caseworker.sync.summary import Envelope, Table
from caseworker.sync.wire import check_words

LONDON = ZoneInfo("Europe/London")
MOST_ROWS = 200
MOST_CARDS = 12
LARGEST_ID = 2**31 - 1
MOST_COLUMNS = 8
HEADLINES = (
    "valid_referrals", "accepted", "engaged", "supported", "new", "active", "contacts", "two_way",
)  # fmt: skip
PLACES = ("set3",)  # dimensions whose label begins with a name

STATES = {"received": "Received", "refused": "Refused"}
REASONS = {
    "format": "could not be read",
    "newer": "made by a newer program",
    "kind": "a kind not taken",
    "recipient": "sealed to another key",
    "sender": "names another agency or laptop",
    "plan": "follows another plan",
    "table": "not a table of the plan",
    "period": "period not open",
    "version": "not the newest version",
    "supersedes": "does not follow the last version",
    "chain": "does not follow what the laptop sent before",
    "approval": "not approved by enough people known here",
}
UNITS = {
    "people": "People; each is counted once by each service.",
    "referrals": "Referrals, not people.",
    "contacts": "Contacts, not people.",
    "minutes": "Minutes, not people.",
}
LINES = {
    "received": "Return received",
    "refused": "Return refused",
    "conflict": "Two different returns under one number",
    "joined": "Laptop joined",
    "letter": "Pairing letter made",
    "agency": "Agency entered",
    "blocked": "Pairing code blocked",
}


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as it is drawn: caption, column heads, rows of a label and its numbers.

    ``total`` says where the total stands: in the last ``row``, the last ``column``, or nowhere.
    """

    caption: str
    label: str
    columns: list[str]
    rows: list[tuple[str, list[str]]]
    total: str
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the plan with all its grids."""

    id: str
    title: str
    grids: list[Grid]


@dataclass(frozen=True, slots=True)
class Row:
    """One arrival in the list."""

    id: int
    agency: str
    name: str
    period: str
    version: str
    at: str
    state: str
    is_received: bool
    is_replaced: bool
    why: str
    check: str
    sha256: str
    entry: int
    synthetic: bool


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["groups"] = lambda text: [text[at : at + 4] for at in range(0, len(text), 4)]
    made.filters["when"] = when
    return made


def overview(plans: Plans) -> str:
    """The page with everything that arrived, the tables of what counts now, and the ledger."""
    names = _agencies()
    newest = _newest_received()
    rows = [
        _row(arrival, names, newest)
        for arrival in Arrival.select().order_by(Arrival.id.desc()).limit(MOST_ROWS)
    ]
    current = (
        Arrival.select()
        .where(Arrival.id.in_(list(newest.values())))
        .order_by(Arrival.period.desc(), Arrival.agency, Arrival.id.desc())
        .limit(MOST_CARDS)
    )
    cards = []
    for arrival in current if newest else []:
        envelope = summary.read(bytes(arrival.payload))
        cards.append((_row(arrival, names, newest), headline(envelope), sections(envelope)))
    seq, digest = ledger.head()
    return _TEMPLATES.get_template("overview.html").render(
        rows=rows,
        cards=cards,
        received=Arrival.select().where(Arrival.status == "received").count(),
        refused=Arrival.select().where(Arrival.status == "refused").count(),
        most=MOST_ROWS,
        head_seq=seq,
        head=digest,
        lines=[
            (line, LINES.get(line.kind, line.kind), _subject(line.subject, names))
            for line in ledger.newest(6)
        ],
        synthetic=any(agency.synthetic for agency in names.values()),
    )


def one_return(row_id: int, plans: Plans) -> str | None:
    """The page of one return with all its tables, or None when there is no such return."""
    arrival = Arrival.get_or_none(Arrival.id == row_id) if row_id <= LARGEST_ID else None
    if arrival is None:
        return None
    names = _agencies()
    row = _row(arrival, names, _newest_received())
    envelope = summary.read(bytes(arrival.payload)) if row.is_received else None
    return _TEMPLATES.get_template("return.html").render(
        row=row,
        envelope=envelope,
        sections=sections(envelope) if envelope else [],
        synthetic=row.synthetic,
        plan=envelope is not None and envelope.plan in plans,
    )


def not_found() -> str:
    """The page for an address that is not here."""
    return _TEMPLATES.get_template("not_found.html").render(synthetic=False)


def headline(envelope: Envelope) -> list[tuple[str, str]]:
    """The few totals that say most, as (words, number)."""
    found = {table.measure: table.cells[-1] for table in envelope.tables if table.dim == TOTAL}
    return [(str(MEASURES[name].label), number(found[name])) for name in HEADLINES if name in found]


def sections(envelope: Envelope) -> list[Section]:
    """All tables of a return by plan table, measures side by side where their categories agree."""
    found = []
    for table_id in dict.fromkeys(table.id for table in envelope.tables):
        title = str(TABLE_TITLES[table_id])
        tables = [table for table in envelope.tables if table.id == table_id]
        alike: dict[tuple[object, ...], list[Table]] = {}
        for table in tables:
            if table.dim != TOTAL:
                alike.setdefault((table.dim, table.codes, tuple(table.merged.items())), []).append(table)
        grids = _totals(title, tables) + [_grid(title, str(key[0]), group) for key, group in alike.items()]
        found.append(Section(table_id, title, grids))
    return found


def number(value: int) -> str:
    """1,240."""
    return f"{value:,}"


def when(epoch: int) -> str:
    """``22 November 2026, 11:05``, London time."""
    moment = datetime.fromtimestamp(epoch, LONDON)
    return f"{moment.day} {moment:%B %Y, %H:%M}"


def _grid(title: str, dim: str, tables: Sequence[Table]) -> Grid:
    """Categories down and measures across; the other way round where that makes a narrower table."""
    label = str(DIMENSIONS[dim].label)
    merged = tables[0].merged
    measures = [str(MEASURES[table.measure].label) for table in tables]
    categories = [*(_code_label(dim, code) for code in tables[0].codes), "Total"]
    notes = _unit_notes([table.measure for table in tables])
    for code, inside in merged.items():
        names = ", ".join(_code_label(dim, one) for one in inside)
        notes.append(f"{_code_label(dim, code)}: {names}.")
    in_sentence = label if dim in PLACES else label[0].lower() + label[1:]
    caption = f"{measures[0] if len(measures) == 1 else title} by {in_sentence}"
    if len(measures) > MOST_COLUMNS and len(categories) < len(measures):
        across = [
            (measure, [number(cell) for cell in table.cells])
            for measure, table in zip(measures, tables, strict=True)
        ]
        return Grid(caption, "Measure", categories, across, "column", notes)
    down = [
        (category, [number(table.cells[at]) for table in tables]) for at, category in enumerate(categories)
    ]
    return Grid(caption, label, measures, down, "row", notes)


def _totals(title: str, tables: Sequence[Table]) -> list[Grid]:
    """The tables of one number each, as one table; none when there are none."""
    single = [table for table in tables if table.dim == TOTAL]
    rows = [(str(MEASURES[table.measure].label), [number(table.cells[-1])]) for table in single]
    notes = _unit_notes([table.measure for table in single])
    return [Grid(f"{title}: totals", "Measure", ["Number"], rows, "", notes)] if rows else []


def _code_label(dim: str, code: str) -> str:
    try:
        return plan_words.code_label(dim, code)
    except (LookupError, ValueError):
        return code  # an older list: the code itself is still true


def _unit_notes(measures: Sequence[str]) -> list[str]:
    return [UNITS[unit] for unit in dict.fromkeys(MEASURES[measure].unit for measure in measures)]


def _agencies() -> dict[tuple[str, str], Agency]:
    return {(agency.org, agency.code): agency for agency in Agency.select()}


def _newest_received() -> dict[tuple[str, str, str], int]:
    """(org, agency, period) -> id of the received return with the highest version. Ids grow with versions."""
    rows = (
        Arrival.select(Arrival.org, Arrival.agency, Arrival.period, fn.MAX(Arrival.id))
        .where(Arrival.status == "received")
        .group_by(Arrival.org, Arrival.agency, Arrival.period)
        .tuples()
    )
    return {(row[0], row[1], row[2]): row[3] for row in rows}


def _row(
    arrival: Arrival, names: dict[tuple[str, str], Agency], newest: dict[tuple[str, str, str], int]
) -> Row:
    agency = names.get((arrival.org, arrival.agency))
    is_received = arrival.status == "received"
    return Row(
        id=arrival.id,
        agency=arrival.agency,
        name=agency.name if agency else "",
        period=Period.parse(arrival.period).label if arrival.period else "[x]",
        version=str(arrival.version) if arrival.version else "[x]",
        at=when(arrival.at),
        state=STATES[arrival.status],
        is_received=is_received,
        is_replaced=is_received and newest.get((arrival.org, arrival.agency, arrival.period)) != arrival.id,
        why=REASONS.get(arrival.reason, arrival.reason),
        check=check_words(arrival.payload_sha256),
        sha256=arrival.payload_sha256,
        entry=arrival.entry,
        synthetic=bool(agency and agency.synthetic),
    )


def _subject(subject: str, names: dict[tuple[str, str], Agency]) -> str:
    """The ledger names codes; a reader wants the agency's name beside its code. Laptop numbers stay out."""
    org, _, rest = subject.partition(" ")
    code = rest.split(" ")[0]
    agency = names.get((org, code))
    return f"{code} {agency.name}" if agency else code


_TEMPLATES = _environment()
