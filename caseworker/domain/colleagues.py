"""Colleagues elsewhere: people with a vault of their own, known by their contact card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colleague:
    """One contact card that was kept. Keys are hexadecimal; times epoch seconds, 0 for "not".

    ``verified``: when two people compared the number, by ``verified_by`` here. ``changed``: when a card with other
    keys came in the place of this one; it is to be compared anew.
    """

    id: int | None
    uid: str
    name: str
    organisation: str
    sign_key: str
    receive_key: str
    recorded: int = 0
    worker_id: int | None = None
    verified: int = 0
    verified_by: int | None = None
    changed: int = 0
    withdrawn: int = 0

    @property
    def is_checked(self) -> bool:
        """Whether something may be handed to this colleague: the number was compared, for these keys."""
        return self.verified > 0 and not self.changed and not self.withdrawn


def known(name: str, organisation: str, sign_key: str, colleagues: Sequence[Colleague]) -> Colleague | None:
    """Who among the cards kept this one is about: the same signing key, or the same name at the same place."""
    for one in colleagues:
        if one.sign_key == sign_key:
            return one
    wanted = (name.casefold(), organisation.casefold())
    for one in colleagues:
        if not one.withdrawn and (one.name.casefold(), one.organisation.casefold()) == wanted:
            return one
    return None
