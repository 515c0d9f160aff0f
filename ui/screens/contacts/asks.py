"""Questions that some contacts bring with them: asked in the form while they apply, stored with the contact.

To ask another one, write a subclass of ``Ask`` in a module of its own and add it to ``ASKS``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from PySide6.QtWidgets import QWidget

from caseworker.domain.contacts import Contact
from caseworker.domain.safe_contacts import SafeContact
from caseworker.words import Words
from ui.session import Session
from ui.widgets import Field, column


@dataclass(frozen=True, slots=True)
class Asked:
    """The form in which a question stands: whose, and what is recorded as safe."""

    session: Session
    client_id: int | None
    safe: Sequence[SafeContact]


class Ask(QWidget):
    """One such question. Put the fields into ``down`` and name what is typed or chosen in ``editors``.

    The names are those of the form's draft and of its problems: they must be the question's own.
    """

    def __init__(self, asked: Asked, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.asked = asked
        self.down = column(self, gap=8)
        self.editors: dict[str, Any] = {}
        self.fields: dict[str, Field] = {}  # those editors that stand in one

    def applies(self, contact: Contact) -> bool:
        """Whether the contact as it stands in the form brings this question."""
        raise NotImplementedError

    def problems(self) -> Mapping[str, Words]:
        """What has to be answered before the contact can be saved: name of an editor -> sentence."""
        return {}

    def told(self) -> Mapping[str, Any]:
        """What ``storage.contacts.save`` itself has to know of the answer: keyword -> value."""
        return {}

    def store(self, contact_id: int) -> None:
        """Keep the answer, in the transaction that has just saved the contact.

        Raises:
            Refused: name of an editor -> sentence; the contact is not saved either.
        """


#: Module and class of each, in the order in which they are asked.
ASKS = (
    ("ui.screens.contacts.still_safe", "StillSafe"),
    ("ui.screens.contacts.safeguarding", "SafeguardingAsk"),
)


def asks(asked: Asked) -> Iterator[Ask]:
    """All of them, each made for one form when it is asked for."""
    return (getattr(import_module(where), what)(asked) for where, what in ASKS)
