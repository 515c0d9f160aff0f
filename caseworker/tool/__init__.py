"""Commands for people and programs that work without windows: made-up vaults, checks, returns, protection.

Each command is one module here with ``add(parser)`` (its options) and ``run(args) -> int`` (its work; 0: done
or whole, 1: the answer is no, or it could not be done, 2: the command was not understood). A ``Problem``
raised by a command becomes one line on the error stream. Modules are imported only when their command is
asked for.
"""

from __future__ import annotations

import argparse
import getpass
import importlib
import json
import os
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from caseworker.errors import Problem, Refused
from caseworker.words import Words, words

DONE, NO, NOT_UNDERSTOOD = 0, 1, 2
STDOUT = "-"
_LONGEST_PASSPHRASE_FILE = 64 * 1024  # bytes

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("caseworker.tool.demo", "make a vault of made-up people"),
    "verify": ("caseworker.tool.verify", "is a vault, backup, return or receipt whole and untampered?"),
    "backup": ("caseworker.tool.backup", "write a vault into one encrypted file that has been checked"),
    "restore": ("caseworker.tool.restore", "bring a vault back from a backup, into a new folder"),
    "return": ("caseworker.tool.return_", "a period's return, as it would leave"),
    "release": ("caseworker.tool.release", "what has been or would be published, in the auditor's format"),
    "protect": ("caseworker.tool.protect", "protect a set of linked tables made from one row a person"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="./run tool", description="Caseworker without windows.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    wanted = next((word for word in given if not word.startswith("-")), "")
    for name, (module, purpose) in COMMANDS.items():
        command = commands.add_parser(name, help=purpose, description=purpose[0].upper() + purpose[1:] + ".")
        if name == wanted:
            importlib.import_module(module).add(command)
    args = parser.parse_args(given)
    try:
        return int(importlib.import_module(COMMANDS[args.command][0]).run(args))
    except Problem as problem:
        return _say_no(args, problem.code, str(problem.words))
    except Refused as refused:
        return _say_no(args, "E-REFUSED", "; ".join(str(sentence) for sentence in refused.problems.values()))
    except OSError as error:
        name = Path(str(error.filename)).name if error.filename else ""
        sentence = words("{name} cannot be used. {reason}.", name=name, reason=error.strerror or "")
        return _say_no(args, "E-DISK", str(sentence))
    except KeyboardInterrupt:
        return _say_no(args, "E-STOPPED", "Stopped before it was done.")


def add_json(parser: argparse.ArgumentParser) -> None:
    """``--json [FILE]``: the result as JSON, to a file or (without a name) to the terminal."""
    parser.add_argument(
        "--json",
        metavar="FILE",
        nargs="?",
        const=STDOUT,
        help="write the result as JSON (to FILE, or the terminal)",
    )


def write_json(args: argparse.Namespace, value: Any) -> None:
    """Write ``value`` where ``--json`` asked for it; nothing when it was not given. Files are for the owner alone."""
    if args.json is None:
        return
    text = json.dumps(value, indent=1, sort_keys=True, ensure_ascii=True) + "\n"
    if args.json == STDOUT:
        sys.stdout.write(text)
        return
    try:
        handle = os.open(args.json, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
    except OSError:
        raise Problem(
            "E-DISK", "{name} could not be written. Choose another place.", name=args.json
        ) from None


def add_passphrase(parser: argparse.ArgumentParser) -> None:
    """``--passphrase-file F``; without it ``read_passphrase`` asks on the terminal."""
    parser.add_argument(
        "--passphrase-file", metavar="F", type=Path, help="read the passphrase from this file"
    )


def read_passphrase(args: argparse.Namespace, prompt: str = "Passphrase: ") -> str:
    """The passphrase from the file named, or typed. One line end at the end of the file does not belong to it.

    Raises:
        Problem: E-PASSPHRASE-FILE when the file cannot be read or is empty.
    """
    if args.passphrase_file is None:
        return _ask(prompt)
    try:
        with args.passphrase_file.open("rb") as file:
            text = str(file.read(_LONGEST_PASSPHRASE_FILE), "utf-8")
    except (OSError, ValueError):
        raise Problem(
            "E-PASSPHRASE-FILE", "The passphrase file cannot be read. Check its name: {name}",
            name=str(args.passphrase_file),
        ) from None  # fmt: skip
    text = text.removeprefix("\ufeff").removesuffix("\n").removesuffix("\r")
    if not text:
        raise Problem(
            "E-PASSPHRASE-FILE", "The passphrase file is empty. Write the passphrase on its first line."
        )
    return text


def vault_in(given: Path) -> Path:
    """The vault's own folder, given that or the folder it lies in.

    Raises:
        Problem: E-NO-VAULT.
    """
    from caseworker.storage import vault

    found = given if (given / vault.HEADER).exists() else vault.find(given)
    if found is None:
        raise Problem(
            "E-NO-VAULT", "There is no vault in {folder}. Check the folder's name.", folder=str(given)
        )
    return found


def progress() -> Callable[[Words, int], None] | None:
    """Says on one line of the terminal how far a long piece of work is; None where nobody looks."""
    if not sys.stderr.isatty():
        return None

    def say(what: Words, percent: int) -> None:
        end = "\n" if percent == 100 else ""
        print(f"\r{percent:3} % {what!s:<50}", end=end, file=sys.stderr, flush=True)

    return say


def _ask(prompt: str) -> str:
    try:
        with warnings.catch_warnings():
            # Where what is typed would be shown on the screen, nothing is asked.
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(prompt)
    except (EOFError, getpass.GetPassWarning):
        raise Problem(
            "E-PASSPHRASE", "There is no terminal to type the passphrase at. Add --passphrase-file FILE."
        ) from None


def one_line(sentence: str) -> str:
    """A sentence as one line of print: a file name may hold line ends, or codes that redraw the terminal."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in sentence)


def _say_no(args: argparse.Namespace, code: str, sentence: str) -> int:
    print(f"{code}: {one_line(sentence)}", file=sys.stderr)
    if getattr(args, "json", None) == STDOUT:
        failure: Mapping[str, Any] = {"error": {"code": code, "sentence": sentence}}
        print(json.dumps(failure))
    return NO
