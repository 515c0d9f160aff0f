"""Services we refer to: the map of help in the area, kept by hand or taken in from a table. It holds no client.

What nobody has checked for half a year says so; one that has ended is offered to nobody and stays readable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QStackedWidget, QWidget

from caseworker import storage
from caseworker.domain import codes, when
from caseworker.domain import services as rules
from caseworker.domain.services import Service
from caseworker.errors import Problem, Refused
from caseworker.storage import services
from caseworker.storage.services import TakenIn
from caseworker.words import words
from ui.say import say
from ui.screens.client.record import FormPage, RecordForm
from ui.session import Place, Session, Toast
from ui.widgets import (
    Button,
    Card,
    Chip,
    ChoiceRow,
    DateBoxes,
    Entry,
    FlowLayout,
    Heading,
    NoteEdit,
    Page,
    Text,
    TextLine,
    Tick,
    column,
)
from ui.widgets.chooser import FileChooser
from ui.widgets.gradually import Gradually, empty
from ui.widgets.page import scrolled

ENDED = "ended"  # that part of the page: those that have ended are listed too
AT_ONCE = 2  # entries built before the next key is looked at
_CHIPS = {"open": ("safe", "check"), "limited": ("medium", "clock"), "closed": ("high", "ban")}


class ServicesPage(Page):
    """The list; a form takes its place while one service is typed."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, scroll=False, parent=parent)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.stack = QStackedWidget()
        self.body.addWidget(self.stack, 1)
        self.area, inside = scrolled((24, 18, 24, 24), 14)
        self.stack.addWidget(self.area)
        inside.addWidget(Heading(self.title()))
        inside.addWidget(
            Text(
                self.tr(
                    "An onward referral offers these, those that take the client first. Nothing here is about a client."
                ),
                wrap=True,
            )
        )
        tools = QWidget()
        flow = FlowLayout(10, tools)
        self.add_button = Button(self.tr("Add a service"), "plus", "primary")
        self.in_button = Button(self.tr("Take in a table"), "upload")
        self.out_button = Button(self.tr("Save as a table"), "download")
        self.ended = Tick(self.tr("Show those that have ended"))
        for part in (self.add_button, self.in_button, self.out_button, self.ended):
            flow.addWidget(part)
        inside.addWidget(tools)
        self.card = Card(self.tr("Services"), " ", "map-pin")
        self.list = column()
        self.card.body.setContentsMargins(0, 0, 0, 0)
        self.card.body.addLayout(self.list)
        inside.addWidget(self.card)
        inside.addStretch(1)
        self.form: FormPage | None = None
        self._shown: object = None
        self._gradually = Gradually(self)
        self._gradually.rest_below(self.area, self.card)
        self.add_button.clicked.connect(self.add)
        self.in_button.clicked.connect(self._choose_in)
        self.out_button.clicked.connect(self._choose_out)
        self.ended.toggled.connect(self.reload)

    def title(self) -> str:
        return self.tr("Services we refer to")

    def first_focus(self) -> QWidget | None:
        return self.form.form.first_focus() if self.form is not None else self.add_button

    def on_show(self) -> list[str]:
        """The form that is open, by the key of its draft, and whether the ended ones are listed."""
        parts = [ENDED] if self.ended.isChecked() else []
        return [*parts, self.form.form.drafts.key] if self.form is not None else parts

    def show_part(self, part: str) -> None:
        noun, _, row = part.partition(":")
        if part == ENDED:
            self.ended.setChecked(True)
        elif noun == "service":
            self.open_form(ServiceForm(self.session, int(row) if row.isdigit() else None))
        else:
            self.open_form(EndServiceForm(self.session, int(row)))

    def save(self) -> None:
        """Ctrl+Enter in an open form."""
        if self.form is not None:
            self.form.form.save()

    def keep_draft(self) -> None:
        if self.form is not None:
            self.form.form.drafts.keep_if_waiting()

    def reload(self) -> None:
        found = services.every(ended=self.ended.isChecked())
        today = self.session.now().astimezone(when.LONDON).date()
        if (found, today) == self._shown:
            return
        self._shown = (found, today)
        empty(self.list)
        self.card.show_count(len(found) or "")
        if not found:
            holder = QWidget()
            said = self.tr("None yet. Add one, or take in the table another agency keeps.")
            column(holder, (16, 0, 16, 14)).addWidget(Text(said, "body", "muted", wrap=True))
            self.list.addWidget(holder)
        self._gradually.start(
            [
                partial(self._add_entries, found[at : at + AT_ONCE], today)
                for at in range(0, len(found), AT_ONCE)
            ],
            at_once=False,
        )

    # ---- doing

    def add(self) -> None:
        self.open_form(ServiceForm(self.session))

    def open_form(self, form: RecordForm) -> None:
        """Show it in place of the list."""
        self.close_form()
        self.form = FormPage(form)
        form.finished.connect(self.close_form)
        self.stack.addWidget(self.form)
        self.stack.setCurrentWidget(self.form)
        form.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def close_form(self) -> None:
        """Esc, or done: back to the list. What was half-typed stays as a draft."""
        if self.form is None:
            return
        self.keep_draft()
        leaving, self.form = self.form, None
        self.stack.setCurrentWidget(self.area)
        self.stack.removeWidget(leaving)
        leaving.hide()
        leaving.deleteLater()
        self.add_button.setFocus(Qt.FocusReason.OtherFocusReason)
        if not self.session.is_locked():
            self.reload()

    def take_in(self, place: str) -> None:
        """Read that table and take it in, whole or not at all, beside the screen."""
        today = self.session.now().astimezone(when.LONDON).date()
        self._allow(False)
        self.session.work.run(
            _take_in, Path(place), today, owner=self, then=self._taken_in, failed=self._failed
        )

    def save_to(self, place: str) -> None:
        """Write the list as a table at that place."""
        try:
            services.write_table(Path(place), services.every())
        except Problem as problem:
            self.session.problem(problem)
            return
        self.session.toast.emit(Toast(self.tr("Table saved.")))

    def _taken_in(self, done: TakenIn) -> None:
        self._allow(True)
        self.session.changed.emit()
        self.session.toast.emit(
            Toast(
                self.tr("Table taken in: {added} new, {changed} changed, {same} as before.").format(
                    added=done.added, changed=done.changed, same=done.same
                )
            )
        )

    def _failed(self, error: Exception) -> None:
        self._allow(True)
        if isinstance(error, Refused):
            error = Problem("E-SERVICES-FILE", "{why}", why=next(iter(error.problems.values())))
        if not isinstance(error, Problem):
            raise error
        self.session.problem(error)

    def _allow(self, yes: bool) -> None:
        for part in (self.in_button, self.out_button):
            part.setEnabled(yes)

    def _change(self, service_id: int) -> None:
        self.open_form(ServiceForm(self.session, service_id))

    def _end(self, service_id: int) -> None:
        self.open_form(EndServiceForm(self.session, service_id))

    def _take_up(self, service_id: int) -> None:
        try:
            self.session.write(services.take_up, service_id)
        except Problem as problem:
            self.session.problem(problem)

    def _choose_in(self) -> None:
        chooser = self._chooser(self.tr("The table to take in"))
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.fileSelected.connect(self.take_in)
        QDialog.open(chooser)

    def _choose_out(self) -> None:
        chooser = self._chooser(self.tr("Where to save the table"))
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix("csv")
        chooser.selectFile("services.csv")
        chooser.fileSelected.connect(self.save_to)
        QDialog.open(chooser)

    def _chooser(self, title: str) -> QFileDialog:
        return FileChooser(self, title, "", ("*.csv",))

    # ---- parts

    def _add_entries(self, found: Sequence[Service], today: date) -> None:
        for one in found:
            self.list.addWidget(self._entry(one, today))

    def _entry(self, one: Service, today: date) -> Entry:
        kind = codes.get("service_type").label(one.kind)
        chip, icon = _CHIPS.get(one.wait, ("plain", "circle-help"))
        chips = [Chip(say(rules.wait_words(one)), chip, icon)]
        if one.ended:
            chips = [Chip(self.tr("Has ended"), "plain", "ban")]
        elif rules.needs_checking(one, today):
            chips.append(Chip(self.tr("To be checked"), "warn", "calendar-clock"))
        checked = when.iso_date(one.checked)
        lines: list[str | tuple[str, str]] = [
            ", ".join(part for part in (kind, one.provider) if part),
            self.tr("For: {whom}").format(whom=self._whom(one)),
            (self.tr("How to refer: {how}").format(how=one.how) if one.how else "", ""),
            (self.tr("Hours: {hours}").format(hours=one.hours) if one.hours else "", "muted"),
            (one.note, "muted"),
            (self.tr("Checked {date}").format(date=when.show_date(checked)) if checked else "", "muted"),
        ]
        entry = Entry(one.name, lines, chips)
        entry.add_button(self.tr("Change"), partial(self._change, one.id or 0))
        if one.ended:
            entry.add_button(self.tr("Goes on after all"), partial(self._take_up, one.id or 0))
        else:
            entry.add_button(self.tr("Has ended"), partial(self._end, one.id or 0))
        return entry

    def _whom(self, one: Service) -> str:
        places = rules.split(one.areas)
        if set(places) >= set(rules.places()):
            where = self.tr("everywhere in the county")
        else:
            where = ", ".join(codes.get("area").label(code) for code in places) or self.tr(
                "districts not known"
            )
        groups, labels = rules.split(one.crimes), rules.crime_groups()
        if set(groups) >= set(labels):
            what = self.tr("any crime")
        else:
            what = ", ".join(labels[code].lower() for code in groups) or self.tr("crimes not known")
        if one.oldest >= rules.OLDEST:
            age = (
                self.tr("any age")
                if one.youngest == 0
                else self.tr("age {n} and over").format(n=one.youngest)
            )
        else:
            age = self.tr("age {n} to {m}").format(n=one.youngest, m=one.oldest)
        return self.tr("{where}; {what}; {age}").format(where=where, what=what, age=age)


