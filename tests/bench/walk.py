"""How long the windows ever stand still, and what they weigh, in a walk through the app on a large vault."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.bench.figures import Figure, Ground, median, milliseconds
from tests.bench.opening import ROOT, root_of, window

WALKS = 3
BLOCK_BAR, LOOK_BAR, MEMORY_BAR = 50.0, 250.0, 60.0


def run(ground: Ground) -> list[Figure]:
    """Three walks in processes of their own; of each the longest block. The middle one counts."""
    longest, looks, names, weights, every = [], [], [], [], []
    for _ in range(WALKS):
        found = _walk(str(root_of(ground)))
        blocks = [block for block in found["blocks"] if not block[0].startswith("text size")]
        changes = [seconds for what, seconds, _ in found["blocks"] if what.startswith("text size")]
        longest.append(blocks[0][1])
        looks.append(max(changes))
        names.append(
            ", ".join(
                f"{what} {milliseconds(late):.0f} ({milliseconds(busy):.0f} computing)"
                for what, late, busy in blocks[:3]
            )
        )
        weights.append(found["megabytes"])
        every += [seconds for _, seconds, _ in blocks]
    empty = median([window("memory")["megabytes"] for _ in range(3)])
    over = sum(seconds > BLOCK_BAR / 1000 for seconds in every) / WALKS
    return [
        Figure(
            "longest block of the thread of the windows in a walk", milliseconds(median(longest)), "ms", BLOCK_BAR,
            detail=f"{over:.1f} a walk over {BLOCK_BAR:g} ms; longest: {names[-1]}",
        ),
        Figure("change of text size", milliseconds(median(looks)), "ms", LOOK_BAR),
        Figure(
            "memory over an empty window, settled", median(weights) - empty, "MB", MEMORY_BAR,
            detail=f"{median(weights):.0f} - {empty:.0f} MB, {ground.contacts:,} contacts, after a return",
        ),
    ]  # fmt: skip


def _walk(root: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.walking", root],
        cwd=ROOT, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    lines = [text for text in done.stdout.splitlines() if text.startswith("{")]
    if not lines:
        raise RuntimeError(f"the walk told nothing: {done.stderr[-2000:]}")
    found = json.loads(lines[-1])
    if found["failed"]:
        raise RuntimeError(f"the walk did not reach its end: {found['failed']}")
    return dict(found)
