"""What paper and files there are about the client, and the reports an advocate makes herself. A list, not a store."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QWidget

from caseworker.domain import codes, when
from caseworker.domain.documents import MADE_HERE, Document
from caseworker.domain.reports.support_letter import LONGEST_LETTER, usual_body
from caseworker.errors import Refused
from caseworker.storage import clients, documents, episodes, reports, settings
from caseworker.words import Words, words
from ui.say import say
from ui.screens.client.record import RecordForm, TakeBackForm
from ui.screens.client.tab import Tab
from ui.screens.report import Wanted, letter_key
from ui.session import Place, Session
from ui.theme import px
from ui.widgets import (
    Button,
    Card,
    Chip,
    DateBoxes,
    Entry,
    FlowLayout,
    NoteEdit,
    Text,
    TextLine,
    Tick,
    column,
)
from ui.widgets.gradually import empty

ORGANISATION = "letter.organisation"
#: Kinds that can be recorded by hand.
BY_HAND = tuple(code for code in codes.get("document_kind").codes if code not in MADE_HERE)


class DocumentsTab(Tab):
    """Make one, record one, and the list, newest first."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._shown: object = None
        make = Card(self.tr("Make a document"), icon="file-text")
        make.body.addWidget(
            Text(
                self.tr(
                    "You see every word before anything is printed. The record says what was made and when."
                ),
                wrap=True,
            )
        )
        across = FlowLayout(10)
        for text, icon, slot in (
            (self.tr("Support letter"), "mail", self._letter),
            (self.tr("Chronology"), "history", self._chronology),
            (self.tr("Safety plan"), "shield", self._safety_plan),
        ):
            button = Button(text, icon)
            button.clicked.connect(slot)
            across.addWidget(button)
        make.body.addLayout(across)
        self.makes = across
        self.body.addWidget(make)
        self.cards = column(gap=14)
        self.body.addLayout(self.cards)
        self.body.addStretch(1)

    def show_client(self, client_id: int) -> None:
        super().show_client(client_id)
        self._shown = None

    def reload(self) -> None:
        held = documents.for_client(self.client_id)
        if held == self._shown:
            return
        self._shown = held
        empty(self.cards)
        card = Card(self.tr("Documents"), str(len(held)) if held else "", "folder-open")
        card.head_button(self.tr("Record a document"), self._record)
        for one in held:
            card.add_row(self._entry(one))
        if not held:
            nothing = self.tr("None is recorded. Files cannot be kept here yet: say where the paper is.")
            card.body.addWidget(Text(nothing, "body", "muted", wrap=True))
        self.cards.addWidget(card)

    def _entry(self, one: Document) -> Entry:
        day = when.iso_date(one.dated)
        written = when.show_datetime(when.local(one.recorded))
        lines: list[str | tuple[str, str]] = []
        if day is not None:
            lines.append(self.tr("Dated {date}").format(date=when.show_date(day)))
        if one.recipient:
            lines.append(self.tr("For {recipient}").format(recipient=one.recipient))
        if one.kept:
            lines.append(self.tr("Kept: {place}").format(place=one.kept))
        said = self.tr("Made here {time}") if one.made_here else self.tr("Recorded {time}")
        said = said.format(time=written)
        lines.append((said, "muted"))
        chips = [Chip(codes.get("document_kind").label(one.kind), "info" if one.made_here else "plain")]
        entry = Entry(one.title, lines, chips)
        about = f"{one.title}, {said}"
        entry.add_button(self.tr("Change"), partial(self._change, one.id or 0), about=about)
        entry.add_button(self.tr("Withdraw"), partial(self._withdraw, one.id or 0), about=about)
        return entry

    # ---- doing

    def _letter(self) -> None:
        self.form_wanted.emit(LetterForm(self.session, self.client_id))

    def _chronology(self) -> None:
        self.session.go.emit(Place("report", Wanted("chronology", self.client_id)))

    def _safety_plan(self) -> None:
        self.session.go.emit(Place("report", Wanted("safety-plan", self.client_id)))

    def _record(self) -> None:
        self.form_wanted.emit(DocumentForm(self.session, self.client_id))

    def _change(self, document_id: int) -> None:
        self.form_wanted.emit(DocumentForm(self.session, self.client_id, document_id))

    def _withdraw(self, document_id: int) -> None:
        self.form_wanted.emit(WithdrawDocumentForm(self.session, self.client_id, document_id))