class ServiceForm(RecordForm):
    """What it is, whom it takes, how to refer, whether there is a wait."""

    def __init__(
        self, session: Session, service_id: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, f"service:{service_id or 'new'}", parent)
        self.service = services.get(service_id) if service_id is not None else None
        self.add("name", self.tr("Name of the service"), TextLine())
        self.add("provider", self.tr("Who runs it"), TextLine(), "", True)
        self.combo("kind", self.tr("Type of service"), "service_type")
        waits = codes.get("service_wait")
        self.wait = ChoiceRow(
            self.tr("Does it take people now?"),
            [
                *((code, waits.label(code), "") for code in waits.codes),
                ("NA-ASK", codes.MISSING["NA-ASK"], ""),
            ],
        )
        self.bind("wait", self.wait)
        self.down.addWidget(self.wait)
        self.add(
            "checked",
            self.tr("When somebody last asked the service"),
            DateBoxes(),
            self.tr("After half a year the list says that it is to be checked"),
            True,
        )
        self.add("how", self.tr("How to refer"), NoteEdit(lines=2), "", True)
        self.add("hours", self.tr("Hours"), TextLine(), self.tr("For example, Mon-Fri 9am to 5pm"), True)
        area = codes.get("area")
        self.areas = self._ticks(
            "area", self.tr("Districts it is for"), [(code, area.label(code)) for code in rules.places()]
        )
        self.crimes = self._ticks("crime", self.tr("Crimes it is for"), list(rules.crime_groups().items()))
        self.add("youngest", self.tr("Youngest age"), TextLine(), "", True)
        self.add(
            "oldest", self.tr("Oldest age"), TextLine(), self.tr("Leave empty if there is no limit"), True
        )
        self.add("note", self.tr("Note"), TextLine(), self.tr("Nothing about a client"), True)
        self.why = self.add("why", self.tr("Why it changed"), TextLine(), "", True)
        self.why.setVisible(self.service is not None)
        held = self.service or Service(None, "", "")
        values: dict[str, object] = {
            name: getattr(held, name)
            for name in ("name", "provider", "kind", "wait", "checked", "how", "hours", "note")
        }
        values["youngest"] = str(held.youngest or "")
        values["oldest"] = "" if held.oldest >= rules.OLDEST else str(held.oldest)
        for kind, listed in (("area", held.areas), ("crime", held.crimes)):
            values |= {f"{kind}_{code}": True for code in rules.split(listed)}
        self.start({**values, "why": ""})

    def title(self) -> str:
        return self.tr("Service")

    def store(self) -> str:
        held = self.service or Service(None, "", "")
        made = replace(
            held,
            name=self.text("name"),
            provider=self.text("provider"),
            kind=self.code("kind"),
            wait=self.code("wait"),
            checked=self.day("checked"),
            how=self.text("how"),
            hours=self.text("hours"),
            areas=self._listed("area", rules.places()),
            crimes=self._listed("crime", tuple(rules.crime_groups())),
            youngest=self._age("youngest", 0),
            oldest=self._age("oldest", rules.OLDEST),
            note=self.text("note"),
        )
        services.save(made, self.text("why"))
        return self.tr("Service saved.")

    def _ticks(self, kind: str, label: str, offered: Sequence[tuple[str, str]]) -> QWidget:
        holder = QWidget()
        down = column(holder, gap=6)
        down.addWidget(Text(label, "strong"))
        down.addWidget(Text(self.tr("None ticked means that it is not known"), "small", "muted", wrap=True))
        whole = Button(self.tr("Tick all"), kind="link")
        whole.setAccessibleName(self.tr("Tick all: {label}").format(label=label))
        whole.clicked.connect(partial(self._tick_all, kind))
        flow_holder = QWidget()
        flow = FlowLayout(12, flow_holder)
        for code, named in offered:
            tick = Tick(named)
            tick.setAccessibleName(f"{label}: {named}")
            self.bind(f"{kind}_{code}", tick)
            flow.addWidget(tick)
        down.addWidget(flow_holder)
        down.addWidget(whole, 0, Qt.AlignmentFlag.AlignLeft)
        self.down.addWidget(holder)
        return holder

    def _tick_all(self, kind: str) -> None:
        for name, editor in self.editors.items():
            if name.startswith(f"{kind}_"):
                editor.setChecked(True)

    def _listed(self, kind: str, known: Sequence[str]) -> str:
        return ",".join(code for code in known if self.editors[f"{kind}_{code}"].isChecked()) or "NA-UNK"

    def _age(self, name: str, empty_means: int) -> int:
        typed = self.text(name)
        if not typed:
            return empty_means
        if not (typed.isascii() and typed.isdigit() and len(typed) <= 3):
            raise Refused({name: words("Age must be a number, like {example}", example="16")})
        return int(typed)


