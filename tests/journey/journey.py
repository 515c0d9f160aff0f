"""The whole line once, in real processes: a hub, the app in three sittings, a browser at the end.

Every step is printed with its figure. The journey holds only if, at the end, the receipt kept in the vault
verifies with the pinned key for exactly the bytes that were sent, and the hub's page shows them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tests.journey.parts import ROOT, RealHub, Steps, environment
from ui import launcher

PHRASE = "lantern otter seven windmill quilt 58"
AGENCY = "A07"
AGENCY_NAME = "Made-up advocacy service"
SEED = 7
CONTACTS = 8_000


class Broken(Exception):
    """The journey did not hold; says where."""


@dataclass
class Journey:
    """Folders of one journey and what is known so far. ``shots``: where pictures go, or None."""

    folder: Path
    shots: Path | None = None
    steps: Steps = field(default_factory=Steps)
    onscreen: bool = False
    pictures: int = 1
    locking_at: float = 0.0

    def run(self) -> None:
        """All of it, in order.

        Raises:
            Broken: a step did not do what it should.
        """
        if self.shots is not None:
            self.shots.mkdir(parents=True, exist_ok=True)
        with RealHub(self.folder / "hub") as hub:
            self.steps.say("The commissioner’s hub is open on this machine", f"port {hub.port}")
            self.own_records()
            self.made_up_service(hub)
            self.look_at_hub(hub)

    # ---- the app's sittings

    def own_records(self) -> None:
        """A new worker: first run to the locked screen; the launcher starts the next process by itself."""
        home = self.folder / "own"
        sittings = iter(("first", "second"))
        code = launcher.run([], lambda line: self.sitting(home, next(sittings), line))
        if code != 0:
            raise Broken(f"the launcher ended with {code}")
        left = [path.name for path in home.rglob("*") if path.is_file() and b"Amara" in path.read_bytes()]
        if left:
            raise Broken(f"a client's name stands readable in {left}")

    def made_up_service(self, hub: RealHub) -> None:
        """A service with enough people for a return; its people are made up, and the vault says so."""
        home = self.folder / "service"
        home.mkdir(parents=True)
        self.make_people(home)
        bundle = self.folder / "A07.casebundle"
        code, digits = hub.pair(AGENCY, AGENCY_NAME, bundle, "--synthetic")
        self.steps.say("The hub makes a pairing bundle; its code goes by letter", digits)
        plan = {"bundle": str(bundle), "code": code, "period": last_quarter()}
        ended = launcher.run([], lambda line: self.sitting(home, "return", line, plan))
        if ended != 0:
            raise Broken(f"the launcher ended with {ended}")
        self.check_receipt(home)

    def make_people(self, home: Path) -> None:
        from caseworker.demo.filling import make

        began = time.perf_counter()
        with in_home(home):
            from caseworker.paths import data_root

            make("provider", data_root(), PHRASE, seed=SEED, contacts=CONTACTS)
        took = (time.perf_counter() - began) * 1000
        self.steps.say("Made-up people fill a second vault, marked SYNTHETIC", f"{took:,.0f} ms")

    def sitting(self, home: Path, name: str, line: list[str], more: dict[str, Any] | None = None) -> int:
        """One process of the app, started in the launcher's place with hands on it; its exit code."""
        plan = {
            "phrase": PHRASE,
            "shots": str(self.shots) if self.shots else "",
            "shot_from": self.pictures,
            **(more or {}),
        }
        plan_file = self.folder / f"{name}.json"
        plan_file.write_text(json.dumps(plan), encoding="utf-8")
        # The launcher says how the app is started; the driver runs the same module with the same words.
        words = line[line.index("ui.main") + 1 :]
        command = [sys.executable, "-m", "tests.journey.drive", str(plan_file), name, *words]
        with (
            (self.folder / f"{name}.log").open("wb") as log,
            subprocess.Popen(
                command, env=self.environment(home), cwd=ROOT, stdout=subprocess.PIPE, stderr=log
            ) as child,
        ):
            assert child.stdout is not None
            try:
                for raw in child.stdout:
                    self.heard(json.loads(raw))
                code = child.wait(60)
            except BaseException:
                child.kill()
                raise
        if name == "first" and code == launcher.LOCKED:
            took = (time.time() - self.locking_at) * 1000
            self.steps.say("Locked: the process that held the keys has ended", f"{took:,.0f} ms")
            if took > 1000:
                raise Broken("locking took more than a second")
        elif code != 0:
            raise Broken(f"the sitting “{name}” ended with {code}: {self.log(name)}")
        return code

    def heard(self, fact: dict[str, Any]) -> None:
        if fact["what"] == "step":
            self.steps.say(fact["words"], fact["figure"])
            self.pictures += 1
        elif fact["what"] == "locking":
            self.locking_at = fact["at"]
        elif fact["what"] == "failed":
            raise Broken(fact["words"])

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")[-3000:]

    def environment(self, home: Path) -> dict[str, str]:
        made = environment(home)
        if self.onscreen:
            made.pop("QT_QPA_PLATFORM")
        return made

    # ---- after the app has closed

    def check_receipt(self, home: Path) -> None:
        """Open the vault once more without any screen and verify the receipt from its bytes."""
        from caseworker.storage import outbox, pins, vault
        from caseworker.sync import wire

        with in_home(home):
            from caseworker.paths import data_root

            path = vault.find(data_root())
            assert path is not None
            opened = vault.open_vault(vault.unlock(path, PHRASE))
            try:
                items, known = outbox.items(), pins.pinned()
                if known is None or not items or items[0].receipt is None or items[0].wire is None:
                    raise Broken("there is no receipt in the vault")
                item = items[0]
                try:
                    receipt = wire.read_receipt(item.receipt, bytes.fromhex(known.receipt_key))
                except wire.NotOurs as reason:
                    raise Broken(f"the receipt does not verify: {reason}") from None
                if (
                    receipt.status != "received"
                    or receipt.wire_sha256 != hashlib.sha256(item.wire).hexdigest()
                ):
                    raise Broken("the receipt is not for what was sent")
            finally:
                opened.close()
        self.steps.say(
            "The receipt in the vault verifies again, offline, for the bytes sent",
            f"{len(item.wire):,} bytes",
        )

    def look_at_hub(self, hub: RealHub) -> None:
        """The commissioner's side: the list, the return, the ledger."""
        status, page = hub.fetch("/")
        if status != 200 or AGENCY_NAME not in page:
            raise Broken("the hub's page does not show the return")
        self.steps.say("The hub’s page lists the return", f"{len(page.encode()):,} bytes")
        browsed = browse(hub, self.shots, self.pictures)
        self.steps.say(f"The pages were read {browsed}", "")
        ledger = hub.check()
        if ledger.startswith("BROKEN"):
            raise Broken(ledger)
        self.steps.say(
            "The hub’s ledger was walked from its first entry", ledger.split(":")[-1].split(",")[0].strip()
        )


