"""The line from outbox to receipt under loss, repetition and reordering, and across a hub that is killed.

A model says what must hold whatever the network does: nothing is counted twice, nothing is lost, no number is used for
two contents, and a return is green only when the hub really keeps it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from caseworker import storage
from caseworker.domain import plans
from caseworker.errors import Problem
from caseworker.hub import ledger, tables
from caseworker.hub.receiving import receive
from caseworker.hub.tables import Arrival
from caseworker.storage import outbox, pins
from caseworker.storage import vault as vaults
from caseworker.storage.vault import OpenVault
from caseworker.sync import client, enrolment, summary
from caseworker.sync import outbox as sending
from caseworker.sync.client import Limits
from tests.fixtures_vault import CHEAP, PHRASE
from tests.hub.parts import PLAN, Hub, Served, payload

ROOT = Path(__file__).parent.parent.parent
QUICK = Limits(connect=5, whole=10)


def next_return(period: str = "2026-27Q1") -> bytes:
    """A return that follows whatever stands for that period."""
    place = sending.place()
    own = {
        name: getattr(place, name)
        for name in ("org", "agency", "to", "device", "seq", "prev", "audit_commit")
    }
    standing = [
        item
        for item in outbox.items()
        if item.period == period and item.state not in ("TAKEN_BACK", "REFUSED", "DRAFT")
    ]
    before = max(standing, key=lambda item: item.version, default=None)
    supersedes = summary.fingerprint(before.payload) if before else ""
    version = before.version + 1 if before else 1
    return payload(**own, period=period, version=version, supersedes=supersedes)


class Line(RuleBasedStateMachine):
    """A laptop with a real vault, a hub with a real database, and a network that does as it pleases."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        os.environ["CASEWORKER_HOME"] = str(folder)
        made = vaults.create(
            folder / "vaults", passphrase=PHRASE, worker_name="A", role="advocate", agency="A07", cost=CHEAP
        )
        self.vault = vaults.open_vault(vaults.unlock(made.path, PHRASE))
        (folder / "hub").mkdir()
        self.hub = Hub(folder / "hub", most_an_hour=10_000)
        self.hub.__enter__()
        self._join()
        self.on_the_way: list[bytes] = []  # letters the network still holds
        self.answers: list[tuple[int, bytes]] = []  # receipts the network still holds: (outbox id, bytes)
        self.bytes_of: dict[int, bytes] = {}  # what each number was first sealed as
        self.received: set[int] = set()

    def _join(self) -> None:
        from caseworker.crypto import pairing
        from caseworker.hub import joining
        from caseworker.storage import devices
        from caseworker.sync import wire

        letter = self.hub.letter()
        code = pairing.read_pairing_code(letter.code)
        keys, digest = wire.open_bundle(letter.file, code)
        storage.write(pins.pin, enrolment.Bundle(keys, digest).as_pins())
        device = devices.device()
        request = wire.EnrolRequest(
            v=1, bundle=digest.hex(), device=device.uid, device_key=device.public.hex(),
            approvers=(self.vault.worker.sign_key.hex(),),
        )  # fmt: skip
        answer = joining.enrol(self.hub.desk, wire.ask(request, code, device.sign))
        storage.write(pins.confirm, answer.body)

    def teardown(self) -> None:
        self.hub.__exit__()
        self.vault.close()
        self._folder.cleanup()

    def _sealed(self) -> list[outbox.OutboxItem]:
        return sorted((item for item in outbox.items() if item.seq), key=lambda item: item.seq or 0)

    @rule(period=st.sampled_from(["2026-27Q1", "2025-26Q4"]))
    def approve(self, period: str) -> None:
        sending.approve(next_return(period))

    @precondition(lambda self: any(item.state == outbox.APPROVED for item in outbox.items()))
    @rule(which=st.integers(0, 9))
    def take_back(self, which: int) -> None:
        approved = [item for item in outbox.items() if item.state == outbox.APPROVED]
        sending.take_back(approved[which % len(approved)].id)

    @rule()
    def seal(self) -> None:
        try:
            item = sending.seal_next()
        except Problem as problem:
            assert problem.code == "E-OUT-OF-TURN"  # noqa: PT017
            return
        if item is not None:
            assert item.seq not in self.bytes_of
            self.bytes_of[item.seq or 0] = item.wire or b""

    @precondition(lambda self: self._sealed())
    @rule(which=st.integers(0, 20), copies=st.integers(1, 3))
    def put_on_the_way(self, which: int, copies: int) -> None:
        sealed = self._sealed()
        self.on_the_way += [sealed[which % len(sealed)].wire or b""] * copies

    @precondition(lambda self: self.on_the_way)
    @rule(which=st.integers(0, 40), answered=st.booleans())
    def arrive(self, which: int, answered: bool) -> None:
        letter = self.on_the_way.pop(which % len(self.on_the_way))
        answer = receive(self.hub.desk, letter)
        assert answer.status == 200
        if answered:
            item = next(item for item in self._sealed() if item.wire == letter)
            self.answers.append((item.id, answer.body))

    @precondition(lambda self: self.on_the_way)
    @rule(which=st.integers(0, 40))
    def get_lost(self, which: int) -> None:
        self.on_the_way.pop(which % len(self.on_the_way))

    @precondition(lambda self: self.answers)
    @rule(which=st.integers(0, 40), again=st.booleans())
    def hear(self, which: int, again: bool) -> None:
        item_id, data = self.answers[which % len(self.answers)]
        if not again:
            self.answers.remove((item_id, data))
        applied = sending.apply_receipt(outbox.get(item_id), data)
        assert applied.outcome in ("received", "need", "refused")

    @precondition(lambda self: len(self._sealed()) > 1 and self.answers)
    @rule(which=st.integers(0, 40), other=st.integers(0, 20))
    def hear_about_another(self, which: int, other: int) -> None:
        item_id, data = self.answers[which % len(self.answers)]
        others = [item for item in self._sealed() if item.id != item_id]
        before = others[other % len(others)]
        with pytest.raises(Problem, match="E-HUB-MISMATCH"):
            sending.apply_receipt(before, data)
        assert outbox.get(before.id) == before

    @invariant()
    def bytes_never_change(self) -> None:
        for item in self._sealed():
            assert self.bytes_of[item.seq or 0] == item.wire

    @invariant()
    def numbers_have_no_gap(self) -> None:
        assert [item.seq for item in self._sealed()] == list(range(1, len(self.bytes_of) + 1))

    @invariant()
    def green_only_when_the_hub_keeps_it(self) -> None:
        kept = {row.seq: row for row in Arrival.select()}
        for item in self._sealed():
            if item.state == outbox.RECEIVED:
                assert kept[item.seq].status == "received"
                assert bytes(kept[item.seq].payload) == item.payload
            if item.state == outbox.REFUSED:
                assert kept[item.seq].status == "refused"

    @invariant()
    def nothing_is_counted_twice(self) -> None:
        rows = [row for row in Arrival.select() if row.status == "received"]
        assert len({(row.period, row.version) for row in rows}) == len(rows)
        assert [row.seq for row in Arrival.select().order_by(Arrival.id)] == list(
            range(1, Arrival.select().count() + 1)
        )

    @invariant()
    def there_is_no_alarm_without_a_cause(self) -> None:
        assert pins.alarm() == ""

    @invariant()
    def the_ledger_holds(self) -> None:
        assert ledger.first_broken() == 0


