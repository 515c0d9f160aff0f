"""A quarter's return from the encrypted vault, over DuckDB's GROUPING SETS on a clear-text copy in memory."""

from __future__ import annotations

import csv
from typing import Any

import duckdb

from caseworker.domain import codes, plans
from caseworker.domain.contacts import ATTEMPTED, CLIENT_KINDS, COUNTING_KINDS, NEVER_TWO_WAY_METHODS, TWO_WAY
from caseworker.domain.periods import Period
from caseworker.domain.returns import Counts
from caseworker.storage import returns
from caseworker.storage.engine import database
from caseworker.storage.records import fetch
from tests.bench import vaults
from tests.bench.figures import Figure, Ground, median, side_by_side, spread

BAR = 1.0
COLUMNS = {
    "contact": "at, client_id, episode_id, kind, method, outcome, minutes, travel_minutes, withdrawn",
    "referral": "id, client_id, received, source, crime, area, outcome",
    "episode": "id, client_id, started, closed, closure_reason, crime, consent_to_support, assessed_on",
    "client": "id, area, totals_only",
}
TEXTS = {
    "kind", "method", "outcome", "source", "crime", "area", "started", "closed", "closure_reason",
    "consent_to_support", "assessed_on",
}  # fmt: skip


def _set(words: Any) -> str:
    return ", ".join(f"'{word}'" for word in sorted(words))


TWO_WAY_IS = (
    f"(outcome IN ({_set(TWO_WAY)}) AND kind IN ({_set(COUNTING_KINDS)})"
    f" AND method NOT IN ({_set(NEVER_TWO_WAY_METHODS)}))"
)
TRIED_IS = f"(outcome IN ({_set(ATTEMPTED)}) AND kind IN ({_set(CLIENT_KINDS)}))"
ABSENT_IS = f"(outcome = 'DNA' AND kind IN ({_set(CLIENT_KINDS)}))"

# One pass a source table, every one-way table of the plan with the people behind each number.
ACTIVITY = """
SELECT kind, method, count(*), count(*) FILTER {tried}, count(*) FILTER {met}, count(*) FILTER {absent},
    sum(minutes), sum(travel_minutes), count(DISTINCT client_id), count(DISTINCT client_id) FILTER {tried},
    count(DISTINCT client_id) FILTER {met}, count(DISTINCT client_id) FILTER {absent},
    count(DISTINCT client_id) FILTER (WHERE minutes > 0), count(DISTINCT client_id) FILTER (WHERE
    travel_minutes > 0)
FROM contact WHERE "at" >= $since AND "at" < $before AND withdrawn = 0
GROUP BY GROUPING SETS ((kind), (method), ())
""".format(tried=f"(WHERE {TRIED_IS})", met=f"(WHERE {TWO_WAY_IS})", absent=f"(WHERE {ABSENT_IS})")
REFERRALS = """
SELECT source, r.area, crime_group, month(make_timestamp(received * 1000000)) AS at_month, outcome, count(*),
    count(DISTINCT client_id)
FROM referral r JOIN crime ON crime.code = r.crime WHERE received >= $since AND received < $before
GROUP BY GROUPING SETS
    ((source, outcome), (r.area, outcome), (crime_group, outcome), (at_month, outcome), (outcome), ())
"""
PEOPLE = f"""
WITH met AS (
    SELECT episode_id, min("at") AS first, max("at") FILTER (WHERE "at" >= $since) AS last
    FROM contact WHERE withdrawn = 0 AND "at" < $before AND {TWO_WAY_IS} GROUP BY episode_id
), e AS (
    SELECT episode.*, crime_group, client.area, first, last,
        CASE WHEN consent_to_support = 'yes' OR assessed_on <> '' THEN first END AS engaged
    FROM episode JOIN client ON client.id = episode.client_id JOIN crime ON crime.code = episode.crime
        LEFT JOIN met ON met.episode_id = episode.id
    WHERE started <= $end AND (closed = '' OR closed >= $start OR last IS NOT NULL)
)
SELECT area, crime_group, count(DISTINCT client_id) FILTER (WHERE last IS NOT NULL) AS supported,
    count(DISTINCT client_id) FILTER (WHERE last IS NOT NULL AND engaged < $since) AS ongoing,
    count(DISTINCT client_id) FILTER (WHERE engaged >= $since AND engaged < $before) AS engaged,
    count(DISTINCT client_id) FILTER (WHERE engaged < $before AND (closed = '' OR closed > $end)) AS active,
    count(DISTINCT client_id) FILTER (WHERE closed BETWEEN $start AND $end) AS ended
FROM e GROUP BY GROUPING SETS ((area), (crime_group), ())
"""