def last_quarter() -> str:
    """The quarter that ended last."""
    from caseworker.domain.periods import Period

    return str(Period.of(date.today()).previous())


@contextlib.contextmanager
def in_home(home: Path) -> Iterator[None]:
    """For work of ours outside the app: the same home as the app's."""
    before = os.environ.get("CASEWORKER_HOME")
    os.environ["CASEWORKER_HOME"] = str(home)
    try:
        yield
    finally:
        if before is None:
            del os.environ["CASEWORKER_HOME"]
        else:
            os.environ["CASEWORKER_HOME"] = before


def browse(hub: RealHub, shots: Path | None, number: int) -> str:
    """Open the hub's pages in Chromium if it is here, follow the link to the return; how it was read, in
    words.
    """
    import shutil

    if shutil.which("chromedriver") is None:
        return "over HTTP only: Chromium is not installed here"
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By

    options = Options()
    for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,1000"):
        options.add_argument(word)
    browser = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        browser.get(hub.address)
        if shots is not None:
            browser.save_screenshot(str(shots / f"{number:02d}-hub-list.png"))
        links = [
            link
            for link in browser.find_elements(By.TAG_NAME, "a")
            if "/returns/" in (link.get_attribute("href") or "")
        ]
        if not links:
            raise Broken("the hub's page has no link to the return")
        links[0].click()
        tables = browser.find_elements(By.TAG_NAME, "table")
        if not tables:
            raise Broken("the hub's page of the return has no tables")
        if shots is not None:
            browser.save_screenshot(str(shots / f"{number + 1:02d}-hub-return.png"))
        return f"in Chromium; the return stands there with {len(tables)} tables"
    finally:
        browser.quit()
