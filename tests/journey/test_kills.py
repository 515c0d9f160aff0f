"""SIGKILL at random moments of a session through the real windows. The long form is ``./run prove window_kills``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.journey.kills import Killer

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks are what makes many kills quick")

KILLS = 12


def test_a_kill_at_any_moment_loses_no_saved_contact_and_the_draft_is_offered(tmp_path: Path) -> None:
    with Killer(tmp_path) as killer:
        count = killer.kill(KILLS)
    print(count)
    assert count.kills == KILLS
    assert count.opened >= 2  # on any machine some sittings get as far as the records
