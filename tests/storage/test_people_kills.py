"""Killed at every step of giving a way in, taking one away and renewing the key: the vault opens with the old or the
new, never with neither, and the next opening leaves nothing half done.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from caseworker.errors import Problem
from caseworker.storage import throttle
from caseworker.storage import vault as vaults
from caseworker.storage.engine import VaultDatabase
from caseworker.storage.vault import NewVault, OpenVault
from tests.fixtures_vault import CHEAP, PHRASE
from tests.storage.test_people import BOLA, CHEN, header, opened, visit

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a child is forked to be killed")

DEE = "a drum beside seven violet ladders"
KILLED, DONE = 9, 0
open_now: list[OpenVault] = []  # in the child: the vault that is open while the step is taken


def killed_at(step: int, folder: Path, action: Callable[[Path], None]) -> bool:
    """Do it in a process that ends by force at that step; False when it was done before it came so far.

    A step is a file written, put in place or removed in the vault's folder, or a transaction about to be committed.
    """
    child = os.fork()
    if child == 0:
        left = step

        def count(event: str, args: tuple[object, ...]) -> None:
            nonlocal left
            if event in ("os.rename", "os.remove", "open") and str(args[0]).startswith(str(folder)):
                flags = args[2] if event == "open" else os.O_WRONLY
                if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR):
                    take()

        def take() -> None:
            nonlocal left
            left -= 1
            if left < 0:
                os._exit(KILLED)

        commit = VaultDatabase.commit

        def counted(self: VaultDatabase) -> None:
            take()
            commit(self)
            take()

        try:
            held = opened(folder, PHRASE) if action is not renew else None
            VaultDatabase.commit = counted  # type: ignore[method-assign]
            sys.addaudithook(count)
            if held is not None:
                open_now.append(held)
            action(folder)
        except BaseException:
            os._exit(1)
        os._exit(DONE)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (KILLED, DONE)
    return code == KILLED


def add(_folder: Path) -> None:
    open_now[0].add_person(PHRASE, "Dee", "advocate", DEE, CHEAP)


def remove(_folder: Path) -> None:
    (bola,) = (one.worker.uid for one in open_now[0].people() if one.worker.name == "Bola")
    open_now[0].remove_person(PHRASE, bola)


def renew(folder: Path) -> None:
    vaults.renew(folder, PHRASE, cost=CHEAP)


def opens(folder: Path, phrase: str) -> bool:
    throttle.clear(folder)
    try:
        vaults.unlock(folder, phrase).discard()
    except Problem as problem:
        if problem.code != "E-PASS":
            raise
        return False
    return True


@pytest.fixture
def team(new_vault: NewVault) -> Path:
    """Amina, Bola and Chen, who have all met."""
    held = opened(new_vault.path)
    for name, phrase in (("Bola", BOLA), ("Chen", CHEN)):
        held.add_person(PHRASE, name, "advocate", phrase, CHEAP)
    held.close()
    for phrase in (BOLA, CHEN, PHRASE):
        visit(new_vault.path, phrase)
    return new_vault.path


def at_every_step(team: Path, action: Callable[[Path], None], verdict: Callable[[Path], None]) -> int:
    """Run it, killed at step 0, 1, 2 and so on, each time on a copy; how many steps there were."""
    step = 0
    while True:
        folder = team.parent / f"copy-{step}" / team.name
        shutil.copytree(team, folder)
        was_killed = killed_at(step, folder, action)
        for phrase in (PHRASE, CHEN):
            assert visit(folder, phrase) in ("Amina Okafor", "Chen"), step
        verdict(folder)
        assert vaults.verify(folder, PHRASE) == [], step
        shutil.rmtree(folder.parent)
        if not was_killed:
            return step
        step += 1


def test_adding_somebody_is_whole_or_nothing(team: Path) -> None:
    outcomes = set()

    def verdict(folder: Path) -> None:
        came = opens(folder, DEE)
        outcomes.add(came)
        held = opened(folder)
        assert [one.worker.name for one in held.people() if one.opens and one.worker.name == "Dee"] == (
            ["Dee"] if came else []
        )
        if not came:
            held.add_person(PHRASE, "Dee", "advocate", DEE, CHEAP)
        held.close()
        assert visit(folder, DEE) == "Dee"

    assert at_every_step(team, add, verdict) > 8
    assert outcomes == {True, False}


def test_removing_somebody_is_whole_or_nothing(team: Path) -> None:
    outcomes = set()

    def verdict(folder: Path) -> None:
        stays = opens(folder, BOLA)
        outcomes.add(stays)
        held = opened(folder)
        (bola,) = (one for one in held.people() if one.worker.name == "Bola")
        assert bola.opens is stays
        assert bool(bola.removed) is not stays
        held.close()
        if stays:
            assert visit(folder, BOLA) == "Bola"

    assert at_every_step(team, remove, verdict) > 6
    assert outcomes == {True, False}


def test_a_renewal_counts_or_does_not_and_everybody_still_opens(team: Path) -> None:
    epochs = set()

    def verdict(folder: Path) -> None:
        found = header(folder)
        epochs.add(found.epoch)
        assert visit(folder, BOLA) == "Bola"
        names = {file.name for file in folder.iterdir()}
        assert {name for name in names if name.startswith(("vault-", "anchor"))} == (
            {"vault-0001.db", "anchor"} if found.epoch == 1 else {"vault-0002.db", "anchor-0002"}
        )
        if found.epoch == 1:
            renew(folder)
            assert visit(folder, BOLA) == "Bola"

    assert at_every_step(team, renew, verdict) > 15
    assert epochs == {1, 2}
