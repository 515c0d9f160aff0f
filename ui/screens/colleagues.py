"""Contact cards: one's own to give away, those of colleagues elsewhere, the number two people compare by telephone."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QGridLayout, QWidget

from caseworker.crypto import cards
from caseworker.domain import when
from caseworker.domain.colleagues import Colleague
from caseworker.errors import Problem
from caseworker.storage import colleagues, files, problem_of
from caseworker.storage.colleagues import CHANGED, NEW, Opened
from ui.say import say
from ui.session import Session, Toast
from ui.theme import px
from ui.widgets import (
    Button,
    Card,
    Chip,
    Field,
    FlowLayout,
    RowFrame,
    Said,
    Text,
    TextLine,
    announce,
    breaking,
    column,
)
from ui.widgets.chooser import FileChooser, typed_place


class Colleagues(QWidget):
    """Two cards: mine, and those of others. What is asked about one of them stands under its row."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._opened: Opened | None = None
        self._comparing: int | None = None
        self.panel: Compare | None = None
        self.rows: dict[int, ColleagueRow] = {}
        down = column(self, gap=14)
        down.addWidget(self._own())
        self.others = Card(self.tr("Colleagues’ contact cards"), icon="user")
        down.addWidget(self.others)
        self._rows = column()
        self.others.body.setContentsMargins(0, 0, 0, 0)
        self.others.body.addLayout(self._rows)
        self.others.body.addWidget(self._opening())

    def _own(self) -> QWidget:
        card = Card(self.tr("My contact card"), icon="file-text")
        card.body.addWidget(
            Text(
                self.tr(
                    "A small file with your name, your service and your two public keys. Give it to a colleague who"
                    " has records of their own. There is nothing secret in it."
                ),
                wrap=True,
            )
        )
        self.save_button = Button(self.tr("Save my card"), "download")
        self.save_button.clicked.connect(self._choose_place)
        card.body.addWidget(self.save_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.saved = Said("", "circle-check", "on_safe")
        self.saved.hide()
        card.body.addWidget(self.saved)
        return card

    def _opening(self) -> QWidget:
        part = QWidget()
        down = column(part, (16, 12, 16, 14), 10)
        self.path = TextLine()
        self.file = Field(
            self.tr("Open a card"),
            self.path,
            self.tr("The file a colleague sent; its name ends in .casecard"),
        )
        down.addWidget(self.file)
        buttons = QWidget()
        flow = FlowLayout(10, buttons)
        self.choose_button = Button(self.tr("Choose the file"), "folder-open")
        self.choose_button.clicked.connect(self._choose)
        self.open_button = Button(self.tr("Open the card"), "file-text", "primary")
        self.open_button.clicked.connect(self.open_card)
        self.path.returnPressed.connect(self.open_card)
        flow.addWidget(self.choose_button)
        flow.addWidget(self.open_button)
        down.addWidget(buttons)
        self.found = QWidget()
        inside = column(self.found, gap=10)
        self.found_words = Said("")
        inside.addWidget(self.found_words)
        answers = QWidget()
        across = FlowLayout(10, answers)
        self.keep_button = Button("", "check", "primary")
        self.keep_button.clicked.connect(partial(self.keep, False))
        self.namesake_button = Button(self.tr("Somebody else of that name"), "user")
        self.namesake_button.clicked.connect(partial(self.keep, True))
        self.drop_button = Button(self.tr("Do not keep it"), kind="quiet")
        self.drop_button.clicked.connect(self.drop)
        for button in (self.keep_button, self.namesake_button, self.drop_button):
            across.addWidget(button)
        inside.addWidget(answers)
        down.addWidget(self.found)
        self.found.hide()
        return part

    def reload(self) -> None:
        """Read the cards kept, and show them."""
        while (item := self._rows.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.panel = None
        names = {one.worker.id: one.worker.name for one in self.session.vault.people()}
        kept = colleagues.everyone()
        self.others.show_count(len(kept) or "")
        self.rows = {one.id or 0: ColleagueRow(one, names.get(one.verified_by, ""), self) for one in kept}
        for one in kept:
            self._rows.addWidget(self.rows[one.id or 0])
            if one.id == self._comparing:
                self.panel = Compare(self.session, one, self)
                self._rows.addWidget(self.panel)
        if not kept:
            nobody = QWidget()
            column(nobody, (16, 0, 16, 4)).addWidget(Text(self.tr("None yet."), "body", "muted"))
            self._rows.addWidget(nobody)

    # ---- my card

    def _choose_place(self) -> None:
        chooser = FileChooser(self, self.tr("Save my card"), "", (f"*{cards.ENDING}",))
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix(cards.ENDING[1:])
        chooser.selectFile(f"contact{cards.ENDING}")
        chooser.fileSelected.connect(self.save_card)
        chooser.open()

    def save_card(self, path: str) -> None:
        """Write my card to that file and say where it is."""
        vault = self.session.vault
        card = colleagues.own_card(vault.worker, vault.agency)
        try:
            files.replace(Path(path), card.file(vault.sign))
        except OSError as error:
            problem = problem_of(error)
            words = (
                say(problem.words)
                if problem is not None
                else self.tr("The card could not be saved there. Check that the memory stick is plugged in")
            )
            self._say_saved(words, "circle-alert", "on_high")
            return
        self._say_saved(self.tr("Saved: {path}").format(path=breaking(path)), "circle-check", "on_safe")

    def _say_saved(self, words: str, icon: str, token: str) -> None:
        self.saved.show_said(words, icon, token)
        self.saved.show()
        announce(self, words)

    # ---- a card from outside

    def _choose(self) -> None:
        chooser = FileChooser(self, self.tr("A colleague’s card"), "", (f"*{cards.ENDING}",))
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.fileSelected.connect(self.path.setText)
        chooser.open()

    def open_card(self) -> None:
        """Look at the file; nothing is kept before somebody says so."""
        self.drop()
        text = self.path.text().strip()
        if not text:
            self._refuse(self.tr("Choose the file your colleague sent"))
            return
        try:
            with files.open_plain(typed_place(text)) as source:
                data = source.read(cards.LARGEST + 1)
            opened = colleagues.look_at(data)
        except OSError:
            self._refuse(self.tr("The file could not be read. Check that it is there"))
            return
        except Problem as problem:
            self._refuse(say(problem.words))
            return
        self.file.show_problem(None)
        self._opened = opened
        self._show_found(opened)

    def _refuse(self, words: str) -> None:
        self.file.show_problem(words)
        self.path.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, words)

    def _show_found(self, opened: Opened) -> None:
        card = opened.card
        whose = {"name": card.name, "place": card.organisation or self.tr("no service given")}
        if opened.kind == NEW:
            words, icon, token = self.tr("A card of {name}, {place}."), "user", "muted"
        elif opened.kind == CHANGED:
            icon, token = "triangle-alert", "on_high"
            words = self.tr(
                "A card of {name}, {place}, with other keys than the one you have. That happens with a new laptop. It"
                " also happens when somebody pretends. Nothing can be handed over until you have compared the new"
                " number."
            )
        else:
            words, icon, token = self.tr("You have this card of {name}, {place}."), "circle-check", "on_safe"
        self.found_words.show_said(words.format(**whose), icon, token)
        self.keep_button.setText(
            self.tr("The same person, with new keys") if opened.kind == CHANGED else self.tr("Keep the card")
        )
        self.keep_button.show_icon("check")
        self.namesake_button.setVisible(opened.kind == CHANGED and opened.before is not None
                                        and opened.before.sign_key != card.sign_key.hex())  # fmt: skip
        self.found.show()
        self.keep_button.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, self.found_words.text())

    def keep(self, somebody_else: bool) -> None:
        """Keep the card that was opened; then its number can be compared."""
        if self._opened is None:
            return
        opened, self._opened = self._opened, None
        try:
            row_id = self.session.write(partial(colleagues.keep, opened, somebody_else=somebody_else))
        except Problem as problem:
            self._opened = opened
            self.session.problem(problem)
            return
        self.path.clear()
        self.found.hide()
        self.compare(row_id)

    def drop(self) -> None:
        """Let go of the card that was opened."""
        self._opened = None
        self.found.hide()
        self.file.show_problem(None)

    # ---- the number

    def compare(self, colleague_id: int | None) -> None:
        """Show the number of that card under its row; None takes it away."""
        before, self._comparing = self._comparing, colleague_id
        self.reload()
        if self.panel is not None:
            # Not on what says that they are the same: a second Enter would say so unread.
            self.panel.later_button.setFocus(Qt.FocusReason.OtherFocusReason)
            announce(self, self.panel.spoken())
        elif before in self.rows:
            self.rows[before].compare_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def remove(self, colleague: Colleague) -> None:
        """Take a card off the list; a moment to take that back."""
        self.session.write(colleagues.withdraw, colleague.id)
        self._comparing = None
        self.reload()
        self.session.toast.emit(
            Toast(self.tr("The card of {name} was taken off the list").format(name=colleague.name))
        )


