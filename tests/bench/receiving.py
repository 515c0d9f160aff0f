"""How many returns a hub takes a second, over a bare endpoint that opens the same seal and keeps the bytes."""

from __future__ import annotations

import http.client
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from caseworker.crypto import sealing
from caseworker.sync import wire
from tests.bench.figures import Figure, Ground, median, milliseconds, p95, timed
from tests.bench.servers import INFO
from tests.hub.parts import Hub, Laptop

ROOT = Path(__file__).resolve().parents[2]
ROUNDS, EACH, SENDERS = 8, 50, 4
RATIO_BAR, RECEIPT_BAR = 0.5, 1.0


def run(ground: Ground) -> list[Figure]:
    """Four hundred agencies send one return each, four at a time; both servers on loopback, in turns."""
    folder = ground.folder / "hub"
    folder.mkdir()
    with Hub(folder) as hub:
        letters: list[bytes] = []
        for number in range(ROUNDS * EACH):
            laptop = Laptop(agency=f"B{number:04d}")
            hub.join(laptop)
            letters.append(laptop.seal(hub.keys).wire_bytes)
        receipt_key = hub.keys.receipt_public
        plain = Laptop().payload(hub.keys.kid)
    private, public = sealing.new_receive_key()
    (folder / "bare.key").write_bytes(private)
    bare_letters = [
        sealing.seal(public, plain.ljust(wire.padded_size(plain), b"\0"), INFO) for _ in range(ROUNDS * EACH)
    ]
    rates: dict[str, list[float]] = {"hub": [], "bare": []}
    waits: list[float] = []
    with _served("hub", folder) as hub_port, _served("bare", folder) as bare_port:
        for turn in range(ROUNDS):
            some = slice(turn * EACH, (turn + 1) * EACH)
            work = [("hub", hub_port, letters[some]), ("bare", bare_port, bare_letters[some])]
            for kind, port, batch in work if turn % 2 else reversed(work):
                answers: list[bytes] = []
                each: list[float] = []
                seconds = timed(
                    lambda port=port, batch=batch, answers=answers, each=each: _send(
                        port, batch, answers, each
                    )
                )
                if turn:  # the first round warms both up
                    rates[kind].append(len(batch) / seconds)
                if kind == "hub":
                    _all_received(answers, receipt_key, len(batch))
                    waits += each if turn else []
                elif len(answers) != len(batch):
                    raise RuntimeError("the bare endpoint did not answer every return")
    ratio = median(rates["hub"]) / median(rates["bare"])
    return [
        Figure("returns a second, hub ÷ bare endpoint", ratio, "×", RATIO_BAR, at_least=True,
               detail=f"{median(rates['hub']):.0f} ÷ {median(rates['bare']):.0f} a second, {SENDERS} senders"),
        Figure("a signed receipt under that load: p95", p95(waits), "s", RECEIPT_BAR,
               detail=f"median {milliseconds(median(waits)):.0f} ms; a national quarter in a day is 1 a second"),
    ]  # fmt: skip


def _send(port: int, batch: list[bytes], answers: list[bytes], each: list[float]) -> None:
    """Four senders share the batch, each over one connection."""
    waiting = list(batch)
    failed: list[BaseException] = []

    def sender() -> None:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            while waiting:
                try:
                    letter = waiting.pop()
                except IndexError:
                    return

                def post(letter: bytes = letter) -> None:
                    link.request("POST", "/v1/returns", letter, {"Content-Type": "application/octet-stream"})
                    answer = link.getresponse()
                    body = answer.read()
                    if answer.status != 200:
                        raise RuntimeError(f"refused: {answer.status}")
                    answers.append(body)

                each.append(timed(post))
        except BaseException as error:
            failed.append(error)
        finally:
            link.close()

    threads = [threading.Thread(target=sender) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def _all_received(answers: list[bytes], receipt_key: bytes, count: int) -> None:
    """Every answer is a signed receipt that says received; a fast no would be worth nothing.

    Raises:
        RuntimeError: one is not.
    """
    states = [wire.read_receipt(answer, receipt_key).status for answer in answers]
    if states != ["received"] * count:
        raise RuntimeError(f"the hub did not take every return: {set(states)}")


@contextmanager
def _served(kind: str, folder: Path) -> Iterator[int]:
    line = [sys.executable, "-m", "tests.bench.servers", kind, str(folder)]
    process = subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield port
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()
