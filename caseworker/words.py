"""Sentences for people, made where Qt is not known and translated where it is.

A rule in the core says ``words("Safe to call now, until {time}", time="11am")``. Printed, it is British English;
on screen ``ui.say`` looks the template up in the translation (context ``core``) and fills the values in afterwards.
The strings check collects every literal given to ``words``, ``Problem`` and ``Refused``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence template and what goes into it. ``str()`` gives the English text."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.values)


def words(template: str, **values: Any) -> Words:
    """The sentence with that template; values may themselves be ``Words``."""
    return Words(template, values)
