"""One sitting of the app with hands on it: ``python -m tests.journey.drive PLAN.json SITTING [the app's own
words]``.

Runs ``ui.main`` as the launcher would, in this very process, and lets the sitting's steps press and click in
it.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from tests.journey.hands import Hands
from tests.journey.stages import SITTINGS, Sitting, tell
from ui import main

FAILED = 99


class Driver:
    """Starts the steps once the app's own loop runs, and ends the process when they go wrong."""

    def __init__(self, sitting: Sitting, name: str) -> None:
        self.sitting = sitting
        self.name = name

    def begin(self) -> None:
        QTimer.singleShot(0, self._work)

    def _work(self) -> None:
        if QApplication.platformName() == "offscreen":
            # A screen that is not there is 800 pixels square; the journey is one on a laptop.
            for window in self.sitting.hands.windows():
                window.resize(1280, 800)
        try:
            SITTINGS[self.name](self.sitting)
        except BaseException:
            tell("failed", words=traceback.format_exc())
            if self.sitting.shots is not None:
                self.sitting.hands.shot(self.sitting.shots / "failed.png")
            sys.stdout.flush()
            os._exit(FAILED)


def run_plan(plan: dict[str, Any], name: str, words: list[str]) -> int:
    """Run the app with those words and hands on it until it is locked or closed; its exit code."""
    shots = Path(plan["shots"]) if plan.get("shots") else None
    hands = Hands(patience=float(plan.get("patience", 40)))
    driver = Driver(Sitting(plan, hands, shots), name)
    run_loop = QApplication.exec

    def with_hands(*_: object) -> int:
        driver.begin()
        return run_loop()

    QApplication.exec = with_hands  # type: ignore[method-assign]
    return main.run(["caseworker", *words])


def run(plan_file: Path, name: str, words: list[str]) -> int:
    """As ``run_plan``, with the plan in a file."""
    return run_plan(json.loads(plan_file.read_text(encoding="utf-8")), name, words)


if __name__ == "__main__":
    code = run(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
    sys.stdout.flush()
    os._exit(code)  # as ui.main does: the vault is closed, nothing may outlive this line
