"""``./run journey [--shots DIR] [--onscreen]``: the whole line, no hand needed. Exit 0 only if the receipt
verified.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.journey.journey import Broken, Journey


def main() -> int:
    parser = argparse.ArgumentParser(prog="journey", description="The whole line through the real windows")
    parser.add_argument("--shots", type=Path, help="write a picture of each step there")
    parser.add_argument("--onscreen", action="store_true", help="on the real screen, to watch it")
    parser.add_argument("--keep", type=Path, help="work in this new folder and leave it there")
    words = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="journey-") as scratch:
        folder = words.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        shots = words.shots.resolve() if words.shots else None
        journey = Journey(folder, shots, onscreen=words.onscreen)
        try:
            journey.run()
        except Broken as broken:
            print(f"The journey broke: {broken}", file=sys.stderr)
            return 1
    print(f"The journey holds: {len(journey.steps.lines)} steps in {time.monotonic() - began:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
