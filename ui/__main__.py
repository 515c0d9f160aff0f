"""``python -m ui``: the launcher."""

from __future__ import annotations

import sys

from ui.launcher import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
