"""Where things live on this computer: the vaults' folder and the settings file. Nothing about clients is in
either name.

Vaults lie in the local, never the roaming profile: a copy on a server would be out of the app's hands.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_NAME = "Caseworker"


def data_root() -> Path:
    """The folder that holds the vaults; ``CASEWORKER_HOME`` puts everything elsewhere. Not created here."""
    home = os.environ.get("CASEWORKER_HOME")
    if home:
        return Path(home)
    return Path(platformdirs.user_data_dir(_NAME, appauthor=False, roaming=False))


def settings_file() -> Path:
    """Theme, text size and the like: readable without a passphrase, so nothing of casework is ever in it."""
    home = os.environ.get("CASEWORKER_HOME")
    if home:
        return Path(home) / "settings.json"
    return Path(platformdirs.user_config_dir(_NAME, appauthor=False, roaming=False)) / "settings.json"


def log_file() -> Path:
    """Where ``caseworker.log`` writes: codes and whole numbers only."""
    home = os.environ.get("CASEWORKER_HOME")
    if home:
        return Path(home) / "caseworker.log"
    return Path(platformdirs.user_log_dir(_NAME, appauthor=False)) / "caseworker.log"
