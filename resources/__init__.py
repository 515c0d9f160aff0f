"""Files that ship with the product: code lists, return plans, icons, fonts, words, translations."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def path(*parts: str) -> Path:
    """Where the shipped file with that name is."""
    return _HERE.joinpath(*parts)
