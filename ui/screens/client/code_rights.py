"""Rights under the Victims' Code: twelve rows, whether each was met, and what was done when it was not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from caseworker.domain import code_rights as rules
from caseworker.domain import codes, when
from caseworker.domain.code_rights import CodeRight
from caseworker.errors import Problem, Refused
from caseworker.storage import code_rights
from ui.screens.client.part import Part
from ui.screens.client.record import RecordForm
from ui.session import Session
from ui.theme import px
from ui.widgets import DateBoxes, Grid, GridCell, GridColumn, GridRow, NoteEdit, Text, TextLine

UNASKED = "na-yet"


class RightsCard(Part):
    """One row a right. A status is given in the row; a breach asks for its words in the form."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, self.tr("Rights under the Victims' Code"), "list-checks", parent)
        statuses = codes.get("right_status")
        offered = tuple((code, statuses.label(code)) for code in statuses.valid_on(self.today()))
        self.grid = Grid(
            self.tr("Rights under the Victims' Code"),
            self.tr("Right"),
            [GridColumn(self.tr("Was it met?"), offered), GridColumn(self.tr("Date"))],
            UNASKED,
        )
        self.body.setContentsMargins(px(8), 0, px(8), px(12))
        self.body.addWidget(self.grid)
        self.broken = Text("", "strong", "warn", wrap=True)
        self.broken.setContentsMargins(px(8), 0, px(8), 0)
        self.body.addWidget(self.broken)
        self.grid.answered.connect(self._answered)
        self.grid.opened.connect(self._open)

    def in_steps(self) -> Iterator[None]:
        """The table is not made anew: the keyboard stays in its cell."""
        self.show_found(code_rights.for_client(self.client_id))
        return iter(())

    def show_found(self, found: object) -> None:
        assert isinstance(found, list)
        held = {one.right: one for one in found}
        names = codes.get("code_right")
        rows = []
        for n, right in enumerate(names.valid_on(self.today()), 1):
            one = held.get(right) or CodeRight(None, "", self.client_id, right)
            title = self.tr("{n}. {right}").format(n=n, right=names.label(right))
            rows.append(GridRow(right, title, self._cells(one)))
        self.grid.show_rows(rows)
        waiting = [one for one in found if rules.is_breach(one.status) and not one.escalated]
        self.broken.setVisible(bool(waiting))
        self.broken.setText(self.tr("Not met and not taken further: {n}").format(n=len(waiting)))

    def _cells(self, one: CodeRight) -> tuple[GridCell, GridCell]:
        said = codes.get("right_status").label(one.status)
        icon, token = "", "muted"
        if rules.is_breach(one.status):
            icon, token = "triangle-alert", "on_high"
        elif one.status == "delivered":
            icon, token = "check", "on_safe"
        day = when.show_stored(one.happened)
        if one.status == UNASKED:
            return GridCell("–", one.status, said), GridCell(day)
        return GridCell(said, one.status, said, icon, token), GridCell(day)

    def _answered(self, right: object, _column: object, code: object) -> None:
        held = code_rights.for_right(self.client_id, str(right))
        day = "" if code == UNASKED else self.today().isoformat()
        try:
            self.session.write(code_rights.save, replace(held, status=str(code), happened=day))
        except Refused:
            self._open(right, str(code))
        except Problem as problem:
            self.session.problem(problem)

    def _open(self, right: object, status: str = "") -> None:
        at = codes.get("code_right").codes.index(str(right))
        form = RightForm(self.session, self.client_id, at)
        if status:
            form.choose(status)
        self.form_wanted.emit(form)


class RightForm(RecordForm):
    """One right: its status, what shows it, what was not done, and where it was taken. ``place``: its place in the
    list.
    """

    def __init__(self, session: Session, client_id: int, place: int, parent: QWidget | None = None) -> None:
        super().__init__(session, f"code_right:{client_id}:{place}", parent)
        self.held = code_rights.for_right(client_id, codes.get("code_right").codes[place])
        self.combo("status", self.tr("Was it met?"), "right_status")
        self.add("happened", self.tr("Date"), DateBoxes(), "", True)
        self.add(
            "evidence",
            self.tr("What shows it"),
            NoteEdit(lines=2),
            self.tr("A letter, an email, what was said"),
            True,
        )
        self.breach = self.add("breach", self.tr("What was late or not done"), NoteEdit(lines=2))
        self.further = self.add("escalated", self.tr("Date it was taken further"), DateBoxes(), "", True)
        self.further_to = self.add("escalated_to", self.tr("Taken to"), TextLine(), "", True)
        names = ("status", "happened", "evidence", "breach", "escalated", "escalated_to")
        self.start({name: getattr(self.held, name) for name in names})

    def choose(self, status: str) -> None:
        """Begin with that status and today, as answered in the row."""
        self.fill({"status": status, "happened": self.today().isoformat()})
        self.follow()

    def title(self) -> str:
        return codes.get("code_right").label(self.held.right)

    def follow(self) -> None:
        broken = rules.is_breach(self.code("status", UNASKED))
        for part in (self.breach, self.further, self.further_to):
            part.setVisible(broken)

    def first_focus(self) -> QWidget:
        if rules.is_breach(self.code("status", UNASKED)):
            found: QWidget = self.editors["breach"]
            return found
        return super().first_focus()

    def store(self) -> str:
        status = self.code("status", UNASKED)
        broken = rules.is_breach(status)
        code_rights.save(
            replace(
                self.held,
                status=status,
                happened=self.day("happened"),
                evidence=self.text("evidence"),
                breach=self.text("breach") if broken else "",
                escalated=self.day("escalated") if broken else "",
                escalated_to=self.text("escalated_to") if broken else "",
            )
        )
        return self.tr("Saved.")