def run(ground: Ground) -> list[Figure]:
    """Both count the same quarter; their totals must agree before their times are compared."""
    figures = []
    plan = plans.load("essex-2025")
    period = Period.of(vaults.TODAY).previous()
    for size in ground.sizes:
        with vaults.opened(ground, size):
            duck = _loaded(ground)
            values = dict(zip(("since", "before"), period.epochs(), strict=True))
            days = {"start": period.start.isoformat(), "end": period.end.isoformat()}

            def ask(duck: Any = duck, values: Any = values, days: Any = days) -> tuple[Any, Any, Any]:
                return (
                    duck.execute(ACTIVITY, values).fetchall(),
                    duck.execute(REFERRALS, values).fetchall(),
                    duck.execute(PEOPLE, values | days).fetchall(),
                )

            _compare(returns.count(plan, period), *ask())
            ours, theirs = side_by_side(lambda: returns.count(plan, period), ask, 9)
            duck.close()
            in_quarter = fetch("SELECT count(*) FROM contact WHERE at >= ? AND at < ?", period.epochs())[0][0]
        figures.append(
            Figure(
                f"a quarter's return, {size:,} contacts: ours ÷ DuckDB", median(ours) / median(theirs), "×", BAR,
                detail=f"{spread(ours)} ÷ {spread(theirs)}; {in_quarter:,} contacts in the quarter",
            )
        )  # fmt: skip
    return figures


def _loaded(ground: Ground) -> Any:
    """DuckDB in memory with the clear-text tables (of made-up people), as typed columns."""
    duck = duckdb.connect(":memory:")
    for name, columns in COLUMNS.items():
        file = ground.folder / f"{name}.csv"
        with file.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            writer.writerow(columns.split(", "))
            rows = database.execute_sql(f"SELECT {columns} FROM {name}")
            while some := rows.fetchmany(50_000):
                writer.writerows(some)
        texts = [column for column in columns.split(", ") if column in TEXTS]
        typed = ", ".join(f"coalesce({column}, '') AS {column}" for column in texts)
        chosen = f"* REPLACE ({typed})" if texts else "*"
        duck.execute(
            f"CREATE TABLE {name} AS SELECT {chosen} FROM read_csv($file, header = true, types = $types)",
            {"file": str(file), "types": dict.fromkeys(texts, "VARCHAR")},
        )
        file.unlink()
    duck.execute("CREATE TABLE crime (code VARCHAR, crime_group VARCHAR)")
    crimes = codes.get("crime")
    used = {
        row[0]
        for row in fetch("SELECT DISTINCT crime FROM episode UNION SELECT DISTINCT crime FROM referral")
    }
    duck.executemany("INSERT INTO crime VALUES (?, ?)", [(code, crimes.group(code)) for code in sorted(used)])
    return duck


def _compare(counts: Counts, activity: Any, referrals: Any, people: Any) -> None:
    """The comparison is only worth something when both counted the same.

    Raises:
        RuntimeError: a total differs.
    """
    whole = next(row for row in activity if row[0] is None and row[1] is None)
    theirs = dict(
        zip(
            ("contacts", "attempts", "two_way", "did_not_attend", "minutes_direct", "minutes_travel"),
            whole[2:8],
            strict=True,
        )
    )
    theirs["received"] = next(row[5] for row in referrals if all(part is None for part in row[:5]))
    theirs["supported"] = max(row[2] for row in people if row[0] is None and row[1] is None)
    for measure, number in theirs.items():
        if counts.totals[measure] != number:
            raise RuntimeError(f"{measure}: {counts.totals[measure]} here, {number} there")
