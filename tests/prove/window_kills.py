"""Sixty kills at random moments of a session through the real windows (see tests/journey/kills.py)."""

from __future__ import annotations

from pathlib import Path

from tests.journey.kills import Killer

KILLS = 60


def test_sixty_kills_through_the_windows(tmp_path: Path) -> None:
    with Killer(tmp_path, seed=2) as killer:
        count = killer.kill(KILLS)
    print(
        f"\n{count.kills} kills in {count.seconds:.0f} s: {count.opened} sittings had opened the records,"
        f" {count.saved} contacts saved, 0 lost; {count.drafts_checked} unfinished notes, 0 lost"
    )
    assert count.kills == KILLS
    assert count.saved > 0
