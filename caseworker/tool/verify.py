"""``verify``: is a vault, a backup, a return, a receipt or a release whole and untampered?

Nothing is changed, and only the verdict is printed: no names, no figures. Exit 1 when something is wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from caseworker.errors import Problem
from caseworker.tool import DONE, NO, add_json, add_passphrase, read_passphrase, write_json

_MOST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing that can be checked: how it is recognised, and what is wrong with it (empty: nothing)."""

    name: str
    recognises: Callable[[Path, bytes], bool]
    check: Callable[[argparse.Namespace], list[str]]


def add(parser: argparse.ArgumentParser) -> None:
    """The options of ``verify``."""
    parser.add_argument("path", metavar="PATH", type=Path, help="a vault's folder, or a file")
    parser.add_argument(
        "--receipt-key", metavar="HEX", default="", help="the hub's receipt key, for checking a receipt"
    )
    add_passphrase(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Recognise it, check it, say so in one line. 1 when it is not whole."""
    kind = recognise(args.path)
    found = kind.check(args)
    write_json(args, {"kind": kind.name, "whole": not found, "found": found})
    if found:
        more = f" ({len(found)} findings)" if len(found) > 1 else ""
        print(f"verify: {kind.name} not whole: {found[0]}{more}", file=sys.stderr)
        return NO
    if args.json is None:
        print(f"verify: {kind.name} whole")
    return DONE


def recognise(path: Path) -> Kind:
    """What ``path`` is.

    Raises:
        Problem: E-NOT-FOUND, E-UNKNOWN-KIND.
    """
    start = b""
    if not path.is_dir():
        try:
            with path.open("rb") as source:
                start = source.read(_MOST)
        except OSError:
            raise Problem("E-NOT-FOUND", "There is nothing to read at {name}", name=str(path)) from None
    for kind in KINDS:
        if kind.recognises(path, start):
            return kind
    raise Problem(
        "E-UNKNOWN-KIND",
        "{name} is not a vault, a backup, a return, a receipt or a release, or its beginning is damaged",
        name=str(path),
    )


# --- a vault ------------------------------------------------------------------------------------------------


def _is_vault(path: Path, _start: bytes) -> bool:
    from caseworker.storage import vault

    return path.is_dir() and vault.find(path) is not None


def _check_vault(args: argparse.Namespace) -> list[str]:
    from caseworker.storage import vault

    folder = vault.find(args.path)
    if folder is None:
        return []
    try:
        vault.inspect(folder)
    except Problem as problem:
        return [f"{problem.code}: {problem.words}"]  # no passphrase is asked for something broken
    return [str(words) for words in vault.verify(folder, read_passphrase(args))]


# --- a backup -----------------------------------------------------------------------------------------------


def _is_backup(_path: Path, start: bytes) -> bool:
    from caseworker.storage import backup

    return start.startswith(backup.MAGIC)


def _check_backup(args: argparse.Namespace) -> list[str]:
    from caseworker.storage import backup

    try:
        backup.inspect(args.path)
    except Problem as problem:
        return [f"{problem.code}: {problem.words}"]  # no passphrase is asked for something broken
    return [str(words) for words in backup.check(args.path, passphrase=read_passphrase(args))]


# --- what travels -------------------------------------------------------------------------------------------


def _starts(*marks: bytes) -> Callable[[Path, bytes], bool]:
    return lambda _path, start: start.lstrip()[:1] == b"{" and all(mark in start for mark in marks)


def _check_sealed(args: argparse.Namespace) -> list[str]:
    from caseworker.sync import wire

    try:
        wire.read_header(args.path.read_bytes())
    except wire.NotOurs as error:
        return [f"the sealed return is damaged ({error.reason})"]
    return []


def _check_receipt(args: argparse.Namespace) -> list[str]:
    from caseworker.sync import wire

    try:
        key = bytes.fromhex(args.receipt_key)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise Problem(
            "E-RECEIPT-KEY", "Give the hub's receipt key with --receipt-key: 64 letters and numbers"
        )
    data = args.path.read_bytes()
    try:
        wire.read_receipt(data, key)
    except wire.NotOurs as error:
        if error.reason == "signature":
            return ["the receipt's signature is not by that key, or the receipt was changed"]
        try:
            wire.read_enrolment_receipt(data, key)
        except wire.NotOurs:
            return [f"the receipt is damaged ({error.reason})"]
    return []


def _check_published(args: argparse.Namespace) -> list[str]:
    from caseworker.protect.release import Unreadable
    from caseworker.tool import release

    try:
        release.read(args.path)
    except Unreadable as error:
        return [f"the release is damaged: {error}"]
    except Problem as problem:
        return [f"{problem.code}: {problem.words}"]
    return []


KINDS: tuple[Kind, ...] = (
    Kind("vault", _is_vault, _check_vault),
    Kind("backup", _is_backup, _check_backup),
    Kind("sealed return", _starts(b'"ct"', b'"kid"'), _check_sealed),
    Kind("receipt", _starts(b'"body"', b'"sig"'), _check_receipt),
    Kind("return or release", _starts(b'"tables"'), _check_published),
)