class EndServiceForm(RecordForm):
    """Nobody can be referred there any more."""

    def __init__(self, session: Session, service_id: int, parent: QWidget | None = None) -> None:
        super().__init__(session, f"service_end:{service_id}", parent)
        self.service_id = service_id
        self.down.addWidget(Text(services.get(service_id).name, "strong", wrap=True))
        self.add(
            "why", self.tr("Why it has ended"), TextLine(), self.tr("For example, its money has run out")
        )
        self.start({"why": ""})

    def title(self) -> str:
        return self.tr("This service has ended")

    def save_words(self) -> str:
        return self.tr("It has ended")

    def store(self) -> str:
        services.end(self.service_id, self.text("why"))
        return self.tr("Nobody is offered this service any more.")


class ServicesPart(QWidget):
    """The way there from Settings."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        down = column(self, gap=10)
        down.addWidget(
            Text(
                self.tr("What help there is in the area, whom it takes, and whether there is a wait."),
                wrap=True,
            )
        )
        self.open_button = Button(self.tr("Services we refer to"), "map-pin")
        self.open_button.clicked.connect(self._open)
        down.addWidget(self.open_button, 0, Qt.AlignmentFlag.AlignLeft)

    def _open(self) -> None:
        self.session.go.emit(Place("services"))


def _take_in(file: Path, today: date) -> TakenIn:
    return storage.write(services.take_in, services.read_table(file, today))
