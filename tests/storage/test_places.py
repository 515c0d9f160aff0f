"""Vaults lie on this computer's own disk; network and synced folders are refused before anything is made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from caseworker.errors import Problem
from caseworker.storage import places
from caseworker.storage import vault as vaults
from tests.fixtures_vault import CHEAP


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(Problem) as caught:
        action()
    return caught.value.code


@pytest.mark.parametrize(
    "name",
    [
        "OneDrive",
        "OneDrive - Essex Support",
        "onedrive",
        "Dropbox",
        "Dropbox (Personal)",
        "iCloud Drive",
        "iCloudDrive",
        "Mobile Documents",
        "Google Drive",
        "GoogleDrive-ann@example.org",
        "My Drive",
        "Nextcloud",
        "Nextcloud2",
        "ownCloud",
        "Syncthing",
        "CloudStorage",
        "pCloud Drive",
        "MEGAsync",
        "Box Sync",
    ],
)
def test_a_synced_folder_is_refused_and_nothing_is_made(tmp_path: Path, name: str) -> None:
    root = tmp_path / name / "work"
    make = lambda: vaults.create(  # noqa: E731
        root, passphrase="x", worker_name="A", role="advocate", agency="A", synthetic=True, cost=CHEAP
    )
    assert code_of(make) == "E-FOLDER-SYNCED"
    assert not (tmp_path / name).exists()


def test_a_folder_marked_by_a_syncing_program_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".stfolder").mkdir()
    assert code_of(lambda: places.refuse_unsafe_folder(tmp_path / "a" / "b")) == "E-FOLDER-SYNCED"


def test_a_link_into_a_synced_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Dropbox").mkdir()
    (tmp_path / "work").symlink_to(tmp_path / "Dropbox")
    assert code_of(lambda: places.refuse_unsafe_folder(tmp_path / "work")) == "E-FOLDER-SYNCED"


@pytest.mark.parametrize("share", [r"\\server\share\vault", "//server/share/vault"])
def test_a_network_share_is_refused(share: str) -> None:
    assert code_of(lambda: places.refuse_unsafe_folder(Path(share))) == "E-FOLDER-NETWORK"


@pytest.mark.parametrize("magic", [0x6969, 0xFF534D42, 0xFE534D42, 0x517B, 0x01021997])
def test_a_network_file_system_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, magic: int
) -> None:
    monkeypatch.setattr(places.sys, "platform", "linux")
    monkeypatch.setattr(places, "file_system", lambda _: magic)
    assert code_of(lambda: places.refuse_unsafe_folder(tmp_path / "new")) == "E-FOLDER-NETWORK"


@pytest.mark.parametrize("name", ["Caseworker", "boxes", "one driveway", "synchrony", "dropboxes", "home"])
def test_an_ordinary_folder_is_fine(tmp_path: Path, name: str) -> None:
    places.refuse_unsafe_folder(tmp_path / name / "vaults")


def test_the_real_file_system_can_be_told(tmp_path: Path) -> None:
    if places.sys.platform != "linux":
        pytest.skip("statfs numbers are Linux's")
    assert places.file_system(Path("/proc")) == 0x9FA0  # PROC_SUPER_MAGIC
    assert places.file_system(tmp_path) not in (0, 0x9FA0)
    assert places.file_system(tmp_path / "nowhere") == 0
