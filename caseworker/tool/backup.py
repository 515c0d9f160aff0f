"""``backup``: write a vault into one encrypted file, read it back, and check that the vault can be restored from it."""

from __future__ import annotations

import argparse
from pathlib import Path

from caseworker import tool
from caseworker.domain import when
from caseworker.storage import backup, vault


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("--vault", type=Path, required=True, metavar="DIR", help="the vault's folder")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the backup to write; never written over"
    )
    tool.add_passphrase(parser)
    tool.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Make it, check it, say what is in it."""
    folder = tool.vault_in(args.vault)
    opened = vault.open_vault(vault.unlock(folder, tool.read_passphrase(args)))
    try:
        made = backup.make(opened, args.out, tool.progress())
    finally:
        opened.close()
    tool.write_json(
        args,
        {
            "backup": str(made.path),
            "made": made.made,
            "bytes": made.size,
            "clients": made.clients,
            "contacts": made.contacts,
            "checked": True,
        },
    )
    if args.json != tool.STDOUT:
        at = when.show_datetime(when.local(made.made))
        print(
            f"Backup of {at}, read back and checked: {made.clients:,} clients, {made.contacts:,} contacts,"
            f" {made.size:,} bytes. It opens with today's passphrase or recovery sheet."
        )
    return tool.DONE