class DocumentForm(RecordForm):
    """What it is, what date it bears, where it is kept."""

    def __init__(
        self, session: Session, client_id: int, document_id: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"document:{client_id}:{document_id or 'new'}", parent)
        self.client_id = client_id
        self.document = documents.get(document_id) if document_id is not None else None
        held = self.document or Document(None, "", client_id)
        if not held.made_here:
            self.combo("kind", self.tr("Kind of document"), "document_kind", missing=False)
            kinds = self.editors["kind"]
            for code in MADE_HERE:
                kinds.removeItem(kinds.findData(code))
        self.add(
            "title", self.tr("What it is called"), TextLine(), self.tr("For example, letter from the council")
        )
        self.add("dated", self.tr("Date on it"), DateBoxes(), "", True)
        self.add(
            "kept",
            self.tr("Where it is kept"),
            TextLine(),
            self.tr("For example, paper file, office safe"),
            True,
        )
        self.why = self.add("why", self.tr("Why it changed"), TextLine(), "", True)
        self.why.setVisible(self.document is not None)
        self.start(
            {
                "kind": None if codes.is_missing(held.kind) else held.kind,
                "title": held.title,
                "dated": held.dated,
                "kept": held.kept,
                "why": "",
            }
        )

    def title(self) -> str:
        return self.tr("Document")

    def store(self) -> str:
        held = self.document or Document(None, "", self.client_id)
        kind = held.kind if held.made_here else self.code("kind")
        record = replace(
            held, kind=kind, title=self.text("title"), dated=self.day("dated"), kept=self.text("kept")
        )
        documents.save(record, self.text("why"))
        return self.tr("Document saved.")


class WithdrawDocumentForm(TakeBackForm):
    """Take back a document recorded by mistake."""

    NOUN = "document"
    STORE = documents


class LetterForm(RecordForm):
    """Write the letter; it is shown as it will be printed before it is. Until then it stays a draft."""

    def __init__(self, session: Session, client_id: int, parent: QWidget | None = None) -> None:
        super().__init__(session, letter_key(client_id), parent)
        self.client_id = client_id
        client = clients.get(client_id)
        started = [day for one in episodes.open_for(client_id) if (day := when.iso_date(one.started))]
        self.add(
            "organisation",
            self.tr("Your organisation"),
            TextLine(),
            self.tr("As it may be known. It is printed"),
        )
        self.add(
            "to",
            self.tr("To whom"),
            NoteEdit(lines=3),
            self.tr("Name and organisation, not the client's address"),
        )
        body = self.add(
            "body",
            self.tr("The letter"),
            NoteEdit(lines=9),
            self.tr("Say only what the reader needs. An empty line begins a new paragraph"),
        )
        body.editor.setMinimumHeight(px(180))
        self.reference = Tick(self.tr("Print our reference"), True)
        self.bind("reference", self.reference)
        self.down.addWidget(self.reference)
        self.start(
            {
                "organisation": settings.get(ORGANISATION, ""),
                "to": "",
                "body": say(usual_body(client.name, min(started) if started else None)),
                "reference": True,
            }
        )

    def title(self) -> str:
        return self.tr("Support letter")

    def save_words(self) -> str:
        return self.tr("See the letter")

    def store(self) -> str:
        raise RuntimeError("a letter is kept as a draft until it is printed")

    def save(self) -> None:
        """Show it as it will be printed; what was typed stays a draft until it is."""
        try:
            self._check()
        except Refused as refused:
            self.show_problems(self.in_order(refused.problems))
            return
        self.drafts.keep()
        organisation = self.text("organisation")
        if settings.get(ORGANISATION, "") != organisation:
            self.session.write(settings.set, ORGANISATION, organisation)
        typed = {name: self.text(name) for name in ("organisation", "to", "body")}
        typed["reference"] = "1" if self.reference.isChecked() else ""
        letter = tuple(typed.items())
        self.finished.emit()
        self.session.go.emit(Place("report", Wanted("support-letter", self.client_id, letter=letter)))

    def _check(self) -> None:
        problems: dict[str, Words] = {}
        if not self.text("to"):
            problems["to"] = words("Enter to whom the letter is")
        try:
            reports.refuse_letter(self.client_id, self.text("to"))
        except Refused as refused:
            problems |= refused.problems
        if not self.text("body"):
            problems["body"] = words("Enter what the letter says")
        elif len(self.text("body")) > LONGEST_LETTER:
            problems["body"] = words("Must be {most} characters or fewer", most=LONGEST_LETTER)
        if problems:
            raise Refused(problems)