class ColleagueRow(RowFrame):
    """Name, service, whether the number was compared, and by whom."""

    def __init__(self, colleague: Colleague, by: str, part: Colleagues) -> None:
        super().__init__()
        down = column(gap=2)
        head = FlowLayout(8)
        head.addWidget(Text(colleague.name, "strong"))
        if colleague.changed:
            head.addWidget(Chip(self.tr("Other keys: compare again"), "high", "triangle-alert"))
        elif colleague.is_checked:
            head.addWidget(Chip(self.tr("Checked"), "safe", "shield-check"))
        else:
            head.addWidget(Chip(self.tr("Not checked yet"), "warn", "circle-help"))
        down.addLayout(head)
        told = colleague.organisation
        if colleague.is_checked:
            day = when.show_date(when.local(colleague.verified).date())
            told = self.tr("{place}. Number compared on {day} by {name}").format(
                place=told or self.tr("No service given"), day=day, name=by
            )
        down.addWidget(Text(told or self.tr("No service given"), "small", "muted", wrap=True))
        self.across.addLayout(down, 1)
        buttons = QWidget()
        flow = FlowLayout(6, buttons)
        self.compare_button = Button(self.tr("Compare the number"), "shield-check", "quiet")
        self.compare_button.setAccessibleName(
            self.tr("Compare the number of {name}").format(name=colleague.name)
        )
        self.compare_button.clicked.connect(partial(part.compare, colleague.id))
        self.remove_button = Button("", "x", "quiet")
        name = self.tr("Take the card of {name} off the list").format(name=colleague.name)
        self.remove_button.setAccessibleName(name)
        self.remove_button.setToolTip(name)
        self.remove_button.clicked.connect(partial(part.remove, colleague))
        flow.addWidget(self.compare_button)
        flow.addWidget(self.remove_button)
        self.across.addWidget(buttons)


