"""The whole line, as ``./run journey`` does it: real hub, real windows, real processes, receipt verified at the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journey.journey import Journey

pytestmark = pytest.mark.journey


def test_the_line_holds_from_first_run_to_verified_receipt(tmp_path: Path) -> None:
    journey = Journey(tmp_path / "journey", tmp_path / "shots")
    journey.folder.mkdir()
    journey.run()
    said = "\n".join(journey.steps.lines)
    for part in (
        "recovery sheet typed back",
        "Locked",
        "unfinished note",
        "receipt verified",
        "ledger was walked",
    ):
        assert part in said
    pictures = [path.name for path in sorted((tmp_path / "shots").glob("*.png"))]
    assert len(pictures) >= 20
    assert len({name.split("-")[0] for name in pictures}) == len(pictures)  # no picture overwrote another
