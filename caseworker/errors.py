"""The two kinds of error that people are meant to meet; anything else is a bug and reaches one hook in ui/main.py.

``Problem``: expected, its sentence says what happened and what to do (wrong passphrase, disk full, newer vault).
``Refused``: what was typed broke a rule; shown beside the fields.
Neither ever carries what a client said, a name, or a file's content.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from caseworker.words import Words


class Problem(Exception):
    """Something outside went wrong. ``code`` is stable (``E-PASS``, ``E-DISK-FULL`` ...) and is what may be logged."""

    def __init__(self, code: str, template: str, **values: Any) -> None:
        self.code = code
        self.words = Words(template, values)
        super().__init__(f"{code}: {self.words}")


class Refused(Exception):
    """The record cannot be saved as it stands. ``problems`` maps a field's name to the sentence beside it."""

    def __init__(self, problems: Mapping[str, Words]) -> None:
        self.problems = dict(problems)
        super().__init__(", ".join(sorted(self.problems)))