class Compare(QWidget):
    """The 60 figures, and what the two people found."""

    def __init__(self, session: Session, colleague: Colleague, part: Colleagues) -> None:
        super().__init__()
        self.session, self._colleague, self._part = session, colleague, part
        self._card = colleagues.card_of(colleague)
        mine = colleagues.own_card(session.vault.worker, session.vault.agency)
        self.number = cards.safety_number(mine, self._card)
        down = column(self, (16, 6, 16, 14), 10)
        down.addWidget(
            Text(
                self.tr(
                    "Ring {name} on a number you know, not one that came with the card. Both open the other’s card and"
                    " come to this place. Read the groups to each other in turn."
                ).format(name=colleague.name),
                wrap=True,
            )
        )
        groups = QWidget()
        grid = QGridLayout(groups)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(px(22))
        grid.setVerticalSpacing(px(4))
        for at, group in enumerate(self.number.split(" ")):
            cell = Text(group, "figure")
            cell.setAccessibleName(self.tr("Group {n}: {figures}").format(n=at + 1, figures=" ".join(group)))
            grid.addWidget(cell, at // 4, at % 4)
        down.addWidget(groups, 0, Qt.AlignmentFlag.AlignLeft)
        answers = QWidget()
        across = FlowLayout(10, answers)
        self.same_button = Button(self.tr("All 12 groups are the same"), "shield-check", "primary")
        self.same_button.clicked.connect(self._same)
        self.other_button = Button(self.tr("They differ"), "triangle-alert")
        self.other_button.clicked.connect(self._other)
        self.later_button = Button(self.tr("Later"), kind="quiet")
        self.later_button.clicked.connect(partial(part.compare, None))
        for button in (self.same_button, self.other_button, self.later_button):
            across.addWidget(button)
        down.addWidget(answers)
        self.told = Said("", "triangle-alert", "on_high")
        self.told.hide()
        down.addWidget(self.told)

    def spoken(self) -> str:
        """The number as a screen reader says it."""
        return ". ".join(" ".join(group) for group in self.number.split(" "))

    def _same(self) -> None:
        try:
            self.session.write(colleagues.mark_checked, self._colleague.id, self._card)
        except Problem as problem:
            self.session.problem(problem)
            return
        self._part.compare(None)
        self.session.toast.emit(Toast(self.tr("{name} is checked").format(name=self._colleague.name)))

    def _other(self) -> None:
        if self._colleague.verified:
            self.session.write(colleagues.unmark, self._colleague.id)
        words = self.tr(
            "Hand nothing over. Ask {name} for the card again, on another way, and compare anew. If it differs again,"
            " tell your supervisor."
        ).format(name=self._colleague.name)
        panel = self._part.panel or self
        panel.told.show_said(words, "triangle-alert", "on_high")
        panel.told.show()
        announce(self, words)
