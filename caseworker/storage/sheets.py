"""Recovery sheets: whether somebody has typed hers back, so that it is known to work. Each person has one."""

from __future__ import annotations

from caseworker.domain.workers import Worker
from caseworker.storage import settings

_KEY = "recovery_sheet_typed"
_FIRST = 1  # whoever made the vault: her mark is older than there being several people


def typed_back(worker: Worker) -> bool:
    """Whether this person's newest sheet was typed back whole."""
    return bool(settings.get(_key(worker), False))


def note(worker: Worker) -> None:
    """This person has typed her sheet back. Inside ``storage.write``."""
    settings.set(_key(worker), True)


def _key(worker: Worker) -> str:
    return _KEY if worker.id == _FIRST else f"{_KEY}.{worker.uid}"
