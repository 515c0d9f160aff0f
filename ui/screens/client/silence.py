"""The form that sets aside a client who has gone quiet: why, and the day to look again."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtWidgets import QWidget

from caseworker.domain import codes, silence
from caseworker.domain.silence import Aside
from caseworker.domain.when import show_date
from caseworker.storage import risk
from caseworker.storage import silence as stored
from ui.screens.client.record import RecordForm
from ui.session import Session
from ui.widgets import ChoiceRow, DateBoxes, Said, TextLine

USUAL_DAYS = 7


class AsideForm(RecordForm):
    """Off the list until a day, or until somebody reaches the client."""

    def __init__(self, session: Session, client_id: int, parent: QWidget | None = None) -> None:
        super().__init__(session, f"silence:{client_id}", parent)
        self.client_id = client_id
        reasons = codes.get("silence_reason")
        self.down.addWidget(
            Said(
                self.tr("Nothing is closed. The client comes back to the list on the day you choose."), "info"
            )
        )
        made = ChoiceRow(
            self.tr("Why no contact is expected for now"),
            [(code, reasons.label(code), "") for code in reasons.valid_on(self.today())],
        )
        self.bind("reason", made)
        self.down.addWidget(made)
        self.add(
            "note",
            self.tr("What you know"),
            TextLine(),
            self.tr("Not who told you, if that is not safe"),
            True,
        )
        last = silence.last_aside(self.today(), risk.grades([client_id]).get(client_id, ""))
        self.add(
            "until",
            self.tr("Look again on"),
            DateBoxes(),
            self.tr("{last} at the latest, sooner if the client is reached").format(last=show_date(last)),
        )
        soon = min(self.today() + timedelta(days=USUAL_DAYS), last)
        self.start({"reason": None, "note": "", "until": soon.isoformat()})

    def title(self) -> str:
        return self.tr("Set aside: gone quiet")

    def store(self) -> str:
        until = self.day("until")
        stored.set_aside(
            Aside(None, "", self.client_id, reason=self.code("reason"), note=self.text("note"), until=until)
        )
        return self.tr("Set aside until the day you chose.")
