"""Kill the app at any moment and open it again: nothing saved is lost, and the unfinished note is offered.

The windows are the real ones, driven by key presses in a process of their own; the kill is SIGKILL at a random moment
after the start. Between two kills the vault is opened and read by this process.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from caseworker import storage
from caseworker.domain.clients import Client
from caseworker.domain.safe_contacts import SafeContact
from caseworker.storage import clients, contacts, drafts, safe_contacts
from caseworker.storage import vault as vaults
from tests.fixtures_vault import CHEAP, PHRASE
from tests.journey.parts import ROOT, environment


@dataclass
class Told:
    """What one sitting told before it died."""

    saved: list[str] = field(default_factory=list)
    kept: str = ""
    opened: bool = False
    offered: bool = False
    code: int | None = None


@dataclass
class Count:
    """What happened over all kills."""

    kills: int = 0
    saved: int = 0
    drafts_checked: int = 0
    opened: int = 0
    seconds: float = 0.0


class Killer:
    """One vault, one fork server, and as many kills as asked for. A context."""

    LONGEST = 2.4  # seconds after the start; by then several contacts have been logged

    def __init__(self, folder: Path, seed: int = 1) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.saved: list[str] = []
        made = vaults.create(
            folder / "vaults",
            passphrase=PHRASE,
            worker_name="Beth Marlow",
            role="advocate",
            agency="A07",
            cost=CHEAP,
        )
        self.path = made.path
        opened = vaults.open_vault(vaults.unlock(self.path, PHRASE))
        try:
            self.client = storage.write(self._client)
        finally:
            opened.close()

    @staticmethod
    def _client() -> int:
        client_id = clients.save(Client(None, "", "Amara Clarke", area="E07000066"))
        safe_contacts.save(SafeContact(None, client_id, "TEL", "yes", "07700 900142", "OWN"))
        return client_id

    def __enter__(self) -> Killer:
        self.errors = (self.folder / "forks.log").open("ab")
        self.server = subprocess.Popen(
            [sys.executable, "-m", "tests.journey.forks"],
            env=environment(self.folder), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
        )  # fmt: skip
        assert self.next()["what"] == "ready"
        return self

    def __exit__(self, *_: object) -> None:
        self.server.kill()
        self.server.wait(10)
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        self.server.stdin.close()
        self.server.stdout.close()
        self.errors.close()

    # ---- one sitting

    def run(self, mark: str, kill_after: float | None, kill_on: str = "") -> Told:
        """Start a sitting; kill it after that long or as soon as it told that; with neither it looks and closes."""
        plan = {
            "home": str(self.folder), "vault": str(self.path.parent), "sitting": "working", "phrase": PHRASE,
            "client": self.client, "mark": mark, "only_look": kill_after is None,
        }  # fmt: skip
        assert self.server.stdin is not None
        self.server.stdin.write(json.dumps(plan).encode() + b"\n")
        self.server.stdin.flush()
        pid = self.next()["pid"]
        told = Told()
        end = time.monotonic() + (kill_after if kill_after is not None else 60)
        while time.monotonic() < end:
            fact = self.next(end - time.monotonic())
            if fact is not None and self._hear(fact, told):
                return told
            if kill_on and fact is not None and fact["what"] == kill_on:
                break
        os.kill(pid, signal.SIGKILL)
        while not self._hear(self.next(), told):
            pass
        return told

    def _hear(self, fact: dict[str, Any] | None, told: Told) -> bool:
        """Note what was told; True at the end of the sitting."""
        if fact is None:
            return False
        if fact["what"] == "saved":
            told.saved.append(fact["note"])
            told.kept = ""
        elif fact["what"] == "kept":
            told.kept = fact["note"]
        elif fact["what"] == "opened":
            told.opened, told.offered = True, fact["offered"]
        elif fact["what"] == "failed":
            raise AssertionError(fact["words"])
        elif fact["what"] == "ended":
            told.code = fact["code"]
            return True
        return False

    def next(self, patience: float = 90.0) -> Any:
        """The next line the server or its fork wrote; None when the patience ended first."""
        assert self.server.stdout is not None
        if not select.select([self.server.stdout], [], [], max(0.0, patience))[0]:
            return None
        # Unbuffered by line: the pipe is read one line at a time, so that select sees what is left
        line = bytearray()
        while not line.endswith(b"\n"):
            byte = os.read(self.server.stdout.fileno(), 1)
            if not byte:
                raise AssertionError((self.folder / "forks.log").read_text(errors="replace")[-3000:])
            line += byte
        return json.loads(line)

    # ---- after a kill

    def check(self, told: Told) -> bool:
        """Open the vault as it was left: every contact that was said to be saved is there once; so is the draft.

        Returns whether there was a draft to check.
        """
        self.saved += told.saved
        opened = vaults.open_vault(vaults.unlock(self.path, PHRASE))
        try:
            notes = [contact.note for contact in contacts.for_client(self.client, 10_000)]
            kept = [str(draft.fields["note"]) for draft in drafts.all_drafts()]
        finally:
            opened.close()
        missing = [note for note in self.saved if notes.count(note) != 1]
        assert not missing, f"lost or doubled: {missing}"
        # The last save may have reached the disk and not us; nothing else may be there
        strangers = set(notes) - set(self.saved)
        assert len(strangers) <= 1, strangers
        self.saved += strangers
        if told.kept and told.kept not in self.saved:
            assert told.kept in kept, f"the draft {told.kept!r} is gone; there is {kept}"
            return True
        return False

    def kill(self, times: int) -> Count:
        """Kill that often, checking after each; then look once more through the windows, unkilled."""
        count = Count()
        began = time.monotonic()
        told = self.run("Half-typed", 60.0, kill_on="kept")
        assert self.check(told)  # there was a draft, and it is there
        told = self.run("Offered?", None)
        assert told.offered
        told = self.run("Just saved", 60.0, kill_on="saved")
        assert told.saved
        self.check(told)
        for n in range(times):
            told = self.run(f"Kill {n}", self.random.uniform(0.0, self.LONGEST))
            assert told.code == -signal.SIGKILL, told
            count.drafts_checked += self.check(told)
            count.kills += 1
            count.saved += len(told.saved)
            count.opened += told.opened
        # The last word has the window: a draft that is in the vault is offered
        told = self.run("Last", None)
        assert told.code == 0
        assert told.opened
        opened = vaults.open_vault(vaults.unlock(self.path, PHRASE))
        try:
            assert told.offered == bool(drafts.all_drafts())
        finally:
            opened.close()
        count.seconds = time.monotonic() - began
        return count
