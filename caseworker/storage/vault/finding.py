"""Finding a vault, and looking at it before any passphrase: what is whole, what is missing, what is too new.

Nothing is ever repaired, recreated or deleted without being asked.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from pathlib import Path

from caseworker.crypto import header as hdr
from caseworker.crypto.header import Header
from caseworker.errors import Problem
from caseworker.storage import engine, files, lock, throttle
from caseworker.storage.engine import database
from caseworker.storage.lock import hold

HEADER, SPARE, ANCHOR = "vault.hdr", "vault.hdr.1", "anchor"
DAMAGED = "vault.hdr.damaged"  # a header that was replaced by its copy
_CASE_FILE = re.compile(r"vault-([0-9]{4})\.db(?:-wal|-shm|\.before(?:\.part)?)?")
_ANCHOR_FILE = re.compile(r"anchor(?:-([0-9]{4})(?:\.tmp)?)?")
_FOLDER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Inspection:
    """What can be said about a vault before any passphrase."""

    path: Path
    vault_id: str
    generation: int
    people: int  # how many passphrases open it


def case_file(epoch: int) -> str:
    """What the case file is called whose key is the vault's ``epoch``-th."""
    return f"vault-{epoch:04d}.db"


def anchor_file(epoch: int) -> str:
    """What the anchor of that case file is called: each key of the vault has an anchor of its own."""
    return ANCHOR if epoch == 1 else f"{ANCHOR}-{epoch:04d}"


def of_other_keys(folder: Path, epoch: int) -> tuple[list[Path], list[Path]]:
    """Case files and anchors of older keys of this vault, and of newer ones."""
    older: list[Path] = []
    newer: list[Path] = []
    for file in sorted(folder.iterdir()):
        match = _CASE_FILE.fullmatch(file.name) or _ANCHOR_FILE.fullmatch(file.name)
        if match is not None and (its := int(match[1] or 1)) != epoch:
            (older if its < epoch else newer).append(file)
    return older, newer


def find(root: Path) -> Path | None:
    """The vault in ``root`` (or ``root`` itself when it is one); None when there is none yet."""
    if _is_vault(root):
        return root
    try:
        folders = sorted(
            place for place in root.iterdir() if _FOLDER.fullmatch(place.name) and _is_vault(place)
        )
    except OSError:
        return None
    return folders[0] if folders else None


def _is_vault(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    return any((folder / name).exists() for name in (HEADER, SPARE)) or any(folder.glob("vault-*.db"))


def inspect(folder: Path) -> Inspection:
    """Look before asking for a passphrase, so that nobody types one at something broken.

    Raises:
        Problem: E-HDR-DAMAGED, E-HDR-UNSUPPORTED, E-NEWER, E-DB-MISSING, E-DB-NOT-ENCRYPTED, E-ENGINE.
    """
    engine.self_test()
    found, _ = read_header(folder)
    look_at_database(folder / found.db)
    return Inspection(folder, found.vault, found.generation, len(found.opened_by(hdr.PASS)))


def read_header(folder: Path) -> tuple[Header, bytes]:
    """The header of a vault and its exact bytes.

    Raises:
        Problem: E-HDR-DAMAGED, E-HDR-UNSUPPORTED, E-NEWER.
    """
    try:
        with open(folder / HEADER, "rb") as source:
            data = source.read(hdr.LARGEST_BODY + 1024)
        return hdr.read(data), data
    except (OSError, hdr.Damaged):
        if has_spare_header(folder):
            raise Problem(
                "E-HDR-DAMAGED",
                "The small file that opens this vault is damaged. There is a whole copy beside it from the"
                " last time the vault was opened. Nothing has been changed. Choose to use the copy",
            ) from None
        raise Problem(
            "E-HDR-DAMAGED",
            "The small file that opens this vault is damaged, and no passphrase can help. Nothing has been"
            " changed. Restore the vault from a backup",
        ) from None
    except hdr.Newer:
        raise newer() from None
    except hdr.Unsupported:
        raise Problem(
            "E-HDR-UNSUPPORTED",
            "This vault asks for something this version of Caseworker does not know or does not allow."
            " Nothing has been changed. Install the newest version, or restore the vault from a backup",
        ) from None


def newer() -> Problem:
    return Problem(
        "E-NEWER",
        "This vault was last used with a newer version of Caseworker. Nothing has been changed. Install the"
        " newest version on this computer",
    )


def look_at_database(file: Path) -> None:
    try:
        with open(file, "rb") as source:
            start = source.read(len(engine.PLAIN_HEADER))
    except OSError:
        start = b""
    if not start:
        raise Problem(
            "E-DB-MISSING",
            "The case file of this vault is missing or empty. Nothing has been changed and no new one will"
            " be made. Restore the vault from a backup",
        )
    if start == engine.PLAIN_HEADER:
        raise Problem(
            "E-DB-NOT-ENCRYPTED",
            "The case file of this vault is not encrypted, so it is not the one Caseworker made. Nothing"
            " has been changed. Tell whoever looks after your computers, and restore the vault from a backup",
        )


def has_spare_header(folder: Path) -> bool:
    """Whether a whole copy of the header lies beside it."""
    try:
        hdr.read((folder / SPARE).read_bytes())
    except (OSError, hdr.Damaged, hdr.Unsupported):
        return False
    return True


def use_spare_header(folder: Path) -> None:
    """Put the copy of the header in place of a damaged one, which is kept as ``vault.hdr.damaged``.

    A copy older than the database is still refused at opening: this is no way to bring an old passphrase
    back.

    Raises:
        Problem: E-IN-USE, E-HDR-DAMAGED when the copy is not whole either.
    """
    mine = lock.held(folder)
    taken = mine or hold(folder)
    try:
        if not has_spare_header(folder):
            raise Problem(
                "E-HDR-DAMAGED",
                "The copy of the small file that opens this vault is damaged too. Restore the vault from a"
                " backup",
            )
        with database.sentences():
            with contextlib.suppress(FileNotFoundError):
                files.replace(folder / DAMAGED, (folder / HEADER).read_bytes())
            files.replace(folder / HEADER, (folder / SPARE).read_bytes())
    finally:
        if mine is None:
            taken.release()


def wait_seconds(folder: Path) -> int:
    """Seconds until a passphrase may be tried again; 0 when it may be now."""
    return throttle.wait_seconds(folder)
