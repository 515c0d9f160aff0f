"""``./run bench [NAME…] [--json FILE]``: speed and size, with what they are measured against, in one run.

Every bench has a process of its own. Figures over their bar are printed as such; the exit code only says
whether everything could be measured (or, with --strict, whether every bar was kept).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from tests.bench.figures import Figure, Ground

ROOT = Path(__file__).resolve().parents[2]
BENCHES = {
    "search": "the list of clients at every key",
    "encryption": "encrypted over plain: search, record, return, commit",
    "counting": "a quarter's return over DuckDB",
    "today": "Today read and shown, in a provider's vault",
    "screens": "every screen, tab and form opened in a provider's vault",
    "silence": "who has gone quiet, and the team, in a provider's vault",
    "saving": "save a contact over a raw transaction",
    "disclosure": "round and attack 1,519 linked cells",
    "opening": "unlock window over an empty window; Today after the key",
    "walk": "longest block of the thread of the windows, and memory",
    "receiving": "returns a hub accepts over a bare endpoint",
}
LONGEST = 3600


def main(arguments: list[str] | None = None) -> int:
    """Run the benches asked for; all without names."""
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("names", metavar="NAME", nargs="*", help=", ".join(BENCHES))
    parser.add_argument("--json", metavar="FILE", help="write all figures to FILE")
    parser.add_argument(
        "--contacts", type=int, default=100_000, metavar="N", help="size of the vault (100,000)"
    )
    parser.add_argument("--strict", action="store_true", help="exit 1 when a figure is over its bar")
    parser.add_argument("--alone", metavar="FOLDER", help=argparse.SUPPRESS)
    args = parser.parse_args(arguments)
    unknown = [name for name in args.names if name not in BENCHES]
    if unknown or args.contacts < 10_000:
        parser.error(f"no bench called {unknown[0]}" if unknown else "--contacts: 10,000 or more")
    if args.alone:
        return _alone(args.names[0], Ground(Path(args.alone), args.contacts))
    names = args.names or list(BENCHES)
    print(
        f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, {args.contacts:,} contacts"
    )
    found: dict[str, list[Figure]] = {}
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for name in names:
            started = time.monotonic()
            print(f"\n{name}: {BENCHES[name]}", flush=True)
            figures = _measure(name, Path(folder), args.contacts)
            if figures is None:
                failed.append(name)
                print("  NOT MEASURED", flush=True)
                continue
            found[name] = figures
            for figure in figures:
                print(figure.line(), flush=True)
            print(f"  ({time.monotonic() - started:.0f} s)", flush=True)
    over = [figure for figures in found.values() for figure in figures if not figure.kept]
    barred = [figure for figures in found.values() for figure in figures if figure.bar is not None]
    print(
        f"\n{len(barred) - len(over)} of {len(barred)} bars kept, {len(over)} over the bar, "
        f"{len(failed)} benches not measured"
    )
    if args.json:
        _write(Path(args.json), args.contacts, found, failed)
    return 1 if failed or (args.strict and over) else 0


def _measure(name: str, folder: Path, contacts: int) -> list[Figure] | None:
    """The figures of one bench, measured in a process of its own; None when it could not."""
    line = [sys.executable, "-m", "tests.bench", name, "--alone", str(folder), "--contacts", str(contacts)]
    out = folder / f"{name}.json"
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "CASEWORKER_HOME": str(folder / "home")}
    # Programs start as on anybody's computer, where Python keeps what it translated.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(line, cwd=ROOT, env=environment, timeout=LONGEST, check=False)
    if done.returncode != 0 or not out.exists():
        return None
    return [Figure(**one) for one in json.loads(out.read_text(encoding="utf-8"))]


def _alone(name: str, ground: Ground) -> int:
    figures = import_module(f"tests.bench.{name}").run(ground)
    out = ground.folder / f"{name}.json"
    out.write_text(json.dumps([asdict(figure) for figure in figures]), encoding="utf-8")
    return 0


def _write(file: Path, contacts: int, found: dict[str, list[Figure]], failed: list[str]) -> None:
    value = {
        "machine": platform.platform(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "contacts": contacts,
        "not_measured": failed,
        "figures": {
            name: [asdict(one) | {"kept": one.kept} for one in figures] for name, figures in found.items()
        },
    }
    file.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
