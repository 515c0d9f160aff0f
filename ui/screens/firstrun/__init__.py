"""The first run: the frame, and each of its five steps."""

from ui.screens.firstrun.screen import Answers, FirstRun

__all__ = ["Answers", "FirstRun"]
