"""Join the commissioner's hub: choose the file they sent, type the code from their letter, one number
to compare.

Done once. From then on this laptop knows which key may open its returns and whose receipts count, and
nothing on the network can change that.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QFileDialog, QWidget

from caseworker.errors import Problem
from caseworker.storage import pins
from caseworker.storage.pins import Pins
from caseworker.sync import enrolment, wire
from caseworker.sync.enrolment import Bundle
from ui.say import say
from ui.screens.preview import Fact, Trouble, bits
from ui.session import Place, Session, Toast
from ui.theme import px
from ui.widgets import (
    Button,
    Card,
    Chip,
    ErrorSummary,
    Field,
    Heading,
    Page,
    Said,
    Text,
    TextLine,
    announce,
    column,
    row,
)
from ui.widgets.chooser import FileChooser, typed_place
from ui.work import Job


class JoinPage(Page):
    """Two steps: prove the file with the code, then compare the number and join."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent=parent)
        self._bundle: Bundle | None = None
        self._code = ""
        self._job: Job | None = None

        self.heading = Heading(self.tr("Join the commissioner’s hub"))
        self.lead = Text(
            self.tr("You need two things from the commissioner’s office: a file, and a letter with a code."),
            "lead", "muted", wrap=True,
        )  # fmt: skip
        self.errors = ErrorSummary()
        self.trouble = Trouble()

        self.path = TextLine()
        self.file = Field(self.tr("The file"), self.path, self.tr("Its name ends in .casebundle"))
        self.choose = Button(self.tr("Choose the file"), "folder-open")
        self.code = TextLine()
        self.code_field = Field(
            self.tr("The code from the letter"),
            self.code,
            self.tr("28 letters and figures. Spaces and small letters do not matter."),
        )
        self.check = Button(self.tr("Check the file"), "shield-check", "primary")
        self.proof = Card(self.tr("File and code"), icon="file-text")

        self.found = Card(self.tr("Is this the right commissioner?"), icon="key-round")
        self.who = Text("", "lead", wrap=True)
        self.digits = Text("", "figure", wrap=True)
        self.join = Button(self.tr("Join"), "shield-check", "primary")
        self.other = Button(self.tr("Choose another file"), "arrow-left", "quiet")

        self.held = Card(self.tr("This laptop has joined"), icon="shield-check")

        self.body.addWidget(self.heading)
        self.body.addWidget(self.lead)
        self.body.addWidget(self.errors)
        self.body.addWidget(self.trouble)
        for card in (self.proof, self.found, self.held):
            card.setMaximumWidth(px(640))
            self.body.addWidget(card)
        self.body.addStretch(1)
        self._fill_proof()
        self._fill_found()

        self.choose.clicked.connect(self._choose)
        self.check.clicked.connect(self.save)
        self.code.returnPressed.connect(self.save)
        self.join.clicked.connect(self._join)
        self.other.clicked.connect(self._start_again)

    def _fill_proof(self) -> None:
        line = row(gap=8)
        line.addWidget(self.path, 1)
        line.addWidget(self.choose)
        # The field holds its label and problem; the editor stands beside the button instead of alone under
        # them
        self.file.layout().removeWidget(self.path)  # type: ignore[union-attr]
        beside = QWidget()
        beside.setLayout(line)
        self.file.layout().addWidget(beside)  # type: ignore[union-attr]
        self.proof.body.addWidget(self.file)
        self.proof.body.addWidget(self.code_field)
        foot = row(gap=8)
        foot.addWidget(self.check)
        foot.addStretch(1)
        self.proof.body.addLayout(foot)

    def _fill_found(self) -> None:
        inside = self.found.body
        inside.addWidget(self.who)
        inside.addWidget(
            Text(
                self.tr(
                    "Ring the commissioner’s office on the number you know, not one from the file, and"
                    " compare these 20 figures."
                ),
                "small", "muted", wrap=True,
            )
        )  # fmt: skip
        was = QWidget()
        inside.addWidget(was)
        column(was, (0, 4, 0, 6)).addWidget(self.digits)
        inside.addWidget(
            Said(
                self.tr(
                    "Joining sends this laptop’s number and two public keys. No name, no client, nothing"
                    " from the records."
                ),
                "info",
            )
        )
        foot = row(gap=8)
        foot.addWidget(self.join)
        foot.addWidget(self.other)
        foot.addStretch(1)
        inside.addLayout(foot)

    def title(self) -> str:
        return self.tr("Join the hub")

    def first_focus(self) -> QWidget | None:
        return self.path if self.proof.isVisibleTo(self) else None

    def show_place(self, arg: Any) -> None:
        """``arg`` may be the path of the file."""
        if arg is not None:
            self.path.setText(str(arg))

    def reload(self) -> None:
        known = pins.pinned()
        joined = known is not None and pins.confirmed()
        self.held.setVisible(joined)
        self.proof.setVisible(not joined and self._bundle is None)
        self.found.setVisible(not joined and self._bundle is not None)
        self.lead.setVisible(not joined)
        if known is not None and joined:
            self._show_held(known)

    def _show_held(self, known: Pins) -> None:
        inside = self.held.body
        while (old := inside.takeAt(0)) is not None:
            widget = old.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        inside.addWidget(Chip(self.tr("Joined, signature checked"), "safe", "shield-check"))
        for name, value in (
            (self.tr("Commissioner"), known.org_name),
            (self.tr("Your agency, as they know it"), f"{known.agency_name} ({known.agency})"),
            (self.tr("Number to compare"), wire.read_out(bytes.fromhex(known.bundle))),
            (self.tr("Only this key can open your returns"), bits(known.kid[:16])),
        ):
            inside.addWidget(Fact(name, value))

    # ---- doing

    def _choose(self) -> None:
        chooser = FileChooser(self, self.tr("The commissioner’s file"), "", ("*.casebundle",))
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.fileSelected.connect(self.path.setText)
        chooser.open()

    def save(self) -> None:
        """Check file and code. Nothing is changed and nothing leaves."""
        path, code = self.path.text().strip(), self.code.text().strip()
        problems: list[tuple[str, QWidget | None]] = []
        self.file.show_problem(None)
        self.code_field.show_problem(None)
        if not path:
            problems.append((self.tr("Choose the file the commissioner’s office sent"), self.path))
            self.file.show_problem(problems[-1][0])
        if not code:
            problems.append((self.tr("Enter the code from the letter"), self.code))
            self.code_field.show_problem(problems[-1][0])
        if problems:
            self._show_problems(problems)
            return
        try:
            self._bundle = enrolment.read_bundle(typed_place(path), code)
        except Problem as problem:
            at_code = problem.code in ("E-PAIRING", "E-BUNDLE-CODE")
            (self.code_field if at_code else self.file).show_problem(say(problem.words))
            self.trouble.show_problem(problem)
            return
        self._code = code
        self._show_problems([])
        self.who.setText(
            self.tr("{org} has made this file for {agency}.").format(
                org=self._bundle.commissioner, agency=self._bundle.agency
            )
        )
        self.digits.setText(self._bundle.digits)
        self.reload()
        self.join.setFocus()

    def _join(self) -> None:
        if self._job is not None or self._bundle is None:
            return
        self._show_problems([])
        self.join.setEnabled(False)
        self.join.setText(self.tr("Joining"))
        self._job = self.session.work.run(
            enrolment.enrol, self._bundle, self._code, owner=self, then=self._joined, failed=self._not_joined
        )

    def _joined(self, _nothing: object) -> None:
        self._done()
        self._bundle, self._code = None, ""
        self.path.clear()
        self.code.clear()
        self.session.tried()
        self.session.changed.emit()
        said = self.tr("Joined. The hub’s signature was checked.")
        self.session.toast.emit(Toast(said))
        announce(self, said)
        self.session.go.emit(Place("join"))

    def _not_joined(self, error: Exception) -> None:
        self._done()
        if not isinstance(error, Problem):
            raise error
        self.session.tried(error)
        self.session.changed.emit()
        self.trouble.show_problem(error)

    def _done(self) -> None:
        self._job = None
        self.join.setEnabled(True)
        self.join.setText(self.tr("Join"))

    def _start_again(self) -> None:
        self._bundle, self._code = None, ""
        self._show_problems([])
        self.reload()
        self.path.setFocus()

    def _show_problems(self, problems: list[tuple[str, QWidget | None]]) -> None:
        self.trouble.show_trouble("")
        self.errors.show_problems(problems)
