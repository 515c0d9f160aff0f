"""The command line: ``./run tool COMMAND`` (``python -m caseworker COMMAND``), without any window."""

from __future__ import annotations

import sys

from caseworker.tool import main

if __name__ == "__main__":
    sys.exit(main())
