"""Starts sittings of the app quickly: everything is loaded once, then each sitting is a fork with its own life.

``python -m tests.journey.forks``: each line on standard input is a JSON plan; the answer is the new process's number,
what the sitting tells, and how it ended. A fork is a real process: killing it kills one app, and nothing is tidied up.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any

LOADED = (
    "caseworker.storage.vault",
    "tests.journey.drive",
    "ui.screens.client",
    "ui.screens.clients",
    "ui.screens.contacts",
    "ui.screens.today",
    "ui.window",
)


def sit(plan: dict[str, Any]) -> int:
    """In the fork: run the app with that plan until it ends; its exit code."""
    from tests.journey.drive import run_plan

    os.environ["CASEWORKER_HOME"] = plan["home"]
    return run_plan(plan, plan["sitting"], ["--vault", plan["vault"]])


def load() -> None:
    """What the app loads in its first second, so that a fork need not. No window and no thread is made here."""
    for name in LOADED:
        importlib.import_module(name)


def main() -> None:
    load()
    print(json.dumps({"what": "ready"}), flush=True)
    for line in sys.stdin:
        plan = json.loads(line)
        pid = os.fork()
        if pid == 0:
            code = 98
            try:
                code = sit(plan)
            finally:
                sys.stdout.flush()
                os._exit(code)
        print(json.dumps({"what": "started", "pid": pid}), flush=True)
        _, status = os.waitpid(pid, 0)
        print(json.dumps({"what": "ended", "code": os.waitstatus_to_exitcode(status)}), flush=True)


if __name__ == "__main__":
    main()
