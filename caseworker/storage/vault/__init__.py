"""The vault: making one, opening it with a passphrase, checking that nobody changed it, and closing it again.

A vault is a folder: a small header (who can open it), one encrypted case file, an anchor (how far the audit
chain had come) and a lock. Nothing in it is ever repaired, recreated or deleted without being asked: damage
is told, in one sentence, before anything else happens.
"""

from __future__ import annotations

from caseworker.storage.lock import hold
from caseworker.storage.vault.checking import page_checks
from caseworker.storage.vault.finding import (
    ANCHOR,
    HEADER,
    SPARE,
    Inspection,
    anchor_file,
    find,
    has_spare_header,
    inspect,
    read_header,
    use_spare_header,
    wait_seconds,
)
from caseworker.storage.vault.making import NewVault, adopt, create
from caseworker.storage.vault.opening import open_vault
from caseworker.storage.vault.people import Person
from caseworker.storage.vault.renewing import refuse_renewing, renew
from caseworker.storage.vault.session import OpenVault
from caseworker.storage.vault.unlocking import Unlocked, keys_behind, unlock, unlock_with_recovery, vault_key
from caseworker.storage.vault.verifying import verify

__all__ = [
    "ANCHOR",
    "HEADER",
    "SPARE",
    "Inspection",
    "NewVault",
    "OpenVault",
    "Person",
    "Unlocked",
    "adopt",
    "anchor_file",
    "create",
    "find",
    "has_spare_header",
    "hold",
    "inspect",
    "keys_behind",
    "open_vault",
    "page_checks",
    "read_header",
    "refuse_renewing",
    "renew",
    "unlock",
    "unlock_with_recovery",
    "use_spare_header",
    "vault_key",
    "verify",
    "wait_seconds",
]
