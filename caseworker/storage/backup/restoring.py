"""Bringing a vault back from a backup, into a new folder: nothing that is there already is ever touched."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from caseworker.errors import Problem
from caseworker.storage import engine, files, settings
from caseworker.storage import vault as vaults
from caseworker.storage.backup.checking import read_back
from caseworker.storage.backup.comparing import Behind, behind_of
from caseworker.storage.backup.scratch import keys_of
from caseworker.storage.backup.telling import Cancelled, Progress, Tell, at_home, of_home, sentences
from caseworker.storage.engine import database
from caseworker.storage.places import refuse_unsafe_folder
from caseworker.storage.today import LAST_BACKUP
from caseworker.words import words

COMING = (
    ".coming"  # the folder in which records lie that are being brought back; nothing looks for a vault there
)


@dataclass(frozen=True, slots=True)
class Restored:
    """A vault brought back. ``behind``: what the vault in use has that it has not; None when there is none."""

    path: Path
    made: int
    clients: int
    contacts: int
    behind: Behind | None


def restore(
    file: Path,
    out: Path,
    *,
    passphrase: str | None = None,
    code: str | None = None,
    live: Path | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Restored:
    """Bring a vault back from a backup, into a new folder under ``out``, which must be new or empty.

    The restored vault is another installation: it has a key of its own and has sent nothing, so nothing is sent
    until a person joins it to the hub again. ``live`` is the vault in use, if there is one; it is only read.

    Raises:
        Problem: E-NOT-EMPTY, E-PASS, E-RECOVERY, E-NEWER, E-BACKUP-DAMAGED, E-BACKUP-CHECK, E-FOLDER-NETWORK,
            E-FOLDER-SYNCED, E-STOPPED, E-DISK-FULL, E-DISK, E-ENGINE. Nothing was changed.
    """
    if not database.deferred:
        raise RuntimeError("a vault is open in this process")
    engine.self_test()
    refuse_unsafe_folder(out)
    tell = Tell(progress, cancelled)
    with sentences():
        fresh = not out.exists()
        if not fresh and (not out.is_dir() or any(out.iterdir())):
            raise Problem(
                "E-NOT-EMPTY",
                "Records are only restored into a new or empty folder, so that nothing is ever written over."
                " Choose another folder",
            )
        with keys_of(file, passphrase, code) as (vmk, person):
            out.mkdir(mode=0o700, parents=True, exist_ok=True)
            staging = out / f"{secrets.token_hex(8)}.new"
            try:
                staging.mkdir(mode=0o700)
                manifest, found = read_back(file, vmk, staging, tell, lay_out=True)
                if found or manifest is None:
                    raise Problem(
                        "E-BACKUP-CHECK",
                        "This backup is not whole, so nothing was restored: {reason}. Choose another backup",
                        reason=found[0],
                    )
                header, _ = vaults.read_header(staging)
                behind = None if live is None else behind_of(live, vmk, header, manifest)
                origin = {"backup": manifest.backup, "seq": manifest.seq, "hash": manifest.hash}
                vaults.adopt(staging, vmk, person, origin, lambda: settings.keep(LAST_BACKUP, manifest.made))
                tell(words("Done"), 100)
                os.rename(staging, out / manifest.vault)
            except BaseException:
                shutil.rmtree(staging, ignore_errors=True)  # our own half-made folder
                if fresh:
                    with contextlib.suppress(OSError):
                        out.rmdir()
                raise
            with contextlib.suppress(OSError):
                files.sync_folder(out)
    rows = manifest.rows
    return Restored(out / manifest.vault, manifest.made, rows["client"], rows["contact"], behind)


def bring_home(
    file: Path,
    root: Path,
    *,
    passphrase: str | None = None,
    code: str | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Restored:
    """Bring the records back as those that the app opens, on a computer that has none yet: under ``root``.

    Raises:
        Problem: E-NOT-EMPTY, there are records here already; E-HOME, E-HOME-FULL, they cannot be written here; else as
            ``restore``. Nothing was changed.
    """
    if vaults.find(root) is not None:
        raise Problem(
            "E-NOT-EMPTY",
            "There are records on this computer already, and nothing is ever written over them. Close Caseworker and"
            " open it again",
        )
    for cut_off in root.glob(f"{'[0-9a-f]' * 16}{COMING}"):
        shutil.rmtree(
            cut_off, ignore_errors=True
        )  # our own, of a time before: nobody has opened what lies there
    beside = root / f"{secrets.token_hex(8)}{COMING}"
    refuse_unsafe_folder(beside)
    with at_home():
        beside.mkdir(
            mode=0o700, parents=True
        )  # before anything is read: what is refused here is about this place
    try:
        found = restore(
            file, beside, passphrase=passphrase, code=code, progress=progress, cancelled=cancelled
        )
    except BaseException as error:
        with contextlib.suppress(OSError):
            beside.rmdir()
        if isinstance(error, Problem) and error.code == "E-DISK-FULL":
            raise of_home(error) from None
        raise
    with sentences():
        home = root / found.path.name
        os.rename(found.path, home)
        beside.rmdir()
        files.sync_folder(root)
    return replace(found, path=home)
