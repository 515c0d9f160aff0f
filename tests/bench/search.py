"""The list of clients at every key, from the first letter on, as vaults grow."""

from __future__ import annotations

from caseworker.storage import clients
from caseworker.storage.records import fetch
from tests.bench import vaults
from tests.bench.figures import Figure, Ground, median, milliseconds, p95, spread, timed

VISIBLE = 40  # lines read for the screen


def run(ground: Ground) -> list[Figure]:
    """Type sixty names letter by letter; each key searches and reads the lines on screen."""
    figures = []
    for size in ground.sizes:
        with vaults.opened(ground, size):
            every, first = [], []
            for text in typed():
                taken = timed(
                    lambda text=text: clients.rows(clients.search(text, open_only=False).ids[:VISIBLE])
                )
                every.append(taken)
                if len(text) == 1:
                    first.append(taken)
            high = [
                timed(lambda text=text: clients.rows(clients.search(text, high_only=True).ids[:VISIBLE]))
                for text in ("", *typed()[::7])
            ]
            people = clients.count()
        bar = 16.0
        figures.append(
            Figure(
                f"search a key, {size:,} contacts, {people:,} clients: p95", milliseconds(p95(every)), "ms", bar,
                detail=f"median {milliseconds(median(every)):.2f} ms of {len(every)} keys",
            )
        )  # fmt: skip
        figures.append(
            Figure(
                f"  the first letter alone, {size:,} contacts: p95", milliseconds(p95(first)), "ms", bar,
                detail=spread(first),
            )
        )  # fmt: skip
        figures.append(
            Figure(
                f"  those at high risk alone, {size:,} contacts: p95", milliseconds(p95(high)), "ms", bar,
                detail=spread(high),
            )
        )  # fmt: skip
    return figures


def typed() -> list[str]:
    """What stands in the search box after each key, for sixty names spread over the vault."""
    names = [row[0] for row in fetch("SELECT name FROM client ORDER BY id")]
    chosen = names[:: max(1, len(names) // 60)][:60]
    return [name[:length] for name in chosen for length in range(1, min(len(name), 12) + 1)]
