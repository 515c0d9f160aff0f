"""How soon there is something to look at: the lock screen over an empty window, and Today once the key is
there."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.bench import vaults
from tests.bench.figures import Figure, Ground, median, milliseconds, p95

ROOT = Path(__file__).resolve().parents[2]
STARTS, TODAYS = 12, 7
LOCK_BAR, TODAY_BAR = 1.5, 0.5


def run(ground: Ground) -> list[Figure]:
    """Fresh processes in turn, each from its start to its first paint."""
    root = root_of(ground)
    empty, lock, today = [], [], []
    for turn in range(STARTS + 1):
        pair = [("empty", empty), ("lock", lock)]
        for kind, times in pair if turn % 2 else reversed(pair):
            seconds = window(kind, str(root))["seconds"]
            if turn:  # the first start reads the programs from the disk
                times.append(seconds)
    for _ in range(TODAYS):
        found = window("today", str(root))
        if found["page"] != "TodayPage":
            raise RuntimeError(f"{found['page']} instead of Today")
        today.append(found["seconds"])
    return [
        Figure(
            "unlock window painted ÷ an empty window", median(lock) / median(empty), "×", LOCK_BAR,
            detail=f"{milliseconds(median(lock)):.0f} ms (p95 {milliseconds(p95(lock)):.0f}) ÷ "
            f"{milliseconds(median(empty)):.0f} ms (p95 {milliseconds(p95(empty)):.0f}), {STARTS} starts each",
        ),
        Figure(
            "Today painted after the key is ready", median(today), "s", TODAY_BAR,
            detail=f"slowest of {TODAYS}: {max(today):.2f} s, {ground.contacts:,} contacts",
        ),
    ]  # fmt: skip


def root_of(ground: Ground) -> Path:
    """A throw-away copy of the vault, as the folder the app is started with."""
    made = vaults.made(ground, ground.contacts)
    root = ground.folder / "windows"
    if not root.exists():
        root.mkdir()
        shutil.copytree(made, root / made.name)
    return root


def window(kind: str, *more: str) -> dict[str, Any]:
    """Start that window and give what it tells.

    Raises:
        RuntimeError: it told nothing.
    """
    line = [sys.executable, "-m", "tests.bench.windows", kind, repr(time.monotonic()), *more]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    lines = [text for text in done.stdout.splitlines() if text.startswith("{")]
    if not lines:
        raise RuntimeError(f"the {kind} window told nothing: {done.stderr[-2000:]}")
    return dict(json.loads(lines[-1]))
