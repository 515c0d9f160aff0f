"""Every screen, tab and form opened in a provider's vault: how long until it stands there, how long the windows stand
still over it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench import vaults
from tests.bench.figures import Figure, Ground, median, milliseconds
from tests.bench.opening import ROOT

CONTACTS = 70_000  # a provider's three years
WALKS = 3  # of each kind
OPEN_BAR, BLOCK_BAR = 150.0, 50.0
WORST = 5


class Visited(NamedTuple):
    """Seconds, each the middle one of several walks. ``seen``: until nothing in view changed any more; ``whole``: nor
    further down. ``busy``: of the processor, in all and at a time.
    """

    what: str
    seen: float
    whole: float
    longest: float
    busy: float
    busiest: float


def run(ground: Ground) -> list[Figure]:
    """A provider's three years, then a hundred thousand contacts of the same service. Each visit twice a walk: the
    first since the app was opened, and again."""
    figures = []
    for contacts in sorted({CONTACTS, ground.contacts}):
        figures += _figures(contacts, _visits(ground, contacts))
    return figures


def _visits(ground: Ground, contacts: int) -> list[Visited]:
    made = vaults.made(ground, contacts, "provider")
    plain, looking = [], []
    for walk in range(2 * WALKS):
        root = ground.folder / f"visiting-{contacts}"
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir()
        shutil.copytree(made, root / made.name)
        if walk % 2:
            looking.append(_walk(root, "--seen"))
        else:
            plain.append(_walk(root))
    return [
        Visited(
            every[0][0],
            median([one[1] for one in seen]),
            *(median([one[part] for one in every]) for part in range(2, 6)),
        )
        for every, seen in zip(zip(*plain, strict=True), zip(*looking, strict=True), strict=True)
    ]


def _walk(root: Path, *how: str) -> list[list[Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.visiting", str(root), *how],
        cwd=ROOT, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    lines = [text for text in done.stdout.splitlines() if text.startswith("{")]
    if not lines:
        raise RuntimeError(f"the walk told nothing: {done.stderr[-2000:]}")
    found = json.loads(lines[-1])
    if found["failed"]:
        raise RuntimeError(f"the walk did not reach its end: {found['failed']}")
    return list(found["visits"])


def _figures(contacts: int, visits: list[Visited]) -> list[Figure]:
    # A page is there when nothing in view changes any more; what lies further down is made between key presses, and
    # what holds up is each step of that.
    opened = [one for one in visits if not one.what.startswith("close")]
    slow = sorted(opened, key=lambda one: -one.busiest)
    late = max(opened, key=lambda one: one.seen)
    over = sum(milliseconds(one.longest) > BLOCK_BAR for one in opened)
    load = os.getloadavg()[0]
    found = [
        Figure(
            f"longest block, {len(opened)} visits, {contacts:,} contacts", milliseconds(slow[0].longest), "ms",
            BLOCK_BAR, detail=f"{slow[0].what}; {over} visits over {BLOCK_BAR:g} ms; load {load:.1f}",
        ),
        Figure(
            f"  slowest to stand there, {contacts:,} contacts", milliseconds(late.seen), "ms", OPEN_BAR,
            detail=f"{late.what}; {sum(milliseconds(one.seen) > OPEN_BAR for one in opened)} visits over"
            f" {OPEN_BAR:g} ms; middle one {milliseconds(median([one.seen for one in opened])):.0f} ms",
        ),
        Figure(
            "  and further down too within 150 ms", sum(milliseconds(one.whole) <= OPEN_BAR for one in opened),
            f"of {len(opened)}", detail=f"middle one {milliseconds(median([one.whole for one in opened])):.0f} ms",
        ),
    ]  # fmt: skip
    for one in slow if contacts != CONTACTS else slow[:WORST]:
        found.append(
            Figure(
                f"  {one.what}", milliseconds(one.longest), "ms", BLOCK_BAR,
                detail=f"in view after {milliseconds(one.seen):.0f} ms, whole after {milliseconds(one.whole):.0f};"
                f" computing {milliseconds(one.busy):.0f} ms, at most {milliseconds(one.busiest):.0f} at a time",
            )
        )  # fmt: skip
    return found
