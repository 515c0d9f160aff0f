"""``protect``: makes a set of linked tables safe to publish, from a file with one row a person.

Works on its own for analysts: nothing of a vault is needed. The release is written only when it survives the
attack.
"""

from __future__ import annotations

import argparse
import os
import secrets
import stat
import sys
from pathlib import Path

import msgspec

from caseworker.errors import Problem
from caseworker.protect import people as people_
from caseworker.protect import rounding
from caseworker.protect.audit import Audit, audit
from caseworker.protect.linked import Linked
from caseworker.protect.suppression import SMALL, suppress
from caseworker.tool import DONE, NO, STDOUT, add_json, write_json

BASE = 5
MEASURE = "people"
KEY_BYTES = 32
LONGEST_KEY = 4096


def add(parser: argparse.ArgumentParser) -> None:
    """The options of ``protect``."""
    parser.add_argument(
        "people", metavar="PEOPLE.csv", type=Path, help="one row a person, one column a dimension"
    )
    parser.add_argument(
        "--tables",
        required=True,
        metavar="LIST",
        help='the tables to publish, like "district*crime,district*need,age"',
    )
    parser.add_argument(
        "--style",
        choices=["rounding", "nhs", "off"],
        default="rounding",
        help="rounding: every number to a multiple of 5, all sums add (default); nhs: 1 to 7 become [c], the "
        "rest goes to the nearest 5; off: protect nothing, to see the attack succeed (writes no file)",
    )
    parser.add_argument(
        "--key-file",
        metavar="F",
        type=Path,
        help="the secret key of the rounding (default: beside the output, made once)",
    )
    parser.add_argument("--period", default="all", help="the period the people belong to, as it is published")
    parser.add_argument("--exact", action="store_true", help="attack with whole-number bounds (slower)")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Protect, attack, and write the release when the attack finds nothing. 1 when it finds something."""
    if not (args.period.isprintable() and 0 < len(args.period) <= people_.LONGEST_LABEL):
        raise Problem("E-PERIOD", "Write the period as plain text of at most 80 letters.")
    tabulated = _tabulate(args)
    linked = tabulated.linked
    shown: list[int | None]
    if args.style == "nhs":
        suppressed = suppress(linked)
        shown, found, passed = suppressed.values, suppressed.audit, suppressed.passed
        release = people_.as_release(
            tabulated, shown, MEASURE, args.period, threshold=SMALL, conventional=True, zeros_published=True,
            suppressed_range=suppressed.range,
        )  # fmt: skip
        if suppressed.rule_known.few_small:
            _say(
                f"Somebody who knows the rule can narrow {suppressed.rule_known.few_small:,} hidden cells to "
                f"fewer than {release.min_candidates} numbers, {suppressed.rule_known.exact_small:,} to one. "
                "Rounding (--style rounding) leaves none."
            )
    elif args.style == "off":
        shown = list(linked.values)
        found = audit(linked, shown, base=0, exact=args.exact)
        passed = False  # true counts are never written, whatever the attack says
    else:
        rounded = _round(linked, _key(args))
        shown = list(rounded.values)
        found = audit(
            linked,
            shown,
            BASE,
            exact=args.exact,
            stepped=rounded.stepped,
            present=tabulated.present,
        )
        passed = found.passed
        release = people_.as_release(tabulated, shown, MEASURE, args.period)
        if rounded.stepped:
            _say(f"{len(rounded.stepped)} totals had to move one step more (by less than {2 * BASE}).")
    _summarise(linked, shown, found, args.style)
    if not passed:
        _say("Nothing was written.")
        return NO
    write_json(args, msgspec.to_builtins(release))
    return DONE


def _tabulate(args: argparse.Namespace) -> people_.Tabulated:
    try:
        specs = people_.parse_tables(args.tables)
        data = _read(args.people, people_.MOST_BYTES)
        columns = list(dict.fromkeys(dim for dims in specs for dim in dims))
        return people_.tabulate(people_.read_people(data, columns), specs, MEASURE, args.period)
    except people_.NotUnderstood as error:
        raise Problem("E-PEOPLE", "{reason}", reason=str(error)) from None


def _round(linked: Linked, key: bytes) -> rounding.Rounded:
    try:
        return rounding.round_linked(linked, key, BASE)
    except rounding.CannotRound:
        raise Problem(
            "E-ROUND",
            "These tables cannot be rounded so that every line adds up. Use fewer or smaller tables.",
        ) from None


def _key(args: argparse.Namespace) -> bytes:
    """The key given, or the one beside the output; made there once, readable by its owner alone.

    Without the same key every time, somebody who runs this often could average the noise away.
    """
    if args.key_file is not None:
        return _read_key(args.key_file)
    if args.json in (None, STDOUT):
        raise Problem(
            "E-KEY",
            "Write to a file with --json RELEASE.json, or name the key with --key-file: the key is kept.",
        )
    path = Path(args.json + ".key")
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read_key(path)
    except OSError:
        raise Problem("E-KEY", "The key cannot be kept beside the output. Choose another place.") from None
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_hex(KEY_BYTES).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    _say(f"A new key is in {path}. Keep it secret and keep it: the same key gives the same numbers.")
    return _read_key(path)


def _read_key(path: Path) -> bytes:
    data = _read(path, LONGEST_KEY, "E-KEY")
    try:
        key = bytes.fromhex(data.decode("ascii").strip())
    except ValueError:
        key = data  # a file of random bytes is as good
    if len(key) < 16:
        raise Problem("E-KEY", "The key file holds no key: at least 16 random bytes are needed.")
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        _say("Other people on this machine can read the key file. Make it yours alone: chmod 600")
    return key


def _read(path: Path, most: int, code: str = "E-PEOPLE") -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError:
        raise Problem(code, "{name} cannot be read. Check its name.", name=str(path)) from None
    if len(data) > most:
        raise Problem(code, "{name} is too large.", name=str(path))
    return data


def _summarise(linked: Linked, shown: list[int | None], found: Audit, style: str) -> None:
    """What the analyst needs to know, without any figure of a small cell."""
    off = [
        abs(number - true) for number, true in zip(shown, linked.values, strict=True) if number is not None
    ]
    _say(f"{len(linked.names):,} cells, each once; {shown.count(None):,} hidden; style {style}.")
    if off:
        _say(f"Shown numbers are {sum(off) / len(off):.2f} from the truth on average, {max(off)} at most.")
    verdict = "passed" if found.passed else "failed"
    _say(
        f"Attack {verdict} in {found.seconds:.2f} s: {found.checked:,} small cells, "
        f"{found.exact_small:,} exact, {found.few_small:,} with too few candidates, "
        f"{found.lines_not_adding:,} lines not adding up."
    )


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