LineTest = Line.TestCase
LineTest.settings = settings(
    max_examples=12, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)


# --- through the real socket --------------------------------------------------------------------------------


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    folder = tmp_path / "hub"
    folder.mkdir()
    with Served(folder) as hub:
        yield hub


def join(hub: Served, folder: Path) -> None:
    file, code = hub.letter(folder)
    enrolment.enrol(enrolment.read_bundle(file, code), code, limits=QUICK)


def test_two_presses_take_a_return_all_the_way(vault: OpenVault, served: Served, tmp_path: Path):
    join(served, tmp_path)
    item_id = sending.approve(next_return())
    steps: list[tuple[int, int]] = []
    [result] = client.send_waiting(lambda done, of: steps.append((done, of)), limits=QUICK)
    assert result.is_received
    assert steps == [(0, 1), (1, 1)]
    item = outbox.get(item_id)
    assert item.receipt is not None
    with tables.database.connection_context():
        assert bytes(Arrival.get().payload) == item.payload
    assert client.send_waiting(limits=QUICK) == []


def test_a_correction_replaces_the_first_and_both_stay(vault: OpenVault, served: Served, tmp_path: Path):
    join(served, tmp_path)
    for _ in range(2):
        sending.approve(next_return())
        assert all(result.is_received for result in client.send_waiting(limits=QUICK))
    with tables.database.connection_context():
        assert [(row.version, row.status) for row in Arrival.select().order_by(Arrival.id)] == [
            (1, "received"),
            (2, "received"),
        ]


