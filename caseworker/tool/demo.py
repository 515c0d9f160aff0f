"""``demo``: make a seeded vault of made-up people, marked SYNTHETIC."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time
from pathlib import Path

from caseworker import demo, tool
from caseworker.errors import Problem

FIRST_DAY, LAST_DAY = dt.date(2015, 1, 1), dt.date(2098, 12, 31)


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument(
        "--profile", choices=demo.PROFILES, default="solo", help="how large a service (default: solo)"
    )
    parser.add_argument(
        "--contacts", type=int, metavar="N", help="exactly this many contacts; people grow with it"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="the folder to make the vault in"
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="the same seed and day give the same people"
    )
    parser.add_argument(
        "--today", metavar="YYYY-MM-DD", help="the day it is in the made-up world (default: today)"
    )
    tool.add_passphrase(parser)
    tool.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Make it and say where it is."""
    today = _day(args.today)
    passphrase = tool.read_passphrase(args, "Passphrase for the new vault: ")
    started = time.monotonic()
    path = demo.make(
        args.profile,
        args.out,
        passphrase,
        seed=args.seed,
        contacts=args.contacts,
        today=today,
        progress=_say if sys.stderr.isatty() else None,
    )
    seconds = time.monotonic() - started
    if args.json != tool.STDOUT:
        print(f"SYNTHETIC vault made in {seconds:.1f} s: {path}")
    tool.write_json(
        args,
        {
            "synthetic": True,
            "profile": args.profile,
            "seed": args.seed,
            "vault": str(path),
            "seconds": round(seconds),
        },
    )
    return tool.DONE


def _day(text: str | None) -> dt.date | None:
    try:
        day = None if text is None else dt.date.fromisoformat(text)
    except ValueError:
        raise Problem("E-DATE", "Write the day as YYYY-MM-DD, such as 2026-11-22.") from None
    if day is not None and not FIRST_DAY <= day <= LAST_DAY:
        raise Problem("E-DATE", "Choose a day from 2015 to 2098.")
    return day


def _say(done: int, of: int) -> None:
    print(f"\r{done:,} of {of:,} contacts", end="" if done < of else "\n", file=sys.stderr, flush=True)
