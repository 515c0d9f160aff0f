"""Two hundred days of one vault: whichever older case file or log is put back, the next opening says so."""

from __future__ import annotations

from caseworker.storage.vault import OpenVault
from tests.storage.test_tampering import DB, alarms, history_of_states, put_back


def test_two_hundred_older_case_files(vault: OpenVault) -> None:
    states = history_of_states(vault, 200)
    newest = states[-1]
    flagged = 0
    for old in states[:-1]:
        put_back(vault.path, newest | {DB: old[DB]})
        flagged += len(alarms(vault.path)) == 1
    put_back(vault.path, newest)
    quiet = alarms(vault.path)
    print(f"\nrollback: {flagged} of {len(states) - 1} older case files flagged at the next opening")
    assert flagged == len(states) - 1
    assert quiet == []


def test_every_older_anchor_is_only_older(vault: OpenVault) -> None:
    states = history_of_states(vault, 60)
    for old in states[:-1]:
        put_back(vault.path, states[-1] | {"anchor": old["anchor"]})
        assert alarms(vault.path) == []
    print(f"\nrollback: {len(states) - 1} older anchors alone accepted, as after a crash")
