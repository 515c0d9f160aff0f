"""Erase a record: two steps, the reference typed by hand, a reason, and plain words about what stays where."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from caseworker.domain import codes, when
from caseworker.domain.clients import shown_name
from caseworker.domain.erasures import Erasure
from caseworker.domain.holds import Hold
from caseworker.errors import Problem, Refused
from caseworker.storage import backup, clients, contacts, erasures, holds
from caseworker.storage.erasures import Erased
from ui.say import say
from ui.session import Place, Session, Toast
from ui.theme import px
from ui.widgets import (
    Button,
    Card,
    CodeCombo,
    ErrorSummary,
    Field,
    FlowLayout,
    Heading,
    Page,
    Said,
    Text,
    TextLine,
    announce,
)


class ErasePage(Page):
    """First which record and why; then what would go; then it is gone."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent=parent)
        self._wish: Erasure | None = None
        back = Button(self.tr("Settings"), "arrow-left", "quiet")
        back.clicked.connect(partial(session.go.emit, Place("settings")))
        self.body.addWidget(back, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(Heading(self.title()))
        self.errors = ErrorSummary()
        self.errors.setMaximumWidth(px(640))
        self.body.addWidget(self.errors)
        self.first = self._first_step()
        self.second = Card(self.tr("This would be erased"), icon="triangle-alert")
        self.second.setMaximumWidth(px(640))
        self.second.body.setSpacing(px(10))
        self.body.addWidget(self.first)
        self.body.addWidget(self.second)
        self._fill_second()
        self.second.hide()
        self.result = Said("", "circle-check", "on_safe")
        self.result.hide()
        self.body.addWidget(self.result)
        self.body.addStretch(1)

    def _first_step(self) -> Card:
        card = Card(self.tr("Which record, and why"), icon="file-text")
        card.setMaximumWidth(px(640))
        card.body.setSpacing(px(12))
        card.body.addWidget(
            Text(
                self.tr(
                    "Everything else in Caseworker can be taken back; this cannot. To end support, close the episode"
                    " instead: the record then stays and is out of the way."
                ),
                wrap=True,
            )
        )
        self.typed = TextLine()
        self.typed_field = Field(
            self.tr("Reference of the record"), self.typed, self.tr("As it stands on the client’s page, like CR-0412")
        )  # fmt: skip
        self.reason = CodeCombo("erase_reason", missing=False)
        self.reason_field = Field(self.tr("Why it is erased"), self.reason)
        self.look_button = Button(self.tr("Show what would go"), "search", "primary")
        self.look_button.clicked.connect(self.look)
        self.typed.returnPressed.connect(self.look)
        for part in (self.typed_field, self.reason_field):
            card.body.addWidget(part)
        card.body.addWidget(self.look_button, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _fill_second(self) -> None:
        self.who = Text("", "lead", wrap=True)
        self.what = Text("", wrap=True)
        self.why = Text("", wrap=True)
        self.backups = Said("", "download", "on_medium")
        inside = self.second.body
        for part in (self.who, self.what, self.why):
            inside.addWidget(part)
        inside.addWidget(
            Said(
                self.tr(
                    "Every entry, every earlier wording and every half-typed note goes. The history keeps that a record"
                    " was erased, when, by whom and why; not whose."
                ),
                "info",
            )
        )
        inside.addWidget(self.backups)
        inside.addWidget(
            Said(
                self.tr(
                    "Disks can keep traces of old, encrypted pages. Renewing the key afterwards makes those unreadable"
                    " too: Settings, People."
                ),
                "key-round",
            )
        )
        self.hold_words = Said("", "lock", "on_medium")
        inside.addWidget(self.hold_words)
        self.hold_reason = CodeCombo("hold_reason", missing=False)
        self.hold_field = Field(self.tr("Why it must be kept"), self.hold_reason)
        inside.addWidget(self.hold_field)
        buttons = QWidget()
        flow = FlowLayout(10, buttons)
        self.erase_button = Button(self.tr("Erase it for good"), "trash-2", "primary")
        self.erase_button.clicked.connect(self.erase)
        self.hold_button = Button(self.tr("It must be kept for now"), "lock")
        self.hold_button.clicked.connect(self.hold)
        self.cancel_button = Button(self.tr("Leave it as it is"), kind="quiet")
        self.cancel_button.clicked.connect(self.leave)
        for button in (self.erase_button, self.hold_button, self.cancel_button):
            flow.addWidget(button)
        inside.addWidget(buttons)
        self.said = Text("", "small", "muted", wrap=True)
        self.said.hide()
        inside.addWidget(self.said)

    def title(self) -> str:
        return self.tr("Erase a record")

    def first_focus(self) -> QWidget | None:
        return self.typed if self.first.isVisibleTo(self) else self.cancel_button

    def show_place(self, arg: Any) -> None:
        """Each visit begins at the first step."""
        self.result.hide()
        self._to_first()

    # ---- first step

    def look(self) -> None:
        """Find the record and show what would go; nothing is changed."""
        self.result.hide()
        client_id = erasures.find(self.typed.text()) if self.typed.text().strip() else None
        wish = Erasure(client_id or 0, self.typed.text(), self.reason.value() or "")
        now = self.session.now()
        reference = clients.get(client_id).reference if client_id is not None else ""
        found = {
            name: say(words)
            for name, words in wish.problems(reference, when.local(int(now.timestamp())).date()).items()
        }
        if self.typed.text().strip() and client_id is None:
            found["typed"] = self.tr("There is no record with that reference")
        if not self._show_problems(found):
            return
        try:
            erasures.refuse_erasing(wish.client_id, self._people())
        except Problem as problem:
            if problem.code != "E-HOLD":
                self._show_problems({"typed": say(problem.words)})
                return
        self._wish = wish
        self._show_second(wish)

    def _people(self) -> list[Any]:
        return [one.worker for one in self.session.vault.people() if one.opens]

    def _show_second(self, wish: Erasure) -> None:
        client = clients.get(wish.client_id)
        self.who.setText(f"{shown_name(client)}, {client.reference}")
        count = contacts.count_for(wish.client_id)
        self.what.setText(
            self.tr("Record started on {day}. 1 contact.").format(day=_day(client.made))
            if count == 1
            else self.tr("Record started on {day}. {n} contacts.").format(
                day=_day(client.made), n=f"{count:,}"
            )
        )
        self.why.setText(
            self.tr("Reason: {reason}").format(reason=codes.get("erase_reason").label(wish.reason))
        )
        last = backup.last()
        if last is None:
            self.backups.show_said(
                self.tr("If there are backups somewhere, they keep this record until they are destroyed."), "download"
            )  # fmt: skip
        else:
            self.backups.show_said(
                self.tr(
                    "Backups made before keep this record until they are destroyed; the newest known one is of {day}."
                    " Make a new backup after erasing, then destroy the old ones."
                ).format(day=_day(last)),
                "download",
                "on_medium",
            )
        held = holds.for_client(wish.client_id)
        self.hold_words.setVisible(bool(held))
        if held:
            self.hold_words.show_said(
                self.tr("On hold since {day}: {reason}. It cannot be erased until the hold is ended.").format(
                    day=_day(held[0].recorded), reason=codes.get("hold_reason").label(held[0].reason)
                ),
                "lock",
                "on_medium",
            )
        self.hold_field.hide()
        self.hold_button.setText(self.tr("End the hold") if held else self.tr("It must be kept for now"))
        self.erase_button.setVisible(not held)
        self.first.hide()
        self.second.show()
        self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, self.second.heading.text())

    def _show_problems(self, found: dict[str, str]) -> bool:
        problems: list[tuple[str, QWidget | None]] = []
        for name, field in (("typed", self.typed_field), ("reason", self.reason_field)):
            field.show_problem(found.get(name))
            if name in found:
                problems.append((found[name], field.editor))
        self.errors.show_problems(problems)
        return not problems

    # ---- second step

    def leave(self) -> None:
        """Nothing is erased."""
        self._to_first()
        self.typed.setFocus(Qt.FocusReason.OtherFocusReason)

    def _to_first(self) -> None:
        self._wish = None
        self.typed.clear()
        self.who.clear()
        self.reason.set_value(None)
        self._show_problems({})
        self.second.hide()
        self.first.show()

    def hold(self) -> None:
        """Put the record on hold with a reason, or end the hold."""
        assert self._wish is not None
        client_id = self._wish.client_id
        held = holds.for_client(client_id)
        try:
            if held:
                for one in held:
                    self.session.write(holds.withdraw, one.id, self.tr("The hold was ended"))
            elif self.hold_field.isHidden():
                self.hold_field.show()
                self.erase_button.hide()
                self.hold_button.setText(self.tr("Put it on hold"))
                self.hold_reason.setFocus(Qt.FocusReason.OtherFocusReason)
                return
            else:
                self.session.write(holds.save, Hold(None, "", client_id, self.hold_reason.value() or ""))
        except Refused as refused:
            self.hold_field.show_problem(say(next(iter(refused.problems.values()))))
            self.hold_reason.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        except Problem as problem:
            self.session.problem(problem)
            return
        self.hold_field.show_problem(None)
        self._show_second(self._wish)

    def erase(self) -> None:
        """Destroy it, beside the screen."""
        if self._wish is None:
            return
        self._wait(self.tr("Erasing. This takes a few seconds."))
        self.session.erasing.emit(self._wish.client_id)
        self.session.work.run(
            erasures.erase,
            self._wish,
            self._people(),
            int(self.session.now().timestamp()),
            owner=self,
            then=partial(self._erased, self._wish.client_id),
            failed=self._failed,
        )

    def _wait(self, words: str) -> None:
        for button in (self.erase_button, self.hold_button, self.cancel_button):
            button.setEnabled(not words)
        self.said.setText(words)
        self.said.setVisible(bool(words))
        if words:
            announce(self, words)

    def _erased(self, client_id: int, done: Erased) -> None:
        self._wait("")
        self.session.erasing.emit(client_id)  # once more: it could still be opened, and written in, until now
        self._to_first()
        told = self.tr(
            "Erased. {rows} entries are gone, and {chain} lines of the history were emptied."
        ).format(rows=f"{done.rows:,}", chain=f"{done.entries:,}")
        if not done.settled:
            told += " " + self.tr("The last traces in the log go when you lock Caseworker.")
        self.result.show_said(told, "circle-check", "on_safe")
        self.result.show()
        self.session.changed.emit()
        self.session.toast.emit(Toast(self.tr("Erased for good")))
        self.typed.setFocus(Qt.FocusReason.OtherFocusReason)

    def _failed(self, error: Exception) -> None:
        self._wait("")
        if isinstance(error, Refused):
            self._to_first()
            self._show_problems({name: say(words) for name, words in error.problems.items()})
        elif isinstance(error, Problem):
            self.errors.show_problems([(say(error.words), self.cancel_button)])
        else:
            raise error


def _day(at: int) -> str:
    return when.show_date(when.local(at).date())
