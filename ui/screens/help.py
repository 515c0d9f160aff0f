"""Help: short pages and every key, on this computer, searchable. The same pages open from the lock screen."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QDialog, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from caseworker.storage import team
from resources import path
from ui import theme
from ui.keyboard import Keyboard
from ui.session import Session
from ui.theme import px
from ui.widgets.fields import Field, TextLine
from ui.widgets.page import Page, scrolled
from ui.widgets.parts import Button, Card, Heading, Text, column, row


class HelpView(QWidget):
    """A search box, the keys, the pages. What does not match is hidden."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._team = False
        down = column(self, gap=14)
        self.finder = TextLine()
        self.finder.textChanged.connect(self._filter)
        box = Field(self.tr("Find in help and shortcuts"), self.finder)
        box.setMaximumWidth(px(480))
        down.addWidget(box)
        self.nothing = Text(self.tr("Nothing found. Try another word."), wrap=True)
        self.nothing.hide()
        down.addWidget(self.nothing)
        self.keys_card = Card(self.tr("Shortcuts"), icon="keyboard")
        self.keys = self._build_keys()
        self.keys_card.body.setContentsMargins(px(8), 0, px(8), px(10))
        self.keys_card.body.addWidget(self.keys)
        down.addWidget(self.keys_card)
        self.pages: list[tuple[Card, str]] = []
        for title, icon, words in self.topics():
            card = Card(title, icon=icon)
            for paragraph in words:
                card.body.addWidget(Text(paragraph, wrap=True))
            down.addWidget(card)
            self.pages.append((card, f"{title} {' '.join(words)}".casefold()))
        self.licences = self._licences()
        down.addWidget(self.licences)
        down.addStretch(1)
        self._filter()

    def topics(self) -> list[tuple[str, str, list[str]]]:
        """(title, icon, paragraphs) of each short page."""
        return [
            (
                self.tr("Log a contact"),
                "phone",
                [
                    self.tr(
                        "Press Ctrl+J on any screen. The panel opens beside what you are reading; the"
                        " first letter"
                        " of an answer picks it, Tab goes on, Ctrl+Enter saves."
                    ),
                    self.tr(
                        "What you type is kept as a draft after less than a second. Esc closes the panel"
                        " and keeps"
                        " the draft: it waits on Today."
                    ),
                ],
            ),
            (
                self.tr("Safe to call"),
                "phone-call",
                [
                    self.tr(
                        "The chip beside a name is worked out from the client’s own instructions and the"
                        " time now."
                        " It always says what to do in words, never by colour alone."
                    ),
                    self.tr("When it says to check first, read the whole panel before you ring."),
                ],
            ),
            (
                self.tr("Risk and MARAC"),
                "shield-alert",
                [
                    self.tr(
                        "Ctrl+3 in a record. A form is begun there and can be put off at any answer. Signed, it"
                        " gives the grade by the thresholds of the client’s area; you may raise it, never lower it."
                    ),
                    self.tr(
                        "Refer to MARAC opens the paper, filled in as far as the record knows. It is kept half-filled"
                        " and says what is still needed. A further incident within 12 months of sending, to the day,"
                        " is a repeat. The alleged perpetrator is never told."
                    ),
                ],
            ),
            (
                self.tr("Needs, outcomes and scores"),
                "list-checks",
                [
                    self.tr(
                        "Ctrl+4 in a record. A figure answers a need and goes on. Ask again after two weeks or more:"
                        " the table then says how far each need and statement has come."
                    ),
                    self.tr(
                        "Totals of CORE-10, PHQ-9 and GAD-7, another stage, or something asked on an earlier day are"
                        " at the end of that page. No item of those forms is kept."
                    ),
                ],
            ),
            (
                self.tr("Lock and Hide"),
                "lock",
                [
                    self.tr(
                        "F12, or Shift pressed three times, covers the screen at once and then locks."
                        " Ctrl+L locks."
                        " Your drafts are kept."
                    ),
                    self.tr(
                        "After a lock nothing is open: the old program has ended and a new one asks for the"
                        " passphrase."
                    ),
                ],
            ),
            (
                self.tr("If you lose the passphrase"),
                "key-round",
                [
                    self.tr(
                        "Only the recovery sheet opens the records then. On the lock screen choose: Lost"
                        " it? Use the"
                        " recovery sheet. You then choose a new passphrase and get a new sheet."
                    ),
                    self.tr(
                        "Nobody else can open them, and we cannot either. Keep the sheet apart from the"
                        " laptop."
                    ),
                ],
            ),
            (
                self.tr("What leaves this laptop"),
                "send",
                [
                    self.tr(
                        "Only a return leaves: tables of rounded counts, with no names, dates of birth,"
                        " addresses or"
                        " notes. You see the very bytes before you approve, and again in the Outbox."
                    ),
                    self.tr("Offline is normal. What is approved waits in the Outbox until you send it."),
                ],
            ),
            (
                self.tr("Put something right"),
                "history",
                [
                    self.tr(
                        "Nothing is overwritten or deleted silently. After 24 hours a contact is amended"
                        " with a"
                        " reason, and History shows what it said before."
                    ),
                ],
            ),
            (
                self.tr("If something goes wrong"),
                "circle-alert",
                [
                    self.tr(
                        "A message always says what happened and what to do. What you saved stays saved,"
                        " even if the"
                        " power goes. The log holds codes and numbers only, and nothing about clients."
                    ),
                ],
            ),
        ]

    def show_topic(self, name: str) -> None:
        """``licences`` shows those; anything else is looked for."""
        self.finder.setText(self.tr("Licences") if name == "licences" else name)

    def show_team(self, yes: bool) -> None:
        """Whether there is a team in these records: else its key is not listed."""
        self._team = yes
        self._filter()

    def first_focus(self) -> QWidget:
        return self.finder

    def _build_keys(self) -> QTableWidget:
        bindings = Keyboard(self).table()
        self._actions = [one.action for one in bindings]
        self._key_words = [f"{one.shown_keys()} {one.words}".casefold() for one in bindings]
        table = QTableWidget(len(bindings), 2)
        table.setProperty("plain", True)
        table.setAccessibleName(self.tr("Shortcuts"))
        table.setHorizontalHeaderLabels([self.tr("Keys"), self.tr("What they do")])
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.setWordWrap(True)
        table.verticalHeader().hide()
        table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        table.setColumnWidth(0, px(190))
        for at, binding in enumerate(bindings):
            for across, words in enumerate((binding.shown_keys(), binding.words)):
                item = QTableWidgetItem(words)
                item.setToolTip(binding.group)
                item.setFont(theme.font("strong" if across == 0 else "body"))
                table.setItem(at, across, item)
        table.setAccessibleDescription(self.tr("Keys and what they do"))
        self._fit(table)
        return table

    @staticmethod
    def _fit(table: QTableWidget) -> None:
        tall = px(36)
        for at in range(table.rowCount()):
            table.setRowHeight(at, px(34))
            if not table.isRowHidden(at):
                tall += px(34)
        table.horizontalHeader().setFixedHeight(px(34))
        table.setFixedHeight(tall)

    def _licences(self) -> Card:
        card = Card(self.tr("Licences"), icon="file-text")
        card.body.addWidget(
            Text(
                self.tr(
                    "Caseworker is free software under the Apache licence 2.0. Qt is used under the LGPL,"
                    " version 3:"
                    " its libraries lie beside the app and may be replaced. Letters: Inter and Atkinson"
                    " Hyperlegible"
                    " Next, SIL Open Font Licence. Icons: Lucide, ISC licence."
                ),
                wrap=True,
            )
        )
        for title, file in (
            (self.tr("Show the licence of the icons"), path("icons", "LICENSE")),
            (self.tr("Show the licence of the letters"), path("fonts", "OFL.txt")),
        ):
            text = Text(file.read_text(encoding="utf-8"), "small", "muted", wrap=True)
            text.hide()
            button = Button(title, kind="link")
            button.clicked.connect(text.show)
            card.body.addWidget(button)
            card.body.addWidget(text)
        self.pages.append((card, self.tr("Licences").casefold()))
        return card

    def _filter(self) -> None:
        wanted = self.finder.text().casefold().split()
        found = 0
        for at in range(self.keys.rowCount()):
            words = self._key_words[at]
            here = all(word in words for word in wanted)
            here = here and (self._team or self._actions[at] != "team")
            self.keys.setRowHidden(at, not here)
            found += here
        self._fit(self.keys)
        self.keys_card.setVisible(found > 0)
        for card, words in self.pages:
            here = all(word in words for word in wanted)
            card.setVisible(here)
            found += here
        self.nothing.setVisible(found == 0)


class HelpPage(Page):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent=parent)
        self.body.addWidget(Heading(self.title()))
        self.view = HelpView()
        self.view.setMaximumWidth(px(860))
        self.body.addWidget(self.view)

    def title(self) -> str:
        return self.tr("Help and shortcuts")

    def first_focus(self) -> QWidget | None:
        return self.view.first_focus()

    def show_place(self, arg: Any) -> None:
        self.view.show_team(team.is_team())
        self.view.show_topic(str(arg) if arg else "")


class HelpDialog(QDialog):
    """The same pages over the lock screen or the first run."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(theme.PRODUCT)
        outer = column(self)
        area, down = scrolled((24, 18, 24, 18), 14)
        outer.addWidget(area, 1)
        down.addWidget(Heading(self.tr("Help and shortcuts")))
        self.view = HelpView()
        down.addWidget(self.view)
        across = row(margins=(24, 10, 24, 14))
        across.addStretch(1)
        shut = Button(self.tr("Close"), "x")
        shut.clicked.connect(self.accept)
        across.addWidget(shut)
        outer.addLayout(across)
        self.resize(min(px(760), parent.width() - 20), min(px(620), parent.height() - 20))
