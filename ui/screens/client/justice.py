"""Justice: what became of the report, who is chased, orders, help at court, rights, compensation.

In the order of an adviser's day. Nothing here decides whether somebody is supported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtWidgets import QWidget

from caseworker.storage import justice_events
from ui.screens.client.chases import ChaseForm, ChasesCard
from ui.screens.client.code_rights import RightsCard
from ui.screens.client.compensation import CompensationCard
from ui.screens.client.justice_events import StagesCard
from ui.screens.client.orders import OrdersCard
from ui.screens.client.part import Part
from ui.screens.client.special_measures import MeasuresCard
from ui.screens.client.tab import Tab
from ui.session import Session
from ui.widgets import Button, Heading, Text, column, row
from ui.widgets.gradually import Gradually

PARTS: tuple[Callable[[Session], Part], ...] = (
    StagesCard,
    ChasesCard,
    OrdersCard,
    MeasuresCard,
    RightsCard,
    CompensationCard,
)


class JusticeTab(Tab):
    """Log a chase stands first: it is done most often, between two other things."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        head = row(gap=8)
        head.addWidget(Heading(self.tr("Justice"), 2))
        self.reference = Text("", "body", "muted", wrap=True)
        head.addWidget(self.reference, 1)
        self.chase = Button(self.tr("Log a chase"), "phone-call", "primary")
        head.addWidget(self.chase)
        self.body.addLayout(head)
        self._cards = column(gap=14)
        self.body.addLayout(self._cards)
        self.body.addStretch(1)
        self.parts: list[Part] = []
        self._arriving = True
        self._gradually = Gradually(self)
        self.chase.clicked.connect(self._chase)

    def show_client(self, client_id: int) -> None:
        super().show_client(client_id)
        self._arriving = True
        for part in self.parts:
            part.hide()  # until it is read: nothing of one record is ever seen under another name
            part.show_client(client_id)

    def reload(self) -> None:
        found = justice_events.references(self.client_id)
        self.reference.setText(
            self.tr("Police reference {references}").format(references=", ".join(found)) if found else ""
        )
        build: list[Callable[[], object]] = [
            *(step for part in self.parts for step in (part.in_steps, part.show)),
            *(partial(self._make, kind) for kind in PARTS[len(self.parts) :]),
        ]
        self._gradually.build(build, self._arriving)
        self._arriving = False

    def _make(self, kind: Callable[[Session], Part]) -> Iterator[None]:
        made = kind(self.session)
        made.form_wanted.connect(self.form_wanted)
        made.show_client(self.client_id)
        yield from made.in_steps()
        self.parts.append(made)
        self._cards.addWidget(made)

    def _chase(self) -> None:
        self.form_wanted.emit(ChaseForm(self.session, self.client_id))
