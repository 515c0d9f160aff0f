"""What this app never uses and so does not load: the window should stand before anybody waits for it.

Only ui/main.py imports this: after Qt, before anything else of ours.
"""

from __future__ import annotations

import sys


def keep_sources_out() -> None:
    """Stop PySide from reading the source of every module loaded after it, and from keeping it in memory.

    It looks whether a module asks for other spellings of Qt's names (``from __feature__ import snake_case``).
    None of ours does.
    """
    feature = sys.modules.get("shibokensupport.feature")
    if feature is not None and hasattr(feature, "_mod_uses_pyside"):
        vars(feature).update(_mod_uses_pyside=_asks_for_nothing)


def leave_hub_out() -> None:
    """Hide the driver of the hub's database, which peewee would load wherever it is installed.

    For a process that is the app and nothing else: from here on it cannot reach PostgreSQL.
    """
    for driver in ("psycopg", "psycopg2"):
        sys.modules.setdefault(driver, None)  # type: ignore[arg-type]


def _asks_for_nothing(_module: object) -> bool:
    return False


keep_sources_out()
