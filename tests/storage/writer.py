"""A process that opens a vault and saves contacts until it is killed, telling after each one that it is safe.

Run as a program it waits for folders on its input and forks one writer for each, so that sixty kills do not
pay for sixty start-ups.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from caseworker import storage
from caseworker.domain.clients import Client
from caseworker.domain.contacts import Contact
from caseworker.storage import clients, contacts, drafts
from caseworker.storage import vault as vaults
from tests.fixtures_vault import PHRASE


def write_until_killed(folder: Path, out: int) -> None:
    """Save a draft, then the contact, and name the contact once it is durable."""
    vaults.open_vault(vaults.unlock(folder, PHRASE))
    found = clients.recent(1)
    client = found[0].id if found else storage.write(clients.save, Client(None, "", "Robin Marsh"))
    number = 0
    while True:
        number += 1
        key = f"contact:{client}"
        storage.write(drafts.keep, key, {"note": f"kept {number}"})
        contact = Contact(
            None,
            "",
            client,
            None,
            int(time.time()) - 60,
            note=f"note {number}",
            minutes=5,
            override_reason="Not asked yet",
        )
        saved = storage.write(contacts.save, contact, draft_key=key)
        os.write(out, b"saved %d\n" % saved)
        if number % 40 == 0:
            storage.checkpoint()


def main() -> None:
    out = sys.stdout.fileno()
    os.write(out, b"ready\n")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                write_until_killed(Path(line.rstrip("\n")), out)
            finally:
                os._exit(3)
        os.write(out, b"pid %d\n" % child)
        os.waitpid(child, 0)
        os.write(out, b"ended\n")


if __name__ == "__main__":
    main()
