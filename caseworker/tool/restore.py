"""``restore``: bring a vault back from a backup, into a new folder, and say what a vault in use has that it has not."""

from __future__ import annotations

import argparse
from pathlib import Path

from caseworker import paths, tool
from caseworker.domain import when
from caseworker.storage import backup, vault


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("backup", metavar="FILE", type=Path, help="the backup")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="a new or empty folder to restore into"
    )
    parser.add_argument(
        "--recovery",
        action="store_true",
        help="what is typed, or in the file, is the code of the recovery sheet, not a passphrase",
    )
    parser.add_argument(
        "--live",
        type=Path,
        metavar="DIR",
        help="the vault in use, to compare with (default: the one the app opens, if there is one); only read",
    )
    tool.add_passphrase(parser)
    tool.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Restore and compare."""
    backup.inspect(args.backup)  # no secret is asked for something broken
    live = vault.find(paths.data_root()) if args.live is None else tool.vault_in(args.live)
    prompt = "Recovery code of that day: " if args.recovery else "Passphrase of that day: "
    secret = tool.read_passphrase(args, prompt)
    found = backup.restore(
        args.backup,
        args.out,
        passphrase=None if args.recovery else secret,
        code=secret if args.recovery else None,
        live=live,
        progress=tool.progress(),
    )
    behind = found.behind
    tool.write_json(
        args,
        {
            "vault": str(found.path),
            "made": found.made,
            "clients": found.clients,
            "contacts": found.contacts,
            "not_in_backup": None
            if behind is None
            else {"changes": behind.changes, "newest": behind.newest, "forked": behind.forked},
        },
    )
    if args.json != tool.STDOUT:
        at = when.show_datetime(when.local(found.made))
        print(f"Restored as of {at}: {found.clients:,} clients, {found.contacts:,} contacts, in {found.path}")
        if behind is not None:
            print(f"{behind.sentence()}.")
        print("It sends nothing until this laptop has joined the commissioner's hub again with a new letter.")
    return tool.DONE