def test_an_older_copy_of_the_vault_is_found_out(
    new_vault: Any, reopen: Callable[[], OpenVault], served: Served, tmp_path: Path
):
    import shutil

    opened = reopen()
    join(served, tmp_path)
    opened.close()
    copy = tmp_path / "copy"
    shutil.copytree(new_vault.path, copy / new_vault.path.name)
    opened = reopen()
    sending.approve(next_return())
    client.send_waiting(limits=QUICK)
    opened.close()
    older = vaults.open_vault(vaults.unlock(copy / new_vault.path.name, PHRASE))
    try:
        sending.approve(next_return())
        [result] = client.send_waiting(limits=QUICK)
        assert not result.is_received
        assert result.applied is not None
        assert result.applied.outcome == "conflict"
        assert result.applied.alarm is not None
        assert pins.alarm() == "conflict"
    finally:
        older.close()


# --- a hub that dies ----------------------------------------------------------------------------------------


class Killable:
    """The hub in a process of its own, to be killed at any moment."""

    def __init__(self, folder: Path, port: int = 0, *, die_before_answering: bool = False) -> None:
        command = [
            sys.executable, "-c", _RUN, "--database", f"sqlite:///{folder / 'hub.db'}", "--secrets",
            str(folder / "secrets"), "--port", str(port),
        ]  # fmt: skip
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "DIE": "1" if die_before_answering else ""}
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().split()[-1]
        self.port = int(self.address.rsplit(":", 1)[1])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(20)
        if self.process.stdout is not None:
            self.process.stdout.close()


# The hub as it is, except that with DIE set the process kills itself once a return is kept and before it answers.
_RUN = """
import os, signal, sys
from caseworker.hub import app, receiving
from caseworker.hub.__main__ import main
if os.environ["DIE"]:
    keep = receiving.receive
    def receive_and_die(desk, data):
        keep(desk, data)
        os.kill(os.getpid(), signal.SIGKILL)
    receiving.receive = receive_and_die
sys.exit(main(sys.argv[1:]))
"""


def test_a_hub_killed_between_keeping_and_answering_gives_the_same_receipt_afterwards(
    vault: OpenVault, tmp_path: Path
):
    folder = tmp_path / "hub"
    hub = Killable(folder)
    try:
        file = tmp_path / "a.casebundle"
        command = [
            sys.executable, "-m", "caseworker.hub", "pair", "--agency", "A07", "--name", "Hotline", "--out", str(file),
            "--address", hub.address, "--database", f"sqlite:///{folder / 'hub.db'}", "--secrets",
            str(folder / "secrets"),
        ]  # fmt: skip
        printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        code = printed.split("Pairing code: ")[1].split()[0]
        enrolment.enrol(enrolment.read_bundle(file, code), code, limits=QUICK)
    finally:
        hub.kill()
    sending.approve(next_return())
    hub = Killable(folder, hub.port, die_before_answering=True)
    try:
        [result] = client.send_waiting(limits=QUICK)
        assert result.problem is not None
        assert result.problem.code in ("E-HUB-CUT", "E-NOT-THE-HUB")
        assert hub.process.wait(20) == -signal.SIGKILL
    finally:
        hub.kill()
    assert outbox.items()[0].state == outbox.SENT
    hub = Killable(folder, hub.port)
    try:
        [result] = client.send_waiting(limits=QUICK)
        assert result.is_received
        first = outbox.items()[0].receipt
        assert client.send(outbox.items()[0], sending.joined(), QUICK).data == first
    finally:
        hub.kill()
    check = [sys.executable, "-m", "caseworker.hub", "check", "--database", f"sqlite:///{folder / 'hub.db'}"]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout.split(",")[0]) == (0, "The ledger holds: 4 entries")


def test_the_plan_these_tests_send_is_current():
    assert plans.load("essex-2025").name == PLAN.name
