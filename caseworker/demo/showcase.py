"""``./run``: a hub on this machine and the app on made-up people, so that anyone can try the whole line.

Starts only commands that anyone can start by hand. Everything lies in a folder of its own, away from any real
vault, and may be deleted at will.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import platformdirs

# Made-up people need no secret: everybody may open them.
PASSPHRASE = "made up people only"
PORT = 8443


def main(argv: Sequence[str] | None = None) -> int:
    """Make what is missing, start the hub, run the app until it is closed, stop the hub."""
    arguments = _parser().parse_args(argv)
    home = arguments.home
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = {**os.environ, "CASEWORKER_HOME": str(home), "CASEWORKER_HUB": str(home / "hub")}
    if not _vault_there(home / "vault"):
        print("Making up some people. This takes a few seconds.", flush=True)
        _make_people(home, place)
    hub = subprocess.Popen(
        [sys.executable, "-m", "caseworker.hub", "--port", str(arguments.port)],
        env=place,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        opened = _first_line(hub.stdout)
        if not opened:
            return hub.wait()
        print(opened)
        _pair(home, place, opened.rsplit(" ", 1)[-1])
        print(f"The made-up vault opens with: {PASSPHRASE}", flush=True)
        return subprocess.run(
            [sys.executable, "-m", "ui", "--vault", str(home / "vault")], env=place, check=False
        ).returncode
    finally:
        hub.terminate()
        hub.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run", description="The app on made-up people, with a hub on this machine"
    )
    parser.add_argument(
        "--home",
        type=Path,
        default=Path(platformdirs.user_data_dir("Caseworker made-up people", appauthor=False, roaming=False)),
        help="where the made-up vault and hub lie",
    )
    parser.add_argument("--port", type=int, default=PORT, help=f"the hub's port ({PORT})")
    return parser


def _vault_there(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _make_people(home: Path, place: dict[str, str]) -> None:
    phrase = home / "passphrase.txt"
    phrase.write_text(PASSPHRASE, "utf-8")
    try:
        subprocess.run(
            [sys.executable, "-m", "caseworker", "demo", "--profile", "solo", "--out", str(home / "vault"),
             "--passphrase-file", str(phrase)],
            env=place, check=True,
        )  # fmt: skip
    finally:
        phrase.unlink()


def _pair(home: Path, place: dict[str, str], address: str) -> None:
    """A pairing file and code, new at every start: a code joins one laptop and ends after a week."""
    bundle = home / "made-up.casebundle"
    bundle.unlink(missing_ok=True)
    made = subprocess.run(
        [sys.executable, "-m", "caseworker.hub", "pair", "--agency", "A07", "--name", "Made-up Advocacy",
         "--address", address, "--synthetic", "--out", str(bundle), "--json"],
        env=place, check=True, capture_output=True, text=True,
    )  # fmt: skip
    print(f"To join this hub (Settings, Join the commissioner's hub): {bundle}")
    print(f"Pairing code: {json.loads(made.stdout)['code']}")


def _first_line(stream: IO[str] | None) -> str:
    return stream.readline().strip() if stream is not None else ""


if __name__ == "__main__":
    sys.exit(main())
