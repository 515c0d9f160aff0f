"""The real parts around the app: a hub in its own process on loopback, and the printed steps with their
figures.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a child: no screen needed, its own home, and every warning an error but for
    Python's own start.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CASEWORKER", "PYTEST"))}
    kept.setdefault("QT_QPA_PLATFORM", "offscreen")
    return kept | {
        "CASEWORKER_HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TZ": "Europe/London",
        # Names and wheels must not matter: a journey is the same on a machine with a proxy
        "NO_PROXY": "*",
        **more,
    }


class RealHub:
    """`python -m caseworker.hub` on a free port with its own database and keys; a context."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def _command(self, *more: str) -> list[str]:
        database = f"sqlite:///{self.folder / 'hub.db'}"
        return [
            sys.executable,
            "-m",
            "caseworker.hub",
            *more,
            "--database",
            database,
            "--secrets",
            str(self.folder / "keys"),
        ]

    def start(self) -> RealHub:
        log = (self.folder / "hub.log").open("ab")
        self.process = subprocess.Popen(
            [*self._command(), "--port", str(self.port)],
            env=environment(self.folder),
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
        log.close()
        end = time.monotonic() + 40
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"the hub ended at once: {self.log()}")
            try:
                if self.fetch("/")[0] == 200:
                    return self
            except OSError:
                time.sleep(0.05)  # another process is starting; there is nothing of ours to wait on
        raise RuntimeError(f"the hub did not answer: {self.log()}")

    def log(self) -> str:
        return (self.folder / "hub.log").read_text(errors="replace")[-4000:]

    def fetch(self, path: str) -> tuple[int, str]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            link.request("GET", path)
            answer = link.getresponse()
            return answer.status, answer.read().decode("utf-8")
        finally:
            link.close()

    def pair(self, agency: str, name: str, out: Path, *more: str) -> tuple[str, str]:
        """Makes a pairing bundle: the code of the letter that goes with it, and the number to compare."""
        command = self._command("pair", "--agency", agency, "--name", name, "--out", str(out))
        command += ["--address", self.address, "--json", *more]
        done = subprocess.run(
            command, env=environment(self.folder), cwd=ROOT, capture_output=True, text=True, timeout=60
        )
        if done.returncode != 0:
            raise RuntimeError(f"pairing failed: {done.stderr}")
        made = json.loads(done.stdout)
        return str(made["code"]), str(made["digits"])

    def check(self) -> str:
        """What the hub's own walk over its ledger says."""
        done = subprocess.run(
            self._command("check"),
            env=environment(self.folder),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.stdout.strip() if done.returncode == 0 else f"BROKEN: {done.stdout}{done.stderr}"

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        self.process = None

    def __enter__(self) -> RealHub:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class Steps:
    """Prints what happened, one line a step with its figure, and keeps them for the end."""

    def __init__(self, out: Sequence[str] = ()) -> None:
        self.lines: list[str] = list(out)
        self.started = time.monotonic()

    def say(self, step: str, figure: str = "") -> None:
        line = f"{len(self.lines) + 1:>3}  {step:<72} {figure}".rstrip()
        self.lines.append(line)
        print(line, flush=True)
