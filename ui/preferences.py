"""What the person chose for this computer: colours, text size, letters, when to lock, where the window stood.

Readable without a passphrase, so nothing of casework is ever in it. A damaged file counts as no file.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

THEMES = ("system", "light", "dark", "contrast")
SCALES = (1.0, 1.1, 1.25, 1.5, 1.75, 2.0)
IDLE_MINUTES = (1, 2, 5, 10, 15)


@dataclass(frozen=True, slots=True)
class Preferences:
    """``theme`` system, light, dark or contrast; ``scale`` 1.0 to 2.0; ``geometry`` as Qt saved it."""

    theme: str = "system"
    scale: float = 1.0
    easier: bool = False
    idle_minutes: int = 5
    geometry: str = ""

    def larger(self) -> Preferences:
        """The next text size up."""
        return replace(self, scale=next((s for s in SCALES if s > self.scale + 0.001), SCALES[-1]))

    def smaller(self) -> Preferences:
        """The next text size down."""
        return replace(self, scale=next((s for s in reversed(SCALES) if s < self.scale - 0.001), SCALES[0]))


def load(file: Path) -> Preferences:
    """What is in the file; what is missing or out of bounds is as if never chosen."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Preferences()
    if not isinstance(found, dict):
        return Preferences()
    known = {field.name for field in fields(Preferences)}
    kept = {name: value for name, value in found.items() if name in known and _in_bounds(name, value)}
    return Preferences(**kept)


def save(file: Path, preferences: Preferences) -> None:
    """Write the file whole or not at all. A full disk costs the choice, never the work."""
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_suffix(".new")
        beside.write_text(json.dumps(asdict(preferences), sort_keys=True, indent=1), encoding="utf-8")
        os.replace(beside, file)


def _in_bounds(name: str, value: Any) -> bool:
    if name == "theme":
        return value in THEMES
    if name == "scale":
        return isinstance(value, int | float) and not isinstance(value, bool) and 1.0 <= value <= 2.0
    if name == "easier":
        return isinstance(value, bool)
    if name == "idle_minutes":
        return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 15
    return isinstance(value, str) and len(value) < 4000
