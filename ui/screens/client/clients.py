"""The forms about the client herself: who she is, and the equality questions, asked last."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QWidget

from caseworker.domain import codes
from caseworker.domain.clients import Client
from caseworker.errors import Refused
from caseworker.storage import clients
from caseworker.words import words
from ui.screens.client.record import RecordForm
from ui.session import Session
from ui.theme import px
from ui.widgets import DateBoxes, Said, TextLine, Tick

EQUALITY = ("sex", "gender_same", "ethnicity", "disability", "orientation", "religion")


def years(form: RecordForm, name: str) -> int | None:
    """The age typed under that name; None while there is none.

    Raises:
        Refused: under that name.
    """
    age = form.text(name)
    if age and not (age.isascii() and age.isdigit() and len(age) <= 3):
        raise Refused({name: words("Age must be a number, like {example}", example="34")})
    return int(age) if age else None


class PersonForm(RecordForm):
    """Groups of fields that the record and the new-client page share."""

    def about_fields(self) -> None:
        """Name, alias, known-as, age, district, language."""
        self.name_fields()
        self.add(
            "born",
            self.tr("Date of birth"),
            DateBoxes(),
            self.tr("For example, 27 3 1991. Leave empty if not known"),
            True,
        )
        self.add("age", self.tr("Age, if only that is known"), TextLine(), "", True)
        self.fields["age"].editor.setMaximumWidth(px(110))
        self.combo("area", self.tr("District the client lives in"), "area")
        self.combo("language", self.tr("Language"), "language")
        self.combo("interpreter", self.tr("Interpreter"), "interpreter")

    def name_fields(self) -> None:
        self.add(
            "name", self.tr("Name or alias"), TextLine(), self.tr("An alias is enough to start a record")
        )
        alias = Tick(self.tr("This is an alias"))
        self.bind("is_alias", alias)
        self.down.addWidget(alias)
        self.add("known_as", self.tr("Likes to be called"), TextLine(), "", True)

    @staticmethod
    def client_fields(client: Client) -> dict[str, object]:
        """What stands in ``about_fields`` for that client."""
        return {
            "name": client.name,
            "is_alias": client.is_alias,
            "known_as": client.known_as,
            "born": client.born,
            "age": "" if client.age_estimate is None else str(client.age_estimate),
            "area": client.area,
            "language": client.language,
            "interpreter": client.interpreter,
            "totals_only": client.totals_only,
            "why": "",
        }

    def read_about(self, client: Client) -> Client:
        """The client with what stands in ``about_fields``.

        Raises:
            Refused: the date of birth or the age cannot be read.
        """
        born = self.day("born")
        return replace(
            client,
            name=self.text("name"),
            is_alias=bool(self.values()["is_alias"]),
            known_as=self.text("known_as"),
            # An answer of "does not know" is kept until a date is typed.
            born=born or (client.born if codes.is_missing(client.born) else "NA-ASK"),
            age_estimate=years(self, "age"),
            area=self.code("area"),
            language=self.code("language"),
            interpreter=self.code("interpreter"),
        )

    def equality_fields(self) -> None:
        self.down.addWidget(
            Said(
                self.tr(
                    "Why we ask: to see whether everybody is reached. Every question is optional and can wait."
                )
            )
        )
        self.combo("sex", self.tr("Sex"), "sex")
        self.combo("gender_same", self.tr("Is gender the same as registered at birth?"), "gender_same")
        self.combo("ethnicity", self.tr("Ethnic group"), "ethnicity")

    def more_equality_fields(self) -> None:
        self.combo("disability", self.tr("Long-term condition or disability"), "disability")
        self.combo("orientation", self.tr("Sexual orientation"), "orientation")
        self.combo("religion", self.tr("Religion"), "religion")

    def referral_fields(self) -> None:
        self.add(
            "received",
            self.tr("Referral received"),
            TextLine(),
            self.tr("For example, now, yesterday 3pm or 27 9 10:15"),
        )
        self.combo("source", self.tr("Who made the referral"), "referral_source")
        self.combo("route", self.tr("How it came"), "referral_route")
        self.combo("crime", self.tr("Crime or abuse"), "crime")


class AboutForm(PersonForm):
    """Name or alias, what they like to be called, age, district, language."""

    def __init__(self, session: Session, client_id: int, parent: QWidget | None = None) -> None:
        super().__init__(session, f"client:{client_id}", parent)
        self.client = clients.get(client_id)
        self.in_turn(self.about_fields, self._build_rest, lambda: self.start(self.client_fields(self.client)))

    def _build_rest(self) -> None:
        self.totals_only = Tick(
            self.tr("Count only in totals, in no table by age, district or anything else")
        )
        self.bind("totals_only", self.totals_only)
        self.down.addWidget(self.totals_only)
        self.add("why", self.tr("Why it changed"), TextLine(), "", True)

    def title(self) -> str:
        return self.tr("About this client")

    def store(self) -> str:
        clients.save(
            replace(self.read_about(self.client), totals_only=self.totals_only.isChecked()), self.text("why")
        )
        return self.tr("Saved.")


class EqualityForm(PersonForm):
    """Asked last, each question optional, "prefers not to say" and "not asked yet" kept apart."""

    def __init__(self, session: Session, client_id: int, parent: QWidget | None = None) -> None:
        super().__init__(session, f"equality:{client_id}", parent)
        self.client = clients.get(client_id)
        self.in_turn(
            self.equality_fields,
            self.more_equality_fields,
            lambda: self.start({name: getattr(self.client, name) for name in EQUALITY}),
        )

    def title(self) -> str:
        return self.tr("Equality questions")

    def store(self) -> str:
        answers: dict[str, Any] = {name: self.code(name) for name in EQUALITY}
        clients.save(replace(self.client, **answers))
        return self.tr("Saved.")
