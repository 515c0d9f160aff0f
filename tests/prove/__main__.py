"""``./run prove [NAME…]``: the proofs that take longer than a test run may. All, or those whose file is named."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def main(names: list[str]) -> int:
    """Run them one after the other, printing their figures; 0 when every one held, 2 for an unknown name."""
    known = {path.stem: path for path in sorted(HERE.glob("*.py")) if not path.stem.startswith("_")}
    strangers = [name for name in names if name not in known]
    if strangers:
        print(f"There is no proof called {strangers[0]}. There are: {', '.join(known)}", file=sys.stderr)
        return 2
    chosen = [str(known[name]) for name in names] or [str(path) for path in known.values()]
    return int(pytest.main(["-v", "-s", *chosen]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
