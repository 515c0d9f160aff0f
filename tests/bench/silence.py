"""Who has gone quiet, and how the team stands, in the vault of a provider: worked out beside the screen."""

from __future__ import annotations

from caseworker.storage import silence, team
from caseworker.storage.records import fetch
from tests.bench import vaults
from tests.bench.figures import Figure, Ground, median, milliseconds, spread, timed
from tests.bench.today import CONTACTS, NOW

ROUNDS = 15
BAR = 1000.0


def run(ground: Ground) -> list[Figure]:
    """The whole vault, everybody's clients, as the worker thread does it."""
    with vaults.opened(ground, CONTACTS, "provider"):
        (cases,) = fetch("SELECT count(*) FROM episode WHERE closed = ''")[0]
        silence.gone_quiet(NOW)
        quiet = [timed(lambda: silence.gone_quiet(NOW)) for _ in range(ROUNDS)]
        board = [timed(lambda: team.board(NOW, lambda _part: None)) for _ in range(ROUNDS)]
        found = len(silence.gone_quiet(NOW))
    return [
        Figure(
            f"gone quiet, {CONTACTS:,} contacts, {cases:,} open cases: median", milliseconds(median(quiet)), "ms", BAR,
            detail=f"{spread(quiet)}; {found} alarms",
        ),
        Figure("  the whole team board: median", milliseconds(median(board)), "ms", BAR, detail=spread(board)),
    ]  # fmt: skip
